from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.crosschecks import CHECKS
from scenarios.load import load
from tests.scenarios.builders import ROUTER, file_with, messages, problems, small, with_agents

FLOW = {"kind": "background_flow", "limit_rate": "1/s", "market_rate": "1/s", "news": "1ms"}
MAKER = {"kind": "market_maker", "half_spread": 0.01, "size": 100, "news": "1ms"}
SNIPER = {"kind": "sniper", "count": 2}
DARK = {"kind": "dark_liquidity", "rate": "1/s"}
CONSTANT = {"kind": "constant"}


def test_every_check_says_what_holds_when_it_finds_nothing() -> None:
    assert all(check.__doc__ for check in CHECKS)


# -- names ------------------------------------------------------------------------------------------


def test_a_name_stands_for_one_agent() -> None:
    assert messages(with_agents({"kind": "idle"}, {"kind": "idle"})) == [
        "agents[1].name: 'idle' is the name of agents[0] too; give this one a `name` of its own"
    ]


def test_an_agent_and_a_venue_may_share_a_name() -> None:
    assert messages(with_agents({"kind": "idle", "name": "NYSE"})) == []


def test_an_expected_metric_belongs_to_an_agent_or_to_the_market() -> None:
    expect = {"client.fill_rate": {"at_least": 0}, "market.trades": {"at_least": 1}, "clent.fees": {"at_most": 0}}
    assert messages(with_agents(ROUTER, expect=expect)) == [
        "expect.clent.fees: no agent is named 'clent'; did you mean 'client'? (agents: client, market)"
    ]


def test_an_expected_metric_at_a_venue_names_one() -> None:
    expect = {"client@NYSE.fill_ratio": {"at_least": 0}, "client@NYS.fill_ratio": {"at_least": 0}}
    assert messages(with_agents(ROUTER, expect=expect)) == [
        "expect.client@NYS.fill_ratio: no venue is named 'NYS'; did you mean 'NYSE'? (venues: NYSE, BATS, POOL)"
    ]


def test_an_expected_metric_has_a_name() -> None:
    assert messages(with_agents(ROUTER, expect={"fill_rate": {"at_least": 0}})) == [
        "expect.fill_rate: names no metric; write agent.metric, such as client.fill_rate"
    ]


# -- time -------------------------------------------------------------------------------------------


def test_a_run_outlasts_its_warm_up() -> None:
    assert messages(with_agents({**ROUTER, "orders": {"count": 1, "size": 1}}, duration="2s")) == [
        "duration: 2s is over before the warm-up of 2s is; write more, or a shorter `warm_up`"
    ]


@pytest.mark.parametrize(
    ("orders", "message"),
    [
        ({"stop": "11s"}, "orders.stop: 11s is after the end at 10s; write that or less"),
        (
            {"horizon": "9s"},
            "orders.horizon: orders would arrive from 2s to 1s, which is no time; "
            "write an earlier `start`, a later `stop`, a shorter `horizon` or a longer `duration`",
        ),
        (
            {"start": "9s"},
            "orders.start: orders would arrive from 9s to 8s, which is no time; "
            "write an earlier `start`, a later `stop`, a shorter `horizon` or a longer `duration`",
        ),
        (
            {"start": "5s", "stop": "4s"},
            "orders.stop: orders would arrive from 5s to 4s, which is no time; "
            "write an earlier `start`, a later `stop`, a shorter `horizon` or a longer `duration`",
        ),
    ],
)
def test_parent_orders_arrive_while_the_market_runs(orders: dict[str, str], message: str) -> None:
    router = {**ROUTER, "orders": {"count": 1, "size": 100, **orders}}
    assert messages(with_agents(router, duration="10s")) == [f"agents.client.{message}"]


def test_a_listed_order_arrives_before_the_end() -> None:
    router = {**ROUTER, "orders": [{"at": "60s", "side": "buy", "qty": 100}]}
    assert messages(with_agents(router)) == [
        "agents.client.orders[0].at: 60s is not before the end at 60s; write an earlier time"
    ]


# -- prices and sizes -------------------------------------------------------------------------------


def test_the_opening_price_lies_on_the_tick() -> None:
    assert messages(small(instruments=[{"symbol": "XYZ", "tick": 0.05, "price": 100.02}])) == [
        "instruments.XYZ.price: 100.02 is not a multiple of the tick of 0.05; write for example 100.00"
    ]


def test_a_pool_needs_a_tick_with_an_exact_half() -> None:
    odd = [{"symbol": "XYZ", "tick": 0.0001, "price": 100}]
    assert messages(small(instruments=odd)) == [
        "instruments.XYZ.tick: 0.0001 has no exact half, which a dark pool's midpoint needs; "
        "write an even number of $0.0001"
    ]
    assert messages(small(instruments=odd, venues=[{"name": "NYSE", "kind": "lit"}])) == []


def test_flows_draw_round_lots() -> None:
    flow = {**FLOW, "size": [100, 250]}
    assert messages(with_agents(flow, fundamental=CONSTANT)) == [
        "agents.background_flow.size: 250 is not a multiple of the lot of 100; write for example [100, 200]"
    ]


