"""Mistakes on the map: each is told with its place and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.builders import file_with, messages, problems, small

VENUES = [{"name": "NYSE", "kind": "lit", "site": "mahwah"}, {"name": "NASDAQ", "kind": "lit", "site": "carteret"}]
CLIENT = {"kind": "router", "name": "client", "strategy": "smart", "site": "secaucus"}
MAKER = {"kind": "market_maker", "name": "maker", "half_spread": 0.01, "size": 100, "site": "secaucus"}
SITES = "sites: mahwah, secaucus, carteret, weehawken, aurora"
MEDIA = "media: fibre, air, microwave, cross_connect"


def told(*agents: dict[str, Any], **keys: Any) -> list[str]:
    return messages({**small(venues=VENUES, feeds={}), "agents": list(agents), **keys})


def test_a_market_on_the_map_has_no_problems() -> None:
    assert told(CLIENT) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"latitude": 41}, "longitude: missing; write for example `longitude: -74.155`"),
        ({"latitude": 91, "longitude": 0}, "latitude: 91 is no latitude; write degrees from -90 to 90"),
        ({"latitude": 0, "longitude": -181}, "longitude: -181 is no longitude; write degrees from -180 to 180"),
    ],
)
def test_a_site_has_coordinates(place: dict[str, float], message: str) -> None:
    assert told(CLIENT, sites={"mine": place}) == [f"sites.mine.{message}"]


@pytest.mark.parametrize("nothing", [None, "near Mahwah"])
def test_a_site_without_coordinates_is_none(nothing: str | None) -> None:
    assert told(CLIENT, sites={"mine": nothing}) == [
        "sites.mine: a site needs coordinates; write for example {latitude: 41.0785, longitude: -74.1550}"
    ]


def test_a_site_that_is_not_there_is_told_with_the_nearest() -> None:
    message, *_ = told({**CLIENT, "site": "secacus"})
    assert message.startswith(
        f"agents.client.site: no site is named 'secacus'; did you mean 'secaucus'? ({SITES}), or give it coordinates: "
        "`sites: {secacus: {latitude: 41.0785"
    )


@pytest.mark.parametrize(
    ("medium", "message"),
    [
        (
            {"per_km": "3.3us"},
            "per_km: 3.3us a kilometre is faster than light, which needs 3.336us; "
            "write for example 3.34us (air) or 4.9us (fibre)",
        ),
        (
            {"per_km": "5us", "route_factor": 0.9},
            "route_factor: 0.9 is shorter than the straight line; write 1 or more, such as 1.3",
        ),
        ({"overhead": "1us"}, "per_km: missing; write for example `per_km: 4.9us`"),
        (
            {"per_km": "4us", "outages": [{"at": "1s", "length": "1s"}], "fallback": "mine"},
            "fallback: mine has outages of its own; write one that has none, or wait",
        ),
        (
            {"per_km": "4us", "fallback": "fiber"},
            f"fallback: no medium is named 'fiber'; did you mean 'fibre'? ({MEDIA}, mine), or wait",
        ),
    ],
)
def test_a_medium_is_possible(medium: dict[str, Any], message: str) -> None:
    assert told(CLIENT, media={"mine": medium}) == [f"media.mine.{message}"]


def test_a_medium_that_is_not_there_is_told_with_the_nearest() -> None:
    assert told({**CLIENT, "medium": "fiber"}) == [
        f"agents.client.medium: no medium is named 'fiber'; did you mean 'fibre'? ({MEDIA})"
    ]
    assert told({**CLIENT, "round_trip": {"kind": "wire", "medium": "micro waves"}}) == [
        f"agents.client.round_trip: no medium is named 'micro waves'; did you mean 'microwave'? ({MEDIA})"
    ]


def test_a_wire_leads_from_a_place_to_a_place() -> None:
    nowhere = [VENUES[0], {"name": "IEX", "kind": "lit"}]
    assert told(CLIENT, venues=nowhere) == [
        "agents.client.round_trip: a wire from client to IEX needs a place at both ends; write `site: secaucus` at "
        "venue IEX, or a latency here",
    ]


def test_news_by_wire_come_from_somewhere() -> None:
    (message,) = told(MAKER, fundamental={"kind": "constant"})
    assert message == (
        "agents.maker.news: a wire from news to maker needs a place at both ends; write `site: secaucus` at "
        "`fundamental`, or a latency here"
    )


def test_a_stated_latency_is_not_faster_than_light() -> None:
    assert told({**CLIENT, "round_trip": {"NYSE": "220us", "default": "wire"}}) == [
        "agents.client.round_trip.NYSE: 110us each way is faster than light, which needs 114.093us for the 34.2 km "
        "from secaucus to mahwah; write 228.186us or more, `wire`, or `abstract: true` at the top"
    ]
    assert told({**CLIENT, "round_trip": {"NYSE": "228186ns", "default": "wire"}}) == []


def test_a_stated_distribution_is_judged_by_its_middle() -> None:
    slow, fast = ({"kind": "normal", "mean": mean, "sd": "20us"} for mean in ("230us", "220us"))
    assert told({**CLIENT, "round_trip": {"NYSE": slow, "default": "wire"}}) == []
    assert len(told({**CLIENT, "round_trip": {"NYSE": fast, "default": "wire"}})) == 1


def test_a_site_that_cannot_be_read_hides_no_mistake_of_the_others() -> None:
    fast = {**CLIENT, "round_trip": {"NYSE": "220us", "default": "wire"}}
    lost = {**MAKER, "site": "mine", "news": "1ms"}
    messages_told = told(fast, lost, sites={"mine": None}, fundamental={"kind": "constant"})
    assert [message.partition(":")[0] for message in messages_told] == [
        "sites.mine",
        "agents.client.round_trip.NYSE",
    ]


def test_a_built_in_site_that_is_written_wrong_is_nowhere() -> None:
    fast = {**CLIENT, "round_trip": {"NYSE": "1us", "default": "wire"}}
    assert [message.partition(":")[0] for message in told(fast, sites={"mahwah": {"latitude": 1}})] == [
        "sites.mahwah.longitude"
    ]


def test_links_of_snipers_and_of_the_sip_are_judged_too() -> None:
    sniper = {"kind": "sniper", "links": {"NYSE": {"NASDAQ": "100us"}}}
    sip = {"sip": {"site": "mahwah", "latency": {"NASDAQ": "100us", "NYSE": "1us"}}}
    places = [message.partition(":")[0] for message in told(sniper, feeds=sip)]
    assert places == ["feeds.sip.latency.NASDAQ", "agents.sniper.links.NYSE.NASDAQ"]


def test_an_abstract_market_may_say_what_it_likes() -> None:
    assert told({**CLIENT, "round_trip": "1us"}, abstract=True) == []


def test_without_places_nothing_can_be_judged() -> None:
    assert messages(small(agents=[{**CLIENT, "site": None, "round_trip": "1us"}])) == []


def test_a_sip_needs_a_venue() -> None:
    assert messages(small(venues=[{"name": "POOL", "kind": "dark"}])) == [
        "feeds.sip: there is no lit venue whose quotes it could consolidate; add one to `venues`, or take it out"
    ]


def test_a_link_to_a_venue_that_is_not_there_is_told() -> None:
    sniper = {"kind": "sniper", "links": {"NYSE": {"NASDQ": "200us"}}}
    assert told(sniper) == [
        "agents.sniper.links.NYSE.NASDQ: no venue is named 'NASDQ'; did you mean 'NASDAQ'? (venues: NYSE, NASDAQ)"
    ]


def test_mistakes_are_told_with_their_line(tmp_path: Path) -> None:
    text = """\
