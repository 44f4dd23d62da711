"""Dividing leaves among dark pools in the driver of a router: what is asked, what is learnt, across parents."""

from __future__ import annotations

from typing import Any

import pytest

from agents.conformance.checks import check_strategy
from agents.strategies.dark_first import DarkFirst
from agents.strategies.pool_allocation import PoolAllocation
from agents.strategy_trial import ScriptedMarket, Trial, buy, drive
from scenarios.run import run

LIT = {"NYSE": (99_9900, 3_000, 100_0100, 3_000)}
KINDS = ("censored", "stochastic_approximation", "bandit")


def dark_first(**allocation: Any) -> DarkFirst:
    return DarkFirst(allocation=PoolAllocation(**allocation), revisit=1_000_000_000)


def asked(trial: Trial) -> dict[str, int]:
    """Shares asked of each pool in the first round."""
    return {c.order.venue: c.order.qty for c in trial.children if c.sent_at == 0 and c.order.venue != "NYSE"}


def parents(strategy: DarkFirst, count: int, rich: int = 5_000, poor: int = 0) -> list[dict[str, int]]:
    """What a strategy asks of the pools for one parent of 1,000 shares after the other."""
    return [asked(drive(strategy, buy(1_000), ScriptedMarket(LIT, {"POOR": poor, "RICH": rich}))) for _ in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_at_first_all_pools_are_asked_alike_and_at_once(kind: str) -> None:
    assert parents(dark_first(kind=kind), 1) == [{"POOR": 500, "RICH": 500}]


@pytest.mark.parametrize("kind", KINDS)
def test_later_parents_ask_more_where_earlier_ones_were_filled(kind: str) -> None:
    last = parents(dark_first(kind=kind), 60)[-1]
    assert last["RICH"] >= 900
    assert sum(last.values()) == 1_000


def test_a_parent_that_its_pools_filled_entirely_is_learnt_from_too() -> None:
    strategy = dark_first(kind="stochastic_approximation")
    assert parents(strategy, 1, rich=5_000, poor=5_000) == [{"POOR": 500, "RICH": 500}]
    (learnt,) = strategy._learnt.values()
    assert learnt._allocator._steps == 1  # type: ignore[attr-defined]


def test_odd_shares_go_to_the_pool_that_is_asked_for_most() -> None:
    trial = drive(dark_first(), buy(1_050), ScriptedMarket(LIT, {"A": 0, "B": 0}))
    assert asked(trial) == {"A": 550, "B": 500}


def test_what_the_pools_did_not_have_is_taken_at_the_lit_venue() -> None:
    trial = drive(dark_first(), buy(1_000), ScriptedMarket(LIT, {"A": 200, "B": 0}))
    assert [(c.order.venue, c.order.qty, c.filled) for c in trial.children] == [
        ("A", 500, 200),
        ("B", 500, 0),
        ("NYSE", 800, 800),
    ]


def test_the_fixed_order_is_one_pool_after_the_other() -> None:
    market = ScriptedMarket(LIT, {"A": 200, "B": 0})
    plain = drive(DarkFirst(), buy(1_000), ScriptedMarket(LIT, {"A": 200, "B": 0}))
    assert drive(DarkFirst(allocation=PoolAllocation(kind="fixed")), buy(1_000), market).sent == plain.sent


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_rules_of_a_strategy(kind: str) -> None:
    """A new object each time: what it learns from a parent is meant to change the next one."""
    check_strategy(lambda parent, view: dark_first(kind=kind)(parent, view))


def test_in_a_market_the_same_seed_gives_the_same_run() -> None:
    settings = {
        "duration": "3s",
        "agents.client.strategy": "{kind: dark_first, allocation: {kind: censored}}",
        "agents.client.orders.count": "20",
    }
    first, second = (run("us_equities", seed=3, set=settings) for _ in range(2))
    assert first.digest == second.digest
    assert first.summary.iloc[0]["dark_share"] > 0
