"""What a scenario expects of its results, held against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.model import Expectation

if TYPE_CHECKING:
    from analysis.tables import RunTables


@dataclass(frozen=True)
class Verdict:
    """One expectation: what was expected, what came out. ``value`` None: there is no such result."""

    metric: str
    expected: str
    value: float | None
    holds: bool

    def __str__(self) -> str:
        seen = "no such result" if self.value is None else f"{self.value:g}"
        return f"{'ok  ' if self.holds else 'FAIL'} {self.metric} = {seen}, expected {self.expected}"

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"metric": self.metric, "expected": self.expected, "value": self.value, "holds": self.holds}


def verdicts(expected: Mapping[str, Expectation], tables: RunTables) -> list[Verdict]:
    """Every expectation with its verdict, in the order of the scenario."""
    figures = metrics(tables) if expected else {}
    return [
        Verdict(name, str(expectation), figures.get(name), name in figures and expectation.holds(figures[name]))
        for name, expectation in expected.items()
    ]


def metrics(tables: RunTables) -> dict[str, float]:
    """`agent.metric` for every router and figure of the summary, and `market.trades`, `market.shares_traded`."""
    from analysis.metrics import summary

    table = summary(tables)
    found = {
        f"{name}.{column}": float(value)
        for name, row in table.iterrows()
        for column, value in row.items()
        if isinstance(value, (int, float)) or hasattr(value, "__float__")
    }
    trades = tables["trades"]
    found["market.trades"] = float(len(trades))
    found["market.shares_traded"] = float(trades["qty"].sum())
    return found
