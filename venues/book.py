"""A limit order book with price-time priority: a pure machine, no clock, no I/O.

Rules
    Priority: better price, then earlier arrival of the order (or of the change that lost its place).
    A trade is at the resting (maker's) price. Both parties get a report, the maker's first.
    A new order is acknowledged (NEW), then trades in match order, then its remainder:
        DAY, GTC limit   rests
        IOC, any market  is cancelled (IOC_REMAINDER, MARKET_REMAINDER); with nothing to trade against, all of it
        FOK              trades whole or not at all (FOK_NOT_FILLABLE); what counts is the size within the limit
    A replace names a new total quantity, filled shares included (FIX), and a price.
        same price, same or smaller total   keeps its place
        anything else                       loses it: the order leaves and comes back as if new, and may trade
        total at or below what is filled    cancels the rest
    DAY orders end when the book closes (SESSION_END); GTC orders stay. A closed book refuses new orders and replaces.
    Ids are unique while live; afterwards an id may be used again. A cancel or replace by another owner is answered
    as for an unknown order. Every message gets at least one report; a rejected one changes nothing.

Cost
    New order, cancel, reduce: O(1) at a price that is in the book, O(log p) search and a short shift for a new price
    (p prices on that side; most new prices are near the best, which is the end of the list). A match: O(1) per maker.

Does not model
    Hidden, iceberg, pegged and stop orders, self-trade prevention, auctions. One instrument per book.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

from venues.messages import (
    LARGEST_ID,
    LARGEST_PRICE,
    LARGEST_QTY,
    BadMessage,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from venues.refusals import fault_of_fields, is_id, is_price, is_qty, mended, refuse

BUY, SELL = Side.BUY, Side.SELL
DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
MAKER, TAKER, NO_LIQUIDITY = Liquidity.MAKER, Liquidity.TAKER, Liquidity.NONE
_NEW, _TRADE, _CANCELED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED
_REPLACED, _REJECTED, _CANCEL_REJECTED = ExecType.REPLACED, ExecType.REJECTED, ExecType.CANCEL_REJECTED
_OPEN, _PARTIAL, _FILLED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED
_DONE = OrdStatus.CANCELED
_OK = Reason.NONE

_make: Callable[..., ExecutionReport] = tuple.__new__  # half the cost of the named constructor
_ANY_PRICE: Final = -(1 << 62)


class BookState(IntEnum):
    """Whether the book takes orders."""

    OPEN = 0
    CLOSED = 1


class RestingOrder:
    """An order in the book: a link in the queue of its level. Changed by the book alone."""

    __slots__ = ("cum_qty", "leaves_qty", "level", "next", "order_id", "owner", "previous", "side", "time_in_force")

    def __init__(self, order_id: int, owner: int, side: Side, leaves_qty: int, cum_qty: int, tif: TimeInForce) -> None:
        self.order_id = order_id
        self.owner = owner
        self.side = side
        self.leaves_qty = leaves_qty
        self.cum_qty = cum_qty
        self.time_in_force = tif
        self.level: Level
        self.previous: RestingOrder | None = None
        self.next: RestingOrder | None = None

    @property
    def price(self) -> int:
        """The limit price, price units."""
        return self.level.price


class Level:
    """All orders at one price, first in first out."""

    __slots__ = ("count", "first", "last", "price", "volume")

    def __init__(self, price: int) -> None:
        self.price = price
        self.volume = 0
        self.count = 0
        self.first: RestingOrder | None = None
        self.last: RestingOrder | None = None


class Ladder:
    """One side of the book. ``keys`` are prices signed so that the best is the last: bids +price, asks -price."""

    __slots__ = ("keys", "levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}

    def add(self, order: RestingOrder, key: int) -> None:
        """Put the order at the back of its level."""
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level(key * self.sign)
            insort(self.keys, key)
        last = level.last
        if last is None:
            level.first = order
        else:
            last.next = order
            order.previous = last
        level.last = order
        level.volume += order.leaves_qty
        level.count += 1
        order.level = level

    def remove(self, order: RestingOrder) -> None:
        """Take the order out; the level goes with its last order."""
        level = order.level
        before, after = order.previous, order.next
        if before is None:
            level.first = after
        else:
            before.next = after
        if after is None:
            level.last = before
        else:
            after.previous = before
        level.volume -= order.leaves_qty
        level.count -= 1
        if before is None and after is None:
            self.drop(level.price * self.sign)

    def drop(self, key: int) -> None:
        """Remove an empty level."""
        del self.levels[key]
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]

    def volume_down_to(self, limit_key: int, enough: int) -> int:
        """Shares at the limit or better; stops counting at ``enough``."""
        volume = 0
        for key in reversed(self.keys):
            if key < limit_key or volume >= enough:
                break
            volume += self.levels[key].volume
        return volume


class Book:
    """One instrument's book at one venue. ``tick`` in price units ($0.0001).

    >>> book = Book(tick=100)
    >>> _ = book.submit(NewOrder(1, 7, Side.SELL, 500, 100_0100), now=0)
    >>> for report in book.submit(NewOrder(2, 8, Side.BUY, 800, 100_0200, TimeInForce.IOC), now=5):
    ...     print(report.exec_type.name, report.order_id, report.last_qty, report.leaves_qty)
    NEW 2 0 800
    TRADE 1 500 0
    TRADE 2 500 300
    CANCELED 2 0 0
    """

    __slots__ = ("_asks", "_bids", "_live", "state", "tick")

    def __init__(self, tick: int = 100) -> None:
        if tick <= 0:
            raise ValueError(f"tick = {tick}: a tick is a whole number of price units above zero, $0.01 is 100")
        self.tick = tick
        self.state = BookState.OPEN
        self._bids = Ladder(1)
        self._asks = Ladder(-1)
        self._live: dict[int, RestingOrder] = {}

    # -- messages -------------------------------------------------------------------------------

    def handle(self, message: object, now: int) -> list[ExecutionReport]:
        """Answer any message; what is none is rejected with BAD_MESSAGE."""
        return _HANDLERS.get(type(message), Book._bad)(self, message, now)

    def submit(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        """Take a new order; the reports in the order in which they happened."""
        order_id, owner, side, qty, price, tif = order
        if (
            qty.__class__ is not int
            or not 0 < qty <= LARGEST_QTY
            or side.__class__ is not Side
            or tif.__class__ is not TimeInForce
            or (
                price is not None
                and (price.__class__ is not int or not 0 < price <= LARGEST_PRICE or price % self.tick)
            )
            or order_id.__class__ is not int
            or not -LARGEST_ID <= order_id <= LARGEST_ID
            or order_id in self._live
            or owner.__class__ is not int
            or self.state
        ):
            return self._mend_or_reject(order, now)
        opposite = self._asks if side is BUY else self._bids
        if price is None:
            limit_key = _ANY_PRICE
        else:
            limit_key = -price if side is BUY else price
        accepted = _make(
            ExecutionReport,
            (_NEW, _OPEN, order_id, owner, side, price, 0, 0, 0, qty, NO_LIQUIDITY, _OK, now),
        )
        keys = opposite.keys
        if (not keys or keys[-1] < limit_key) and (tif is DAY or tif is GTC) and price is not None:
            self._rest(order_id, owner, side, -limit_key, qty, 0, tif)
            return [accepted]
        reports = [accepted]
        if tif is FOK and opposite.volume_down_to(limit_key, qty) < qty:
            self._cancel_rest(reports, order, 0, Reason.FOK_NOT_FILLABLE, now)
            return reports
        cum = self._match(reports, order, 0, opposite, limit_key, now)
        if cum == qty:
            return reports
        if price is None:
            self._cancel_rest(reports, order, cum, Reason.MARKET_REMAINDER, now)
        elif tif is IOC or tif is FOK:
            self._cancel_rest(reports, order, cum, Reason.IOC_REMAINDER, now)
        else:
            self._rest(order_id, owner, side, -limit_key, qty - cum, cum, tif)
        return reports

    def cancel(self, message: CancelOrder, now: int) -> list[ExecutionReport]:
        """Cancel what is open of a live order of that owner."""
        order_id, owner = message
        order = self._live.get(order_id) if order_id.__class__ is int else self._of_odd_id(order_id)
        if order is None or order.owner != owner:
            return [refuse(_CANCEL_REJECTED, message, Reason.UNKNOWN_ORDER, now)]
        return [self._take_out(order, Reason.REQUESTED, now)]

    def replace(self, message: ReplaceOrder, now: int) -> list[ExecutionReport]:
        """Change a live order's total quantity and price; see the rules above for what keeps its place."""
        order_id, owner, qty, price = message
        order = self._live.get(order_id) if order_id.__class__ is int else self._of_odd_id(order_id)
        if order is None or order.owner != owner:
            return [refuse(_CANCEL_REJECTED, message, Reason.UNKNOWN_ORDER, now)]
        reason = self._fault_of_replace(message)
        if reason:
            return [refuse(_CANCEL_REJECTED, message, reason, now)]
        order_id, owner, qty, price = order.order_id, order.owner, int(qty), int(price)
        cum, old_price = order.cum_qty, order.level.price
        leaves = qty - cum
        if leaves <= 0:
            return [self._take_out(order, Reason.REQUESTED, now)]
        side = order.side
        status = _PARTIAL if cum else _OPEN
        reports = [
            _make(
                ExecutionReport,
                (_REPLACED, status, order_id, owner, side, price, 0, 0, cum, leaves, NO_LIQUIDITY, _OK, now),
            )
        ]
        if price == old_price and leaves <= order.leaves_qty:
            order.level.volume -= order.leaves_qty - leaves
            order.leaves_qty = leaves
            return reports
        self._unlink(order)
        again = NewOrder(order_id, owner, side, qty, price, order.time_in_force)
        opposite = self._asks if side is BUY else self._bids
        limit_key = -price if side is BUY else price
        cum = self._match(reports, again, cum, opposite, limit_key, now)
        if cum < qty:
            self._rest(order_id, owner, side, -limit_key, qty - cum, cum, order.time_in_force)
        return reports

    def set_state(self, state: BookState, now: int) -> list[ExecutionReport]:
        """Open or close the book; closing ends all DAY orders, bids before asks, each side in priority order."""
        self.state = state
        if state is BookState.OPEN:
            return []
        ended = [order for order in self.orders() if order.time_in_force is DAY]
        return [self._take_out(order, Reason.SESSION_END, now) for order in ended]

    # -- what it holds --------------------------------------------------------------------------

    def top(self) -> tuple[int, int, int, int]:
        """(bid, bid_qty, ask, ask_qty); a side without orders is 0, 0."""
        bids, asks = self._bids, self._asks
        if bids.keys:
            level = bids.levels[bids.keys[-1]]
            bid, bid_qty = level.price, level.volume
        else:
            bid = bid_qty = 0
        if asks.keys:
            level = asks.levels[asks.keys[-1]]
            return bid, bid_qty, level.price, level.volume
        return bid, bid_qty, 0, 0

    def depth(self, side: Side, levels: int = 10) -> list[tuple[int, int, int]]:
        """(price, shares, orders) of the best levels of a side, best first."""
        ladder = self._bids if side is BUY else self._asks
        found = [ladder.levels[key] for key in ladder.keys[: -levels - 1 : -1]]
        return [(level.price, level.volume, level.count) for level in found]

    def orders(self) -> Iterator[RestingOrder]:
        """All live orders: bids, then asks, each side in priority order."""
        for ladder in (self._bids, self._asks):
            for key in reversed(ladder.keys):
                order = ladder.levels[key].first
                while order is not None:
                    yield order
                    order = order.next

    def find(self, order_id: int) -> RestingOrder | None:
        """The live order with this id, if any."""
        return self._live.get(order_id)

    def __len__(self) -> int:
        return len(self._live)

    def state_hash(self) -> str:
        """SHA-256 over every live order in priority order."""
        rows = [(int(o.side), o.price, o.order_id, o.owner, o.leaves_qty, o.cum_qty) for o in self.orders()]
        return sha256(repr(rows).encode()).hexdigest()

    # -- the parts ------------------------------------------------------------------------------

    def _match(
        self,
        reports: list[ExecutionReport],
        taker: NewOrder,
        cum: int,
        opposite: Ladder,
        limit_key: int,
        now: int,
    ) -> int:
        """Trade until the quantity, the limit or the other side is exhausted; the new cumulative quantity."""
        order_id, owner, side, qty, limit, _ = taker
        keys, levels, live = opposite.keys, opposite.levels, self._live
        maker_side = SELL if side is BUY else BUY
        leaves = qty - cum
        while leaves and keys and keys[-1] >= limit_key:
            key = keys[-1]
            level = levels[key]
            price = level.price
            maker = level.first
            while maker is not None and leaves:
                traded = maker.leaves_qty
                if traded > leaves:
                    traded = leaves
                    status = _PARTIAL
                else:
                    status = _FILLED
                leaves -= traded
                cum += traded
                maker.leaves_qty = maker_leaves = maker.leaves_qty - traded
                maker.cum_qty = maker_cum = maker.cum_qty + traded
                level.volume -= traded
                maker_id, maker_owner = maker.order_id, maker.owner
                reports.append(
                    _make(
                        ExecutionReport,
                        (_TRADE, status, maker_id, maker_owner, maker_side, price, price, traded, maker_cum)
                        + (maker_leaves, MAKER, _OK, now),
                    )
                )
                reports.append(
                    _make(
                        ExecutionReport,
                        (_TRADE, _PARTIAL if leaves else _FILLED, order_id, owner, side, limit, price, traded, cum)
                        + (leaves, TAKER, _OK, now),
                    )
                )
                if maker_leaves:
                    break
                del live[maker_id]
                level.count -= 1
                maker = level.first = maker.next
                if maker is not None:
                    maker.previous = None
            if level.first is None:
                keys.pop()
                del levels[key]
        return cum

    def _rest(self, order_id: int, owner: int, side: Side, key: int, leaves: int, cum: int, tif: TimeInForce) -> None:
        order = self._live[order_id] = RestingOrder(order_id, owner, side, leaves, cum, tif)
        if side is BUY:
            self._bids.add(order, key)
        else:
            self._asks.add(order, key)

    def _unlink(self, order: RestingOrder) -> None:
        del self._live[order.order_id]
        (self._bids if order.side is BUY else self._asks).remove(order)

    def _take_out(self, order: RestingOrder, reason: Reason, now: int) -> ExecutionReport:
        price = order.level.price
        self._unlink(order)
        return _make(
            ExecutionReport,
            (_CANCELED, _DONE, order.order_id, order.owner, order.side, price, 0, 0, order.cum_qty, 0)
            + (NO_LIQUIDITY, reason, now),
        )

    @staticmethod
    def _cancel_rest(reports: list[ExecutionReport], order: NewOrder, cum: int, reason: Reason, now: int) -> None:
        reports.append(
            _make(
                ExecutionReport,
                (_CANCELED, _DONE, order.order_id, order.owner, order.side, order.price, 0, 0, cum, 0)
                + (NO_LIQUIDITY, reason, now),
            )
        )

    # -- refusals -------------------------------------------------------------------------------

    def _mend_or_reject(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        """Numpy integers and plain numbers for enumerations are understood; anything else is refused."""
        reason = fault_of_fields(order)
        if not reason:
            order = mended(order)
            reason = self._fault_of_values(order)
            if not reason:
                return self.submit(order, now)
        return [refuse(_REJECTED, order, reason, now)]

    def _fault_of_values(self, order: NewOrder) -> Reason:
        if self.state is not BookState.OPEN:
            return Reason.VENUE_CLOSED
        if order.price is not None and order.price % self.tick:
            return Reason.OFF_TICK
        return Reason.DUPLICATE_ID if order.order_id in self._live else Reason.NONE

    def _fault_of_replace(self, message: ReplaceOrder) -> Reason:
        if self.state is not BookState.OPEN:
            return Reason.VENUE_CLOSED
        if not is_qty(message.qty):
            return Reason.BAD_QTY
        if not is_price(message.price):
            return Reason.BAD_PRICE
        return Reason.OFF_TICK if message.price % self.tick else Reason.NONE

    def _of_odd_id(self, order_id: Any) -> RestingOrder | None:
        """The live order, if the id is a numpy integer; nothing else can be one (1.0 is not 1)."""
        return self._live.get(int(order_id)) if is_id(order_id) else None

    def _bad(self, message: Any, now: int) -> list[ExecutionReport]:
        return [refuse(_REJECTED, message, Reason.BAD_MESSAGE, now)]


_HANDLERS: dict[type, Callable[[Book, Any, int], list[ExecutionReport]]] = {
    NewOrder: Book.submit,
    CancelOrder: Book.cancel,
    ReplaceOrder: Book.replace,
    BadMessage: Book._bad,
}
