"""Placements in matching engines cost what the exact expectation says: queue priority, fills, fees and law together."""

from __future__ import annotations

import math

import pytest

from agents.allocators.placement_optimum import expected_cost
from scenarios.load import load
from scenarios.run import run
from scenarios.validation.ck_engine import ERRORS, EXPERIMENTS, PROOFS, SCENARIO, Experiment, minute_costs
from scenarios.validation.proof import Found


def played(experiment: Experiment, minutes: int, seed: int) -> list[float]:
    return minute_costs(run(load(SCENARIO, set=experiment.settings(minutes)), seed=seed))


def test_fifty_minutes_cost_what_is_expected() -> None:
    experiment = EXPERIMENTS[0]
    costs = played(experiment, 50, seed=1)
    mean = math.fsum(costs) / len(costs)
    error = math.sqrt(math.fsum((cost - mean) ** 2 for cost in costs) / (len(costs) - 1) / len(costs))
    assert len(costs) == 50
    assert 0 < error < 0.5
    assert abs(mean - experiment.expected) <= ERRORS * error


def test_a_minute_costs_what_its_fills_say() -> None:
    """728 taken at $0.023, every posted share filled earns $0.022, every missed one costs $0.026."""
    for cost in played(EXPERIMENTS[0], 3, seed=2):
        filled = (728 * 0.023 + 272 * 0.026 - cost) / 0.048
        assert filled == pytest.approx(round(filled), abs=1e-9)
        assert 0 <= round(filled) <= 272


def test_cancels_ahead_leave_the_law_as_it_is() -> None:
    """500 of the outflow are cancels: the exact cost differs by the smaller variance of what trades alone."""
    plain, cancels = EXPERIMENTS[0], EXPERIMENTS[2]
    assert cancels.expected == pytest.approx(plain.expected, abs=0.05)
    costs = played(cancels, 4, seed=3)
    assert all(10.760 - 1e-9 <= cost <= 23.816 + 1e-9 for cost in costs)


def test_two_venues_are_two_queues() -> None:
    experiment = EXPERIMENTS[1]
    assert experiment.expected == pytest.approx(expected_cost(experiment.problem, 497, [385, 385]))
    assert len(played(experiment, 2, seed=4)) == 2


@pytest.mark.parametrize(("shift", "passed"), [(0.0, True), (0.3, False)])
def test_a_row_fails_when_the_mean_is_off(shift: float, passed: bool) -> None:
    name, expected = PROOFS[0].name, EXPERIMENTS[0].expected + shift
    figures = {"minutes": 100.0, "cost": 100 * expected, "squares": 100 * (expected**2 + 4)}
    rows = PROOFS[0].judge(Found({(name, seed): figures for seed in range(1, 21)}))
    assert [row.passed for row in rows] == [passed]
