"""Named builders: a book with orders in it, an order in one line, what a list of reports says in short.

Prices are price units ($0.0001), as in ``100_0500`` for $100.05; sizes shares. Ids are fresh
unless stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from venues.book import Book
from venues.messages import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    Reason,
    ReplaceOrder,
    Side,
    TimeInForce,
)

DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK

MAKER, TAKER = 7, 8
"""Two participants: the one whose orders rest, and the one who comes to trade."""

_fresh = count(1_000)


def buy(
    qty: int, limit: int | None = None, tif: TimeInForce = DAY, order_id: int | None = None, owner: int = TAKER
) -> NewOrder:
    """A buy order; without a limit, a market order."""
    return NewOrder(next(_fresh) if order_id is None else order_id, owner, Side.BUY, qty, limit, tif)


def sell(
    qty: int, limit: int | None = None, tif: TimeInForce = DAY, order_id: int | None = None, owner: int = TAKER
) -> NewOrder:
    """A sell order; without a limit, a market order."""
    return NewOrder(next(_fresh) if order_id is None else order_id, owner, Side.SELL, qty, limit, tif)


def cancel(order_id: int, owner: int = TAKER) -> CancelOrder:
    return CancelOrder(order_id, owner)


def replace(order_id: int, qty: int, limit: int, owner: int = TAKER) -> ReplaceOrder:
    return ReplaceOrder(order_id, owner, qty, limit)


Resting = Sequence[tuple[int, int]]
"""(price, qty) of orders, in the order of their arrival."""


def maker_orders(bids: Resting = (), asks: Resting = ()) -> list[NewOrder]:
    """MAKER's orders with ids 1, 2, ...: the asks first, then the bids."""
    orders = [sell(qty, price, owner=MAKER) for price, qty in asks]
    orders.extend(buy(qty, price, owner=MAKER) for price, qty in bids)
    return [order._replace(order_id=order_id) for order_id, order in enumerate(orders, start=1)]


def book_of(bids: Resting = (), asks: Resting = (), tick: int = 100) -> Book:
    """A book in which MAKER's orders rest."""
    book = Book(tick)
    for order in maker_orders(bids, asks):
        (report,) = book.submit(order, now=0)
        assert report.exec_type is ExecType.NEW, "they must not trade with each other"
    return book


def fills(reports: Sequence[ExecutionReport]) -> list[tuple[int, int]]:
    """(price, qty) of each trade, as the taker was told."""
    return [(r.last_px, r.last_qty) for r in reports if r.liquidity is Liquidity.TAKER]


def kinds(reports: Sequence[ExecutionReport]) -> list[str]:
    """What each report is, such as ``NEW``, ``TRADE``, ``CANCELED``."""
    return [r.exec_type.name for r in reports]


def refusal(reports: Sequence[ExecutionReport]) -> Reason:
    """The reason of the one report that is a reject."""
    (report,) = reports
    assert report.exec_type in (ExecType.REJECTED, ExecType.CANCEL_REJECTED), report
    return report.reason