def test_clients_may_send_odd_lots() -> None:
    assert messages(with_agents({**ROUTER, "orders": {"count": 1, "size": [1, 250]}})) == []


# -- who hears of what ------------------------------------------------------------------------------


def test_news_needs_a_fundamental_value_and_is_told_once() -> None:
    assert messages(with_agents(FLOW, MAKER)) == [
        "agents.background_flow.news: there is no `fundamental` for the news to tell background_flow, market_maker of; "
        "write for example `fundamental: {kind: jump, rate: 1/s, size: 0.02}`"
    ]


def test_a_limit_around_the_fair_value_needs_news() -> None:
    assert messages(with_agents({**DARK, "limit_offset": 0.01})) == [
        "agents.dark_liquidity.limit_offset: lies beyond a fair value that the agent has no `news` of; "
        "write for example `news: 10ms` beside it"
    ]


def test_who_reads_the_sip_needs_one() -> None:
    assert messages(with_agents({**ROUTER, "feed": "sip"}, feeds={})) == [
        "venues.POOL.reference.feed: there is no SIP to read; write `feeds: {sip: {}}`, or `feed: direct` here",
        "agents.client.feed: there is no SIP to read; write `feeds: {sip: {}}`, or `feed: direct` here",
    ]


# -- where agents trade -----------------------------------------------------------------------------


def test_makers_trade_on_lit_venues() -> None:
    assert messages(with_agents({**MAKER, "venues": ["NYSE", "POOL"]}, fundamental=CONSTANT)) == [
        "agents.market_maker.venues[1]: POOL is dark; a market_maker trades on lit venues: NYSE, BATS"
    ]


def test_all_venues_may_be_none_that_suits() -> None:
    assert messages(with_agents(DARK, venues=[{"name": "NYSE", "kind": "lit"}])) == [
        "agents.dark_liquidity.venues: a dark_liquidity trades on dark venues; add one to `venues`"
    ]


def test_a_router_needs_quotes() -> None:
    assert messages(with_agents({**ROUTER, "venues": ["POOL"]})) == [
        "agents.client.venues: a router needs a lit venue for its quotes; add one of NYSE, BATS"
    ]


def test_latencies_by_venue_cover_the_venues_of_the_agent() -> None:
    assert messages(with_agents({**ROUTER, "round_trip": {"NYSE": "1ms", "POOL": "1ms"}})) == [
        "agents.client.round_trip: says nothing of BATS; "
        "write `BATS: 400us`, or `default: 400us` for all that are not named"
    ]


def test_feed_latencies_cover_lit_venues_only() -> None:
    assert messages(with_agents({**ROUTER, "feed_latency": {"NYSE": "1ms", "BATS": "1ms"}})) == []


def test_a_pool_with_direct_feeds_hears_every_lit_venue() -> None:
    direct = {"name": "POOL", "kind": "dark", "reference": {"feed": "direct", "latency": {"NYSE": "1us"}}}
    venues = [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}, direct]
    assert messages(small(venues=venues)) == [
        "venues.POOL.reference.latency: says nothing of BATS; "
        "write `BATS: 400us`, or `default: 400us` for all that are not named"
    ]


def test_a_pool_has_one_latency_from_the_sip() -> None:
    by_venue = {"name": "POOL", "kind": "dark", "reference": {"latency": {"NYSE": "1us"}}}
    assert messages(small(venues=[{"name": "NYSE", "kind": "lit"}, by_venue])) == [
        "venues.POOL.reference.latency: the SIP has one place; write one latency, or `feed: direct` for some by venue"
    ]


def test_a_snipers_link_joins_two_lit_venues() -> None:
    links = {"NYSE": {"NYSE": "1us", "POOL": "1us"}, "POOL": {"BATS": "1us"}}
    assert messages(with_agents({**SNIPER, "links": links})) == [
        "agents.sniper.links.NYSE.NYSE: leads from NYSE to itself; that way is called `local`",
        "agents.sniper.links.NYSE.POOL: POOL is dark: a sniper trades on lit venues only",
        "agents.sniper.links.POOL: POOL is dark: it shows nothing to act on; take it out",
    ]


def test_no_more_firms_stand_at_a_venue_than_there_are() -> None:
    assert messages(with_agents({**SNIPER, "presence": {"NYSE": 3, "BATS": 2}})) == [
        "agents.sniper.presence.NYSE: 3 firms, but `count` is 2; write 2 or fewer"
    ]


# -- files ------------------------------------------------------------------------------------------


