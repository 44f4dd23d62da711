from __future__ import annotations

from typing import Any

import pytest

from scenarios.load import load
from scenarios.model import NormalLatency
from tests.scenarios.builders import ROUTER, problems, with_agents

MAKER = {"kind": "market_maker", "name": "makers", "half_spread": 0.01, "size": 100, "news": "1ms"}


def market(**keys: Any) -> dict[str, Any]:
    return with_agents(ROUTER, MAKER, fundamental={"kind": "jump", "rate": "1/s", "size": 0.02}, **keys)


def client_with(*settings: str) -> Any:
    return load(market(), set=settings).agent("client")


# -- what can be set --------------------------------------------------------------------------------


def test_a_key_at_the_top() -> None:
    assert load(market(), set=["duration=10s"]).duration == 10_000_000_000


def test_a_list_item_is_addressed_by_its_name() -> None:
    assert load(market(), set=["venues.BATS.speed_bump=1ms"]).venue("BATS").speed_bump.delay == 1_000_000


@pytest.mark.parametrize("path", ["instruments.0.tick", "instruments[0].tick", "instruments.XYZ.tick"])
def test_a_list_item_is_addressed_by_its_index_too(path: str) -> None:
    assert load(market(), set=[f"{path}=0.05"]).instrument.tick == 500


def test_a_key_that_was_not_there_is_made() -> None:
    assert load(market(), set=["venues.NYSE.fees.taker=0.0030"]).venue("NYSE").fees.taker == 3_000


def test_a_value_is_yaml() -> None:
    news = load(market(), set=["agents.makers.news={kind: normal, mean: 2ms, sd: 100us}"]).agent("makers").news
    assert isinstance(news, NormalLatency)
    assert (news.mean, news.sd) == (2_000_000, 100_000)


def test_settings_may_be_a_mapping() -> None:
    changed = load(market(), set={"seed": 3, "duration": "10s", "venues.BATS.fees": {"taker": -0.001}})
    assert (changed.seed, changed.duration, changed.venue("BATS").fees.taker) == (3, 10_000_000_000, -1_000)


def test_the_last_of_two_settings_counts() -> None:
    assert load(market(), set=["seed=1", "seed=2"]).seed == 2


def test_a_value_may_contain_an_equals_sign() -> None:
    assert load(market(), set=["description=a=b"]).description == "a=b"


def test_an_agent_can_be_left_out() -> None:
    assert load(market(), set=["agents.makers.enabled=false"]).agent("makers").enabled is False


def test_a_key_without_a_value_can_be_opened() -> None:
    assert load(market(venues=[{"name": "NYSE", "kind": "lit", "fees": None}]), set=["venues.NYSE.fees.taker=0.001"])


def test_an_expectation_is_set_by_its_metric() -> None:
    changed = load(market(), set=["expect.client.fill_rate.at_least=0.5", "expect.client.fill_rate.at_most=0.9"])
    assert str(changed.expect["client.fill_rate"]) == "at least 0.5 and at most 0.9"


def test_the_seed_argument_replaces_the_seed() -> None:
    assert load(market(seed=1), set=["seed=2"], seed=3).seed == 3


def test_what_was_loaded_before_is_not_changed() -> None:
    source = market()
    load(source, set=["venues.NYSE.speed_bump=1ms"])
    assert "speed_bump" not in source["venues"][0]


def test_a_scenario_that_was_loaded_can_be_changed() -> None:
    assert load(load(market()), set=["duration=10s"]).duration == 10_000_000_000


# -- strategies, latencies --------------------------------------------------------------------------


def test_a_strategy_is_replaced_by_a_bare_name() -> None:
    assert client_with("agents.client.strategy=broadcast").strategy.kind == "broadcast"


def test_a_strategy_is_replaced_by_a_variant() -> None:
    scenario = load(
        market(strategies={"patient": {"kind": "smart", "pause": "9ms"}}), set=["agents.client.strategy=patient"]
    )
    assert scenario.agent("client").strategy.parameters()["pause"] == 9_000_000


def test_a_new_kind_drops_the_parameters_of_the_old_one() -> None:
    client = client_with(
        "agents.client.strategy={kind: dark_first, pools: [POOL]}", "agents.client.strategy.kind=single_venue"
    )
    assert "pools" not in client.strategy.parameters()


def test_the_same_kind_again_drops_nothing() -> None:
    client = client_with("agents.client.strategy={kind: smart, pause: 9ms}", "agents.client.strategy.kind=smart")
    assert client.strategy.parameters()["pause"] == 9_000_000


