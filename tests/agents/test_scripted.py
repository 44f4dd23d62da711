"""Scripts and bursts: what is stated is what a venue gets, and when."""

from __future__ import annotations

from typing import Any

import pytest

from agents.scripted import BurstTerms
from scenarios.run import RunResult, run
from tests.scenarios.builders import messages, small

MS = 1_000_000


def market(*agents: dict[str, Any]) -> dict[str, Any]:
    venue = {"name": "NYSE", "kind": "lit", "service": "1ns"}
    return small(venues=[venue], duration="20ms", warm_up="0s", agents=list(agents))


def script(*orders: dict[str, Any], **keys: Any) -> dict[str, Any]:
    whole = [{"venue": "NYSE", "side": "buy", "qty": 100, **order} for order in orders]
    return {"kind": "scripted", "name": "script", "round_trip": "200us", "orders": whole, **keys}


def came(result: RunResult) -> list[tuple[int, ...]]:
    """(at, action, side, price, qty) of what the venue got; 0 NEW, 1 CANCEL."""
    orders = result.tables.orders
    return list(orders[["at", "action", "side", "price", "qty"]].itertuples(index=False, name=None))


def test_orders_and_cancels_come_when_the_script_says() -> None:
    orders = ({"at": "1ms", "limit": 99.99, "cancel_at": "3ms"}, {"at": "2ms", "side": "sell", "limit": 100.01})
    way = 100_001
    assert came(run(market(script(*orders)))) == [
        (1 * MS + way, 0, 1, 99_9900, 100),
        (2 * MS + way, 0, -1, 100_0100, 100),
        (3 * MS + way, 1, 0, 0, 0),
    ]


def test_of_one_time_the_first_in_the_script_goes_first() -> None:
    sizes = [qty for *_, qty in came(run(market(script(*({"at": "1ms", "limit": 99, "qty": q} for q in (3, 1, 2))))))]
    assert sizes == [3, 1, 2]


def test_orders_carry_their_terms() -> None:
    order = {
        "at": "1ms",
        "limit": 99.99,
        "display_qty": 0,
        "min_qty": 50,
        "time_in_force": "gtc",
        "peg": "midpoint",
        "peg_offset": -0.01,
    }
    terms = run(market(script(order))).tables.order_terms.iloc[0]
    assert (terms["display_qty"], terms["min_qty"], terms["peg"], terms["peg_offset"]) == (0, 50, 2, -100)


def test_what_a_script_trades_is_on_its_account() -> None:
    orders = ({"at": "1ms", "side": "sell", "limit": 100.01}, {"at": "2ms", "limit": 100.01, "time_in_force": "ioc"})
    sells, buys = script(orders[0]), script(orders[1], name="other")
    states = run(market(sells, buys)).tables.states
    last = states[states["key"] == 0].groupby("owner")["value"].last()
    assert last.tolist() == [-100, 100]


def test_a_burst_is_as_fast_as_it_says_and_leaves_nothing_behind() -> None:
    burst = {"kind": "burst_flow", "at": "1ms", "messages": 6, "rate": "3/ms", "offset": 0.5, "round_trip": "2ns"}
    result = run(market(burst))
    first = 1 * MS + 2
    assert came(result)[:3] == [
        (first, 0, 1, 99_5000, 100),
        (first + 333_333, 1, 0, 0, 0),
        (first + 666_666, 0, -1, 100_5000, 100),
    ]
    assert came(result)[5][0] == first + 5 * MS // 3
    assert result.tables.quotes.iloc[-1][["bid_qty", "ask_qty"]].tolist() == [0, 0]


def test_a_burst_comes_again() -> None:
    burst = {"kind": "burst_flow", "at": "1ms", "messages": 4, "rate": "1000/ms", "every": "5ms", "round_trip": "2ns"}
    starts = [at for n, (at, *_) in enumerate(came(run(market(burst)))) if n % 4 == 0]
    assert starts == [1 * MS + 2, 6 * MS + 2, 11 * MS + 2, 16 * MS + 2]


def test_the_gaps_of_a_burst_do_not_drift() -> None:
    terms = BurstTerms(at=0, count=10, messages=3, per=10, bid=1, ask=2, size=1)
    assert [terms.sent_at(100, n) for n in range(7)] == [100, 103, 106, 110, 113, 116, 120]


@pytest.mark.parametrize(
    ("agent", "problem"),
    [
        (
            script({"at": "1ms", "cancel_at": "500us"}),
            "agents.script.orders[0]: cancel_at is before the order is sent; write a time from `at` on, or take it out",
        ),
        (
            script({"at": "1ms", "venue": "NYSEE"}),
            "agents.script.orders[0].venue: no venue is named 'NYSEE'; did you mean 'NYSE'? (venues: NYSE)",
        ),
        (
            script({"at": "1ms", "peg": "discretion"}),
            "agents.script.orders[0].peg: 'discretion' is not possible here; did you mean 'discretionary'? "
            "(write one of: none, primary, midpoint, market, discretionary)",
        ),
        (script({"at": 1}), "agents.script.orders[0].at: 1 has no unit; write 1us, 1ms or 1s"),
        (
            {"kind": "burst_flow", "at": "1ms", "messages": 0, "rate": "1/ms"},
            "agents.burst_flow.messages: 0 is too few; write a whole number of 1 or more",
        ),
        (
            {"kind": "burst_flow", "at": "1ms", "messages": 5, "rate": "0/ms"},
            "agents.burst_flow.rate: 0/ms sends nothing; write a rate above zero, such as 1000/ms",
        ),
    ],
)
def test_a_wrong_script_says_what_to_write(agent: dict[str, Any], problem: str) -> None:
    assert messages(market(agent)) == [problem]
