"""A dark pool: crosses at the midpoint that it sees.

Rules
    The reference is the best bid and offer as the pool's own feed shows it (SIP or direct), so it can be stale, and the
    pool trades at the stale midpoint. One-sided or crossed: no cross. Locked: at the locked price.
    Plain orders only, DAY, GTC, IOC or FOK: terms and other times in force are refused (NOT_SUPPORTED).
    Orders never show. Time priority among the orders whose limits accept the midpoint; a market order has no limit.
    IOC and FOK end at once; DAY and GTC rest and are tried again when the reference moves while both sides rest.
    A cross is logged with the midpoint; the order that arrived (or lost its place by a replace) later is the taker.
    A closed pool crosses nothing.

Does not model
    Size priority, per-order minimum execution size, conditional orders; a venue-wide minimum order size is there.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from sim.environment import Environment
from sim.log import EventLog
from venues.fees import FeeSchedule
from venues.messages import (
    BookState,
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
from venues.refusals import fault_of_fields, is_id, mended, refuse
from venues.venue import Venue

TIMES_IN_FORCE = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
"""What a pool takes."""


class Reference(Protocol):
    """Where a pool gets its reference from."""

    def best(self, now: int) -> tuple[int, int]:
        """(bid, ask) as known here at ``now``; 0 for an empty side."""

    def subscribe(self, handler: Callable[[object], object]) -> None:
        """Call ``handler`` when it changes."""

    def unsubscribe(self) -> None:
        """Call no more."""


class DarkOrder:
    """An order waiting in the pool."""

    __slots__ = ("arrival", "cum_qty", "leaves_qty", "limit", "order_id", "owner", "side", "time_in_force")

    def __init__(self, order: NewOrder, arrival: int, cum_qty: int = 0) -> None:
        self.arrival = arrival
        self.order_id = order.order_id
        self.owner = order.owner
        self.side = order.side
        self.limit = order.price
        self.leaves_qty = order.qty - cum_qty
        self.cum_qty = cum_qty
        self.time_in_force = order.time_in_force

    def accepts(self, price: int) -> bool:
        """Would it trade at this price?"""
        return self.limit is None or (price <= self.limit if self.side is Side.BUY else price >= self.limit)


class MidpointBook:
    """The pool's pure machine: `set_reference`, then messages. ``tick``: price units, even, for whole midpoints.

    >>> book = MidpointBook(tick=100)
    >>> _ = book.set_reference(100_0000, 100_0300, now=0)
    >>> _ = book.handle(NewOrder(1, 7, Side.SELL, 500, None), now=0)
    >>> [(r.last_qty, r.last_px) for r in book.handle(NewOrder(2, 8, Side.BUY, 200, 100_0200, TimeInForce.IOC), now=1)]
    [(0, 0), (200, 1000150), (200, 1000150)]
    """

    def __init__(self, tick: int = 100, min_qty: int = 1) -> None:
        if tick % 2 or tick <= 0:
            raise ValueError(f"tick = {tick}: a pool needs an even tick above zero, so that midpoints are whole units")
        self.tick = tick
        self.min_qty = min_qty
        self.state = BookState.CONTINUOUS
        self.midpoint: int | None = None
        """Price units; None: no two-sided reference."""
        self._resting: dict[Side, dict[int, DarkOrder]] = {Side.BUY: {}, Side.SELL: {}}  # by arrival
        self._arrivals = count()

    def __len__(self) -> int:
        return sum(len(orders) for orders in self._resting.values())

    @property
    def both_sides_rest(self) -> bool:
        """Could a move of the reference make resting orders trade with each other?"""
        return self.state is BookState.CONTINUOUS and bool(self._resting[Side.BUY]) and bool(self._resting[Side.SELL])

    def find(self, order_id: int) -> DarkOrder | None:
        """The live order with this id, if any."""
        if not is_id(order_id):
            return None
        return self._resting[Side.BUY].get(order_id) or self._resting[Side.SELL].get(order_id)

    def set_reference(self, bid: int, ask: int, now: int) -> list[ExecutionReport]:
        """Take a new reference (0: that side is empty); resting orders that now agree trade, the oldest first."""
        two_sided = bid > 0 and ask > 0 and bid <= ask
        midpoint = (bid + ask) // 2 if two_sided else None
        if midpoint == self.midpoint:
            return []
        self.midpoint = midpoint
        return self._cross_resting(now)

    def handle(self, message: Any, now: int) -> list[ExecutionReport]:
        """Answer any message."""
        handler = _HANDLERS.get(type(message))
        if handler is None:
            return [refuse(ExecType.REJECTED, message, Reason.BAD_MESSAGE, now)]
        return handler(self, message, now)

    def submit(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        """Take a new order: acknowledge, cross, rest or cancel the remainder."""
        reason = fault_of_fields(order)
        if not reason:
            order = mended(order)
            reason = self._fault(order)
        if reason:
            return [refuse(ExecType.REJECTED, order, reason, now)]
        entry = DarkOrder(order, next(self._arrivals))
        reports = [_report(ExecType.NEW, OrdStatus.NEW, entry, now)]
        if order.time_in_force is TimeInForce.FOK and self._available(entry) < order.qty:
            return [*reports, _report(ExecType.CANCELED, OrdStatus.CANCELED, entry, now, Reason.FOK_NOT_FILLABLE)]
        self._cross(reports, entry, now)
        if not entry.leaves_qty:
            return reports
        if order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            return [*reports, _report(ExecType.CANCELED, OrdStatus.CANCELED, entry, now, Reason.IOC_REMAINDER)]
        self._resting[entry.side][entry.order_id] = entry
        return reports

    def cancel(self, message: CancelOrder, now: int) -> list[ExecutionReport]:
        """Cancel what is open of a live order of that owner."""
        order = self.find(message.order_id)
        if order is None or order.owner != message.owner:
            return [refuse(ExecType.CANCEL_REJECTED, message, Reason.UNKNOWN_ORDER, now)]
        return [self._take_out(order, Reason.REQUESTED, now)]

    def replace(self, message: ReplaceOrder, now: int) -> list[ExecutionReport]:
        """Change total quantity and limit: smaller at the same limit keeps its place, else it comes back as new."""
        order = self.find(message.order_id)
        if order is None or order.owner != message.owner:
            return [refuse(ExecType.CANCEL_REJECTED, message, Reason.UNKNOWN_ORDER, now)]
        wanted = NewOrder(
            order.order_id, order.owner, order.side, message.qty, message.price, order.time_in_force, message.terms
        )
        reason = fault_of_fields(wanted)
        if not reason:
            wanted = mended(wanted)
            reason = self._fault(wanted, replaced=order.order_id)
        if reason:
            return [refuse(ExecType.CANCEL_REJECTED, message, reason, now)]
        if wanted.qty <= order.cum_qty:
            return [self._take_out(order, Reason.REQUESTED, now)]
        entry = DarkOrder(wanted, next(self._arrivals), order.cum_qty)
        status = OrdStatus.PARTIALLY_FILLED if entry.cum_qty else OrdStatus.NEW
        reports = [_report(ExecType.REPLACED, status, entry, now)]
        if entry.limit == order.limit and entry.leaves_qty <= order.leaves_qty:
            order.leaves_qty = entry.leaves_qty
            return reports
        del self._resting[order.side][order.order_id]
        self._cross(reports, entry, now)
        if entry.leaves_qty:
            self._resting[entry.side][entry.order_id] = entry
        return reports

    def set_state(self, state: BookState, now: int) -> list[ExecutionReport]:
        """Open, halt or close; closing ends DAY orders, buys before sells, oldest first; opening crosses what stayed.

        Every other state is a halt: orders stay, cancels are taken, nothing crosses.
        """
        self.state = state
        if state is BookState.CONTINUOUS:
            return self._cross_resting(now)
        if state is not BookState.CLOSED:
            return []
        ended = [o for side in self._resting.values() for o in side.values() if o.time_in_force is TimeInForce.DAY]
        return [self._take_out(order, Reason.SESSION_END, now) for order in ended]

    def _fault(self, order: NewOrder, replaced: int | None = None) -> Reason:
        if self.state is not BookState.CONTINUOUS:
            return Reason.VENUE_CLOSED if self.state is BookState.CLOSED else Reason.VENUE_HALTED
        if order.terms is not None or order.time_in_force not in TIMES_IN_FORCE:
            return Reason.NOT_SUPPORTED
        if order.qty < self.min_qty:
            return Reason.BELOW_MINIMUM
        if order.price is not None and order.price % (self.tick // 2):
            return Reason.OFF_TICK
        live = self.find(order.order_id)
        return Reason.DUPLICATE_ID if live is not None and order.order_id != replaced else Reason.NONE

    def _candidates(self, entry: DarkOrder) -> list[DarkOrder]:
        """Resting orders the entry could trade with now, oldest first."""
        midpoint = self.midpoint
        if midpoint is None or not entry.accepts(midpoint):
            return []
        contra = Side.SELL if entry.side is Side.BUY else Side.BUY
        return [order for order in self._resting[contra].values() if order.accepts(midpoint)]

    def _available(self, entry: DarkOrder) -> int:
        return sum(order.leaves_qty for order in self._candidates(entry))

    def _cross(self, reports: list[ExecutionReport], entry: DarkOrder, now: int) -> None:
        midpoint = self.midpoint
        for other in self._candidates(entry):
            if not entry.leaves_qty:
                return
            assert midpoint is not None
            traded = min(other.leaves_qty, entry.leaves_qty)
            maker, taker = (other, entry) if other.arrival < entry.arrival else (entry, other)
            for order, liquidity in ((maker, Liquidity.MAKER), (taker, Liquidity.TAKER)):
                order.leaves_qty -= traded
                order.cum_qty += traded
                reports.append(_fill(order, midpoint, traded, liquidity, now))
            if not other.leaves_qty:
                del self._resting[other.side][other.order_id]

    def _cross_resting(self, now: int) -> list[ExecutionReport]:
        reports: list[ExecutionReport] = []
        if self.midpoint is not None and self.both_sides_rest:
            for order in list(self._resting[Side.SELL].values()):
                self._cross(reports, order, now)
                if not order.leaves_qty:
                    del self._resting[Side.SELL][order.order_id]
        return reports

    def _take_out(self, order: DarkOrder, reason: Reason, now: int) -> ExecutionReport:
        del self._resting[order.side][order.order_id]
        return _report(ExecType.CANCELED, OrdStatus.CANCELED, order, now, reason)


_HANDLERS: dict[type, Callable[[MidpointBook, Any, int], list[ExecutionReport]]] = {
    NewOrder: MidpointBook.submit,
    CancelOrder: MidpointBook.cancel,
    ReplaceOrder: MidpointBook.replace,
}


def _report(
    exec_type: ExecType, status: OrdStatus, order: DarkOrder, now: int, reason: Reason = Reason.NONE
) -> ExecutionReport:
    leaves = 0 if exec_type is ExecType.CANCELED else order.leaves_qty
    return ExecutionReport(
        exec_type,
        status,
        order.order_id,
        order.owner,
        order.side,
        order.limit,
        0,
        0,
        order.cum_qty,
        leaves,
        Liquidity.NONE,
        reason,
        now,
        order.cum_qty + order.leaves_qty,
    )


def _fill(order: DarkOrder, price: int, qty: int, liquidity: Liquidity, now: int) -> ExecutionReport:
    status = OrdStatus.PARTIALLY_FILLED if order.leaves_qty else OrdStatus.FILLED
    return ExecutionReport(
        ExecType.TRADE,
        status,
        order.order_id,
        order.owner,
        order.side,
        order.limit,
        price,
        qty,
        order.cum_qty,
        order.leaves_qty,
        liquidity,
        Reason.NONE,
        now,
        order.cum_qty + order.leaves_qty,
    )


class DarkPool(Venue):
    """A venue around a :class:`MidpointBook` that looks at its reference before every message."""

    kind = "dark"

    def __init__(
        self,
        env: Environment,
        number: int,
        name: str,
        fees: FeeSchedule,
        service: Callable[[], int] | int,
        log: EventLog,
        reference: Reference,
        tick: int = 100,
        min_qty: int = 1,
        speed_bump: int = 0,
    ) -> None:
        super().__init__(env, number, name, fees, service, log, speed_bump)
        self.book = MidpointBook(tick, min_qty)
        self._reference = reference
        self._watching = False

    def _match(self, message: Any, now: int) -> list[ExecutionReport]:
        crossed = self.book.set_reference(*self._reference.best(now), now)
        if crossed:
            self._report(None, crossed, now)
        return self.book.handle(message, now)

    def _publish(self, message: Any, traded: int, now: int) -> None:
        self._watch(self.book.both_sides_rest)

    def _watch(self, needed: bool) -> None:
        """While both sides rest, a moving reference alone can make them trade; otherwise nobody need wake the pool."""
        if needed and not self._watching:
            self._reference.subscribe(self._reference_moved)
        elif self._watching and not needed:
            self._reference.unsubscribe()
        self._watching = needed

    def _reference_moved(self, _: object) -> None:
        if not self.book.both_sides_rest:
            return
        now = self.env.now
        crossed = self.book.set_reference(*self._reference.best(now), now)
        if crossed:
            self.seq += 1
            self._report(None, crossed, now)
            self._watch(self.book.both_sides_rest)

    @property
    def state(self) -> BookState:
        """The phase of its session."""
        return self.book.state

    def set_state(self, state: BookState) -> None:
        """Continuous, closed, or any other: nothing crosses and no order is taken until it is continuous again."""
        self.seq += 1
        now = self.env.now
        self._report(None, self.book.set_state(state, now), now)
        self._watch(self.book.both_sides_rest)
