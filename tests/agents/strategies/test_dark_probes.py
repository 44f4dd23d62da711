"""When dark pools are asked, and at which limit."""

from __future__ import annotations

import pytest

from agents.strategies.dark_first import DarkFirst
from agents.strategies.parameters import StrategyProblems
from agents.strategy_trial import ScriptedMarket, Trial, buy, drive, sell
from venues.messages import TimeInForce

MS = 1_000_000
LIT = {"NYSE": (99_9900, 300, 100_0100, 300)}
POOLS = {"SIGMA_DARK": 0, "CROSSFINDER": 0}


def probes(trial: Trial) -> list[tuple[str, int]]:
    return [(child.order.venue, child.sent_at) for child in trial.children if child.order.venue in POOLS]


def test_a_probe_is_immediate_whatever_the_lit_children_are():
    trial = drive(DarkFirst(time_in_force="FOK"), buy(500), ScriptedMarket(LIT, POOLS))
    assert trial.children[0].order.time_in_force is TimeInForce.IOC


def test_its_limit_is_the_far_side_of_the_best_quote():
    assert drive(DarkFirst(), buy(500), ScriptedMarket(LIT, POOLS)).sent[0] == ("SIGMA_DARK", 500, 100_0100)
    assert drive(DarkFirst(), sell(500), ScriptedMarket(LIT, POOLS)).sent[0] == ("SIGMA_DARK", 500, 99_9900)


def test_a_tighter_limit_of_the_parent_takes_its_place_on_the_tick():
    assert drive(DarkFirst(), buy(500, limit=100_0050), ScriptedMarket(LIT, POOLS)).sent[0][2] == 100_0000
    assert drive(DarkFirst(), sell(500, limit=99_9950), ScriptedMarket(LIT, POOLS)).sent[0][2] == 100_0000


def test_no_pool_is_asked_while_the_midpoint_is_beyond_the_limit():
    assert drive(DarkFirst(), buy(500, limit=99_9900), ScriptedMarket(LIT, POOLS)).sent == []


def test_no_pool_is_asked_without_a_midpoint():
    one_sided = ScriptedMarket({"NYSE": (0, 0, 100_0100, 300)}, POOLS)
    assert drive(DarkFirst(), buy(300), one_sided).sent == [("NYSE", 300, 100_0100)]


def test_a_pool_is_asked_again_after_the_revisit_time():
    market = ScriptedMarket(LIT | {"FAR": (99_9900, 100, 100_0200, 100)}, {"SIGMA_DARK": 0}, round_trip=200_000)
    trial = drive(DarkFirst(revisit=10 * MS), buy(500, limit=100_0100, horizon=12 * MS), market)
    assert [sent_at // MS for _, sent_at in probes(trial)] == [0, 10]


def test_leaves_below_the_minimum_are_not_shown_to_a_pool():
    assert probes(drive(DarkFirst(min_dark_qty=200), buy(199), ScriptedMarket(LIT, POOLS))) == []


def test_named_pools_are_asked_in_the_order_named():
    trial = drive(DarkFirst(pools=("CROSSFINDER", "SIGMA_DARK")), buy(300), ScriptedMarket(LIT, POOLS))
    assert [venue for venue, _ in probes(trial)] == ["CROSSFINDER", "SIGMA_DARK"]


def test_a_pool_that_the_router_does_not_know_is_told_with_the_nearest():
    with pytest.raises(StrategyProblems) as raised:
        drive(DarkFirst(pools=("SIGMA", "NYSE")), buy(100), ScriptedMarket(LIT, {"SIGMA_DARK": 0}))
    assert [problem.message for problem in raised.value.problems] == [
        "pools: the router is connected to no dark pool 'SIGMA'; did you mean 'SIGMA_DARK'? (known: SIGMA_DARK)",
        "pools: the router is connected to no dark pool 'NYSE'; known: SIGMA_DARK",
    ]
