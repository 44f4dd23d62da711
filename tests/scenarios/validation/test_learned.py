"""The rows of learned routing pass on costs that show their claims and fail on costs that do not."""

from __future__ import annotations

import pytest

from agents.learned.forest import IntegerForest
from agents.learned.model import RoutingModel
from analysis.learning.forests import Scores, calibration
from scenarios.training import Training
from scenarios.validation.learned import SHIPPED, rows
from scenarios.validation.proof import Found

LEAF = IntegerForest.of_arrays(roots=[0], feature=[0], threshold=[0], children=[0, 0], value=[0])


def trained(error: float) -> Training:
    points = calibration(LEAF.value / 1, LEAF.value / 1)
    scores = Scores(rows=10, error=error, own_past=1.0, by_venue=1.0)
    return Training(RoutingModel((), LEAF, LEAF, (), (), {"seeds": []}), scores, scores, points, points)


def verdicts(learned: float, shuffled: float) -> list[bool | None]:
    """When both change the all-in cost by so much, give or take a little by seed."""
    costs = {"learned": learned, "shuffled": shuffled, SHIPPED.name: 0.0}
    figures = {
        (name, seed): {"all_in_bps": 0.6 + change + 0.001 * (seed % 3) * (name != SHIPPED.name)}
        for name, change in costs.items()
        for seed in range(1, 7)
    }
    found = rows(Found(figures), {"learned": trained(0.8), "shuffled": trained(1.0)})
    assert "skill out of sample 20.0% on fills" in found[0].effect
    return [row.passed for row in found]


@pytest.mark.parametrize(
    ("learned", "shuffled", "passed"),
    [(-0.05, 0.02, [True, True]), (0.0, 0.0, [False, True]), (0.05, 0.0, [False, True]), (-0.05, -0.05, [True, False])],
    ids=["as claimed", "no better", "worse", "the control is better too"],
)
def test_a_row_passes_when_its_claim_shows(learned: float, shuffled: float, passed: list[bool]) -> None:
    assert verdicts(learned, shuffled) == passed
