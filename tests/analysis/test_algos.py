"""What an algorithm's order cost as a whole: one order, however many slices."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.algos import algo_ledger, algo_table, filled_by, schedule
from analysis.shortfall import shortfall
from scenarios.run import RunResult, run

MARKET = {
    "name": "whole_orders",
    "duration": "8s",
    "warm_up": "1s",
    "instruments": [{"symbol": "XYZ", "price": 100}],
    "fundamental": {"kind": "jump", "rate": "5/s", "size": 0.01},
    "venues": [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}],
    "agents": [
        {"kind": "background_flow", "limit_rate": "200/s", "market_rate": "30/s", "lifetime": "300ms", "news": "10ms"},
        {
            "kind": "router",
            "name": "client",
            "round_trip": "400us",
            "strategy": "smart",
            "orders": [
                {"at": "2s", "side": "buy", "qty": 4_000, "horizon": "4s", "algo": {"kind": "twap", "slices": 4}},
                {"at": "2s", "side": "sell", "qty": 9_000, "horizon": "4s", "limit": 100.02, "algo": "vwap"},
                {
                    "at": "2s",
                    "side": "buy",
                    "qty": 500,
                    "horizon": "1s",
                    "limit": 90,
                    "algo": {"kind": "iceberg", "show": 100},
                },
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run(MARKET)


def test_the_parts_add_up_and_are_perold_s_to_the_millionth(result: RunResult):
    ledger = algo_ledger(result.tables)
    reports, slices = result.tables["reports"], result.tables["algo_slices"]
    children = result.tables["children"]
    for row, algo_id in enumerate(ledger["algo_id"].tolist()):
        pieces = slices["parent_id"][slices["algo_id"] == algo_id]
        own = np.isin(reports["order_id"], children["order_id"][np.isin(children["parent_id"], pieces)])
        own &= reports["last_qty"] > 0
        fills = list(zip(reports["last_px"][own].tolist(), reports["last_qty"][own].tolist(), strict=True))
        paid = {
            name: int(ledger[name][row]) for name in ("side", "qty", "fees", "arrival_mid", "market_mid", "end_mid")
        }
        whole = shortfall(
            paid["side"], paid["qty"], fills, paid["fees"], paid["arrival_mid"], paid["market_mid"], paid["end_mid"]
        )
        assert int(ledger["shortfall"][row]) == whole.total
        assert sum(qty for _, qty in fills) == int(ledger["filled"][row])


def test_the_mid_on_arrival_is_the_order_s_not_its_slices(result: RunResult):
    table = algo_table(result.tables)
    assert len(set(table["arrival_mid"][:2])) == 1


def test_what_was_never_filled_counts_as_opportunity(result: RunResult):
    iceberg = algo_table(result.tables).iloc[2]
    assert (iceberg["filled_shares"], iceberg["status"], iceberg["kind"]) == (0, "EXPIRED", "iceberg")
    ledger = algo_ledger(result.tables)
    move = (int(ledger["end_mid"][2]) - int(ledger["arrival_mid"][2])) * 500
    assert iceberg["shortfall"] == pytest.approx(move / 1e6)


def test_tracking_is_held_against_the_plan(result: RunResult):
    (algo_id, *_) = algo_ledger(result.tables)["algo_id"].tolist()
    by, planned = schedule(result.tables, algo_id)
    assert planned.tolist() == [1_000, 2_000, 3_000, 4_000]
    off = (filled_by(result.tables, algo_id, by) - planned) / 4_000
    table = algo_table(result.tables)
    assert table["tracking_error"].iloc[0] == pytest.approx(float(np.sqrt(np.mean(off**2))))
    assert np.isnan(table["tracking_error"].iloc[2])


def test_participation_is_of_all_that_traded_while_it_was_in_work(result: RunResult):
    row, trades = algo_table(result.tables).iloc[0], result.tables["trades"]
    during = (trades["at"] >= row["at"]) & (trades["at"] <= row["ended_at"])
    assert row["participation"] == pytest.approx(row["filled_shares"] / trades["qty"][during].sum())
    assert row["market_vwap"] == pytest.approx(
        (trades["price"] * trades["qty"])[during].sum() / trades["qty"][during].sum() / 1e4
    )
