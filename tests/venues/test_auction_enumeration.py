"""Auctions against brute force: every price there is, every share matched by hand (99, 100)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venues.book import Book
from venues.messages import BookState, ExecType, ExecutionReport, Liquidity, NewOrder, Reason, Side, Terms
from venues.obvious_book import ObviousBook
from venues.policies import MarketRemainder, Policies

BOOKS: list[Callable[..., Any]] = [ObviousBook, Book]
TICK = 100


class Sent(NamedTuple):
    """An order of a call; ticks None: market; shown None: all of it, 0: hidden."""

    side: Side
    ticks: int | None
    qty: int
    shown: int | None

    def accepts(self, ticks: int) -> bool:
        return self.ticks is None or self.side * (self.ticks - ticks) >= 0


orders = st.builds(
    Sent,
    side=st.sampled_from(Side),
    ticks=st.integers(10, 16) | st.integers(10, 16) | st.none(),
    qty=st.integers(1, 9),
    shown=st.sampled_from([None, None, 0, 2]),
)
books = st.lists(orders, max_size=12)
references = st.none() | st.integers(8, 18)


def outcome(sent: list[Sent], ticks: int) -> tuple[int, int]:
    """(volume, surplus) at that price."""
    bought, sold = (sum(o.qty for o in sent if o.side is side and o.accepts(ticks)) for side in (Side.BUY, Side.SELL))
    return min(bought, sold), bought - sold


def uncross_price(sent: list[Sent], reference: int | None) -> int | None:
    """Of all prices, one by one: largest volume, smallest surplus, pressure, reference, middle. None: no trade."""
    limits = [o.ticks for o in sent if o.ticks is not None]
    if not limits:
        return reference if reference is not None and outcome(sent, reference)[0] else None
    corners = limits if reference is None else [*limits, reference]
    prices = range(min(corners), max(corners) + 1)
    most = max(outcome(sent, price)[0] for price in prices)
    if not most:
        return None
    left = [price for price in prices if outcome(sent, price)[0] == most]
    least = min(abs(outcome(sent, price)[1]) for price in left)
    left = [price for price in left if abs(outcome(sent, price)[1]) == least]
    if all(outcome(sent, price)[1] > 0 for price in left):
        return left[-1]
    if all(outcome(sent, price)[1] < 0 for price in left):
        return left[0]
    if reference is None:
        return (left[0] + left[-1]) // 2
    return sorted(left, key=lambda price: (abs(price - reference), price))[0]


def shares_by_order(sent: list[Sent], ticks: int) -> dict[int, int]:
    """Who gets how much at that price: market orders, then price, displayed before hidden, then who came first."""
    volume, _ = outcome(sent, ticks)
    got: dict[int, int] = {}
    for side in Side:
        queue = [(number, o) for number, o in enumerate(sent, start=1) if o.side is side and o.accepts(ticks)]
        queue.sort(key=lambda item: (item[1].ticks is not None, -side * (item[1].ticks or 0), item[1].shown == 0))
        left = volume
        for number, order in queue:
            if take := min(left, order.qty):
                got[number] = take
                left -= take
    return got


def call(make_book: Callable[..., Any], sent: list[Sent], reference: int | None) -> Any:
    policies = Policies(reference_px=(reference or 0) * TICK, market_remainder=MarketRemainder.REST)
    book = make_book(TICK, policies)
    book.set_state(BookState.OPENING_AUCTION, 0)
    for number, (side, ticks, qty, shown) in enumerate(sent, start=1):
        price = None if ticks is None else ticks * TICK
        terms = None if shown is None or price is None else Terms(display_qty=shown)
        (report,) = book.submit(NewOrder(number, 1, side, qty, price, terms=terms), 0)
        assert report.exec_type is ExecType.NEW
    return book


def without_shown_market_orders(sent: list[Sent]) -> list[Sent]:
    """A market order cannot be hidden."""
    return [order._replace(shown=None) if order.ticks is None else order for order in sent]


def state_report(reports: list[ExecutionReport]) -> ExecutionReport:
    return next(report for report in reports if report.exec_type is ExecType.STATE)


@pytest.mark.parametrize("make_book", BOOKS)
@given(sent=books, reference=references)
@settings(max_examples=200)
def test_the_price_is_the_one_that_enumeration_of_all_prices_finds(make_book: Any, sent: Any, reference: Any):
    book = call(make_book, sent, reference)
    before = book.state_hash()
    price = uncross_price(sent, reference)
    expected = (0, 0, 0) if price is None else (price * TICK, *outcome(sent, price))
    assert book.indicative() == expected
    assert book.state_hash() == before, "to ask changes nothing"
    told = state_report(book.set_state(BookState.CONTINUOUS, 1))
    assert (told.last_px, told.last_qty, told.leaves_qty) == expected
    assert told.reason is Reason.STATE_CONTINUOUS


@pytest.mark.parametrize("make_book", BOOKS)
@given(sent=books, reference=references)
@settings(max_examples=200)
def test_everybody_gets_what_priority_gives_at_that_price(make_book: Any, sent: Any, reference: Any):
    sent = without_shown_market_orders(sent)
    book = call(make_book, sent, reference)
    price = uncross_price(sent, reference)
    trades = [r for r in book.set_state(BookState.CONTINUOUS, 1) if r.liquidity is Liquidity.AUCTION]
    got: dict[int, int] = {}
    for report in trades:
        assert price is not None
        assert report.last_px == price * TICK
        got[report.order_id] = got.get(report.order_id, 0) + report.last_qty
    assert got == ({} if price is None else shares_by_order(sent, price))
    assert [r.side for r in trades] == [Side.BUY, Side.SELL] * (len(trades) // 2), "the buyer's report, the seller's"


@pytest.mark.parametrize("make_book", BOOKS)
@given(sent=books, reference=references)
@settings(max_examples=200)
def test_100_what_is_left_stands_in_its_old_order_and_does_not_cross(make_book: Any, sent: Any, reference: Any):
    book = call(make_book, sent, reference)
    before = [order.order_id for order in book.orders()]
    book.set_state(BookState.CONTINUOUS, 1)
    left = list(book.orders())
    assert [order.order_id for order in left] == [order_id for order_id in before if book.find(order_id)]
    limits = {side: [o.price for o in left if o.side is side and o.price is not None] for side in Side}
    assert max(limits[Side.BUY], default=0) < min(limits[Side.SELL], default=10**9)
    for order in left:
        shown = sent[order.order_id - 1].shown if order.price is not None else None
        if shown:
            assert order.shown_qty == min(shown, order.leaves_qty), "icebergs show a peak again"


@pytest.mark.parametrize("make_book", BOOKS)
@given(sent=books, last=st.integers(8, 18))
@settings(max_examples=100)
def test_the_last_trade_is_the_reference_before_the_stated_one(make_book: Any, sent: Any, last: int):
    book = make_book(TICK, Policies(reference_px=13 * TICK))
    book.submit(NewOrder(100, 1, Side.BUY, 1, last * TICK), 0)
    book.submit(NewOrder(101, 1, Side.SELL, 1, last * TICK), 0)
    book.set_state(BookState.VOLATILITY_AUCTION, 0)
    for number, (side, ticks, qty, _) in enumerate(sent, start=1):
        book.submit(NewOrder(number, 1, side, qty, None if ticks is None else ticks * TICK), 0)
    price = uncross_price(sent, last)
    assert book.indicative()[0] == (0 if price is None else price * TICK)
