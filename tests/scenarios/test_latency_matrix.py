from __future__ import annotations

from typing import Any

from scenarios.latency_matrix import latency_matrix, places, wires
from scenarios.load import load
from tests.scenarios.builders import small

VENUES = [
    {"name": "NYSE", "kind": "lit", "site": "mahwah"},
    {"name": "IEX", "kind": "lit", "site": "weehawken", "speed_bump": "350us"},
]
CLIENT = {"kind": "router", "name": "client", "strategy": "smart", "site": "mahwah"}
SNIPER = {"kind": "sniper", "name": "sniper", "links": "wire", "medium": "air"}


def market(*agents: dict[str, Any], **keys: Any) -> Any:
    return load({**small(venues=VENUES, feeds={"sip": {"site": "mahwah"}}, agents=list(agents)), **keys})


def heard(scenario: Any) -> dict[tuple[str, str], int]:
    return {(lag.who, lag.whom): lag.nanos for lag in latency_matrix(scenario).heard}


def reached(scenario: Any) -> dict[tuple[str, str], int]:
    return {(lag.who, lag.whom): lag.nanos for lag in latency_matrix(scenario).reached}


def test_whoever_is_in_the_same_room_hears_after_a_cross_connect() -> None:
    assert heard(market(CLIENT))["client", "NYSE"] == 1_000


def test_a_speed_bump_holds_up_what_reaches_the_venue_not_what_it_says() -> None:
    scenario = market(CLIENT)
    assert reached(scenario)["client", "IEX"] == heard(scenario)["client", "IEX"] + 350_000


def test_a_symmetric_bump_holds_up_both_but_spares_the_sip() -> None:
    bump = {"delay": "350us", "applies": "symmetric"}
    slow = market(CLIENT, venues=[VENUES[0], {**VENUES[1], "speed_bump": bump}])
    plain = market(CLIENT)
    assert heard(slow)["client", "IEX"] == heard(plain)["client", "IEX"] + 350_000
    assert heard(slow)["SIP", "IEX"] == heard(plain)["SIP", "IEX"]
    assert reached(slow) == reached(plain)


def test_jitter_counts_at_its_mean() -> None:
    media = {"fibre": {"jitter": {"kind": "gamma", "mean": "3us", "shape": 2}}}
    assert heard(market(CLIENT, media=media))["client", "IEX"] == heard(market(CLIENT))["client", "IEX"] + 3_000


def test_a_client_of_the_sip_hears_it_and_no_venue() -> None:
    lags = heard(market({**CLIENT, "feed": "sip"}))
    assert [whom for who, whom in lags if who == "client"] == ["SIP"]


def test_a_sniper_has_a_row_for_each_of_its_hosts() -> None:
    lags = heard(market(SNIPER))
    assert lags["sniper@NYSE", "NYSE"] == 1_000
    assert lags["sniper@NYSE", "IEX"] == lags["sniper@IEX", "NYSE"] == 123_624


def test_who_is_left_out_has_no_row() -> None:
    assert not any(who == "client" for who, _ in heard(market({**CLIENT, "enabled": False})))


def test_the_table_has_the_columns_that_are_used() -> None:
    matrix = latency_matrix(market(CLIENT))
    headings, rows = matrix.table(matrix.reached)
    assert headings == ["", "NYSE", "IEX"]
    assert rows == [["client", "1.0", "585.8"]]


def test_a_market_of_stated_latencies_has_a_matrix_too() -> None:
    lags = latency_matrix(load("us_equities"))
    assert next(lag.nanos for lag in lags.heard if (lag.who, lag.whom) == ("makers", "NYSE")) == 50_000


def test_the_map_has_who_stands_somewhere_and_what_joins_them() -> None:
    scenario = market(CLIENT, SNIPER)
    assert {place.name: place.residents for place in places(scenario)} == {
        "mahwah": ("NYSE", "SIP", "client"),
        "weehawken": ("IEX",),
    }
    assert [(wire.a, wire.b, wire.medium) for wire in wires(scenario)] == [
        ("mahwah", "weehawken", "air"),
        ("mahwah", "weehawken", "fibre"),
    ]


def test_a_market_without_sites_has_no_map() -> None:
    assert places(load("us_equities")) == []
    assert wires(load("us_equities")) == []
