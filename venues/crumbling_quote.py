"""The crumbling-quote signal of a venue: is the national bid, or offer, about to get worse?

Rules
    The venue sees the other venues' protected quotes over links of its own, late; its own do not count. A protected
    quote is a venue's best level of at least a round lot.
    The signal looks at each update that moves a venue's best price as it arrives, for the bid and for the offer apart:
    how many venues stand at the best price now and a window ago (or since that best price last changed, if that is
    later), and which have left it. When the weighted sum of these (`venues.quote_model`) is above the threshold, and
    enough venues have left within the window, the side's quote *crumbles*.
    It does so for the hold, counted anew whenever the condition is met again, and no longer than the best price of that
    side, as seen here, stays what it was. One side at a time: when the other's begins, this one's ends.
    A venue that leaves the best price moved away from it, or withdrew; one that improves on it has not left.

Cost
    One look at all venues for each update that moved a best price.

Does not model
    The later versions of IEX's calculation (spread and imbalance, from 2018 on), or its tiers by price.

Source: IEX rule 11.190(g); SR-IEX-2016-11.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from sim.environment import Environment
from sim.log import Column, EventLog, Schema
from venues.messages import Quote, Side
from venues.quote_model import SignalTerms
from venues.round_lots import in_round_lots

QUOTE_SIGNALS: Final = Schema(
    "quote_signals",
    "When a venue's crumbling-quote signal went on and off; `value` is the weighted sum in ten-thousandths.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("side", "i1", "code", {1: "BID", -1: "ASK"}),
        Column("on", "i1", "count"),
        Column("price", "i8", "price"),
        Column("value", "i8", "count"),
    ),
)


class Board(Protocol):
    """The venues' quotes as they are heard here."""

    def latest(self, now: int) -> list[tuple[str, Quote, int]]:
        """(venue, its latest quote, when it arrived)."""

    def subscribe(self, handler: Callable[[Quote], object]) -> None:
        """Call ``handler(quote)`` whenever a change of a venue's best prices arrives here."""


class SideOfMarket:
    """Who stands at the best price of one side, who has left it, and since when.

    >>> bids = SideOfMarket(Side.BUY)
    >>> for at, venue, price in ((0, "A", 100), (0, "B", 100), (5, "C", 100), (9, "B", 99)):
    ...     changed = bids.move(at, venue, price)
    >>> bids.best, bids.count, bids.count_at(5), bids.left_since(0)
    (100, 2, 3, ['B'])
    """

    __slots__ = ("_counts", "_left", "_prices", "_recent", "_sign", "best", "count")

    def __init__(self, side: Side) -> None:
        self._sign = int(side)
        self._prices: dict[str, int] = {}
        self.best = 0
        """The best price; 0: none."""
        self.count = 0
        """Venues at it."""
        self._counts: deque[tuple[int, int]] = deque()
        """(since when in ns, venues at the best price), since that price last changed."""
        self._left: list[tuple[int, str]] = []
        """(when in ns, venue) of those that left it since."""
        self._recent: deque[int] = deque((0, 0), maxlen=2)
        """The best price that each of the last two updates left, 0 where it left none."""

    def price_of(self, venue: str) -> int:
        """A venue's price as it was last heard of; 0: none."""
        return self._prices.get(venue, 0)

    def move(self, now: int, venue: str, price: int) -> bool:
        """A venue shows another price now (0: none). True: the best price changed."""
        before, best = self.price_of(venue), self.best
        self._prices[venue] = price
        self.best = self._best()
        self.count = sum(other == self.best for other in self._prices.values()) if self.best else 0
        leaves = bool(best) and before == best and (not price or (price - best) * self._sign < 0)
        self._recent.append(best if leaves else 0)
        if self.best != best:
            self._counts.clear()
            self._left.clear()
        elif leaves:
            self._left.append((now, venue))
        self._counts.append((now, self.count))
        return self.best != best

    def _best(self) -> int:
        there = [price for price in self._prices.values() if price]
        return (max(there) if self._sign > 0 else min(there)) if there else 0

    def count_at(self, then: int) -> int:
        """Venues that stood at the present best price then, or when it became the best, if that is later.

        What was before ``then`` is forgotten: ask for later and later times.
        """
        counts = self._counts
        while len(counts) > 1 and counts[1][0] <= then:
            counts.popleft()
        return counts[0][1] if counts else 0

    def left_since(self, then: int) -> list[str]:
        """Venues that left the present best price after ``then``, each once, in the order of leaving."""
        self._left = [(at, venue) for at, venue in self._left if at > then]
        return list(dict.fromkeys(venue for _, venue in self._left))

    @property
    def two_left(self) -> bool:
        """Were the last two updates of venues that left the present best price?"""
        return bool(self.best) and all(price == self.best for price in self._recent)


