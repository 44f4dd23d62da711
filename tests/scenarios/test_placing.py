from __future__ import annotations

from typing import Any

import pytest

from scenarios.load import load
from scenarios.model import MarketMaker, PlacedLatency, Router, Scenario, Sniper
from scenarios.placing import placed
from scenarios.run import run
from tests.scenarios.builders import ROUTER, small

ON_THE_MAP: dict[str, Any] = small(
    venues=[
        {"name": "NYSE", "kind": "lit", "site": "mahwah"},
        {"name": "NASDAQ", "kind": "lit", "site": "carteret"},
        {"name": "POOL", "kind": "dark", "site": "secaucus"},
    ],
    feeds={"sip": {"site": "mahwah"}},
    fundamental={"kind": "constant", "site": "aurora"},
)
CLIENT = {"kind": "router", "name": "client", "strategy": "smart", "site": "secaucus"}
MAKER = {"kind": "market_maker", "name": "maker", "half_spread": 0.01, "size": 100, "site": "secaucus"}
SNIPER = {"kind": "sniper", "name": "sniper", "links": "wire", "news": "wire", "medium": "air"}


def market(*agents: dict[str, Any], **keys: Any) -> Scenario:
    return load({**ON_THE_MAP, "agents": list(agents), **keys})


def each_way(scenario: Scenario) -> dict[str, str]:
    """The client's one-way latency to every venue, once its wires are placed."""
    client = placed(scenario).agent("client")
    assert isinstance(client, Router)
    return {venue: str(client.round_trip.halved().of(venue)) for venue in scenario.venues_of(client)}


def test_a_place_is_enough_for_a_client() -> None:
    assert each_way(market(CLIENT)) == {"NYSE": "217.88us", "NASDAQ": "163.104us", "POOL": "1us"}


def test_a_medium_holds_for_all_wires_of_its_owner() -> None:
    assert each_way(market({**CLIENT, "medium": "air"})) == {"NYSE": "114.242us", "NASDAQ": "85.521us", "POOL": "1us"}


def test_a_wire_may_name_a_medium_of_its_own() -> None:
    trip = {"NYSE": {"kind": "wire", "medium": "microwave"}, "default": "wire"}
    assert each_way(market({**CLIENT, "round_trip": trip})) == {
        "NYSE": "117.669us",
        "NASDAQ": "163.104us",
        "POOL": "1us",
    }


def test_a_stated_latency_wins() -> None:
    trip = {"NYSE": "1ms", "default": "wire"}
    assert each_way(market({**CLIENT, "round_trip": trip}))["NYSE"] == "500us"


def test_latencies_of_some_venues_leave_wires_to_the_others() -> None:
    stated = each_way(market({**CLIENT, "round_trip": {"NYSE": "1ms"}}))
    assert stated == {"NYSE": "500us", "NASDAQ": "163.104us", "POOL": "1us"}
    assert each_way(load(market(CLIENT), set={"agents.client.round_trip.NYSE": "1ms"})) == stated


def test_one_venues_wire_can_be_set_below_a_medium_for_all() -> None:
    by_air = market({**CLIENT, "round_trip": {"kind": "wire", "medium": "air"}})
    assert each_way(load(by_air, set={"agents.client.round_trip.NYSE": "1ms"})) == {
        "NYSE": "500us",
        "NASDAQ": "85.521us",
        "POOL": "1us",
    }


def test_a_medium_can_be_changed_in_part_or_made() -> None:
    media = {"fibre": {"route_factor": 1}, "laser": {"per_km": "3.4us", "overhead": "2us"}}
    assert each_way(market(CLIENT, media=media))["NYSE"] == "167.6us"
    assert each_way(market({**CLIENT, "medium": "laser"}, media=media))["NYSE"] == "118.294us"


def test_jitter_comes_on_top() -> None:
    media = {"fibre": {"jitter": {"kind": "gamma", "mean": "3us", "shape": 2}}}
    assert each_way(market(CLIENT, media=media))["NYSE"] == "217.88us + gamma 3us, shape 2"
    assert each_way(market(CLIENT, media=media))["POOL"] == "1us"


def test_a_site_of_ones_own_is_a_place_as_any() -> None:
    sites = {"equator": {"latitude": 0, "longitude": 0}}
    assert each_way(market({**CLIENT, "site": "equator"}, sites=sites))["NYSE"].endswith("ms")


def test_news_the_sip_and_its_readers_are_placed_too() -> None:
    scenario = placed(market({**MAKER, "medium": "microwave"}))
    maker, sip, pool = scenario.agent("maker"), scenario.feeds.sip, scenario.venue("POOL")
    assert isinstance(maker, MarketMaker)
    assert str(maker.news) == "4.087557ms"
    assert sip is not None
    assert (str(sip.latency.of("NYSE")), str(sip.latency.of("NASDAQ"))) == ("1us", "351.624us")
    assert str(pool.reference.latency.default) == "217.88us"  # type: ignore[union-attr]


