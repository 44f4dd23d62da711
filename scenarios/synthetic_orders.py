"""Where `recordings/synthetic_orders.csv` comes from: an order-entry file of our own making, free to ship and to edit.

    python -m scenarios.synthetic_orders > scenarios/recordings/synthetic_orders.csv

writes it again, byte for byte. It looks like a real one (new orders, reductions, cancels of what is left, within
seconds of one morning) and like nothing else: orders come at random around $100.00, one in five reaches the other side,
and after the first ones a row is now and then a reduction or a cancel of a random live order. Replayed into an empty
venue with nobody else, every row fits and the book is empty at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sim.streams import Streams
from venues.book import Book
from venues.messages import CancelOrder, NewOrder, ReplaceOrder, Side

SEED = 20_240_102
ROWS = 400
OPENS = datetime(2024, 1, 2, 9, 30)
HEADER = "ordtype,uid,is_buy,qty,price,timestamp"

TICK = 100
MIDDLE = 100_0000
LARGEST_LOTS = 5
DEEPEST_TICKS = 6
AGGRESSIVE = 2
"""Of ten new orders, how many are priced beyond the middle."""

CANCEL, REDUCE = 30, 10
"""Of a hundred rows, how many cancel and reduce while there is something to cancel."""

OPENING_ORDERS = 40
LONGEST_GAP_MS = 100


def synthetic_orders(rows: int = ROWS, seed: int = SEED) -> Iterator[str]:
    """The lines of the file: the header, ``rows`` random messages and the cancels that empty the book.

    >>> from itertools import islice
    >>> list(islice(synthetic_orders(), 2))
    ['ordtype,uid,is_buy,qty,price,timestamp', 'new,1,True,200,99.94,2024-01-02 09:30:00.004']
    """
    yield HEADER
    morning = _Morning(Streams(seed).draws("synthetic_orders").uniform_int)
    for _ in range(rows):
        yield morning.next_row()
    yield from morning.last_rows()


@dataclass
class _Morning:
    """The book as the rows so far leave it: it says what is live, and how much is left of it."""

    draws: Callable[[int, int], Callable[[], int]]
    book: Book = field(default_factory=lambda: Book(TICK))
    milliseconds: int = 0
    orders: int = 0

    def __post_init__(self) -> None:
        self._gap = self.draws(0, LONGEST_GAP_MS)
        self._what = self.draws(1, 100)
        self._which = self.draws(0, 1 << 30)
        self._coin = self.draws(0, 1)
        self._of_ten = self.draws(1, 10)
        self._ticks = self.draws(1, DEEPEST_TICKS)
        self._lots = self.draws(1, LARGEST_LOTS)

    def next_row(self) -> str:
        self.milliseconds += self._gap()
        what = self._what()
        if self.orders < OPENING_ORDERS or what > CANCEL + REDUCE or not len(self.book):
            return self._new()
        order_id, leaves, cum, price = self._live()
        if what <= CANCEL or leaves <= 100:
            return self._cancel(order_id, leaves)
        self.book.replace(ReplaceOrder(order_id, 0, cum + leaves - 100, price), 0)
        return self._line("modif", order_id, "", 100, "")

    def last_rows(self) -> Iterator[str]:
        for order_id, leaves in [(order.order_id, order.leaves_qty) for order in self.book.orders()]:
            self.milliseconds += 1
            yield self._cancel(order_id, leaves)

    def _new(self) -> str:
        self.orders += 1
        side = Side.BUY if self._coin() else Side.SELL
        reach = 1 if self._of_ten() <= AGGRESSIVE and self.orders > OPENING_ORDERS else -1
        price = MIDDLE + int(side) * reach * self._ticks() * TICK
        qty = 100 * self._lots()
        self.book.submit(NewOrder(self.orders, 0, side, qty, price), 0)
        return self._line(
            "new", self.orders, str(side is Side.BUY), qty, f"{price // 10_000}.{price % 10_000 // 100:02}"
        )

    def _live(self) -> tuple[int, int, int, int]:
        live = list(self.book.orders())
        order = live[self._which() % len(live)]
        assert order.price is not None, "limit orders alone"
        return order.order_id, order.leaves_qty, order.cum_qty, order.price

    def _cancel(self, order_id: int, leaves: int) -> str:
        self.book.cancel(CancelOrder(order_id, 0), 0)
        return self._line("cancel", order_id, "", leaves, "")

    def _line(self, ordtype: str, order_id: int, is_buy: str, qty: int, price: str) -> str:
        time = OPENS + timedelta(milliseconds=self.milliseconds)
        return f"{ordtype},{order_id},{is_buy},{qty},{price},{time.isoformat(' ', 'milliseconds')}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in synthetic_orders())
