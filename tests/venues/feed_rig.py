"""A book with everybody who can listen to it: each reader must hold exactly what the book displays.

rig = FeedRig(Book(100))
rig.send(sell(300, limit=100_0500))     # the order messages of that one message to the book
rig.check()
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.venues.order_flow import OWNERS, TICK
from venues.feed_messages import OrderMessage
from venues.feed_readers import LevelReader, OrderBookReader
from venues.level_feed import LevelFeed
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    Message,
    NewOrder,
    Peg,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.order_feed import OrderFeed
from venues.policies import PLAIN, Policies

DEPTHS = (None, 3, 1)
"""All levels, some, the best alone."""


class FeedRig:
    """``book`` with an order feed, level feeds, and a reader of each who misses nothing."""

    def __init__(self, book: Any, policies: Policies = PLAIN) -> None:
        self.book = book
        self.now = 0
        self.feed = OrderFeed(book, policies)
        self.reader = OrderBookReader()
        self.levels = {depth: (LevelFeed(self.feed, depth), LevelReader()) for depth in DEPTHS}
        self.traded_qty = 0
        self.recover()

    def send(self, message: object) -> tuple[OrderMessage, ...]:
        """Let the book answer a message; what the order feed says of it."""
        self.now += 1
        return self.hear(self.book.handle(message, self.now))

    def state(self, state: BookState) -> tuple[OrderMessage, ...]:
        """Go to another phase of the session; what the order feed says of it."""
        self.now += 1
        return self.hear(self.book.set_state(state, self.now))

    def hear(self, reports: list[ExecutionReport]) -> tuple[OrderMessage, ...]:
        """Publish reports and let everybody read."""
        self.reports = reports
        self.traded_qty += traded(reports)
        before = len(self.feed.history.items)
        told = [len(feed.history.items) for feed, _ in self.levels.values()]
        self.feed.publish(reports, self.now, self.now)
        packets = self.feed.history.items[before:]
        for packet in packets:
            self.reader.take(packet)
        for (feed, reader), known in zip(self.levels.values(), told, strict=True):
            for level_packet in feed.history.items[known:]:
                reader.take(level_packet)
        return tuple(message for packet in packets for message in packet.messages)

    def recover(self) -> None:
        """Give every reader a snapshot."""
        self.reader.recover(self.feed.snapshot(self.now))
        for feed, reader in self.levels.values():
            reader.recover(feed.snapshot(self.now))

    def check(self) -> None:
        """All readers hold exactly what the book displays."""
        for side in Side:
            shown = displayed(self.book, side)
            held = [(order.reference, order.price, order.qty) for order in self.reader.book.orders(side)]
            assert held == [(self.feed.reference_of(order_id), price, qty) for order_id, price, qty in shown]
            for depth, (_, reader) in self.levels.items():
                assert reader.depth(side) == aggregated(shown)[:depth]
                assert reader.depth(side) == self.book.depth(side, 1_000)[:depth]
        assert self.levels[1][1].top() == self.book.top() == self.reader.book.top()
        assert self.reader.book.traded_qty == self.traded_qty == self.levels[None][1].traded_qty
        assert self.reader.book.state is self.book.state


def displayed(book: Any, side: Side) -> list[tuple[int, int, int]]:
    """(order id, price, shares shown) of a side, in order of priority."""
    return [
        (order.order_id, order.price, order.shown_qty)
        for order in book.orders()
        if order.side is side and order.price is not None and order.shown_qty
    ]


def aggregated(shown: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """(price, shares, orders) of each level, the best first."""
    levels: dict[int, tuple[int, int]] = {}
    for _, price, qty in shown:
        shares, orders = levels.get(price, (0, 0))
        levels[price] = (shares + qty, orders + 1)
    return [(price, *held) for price, held in levels.items()]


def traded(reports: list[ExecutionReport]) -> int:
    """Shares traded, each trade once."""
    return sum(
        report.last_qty
        for report in reports
        if report.liquidity is Liquidity.TAKER or (report.liquidity is Liquidity.AUCTION and report.side is Side.BUY)
    )


TERMS = (
    [None] * 6
    + [Terms(display_qty=shown) for shown in (0, 0, 2, 3, 5, 5)]
    + [Terms(post_only=True), Terms(display_qty=0, min_qty=4)]
    + [Terms(display_qty=0, peg=peg, peg_offset=offset) for peg in Peg if peg for offset in (0, -TICK)]
)
TIMES = [TimeInForce.DAY] * 6 + [
    TimeInForce.GTC,
    TimeInForce.IOC,
    TimeInForce.FOK,
    TimeInForce.GTD,
    TimeInForce.OPG,
    TimeInForce.CLOSE,
]


class RichFlow:
    """Random messages of every kind, and now and then a new state; many are refused, which is part of it."""

    def __init__(self, seed: int, states: bool = True, first_id: int = 1) -> None:
        self.draw = random.Random(seed)
        self.live: dict[int, tuple[int, Side, int]] = {}
        self._ids = first_id - 1
        self._states = states

    def steps(self, rig: FeedRig, count: int) -> Iterator[None]:
        """Send ``count`` messages or changes of state; yields after each."""
        for _ in range(count):
            if self._states and self.draw.random() < 0.04:
                rig.state(self._state(rig.book.state))
            else:
                rig.send(self._message(rig.now + 1))
            self._hear(rig.reports)
            yield

    def _state(self, now: BookState) -> BookState:
        """Mostly back to continuous trading."""
        away = now is BookState.CONTINUOUS
        return self.draw.choice(list(BookState)) if away or self.draw.random() < 0.2 else BookState.CONTINUOUS

    def _message(self, now: int) -> Message:
        kind = self.draw.random()
        if not self.live or kind < 0.6 / max(1.0, len(self.live) / 25):
            return self._order(now)
        order_id = self.draw.choice(list(self.live))
        owner, side, price = self.live[order_id]
        if kind < 0.7:
            return CancelOrder(order_id, owner)
        if kind < 0.78:
            return ReduceOrder(order_id, owner, self.draw.randint(1, 6))
        if self.draw.random() < 0.5:
            price = self._price(side)
        return ReplaceOrder(order_id, owner, self.draw.randint(1, 25), price)

    def _order(self, now: int) -> NewOrder:
        self._ids += 1
        draw = self.draw
        side, tif, terms = draw.choice((Side.BUY, Side.SELL)), draw.choice(TIMES), draw.choice(TERMS)
        price = None if draw.random() < 0.08 else self._price(side)
        if draw.random() < 0.08:
            terms = Terms(stop_px=self._price(side), display_qty=draw.choice((None, 0, 3)))
        elif draw.random() < 0.03:
            terms = Terms(trail=3 * TICK, trail_step=TICK)
        if tif is TimeInForce.GTD:
            terms = (terms or Terms())._replace(expire_at=now + draw.randint(0, 60))
        return NewOrder(self._ids, draw.choice(OWNERS), side, draw.choice((1, 2, 3, 5, 8, 13, 40)), price, tif, terms)

    def _price(self, side: Side) -> int:
        return TICK * (1_000 - int(side) * self.draw.randint(-3, 6))

    def _hear(self, reports: list[ExecutionReport]) -> None:
        for report in reports:
            if report.exec_type in (ExecType.REJECTED, ExecType.CANCEL_REJECTED, ExecType.STATE):
                continue
            if report.leaves_qty:
                price = report.price or self._price(report.side)
                self.live[report.order_id] = (report.owner, report.side, price)
            else:
                self.live.pop(report.order_id, None)
