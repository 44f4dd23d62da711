"""LOBSTER files of a run: each kind of row, and a round trip through our reader and the field's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agents.recordings.lobster import read_books, read_lobster
from analysis.lobster import MessageRow, UnknownVenue, lobster_rows, venue_number, write_lobster
from analysis.quote_states import State, recorded_states
from analysis.tables import RunTables
from scenarios.reconciling.lobster_steps import check_steps
from scenarios.reconciling.replays import check_best_quotes
from scenarios.run import run
from sim.log import EventLog
from tests.analysis.builders import BUY, DARK, FLOW, IOC, MAKER, NYSE, SELL, Recording, market
from venues.messages import ExecType, Liquidity, Reason
from venues.tables import ORDER_TERMS, ORDERS, REPORTS

ADD, REDUCE, DELETE, EXECUTE, HIDDEN, CROSS, HALT = range(1, 8)
NEW, TRADE, CANCELED, RESTATED, TRIGGERED, STATE = (
    *(ExecType.NEW, ExecType.TRADE, ExecType.CANCELED),
    *(ExecType.RESTATED, ExecType.TRIGGERED, ExecType.STATE),
)
Row = tuple[int, int, int, int, int]
"""Type, order id, size, price, direction."""


def rows(tables: RunTables, venue: int = NYSE, levels: int = 10) -> list[Row]:
    return [tuple(message[1:]) for message, _ in lobster_rows(tables, venue, levels)]


@pytest.fixture
def recording() -> Recording:
    return Recording()


# -- plain orders -----------------------------------------------------------------------------------


def test_an_order_that_rests_is_new(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    assert rows(recording.tables()) == [(ADD, 1, 100, 99_0000, 1)]


def test_a_cancel_deletes_what_is_left(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.new(2, FLOW, SELL, 40, 99_0000, IOC)
    recording.cancel(1, MAKER)
    assert rows(recording.tables())[1:] == [(EXECUTE, 1, 40, 99_0000, 1), (DELETE, 1, 60, 99_0000, 1)]


def test_a_sweep_executes_the_resting_orders_and_then_shows_its_rest(recording):
    recording.new(1, MAKER, SELL, 100, 101_0000)
    recording.new(2, MAKER, SELL, 100, 102_0000)
    recording.new(3, FLOW, BUY, 250, 102_0000)
    assert rows(recording.tables())[2:] == [
        (EXECUTE, 1, 100, 101_0000, -1),
        (EXECUTE, 2, 100, 102_0000, -1),
        (ADD, 3, 50, 102_0000, 1),
    ]


def test_a_smaller_size_is_a_partial_cancel(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.replace(1, MAKER, 70, 99_0000)
    assert rows(recording.tables())[1:] == [(REDUCE, 1, 30, 99_0000, 1)]


def test_another_price_is_a_delete_and_a_new(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.replace(1, MAKER, 100, 98_0000)
    assert rows(recording.tables())[1:] == [(DELETE, 1, 100, 99_0000, 1), (ADD, 1, 100, 98_0000, 1)]


def test_a_replace_that_trades_is_deleted_before(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.new(2, FLOW, SELL, 60, 100_0000)
    recording.replace(1, MAKER, 100, 100_0000)
    assert rows(recording.tables())[2:] == [
        (DELETE, 1, 100, 99_0000, 1),
        (EXECUTE, 2, 60, 100_0000, -1),
        (ADD, 1, 40, 100_0000, 1),
    ]


def test_the_session_s_end_deletes_day_orders(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.close()
    assert rows(recording.tables())[1:] == [(DELETE, 1, 100, 99_0000, 1)]


def test_a_dark_pool_s_trades_are_hidden_and_its_book_is_empty(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000, venue=DARK)
    recording.new(2, FLOW, SELL, 40, 99_0000, IOC, venue=DARK)
    [(message, book)] = lobster_rows(recording.tables(), DARK, 1)
    assert message[1:] == (HIDDEN, 0, 40, 99_0000, 1)
    assert book == [9_999_999_999, 0, -9_999_999_999, 0]


def test_a_refused_order_leaves_no_trace(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.cancel(9, MAKER)
    assert len(rows(recording.tables())) == 1


def test_the_book_is_the_one_after_each_row(recording):
    recording.new(1, MAKER, SELL, 100, 101_0000)
    recording.new(2, MAKER, SELL, 100, 102_0000)
    recording.new(3, FLOW, BUY, 150, 102_0000)
    books = [book for _, book in lobster_rows(recording.tables(), NYSE, 1)]
    none = -9_999_999_999
    assert books == [[101_0000, 100, none, 0], [102_0000, 100, none, 0], [102_0000, 50, none, 0]]


def test_what_happens_below_the_window_is_not_told_until_it_enters(recording):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    recording.new(2, MAKER, BUY, 100, 98_0000)
    recording.cancel(1, MAKER)
    assert list(lobster_rows(recording.tables(), NYSE, 1)) == [
        (MessageRow(10, ADD, 1, 100, 99_0000, 1), [9_999_999_999, 0, 99_0000, 100]),
        (MessageRow(30, DELETE, 1, 100, 99_0000, 1), [9_999_999_999, 0, 98_0000, 100]),
    ]


# -- what only some venues do: rows by hand, with the columns that tell of it -------------------------


class ByHand:
    """Reports as a book with hidden orders, peaks and auctions makes them."""

    def __init__(self) -> None:
        self.orders: list[tuple[int, int, int, int]] = []  # seq, order id, price, display_qty
        self.reports: list[dict[str, int]] = []
        self.seq = 0

    def message(self, order_id: int = 0, price: int = 0, display_qty: int = -1) -> None:
        self.seq += 1
        if order_id:
            self.orders.append((self.seq, order_id, price, display_qty))

    def report(self, exec_type: int, order_id: int, **values: int) -> None:
        values = {"at": 10 * self.seq, "seq": self.seq, "order_id": order_id, "exec_type": exec_type} | values
        self.reports.append(values)

    def order(self, order_id: int, side: int, qty: int, price: int, display_qty: int = -1) -> None:
        self.message(order_id, price, display_qty)
        self.report(NEW, order_id, side=side, leaves_qty=qty)

    def trade(self, order_id: int, side: int, qty: int, px: int, leaves: int, liquidity: int = 1) -> None:
        self.report(TRADE, order_id, side=side, last_qty=qty, last_px=px, leaves_qty=leaves, liquidity=liquidity)

    def tables(self) -> RunTables:
        orders = np.zeros(len(self.orders), [(c.name, "i8") for c in ORDERS.columns])
        terms = np.zeros(len(self.orders), [(c.name, "i8") for c in ORDER_TERMS.columns])
        for row, special, (seq, order_id, price, display_qty) in zip(orders, terms, self.orders, strict=True):
            row["seq"], row["order_id"], row["price"] = seq, order_id, price
            special["seq"], special["display_qty"], special["stop_px"] = seq, max(-1, display_qty), display_qty == -2
        reports = np.zeros(len(self.reports), [(c.name, "i8") for c in REPORTS.columns])
        for row, values in zip(reports, self.reports, strict=True):
            for name, value in values.items():
                row[name] = value
        return RunTables.from_arrays({"orders": orders, "order_terms": terms, "reports": reports}, market())


@pytest.fixture
def by_hand() -> ByHand:
    return ByHand()


def test_a_hidden_order_s_trade_is_hidden_and_told_of_its_side(by_hand):
    by_hand.order(1, SELL, 100, 101_0000, display_qty=0)
    by_hand.message()
    by_hand.trade(1, SELL, 40, 101_0000, 60)
    assert rows(by_hand.tables()) == [(HIDDEN, 0, 40, 101_0000, -1)]


def test_an_iceberg_shows_its_peak_and_then_the_next_one(by_hand):
    by_hand.order(1, SELL, 300, 101_0000, display_qty=100)
    by_hand.message()
    by_hand.trade(1, SELL, 100, 101_0000, 200)
    by_hand.report(RESTATED, 1, side=SELL, leaves_qty=200, reason=Reason.ICEBERG_REFRESH)
    assert rows(by_hand.tables()) == [
        (ADD, 1, 100, 101_0000, -1),
        (EXECUTE, 1, 100, 101_0000, -1),
        (ADD, 1, 100, 101_0000, -1),
    ]


def test_a_reserve_s_trade_is_hidden(by_hand):
    by_hand.order(1, SELL, 300, 101_0000, display_qty=100)
    by_hand.message()
    by_hand.trade(1, SELL, 250, 101_0000, 50)
    assert rows(by_hand.tables())[1:] == [(EXECUTE, 1, 100, 101_0000, -1), (HIDDEN, 0, 150, 101_0000, -1)]


def test_an_order_that_slid_stands_where_it_slid_to(by_hand):
    by_hand.message(1, 103_0000)
    by_hand.report(NEW, 1, side=BUY, leaves_qty=100, price=100_9900, reason=Reason.SLID)
    assert rows(by_hand.tables()) == [(ADD, 1, 100, 100_9900, 1)]


def test_an_order_moved_to_the_band_is_a_delete_and_a_new(by_hand):
    by_hand.order(1, BUY, 100, 103_0000)
    by_hand.message()
    by_hand.report(RESTATED, 1, side=BUY, leaves_qty=100, price=102_0000, reason=Reason.PRICE_BAND)
    assert rows(by_hand.tables())[1:] == [(DELETE, 1, 100, 103_0000, 1), (ADD, 1, 100, 102_0000, 1)]


def test_a_decrement_is_a_partial_cancel(by_hand):
    by_hand.order(1, BUY, 100, 100_0000)
    by_hand.message()
    by_hand.report(RESTATED, 1, side=BUY, leaves_qty=30, reason=Reason.SELF_TRADE)
    assert rows(by_hand.tables())[1:] == [(REDUCE, 1, 70, 100_0000, 1)]


def test_a_stop_is_shown_from_its_trigger_on(by_hand):
    by_hand.order(1, BUY, 100, 100_0000, display_qty=-2)
    by_hand.message()
    by_hand.report(TRIGGERED, 1, side=BUY, leaves_qty=100)
    [(message, _)] = lobster_rows(by_hand.tables(), NYSE, 1)
    assert message == MessageRow(20, ADD, 1, 100, 100_0000, 1)


def test_a_triggered_order_that_rests_is_shown_before_the_next_one_meets_it(by_hand):
    by_hand.order(1, BUY, 100, 100_0000, display_qty=-2)
    by_hand.order(2, SELL, 60, 100_0000, display_qty=-2)
    by_hand.message()
    by_hand.report(TRIGGERED, 1, side=BUY, leaves_qty=100)
    by_hand.report(TRIGGERED, 2, side=SELL, leaves_qty=60)
    by_hand.trade(1, BUY, 60, 100_0000, 40)
    by_hand.trade(2, SELL, 60, 100_0000, 0, Liquidity.TAKER)
    assert rows(by_hand.tables()) == [(ADD, 1, 100, 100_0000, 1), (EXECUTE, 1, 60, 100_0000, 1)]


def test_an_uncross_is_one_row_and_what_it_took_from_displayed_orders(by_hand):
    by_hand.order(1, BUY, 100, 101_0000)
    by_hand.order(2, SELL, 60, 100_0000)
    by_hand.message()
    by_hand.trade(1, BUY, 60, 100_5000, 40, Liquidity.AUCTION)
    by_hand.trade(2, SELL, 60, 100_5000, 0, Liquidity.AUCTION)
    assert rows(by_hand.tables())[2:] == [
        (CROSS, -1, 60, 100_5000, -1),
        (REDUCE, 1, 60, 101_0000, 1),
        (DELETE, 2, 60, 100_0000, -1),
    ]


def test_a_halt_and_its_end_are_told(by_hand):
    by_hand.message()
    by_hand.report(STATE, 0, reason=Reason.STATE_HALTED)
    by_hand.message()
    by_hand.report(STATE, 0, reason=Reason.STATE_CONTINUOUS)
    assert rows(by_hand.tables()) == [(HALT, 0, 0, -1, -1), (HALT, 0, 0, 1, -1)]


def test_an_order_cancelled_before_it_was_shown_leaves_no_row(by_hand):
    by_hand.order(1, BUY, 100, 100_0000, display_qty=-2)
    by_hand.message()
    by_hand.report(CANCELED, 1, side=BUY, leaves_qty=0)
    assert rows(by_hand.tables()) == []


# -- files ------------------------------------------------------------------------------------------


def test_files_are_named_and_written_as_lobster_does(recording, tmp_path):
    recording.new(1, MAKER, BUY, 100, 99_0000)
    files = write_lobster(recording.tables(), "NYSE", tmp_path, levels=2, date="2012-06-21")
    assert files.messages.name == "XYZ_2012-06-21_34200000_34200001_message_2.csv"
    assert files.books.name == "XYZ_2012-06-21_34200000_34200001_orderbook_2.csv"
    assert files.messages.read_text() == "34200.000000010,1,1,100,990000,1\n"
    assert files.books.read_text() == "9999999999,0,990000,100,9999999999,0,-9999999999,0\n"


def test_an_unknown_venue_is_told_with_those_there_are(recording, tmp_path):
    with pytest.raises(UnknownVenue, match="venue 'LSE': the run has none; its venues are NYSE, BATS, DARK"):
        write_lobster(recording.tables(), "LSE", tmp_path)


def test_a_book_needs_a_level(recording, tmp_path):
    with pytest.raises(ValueError, match="levels = 0: a book file has at least 1"):
        write_lobster(recording.tables(), "NYSE", tmp_path, levels=0)


def test_a_run_without_messages_gives_empty_files(tmp_path):
    files = write_lobster(RunTables.from_arrays(EventLog().arrays(), market()), "NYSE", tmp_path)
    assert (files.rows, files.messages.read_text(), files.books.read_text()) == (0, "", "")


# -- round trip -------------------------------------------------------------------------------------

DEEP = 80
"""More levels than the run's books have: nothing is outside the window."""


