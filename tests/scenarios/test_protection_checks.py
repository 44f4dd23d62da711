"""What `check` says of order protection that does not fit its market, and what a scenario makes of one that does."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.build import build
from scenarios.load import load
from sim.log import EventLog
from tests.scenarios.builders import messages, with_agents

FLOW = {"kind": "background_flow", "limit_rate": "1/s", "market_rate": "1/s", "news": "1ms", "stop_share": 0.1}


def market(protection: dict[str, Any], *agents: dict[str, Any], others: bool = True, **venue: Any) -> dict[str, Any]:
    """NYSE has this protection and these keys; BATS is beside it, unless it is alone."""
    venues = [{"name": "NYSE", "kind": "lit", "protection": protection, **venue}]
    venues += [{"name": "BATS", "kind": "lit"}] if others else []
    return with_agents(*agents, venues=venues, feeds={}, fundamental={"kind": "constant"})


@pytest.mark.parametrize("action", ["cancel", "reprice", "route_out"])
@pytest.mark.parametrize("locks", ["reject", "reprice", "route_out"])
def test_every_named_value_is_taken_and_written_back(action: str, locks: str) -> None:
    scenario = load(market({"action": action, "locks": locks}))
    assert scenario.model_dump()["venues"][0]["protection"]["action"] == action
    assert scenario.model_dump()["venues"][0]["protection"]["locks"] == locks
    assert load(scenario.model_dump()) == scenario


def test_a_venue_without_a_key_has_no_protection() -> None:
    assert load(with_agents()).venues[0].model_dump().get("protection") is None


def test_another_value_is_a_mistake() -> None:
    (told,) = messages(market({"action": "ignore"}))
    assert told.startswith("venues.NYSE.protection.action: 'ignore' is not possible here")


def test_the_sip_that_it_sees_must_be_there() -> None:
    assert messages(market({"reference": {"feed": "sip"}})) == [
        "venues.NYSE.protection.reference.feed: there is no SIP to read; write `feeds: {sip: {}}`, "
        "or `feed: direct` here"
    ]


def test_there_is_somebody_to_protect() -> None:
    assert messages(market({}, others=False)) == [
        "venues.NYSE.protection: there is no other lit venue to protect; add one to `venues`, or take it out"
    ]


def test_a_batch_venue_cannot_look_order_by_order() -> None:
    (told,) = messages(market({}, policies={"batch_interval": "100ms"}))
    assert told.endswith("take `protection` or `batch_interval` out")


def test_what_comes_back_takes_its_id_again() -> None:
    never = {"id_reuse": "never"}
    assert messages(market({"action": "cancel"}, policies=never)) == []
    (told,) = messages(market({"action": "route_out"}, policies=never))
    assert told.startswith("venues.NYSE.policies.id_reuse: what comes back from other venues takes its id again")


def test_a_link_is_of_use_to_who_routes_out() -> None:
    (told,) = messages(market({"action": "cancel", "link": "1us"}))
    assert told == (
        "venues.NYSE.protection.link: nothing is routed out: the action is cancel; "
        "write `action: route_out`, or take it out"
    )
    assert messages(market({"action": "cancel", "locks": "route_out", "link": "1us"})) == []


def test_a_link_reaches_every_other_lit_venue() -> None:
    (told,) = messages(market({"link": {"NYSE": "1us"}}))
    assert told == "venues.NYSE.protection.link: says nothing of BATS; write for example `BATS: 100us`"


def test_protected_venues_refuse_the_stop_orders_of_flow() -> None:
    (told,) = messages(market({}, FLOW))
    assert told == (
        "agents.background_flow.stop_share: NYSE has order protection and refuses stop orders; "
        "write 0, or other `venues`"
    )


def test_a_venue_that_routes_out_is_a_participant_at_the_others() -> None:
    made = build(load(market({})), EventLog())
    assert made.numbers == {"NYSE/routing": 0}
    assert made.kinds["NYSE/routing"] == "routing"


def test_one_that_does_not_is_none() -> None:
    assert build(load(market({"action": "cancel"})), EventLog()).numbers == {}
