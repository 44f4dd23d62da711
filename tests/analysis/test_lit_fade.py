"""What was displayed when a parent arrived, and what of it was gone when its first lit child was sent."""

from __future__ import annotations

import math
from typing import Any

from analysis.lit_fade import Fade, lit_fade
from scenarios.run import run

PARENT = {"at": "5ms", "side": "buy", "qty": 500, "horizon": "5ms"}


def fade_of(*agents: dict[str, Any], strategy: str = "dark_first", **parent: Any) -> Fade:
    """Two venues with 300 shares a side each, a pool 1 ms away, one parent of 500 shares."""
    rests = {"kind": "resting_orders", "levels": 5, "size": 300}
    client = {"kind": "router", "round_trip": "1ms", "strategy": strategy, "orders": [{**PARENT, **parent}]}
    venues = [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}]
    pool = {"name": "POOL", "kind": "dark", "reference": {"feed": "direct"}}
    market = {
        "name": "fade",
        "duration": "20ms",
        "warm_up": "1ms",
        "instruments": [{"symbol": "XYZ", "price": 100}],
        "venues": [*venues, pool],
        "agents": [rests, client, *agents],
    }
    return lit_fade(run(market).tables)


def taker(at: str, side: str = "buy", qty: int = 300) -> dict[str, Any]:
    """Somebody else, 10 us from NYSE."""
    orders = [{"at": at, "side": side, "qty": qty, "horizon": "1ms"}]
    strategy = {"kind": "single_venue", "venue": "NYSE", "max_rounds": 1}
    return {"kind": "router", "name": "other", "round_trip": "20us", "strategy": strategy, "orders": orders}


def test_nothing_fades_where_nobody_takes_anything() -> None:
    assert fade_of() == Fade(600, 0, 1)


def test_what_others_take_meanwhile_has_faded() -> None:
    assert fade_of(taker("5500us")) == Fade(600, 300, 1)
    assert fade_of(taker("5500us"), side="sell") == Fade(600, 0, 1)
    assert fade_of(taker("5500us", side="sell"), side="sell") == Fade(600, 300, 1)


def test_what_others_took_before_was_not_displayed() -> None:
    assert fade_of(taker("4500us")) == Fade(300, 0, 1)


def test_what_they_take_later_does_not_count() -> None:
    assert fade_of(taker("6100us")) == Fade(600, 0, 1)


def test_a_parent_that_goes_to_the_lit_market_at_once_waits_for_nobody() -> None:
    fade = fade_of(taker("5500us"), strategy="price_time")
    assert fade == Fade(0, 0, 0)
    assert math.isnan(fade.share)
