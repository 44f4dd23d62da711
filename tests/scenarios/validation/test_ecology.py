"""The rows of the ecology pass on figures that show their claims and fail on figures that do not."""

from __future__ import annotations

import pytest

from scenarios.validation.ecology import ALONE, FRESH, LATE, MARKETS, SHIPPED, SWEPT, UNREAD, accounts, pickers
from scenarios.validation.ecology import anticipators as judge_anticipators
from scenarios.validation.ecology import arbitrageurs as judge_arbitrageurs
from scenarios.validation.proof import Figures, Found

SEEDS = range(1, 7)


def found(**markets: Figures) -> Found:
    """The same figures on every seed, give or take a little; what a market is not given is nothing."""
    names = {"shipped": SHIPPED, "swept": SWEPT, "alone": ALONE, "unread": UNREAD, "fresh": FRESH, "late": LATE}
    spreads = {"spread at NYSE": 0.04, "spread at NASDAQ": 0.04}
    return Found(
        {
            (market, seed): {
                **spreads,
                **{figure: value * (1 + seed / 1_000) for figure, value in markets.get(name, {}).items()},
            }
            for name, market in names.items()
            for seed in SEEDS
        }
    )


@pytest.mark.parametrize(("with_them", "without", "passed"), [(0.1, 0.2, True), (0.2, 0.1, False), (0.1, 0.1, False)])
def test_arbitrageurs_uncross(with_them: float, without: float, passed: bool) -> None:
    (row,) = judge_arbitrageurs(found(shipped={"crossed": with_them}, alone={"crossed": without}))
    assert row.passed is passed


@pytest.mark.parametrize(
    ("far", "near", "passed"),
    [(300.0, 0.0, True), (300.0, 10.0, True), (0.0, 0.0, False), (300.0, 300.0, False)],
    ids=["far only", "hardly any next door", "nothing", "as much next door"],
)
def test_anticipators_take_what_comes_late(far: float, near: float, passed: bool) -> None:
    (row,) = judge_anticipators(found(swept={"anticipated at NYSE": far, "anticipated at BATS": near}))
    assert row.passed is passed


@pytest.mark.parametrize(
    ("late", "fresh", "passed"),
    [(60.0, 0.0, [True, True]), (0.0, 0.0, [False, False]), (60.0, 30.0, [True, False])],
    ids=["a late SIP pays", "nothing pays", "fresh feeds pay too"],
)
def test_pickers_live_off_a_late_sip(late: float, fresh: float, passed: list[bool]) -> None:
    rows = pickers(found(late={"pickers": late}, fresh={"pickers": fresh}))
    assert [row.passed for row in rows] == passed


def test_a_lost_cent_is_told() -> None:
    exact = {(market, 1): {"all together": 0.0} for market in MARKETS}
    assert [row.passed for row in accounts(Found(exact))] == [True]
    assert [row.passed for row in accounts(Found({**exact, (LATE, 1): {"all together": 0.01}}))] == [False]
