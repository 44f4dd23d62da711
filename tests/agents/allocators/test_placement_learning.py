"""The stochastic approximation of the paper, replicated, and the same from fills alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from agents.allocators.placement import Placement, PlacementProblem
from agents.allocators.placement_learning import (
    PlacementLearner,
    PlacementPrices,
    learn_from_fills,
    stochastic_approximation,
)
from agents.allocators.placement_optimum import expected_cost, optimum
from tests.agents.allocators.placements import table_1

SEEDS = range(12)
Learn = Callable[[PlacementProblem, int, np.random.Generator], Placement]


def learned(learn: Learn, problem: PlacementProblem, steps: int) -> list[Placement]:
    """What every seed learns."""
    return [learn(problem, steps, np.random.default_rng(seed)) for seed in SEEDS]


@pytest.mark.parametrize(
    ("shares", "venues", "published"),
    [
        (1000, 1, (0.711, 0.289)),
        (1000, 2, (0.480, 0.337, 0.343)),
        (500, 2, (0.028, 0.602, 0.602)),
        (5000, 2, (0.748, 0.191, 0.191)),
        (5000, 5, (0.615, 0.167, 0.167, 0.167, 0.167, 0.167)),
    ],
)
def test_the_mean_of_twelve_seeds_is_the_replicated_allocation(
    shares: int, venues: int, published: tuple[float, ...]
) -> None:
    """Within 4 standard errors of the difference of two means of twelve seeds."""
    placements = learned(stochastic_approximation, table_1(shares, venues), 1000)
    parts = np.array([[placement.market, *placement.limits] for placement in placements]) / shares
    error = np.sqrt(2 * parts.var(axis=0, ddof=1) / len(parts))
    assert (np.abs(parts.mean(axis=0) - published) <= 4 * error + 0.0005).all()


@pytest.mark.parametrize(
    ("shares", "venues", "steps", "cost"), [(1000, 1, 50, 14.582), (1000, 1, 1000, 14.293), (1000, 2, 1000, 5.408)]
)
def test_its_cost_is_the_replicated_one(shares: int, venues: int, steps: int, cost: float) -> None:
    problem = table_1(shares, venues)
    costs = [expected_cost(problem, *placement) for placement in learned(stochastic_approximation, problem, steps)]
    assert np.mean(costs) == pytest.approx(cost, abs=0.005)


@pytest.mark.parametrize("venues", [1, 2])
def test_from_fills_alone_the_regret_is_below_two_percent_in_every_seed(venues: int) -> None:
    problem = table_1(1000, venues)
    best = optimum(problem).cost
    for placement in learned(learn_from_fills, problem, 1000):
        assert expected_cost(problem, *placement) <= best + 0.02 * abs(best)


def test_fills_say_enough_for_unequal_venues_too() -> None:
    problem = table_1(1000, 2, queues=[2000, 2100])
    best = optimum(problem).cost
    costs = [expected_cost(problem, *placement) for placement in learned(learn_from_fills, problem, 4000)]
    assert np.mean(costs) <= best + 0.02 * abs(best)


def test_the_answer_lies_within_the_bounds_of_an_optimum() -> None:
    prices = PlacementPrices.of(table_1(1000, 2))
    learner, draw = PlacementLearner(prices, 50, least_limit=1), np.random.default_rng(3)
    for _ in range(50):
        learner.learn(float(draw.integers(500, 1500)), [bool(draw.integers(2)), bool(draw.integers(2))])
        market, limits = learner.placement
        assert 0 <= market <= 1000
        assert all(1 <= limit <= max(1, 1000 - market) for limit in limits)
        assert market + sum(limits) >= 1000 - 1e-9


def test_before_any_lesson_the_equal_split_is_proposed() -> None:
    learner = PlacementLearner(PlacementPrices.of(table_1(900, 2)), 10)
    assert learner.placement == learner.learned == Placement(300, (300, 300))


def test_no_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="steps = 0: must be 1 or more"):
        PlacementLearner(PlacementPrices.of(table_1(900, 2)), 0)
