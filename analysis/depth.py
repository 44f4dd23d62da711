"""How much stands at the best price: displayed shares at the consolidated best, by venue, averaged over time.

Rules
    From the lit venues' own quotes, without any feed's delay. A venue counts while its price is the best of all on that
    side; with another's better price its shares are behind it and count nothing. Both sides are averaged.
    A time without a quote on a side counts 0 there.
"""

from __future__ import annotations

import numpy as np

from analysis.best_quotes import NO_ASK, NO_BID
from analysis.joins import pick
from analysis.tables import Ints, RunTables


def depth_at_best(tables: RunTables, since: int | None = None) -> dict[str, float]:
    """Shares a side, by lit venue in the order of their numbers; ``since``: ns, the end of the warm-up unless given.

    All venues together are the consolidated depth. NaN: no time was measured.
    """
    begin = int(tables.market.get("warm_up") or 0) if since is None else since
    venues = [number for number in sorted(tables.directory.venues) if tables.directory.is_lit(number)]
    sums = np.zeros(len(venues))
    at = _times(tables)
    spans = np.maximum(np.append(at[1:], tables.end), begin) - np.maximum(at, begin)
    for price, size, nothing, sign in (("bid", "bid_qty", NO_BID, 1), ("ask", "ask_qty", NO_ASK, -1)):
        prices, sizes = zip(*(_standing(tables, number, price, size, nothing) for number in venues), strict=True)
        best = np.max([sign * its for its in prices], axis=0)
        sums += [
            float((np.where(sign * its == best, shares, 0) * spans).sum())
            for its, shares in zip(prices, sizes, strict=True)
        ]
    total = int(spans.sum())
    return {
        tables.directory.venue(number): shares / 2 / total if total else float("nan")
        for number, shares in zip(venues, sums.tolist(), strict=True)
    }


def _order(tables: RunTables) -> Ints:
    return np.argsort(tables["quotes"]["at"], kind="stable").astype(np.int64)


def _times(tables: RunTables) -> Ints:
    return tables["quotes"]["at"][_order(tables)]


def _standing(tables: RunTables, venue: int, price: str, size: str, nothing: int) -> tuple[Ints, Ints]:
    """One side of a venue's quote after each row of all quotes in order of time: (price, shares)."""
    quotes, order = tables["quotes"], _order(tables)
    here = np.where(quotes["venue"][order] == venue, np.arange(len(order)), -1)
    last = np.maximum.accumulate(here) if len(here) else here
    shares = pick(quotes[size][order], last, 0)
    return np.where(shares > 0, pick(quotes[price][order], last, nothing), nothing), shares
