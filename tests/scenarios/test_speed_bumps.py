"""A venue's speed bump in a running market: whom it holds up, and whom not."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.build import build
from scenarios.load import load
from scenarios.run import RunResult, run
from sim.log import EventLog
from tests.scenarios.builders import messages, small
from venues.lit import LitVenue

US, MS = 1_000, 1_000_000
SENT, WAY, BUMP = 10 * MS, 150 * US, 350 * US
ORDER = {"at": "10ms", "side": "buy", "qty": 100}
CLIENT = {
    "kind": "router",
    "name": "client",
    "round_trip": "300us",
    "strategy": {"kind": "single_venue", "venue": "IEX"},
    "orders": [ORDER],
}
LADDER = {"kind": "resting_orders", "name": "ladder", "levels": 2, "size": 500}


def market(bump: Any, **keys: Any) -> dict[str, Any]:
    iex = {"name": "IEX", "kind": "lit", "service": "1ns", "speed_bump": bump}
    return small(venues=[iex], duration="20ms", warm_up="0s", agents=[LADDER, CLIENT], **keys)


def handled(result: RunResult, owner: int) -> list[int]:
    orders = result.orders
    return [int(at) for at in orders[orders["owner"] == owner]["at"]]


@pytest.mark.parametrize("bump", ["350us", {"delay": "350us"}, {"delay": "350us", "applies": "symmetric"}])
def test_every_inbound_message_is_held_up(bump: Any) -> None:
    result = run(market(bump))
    assert min(handled(result, owner=0)) >= BUMP
    assert handled(result, owner=1) == [SENT + WAY + BUMP + 1]


def test_a_bump_for_takers_lets_the_ladder_by() -> None:
    result = run(market({"delay": "350us", "applies": "takers"}))
    assert max(handled(result, owner=0)) < BUMP
    assert handled(result, owner=1) == [SENT + WAY + BUMP + 1]


@pytest.mark.parametrize(
    ("bump", "feed"),
    [
        ("350us", 100),
        ({"delay": "350us", "applies": "symmetric"}, 100 + BUMP),
        ({"delay": "1s", "applies": "takers"}, 100),
    ],
)
def test_only_a_symmetric_bump_holds_up_what_the_venue_says(bump: Any, feed: int) -> None:
    iex = build(load(market(bump)), EventLog()).venues["IEX"]
    assert isinstance(iex, LitVenue)
    assert iex.heard(100) == feed
    assert iex.outbound_bump == feed - 100


def test_a_symmetric_bump_makes_a_client_wait_for_the_report_too() -> None:
    def done(applies: str) -> int:
        """When the client knows that its order is filled, ns."""
        return int(run(market({"delay": "350us", "applies": applies})).tables.parent_ends["at"].iloc[0])

    assert done("inbound") == SENT + WAY + BUMP + 1 + WAY
    assert done("symmetric") == done("inbound") + BUMP


def test_a_bump_is_written_back_as_it_was() -> None:
    for bump in ("350us", {"delay": "350us", "applies": "takers"}):
        scenario = load(market(bump))
        assert scenario.model_dump()["venues"][0]["speed_bump"] == bump
        assert load(scenario) == scenario


def test_a_wrong_bump_says_what_to_write() -> None:
    assert messages(market({"delay": "350us", "applies": "makers"})) == [
        "venues.IEX.speed_bump.applies: 'makers' is not possible here; did you mean 'takers'? "
        "(write one of: inbound, symmetric, takers)"
    ]
    assert messages(market(350)) == ["venues.IEX.speed_bump: 350 has no unit; write 350us, 350ms or 350s"]
