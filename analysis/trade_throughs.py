"""Trades at a worse price than another venue displayed: counted in the log, as Rule 611 sees them.

Rules
    A trade is through a quote when its taker paid more than another lit venue's displayed ask, or got less than its
    bid. The quotes are those of ``age`` ns before the trade: with the delay of a venue's view of the others, what it
    knew; with 1 ns, what stood everywhere. A trade through a quote that was younger than the view is explained by
    staleness. Only quotes of at least a round lot count.
    Exempt: takers marked as intermarket sweeps, trades while the quotes were crossed, trades at venues without display.

Does not model
    Auctions: their trades count as if they had a taker, the seller. Orders that a venue had sent to the better quote
    before they traded here: with late views they count, though the rule exempts them.

Source: 17 CFR 242.611.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.codes import BUY
from analysis.tables import Ints, RunTables

NO_BID: Final = -(1 << 62)
NO_ASK: Final = 1 << 62


def trade_throughs(tables: RunTables, age: int = 1) -> Ints:
    """Rows of `trades` that went through another venue's quote, of which at least ``age`` ns were known.

    Raises:
        ValueError: an age below 1; nobody knows of a quote in the instant it is made.
    """
    if age < 1:
        raise ValueError(f"age = {age}: a quote is known after 1 ns at the earliest; write 1 or more")
    trades = tables["trades"]
    lit = [venue for venue in tables.directory.venues if tables.directory.is_lit(venue)]
    bid, any_bid = (np.full(len(trades), NO_BID) for _ in range(2))
    ask, any_ask = (np.full(len(trades), NO_ASK) for _ in range(2))
    for venue in lit:
        its_bid, its_ask = quoted(tables, venue, trades["at"] - age)
        elsewhere = trades["venue"] != venue
        bid = np.maximum(bid, np.where(elsewhere, its_bid, NO_BID))
        ask = np.minimum(ask, np.where(elsewhere, its_ask, NO_ASK))
        any_bid, any_ask = np.maximum(any_bid, its_bid), np.minimum(any_ask, its_ask)
    price = trades["price"]
    worse = np.where(trades["side"] == BUY, price > ask, price < bid)
    exempt = (any_bid > any_ask) | swept(tables) | ~np.isin(trades["venue"], lit)
    return np.flatnonzero(worse & ~exempt).astype(np.int64)


def quoted(tables: RunTables, venue: int, times: Ints, least: int | None = None) -> tuple[Ints, Ints]:
    """A venue's bid and ask of at least so many shares (a round lot, unless given) as they stood at each time."""
    quotes = tables["quotes"]
    rows = np.flatnonzero(quotes["venue"] == venue)
    found = np.searchsorted(quotes["at"][rows], times, side="right") - 1
    if not len(rows):
        return np.full(len(times), NO_BID), np.full(len(times), NO_ASK)
    row = rows[np.maximum(found, 0)]
    lot = int(tables.market.get("instrument", {}).get("lot", 100)) if least is None else least
    bid = np.where((found >= 0) & (quotes["bid_qty"][row] >= lot), quotes["bid"][row], NO_BID)
    ask = np.where((found >= 0) & (quotes["ask_qty"][row] >= lot), quotes["ask"][row], NO_ASK)
    return bid, ask


def swept(tables: RunTables) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of each trade: was its taker an intermarket sweep? Order ids are unique in a market."""
    return np.isin(tables["trades"]["taker_order"], tables["sweeps"]["order_id"])
