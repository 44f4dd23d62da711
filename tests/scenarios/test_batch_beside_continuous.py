"""A venue that trades in batches beside one that trades as orders come: the same makers and snipers at both."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.run import RunResult, run
from tests.scenarios.markets import lively

MS = 1_000_000
BATCH = 50 * MS


@pytest.fixture(scope="module")
def result() -> RunResult:
    venues = [
        {"name": "NYSE", "kind": "lit"},
        {"name": "BATCH", "kind": "lit", "policies": {"batch_interval": "50ms", "reference_px": 100}},
        {"name": "POOL", "kind": "dark"},
    ]
    agents = [
        {**agent, "links": {"NYSE": {"BATCH": "20us"}, "BATCH": {"NYSE": "20us"}}} if "links" in agent else agent
        for agent in lively()["agents"]
    ]
    return run(lively(venues=venues, agents=agents))


def test_the_batch_venue_trades_at_its_times_alone_and_the_other_in_between(result: RunResult) -> None:
    trades = result.tables.trades
    batches, continuous = (trades[trades["venue"] == venue]["at"] for venue in (1, 0))
    assert len(batches) > 20
    assert set(batches % BATCH) <= {0, 1}, "at the multiple, and acted on when everything of that time is in"
    assert len(continuous) > 20
    assert np.mean(continuous % BATCH > 1) > 0.9


def test_a_batch_has_one_price(result: RunResult) -> None:
    trades = result.tables.trades
    prices = trades[trades["venue"] == 1].groupby("at")["price"].nunique()
    assert set(prices) == {1}


def test_makers_and_snipers_are_at_both(result: RunResult) -> None:
    orders, kinds = result.tables.orders, {a["id"]: a["kind"] for a in result.market["agents"]}
    there = {(kinds[owner], venue) for owner, venue in zip(orders["owner"], orders["venue"], strict=True)}
    assert {("market_maker", 0), ("market_maker", 1), ("sniper", 0)} <= there
    taken = result.tables.trades
    takers = {kinds[owner] for owner in taken[taken["venue"] == 0]["taker"]}
    assert "sniper" in takers
