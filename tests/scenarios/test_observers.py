"""The paths over which routers see the market, as dislocations are measured against them."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.load import load
from scenarios.observers import observers
from scenarios.run import run
from tests.scenarios.builders import ROUTER, small


def seen_by(*agents: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return observers(load(small(agents=[*agents], **keys)))


@pytest.mark.parametrize("feed", ["direct", "sip"])
def test_both_paths_are_told_whichever_the_router_reads(feed: str) -> None:
    router = {**ROUTER, "feed": feed, "feed_latency": {"NYSE": "100us", "default": "70us"}, "sip_latency": "610us"}
    assert seen_by(router) == {"client": {"direct": {"NYSE": 100_000, "BATS": 70_000}, "sip": 610_000}}


def test_a_direct_path_is_half_of_the_round_trip_unless_it_is_stated() -> None:
    assert seen_by(ROUTER)["client"]["direct"] == {"NYSE": 150_000, "BATS": 150_000}


def test_a_random_path_is_told_by_its_mean() -> None:
    router = {**ROUTER, "sip_latency": {"kind": "normal", "mean": "2ms", "sd": "1ms"}}
    assert seen_by(router)["client"]["sip"] == 2_000_000


def test_a_symmetric_bump_holds_up_the_direct_feed_and_not_the_sip() -> None:
    venues = [{"name": "IEX", "kind": "lit", "speed_bump": {"delay": "350us", "applies": "symmetric"}}]
    assert seen_by(ROUTER, venues=venues)["client"] == {"direct": {"IEX": 500_000}, "sip": 200_000}


def test_paths_on_the_map_follow_from_it() -> None:
    venues = [{"name": "NYSE", "kind": "lit", "site": "mahwah"}]
    router = {"kind": "router", "name": "client", "site": "secaucus", "strategy": "smart"}
    paths = seen_by(router, venues=venues, feeds={"sip": {"site": "mahwah"}})["client"]
    assert paths["direct"]["NYSE"] == paths["sip"] == 217_880


def test_who_has_no_way_to_the_sip_is_no_observer() -> None:
    assert seen_by(ROUTER, feeds={}, venues=[{"name": "NYSE", "kind": "lit"}]) == {}
    venues = [{"name": "NYSE", "kind": "lit", "site": "mahwah"}]
    router = {"kind": "router", "name": "client", "site": "secaucus", "strategy": "smart"}
    assert seen_by(router, venues=venues) == {}
    assert seen_by({**ROUTER, "enabled": False}) == {}


def test_a_run_keeps_them() -> None:
    result = run(small(agents=[ROUTER], duration="20ms", warm_up="0s"))
    assert result.market["observers"]["client"]["sip"] == 200_000


@pytest.mark.parametrize(
    ("feed", "dislocated"), [({"latency": "100us", "processing": "0s"}, 0), ({"latency": "1ms"}, 1)]
)
def test_an_expectation_may_be_of_what_a_router_would_see(feed: dict[str, str], dislocated: int) -> None:
    ladder = {"kind": "resting_orders", "name": "ladder", "levels": 1, "size": 100}
    order = {"at": "5ms", "venue": "NYSE", "side": "buy", "qty": 100, "limit": 100.00}
    change = {"kind": "scripted", "name": "change", "orders": [order]}
    router = {**ROUTER, "sip_latency": "50us"}
    keys: dict[str, Any] = {"duration": "20ms", "warm_up": "2ms", "feeds": {"sip": feed}}
    expected = {"client.dislocations": {"equals": dislocated}}
    venues = [{"name": name, "kind": "lit", "service": "1ns"} for name in ("NYSE", "BATS")]
    result = run(small(agents=[ladder, change, router], venues=venues, expect=expected, **keys))
    assert [(verdict.value, verdict.holds) for verdict in result.expectations] == [(dislocated, True)]
