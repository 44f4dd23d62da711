"""Random order flow for a book: mostly sensible, sometimes refused, dense enough that orders meet all the time."""

from __future__ import annotations

import random
from collections.abc import Iterator

from venues.messages import CancelOrder, ExecType, ExecutionReport, Message, NewOrder, ReplaceOrder, Side, TimeInForce

TICK = 100
OWNERS = (1, 2, 3)
TIMES_IN_FORCE = (TimeInForce.DAY, TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)


class Flow:
    """``flow.next()`` gives a message, ``flow.hear(reports)`` tells it what became of it."""

    def __init__(self, seed: int, width: int = 8, orders: int = 30) -> None:
        self.draw = random.Random(seed)
        self.width = width
        """Prices are within so many ticks of the middle."""
        self.orders = orders
        """About so many orders rest."""
        self.live: dict[int, tuple[int, Side, int]] = {}
        self._ids = 0

    def next(self) -> Message:
        kind = self.draw.random()
        crowded = len(self.live) / self.orders
        if not self.live or kind < 0.55 / max(1.0, crowded):
            return self._order()
        if kind < 0.6:
            return self._odd()
        return self._replace() if kind < 0.8 else self._cancel()

    def hear(self, reports: list[ExecutionReport]) -> None:
        for report in reports:
            if report.exec_type in (ExecType.REJECTED, ExecType.CANCEL_REJECTED):
                continue
            if report.leaves_qty and report.price is not None:
                self.live[report.order_id] = (report.owner, report.side, report.price)
            else:
                self.live.pop(report.order_id, None)

    def _order(self) -> NewOrder:
        self._ids += 1
        side = self.draw.choice((Side.BUY, Side.SELL))
        price = None if self.draw.random() < 0.08 else self._price(side)
        return NewOrder(self._ids, self.draw.choice(OWNERS), side, self._qty(), price, self.draw.choice(TIMES_IN_FORCE))

    def _cancel(self) -> CancelOrder:
        order_id = self.draw.choice(list(self.live))
        return CancelOrder(order_id, self.live[order_id][0])

    def _replace(self) -> ReplaceOrder:
        order_id = self.draw.choice(list(self.live))
        owner, side, price = self.live[order_id]
        if self.draw.random() < 0.5:
            price = self._price(side)
        return ReplaceOrder(order_id, owner, self._qty(), price)

    def _odd(self) -> Message:
        """Something that is, or may be, refused."""
        order_id = self.draw.choice(list(self.live))
        owner, side, price = self.live[order_id]
        odd: list[Message] = [
            NewOrder(order_id, owner, side, 5, price),
            NewOrder(self._ids + 1, owner, side, self.draw.randint(-3, 0), price),
            NewOrder(self._ids + 1, owner, side, 5, price + self.draw.randint(1, TICK - 1)),
            NewOrder(self._ids + 1, owner, side, 5, -price),
            CancelOrder(order_id, owner + 1),
            CancelOrder(self.draw.randint(1, self._ids), owner),
            ReplaceOrder(order_id, owner, self.draw.randint(-1, 2), price),
            ReplaceOrder(order_id, owner, 5, price + 1),
            ReplaceOrder(self.draw.randint(1, self._ids), owner, 5, price),
        ]
        return self.draw.choice(odd)

    def _qty(self) -> int:
        return self.draw.choice((1, 2, 3, 5, 8, 13, 40))

    def _price(self, side: Side) -> int:
        """Around the middle, buys lower than sells, often crossing."""
        return TICK * (1_000 - int(side) * self.draw.randint(-self.width // 2, self.width))


def recorded(seed: int, messages: int, **options: int) -> Iterator[Message]:
    """The same flow as a plain list of messages, made against the obvious book."""
    from tests.venues.obvious_book import ObviousBook

    flow, book = Flow(seed, **options), ObviousBook(TICK)
    for now in range(messages):
        message = flow.next()
        flow.hear(book.handle(message, now))
        yield message
