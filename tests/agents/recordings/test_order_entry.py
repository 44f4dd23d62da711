"""Order-entry files: what their rows mean, and what is said of a wrong one."""

from __future__ import annotations

import gzip

import pytest

from agents.recordings.order_entry import instant, read_order_entry
from agents.recordings.rows import ReplayFileError, Row, RowKind
from venues.messages import Side

HEADER = "ordtype,uid,is_buy,qty,price,timestamp\n"
NEW = "new,55,False,3,95.8,2019-05-23 09:00:30.216\n"
NINE = instant("2019-05-23 09:00:00")


def rows_of(tmp_path, text: str, tick: int = 1) -> list[Row]:
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_order_entry(path, tick))


def problems_of(tmp_path, text: str, tick: int = 1) -> list[str]:
    """What is said of the file, without its folder."""
    with pytest.raises(ReplayFileError) as caught:
        rows_of(tmp_path, text, tick)
    return [problem.removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_a_new_order_has_side_size_and_price(tmp_path):
    at = NINE + 30_216_000_000
    assert rows_of(tmp_path, HEADER + NEW) == [Row(2, at, RowKind.NEW, 55, Side.SELL, 3, 95_8000)]


def test_modif_reduces_and_cancel_names_what_is_left(tmp_path):
    text = HEADER + "modif,55,,1,,2019-05-23 09:00:00\ncancel,55,,2,,2019-05-23 09:00:00\n"
    assert rows_of(tmp_path, text) == [
        Row(2, NINE, RowKind.REDUCE, 55, None, 1, 0),
        Row(3, NINE, RowKind.CANCEL, 55, None, 2, 0),
    ]


def test_rows_of_one_time_keep_the_order_of_the_file(tmp_path):
    text = HEADER + NEW + NEW.replace("55", "7") + NEW.replace("55", "56")
    assert [row.order_id for row in rows_of(tmp_path, text)] == [55, 7, 56]


def test_a_gzipped_file_reads_the_same(tmp_path):
    packed = tmp_path / "orders.csv.gz"
    packed.write_bytes(gzip.compress((HEADER + NEW).encode()))
    assert list(read_order_entry(packed)) == rows_of(tmp_path, HEADER + NEW)


def test_columns_may_come_in_any_order_with_others_among_them(tmp_path):
    text = "note,timestamp,price,qty,is_buy,uid,ordtype\nhello,2019-05-23 09:00:30.216,95.8,3,False,55,new\n"
    assert rows_of(tmp_path, text) == rows_of(tmp_path, HEADER + NEW)


def test_blank_lines_are_skipped_but_counted(tmp_path):
    assert [row.line for row in rows_of(tmp_path, HEADER + "\n" + NEW)] == [3]


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01 00:00:00", 0),
        ("1970-01-01T00:00:01", 1_000_000_000),
        ("1970-01-02 01:02:03.000000004", 90_123_000_000_004),
    ],
)
def test_times_are_exact_to_the_nanosecond(text, nanoseconds):
    assert instant(text) == nanoseconds


def test_every_mistake_of_a_file_is_told_with_its_line(tmp_path):
    text = HEADER + "".join(
        row + "\n"
        for row in (
            "nwe,55,False,3,95.8,2019-05-23 09:00:00",
            "new,x,False,3,95.8,2019-05-23 09:00:00",
            "new,55,maybe,3,95.8,2019-05-23 09:00:00",
            "new,55,False,0,95.8,2019-05-23 09:00:00",
            "new,55,False,3,95.80001,2019-05-23 09:00:00",
            "new,55,False,3,-95.8,2019-05-23 09:00:00",
            "new,55,False,3,0,2019-05-23 09:00:00",
            "new,55,False,3,95.8,nine",
            "new,55,False,3,95.8",
        )
    )
    assert problems_of(tmp_path, text) == [
        "orders.csv:2: ordtype 'nwe' is unknown; write new, modif, cancel",
        "orders.csv:3: uid 'x' is not a whole number",
        "orders.csv:4: is_buy 'maybe' is neither True nor False",
        "orders.csv:5: qty 0 is below 1",
        "orders.csv:6: price 95.80001 has more than 4 digits after the point",
        "orders.csv:7: price '-95.8' is not a decimal number of zero or more",
        "orders.csv:8: price 0.00 is not above zero",
        "orders.csv:9: timestamp 'nine' is not a time; write one such as 2019-05-23 09:00:30.216",
        "orders.csv:10: 5 fields; the header has 6",
    ]


def test_a_price_off_the_venues_tick_is_a_mistake(tmp_path):
    assert rows_of(tmp_path, HEADER + NEW, tick=500)
    assert problems_of(tmp_path, HEADER + NEW.replace("95.8", "95.81"), tick=500) == [
        "orders.csv:2: price 95.81 is not a multiple of the venue's tick of 0.05; give it a finer tick"
    ]


def test_time_that_goes_back_is_a_mistake(tmp_path):
    earlier = NEW.replace("09:00:30", "09:00:29")
    assert problems_of(tmp_path, HEADER + NEW + earlier) == [
        "orders.csv:3: the time is before that of the row above; sort the rows by time"
    ]


def test_a_missing_column_is_named(tmp_path):
    assert problems_of(tmp_path, "ordtype,uid,is_buy,price,timestamp\n" + NEW) == [
        "orders.csv:1: no column qty; the header of an order-entry file is ordtype,uid,is_buy,qty,price,timestamp"
    ]


def test_of_many_mistakes_the_first_twenty_are_told_and_the_rest_counted(tmp_path):
    problems = problems_of(tmp_path, HEADER + NEW.replace("new", "old") * 23)
    assert len(problems) == 21
    assert problems[-1] == "orders.csv: and 3 more rows like these"


def test_no_row_is_given_after_a_mistake(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + NEW + "oops\n" + NEW)
    rows = read_order_entry(path)
    assert next(rows).line == 2
    with pytest.raises(ReplayFileError, match=r"orders\.csv:3: 1 fields"):
        next(rows)
