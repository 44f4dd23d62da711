"""Dark pools in order, then the lit market."""

from __future__ import annotations

from agents.strategies.dark_first import DarkFirst
from agents.strategy_trial import ScriptedMarket, buy, drive

LIT = {"NYSE": (99_9900, 300, 100_0100, 300), "IEX": (99_9900, 300, 100_0100, 300)}


def test_each_pool_is_asked_for_all_the_leaves_in_turn_before_any_lit_venue():
    trial = drive(DarkFirst(), buy(500), ScriptedMarket(LIT, {"SIGMA_DARK": 100, "CROSSFINDER": 0}))
    assert trial.sent == [
        ("SIGMA_DARK", 500, 100_0100),
        ("CROSSFINDER", 400, 100_0100),
        ("NYSE", 300, 100_0100),
        ("IEX", 100, 100_0100),
    ]


def test_a_pool_s_miss_does_not_cost_a_pause():
    trial = drive(DarkFirst(), buy(300), ScriptedMarket(LIT, {"SIGMA_DARK": 0, "CROSSFINDER": 0}, round_trip=500_000))
    assert [child.sent_at for child in trial.children] == [0, 500_000, 1_000_000]


def test_a_pool_that_has_all_of_it_saves_half_the_spread():
    trial = drive(DarkFirst(), buy(500), ScriptedMarket(LIT, {"SIGMA_DARK": 500}))
    assert [(child.filled, child.last_px) for child in trial.children] == [(500, 100_0000)]


def test_without_pools_it_is_price_time():
    assert drive(DarkFirst(), buy(300), ScriptedMarket(LIT)).sent == [("NYSE", 300, 100_0100)]


def test_asking_the_pools_is_explained_but_not_scored():
    """Half a spread of a cent saved, as far as the pool fills; a pool goes by its place in the list, not by that."""
    trial = drive(DarkFirst(), buy(500), ScriptedMarket(LIT, {"SIGMA_DARK": 100, "CROSSFINDER": 0}))
    first = trial.decisions[0][1]
    assert [(cost.venue, cost.style.name, cost.score) for cost in first.costs] == [
        ("SIGMA_DARK", "PROBE", -10_000),
        ("CROSSFINDER", "PROBE", -10_000),
    ]
    assert first.scores == {}
