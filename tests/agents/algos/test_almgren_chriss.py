"""Almgren and Chriss: the paper's case to the printed digit, the theory for others.

The table is computed from the paper's parameters (one million shares in five days) and was cross-checked by direct
minimisation. The formulas are held against the closed form and against a minimiser on problems of other shapes.
"""

from __future__ import annotations

from dataclasses import replace
from math import cosh, sinh

import numpy as np
import pytest

from agents.algos.almgren_chriss import AlmgrenChriss

PAPER = AlmgrenChriss(
    shares=1_000_000, periods=5, tau=1.0, sigma=0.95, epsilon=0.0625, gamma=2.5e-7, eta=2.5e-6, risk_aversion=0.0
)

TABLE = [
    (0.0, 0.0, [200_000] * 5, 662_500, 1_040_673),
    (1e-7, 0.1946, [242_118, 213_318, 192_625, 179_251, 172_689], 670_057, 961_623),
    (1e-6, 0.6071, [458_044, 252_101, 141_957, 85_756, 62_142], 911_227, 603_431),
    (2e-6, 0.8463, [571_401, 245_666, 106_637, 48_652, 27_643], 1_140_715, 449_368),
]
"""risk aversion, kappa per day, child orders, expected cost $, standard deviation $"""

OTHERS = [
    AlmgrenChriss(
        shares=70_000, periods=12, tau=0.25, sigma=0.4, epsilon=0.01, gamma=1e-7, eta=3e-6, risk_aversion=5e-6
    ),
    AlmgrenChriss(shares=5_000, periods=3, tau=2.0, sigma=0.1, gamma=2e-6, eta=2.5e-6, risk_aversion=1e-3),
    AlmgrenChriss(shares=1_000, periods=1, tau=7.0, sigma=1.0, eta=1e-5, risk_aversion=1.0),
]


@pytest.mark.parametrize(("risk_aversion", "kappa", "orders", "cost", "deviation"), TABLE)
def test_the_published_case(risk_aversion, kappa, orders, cost, deviation):
    case = replace(PAPER, risk_aversion=risk_aversion)
    assert round(case.kappa, 4) == kappa
    assert [round(n) for n in case.trades()] == orders
    assert (round(case.expected_cost), round(case.standard_deviation)) == (cost, deviation)


@pytest.mark.parametrize("case", [replace(PAPER, risk_aversion=1e-6), *OTHERS])
def test_holdings_are_the_closed_form(case):
    total = case.periods * case.tau
    closed = [
        case.shares * sinh(case.kappa * (total - j * case.tau)) / sinh(case.kappa * total)
        for j in range(case.periods + 1)
    ]
    assert case.holdings() == pytest.approx(closed, rel=1e-9, abs=1e-9 * case.shares)
    assert 2 * (cosh(case.kappa * case.tau) - 1) / case.tau**2 == pytest.approx(
        case.risk_aversion * case.sigma**2 / case.eta_tilde
    )


@pytest.mark.parametrize("case", OTHERS[:2])
def test_no_other_way_down_costs_less(case):
    """E + risk aversion x V of the trajectory, against 300 disturbed ones with the same ends."""

    def objective(holdings):
        trades = -np.diff(holdings)
        permanent = sum(case.gamma * n * x for n, x in zip(trades, holdings[1:], strict=True))
        temporary = sum(n * (case.epsilon + case.eta * n / case.tau) for n in trades)
        return permanent + temporary + case.risk_aversion * case.sigma**2 * case.tau * sum(holdings[1:] ** 2)

    best = np.array(case.holdings())
    draws = np.random.default_rng(1).normal(size=(300, case.periods + 1)) * 0.01 * case.shares
    draws[:, [0, -1]] = 0
    assert min(objective(best + draw) for draw in draws) > objective(best)
    expected = case.expected_cost + case.risk_aversion * case.standard_deviation**2
    assert objective(best) == pytest.approx(expected, rel=1e-9)


def test_impatience_beyond_all_bounds_trades_at_once():
    trades = replace(PAPER, periods=400, tau=1 / 80, risk_aversion=1e9).trades()
    assert trades[0] == pytest.approx(1_000_000)
    assert sum(trades) == pytest.approx(1_000_000)


def test_permanent_impact_larger_than_temporary_has_no_best_trajectory():
    with pytest.raises(ValueError, match=r"eta = 1e-07 is not above gamma tau / 2 = 1.25e-07"):
        replace(PAPER, eta=1e-7)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ValueError, match="sigma = nan: must be a finite number"):
        replace(PAPER, sigma=float("nan"))
    with pytest.raises(ValueError, match=r"2.5 periods: must be a whole number"):
        replace(PAPER, periods=2.5)
