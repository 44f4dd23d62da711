"""The book alone: one call per message, reports returned, at two depths.

The flow: 45 % limit orders a geometric distance from the opposite touch (mean 5 ticks), 40 % cancels of a live order
drawn uniformly, 5 % replaces (half reprice, half shrink in place), 10 % market orders of 1 to 5 times 300 shares, the
mean of the resting sizes. A market order fills three resting orders on average, so this mix alone would empty the book:
while fewer orders live than at the start, a cancel is left out and a limit order comes in its place. The shares that
come of it are printed. Messages are made beforehand from a fixed seed, by running the flow through a book. With 20,000
orders the ten best levels of a side hold about 1,000 orders each, nine in ten of all.

Timed is `book.submit`, `book.cancel` or `book.replace`, as a gateway calls it that knows what it has decoded, and
beside it `book.handle`, which asks first. Depths and a loop of plain additions take turns, so that what else the
machine does meets all alike.

    python benchmarks/book_alone.py [messages]
"""

from __future__ import annotations

import gc
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from statistics import median
from typing import Any

from machine import calibration, describe, figures

from sim.garbage import few_collections
from venues.book import Book
from venues.messages import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    Message,
    NewOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)

ROUNDS = 7
DEPTHS = (1_000, 20_000)
"""Live orders."""

MIDDLE, TICK, LOT = 100_0000, 100, 100

Call = tuple[Callable[[Any, int], list[ExecutionReport]], Message]


class Flow:
    """Makes messages that fit the state of a book of its own, which takes each at once."""

    def __init__(self, live: int, seed: int = 1) -> None:
        self.book = Book(TICK)
        self.trades = 0
        self.reports = 0
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
        assert order.price is not None
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
        self.reports += 1
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


class Depth:
    """One depth: the book as it starts, the messages, what came of them, the speeds so far."""

    def __init__(self, live: int, messages: int) -> None:
        self.live = live
        flow = Flow(live)
        self.start = flow.start()
        flow.trades = flow.reports = 0
        self.script = [flow.message() for _ in range(messages)]
        self.trades, self.reports, self.expected = flow.trades // 2, flow.reports, flow.book.state_hash()
        self.by_kind: list[float] = []
        self.by_handle: list[float] = []

    def measure(self) -> None:
        """One round of each way to call."""
        self.by_kind.append(self._speed(lambda book: _calls(book, self.script)))
        self.by_handle.append(self._speed(lambda book: [(book.handle, message) for message in self.script]))

    def _speed(self, calls_of: Callable[[Book], list[Call]]) -> float:
        """Messages a second of CPU time; the filling is not timed."""
        book = filled(self.start)
        calls = calls_of(book)
        gc.collect()
        with few_collections():
            started = time.process_time()
            for call, message in calls:
                call(message, 0)
            seconds = time.process_time() - started
        assert book.state_hash() == self.expected, "two runs of one flow differ"
        return len(calls) / seconds

    def tell(self) -> None:
        """Print it."""
        messages = len(self.script)
        kinds = Counter(_kind(message) for message in self.script)
        shares = ", ".join(f"{kind} {count / messages:.1%}" for kind, count in sorted(kinds.items()))
        checksum = sha256(repr(self.script).encode()).hexdigest()[:16]
        orders = [count for side in Side for _, _, count in filled(self.start).depth(side, 10)]
        print(f"book alone, {self.live:,} live orders, {messages:,} messages (checksum {checksum}): {shares}")
        print(f"  {figures(self.by_kind)} messages/s of CPU time, {ROUNDS} rounds, book {self.expected[:16]}")
        print(f"  {figures(self.by_handle)} through handle")
        print(f"  {self.trades / messages:.2f} trades and {self.reports / messages:.2f} reports a message")
        print(f"  {bytes_per_order(self.start):.0f} bytes a live order with its id and the index")
        print(f"  {sum(orders) / len(orders):,.0f} orders a level on the ten best of each side")


def _kind(message: Message) -> str:
    if isinstance(message, NewOrder):
        return "market" if message.price is None else "limit"
    return type(message).__name__.removesuffix("Order").lower()


def _calls(book: Book, script: list[Message]) -> list[Call]:
    """Each message with the call that a gateway makes which knows what it has decoded."""
    calls: dict[type, Any] = {NewOrder: book.submit, CancelOrder: book.cancel, ReplaceOrder: book.replace}
    return [(calls[type(message)], message) for message in script]


def filled(start: list[Message]) -> Book:
    """A book that has taken these."""
    book = Book(TICK)
    for message in start:
        book.handle(message, 0)
    return book


def bytes_per_order(start: list[Message]) -> float:
    """Memory of a filled book by live order: orders, levels, index and the ids and sizes that it holds on to."""
    tracemalloc.start()
    book = Book(TICK)
    for message in start:
        own = message._replace(order_id=message.order_id + (1 << 40))  # an id of its own, as from the wire
        book.handle(own, 0)
    del own
    gc.collect()  # tuples that Python keeps for its next ones are not the book's
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(book)


def main(messages: int = 200_000) -> None:
    """Both depths, in turns."""
    print(describe())
    depths = [Depth(live, messages) for live in DEPTHS]
    loops = []
    for _ in range(ROUNDS):
        loops.append(calibration())
        for depth in depths:
            depth.measure()
    for depth in depths:
        depth.tell()
    shallow, deep = (median(depth.by_kind) for depth in depths)
    print(f"deep over shallow {deep / shallow:.2f}; calibration loop {figures(loops)} M additions/s")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
