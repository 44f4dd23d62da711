"""A venue's limit order book: a pure machine, no clock, no agent, no I/O.

Rules (docs/matching.md has all of them)
    Priority: better price, then displayed before hidden, then earlier arrival of the order (or of the change that lost
    its place). Two orders of one nanosecond: who was handed in first; the clock settles nothing.
    A trade is at the resting (maker's) price. Both parties get a report, the maker's first.
    A new order is acknowledged (NEW), then trades in match order, then its remainder:
        DAY, GTC, GTD limit  rests
        IOC                  is cancelled (IOC_REMAINDER); with nothing to trade against, all of it
        FOK                  trades whole or not at all (FOK_NOT_FILLABLE); what counts is what would trade
        market               is cancelled (MARKET_REMAINDER), or as the venue's `market_remainder` says
    A replace names a new total quantity, filled shares included (FIX; `replace_qty: open`: the new open quantity), and
    a price.
        same price, no more shares   keeps its place (`smaller_size: loses`: does not)
        anything else                loses it: the order leaves and comes back as if new, and may trade
        total at or below what is filled    cancels the rest
    What a command sets off comes after it, in this order, until nothing changes: trailing stops follow, stops trigger,
    pegs follow, triggered orders go to market one by one, bands move.
    What is due at t happens after every message of t.
    Ids are unique while live. A cancel or replace by another owner is answered as for an unknown order. Every message
    gets at least one report; a rejected one changes nothing.

Cost
    While nothing special is about (see `Holdings._plain`) one test sends a plain order past all of the above.
    New order, cancel, reduce: O(1) at a price that is in the book, O(log p) search and a short shift for a new price
    (p prices on that side; most new prices are near the best, which is the end of the list). A match: O(1) per maker.

Where things are
    `ladder` levels and queues, `holdings` what there is, `crossing` matching with terms and self-trade prevention,
    `cascade` stops, pegs, bands, `sessions` phases, auctions, time; this file: the messages.

Does not model
    Displayed pegs, discretionary offsets but for the discretionary peg, the hidden half of a price-to-comply order,
    all-or-none that rests, implied orders, trade busts. One instrument per book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from venues.admission import Admission
from venues.holdings import BUY, DAY, FOK, GTC, IOC, MAKER, NO_LIQUIDITY, SELL, TAKER, Reports, _make
from venues.ladder import _ANY_PRICE, Ladder, RestingOrder
from venues.messages import (
    LARGEST_PRICE,
    LARGEST_QTY,
    BadMessage,
    CancelOrder,
    ExecType,
    ExecutionReport,
    NewOrder,
    OrdStatus,
    Reason,
    ReduceOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from venues.policies import ReplaceQty, SmallerSize
from venues.refusals import unknown
from venues.snapshots import restored, taken

_NEW, _TRADE, _CANCELED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED
_REPLACED, _REJECTED, _CANCEL_REJECTED = ExecType.REPLACED, ExecType.REJECTED, ExecType.CANCEL_REJECTED
_OPEN, _PARTIAL, _FILLED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED
_DONE, _REFUSED = OrdStatus.CANCELED, OrdStatus.REJECTED
_OK, _REQUESTED, _UNKNOWN_ORDER = Reason.NONE, Reason.REQUESTED, Reason.UNKNOWN_ORDER
_FOK_NOT_FILLABLE, _MARKET_REMAINDER = Reason.FOK_NOT_FILLABLE, Reason.MARKET_REMAINDER
_IOC_REMAINDER = Reason.IOC_REMAINDER
_TOTAL, _KEEPS = ReplaceQty.TOTAL, SmallerSize.KEEPS


class Book(Admission):
    """One instrument's book at one venue. ``tick`` in price units ($0.0001); ``policies`` what venues decide.

    >>> book = Book(tick=100)
    >>> _ = book.submit(NewOrder(1, 7, Side.SELL, 500, 100_0100), now=0)
    >>> for report in book.submit(NewOrder(2, 8, Side.BUY, 800, 100_0200, TimeInForce.IOC), now=5):
    ...     print(report.exec_type.name, report.order_id, report.last_qty, report.leaves_qty)
    NEW 2 0 800
    TRADE 1 500 0
    TRADE 2 500 300
    CANCELED 2 0 0
    """

    __slots__ = ()

    # -- messages -------------------------------------------------------------------------------

    def handle(self, message: object, now: int) -> list[ExecutionReport]:
        """Answer any message; what is none is rejected with BAD_MESSAGE."""
        return _HANDLERS.get(type(message), Admission._bad)(self, message, now)

    def submit(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        """Take a new order; the reports in the order in which they happened."""
        price: Any  # looked at below
        order_id, owner, side, qty, price, tif, terms = order
        live = self._live
        if (
            terms is not self._plain
            or qty.__class__ is not int
            or not 0 < qty <= LARGEST_QTY
            or order_id.__class__ is not int
            or order_id >> 63  # one test instead of two for 64 bits; ids below zero go the careful way
            or order_id in live
            or owner.__class__ is not int
        ):
            return self._submit_with_care(order, now)
        if price.__class__ is int:
            if side is BUY:
                own, wall, key = self._bids, self._asks.wall, price
            else:
                own, wall, key = self._asks, self._bids.wall, -price
            if key < wall and (tif is DAY or tif is GTC) and (side is BUY or side is SELL):
                # Most messages, and therefore in one piece: an order that rests without meeting anybody.
                level = own.levels.get(key)
                if level is None and (not 0 < price <= LARGEST_PRICE or price % self.tick):
                    return self._submit_with_care(order, now)
                resting = RestingOrder()
                resting.order_id = order_id
                resting.owner = owner
                resting.leaves_qty = qty
                resting.cum_qty = 0
                resting.time_in_force = tif
                if level is None:
                    resting.level = own.open(key, resting, qty)
                else:
                    resting.level = level
                    resting.next = head = level.head
                    resting.previous = last = head.previous
                    last.next = head.previous = resting
                    level.volume += qty
                    level.count += 1
                    if level is own.best:
                        own.moved = True
                live[order_id] = resting
                content = (_NEW, _OPEN, order_id, owner, side, price, 0, 0, 0, qty, NO_LIQUIDITY, _OK, now, qty)
                return [_make(ExecutionReport, content)]
        return self._take_or_rest(order_id, owner, side, qty, price, tif, order, now)

    def cancel(self, message: CancelOrder, now: int) -> list[ExecutionReport]:
        """Cancel what is open of a live order of that owner."""
        order_id, owner = message
        if self._plain is not None or order_id.__class__ is not int or owner.__class__ is not int:
            return self._cancel_with_care(message, now)
        order = self._live.get(order_id)
        if order is None or order.owner != owner:
            return [unknown(message, now)]
        level, cum, leaves = order.level, order.cum_qty, order.leaves_qty
        ladder = level.ladder
        del self._live[order_id]
        if level.count == 1:
            ladder.close(level)
        else:  # as Ladder.unlink does: a call less for what is nearly half of all messages
            before, after = order.previous, order.next
            before.next = after
            after.previous = before
            level.volume -= leaves
            level.count -= 1
            if level is ladder.best:
                ladder.moved = True
        order_id, owner, side, price, qty = order.order_id, order.owner, ladder.side, level.price, cum + leaves
        content = (_CANCELED, _DONE, order_id, owner, side, price, 0, 0, cum, 0, NO_LIQUIDITY, _REQUESTED, now, qty)
        return [_make(ExecutionReport, content)]

    def replace(self, message: ReplaceOrder, now: int) -> list[ExecutionReport]:
        """Change a live order's quantity, price and terms; see the rules above for what keeps its place."""
        order_id, owner, qty, price, terms = message
        if terms is not self._plain or order_id.__class__ is not int or owner.__class__ is not int:
            return self._replace_with_care(message, now)
        order = self._live.get(order_id)
        if order is None or order.owner != owner:
            return [unknown(message, now)]
        if (
            qty.__class__ is not int
            or not 0 < qty <= LARGEST_QTY
            or price.__class__ is not int
            or not 0 < price <= LARGEST_PRICE
            or price % self.tick
        ):
            return self._replace_with_care(message, now)
        policies, cum, side = self.policies, order.cum_qty, order.side
        leaves = qty - cum if policies.replace_qty is _TOTAL else qty
        if leaves <= 0:
            return [self._end(order, _REQUESTED, now)]
        if side is BUY:
            own, opposite, limit_key = self._bids, self._asks, -price
        else:
            own, opposite, limit_key = self._asks, self._bids, price
        owner, total = order.owner, cum + leaves
        status = _PARTIAL if cum else _OPEN
        content = (_REPLACED, status, order_id, owner, side, price, 0, 0, cum, leaves, NO_LIQUIDITY, _OK, now, total)
        reports = [_make(ExecutionReport, content)]
        keeps = price == order.level.price and leaves <= order.leaves_qty
        if keeps and policies.smaller_size is _KEEPS:
            own.reduce(order, leaves)
            return reports
        own.unlink(order, order.leaves_qty)
        if opposite.best_key >= limit_key:
            cum = self._match(reports, order_id, owner, side, total, price, cum, opposite, limit_key, now)
        if cum == total:
            del self._live[order_id]
            return reports
        order.cum_qty, order.leaves_qty = cum, total - cum
        own.link(order, -limit_key, total - cum)
        return reports

    def reduce(self, message: ReduceOrder, now: int) -> list[ExecutionReport]:
        """Take shares out of a live order, which keeps its place."""
        return self._reduce(message, now)

    # -- to keep and go on from --------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """All that the book is, as a plain dict that survives JSON."""
        return taken(self)

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> Self:
        """The book that a snapshot was taken of; it goes on exactly alike."""
        return restored(cls, snapshot)

    # -- the plain path -----------------------------------------------------------------------------

    def _take_or_rest(
        self,
        order_id: int,
        owner: int,
        side: Side,
        qty: int,
        price: Any,
        tif: TimeInForce,
        order: NewOrder,
        now: int,
    ) -> Reports:
        """A plain order that trades or may not rest; `submit` has not looked at price, side and time in force."""
        if (
            (price is not None and (price.__class__ is not int or not 0 < price <= LARGEST_PRICE or price % self.tick))
            or (side is not BUY and side is not SELL)
            or (tif is not IOC and tif is not DAY and tif is not GTC and tif is not FOK)
        ):
            return self._submit_with_care(order, now)
        own, opposite = (self._bids, self._asks) if side is BUY else (self._asks, self._bids)
        limit_key = _ANY_PRICE if price is None else -price * own.sign  # of the other side's keys
        content = (_NEW, _OPEN, order_id, owner, side, price, 0, 0, 0, qty, NO_LIQUIDITY, _OK, now, qty)
        reports = [_make(ExecutionReport, content)]
        cum = 0
        if opposite.best_key >= limit_key and (tif is not FOK or opposite.volume_down_to(limit_key, qty) >= qty):
            cum = self._match(reports, order_id, owner, side, qty, price, 0, opposite, limit_key, now)
        if cum == qty:
            return reports
        if price is not None and (tif is DAY or tif is GTC):
            self._live[order_id] = own.add(order_id, owner, qty - cum, cum, tif, -limit_key)
        else:
            reports.append(_remainder(order, cum, now))
        return reports

    def _match(
        self,
        reports: Reports,
        order_id: int,
        owner: int,
        side: Side,
        qty: int,
        limit: int | None,
        cum: int,
        opposite: Ladder,
        limit_key: int,
        now: int,
    ) -> int:
        """Trade until the quantity, the limit or the other side is exhausted; the new cumulative quantity.

        There is somebody to trade with. The queue is put right once a level, not once a maker.
        """
        contra, live, report = SELL if side is BUY else BUY, self._live, reports.append
        price, leaves = 0, qty - cum
        while leaves and opposite.best_key >= limit_key:
            level = opposite.best
            assert level is not None
            price, before, filled = level.price, leaves, 0
            head = level.head
            maker = head.next
            while leaves and maker is not head:
                maker_id, his, open_qty = maker.order_id, maker.owner, maker.leaves_qty
                total = maker.cum_qty + open_qty
                if open_qty > leaves:  # it is the last one
                    left, cum, traded, leaves = open_qty - leaves, qty, leaves, 0
                    maker.leaves_qty = left
                    maker.cum_qty = made = total - left
                    gave = (
                        _TRADE,
                        _PARTIAL,
                        maker_id,
                        his,
                        contra,
                        price,
                        price,
                        traded,
                        made,
                        left,
                        MAKER,
                        _OK,
                        now,
                        total,
                    )
                    report(_make(ExecutionReport, gave))
                    took = (_TRADE, _FILLED, order_id, owner, side, limit, price, traded, cum, 0, TAKER, _OK, now, qty)
                    report(_make(ExecutionReport, took))
                    break
                leaves -= open_qty
                cum += open_qty
                gave = (
                    _TRADE,
                    _FILLED,
                    maker_id,
                    his,
                    contra,
                    price,
                    price,
                    open_qty,
                    total,
                    0,
                    MAKER,
                    _OK,
                    now,
                    total,
                )
                report(_make(ExecutionReport, gave))
                state = _PARTIAL if leaves else _FILLED
                took = (_TRADE, state, order_id, owner, side, limit, price, open_qty, cum, leaves, TAKER, _OK, now, qty)
                report(_make(ExecutionReport, took))
                del live[maker_id]
                filled += 1
                maker = maker.next
                maker.previous = head  # who is done is held by nobody: no work for the garbage collector
            opposite.taken(level, maker, filled, before - leaves)
        self.last_px = price
        return cum


def _remainder(order: NewOrder, cum: int, now: int) -> ExecutionReport:
    """The end of an order that may not rest."""
    order_id, owner, side, qty, price, tif, _ = order
    if tif is FOK and not cum:
        reason = _FOK_NOT_FILLABLE
    else:
        reason = _MARKET_REMAINDER if price is None else _IOC_REMAINDER
    content = (_CANCELED, _DONE, order_id, owner, side, price, 0, 0, cum, 0, NO_LIQUIDITY, reason, now, qty)
    return _make(ExecutionReport, content)


_HANDLERS: dict[type, Callable[[Book, Any, int], list[ExecutionReport]]] = {
    NewOrder: Book.submit,
    CancelOrder: Book.cancel,
    ReplaceOrder: Book.replace,
    ReduceOrder: Book.reduce,
    BadMessage: Book._bad,
}
