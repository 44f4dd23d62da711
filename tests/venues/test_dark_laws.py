"""What must hold of a dark pool whatever is sent to it and however its reference moves."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from venues.book import BookState
from venues.dark import DarkOrder, MidpointBook
from venues.messages import CancelOrder, ExecType, ExecutionReport, Liquidity, NewOrder, ReplaceOrder, Side, TimeInForce

TICK = 100
order_ids = st.integers(1, 10)
sizes = st.integers(1, 9)
limits = st.integers(990, 1_010).map(lambda half_ticks: half_ticks * TICK // 2)
prices = st.integers(495, 505).map(lambda ticks: ticks * TICK)


class Pool(RuleBasedStateMachine):
    """Orders, cancels, replaces, references, opening and closing in any order."""

    @initialize(bid=prices, spread=st.integers(0, 4))
    def open(self, bid: int, spread: int) -> None:
        self.book = MidpointBook(TICK)
        self.now = 0
        self.open_qty: dict[int, int] = {}
        self.came: dict[int, int] = {}
        """When an order came or lost its place."""
        self.bought = self.sold = 0
        self.refer(bid, spread)

    @rule(
        order_id=order_ids,
        side=st.sampled_from(Side),
        qty=sizes,
        limit=limits | st.none(),
        tif=st.sampled_from(TimeInForce),
    )
    def order(self, order_id: int, side: Side, qty: int, limit: int | None, tif: TimeInForce) -> None:
        before = dict(self.open_qty)
        reports = self.send(NewOrder(order_id, 1, side, qty, limit, tif))
        traded = sum(r.last_qty for r in reports if r.liquidity is Liquidity.TAKER)
        if tif is TimeInForce.FOK and reports[0].exec_type is ExecType.NEW:
            assert traded in (0, qty)
        if tif in (TimeInForce.IOC, TimeInForce.FOK) and order_id not in before:
            assert self.book.find(order_id) is None

    @rule(order_id=order_ids)
    def cancel(self, order_id: int) -> None:
        self.send(CancelOrder(order_id, 1))
        assert self.book.find(order_id) is None

    @rule(order_id=order_ids, qty=sizes, limit=limits)
    def replace(self, order_id: int, qty: int, limit: int) -> None:
        self.send(ReplaceOrder(order_id, 1, qty, limit))

    @rule(bid=prices, spread=st.integers(-1, 4))
    def refer(self, bid: int, spread: int) -> None:
        self.now += 1
        ask = bid + spread * TICK
        self.hear(self.book.set_reference(bid, ask, self.now), None)
        assert self.book.midpoint == ((bid + ask) // 2 if spread >= 0 else None)

    @precondition(lambda self: self.now % 5 == 4)
    @rule(state=st.sampled_from(BookState))
    def state(self, state: BookState) -> None:
        self.now += 1
        self.hear(self.book.set_state(state, self.now), None)

    def send(self, message: Any) -> list[ExecutionReport]:
        self.now += 1
        placed = self.resting().get(message.order_id)
        kept = (placed.limit, placed.leaves_qty + placed.cum_qty) if placed is not None else None
        reports = self.book.handle(message, self.now)
        assert reports, "every message gets at least one report"
        if reports[0].exec_type is ExecType.NEW:
            self.came[message.order_id], self.open_qty[message.order_id] = self.now, message.qty
        if reports[0].exec_type is ExecType.REPLACED:
            assert kept is not None
            self.open_qty[message.order_id] += message.qty - kept[1]
            if message.price != kept[0] or message.qty > kept[1]:
                self.came[message.order_id] = self.now
        self.hear(reports, message)
        return reports

    def hear(self, reports: list[ExecutionReport], message: Any) -> None:
        trades = [report for report in reports if report.exec_type is ExecType.TRADE]
        for made, took in zip(trades[::2], trades[1::2], strict=True):
            assert (made.liquidity, took.liquidity) == (Liquidity.MAKER, Liquidity.TAKER)
            assert self.came[made.order_id] < self.came[took.order_id], "the later one is the taker"
            assert (made.last_px, made.last_qty) == (took.last_px, took.last_qty)
        for report in trades:
            assert report.last_px == self.book.midpoint
            assert report.price is None or int(report.side) * (report.price - report.last_px) >= 0
            self.open_qty[report.order_id] -= report.last_qty
            assert report.leaves_qty == self.open_qty[report.order_id]
        if message is not None:
            makers = [self.came[report.order_id] for report in trades if report.liquidity is Liquidity.MAKER]
            assert makers == sorted(makers), "time priority"
        for report in reports:
            if report.exec_type is ExecType.CANCELED or (report.exec_type is ExecType.TRADE and not report.leaves_qty):
                del self.open_qty[report.order_id]

    def resting(self) -> dict[int, DarkOrder]:
        return {i: order for i in range(1, 11) if (order := self.book.find(i)) is not None}

    @invariant()
    def what_rests_is_what_was_told(self) -> None:
        resting = self.resting()
        assert {order_id: order.leaves_qty for order_id, order in resting.items()} == self.open_qty
        assert len(self.book) == len(resting)

    @invariant()
    def nobody_who_could_trade_waits(self) -> None:
        midpoint = self.book.midpoint
        if midpoint is None or self.book.state is BookState.CLOSED:
            return
        willing = {order.side for order in self.resting().values() if order.accepts(midpoint)}
        assert len(willing) < 2


Pool.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
test_the_laws_of_a_dark_pool = Pool.TestCase
