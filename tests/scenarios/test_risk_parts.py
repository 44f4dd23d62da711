"""Pre-trade risk of a scenario's router: every limit as it is written, and what a run says of refusals."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agents.risk.limits import Limits
from analysis.explain import explain
from scenarios.load import load
from scenarios.run import run
from scenarios.source import parse
from tests.scenarios.builders import ROUTER, problems, with_agents

FLOW = {"kind": "background_flow", "limit_rate": "200/s", "market_rate": "20/s", "lifetime": "300ms", "news": "10ms"}
S = 1_000_000_000

EVERYTHING = {
    "max_order_shares": 5000,
    "max_order_notional": 500000,
    "fat_finger": {"part": 0.03, "ticks": 20},
    "recent_volume": {"part": 0.5, "window": "10s", "free": 500},
    "price_collar": 0.05,
    "max_position": 20000,
    "max_symbol_notional": 2000000,
    "max_gross_notional": "5000000",
    "credit": 1000000,
    "message_rate": {"rate": "1.5/ms", "burst": 20},
    "duplicate_window": "10ms",
    "restricted": ["ABC"],
    "market_state": {"closed": "hold"},
    "kill_switch": {"loss": 1000, "rejects": {"count": 20}},
    "log": "all",
}


def market(risk: dict[str, Any], **orders: Any) -> dict[str, Any]:
    listed = {"at": "2s", "side": "buy", "qty": 1_000, "horizon": "500ms", **orders}
    router = {**ROUTER, "orders": [listed], "risk": risk}
    return with_agents(FLOW, router, fundamental={"kind": "constant"}, duration="3s")


def test_every_limit_has_its_unit_and_reaches_the_gate():
    scenario = load(market(EVERYTHING))
    assert scenario.agent("client").risk.limits() == Limits(
        max_order_shares=5_000,
        max_order_notional=5_000_000_000,
        fat_finger_percent=30_000,
        fat_finger_ticks=20,
        volume_part=500_000,
        volume_window=10 * S,
        volume_free=500,
        collar_percent=50_000,
        max_position=20_000,
        max_symbol_notional=20_000_000_000,
        max_gross_notional=50_000_000_000,
        credit=10_000_000_000,
        message_rate=1_500,
        message_period=S,
        message_burst=20,
        duplicate_window=10_000_000,
        restricted=("ABC",),
        halted="hold",
        auction="hold",
        closed="hold",
        no_quote="hold",
        recheck=1_000_000,
        max_loss=10_000_000,
        max_rejects=20,
        reject_window=S,
    )
    assert load(parse(scenario.to_yaml(), "again", Path()).tree) == scenario


def test_a_run_that_nothing_stops_is_the_run_without_risk():
    roomy = {key: value for key, value in EVERYTHING.items() if key not in ("log", "recent_volume")}
    assert run(market(roomy)).digest == run(market({})).digest


def test_refusals_are_in_the_tables_and_in_the_explanation():
    result = run(market({"max_order_shares": 50}))
    table = result.risk
    assert set(table["action"]) == {"REJECT"}
    assert set(table["code"]) == {"ORDER_SIZE"}
    parent = int(table["parent_id"].iloc[0])
    assert "pre-trade risk refuses child " in explain(result, parent)
    asked = int(table["measured"].iloc[0])
    assert f"ORDER_SIZE ({asked} shares, allowed 50 shares)" in explain(result, parent)


def test_a_message_rate_spreads_children_out():
    result = run(market({"message_rate": {"rate": "100/s"}}))
    wire = sorted(result.orders.query("owner == 1")["at"].tolist())
    assert len(wire) > 2
    assert all(later - before >= S // 100 - 1_000 for before, later in pairwise(wire))
    assert set(result.risk["action"]) == {"HOLD"}


@pytest.mark.parametrize(
    ("risk", "message"),
    [
        ({"max_order_share": 1}, "max_order_share: unknown key; did you mean 'max_order_shares'?"),
        ({"max_order_shares": 0}, "max_order_shares: 0 is not a number of shares; write one of 1 or more"),
        ({"fat_finger": {}}, "fat_finger: is empty; write `part`, `ticks` or both"),
        ({"price_collar": 0}, "price_collar: 0 must be above zero"),
        ({"price_collar": 1e-9}, "price_collar: 1e-09 is too small; write a part such as 0.05 for 5 %"),
        ({"market_state": {"halted": "wait"}}, "market_state.halted: 'wait' is not possible here"),
        ({"recent_volume": {"window": "5s"}}, "recent_volume.part: missing; write for example `part: 0.5`"),
        ({"duplicate_window": 5}, "duplicate_window: 5 has no unit; write 5us, 5ms or 5s"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(risk, message):
    (said,) = problems(market(risk))
    assert said.partition("client.risk.")[2].startswith(message)