def test_a_recorded_file_is_looked_for_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "ordtype,uid,is_buy,qty,price,timestamp\nnew,1,True,100,1.00,2024-01-02 09:30:00.004\n"
    )
    replay = "agents: [{kind: replay, venue: NYSE, file: FILE}]\n"
    text = "name: small\ninstruments: [{symbol: X, price: 1}]\nvenues: [{name: NYSE, kind: lit}]\n" + replay
    assert problems(file_with(tmp_path, text.replace("FILE", "orders.csv"))) == []
    (problem,) = problems(file_with(tmp_path, text.replace("FILE", "order.csv")))
    assert problem.endswith(
        "agents.replay.file: there is no file 'order.csv' beside the scenario; "
        "did you mean 'orders.csv'? (there: orders.csv)"
    )


def test_an_agent_of_ones_own_must_exist(tmp_path: Path) -> None:
    file_with(tmp_path, "class Whale:\n    pass\n\nwhale = 1\n", "mine.py")
    scenario = file_with(tmp_path, load(with_agents({"kind": "idle"})).to_yaml())
    assert problems(scenario, ["agents.idle={kind: 'mine.py:Whale', appetite: 3, nap: 0.5}"]) == []
    assert problems(scenario, ["agents.idle={kind: 'mine.py:whale'}"]) == [
        "--set agents.whale.kind: mine.py:whale is not a class; name one"
    ]
    assert problems(scenario, ["agents.idle={kind: 'mine.py:Wale'}"]) == [
        "--set agents.Wale.kind: mine.py has no 'Wale'; did you mean 'Whale'? (known: Whale)"
    ]


def test_keys_of_ones_own_are_plain_values(tmp_path: Path) -> None:
    file_with(tmp_path, "class Whale:\n    pass\n", "mine.py")
    scenario = file_with(tmp_path, load(with_agents({"kind": "idle"})).to_yaml())
    whale = load(scenario, set=["agents.idle={kind: 'mine.py:Whale', appetite: 3, share: 0.5, who: [a]}"]).agents[0]
    assert whale.name == "Whale"
    assert whale.parameters() == {"appetite": 3, "share": 0.5, "who": ["a"]}


def test_a_venue_of_ones_own_must_exist(tmp_path: Path) -> None:
    file_with(tmp_path, "class Floor:\n    pass\n", "mine.py")
    scenario = file_with(tmp_path, load(small()).to_yaml())
    assert problems(scenario, ["venues.NYSE={name: NYSE, kind: 'mine.py:Floor', seats: 3}"]) == []
    floor = load(scenario, set=["venues.NYSE={name: NYSE, kind: 'mine.py:Floor', hours: {open: 9.5}}"]).venue("NYSE")
    assert floor.parameters() == {"hours": {"open": 9.5}}
    (problem,) = problems(scenario, ["venues.NYSE={name: NYSE, kind: 'yours.py:Floor'}"])
    assert problem.startswith("--set venues.NYSE.kind: no file ")


# -- together with mistakes of the pieces themselves ------------------------------------------------


def test_an_agent_with_a_mistake_is_still_held_against_the_others() -> None:
    router = {**ROUTER, "venues": ["POOL"], "strategy": "smrt"}
    assert [message.partition(":")[0] for message in messages(with_agents(router))] == [
        "agents.client.strategy",
        "agents.client.venues",
    ]


def test_an_example_that_does_not_fit_this_market_is_not_held_against_it() -> None:
    router = {**ROUTER, "round_trip": 5, "venues": ["LSE"]}
    assert messages(with_agents(router, {**DARK, "limit_offset": 0.01}, venues=[{"name": "LSE", "kind": "lit"}])) == [
        "agents.client.round_trip: 5 has no unit; write 5us, 5ms or 5s",
        "agents.dark_liquidity.limit_offset: lies beyond a fair value that the agent has no `news` of; "
        "write for example `news: 10ms` beside it",
        "agents.dark_liquidity.venues: a dark_liquidity trades on dark venues; add one to `venues`",
    ]


def test_what_rests_on_a_mistake_is_kept_back() -> None:
    assert messages(with_agents(FLOW, feeds={"sip": {"processing": 5}}, fundamental={"kind": "jmp"})) == [
        "fundamental.kind: 'jmp' is not a kind; did you mean 'jump'? (kinds: constant, jump, mean_reverting)",
        "feeds.sip.processing: 5 has no unit; write 5us, 5ms or 5s",
    ]


# -- bait -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("venues", [["NYSE"], ["POOL"]])
def test_bait_needs_a_pool_and_a_lit_venue(venues: list[str]) -> None:
    assert messages(with_agents({"kind": "dark_bait", "venues": venues})) == [
        "agents.dark_bait.venues: needs a dark pool and a lit venue; name one of each or more, or write `all`"
    ]


def test_bait_is_no_smaller_than_what_its_pool_takes() -> None:
    block = [{"name": "NYSE", "kind": "lit"}, {"name": "BLOCK", "kind": "dark", "min_qty": 500}]
    market = with_agents({"kind": "dark_bait", "bait": 100}, venues=block)
    assert messages(market) == [
        "agents.dark_bait.bait: BLOCK takes orders of 500 shares and more; write that, or other `venues`"
    ]
    assert messages(with_agents({"kind": "dark_bait", "bait": 0, "asks": True}, venues=block)) == []
