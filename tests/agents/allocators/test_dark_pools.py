"""Dividing shares among dark pools: the optimum for known pools, and what each learner makes of unknown ones."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from agents.allocators.dark_pools import (
    BlockBandit,
    CensoredTails,
    DarkAllocator,
    FixedOrder,
    StochasticApproximation,
    expected_fill,
    greedy_split,
    onto_the_simplex,
)
from tests.agents.allocators.pools import TAILS, learnt

ALLOCATORS = (CensoredTails(3), CensoredTails(3, optimism=False), BlockBandit(3, 7), FixedOrder(3))


@pytest.mark.parametrize(
    ("volume", "split", "filled", "equal"),
    [(100, [78, 19, 0, 3], 43.131, 35.649), (400, [245, 63, 86, 6], 132.815, 110.033)],
)
def test_the_greedy_optimum_of_the_synthetic_pools(volume: int, split: list[int], filled: float, equal: float) -> None:
    assert greedy_split(volume, TAILS) == split
    assert expected_fill(split, TAILS) == pytest.approx(filled, abs=0.0005)
    assert expected_fill([volume // 4] * 4, TAILS) == pytest.approx(equal, abs=0.0005)


def test_no_split_fills_more_than_the_greedy_one() -> None:
    draw = Random(3)
    for _ in range(50):
        tails = [sorted((draw.random() for _ in range(6)), reverse=True) for _ in range(3)]
        best = max(expected_fill(split, tails) for split in product(range(7), repeat=3) if sum(split) == 6)
        assert expected_fill(greedy_split(6, tails), tails) == pytest.approx(best)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_with_optimism_the_tails_are_learnt(seed: int) -> None:
    assert learnt(CensoredTails(4), seed) >= 0.97


@pytest.mark.slow
def test_with_optimism_they_are_learnt_in_every_seed() -> None:
    assert min(learnt(CensoredTails(4), seed) for seed in range(20)) >= 0.97


def test_the_same_code_without_optimism_stalls() -> None:
    assert np.mean([learnt(CensoredTails(4, optimism=False), seed) for seed in range(3)]) < 0.93


def test_an_uncensored_estimate_is_the_empirical_tail() -> None:
    pools, draw = CensoredTails(1, at_risk=1, survivors=0), np.random.default_rng(1)
    held = draw.integers(0, 9, 200).tolist()
    for shares in held:
        pools.learn([10], [shares])
    empirical = [np.mean([shares >= level for shares in held]) for level in range(1, 9)]
    assert pools.tail(0, 8) == pytest.approx(empirical)


def test_censored_asks_count_up_to_where_they_were_cut_off() -> None:
    pools = CensoredTails(1, at_risk=1, survivors=0)
    for asked, filled in ((2, 2), (2, 0), (5, 3), (5, 4)):
        pools.learn([asked], [filled])
    # level 0: one of four ended; 1: none of three; 2: none of two (the first was cut off); 3: one of two
    assert pools.tail(0, 4) == pytest.approx([3 / 4, 3 / 4, 3 / 4, 3 / 8])


def test_what_too_few_have_reached_is_flat_with_optimism_and_impossible_without() -> None:
    hopeful, plain = CensoredTails(1, survivors=0), CensoredTails(1, optimism=False)
    for pools in (hopeful, plain):
        for filled in (0, 0, 0, 0, 1, 3, 3, 3, 3):
            pools.learn([3], [filled])
    assert hopeful.tail(0, 5) == pytest.approx([5 / 9] + [5 / 9 * 4 / 5] * 4)  # four were at risk at level 2
    assert plain.tail(0, 5) == pytest.approx([5 / 9] + [5 / 9 * 4 / 5] * 2 + [0, 0])


def test_a_few_empty_asks_do_not_rule_a_pool_out_and_many_do() -> None:
    pools = CensoredTails(2)
    for _ in range(5):
        pools.learn([5, 5], [5, 0])
    assert pools.tail(1, 1)[0] > 0.5
    for _ in range(500):
        pools.learn([5, 5], [5, 0])
    assert pools.tail(1, 1)[0] < 0.02


@pytest.mark.parametrize("seed", [0, 1])
def test_fractions_settle_where_marginal_worth_is_equal(seed: int) -> None:
    """Exponential pools of means 400, 200, 100, worth 1, .98, .95, volume 600; the split is a closed form."""
    pools = StochasticApproximation([1.0, 0.98, 0.95])
    held = np.random.default_rng(seed).exponential([400, 200, 100], (100_000, 3)).tolist()
    for there in held:
        pools.step([600 * part <= shares for part, shares in zip(pools.fractions, there, strict=True)])
    assert pools.fractions == pytest.approx([0.5802, 0.2833, 0.1365], abs=0.01)


def test_a_bandit_beats_the_equal_split() -> None:
    equal = expected_fill([100] * 4, TAILS) / expected_fill(greedy_split(400, TAILS), TAILS)
    assert np.mean([learnt(BlockBandit(4, 25), seed) for seed in range(8)]) > equal + 0.05


def test_a_bandit_asks_again_where_it_has_seen_little() -> None:
    pools = BlockBandit(2, 5)
    pools.learn([5, 5], [5, 0])
    asked_again = 0
    for _ in range(200):
        asked = pools.split(5)
        asked_again += asked[1] > 0
        pools.learn(asked, [asked[0], 0])
    assert 0 < asked_again < 60


def test_the_fixed_order_asks_the_first() -> None:
    assert FixedOrder(3).split(90) == [90, 0, 0]


@pytest.mark.parametrize("allocator", [*ALLOCATORS, StochasticApproximation([1.0, 0.5, 2.0])], ids=type)
def test_every_split_adds_up(allocator: DarkAllocator) -> None:
    draw = Random(5)
    for _ in range(100):
        volume = draw.randint(1, 60)
        asked = allocator.split(volume)
        assert sum(asked) == volume
        assert min(asked) >= 0
        allocator.learn(asked, [draw.randint(0, units) for units in asked])


def test_fractions_are_brought_to_the_nearest_point_of_the_simplex() -> None:
    assert onto_the_simplex([0.2, 0.3, 0.5]) == pytest.approx([0.2, 0.3, 0.5])
    assert onto_the_simplex([0.6, 0.9, -0.4]) == pytest.approx([0.35, 0.65, 0.0])


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="pools = 0"):
        CensoredTails(0)
    with pytest.raises(ValueError, match="block = 0"):
        BlockBandit(2, 0)
    with pytest.raises(ValueError, match=r"worth = \[1, 0\]"):
        StochasticApproximation([1, 0])


@pytest.mark.parametrize("pools", [CensoredTails(2), StochasticApproximation([1.0, 1.0]), BlockBandit(2, block=5)])
@pytest.mark.parametrize(
    ("asked", "filled", "message"),
    [
        ([5], [5], "give one entry for each of the 2 pools"),
        ([5, 5], [5, 7], "pool 1 was asked for 5 and filled 7"),
        ([5, 5], [-1, 5], "pool 0 was asked for 5 and filled -1"),
    ],
)
def test_a_lesson_that_cannot_have_happened_is_refused(
    pools: CensoredTails | StochasticApproximation | BlockBandit, asked: list[int], filled: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        pools.learn(asked, filled)
