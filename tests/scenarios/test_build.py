"""A built market does what its scenario says: who is there, how far apart they stand, what they pay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.participant import Idle
from agents.router import Router
from agents.sniper import Sniper
from scenarios.build import Market, build, latency_model
from scenarios.fast_building import less
from scenarios.load import ScenarioError, load
from scenarios.run import RunResult, run
from sim.latency import Constant, Empirical, Exponential, Gamma, LatencyModel, Lognormal, Normal, Sum, Uniform
from sim.log import EventLog
from tests.scenarios.builders import small
from tests.scenarios.markets import lively
from venues.dark import DarkPool
from venues.lit import LitVenue

US, MS = 1_000, 1_000_000
AT_ONCE = "1ns"
"""The shortest latency."""

NYSE, BATS = (
    {"name": "NYSE", "kind": "lit", "service": AT_ONCE},
    {"name": "BATS", "kind": "lit", "service": AT_ONCE},
)
LADDER = {"kind": "resting_orders", "name": "ladder", "levels": 2, "size": 500}


def built(**keys: Any) -> Market:
    return build(load(small(**keys)), EventLog())


def client(**keys: Any) -> dict[str, Any]:
    """A router that sends 100 shares to NYSE at 10 ms."""
    order = {"at": "10ms", "side": "buy", "qty": 100}
    strategy = {"kind": "single_venue", "venue": "NYSE"}
    return {
        "kind": "router",
        "name": "client",
        "round_trip": "300us",
        "strategy": strategy,
        "orders": [order],
        **keys,
    }


def short(*agents: dict[str, Any], **keys: Any) -> RunResult:
    """20 ms of a small market."""
    return run(small(duration="20ms", warm_up="0s", agents=list(agents), **keys))


def number_of(result: RunResult, name: str) -> int:
    return int(next(agent["id"] for agent in result.market["agents"] if agent["name"] == name))


def handled(result: RunResult, agent: str, venue: str = "NYSE") -> list[int]:
    """When a venue's engine took an agent's messages, ns."""
    orders = result.orders
    places = {row["name"]: row["id"] for row in result.market["venues"]}
    own = orders[(orders["owner"] == number_of(result, agent)) & (orders["venue"] == places[venue])]
    return [int(at) for at in own["at"]]


# -- who is there -----------------------------------------------------------------------------------


def test_venues_stand_in_the_order_of_the_scenario() -> None:
    pool_first = [{"name": "POOL", "kind": "dark"}, NYSE, BATS]
    market = built(venues=pool_first)
    assert list(market.venues) == ["POOL", "NYSE", "BATS"]
    assert [type(venue) for venue in market.venues.values()] == [DarkPool, LitVenue, LitVenue]
    assert [row["id"] for row in market.describe()["venues"]] == [0, 1, 2]


def test_alike_agents_are_counted_from_one() -> None:
    market = built(agents=[{"kind": "idle"}, {**lively()["agents"][2], "count": 3}], fundamental={"kind": "constant"})
    assert list(market.agents) == ["idle", "makers.1", "makers.2", "makers.3"]
    assert {row["group"] for row in market.describe()["agents"]} == {"idle", "makers"}


def test_a_disabled_agent_is_known_but_not_there() -> None:
    market = built(agents=[{"kind": "idle", "enabled": False}, client()])
    assert list(market.agents) == ["client"]
    assert market.numbers == {"idle": 0, "client": 1}


def test_a_disabled_agent_changes_nobody_elses_draws() -> None:
    """Whoever is left sends its first orders as before: draws go by name, not by place in the file."""
    flow = lively()["agents"][1]
    with_it = run(lively(agents=[flow, {**flow, "name": "other", "enabled": False}]))
    without = run(lively(agents=[flow]))
    in_front = run(lively(agents=[{"kind": "idle"}, flow]))
    columns = ["at", "venue", "side", "price", "qty"]
    assert with_it.orders[columns].equals(without.orders[columns])
    assert in_front.orders[columns].equals(without.orders[columns])


def test_snipers_stand_where_their_presence_says() -> None:
    snipers = {**lively()["agents"][3], "count": 3, "presence": {"NYSE": 2, "BATS": 0}}
    market = build(load(lively(agents=[snipers])), EventLog())
    firms = [agent for agent in market.agents.values() if isinstance(agent, Sniper)]
    assert [list(firm.sessions) for firm in firms] == [["NYSE"], ["NYSE"], []]


def test_a_live_market_has_one_participant_more() -> None:
    market = build(load(small(agents=[{"kind": "idle"}])), EventLog(), live=True)
    assert list(market.agents) == ["idle", "api"]
    assert isinstance(market.agents["api"], Router)
    assert list(market.agents["api"].sessions) == ["NYSE", "BATS", "POOL"]


def test_parent_orders_of_two_routers_have_different_ids() -> None:
    result = short(client(), client(name="other"))
    assert result.tables.parents["parent_id"].is_unique


# -- what they pay ----------------------------------------------------------------------------------


def test_fees_of_the_file_are_charged_to_the_millionth() -> None:
    venue = {**NYSE, "fees": {"maker": -0.00205, "taker": 0.0030}}
    result = short(LADDER, client(), venues=[venue])
    assert sorted(result.fills["fee"]) == [-205_000, 300_000]


def test_the_market_is_described_in_plain_integers() -> None:
    told = built(seed=5).describe()
    assert told["instrument"] == {"symbol": "XYZ", "tick": 100, "lot": 100, "price": 1_000_000}
    assert (told["seed"], told["warm_up"], told["duration"]) == (5, 2_000 * MS, 60_000 * MS)
    assert set(told["versions"]) == {"python", "sorsim", "simpy", "numpy"}


# -- how far apart they stand -----------------------------------------------------------------------


def test_an_order_takes_half_the_round_trip_and_the_service_time() -> None:
    result = short(LADDER, client(round_trip="301us"), venues=[{**NYSE, "service": "700ns"}])
    assert handled(result, "client") == [10 * MS + 150_500 + 700]


def test_a_speed_bump_comes_on_top() -> None:
    result = short(LADDER, client(), venues=[{**NYSE, "speed_bump": "350us"}])
    assert handled(result, "client") == [10 * MS + 500 * US + 1]


def test_round_trips_can_differ_by_venue() -> None:
    strategy = {"kind": "single_venue", "venue": "BATS"}
    away = client(round_trip={"NYSE": "10us", "BATS": "600us"}, strategy=strategy)
    assert handled(short(LADDER, away, venues=[NYSE, BATS]), "client", "BATS") == [10 * MS + 300 * US + 1]


def test_the_report_takes_the_other_half() -> None:
    """The parent is done when the fill is home: 300 us and one service time after it came."""
    (end,) = short(LADDER, client(), venues=[NYSE]).tables.parent_ends.itertuples()
    assert end.at == 10 * MS + 300 * US + 1


def test_makers_hear_the_news_late_and_answer_after_their_reaction() -> None:
    """The value moves at 10 ms, for the first time."""
    maker = {**lively()["agents"][2], "count": 1, "news": "2ms", "reaction": "30us", "round_trip": "200us"}
    value = {"kind": "mean_reverting", "step": "10ms", "volatility": 5}
    result = short(maker, fundamental=value, venues=[NYSE])
    moved = [at for at in handled(result, "makers") if at > 10 * MS]
    assert moved[0] == (10 + 2) * MS + (30 + 100) * US + 1


SNIPER = {
    "kind": "sniper",
    "name": "sniper",
    "venues": ["BATS"],
    "reaction": "29us",
    "links": {"NYSE": {"BATS": "20us"}},
}


def sniped(**keys: Any) -> RunResult:
    """The client's 800 shares sweep two levels at NYSE at 10 ms + 150 us; a sniper beside BATS races them there."""
    orders = [{"at": "10ms", "side": "buy", "qty": 800}]
    return short(LADDER, client(orders=orders), {**SNIPER, **keys}, venues=[NYSE, BATS])


