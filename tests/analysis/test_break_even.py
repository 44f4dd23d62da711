"""The break-even half-spread of Budish, Cramton and Shim: closed forms, and any other law of the jump's size."""

from __future__ import annotations

import math
import random

import pytest
from scipy.special import lambertw

from analysis.break_even import break_even_half_spread, exponential, fixed, rent, seen, uniform, with_tail

PUBLISHED = [
    (10, 1, 0.09091, 0.09128, 0.04555),
    (1, 1, 0.50000, 0.56714, 0.26795),
    (1, 5, 0.83333, 1.32672, 0.53668),
]
"""Investors, jumps, then x for jumps of 1, exponential ones of mean 1, uniform ones up to 1."""


@pytest.mark.parametrize(("investors", "jumps", "of_fixed", "of_exponential", "of_uniform"), PUBLISHED)
def test_the_published_half_spreads(
    investors: float, jumps: float, of_fixed: float, of_exponential: float, of_uniform: float
) -> None:
    found = [break_even_half_spread(investors, jumps, law) for law in (fixed(1), exponential(1), uniform(1))]
    assert found == pytest.approx([of_fixed, of_exponential, of_uniform], abs=5e-6)


@pytest.mark.parametrize(("investors", "jumps", "mean"), [(3, 7, 0.02), (1e-3, 5, 40.0), (250, 0.5, 1.0)])
def test_exponential_jumps_give_lambert_s_w(investors: float, jumps: float, mean: float) -> None:
    expected = mean * float(lambertw(jumps / investors).real)
    assert break_even_half_spread(investors, jumps, exponential(mean)) == pytest.approx(expected, rel=1e-9)


def test_jumps_of_one_size_give_its_share_of_the_events() -> None:
    assert break_even_half_spread(3, 2, fixed(0.05)) == pytest.approx(0.05 * 2 / 5, rel=1e-9)


def test_only_the_ratio_of_the_rates_counts() -> None:
    once, thousandfold = (break_even_half_spread(k * 2, k * 3, uniform(1)) for k in (1, 1000))
    assert once == pytest.approx(thousandfold, rel=1e-9)


def test_a_law_may_be_given_by_its_tail() -> None:
    found = break_even_half_spread(1, 1, with_tail(lambda u: math.exp(-u)))
    assert found == pytest.approx(0.5671432904, rel=1e-7)


def test_a_law_may_be_jumps_that_were_seen_of_either_sign() -> None:
    assert break_even_half_spread(1, 1, seen([-1.0, 1.0, 1.0])) == pytest.approx(0.5, rel=1e-9)
    draw = random.Random(7)
    sizes = [draw.expovariate(1) for _ in range(20_000)]
    assert break_even_half_spread(1, 1, seen(sizes)) == pytest.approx(0.56714, abs=0.01)


def test_the_rent_is_what_investors_pay_shared_out() -> None:
    assert rent(10, 0.09128, 5) == pytest.approx(0.18256)


@pytest.mark.parametrize(
    ("investors", "jumps", "law", "message"),
    [
        (0, 1, fixed(1), "investor_rate = 0: write a rate above zero"),
        (1, -2, fixed(1), "jump_rate = -2: write a rate above zero"),
        (1, 1, fixed(0), "the mean jump is 0.*: jumps need a size above zero, and a mean"),
    ],
)
def test_nonsense_is_refused(investors: float, jumps: float, law: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        break_even_half_spread(investors, jumps, law)  # type: ignore[arg-type]


def test_no_jumps_are_no_law() -> None:
    with pytest.raises(ValueError, match="no jumps were seen"):
        seen([])
