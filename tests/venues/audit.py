"""What must hold of any stream of reports, whatever the orders: kept from the reports alone, without the book.

The numbers are those of our collection of matching rules (whole-engine properties).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from venues.messages import (
    BookState,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    ReplaceOrder,
    Side,
    Terms,
)
from venues.policies import PLAIN, Policies, SelfTrade, SmallerSize

REFUSALS = (ExecType.REJECTED, ExecType.CANCEL_REJECTED)


@dataclass
class Known:
    """An order as its owner could know it from its reports."""

    owner: int
    side: Side
    price: int | None
    order_qty: int
    plain: bool
    """A limit order without any terms, in the queue from the beginning: what is first in, first out."""
    came: int = 0
    """When it got its place: the number of the report."""
    filled: int = 0

    @property
    def open(self) -> int:
        return self.order_qty - self.filled


class Audit:
    """``audit.take(command, reports)`` after every command, then ``audit.check(book)``."""

    def __init__(self, policies: Policies = PLAIN) -> None:
        self.policies = policies
        self.live: dict[int, Known] = {}
        self.traded = {Side.BUY: 0, Side.SELL: 0}
        self.picky: set[int] = set()
        """Orders that have, or may have got, a minimum: they pass others over."""
        self._count = 0
        self._half: ExecutionReport | None = None
        """The first party's report of a trade whose second is to come."""
        self._command: Any = None

    def take(self, command: Any, reports: list[ExecutionReport]) -> None:
        """The reports of one command, or of the passing of time."""
        self._command = command
        for report in reports:
            self._count += 1
            if report.exec_type in REFUSALS:
                assert report is reports[-1], "a refusal is the last word"
            elif report.exec_type is not ExecType.STATE:
                self._book(report)
        assert self._half is None, "a trade has two parties"

    def check(self, book: Any) -> None:
        bid, bid_qty, ask, ask_qty = book.top()
        if book.state is BookState.CONTINUOUS and not self.policies.batch_interval:
            assert not (bid_qty and ask_qty) or bid < ask, "106: never locked or crossed"
        assert self.traded[Side.BUY] == self.traded[Side.SELL], "107: bought = sold"
        in_book = {o.order_id: (o.owner, o.side, o.leaves_qty, o.cum_qty) for o in book.orders()}
        known = {order_id: (k.owner, k.side, k.open, k.filled) for order_id, k in self.live.items()}
        assert in_book == known, "107: filled + open + taken out = submitted"
        check_levels(book)

    def _book(self, report: ExecutionReport) -> None:
        kind = report.exec_type
        if kind is ExecType.NEW:
            assert report.order_id not in self.live, "11: an id is live once"
            order = self._command
            if isinstance(order, NewOrder) and isinstance(order.terms, Terms) and order.terms.min_qty:
                self.picky.add(report.order_id)
            plain = isinstance(order, NewOrder) and (order.terms or Terms()) == Terms() and int(order.time_in_force) < 2
            self.live[report.order_id] = Known(
                report.owner, report.side, report.price, report.order_qty, plain, self._count
            )
            assert (report.cum_qty, report.leaves_qty) == (0, report.order_qty)
            return
        known = self.live[report.order_id]
        if kind is ExecType.TRADE:
            self._trade(report, known)
        else:
            self._changed(report, known)
        assert (known.filled, known.order_qty) == (report.cum_qty, report.order_qty), "107: per order"
        if kind in (ExecType.CANCELED, ExecType.EXPIRED):
            assert (report.leaves_qty, report.ord_status) == (0, OrdStatus.CANCELED)
            assert known.open > 0, "nothing ends twice"
        else:
            assert report.leaves_qty == known.open, "107: per order"
        if not report.leaves_qty:
            del self.live[report.order_id]

    def _changed(self, report: ExecutionReport, known: Known) -> None:
        if report.exec_type is ExecType.REPLACED and isinstance(self._command, ReplaceOrder):
            kept = report.price == known.price and report.order_qty <= known.order_qty
            if not kept or self.policies.smaller_size is SmallerSize.LOSES:
                known.came = self._count
            known.plain = known.plain and self._command.terms is None
            if self._command.terms is not None:
                self.picky.add(report.order_id)
        if report.reason is Reason.PRICE_BAND and report.exec_type is ExecType.RESTATED:
            known.came = self._count
        if report.exec_type is ExecType.RESTATED and report.reason is Reason.SELF_TRADE:
            assert report.order_qty < known.order_qty, "a decrement makes smaller"
        known.order_qty, known.price = report.order_qty, report.price

    def _trade(self, report: ExecutionReport, known: Known) -> None:
        known.filled += report.last_qty
        known.price = report.price
        self.traded[report.side] += report.last_qty
        assert report.last_qty > 0, "no trade of zero shares"
        assert report.ord_status is (OrdStatus.PARTIALLY_FILLED if known.open else OrdStatus.FILLED)
        if report.price is not None:
            assert int(report.side) * (report.price - report.last_px) >= 0, "109: within the limit"
        first, self._half = self._half, None if self._half else report
        if first is None:
            return
        same = (first.last_px, first.last_qty, first.at) == (report.last_px, report.last_qty, report.at)
        assert same, "a trade's two reports agree"
        assert first.side is not report.side, "a buyer and a seller"
        if report.liquidity is Liquidity.AUCTION:
            assert (first.liquidity, first.side) == (Liquidity.AUCTION, Side.BUY), "the buyer's report comes first"
            return
        assert (first.liquidity, report.liquidity) == (Liquidity.MAKER, Liquidity.TAKER)
        assert first.price is None or first.last_px == first.price, "109: a trade is at the maker's price"
        self._first_in_line(first, report)

    def _first_in_line(self, maker: ExecutionReport, taker: ExecutionReport) -> None:
        """110: of plain orders none fills before one that is better, or as good and earlier."""
        filled = self.live.get(maker.order_id)
        if filled is None or not filled.plain or maker.price is None or taker.order_id in self.picky:
            return
        for order_id, other in self.live.items():
            if order_id == maker.order_id or not other.plain or other.side is not maker.side or other.price is None:
                continue
            if other.owner == taker.owner and self.policies.self_trade is SelfTrade.SKIP:
                continue
            better = int(maker.side) * (other.price - maker.price)
            assert better < 0 or (better == 0 and other.came > filled.came), "110: first in, first out"


def check_levels(book: Any) -> None:
    """108: totals, index and best prices are those of the orders."""
    orders = list(book.orders())
    assert len(book) == len(orders), "108: the index of ids equals the union of the queues"
    assert all(book.find(order.order_id).order_id == order.order_id for order in orders)
    best = []
    for side in (Side.BUY, Side.SELL):
        levels = book.depth(side, 10**6)
        shown: dict[int, list[int]] = {}
        for order in orders:
            if order.side is side and order.shown_qty and order.price is not None:
                shown.setdefault(order.price, []).append(order.shown_qty)
        prices = sorted(shown, reverse=side is Side.BUY)
        assert levels == [(price, sum(shown[price]), len(shown[price])) for price in prices], "108: level totals"
        best += levels[0][:2] if levels else (0, 0)
    assert book.top() == tuple(best), "108: the best price is the best level's"
    for order in orders:
        assert order.leaves_qty > 0, "108: no empty orders"
        assert 0 <= order.shown_qty <= order.leaves_qty