def test_a_link_is_the_whole_way_from_a_print_there_to_an_order_here() -> None:
    printed = 10 * MS + 150 * US + 1
    assert handled(sniped(), "sniper", "BATS")[0] == printed + (20 + 29) * US + 1


def test_a_quicker_link_brings_the_order_sooner_by_just_that() -> None:
    slow = handled(sniped(), "sniper", "BATS")[0]
    quick = handled(sniped(links={"NYSE": {"BATS": "7us"}}), "sniper", "BATS")[0]
    assert slow - quick == 13 * US


def test_a_sniper_without_a_link_from_there_does_not_come() -> None:
    assert handled(sniped(links={}), "sniper", "BATS") == []


def nbbo_times(**sip: Any) -> list[int]:
    result = short(LADDER, venues=[NYSE, BATS], feeds={"sip": sip})
    return [int(at) for at in result.tables["nbbo"]["at"]]


def test_the_sip_adds_the_way_from_the_venue_and_its_own_time() -> None:
    slower = nbbo_times(latency="150us", processing="20us")[0] - nbbo_times(latency="50us", processing="20us")[0]
    busier = nbbo_times(latency="150us", processing="90us")[0] - nbbo_times(latency="150us", processing="20us")[0]
    assert (slower, busier) == (100 * US, 70 * US)


