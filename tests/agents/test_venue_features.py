"""What a router knows of a venue when it decides: each feature from quotes, prints and own past as scripted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agents.orders import ParentOrder
from agents.strategy import Actions, View
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, drive
from agents.venue_features import LARGEST, UNKNOWN, VenueFeatures, venue_features
from venues.messages import Print, Quote, Side

NOW = 5_000_000
QUOTES = {
    "NYSE": (99_9900, 300, 100_0100, 100),
    "IEX": (99_9800, 500, 100_0100, 400),
    "BATS": (99_9900, 200, 100_0300, 600),
    "EDGX": (0, 0, 0, 0),
}


def features_of(market: ScriptedMarket, side: Side = Side.BUY, qty: int = 1_000) -> dict[str, VenueFeatures]:
    """The features that a strategy finds at NOW."""
    found: dict[str, VenueFeatures] = {}

    def look(parent: ParentOrder, view: View) -> Iterator[Any]:
        names = [*view.lit, *view.dark]
        found.update(zip(names, venue_features(names, parent, view), strict=True))
        yield Actions(wake=("at", view.now + 1))

    drive(look, ParentOrder(1, side, qty, None, NOW, NOW + 100), market)  # type: ignore[arg-type]
    return found


def market(**options: Any) -> ScriptedMarket:
    return ScriptedMarket(QUOTES, {"POOL": 500}, **options)


def test_what_is_displayed_is_seen_from_the_side_that_is_taken() -> None:
    nyse = features_of(market())["NYSE"]
    assert (nyse.displayed, nyse.other_side, nyse.imbalance, nyse.spread) == (100, 300, -500, 200)
    sold_to = features_of(market(), Side.SELL)["NYSE"]
    assert (sold_to.displayed, sold_to.other_side, sold_to.imbalance) == (300, 100, 500)


def test_a_venue_is_seen_beside_the_others() -> None:
    found = features_of(market())
    assert [found[name].gap for name in ("NYSE", "IEX", "BATS")] == [0, 0, 200]
    assert {(each.at_best, each.shares_at_best, each.market_spread) for each in found.values()} == {(2, 500, 200)}


def test_the_parent_is_seen_beside_what_is_displayed() -> None:
    found = features_of(market(), qty=1_000)
    assert [found[name].wanted for name in ("NYSE", "IEX")] == [10_000, 2_500]
    assert found["NYSE"].remaining == 1_000


def test_ages_are_told_in_microseconds() -> None:
    nyse = features_of(market())["NYSE"]
    assert (nyse.quote_age, nyse.quote_known) == (5_000, 5_000)


def test_an_empty_venue_and_a_pool_have_nothing_to_take() -> None:
    found = features_of(market())
    for name in ("EDGX", "POOL"):
        each = found[name]
        assert (each.displayed, each.gap, each.spread, each.wanted) == (0, UNKNOWN, UNKNOWN, UNKNOWN)


def test_the_own_past_is_in_it() -> None:
    past = ScriptedExperience(
        round_trips={"NYSE": 300_000, "IEX": 1_000_000},
        fill_ratios={"NYSE": 0.75},
        markouts={"NYSE": -12.5},
        slippages={"NYSE": 3.25},
        sent={"NYSE": NOW - 40_000},
    )
    found = features_of(market(experience=past))
    nyse, iex = found["NYSE"], found["IEX"]
    assert (nyse.own_fill, nyse.own_markout, nyse.own_slippage, nyse.since_own) == (750, -1_250, 325, 40)
    assert (nyse.round_trip, nyse.lag) == (300, 0)
    assert (iex.round_trip, iex.lag) == (1_000, 700)


def test_what_was_never_measured_is_unknown() -> None:
    nyse = features_of(market())["NYSE"]
    unknown = (nyse.round_trip, nyse.lag, nyse.own_fill, nyse.own_markout, nyse.own_slippage, nyse.since_own)
    assert set(unknown) == {UNKNOWN}


def at(time: int, ask: int, ask_qty: int = 100, trade: Print | None = None) -> Quote:
    return Quote(time, time, 99_9900, 300, ask, ask_qty, trade)


@pytest.mark.parametrize(("side", "away"), [(Side.BUY, 300), (Side.SELL, -300)])
def test_prints_count_by_the_side_that_they_took(side: Side, away: int) -> None:
    scripted = market()
    took, sold = Print(Side.BUY, 100_0100, 400, False), Print(Side.SELL, 99_9900, 100, False)
    scripted.recent["NYSE"] = [at(1, 100_0100, trade=took), at(2, 100_0100, trade=sold)]
    nyse = features_of(scripted, side)["NYSE"]
    assert (nyse.traded, nyse.traded_away) == (500, away)


def test_moves_of_the_price_count_from_the_beginning_of_the_window() -> None:
    scripted = market()
    scripted.recent["NYSE"] = [at(1, 100_0100), at(2, 100_0200), at(3, 0, 0), at(4, 100_0200), at(5, 100_0400)]
    buyer, seller = features_of(scripted)["NYSE"], features_of(scripted, Side.SELL)["NYSE"]
    assert (buyer.changes, buyer.moved) == (2, 300)
    assert (seller.changes, seller.moved) == (0, 0)


def test_nothing_is_larger_than_a_forest_can_hold() -> None:
    scripted = ScriptedMarket({"NYSE": (99_9900, 1 << 40, 100_0100, 1)})
    nyse = features_of(scripted, qty=1 << 40)["NYSE"]
    assert (nyse.other_side, nyse.wanted) == (LARGEST, LARGEST)
    assert all(isinstance(value, int) and -LARGEST <= value <= LARGEST for value in nyse)
