"""Where live orders stand: levels of displayed orders, and beside them what nobody sees.

A side is a :class:`Ladder`. Displayed limit orders stand in levels, first in first out, linked to each other. Hidden
and pegged orders stand in a list of their own, in order of priority, so that a book without them does not pay for them;
pegs without a price and market orders that rest have lists of their own too.

A plain order is a :class:`RestingOrder`; one that is more (terms, an auction's, a market order) a
:class:`SpecialOrder`, which also knows its place in time. A plain order needs none: it has its place in the queue.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from venues.messages import Peg, Side, Terms, TimeInForce

_ANY_PRICE: Final = -(1 << 62)
"""The key of the limit of an order without one: every price will do."""
_NO_ORDERS: Final = _ANY_PRICE - 1
"""The best key of an empty side: worse than any limit."""


class Standing(IntEnum):
    """Where a special order is."""

    NOWHERE = 0
    """On its way: matching, or ended."""
    DISPLAYED = 1
    HIDDEN = 2
    INACTIVE = 3
    """A peg without a price."""
    MARKET = 4
    """A market order that rests."""
    STOP = 5
    CLOSE = 6
    """For the closing auction, which has not begun."""


class RestingOrder:
    """A plain limit order in the book: a link in the queue of its level. Made and changed by the book alone."""

    __slots__ = ("cum_qty", "leaves_qty", "level", "next", "order_id", "owner", "previous", "time_in_force")

    # No __init__: Ladder.add fills it in, for a third of the price.
    order_id: int
    owner: int
    leaves_qty: int
    cum_qty: int
    time_in_force: TimeInForce
    level: Level
    previous: RestingOrder
    next: RestingOrder

    terms: Terms | None = None
    standing: Standing = Standing.DISPLAYED
    place: int = 0
    stop_px: int = 0

    @property
    def side(self) -> Side:
        """Its side: that of its ladder."""
        return self.level.ladder.side

    @property
    def price(self) -> int | None:
        """The limit price, price units."""
        return self.level.price

    @property
    def shown_qty(self) -> int:
        """What the market sees of it: all."""
        return self.leaves_qty


class SpecialOrder(RestingOrder):
    """An order with more to it. ``price`` is what it is worth now (None: no price), ``cap`` a peg's limit.

    ``discretionary_px``: of a discretionary peg that has a price the price that it would go to; else None.
    """

    __slots__ = ("cap", "discretionary_px", "place", "price", "shown_qty", "side", "standing", "stop_px", "terms")

    side: Side
    price: int | None
    shown_qty: int
    cap: int | None
    discretionary_px: int | None

    def __init__(
        self,
        order_id: int,
        owner: int,
        side: Side,
        leaves_qty: int,
        cum_qty: int,
        price: int | None,
        time_in_force: TimeInForce,
        terms: Terms | None,
    ) -> None:
        self.order_id = order_id
        self.owner = owner
        self.side = side
        self.leaves_qty = leaves_qty
        self.cum_qty = cum_qty
        self.price = self.cap = price
        self.time_in_force = time_in_force
        self.terms = terms
        self.standing = Standing.NOWHERE
        self.place = self.shown_qty = self.stop_px = 0
        self.discretionary_px = None

    @property
    def limit(self) -> int | None:
        """The worst price that it takes; None: any."""
        return self.price if self.discretionary_px is None else self.discretionary_px

    @property
    def peg(self) -> Peg:
        """What it follows."""
        return Peg.NONE if self.terms is None else self.terms.peg

    @property
    def hidden(self) -> bool:
        """Shall nobody see it? A peg always; a market order never."""
        terms = self.terms
        return terms is not None and (bool(terms.peg) or (terms.display_qty == 0 and self.price is not None))

    def peak(self, leaves: int) -> int:
        """The part shown next when so much is open."""
        shown = None if self.terms is None else self.terms.display_qty
        return min(shown, leaves) if shown and self.price is not None else leaves


class Level:
    """All displayed orders at one price, first in first out. It comes with its first order and goes with its last.

    The queue is a ring: ``head`` is no order, stands before the first and after the last, and saves every question
    whether there is a neighbour.
    """

    __slots__ = ("count", "head", "ladder", "price", "volume")

    def __init__(self, ladder: Ladder, price: int, order: RestingOrder, volume: int) -> None:
        self.ladder = ladder
        self.price = price
        self.head = head = RestingOrder()
        head.previous = head.next = order
        order.previous = order.next = head
        self.volume = volume
        """Shares shown."""
        self.count = 1

    def __iter__(self) -> Iterator[RestingOrder]:
        head = self.head
        order = head.next
        while order is not head:
            yield order
            order = order.next


class Ladder:
    """One side of the book. ``keys`` are prices signed so that the best is the last: bids +price, asks -price."""

    __slots__ = ("best", "best_key", "hidden", "inactive", "keys", "levels", "market", "moved", "side", "sign", "wall")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sign = int(side)
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}
        self.best: Level | None = None
        self.best_key = _NO_ORDERS
        self.wall = -_NO_ORDERS
        """Minus the best key: an order of the other side whose key reaches this would trade."""
        self.moved = False
        """Set when the best price or its size changes; :meth:`Holdings.best_moved` asks and unsets."""
        self.hidden: list[tuple[int, int, SpecialOrder]] = []
        """(minus key, place, order): in order of priority."""
        self.inactive: list[SpecialOrder] = []
        self.market: list[SpecialOrder] = []

    # -- plain orders ---------------------------------------------------------------------------

    def add(self, order_id: int, owner: int, leaves: int, cum: int, tif: TimeInForce, key: int) -> RestingOrder:
        """Put a new plain order at the back of its level."""
        order = RestingOrder()
        order.order_id = order_id
        order.owner = owner
        order.leaves_qty = leaves
        order.cum_qty = cum
        order.time_in_force = tif
        self.link(order, key, leaves)
        return order

    def reduce(self, order: RestingOrder, leaves: int) -> None:
        """Make a plain order smaller; it keeps its place."""
        level = order.level
        level.volume -= order.leaves_qty - leaves
        order.leaves_qty = leaves
        if level is self.best:
            self.moved = True

    def taken(self, level: Level, first: RestingOrder, orders: int, shares: int) -> None:
        """An order has taken so many orders and shares off the best level; ``first`` knows that it is first."""
        if first is level.head:
            self.close(level)
            return
        level.head.next = first
        level.count -= orders
        level.volume -= shares
        self.moved = True

    # -- displayed orders of any kind ---------------------------------------------------------------

    def link(self, order: RestingOrder, key: int, shown: int) -> None:
        """Put the order at the back of the level, with so many shares shown."""
        level = self.levels.get(key)
        if level is None:
            order.level = self.open(key, order, shown)
            return
        order.level = level
        order.next = head = level.head
        order.previous = last = head.previous
        last.next = head.previous = order
        level.volume += shown
        level.count += 1
        if level is self.best:
            self.moved = True

    def unlink(self, order: RestingOrder, shown: int) -> None:
        """Take the order out of its level; the level goes with its last order."""
        level = order.level
        if level.count == 1:
            self.close(level)
            return
        before, after = order.previous, order.next
        before.next = after
        after.previous = before
        level.volume -= shown
        level.count -= 1
        if level is self.best:
            self.moved = True

    def swap(self, old: RestingOrder, new: RestingOrder) -> None:
        """Put ``new`` exactly where ``old`` stands; both show the same."""
        new.level, new.previous, new.next = old.level, old.previous, old.next
        new.previous.next = new.next.previous = new

    def link_by_place(self, order: SpecialOrder, key: int, shown: int) -> None:
        """Put the order into the level before those that came later."""
        self.link(order, key, shown)
        head, before = order.level.head, order.previous
        while before is not head and before.place > order.place:
            before = before.previous
        order.previous.next, head.previous = head, order.previous
        order.previous, order.next = before, before.next
        before.next.previous = before.next = order

    def open(self, key: int, order: RestingOrder, shown: int) -> Level:
        """A new level with its first order."""
        level = self.levels[key] = Level(self, key * self.sign, order, shown)
        if key > self.best_key:
            self.keys.append(key)
            self.best, self.best_key, self.wall, self.moved = level, key, -key, True
        else:
            insort(self.keys, key)
        return level

    def close(self, level: Level) -> None:
        """The level has lost its last order. The ring is cut, or it would wait for the garbage collector."""
        head = level.head
        head.next = head.previous = None  # type: ignore[assignment]
        keys, key = self.keys, level.price * self.sign
        del self.levels[key]
        if level is not self.best:
            del keys[bisect_left(keys, key)]
            return
        keys.pop()
        self.moved = True
        if keys:
            self.best_key = key = keys[-1]
            self.wall = -key
            self.best = self.levels[key]
        else:
            self.best, self.best_key, self.wall = None, _NO_ORDERS, -_NO_ORDERS

    def volume_down_to(self, limit_key: int, enough: int) -> int:
        """Displayed shares at the limit or better; stops counting at ``enough``."""
        volume = 0
        for key in reversed(self.keys):
            if key < limit_key or volume >= enough:
                break
            volume += self.levels[key].volume
        return volume

    # -- orders that nobody sees ---------------------------------------------------------------------

    def hide(self, order: SpecialOrder, price: int) -> None:
        """Put a hidden order where its price and place say."""
        insort(self.hidden, (-price * self.sign, order.place, order))

    def unhide(self, order: SpecialOrder, price: int) -> None:
        """Take it out."""
        del self.hidden[bisect_left(self.hidden, (-price * self.sign, order.place))]

    # -- all of them -----------------------------------------------------------------------------------

    def orders(self) -> Iterator[RestingOrder]:
        """All orders of the side in order of priority: market, price, displayed first, place; inactive pegs last."""
        yield from self.market
        yield from self.priced(self.hidden)
        yield from self.inactive

    def priced(self, hidden: list[tuple[int, int, SpecialOrder]]) -> Iterator[RestingOrder]:
        """The displayed orders and those of ``hidden``, in order of priority."""
        waiting = 0
        for key in reversed(self.keys):
            while waiting < len(hidden) and -hidden[waiting][0] > key:
                yield hidden[waiting][2]
                waiting += 1
            yield from self.levels[key]
        for _, _, order in hidden[waiting:]:
            yield order
