"""Every example in the README runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from agents.conformance.checks import check_strategy
from agents.strategy import StrategyError
from scenarios.load import load
from scenarios.run import run

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A folder with the README's files in it."""
    for _, name, text in BLOCK.findall(README.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_first_scenario_runs_and_keeps_its_expectation(examples: Path) -> None:
    result = run(examples / "two_venues.yaml")
    assert [verdict.holds for verdict in result.expectations] == [True]


def test_the_first_strategy_has_fewer_than_15_lines(examples: Path) -> None:
    lines = [line for line in (examples / "my_router.py").read_text().splitlines() if line.strip()]
    assert len(lines) < 15


def test_the_first_strategy_fills_its_orders(examples: Path) -> None:
    strategy = "agents.client.strategy={kind: 'my_router.py:take_the_best'}"
    result = run(load(examples / "two_venues.yaml", set=[strategy]))
    assert result.summary.iloc[0]["fill_rate"] > 0.9


def test_the_first_strategy_keeps_every_promise(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(examples)
    suite = runpy.run_path(str(examples / "test_my_router.py"))["test_my_router"]
    (checks,) = [mark.args[1] for mark in suite.pytestmark]
    assert len(checks) > 15
    for check in checks:
        suite(check)


def test_the_message_that_the_readme_shows_is_what_is_said(examples: Path) -> None:
    source = (examples / "my_router.py").read_text(encoding="utf-8")
    guard = " and (parent.limit is None or parent.side * (price - parent.limit) <= 0)"
    assert guard in source
    names: dict[str, Any] = {}
    exec(source.replace(guard, ""), names)
    shown = re.search(r"^honours_the_limit: .*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    with pytest.raises(StrategyError) as told:
        check_strategy(names["take_the_best"], only=["honours_the_limit"])
    assert shown is not None
    assert shown.group() in str(told.value)


def test_the_settings_that_the_readme_shows_are_accepted(examples: Path) -> None:
    for setting in re.findall(r"--set (\S+)", README.read_text(encoding="utf-8")):
        load(examples / "two_venues.yaml", set=[setting])


FEEDS = Path(__file__).parent.parent / "docs" / "feeds.md"


def test_the_feeds_that_their_page_shows_can_be_run() -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", FEEDS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    venues = [{"name": name, "kind": "lit"} for name in ("NYSE", "BATS")]
    scenario = load({"name": "feeds", "duration": "3s", "venues": venues, **YAML(typ="safe").load(shown)})
    assert [agent.name for agent in run(scenario).scenario.agents] == ["fast", "late", "screen"]


def test_the_dislocations_that_the_page_of_feeds_measures_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"^```python dislocations.py\n(.*?)^```$", FEEDS.read_text(encoding="utf-8"), re.M | re.S)
    exec(compile(code, "dislocations.py", "exec"), {})
    assert "980000" in capsys.readouterr().out
