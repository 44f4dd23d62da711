"""One step of a LOBSTER file: the book before, a message, the book after."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.recordings.lobster import PublishedBook
from agents.recordings.rows import Row, RowKind
from scenarios.reconciling.lobster_steps import ENTERED, applied, check_steps
from venues.messages import Side

BUY, SELL = Side.BUY, Side.SELL
BOOK = PublishedBook(1, bids=((100, 5), (98, 5)), asks=((101, 5), (103, 5)))
FIRST = "34200.000000001,1,7,5,100,1\n"
NONE = "-9999999999,0"


@pytest.mark.parametrize(
    ("kind", "side", "qty", "price", "bids"),
    [
        (RowKind.NEW, BUY, 2, 100, [(100, 7), (98, 5)]),
        (RowKind.NEW, BUY, 2, 99, [(100, 5), (99, 2), (98, 5)]),
        (RowKind.NEW, BUY, 2, 97, [(100, 5), (98, 5), (97, 2)]),
        (RowKind.REDUCE, BUY, 2, 98, [(100, 5), (98, 3)]),
        (RowKind.EXECUTE, BUY, 5, 100, [(98, 5)]),
        (RowKind.HIDDEN, None, 0, 0, [(100, 5), (98, 5)]),
    ],
)
def test_a_message_changes_one_level(kind, side, qty, price, bids):
    assert applied(BOOK, Row(2, 0, kind, 7, side, qty, price)) == (bids, list(BOOK.asks))


def test_a_new_best_offer_comes_first():
    assert applied(BOOK, Row(2, 0, RowKind.NEW, 7, SELL, 1, 100))[1] == [(100, 1), (101, 5), (103, 5)]


@pytest.fixture
def files(tmp_path):
    def write(message: str, after: str) -> tuple[Path, Path]:
        messages, books = tmp_path / "messages.csv", tmp_path / "books.csv"
        messages.write_text(FIRST + f"34200.000000002,{message}\n")
        books.write_text("101,5,100,5,103,5,98,5\n" + after + "\n")
        return messages, books

    return write


def test_an_exact_step_matches_on_every_level(files):
    inner, last = check_steps(*files("2,7,2,100,1", "101,5,100,3,103,5,98,5"))
    assert (inner.check, last.check) == (
        "book before + message = book after, levels 1 to 1",
        "book before + message = book after, level 2",
    )
    assert (inner.counted, inner.matched, last.matched) == (1, 1, 1)


def test_a_level_that_enters_is_explained(files):
    inner, last = check_steps(*files("3,7,5,100,1", "101,5,98,5,103,5,97,9"))
    assert (inner.matched, last.matched, last.explained) == (1, 0, {ENTERED: 1})


def test_another_size_on_the_last_level_is_not_explained(files):
    inner, last = check_steps(*files("2,7,2,100,1", "101,5,100,3,103,5,98,4"))
    assert (inner.matched, last.matched, last.share) == (1, 0, 0)


def test_another_best_level_is_a_mismatch(files):
    inner, last = check_steps(*files("2,7,2,100,1", "101,5,100,4,103,5,98,5"))
    assert (inner.matched, last.matched) == (0, 1)


def test_nothing_need_enter(files):
    _, last = check_steps(*files("3,7,5,100,1", f"101,5,98,5,103,5,{NONE}"))
    assert (last.matched, last.explained) == (1, {ENTERED: 0})
