from __future__ import annotations

from math import exp, sqrt
from statistics import fmean, median, variance
from typing import Any

import numpy as np
import pytest

from sim.latency import (
    LONGEST,
    Constant,
    Empirical,
    Exponential,
    Gamma,
    LatencyModel,
    Lognormal,
    Normal,
    Sum,
    Uniform,
    duration_text,
    latency_source,
)
from sim.streams import Streams

N = 20_000

# model, mean and standard deviation by theory, smallest, text
RANDOM: list[tuple[LatencyModel, float, float, int, str]] = [
    (Normal(125_000, 5_000), 125_000, 5_000, 1, "normal 125 us +- 5 us"),
    (
        Lognormal(125_000, 0.25),
        125_000 * exp(0.25**2 / 2),
        125_000 * exp(0.25**2 / 2) * sqrt(exp(0.25**2) - 1),
        1,
        "lognormal, median 125 us, sigma 0.25",
    ),
    (Gamma(2, 5_000, 100_000), 110_000, 5_000 * sqrt(2), 100_000, "100 us + gamma, mean 10 us, shape 2"),
    (Uniform(100_000, 199_999), 149_999.5, 100_000 / sqrt(12), 100_000, "uniform 100 us to 199.999 us"),
    (Exponential(20_000, 100_000), 120_000, 20_000, 100_000, "100 us + exponential, mean 20 us"),
    (
        Empirical([80_000, 90_000, 100_000]),
        90_000,
        10_000 * sqrt(2 / 3),
        80_000,
        "one of 3 values from 80 us to 100 us",
    ),
    (
        Sum((Constant(100_000), Normal(20_000, 3_000, floor=0), Gamma(4, 2_000))),
        128_000,
        5_000,
        100_000,
        "100 us + normal 20 us +- 3 us + 0 ns + gamma, mean 8 us, shape 4",
    ),
]
CONSTANT: list[LatencyModel] = [
    Constant(350_000),
    Normal(350_000, 0),
    Lognormal(350_000, 0),
    Gamma(2, 0, offset=350_000),
    Uniform(350_000, 350_000),
    Exponential(0, offset=350_000),
    Empirical([350_000, 350_000]),
    Sum((Constant(100_000), Constant(250_000))),
]
random_models = pytest.mark.parametrize("model", [row[0] for row in RANDOM], ids=lambda model: type(model).__name__)
constant_models = pytest.mark.parametrize("model", CONSTANT, ids=lambda model: type(model).__name__)


def draws_of(model: LatencyModel, n: int = N, seed: int = 1) -> list[int]:
    source = latency_source(model, Streams(seed).generator("wire"))
    return [source() for _ in range(n)]


# -- random models -------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "mean", "sd", "smallest", "text"), RANDOM, ids=[row[4] for row in RANDOM])
def test_a_model_has_the_moments_and_bounds_of_its_distribution(
    model: LatencyModel, mean: float, sd: float, smallest: int, text: str
):
    draws = draws_of(model)
    assert abs(fmean(draws) - mean) < 4 * sd / sqrt(N)
    fourth = fmean((draw - mean) ** 4 for draw in draws)
    assert abs(variance(draws) - sd**2) < 4 * sqrt((fourth - sd**4) / N)
    assert min(draws) >= smallest == model.smallest()
    assert model.describe() == text
    assert not model.is_constant


def test_the_median_of_a_lognormal_is_its_median():
    assert abs(median(draws_of(Lognormal(125_000, 0.25))) / 125_000 - 1) < 0.01


@random_models
def test_the_same_seed_gives_the_same_draws_and_another_seed_others(model: LatencyModel):
    assert draws_of(model, 200) == draws_of(model, 200) != draws_of(model, 200, seed=2)


@random_models
@pytest.mark.parametrize("batch", [16, 48, 1_024])
def test_draws_do_not_depend_on_how_they_are_cut_into_batches(model: LatencyModel, batch: int):
    generator = Streams(1).generator("wire")
    draws: list[int] = []
    while len(draws) < 2_000:
        draws += model.draw_many(generator, batch)
    assert draws[:2_000] == draws_of(model, 2_000)


@random_models
def test_a_batch_has_the_length_asked_for_and_holds_python_integers(model: LatencyModel):
    draws = model.draw_many(Streams(1).generator("wire"), 21)
    assert len(draws) == 21
    assert {type(draw) for draw in draws} == {int}


