"""Whoever sells to pegs as their quote goes: when it acts, at which price, and that it acts once a level."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.load import load
from scenarios.run import RunResult, run
from tests.scenarios.builders import small

US, MS = 1_000, 1_000_000


def market(ends: dict[str, str], **taker: Any) -> dict[str, Any]:
    """Bids at 99.99 and asks at 100.02 in three venues; the bids leave at these times. IEX is the target."""
    lit = [{"name": name, "kind": "lit", "service": "1ns"} for name in ("A", "B", "C", "IEX")]
    quotes = [
        {"at": "0ms", "venue": name, "side": side, "qty": 100, "limit": limit}
        for name in ("A", "B", "C")
        for side, limit in (("buy", 99.99), ("buy", 99.97), ("sell", 100.02))
    ]
    for quote in quotes:
        if quote["limit"] == 99.99 and quote["venue"] in ends:
            quote["cancel_at"] = ends[quote["venue"]]
    script = {"kind": "scripted", "name": "quotes", "round_trip": "2us", "orders": quotes}
    its = {"kind": "agents.crumble_taker:CrumbleTaker", "name": "taker", "target": "IEX", "round_trip": "20us"}
    return small(venues=lit, duration="30ms", warm_up="0s", agents=[script, {**its, **taker}])


def sent(result: RunResult) -> list[tuple[int, int, int, int]]:
    """(at IEX in ns, side, price, shares) of the taker's orders."""
    orders = result.tables.orders
    mine = orders[orders["owner"] == 1]
    return list(mine[["at", "side", "price", "qty"]].itertuples(index=False, name=None))


def test_it_sells_at_the_midpoint_when_few_are_left() -> None:
    result = run(market({"A": "10ms", "B": "11ms"}, remaining=1))
    left = 11 * MS + 1 * US + 1
    assert sent(result) == [(left + 10 * US + 29 * US + 10 * US + 1, -1, 100_0100, 300)]  # 100.005 up to the tick


def test_it_acts_once_for_a_price_level() -> None:
    assert len(sent(run(market({"A": "10ms", "B": "11ms"}, remaining=2)))) == 1
    assert len(sent(run(market({"A": "10ms", "B": "11ms", "C": "12ms"}, remaining=2)))) == 1


def test_a_level_that_goes_at_once_is_too_late_to_act_on() -> None:
    assert sent(run(market({"A": "10ms", "B": "10ms", "C": "10ms"}, remaining=0))) == []


def test_at_its_limit_it_stops() -> None:
    assert sent(run(market({"A": "10ms"}, remaining=2, position_limit=200))) == []


def test_the_target_is_one_of_its_venues() -> None:
    with pytest.raises(ValueError, match="target = 'X' is none of its venues: A, B, C, IEX"):
        run(load(market({}, target="X")))
