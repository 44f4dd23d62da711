from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.venues.builders import GTC, book_of, buy, kinds, sell
from venues.book import Book
from venues.messages import BookState, NewOrder, Peg, Side, Terms, TimeInForce
from venues.policies import Band, BandReference, Policies, SelfTrade, TickTable


def again(book: Book) -> Book:
    """The book after its snapshot has been through JSON."""
    return Book.restore(json.loads(json.dumps(book.snapshot())))


def full_book() -> Book:
    """One order of each standing."""
    book = book_of(bids=[(99_9900, 300), (99_9900, 200)], asks=[(100_0100, 400)])
    for order_id, (order, terms) in enumerate(
        (
            (sell(900, 100_0200), Terms(display_qty=100)),
            (sell(500, 100_0200, GTC), Terms(display_qty=0)),
            (buy(400), Terms(peg=Peg.PRIMARY)),
            (sell(700, 99_0000), Terms(stop_px=99_5000)),
            (sell(100, tif=TimeInForce.CLOSE), None),
            (buy(600, 99_9800, TimeInForce.GTD), Terms(expire_at=1_000)),
        ),
        start=20,
    ):
        assert kinds(book.submit(order._replace(order_id=order_id, terms=terms), now=1)) == ["NEW"]
    return book


def test_a_book_of_all_kinds_of_orders_is_the_same_after_a_snapshot():
    book = full_book()
    restored = again(book)
    assert restored.state_hash() == book.state_hash()
    assert restored.snapshot() == book.snapshot()
    assert (restored.top(), restored.next_at(), len(restored)) == (book.top(), 1_001, 9)


@pytest.mark.parametrize(
    "message",
    [
        buy(1_500, 100_0200, order_id=90),
        sell(2_000, order_id=91),
        NewOrder(92, 9, Side.BUY, 100, 99_9900),
    ],
    ids=["through the iceberg", "through the stop", "a place behind"],
)
def test_112_and_goes_on_alike(message: NewOrder):
    book = full_book()
    restored = again(book)
    for now, change in ((5, None), (2_000, BookState.CLOSING_AUCTION), (2_001, BookState.CLOSED)):
        ours: Any = book.submit(message, now) if change is None else book.set_state(change, now)
        theirs: Any = restored.submit(message, now) if change is None else restored.set_state(change, now)
        assert theirs == ours
    assert restored.state_hash() == book.state_hash()


def test_policies_come_along():
    policies = Policies(
        self_trade=SelfTrade.DECREMENT,
        ticks=TickTable(((0, 1), (1_0000, 100))),
        band=Band(200, BandReference.LAST, 5, 7),
        collar=50,
    )
    assert again(Book(100, policies)).policies == policies
    assert again(Book(100)).policies == Policies()
    assert again(Book(100, replace(policies, band=None))).policies.band is None


def test_a_plain_book_is_plain_again():
    assert not again(book_of(bids=[(99_9900, 300)])).is_special
    assert again(full_book()).is_special


def test_a_snapshot_of_another_version_is_refused():
    with pytest.raises(ValueError, match="snapshot version 99: this book reads version 2"):
        Book.restore({**Book().snapshot(), "version": 99})
