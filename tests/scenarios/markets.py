"""A market in which everything happens within a second or two of its time, and what is changed about it."""

from __future__ import annotations

from typing import Any

LIVELY: dict[str, Any] = {
    "name": "lively",
    "duration": "1200ms",
    "warm_up": "200ms",
    "seed": 3,
    "instruments": [{"symbol": "XYZ", "price": 100}],
    "fundamental": {"kind": "jump", "rate": "30/s", "size": 0.01, "min_size": 0.005},
    "venues": [
        {"name": "NYSE", "kind": "lit", "fees": {"maker": -0.0020, "taker": 0.0030}},
        {"name": "BATS", "kind": "lit", "fees": {"maker": -0.0015, "taker": 0.0025}},
        {"name": "POOL", "kind": "dark"},
    ],
    "feeds": {"sip": {}},
    "agents": [
        {"kind": "resting_orders", "name": "opening", "levels": 10, "size": 1000, "half_spread": 0.03},
        {
            "kind": "background_flow",
            "name": "background",
            "limit_rate": "200/s",
            "market_rate": "20/s",
            "lifetime": "200ms",
            "size": [100, 300],
            "depth": 0.02,
            "news": {"kind": "normal", "mean": "10ms", "sd": "2ms"},
        },
        {
            "kind": "market_maker",
            "name": "makers",
            "count": 2,
            "half_spread": 0.01,
            "size": 300,
            "levels": 1,
            "news": "1ms",
            "reaction": "20us",
            "round_trip": "100us",
            "position_limit": 5000,
            "requote": "500us",
        },
        {
            "kind": "sniper",
            "name": "snipers",
            "count": 2,
            "news": {"kind": "normal", "mean": "200us", "sd": "20us"},
            "links": {"NYSE": {"BATS": "20us"}, "BATS": {"NYSE": "20us"}},
            "threshold": 0.01,
            "max_size": 500,
            "position_limit": 5000,
            "hold": "100ms",
        },
        {"kind": "dark_liquidity", "rate": "20/s", "size": [200, 1000], "lifetime": "500ms"},
        {
            "kind": "router",
            "name": "client",
            "round_trip": "300us",
            "strategy": "smart",
            "orders": {"count": 10, "size": [500, 2000], "limit": {"offset": 0.02}, "horizon": "100ms"},
        },
    ],
}
"""Two lit venues and a pool, every kind of agent, ten parent orders; runs in a fraction of a second."""


def lively(**keys: Any) -> dict[str, Any]:
    """The lively market; keys replace or add to it."""
    return {**LIVELY, **keys}