@pytest.fixture(scope="module")
def ran() -> RunTables:
    return run("us_equities", set=("duration=4s",)).tables


@pytest.fixture(scope="module")
def exported(ran, tmp_path_factory) -> tuple[Path, Path]:
    files = write_lobster(ran, "NASDAQ", tmp_path_factory.mktemp("deep"), DEEP)
    return files.messages, files.books


def test_every_step_of_a_deep_file_is_exact(exported):
    inner, last = check_steps(*exported)
    assert inner.matched == inner.counted == last.matched > 1_000


def test_ten_levels_lack_only_what_enters_from_outside(ran, tmp_path):
    files = write_lobster(ran, "NASDAQ", tmp_path, 10)
    inner, last = check_steps(files.messages, files.books)
    assert inner.matched == inner.counted
    assert last.share == 1
    assert 0 < sum(last.explained.values()) < last.counted / 5


def test_the_replay_of_a_deep_file_gives_its_best_quotes(exported):
    messages, books = exported
    fits, quotes = check_best_quotes(messages, books, books)
    assert fits.matched == fits.counted
    assert quotes.matched == quotes.counted > 500


def test_after_each_message_the_book_has_the_best_quotes_of_the_run(ran):
    quotes = ran.quotes[ran.quotes["venue"] == venue_number(ran, "NASDAQ")]
    told = {at: state_of(book) for (at, *_), book in lobster_rows(ran, venue_number(ran, "NASDAQ"), 1)}
    states = dict(zip(quotes["at"].tolist(), recorded_states(quotes), strict=True))
    assert len(states) > 1_000
    assert {at: told[at] for at in states} == states


def state_of(book: list[int]) -> State:
    ask, ask_qty, bid, bid_qty = book
    return (bid if bid_qty else 0, bid_qty, ask if ask_qty else 0, ask_qty)


def test_our_reader_finds_no_mistake(exported):
    messages, books = exported
    assert len(list(read_lobster(messages, tick=100))) == len(list(read_books(books)))


def test_the_field_s_one_liner_reads_them(exported):
    messages, books = exported
    names = ["time", "type", "order_id", "size", "price", "direction"]
    message = pd.read_csv(messages, header=None, names=names)
    book = pd.read_csv(books, header=None)
    assert len(message) == len(book)
    assert book.shape[1] == 4 * DEEP
    assert set(message["type"]) <= {1, 2, 3, 4, 5}
    assert message["time"].is_monotonic_increasing
    assert (message["size"] > 0).all()
    spread = book[0] - book[2]
    assert (spread > 0).all()
