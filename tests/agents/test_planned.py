"""Parents in store for a router: what a stated limit and a limit by offset become on arrival."""

from __future__ import annotations

import pytest

from agents.tables import PARENT_STATUS
from tests.agents.builders import BUY, CLIENT, SELL, Stage, parent, router


def does_nothing(parent, view):
    return
    yield


def limit_of(planned, *, quoted: bool = True) -> int:
    """The limit of the parent as it arrived; 0: none."""
    stage = Stage("NYSE", "BATS")
    if quoted:
        stage.rests("NYSE", BUY, 100, 99_9900)
        stage.rests("NYSE", SELL, 100, 100_0200)
        stage.rests("BATS", BUY, 100, 99_9800)
        stage.rests("BATS", SELL, 100, 100_0100)
    router(stage, does_nothing, planned)
    stage.run(until=planned.at)
    (row,) = stage.rows("parents")
    return row["limit"]


def test_a_parent_arrives_at_its_time_with_its_horizon():
    stage = Stage("NYSE")
    router(stage, does_nothing, parent(at=5_000, side=SELL, qty=700, limit=99_0000, horizon=2_000), first_parent_id=41)
    stage.run(until=5_000)
    (row,) = stage.rows("parents")
    assert row == {
        "at": 5_000,
        "parent_id": 41,
        "owner": CLIENT,
        "side": -1,
        "qty": 700,
        "limit": 99_0000,
        "ends": 7_000,
    }


def test_a_stated_limit_is_kept():
    assert limit_of(parent(limit=99_0000)) == 99_0000
    assert limit_of(parent()) == 0


@pytest.mark.parametrize(("side", "limit"), [(BUY, 100_0300), (SELL, 99_9700)])
def test_an_offset_counts_from_the_best_quote_that_the_router_sees(side, limit):
    assert limit_of(parent(side=side, offset=200)) == limit


def test_a_negative_offset_waits_inside_the_spread():
    assert limit_of(parent(offset=-100)) == 100_0000


def test_an_offset_counts_from_quotes_that_have_arrived_not_from_those_that_stand():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 100, 100_0200, at=1)
    stage.rests("NYSE", SELL, 100, 100_0100, at=1_000)
    router(stage, does_nothing, parent(at=1_049, offset=0), parent(at=1_050, offset=0), feed=50)
    stage.run(until=2_000)
    assert [row["limit"] for row in stage.rows("parents")] == [100_0200, 100_0100]


def test_no_limit_is_below_a_tick():
    assert limit_of(parent(side=SELL, offset=200_0000)) == 100


def test_an_offset_from_a_side_that_nobody_quotes_is_no_limit():
    assert limit_of(parent(offset=0), quoted=False) == 0


def test_without_a_quote_there_is_no_touch_and_the_parent_is_rejected():
    stage = Stage("NYSE")
    router(stage, does_nothing, parent(at=10, offset=0))
    stage.run(until=1_000)
    (end,) = stage.rows("parent_ends")
    assert (PARENT_STATUS[end["status"]], end["cum_qty"]) == ("REJECTED", 0)
