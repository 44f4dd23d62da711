"""Talk to a book in the notation of matching-engine test suites, the right way round or in a mirror.

    S a 5@101        a sells 5 at 101 ticks (DAY; or GTC, IOC, FOK after it); ``S a 5 MKT`` is a market order
    cancel a         replace a 12@102 (new total and price)
    ... [Y]          the same from participant Y; unsaid, it is X

The answer names trades by the maker's order, then what became of the order that was spoken of::

    a5@101, b5@102, x rests 2@102

In the mirror every buy is a sell and every price p is 300 - p: a rule that holds on one side holds on the other.
"""

from __future__ import annotations

import re

from venues.book import Book
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

REFUSALS = (ExecType.REJECTED, ExecType.CANCEL_REJECTED)
TICK = 100
MIRROR = 300
"""Ticks: the sum of a price and its mirror image."""

_NEW = re.compile(r"([BS]) (\w+) (-?\d+)(?:@(-?\d+)| MKT)(?: (DAY|GTC|IOC|FOK))?(?: \[(\w)\])?")
_CANCEL = re.compile(r"cancel (\w+)(?: \[(\w)\])?")
_REPLACE = re.compile(r"replace (\w+) (-?\d+)@(-?\d+)(?: \[(\w)\])?")


class Talk:
    """``talk(command, ...)`` gives the answer to the last command."""

    def __init__(self, mirrored: bool = False) -> None:
        self.mirrored = mirrored
        self.book = Book(TICK)
        self.now = 0
        self.log: list[ExecutionReport] = []
        """All reports so far."""
        self._ids: dict[str, int] = {}
        self._open: dict[int, tuple[int, int | None]] = {}  # id -> (leaves, price) as told by the reports

    def __call__(self, *commands: str) -> str:
        answer = ""
        for command in commands:
            message = self._read(command)
            answer = self._tell(self.book.handle(message, self.now), message.order_id)
            assert self._open == {o.order_id: (o.leaves_qty, o.price) for o in self.book.orders()}, "reports and book"
        return answer

    def close(self) -> str:
        """Close the book; who is cancelled."""
        return self._tell(self.book.set_state(BookState.CLOSED, self.now), 0)

    def depth(self, side: str) -> list[str]:
        """``shares@price`` of each level of a side, best first."""
        levels = self.book.depth(self._side(side), 1_000)
        return [f"{volume}@{self._ticks(price)}" for price, volume, _ in levels]

    def queue(self, side: str) -> list[str]:
        """The names of a side's orders in priority order."""
        return [self._name(order.order_id) for order in self.book.orders() if order.side is self._side(side)]

    def best(self) -> tuple[int, int]:
        """Best bid and best ask in ticks, seen the right way round; 0 for an empty side."""
        bid, bid_qty, ask, ask_qty = self.book.top()
        seen = (self._ticks(bid) if bid_qty else 0, self._ticks(ask) if ask_qty else 0)
        return (seen[1], seen[0]) if self.mirrored else seen

    # -- into messages --------------------------------------------------------------------------

    def _read(self, command: str) -> Message:
        if found := _NEW.fullmatch(command):
            side, name, qty, price, tif, owner = found.groups()
            limit = None if price is None else self._price(price)
            return NewOrder(self._id(name), _owner(owner), self._side(side), int(qty), limit, TimeInForce[tif or "DAY"])
        if found := _CANCEL.fullmatch(command):
            name, owner = found.groups()
            return CancelOrder(self._id(name), _owner(owner))
        found = _REPLACE.fullmatch(command)
        assert found, f"cannot read {command!r}"
        name, qty, price, owner = found.groups()
        return ReplaceOrder(self._id(name), _owner(owner), int(qty), self._price(price))

    def _id(self, name: str) -> int:
        return self._ids.setdefault(name, len(self._ids) + 1)

    def _name(self, order_id: int) -> str:
        return next(name for name, known in self._ids.items() if known == order_id)

    def _side(self, side: str) -> Side:
        return Side.BUY if (side == "B") != self.mirrored else Side.SELL

    def _price(self, ticks: str) -> int:
        return (MIRROR - int(ticks) if self.mirrored else int(ticks)) * TICK

    def _ticks(self, price: int) -> int:
        ticks = price // TICK
        return MIRROR - ticks if self.mirrored else ticks

    # -- out of reports -------------------------------------------------------------------------

    def _tell(self, reports: list[ExecutionReport], order_id: int) -> str:
        self.log += reports
        words = [word for r in reports if r.exec_type is not ExecType.STATE and (word := self._word(r))]
        leaves, price = self._open.get(order_id, (0, None))
        if leaves and price is not None and reports[-1].exec_type not in REFUSALS:
            words.append(f"{self._name(order_id)} rests {leaves}@{self._ticks(price)}")
        return ", ".join(words)

    def _word(self, report: ExecutionReport) -> str:
        name, kind, order_id = self._name(report.order_id), report.exec_type, report.order_id
        if kind in REFUSALS:
            return f"{name} refused ({_reason(report)})"
        before, _ = self._open.get(order_id, (0, None))
        self._open[order_id] = (report.leaves_qty, report.price)
        if not report.leaves_qty:
            del self._open[order_id]
        if kind is ExecType.CANCELED:
            return f"{name} cancels {before} ({_reason(report)})"
        if report.liquidity is Liquidity.MAKER:
            return f"{name}{report.last_qty}@{self._ticks(report.last_px)}"
        return ""


def _reason(report: ExecutionReport) -> str:
    return report.reason.name.lower().replace("_", " ")


def _owner(name: str | None) -> int:
    return ord(name or "X")
