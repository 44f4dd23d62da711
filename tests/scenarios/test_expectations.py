from __future__ import annotations

from typing import Any

from analysis.tables import RunTables
from scenarios.expectations import Verdict, metrics, verdicts
from scenarios.load import load
from scenarios.run import run
from tests.analysis.builders import BUY, OTHER_CLIENT, SELL, Recording
from tests.scenarios.builders import small


def half_filled() -> RunTables:
    """The client wants 200 and gets 100 at the arrival mid of 100.00; another router gets all of its 50."""
    recording = Recording()
    recording.quote(0, 99_9900, 100_0100)
    recording.parent(1, BUY, 200, at=1, ends=90)
    recording.parent(2, SELL, 50, at=1, ends=90, owner=OTHER_CLIENT)
    recording.fill(1, 100_0000, 100, at=10, order_id=5)
    recording.parent_end(1, at=90, leaves=100)
    return recording.tables()


def verdict(metric: str, **expected: Any) -> Verdict:
    scenario = load(small(expect={metric: expected}, agents=[ROUTER]))
    return verdicts(scenario.expect, half_filled())[0]


ROUTER = {"kind": "router", "name": "client", "round_trip": "300us", "strategy": "smart"}


def test_an_expectation_that_holds_says_what_came_out() -> None:
    told = verdict("client.fill_rate", at_least=0.5)
    assert told == Verdict("client.fill_rate", "at least 0.5", 0.5, True)
    assert str(told) == "ok   client.fill_rate = 0.5, expected at least 0.5"


def test_an_expectation_that_fails_says_what_came_out() -> None:
    told = verdict("client.fill_rate", at_least=0.9)
    assert not told.holds
    assert str(told) == "FAIL client.fill_rate = 0.5, expected at least 0.9"


def test_what_is_not_measured_fails_and_says_so() -> None:
    told = Verdict("client.hft_share", "at most 0.1", None, False)
    assert str(told) == "FAIL client.hft_share = no such result, expected at most 0.1"
    assert told.as_json() == {
        "metric": "client.hft_share",
        "expected": "at most 0.1",
        "value": None,
        "holds": False,
    }


def test_a_figure_that_is_not_a_number_never_holds() -> None:
    told = verdict("client.hft_share", at_most=1)
    assert not told.holds, "nothing was aimed at: there is no share to speak of"


def test_verdicts_stand_in_the_order_of_the_scenario() -> None:
    expect = {"client.orders": {"equals": 1}, "client.fill_rate": {"between": [0.4, 0.6]}}
    scenario = load(small(expect=expect, agents=[ROUTER]))
    told = verdicts(scenario.expect, half_filled())
    assert [(each.metric, each.holds) for each in told] == [("client.orders", True), ("client.fill_rate", True)]


def test_a_routers_figures_at_one_venue_can_be_named_too() -> None:
    found = metrics(half_filled(), ["client@NYSE.filled_shares"])
    assert found["client@NYSE.filled_shares"] == 100
    assert "client@NYSE.venue" not in found


def test_figures_that_nobody_asks_for_are_not_computed() -> None:
    assert set(metrics(half_filled(), ["market.trades"])) == {"market.trades", "market.shares_traded"}


def test_without_expectations_nothing_is_computed() -> None:
    assert verdicts({}, None) == []  # type: ignore[arg-type]


def test_every_routers_figures_can_be_named_and_the_markets_too() -> None:
    found = metrics(half_filled(), ["a family that is not there"])
    assert found["client.filled_shares"] == 100
    assert found["other.ordered_shares"] == 50
    assert (found["market.trades"], found["market.shares_traded"]) == (0, 0), "fills by hand write no trades"


def test_what_anybody_earned_against_the_value_can_be_named() -> None:
    assert metrics(half_filled(), ["router.edge_per_second"])["router.edge_per_second"] == 0


def test_the_share_of_races_is_of_what_traded() -> None:
    """One share in the race: of two that want 100 at once one is late; then 300 trade without a rival."""
    agents = [
        {"kind": "scripted", "name": "maker", "round_trip": "2us", "orders": [order("1ms", "sell", 100, "100.00")]},
        {
            "kind": "scripted",
            "name": "first",
            "round_trip": "2us",
            "orders": [order("9ms", "buy", 100, "100.00", "ioc")],
        },
        {
            "kind": "scripted",
            "name": "late",
            "round_trip": "9us",
            "orders": [order("9ms", "buy", 100, "100.00", "ioc")],
        },
        {"kind": "scripted", "name": "then", "round_trip": "2us", "orders": [order("20ms", "sell", 300, "100.01")]},
        {
            "kind": "scripted",
            "name": "alone",
            "round_trip": "2us",
            "orders": [order("30ms", "buy", 300, "100.01", "ioc")],
        },
    ]
    market = {"name": "NYSE", "kind": "lit"}
    result = run(small(venues=[market], feeds={}, agents=agents, duration="50ms", warm_up="0s"))
    assert metrics(result.tables, ["market.race_share"])["market.race_share"] == 0.25


def order(at: str, side: str, qty: int, limit: str, time_in_force: str = "day") -> dict[str, Any]:
    """A stated order."""
    return {"at": at, "venue": "NYSE", "side": side, "qty": qty, "limit": limit, "time_in_force": time_in_force}
