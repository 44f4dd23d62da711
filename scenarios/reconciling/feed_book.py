"""The displayed book that an order-by-order feed describes: bookkeeping alone, nothing is matched.

An order keeps its place when a modify keeps its price, does not enlarge it, and it had not been filled whole since its
last record; a modify after a full fill shows an iceberg's next peak, at the back.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from sortedcontainers import SortedDict

from agents.recordings.mbo import Action, MboRecord
from agents.recordings.mbp import PriceLevel
from venues.messages import Side

BUY, SELL = Side.BUY, Side.SELL
_NONE: Final = (0, 0, 0)


class Change(Enum):
    """What a record did to an order."""

    ARRIVED = "arrived"
    """Or left and came again: it is the last at its price."""
    SMALLER = "smaller"
    """In its place."""
    GONE = "gone"
    UNKNOWN = "unknown"
    """The feed never announced it."""
    NOTHING = "nothing"


class FeedOrder(NamedTuple):
    """An order as the feed shows it: price units, shares or contracts."""

    side: Side
    price: int
    qty: int


class FeedBook:
    """Orders by id, and by price in their order. O(log prices) a record."""

    def __init__(self) -> None:
        self._orders: dict[int, FeedOrder] = {}
        self._levels: dict[Side, SortedDict] = {BUY: SortedDict(), SELL: SortedDict()}
        self._filled: dict[int, int] = {}

    def find(self, order_id: int) -> FeedOrder | None:
        """The order; None: it is not displayed."""
        return self._orders.get(order_id)

    def orders(self) -> Iterator[tuple[int, FeedOrder]]:
        """All orders; those of one price in the order of their places."""
        for levels in self._levels.values():
            for level in levels.values():
                for order_id in level:
                    yield order_id, self._orders[order_id]

    def depth(self, side: Side, levels: int) -> tuple[PriceLevel, ...]:
        """The best levels, best first, filled up with (0, 0, 0)."""
        prices = self._levels[side]
        best = prices.keys()[: -levels - 1 : -1] if side is BUY else prices.keys()[:levels]
        found = [(price, sum(self._orders[i].qty for i in prices[price]), len(prices[price])) for price in best]
        return (*found, *[_NONE] * (levels - len(found)))

    @property
    def is_crossed(self) -> bool:
        """Locked or crossed: a call, or a mistake."""
        bids, asks = self._levels[BUY], self._levels[SELL]
        return bool(bids) and bool(asks) and bids.keys()[-1] >= asks.keys()[0]

    def fill(self, record: MboRecord) -> None:
        """Take note that a resting order was filled; the cancel or modify that follows books it."""
        self._filled[record.order_id] = self._filled.get(record.order_id, 0) + record.qty

    def apply(self, record: MboRecord) -> Change:
        """Do what a record says."""
        if record.action in (Action.TRADE, Action.FILL):
            return Change.NOTHING
        if record.action is Action.CLEAR:
            self.__init__()  # type: ignore[misc]
            return Change.NOTHING
        if record.action is Action.ADD:
            return self._arrive(record)
        order = self._orders.get(record.order_id)
        filled = self._filled.pop(record.order_id, 0)
        if order is None:
            return Change.UNKNOWN
        if record.action is Action.CANCEL:
            return self._shrink(record.order_id, order, order.qty - record.qty)
        if record.price == order.price and record.qty <= order.qty and filled < order.qty:
            return self._shrink(record.order_id, order, record.qty)
        return self._arrive(record)

    def _arrive(self, record: MboRecord) -> Change:
        assert record.side is not None
        order_id = record.order_id
        if order_id in self._orders:
            self._remove(order_id)
        self._orders[order_id] = FeedOrder(record.side, record.price, record.qty)
        self._levels[record.side].setdefault(record.price, {})[order_id] = None
        return Change.ARRIVED

    def _shrink(self, order_id: int, order: FeedOrder, qty: int) -> Change:
        if qty <= 0:
            self._remove(order_id)
            return Change.GONE
        self._orders[order_id] = order._replace(qty=qty)
        return Change.SMALLER

    def _remove(self, order_id: int) -> None:
        side, price, _ = self._orders.pop(order_id)
        level = self._levels[side][price]
        del level[order_id]
        if not level:
            del self._levels[side][price]