def test_below_a_bare_name_a_parameter_can_be_set() -> None:
    assert client_with("agents.client.strategy.pause=9ms").strategy.parameters()["pause"] == 9_000_000


def test_below_a_variant_a_parameter_can_be_set() -> None:
    variants = {"patient": {"kind": "dark_first", "pause": "9ms"}}
    changed = load(
        market(strategies=variants), set=["agents.client.strategy=patient", "agents.client.strategy.revisit=5ms"]
    )
    parameters = changed.agent("client").strategy.parameters()
    assert (parameters["pause"], parameters["revisit"]) == (9_000_000, 5_000_000)
    assert changed.strategies["patient"].parameters()["revisit"] != 5_000_000


def test_below_a_latency_for_all_venues_that_of_one_can_be_set() -> None:
    trip = client_with("agents.client.round_trip.BATS=1ms").round_trip
    assert (trip.of("BATS").value, trip.of("NYSE").value) == (1_000_000, 300_000)


def test_below_a_distribution_for_all_venues_that_of_one_can_be_set() -> None:
    normal = "agents.client.round_trip={kind: normal, mean: 1ms, sd: 1us}"
    trip = client_with(normal, "agents.client.round_trip.BATS=2ms").round_trip
    assert [str(trip.of(venue)) for venue in ("NYSE", "BATS")] == ["normal 1ms +- 1us", "2ms"]


def test_an_agent_keeps_its_keys_when_its_kind_is_set() -> None:
    assert load(market(), set=["agents.makers.kind=market_maker"]).agent("makers").half_spread == 100


# -- what cannot ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("duration", "--set duration: has no value; write path=value, such as duration=10s"),
        ("=5", "--set: names nothing; write path=value, such as duration=10s"),
        ("duration=10", "--set duration: 10 has no unit; write 10us, 10ms or 10s"),
        (
            "agents.clint.feed=sip",
            "--set agents.clint: nothing here is named 'clint'; did you mean 'client'? (agents: client, makers)",
        ),
        (
            "agents.client.fed=sip",
            "--set agents.client.fed: unknown key; did you mean 'feed'? (keys here: kind, name, enabled, venues, "
            "feed, sip_latency, retail_latency, medium, site, feed_latency, depth, round_trip, strategy, orders, "
            "markout_horizon, max_live_parents, risk, explain, features)",
        ),
        (
            "agents.client.feed.speed=1",
            "--set agents.client.feed.speed: agents.client.feed is 'direct', which has no 'speed'",
        ),
        ("venues.7.kind=lit", "--set venues.7: nothing here is named '7'; venues: NYSE, BATS, POOL"),
        (
            "duration=[",
            "--set duration: '[' is not YAML: expected the node content, but found '<stream end>' "
            "while parsing a flow node",
        ),
        ("agents.makers.count=-1", "--set agents.makers.count: -1 is negative; write a whole number of 0 or more"),
        (
            "duraton=10s",
            "--set duraton: unknown key; did you mean 'duration'? (keys here: name, description, duration, warm_up, "
            "regime, seed, instruments, fundamental, venues, halts, feeds, strategies, agents, expect, sites, media, "
            "abstract)",
        ),
    ],
)
def test_a_wrong_setting_says_what_to_write(setting: str, problem: str) -> None:
    assert problems(with_agents({**ROUTER, "feed": "direct"}, MAKER, fundamental={"kind": "constant"}), [setting]) == [
        problem
    ]


def test_two_items_of_one_name_are_told_apart_by_index() -> None:
    twice = with_agents({"kind": "idle", "name": "a"}, {"kind": "idle", "name": "a"})
    assert problems(twice, ["agents.a.enabled=false"])[0] == (
        "--set agents.a: 2 items have this name; write the index, such as 0"
    )


def test_a_mistake_deep_in_a_value_names_its_place() -> None:
    assert problems(market(), ["agents.makers.news={kind: normal, mean: 2, sd: 1us}"]) == [
        "--set agents.makers.news.mean: 2 has no unit; write 2us, 2ms or 2s"
    ]


def test_every_wrong_setting_is_told() -> None:
    assert len(problems(market(), ["duration=1", "agents.nobody.count=1", "seed=x", "warm_up"])) == 4


def test_a_wrong_seed_is_told_as_such() -> None:
    assert problems(market(), seed=-1) == ["--seed seed: -1 is negative; write a whole number of 0 or more"]
