"""What must hold of a dark pool whatever is sent to it and however its reference moves."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from venues.dark import DarkOrder, MidpointBook
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    Message,
    NewOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)

TICK = 100
DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


class Audited:
    """A pool, and its laws kept from its reports."""

    def __init__(self) -> None:
        self.book = MidpointBook(TICK)
        self.now = 0
        self.open_qty: dict[int, int] = {}
        self.came: dict[int, int] = {}
        """When an order came or lost its place."""
        self.crosses: Counter[str] = Counter()

    def send(self, message: Message) -> None:
        self.now += 1
        placed = self.book.find(message.order_id)
        before = (placed.limit, placed.leaves_qty + placed.cum_qty) if placed is not None else (None, 0)
        reports = self.book.handle(message, self.now)
        assert reports, "every message gets at least one report"
        if isinstance(message, NewOrder):
            self.came[message.order_id], self.open_qty[message.order_id] = self.now, message.qty
        if isinstance(message, ReplaceOrder) and reports[0].exec_type is ExecType.REPLACED:
            self.open_qty[message.order_id] += message.qty - before[1]
            if message.price != before[0] or message.qty > before[1]:
                self.came[message.order_id] = self.now
        makers = [self.came[report.order_id] for report in reports if report.liquidity is Liquidity.MAKER]
        assert makers == sorted(makers), "time priority"
        if isinstance(message, NewOrder) and message.time_in_force is FOK:
            assert sum(r.last_qty for r in reports if r.liquidity is Liquidity.TAKER) in (0, message.qty)
        if isinstance(message, NewOrder) and message.time_in_force in (IOC, FOK):
            assert self.book.find(message.order_id) is None
        self.hear(reports, type(message).__name__)

    def refer(self, bid: int, ask: int) -> None:
        self.now += 1
        self.hear(self.book.set_reference(bid, ask, self.now), "reference")
        assert self.book.midpoint == ((bid + ask) // 2 if 0 < bid <= ask else None)

    def set_state(self, state: BookState) -> None:
        self.now += 1
        self.hear(self.book.set_state(state, self.now), "state")

    def hear(self, reports: list[ExecutionReport], cause: str) -> None:
        trades = [report for report in reports if report.exec_type is ExecType.TRADE]
        for made, took in zip(trades[::2], trades[1::2], strict=True):
            assert (made.liquidity, took.liquidity) == (Liquidity.MAKER, Liquidity.TAKER)
            assert self.came[made.order_id] < self.came[took.order_id], "the later one is the taker"
            assert (made.last_px, made.last_qty, made.side) == (took.last_px, took.last_qty, -took.side)
            self.crosses[cause] += 1
        for report in trades:
            assert report.last_px == self.book.midpoint
            assert report.price is None or int(report.side) * (report.price - report.last_px) >= 0
            self.open_qty[report.order_id] -= report.last_qty
            assert report.leaves_qty == self.open_qty[report.order_id]
        for report in reports:
            if not report.leaves_qty:
                del self.open_qty[report.order_id]

    def check(self) -> None:
        resting = [o for order_id in self.open_qty if (o := self.book.find(order_id)) is not None]
        assert {order.order_id: order.leaves_qty for order in resting} == self.open_qty
        assert len(self.book) == len(resting)
        assert len(self.willing(resting)) < 2, "nobody who could trade waits"

    def willing(self, resting: list[DarkOrder]) -> set[Side]:
        midpoint = self.book.midpoint
        if midpoint is None or self.book.state is BookState.CLOSED:
            return set()
        return {order.side for order in resting if order.accepts(midpoint)}


def a_message(draw: random.Random, pool: Audited) -> Message:
    limit = draw.randint(980, 1_020) * TICK // 2
    qty = draw.randint(1, 9)
    if len(pool.open_qty) < 2 or (draw.random() < 0.6 and len(pool.open_qty) < 20):
        side, tif = draw.choice(list(Side)), draw.choice((DAY, DAY, GTC, IOC, FOK))
        return NewOrder(pool.now + 1, 1, side, qty, None if draw.random() < 0.05 else limit, tif)
    order_id = draw.choice(list(pool.open_qty))
    return CancelOrder(order_id, 1) if draw.random() < 0.5 else ReplaceOrder(order_id, 1, qty, limit)


@pytest.mark.parametrize("seed", range(4))
def test_the_laws_hold_through_five_thousand_messages_and_moves(seed: int):
    draw, pool = random.Random(seed), Audited()
    for number in range(5_000):
        if draw.random() < 0.3:
            bid = draw.randint(480, 510) * TICK
            pool.refer(bid, draw.choice((bid + draw.randint(-1, 4) * TICK, 0)))
        elif number % 500 == 499:
            pool.set_state(BookState.CLOSED)
            pool.check()
            pool.refer(500 * TICK, 501 * TICK)
            pool.set_state(BookState.CONTINUOUS)
        else:
            pool.send(a_message(draw, pool))
        pool.check()
    rare = [cause for cause in ("NewOrder", "ReplaceOrder", "reference") if pool.crosses[cause] < 10]
    assert not rare, "each way to a cross is taken often"
    assert pool.crosses["state"], "opening crosses what stayed"