def first_dark_trade(**reference: Any) -> float:
    """When the first of a crowd of dark orders on both sides meet, us: as soon as the pool sees a midpoint."""
    pool = {"name": "POOL", "kind": "dark", "reference": reference}
    crowd = {"kind": "dark_liquidity", "rate": "100000/s", "size": [100, 100], "lifetime": "1s", "round_trip": "2us"}
    feeds = {"sip": {"latency": "500us", "processing": "20us"}}
    result = run(small(duration="3ms", warm_up="0s", venues=[NYSE, pool], agents=[LADDER, crowd], feeds=feeds))
    return int(result.tables["trades"]["at"][0]) / US


@pytest.mark.parametrize("latency", [400, 1_400])
def test_a_pool_sees_the_venues_own_feeds_after_its_latency(latency: int) -> None:
    assert first_dark_trade(feed="direct", latency=f"{latency}us") == pytest.approx(latency, abs=50)


@pytest.mark.parametrize("latency", [400, 1_400])
def test_a_pool_on_the_sip_sees_it_later_by_the_sips_own_way(latency: int) -> None:
    assert first_dark_trade(feed="sip", latency=f"{latency}us") == pytest.approx(latency + 520, abs=50)


# -- parent orders ----------------------------------------------------------------------------------


def parents(**flow: Any) -> Any:
    """Parent orders drawn over half a second; nobody is there to trade with."""
    orders = {"count": 50, "size": [150, 450], "horizon": "10ms", **flow}
    result = run(small(duration="500ms", warm_up="100ms", agents=[client(orders=orders)]))
    return result.tables.parents


def test_drawn_parents_come_between_warm_up_and_a_horizon_before_the_end() -> None:
    drawn = parents()
    assert len(drawn) == 50
    assert drawn["at"].is_monotonic_increasing
    assert drawn["at"].min() >= 100 * MS
    assert drawn["at"].max() <= 490 * MS


def test_drawn_sizes_are_round_lots_within_their_range() -> None:
    assert set(parents()["qty"]) == {100, 200, 300, 400}


def test_drawn_sides_are_both_or_the_one_that_is_wanted() -> None:
    assert set(parents()["side"]) == {1, -1}
    assert set(parents(sides="buy")["side"]) == {1}
    assert set(parents(sides="sell")["side"]) == {-1}


def test_even_arrivals_have_equal_gaps_from_start_to_stop() -> None:
    assert list(parents(count=4, arrivals="even", start="200ms", stop="300ms")["at"]) == [
        200 * MS,
        225 * MS,
        250 * MS,
        275 * MS,
    ]


def test_another_number_of_parents_leaves_the_sizes_of_the_first_ones() -> None:
    """Not their times: more arrivals lie closer."""
    assert list(parents(count=20, arrivals="even")["qty"]) == list(parents(arrivals="even")["qty"])[:20]


def test_listed_parents_come_as_listed() -> None:
    orders = [
        {"at": "3ms", "side": "sell", "qty": 150, "limit": 99.95, "horizon": "1ms"},
        {"at": "2ms", "side": "buy", "qty": 50, "limit": {"offset": 0.02}},
    ]
    first, second = short(LADDER, client(orders=orders), venues=[NYSE]).tables.parents.itertuples()
    assert (first.at, first.side, first.qty) == (2 * MS, 1, 50)
    assert first.limit == 1_000_300, "two cents beyond the ask of 100.01"
    assert (second.at, second.side, second.qty, second.limit) == (3 * MS, -1, 150, 999_500)
    assert second.ends - second.at == 1 * MS


# -- one's own parts --------------------------------------------------------------------------------

OWN_AGENT = """
from agents.participant import Participant
from venues.messages import NewOrder, Side, TimeInForce

class Whale(Participant):
    def __init__(self, place, name, number, sessions, news, board, draws, size=100):
        super().__init__(place, name, number, sessions)
        self.size = size

    def start(self):
        self.env.call_at(5_000_000, self.buy)

    def buy(self, _):
        order = NewOrder(self.place.new_id(), self.number, Side.BUY, self.size, None, TimeInForce.IOC)
        self.sessions["NYSE"].send(order)
"""


