"""Gateways in a running market: a burst slows the venue that suffers it, and nobody else."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from analysis.congestion import gateway_delays, inside, plot_congestion
from scenarios.load import load
from scenarios.run import RunResult, run
from tests.scenarios.builders import messages, small

MS = 1_000_000
FLOW = {"kind": "background_flow", "name": "flow", "limit_rate": "300/s", "market_rate": "30/s", "news": "1ms"}
BURST = {"kind": "burst_flow", "name": "burst", "venues": ["NYSE"], "at": "200ms", "messages": 2000, "rate": "1000/ms"}


def venue(name: str, **gateway: Any) -> dict[str, Any]:
    return {"name": name, "kind": "lit", "gateway": gateway}


def market(*agents: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Two venues whose gateways take 2 us a message, under random flow of their own."""
    venues = [venue("NYSE", service="2us"), venue("BATS", service="2us")]
    return small(
        **{
            "venues": venues,
            "fundamental": {"kind": "constant"},
            "duration": "600ms",
            "warm_up": "0s",
            "agents": list(agents),
            **keys,
        }
    )


def taken(result: RunResult, venue: int) -> list[tuple[int, ...]]:
    """What the flow's messages were, and when the venue took them; ids differ, as the burst has some."""
    orders = result.tables["orders"]
    here = (orders["venue"] == venue) & (orders["owner"] == 0)
    return [tuple(int(orders[c][i]) for c in ("at", "action", "side", "price", "qty")) for i in np.flatnonzero(here)]


def delays(result: RunResult, venue: int, start: int = 200 * MS, stop: int = 204 * MS) -> np.ndarray:
    """ns in the gateways of the flow's messages that came between two times."""
    seen = result.tables["gateway_messages"]
    when = (seen["arrived"] >= start) & (seen["arrived"] < stop)
    mine = when & (seen["venue"] == venue) & (seen["owner"] == 0)
    return seen["left"][mine] - seen["arrived"][mine]


def test_a_burst_slows_the_venue_that_suffers_it_and_nobody_else() -> None:
    idle = {"kind": "idle", "name": "burst"}
    calm, burst = run(market(FLOW, idle)), run(market(FLOW, BURST))
    assert taken(calm, venue=1) == taken(burst, venue=1)
    assert taken(calm, venue=1)
    assert taken(calm, venue=0) != taken(burst, venue=0)
    assert set(delays(calm, venue=0)) == {2_000}
    assert delays(burst, venue=0).mean() > 100_000, "2,000 messages of 2 us each came in 2 ms"
    assert set(delays(burst, venue=1)) == {2_000}


def test_a_port_of_its_own_keeps_the_burst_away_from_the_others() -> None:
    venues = [venue("NYSE", service="2us", ports=2), venue("BATS")]
    result = run(market(FLOW, BURST, venues=venues))
    assert set(delays(result, venue=0)) == {2_000}


def test_a_rate_limit_makes_the_burst_wait_and_nobody_else() -> None:
    venues = [venue("NYSE", service="2us", rate_limit="100/ms", burst=50), venue("BATS")]
    result = run(market(FLOW, BURST, venues=venues))
    assert delays(result, venue=0).max() <= 51 * 2_000, "the tokens of a burst, and itself"
    table = gateway_delays(result.tables).set_index(["venue", "agent"])
    assert table.loc[("NYSE", "burst"), "max_us"] == pytest.approx(1950 * 10 - 2_000, rel=0.02)


def test_a_queue_that_is_full_refuses_and_the_venue_says_so() -> None:
    venues = [venue("NYSE", service="2us", queue_limit=100), venue("BATS")]
    result = run(market(FLOW, BURST, venues=venues))
    reports = result.tables.reports
    refused = reports[reports["reason"] == 92]
    assert len(refused) > 500
    assert set(refused["venue"]) == {0}
    times, many = inside(result.tables, venue=0)
    assert many.max() == 101, "100 wait and one is served"
    assert len(times) == len(many)


def test_the_same_market_twice_is_the_same() -> None:
    scenario = market(FLOW, BURST, venues=[venue("NYSE", rate_limit="100/ms", queue_limit=500), venue("BATS")])
    assert run(scenario).digest == run(scenario).digest


