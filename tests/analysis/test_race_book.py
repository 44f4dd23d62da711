"""The displayed book from messages: the recorded quotes, row by row; corrections of a record with losses."""

from __future__ import annotations

import pytest

from analysis.race_book import RaceBook
from tests.analysis.builders import BUY, FLOW, IOC, MAKER, SELL, SNIPER
from tests.analysis.race_flow import Flow
from tests.analysis.race_rig import Exchange
from venues.book import Book


def tops(messages, corrected: bool = False) -> list[tuple[int | None, int | None]]:
    """Best bid and offer after each row."""
    book = RaceBook(messages, corrected)
    found = []
    for row, message in enumerate(messages):
        if not message.inbound:
            book.tell(row)
        found.append((book.best(BUY), book.best(SELL)))
    return found


@pytest.mark.parametrize(
    "flow",
    [
        Flow(seed=31, replace=3, reduce=2, market=1, fok=1),
        Flow(seed=32, special=1),
        Flow(seed=33, reach=6, sizes=(100, 900)),
        Flow(seed=34, tick=50, sizes=(1, 7)),
    ],
)
def test_best_prices_are_those_of_the_book_that_answered(flow, monkeypatch):
    quoted = []
    handle = Book.handle

    def watched(book, message, now):
        reports = handle(book, message, now)
        bid, bid_qty, ask, ask_qty = book.top()
        quoted.append((bid if bid_qty else None, ask if ask_qty else None))
        return reports

    monkeypatch.setattr(Book, "handle", watched)
    tables = flow.tables()
    from analysis.race_log import messages_of_run

    messages = messages_of_run(tables, 0, 0)
    ends = [row for row, m in enumerate(messages) if row + 1 == len(messages) or messages[row + 1].inbound]
    assert [tops(messages)[row] for row in ends] == quoted


@pytest.fixture
def sweep() -> Exchange:
    """A limit order empties the offers and rests at a better price than it traded at."""
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, 100_0100)
    exchange.new(110, 2, MAKER, BUY, 100, 99_9900)
    exchange.new(200, 3, FLOW, BUY, 150, 100_0300)
    return exchange


def test_a_corrected_book_loses_what_rests_better_than_it_traded(sweep):
    assert tops(sweep.messages())[-1] == (100_0300, None)
    assert tops(sweep.messages(), corrected=True)[-1] == (99_9900, None)


def test_a_corrected_book_throws_out_what_an_accepted_order_contradicts():
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, 100_0100)
    exchange.cancel(150, 1, MAKER)
    exchange.new(200, 2, FLOW, BUY, 100, 100_0200)
    complete = exchange.messages()
    lossy = [m for m in complete if m.request != "R2"]
    assert tops(complete, corrected=True)[-1] == (100_0200, None)
    assert tops(lossy)[-1] == (100_0200, 100_0100)
    assert tops(lossy, corrected=True)[-1] == (100_0200, None)


def test_a_corrected_book_throws_out_what_a_trade_contradicts():
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, 100_0100)
    exchange.new(110, 2, MAKER, SELL, 100, 100_0200)
    exchange.cancel(150, 1, MAKER)
    exchange.new(200, 3, SNIPER, BUY, 50, 100_0200, IOC)
    lossy = [m for m in exchange.messages() if m.request != "R3"]
    assert tops(lossy)[-1] == (None, 100_0100)
    assert tops(lossy, corrected=True)[-1] == (None, 100_0200)
