"""A crowd of makers by hand: places of 100 shares a cent from the value; reviews every 10,000 ns.

Its news takes 20 ns, its reaction 10, its orders 50: what it hears of at t is at the venue at t + 60.
"""

from __future__ import annotations

from typing import Any

import pytest

from agents.queue_maker import QueueMaker, QueueTerms
from tests.agents.builders import BUY, MAKER, SELL, VALUE, Stage
from venues.messages import ExecType

BID, ASK = VALUE - 100, VALUE + 100
REVIEW = 10_000


def crowd(stage: Stage, **terms: Any) -> QueueMaker:
    usual = {"half_spread": 100, "place_qty": 100, "first": 3, "most": 5}
    times = {"review": REVIEW, "horizon": 500, "requote": 1_000, "reaction": 10}
    sessions = stage.sessions(MAKER, stage.lit_names(), 50, 50, frozenset(ExecType))
    news = stage.fundamental.view(20)
    made = QueueMaker(stage.place, "crowd", MAKER, sessions, news, QueueTerms(**{**usual, **times, **terms}))
    made.start()
    return made


def places(stage: Stage, side: int, venue: str = "NYSE") -> list[tuple[int, int]]:
    """(price, shares) of the crowd's orders on a side, first in line first."""
    return [(price, leaves) for its, price, leaves in stage.resting(MAKER, venue) if its == side]


def test_it_starts_with_the_places_it_is_told_on_both_sides_of_every_venue() -> None:
    stage = Stage("NYSE", "BATS")
    crowd(stage)
    stage.run(until=60)
    for venue in ("NYSE", "BATS"):
        assert places(stage, BUY, venue) == [(BID, 100)] * 3
        assert places(stage, SELL, venue) == [(ASK, 100)] * 3


@pytest.mark.parametrize("moved", [300, -300])
def test_news_move_all_places_and_the_crowd_never_meets_itself(moved: int) -> None:
    stage = Stage("NYSE", news=[(2_000, VALUE + moved)])
    crowd(stage)
    stage.run(until=2_100)
    assert places(stage, BUY) == [(BID + moved, 100)] * 3
    assert places(stage, SELL) == [(ASK + moved, 100)] * 3
    assert stage.fills(MAKER) == []


def test_news_that_move_no_price_keep_the_places() -> None:
    stage = Stage("NYSE", news=[(2_000, VALUE + 30)])
    crowd(stage, half_spread=50)
    stage.run(until=2_100)
    assert [m.action for m in stage.arrived(MAKER) if m.at > 100 and m.side == BUY] == []


def test_filled_places_are_put_up_again_at_the_back() -> None:
    stage = Stage("NYSE")
    crowd(stage)
    stage.takes("NYSE", BUY, 150, at=2_000)
    stage.run(until=2_500)
    assert places(stage, SELL) == [(ASK, 50), (ASK, 100)]
    stage.run(until=3_200)
    assert places(stage, SELL) == [(ASK, 50), (ASK, 100), (ASK, 100)]


def test_a_last_place_that_earned_money_gets_company() -> None:
    stage = Stage("NYSE")
    crowd(stage)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=REVIEW + 60)
    assert len(places(stage, SELL)) == len(places(stage, BUY)) == 4


def test_a_last_place_that_lost_money_goes() -> None:
    stage = Stage("NYSE", news=[(2_100, VALUE + 300)])
    crowd(stage)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=REVIEW + 60)
    assert len(places(stage, SELL)) == len(places(stage, BUY)) == 2


@pytest.mark.parametrize("taken", [100, 200])
def test_fills_before_the_last_place_say_nothing_of_it(taken: int) -> None:
    stage = Stage("NYSE")
    crowd(stage)
    stage.takes("NYSE", BUY, taken, at=2_000)
    stage.run(until=REVIEW + 60)
    assert len(places(stage, SELL)) == 3


def test_venues_are_judged_by_themselves() -> None:
    stage = Stage("NYSE", "BATS")
    crowd(stage)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=REVIEW + 60)
    assert [len(places(stage, SELL, venue)) for venue in ("NYSE", "BATS")] == [4, 3]


def test_there_are_never_more_places_than_told_and_always_one() -> None:
    winning, losing = Stage("NYSE"), Stage("NYSE", news=[(2_100 + k * REVIEW, VALUE + 300 * k + 300) for k in range(4)])
    for stage in (winning, losing):
        made = crowd(stage, most=4)
        for review in range(4):
            stage.takes("NYSE", BUY, 900, at=2_000 + review * REVIEW)
        stage.run(until=4 * REVIEW + 60)
        assert made.at["NYSE"].depth == (4 if stage is winning else 1)


def test_the_fee_counts_in_what_a_last_place_earned() -> None:
    """A cent less a rebate of -20 mils: 0.0120 a share on the 100 shares of the last place."""
    stage = Stage("NYSE")
    made = crowd(stage)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=REVIEW - 1)
    assert made.at["NYSE"].earned == 100 * (10_000 + 2_000)


def test_its_ledger_has_every_fill() -> None:
    stage = Stage("NYSE")
    made = crowd(stage)
    stage.takes("NYSE", BUY, 250, at=2_000)
    stage.takes("NYSE", SELL, 100, at=3_000)
    stage.run(until=4_000)
    assert (made.ledger.position, made.ledger.cash) == stage.account(MAKER)
