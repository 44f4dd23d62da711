"""The signal: what it counts, when it goes on and off, and that it knows nothing before it has arrived."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.rig import Client, lit_venue, rows
from venues.crumbling_quote import CrumblingQuote, SideOfMarket
from venues.lit import LitVenue
from venues.messages import CancelOrder, NewOrder, Side
from venues.quote_model import PARTS, Coefficients, SignalTerms
from venues.sip import DirectBoard

BID, ASK = 10_1000, 10_1400
US, MS = 1_000, 1_000_000
FEED = 100 * US
COUNTS = Coefficients(
    **{**dict.fromkeys(Coefficients.__dataclass_fields__, 0), "leaders_left": PARTS, "constant": -PARTS - PARTS // 2}
)
"""Above 0 when two venues have left."""


class Street:
    """Four venues that quote the same, and a signal that hears them 100 us later."""

    def __init__(self, **terms: Any) -> None:
        self.env, self.log = Environment(), EventLog()
        self.venues = {
            name: lit_venue(self.env, number, name, service=1, log=self.log) for number, name in enumerate("ABCD")
        }
        self.told: list[tuple[int, bool, bool]] = []
        self.clients = {name: Client(venue, owner=1, to=1, back=1) for name, venue in self.venues.items()}
        board = DirectBoard(list(self.venues.values()), self.env, [FEED] * 4)
        signal_terms = SignalTerms(**{"coefficients": COUNTS, **terms})
        self.signal = CrumblingQuote(self.env, board, "ABCD", 100, signal_terms, self._tell, self.log, 9)
        self._ids = 0
        self.bids = {name: self.rests(name, Side.BUY, BID, 0) for name in self.venues}
        self.asks = {name: self.rests(name, Side.SELL, ASK, 0) for name in self.venues}

    def _tell(self, bid: bool, ask: bool) -> None:
        self.told.append((self.env.now, bid, ask))

    def rests(self, venue: str, side: Side, price: int, at: int, qty: int = 100) -> int:
        self._ids += 1
        self.clients[venue].says(NewOrder(self._ids, 1, side, qty, price), at=at)
        return self._ids

    def leaves(self, venue: str, at: int, side: Side = Side.BUY) -> None:
        order = (self.bids if side is Side.BUY else self.asks)[venue]
        self.clients[venue].says(CancelOrder(order, 1), at=at - 2)  # done by the venue at `at`

    def hears(self) -> list[tuple[int, bool, bool]]:
        self.env.run()
        return self.told


# -- what it counts ---------------------------------------------------------------------------------


def moved(*moves: tuple[int, str, int]) -> SideOfMarket:
    bids = SideOfMarket(Side.BUY)
    for at, venue, price in moves:
        bids.move(at, venue, price)
    return bids


def test_it_counts_who_stands_at_the_best_price_and_did_before() -> None:
    bids = moved((0, "A", 100), (10, "B", 100), (20, "C", 100), (30, "A", 99), (40, "B", 0))
    assert (bids.best, bids.count) == (100, 1)
    assert [bids.count_at(then) for then in (5, 10, 19, 25, 35, 99)] == [1, 2, 2, 3, 2, 1]
    assert moved((0, "A", 100), (30, "B", 100)).count_at(-50) == 1, "as it was when the price became the best"


def test_a_new_best_price_begins_the_count_anew() -> None:
    bids = moved((0, "A", 100), (0, "B", 100), (10, "A", 99), (20, "B", 99))
    assert (bids.best, bids.count, bids.count_at(-1), bids.left_since(-1)) == (99, 2, 2, [])


def test_who_improves_or_was_not_at_the_best_has_not_left() -> None:
    assert moved((0, "A", 100), (0, "B", 100), (5, "A", 101)).left_since(-1) == []
    assert moved((0, "A", 100), (0, "B", 99), (5, "B", 98)).left_since(-1) == []
    assert moved((0, "A", 100), (0, "B", 100), (5, "B", 98)).left_since(-1) == ["B"]


def test_of_asks_the_lowest_is_the_best() -> None:
    asks = SideOfMarket(Side.SELL)
    for at, venue, price in ((0, "A", 100), (0, "B", 100), (5, "B", 101)):
        asks.move(at, venue, price)
    assert (asks.best, asks.count, asks.left_since(-1)) == (100, 1, ["B"])


def test_two_in_a_row_leave_without_anybody_between() -> None:
    three = [(0, "A", 100), (0, "B", 100), (0, "C", 100)]
    assert moved(*three, (5, "A", 99), (6, "B", 99)).two_left
    assert not moved(*three, (5, "A", 99), (6, "D", 98), (7, "B", 99)).two_left
    assert not moved(*three, (5, "A", 99)).two_left


def test_the_weights_of_2016() -> None:
    """1/(1 + exp(-x)): three of four venues gone is crumbling, four standing is not."""
    weigh = Coefficients().weigh
    steady = weigh(4, 4, 4, 4, two_left=False, leaders_left=0)
    gone = weigh(1, 4, 4, 4, two_left=True, leaders_left=3)
    assert (steady, gone) == (-35_761, 20_399)


# -- when it is on ----------------------------------------------------------------------------------


def test_it_goes_on_when_enough_have_left_as_heard_here_and_off_after_the_hold() -> None:
    street = Street()
    street.leaves("A", 10 * MS)
    street.leaves("B", 10 * MS + 500 * US)
    on = 10 * MS + 500 * US + FEED
    assert street.hears() == [(on, True, False), (on + 2 * MS, False, False)]
    assert rows(street.log, "quote_signals", "at", "venue", "side", "on", "price", "value") == [
        (on, 9, 1, 1, BID, 5_000),
        (on + 2 * MS, 9, 1, 0, BID, 0),
    ]


def test_who_left_longer_ago_than_the_window_does_not_count() -> None:
    street = Street()
    street.leaves("A", 10 * MS)
    street.leaves("B", 11 * MS)
    assert street.hears() == []


def test_it_ends_when_the_price_level_goes() -> None:
    street = Street()
    for n, venue in enumerate("ABCD"):
        street.rests(venue, Side.BUY, BID - 100, at=1 * MS)
        street.leaves(venue, 10 * MS + n * 100 * US)
    assert street.hears() == [
        (10 * MS + 100 * US + FEED, True, False),
        (10 * MS + 300 * US + FEED, False, False),
    ]


def test_more_departures_hold_it_on() -> None:
    street = Street()
    for n, venue in enumerate("ABC"):
        street.leaves(venue, 10 * MS + n * 400 * US)
    assert street.hears() == [
        (10 * MS + 400 * US + FEED, True, False),
        (10 * MS + 800 * US + FEED + 2 * MS, False, False),
    ]


def test_one_side_at_a_time_the_later_one() -> None:
    street = Street()
    for venue in "AB":
        street.leaves(venue, 10 * MS)
        street.leaves(venue, 11 * MS, Side.SELL)
    asks_on = 11 * MS + FEED
    assert street.hears() == [
        (10 * MS + FEED, True, False),
        (asks_on, False, True),
        (asks_on + 2 * MS, False, False),
    ]


def test_only_leaders_count_for_their_weight() -> None:
    street = Street(leaders=("A", "C"))
    street.leaves("A", 10 * MS)
    street.leaves("B", 10 * MS)
    assert street.hears() == []


def test_as_many_as_stated_must_have_left_whatever_the_sum() -> None:
    always = Coefficients(**{**dict.fromkeys(Coefficients.__dataclass_fields__, 0), "constant": PARTS})
    street = Street(coefficients=always, least_left=2)
    street.leaves("A", 10 * MS)
    street.leaves("B", 10 * MS + 300 * US)
    assert street.hears()[0] == (10 * MS + 300 * US + FEED, True, False)


def test_odd_lots_are_not_protected_and_do_not_count() -> None:
    street = Street()
    street.rests("D", Side.BUY, BID + 100, at=5 * MS, qty=99)
    street.leaves("A", 10 * MS)
    street.leaves("B", 10 * MS)
    assert street.hears()[0][1:] == (True, False)


@pytest.mark.parametrize("later", [10 * MS + 1, 10 * MS + 50 * US, 11 * MS])
def test_what_happens_later_changes_nothing_that_was_told_before_it_could_arrive(later: int) -> None:
    quiet, busy = Street(), Street()
    for street in (quiet, busy):
        street.leaves("A", 9 * MS + 500 * US)
        street.leaves("B", 10 * MS)
    busy.leaves("C", later)
    busy.leaves("D", later)
    assert [told for told in busy.hears() if told[0] < later + FEED] == [
        told for told in quiet.hears() if told[0] < later + FEED
    ]
    assert busy.told != quiet.told


# -- at a venue -------------------------------------------------------------------------------------


def test_a_venue_hands_it_on_to_its_book(monkeypatch: pytest.MonkeyPatch) -> None:
    venue = lit_venue()
    heard: list[tuple[bool, bool]] = []
    monkeypatch.setattr(type(venue.book), "set_crumbling", lambda _, bid, ask, now: heard.append((bid, ask)) or [])
    venue.set_crumbling(True, False)
    assert heard == [(True, False)]
    assert isinstance(venue, LitVenue)


def test_the_log_alternates_on_and_off() -> None:
    street = Street()
    for round_ in range(3):
        at = (10 + 10 * round_) * MS
        for venue in "ABC":
            street.leaves(venue, at)
            street.bids[venue] = street.rests(venue, Side.BUY, BID, at + 5 * MS)
    street.hears()
    switches = [on for _, on in rows(street.log, "quote_signals", "at", "on")]
    assert len(switches) == 6
    assert all(a != b for a, b in pairwise(switches))
