"""Best price, then the shortest measured round trip."""

from __future__ import annotations

from agents.strategies.latency_aware import LatencyAware
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, buy, drive

QUOTE = (99_9900, 100, 100_0000, 100)
THREE = {"NYSE": QUOTE, "BATS": QUOTE, "NASDAQ": QUOTE}


def venues(market: ScriptedMarket, qty: int = 300) -> list[str]:
    return [venue for venue, _, _ in drive(LatencyAware(), buy(qty), market).sent]


def test_among_equal_prices_the_nearest_venue_goes_first():
    trips = ScriptedExperience(round_trips={"NYSE": 300_000, "BATS": 400_000, "NASDAQ": 250_000})
    assert venues(ScriptedMarket(THREE, experience=trips)) == ["NASDAQ", "NYSE", "BATS"]


def test_a_venue_that_was_never_measured_goes_first_so_that_it_is():
    trips = ScriptedExperience(round_trips={"NYSE": 300_000, "NASDAQ": 250_000})
    assert venues(ScriptedMarket(THREE, experience=trips)) == ["BATS", "NASDAQ", "NYSE"]


def test_without_any_measurement_the_scenario_s_order_holds():
    assert venues(ScriptedMarket(THREE)) == ["NYSE", "BATS", "NASDAQ"]


def test_a_better_price_beats_a_shorter_way():
    trips = ScriptedExperience(round_trips={"NYSE": 300_000, "BATS": 400_000, "NASDAQ": 250_000})
    market = ScriptedMarket(THREE | {"BATS": (99_9900, 100, 99_9950, 100)}, experience=trips)
    assert venues(market, qty=100) == ["BATS"]
