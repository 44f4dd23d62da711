"""Institutions that wait in the dark: each rule by hand, and the laws of their arrivals."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from agents.dark_liquidity import DarkDraws, DarkLiquidity
from sim.streams import NANOS_PER_SECOND
from tests.agents.builders import BUY, FLOW, NEVER, SELL, Latency, S, Stage, always, rows_of, scenario_market
from venues.messages import BookState


def one_order(side: int = 1, lots: int = 5) -> DarkDraws:
    """One order after 1,000 ns, for 5,000 ns."""
    return DarkDraws(iter([1_000, 10**15]).__next__, always(5_000), always(lots), always(side))


def institutions(
    stage: Stage,
    draws: DarkDraws,
    *,
    news: Latency | None = None,
    offset: int = 0,
    pools: tuple[str, ...] = ("POOL",),
) -> DarkLiquidity:
    sessions = stage.sessions(FLOW, pools, 10, 10, NEVER)
    heard = None if news is None else stage.fundamental.view(news)
    made = DarkLiquidity(stage.place, "institutions", FLOW, sessions, dict.fromkeys(pools, draws), heard, offset)
    made.start()
    return made


def pool(**keys) -> Stage:
    """A pool that crosses at $100.00."""
    return Stage("NYSE", pools=["POOL"], **keys)


def actions(stage: Stage) -> list[tuple[int, str]]:
    return [(m.at, m.action) for m in stage.arrived(FLOW)]


# -- one order ------------------------------------------------------------------------------------------


def test_an_order_rests_and_is_cancelled_when_its_life_ends():
    stage = pool()
    institutions(stage, one_order())
    stage.run(until=10_000)
    assert actions(stage) == [(1_010, "NEW"), (6_010, "CANCEL")]
    assert len(stage.venues["POOL"].book) == 0


def test_it_meets_who_comes_to_the_midpoint():
    stage = pool()
    made = institutions(stage, one_order(lots=5))
    stage.takes("POOL", SELL, 500, 99_9000, at=3_000)
    stage.run(until=10_000)
    made.log_state()
    assert [(fill.price, fill.qty) for fill in stage.fills(FLOW)] == [(100_0000, 500)]
    assert (made.ledger.position, made.ledger.cash) == stage.account(FLOW)


def test_what_is_known_to_be_filled_is_not_cancelled():
    stage = pool()
    institutions(stage, one_order(lots=5))
    stage.takes("POOL", SELL, 500, at=5_990)
    stage.run(until=10_000)
    assert actions(stage) == [(1_010, "NEW")]


def test_a_fill_that_is_not_known_yet_is_cancelled_in_vain():
    stage = pool()
    institutions(stage, one_order(lots=5))
    stage.takes("POOL", SELL, 500, at=5_991)
    stage.run(until=10_000)
    assert actions(stage) == [(1_010, "NEW"), (6_010, "CANCEL")]


def test_the_rest_of_a_partly_filled_order_is_cancelled():
    stage = pool()
    institutions(stage, one_order(lots=5))
    stage.takes("POOL", SELL, 300, at=3_000)
    stage.run(until=10_000)
    assert actions(stage) == [(1_010, "NEW"), (6_010, "CANCEL")]


def test_what_a_pool_refused_is_not_cancelled():
    stage = pool()
    institutions(stage, one_order())
    stage.venues["POOL"].book.set_state(BookState.CLOSED, 0)
    stage.run(until=10_000)
    assert actions(stage) == [(1_010, "NEW")]


# -- limits ---------------------------------------------------------------------------------------------


def limit(side: int, value: int = 100_0000, offset: int = 200, **keys) -> int:
    stage = pool(value=value, **keys)
    institutions(stage, one_order(side), news=20, offset=offset)
    stage.run(until=2_000)
    (order,) = stage.arrived(FLOW)
    return order.price


def test_without_a_limit_any_midpoint_is_taken():
    stage = pool()
    institutions(stage, one_order())
    stage.run(until=2_000)
    assert stage.arrived(FLOW)[0].price == 0


def test_a_limit_lies_beyond_the_fair_value():
    assert (limit(BUY), limit(SELL)) == (100_0200, 99_9800)


@pytest.mark.parametrize(("fair", "highest", "lowest"), [(100_0049, 100_0200, 99_9850), (100_0051, 100_0250, 99_9900)])
def test_a_limit_is_rounded_towards_the_fair_value_to_half_a_tick_on_both_sides(fair, highest, lowest):
    assert (limit(BUY, fair), limit(SELL, fair)) == (highest, lowest)


def test_a_negative_offset_wants_a_better_price():
    assert (limit(BUY, offset=-100), limit(SELL, offset=-100)) == (99_9900, 100_0100)


def test_a_limit_is_at_least_half_a_tick():
    assert limit(SELL, value=300, offset=1_000) == 50


@pytest.mark.parametrize(("at", "expected"), [(980, 102_0200), (981, 100_0200)])
def test_a_limit_is_set_on_the_news_that_has_arrived(at, expected):
    assert limit(BUY, news=[(at, 102_0000)]) == expected


# -- laws -----------------------------------------------------------------------------------------------

RATE, SECONDS, MEAN_LIFE = 80.0, 20, 100_000_000


@pytest.fixture(scope="module")
def orders() -> list[dict[str, int]]:
    """Twenty seconds at a pool where the midpoint is never known, so that nothing trades."""
    agent = {"kind": "dark_liquidity", "rate": f"{RATE}/s", "size": [200, 600], "lifetime": "100ms"}
    market = scenario_market(agent, duration=f"{SECONDS + 1}s", warm_up="0s")
    market.advance(SECONDS * S)
    return rows_of(market.log, "orders")


def within_4_errors(numbers: list[int], expected: float, deviation: float) -> bool:
    return abs(math.fsum(numbers) / len(numbers) - expected) < 4 * deviation / math.sqrt(len(numbers))


def test_orders_arrive_at_their_rate(orders):
    sent = [row["at"] for row in orders if row["action"] == 0]
    assert abs(len(sent) - RATE * SECONDS) < 4 * math.sqrt(RATE * SECONDS)
    mean = NANOS_PER_SECOND / RATE
    assert within_4_errors([b - a for a, b in pairwise(sent)], mean, deviation=mean)


def test_orders_rest_an_exponential_time(orders):
    ends = {row["order_id"]: row["at"] for row in orders if row["action"] == 1}
    old = [row for row in orders if row["action"] == 0 and row["at"] < (SECONDS - 4) * S]
    assert within_4_errors([ends[row["order_id"]] - row["at"] for row in old], MEAN_LIFE, deviation=MEAN_LIFE)


def test_sides_are_fair_and_sizes_uniform_in_lots(orders):
    sent = [row for row in orders if row["action"] == 0]
    assert within_4_errors([row["side"] for row in sent], 0.0, deviation=1.0)
    assert {row["qty"] for row in sent} == {200, 300, 400, 500, 600}
    assert within_4_errors([row["qty"] for row in sent], 400.0, deviation=100 * math.sqrt(2))


def test_nothing_is_posted_without_a_rate():
    agent = {"kind": "dark_liquidity", "rate": "0/s"}
    market = scenario_market(agent, duration="3s")
    market.advance(2 * S)
    assert rows_of(market.log, "orders") == []
