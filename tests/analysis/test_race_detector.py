"""What is a race, and what is none."""

from __future__ import annotations

import pytest

from analysis.race_attempts import FAIL, SUCCESS
from analysis.race_detector import Definition, Race, find_races
from tests.analysis.builders import BUY, CLIENT, FLOW, FOK, IOC, MAKER, OTHER_CLIENT, SELL, SNIPER
from tests.analysis.race_rig import US, Exchange

OFFER, BEYOND = 100_0100, 100_0200


def told(races: list[Race]) -> list[tuple[int, int, int, int]]:
    """Side, price, participants, duration in ns."""
    return [(race.side, race.price, race.participants, race.duration) for race in races]


@pytest.fixture
def exchange() -> Exchange:
    """A maker's offer of 300 with another 300 a tick behind, and the same for the bids."""
    exchange = Exchange()
    exchange.new(1_000, 1, MAKER, SELL, 300, OFFER)
    exchange.new(1_010, 2, FLOW, SELL, 300, BEYOND)
    exchange.new(1_020, 3, MAKER, BUY, 300, 99_9900)
    exchange.new(1_030, 4, FLOW, BUY, 300, 99_9800)
    return exchange


# -- the definition ---------------------------------------------------------------------------------


def test_a_sniper_who_takes_before_the_maker_can_cancel_is_a_race(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_007, 1, MAKER)
    (race,) = exchange.races()
    assert told([race]) == [(SELL, OFFER, 2, 7 * US)]
    assert race.outcomes == (SUCCESS, FAIL)
    assert (race.winner.user, race.loser.user) == ("snipers.1", "makers.1")
    assert (race.traded, race.cancelled, race.horizon) == (300, 0, 34 * US)


def test_a_maker_who_gets_away_is_a_race_too(exchange):
    exchange.cancel(5_000, 1, MAKER)
    exchange.new(5_008, 10, SNIPER, BUY, 300, OFFER, IOC)
    (race,) = exchange.races()
    assert (race.winner.user, race.traded, race.cancelled) == ("makers.1", 0, 300)


def test_two_snipers_are_a_race_without_a_cancel(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_001, 11, CLIENT, BUY, 300, OFFER, IOC)
    assert told(exchange.races()) == [(SELL, OFFER, 2, US)]


def test_bids_are_raced_for_as_offers_are(exchange):
    exchange.new(5_000, 10, SNIPER, SELL, 300, 99_9900, IOC)
    exchange.cancel(5_003, 3, MAKER)
    assert told(exchange.races()) == [(BUY, 99_9900, 2, 3 * US)]


def test_messages_of_one_instant_race_in_their_order(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_000, 1, MAKER)
    assert told(exchange.races()) == [(SELL, OFFER, 2, 0)]


def test_one_participant_cannot_race_itself(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_001, 11, SNIPER, BUY, 300, OFFER, IOC)
    assert exchange.races() == []


def test_without_a_failure_there_is_no_race(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 100, OFFER, IOC)
    exchange.new(5_001, 11, CLIENT, BUY, 100, OFFER, IOC)
    exchange.cancel(5_002, 1, MAKER)
    assert exchange.races() == []


def test_cancels_alone_are_no_race(exchange):
    exchange.new(1_500, 5, FLOW, SELL, 100, OFFER)
    exchange.cancel(5_000, 1, MAKER)
    exchange.cancel(5_001, 1, MAKER)
    exchange.cancel(5_002, 5, FLOW)
    assert exchange.races() == []


def test_a_cancel_at_another_price_is_no_part(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_002, 2, FLOW)
    assert exchange.races() == []


def test_a_take_behind_the_best_price_is_no_part(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_002, 11, CLIENT, BUY, 300, OFFER - 100)
    assert exchange.races() == []


def test_a_limit_order_that_has_to_rest_has_failed(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_002, 11, CLIENT, BUY, 300, OFFER)
    assert told(exchange.races()) == [(SELL, OFFER, 2, 2 * US)]
    assert exchange.races(strict_fail=True) == []


def test_who_traded_at_a_worse_price_only_has_failed_at_the_better_one(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_002, 11, CLIENT, BUY, 300, BEYOND, IOC)
    assert told(exchange.races()) == [(SELL, OFFER, 2, 2 * US)]


def test_orders_that_reach_through_levels_race_at_each_of_them(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 600, BEYOND, IOC)
    exchange.new(5_004, 11, CLIENT, BUY, 600, BEYOND, IOC)
    races = exchange.races()
    assert told(races) == [(SELL, OFFER, 2, 4 * US), (SELL, BEYOND, 2, 4 * US)]
    assert [race.traded for race in races] == [300, 300]


