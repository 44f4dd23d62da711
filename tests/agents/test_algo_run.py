"""An order and its slices: what an algorithm may do, what the driver sees to, how it ends."""

from __future__ import annotations

import pytest

from agents.algos.algo import Instructions, Slice, SliceEnd, Step
from agents.algos.twap import Twap
from agents.strategies.price_time import PriceTime
from agents.strategy import StrategyError
from agents.tables import PARENT_STATUS
from tests.agents.algos.builders import ASK, BID, HORIZON, START, deep_market, end, order, sizes, slices, work
from tests.agents.builders import BUY, CLIENT, MS, SELL

NEVER_FILLS = 99_0000


def steps(*wanted):
    """An algorithm that yields these steps one after the other."""

    def scripted(order, view):
        yield from wanted

    return scripted


def test_slices_are_parents_and_the_log_says_whose():
    stage = deep_market()
    work(stage, order(Twap(slices=2), 400), first_parent_id=41)
    assert [row["algo_id"] for row in stage.rows("algo_orders")] == [41]
    assert [(row["algo_id"], row["parent_id"], row["number"]) for row in stage.rows("algo_slices")] == [
        (41, 42, 1),
        (41, 43, 2),
    ]
    assert [row["parent_id"] for row in stage.rows("parents")] == [42, 43]
    assert {row["parent_id"] for row in stage.rows("children")} == {42, 43}


def test_without_an_algorithm_there_are_no_tables_of_them():
    stage = deep_market()
    work(stage)
    assert not any(name.startswith("algo") for name in stage.log.arrays())


def test_slices_have_the_order_s_limit_unless_theirs_is_stricter():
    stage = deep_market()
    algo = steps(Step(slices=[Slice(100, START + MS), Slice(100, START + MS, BID), Slice(100, START + MS, 101_0000)]))
    work(stage, order(algo, 400, limit=ASK))
    assert [row["limit"] for row in stage.rows("parents")] == [ASK, BID, ASK]


def test_slices_never_exceed_the_order():
    stage = deep_market()
    work(stage, order(steps(Step(slices=[Slice(300, START + MS), Slice(300, START + MS), Slice(1, START + MS)])), 400))
    assert sizes(stage) == [300, 100]


def test_a_slice_ends_no_later_than_the_order():
    stage = deep_market()
    work(stage, order(steps(Step(slices=[Slice(100, START + 5 * HORIZON)])), 400))
    assert stage.rows("parents")[0]["ends"] == START + HORIZON


def test_an_algorithm_hears_what_became_of_its_slices():
    heard = []

    def algo(order, view):
        heard.append((yield Step(slices=[Slice(100, START + MS), Slice(200, START + MS, NEVER_FILLS)], on_end=True)))
        heard.append((yield Step(on_end=True)))

    work(deep_market(), order(algo, 400), first_parent_id=1)
    assert heard == [(START + 200, [SliceEnd(2, 100, 100)]), (START + MS, [SliceEnd(3, 200, 0)])]


def test_an_algorithm_can_take_a_slice_back():
    def algo(order, view):
        yield Step(slices=[Slice(200, START + 50 * MS, NEVER_FILLS)], until=START + MS)
        yield Step(cancel=view.live, until=START + 2 * MS)

    stage = deep_market()
    work(stage, order(algo, 400))
    (row,) = stage.rows("parent_ends")
    assert (row["at"], PARENT_STATUS[row["status"]]) == (START + MS, "CANCELED")


def test_a_slice_that_is_filled_at_once_does_not_disturb_the_step_that_sent_it():
    stage = deep_market()

    def gives_up(parent, view):
        return
        yield

    work(stage, order(Twap(slices=2), 400), strategy=gives_up)
    assert sizes(stage) == [200, 400]
    assert end(stage) == ("EXPIRED", 0, 400)


# -- the cap on participation ---------------------------------------------------------------------------


def test_a_cap_holds_slices_back_and_the_next_ones_catch_up():
    stage = deep_market()
    stage.takes("NYSE", BUY, 3_000, at=START + 30 * MS)
    stage.takes("NYSE", BUY, 90_000, at=START + 60 * MS)
    work(stage, order(Twap(slices=4), 1_000, max_participation=100_000))
    assert slices(stage) == [(50 * MS, 300), (75 * MS, 700)]


# -- the end of the horizon -----------------------------------------------------------------------------


