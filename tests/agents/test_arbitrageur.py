"""An arbitrageur by hand: 50 ns from every venue's feed, 29 ns of reaction, 50 ns to every venue.

What is in the books at 10,000 it hears at 10,050; its orders are there at 10,129. Taking costs $0.0030 a share.
"""

from __future__ import annotations

from typing import Any

import pytest

from agents.arbitrageur import ArbitrageTerms, CrossVenueArbitrageur
from agents.desk import DESK_WAKES
from agents.participant import CROSSED, LOCKED
from tests.agents.builders import BUY, SELL, Stage, always, scenario_market

ARB = 5
CENT = 100
THERE = 10_000 + 50 + 29 + 50


def arbitrageur(stage: Stage, **terms: Any) -> CrossVenueArbitrageur:
    """Started; up to 1,000 shares a leg, tries to get flat after 500 ns."""
    sessions = stage.sessions(ARB, stage.lit_names(), 50, 50, DESK_WAKES)
    feeds = {name: stage.lit(name).feed.view(stage.env, 50) for name in sessions}
    usual = {"threshold": 0, "alpha": 0.0, "max_size": 1_000, "position_limit": 5_000, "unwind": 500}
    made = CrossVenueArbitrageur(
        stage.place, "arb", ARB, sessions, feeds, always(29), ArbitrageTerms(**{**usual, **terms})
    )
    made.start()
    return made


def crossed(ask: int = 100_0000, bid: int = 100_0100, ask_qty: int = 300, bid_qty: int = 300) -> Stage:
    """NYSE offers below BATS's bid, from 10,000 on."""
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, ask_qty, ask, at=9_000)
    stage.rests("BATS", BUY, bid_qty, bid, at=10_000)
    return stage


def legs(stage: Stage) -> list[tuple[int, str, int, int, int]]:
    """(at the venue at, venue, side, price, shares) of its orders."""
    return [(m.at, m.venue, m.side, m.price, m.qty) for m in stage.arrived(ARB)]


def test_it_sends_both_legs_at_once_when_the_market_is_crossed_by_more_than_the_fees():
    stage = crossed()
    arbitrageur(stage)
    stage.run(until=20_000)
    assert legs(stage) == [(THERE, "NYSE", BUY, 100_0000, 300), (THERE, "BATS", SELL, 100_0100, 300)]


def test_it_earns_the_difference_less_both_fees():
    stage = crossed()
    made = arbitrageur(stage)
    stage.run(until=20_000)
    made.log_state()
    assert made.ledger.position == 0
    assert made.ledger.cash == 300 * (10_000 - 2 * 3_000)


def test_a_cross_that_the_fees_eat_up_is_left_alone():
    stage = Stage("NYSE", "BATS", tick=50)
    stage.rests("NYSE", SELL, 300, 100_0000, at=9_000)
    stage.rests("BATS", BUY, 300, 100_0050, at=10_000)
    arbitrageur(stage)
    stage.run(until=20_000)
    assert legs(stage) == []


@pytest.mark.parametrize(("threshold", "sent"), [(40, 2), (41, 0)])
def test_the_threshold_is_a_gain_after_fees(threshold, sent):
    stage = crossed()  # a cent less 0.6 cents of fees
    arbitrageur(stage, threshold=threshold)
    stage.run(until=20_000)
    assert len(legs(stage)) == sent


@pytest.mark.parametrize(("bid", "sent"), [(100_1000, 0), (100_1100, 2)])
def test_alpha_asks_for_more_than_a_share_of_the_offer(bid, sent):
    stage = crossed(bid=bid)  # 0.1 % of $100 is ten cents
    arbitrageur(stage, alpha=0.001)
    stage.run(until=20_000)
    assert len(legs(stage)) == sent


def test_it_trades_what_both_sides_show():
    stage = crossed(ask_qty=500, bid_qty=200)
    arbitrageur(stage)
    stage.run(until=20_000)
    assert [qty for *_, qty in legs(stage)] == [200, 200]


