from __future__ import annotations

from scenarios.load import check
from tests.scenarios.builders import ROUTER, with_agents

MAKER = {"kind": "market_maker", "name": "makers", "count": 2, "half_spread": 0.01, "size": 100, "news": "1ms"}
SNIPER = {"kind": "sniper", "news": "80us", "links": {"NYSE": {"BATS": "20us"}, "BATS": {"NYSE": "20us"}}}


def rows(*agents: dict[str, object], **keys: object) -> list[str]:
    """The table, a line each, columns separated by bars."""
    report = check(with_agents(*agents, fundamental={"kind": "constant"}, **keys))
    return ["|".join(row) for row in report.rows]


def test_the_sip_and_who_crosses_at_its_midpoint() -> None:
    assert rows() == [
        "SIP|quotes|venue feed|150us|NYSE, BATS",
        "SIP|publishes|station|20us an update|NBBO",
        "POOL|midpoint|SIP|100us|NBBO",
    ]


def test_a_router_sees_and_sends_at_half_the_round_trip_each() -> None:
    trip = {"NYSE": "300us", "default": "400us"}
    assert rows({**ROUTER, "round_trip": trip})[3:] == [
        "client|quotes|direct feed|150us|NYSE",
        "client|quotes|direct feed|200us|BATS",
        "client|orders|order entry|150us|NYSE",
        "client|orders|order entry|200us|BATS, POOL",
    ]


def test_a_router_on_the_sip() -> None:
    assert rows({**ROUTER, "feed": "sip"})[3] == "client|quotes|SIP|200us|NBBO and what it heard of each venue"


def test_a_maker_has_news_quotes_a_reaction_and_orders() -> None:
    assert rows(MAKER)[3:] == [
        "makers (2)|news|wire|1ms|",
        "makers (2)|quotes|direct feed|100us|NYSE, BATS",
        "makers (2)|reacts|itself|5us|",
        "makers (2)|orders|order entry|100us|NYSE, BATS",
    ]


def test_a_speed_bump_is_part_of_the_way_in() -> None:
    venues = [{"name": "NYSE", "kind": "lit"}, {"name": "IEX", "kind": "lit", "speed_bump": "350us"}]
    assert rows(ROUTER, venues=venues)[-1] == "client|orders|order entry|150us + 350us speed bump|IEX"


def test_a_sniper_hears_prints_over_its_wires() -> None:
    assert "sniper|prints|wire|20us to the order|NYSE>BATS, BATS>NYSE" in rows(SNIPER)
    assert "sniper|quotes, orders|host at the venue|2us there and back|NYSE, BATS" in rows(SNIPER)


def test_a_snipers_firms_are_counted_where_they_stand() -> None:
    assert "sniper (3)|stands at|host at the venue|firms|NYSE 1, BATS 3" in rows(
        {**SNIPER, "count": 3, "presence": {"NYSE": 1}}
    )


def test_a_pool_with_direct_feeds_sees_each_venue() -> None:
    pool = {"name": "POOL", "kind": "dark", "reference": {"feed": "direct", "latency": {"NYSE": "1us", "BATS": "9us"}}}
    venues = [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}, pool]
    assert [row for row in rows(venues=venues) if row.startswith("POOL")] == [
        "POOL|midpoint|direct feed|1us|NYSE",
        "POOL|midpoint|direct feed|9us|BATS",
    ]


def test_an_agent_that_is_left_out_sees_nothing() -> None:
    assert len(rows({**MAKER, "enabled": False})) == 3


def test_the_report_is_a_table_below_one_line_of_summary() -> None:
    text = str(check(with_agents({"kind": "idle"}, feeds={}, venues=[{"name": "NYSE", "kind": "lit"}])))
    assert text.splitlines() == [
        "small: XYZ from $100.00 for 60s (2s warm-up), seed 1; 1 venue, 1 agent; no problems.",
        "",
        "who  what  by  how late  where",
    ]


def test_what_venues_route_out_has_ways_too() -> None:
    venues = [
        {"name": "NYSE", "kind": "lit", "protection": {"link": "70us"}},
        {"name": "BATS", "kind": "lit", "protection": {"action": "cancel"}},
        {
            "name": "FIRM",
            "kind": "internaliser",
            "improvement": 0.001,
            "unwanted": "route_out",
            "route": {"venue": "BATS"},
        },
    ]
    assert [row for row in rows(venues=venues) if "routed out" in row] == [
        "NYSE|orders|routed out|70us|BATS",
        "FIRM|orders|routed out|200us|BATS",
    ]


def test_an_internaliser_at_a_site_routes_out_over_a_wire() -> None:
    venues = [
        {"name": "NYSE", "kind": "lit", "site": "mahwah"},
        {
            "name": "FIRM",
            "kind": "internaliser",
            "site": "secaucus",
            "reference": {"feed": "direct"},
            "improvement": 0.001,
            "unwanted": "route_out",
            "route": {"venue": "NYSE"},
        },
    ]
    assert "FIRM|orders|routed out|217.88us|NYSE" in rows(venues=venues)
