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

    __slots__ = ("cum_qty", "leaves_qty", "level", "next", "order_id", "owner", "previous", "side", "time_in_force")

    # No __init__: Ladder.add fills it in, for a third of the price.
    order_id: int
    owner: int
    side: Side
    leaves_qty: int
    cum_qty: int
    time_in_force: TimeInForce
    level: Level
    previous: RestingOrder | None
    next: RestingOrder | None

    terms: Terms | None = None
    standing: Standing = Standing.DISPLAYED
    place: int = 0
    stop_px: int = 0

    @property
    def price(self) -> int | None:
        """The limit price, price units."""
        return self.level.price

    @property
    def shown_qty(self) -> int:
        """What the market sees of it: all."""
        return self.leaves_qty


class SpecialOrder(RestingOrder):
    """An order with more to it. ``price`` is what it is worth now (None: no price), ``cap`` a peg's limit."""

    __slots__ = ("cap", "place", "price", "shown_qty", "standing", "stop_px", "terms")

    price: int | None
    shown_qty: int
    cap: int | None

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
    """All displayed orders at one price, first in first out. It comes with its first order and goes with its last."""

    __slots__ = ("count", "first", "last", "price", "volume")

    def __init__(self, price: int, order: RestingOrder, volume: int) -> None:
        self.price = price
        self.first = self.last = order
        self.volume = volume
        """Shares shown."""
        self.count = 1

    def __iter__(self) -> Iterator[RestingOrder]:
        order: RestingOrder | None = self.first
        while order is not None:
            yield order
            order = order.next


class Ladder:
    """One side of the book. ``keys`` are prices signed so that the best is the last: bids +price, asks -price."""

    __slots__ = ("best", "best_key", "hidden", "inactive", "keys", "levels", "market", "moved", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}
        self.best: Level | None = None
        self.best_key = _NO_ORDERS
        self.moved = False
        """Set when the best price or its size changes; :meth:`Holdings.best_moved` asks and unsets."""
        self.hidden: list[tuple[int, int, SpecialOrder]] = []
        """(minus key, place, order): in order of priority."""
        self.inactive: list[SpecialOrder] = []
        self.market: list[SpecialOrder] = []

    # -- plain orders ---------------------------------------------------------------------------

    def add(
        self, order_id: int, owner: int, side: Side, leaves: int, cum: int, tif: TimeInForce, key: int
    ) -> RestingOrder:
        """Put a new plain order at the back of its level."""
        order = RestingOrder()
        order.order_id = order_id
        order.owner = owner
        order.side = side
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

    def remove(self, order: RestingOrder) -> None:
        """Take a plain order out."""
        self.unlink(order, order.leaves_qty)

    # -- displayed orders of any kind ---------------------------------------------------------------

    def link(self, order: RestingOrder, key: int, shown: int) -> None:
        """Put the order at the back of the level, with so many shares shown."""
        order.next = None
        level = self.levels.get(key)
        if level is None:
            order.previous = None
            order.level = self._open(key, order, shown)
            return
        order.level = level
        order.previous = last = level.last
        last.next = level.last = order
        level.volume += shown
        level.count += 1
        if level is self.best:
            self.moved = True

    def unlink(self, order: RestingOrder, shown: int) -> None:
        """Take the order out of its level; the level goes with its last order."""
        level = order.level
        before, after = order.previous, order.next
        if before is not None:
            before.next = after
        elif after is not None:
            level.first = after
        else:
            self._close(level)
            return
        if after is not None:
            after.previous = before
        elif before is not None:
            level.last = before
        level.volume -= shown
        level.count -= 1
        if level is self.best:
            self.moved = True

    def swap(self, old: RestingOrder, new: RestingOrder) -> None:
        """Put ``new`` exactly where ``old`` stands; both show the same."""
        level, before, after = old.level, old.previous, old.next
        new.level, new.previous, new.next = level, before, after
        if before is None:
            level.first = new
        else:
            before.next = new
        if after is None:
            level.last = new
        else:
            after.previous = new

    def link_by_place(self, order: SpecialOrder, key: int, shown: int) -> None:
        """Put the order into the level before those that came later."""
        self.link(order, key, shown)
        before, level = order.previous, order.level
        if before is None or before.place < order.place:
            return
        level.last = before
        before.next = None
        while before.previous is not None and before.previous.place > order.place:
            before = before.previous
        order.previous, order.next = before.previous, before
        if order.previous is None:
            level.first = order
        else:
            order.previous.next = order
        before.previous = order

    def _open(self, key: int, order: RestingOrder, shown: int) -> Level:
        level = self.levels[key] = Level(key * self.sign, order, shown)
        if key > self.best_key:
            self.keys.append(key)
            self.best, self.best_key, self.moved = level, key, True
        else:
            insort(self.keys, key)
        return level

    def _close(self, level: Level) -> None:
        keys, key = self.keys, level.price * self.sign
        del self.levels[key]
        if level is not self.best:
            del keys[bisect_left(keys, key)]
            return
        keys.pop()
        self.moved = True
        if keys:
            self.best_key = keys[-1]
            self.best = self.levels[self.best_key]
        else:
            self.best, self.best_key = None, _NO_ORDERS

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
