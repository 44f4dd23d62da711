from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.statistics import mean_interval, means, paired_differences


def runs(**values: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"strategy": s, "seed": seed, "cost": v} for s, row in values.items() for seed, v in enumerate(row, start=1)]
    )


def test_the_interval_is_student_s():
    found = mean_interval([1.0, 2.0, 3.0, 4.0])
    half = 3.182446305284263 * math.sqrt(5 / 3) / 2  # t(0.975, 3), sample variance 5/3
    assert (found.mean, found.n) == (2.5, 4)
    assert found.low == pytest.approx(2.5 - half, rel=1e-12)
    assert found.half_width == pytest.approx(half, rel=1e-12)


def test_one_seed_has_a_mean_and_no_interval_and_says_so():
    found = mean_interval([5.0])
    assert (found.mean, found.note) == (5.0, "one seed: no interval")
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert not found.excludes_zero


def test_seeds_where_nothing_was_measured_are_left_out():
    assert mean_interval([1.0, math.nan, 3.0]).n == 2
    assert mean_interval([math.nan]).note == "nothing measured"


def test_differences_are_taken_within_a_seed():
    table = runs(base=[10.0, 200.0, -50.0], fast=[9.0, 199.0, -51.0])
    row = paired_differences(table, "base", ["cost"]).iloc[0]
    assert (row["strategy"], row["mean"], row["low"], row["high"], row["n"]) == ("fast", -1.0, -1.0, -1.0, 3)


def test_only_seeds_that_both_ran_are_compared():
    table = runs(base=[10.0, 20.0], fast=[9.0])
    row = paired_differences(table, "base", ["cost"]).iloc[0]
    assert (row["mean"], row["n"], row["note"]) == (-1.0, 1, "one seed: no interval")


def test_groups_without_a_common_seed_say_so():
    table = pd.DataFrame({"strategy": ["base", "fast"], "seed": [1, 2], "cost": [1.0, 2.0]})
    assert paired_differences(table, "base", ["cost"])["note"].tolist() == ["no seed in common with the baseline"]


def test_an_unknown_baseline_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="baseline 'slow' is none of the strategy values: base, fast"):
        paired_differences(runs(base=[1.0], fast=[1.0]), "slow", ["cost"])


def test_two_rows_for_one_seed_are_refused():
    table = pd.concat([runs(base=[1.0]), runs(base=[2.0])])
    with pytest.raises(ValueError, match="strategy base has two rows for seed 1"):
        paired_differences(table, "base", ["cost"])


def test_means_keep_the_order_of_the_groups():
    table = means(runs(b=[1.0, 3.0], a=[5.0, 5.0]), ["cost"])
    assert table["strategy"].tolist() == ["b", "a"]
    assert table["mean"].tolist() == [2.0, 5.0]


def test_the_interval_covers_the_truth_in_95_of_100_samples():
    samples = np.random.default_rng(3).normal(size=(2000, 5))
    covered = sum(interval.low <= 0 <= interval.high for interval in map(mean_interval, samples.tolist()))
    assert abs(covered / 2000 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)
