"""The examples of docs/algos.md and docs/risk.md run and keep their expectations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.algo_parts import AlgoField
from scenarios.risk_parts import RiskPart
from scenarios.run import RunResult, run

DOCS = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r"^```yaml (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def example(page: str, folder: Path) -> RunResult:
    """The run of the page's one scenario."""
    ((name, text),) = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    (folder / name).write_text(text, encoding="utf-8")
    return run(folder / name)


def test_the_algorithms_of_the_page_work(tmp_path: Path) -> None:
    result = example("algos.md", tmp_path)
    assert [verdict.holds for verdict in result.expectations] == [True]
    assert result.algos["kind"].tolist() == ["twap", "vwap", "pov"]


def test_the_page_names_every_algorithm_and_its_keys() -> None:
    text = (DOCS / "algos.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", text, re.MULTILINE))
    kinds = {part.model_fields["kind"].annotation.__args__[0]: part for part in AlgoField.__args__[0].__args__}
    common = {"kind", "at_end", "max_participation"}
    assert {kind: set(re.findall(r"`(\w+)`", rows[kind])) for kind in kinds} == {
        kind: set(part.model_fields) - common for kind, part in kinds.items()
    }


def test_the_limits_of_the_page_refuse_and_hold(tmp_path: Path) -> None:
    result = example("risk.md", tmp_path)
    assert [verdict.holds for verdict in result.expectations] == [True]
    assert {"ORDER_SIZE", "MESSAGE_RATE"} & set(result.risk["code"])


@pytest.mark.parametrize("key", [name for name in RiskPart.model_fields if name != "log"])
def test_the_page_names_every_limit(key: str) -> None:
    assert re.search(rf"^\|.*`{key}`", (DOCS / "risk.md").read_text(encoding="utf-8"), re.MULTILINE)
