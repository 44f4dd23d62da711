"""Stored results of the built-in scenarios: the digest must match exactly, figures to 1e-9.

A change that is meant to change results renews them, in the same commit, with the reason in its message:

    pytest tests/scenarios/test_golden.py --regen-all
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_regressions.data_regression import DataRegressionFixture
from pytest_regressions.num_regression import NumericRegressionFixture

from analysis.metrics import venue_table
from scenarios.load import built_ins
from scenarios.run import RunResult, run

GOLDEN = Path(__file__).parent / "golden"
SHIPPED = [name for name in sorted(built_ins()) if not name.startswith("validation/")]
"""Scenarios of proofs are held to what they prove, by `sorsim validate`."""

_FOUR_SECONDS = ("duration=4s", "agents.client.orders.count=30")
SHORT = {"us_equities": _FOUR_SECONDS, "us_equities_nj": _FOUR_SECONDS}
"""Settings that make a long scenario short."""

EXACT = {"atol": 0.0, "rtol": 1e-9}


@pytest.fixture(scope="module", params=SHIPPED)
def result(request: pytest.FixtureRequest) -> RunResult:
    return run(request.param, seed=7, set=SHORT.get(request.param, ()))


def test_the_log_is_the_stored_one(result: RunResult, data_regression: DataRegressionFixture) -> None:
    told = result.as_json()
    kept = ("digest", "seed", "venue_messages", "events_logged", "trades", "shares_traded")
    data_regression.check({name: told[name] for name in kept}, fullpath=GOLDEN / f"{result.scenario.name}.yml")


def test_routers_figures_are_the_stored_ones(result: RunResult, num_regression: NumericRegressionFixture) -> None:
    figures = result.summary.astype(float)
    stored = GOLDEN / f"{result.scenario.name}_routers.csv"
    num_regression.check(figures.to_dict("list"), fullpath=stored, default_tolerance=EXACT)


def test_venues_figures_are_the_stored_ones(result: RunResult, num_regression: NumericRegressionFixture) -> None:
    figures = venue_table(result.tables).drop(columns=["router", "venue", "kind"]).astype(float)
    stored = GOLDEN / f"{result.scenario.name}_venues.csv"
    num_regression.check(figures.to_dict("list"), fullpath=stored, default_tolerance=EXACT)
