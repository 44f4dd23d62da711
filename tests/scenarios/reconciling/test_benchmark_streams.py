"""The lines of a benchmark stream's reports, by hand; the published digests are in tests/venues/test_oracle.py."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from agents.recordings.rows import ReplayFileError
from scenarios.reconciling.benchmark_streams import (
    CANCEL,
    COLUMNS,
    MODIFY,
    NEW,
    POLICIES,
    Message,
    check_stream,
    lines_of,
    read_stream,
    run_stream,
)
from scenarios.reconciling.books import BOOKS, AnyBook, new_book
from venues.messages import NewOrder, Side

BUY, SELL = 0, 1
OFFER: Message = (NEW, SELL, 0, 5, 101, 1)


def told(book: AnyBook, *messages: Message) -> list[str]:
    """The lines of one run, taken from the digest's own source."""
    lines: list[str] = []
    run_stream(book, messages, lines.append)
    return lines


@pytest.fixture(params=BOOKS)
def book(request) -> AnyBook:
    return new_book(request.param, 1, POLICIES)


def test_a_new_order_is_acknowledged(book):
    assert told(book, OFFER) == ["0,0,1,1,101,5"]


def test_a_trade_is_at_the_maker_s_price(book):
    assert told(book, OFFER, (NEW, BUY, 0, 3, 102, 2))[1:] == ["0,1,0,2,102,3", "1,1,101,3,1,2"]


def test_the_rest_of_an_ioc_is_cancelled(book):
    assert told(book, OFFER, (NEW, BUY, 1, 8, 102, 2))[1:] == ["0,1,0,2,102,8", "1,1,101,5,1,2", "2,1,0,2,102"]


def test_a_cancel_tells_side_and_price(book):
    assert told(book, OFFER, (CANCEL, SELL, 0, 0, 0, 1))[1:] == ["2,1,1,1,101"]


def test_a_modify_names_what_is_open_and_loses_its_place(book):
    other: Message = (NEW, SELL, 0, 5, 101, 2)
    lines = told(book, OFFER, other, (MODIFY, SELL, 0, 4, 101, 1), (NEW, BUY, 0, 6, 101, 3))
    assert lines[2:] == ["3,2,1,1,101,4", "0,3,0,3,101,6", "1,3,101,5,2,3", "1,3,101,1,1,3"]


def test_the_trades_of_a_modify_come_before_it(book):
    lines = told(book, OFFER, (NEW, BUY, 0, 5, 99, 2), (MODIFY, BUY, 0, 7, 101, 2))
    assert lines[2:] == ["1,2,101,5,1,2", "3,2,0,2,101,7"]


def test_what_is_not_there_is_refused(book):
    assert told(book, (CANCEL, BUY, 0, 0, 0, 7), (MODIFY, BUY, 0, 1, 1, 7)) == ["4,0,7", "5,1,7"]


def test_a_refused_new_order_is_no_report_of_a_stream(book):
    message: Message = (NEW, BUY, 0, 0, 1, 1)
    with pytest.raises(ReplayFileError, match=r"message 0 of the stream: the book refused .* BAD_QTY"):
        lines_of(0, message, book.submit(NewOrder(1, 1, Side.BUY, 0, 1), 0))


def test_the_digest_is_over_lines_joined_by_a_line_feed(book):
    found = run_stream(book, [OFFER, (NEW, BUY, 0, 3, 102, 2)])
    assert found.digest == sha256(b"0,0,1,1,101,5\n0,1,0,2,102,3\n1,1,101,3,1,2").hexdigest()
    assert found[1:] == (2, 3, 1)


@pytest.fixture
def archive(tmp_path):
    def write(name: str):
        columns = dict(zip(COLUMNS, np.array([OFFER, (NEW, BUY, 0, 3, 102, 2)]).T, strict=True))
        np.savez(tmp_path / name, **columns)
        return tmp_path / name

    return write


def test_an_archive_is_read_in_order(archive):
    assert list(read_stream(archive("mine.npz"))) == [OFFER, (NEW, BUY, 0, 3, 102, 2)]


def test_a_stream_of_another_name_has_nothing_to_match(archive):
    found = check_stream(archive("mine.npz"))
    assert (found.counted, found.matched) == (0, 0)
    assert found.note.endswith("no digest is published for a stream of this name: normal, flash-crash")


def test_another_digest_than_the_published_one_is_a_difference(archive):
    found = check_stream(archive("normal.npz"))
    assert (found.counted, found.matched, found.causes) == (1, 0, {"that is not the published one": 1})


def test_what_is_no_archive_is_told(tmp_path):
    path = tmp_path / "normal.npz"
    path.write_bytes(b"not an archive")
    with pytest.raises(ReplayFileError, match=r"no stream: .*; write an .npz archive with the arrays kind, side"):
        list(read_stream(path))
