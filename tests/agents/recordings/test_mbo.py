"""Market-by-order records of both shapes, and the rows that a replay makes of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from agents.recordings.mbo import Action, events, read_mbo, read_mbo_records, resting_fills
from agents.recordings.reading import Recording, format_of
from agents.recordings.rows import ReplayFileError, RowKind
from venues.messages import Side

IN_TICKS = "ts_recv,ts_event,action,side,price_ticks,size,order_id,flags,sequence"
IN_DOLLARS = "ts_recv,ts_event,action,side,price,size,order_id,flags,sequence,symbol"
QUARTER = 2_500
NEW, REDUCE, EXECUTE, HIDDEN, CROSS = RowKind.NEW, RowKind.REDUCE, RowKind.EXECUTE, RowKind.HIDDEN, RowKind.CROSS


@pytest.fixture
def file(tmp_path):
    def write(*records: str, header: str = IN_TICKS) -> Path:
        """Records as `action side price size id [flags]`; a nanosecond passes after the last one of an event."""
        at, lines = 1_000, [header]
        for number, record in enumerate(records):
            action, side, price, size, order_id, *flags = record.split()
            flag = flags[0] if flags else "130"
            lines.append(f"{at},{at},{action},{side},{price},{size},{order_id},{flag},{number}")
            at += bool(int(flag) & 128)
        path = tmp_path / "mbo.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def rows(path: Path) -> list[tuple[RowKind, int, int]]:
    return [(row.kind, row.order_id, row.qty) for row in read_mbo(path, QUARTER)]


def test_prices_in_ticks_become_price_units(file):
    [record] = read_mbo_records(file("A B 19196 2 7"), QUARTER)
    assert record == (2, 1_000, Action.ADD, Side.BUY, 19_196 * QUARTER, 2, 7, True, 0)


def test_dollars_and_iso_times_are_read_exactly(file):
    path = file(header=IN_DOLLARS)
    path.write_text(path.read_text() + "x,1970-01-01T00:00:01.000000002Z,A,A,5.510000000,100,9,130,851012,ARL\n")
    [record] = read_mbo_records(path, 100)
    assert (record.at, record.side, record.price, record.sequence) == (1_000_000_002, Side.SELL, 55_100, 851_012)


def test_a_clear_needs_no_price(tmp_path):
    path = tmp_path / "mbo.csv"
    path.write_text(f"{IN_TICKS}\n5,5,R,N,,0,0,8,0\n")
    [record] = read_mbo_records(path)
    assert (record.action, record.side, record.price, record.last) == (Action.CLEAR, None, 0, False)


def test_its_form_is_told_by_the_header(file):
    path = file("A B 1 1 1")
    assert format_of(path) == "mbo"
    assert [row.kind for row in Recording(path, tick=QUARTER).rows()] == [NEW]


def test_an_event_ends_with_the_flag(file):
    found = list(events(read_mbo_records(file("T B 4 1 9 0", "F A 4 1 1 0", "C A 4 1 1", "A B 3 1 2"))))
    assert [[record.action for record in event] for event in found] == [["T", "F", "C"], ["A"]]


def test_records_of_one_time_and_sequence_number_are_one_event_though_each_is_marked_last(file):
    path = file(header=IN_TICKS)
    path.write_text(
        path.read_text() + "5,5,T,B,4,1,0,130,8\n5,5,F,A,4,1,1,130,8\n5,5,C,A,4,1,1,130,8\n5,5,A,A,4,1,2,130,9\n"
    )
    assert [len(event) for event in events(read_mbo_records(path))] == [3, 1]


def test_a_fill_of_the_aggressor_tells_nothing_of_the_book(file):
    [event] = events(read_mbo_records(file("T A 4 1 9 0", "F A 4 1 9 0", "F B 4 1 9 0", "F B 4 1 1")))
    assert [fill.order_id for fill in resting_fills(event)] == [1]


def test_a_fill_and_the_cancel_that_books_it_are_one_execution(file):
    assert rows(file("A A 4 5 1", "T B 4 5 9 0", "F A 4 5 1 0", "C A 4 5 1")) == [(NEW, 1, 5), (EXECUTE, 1, 5)]


def test_a_fill_and_the_modify_that_books_it_are_one_execution(file):
    assert rows(file("A A 4 5 1", "T B 4 2 9 0", "F A 4 2 1 0", "M A 4 3 1")) == [(NEW, 1, 5), (EXECUTE, 1, 2)]


def test_a_cancel_takes_out_what_it_says(file):
    assert rows(file("A A 4 5 1", "C A 4 2 1", "C A 4 3 1")) == [(NEW, 1, 5), (REDUCE, 1, 2), (REDUCE, 1, 3)]


def test_a_smaller_size_keeps_its_place(file):
    assert rows(file("A A 4 5 1", "M A 4 2 1")) == [(NEW, 1, 5), (REDUCE, 1, 3)]


@pytest.mark.parametrize("modify", ["M A 4 6 1", "M A 5 2 1"])
def test_a_larger_size_or_another_price_leaves_and_comes_again(file, modify):
    qty = int(modify.split()[3])
    assert rows(file("A A 4 5 1", modify)) == [(NEW, 1, 5), (REDUCE, 1, 5), (NEW, 1, qty)]


def test_the_next_peak_of_an_iceberg_comes_as_new(file):
    path = file("A A 4 5 1", "T B 4 5 9 0", "F A 4 5 1 0", "M A 4 5 1")
    assert rows(path) == [(NEW, 1, 5), (EXECUTE, 1, 5), (NEW, 1, 5)]


def test_hidden_trades_and_auctions_are_told_apart(file):
    path = file("T N 4 1 0", "A A 3 1 1", "T N 4 1 0 0", "F N 4 1 1 0", "C A 3 1 1")
    assert rows(path) == [(HIDDEN, 0, 0), (NEW, 1, 1), (CROSS, 0, 0), (REDUCE, 1, 1)]


def test_a_clear_cancels_what_is_left(file):
    assert rows(file("A A 4 5 1", "A B 3 2 2", "R N 0 0 0"))[2:] == [(RowKind.CANCEL, 1, 5), (RowKind.CANCEL, 2, 2)]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("X B 4 1 1", "action 'X' is unknown; known are A, M, C, R, T, F"),
        ("A X 4 1 1", "side 'X' is unknown; known are B, A, N"),
        ("A N 4 1 1", "side N; an order's (action A) is B or A"),
        ("A B 0 1 1", "price 0.00 is not above zero"),
        ("A B 4 0 1", "size 0 is below 1"),
        ("A B 4 1 1 flag", "flags 'flag' is not a whole number"),
    ],
)
def test_what_is_wrong_with_a_record_is_told(tmp_path, record, problem):
    action, side, price, size, order_id, *flags = record.split()
    path = tmp_path / "mbo.csv"
    path.write_text(f"{IN_TICKS}\n5,5,{action},{side},{price},{size},{order_id},{flags[0] if flags else 130},1\n")
    with pytest.raises(ReplayFileError) as caught:
        list(read_mbo_records(path))
    assert caught.value.problems == (f"{path}:2: {problem}",)


def test_a_missing_column_is_told(tmp_path):
    path = tmp_path / "mbo.csv"
    path.write_text("ts_event,action,side,price\n")
    with pytest.raises(ReplayFileError, match="no column size, order_id, flags; the header of market-by-order records"):
        list(read_mbo_records(path))


# -- recorded files ---------------------------------------------------------------------------------


def test_a_recorded_evening_of_a_future_is_read_whole(shared_data):
    found = list(read_mbo(shared_data / "cme_es_mbo_20231225" / "mbo_to_2340utc.csv.gz", QUARTER))
    assert sum(row.kind is EXECUTE for row in found) == 2_425 + 2_220 - 95  # fills less the aggressors' own
    assert sum(row.kind is CROSS for row in found) == 1
    assert all(one.at <= other.at for one, other in pairwise(found))


def test_a_recorded_day_of_a_stock_is_read_whole(shared_data):
    found = list(read_mbo(shared_data / "nasdaq_arl_mbo_20250717" / "mbo.csv.gz", 100))
    assert sum(row.kind is NEW for row in found) == 2_554 + 361
    assert sum(row.kind is EXECUTE for row in found) == 11
    assert sum(row.kind is HIDDEN for row in found) == 35
