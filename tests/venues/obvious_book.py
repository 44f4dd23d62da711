"""The rules of `venues.book` once more, slow and obvious: one list of orders, sorted again for every message.

Written from the rules in that module's docstring alone, to be compared with the real book after every message.
"""

from __future__ import annotations

from dataclasses import dataclass

from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    Message,
    NewOrder,
    OrdStatus,
    Reason,
    ReplaceOrder,
    Side,
    TimeInForce,
)

DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


@dataclass
class Order:
    order_id: int
    owner: int
    side: Side
    price: int | None
    qty: int
    cum: int
    time_in_force: TimeInForce
    arrival: int

    @property
    def leaves(self) -> int:
        return self.qty - self.cum

    def trades_at(self, price: int) -> bool:
        return self.price is None or (price <= self.price if self.side is Side.BUY else price >= self.price)


class ObviousBook:
    """Same calls, same reports as `venues.book.Book`, with nothing to make it fast."""

    def __init__(self, tick: int) -> None:
        self.tick = tick
        self.state = BookState.CONTINUOUS
        self.resting: list[Order] = []
        self.arrivals = 0

    def handle(self, message: Message, now: int) -> list[ExecutionReport]:
        faults = self.faults(message)
        if faults:
            return [_refusal(message, faults[0], now)]
        if isinstance(message, NewOrder):
            return self._new(message, now)
        if isinstance(message, CancelOrder):
            return [self._cancel(self._find(message.order_id), Reason.REQUESTED, now)]
        assert isinstance(message, ReplaceOrder)
        return self._replace(message, now)

    def faults(self, message: Message) -> list[Reason]:
        """Every reason to refuse the message; the book names one of them."""
        if isinstance(message, NewOrder):
            duplicate = any(o.order_id == message.order_id for o in self.resting)
            found = [Reason.DUPLICATE_ID] if duplicate else []
            return found + self._faults_of_terms(message.qty, message.price)
        if not any(o.order_id == message.order_id and o.owner == message.owner for o in self.resting):
            return [Reason.UNKNOWN_ORDER]
        return self._faults_of_terms(message.qty, message.price) if isinstance(message, ReplaceOrder) else []

    def set_state(self, state: BookState, now: int) -> list[ExecutionReport]:
        self.state = state
        if state is BookState.CONTINUOUS:
            return []
        ending = [order for order in self.orders() if order.time_in_force is DAY]
        return [self._cancel(order, Reason.SESSION_END, now) for order in ending]

    def orders(self) -> list[Order]:
        """Bids, then asks, each side in priority order."""
        bids = sorted((o for o in self.resting if o.side is Side.BUY), key=lambda o: (-(o.price or 0), o.arrival))
        asks = sorted((o for o in self.resting if o.side is Side.SELL), key=lambda o: (o.price, o.arrival))
        return bids + asks

    def depth(self, side: Side) -> list[tuple[int, int, int]]:
        prices = sorted({o.price for o in self.resting if o.side is side and o.price}, reverse=side is Side.BUY)
        levels = [[o.leaves for o in self.resting if o.side is side and o.price == price] for price in prices]
        return [(price, sum(level), len(level)) for price, level in zip(prices, levels, strict=True)]

    # -- the rules ------------------------------------------------------------------------------

    def _new(self, message: NewOrder, now: int) -> list[ExecutionReport]:
        order_id, owner, side, qty, price, tif, _ = message
        order = self._arrived(Order(order_id, owner, side, price, qty, 0, tif, 0))
        reports = [_report(ExecType.NEW, OrdStatus.NEW, order, now)]
        if tif is FOK and sum(maker.leaves for maker in self._eligible(order)) < qty:
            return [*reports, _cancelled(order, Reason.FOK_NOT_FILLABLE, now)]
        reports += self._trade(order, now)
        if not order.leaves:
            return reports
        if price is None:
            return [*reports, _cancelled(order, Reason.MARKET_REMAINDER, now)]
        if tif is IOC:
            return [*reports, _cancelled(order, Reason.IOC_REMAINDER, now)]
        self.resting.append(order)
        return reports

    def _replace(self, message: ReplaceOrder, now: int) -> list[ExecutionReport]:
        order = self._find(message.order_id)
        if message.qty <= order.cum:
            return [self._cancel(order, Reason.REQUESTED, now)]
        keeps_its_place = message.price == order.price and message.qty <= order.qty
        order.qty, order.price = message.qty, message.price
        status = OrdStatus.PARTIALLY_FILLED if order.cum else OrdStatus.NEW
        reports = [_report(ExecType.REPLACED, status, order, now)]
        if keeps_its_place:
            return reports
        self.resting.remove(order)
        reports += self._trade(self._arrived(order), now)
        if order.leaves:
            self.resting.append(order)
        return reports

    def _trade(self, taker: Order, now: int) -> list[ExecutionReport]:
        reports = []
        for maker in self._eligible(taker):
            qty = min(maker.leaves, taker.leaves)
            if not qty:
                break
            assert maker.price is not None
            for order, liquidity in ((maker, Liquidity.MAKER), (taker, Liquidity.TAKER)):
                order.cum += qty
                status = OrdStatus.PARTIALLY_FILLED if order.leaves else OrdStatus.FILLED
                report = _report(ExecType.TRADE, status, order, now)
                reports.append(report._replace(last_px=maker.price, last_qty=qty, liquidity=liquidity))
            if not maker.leaves:
                self.resting.remove(maker)
        return reports

    def _eligible(self, taker: Order) -> list[Order]:
        return [o for o in self.orders() if o.side is not taker.side and taker.trades_at(o.price or 0)]

    def _cancel(self, order: Order, reason: Reason, now: int) -> ExecutionReport:
        self.resting.remove(order)
        return _cancelled(order, reason, now)

    def _arrived(self, order: Order) -> Order:
        self.arrivals += 1
        order.arrival = self.arrivals
        return order

    def _find(self, order_id: int) -> Order:
        return next(o for o in self.resting if o.order_id == order_id)

    def _faults_of_terms(self, qty: int, price: int | None) -> list[Reason]:
        found = [] if self.state is BookState.CONTINUOUS else [Reason.VENUE_CLOSED]
        if qty <= 0:
            found.append(Reason.BAD_QTY)
        if price is not None and price <= 0:
            found.append(Reason.BAD_PRICE)
        if price is not None and price % self.tick:
            found.append(Reason.OFF_TICK)
        return found


