"""What must hold of any stream of reports, whatever the orders: kept from the reports alone, without the book.

The numbers are those of our collection of matching rules (whole-engine properties).
"""

from __future__ import annotations

from dataclasses import dataclass

from venues.book import Book
from venues.messages import ExecType, ExecutionReport, Liquidity, Message, NewOrder, ReplaceOrder, Side


@dataclass
class Known:
    """An order as its owner could know it from its reports."""

    side: Side
    price: int | None
    qty: int
    filled: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        return self.qty - self.filled - self.cancelled


class Audit:
    """``audit.take(message, reports)`` after every message, then ``audit.check(book)``."""

    def __init__(self) -> None:
        self.live: dict[int, Known] = {}
        self.queues: dict[tuple[Side, int], list[int]] = {}
        """Ids at one price of one side, in the order in which they came there or lost their place."""
        self.traded = {Side.BUY: 0, Side.SELL: 0}

    def take(self, message: Message | None, reports: list[ExecutionReport]) -> None:
        """``message`` None: the reports of a close."""
        assert reports or message is None, "every message gets at least one report"
        for report in reports:
            self._book(message, report)
        self._enter(message)

    def check(self, book: Book) -> None:
        bid, bid_qty, ask, ask_qty = book.top()
        assert not (bid_qty and ask_qty) or bid < ask, "106: never locked or crossed"
        assert self.traded[Side.BUY] == self.traded[Side.SELL], "107: bought = sold"
        in_book = {o.order_id: (o.side, o.price, o.leaves_qty, o.cum_qty) for o in book.orders()}
        told = {order_id: (k.side, k.price, k.open, k.filled) for order_id, k in self.live.items()}
        assert in_book == told, "107: filled + open + cancelled = submitted"
        self._check_levels(book)

    def _check_levels(self, book: Book) -> None:
        orders = list(book.orders())
        assert len(book) == len(orders), "108: the index of ids equals the union of the queues"
        assert all(book.find(order.order_id) is order for order in orders)
        for side in Side:
            levels = book.depth(side, 10**6)
            prices = [price for price, _, _ in levels]
            assert prices == sorted(set(prices), reverse=side is Side.BUY), "108: best first, each price once"
            for price, volume, count in levels:
                sizes = [o.leaves_qty for o in orders if o.side is side and o.price == price]
                assert (volume, count) == (sum(sizes), len(sizes)), "108: a level's totals are those of its orders"
                assert min(sizes) > 0, "108: no empty orders"
        best = [book.depth(side, 1)[0][:2] if book.depth(side, 1) else (0, 0) for side in (Side.BUY, Side.SELL)]
        assert book.top() == (*best[0], *best[1]), "108: the best price is the best level's"

    def _book(self, message: Message | None, report: ExecutionReport) -> None:
        kind, order_id = report.exec_type, report.order_id
        if kind is ExecType.NEW:
            assert isinstance(message, NewOrder)
            self.live[order_id] = Known(message.side, message.price, message.qty)
        elif kind is ExecType.REPLACED:
            self._replaced(message, report)
        elif kind is ExecType.TRADE:
            self._trade(report)
        elif kind is ExecType.CANCELED:
            known = self.live.pop(order_id)
            assert (known.filled, report.leaves_qty) == (report.cum_qty, 0)
            self._leave(order_id, known)

    def _trade(self, report: ExecutionReport) -> None:
        known = self.live[report.order_id]
        known.filled += report.last_qty
        self.traded[report.side] += report.last_qty
        assert report.last_qty > 0, "no trade of zero shares"
        assert (known.filled, known.open) == (report.cum_qty, report.leaves_qty), "107: per order"
        if report.liquidity is Liquidity.MAKER:
            assert report.last_px == known.price, "109: a trade is at the maker's price"
            first = self.queues[(report.side, report.last_px)][0]
            assert report.order_id == first, "110: nobody fills before who came earlier is done"
        elif known.price is not None:
            assert int(report.side) * (known.price - report.last_px) >= 0, "109: within the taker's limit"
        if not known.open:
            self._leave(report.order_id, self.live.pop(report.order_id))

    def _replaced(self, message: Message | None, report: ExecutionReport) -> None:
        assert isinstance(message, ReplaceOrder)
        known = self.live[report.order_id]
        if not (message.price == known.price and message.qty <= known.qty):
            self._leave(report.order_id, known)
        known.qty, known.price = message.qty, message.price

    def _enter(self, message: Message | None) -> None:
        """What is left of the message's order stands in its queue, if it does not already."""
        known = self.live.get(message.order_id) if message is not None else None
        if message is not None and known is not None and known.price is not None:
            queue = self.queues.setdefault((known.side, known.price), [])
            if message.order_id not in queue:
                queue.append(message.order_id)

    def _leave(self, order_id: int, known: Known) -> None:
        queue = self.queues.get((known.side, known.price or 0), [])
        if order_id in queue:
            queue.remove(order_id)