def test_a_sniper_stands_at_every_venue_with_wires_between_them() -> None:
    sniper = placed(market(SNIPER)).agent("sniper")
    assert isinstance(sniper, Sniper)
    assert sniper.news is not None
    assert {v: str(sniper.news.of(v)) for v in ("NYSE", "NASDAQ")} == {"NYSE": "3.92762ms", "NASDAQ": "3.934414ms"}
    assert {a: {b: str(x) for b, x in ends.items()} for a, ends in sniper.links.items()} == {
        "NYSE": {"NASDAQ": "184.368us"},
        "NASDAQ": {"NYSE": "184.368us"},
    }


def test_what_is_stored_is_what_was_written() -> None:
    scenario = market(CLIENT, SNIPER)
    assert "round_trip: wire" in scenario.to_yaml()
    assert load(scenario, set={"agents.client.site": "mahwah"}) != scenario
    assert each_way(load(scenario, set={"agents.client.site": "mahwah"}))["NYSE"] == "1us"


def test_a_scenario_without_wires_is_left_alone() -> None:
    scenario = load(small(agents=[ROUTER]))
    assert placed(scenario) is scenario


@pytest.mark.parametrize(("fallback", "meanwhile"), [("fibre", "217.88us"), ("wait", "wait")])
def test_rain_leaves_a_wire_its_fallback(fallback: str, meanwhile: str) -> None:
    rain = {"microwave": {"outages": [{"at": "10s", "length": "5s"}], "fallback": fallback}}
    scenario = market({**CLIENT, "medium": "microwave"}, media=rain)
    assert each_way(scenario)["NYSE"] == f"117.669us ({meanwhile} in outages)"
    assert each_way(scenario)["POOL"] == "1us"
    client = placed(scenario).agent("client")
    assert isinstance(client, Router)
    wire = client.round_trip.of("NYSE")
    assert isinstance(wire, PlacedLatency)
    assert wire.outages == ((10_000_000_000, 15_000_000_000),)


def test_microwave_gives_way_to_fibre_unless_told_otherwise() -> None:
    rain = {"microwave": {"outages": [{"at": "10s", "length": "5s"}]}}
    assert each_way(market({**CLIENT, "medium": "microwave"}, media=rain))["NYSE"].endswith("(217.88us in outages)")


RAIN = {"microwave": {"outages": [{"at": "5ms", "length": "10ms"}]}}


@pytest.mark.parametrize(
    ("sent", "fallback", "arrives"),
    [
        ("4ms", "fibre", 4_117_669),
        ("10ms", "fibre", 10_217_880),
        ("10ms", "wait", 15_117_669),
        ("15ms", "fibre", 15_117_669),
    ],
)
def test_an_order_arrives_when_map_and_weather_say(sent: str, fallback: str, arrives: int) -> None:
    """From Secaucus to Mahwah by microwave, which is down from 5 to 15 ms; the venue's engine takes 1 ns."""
    order = {"at": sent, "side": "buy", "qty": 100}
    strategy = {"kind": "single_venue", "venue": "NYSE"}
    client = {**CLIENT, "orders": [order], "strategy": strategy, "medium": "microwave"}
    media = {"microwave": {**RAIN["microwave"], "fallback": fallback}}
    venues = [{**venue, "service": "1ns"} for venue in ON_THE_MAP["venues"]]
    ladder = {"kind": "resting_orders", "levels": 1, "size": 100}
    scenario = market(ladder, client, media=media, venues=venues, duration="20ms", warm_up="0s")
    orders = run(scenario).orders
    assert [int(at) for at in orders[orders["owner"] == 1]["at"]] == [arrives + 1]


def protected(**protection: object) -> Scenario:
    """Two venues on the map, NYSE with order protection."""
    return load(
        {
            "name": "protected",
            "instruments": [{"symbol": "XYZ", "price": 100}],
            "venues": [
                {"name": "NYSE", "kind": "lit", "site": "mahwah", "protection": protection},
                {"name": "NASDAQ", "kind": "lit", "site": "carteret"},
            ],
        }
    )


def test_a_venue_on_the_map_sees_and_reaches_those_it_protects_over_wires():
    venue = placed(protected()).venue("NYSE")
    assert venue.protection is not None
    assert venue.protection.link is not None
    seen, sent = venue.protection.reference.latency.of("NASDAQ"), venue.protection.link.of("NASDAQ")
    assert isinstance(seen, PlacedLatency)
    assert str(seen) == str(sent) == "351.624us"


def test_what_a_protection_states_is_kept():
    venue = placed(protected(link="1ms", reference={"latency": "2ms"})).venue("NYSE")
    assert venue.protection is not None
    assert venue.protection.link is not None
    assert str(venue.protection.link.of("NASDAQ")) == "1ms"
    assert str(venue.protection.reference.latency.of("NASDAQ")) == "2ms"


def test_a_venue_that_routes_nothing_out_has_no_way_out():
    venue = protected(action="cancel").venue("NYSE")
    assert venue.protection is not None
    assert venue.protection.link is None
