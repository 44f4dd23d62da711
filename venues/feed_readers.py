"""Readers that rebuild what a venue displays from its feed, notice what they missed, and recover from a snapshot.

Rules
    Packets count for what their sequence numbers say, not for when they come: what was read before is ignored, what
    comes too early is held until what is missing has come, by itself or in a snapshot.
    A snapshot at number s stands for everything up to s: the reader holds what it says and goes on with s + 1. One that
    is older than what the reader has read is ignored.
    A late joiner is a reader who missed everything before its first packet.
    While something is missing, a reader holds the book as of the last packet before the gap: exact, but old.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Generic, Protocol, TypeVar

from venues.displayed_book import BUY, SELL, DisplayedBook
from venues.feed_messages import LevelPacket, LevelSnapshot, LevelUpdate, OrderPacket, OrderSnapshot
from venues.messages import Side


class Sequenced(Protocol):
    """A packet that stands for the sequence numbers ``first`` to ``last``."""

    @property
    def first(self) -> int:
        """The first of them."""

    @property
    def last(self) -> int:
        """The last; before ``first``: the packet only says what comes next."""


P = TypeVar("P", bound=Sequenced)


class InSequence(Generic[P]):
    """Puts packets into the order of their numbers and knows which are missing.

    >>> from venues.feed_messages import OrderDeleted
    >>> line: InSequence[OrderPacket] = InSequence()
    >>> one, two, three = (OrderPacket(0, 0, first, (OrderDeleted(first),)) for first in (1, 2, 3))
    >>> line.take(one) == [one], line.take(three), line.missing
    (True, [], (2, 2))
    >>> line.take(two) == [two, three], line.missing
    (True, None)
    """

    __slots__ = ("_held", "expected")

    def __init__(self) -> None:
        self.expected = 1
        """The sequence number that comes next."""
        self._held: dict[int, P] = {}

    @property
    def missing(self) -> tuple[int, int] | None:
        """The first run of numbers (first, last) that never came although later ones did; None: no gap."""
        return (self.expected, min(self._held) - 1) if self._held else None

    def take(self, packet: P) -> list[P]:
        """The packets that can be read now, in order."""
        first, last = packet.first, packet.last
        if first > self.expected:
            known = self._held.get(first)
            if known is None or known.last < last:
                self._held[first] = packet
            return []
        ready = []
        if last >= self.expected:
            ready.append(packet)
            self.expected = last + 1
        return ready + self._follow() if self._held else ready

    def skip_to(self, seq: int) -> list[P]:
        """Everything up to ``seq`` is known from elsewhere: the held packets that can be read now, in order."""
        self.expected = seq + 1
        return self._follow()

    def _follow(self) -> list[P]:
        ready = []
        for first in sorted(self._held):
            if first > self.expected:
                break
            packet = self._held.pop(first)
            if packet.last >= self.expected:
                ready.append(packet)
                self.expected = packet.last + 1
        return ready


class OrderBookReader:
    """Rebuilds the displayed book from an order-by-order feed.

    >>> from venues.feed_messages import OrderAdded, OrderExecuted
    >>> from venues.messages import BookState
    >>> reader = OrderBookReader()
    >>> reader.take(OrderPacket(0, 1, 1, (OrderAdded(1, SELL, 300, 100_0500),)))
    >>> reader.take(OrderPacket(9, 3, 3, (OrderExecuted(1, 100, 1),)))
    >>> reader.missing
    (2, 2)
    >>> reader.recover(OrderSnapshot(7, 2, BookState.CONTINUOUS, (OrderAdded(1, SELL, 250, 100_0500),)))
    >>> reader.missing, reader.book.depth(SELL)
    (None, [(1000500, 150, 1)])
    """

    def __init__(self) -> None:
        self.book = DisplayedBook()
        """What is displayed, as far as was read."""
        self.at = 0
        """The venue's time of what was read last, ns."""
        self._line: InSequence[OrderPacket] = InSequence()

    @property
    def seq(self) -> int:
        """The last sequence number read."""
        return self._line.expected - 1

    @property
    def missing(self) -> tuple[int, int] | None:
        """The first gap (first, last): ask for a snapshot. None: the book is as new as the last packet."""
        return self._line.missing

    def take(self, packet: OrderPacket) -> None:
        """Read a packet, or hold it until what is missing has come.

        Raises:
            FeedError: the packet contradicts the book.
        """
        expected = self._line.expected
        for ready in self._line.take(packet):
            self._read(ready, expected)

    def recover(self, snapshot: OrderSnapshot) -> None:
        """Go on from a snapshot; one that is older than what was read is ignored."""
        if snapshot.seq < self._line.expected:
            return
        self.book.load(snapshot.orders, snapshot.state)
        self.at = snapshot.at
        expected = snapshot.seq + 1
        for ready in self._line.skip_to(snapshot.seq):
            self._read(ready, expected)

    def _read(self, packet: OrderPacket, expected: int) -> None:
        for message in packet.messages[max(0, expected - packet.first) :]:
            self.book.apply(message)
        self.at = packet.at


