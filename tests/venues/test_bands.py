from __future__ import annotations

import pytest

from venues.bands import WINDOW, Bands
from venues.policies import Band, BandReference


def bands_of(reference: BandReference, width: int = 500, start: int = 100_0000, tick: int = 100) -> Bands:
    return Bands(Band(width, reference), start, lambda price: tick)


def traded(bands: Bands, *prices: int, now: int = 0) -> int:
    """The reference after a command with these trades."""
    for price in prices:
        bands.trade(price, now)
    bands.follow(now)
    return bands.reference


def test_bands_lie_a_share_of_the_reference_away():
    bands = bands_of(BandReference.FIXED)
    assert (bands.lower, bands.upper) == (95_0000, 105_0000)


@pytest.mark.parametrize(("reference", "lower", "upper"), [(10_0100, 9_5100, 10_5100), (9_9900, 9_4900, 10_4900)])
def test_bands_are_on_the_nearest_tick_half_up(reference: int, lower: int, upper: int):
    bands = bands_of(BandReference.FIXED, start=reference)
    assert (bands.lower, bands.upper) == (lower, upper)
    assert reference * 9_500 % 1_000_000 != 0, "between two ticks"


def test_there_is_no_band_without_a_policy_or_a_reference():
    assert Bands(None, 100_0000, lambda price: 100).upper == 0
    bands = bands_of(BandReference.FIXED, start=0)
    assert (bands.lower, bands.upper) == (0, 0)
    assert traded(bands, 50_0000, 60_0000) == 50_0000
    assert bands.upper == 52_5000


def test_a_fixed_reference_stays_and_the_last_trade_may_be_one():
    assert traded(bands_of(BandReference.FIXED), 101_0000, 103_0000) == 100_0000
    assert traded(bands_of(BandReference.LAST), 101_0000, 103_0000) == 103_0000


def test_an_average_is_taken_when_it_is_one_percent_away():
    bands = bands_of(BandReference.AVERAGE)
    assert traded(bands, 100_9900) == 100_0000
    assert traded(bands, 101_0100) == 101_0000


def test_the_average_is_of_five_minutes():
    bands = bands_of(BandReference.AVERAGE)
    traded(bands, 100_0000, now=0)
    assert traded(bands, 101_5000, now=WINDOW) == 100_0000, "a trade of five minutes ago counts"
    bands.follow(WINDOW + 1)
    assert bands.reference == 101_5000


@pytest.mark.parametrize("reference", BandReference)
def test_an_auction_s_price_is_the_reference_whatever_the_rule(reference: BandReference):
    bands = bands_of(reference)
    bands.uncross(104_0000, now=5)
    bands.follow(5)
    assert (bands.reference, bands.moved) == (104_0000, True)
