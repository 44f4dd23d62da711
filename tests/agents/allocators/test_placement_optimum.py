"""The exact optimum against published and computed numbers, enumeration and sampling."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import gamma

from agents.allocators.fills_by_quadrature import FillsByQuadrature
from agents.allocators.fills_on_a_grid import FillsOnAGrid
from agents.allocators.outflow import Continuous, Discrete, Exponential, Law, Pareto, poisson
from agents.allocators.placement import Placement, PlacementProblem
from agents.allocators.placement_optimum import conditions, expected_cost, optimum, thresholds
from tests.agents.allocators.placements import (
    BOUNDARY,
    INTERIOR,
    INTERIOR_EQUAL,
    exponential_problem,
    sensitivity_base,
    table_1,
)

TABLE_1 = (  # S, K, optimal M / S, optimal V to half of the last digit, published sampled W of the paper's algorithm
    (500, 1, 0.456, 2.778, 2.76),
    (500, 2, 0.0, -6.103, -6.00),
    (500, 3, 0.0, -10.624, -10.56),
    (500, 5, 0.0, -10.942, -10.91),
    (1000, 1, 0.728, 14.278, 14.20),
    (1000, 2, 0.497, 5.397, 5.48),
    (1000, 4, 0.054, -12.440, -12.12),
    (5000, 1, 0.946, 106.278, 107.76),
    (5000, 3, 0.855, 88.485, 90.71),
    (5000, 5, 0.767, 70.626, 72.93),
)


@pytest.mark.parametrize(("shares", "venues", "market", "cost", "published"), TABLE_1)
def test_table_1_is_reached_or_beaten(shares: int, venues: int, market: float, cost: float, published: float) -> None:
    found = optimum(table_1(shares, venues))
    assert found.market / shares == pytest.approx(market, abs=0.0005)
    assert found.cost == pytest.approx(cost, abs=0.0005)
    sampling_noise = 4 * 0.1  # the authors' figures are means of 1,000 samples
    assert found.cost <= published + sampling_noise
    if shares == 5000:
        assert found.cost < published - 1


def test_identical_venues_get_the_same_limit() -> None:
    assert len(set(optimum(table_1(5000, 5)).limits)) == 1


@pytest.mark.parametrize(
    ("shares", "one_limit", "equal"), [(500, 3.40, 2.82), (1000, 16.40, 14.90), (5000, 120.40, 112.90)]
)
def test_naive_placements_cost_what_was_computed(shares: int, one_limit: float, equal: float) -> None:
    problem = table_1(shares, 1)
    assert expected_cost(problem, shares, [0]) == pytest.approx(0.023 * shares, abs=1e-9)
    assert expected_cost(problem, 0, [shares]) == pytest.approx(one_limit, abs=0.005)
    assert expected_cost(problem, shares / 2, [shares / 2]) == pytest.approx(equal, abs=0.005)


@pytest.mark.parametrize(
    ("change", "placement", "cost"),
    [
        ({}, (298, 549, 153), -6.317774),
        ({"outflows": [poisson(2200)] * 2}, (694, 153, 153), 11.4023),
        ({"shares": 2000}, (1298, 549, 153), 16.6822),
        ({"theta": 0.0005}, (298, 549, 153), -5.8137),
    ],
)
def test_the_sensitivity_base_and_its_variants(change: dict[str, Any], placement: tuple[int, ...], cost: float) -> None:
    found = optimum(sensitivity_base(**change))
    assert (found.market, *found.limits) == placement
    assert found.cost == pytest.approx(cost, abs=5e-7 if not change else 5e-5)


@pytest.mark.parametrize(
    ("law", "under", "limit"),
    [
        (Exponential(2200), 0.035, 1000.0),
        (Exponential(2200), 0.045, 450.0),
        (Exponential(2200), 0.055, 0.0),
        (Exponential(2500), 0.045, 784.1),
        (Exponential(2500), 0.055, 195.2),
        (Pareto(2200), 0.025, 1000.0),
        (Pareto(2200), 0.035, 403.5),
        (Pareto(2200), 0.045, 199.1),
        (Pareto(2200), 0.055, 97.9),
        (Pareto(2200), 0.07, 13.0),
    ],
)
def test_figure_1(law: Law, under: float, limit: float) -> None:
    found = optimum(table_1(1000, 1, outflows=law, lambda_under=under, lambda_over=None))
    assert found.limits[0] == pytest.approx(limit, abs=0.05)
    assert found.market + found.limits[0] == pytest.approx(1000)


def test_an_inner_limit_does_not_depend_on_the_order_size() -> None:
    limits = {optimum(table_1(size, 1, outflows=Exponential(2500), lambda_under=0.045)).limits for size in (900, 4000)}
    assert len(limits) == 1


def test_the_thresholds_separate_all_posted_from_none_posted() -> None:
    problem = table_1(1000, 1, outflows=Exponential(2200))
    all_posted, none_posted = thresholds(problem)
    for under, limit in ((all_posted * 0.999, 1000), (none_posted * 1.001, 0)):
        assert optimum(replace(problem, lambda_under=under)).limits == (limit,)
    between = optimum(replace(problem, lambda_under=(all_posted + none_posted) / 2)).limits[0]
    assert 0 < between < 1000


@pytest.mark.parametrize(
    ("problem", "market", "limits", "cost"),
    [
        (INTERIOR, 1099.4, (1684.41, 1203.84), 16.45973),
        (INTERIOR_EQUAL, 443.4, (1094.46, 1094.46), 17.648056),
        (BOUNDARY, 156.36, (1843.64, 1808.63), 8.653684),
    ],
)
def test_two_exponential_venues(
    problem: PlacementProblem, market: float, limits: tuple[float, float], cost: float
) -> None:
    found = optimum(problem)
    assert found.market == pytest.approx(market, abs=0.051)
    assert found.limits == pytest.approx(limits, abs=0.0051)
    assert found.cost == pytest.approx(cost, abs=5e-6)


@pytest.mark.parametrize("problem", [table_1(1000, 2), table_1(1000, 4), table_1(5000, 3), table_1(5000, 5)])
def test_the_optimality_conditions_hold_on_whole_shares(problem: PlacementProblem) -> None:
    found = conditions(problem, optimum(problem).placement)
    assert max(abs(condition.residual) for condition in found) < 2e-3


@pytest.mark.parametrize("problem", [INTERIOR, INTERIOR_EQUAL])
def test_the_optimality_conditions_hold_for_continuous_outflows(problem: PlacementProblem) -> None:
    found = conditions(problem, optimum(problem).placement)
    assert max(abs(condition.residual) for condition in found) < 1e-6


def test_theta_has_its_place_in_the_conditions() -> None:
    problem = replace(INTERIOR, theta=0.001)
    found = conditions(problem, optimum(problem).placement)
    assert max(abs(condition.residual) for condition in found) < 1e-6


def small_problem(draw: np.random.Generator) -> PlacementProblem:
    """A few shares and rough laws of any shape: many kinks, plateaus and ties."""
    venues = int(draw.integers(1, 4))
    laws = [Discrete(list(weights / weights.sum())) for weights in (draw.random(12) ** 3 for _ in range(venues))]
    return PlacementProblem(
        shares=int(draw.integers(3, 7 if venues == 3 else 14)),
        queues=[int(queue) for queue in draw.integers(0, 8, venues)],
        outflows=laws,
        half_spread=0.02,
        take_fee=0.003,
        rebates=[float(rebate) for rebate in draw.choice([0.001, 0.002, 0.003], venues)],
        lambda_under=float(draw.uniform(0.005, 0.3)),
        lambda_over=float(draw.uniform(0.024, 0.3)),
        theta=float(draw.choice([0, 0.001])),
    )


def test_no_placement_of_whole_shares_is_cheaper() -> None:
    draw = np.random.default_rng(7)
    for _ in range(25):
        problem = small_problem(draw)
        fills = FillsOnAGrid(problem)
        sizes = product(range(problem.shares + 1), repeat=problem.venues + 1)
        least = min(fills.cost(place[0], place[1:]) for place in sizes)
        assert optimum(problem).cost == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize("problem", [table_1(1000, 3), INTERIOR, sensitivity_base(theta=0.0005)])
def test_the_expected_cost_is_the_mean_of_realised_costs(problem: PlacementProblem) -> None:
    placement = Placement(0.2 * problem.shares, (0.4 * problem.shares,) * problem.venues)
    costs = problem.realised_cost(placement, problem.draw(np.random.default_rng(5), 40_000))
    error = costs.std(ddof=1) / np.sqrt(len(costs))
    assert abs(costs.mean() - expected_cost(problem, *placement)) <= 4 * error


@pytest.mark.parametrize("place", [(500.0, (600.0, 700.0)), (1000.0, (1500.0, 900.0))])
def test_grid_and_quadrature_agree_on_continuous_outflows(place: tuple[float, tuple[float, float]]) -> None:
    problem = replace(INTERIOR, outflows=[Pareto(900, 3), Continuous(gamma(4, scale=300))])
    by_grid, by_quadrature = FillsOnAGrid(problem, 0.25), FillsByQuadrature(problem)
    assert by_grid.cost(*place) == pytest.approx(by_quadrature.cost(*place), abs=1e-6)
    slopes = zip(by_grid.cost_and_slopes(*place)[1], by_quadrature.cost_and_slopes(*place)[1], strict=True)
    assert max(abs(one - other) for one, other in slopes) < 1e-5


def test_slopes_are_those_of_the_cost() -> None:
    fills, place = FillsByQuadrature(replace(INTERIOR, theta=0.001)), [900.0, 1500.0, 1100.0]
    slopes = fills.cost_and_slopes(place[0], place[1:])[1]
    for axis, slope in enumerate(slopes):
        up, down = ([x + sign * (i == axis) * 0.01 for i, x in enumerate(place)] for sign in (1, -1))
        measured = (fills.cost(up[0], up[1:]) - fills.cost(down[0], down[1:])) / 0.02
        assert measured == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize(
    "problem",
    [
        exponential_problem([766, 8], [740, 1802], 1988, 0.005, [0.002, 0.002], 0.056, 0.034),
        exponential_problem([56, 780], [1157, 2065], 1656, 0.005, [0.003, 0.002], 0.091, 0.0103),
        *(
            pytest.param(exponential_problem(*given), marks=pytest.mark.slow)
            for given in (
                ([885, 251], [1272, 1107], 1627, 0.02, [0.002, 0.001], 0.089, 0.061),
                ([593, 241], [426, 1252], 1937, 0.005, [0.002, 0.001], 0.067, 0.089),
            )
        ),
    ],
)
def test_on_the_bounds_no_placement_nearby_is_cheaper(problem: PlacementProblem) -> None:
    """Problems whose optimum lies where V has kinks: programming alone stops up to $0.2 above it."""
    found, draw, size = optimum(problem), np.random.default_rng(2), problem.shares
    for scale in (0.1, 0.01, 0.001):
        for _ in range(20):
            market = float(np.clip(found.market + draw.normal(0, scale * size), 0, size))
            limits = [float(np.clip(x + draw.normal(0, scale * size), 0, size - market)) for x in found.limits]
            assert found.cost <= expected_cost(problem, market, limits) + 1e-8


def test_three_continuous_venues_are_solved_on_a_grid() -> None:
    problem = PlacementProblem(
        shares=2000, queues=[200, 300, 400], half_spread=0.01,
        outflows=[Exponential(900), Pareto(700, 3), Continuous(gamma(4, scale=200))],
        take_fee=0.003, rebates=[0.002, 0.001, 0.003], lambda_under=0.03, lambda_over=0.05,
    )  # fmt: skip
    found = optimum(problem)
    assert max(abs(condition.residual) for condition in conditions(problem, found.placement)) < 2e-3


def test_a_limit_that_is_never_done_can_be_longer_for_nothing() -> None:
    """V is not convex in one limit: it has a plateau, and a solver that starts there stays there."""
    problem = sensitivity_base(shares=2000)
    costs = [expected_cost(problem, 1298, [549, limit]) for limit in (153, 200, 250, 600, 700)]
    assert costs[1] - costs[0] > costs[2] - costs[1] > 0
    assert costs[3] == pytest.approx(costs[4], abs=1e-9)


def test_doubtful_assumptions_are_told() -> None:
    assert optimum(table_1(1000, 2, lambda_over=0.021)).notes == (
        "lambda_over > half_spread + largest rebate does not hold: the best within its bounds",
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"queues": [1, 2, 3]}, "outflows has 2 entries for 3 venues; give one, or one per venue"),
        ({"outflows": [poisson(5), Exponential(5)]}, "outflows mixes discrete and continuous laws"),
        ({"lambda_over": None}, "lambda_over is missing"),
        ({"shares": 0}, "shares = 0: must be a whole number of shares, 1 or more"),
    ],
)
def test_a_wrong_problem_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        table_1(**{"shares": 1000, "venues": 2, **wrong})


def test_prices_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"prices in \$/share must be finite numbers"):
        replace(table_1(1000, 2), half_spread=float("nan"))
    with pytest.raises(ValueError, match=r"theta = -0.1: impact costs; write 0 \$/share or more"):
        replace(table_1(1000, 2), theta=-0.1)