class LevelReader:
    """Rebuilds price levels from a level feed of any depth, conflated or not.

    >>> reader = LevelReader()
    >>> reader.take(LevelPacket(0, 1, 1, 1, (LevelUpdate(SELL, 100_0500, 300, 1),), ()))
    >>> reader.top()
    (0, 0, 1000500, 300)
    """

    def __init__(self) -> None:
        self.at = 0
        """The venue's time of what was read last, ns."""
        self.last_px = 0
        """The last trade's price; 0: none was told."""
        self.traded_qty = 0
        """Shares traded, displayed or not, as far as was read."""
        self._line: InSequence[LevelPacket] = InSequence()
        self._levels: dict[Side, dict[int, tuple[int, int]]] = {BUY: {}, SELL: {}}
        self._prices: dict[Side, list[int]] = {BUY: [], SELL: []}

    @property
    def seq(self) -> int:
        """The last sequence number read."""
        return self._line.expected - 1

    @property
    def missing(self) -> tuple[int, int] | None:
        """The first gap (first, last): ask for a snapshot. None: the levels are as new as the last packet."""
        return self._line.missing

    def take(self, packet: LevelPacket) -> None:
        """Read a packet, or hold it until what is missing has come."""
        for ready in self._line.take(packet):
            self._read(ready)

    def recover(self, snapshot: LevelSnapshot) -> None:
        """Go on from a snapshot; one that is older than what was read is ignored."""
        if snapshot.seq < self._line.expected:
            return
        for side in (BUY, SELL):
            self._levels[side].clear()
            self._prices[side].clear()
        for update in snapshot.levels:
            self._set(update)
        self.at = snapshot.at
        for ready in self._line.skip_to(snapshot.seq):
            self._read(ready)

    def depth(self, side: Side, levels: int | None = None) -> list[tuple[int, int, int]]:
        """(price, shares, orders) of the best levels of a side that the feed shows, best first; None: of all."""
        prices = self._prices[side] if side is SELL else self._prices[side][::-1]
        return [(price, *self._levels[side][price]) for price in prices[:levels]]

    def top(self) -> tuple[int, int, int, int]:
        """(bid, bid_qty, ask, ask_qty); a side without displayed orders is 0, 0."""
        (bid, bid_qty, _), (ask, ask_qty, _) = (next(iter(self.depth(side, 1)), (0, 0, 0)) for side in (BUY, SELL))
        return bid, bid_qty, ask, ask_qty

    def _read(self, packet: LevelPacket) -> None:
        for update in packet.levels:
            self._set(update)
        for price, qty in packet.trades:
            self.last_px = price
            self.traded_qty += qty
        self.at = packet.at

    def _set(self, update: LevelUpdate) -> None:
        side, price, qty, orders = update
        levels, prices = self._levels[side], self._prices[side]
        if qty:
            if price not in levels:
                insort(prices, price)
            levels[price] = (qty, orders)
        elif price in levels:
            del levels[price], prices[bisect_left(prices, price)]