def test_a_partial_fill_is_a_success(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 200, OFFER, IOC)
    exchange.new(5_001, 11, CLIENT, BUY, 200, OFFER, IOC)
    exchange.cancel(5_002, 1, MAKER)
    (race,) = exchange.races()
    assert race.outcomes == (SUCCESS, SUCCESS, FAIL)
    assert race.traded == 300


# -- the horizon ------------------------------------------------------------------------------------


def test_the_horizon_is_the_latency_and_the_reaction_time_its_end_included(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_034, 1, MAKER)
    assert len(exchange.races()) == 1
    assert exchange.races(min_reaction_time=28_999) == []


def test_the_horizon_has_an_upper_bound():
    exchange = Exchange(latency=600 * US)
    exchange.new(1_000, 1, MAKER, SELL, 300, OFFER)
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_501, 1, MAKER)
    assert exchange.races() == []
    assert [race.horizon for race in exchange.races(info_hor_upper_bound=501 * US)] == [501 * US]


def test_a_fixed_horizon_asks_no_latency(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_100, 1, MAKER)
    assert exchange.races(len_fixed_hor=99_999) == []
    assert [race.horizon for race in exchange.races(len_fixed_hor=100 * US)] == [100 * US]


def test_races_at_one_price_do_not_overlap(exchange):
    for number, us in enumerate((5_000, 5_020, 5_034, 5_035, 5_036)):
        exchange.new(us, 10 + number, (SNIPER, CLIENT)[number % 2], BUY, 60, OFFER, IOC)
    exchange.cancel(5_037, 1, MAKER)
    exchange.cancel(5_038, 1, MAKER)
    assert [race.at for race in exchange.races(min_reaction_time=0, len_fixed_hor=34 * US)] == [5_015 * US]


def test_after_the_horizon_the_next_race_may_begin(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_001, 1, MAKER)
    exchange.new(5_040, 12, MAKER, SELL, 300, OFFER)
    exchange.new(5_050, 13, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_051, 12, MAKER)
    assert [race.at for race in exchange.races()] == [4_995 * US, 5_045 * US]


# -- sensitivities ----------------------------------------------------------------------------------


def test_more_participants_takes_and_cancels_can_be_asked_for(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_001, 11, CLIENT, BUY, 300, OFFER, IOC)
    exchange.new(5_002, 12, OTHER_CLIENT, BUY, 300, OFFER, IOC)
    for asked, races in ((3, 1), (4, 0)):
        assert len(exchange.races(min_num_participants=asked)) == races
        assert len(exchange.races(min_num_takes=asked)) == races
    assert exchange.races(min_num_cancels=1) == []


def test_strict_fails_are_iocs_and_cancels_but_no_fok(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.new(5_001, 11, CLIENT, BUY, 300, OFFER, FOK)
    assert len(exchange.races()) == 1
    assert exchange.races(strict_fail=True) == []
    exchange.new(5_002, 12, CLIENT, BUY, 300, OFFER, IOC)
    assert len(exchange.races(strict_fail=True)) == 1


def test_strict_success_needs_a_take_that_failed_at_the_very_price(exchange):
    exchange.new(5_000, 10, SNIPER, BUY, 300, OFFER, IOC)
    exchange.cancel(5_001, 1, MAKER)
    assert exchange.races(strict_success=True) == []
    exchange.new(5_002, 11, CLIENT, BUY, 300, OFFER, IOC)
    assert len(exchange.races(strict_success=True)) == 1


def test_a_replace_that_takes_counts_unless_told_otherwise(exchange):
    exchange.replace(5_000, 4, FLOW, 300, OFFER)
    exchange.cancel(5_001, 1, MAKER)
    assert len(exchange.races()) == 1
    assert exchange.races(replaced_takes=False) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"min_num_participants": 1}, "min_num_participants = 1: a race has at least 2"),
        ({"min_num_takes": 0}, "min_num_takes = 0: a race has at least 1"),
        ({"len_fixed_hor": -1}, "len_fixed_hor = -1 ns: write 0 or more"),
    ],
)
def test_what_no_race_can_have_is_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        Definition(**wrong)


def test_a_tick_is_positive():
    with pytest.raises(ValueError, match="tick = 0: write the tick in price units, 1 or more"):
        find_races([], 0)
