"""Schedules at work: TWAP, VWAP, implementation shortfall, arrival price; what is caught up, and when."""

from __future__ import annotations

import pytest

from agents.algos.arrival_price import ArrivalPrice
from agents.algos.implementation_shortfall import ImplementationShortfall
from agents.algos.twap import Twap
from agents.algos.volume_curve import VolumeCurve
from agents.algos.vwap import Vwap
from agents.strategies.price_time import PriceTime
from tests.agents.algos.builders import ASK, BID, HORIZON, START, deep_market, end, order, sizes, slices, work
from tests.agents.builders import BUY, MS, SELL, Stage


@pytest.mark.parametrize(("qty", "count"), [(1_000, 10), (1_000, 3), (12_345, 7), (250, 4), (100, 8)])
def test_twap_slices_are_equal_to_a_lot_and_add_up(qty, count):
    stage = deep_market()
    work(stage, order(Twap(slices=count), qty))
    assert sum(sizes(stage)) == qty
    assert all(abs(size - qty / count) < 100 for size in sizes(stage))
    assert end(stage) == ("FILLED", qty, 0)


def test_twap_slices_start_at_even_times():
    stage = deep_market()
    work(stage, order(Twap(slices=4), 400))
    assert slices(stage) == [(0, 100), (25 * MS, 100), (50 * MS, 100), (75 * MS, 100)]


def test_vwap_slices_follow_the_curve():
    stage = deep_market()
    work(stage, order(Vwap(slices=4, curve=VolumeCurve((5, 1, 1, 3))), 10_000))
    assert sizes(stage) == [5_000, 1_000, 1_000, 3_000]


def test_vwap_pays_the_market_s_average_price_when_the_curve_is_exact_and_there_is_no_impact():
    """Prices that rise by a tick in each quarter, volume as the curve says: the average is the same, exactly."""
    curve, prices = (5, 1, 1, 3), [100_0100, 100_0200, 100_0300, 100_0400]
    stage = Stage("NYSE")
    for quarter, (weight, price) in enumerate(zip(curve, prices, strict=True)):
        begin = START - MS // 2 + quarter * HORIZON // 4
        ask = stage.rests("NYSE", SELL, 1_000_000, price, at=begin)
        stage.takes("NYSE", BUY, weight * 7_000, at=begin + 10 * MS)
        stage.cancels("NYSE", ask, at=begin + HORIZON // 4 - 1)
    work(stage, order(Vwap(slices=4, curve=VolumeCurve(curve)), 10_000))
    trades = stage.rows("trades")
    market = sum(row["price"] * row["qty"] for row in trades) / sum(row["qty"] for row in trades)
    fills = stage.fills(3)
    assert sum(fill.qty for fill in fills) == 10_000
    assert sum(fill.price * fill.qty for fill in fills) / 10_000 == market


def test_the_curve_of_a_day_decides_by_the_clock():
    stage = deep_market()
    day = (START - HORIZON, START + HORIZON)
    work(stage, order(Vwap(slices=2, curve=VolumeCurve((9, 9, 3, 1)), day=day), 4_000))
    assert sizes(stage) == [3_000, 1_000]


def test_implementation_shortfall_trades_as_the_paper_says():
    """The paper's million shares in five days, a day being 20 ms here."""
    stage = deep_market(qty=10_000_000)
    algo = ImplementationShortfall(
        slices=5,
        risk_aversion=1e-6,
        volatility=0.95,
        temporary_impact=2.5e-6,
        permanent_impact=2.5e-7,
        time_unit=20 * MS,
    )
    work(stage, order(algo, 1_000_000))
    expected = [458_044, 252_101, 141_957, 85_756, 62_142]
    assert all(abs(size - wanted) <= 100 for size, wanted in zip(sizes(stage), expected, strict=True))


def test_without_risk_aversion_it_is_a_twap():
    stage = deep_market()
    work(stage, order(ImplementationShortfall(slices=4, risk_aversion=0, volatility=1, temporary_impact=1e-6), 400))
    assert sizes(stage) == [100] * 4


def test_arrival_price_takes_the_same_part_of_what_is_left():
    stage = deep_market()
    work(stage, order(ArrivalPrice(slices=4, pace=500_000), 8_000))
    assert sizes(stage) == [4_000, 2_000, 1_000, 1_000]


def test_arrival_price_runs_ahead_while_the_arrival_price_is_offered():
    stage = Stage("NYSE")
    stage.rests("NYSE", BUY, 100_000, BID)
    stage.rests("NYSE", SELL, 4_000, ASK)
    stage.rests("NYSE", SELL, 100_000, 100_0000, at=START + 10 * MS)  # the mid on arrival
    work(stage, order(ArrivalPrice(slices=4, pace=500_000), 8_000))
    assert sizes(stage) == [4_000, 3_000, 1_000]


# -- what a slice leaves unfilled -----------------------------------------------------------------------


def thin_then_deep() -> Stage:
    """100 shares are offered until the middle of the horizon, then enough."""
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 100, ASK)
    stage.rests("NYSE", SELL, 10_000, ASK, at=START + HORIZON // 2 - MS)
    return stage


@pytest.mark.parametrize(
    ("catch_up", "wanted", "how"),
    [
        ("next", [1_000, 1_900, 2_900, 1_000], ("FILLED", 4_000, 0)),
        ("spread", [1_000, 1_300, 2_000, 1_900], ("FILLED", 4_000, 0)),
        ("none", [1_000, 1_000, 1_000, 1_000], ("EXPIRED", 2_100, 1_900)),
    ],
)
def test_what_slices_left_unfilled_is_caught_up_by_the_rule(catch_up, wanted, how):
    stage = thin_then_deep()
    work(stage, order(Twap(slices=4, catch_up=catch_up), 4_000), strategy=PriceTime(reach=None, pause=MS))
    assert sizes(stage) == wanted
    assert end(stage) == how


def test_a_slice_waits_for_the_last_reports_of_the_one_before():
    """A child that left before the second slice was due is filled on its way; the report takes 25 ms."""
    stage = deep_market(qty=100)
    stage.rests("NYSE", SELL, 1_000, ASK, at=START + 40 * MS)
    taker = PriceTime(reach=None, pause=MS, set_aside=MS)
    work(stage, order(Twap(slices=2), 400), to=MS, back=25 * MS, strategy=taker)
    (_, first), (at, second) = slices(stage)
    assert (first, second) == (200, 200)
    assert 60 * MS < at < 70 * MS
