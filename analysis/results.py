"""Tables as JSON: what ``run --json`` prints under `results`. No NaN, no NumPy number; None where nothing was there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis.metrics import summary, venue_table
from analysis.tables import RunTables

if TYPE_CHECKING:
    import pandas as pd


def results_table(tables: RunTables, strategies: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """One row per router of the run: its strategy, the figures of `analysis.metrics.summary`, and its `venues`.

    Args:
        strategies: the strategy of each router by name; a router that is not there is called by its own name.
    """
    known = strategies or {}
    by_router: dict[str, list[dict[str, Any]]] = {}
    for venue in json_rows(venue_table(tables)):
        by_router.setdefault(venue.pop("router"), []).append(venue)
    return [
        {"router": row["router"], "strategy": known.get(row["router"], row["router"]), **row}
        | {"venues": by_router.get(row["router"], [])}
        for row in json_rows(summary(tables).reset_index())
    ]


def json_rows(table: pd.DataFrame, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The rows of any table as plain Python values."""
    chosen = table if columns is None else table[list(columns)]
    return [{str(name): _plain(value) for name, value in row.items()} for row in chosen.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
