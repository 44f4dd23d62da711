"""Trade-throughs in the log: what counts as one, and that order protection leaves none but stale ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.tables import RunTables
from analysis.trade_throughs import trade_throughs
from scenarios.run import RunResult, run
from tests.scenarios.markets import LIVELY
from venues.messages import Liquidity


def tables(
    trades: list[tuple[int, int, int, int]],
    quotes: list[tuple[int, int, int, int]],
    sweeps: Sequence[int] = (),
    lot: int = 100,
) -> RunTables:
    """Trades are (at, venue, price, side), quotes (at, venue, bid, ask) of 100 shares; takers are numbered from 0."""
    market = {"instrument": {"lot": lot}, "venues": [{"id": i, "name": f"V{i}", "kind": "lit"} for i in (0, 1)]}
    traded = pd.DataFrame(trades, columns=["at", "venue", "price", "side"])
    quoted = pd.DataFrame(quotes, columns=["at", "venue", "bid", "ask"]).assign(bid_qty=100, ask_qty=100)
    marked = pd.DataFrame({"order_id": list(sweeps)}, dtype="int64")
    return RunTables(
        {"trades": traded.assign(taker_order=range(len(trades))), "quotes": quoted, "sweeps": marked}, market
    )


ELSEWHERE = [(10, 1, 100, 104)]


@pytest.mark.parametrize(("price", "side", "through"), [(105, 1, 1), (104, 1, 0), (99, -1, 1), (100, -1, 0)])
def test_a_worse_price_than_another_venue_s_quote_is_a_trade_through(price: int, side: int, through: int) -> None:
    assert len(trade_throughs(tables([(20, 0, price, side)], ELSEWHERE))) == through


def test_a_venue_s_own_quote_is_no_other_s() -> None:
    assert trade_throughs(tables([(20, 1, 105, 1)], ELSEWHERE)).size == 0


def test_a_quote_that_is_younger_than_the_view_is_not_gone_through() -> None:
    young = tables([(20, 0, 105, 1)], ELSEWHERE)
    assert len(trade_throughs(young, age=10)) == 1
    assert trade_throughs(young, age=11).size == 0


def test_an_intermarket_sweep_is_exempt() -> None:
    assert trade_throughs(tables([(20, 0, 105, 1)], ELSEWHERE, sweeps=[0])).size == 0


def test_a_crossed_market_is_exempt() -> None:
    assert trade_throughs(tables([(20, 0, 107, 1)], [*ELSEWHERE, (12, 0, 106, 107)])).size == 0


def test_an_odd_lot_is_not_protected() -> None:
    assert trade_throughs(tables([(20, 0, 105, 1)], ELSEWHERE, lot=101)).size == 0


# -- order protection at work ------------------------------------------------------------------------------


ROUTED = int(Liquidity.ROUTED)


def market(protection: dict[str, Any] | None, **keys: Any) -> RunResult:
    """The lively market, both lit venues protecting each other."""
    venues = [dict(venue) for venue in LIVELY["venues"]]
    for venue in venues[:2] if protection is not None else ():
        venue["protection"] = protection
    return run({**LIVELY, "venues": venues, **keys})


def through(result: RunResult, age: int = 1) -> int:
    return len(trade_throughs(result.tables, age=age))


def at_once(**keys: Any) -> dict[str, Any]:
    return {"reference": {"feed": "direct", "latency": "1ns"}, **keys}


def test_without_protection_there_are_trade_throughs() -> None:
    assert through(market(None)) > 10


@pytest.mark.parametrize(
    "keys",
    [
        {"action": "cancel", "locks": "reject"},
        {"action": "reprice", "locks": "reprice"},
        {"action": "route_out", "locks": "route_out", "link": "1us"},
    ],
    ids=["cancel", "reprice", "route out"],
)
def test_with_a_view_without_delay_there_is_none(keys: dict[str, Any]) -> None:
    result = market(at_once(**keys))
    assert len(result.tables["trades"]) > 100
    assert through(result) == 0


def test_those_left_by_a_late_view_are_explained_by_staleness() -> None:
    late = {"action": "cancel", "reference": {"feed": "direct", "latency": "20ms"}}
    result = market(late)
    assert through(result) > 0
    assert through(result, age=20_000_000) == 0


def test_the_sip_protects_later() -> None:
    result = market({"action": "cancel", "reference": {"feed": "sip", "latency": "100us"}})
    assert through(result, age=270_000) == 0  # 150 us to the SIP, 20 us in it, 100 us to the venue, queues apart


def test_nothing_is_lost_on_the_way_to_another_venue() -> None:
    """What the venues' own participants bought and sold elsewhere, their customers have been told of, to the share."""
    result = market({"action": "route_out", "locks": "route_out", "link": "50us"})
    names = {agent["name"]: agent["id"] for agent in result.market["agents"]}
    routing = [number for name, number in names.items() if name.endswith("/routing")]
    reports = result.tables["reports"]
    elsewhere = np.isin(reports["owner"], routing) & (reports["last_qty"] > 0)
    told = reports["liquidity"] == ROUTED
    shares, paid = reports["last_qty"], reports["last_px"] * reports["last_qty"]
    assert told.sum() == elsewhere.sum() > 5
    assert shares[told].sum() == shares[elsewhere].sum()
    assert paid[told].sum() == paid[elsewhere].sum()
