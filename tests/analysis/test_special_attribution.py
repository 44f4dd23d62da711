"""Attribution and timelines of a market with auctions, halts, bands, icebergs and hidden orders: every share counts."""

from __future__ import annotations

import pytest

from analysis.attribution import attribute
from analysis.explain import timeline
from scenarios.run import RunResult, run

MARKETS = {
    "as shipped": (),
    "narrow bands": ("venues.MAIN.policies.band.width=0.0003",),
    "many halts": ("halts.planned=[{at: 3s, length: 200ms}, {at: 5s, length: 300ms}, {at: 8s, length: 1s}]",),
    "little displayed": ("agents.background.hidden_share=0.5", "agents.background.iceberg_share=0.4"),
    "a client who sends everywhere": ("agents.client.strategy=broadcast",),
    "a client of the batch venue": ("agents.client.venues=[BATCH]",),
}


@pytest.fixture(scope="module", params=list(MARKETS))
def result(request: pytest.FixtureRequest) -> RunResult:
    settings = ("duration=10s", "venues.MAIN.phases=[{at: 0s, state: pre_open}, {at: 1s, state: continuous}]")
    return run("trading_day", seed=11, set=(*settings, *MARKETS[request.param]))


def test_every_missed_share_has_a_cause(result: RunResult) -> None:
    found = attribute(result.tables)
    charged: dict[int, int] = {}
    for charge in found.charges:
        charged[charge.order_id] = charged.get(charge.order_id, 0) + charge.shares
    assert found.targets
    assert charged == {target.order_id: target.missed for target in found.targets if target.missed}


def test_every_parent_has_a_timeline(result: RunResult) -> None:
    for parent_id in result.tables["parents"]["parent_id"].tolist():
        assert "end: " in timeline(result.tables, parent_id)


def test_fees_of_venues_are_fees_of_continuous_trading_alone(result: RunResult) -> None:
    fills = result.tables.reports.query("last_qty > 0 and liquidity == 4")
    assert len(fills) > 0
    assert (fills["fee"] == 0).all()
