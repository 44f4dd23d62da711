from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import fmean, variance
from typing import Any

import numpy as np
import pytest

from sim.streams import LARGEST_BATCH, Draws, Streams, batched, whole

N = 20_000


def many(source: Callable[[], Any], n: int = N) -> list[Any]:
    return [source() for _ in range(n)]


# -- names ---------------------------------------------------------------------------------------


def test_draws_depend_on_root_and_name_alone():
    alone = Streams(7).generator("client/orders").integers(1_000, size=5)
    streams = Streams(7)
    streams.generator("another").random(1_000)
    streams.draws("a third")
    assert (streams.generator("client/orders").integers(1_000, size=5) == alone).all()


@pytest.mark.parametrize(
    ("root", "name"), [(8, "client/orders"), (7, "client/order"), (7, ""), (7 + 2**32, "client/orders")]
)
def test_another_root_or_name_gives_other_draws(root: int, name: str):
    assert Streams(root).generator(name).integers(2**62) != Streams(7).generator("client/orders").integers(2**62)


def test_the_first_draws_of_a_known_seed_are_these():
    """Pinned: another NumPy must give them too."""
    streams = Streams(7)
    assert streams.generator("pinned").integers(1_000_000, size=4).tolist() == [678604, 788913, 522599, 985280]
    draws = streams.draws("pinned draws")
    assert many(draws.exponential(1_000.0), 4) == [48048, 216296, 34955, 629869]
    assert many(draws.uniform_int(1, 6), 8) == [4, 6, 4, 3, 4, 5, 6, 4]


def test_a_name_is_given_out_once():
    streams = Streams(7)
    streams.generator("client/orders")
    for ask in (streams.generator, streams.draws):
        with pytest.raises(ValueError, match="random stream 'client/orders' is in use"):
            ask("client/orders")


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed -1: write a whole number of at least 0"):
        Streams(-1)


# -- draws ---------------------------------------------------------------------------------------


@pytest.fixture
def draws() -> Draws:
    return Streams(3).draws("tests")


def test_asking_one_source_more_often_shifts_no_other():
    def second(first_asked: int) -> list[int]:
        draws = Streams(3).draws("tests")
        first, second = draws.exponential(1.0), draws.exponential(1.0)
        many(first, first_asked)
        return many(second, 2_000)

    assert second(0) == second(5_000)


def test_two_sources_of_one_component_differ(draws: Draws):
    assert many(draws.uniform(), 10) != many(draws.uniform(), 10)


def within_4_standard_errors(values: list[Any], mean: float, sd: float) -> bool:
    return abs(fmean(values) - mean) < 4 * sd / sqrt(len(values))


def test_exponential_gaps_have_the_mean_of_their_rate_in_nanoseconds(draws: Draws):
    gaps = many(draws.exponential(2_000.0))
    assert within_4_standard_errors(gaps, mean=500_000, sd=500_000)
    assert {type(gap) for gap in gaps} == {int}


def test_an_exponential_gap_is_at_least_one_nanosecond(draws: Draws):
    assert min(many(draws.exponential_mean(0.5))) == 1


def test_whole_numbers_are_uniform_with_both_ends(draws: Draws):
    dice = many(draws.uniform_int(1, 6))
    assert set(dice) == {1, 2, 3, 4, 5, 6}
    assert within_4_standard_errors(dice, mean=3.5, sd=sqrt(35 / 12))
    assert type(dice[0]) is int


def test_a_range_of_one_number_gives_that_number(draws: Draws):
    assert set(many(draws.uniform_int(5, 5), 100)) == {5}


def test_signs_are_fair(draws: Draws):
    signs = many(draws.choice_sign())
    assert set(signs) == {1, -1}
    assert within_4_standard_errors(signs, mean=0, sd=1)


def test_uniform_floats_lie_between_0_and_1(draws: Draws):
    values = many(draws.uniform())
    assert 0 <= min(values) < max(values) < 1
    assert within_4_standard_errors(values, mean=0.5, sd=sqrt(1 / 12))
    assert type(values[0]) is float


def test_normal_has_its_mean_and_standard_deviation(draws: Draws):
    values = many(draws.normal(mean=10.0, sd=2.0))
    assert within_4_standard_errors(values, mean=10, sd=2)
    assert abs(variance(values) - 4) < 4 * 4 * sqrt(2 / N)


def test_parameters_that_make_no_sense_are_refused(draws: Draws):
    with pytest.raises(ValueError, match="rate 0 per second: write a number above 0"):
        draws.exponential(0)
    with pytest.raises(ValueError, match="mean -1: write a number above 0"):
        draws.exponential_mean(-1)
    with pytest.raises(ValueError, match="no whole number lies from 2 to 1"):
        draws.uniform_int(2, 1)
    with pytest.raises(ValueError, match=r"standard deviation -1\.0: write a number of at least 0"):
        draws.normal(sd=-1.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda d: d.exponential(5.0),
        lambda d: d.uniform_int(0, 9),
        Draws.choice_sign,
        Draws.uniform,
        Draws.normal,
    ],
)
def test_draws_are_the_same_in_batches_of_any_size(make: Any, monkeypatch: pytest.MonkeyPatch):
    in_batches = many(make(Streams(3).draws("tests")), 3_000)
    monkeypatch.setattr("sim.streams.LARGEST_BATCH", 1)
    assert many(make(Streams(3).draws("tests")), 3_000) == in_batches


# -- batches -------------------------------------------------------------------------------------


def test_batches_grow_up_to_the_largest():
    asked: list[int] = []

    def draw_many(n: int) -> list[int]:
        asked.append(n)
        return [0] * n

    many(batched(draw_many), 5_000)
    assert asked[:3] == [16, 32, 64]
    assert asked[-2:] == [LARGEST_BATCH, LARGEST_BATCH]


def test_nothing_is_drawn_before_it_is_asked_for():
    batched(lambda n: pytest.fail("drawn"))


def test_rounding_is_to_the_nearest_within_bounds():
    assert whole(np.array([-3.0, 0.4, 1.6, 2.5, 1e300]), at_least=1) == [1, 1, 2, 2, 2**53]
