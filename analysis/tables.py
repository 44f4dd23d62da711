"""The recorded tables of one run, from memory or from a run folder.

``tables.reports`` is a DataFrame, made when it is first asked for. ``tables["reports"]["fee"]`` is the column as
an int64 array, without pandas: the form that the metrics compute on (a narrow column times 100 would wrap around).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from analysis.directory import Directory

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
T = TypeVar("T")

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "parents": ("at", "parent_id", "owner", "side", "qty", "limit", "ends"),
    "parent_ends": ("at", "parent_id", "status", "cum_qty", "leaves_qty", "rounds"),
    "decisions": (
        *("at", "decision", "parent_id", "venue", "seq", "quote_at"),
        *("bid", "bid_qty", "ask", "ask_qty", "score", "sent_qty"),
    ),
    "children": (
        *("at", "decision", "parent_id", "order_id", "venue"),
        *("side", "time_in_force", "price", "qty", "leaves_at"),
    ),
    "orders": ("at", "venue", "seq", "order_id", "owner", "action", "side", "time_in_force", "price", "qty"),
    "order_terms": (
        *("at", "venue", "seq", "order_id", "display_qty", "min_qty", "post_only", "peg", "peg_offset"),
        *("stop_px", "trail", "trail_step", "expire_at", "budget"),
    ),
    "reports": (
        *("at", "venue", "seq", "order_id", "owner", "exec_type", "reason"),
        *("side", "liquidity", "last_px", "last_qty", "leaves_qty", "price", "fee"),
    ),
    "trades": ("at", "venue", "seq", "price", "qty", "side", "maker_order", "taker_order", "maker", "taker"),
    "quotes": ("at", "venue", "seq", "bid", "bid_qty", "ask", "ask_qty"),
    "nbbo": ("at", "bid", "bid_qty", "bid_venue", "ask", "ask_qty", "ask_venue"),
    "news": ("at", "value"),
    "states": ("at", "owner", "key", "value"),
}
"""The tables that analysis reads and their columns: what an empty one looks like."""

OF_SOME_RUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "sweeps": ("at", "venue", "seq", "order_id", "owner"),
    "decision_terms": (
        *("decision", "parent_id", "venue", "style", "score", "price", "fee", "impact", "fill", "opportunity"),
        *("adverse", "latency", "fill_probability", "expected_move"),
    ),
    "risk_decisions": (
        *("at", "owner", "order_id", "parent_id", "venue", "action", "code", "side", "qty", "price"),
        *("measured", "allowed", "until"),
    ),
    "algo_orders": ("at", "algo_id", "owner", "kind", "side", "qty", "limit", "ends"),
    "algo_slices": ("at", "algo_id", "parent_id", "number", "qty"),
    "algo_schedule": ("at", "algo_id", "by", "qty"),
    "algo_ends": ("at", "algo_id", "status", "cum_qty", "leaves_qty", "slices"),
    "quote_signals": ("at", "venue", "side", "on", "price", "value"),
    "gateway_messages": (
        *("at", "venue", "port", "owner", "order_id"),
        *("arrived", "left", "held", "ahead", "outcome"),
    ),
    "features": (
        *("at", "decision", "venue"),
        *("round_trip", "lag", "quote_age", "quote_known", "displayed", "behind", "other_side"),
        *("imbalance", "spread", "gap", "market_spread", "at_best", "shares_at_best", "wanted"),
        *("remaining", "own_fill", "own_markout", "own_slippage", "since_own", "traded", "traded_away"),
        *("changes", "moved"),
    ),
    "child_terms": ("at", "order_id", "display_qty", "min_qty", "post_only", "peg", "peg_offset", "iso"),
}
"""The same of tables that only some runs write: with order protection, which orders were marked as sweeps; of routers,
children that were more than plain orders, the terms of decisions that explain themselves, and orders that an algorithm
cut into slices; at gateways, when each
message came and left; of routers that record it, what they knew of each venue."""


class RunFolderError(ValueError):
    """A folder is not what a run writes."""


class Columns:
    """One table, column by column as int64."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._done: dict[str, Ints] = {}

    def __getitem__(self, name: str) -> Ints:
        column = self._done.get(name)
        if column is None:
            column = self._done[name] = np.ascontiguousarray(self._source[name], dtype=np.int64)
        return column

    def __len__(self) -> int:
        return len(self._source)


class RunTables:
    """The tables of one run and its ``market.json``. A table the run did not write is an empty one."""

    orders: pd.DataFrame
    order_terms: pd.DataFrame
    reports: pd.DataFrame
    trades: pd.DataFrame
    quotes: pd.DataFrame
    nbbo: pd.DataFrame
    parents: pd.DataFrame
    parent_ends: pd.DataFrame
    decisions: pd.DataFrame
    children: pd.DataFrame
    news: pd.DataFrame
    states: pd.DataFrame

    def __init__(self, sources: Mapping[str, Any], market: Mapping[str, Any]) -> None:
        self.market = dict(market)
        self.directory = Directory.of(market)
        self._sources = {name: sources.get(name, _empty(name)) for name in (*COLUMNS, *OF_SOME_RUNS)}
        self._columns: dict[str, Columns] = {}
        self._results: dict[str, Any] = {}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], market: Mapping[str, Any]) -> RunTables:
        """From the event log in memory (structured arrays by table name)."""
        return cls(arrays, market)

    @classmethod
    def read(cls, folder: Path | str) -> RunTables:
        """From a run folder.

        Raises:
            RunFolderError: the folder or its ``market.json`` is missing or not readable.
            sim.log.LogError: a table is not readable.
        """
        from sim.log import read_tables

        folder = Path(folder)
        return cls(read_tables(folder), read_market(folder))

    def __getitem__(self, table: str) -> Columns:
        columns = self._columns.get(table)
        if columns is None:
            columns = self._columns[table] = Columns(self._sources[table])
        return columns

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in COLUMNS and name not in OF_SOME_RUNS:
            raise AttributeError(f"no table or attribute {name!r}; tables: {', '.join(COLUMNS)}")
        frame = _frame(self._sources[name])
        setattr(self, name, frame)
        return frame

    def once(self, name: str, compute: Callable[[RunTables], T]) -> T:
        """The result of ``compute(self)``, computed the first time it is asked for under this name."""
        if name not in self._results:
            self._results[name] = compute(self)
        result: T = self._results[name]
        return result

    @property
    def end(self) -> int:
        """When the run ended, ns: as ``market.json`` says (`ended`, else `duration`), not before its last quote."""
        last = [int(self[t]["at"].max()) for t in ("quotes", "parent_ends") if len(self[t])]
        return max([int(self.market.get("ended") or self.market.get("duration") or 0), *last])


def read_market(folder: Path) -> dict[str, Any]:
    """The folder's ``market.json``.

    Raises:
        RunFolderError: it is missing or not readable.
    """
    path = folder / "market.json"
    try:
        market = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunFolderError(f"{folder}: no market.json; a run folder is what `sorsim run --out DIR` writes") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise RunFolderError(f"{path}: cannot be read: {error}") from error
    if not isinstance(market, dict):
        raise RunFolderError(f"{path}: expected one JSON object, got a {type(market).__name__}")
    return market


def _empty(name: str) -> npt.NDArray[Any]:
    return np.empty(0, dtype=[(column, "<i8") for column in {**COLUMNS, **OF_SOME_RUNS}[name]])


def _frame(source: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source
    return pd.DataFrame({name: np.ascontiguousarray(source[name]) for name in source.dtype.names})
