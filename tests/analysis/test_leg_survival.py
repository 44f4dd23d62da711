"""Legs of a sweep counted from a recording, and the law that they follow."""

from __future__ import annotations

import math

import pytest

from analysis.leg_survival import Legs, errors_off, leg_survival, survival_probability
from scenarios.run import run


@pytest.mark.parametrize(
    ("margin", "sd", "published"),
    [(-43, 0, 0), (115, 0, 1), (-70, 0, 0), (143, 0, 1)]
    + [(-43, 20, 0.064), (115, 20, 1.000), (-70, 20, 0.007), (143, 20, 1.000)]
    + [(-43, 100, 0.381), (115, 100, 0.792), (-70, 100, 0.310), (143, 100, 0.844)],
)
def test_the_law_gives_the_published_table(margin: float, sd: float, published: float) -> None:
    assert abs(survival_probability(margin, sd) - published) <= 0.0005


def test_without_jitter_a_tie_survives() -> None:
    assert survival_probability(0, 0) == 1


def test_a_negative_spread_is_refused() -> None:
    with pytest.raises(ValueError, match="standard deviation -1: write 0 or more"):
        survival_probability(5, -1)


def test_errors_are_counted_in_binomial_standard_errors() -> None:
    assert errors_off(Legs(10_000, 5_100), 0.5) == pytest.approx(2)
    assert errors_off(Legs(100, 100), 1.0) == 0
    assert errors_off(Legs(100, 99), 1.0) == math.inf


def test_no_legs_have_no_share() -> None:
    assert math.isnan(Legs(0, 0).share)
    assert Legs(3, 1) + Legs(1, 1) == Legs(4, 2)


def test_legs_are_counted_by_venue_and_a_leg_that_lost_a_share_is_lost() -> None:
    found = leg_survival(run("validation/nj_fade").tables)
    assert found == {"BATS": Legs(99, 99), "NASDAQ": Legs(99, 0), "NYSE": Legs(99, 0)}