def test_of_three_venues_it_takes_the_two_that_pay_best():
    stage = Stage("NYSE", "BATS", "EDGX")
    stage.rests("NYSE", SELL, 300, 100_0000, at=9_000)
    stage.rests("EDGX", SELL, 300, 99_9900, at=9_000)
    stage.rests("BATS", BUY, 300, 100_0200, at=10_000)
    arbitrageur(stage)
    stage.run(until=THERE)
    assert legs(stage) == [(THERE, "EDGX", BUY, 99_9900, 300), (THERE, "BATS", SELL, 100_0200, 300)]


def test_it_does_not_fire_twice_at_the_same_quotes():
    stage = crossed()
    arbitrageur(stage)
    stage.rests("NYSE", SELL, 100, 100_0500, at=10_001)
    stage.rests("BATS", BUY, 100, 100_0000, at=10_002)
    stage.run(until=THERE)
    assert len(legs(stage)) == 2


@pytest.mark.parametrize(("gone", "sent"), [(10_028, 0), (10_030, 2)])
def test_it_looks_again_when_it_fires(gone, sent):
    stage = crossed()
    arbitrageur(stage)
    ask = stage.rests("NYSE", SELL, 300, 99_9900, at=9_500)  # the offer that counts
    stage.cancels("NYSE", ask, at=gone)  # heard of 50 later; it fires at 10,079
    stage.takes("NYSE", BUY, 300, 100_0000, at=gone)
    stage.run(until=20_000)
    assert len([leg for leg in legs(stage) if leg[0] <= THERE]) == sent


def test_a_leg_that_missed_is_unwound_at_the_best_net_price():
    stage = crossed()
    stage.takes("BATS", SELL, 300, 100_0100, at=THERE - 1)  # somebody was there first
    stage.rests("NYSE", BUY, 300, 99_9800, at=9_000)
    stage.rests("BATS", BUY, 300, 99_9700, at=9_000)
    made = arbitrageur(stage)
    stage.run(until=20_000)
    answered = THERE + 50
    assert legs(stage)[2:] == [(answered + 500 + 50, "NYSE", SELL, 99_9800, 300)]
    assert made.ledger.position == 0


def test_it_goes_on_until_it_is_flat():
    stage = crossed()
    stage.takes("BATS", SELL, 300, 100_0100, at=THERE - 1)
    stage.rests("NYSE", BUY, 100, 99_9800, at=9_000)
    stage.rests("NYSE", BUY, 200, 99_9700, at=15_000)
    made = arbitrageur(stage)
    stage.run(until=30_000)
    assert [(side, px, qty) for _, _, side, px, qty in legs(stage)[2:]] == [
        (SELL, 99_9800, 100),
        (SELL, 99_9700, 200),
    ]
    assert made.ledger.position == 0


def test_the_position_limit_counts_one_leg_that_may_miss():
    stage = crossed(ask_qty=900, bid_qty=900)
    arbitrageur(stage, position_limit=400)
    stage.run(until=THERE)
    assert [qty for *_, qty in legs(stage)] == [400, 400]


def test_it_counts_how_long_it_saw_the_market_locked_and_crossed():
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, 300, 100_0000, at=10_000)
    lock = stage.rests("BATS", BUY, 300, 100_0000, at=11_000)
    cross = stage.rests("BATS", BUY, 300, 100_0100, at=12_500)
    stage.cancels("BATS", cross, at=12_700)
    stage.cancels("BATS", lock, at=13_000)
    made = arbitrageur(stage, threshold=1_000)
    stage.run(until=20_000)
    made.log_state()
    seen = {row["key"]: row["value"] for row in stage.rows("states")}
    assert (seen[LOCKED], seen[CROSSED]) == (1_500 + 300, 200)


def test_a_scenario_makes_one_with_wires_of_its_own():
    market = scenario_market(
        {"kind": "resting_orders", "venues": ["NYSE"], "half_spread": 0.01, "levels": 1},
        {"kind": "cross_venue_arbitrageur", "count": 2, "round_trip": {"default": "100us"}, "feed_latency": "10us"},
    )
    market.advance(1_000_000)
    assert list(market.agents) == ["resting_orders", "cross_venue_arbitrageur.1", "cross_venue_arbitrageur.2"]