def test_random_arrivals_wait_as_long_as_pollaczek_and_khinchine_say() -> None:
    """Poisson arrivals, fixed service s: the mean wait is rho s / (2 (1 - rho)); 40 batches for the standard error."""
    flow = {**FLOW, "limit_rate": "15000/s", "market_rate": "5000/s", "lifetime": "10s"}
    one = [venue("NYSE", service="25us")]
    result = run(market(flow, venues=one, duration="1s"))
    seen = result.tables["gateway_messages"]
    fresh = seen["arrived"] > 50 * MS
    waits = (seen["left"] - seen["arrived"])[fresh] - 25_000
    rho = fresh.sum() * 25_000 / 950e6
    expected = rho * 25_000 / (2 * (1 - rho))
    means = [batch.mean() for batch in np.array_split(waits, 40)]
    error = np.std(means, ddof=1) / math.sqrt(len(means))
    assert 0.4 < rho < 0.7
    assert error < 0.1 * expected
    assert abs(waits.mean() - expected) < 4 * error


def test_the_figure_of_a_burst_is_drawn(tmp_path: Any) -> None:
    result = run(market(FLOW, BURST))
    assert plot_congestion(result.tables, tmp_path / "congestion.png").stat().st_size > 10_000
    with pytest.raises(ValueError, match="give a venue a `gateway`"):
        plot_congestion(run(market(venues=[{"name": "NYSE", "kind": "lit"}])).tables, tmp_path / "none.png")


def test_the_report_of_a_run_shows_what_its_gateways_cost(tmp_path: Any) -> None:
    run(market(FLOW, BURST)).save(tmp_path)
    assert (tmp_path / "congestion.png").exists()
    assert "<h2>Gateways</h2>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_pools_and_internalisers_have_gateways_too() -> None:
    pool = {"name": "POOL", "kind": "dark", "gateway": {"service": "3us"}, "reference": {"feed": "direct"}}
    house = {"name": "HOUSE", "kind": "internaliser", "improvement": 0.001, "gateway": {"service": "3us"}}
    venues = [venue("NYSE"), pool, {**house, "reference": {"feed": "direct"}}]
    script = {
        "kind": "scripted",
        "orders": [{"at": "1ms", "venue": name, "side": "buy", "qty": 100} for name in ("POOL", "HOUSE")],
    }
    result = run(market(script, venues=venues))
    seen = result.tables["gateway_messages"]
    assert sorted(zip(seen["venue"].tolist(), (seen["left"] - seen["arrived"]).tolist(), strict=True)) == [
        (1, 3_000),
        (2, 3_000),
    ]


# -- what may be written ----------------------------------------------------------------------------


def test_a_gateway_is_written_back_as_it_was() -> None:
    gateway = {"ports": 4, "rate_limit": "1000/s", "burst": 50, "on_limit": "reject", "cancels": "exempt"}
    scenario = load(market(venues=[venue("NYSE", **gateway)]))
    written = scenario.model_dump()["venues"][0]["gateway"]
    assert {key: written[key] for key in gateway} == gateway
    assert load(scenario) == scenario


@pytest.mark.parametrize(
    ("gateway", "message"),
    [
        ({"rate_limit": 1000}, "rate_limit: 1000 has no unit; write 1000/s or 1000/min"),
        (
            {"rate_limit": "0/s"},
            "rate_limit: 0/s lets nothing by; write a rate above zero, such as 1000/s, or take it out",
        ),
        ({"burst": 5}, " burst without `rate_limit` limits nothing; write one, such as 1000/s"),
        ({"rate_limit": "1/s", "burst": 0}, "burst: 0 is too few; write a whole number of 1 or more"),
        ({"ports": 0}, "ports: 0 is too few; write a whole number of 1 or more"),
        ({"ports": 1001}, "ports: 1001 ports; write 1000 or fewer"),
        ({"queue_limit": -1}, "queue_limit: -1 is negative; write a whole number of 0 or more"),
        ({"service": 2}, "service: 2 has no unit; write 2us, 2ms or 2s"),
        (
            {"rate_limit": "1/s", "on_limit": "drop"},
            "on_limit: 'drop' is not possible here; write one of: queue, reject",
        ),
        ({"rate_limit": "1/s", "per": "firm"}, "per: 'firm' is not possible here; write one of: session, port"),
        (
            {"rate": "1/s"},
            "rate: unknown key; did you mean 'rate_limit'? (keys here: service, ports, rate_limit, burst, on_limit, "
            "per, cancels, queue_limit)",
        ),
    ],
)
def test_a_wrong_gateway_says_what_to_write(gateway: dict[str, Any], message: str) -> None:
    joined = "" if message.startswith(" ") else "."
    said = message.removeprefix(" ") if not joined else message
    place = "venues.NYSE.gateway" + (": " if not joined else ".")
    assert messages(market(venues=[venue("NYSE", **gateway)])) == [place + said]
