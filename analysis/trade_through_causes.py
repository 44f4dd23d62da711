"""Why trades went through another venue's displayed quote although venues protect quotes: each by what could be seen.

Rules
    A trade is looked at when another lit venue displayed a better price, of however few shares, just before it. Its
    cause is the first of these that holds:
        sweep       its taker was marked as an intermarket sweep
        odd lot     no better quote was of a round lot: nothing that the rule protects
        unseen      as the trade's venue saw the others then, each by its own delay, none was better: a quote younger
                    than the view, or one that the view still had at another price
        crossed     the quotes that it saw of the others were crossed, and no trade goes through those
        tried       the order had been sent to better quotes before and had come back (RETURNED): a quote that has been
                    tried does not count again
        unexplained

Does not model
    Views with jitter: a view's delay is one number. Auctions: their trades count as if they had a taker, the seller.

Source: 17 CFR 242.611; the exceptions of its paragraph (b) as `venues.order_protection` has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.codes import BUY, RETURNED
from analysis.tables import Ints, RunTables
from analysis.trade_throughs import NO_ASK, NO_BID, quoted, swept

Flags = npt.NDArray[np.bool_]

SWEEP, ODD_LOT, UNSEEN, CROSSED, TRIED, UNEXPLAINED = "sweep", "odd lot", "unseen", "crossed", "tried", "unexplained"
CAUSES: Final = (SWEEP, ODD_LOT, UNSEEN, CROSSED, TRIED, UNEXPLAINED)


def trade_through_causes(tables: RunTables, views: Mapping[str, int | Mapping[str, int]]) -> dict[str, Ints]:
    """By cause, in the order of `CAUSES`, the rows of `trades` that went through a displayed quote elsewhere.

    Args:
        views: by venue that protects, how late it sees the others, ns: one number, or by venue. Trades at other venues
            are nobody's business and left out.

    Raises:
        ValueError: a delay below 1 ns.
    """
    found: dict[str, list[int]] = {cause: [] for cause in CAUSES}
    names = tables.directory.venues
    for number, name in names.items():
        if name in views and tables.directory.is_lit(number):
            for cause, rows in _at(tables, number, views[name]).items():
                found[cause] += rows.tolist()
    return {cause: np.array(sorted(rows), dtype=np.int64) for cause, rows in found.items()}


def _at(tables: RunTables, venue: int, view: int | Mapping[str, int]) -> dict[str, Ints]:
    trades, names = tables["trades"], tables.directory.venues
    rows = np.flatnonzero(trades["venue"] == venue)
    others = [number for number in names if number != venue and tables.directory.is_lit(number)]
    ages = {number: view if isinstance(view, int) else view[names[number]] for number in others}
    if any(age < 1 for age in ages.values()):
        raise ValueError(f"{names[venue]}: a view of {min(ages.values())} ns; nobody knows of a quote in its instant")
    at, price, buys = trades["at"][rows], trades["price"][rows], trades["side"][rows] == BUY
    lot = int(tables.market.get("instrument", {}).get("lot", 100))
    bid, ask = _best(tables, others, dict.fromkeys(others, 1), at, 1)
    round_bid, round_ask = _best(tables, others, dict.fromkeys(others, 1), at, lot)
    seen_bid, seen_ask = _best(tables, others, ages, at, lot)
    through = _worse(price, buys, bid, ask)
    left = through.copy()
    tests = {
        SWEEP: swept(tables)[rows],
        ODD_LOT: ~_worse(price, buys, round_bid, round_ask),
        UNSEEN: ~_worse(price, buys, seen_bid, seen_ask),
        CROSSED: seen_bid > seen_ask,
        TRIED: _came_back(tables, venue, rows),
    }
    causes: dict[str, Ints] = {}
    for cause, holds in tests.items():
        causes[cause] = rows[left & holds]
        left &= ~holds
    return {**causes, UNEXPLAINED: rows[left]}


def _best(tables: RunTables, venues: list[int], ages: Mapping[int, int], at: Ints, lot: int) -> tuple[Ints, Ints]:
    """The best of these venues' quotes of at least ``lot`` shares, each as it was its age before."""
    bid, ask = np.full(len(at), NO_BID), np.full(len(at), NO_ASK)
    for venue in venues:
        its_bid, its_ask = quoted(tables, venue, at - ages[venue], lot)
        bid, ask = np.maximum(bid, its_bid), np.minimum(ask, its_ask)
    return bid, ask


def _worse(price: Ints, buys: Flags, bid: Ints, ask: Ints) -> Flags:
    return np.asarray(np.where(buys, price > ask, price < bid))


def _came_back(tables: RunTables, venue: int, rows: Ints) -> Flags:
    """Of each trade: had its taker's order been away from this venue before?"""
    trades, reports = tables["trades"], tables["reports"]
    back = (reports["venue"] == venue) & (reports["reason"] == RETURNED)
    first: dict[int, int] = {}
    for order, at in zip(reports["order_id"][back].tolist(), reports["at"][back].tolist(), strict=True):
        first.setdefault(order, at)
    never = 1 << 62
    returned = np.array([first.get(order, never) for order in trades["taker_order"][rows].tolist()], dtype=np.int64)
    return np.asarray(returned <= trades["at"][rows])
