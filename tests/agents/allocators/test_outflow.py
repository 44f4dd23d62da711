"""Laws of outflows: what is drawn, what is computed and what is asked for belong together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma

from agents.allocators.outflow import Continuous, Discrete, Exponential, Law, Pareto, integral, poisson

LAWS = [poisson(40), Discrete([0.5, 0.2, 0.3]), Exponential(40), Pareto(40, 3), Continuous(gamma(2, scale=20))]


@pytest.mark.parametrize("law", LAWS)
def test_draws_follow_the_law(law: Law) -> None:
    draws = law.draw(np.random.default_rng(11), 20_000)
    for shares in (0.0, 1.0, 30.0, 45.0):
        probability = float(law.cdf(shares))
        error = np.sqrt(probability * (1 - probability) / len(draws))
        assert abs((draws <= shares).mean() - probability) <= 4 * error


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_a_quantile_is_the_least_number_of_shares_with_that_probability(law: Law, probability: float) -> None:
    shares = law.quantile(probability)
    assert float(law.cdf(shares)) >= probability - 1e-12
    assert float(law.cdf(shares - 1e-6)) <= probability


@pytest.mark.parametrize("law", [Exponential(40), Pareto(40, 3), Continuous(gamma(2, scale=20))])
def test_the_density_adds_up_to_the_law(law: Exponential) -> None:
    assert integral(law.pdf, [0.0, *law.kinks, 60.0]) == pytest.approx(float(law.cdf(60.0)), abs=1e-10)


def test_the_excess_over_a_queue() -> None:
    assert Discrete([0.1, 0.2, 0.3, 0.4]).excess(1) == pytest.approx([0.3, 0.3, 0.4])
    assert Discrete([0.1, 0.9]).excess(5) == pytest.approx([1.0])


@pytest.mark.parametrize("pmf", [[], [0.5, 0.4], [1.5, -0.5]])
def test_probabilities_that_are_none_are_refused(pmf: list[float]) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        Discrete(pmf)


def test_laws_without_a_mean_are_refused() -> None:
    with pytest.raises(ValueError, match="tail = 1: must be above 1"):
        Pareto(40, 1)
    with pytest.raises(ValueError, match="mean = 0: must be above 0"):
        Exponential(0)
    with pytest.raises(ValueError, match="Poisson outflow of mean 0"):
        poisson(0)
