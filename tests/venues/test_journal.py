"""What venues did is packed late, many rows at a time, and reads as if each had been written at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.log import EventLog
from tests.venues.builders import buy, sell
from tests.venues.rig import FEES, Client, lit_venue
from venues import venue as venue_module
from venues.book import Book
from venues.journal import BAD, CANCEL, NEW, REDUCE, REPLACE, Journal, Line
from venues.messages import BadMessage, CancelOrder, NewOrder, ReduceOrder, ReplaceOrder, Side, TimeInForce
from venues.tables import ORDERS, QUOTES, REPORTS, TRADES

BUY, SELL = Side.BUY, Side.SELL
LINE = Line(3, (0, FEES.maker, FEES.taker, 0))


def recorded(*messages: Any) -> EventLog:
    """The log of one venue that took these messages, a nanosecond apart."""
    log = EventLog()
    journal, book = Journal.of(log), Book()
    for seq, message in enumerate(messages, 1):
        journal.entries.append((seq * 10, seq, message, book.handle(message, seq * 10), LINE))
    return log


def rows(log: EventLog, table: Any) -> list[tuple[int, ...]]:
    return [tuple(map(int, row)) for row in log.table(table).records().tolist()]


def test_a_log_has_one_journal():
    log = EventLog()
    assert Journal.of(log) is Journal.of(log)
    assert Journal.of(log) is not Journal.of(EventLog())


def test_rows_are_there_as_soon_as_somebody_looks():
    log = recorded(NewOrder(1, 7, BUY, 100, 100_0000))
    assert log.events == 2
    assert len(log.table(ORDERS)) == 1


def test_every_kind_of_message_has_its_action():
    log = recorded(
        NewOrder(1, 7, BUY, 500, 100_0000, TimeInForce.GTC),
        ReplaceOrder(1, 7, 400, 100_0000),
        ReduceOrder(1, 7, 100),
        CancelOrder(1, 7),
        BadMessage(9, 7, "hello"),
    )
    assert [row[5] for row in rows(log, ORDERS)] == [NEW, REPLACE, REDUCE, CANCEL, BAD]
    assert rows(log, ORDERS)[0] == (10, 3, 1, 1, 7, NEW, 1, TimeInForce.GTC, 100_0000, 500)


@pytest.mark.parametrize("qty", ["many", 1.5, None, 1 << 70])
def test_a_message_that_is_no_row_is_kept_as_one_that_came(qty: Any):
    log = recorded(NewOrder(1, 7, BUY, qty, 100_0000))
    assert rows(log, ORDERS) == [(10, 3, 1, 0, 7, BAD, 0, -1, 0, 0)]
    assert len(log.table(REPORTS)) == 1


def test_a_trade_is_one_row_and_each_side_pays_its_fee():
    log = recorded(NewOrder(1, 7, SELL, 300, 100_0000), NewOrder(2, 8, BUY, 200, 100_0100))
    assert rows(log, TRADES) == [(20, 3, 2, 100_0000, 200, 1, 1, 2, 7, 8)]
    fees = {row[3]: row[-1] for row in rows(log, REPORTS)}
    assert fees == {1: 200 * FEES.maker, 2: 200 * FEES.taker}


def test_what_a_venue_says_of_its_own_accord_has_no_order_row():
    log, book = EventLog(), Book()
    book.submit(NewOrder(1, 7, BUY, 100, 100_0000), 0)
    Journal.of(log).entries.append((5, 1, None, [book.cancel(CancelOrder(1, 7), 5)[0]], LINE))
    assert len(log.table(ORDERS)) == 0
    assert len(log.table(REPORTS)) == 1


def test_how_often_it_is_packed_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    pairs = [
        (buy(100, limit=100_0000 - i % 7 * 100), sell(100 + i, limit=100_0000 + i % 5 * 100), i * 1_000)
        for i in range(50)
    ]

    def digest(kept: int) -> tuple[str, int]:
        monkeypatch.setattr(venue_module, "KEPT", kept)
        log = EventLog()
        client = Client(lit_venue(log=log))
        for bid, offer, at in pairs:
            client.says(bid, offer, at=at)
        client.hears()
        return log.digest(), log.events

    assert digest(1) == digest(7) == digest(10_000)


def test_rows_stay_in_the_order_of_time_over_venues():
    log = EventLog()
    journal = Journal.of(log)
    books = Book(), Book()
    for at in range(1, 5):
        number = at % 2
        message = NewOrder(at, 7, BUY, 100, 100_0000)
        journal.entries.append((at, at, message, books[number].handle(message, at), replace(LINE, number=number)))
    assert [(row[0], row[1]) for row in rows(log, ORDERS)] == [(1, 1), (2, 0), (3, 1), (4, 0)]


def test_a_streamed_log_gets_what_is_kept_when_it_closes(tmp_path: Any):
    log, book = EventLog(tmp_path), Book()
    message = NewOrder(1, 7, BUY, 100, 100_0000)
    Journal.of(log).entries.append((1, 1, message, book.handle(message, 1), LINE))
    log.table(QUOTES)
    log.close()
    import duckdb

    assert duckdb.sql(f"select qty from '{tmp_path}/orders.*.parquet'").fetchall() == [(100,)]
    assert np.all(log.table(REPORTS).columns()["at"] >= 0)