def test_cancel_leaves_the_rest_undone():
    stage = deep_market()
    work(stage, order(Twap(slices=2), 400, limit=BID))
    assert end(stage) == ("EXPIRED", 0, 400)
    assert stage.rows("algo_ends")[0]["at"] == START + HORIZON


def test_cross_takes_the_rest_in_one_slice_whatever_the_cap():
    stage = deep_market()

    def rests(parent, view):
        yield

    work(stage, order(steps(Step()), 400, at_end="cross", max_participation=1), strategy=rests)
    assert slices(stage) == [(HORIZON, 400)]
    assert end(stage) == ("FILLED", 400, 0)


def test_cross_keeps_the_limit_and_gives_up_after_a_second():
    stage = deep_market()
    work(stage, order(Twap(slices=2), 400, limit=BID, at_end="cross"), until=3_000 * MS)
    assert end(stage) == ("EXPIRED", 0, 400)
    assert stage.rows("algo_ends")[0]["at"] == START + HORIZON + 1_000 * MS


def test_leave_rests_at_the_limit_until_the_day_ends():
    stage = deep_market()
    made = work(
        stage, order(Twap(slices=2), 400, limit=BID - 500, at_end="leave"), day_ends=START + 4 * HORIZON, until=300 * MS
    )
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID - 500, 400)]
    stage.takes("NYSE", SELL, 1_000_100, BID - 500, at=310 * MS)
    stage.run(until=600 * MS)
    assert end(stage) == ("EXPIRED", 100, 300)
    assert stage.resting(CLIENT, "NYSE") == []
    assert not made.busy


def test_leave_without_a_limit_joins_the_touch():
    stage = deep_market()
    work(stage, order(steps(Step()), 400, at_end="leave"), until=150 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID, 400)]


# -- other ends -----------------------------------------------------------------------------------------


def test_a_cancelled_order_stops_its_slices_and_has_no_end_of_horizon():
    stage = deep_market()
    made = work(stage, order(Twap(slices=2), 400, limit=BID, at_end="cross"), until=START + 10 * MS)
    assert made.cancel_parent(1)
    stage.run(until=START + 3 * HORIZON)
    assert end(stage) == ("CANCELED", 0, 400)
    assert sizes(stage) == [200]
    assert not made.cancel_parent(1)


def test_the_end_of_the_day_ends_the_order():
    stage = deep_market()
    made = work(stage, order(Twap(slices=2), 400, limit=BID, at_end="leave"), until=START + 10 * MS)
    made.finish()
    stage.run(until=START + 20 * MS)
    assert end(stage) == ("EXPIRED", 0, 400)
    assert not made.busy


def test_an_order_beyond_the_live_parents_allowed_is_rejected_and_slices_do_not_count():
    stage = deep_market()
    work(stage, order(Twap(slices=2), 400), order(Twap(slices=2), 400), max_live_parents=1)
    ends = {row["algo_id"]: PARENT_STATUS[row["status"]] for row in stage.rows("algo_ends")}
    assert ends == {1: "FILLED", 3: "REJECTED"}


def test_an_order_comes_over_the_router_s_own_door_too():
    stage = deep_market()
    made = work(stage)
    taken = made.submit(BUY, 400, None, HORIZON, algo=Instructions("twap", Twap(slices=2)))
    stage.run(until=taken.ends + MS)
    assert end(stage) == ("FILLED", 400, 0)


# -- broken algorithms ----------------------------------------------------------------------------------


def endless(order, view):
    while True:
        yield Step(until=view.now)


def confused(order, view):
    yield [Slice(100, START + MS)]


@pytest.mark.parametrize(
    ("algo", "message"),
    [
        (endless, "1000 steps in a row waited for nothing; yield Step(until=...) with a time"),
        (confused, "yielded [Slice(qty=100, ends=2000000, limit=None, strategy=None)]; yield Step(...)"),
        (lambda order, view: None, "gave None instead of a generator; an algorithm has a `yield` in it"),
    ],
)
def test_a_broken_algorithm_is_named_with_its_order_and_what_is_wrong(algo, message):
    with pytest.raises(StrategyError) as error:
        work(deep_market(), order(algo, 400))
    assert str(error.value) == f"algorithm twap, order 1, time {START} ns: {message}"


def test_every_slice_is_worked_by_the_router_s_strategy():
    stage = deep_market("NYSE", "BATS", qty=200)
    work(stage, order(Twap(slices=1), 400), strategy=PriceTime(reach=None))
    assert sorted(fill.venue for fill in stage.fills(CLIENT)) == ["BATS", "NYSE"]