@pytest.mark.parametrize("model", [Normal(0, 100, floor=7), Lognormal(2, 3.0, floor=7)])
def test_no_draw_lies_below_the_floor(model: LatencyModel):
    assert min(draws_of(model, 1_000)) == model.smallest() == 7


def test_a_uniform_model_draws_both_its_ends():
    assert set(draws_of(Uniform(3, 6), 500)) == {3, 4, 5, 6}


def test_an_exponential_model_has_no_memory():
    draws = draws_of(Exponential(20_000))
    longer = [draw - 20_000 for draw in draws if draw > 20_000]
    assert abs(len(longer) / N - exp(-1)) < 4 * sqrt(exp(-1) * (1 - exp(-1)) / N)
    assert abs(fmean(longer) / 20_000 - 1) < 4 / sqrt(len(longer))


def test_an_empirical_model_draws_its_values_equally_often():
    draws = draws_of(Empirical([10, 10, 20, 70]))
    assert set(draws) == {10, 20, 70}
    assert abs(draws.count(10) / N - 0.5) < 4 * 0.5 / sqrt(N)


def test_a_random_model_needs_a_generator():
    with pytest.raises(ValueError, match=r"latency 'normal 125 us \+- 5 us' is random: give it a generator"):
        latency_source(Normal(125_000, 5_000))


# -- constant models -----------------------------------------------------------------------------


@constant_models
def test_a_model_without_spread_is_constant(model: LatencyModel):
    source = latency_source(model)
    assert [source() for _ in range(3)] == [350_000] * 3
    assert (model.is_constant, model.smallest()) == (True, 350_000)


@constant_models
def test_a_constant_model_leaves_the_generator_alone(model: LatencyModel):
    generator = Streams(1).generator("wire")
    assert model.draw_many(generator, 3) == [350_000] * 3
    assert generator.integers(2**62) == Streams(1).generator("wire").integers(2**62)


def test_a_constant_below_the_floor_is_the_floor():
    assert Normal(3, 0, floor=5).smallest() == Lognormal(3, 0, floor=5).smallest() == 5


# -- parameters ----------------------------------------------------------------------------------


def test_numpy_integers_become_python_integers():
    assert type(Constant(np.int64(5)).value) is int
    assert type(Empirical(np.array([5, 6])).draw_many(Streams(1).generator("wire"), 1)[0]) is int


REFUSED: list[tuple[Any, type[Exception], str]] = [
    (lambda: Constant(1.5), TypeError, r"Constant value = 1\.5: write whole nanoseconds, such as 350_000"),
    (lambda: Constant(-1), ValueError, "Constant value = -1 ns: write 0 or more, and at most 104 days"),
    (lambda: Constant(LONGEST + 1), ValueError, "at most 104 days"),
    (lambda: Normal(5, -1), ValueError, "Normal sd = -1 ns: write 0 or more"),
    (lambda: Normal(5, 1, floor=0.5), TypeError, r"Normal floor = 0\.5: write whole nanoseconds"),
    (lambda: Lognormal(5, -0.1), ValueError, r"Lognormal sigma = -0\.1: write a number from 0 to 10"),
    (lambda: Lognormal(5, float("nan")), ValueError, "Lognormal sigma = nan: write a number from 0 to 10"),
    (lambda: Gamma(0, 5), ValueError, "Gamma shape = 0: write a number above 0"),
    (lambda: Gamma(float("inf"), 5), ValueError, "Gamma shape = inf"),
    (lambda: Gamma(2, -5), ValueError, "Gamma scale = -5: write a number of nanoseconds, 0 or more"),
    (lambda: Uniform(5, 4), ValueError, "Uniform low = 5, high = 4: write the smaller one first"),
    (lambda: Exponential(-5), ValueError, "Exponential mean = -5 ns: write 0 or more"),
    (lambda: Empirical([]), ValueError, r"Empirical values = \[\]: write at least one duration"),
    (lambda: Empirical([5, 1.5]), TypeError, r"Empirical values\[1\] = 1\.5: write whole nanoseconds"),
    (lambda: Sum(()), ValueError, r"Sum parts = \[\]: write at least one latency"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=[row[2] for row in REFUSED])
def test_a_parameter_that_makes_no_sense_is_refused(make: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_500, "1.5 us"),
        (350_000, "350 us"),
        (1_000_001, "1000.001 us"),
        (20_000_000, "20 ms"),
        (60_000_000_000, "60 s"),
    ],
)
def test_durations_read_as_a_person_writes_them(nanos: int, text: str):
    assert duration_text(nanos) == text
