"""A recording whose form is told by its first row, checked before it is used."""

from __future__ import annotations

import gzip

import pytest

from agents.recordings.reading import Recording, format_of
from agents.recordings.rows import ReplayFileError, RowKind

ORDERS = "ordtype,uid,is_buy,qty,price,timestamp\nnew,55,False,3,95.8,2019-05-23 09:00:30.216\n"
MESSAGES = "34200.004241176,1,16113575,18,5853300,1\n"
WITH_HEADER = "time_ns,type,order_id,size,price,direction\n34200004241176,1,16113575,18,5853300,1\n"
BOOK = "5859400,200,5853300,18\n"


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "orders.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "form"),
    [(ORDERS, "order_entry"), (MESSAGES, "lobster"), (WITH_HEADER, "lobster"), ("\ufeff" + ORDERS, "order_entry")],
)
def test_the_form_is_told_by_the_first_row(file, text, form):
    assert format_of(file(text)) == form


def test_an_unknown_form_is_told_with_what_to_write(file):
    with pytest.raises(ReplayFileError) as caught:
        format_of(file("date,open,close\n"))
    assert (
        "orders.csv:1: begins with 'date,open,close', which is no known form; order entries begin with ordtype,"
        in str(caught.value)
    )


def test_a_stated_form_must_be_known(file):
    [problem] = Recording(file(ORDERS), "fix").problems()
    assert problem.endswith("format 'fix' is unknown; write auto, order_entry, lobster, mbo")


def test_a_stated_form_is_believed(file):
    [problem] = Recording(file(ORDERS), "lobster").problems()
    assert "no column time_ns, type, order_id, size, direction" in problem


def test_a_good_recording_has_no_problems_and_gives_its_rows(file):
    recording = Recording(file(MESSAGES), book=file(BOOK, "book.csv"), tick=100)
    assert recording.problems() == []
    assert [row.kind for row in recording.rows()] == [RowKind.NEW]
    assert [level.qty for level in recording.opening()] == [200, 18]


def test_messages_and_book_are_checked_together(file):
    recording = Recording(file(MESSAGES + "1.0,9,1,1,1,1\n"), book=file("1,2,3\n", "book.csv"))
    assert [problem.rpartition("/")[2].partition(": ")[0] for problem in recording.problems()] == [
        "orders.csv:2",
        "book.csv:1",
    ]


def test_a_book_of_other_messages_is_refused(file):
    recording = Recording(file(MESSAGES), book=file("5859400,200,5853300,17\n", "book.csv"))
    [problem] = recording.problems()
    assert "the first row does not hold the 18 shares at 585.33 of" in problem
    assert problem.endswith("name the book file of the same messages")


def test_order_entries_begin_with_an_empty_book(file):
    [problem] = Recording(file(ORDERS), book=file(BOOK, "book.csv")).problems()
    assert "a book belongs to LOBSTER messages" in problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "orders.csv:1: the file is empty"),
        (b"\xff\xfe\x00", "orders.csv:1: not text in UTF-8; write a CSV file or a gzipped one"),
        (gzip.compress(ORDERS.encode(), mtime=0)[:40], "orders.csv:1: the gzip file is damaged or cut off"),
        (b"\x1f\x8b\x08\x00", "orders.csv:1: the gzip file is damaged or cut off"),
    ],
)
def test_what_is_no_text_is_told(tmp_path, content, problem):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert Recording(path).problems() == [f"{tmp_path}/{problem}"]


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert Recording(tmp_path / "none.csv").problems() == [
        f"{tmp_path}/none.csv: cannot be read: No such file or directory"
    ]


def test_a_reading_may_be_left_half_way(file):
    rows = Recording(file(MESSAGES * 1000)).rows()
    assert next(rows).line == 1
    rows.close()
