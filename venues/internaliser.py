"""An internaliser (a wholesaler): fills marketable orders from its own account, a little better than the national best.

Rules
    The national best is what its own feed shows (SIP or direct), so it can be stale.
    A buy order fills at the national offer less the ``improvement``, a sell order at the bid plus it, never beyond the
    midpoint; locked: at the locked price. All of it at once, or nothing: the firm is the maker, as principal.
    It takes plain orders, market or limit, of any immediacy (DAY, GTC, IOC, FOK); nothing ever rests here.
    It wants no order
        while its national best is one-sided or crossed         NO_NATIONAL_BEST
        whose limit does not reach the national best            NOT_MARKETABLE
        of more than ``max_qty`` shares                         TOO_LARGE
        that would take its position beyond ``position_limit``  POSITION_LIMIT  (one that brings it nearer zero may)
    and refuses it. With `unwanted: route_out` all but the second are sent on, as they are but IOC (FOK: FOK), to one
    venue; fills there are the owner's (ROUTED), what is left comes back cancelled with that venue's reason. An order
    that is away can be neither cancelled nor changed (ROUTED_OUT).
    A halt or close refuses new orders. At the close what is away ends (SESSION_END); later fills stay with the firm.
    Its fees are the owner's: payment for order flow is a negative taker fee.

Does not model
    Choice by customer, hedging, exhaust to several venues, last look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sim.environment import Environment
from sim.log import Column, EventLog, Schema
from venues.fees import FeeSchedule
from venues.internaliser_terms import InternaliserTerms, Unwanted
from venues.messages import (
    MICROS_PER_UNIT,
    NOBODY,
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    ReduceOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from venues.protocols import Reference
from venues.refusals import fault_of_fields, is_id, mended, refuse
from venues.session import ANSWERS, Session
from venues.venue import Venue

BUY = Side.BUY
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
TIMES_IN_FORCE = (TimeInForce.DAY, TimeInForce.GTC, IOC, FOK)

INVENTORY = Schema(
    "inventory",
    "What internalisers hold after each of their fills: shares, and millionths of a dollar with all fees.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("seq", "i4", "count"),
        Column("position", "i8", "shares"),
        Column("cash", "i8", "micros"),
    ),
)


__all__ = ["INVENTORY", "Internaliser", "InternaliserTerms", "Route", "Unwanted"]


class Route(NamedTuple):
    """Where unwanted orders go: the firm's own session there, and what trading there costs it."""

    session: Session
    fees: FeeSchedule


class Away:
    """A customer's order that is out at the other venue."""

    __slots__ = ("cum_qty", "order")

    def __init__(self, order: NewOrder) -> None:
        self.order = order
        self.cum_qty = 0


