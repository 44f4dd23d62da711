"""Tables as JSON: what ``run --json`` prints under `results`. No NaN, no NumPy number; None where nothing was there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.metrics import summary, venue_table
from analysis.tables import RunTables

if TYPE_CHECKING:
    import pandas as pd


def results_table(tables: RunTables) -> list[dict[str, Any]]:
    """One row per router of the run with its strategy, the figures of `analysis.metrics.summary` and its venues."""
    venues = json_rows(venue_table(tables))
    rows = json_rows(summary(tables))
    for row in rows:
        own = [venue for venue in venues if venue["router"] == row["router"]]
        row["venues"] = [{name: value for name, value in venue.items() if name != "router"} for venue in own]
    return rows


def json_rows(table: pd.DataFrame, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The rows of any table as plain Python values."""
    chosen = table if columns is None else table[list(columns)]
    return [{str(name): _plain(value) for name, value in row.items()} for row in chosen.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
