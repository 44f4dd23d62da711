"""Price, fee, measured toxicity and measured latency in one score."""

from __future__ import annotations

from typing import Any

import pytest

from agents.strategies.parameters import StrategyProblems
from agents.strategies.smart import Smart
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, Trial, buy, drive, sell

QUOTE = (99_9900, 100, 100_0100, 100)
LIT = {"NYSE": QUOTE, "BATS": QUOTE}


def scores(**market: Any) -> dict[str, int]:
    return dict(tried(**market).decisions[0][1].scores)


def tried(lit=LIT, dark=None, fees=None, strategy=None, parent=None, **seen) -> Trial:
    market = ScriptedMarket(lit, dark, taker_fees=fees, experience=ScriptedExperience(**seen))
    return drive(strategy or Smart(), parent or buy(100), market)


def test_without_experience_the_score_is_price_and_fee():
    lit = {"NYSE": QUOTE, "BATS": (99_9900, 100, 100_0200, 100)}
    assert scores(lit=lit, fees={"NYSE": 3_000, "BATS": 2_500}) == {"NYSE": 3_000, "BATS": 12_500}


def test_a_missed_share_costs_a_tick_and_the_run_of_the_price():
    assert scores(fill_ratios={"BATS": 0.75}, markouts={"BATS": 60.0}) == {"NYSE": 0, "BATS": 4_000}


def test_a_price_that_comes_back_costs_the_shares_that_were_filled():
    assert scores(fill_ratios={"BATS": 1.0}, markouts={"BATS": -40.0}) == {"NYSE": 0, "BATS": 4_000}


def test_a_price_that_runs_on_costs_nothing_where_all_was_filled():
    assert scores(fill_ratios={"BATS": 1.0}, markouts={"BATS": 60.0})["BATS"] == 0


def test_a_microsecond_of_measured_round_trip_costs_the_latency_weight():
    trips = {"NYSE": 300_000, "BATS": 400_500}
    assert scores(round_trips=trips, strategy=Smart(latency_weight=2.0)) == {"NYSE": 600, "BATS": 801}


def test_toxicity_turns_the_order_of_equal_quotes():
    trial = tried(fees={"NYSE": 3_000, "BATS": 2_500}, fill_ratios={"BATS": 0.5})
    assert trial.sent == [("NYSE", 100, 100_0100)]


def test_weights_of_zero_leave_the_price():
    unweighted = Smart(fee_weight=0, toxicity_weight=0, latency_weight=0)
    seen = scores(strategy=unweighted, fees={"NYSE": 3_000}, fill_ratios={"BATS": 0.1}, round_trips={"NYSE": 9_000})
    assert seen == {"NYSE": 0, "BATS": 0}


def test_a_toxic_venue_more_than_the_reach_behind_is_left_alone():
    trial = tried(parent=buy(200), strategy=Smart(reach=0), fill_ratios={"BATS": 0.5})
    assert [child.venue for child in trial.decisions[0][1].send] == ["NYSE"]


def test_an_unmeasured_pool_is_worth_half_the_spread_and_asked_first():
    trial = tried(dark={"SIGMA_DARK": 100})
    assert trial.sent == [("SIGMA_DARK", 100, 100_0100)]
    assert trial.decisions[0][1].scores["SIGMA_DARK"] == -10_000


def test_a_pool_s_worth_is_what_its_measured_fills_save():
    seen = scores(dark={"SIGMA_DARK": 0}, fill_ratios={"SIGMA_DARK": 0.25}, round_trips={"SIGMA_DARK": 500_000})
    assert seen["SIGMA_DARK"] == -2_500 + 500


def test_a_price_that_runs_on_costs_the_shares_that_a_pool_did_not_fill():
    seen = scores(dark={"SIGMA_DARK": 0}, fill_ratios={"SIGMA_DARK": 0.5}, markouts={"SIGMA_DARK": 40.0})
    assert seen["SIGMA_DARK"] == -5_000 + 2_000


def test_a_pool_s_fee_is_paid_on_what_it_fills():
    assert scores(dark={"SIGMA_DARK": 0}, fees={"SIGMA_DARK": 1_000})["SIGMA_DARK"] == -10_000 + 1_000


def test_a_pool_is_asked_when_the_lit_market_is_beyond_the_limit():
    trial = tried(dark={"SIGMA_DARK": 100}, parent=buy(100, limit=100_0000), fill_ratios={"SIGMA_DARK": 0.0})
    assert trial.sent == [("SIGMA_DARK", 100, 100_0000)]


def test_a_pool_that_scores_no_better_than_the_lit_market_is_not_asked():
    trial = tried(dark={"SIGMA_DARK": 100}, fill_ratios={"SIGMA_DARK": 0.0})
    assert trial.sent == [("NYSE", 100, 100_0100)]


def test_a_pool_that_never_fills_is_not_asked_before_the_lit_market():
    trial = tried(dark={"SIGMA_DARK": 0}, fill_ratios={"SIGMA_DARK": 0.0}, round_trips={"SIGMA_DARK": 500_000})
    assert trial.sent == [("NYSE", 100, 100_0100)]


def test_a_pool_whose_fills_come_before_the_price_comes_back_is_avoided():
    """A stale midpoint: what is bought there was about to be cheaper."""
    seen = {"fill_ratios": {"SIGMA_DARK": 1.0}, "markouts": {"SIGMA_DARK": -120.0}}
    assert scores(dark={"SIGMA_DARK": 500}, **seen)["SIGMA_DARK"] == 2_000
    assert tried(dark={"SIGMA_DARK": 500}, **seen).sent == [("NYSE", 100, 100_0100)]


def test_the_pool_with_the_better_score_is_asked_first():
    trial = tried(dark={"SIGMA_DARK": 0, "CROSSFINDER": 0}, fill_ratios={"SIGMA_DARK": 0.1, "CROSSFINDER": 0.3})
    assert [venue for venue, _, _ in trial.sent] == ["CROSSFINDER", "SIGMA_DARK", "NYSE"]


def test_pools_can_be_left_out():
    assert tried(dark={"SIGMA_DARK": 100}, strategy=Smart(dark=False)).sent == [("NYSE", 100, 100_0100)]


def test_a_seller_scores_the_bids():
    lit = {"NYSE": QUOTE, "BATS": (99_9700, 100, 100_0100, 100)}
    assert scores(lit=lit, parent=sell(100)) == {"NYSE": 0, "BATS": 20_000}


def test_a_negative_weight_is_refused():
    with pytest.raises(StrategyProblems, match="toxicity_weight = -1: must be 0 or more"):
        Smart(toxicity_weight=-1)
