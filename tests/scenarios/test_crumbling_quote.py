"""A venue's crumbling-quote signal in a scenario: who hears it, what may be written, how good it was."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.quote_signals import resting_markout, signal_quality
from scenarios.knowledge import check_report
from scenarios.load import load
from scenarios.run import RunResult, run
from tests.scenarios.builders import messages, small

MS = 1_000_000
PEGS: dict[str, Any] = {"policies": {"peg_reference": "national"}, "reference": {"feed": "direct", "latency": "10us"}}


def venues(signal: dict[str, Any] | None = None, **iex: Any) -> list[dict[str, Any]]:
    lit = [{"name": name, "kind": "lit", "service": "1ns"} for name in ("A", "B", "C")]
    signal = {"latency": "50us"} if signal is None else signal
    return [*lit, {"name": "IEX", "kind": "lit", **PEGS, "crumbling_quote": signal, **iex}]


def order(at: str, venue: str, side: str, **more: Any) -> dict[str, Any]:
    return {"at": at, "venue": venue, "side": side, "qty": 100, **more}


def scripts() -> list[dict[str, Any]]:
    """Bids of three venues at 99.99 that leave one after the other; a discretionary peg, and one who comes to it."""
    ends = {"A": "10ms", "B": "10.2ms", "C": "10.4ms"}
    quotes = [order("0ms", name, "buy", limit=99.99, cancel_at=end) for name, end in ends.items()]
    quotes += [order("0ms", name, "buy", limit=99.98) for name in ends]
    quotes += [order("0ms", name, "sell", limit=100.03) for name in ends]
    seller = [order(at, "IEX", "sell", limit=100.00, time_in_force="ioc") for at in ("5ms", "10.3ms")]
    peg = [order("1ms", "IEX", "buy", peg="discretionary")] * 2
    parts = {"quotes": quotes, "peg": peg, "seller": seller}
    return [{"kind": "scripted", "name": n, "round_trip": "20us", "orders": o} for n, o in parts.items()]


def market(signal: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return small(**{"venues": venues(signal), "duration": "30ms", "warm_up": "0s", "agents": scripts(), **keys})


def prices_at_iex(result: RunResult) -> list[int]:
    trades = result.tables.trades
    return trades[trades["venue"] == 3]["price"].tolist()


def test_a_peg_goes_to_the_limit_before_the_quote_crumbles_and_not_while_it_does() -> None:
    assert prices_at_iex(run(market())) == [100_0000]
    assert prices_at_iex(run(market({"latency": "50us", "threshold": 1000}))) == [100_0000, 100_0000]


def test_what_is_heard_too_late_protects_nobody() -> None:
    assert prices_at_iex(run(market({"latency": "200us"}))) == [100_0000, 100_0000]


def test_how_often_the_signal_was_right() -> None:
    quality = signal_quality(run(market()).tables, "IEX")
    assert (quality.moves, quality.predicted, quality.firings, quality.followed) == (1, 1, 1, 1)
    assert quality.on_share == pytest.approx(200_000 / 30e6)  # from the second departure to the third, as heard
    with pytest.raises(ValueError, match="no venue is named 'X'; venues: A, B, C, IEX"):
        signal_quality(run(market()).tables, "X")


def test_a_scenario_may_expect_something_of_its_signal() -> None:
    expected = {"market.signal_predicted": {"equals": 1}, "market.signal_on_share": {"at_most": 0.01}}
    assert all(verdict.holds for verdict in run(market(expect=expected)).expectations)
    without = run(market({"latency": "50us", "threshold": 1000}, expect=expected)).expectations
    assert [verdict.value for verdict in without] == [None, None]


def test_the_markout_of_the_pegs_that_rested() -> None:
    tables = run(market()).tables
    markout, shares = resting_markout(tables, "scripted", 8 * MS)
    assert shares == 100
    assert markout == pytest.approx(100.005 - 100.00)  # the mid at 13 ms: 99.98 x 100.03


def test_pegged_liquidity_rests_where_its_peg_says() -> None:
    pegged = {"kind": "pegged_liquidity", "venues": ["IEX"], "rate": "500/s", "size": 100, "min_qty": 100}
    tables = run(market(agents=[*scripts(), pegged])).tables
    terms = tables.order_terms
    mine = terms[terms["order_id"].isin(tables.orders[tables.orders["owner"] == 3]["order_id"])]
    assert len(mine) > 3
    assert set(mine["peg"]) == {4}
    assert set(mine["min_qty"]) == {100}


def test_pegged_liquidity_may_have_a_cap_around_the_value() -> None:
    pegged = {
        "kind": "pegged_liquidity",
        "venues": ["IEX"],
        "rate": "500/s",
        "size": 100,
        "peg": "midpoint",
        "limit_offset": 0.005,
        "news": "1us",
    }
    tables = run(market(agents=[pegged], fundamental={"kind": "constant"})).tables
    orders = tables.orders[tables.orders["action"] == 0]
    assert set(zip(orders["side"], orders["price"], strict=True)) == {(1, 100_0000), (-1, 100_0000)}


def test_check_tells_what_the_signal_hears_and_how_late() -> None:
    rows = check_report(load(market())).rows
    assert [(row.who, row.how_late, row.where) for row in rows if row.what == "signal"] == [("IEX", "50us", "A, B, C")]


def test_a_signal_is_written_back_as_it_was() -> None:
    signal = {"hold": "5ms", "leaders": ["A", "C"], "coefficients": {"near": -1.5}}
    scenario = load(market(signal))
    written = scenario.model_dump()["venues"][3]["crumbling_quote"]
    assert (written["hold"], written["leaders"], written["coefficients"]["near"]) == ("5ms", ["A", "C"], -1.5)
    assert load(scenario) == scenario


def test_the_defaults_are_those_of_the_model() -> None:
    from venues.quote_model import SignalTerms

    iex = load(market({})).venue("IEX")
    assert iex.crumbling_quote.terms() == SignalTerms()


@pytest.mark.parametrize(
    ("signal", "problem"),
    [
        ({"hold": 2}, ".hold: 2 has no unit; write 2us, 2ms or 2s"),
        ({"window": "0s"}, ".window: '0s' is no time at all; write a duration above zero, such as 350us or 60s"),
        ({"least_left": 0}, ".least_left: 0 is too few; write a whole number of 1 or more"),
        ({"leaders": ["D"]}, ".leaders[0]: no venue is named 'D'; venues: A, B, C, IEX"),
        (
            {"leaders": ["IEX"]},
            ".leaders[0]: IEX is not one of the venues that the signal looks at; others: A, B, C",
        ),
        ({"latency": {"A": "1us"}}, ".latency: says nothing of B, C; write for example `B: 100us`"),
        (
            {"coefficients": {"nearest": 1}},
            ".coefficients.nearest: unknown key; did you mean 'near'? (keys here: constant, near, far, near_before, "
            "far_before, two_left, leaders_left)",
        ),
    ],
)
def test_a_wrong_signal_says_what_to_write(signal: dict[str, Any], problem: str) -> None:
    assert messages(market(signal)) == [f"venues.IEX.crumbling_quote{problem}"]


def test_a_signal_needs_pegs_to_protect_and_others_to_look_at() -> None:
    bare = {"name": "IEX", "kind": "lit", "crumbling_quote": {}}
    assert messages(small(venues=[bare, {"name": "A", "kind": "lit"}])) == [
        "venues.IEX.crumbling_quote: no peg here follows the national best; "
        "write `policies: {peg_reference: national}` beside it"
    ]
    assert messages(small(venues=[{**bare, **PEGS}])) == [
        "venues.IEX.crumbling_quote: there is no other lit venue whose quotes could crumble; "
        "add one to `venues`, or take it out"
    ]


def test_a_minimum_is_no_more_than_the_smallest_order() -> None:
    pegged = {"kind": "pegged_liquidity", "rate": "1/s", "size": [100, 500], "min_qty": 200}
    assert messages(market(agents=[pegged])) == [
        "agents.pegged_liquidity: min_qty 200 is more than the smallest size of 100; write less"
    ]
