"""Recorded files, sent to a venue of ours at which nobody else trades."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.recordings.reading import Recording
from scenarios.reconciling.replays import check_best_quotes, replay_alone, tick_of

MESSAGES = (
    "34200.000000001,1,7,18,990000,1\n"
    "34200.000000002,1,8,10,1010000,-1\n"
    "34200.000000003,4,7,8,990000,1\n"
    "34200.000000004,5,0,5,1000000,1\n"
    "34200.000000005,3,7,10,990000,1\n"
)
NONE = "-9999999999,0"
BOOK = f"9999999999,0,990000,18\n1010000,10,990000,18\n1010000,10,990000,10\n1010000,10,990000,10\n1010000,10,{NONE}\n"


@pytest.fixture
def files(tmp_path):
    def write(messages: str = MESSAGES, book: str = BOOK) -> tuple[Path, Path]:
        (tmp_path / "messages.csv").write_text(messages)
        (tmp_path / "book.csv").write_text(book)
        return tmp_path / "messages.csv", tmp_path / "book.csv"

    return write


def test_the_tick_is_the_coarsest_that_all_orders_lie_on(files):
    assert tick_of(Recording(files()[0]).rows()) == 10_000
    assert tick_of([]) == 1


def test_every_row_and_every_state_of_a_true_recording_agrees(files):
    messages, book = files()
    rows, states = check_best_quotes(messages, book, book)
    assert (rows.counted, rows.matched) == (5, 5)
    assert (states.counted, states.matched) == (4, 4)


def test_a_state_that_does_not_come_out_is_counted(files):
    messages, book = files(book=BOOK.replace("990000,10\n1010000,10,990000,10", "990000,9\n1010000,10,990000,9"))
    _, states = check_best_quotes(messages, book, book)
    assert (states.counted, states.matched, states.causes) == (4, 3, {"that only the published book has": 1})


def test_a_row_that_does_not_fit_is_counted_by_its_cause(files):
    messages, book = files(MESSAGES + "34200.000000006,3,99,10,950000,1\n")
    rows, _ = check_best_quotes(messages, book, book)
    assert (rows.counted, rows.matched) == (6, 5)
    assert rows.differences == "1 a row of an order that the file never announced, not sent"


def test_what_displays_nothing_has_no_states_to_check(files):
    messages, book = files("34200.000000004,5,0,5,1000000,1\n", f"9999999999,0,{NONE}\n")
    [rows] = check_best_quotes(messages, book, book)
    assert rows.matched == rows.counted == 1


def test_a_day_of_market_by_order_records_trades_what_was_filled(shared_data):
    found = replay_alone(Recording(shared_data / "nasdaq_arl_mbo_20250717" / "mbo.csv.gz", tick=100))
    assert (found.summary["fit"], found.summary["hidden"], found.summary["unfit"]) == (5_828, 35, 0)
    assert (found.trades, found.shares) == (11, 231)
