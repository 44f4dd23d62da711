"""LOBSTER files: messages in both forms, and the book to begin with."""

from __future__ import annotations

import pytest

from agents.recordings.lobster import BookLevel, read_first_book, read_lobster
from agents.recordings.rows import ReplayFileError, Row, RowKind
from venues.messages import Side

HEADER = "time_ns,type,order_id,size,price,direction\n"
NATIVE = "34200.004241176,1,16113575,18,5853300,1\n"
EMPTY = "9999999999,0,-9999999999,0"


def file_of(tmp_path, text: str):
    path = tmp_path / "AAPL.csv"
    path.write_text(text)
    return path


def rows_of(tmp_path, text: str, tick: int = 1) -> list[Row]:
    return list(read_lobster(file_of(tmp_path, text), tick))


def problems_of(tmp_path, read, text: str, tick: int = 1) -> list[str]:
    with pytest.raises(ReplayFileError) as caught:
        list(read(file_of(tmp_path, text), tick))
    return [problem.removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_the_published_form_has_no_header_and_decimal_seconds(tmp_path):
    assert rows_of(tmp_path, NATIVE) == [Row(1, 34_200_004_241_176, RowKind.NEW, 16113575, Side.BUY, 18, 585_3300)]


def test_a_file_with_header_has_nanoseconds(tmp_path):
    with_header = HEADER + NATIVE.replace("34200.004241176", "34200004241176")
    assert [row._replace(line=1) for row in rows_of(tmp_path, with_header)] == rows_of(tmp_path, NATIVE)


@pytest.mark.parametrize(
    ("text", "at"), [("0.1", 100_000_000), ("34200", 34_200 * 10**9), ("7.000000001", 7 * 10**9 + 1)]
)
def test_seconds_are_exact_to_the_nanosecond(tmp_path, text, at):
    assert rows_of(tmp_path, NATIVE.replace("34200.004241176", text))[0].at == at


def test_a_seventh_column_is_ignored(tmp_path):
    assert rows_of(tmp_path, NATIVE.replace("\n", ",null\n")) == rows_of(tmp_path, NATIVE)


@pytest.mark.parametrize(
    ("written", "kind"),
    [("1", RowKind.NEW), ("2", RowKind.REDUCE), ("3", RowKind.REDUCE), ("4", RowKind.EXECUTE)],
)
def test_types_of_displayed_orders_name_the_order(tmp_path, written, kind):
    [row] = rows_of(tmp_path, f"1.0,{written},7,100,5853300,-1\n")
    assert row == Row(1, 10**9, kind, 7, Side.SELL, 100, 585_3300)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("1.0,5,0,100,5853350,1", RowKind.HIDDEN),
        ("1.0,6,-1,100,5853300,-1", RowKind.CROSS),
        ("1.0,7,0,0,-1,-1", RowKind.HALT),
    ],
)
def test_hidden_executions_auctions_and_halts_name_no_displayed_order(tmp_path, message, kind):
    assert rows_of(tmp_path, message + "\n", tick=100) == [Row(1, 10**9, kind, 0, None, 0, 0)]


def test_every_mistake_of_a_file_is_told_with_its_line(tmp_path):
    text = (
        NATIVE + "1.0,8,7,100,5853300,1\n2.0,1,7,100,5853300,0\n2.0,1,7\n2.0,1,7,1e2,5853300,1\n2.0,1,7,5,5853350,1\n"
    )
    assert problems_of(tmp_path, read_lobster, text, tick=100) == [
        "AAPL.csv:2: type '8' is unknown; LOBSTER's are 1 to 7",
        "AAPL.csv:3: direction '0' is neither 1 nor -1",
        "AAPL.csv:4: 3 fields; a message has 6: time_ns,type,order_id,size,price,direction",
        "AAPL.csv:5: size '1e2' is not a whole number",
        "AAPL.csv:6: price 585.335 is not a multiple of the venue's tick of 0.01; give it a finer tick",
    ]


def test_a_missing_column_is_named(tmp_path):
    assert problems_of(tmp_path, read_lobster, "time_ns,type,order_id,price\n") == [
        "AAPL.csv:1: no column size, direction; "
        "the header of LOBSTER messages is time_ns,type,order_id,size,price,direction"
    ]


# -- the book to begin with -------------------------------------------------------------------------

LEVELS = [BookLevel(Side.SELL, 585_9400, 200), BookLevel(Side.BUY, 585_3300, 18), BookLevel(Side.SELL, 585_9800, 50)]


def test_the_first_book_is_read_best_first_without_empty_levels(tmp_path):
    row = "5859400,200,5853300,18,5859800,50,-9999999999,0"
    assert read_first_book(file_of(tmp_path, f"{row}\n{EMPTY},{EMPTY}\n")) == LEVELS


def test_a_header_of_a_book_is_skipped(tmp_path):
    row = "5859400,200,5853300,18,5859800,50,-9999999999,0"
    assert read_first_book(file_of(tmp_path, "ask_px_1,ask_sz_1,bid_px_1,bid_sz_1\n" + row)) == LEVELS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5859400,200,5853300\n", "AAPL.csv:1: 3 fields; a book has four a level: offer, its size, bid, its size"),
        ("5859400,200,5853300,x\n", "AAPL.csv:1: price or size 'x' is not a whole number"),
        (
            "ask_px_1,ask_sz_1,bid_px_1,bid_sz_1\n",
            "AAPL.csv:2: 0 fields; a book has four a level: offer, its size, bid, its size",
        ),
        (
            "5859450,200,5853300,18\n",
            "AAPL.csv:1: price 585.945 is not a multiple of the venue's tick of 0.01; give it a finer tick",
        ),
    ],
)
def test_a_wrong_book_is_told(tmp_path, text, problem):
    assert problems_of(tmp_path, read_first_book, text, tick=100) == [problem]
