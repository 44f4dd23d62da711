"""Recorded days of real markets through a venue: link, station, book, event loop. Skipped without the data.

The data's own README holds what was measured on the same files without this simulator: by plain price-time matching
(BME: 996 trades, 54,378 shares), and by bookkeeping of levels (LOBSTER: 23,414 states of the hour agree, counted in
unbroken runs; a longest common subsequence finds 8 more within the gaps).
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from agents.participant import Place
from agents.recordings.reading import Recording
from agents.replay import REPLAY_WAKES, Replay
from analysis.quote_states import agreement, distinct, published_states, recorded_states
from sim.environment import Environment
from sim.log import EventLog
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.tables import QUOTES, TRADES

CENT = 100
SERVICE = 500
OUTCOMES = ("fit", "unfit", "hidden", "crosses", "halts", "in_opening", "unanswered")


class RecordedDay:
    """A venue that nobody trades at but the recording, at the end of it."""

    def __init__(self, recording: Recording) -> None:
        env, log = Environment(), EventLog()
        self.venue = LitVenue(env, 0, "LIT", FeeSchedule(0, 0), SERVICE, log, tick=recording.tick)
        place = Place(env, log, count(1).__next__, recording.tick, 1, {"LIT": (0, 0)})
        replay = Replay.of(place, "recording", 1, {"LIT": self.venue.connect(1, 1, 1, REPLAY_WAKES)}, recording)
        replay.start()
        env.run()
        env.run(until=env.now + 1_000)
        self.summary = replay.summary()
        self.trades = log.table(TRADES).columns()
        self.states = recorded_states(log.table(QUOTES).columns())


@pytest.fixture(scope="module")
def bme(shared_data: Path) -> RecordedDay:
    return RecordedDay(Recording(shared_data / "bme_ana_orders_20190523" / "orders.csv.gz", tick=5 * CENT))


@pytest.fixture(scope="module")
def lobster(shared_data: Path) -> Path:
    return shared_data / "lobster_aapl_20120621"


@pytest.fixture(scope="module")
def aapl(lobster: Path) -> RecordedDay:
    messages, book = lobster / "messages_l50_0930_1030.csv.gz", lobster / "book_l50_first672.csv.gz"
    return RecordedDay(Recording(messages, book=book, tick=CENT))


def test_a_session_of_order_entries_makes_its_trades(bme):
    assert len(bme.trades["qty"]) == 996
    assert bme.trades["qty"].sum() == 54_378


def test_every_order_entry_fits_and_the_book_ends_empty(bme):
    assert bme.summary["rows"] == bme.summary["fit"] == 27_056
    assert len(bme.venue.book) == 0


def test_an_hour_of_messages_gives_the_published_best_quotes(aapl, lobster):
    found = agreement(aapl.states, published_states(lobster / "book_l1_fullday.csv.gz"))
    assert found.share >= 0.998
    assert found == (23_422, 23_440)


def test_few_messages_of_the_hour_do_not_fit(aapl):
    assert aapl.summary["rows"] == 91_997 == sum(aapl.summary[outcome] for outcome in OUTCOMES)
    assert aapl.summary["hidden"] == 2_201
    assert aapl.summary["not_executed"] == aapl.summary["refused"] == 0
    assert aapl.summary["unfit"] == 46
    assert aapl.summary["never_announced"] == 45


def test_thirteen_seconds_of_a_large_tick_stock_agree_in_every_state(shared_data):
    folder = shared_data / "lobster_msft_20120621"
    book = folder / "book_l50_first1950.csv.gz"
    day = RecordedDay(Recording(folder / "messages_l50_first2000.csv.gz", book=book, tick=CENT))
    published = distinct(published_states(book))
    assert agreement(published, day.states).matching == len(published)
    assert day.summary["unfit"] == 0
