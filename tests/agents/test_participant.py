"""What every participant's ledger says must be what the venues charged, as the log has it."""

from __future__ import annotations

from agents.participant import CASH, POSITION
from analysis.profits import profits
from scenarios.run import run

TIERS = [{"shares": 1_000, "maker": -0.0025, "taker": 0.0028}, {"shares": 5_000, "maker": -0.003, "taker": 0.0025}]
TIERED = {
    "name": "tiered",
    "duration": "3s",
    "warm_up": "10ms",
    "instruments": [{"symbol": "XYZ", "price": 100}],
    "venues": [
        {
            "name": "NYSE",
            "kind": "lit",
            "fees": {"maker": -0.002, "taker": 0.003, "routed": 0.004, "tiers": TIERS},
            "protection": {},
        },
        {"name": "BATS", "kind": "lit", "fees": {"maker": -0.001, "taker": 0.002}, "protection": {}},
    ],
    "fundamental": {"kind": "constant"},
    "agents": [
        {
            "kind": "background_flow",
            "limit_rate": "100/s",
            "market_rate": "60/s",
            "depth": 0.05,
            "lifetime": "500ms",
            "news": "1ms",
            "round_trip": "100us",
        },
        {"kind": "market_maker", "half_spread": 0.02, "size": 200, "news": "1ms"},
    ],
}


def test_ledgers_know_volume_tiers_and_what_was_filled_elsewhere():
    result = run(TIERED)
    tables, found = result.tables, profits(result.tables)
    reports = tables["reports"]
    assert ((reports["liquidity"] == 3) & (reports["last_qty"] > 0)).any()  # some were routed out
    states = tables.states
    for name in ("background_flow", "market_maker"):
        row = found.names.index(name)
        number = next(n for n, known in tables.directory.agents.items() if known == name)
        own = states[states["owner"] == number].groupby("key")["value"].last()
        assert own[POSITION] == found.position[row]
        assert own[CASH] == found.profit[row] - found.position[row] * found.mid
        assert found.traded[row] > 5_000  # the last tier
