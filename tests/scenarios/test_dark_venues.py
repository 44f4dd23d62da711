"""Dark pools, block pools and internalisers in scenarios: every key reaches the market, every mistake is told."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.build import Market, build
from scenarios.load import load
from sim.log import EventLog
from tests.scenarios.builders import messages, small
from tests.scenarios.markets import lively
from venues.dark import DarkPool
from venues.internaliser import Internaliser
from venues.internaliser_terms import InternaliserTerms, Unwanted
from venues.messages import ExecType, Liquidity, Reason
from venues.policies import MinQtyMode
from venues.pool_policies import PLAIN_POOL, Conditionals, Indications, PoolPolicies, Priority, Unanswered

LIT = [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}]
FIRM = {"name": "W", "kind": "internaliser", "improvement": 0.001}


def pool_with(**keys: Any) -> DarkPool:
    venue = build(load(small(venues=[*LIT, {"name": "POOL", "kind": "dark", **keys}])), EventLog()).venues["POOL"]
    assert isinstance(venue, DarkPool)
    return venue


def firm_with(**keys: Any) -> Internaliser:
    venue = build(load(small(venues=[*LIT, {**FIRM, **keys}])), EventLog()).venues["W"]
    assert isinstance(venue, Internaliser)
    return venue


def wrong_with(**venue: Any) -> list[str]:
    return messages(small(venues=[*LIT, {"name": "POOL", "kind": "dark", **venue}]))


# -- pools --------------------------------------------------------------------------------------------------


def test_a_pool_that_says_nothing_is_plain():
    assert pool_with().book.policies == PLAIN_POOL


@pytest.mark.parametrize(
    ("written", "policies"),
    [
        ({"priority": "time"}, PoolPolicies(priority=Priority.TIME)),
        ({"priority": "size"}, PoolPolicies(priority=Priority.SIZE)),
        ({"min_execution": 500}, PoolPolicies(min_execution=500)),
        ({"min_qty": "aggregate"}, PoolPolicies(min_qty=MinQtyMode.AGGREGATE)),
        ({"min_qty": "per_interaction"}, PoolPolicies(min_qty=MinQtyMode.PER_INTERACTION)),
        ({"conditionals": "none"}, PoolPolicies(conditionals=Conditionals.NONE)),
        ({"conditionals": "allowed"}, PoolPolicies(conditionals=Conditionals.ALLOWED)),
        ({"conditionals": "only", "firm_up": "2ms"}, PoolPolicies(conditionals=Conditionals.ONLY, firm_up=2_000_000)),
        (
            {"conditionals": "only", "unanswered": "requeue"},
            PoolPolicies(conditionals=Conditionals.ONLY, unanswered=Unanswered.REQUEUE),
        ),
        (
            {"conditionals": "only", "unanswered": "cancel"},
            PoolPolicies(conditionals=Conditionals.ONLY, unanswered=Unanswered.CANCEL),
        ),
        ({"indications": "none"}, PoolPolicies(indications=Indications.NONE)),
        ({"indications": "side"}, PoolPolicies(indications=Indications.SIDE)),
        (
            {"indications": "size", "indication_step": 500},
            PoolPolicies(indications=Indications.SIZE, indication_step=500),
        ),
    ],
)
def test_every_policy_reaches_the_pool(written: dict[str, Any], policies: PoolPolicies):
    assert pool_with(policies=written).book.policies == policies


def test_policies_are_written_back_as_they_were():
    pool = {"name": "POOL", "kind": "dark", "policies": {"priority": "size", "conditionals": "only", "firm_up": "2ms"}}
    scenario = load(small(venues=[*LIT, pool]))
    assert load(scenario.model_dump()) == scenario


def test_a_block_pool_is_a_pool_with_a_large_minimum():
    assert pool_with(min_qty=10_000, policies={"conditionals": "only"}).book.min_qty == 10_000


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        ({"priority": "fast"}, "priority: 'fast' is not possible here; write one of: time, size"),
        ({"conditionals": "yes"}, "conditionals: 'yes' is not possible here; write one of: none, allowed, only"),
        ({"unanswered": "keep"}, "unanswered: 'keep' is not possible here; write one of: cancel, requeue"),
        ({"indications": "all"}, "indications: 'all' is not possible here; write one of: none, side, size"),
        ({"conditionals": "only", "firm_up": "0s"}, "firm_up: "),
        ({"min_execution": 0}, "min_execution: "),
        ({"prioritty": "size"}, "prioritty: unknown key; did you mean 'priority'?"),
        (
            {"firm_up": "2ms"},
            "firm_up: POOL takes no conditional orders; write `conditionals: allowed`, or take it out",
        ),
        (
            {"unanswered": "requeue"},
            "unanswered: POOL takes no conditional orders; write `conditionals: allowed`, or take it out",
        ),
        (
            {"indication_step": 100},
            "indication_step: POOL indicates no sizes; write `indications: size`, or take it out",
        ),
    ],
)
def test_a_policy_that_is_none_is_told(policies: dict[str, Any], message: str):
    (told,) = wrong_with(policies=policies)
    assert told.startswith(f"venues.POOL.policies.{message}")


# -- internalisers ------------------------------------------------------------------------------------------


def test_an_internaliser_has_the_terms_that_are_written():
    firm = firm_with(max_qty=2_000, position_limit=50_000)
    assert firm.terms == InternaliserTerms(improvement=10, max_qty=2_000, position_limit=50_000)


@pytest.mark.parametrize("unwanted", list(Unwanted))
def test_what_becomes_of_the_unwanted_is_a_policy(unwanted: Unwanted):
    route = {"route": {"venue": "NYSE"}} if unwanted is Unwanted.ROUTE_OUT else {}
    assert firm_with(unwanted=str(unwanted), **route).terms.unwanted is unwanted


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"unwanted": "route_out"}, "unwanted: W has no `route`; write for example `route: {venue: NYSE}` beside it"),
        ({"route": {"venue": "NYSE"}}, "route: nothing is routed out; write `unwanted: route_out`, or take it out"),
        ({"unwanted": "route_out", "route": {"venue": "NYES"}}, "route.venue: no venue is named 'NYES'; did you mean"),
        ({"unwanted": "route_out", "route": {"venue": "W"}}, "route.venue: W shows no quotes to take; "),
        ({"unwanted": "sell"}, "unwanted: 'sell' is not possible here; write one of: refuse, route_out"),
        ({"improvement": -0.01}, "improvement: "),
    ],
)
def test_a_mistake_in_an_internaliser_is_told(keys: dict[str, Any], message: str):
    (told,) = messages(small(venues=[*LIT, {**FIRM, **keys}]))
    assert told.startswith(f"venues.W.{message}")


def test_the_improvement_must_be_stated():
    (told,) = messages(small(venues=[*LIT, {"name": "W", "kind": "internaliser"}]))
    assert told == "venues.W.improvement: missing; write for example `improvement: 0.0010`"


def test_an_internaliser_needs_its_national_best_like_a_pool():
    (told,) = messages(small(venues=[*LIT, FIRM], feeds={}))
    assert told.startswith("venues.W.reference.feed: there is no SIP to read")


def test_the_firm_and_an_agent_may_not_share_a_name():
    (told,) = messages(small(venues=[*LIT, FIRM], agents=[{"kind": "idle", "name": "W"}]))
    assert told == "venues.W.name: an agent is named 'W' too, and the firm is a participant; write another name"


@pytest.mark.parametrize(
    "agent",
    [
        {"kind": "resting_orders", "levels": 1, "size": 100},
        {"kind": "dark_liquidity", "rate": "1/s"},
    ],
)
def test_nobody_rests_at_an_internaliser(agent: dict[str, Any]):
    told = messages(small(venues=[*LIT, FIRM], agents=[{**agent, "venues": ["W"]}]))
    assert told == [
        f"agents.{agent['kind']}.venues: W is an internaliser: nothing rests there and it shows no quotes; "
        f"name the venues of a {agent['kind']} without it"
    ]


# -- together -----------------------------------------------------------------------------------------------

RETAIL = {
    "kind": "background_flow",
    "name": "retail",
    "venues": ["W"],
    "limit_rate": "0/s",
    "market_rate": "100/s",
    "news": "10ms",
}
BLOCKS = {
    "name": "BLOCKS",
    "kind": "dark",
    "min_qty": 1_000,
    "policies": {"conditionals": "only", "firm_up": "1ms", "unanswered": "requeue"},
}
HOUSES = {
    "kind": "conditional_interest",
    "venues": ["BLOCKS", "BLOCKS2"],
    "rate": "50/s",
    "size": [1000, 5000],
    "lifetime": "100ms",
    "round_trip": "200us",
}


def market(seed: int = 3) -> Market:
    """The lively market with retail orders at an internaliser and three houses in two block pools, run to its end."""
    firm = {**FIRM, "position_limit": 300, "unwanted": "route_out", "route": {"venue": "NYSE"}}
    base = lively()
    houses = [{**HOUSES, "name": f"house{number}", "reaction": f"{250 * number}us"} for number in (1, 2, 3)]
    named = {"resting_orders", "background_flow", "market_maker", "sniper"}
    agents = [{**a, "venues": ["NYSE", "BATS"]} if a["kind"] in named else a for a in base["agents"]]
    agents = [{**a, "venues": ["POOL"]} if a["kind"] == "dark_liquidity" else a for a in agents]
    venues = [*base["venues"], firm, BLOCKS, {**BLOCKS, "name": "BLOCKS2"}]
    scenario = load({**base, "venues": venues, "agents": [*agents, RETAIL, *houses]})
    made = build(scenario, EventLog(), seed)
    made.start()
    made.advance(scenario.duration)
    made.finish()
    return made


@pytest.fixture(scope="module")
def ran() -> Market:
    return market()


def reports_at(ran: Market, venue: str) -> Any:
    reports = ran.log.arrays()["reports"]
    return reports[reports["venue"] == ran.venues[venue].number]


def test_an_internaliser_fills_retail_orders_and_routes_the_rest(ran: Market):
    fills = reports_at(ran, "W")
    fills = fills[fills["exec_type"] == ExecType.TRADE]
    assert (fills["liquidity"] == Liquidity.TAKER).sum() > 10
    assert (fills["liquidity"] == Liquidity.ROUTED).sum() > 10


def test_the_position_is_kept_within_its_limit_and_adds_up(ran: Market):
    inventory = ran.log.arrays()["inventory"]
    assert abs(inventory["position"]).max() <= 300
    fills = reports_at(ran, "W")
    own = fills[fills["owner"] == ran.numbers["W"]]
    assert (own["side"] * own["last_qty"]).sum() == inventory["position"][-1]


def test_firm_up_rates_emerge_from_the_houses_races(ran: Market):
    rates = {}
    for number in (1, 2, 3):
        heard = [
            reports[reports["owner"] == ran.numbers[f"house{number}"]]
            for reports in (reports_at(ran, "BLOCKS"), reports_at(ran, "BLOCKS2"))
        ]
        invited = sum(int((told["reason"] == Reason.INVITATION).sum()) for told in heard)
        firmed = sum(int((told["reason"] == Reason.FIRMED_UP).sum()) for told in heard)
        assert invited > 20
        rates[number] = firmed / invited
    assert 0 < rates[2] < 1
    assert rates[1] > 0
    assert sum(int((reports_at(ran, pool)["exec_type"] == ExecType.TRADE).sum()) for pool in ("BLOCKS", "BLOCKS2")) > 10


def test_only_blocks_trade_in_a_block_pool_but_for_whole_rests(ran: Market):
    orders = ran.log.arrays()["orders"]
    block = orders[(orders["venue"] == ran.venues["BLOCKS"].number) & (orders["action"] == 0)]
    refused = reports_at(ran, "BLOCKS")
    refused = refused[refused["reason"] == Reason.BELOW_MINIMUM]
    assert set(block["order_id"][block["qty"] < 1_000]) == set(refused["order_id"])


def test_the_same_seed_is_the_same_market(ran: Market):
    assert market().log.digest() == ran.log.digest()


@pytest.mark.parametrize(
    ("pool", "wrong", "message"),
    [
        (
            {},
            {},
            "venues: POOL takes no conditional orders; write `policies: {conditionals: allowed}` there, or name other "
            "venues here",
        ),
        (
            {"min_qty": 6000, "policies": {"conditionals": "only"}},
            {},
            "size: POOL takes orders of 6000 shares and more; write no less, or other `venues`",
        ),
        (
            {"policies": {"conditionals": "only"}},
            {"size": [5050, 6000]},
            "size: 5050 is not a multiple of the lot of 100; write for example [5000, 6000]",
        ),
    ],
)
def test_conditional_interest_is_shown_where_it_is_taken(pool: dict[str, Any], wrong: dict[str, Any], message: str):
    venues = [*LIT, {"name": "POOL", "kind": "dark", **pool}]
    house = {"kind": "conditional_interest", "name": "house", "rate": "1/s", "size": [5000, 6000], **wrong}
    assert messages(small(venues=venues, agents=[house])) == [f"agents.house.{message}"]


def test_an_institution_has_interests_or_is_left_out():
    venues = [*LIT, {"name": "POOL", "kind": "dark", "policies": {"conditionals": "only"}}]
    assert messages(
        small(venues=venues, agents=[{"kind": "conditional_interest", "name": "house", "rate": "0/s"}])
    ) == ["agents.house: a rate of 0 is no interest; write for example `rate: 1/s`, or `enabled: false`"]
