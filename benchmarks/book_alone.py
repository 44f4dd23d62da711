"""The book alone: one call per message, reports returned, at two depths.

The flow: 45 % limit orders a geometric distance from the opposite touch (mean 5 ticks), 40 % cancels of a live order
drawn uniformly, 5 % replaces (half reprice, half shrink in place), 10 % market orders of 1 to 5 times 300 shares, the
mean of the resting sizes. A market order fills three resting orders on average, so this mix alone would empty the book:
while fewer orders live than at the start, a cancel is left out and a limit order comes in its place. The shares that
come of it are printed. Messages are made beforehand from a fixed seed, by running the flow through a book.

    python benchmarks/book_alone.py [messages]
"""

from __future__ import annotations

import gc
import random
import sys
import time
import tracemalloc
from collections import Counter
from hashlib import sha256

from machine import calibration, describe, figures

from sim.garbage import few_collections
from venues.book import Book
from venues.messages import CancelOrder, ExecType, ExecutionReport, Message, NewOrder, ReplaceOrder, Side, TimeInForce

ROUNDS = 7
DEPTHS = (1_000, 20_000)
"""Live orders."""

MIDDLE, TICK, LOT = 100_0000, 100, 100


class Flow:
    """Makes messages that fit the state of a book of its own, which takes each at once."""

    def __init__(self, live: int, seed: int = 1) -> None:
        self.book = Book(TICK)
        self.trades = 0
        self._draw = random.Random(seed)
        self._target = live
        self._live: list[int] = []
        self._place: dict[int, int] = {}
        self._ids = 0

    def start(self) -> list[Message]:
        """Limit orders until the book is as full as wanted."""
        return [self._made(self._limit()) for _ in range(self._target)]

    def message(self) -> Message:
        """The next one."""
        kind = self._draw.random()
        if kind < 0.10:
            return self._made(self._market())
        if kind < 0.15:
            return self._made(self._replace())
        if kind < 0.55 and len(self._live) >= self._target:
            return self._made(CancelOrder(self._some_id(), 1))
        return self._made(self._limit())

    def _limit(self) -> NewOrder:
        self._ids += 1
        side = self._side()
        qty = self._draw.randint(1, 5) * LOT
        return NewOrder(self._ids, 1, side, qty, self._price(side), TimeInForce.DAY)

    def _market(self) -> NewOrder:
        self._ids += 1
        return NewOrder(self._ids, 1, self._side(), self._draw.randint(1, 5) * 3 * LOT, None, TimeInForce.IOC)

    def _replace(self) -> ReplaceOrder:
        order = self.book.find(self._some_id())
        assert order is not None
        qty = order.cum_qty + order.leaves_qty
        if self._draw.random() < 0.5:
            return ReplaceOrder(order.order_id, 1, qty, self._price(order.side))
        return ReplaceOrder(order.order_id, 1, max(order.cum_qty + 1, qty - LOT // 2), order.price)

    def _side(self) -> Side:
        return Side.BUY if self._draw.random() < 0.5 else Side.SELL

    def _price(self, side: Side) -> int:
        bid, _, ask, _ = self.book.top()
        touch = (ask if side is Side.BUY else bid) or MIDDLE
        distance = 1 + int(self._draw.expovariate(0.2))
        return max(TICK, touch - int(side) * distance * TICK)

    def _some_id(self) -> int:
        return self._live[self._draw.randrange(len(self._live))]

    def _made(self, message: Message) -> Message:
        for report in self.book.handle(message, 0):
            self._follow(report)
        return message

    def _follow(self, report: ExecutionReport) -> None:
        """Keep the list of live ids; the gap that one leaves is filled by the last."""
        order_id, live, place = report.order_id, self._live, self._place
        self.trades += report.exec_type is ExecType.TRADE
        if report.exec_type is ExecType.NEW and report.price is not None:
            place[order_id] = len(live)
            live.append(order_id)
        elif report.leaves_qty == 0 and order_id in place:
            last = live.pop()
            if last != order_id:
                live[place[order_id]] = last
                place[last] = place[order_id]
            del place[order_id]


def run(start: list[Message], messages: list[Message]) -> tuple[float, int, str]:
    """(CPU seconds of the messages, reports made, hash of the book afterwards); the filling is not timed."""
    book = Book(TICK)
    handle = book.handle
    for message in start:
        handle(message, 0)
    gc.collect()
    with few_collections():
        reports = 0
        started = time.process_time()
        for message in messages:
            reports += len(handle(message, 0))
        seconds = time.process_time() - started
    return seconds, reports, book.state_hash()


def bytes_per_order(start: list[Message]) -> float:
    """Memory of a filled book by live order, ids and index included, messages not."""
    tracemalloc.start()
    book = Book(TICK)
    for message in start:
        book.handle(message, 0)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(book)


def measure(live: int, messages: int) -> None:
    """One depth."""
    flow = Flow(live)
    start = flow.start()
    flow.trades = 0
    script = [flow.message() for _ in range(messages)]
    expected = flow.book.state_hash()
    kinds = Counter("market" if message[4:5] == (None,) else type(message).__name__ for message in script)
    speeds, loops = [], []
    for _ in range(ROUNDS):
        loops.append(calibration())
        seconds, reports, state = run(start, script)
        assert state == expected, "two runs of one flow differ"
        speeds.append(messages / seconds)
    shares = ", ".join(f"{kind} {count / messages:.1%}" for kind, count in sorted(kinds.items()))
    checksum = sha256(repr(script).encode()).hexdigest()[:16]
    print(f"book alone, {live:,} live orders, {messages:,} messages (checksum {checksum}): {shares}")
    print(f"  {figures(speeds)} messages/s of CPU time, {ROUNDS} rounds, book {state[:16]}")
    print(f"  {flow.trades / 2 / messages:.2f} trades and {reports / messages:.2f} reports a message")
    print(f"  {bytes_per_order(start):.0f} bytes a live order; calibration loop {figures(loops)} M additions/s")


def main(messages: int = 200_000) -> None:
    """Both depths."""
    print(describe())
    for live in DEPTHS:
        measure(live, messages)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
