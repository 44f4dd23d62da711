"""The best bid and offer over the venues' own displayed books, through the run: the ruler of every comparison.

Rules
    From the `quotes` table: what each venue's book showed, without any feed's delay. Never a router's view.
    At time t counts what happened at or before t (`until`) or strictly before t (`before`).
    The mid is (bid + ask) / 2. While a side is empty at every venue there is none, and the last one stands.
    A mid in millionths of a dollar is a whole number: (bid + ask) x 50, with prices in $0.0001.
    A locked or crossed best (books of different venues) is taken as it is.

Cost
    O(rows x venues) once, then O(log rows) a look-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.joins import pick
from analysis.tables import Ints, RunTables

NO_BID: Final = -1
NO_ASK: Final = 1 << 60
NO_MID: Final = -1
"""What look-ups answer where there is no price."""

Moment = Literal["until", "before"]


@dataclass(frozen=True)
class BestQuotes:
    """Best displayed prices after each row of `quotes`; prices in price units, ``mid`` in millionths of a dollar."""

    at: Ints
    bid: Ints
    ask: Ints
    mid: Ints

    def row(self, times: Ints, moment: Moment = "until") -> Ints:
        """Row that stands at each time; -1 before the first."""
        side: Literal["left", "right"] = "right" if moment == "until" else "left"
        return np.searchsorted(self.at, times, side=side).astype(np.int64) - 1

    def mid_at(self, times: Ints, moment: Moment = "until") -> Ints:
        """Mid at each time, millionths of a dollar; NO_MID before there is one."""
        return pick(self.mid, self.row(times, moment), NO_MID)

    def bid_at(self, times: Ints) -> Ints:
        """Best bid at or before each time, price units; NO_BID where there is none."""
        return pick(self.bid, self.row(times), NO_BID)

    def ask_at(self, times: Ints) -> Ints:
        """Best offer at or before each time, price units; NO_ASK where there is none."""
        return pick(self.ask, self.row(times), NO_ASK)


def best_quotes(tables: RunTables) -> BestQuotes:
    """Consolidate the lit venues' quotes of a run (computed once a run)."""
    return tables.once("best_quotes", _consolidate)


def best_quotes_without(tables: RunTables, venue: int) -> BestQuotes:
    """The same without one venue, by its number: what is better elsewhere."""
    return tables.once(f"best_quotes without {venue}", lambda its: _consolidate(its, venue))


def _consolidate(tables: RunTables, without: int | None = None) -> BestQuotes:
    quotes = tables["quotes"]
    venue = quotes["venue"]
    lit = np.array([tables.directory.is_lit(int(v)) and v != without for v in np.unique(venue)], dtype=bool)
    rows = np.flatnonzero(np.isin(venue, np.unique(venue)[lit]))
    rows = rows[np.argsort(quotes["at"][rows], kind="stable")]
    at, venue = quotes["at"][rows], venue[rows]
    bids = np.where(quotes["bid_qty"] > 0, quotes["bid"], NO_BID)[rows]
    asks = np.where(quotes["ask_qty"] > 0, quotes["ask"], NO_ASK)[rows]
    bid, ask = np.full(len(at), NO_BID), np.full(len(at), NO_ASK)
    for number in np.unique(venue):
        here = np.where(venue == number, np.arange(len(at)), -1)
        last = np.maximum.accumulate(here)
        bid = np.maximum(bid, pick(bids, last, NO_BID))
        ask = np.minimum(ask, pick(asks, last, NO_ASK))
    return BestQuotes(at, bid, ask, _standing_mid(bid, ask))


def _standing_mid(bid: Ints, ask: Ints) -> Ints:
    two_sided = (bid != NO_BID) & (ask != NO_ASK)
    last = np.maximum.accumulate(np.where(two_sided, np.arange(len(bid)), -1)) if len(bid) else bid
    return pick(np.where(two_sided, bid + ask, 0) * 50, last, NO_MID)
