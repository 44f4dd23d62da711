from __future__ import annotations

import math

import pytest

from analysis.crossed import CrossedTime, crossed_time
from tests.analysis.builders import BATS, NYSE, Recording


def market(warm_up: int = 0, **bats: int) -> Recording:
    """NYSE is at 100.00 x 100.01 from 0 to 1,000; BATS somewhere from 100 to 400, and then apart from it."""
    recording = Recording(duration=1_000, warm_up=warm_up)
    recording.quote(0, 100_0000, 100_0100, NYSE)
    recording.quote(100, venue=BATS, **bats)
    recording.quote(400, 100_0000, 100_0100, BATS)
    return recording


def test_a_bid_above_the_others_ask_crosses_the_market_for_as_long_as_both_stand():
    found = crossed_time(market(bid=100_0200, ask=100_0300).tables())
    assert found == CrossedTime(watched=1_000, locked=0, crossed=300, crossings=1)
    assert found.crossed_share == pytest.approx(0.3)


def test_a_bid_at_the_others_ask_locks_it():
    found = crossed_time(market(bid=100_0100, ask=100_0300).tables())
    assert found == CrossedTime(watched=1_000, locked=300, crossed=0, crossings=0)
    assert found.locked_share == pytest.approx(0.3)


def test_a_side_without_shares_crosses_nobody():
    assert crossed_time(market(bid=100_0200, ask=100_0300, bid_qty=0).tables()).crossed == 0


def test_the_warm_up_is_left_out():
    found = crossed_time(market(warm_up=250, bid=100_0200, ask=100_0300).tables())
    assert (found.watched, found.crossed) == (750, 150)


def test_what_is_crossed_at_the_end_counts_up_to_the_end():
    recording = Recording(duration=1_000)
    recording.quote(0, 100_0000, 100_0100, NYSE)
    recording.quote(600, 100_0200, 100_0300, BATS)
    assert crossed_time(recording.tables()).crossed == 400


def test_two_changes_while_it_stays_crossed_are_one_crossing():
    recording = market(bid=100_0200, ask=100_0300)
    recording.quote(700, 100_0200, 100_0300, BATS)
    recording.quote(800, 100_0300, 100_0400, BATS)
    found = crossed_time(recording.tables())
    assert (found.crossed, found.crossings) == (600, 2)


def test_a_market_without_quotes_is_neither():
    found = crossed_time(Recording().tables())
    assert math.isnan(found.crossed_share)
