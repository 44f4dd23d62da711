"""POV: own shares follow what the market has printed, heard through the router's own feeds."""

from __future__ import annotations

import pytest

from agents.algos.algo import part_of_market
from agents.algos.pov import Pov
from agents.tables import ALGO_KINDS
from tests.agents.algos.builders import ASK, HORIZON, START, deep_market, end, order, slices, work
from tests.agents.builders import BUY, MS, SELL, Stage

TENTH = Pov(rate=100_000, interval=10 * MS)


def crowd_trades(stage: Stage, *trades: tuple[int, int]) -> None:
    """(ns since the order's arrival, shares) that others trade."""
    for at, qty in trades:
        stage.takes("NYSE", BUY, qty, at=START + at)


def test_own_shares_are_the_rate_of_all_shares():
    stage = deep_market()
    crowd_trades(stage, (1 * MS, 9_000), (12 * MS, 1_800), (25 * MS, 950))
    work(stage, order(TENTH, 100_000, kind="pov"))
    assert slices(stage) == [(10 * MS, 1_000), (20 * MS, 200), (30 * MS, 100)]
    assert end(stage) == ("EXPIRED", 1_300, 98_700)


def test_what_is_less_than_a_lot_waits_for_more():
    stage = deep_market()
    crowd_trades(stage, (1 * MS, 899), (15 * MS, 1))
    work(stage, order(TENTH, 100_000, kind="pov"))
    assert slices(stage) == [(20 * MS, 100)]


def test_a_print_counts_when_it_has_arrived_not_when_it_was_made():
    stage = deep_market()
    crowd_trades(stage, (9 * MS, 9_000))
    work(stage, order(TENTH, 100_000, kind="pov"), feed=2 * MS)
    assert slices(stage)[0] == (20 * MS, 1_000)


def test_what_traded_before_the_order_came_does_not_count():
    stage = deep_market()
    stage.takes("NYSE", BUY, 50_000, at=START - 100)
    crowd_trades(stage, (5 * MS, 900))
    work(stage, order(TENTH, 100_000, kind="pov"))
    assert slices(stage) == [(10 * MS, 100)]


def test_the_last_shares_need_no_round_lot():
    stage = deep_market()
    crowd_trades(stage, (1 * MS, 9_000))
    work(stage, order(TENTH, 250, kind="pov"))
    assert slices(stage) == [(10 * MS, 250)]
    assert end(stage) == ("FILLED", 250, 0)


def test_what_a_slice_missed_is_in_the_next_one():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 9_100, ASK)
    stage.rests("NYSE", SELL, 5_000, ASK, at=START + 20 * MS)
    crowd_trades(stage, (1 * MS, 9_000))
    work(stage, order(TENTH, 100_000, kind="pov"))
    assert slices(stage)[:2] == [(10 * MS, 1_000), (20 * MS, 900)]


def test_the_schedule_is_logged_as_it_becomes_known():
    stage = deep_market()
    crowd_trades(stage, (1 * MS, 9_000))
    work(stage, order(TENTH, 100_000, kind="pov"))
    rows = [(row["at"] - START, row["by"] - START, row["qty"]) for row in stage.rows("algo_schedule")]
    assert rows[0] == (10 * MS, 20 * MS, 1_000)
    assert len(rows) == HORIZON // (10 * MS) - 1
    assert ALGO_KINDS[stage.rows("algo_orders")[0]["kind"]] == "pov"


@pytest.mark.parametrize(("rate", "others", "own"), [(100_000, 900, 100), (500_000, 77, 77), (1, 999_999, 1)])
def test_the_rate_counts_own_shares_on_both_sides(rate, others, own):
    assert part_of_market(rate, others) == own
    assert own / (own + others) == pytest.approx(rate / 1e6)
