"""The displayed book as a feed tells it, order by order: what a publisher has told and what a reader has heard.

Rules
    At a price, orders stand in the order in which they were added. Executions and reductions keep the place; a replaced
    order goes to the back of its new level. An order of 0 shares is gone.
    In the call of an auction the sides may cross: the book is what the feed told, it matches nothing.

Cost
    O(1) a message at a price that is in the book; a new price costs a search and a short shift.

Does not model
    Orders without a price: they stand in no level.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from venues.feed_messages import (
    CrossTrade,
    HiddenTrade,
    LevelTrade,
    OrderAdded,
    OrderDeleted,
    OrderExecuted,
    OrderExecutedAt,
    OrderMessage,
    OrderReduced,
    OrderReplaced,
    TradingState,
)
from venues.messages import BookState, Side

BUY, SELL = Side.BUY, Side.SELL
LevelKey = tuple[Side, int]
"""(side, price)."""


class Changes(NamedTuple):
    """What a run of messages came to: the levels that changed, in the order in which they first did, and the trades."""

    levels: tuple[LevelKey, ...]
    trades: tuple[LevelTrade, ...]


class FeedError(ValueError):
    """A feed contradicts itself: a message was lost, doubled or made for another book."""


class DisplayedLevel:
    """The displayed orders at one price: ``queue`` is shares by reference, the first in the queue first."""

    __slots__ = ("price", "qty", "queue", "side")

    def __init__(self, side: Side, price: int) -> None:
        self.side = side
        self.price = price
        self.qty = 0
        """Shares of all of them."""
        self.queue: dict[int, int] = {}


class DisplayedBook:
    """Displayed orders by reference and by level.

    >>> book = DisplayedBook()
    >>> book.apply(OrderAdded(1, SELL, 300, 100_0500))
    >>> book.apply(OrderAdded(2, SELL, 200, 100_0500))
    >>> book.apply(OrderExecuted(1, 300, match=1))
    >>> book.top(), list(book.orders())
    ((0, 0, 1000500, 200), [OrderAdded(reference=2, side=<Side.SELL: -1>, qty=200, price=1000500)])
    """

    __slots__ = ("_by_reference", "_levels", "_prices", "_touched", "_trades", "last_px", "state", "traded_qty")

    def __init__(self) -> None:
        self._by_reference: dict[int, DisplayedLevel] = {}
        self._levels: dict[Side, dict[int, DisplayedLevel]] = {BUY: {}, SELL: {}}
        self._prices: dict[Side, list[int]] = {BUY: [], SELL: []}
        self._touched: dict[LevelKey, None] | None = None
        self._trades: list[LevelTrade] = []
        self.state = BookState.CONTINUOUS
        """The phase of the venue's session."""
        self.last_px = 0
        """The last trade's price; 0: none was told."""
        self.traded_qty = 0
        """Shares traded, displayed or not, since this book began to listen."""

    # -- what it hears ---------------------------------------------------------------------------

    def apply(self, message: OrderMessage) -> None:
        """Take the next message.

        Raises:
            FeedError: it speaks of an order that is not displayed, or of more shares than are.
        """
        _HANDLERS[type(message)](self, message)

    def load(self, orders: tuple[OrderAdded, ...], state: BookState) -> None:
        """Hold these orders and no others."""
        self._by_reference.clear()
        for side in (BUY, SELL):
            self._levels[side].clear()
            self._prices[side].clear()
        self.state = state
        for order in orders:
            self._added(order)

    # -- what it holds ---------------------------------------------------------------------------

    def top(self) -> tuple[int, int, int, int]:
        """(bid, bid_qty, ask, ask_qty); a side without displayed orders is 0, 0."""
        (bid, bid_qty, _), (ask, ask_qty, _) = (next(iter(self.depth(side, 1)), (0, 0, 0)) for side in (BUY, SELL))
        return bid, bid_qty, ask, ask_qty

    def depth(self, side: Side, levels: int | None = None) -> list[tuple[int, int, int]]:
        """(price, shares, orders) of the best levels of a side, best first; None: of all."""
        held = self._levels[side]
        return [(price, held[price].qty, len(held[price].queue)) for price in self._best_prices(side, levels)]

    def level(self, side: Side, price: int) -> tuple[int, int]:
        """(shares, orders) at a price; (0, 0) where nobody is."""
        level = self._levels[side].get(price)
        return (0, 0) if level is None else (level.qty, len(level.queue))

    def orders(self, side: Side | None = None) -> Iterator[OrderAdded]:
        """Every displayed order: bids, then asks, or one side; each side in order of priority."""
        for each in (BUY, SELL) if side is None else (side,):
            for price in self._best_prices(each, None):
                for reference, qty in self._levels[each][price].queue.items():
                    yield OrderAdded(reference, each, qty, price)

    def order(self, reference: int) -> OrderAdded | None:
        """The displayed order with this reference, if any."""
        level = self._by_reference.get(reference)
        return None if level is None else OrderAdded(reference, level.side, level.queue[reference], level.price)

    def is_last(self, reference: int) -> bool:
        """Is the order the last in the queue of its level?"""
        return next(reversed(self._of(reference).queue)) == reference

    def ahead_of(self, reference: int) -> int:
        """Displayed shares that trade before this order at its price. Cost: the orders before it.

        Raises:
            FeedError: no such order is displayed.
        """
        ahead = 0
        for other, qty in self._of(reference).queue.items():
            if other == reference:
                break
            ahead += qty
        return ahead

    def __len__(self) -> int:
        return len(self._by_reference)

    def _best_prices(self, side: Side, levels: int | None) -> list[int]:
        prices = self._prices[side]
        if side is SELL:
            return prices[:levels]
        return prices[::-1] if levels is None else prices[: -levels - 1 : -1]

    # -- what changed ----------------------------------------------------------------------------

    def watch(self) -> None:
        """From now on remember what changes, for :meth:`take_changes`."""
        if self._touched is None:
            self._touched = {}

    def take_changes(self) -> Changes:
        """What changed since this was last asked; nothing without :meth:`watch`."""
        changes = Changes(tuple(self._touched or ()), tuple(self._trades))
        if self._touched:
            self._touched = {}
        self._trades.clear()
        return changes

    # -- one handler a message -------------------------------------------------------------------

    def _added(self, message: OrderAdded) -> None:
        reference, side, qty, price = message
        if reference in self._by_reference or qty <= 0:
            raise FeedError(f"{message}: a new order needs shares and a reference that no displayed order has")
        level = self._levels[side].get(price)
        if level is None:
            level = self._levels[side][price] = DisplayedLevel(side, price)
            insort(self._prices[side], price)
        level.queue[reference] = qty
        level.qty += qty
        self._by_reference[reference] = level
        self._touch(level)

    def _executed(self, message: OrderExecuted) -> None:
        level = self._take(message.reference, message.qty)
        self._print(level.price, message.qty)

    def _reduced(self, message: OrderReduced | OrderExecutedAt) -> None:
        self._take(message.reference, message.qty)

    def _deleted(self, message: OrderDeleted) -> None:
        reference = message.reference
        self._take(reference, self._of(reference).queue[reference])

    def _replaced(self, message: OrderReplaced) -> None:
        reference, new_reference, qty, price = message
        side = self._of(reference).side
        self._deleted(OrderDeleted(reference))
        self._added(OrderAdded(new_reference, side, qty, price))

    def _traded(self, message: HiddenTrade | CrossTrade) -> None:
        self._print(message.price, message.qty)

    def _in_state(self, message: TradingState) -> None:
        self.state = message.state

    # -- the parts -------------------------------------------------------------------------------

    def _of(self, reference: int) -> DisplayedLevel:
        level = self._by_reference.get(reference)
        if level is None:
            raise FeedError(f"reference {reference}: no such order is displayed; recover from a snapshot")
        return level

    def _take(self, reference: int, qty: int) -> DisplayedLevel:
        level = self._of(reference)
        left = level.queue[reference] - qty
        if left < 0 or qty <= 0:
            raise FeedError(f"reference {reference}: {qty} shares of {level.queue[reference]} displayed")
        level.qty -= qty
        if left:
            level.queue[reference] = left
        else:
            self._remove(reference, level)
        self._touch(level)
        return level

    def _remove(self, reference: int, level: DisplayedLevel) -> None:
        del level.queue[reference], self._by_reference[reference]
        if not level.queue:
            prices = self._prices[level.side]
            del self._levels[level.side][level.price], prices[bisect_left(prices, level.price)]

    def _touch(self, level: DisplayedLevel) -> None:
        if self._touched is not None:
            self._touched[level.side, level.price] = None

    def _print(self, price: int, qty: int) -> None:
        self.last_px = price
        self.traded_qty += qty
        if self._touched is not None:
            self._trades.append(LevelTrade(price, qty))


_HANDLERS: dict[type[Any], Callable[[DisplayedBook, Any], None]] = {
    OrderAdded: DisplayedBook._added,
    OrderExecuted: DisplayedBook._executed,
    OrderExecutedAt: DisplayedBook._reduced,
    HiddenTrade: DisplayedBook._traded,
    OrderReduced: DisplayedBook._reduced,
    OrderDeleted: DisplayedBook._deleted,
    OrderReplaced: DisplayedBook._replaced,
    TradingState: DisplayedBook._in_state,
    CrossTrade: DisplayedBook._traded,
}
