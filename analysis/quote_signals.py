"""How good a crumbling-quote signal was, and what it did for the pegs that it kept in place.

Definitions
    on_share     share of the time after the warm-up during which a side's signal was on, both sides added
    moves        adverse moves: times at which the best bid over the other lit venues' books fell, or best offer rose,
                 after the warm-up and before the venues close
    predicted    of these those at which that side's signal was on, just before
    firings      times that a side's signal went on
    followed     of these those after which that side moved adversely while the signal was on, or within `grace`

A move and the signal are both of the venues' own clocks: what the signal heard late, it cannot have predicted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.best_quotes import NO_ASK, NO_BID, NO_MID, best_quotes, best_quotes_without
from analysis.codes import MICROS_PER_DOLLAR, MICROS_PER_UNIT
from analysis.tables import Ints, RunTables

BID, ASK = 1, -1
GRACE: Final = 2_000_000
"""ns after a firing in which a move still counts as what it told of."""


@dataclass(frozen=True)
class SignalQuality:
    """Counts of one venue's signal; see the definitions above."""

    on_share: float
    moves: int
    predicted: int
    firings: int
    followed: int


def venues_with_signals(tables: RunTables) -> list[str]:
    """Names of the venues whose signal was ever on."""
    return [tables.directory.venue(number) for number in np.unique(tables["quote_signals"]["venue"]).tolist()]


def signal_quality(tables: RunTables, venue: str, grace: int = GRACE) -> SignalQuality:
    """The figures of a venue's signal.

    Raises:
        ValueError: no venue has that name.
    """
    numbers = {name: number for number, name in tables.directory.venues.items()}
    if venue not in numbers:
        raise ValueError(f"no venue is named {venue!r}; venues: {', '.join(numbers)}")
    start, stop = int(tables.market.get("warm_up") or 0), int(tables.market.get("duration") or tables.end)
    on_time = moves = predicted = firings = followed = 0
    for side in (BID, ASK):
        begins, ends = _episodes(tables, numbers[venue], side)
        adverse = _adverse_moves(tables, numbers[venue], side)
        adverse = adverse[(adverse >= start) & (adverse < stop)]
        kept = ends > start
        begins, ends = np.maximum(begins[kept], start), ends[kept]
        on_time += int((ends - begins).sum())
        moves += len(adverse)
        before = np.searchsorted(begins, adverse, side="left") - 1
        predicted += int(((before >= 0) & (ends[np.maximum(before, 0)] >= adverse)).sum()) if len(begins) else 0
        firings += len(begins)
        following = np.append(adverse, np.iinfo(np.int64).max)[np.searchsorted(adverse, begins, side="right")]
        followed += int((following <= np.maximum(ends, begins + grace)).sum())
    lasted = max(1, tables.end - start)
    return SignalQuality(on_time / lasted, moves, predicted, firings, followed)


def _episodes(tables: RunTables, venue: int, side: int) -> tuple[Ints, Ints]:
    """When a side's signal went on, and off (the end of the run, if it did not)."""
    log = tables["quote_signals"]
    mine = (log["venue"] == venue) & (log["side"] == side)
    begins, ends = log["at"][mine & (log["on"] == 1)], log["at"][mine & (log["on"] == 0)]
    return begins, np.append(ends, np.full(len(begins) - len(ends), tables.end)).astype(np.int64)


def _adverse_moves(tables: RunTables, venue: int, side: int) -> Ints:
    """When a side's best price over the other lit venues got worse."""
    best = best_quotes_without(tables, venue)
    price, none = (best.bid, NO_BID) if side == BID else (best.ask, NO_ASK)
    last = np.append(best.at[1:] != best.at[:-1], True) if len(best.at) else np.zeros(0, dtype=bool)
    at, price = best.at[last], price[last]  # several venues at one time: what stands after all of them
    worse = (side * np.diff(price) < 0) & (price[:-1] != none)
    moved: Ints = at[1:][worse]
    return moved


def resting_markout(tables: RunTables, kind: str, horizon: int) -> tuple[float, int]:
    """($ per share, shares) of the trades in which agents of a kind were the resting side.

    Its sign x (mid after the horizon (ns) - price), share-weighted; negative: picked off. NaN without such a trade.
    """
    trades, best = tables["trades"], best_quotes(tables)
    owners = [number for number, its in tables.directory.agent_kinds.items() if its == kind]
    mine = np.isin(trades["maker"], owners)
    later = trades["at"][mine] + horizon
    mid = best.mid_at(later)
    known = (mid != NO_MID) & (later <= tables.end)
    qty = trades["qty"][mine][known]
    shares = int(qty.sum())
    if not shares:
        return float("nan"), 0
    moved = mid[known] - trades["price"][mine][known] * MICROS_PER_UNIT
    return float((-trades["side"][mine][known] * moved * qty).sum()) / shares / MICROS_PER_DOLLAR, shares
