"""The loop of every built-in strategy: when it goes on, when it waits, when it gives up."""

from __future__ import annotations

import pytest

from agents.strategies.price_time import PriceTime
from agents.strategies.rounds import InRounds, within_tick
from agents.strategy_trial import ScriptedMarket, at_most, buy, drive

MS = 1_000_000
QUOTE = (99_9900, 300, 100_0000, 300)


def test_a_filled_parent_ends_the_work():
    trial = drive(PriceTime(), buy(300), ScriptedMarket({"NYSE": QUOTE}))
    assert (trial.status, trial.filled) == ("FILLED", 300)


def test_leaves_are_worked_on_when_quotes_refill():
    market = ScriptedMarket({"NYSE": QUOTE}).at(3 * MS, lambda m: m.show("NYSE", ask_qty=500))
    trial = drive(PriceTime(), buy(700), market)
    assert trial.sent == [("NYSE", 300, 100_0000), ("NYSE", 400, 100_0000)]


def test_an_empty_market_is_looked_at_again_after_each_pause():
    market = ScriptedMarket({"NYSE": (99_9900, 300, 0, 0)})
    market.at(2_500_000, lambda m: m.show("NYSE", ask=100_0000, ask_qty=300))
    trial = drive(PriceTime(pause=1 * MS), buy(300), market)
    assert [child.sent_at for child in trial.children] == [3 * MS]


def test_a_round_that_brought_nothing_is_followed_by_a_pause():
    market = ScriptedMarket({"NYSE": QUOTE}, fills=at_most(0), round_trip=500_000)
    market.at(1, lambda m: m.show("NYSE", ask_qty=200)).at(600_000, lambda m: m.show("NYSE", ask_qty=100))
    trial = drive(PriceTime(pause=1 * MS), buy(300), market)
    assert [child.sent_at for child in trial.children[:2]] == [0, 500_000 + 1 * MS]


def test_the_work_ends_after_max_rounds_with_the_leaves_reported():
    market = ScriptedMarket({"NYSE": QUOTE}, fills=at_most(10))
    for at in range(MS, 50 * MS, MS):
        market.at(at, lambda m: m.show("NYSE", ask_qty=300))
    trial = drive(PriceTime(max_rounds=3), buy(300), market)
    assert (trial.status, trial.filled, len(trial.children)) == ("CANCELED", 30, 3)


def test_looks_that_find_nothing_do_not_use_up_rounds():
    market = ScriptedMarket({"NYSE": QUOTE}).at(50 * MS, lambda m: m.show("NYSE", ask=99_9900))
    trial = drive(PriceTime(max_rounds=1), buy(300, limit=99_9900), market)
    assert trial.filled == 300


def test_the_parent_s_end_ends_the_work():
    trial = drive(PriceTime(), buy(300, limit=99_0000, horizon=7 * MS), ScriptedMarket({"NYSE": QUOTE}))
    assert (trial.status, trial.ended_at) == ("EXPIRED", 7 * MS)


def test_a_venue_that_never_fills_is_tried_so_often_and_then_set_aside():
    market = ScriptedMarket({"NYSE": QUOTE}, fills=at_most(0), round_trip=100_000)
    for at in range(0, 30 * MS, 100_000):
        market.at(at, lambda m: m.show("NYSE", ask_qty=300))
    trial = drive(PriceTime(attempts_per_venue=2, set_aside=10 * MS, pause=1 * MS), buy(300, horizon=14 * MS), market)
    assert [child.sent_at // MS for child in trial.children] == [0, 1, 11, 12]


def test_a_strategy_of_this_family_must_say_what_to_send():
    with pytest.raises(NotImplementedError, match=r"InRounds does not say what to send: define decide\(\)"):
        drive(InRounds(), buy(1), ScriptedMarket({"NYSE": QUOTE}))


def test_a_price_off_the_tick_moves_to_the_side_s_advantage():
    assert within_tick(100_0050, side=+1, tick=100) == 100_0000
    assert within_tick(100_0050, side=-1, tick=100) == 100_0100
    assert within_tick(100_0000, side=-1, tick=100) == 100_0000