class CrumblingQuote:
    """The signal of one venue; it begins to look when it is made.

    Args:
        others: names of the venues whose quotes count.
        lot: of fewer shares nothing is protected.
        tell: called with (does the bid crumble, does the ask) whenever that changes.
        venue: its number in the log.
    """

    def __init__(
        self,
        env: Environment,
        board: Board,
        others: Iterable[str],
        lot: int,
        terms: SignalTerms,
        tell: Callable[[bool, bool], object],
        log: EventLog,
        venue: int,
    ) -> None:
        self._env = env
        self._board = board
        self._others = frozenset(others)
        self._lot = lot
        self._terms = terms
        self._leaders = None if terms.leaders is None else frozenset(terms.leaders)
        self._tell = tell
        self._venue = venue
        self._row = log.table(QUOTE_SIGNALS).append
        self._sides = {side: SideOfMarket(side) for side in (Side.BUY, Side.SELL)}
        self._until: dict[Side, int] = {}
        """Sides whose quote crumbles, and until when, ns."""
        board.subscribe(self._heard)

    def crumbles(self, side: Side) -> bool:
        """Is the best bid (of BUY), the best offer about to get worse?"""
        return side in self._until

    def _heard(self, _: object) -> None:
        now, lot = self._env.now, self._lot
        for name, quote, _ in self._board.latest(now):
            if name in self._others:
                bid, bid_qty, ask, ask_qty = in_round_lots(quote)[2:6]
                self._note(now, Side.BUY, name, bid if bid_qty >= lot else 0)
                self._note(now, Side.SELL, name, ask if ask_qty >= lot else 0)
        values = {side: self._value(side, now) for side in self._sides}
        met = [side for side, value in values.items() if value is not None and value > self._terms.threshold]
        if met:
            side = max(met, key=lambda side: values[side] or 0)
            self._begin(side, values[side] or 0, now)

    def _note(self, now: int, side: Side, name: str, price: int) -> None:
        market = self._sides[side]
        if price != market.price_of(name) and market.move(now, name, price):
            self._end(side)

    def _value(self, side: Side, now: int) -> int | None:
        """The weighted sum of a side; None while nothing can crumble, or too few have left."""
        terms, near, far = self._terms, self._sides[side], self._sides[Side(-side)]
        then = now - terms.window
        left = near.left_since(then)
        if not near.best or len(left) < terms.least_left:
            return None
        leaders = [venue for venue in left if self._leaders is None or venue in self._leaders]
        return terms.coefficients.weigh(
            near.count, far.count, near.count_at(then), far.count_at(then), near.two_left, len(leaders)
        )

    # -- on and off -----------------------------------------------------------------------------

    def _begin(self, side: Side, value: int, now: int) -> None:
        was_on = side in self._until
        self._until[side] = until = now + self._terms.hold
        self._env.call_at(until, self._lapse, (side, until))
        if was_on:
            return
        self._write(side, True, value)
        other = Side(-side)
        if self._until.pop(other, None) is not None:
            self._write(other, False, 0)
        self._say()

    def _lapse(self, due: tuple[Side, int]) -> None:
        side, until = due
        if self._until.get(side) == until:  # else it began anew, or ended before
            self._end(side)

    def _end(self, side: Side) -> None:
        if self._until.pop(side, None) is not None:
            self._write(side, False, 0)
            self._say()

    def _write(self, side: Side, on: bool, value: int) -> None:
        self._row(self._env.now, self._venue, int(side), int(on), self._sides[side].best, value)

    def _say(self) -> None:
        self._tell(Side.BUY in self._until, Side.SELL in self._until)
