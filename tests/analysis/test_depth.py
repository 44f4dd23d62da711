"""Displayed shares at the consolidated best, averaged over time."""

from __future__ import annotations

import math

import pytest

from analysis.depth import depth_at_best
from tests.analysis.builders import BATS, DARK, NYSE, Recording

BID, ASK = 99_9900, 100_0100


def recorded(*quotes: tuple[int, int, int, int, int, int], ended: int = 100) -> dict[str, float]:
    """(at, venue, bid, bid shares, ask, ask shares) each."""
    recording = Recording(ended=ended)
    for at, venue, bid, bid_qty, ask, ask_qty in quotes:
        recording.quote(at, bid, ask, venue=venue, bid_qty=bid_qty, ask_qty=ask_qty)
    return depth_at_best(recording.tables(), since=0)


def test_sizes_count_for_as_long_as_they_stand() -> None:
    found = recorded((0, NYSE, BID, 100, ASK, 300), (75, NYSE, BID, 500, ASK, 300))
    assert found == {"NYSE": (0.75 * 100 + 0.25 * 500 + 300) / 2, "BATS": 0.0}


def test_venues_at_the_same_price_count_both_and_one_behind_does_not() -> None:
    found = recorded((0, NYSE, BID, 100, ASK, 300), (0, BATS, BID, 200, ASK + 100, 900))
    assert found == {"NYSE": 200.0, "BATS": 100.0}


def test_an_empty_side_is_no_depth() -> None:
    found = recorded((0, NYSE, BID, 100, 0, 0), (50, BATS, 0, 0, ASK, 400))
    assert found == {"NYSE": 50.0, "BATS": 100.0}


def test_pools_show_nothing() -> None:
    assert "DARK" not in recorded((0, NYSE, BID, 100, ASK, 300), (0, DARK, BID, 100, ASK, 300))


def test_only_the_time_from_the_start_on_counts() -> None:
    recording = Recording(ended=100, warm_up=50)
    for at, qty in ((0, 900), (60, 100)):
        recording.quote(at, BID, ASK, bid_qty=qty, ask_qty=qty)
    assert depth_at_best(recording.tables())["NYSE"] == pytest.approx((10 * 900 + 40 * 100) / 50)


def test_without_quotes_nothing_was_measured() -> None:
    assert all(math.isnan(each) for each in depth_at_best(Recording().tables()).values())
