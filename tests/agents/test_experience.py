"""What a router has measured, by hand."""

from __future__ import annotations

import pytest

from agents.experience import MeasuredExperience
from agents.orders import ChildOrder
from tests.agents.builders import BUY, DAY, SELL, Stage, parent, router


def experience(memory: float = 0.5) -> MeasuredExperience:
    return MeasuredExperience(["NYSE", "BATS"], memory)


def test_nothing_is_known_before_it_is_measured():
    seen = experience()
    assert (seen.round_trip("NYSE"), seen.fill_ratio("NYSE"), seen.markout("NYSE")) == (None, None, None)


def test_the_round_trip_is_the_smallest_one():
    seen = experience()
    for trip in (300, 250, 400):
        seen.answered("NYSE", trip, trip // 3)
    assert (seen.round_trip("NYSE"), seen.round_trip("BATS")) == (250, None)


def test_the_fill_ratio_forgets_older_children():
    seen = experience(memory=0.5)
    seen.child_done("NYSE", aimed=400, filled=100)
    assert seen.fill_ratio("NYSE") == 0.25
    seen.child_done("NYSE", aimed=200, filled=200)
    assert seen.fill_ratio("NYSE") == (100 * 0.5 + 200) / (400 * 0.5 + 200)


def test_a_child_that_got_nothing_counts():
    seen = experience()
    seen.child_done("NYSE", aimed=100, filled=0)
    assert seen.fill_ratio("NYSE") == 0.0


def test_the_markout_is_weighted_by_shares_and_forgets():
    seen = experience(memory=0.5)
    seen.mid_moved("NYSE", 100, weight=300)
    assert seen.markout("NYSE") == 100.0
    seen.mid_moved("NYSE", -50, weight=100)
    assert seen.markout("NYSE") == (100 * 300 * 0.5 - 50 * 100) / (300 * 0.5 + 100)


def test_venues_are_measured_apart():
    seen = experience()
    seen.child_done("NYSE", 100, 100)
    seen.mid_moved("NYSE", 100, 1)
    assert (seen.fill_ratio("BATS"), seen.markout("BATS")) == (None, None)


# -- measured by a router -------------------------------------------------------------------------------


def measured(
    *children: ChildOrder, side=BUY, offered: int = 300, shown: int = 300, deep: int = 1_000
) -> MeasuredExperience:
    """What a router knows of its children: it is shown an offer of $100.01, of which part is gone on arrival.

    The bid is $99.99; after 5,000 ns everything moves up by two cents; the router judges after 10,000.
    """
    stage = Stage("NYSE", pools=["POOL"])
    bid = stage.rests("NYSE", BUY, shown, 99_9900)
    stage.rests("NYSE", SELL, shown, 100_0100)
    if deep:
        stage.rests("NYSE", SELL, deep, 100_0500)
    if offered < shown:
        stage.takes("NYSE", BUY, shown - offered, at=1_099)
    stage.takes("NYSE", BUY, shown, 100_0100, at=5_000)
    stage.rests("NYSE", BUY, 100, 100_0100, at=5_001)
    stage.cancels("NYSE", bid, at=5_002)
    stage.rests("NYSE", SELL, 100, 100_0300, at=5_003)

    def strategy(order, view):
        yield list(children)

    planned = parent(at=1_000, side=side, qty=sum(child.qty for child in children))
    made = router(stage, strategy, planned, to=100, back=100, markout_horizon=10_000)
    stage.run(until=200_000)
    return made.experience


def test_a_round_trip_is_the_way_there_and_back():
    assert measured(ChildOrder("NYSE", 100, 100_0100)).round_trip("NYSE") == 200


def test_a_child_that_left_later_is_timed_from_its_leaving():
    assert measured(ChildOrder("NYSE", 100, 100_0100, not_before=2_500)).round_trip("NYSE") == 200


def test_what_was_shown_and_got_is_the_fill_ratio():
    assert measured(ChildOrder("NYSE", 300, 100_0100)).fill_ratio("NYSE") == 1.0
    assert measured(ChildOrder("NYSE", 300, 100_0100), offered=100).fill_ratio("NYSE") == pytest.approx(1 / 3)


def test_shares_beyond_the_displayed_ones_are_not_aimed_at():
    assert measured(ChildOrder("NYSE", 900, 100_0100), offered=150).fill_ratio("NYSE") == 0.5


def test_fills_beyond_the_displayed_shares_do_not_count():
    assert measured(ChildOrder("NYSE", 900, 100_0500)).fill_ratio("NYSE") == 1.0


def test_a_child_that_does_not_reach_the_quote_aims_at_nothing():
    passive = ChildOrder("NYSE", 300, 100_0000)
    assert measured(passive).fill_ratio("NYSE") is None
    assert measured(passive).markout("NYSE") is None


def test_a_pool_shows_nothing_so_all_of_a_child_is_aimed():
    assert measured(ChildOrder("POOL", 300, 100_0100)).fill_ratio("POOL") == 0.0


def test_the_markout_is_the_mid_s_move_in_the_direction_of_the_order():
    assert measured(ChildOrder("NYSE", 100, 100_0100)).markout("NYSE") == 200.0
    assert measured(ChildOrder("NYSE", 100, 99_9900), side=SELL).markout("NYSE") == -200.0


def test_a_market_order_aims_at_what_is_displayed_and_gets_it_at_any_price():
    assert measured(ChildOrder("NYSE", 300, None), offered=150).fill_ratio("NYSE") == 1.0
    assert measured(ChildOrder("NYSE", 300, None), offered=150, deep=0).fill_ratio("NYSE") == 0.5


def test_a_child_that_rests_is_judged_when_it_ends():
    resting = ChildOrder("NYSE", 600, 100_0100, DAY)
    assert measured(resting).fill_ratio("NYSE") == 1.0


def test_a_move_of_a_mid_that_was_not_known_is_no_measurement():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 100, 100_0100)

    def strategy(order, view):
        yield [ChildOrder("NYSE", 100, 100_0100)]

    made = router(stage, strategy, parent(qty=100), markout_horizon=10)
    stage.run(until=200_000)
    assert (made.experience.fill_ratio("NYSE"), made.experience.markout("NYSE")) == (1.0, None)
