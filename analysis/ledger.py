"""The exact books behind every table of costs: one row per parent, one row per fill, all in whole numbers.

Money is in millionths of a dollar, prices of `limit` and fills in price units ($0.0001), times in ns.

Rules
    arrival_mid   mid over the venues' own books at or before the parent's arrival at the router. A parent that arrived
                  before there was one has arrival_mid -1 and is left out of cost figures (`priced` 0).
    market_mid    the same when its first child reached a venue; without a child that did, arrival_mid. The move from
                  arrival_mid to it is the delay in Perold's sense: what latency cost before the first chance to trade.
    end_mid       the same when the parent ended (no end in the log: the end of the run). Leaves are valued at it.
    Fills and fees are the venues' reports, also of trades whose report was still on its way when the parent ended.
    A fill's mid is the one strictly before its child reached the venue, so its own trade has not moved it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.best_quotes import BestQuotes, best_quotes
from analysis.child_orders import ChildOrders, Fills, child_orders, fills
from analysis.codes import MICROS_PER_UNIT
from analysis.joins import NEVER, counts, distinct, pick, positions, totals
from analysis.tables import Ints, RunTables

if TYPE_CHECKING:
    import pandas as pd

MILLISECOND: Final = 1_000_000
HORIZONS: Final = {"10ms": 10 * MILLISECOND, "100ms": 100 * MILLISECOND, "1s": 1000 * MILLISECOND}
"""Markout horizons, ns."""

UNMEASURED: Final = -(1 << 62)
"""Markout of a fill whose horizon lies beyond the run's end, or that had no mid before it."""


def parent_ledger(tables: RunTables) -> pd.DataFrame:
    """One row per parent order, exact (computed once a run)."""
    return tables.once("parent_ledger", _parents)


def fill_ledger(tables: RunTables) -> pd.DataFrame:
    """One row per fill of a child, exact (computed once a run).

    ``effective`` is side x (price - mid before arrival), ``realised_h`` side x (price - mid h later) and ``impact_h``
    side x (mid h later - mid before arrival), each times the fill's shares: effective = realised + impact, exactly.
    These are half-spreads; SEC Rule 605 reports double them. The markout is minus the realised half-spread.
    """
    return tables.once("fill_ledger", _fill_rows)


def _parents(tables: RunTables) -> pd.DataFrame:
    import pandas as pd

    parents, best = tables["parents"], best_quotes(tables)
    children, done = child_orders(tables), fills(tables)
    of_child = positions(parents["parent_id"], children.parent_id)
    of_fill = of_child[done.child]
    ledger = {name: parents[name] for name in ("parent_id", "owner", "at", "side", "qty", "limit", "ends")}
    ledger["filled"] = totals(done.qty, of_fill, len(parents))
    ledger["paid"] = totals(done.px * done.qty * MICROS_PER_UNIT, of_fill, len(parents))
    ledger["fees"] = totals(done.fee, of_fill, len(parents))
    ledger["dark_filled"] = totals(np.where(_is_dark(tables, done), done.qty, 0), of_fill, len(parents))
    ledger["children"] = counts(of_child, len(parents))
    ledger["venues_used"] = distinct(done.venue, of_fill, len(parents))
    ledger |= _endings(tables)
    ledger |= _mids(ledger, best, _first_arrivals(children, of_child, len(parents)))
    ledger |= _perold(ledger)
    return pd.DataFrame(ledger)


def _is_dark(tables: RunTables, done: Fills) -> Ints:
    venues = np.unique(done.venue)
    dark = [v for v in venues.tolist() if not tables.directory.is_lit(v)]
    return np.isin(done.venue, dark).astype(np.int64)


def _endings(tables: RunTables) -> dict[str, Ints]:
    """When and how each parent ended; status -1: the run ended first."""
    parents, ends = tables["parents"], tables["parent_ends"]
    row = positions(ends["parent_id"], parents["parent_id"])
    return {
        "ended_at": pick(ends["at"], row, missing=tables.end),
        "status": pick(ends["status"], row),
        "rounds": pick(ends["rounds"], row),
    }


def _first_arrivals(children: ChildOrders, of_child: Ints, groups: int) -> Ints:
    """When each parent's first child reached a venue; NEVER."""
    never = np.iinfo(np.int64).max
    first = np.full(groups, never, dtype=np.int64)
    arrived = (children.arrival_at != NEVER) & (of_child >= 0)
    np.minimum.at(first, of_child[arrived], children.arrival_at[arrived])
    return np.where(first == never, NEVER, first)


def _mids(ledger: dict[str, Ints], best: BestQuotes, first_arrival: Ints) -> dict[str, Ints]:
    arrival = best.mid_at(ledger["at"])
    return {
        "arrival_bid": best.bid_at(ledger["at"]),
        "arrival_ask": best.ask_at(ledger["at"]),
        "arrival_mid": arrival,
        "market_mid": np.where(first_arrival == NEVER, arrival, best.mid_at(first_arrival, "before")),
        "end_mid": best.mid_at(ledger["ended_at"]),
        "priced": (arrival >= 0).astype(np.int64),
    }


def _perold(ledger: dict[str, Ints]) -> dict[str, Ints]:
    """The parts of `analysis.shortfall.shortfall`, for all parents at once; 0 where there is no arrival mid."""
    side, filled, priced = ledger["side"], ledger["filled"], ledger["priced"]
    arrival, market = ledger["arrival_mid"], ledger["market_mid"]
    parts = {
        "delay": priced * side * (market - arrival) * filled,
        "execution": priced * side * (ledger["paid"] - market * filled),
        "opportunity": priced * side * (ledger["end_mid"] - arrival) * (ledger["qty"] - filled),
    }
    return {**parts, "shortfall": priced * (sum(parts.values()) + ledger["fees"])}


def _fill_rows(tables: RunTables) -> pd.DataFrame:
    import pandas as pd

    children, done, best = child_orders(tables), fills(tables), best_quotes(tables)
    before = best.mid_at(children.arrival_at[done.child], "before")
    value = done.px * MICROS_PER_UNIT
    rows = {
        "order_id": children.order_id[done.child],
        "parent_id": children.parent_id[done.child],
        "owner": children.owner[done.child],
        **{name: getattr(done, name) for name in ("at", "venue", "seq", "side", "px", "qty", "fee")},
        "mid": before,
        "effective": np.where(before < 0, UNMEASURED, done.side * (value - before) * done.qty),
    }
    for name, horizon in HORIZONS.items():
        later = np.where(done.at + horizon > tables.end, -1, best.mid_at(done.at + horizon))
        known = (later >= 0) & (before >= 0)
        rows[f"realised_{name}"] = np.where(known, done.side * (value - later) * done.qty, UNMEASURED)
        rows[f"impact_{name}"] = np.where(known, done.side * (later - before) * done.qty, UNMEASURED)
    return pd.DataFrame(rows)