def _report(kind: ExecType, status: OrdStatus, order: Order, now: int) -> ExecutionReport:
    return ExecutionReport(
        exec_type=kind,
        ord_status=status,
        order_id=order.order_id,
        owner=order.owner,
        side=order.side,
        price=order.price,
        last_px=0,
        last_qty=0,
        cum_qty=order.cum,
        leaves_qty=order.leaves,
        liquidity=Liquidity.NONE,
        reason=Reason.NONE,
        at=now,
        order_qty=order.qty,
    )


def _cancelled(order: Order, reason: Reason, now: int) -> ExecutionReport:
    return _report(ExecType.CANCELED, OrdStatus.CANCELED, order, now)._replace(leaves_qty=0, reason=reason)


def _refusal(message: Message, reason: Reason, now: int) -> ExecutionReport:
    new = isinstance(message, NewOrder)
    return ExecutionReport(
        exec_type=ExecType.REJECTED if new else ExecType.CANCEL_REJECTED,
        ord_status=OrdStatus.REJECTED,
        order_id=message.order_id,
        owner=message.owner,
        side=message.side if isinstance(message, NewOrder) else Side.BUY,
        price=None,
        last_px=0,
        last_qty=0,
        cum_qty=0,
        leaves_qty=0,
        liquidity=Liquidity.NONE,
        reason=reason,
        at=now,
    )
