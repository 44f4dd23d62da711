"""The book that an order-by-order feed describes."""

from __future__ import annotations

import pytest

from agents.recordings.mbo import Action, MboRecord
from scenarios.reconciling.feed_book import BUY, SELL, Change, FeedBook
from venues.messages import Side


def record(action: str, side: Side | None, price: int, qty: int, order_id: int) -> MboRecord:
    return MboRecord(1, 0, Action(action), side, price, qty, order_id, True, 0)


@pytest.fixture
def book() -> FeedBook:
    """Two bids at 99, in the order 1, 2."""
    book = FeedBook()
    book.apply(record("A", BUY, 99, 5, 1))
    book.apply(record("A", BUY, 99, 7, 2))
    return book


def places(book: FeedBook) -> list[tuple[int, int]]:
    return [(order_id, order.qty) for order_id, order in book.orders()]


def test_levels_have_price_size_and_number_of_orders(book):
    book.apply(record("A", BUY, 98, 1, 3))
    assert book.depth(BUY, 3) == ((99, 12, 2), (98, 1, 1), (0, 0, 0))
    assert book.depth(SELL, 1) == ((0, 0, 0),)


def test_offers_are_best_when_lowest(book):
    book.apply(record("A", SELL, 102, 1, 3))
    book.apply(record("A", SELL, 101, 1, 4))
    assert book.depth(SELL, 1) == ((101, 1, 1),)


def test_a_smaller_size_keeps_its_place(book):
    assert book.apply(record("M", BUY, 99, 3, 1)) is Change.SMALLER
    assert places(book) == [(1, 3), (2, 7)]


@pytest.mark.parametrize(("price", "qty"), [(99, 6), (98, 5)])
def test_a_larger_size_or_another_price_goes_to_the_back(book, price, qty):
    assert book.apply(record("M", BUY, price, qty, 1)) is Change.ARRIVED
    assert (1, qty) in places(book)
    assert book.depth(BUY, 1)[0][0] == 99
    assert [order_id for order_id, order in book.orders() if order.price == price][-1] == 1


def test_the_next_peak_of_an_iceberg_goes_to_the_back(book):
    book.fill(record("F", BUY, 99, 5, 1))
    assert book.apply(record("M", BUY, 99, 5, 1)) is Change.ARRIVED
    assert places(book) == [(2, 7), (1, 5)]


def test_a_partial_fill_keeps_the_place(book):
    book.fill(record("F", BUY, 99, 2, 1))
    assert book.apply(record("M", BUY, 99, 3, 1)) is Change.SMALLER
    assert places(book) == [(1, 3), (2, 7)]


def test_a_cancel_takes_out_what_it_says(book):
    assert book.apply(record("C", BUY, 99, 2, 1)) is Change.SMALLER
    assert book.apply(record("C", BUY, 99, 3, 1)) is Change.GONE
    assert places(book) == [(2, 7)]


def test_an_order_that_was_never_announced_is_unknown(book):
    assert book.apply(record("C", BUY, 99, 2, 9)) is Change.UNKNOWN


def test_trades_and_fills_change_nothing(book):
    for action in ("T", "F"):
        assert book.apply(record(action, BUY, 99, 5, 1)) is Change.NOTHING
    assert places(book) == [(1, 5), (2, 7)]


def test_a_clear_empties_it(book):
    book.apply(record("R", None, 0, 0, 0))
    assert places(book) == []


def test_locked_counts_as_crossed(book):
    assert not book.is_crossed
    book.apply(record("A", SELL, 99, 1, 3))
    assert book.is_crossed
