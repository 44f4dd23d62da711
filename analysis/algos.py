"""What orders worked by an algorithm cost as a whole, and how well their slices kept to the plan.

Rules
    An algorithm's order is one order: its arrival mid is the one on its own arrival, not on that of its slices; its
    fills are its slices'; what was never sent in a slice is part of its unfilled rest, valued at the mid when the order
    ended. The parts of the shortfall are Perold's, as in `analysis.ledger`, exact in millionths of a dollar.
    The market's volume and average price are those of all trades at all venues while the order was in work, its own
    among them. An order's participation is its filled shares over that volume.
    The tracking error is the root mean square, over the times of its schedule, of (shares filled by then - shares
    planned by then) / shares ordered; shares count when the venue filled them.

Source: A. Perold, "The implementation shortfall: paper versus reality", Journal of Portfolio Management 14(3), 1988.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.best_quotes import best_quotes
from analysis.child_orders import child_orders, fills
from analysis.codes import ALGO_KINDS, MICROS_PER_UNIT, PARENT_STATUS, SIDES
from analysis.joins import NEVER, over, pick, positions, totals
from analysis.tables import Ints, RunTables

if TYPE_CHECKING:
    import pandas as pd

MICROS: Final = 1_000_000
UNITS_PER_DOLLAR: Final = 10_000

BASIS_POINTS: Final = 10_000


def algo_ledger(tables: RunTables) -> dict[str, Ints]:
    """One entry per algorithm order, exact: money in millionths of a dollar, times in ns (computed once a run)."""
    return tables.once("algo_ledger", _ledger)


def _ledger(tables: RunTables) -> dict[str, Ints]:
    orders, best = tables["algo_orders"], best_quotes(tables)
    children, done = child_orders(tables), fills(tables)
    count = len(orders)
    of_child = algo_of_parents(tables, children.parent_id)
    of_fill = of_child[done.child]
    ledger = {name: orders[name] for name in ("algo_id", "owner", "kind", "at", "side", "qty", "limit", "ends")}
    end = positions(tables["algo_ends"]["algo_id"], orders["algo_id"])
    ledger["ended_at"] = pick(tables["algo_ends"]["at"], end, missing=tables.end)
    ledger["status"] = pick(tables["algo_ends"]["status"], end)
    slices = positions(orders["algo_id"], tables["algo_slices"]["algo_id"])
    ledger["slices"] = totals(np.ones(len(slices), dtype=np.int64), slices, count)
    ledger["filled"] = totals(done.qty, of_fill, count)
    ledger["paid"] = totals(done.px * done.qty * MICROS_PER_UNIT, of_fill, count)
    ledger["fees"] = totals(done.fee, of_fill, count)
    ledger["arrival_mid"] = best.mid_at(orders["at"])
    first = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    arrived = (children.arrival_at != NEVER) & (of_child >= 0)
    np.minimum.at(first, of_child[arrived], children.arrival_at[arrived])
    sent = first < np.iinfo(np.int64).max
    ledger["market_mid"] = np.where(sent, best.mid_at(np.where(sent, first, 0), "before"), ledger["arrival_mid"])
    ledger["end_mid"] = best.mid_at(ledger["ended_at"])
    ledger["priced"] = (ledger["arrival_mid"] >= 0).astype(np.int64)
    return {**ledger, **_shortfall(ledger), **_market(tables, ledger)}


def algo_of_parents(tables: RunTables, parents: Ints) -> Ints:
    """The row in `algo_orders` of which each of these parents is a slice; NEVER: of none."""
    slices = tables["algo_slices"]
    algo = pick(slices["algo_id"], positions(slices["parent_id"], parents))
    return positions(tables["algo_orders"]["algo_id"], algo)


def _shortfall(ledger: dict[str, Ints]) -> dict[str, Ints]:
    side, filled, priced = ledger["side"], ledger["filled"], ledger["priced"]
    arrival, market = ledger["arrival_mid"], ledger["market_mid"]
    parts = {
        "delay": priced * side * (market - arrival) * filled,
        "execution": priced * side * (ledger["paid"] - market * filled),
        "opportunity": priced * side * (ledger["end_mid"] - arrival) * (ledger["qty"] - filled),
    }
    return {**parts, "shortfall": priced * (sum(parts.values()) + ledger["fees"])}


def _market(tables: RunTables, ledger: dict[str, Ints]) -> dict[str, Ints]:
    """Volume and turnover of the whole market while each order was in work."""
    trades = tables["trades"]
    order = np.argsort(trades["at"], kind="stable")
    at = trades["at"][order]
    volume = np.concatenate([[0], np.cumsum(trades["qty"][order])]).astype(np.int64)
    turnover = np.concatenate([[0], np.cumsum((trades["price"] * trades["qty"])[order])]).astype(np.int64)
    begin, end = np.searchsorted(at, ledger["at"], side="left"), np.searchsorted(at, ledger["ended_at"], side="right")
    return {"market_volume": volume[end] - volume[begin], "market_turnover": turnover[end] - turnover[begin]}


def algo_table(tables: RunTables) -> pd.DataFrame:
    """One row per algorithm order: prices and money in dollars, times in ns, parts in [0, 1]."""
    import pandas as pd

    ledger = algo_ledger(tables)
    filled, qty, priced = ledger["filled"], ledger["qty"], ledger["priced"]
    paper = priced * ledger["arrival_mid"] * qty
    slippage = priced * ledger["side"] * (ledger["paid"] - ledger["arrival_mid"] * filled)
    vwap = over(ledger["market_turnover"], ledger["market_volume"]) / UNITS_PER_DOLLAR
    average = over(ledger["paid"], filled) / MICROS
    errors = [_tracking(tables, int(algo), int(shares)) for algo, shares in zip(ledger["algo_id"], qty, strict=True)]
    return pd.DataFrame(
        {
            "algo_id": ledger["algo_id"],
            "router": [tables.directory.agent(int(owner)) for owner in ledger["owner"]],
            "kind": [ALGO_KINDS.get(int(kind), "own") for kind in ledger["kind"]],
            "at": ledger["at"],
            "ended_at": ledger["ended_at"],
            "side": [SIDES[int(side)] for side in ledger["side"]],
            "limit": np.where(ledger["limit"] > 0, ledger["limit"] / UNITS_PER_DOLLAR, np.nan),
            "status": [PARENT_STATUS.get(int(status), "OPEN") for status in ledger["status"]],
            "slices": ledger["slices"],
            "ordered_shares": qty,
            "filled_shares": filled,
            "fill_rate": over(filled, qty),
            "arrival_mid": np.where(priced > 0, ledger["arrival_mid"] / MICROS, np.nan),
            "average_price": average,
            "slippage_bps": over(slippage, priced * ledger["arrival_mid"] * filled) * BASIS_POINTS,
            "fees": ledger["fees"] / MICROS,
            "all_in_cost": over(ledger["shortfall"], priced * qty) / MICROS,
            "all_in_bps": over(ledger["shortfall"], paper) * BASIS_POINTS,
            "shortfall": ledger["shortfall"] / MICROS,
            **{f"shortfall_{part}": ledger[part] / MICROS for part in ("delay", "execution", "opportunity")},
            "shortfall_fees": priced * ledger["fees"] / MICROS,
            "market_vwap": vwap,
            "vwap_slippage_bps": ledger["side"] * (average - vwap) / vwap * BASIS_POINTS,
            "participation": over(filled, ledger["market_volume"]),
            "tracking_error": [error for error, _ in errors],
            "largest_deviation": [largest for _, largest in errors],
        }
    )


def _tracking(tables: RunTables, algo_id: int, qty: int) -> tuple[float, float]:
    """(root mean square, largest) of filled less planned over ordered; NaN without a schedule."""
    by, planned = schedule(tables, algo_id)
    if not len(by):
        return float("nan"), float("nan")
    off = (filled_by(tables, algo_id, by) - planned) / qty
    return float(np.sqrt(np.mean(off * off))), float(np.max(np.abs(off)))


def schedule(tables: RunTables, algo_id: int) -> tuple[Ints, Ints]:
    """(times in ns, shares planned by then) of an order, in order of time; the latest row for a time counts."""
    rows = np.flatnonzero(tables["algo_schedule"]["algo_id"] == algo_id)
    by, planned = tables["algo_schedule"]["by"][rows], tables["algo_schedule"]["qty"][rows]
    latest = dict(zip(by.tolist(), planned.tolist(), strict=True))
    times = sorted(latest)
    return np.array(times, dtype=np.int64), np.array([latest[at] for at in times], dtype=np.int64)


def filled_by(tables: RunTables, algo_id: int, times: Ints) -> Ints:
    """Shares of an order that venues had filled at or before each time."""
    children, done = child_orders(tables), fills(tables)
    (row,) = np.flatnonzero(tables["algo_orders"]["algo_id"] == algo_id)
    own = np.flatnonzero(algo_of_parents(tables, children.parent_id)[done.child] == row)
    own = own[np.argsort(done.at[own], kind="stable")]
    filled = np.concatenate([[0], np.cumsum(done.qty[own])]).astype(np.int64)
    return filled[np.searchsorted(done.at[own], times, side="right")]
