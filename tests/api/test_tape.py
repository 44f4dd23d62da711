from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from api.session import Session
from api.tape import Cursor
from scenarios.load import load

MS = 1_000_000


def source_of(*times, dropped=0):
    return SimpleNamespace(items=[SimpleNamespace(at=at) for at in times], dropped=dropped)


def test_a_cursor_reads_every_item_once():
    source = source_of()
    cursor = Cursor(source)
    source.items += source_of(1, 2).items
    assert [item.at for item in cursor.news(now=5)[0]] == [1, 2]
    assert list(cursor.news(now=5)[0]) == []


def test_a_cursor_leaves_what_is_stamped_later_for_later():
    source = source_of()
    cursor = Cursor(source)
    source.items += source_of(1, 9).items
    assert [item.at for item in cursor.news(now=5)[0]] == [1]
    assert [item.at for item in cursor.news(now=9)[0]] == [9]


def test_a_cursor_counts_what_was_gone_before_it_could_read():
    source = source_of()
    cursor = Cursor(source)
    source.items, source.dropped = source_of(8, 9).items, 7
    items, missed = cursor.news(now=9)
    assert ([item.at for item in items], missed) == ([8, 9], 7)


def test_nothing_is_collected_while_nobody_listens(session):
    session.advance(500 * MS)
    assert session.tape.collect() == ([], [], {})


def test_a_listener_hears_what_comes_and_not_what_was(session):
    session.advance(300 * MS)
    session.tape.listen(True)
    session.advance(600 * MS)
    trades, changes, dropped = session.tape.collect()
    assert trades
    assert changes
    assert dropped == {}
    assert all(300 * MS <= trade["at"] <= 600 * MS for trade in trades)
    assert [trade["at"] for trade in trades] == sorted(trade["at"] for trade in trades)


def test_every_print_of_the_lit_venues_is_on_the_tape(session):
    session.tape.listen(True)
    session.advance(600 * MS)
    trades, _, _ = session.tape.collect()
    lit = session.live.market.lit
    assert sum(trade["qty"] for trade in trades) == sum(venue.traded_qty for venue in lit)


def test_the_nbbo_is_of_the_sip_and_of_the_books(session):
    session.advance(500 * MS)
    best = session.nbbo()
    assert best["at"] == 500 * MS
    for side in ("bid", "ask"):
        assert best["sip"][side]["venue"] in ("NYSE", "BATS")
        assert best["direct"][side]["qty"] > 0


@pytest.fixture
def without_sip(tiny_file):
    market = {"feeds": "{}", "venues.DARK.reference": "{feed: direct}"}
    return Session(load(tiny_file, set=market))


def test_without_a_sip_the_books_make_the_nbbo(without_sip):
    without_sip.tape.listen(True)
    without_sip.advance(300 * MS)
    _, changes, _ = without_sip.tape.collect()
    assert changes == [{"at": 300 * MS, **without_sip.tape.direct()}]
    assert without_sip.nbbo()["sip"] is None


def test_a_book_is_shown_best_prices_first(session):
    session.advance(10 * MS)
    book = session.book("NYSE", 3)
    assert len(book["bids"]) == len(book["asks"]) == 3
    bids, asks = ([Decimal(level["price"]) for level in book[side]] for side in ("bids", "asks"))
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] < asks[0]