class Internaliser(Venue):
    """A venue whose other side is always the firm.

    Args:
        principal: the firm's number as a participant, here and where it routes to.
        new_order_id: ids of the firm's own orders.
        route: needed for `unwanted: route_out`.

    Raises:
        ValueError: orders are to be routed out, and there is no route.
    """

    kind = "internaliser"

    def __init__(
        self,
        env: Environment,
        number: int,
        name: str,
        fees: FeeSchedule,
        service: Callable[[], int] | int,
        log: EventLog,
        reference: Reference,
        terms: InternaliserTerms,
        principal: int,
        new_order_id: Callable[[], int],
        route: Route | None = None,
        tick: int = 100,
    ) -> None:
        super().__init__(env, number, name, fees, service, log)
        if terms.unwanted is Unwanted.ROUTE_OUT and route is None:
            raise ValueError(f"{name} routes unwanted orders out and has no route; give one, or refuse them")
        self.terms = terms
        self.principal = principal
        self.position = 0
        """Shares the firm holds."""
        self.cash = 0
        """Received less paid, fees included, millionths of a dollar."""
        self.routed_qty = 0
        """Shares sent to the other venue."""
        self._reference = reference
        self._tick = tick
        self._new_order_id = new_order_id
        self._route = route
        self._state = BookState.CONTINUOUS
        self._away: dict[int, Away] = {}  # by the id of the order that was sent on
        self._sessions[principal] = self._sessions[NOBODY]  # the firm needs no wire to itself
        self._log_inventory = log.table(INVENTORY).append
        if route is not None:
            route.session.on_mail = self._heard

    # -- messages -----------------------------------------------------------------------------------

    def _match(self, message: Any, now: int) -> list[ExecutionReport]:
        handler = _HANDLERS.get(type(message))
        if handler is None:
            return [refuse(ExecType.REJECTED, message, Reason.BAD_MESSAGE, now)]
        return handler(self, message, now)

    def _new(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        reason = fault_of_fields(order)
        if not reason:
            order = mended(order) if order.terms is None else order
            reason = self._fault(order)
        if reason:
            return [refuse(ExecType.REJECTED, order, reason, now)]
        bid, ask = self._reference.best(now)
        reason = self._unwanted(order, bid, ask)
        if not reason:
            return self._fill(order, self._price(order.side, bid, ask), now)
        if self.terms.unwanted is Unwanted.REFUSE or reason is Reason.NOT_MARKETABLE:
            return [refuse(ExecType.REJECTED, order, reason, now)]
        return self._send_on(order, now)

    def _change(self, message: Any, now: int) -> list[ExecutionReport]:
        """Cancels, replaces, reductions: what is not filled at once is away."""
        reason = Reason.UNKNOWN_ORDER if self._find(message) is None else Reason.ROUTED_OUT
        return [refuse(ExecType.CANCEL_REJECTED, message, reason, now)]

    def _find(self, message: Any) -> Away | None:
        if not is_id(message.order_id):
            return None
        ids = (message.order_id, message.owner)
        return next((away for away in self._away.values() if (away.order.order_id, away.order.owner) == ids), None)

    # -- what it wants ------------------------------------------------------------------------------

    def _fault(self, order: NewOrder) -> Reason:
        if self._state is not BookState.CONTINUOUS:
            return Reason.VENUE_CLOSED if self._state is BookState.CLOSED else Reason.VENUE_HALTED
        if order.terms is not None or order.time_in_force not in TIMES_IN_FORCE:
            return Reason.NOT_SUPPORTED
        if order.price is not None and order.price % self._tick:
            return Reason.OFF_TICK
        used = any(away.order.order_id == order.order_id for away in self._away.values())
        return Reason.DUPLICATE_ID if used else Reason.NONE

    def _unwanted(self, order: NewOrder, bid: int, ask: int) -> Reason:
        if bid <= 0 or ask <= 0 or bid > ask:
            return Reason.NO_NATIONAL_BEST
        far = ask if order.side is BUY else bid
        if order.price is not None and int(order.side) * (order.price - far) < 0:
            return Reason.NOT_MARKETABLE
        if order.qty > self.terms.max_qty:
            return Reason.TOO_LARGE
        after, limit = abs(self.position - int(order.side) * order.qty), self.terms.position_limit
        beyond = limit is not None and after > limit and after > abs(self.position)
        return Reason.POSITION_LIMIT if beyond else Reason.NONE

    def _price(self, side: Side, bid: int, ask: int) -> int:
        midpoint = (bid + ask) // 2
        if side is BUY:
            return max(ask - self.terms.improvement, midpoint)
        return min(bid + self.terms.improvement, midpoint)

    # -- filling as principal -----------------------------------------------------------------------

    def _fill(self, order: NewOrder, price: int, now: int) -> list[ExecutionReport]:
        own = NewOrder(self._new_order_id(), self.principal, Side(-order.side), order.qty, price, FOK)
        self._take(own.side, price, order.qty)
        self.cash += self.fees.fee(Liquidity.TAKER, order.qty)  # the maker's fee it would pay to itself
        self._write_inventory(now)
        return [
            _told(ExecType.NEW, order, 0, now),
            _told(ExecType.TRADE, own, own.qty, now, Liquidity.MAKER, price, own.qty),
            _told(ExecType.TRADE, order, order.qty, now, Liquidity.TAKER, price, order.qty),
        ]

    def _take(self, side: Side, price: int, qty: int) -> None:
        self.position += int(side) * qty
        self.cash -= int(side) * qty * price * MICROS_PER_UNIT

    def _write_inventory(self, now: int) -> None:
        self._log_inventory(now, self.number, self.seq, self.position, self.cash)

    # -- routing out --------------------------------------------------------------------------------

    def _send_on(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        assert self._route is not None
        order_id, tif = self._new_order_id(), FOK if order.time_in_force is FOK else IOC
        self._away[order_id] = Away(order)
        self.routed_qty += order.qty
        self._route.session.send(order._replace(order_id=order_id, owner=self.principal, time_in_force=tif))
        return [_told(ExecType.NEW, order, 0, now)]

    def _heard(self) -> None:
        """What the other venue said of orders that were sent on, each with a sequence number of its own here."""
        assert self._route is not None
        for _, report in self._route.session.read():
            if report.exec_type not in ANSWERS:
                continue
            self.seq += 1
            now = self.env.now
            passed_on = self._passed_on(report, now)
            if report.exec_type is ExecType.TRADE:
                self._write_inventory(now)
            if passed_on is not None:
                self._report(None, [passed_on], now)

    def _passed_on(self, report: ExecutionReport, now: int) -> ExecutionReport | None:
        """What the owner hears of it; None: its order has ended here already."""
        assert self._route is not None
        away, qty, px = self._away.get(report.order_id), report.last_qty, report.last_px
        if report.exec_type is not ExecType.TRADE:
            self._away.pop(report.order_id, None)
            if away is None:
                return None
            return _told(ExecType.CANCELED, away.order, away.cum_qty, now, reason=report.reason)
        self._take(report.side, px, qty)
        self.cash -= self._route.fees.fee(report.liquidity, qty)
        if away is None:
            return None
        self._take(Side(-report.side), px, qty)
        self.cash += self.fees.fee(Liquidity.ROUTED, qty)
        away.cum_qty += qty
        if not report.leaves_qty:
            del self._away[report.order_id]
        return _told(ExecType.TRADE, away.order, away.cum_qty, now, Liquidity.ROUTED, px, qty)

    # -- its session --------------------------------------------------------------------------------

    @property
    def state(self) -> BookState:
        """The phase of its session."""
        return self._state

    def set_state(self, state: BookState) -> None:
        """Continuous, closed, or any other: no order is taken until it is continuous again."""
        self.seq += 1
        self._state = state
        ended: list[ExecutionReport] = []
        now = self.env.now
        if state is BookState.CLOSED:
            ended = [
                _told(ExecType.CANCELED, away.order, away.cum_qty, now, reason=Reason.SESSION_END)
                for away in self._away.values()
            ]
            self._away.clear()
        self._report(None, ended, now)


_HANDLERS: dict[type, Callable[[Internaliser, Any, int], list[ExecutionReport]]] = {
    NewOrder: Internaliser._new,
    CancelOrder: Internaliser._change,
    ReplaceOrder: Internaliser._change,
    ReduceOrder: Internaliser._change,
}


def _told(
    exec_type: ExecType,
    order: NewOrder,
    cum: int,
    now: int,
    liquidity: Liquidity = Liquidity.NONE,
    px: int = 0,
    qty: int = 0,
    reason: Reason = Reason.NONE,
) -> ExecutionReport:
    """A report of an order of which ``cum`` shares are filled by now."""
    leaves = 0 if exec_type is ExecType.CANCELED else order.qty - cum
    status = OrdStatus.PARTIALLY_FILLED if cum else OrdStatus.NEW
    if exec_type is ExecType.CANCELED:
        status = OrdStatus.CANCELED
    elif not leaves:
        status = OrdStatus.FILLED
    ids = (order.order_id, order.owner, order.side, order.price)
    return ExecutionReport(exec_type, status, *ids, px, qty, cum, leaves, liquidity, reason, now, order.qty)
