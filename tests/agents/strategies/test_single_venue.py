"""Everything to one venue."""

from __future__ import annotations

import pytest

from agents.strategies.parameters import StrategyProblems
from agents.strategies.single_venue import SingleVenue
from agents.strategy_trial import ScriptedMarket, buy, drive, sell

QUOTES = {"NYSE": (99_9900, 300, 100_0000, 300), "IEX": (99_9950, 900, 99_9960, 900)}


def market() -> ScriptedMarket:
    return ScriptedMarket(QUOTES)


def test_the_first_venue_of_the_scenario_gets_everything():
    assert {venue for venue, _, _ in drive(SingleVenue(), buy(900), market()).sent} == {"NYSE"}


def test_a_named_venue_gets_everything():
    assert drive(SingleVenue(venue="IEX", reach=0), buy(900), market()).sent == [("IEX", 900, 99_9960)]


def test_all_leaves_go_at_once_whatever_is_displayed():
    assert drive(SingleVenue(reach=2), buy(5_000), market()).sent[0] == ("NYSE", 5_000, 100_0200)


def test_a_seller_reaches_down():
    assert drive(SingleVenue(reach=2), sell(5_000), market()).sent[0] == ("NYSE", 5_000, 99_9700)


def test_it_never_reaches_beyond_the_parent_s_limit():
    assert drive(SingleVenue(reach=5), buy(500, limit=100_0150), market()).sent == [("NYSE", 500, 100_0100)]
    assert drive(SingleVenue(reach=5), sell(500, limit=99_9850), market()).sent == [("NYSE", 500, 99_9900)]


def test_a_reach_without_end_goes_to_the_limit():
    assert drive(SingleVenue(reach=None), buy(500, limit=101_0000), market()).sent == [("NYSE", 500, 101_0000)]


def test_a_reach_without_end_and_no_limit_is_a_market_order():
    assert drive(SingleVenue(reach=None), buy(300), market()).sent == [("NYSE", 300, None)]


def test_a_seller_s_price_stays_above_zero():
    penny = ScriptedMarket({"NYSE": (200, 100, 300, 100)})
    assert drive(SingleVenue(reach=5), sell(100), penny).sent == [("NYSE", 100, 100)]


def test_it_waits_while_the_venue_is_beyond_the_limit():
    waiting = market().at(3_000_000, lambda m: m.show("NYSE", ask=99_9900))
    (child,) = drive(SingleVenue(), buy(300, limit=99_9900), waiting).children
    assert child.sent_at == 3_000_000


def test_a_venue_that_the_router_does_not_know_is_told_with_the_nearest():
    with pytest.raises(StrategyProblems) as raised:
        drive(SingleVenue(venue="NYSEE"), buy(100), market())
    assert str(raised.value) == (
        "venue: the router is connected to no lit venue 'NYSEE'; did you mean 'NYSE'? (known: NYSE, IEX)"
    )


def test_a_router_without_lit_venues_is_told():
    (problem,) = SingleVenue().unconnected([], ["SIGMA_DARK"])
    assert problem.message == "venue: single_venue needs a lit venue, and the router is connected to none"