def test_an_agent_of_ones_own_trades_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN_AGENT, encoding="utf-8")
    whale = {"kind": "mine.py:Whale", "round_trip": "200us", "size": 300}
    scenario = small(duration="20ms", warm_up="0s", venues=[NYSE], agents=[LADDER, whale])
    path = tmp_path / "scenario.yaml"
    path.write_text(str(scenario).replace("True", "true"), encoding="utf-8")
    result = run(path)
    assert (result.trades, result.shares_traded) == (1, 300)
    assert result.venue_messages["custom"] == 1
    assert handled(result, "Whale") == [5 * MS + 100 * US + 1]


OWN_VENUE = """
from venues.lit import LitVenue

class Auctioneer(LitVenue):
    def __init__(self, env, number, name, fees, service, log, motto=""):
        super().__init__(env, number, name, fees, service, log)
        self.motto = motto
"""


def test_a_venue_of_ones_own_gets_its_keys_and_its_orders(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN_VENUE, encoding="utf-8")
    venue = {"name": "NYSE", "kind": "mine.py:Auctioneer", "motto": "going once", "fees": {"taker": 0.01}}
    path = tmp_path / "scenario.yaml"
    path.write_text(str(small(duration="20ms", warm_up="0s", venues=[venue], agents=[LADDER, client()])))
    market = build(load(path), EventLog())
    assert market.venues["NYSE"].motto == "going once"  # type: ignore[attr-defined]
    assert sorted(run(path).fills["fee"]) == [0, 1_000_000]


def test_a_replayed_file_that_is_missing_is_told_with_the_agent() -> None:
    replay = {"kind": "replay", "name": "tape", "venue": "NYSE", "file": "no_such_file.csv"}
    with pytest.raises(ScenarioError, match=r"agents\.tape.*no_such_file\.csv"):
        short(replay, venues=[NYSE])


# -- latencies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "model"),
    [
        ("350us", Constant(350_000)),
        ({"kind": "normal", "mean": "2ms", "sd": "100us", "floor": "1us"}, Normal(2_000_000, 100_000, 1_000)),
        ({"kind": "lognormal", "median": "2ms", "sigma": 0.3}, Lognormal(2_000_000, 0.3, 1)),
        ({"kind": "gamma", "mean": "20us", "shape": 4, "offset": "5us"}, Gamma(4.0, 5_000.0, 5_000)),
        ({"kind": "uniform", "low": "5us", "high": "20us"}, Uniform(5_000, 20_000)),
        ({"kind": "exponential", "mean": "20us", "offset": "5us"}, Exponential(20_000, 5_000)),
        ({"kind": "empirical", "values": ["1us", "3us"]}, Empirical((1_000, 3_000))),
        ({"base": "20us", "jitter": {"kind": "normal", "mean": "1us", "sd": "1ns"}},
         Sum((Constant(20_000), Normal(1_000, 1, 1)))),
    ],
    ids=["constant", "normal", "lognormal", "gamma", "uniform", "exponential", "empirical", "sum"],
)  # fmt: skip
def test_a_latency_of_the_file_is_the_simulators_model(spec: Any, model: LatencyModel) -> None:
    maker = {**lively()["agents"][2], "news": spec}
    scenario = load(small(agents=[maker], fundamental={"kind": "constant"}))
    assert latency_model(scenario.agent("makers").news) == model  # type: ignore[union-attr]


def test_what_is_left_of_a_way_is_at_least_a_nanosecond() -> None:
    drawn = less(iter((30, 20)).__next__, 20)
    assert callable(drawn)
    assert (less(30, 20), less(20, 20), drawn(), drawn()) == (10, 1, 10, 1)


def test_an_idle_agent_is_idle() -> None:
    market = built(agents=[{"kind": "idle"}])
    assert isinstance(market.agents["idle"], Idle)
    assert market.messages() == {}


# -- the value --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "smallest", "largest", "mean", "deviation"),
    [("fixed", 250, 250, 250.0, 0.0), ("uniform", 50, 450, 250.0, 115.8), ("exponential", 51, 10_000, 250.0, 200.0)],
)
def test_jumps_are_as_large_as_their_law_says(
    sizes: str, smallest: int, largest: int, mean: float, deviation: float
) -> None:
    jumping = {"kind": "jump", "rate": "2000/s", "size": 0.02, "min_size": 0.005, "sizes": sizes}
    values = run(small(duration="1s", warm_up="0s", fundamental=jumping)).tables["news"]["value"]
    jumps = abs(values[1:] - values[:-1])
    assert smallest <= jumps.min()
    assert jumps.max() <= largest
    assert jumps.mean() == pytest.approx(mean, abs=4 * deviation / len(jumps) ** 0.5)