name: map
instruments: [{symbol: XYZ, price: 100}]
venues:
  - {name: NYSE, kind: lit, site: mahwa}
media:
  laser: {per_km: 3us}
"""
    file = file_with(tmp_path, text)
    first, second = problems(file)
    assert first.startswith(f"{file}:4:35: venues.NYSE.site: no site is named 'mahwa'; did you mean 'mahwah'?")
    assert second.startswith(f"{file}:6:19: media.laser.per_km: 3us a kilometre is faster than light")


def test_all_that_cannot_be_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
name: map
regime: adopted2024
instruments: [{symbol: XYZ, price: 100}]
sites:
  mine:
media:
  laser: {per_km: 3us}
venues:
  - {name: NYSE, kind: lit, site: mahwah, fees: {taker: 0.0030}}
  - {name: NASDAQ, kind: lit, site: carteret}
agents:
  - {kind: sniper, name: quick, links: {NYSE: {NASDAQ: 184us}}}
  - {kind: sniper, name: lost, links: {NYSE: {ARCA: 200us}}}
"""
    file = file_with(tmp_path, text)
    found = [problem.removeprefix(f"{file}:") for problem in problems(file)]
    assert [": ".join(problem.split(": ")[:2]) for problem in found] == [
        "5:3: sites.mine",
        "7:19: media.laser.per_km",
        "9:57: venues.NYSE.fees.taker",
        "12:56: agents.quick.links.NYSE.NASDAQ",
        "13:47: agents.lost.links.NYSE.ARCA",
    ]
    assert "184us is faster than light, which needs 184.128us for the 55.2 km from mahwah to carteret" in found[3]


def test_a_sip_without_a_venue_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "name: map\ninstruments: [{symbol: XYZ, price: 100}]\nvenues: [{name: POOL, kind: dark}]\nfeeds:\n  sip: {}\n"
    )
    (problem,) = problems(file_with(tmp_path, text))
    assert ":5:3: feeds.sip: there is no lit venue whose quotes it could consolidate" in problem


def test_an_internaliser_routes_out_no_faster_than_light() -> None:
    firm = {
        "name": "FIRM",
        "kind": "internaliser",
        "site": "carteret",
        "improvement": 0.001,
        "unwanted": "route_out",
        "route": {"venue": "NYSE", "round_trip": "368us"},
        "reference": {"feed": "direct"},
    }
    assert told(CLIENT, venues=[*VENUES, firm]) == [
        "venues.FIRM.route.round_trip: 184us each way is faster than light, which needs 184.128us for the 55.2 km from "
        "carteret to mahwah; write 368.256us or more, `wire`, or `abstract: true` at the top"
    ]
