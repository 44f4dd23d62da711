"""Fast takers in a scenario: their defaults, and what `check` says of those that can do nothing."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.fast_agents import HFT_REACTION
from scenarios.load import load
from scenarios.problems import ScenarioError

BASE: dict[str, Any] = {
    "name": "small",
    "instruments": [{"symbol": "XYZ", "price": 100}],
    "venues": [
        {"name": "NYSE", "kind": "lit"},
        {"name": "BATS", "kind": "lit"},
        {"name": "POOL", "kind": "dark", "min_qty": 500, "reference": {"feed": "direct"}},
    ],
    "feeds": {"sip": {}},
}


def told(agent: dict[str, Any], **changes: Any) -> list[str]:
    """What `check` says of a market with this agent."""
    try:
        load({**BASE, "agents": [agent], **changes})
    except ScenarioError as error:
        return [problem.message for problem in error.problems]
    return []


@pytest.mark.parametrize("kind", ["sniper", "sweep_anticipator", "cross_venue_arbitrageur", "dark_picker"])
def test_a_fast_taker_reacts_within_29us_and_a_jitter_unless_it_says_otherwise(kind):
    needs = {"dark_picker": {"ping": 500}, "sweep_anticipator": {"links": {"NYSE": {"BATS": "60us"}}}}
    made: Any = load({**BASE, "agents": [{"kind": kind, **needs.get(kind, {})}]}).agents[0]
    assert made.reaction == HFT_REACTION
    assert str(made.reaction) == "29us + gamma 5us, shape 2"


def test_an_arbitrageur_needs_two_lit_venues():
    assert told({"kind": "cross_venue_arbitrageur", "venues": ["NYSE"]}) == [
        "trades on NYSE; name two lit venues or more, or write `all`"
    ]


def test_alpha_is_a_share_of_a_price():
    assert told({"kind": "cross_venue_arbitrageur", "alpha": 1.5}) == [
        "1.5 is no share of a price; write for example 0.001 for 0.1 %"
    ]


def test_a_picker_needs_a_pool_and_somewhere_to_go_with_what_it_got():
    assert told({"kind": "dark_picker", "ping": 500, "venues": ["POOL"]}) == [
        "needs a dark pool and a lit venue; name one of each or more, or write `all`"
    ]


def test_a_ping_is_an_order_that_the_pool_takes():
    assert told({"kind": "dark_picker", "ping": 100}) == [
        "POOL takes orders of 500 shares and more; write that, or other `venues`"
    ]


def test_without_a_sip_there_is_no_stale_midpoint():
    assert told({"kind": "dark_picker", "ping": 500}, feeds={}) == [
        "there is no SIP whose midpoint could be stale; write `feeds: {sip: {}}`"
    ]


def test_an_anticipator_without_links_would_see_nothing():
    assert told({"kind": "sweep_anticipator"}) == [
        "missing; write for example `links: {NASDAQ: {BATS: 20us, NYSE: 60us}}`"
    ]


def test_all_venues_of_a_picker_are_exchanges_and_pools():
    venues = [*BASE["venues"], {"name": "FIRM", "kind": "internaliser", "improvement": 0.001}]
    scenario = load({**BASE, "venues": venues, "agents": [{"kind": "dark_picker", "ping": 500}]})
    agent: Any = scenario.agents[0]
    assert scenario.venues_of(agent) == ("NYSE", "BATS", "POOL")


def test_links_from_everywhere_to_everywhere_join_exchanges_alone():
    venues = [*BASE["venues"], {"name": "FIRM", "kind": "internaliser", "improvement": 0.001}]
    placed = [{**venue, "site": "mahwah"} for venue in venues]
    market = {**BASE, "venues": placed, "feeds": {"sip": {"site": "mahwah"}}}
    agent: Any = load({**market, "agents": [{"kind": "sniper", "venues": ["NYSE", "BATS"], "links": "wire"}]}).agents[0]
    assert list(agent.links) == ["NYSE", "BATS"]


def test_a_learning_rate_is_a_share():
    maker = {"kind": "market_maker", "half_spread": 0.01, "size": 100, "news": "1ms", "learning": {"rate": 3}}
    assert told(maker, fundamental={"kind": "constant"}) == [
        "3 is not a share; write a number from 0 to 1, such as 0.1 for 10 %"
    ]


@pytest.mark.parametrize("links", [{}, {"NYSE": {}}])
def test_an_anticipator_without_a_link_hears_of_no_sweep(links):
    assert told({"kind": "sweep_anticipator", "links": links}) == [
        "names no link, so it hears of no sweep; write for example {NASDAQ: {BATS: 20us}}"
    ]
