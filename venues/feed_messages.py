"""What a venue tells the public of its displayed book: order by order (L3), and by price level (L2, L1).

The order messages are those of Nasdaq's TotalView-ITCH 5.0 in their meaning, not in their bytes; each docstring names
the ITCH letter. Prices are price units ($0.0001), sizes shares, times ns of the venue's clock.

A reference is the feed's own number of a displayed order: never the order's id, never used twice. An order that comes
back with a new place (a replace, an iceberg's next peak) has a new reference, so a reader cannot tell the next peak of
an iceberg from anybody else's order.
"""

from __future__ import annotations

from typing import NamedTuple

from venues.messages import BookState, Side


class OrderAdded(NamedTuple):
    """A displayed order joins the back of its level (ITCH A)."""

    reference: int
    side: Side
    qty: int
    price: int


class OrderExecuted(NamedTuple):
    """Displayed shares traded at their displayed price; at 0 shares the reference is gone (ITCH E)."""

    reference: int
    qty: int
    match: int
    """Number of the trade."""


class OrderExecutedAt(NamedTuple):
    """Displayed shares traded in a cross, at its price; the order keeps its place (ITCH C, not printable).

    Both orders of a trade have the same ``match``. The volume is told once, by the :class:`CrossTrade` that follows.
    """

    reference: int
    qty: int
    match: int
    price: int


class HiddenTrade(NamedTuple):
    """A trade against shares that were not displayed; it changes no displayed order (ITCH P).

    Without a side: Nasdaq has told none since 2014.
    """

    price: int
    qty: int
    match: int


class OrderReduced(NamedTuple):
    """``qty`` shares less; the order keeps its place (ITCH X)."""

    reference: int
    qty: int


class OrderDeleted(NamedTuple):
    """The order is displayed no more (ITCH D)."""

    reference: int


class OrderReplaced(NamedTuple):
    """The order leaves and is back under a new reference, behind all others at its price (ITCH U)."""

    reference: int
    new_reference: int
    qty: int
    price: int


class TradingState(NamedTuple):
    """The venue is in another phase of its session (ITCH H)."""

    state: BookState


class CrossTrade(NamedTuple):
    """An auction traded ``qty`` shares in all at one price (ITCH Q); ``call`` is the phase that collected them."""

    price: int
    qty: int
    call: BookState


OrderMessage = (
    OrderAdded
    | OrderExecuted
    | OrderExecutedAt
    | HiddenTrade
    | OrderReduced
    | OrderDeleted
    | OrderReplaced
    | TradingState
    | CrossTrade
)


class OrderPacket(NamedTuple):
    """All that one message to the venue changed, to be taken as a whole.

    ``first`` is the sequence number of the first message in it, the others follow by one. A packet without messages is
    a heartbeat: it says which number comes next. ``venue_seq`` is the venue's number of the message that it answered,
    as in its quotes and tables; it has gaps wherever nothing displayed changed.
    """

    at: int
    venue_seq: int
    first: int
    messages: tuple[OrderMessage, ...]

    @property
    def last(self) -> int:
        """The sequence number of the last message."""
        return self.first + len(self.messages) - 1


class OrderSnapshot(NamedTuple):
    """The displayed book after message ``seq``: bids, then asks, each side in order of priority."""

    at: int
    seq: int
    state: BookState
    orders: tuple[OrderAdded, ...]


class LevelUpdate(NamedTuple):
    """What a price level now holds; a ``qty`` of 0: it is not among those that the feed shows."""

    side: Side
    price: int
    qty: int
    orders: int
    """How many displayed orders."""


class LevelTrade(NamedTuple):
    """Shares traded at a price, displayed or not."""

    price: int
    qty: int


class LevelPacket(NamedTuple):
    """All that one message to the venue changed in the levels shown, to be taken as a whole.

    ``first`` to ``last`` are the sequence numbers it stands for: one, or many in a conflated feed.
    """

    at: int
    venue_seq: int
    first: int
    last: int
    levels: tuple[LevelUpdate, ...]
    trades: tuple[LevelTrade, ...]


class LevelSnapshot(NamedTuple):
    """The levels shown after packet ``seq``: bids, then asks, the best first."""

    at: int
    seq: int
    levels: tuple[LevelUpdate, ...]
