"""Every example of docs/routing.md runs, and says what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.load import load
from scenarios.run import run

PAGE = (Path(__file__).parent.parent / "docs" / "routing.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {name: text for _, name, text in BLOCK.findall(PAGE)}
STYLES = ("one_by_one", "together", "sweeper", "through_the_book", "patient", "careful")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """The page's scenario as a file."""
    path = tmp_path / "styles.yaml"
    path.write_text(FILES["styles.yaml"], encoding="utf-8")
    return path


def test_the_page_shows_all_of_its_variants(scenario: Path) -> None:
    assert tuple(load(scenario).strategies) == STYLES


@pytest.mark.parametrize("style", STYLES)
def test_every_variant_fills_its_orders_and_explains_itself(scenario: Path, style: str) -> None:
    result = run(load(scenario, set=[f"agents.client.strategy={style}"]))
    assert result.summary.iloc[0]["fill_rate"] > 0.9
    assert len(result.tables["decision_terms"]) > 0


def test_the_table_that_the_page_shows_is_what_a_decision_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(FILES["explained.py"], "explained.py", "exec"), {})
    shown = re.search(r"^```\n(venue .*?)```$", PAGE, re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert capsys.readouterr().out == shown.group(1)
