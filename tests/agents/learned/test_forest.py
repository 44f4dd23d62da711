"""The forest in whole numbers says what scikit-learn's says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from agents.learned.forest import MILLION, IntegerForest, whole_features
from agents.venue_features import LARGEST

STUMP = {"roots": [0], "feature": [0, 0, 0], "threshold": [10, 0, 0], "value": [0, 1, 2]}
CHILDREN = [1, 2, 1, 1, 2, 2]


def rows_and_values(seed: int, features: int = 5, rows: int = 400) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    chance = np.random.default_rng(seed)
    x = whole_features(
        chance.integers(-LARGEST, LARGEST + 1, size=(rows, features)) >> chance.integers(0, 24, features)
    )
    return x, np.where(x[:, 0] > x[:, 1], 0.8, 0.1) + chance.normal(0, 0.05, rows)


@pytest.mark.parametrize("seed", range(5))
def test_it_says_what_the_forest_says_that_it_was_made_from(seed: int) -> None:
    x, y = rows_and_values(seed)
    forest = RandomForestRegressor(n_estimators=20, max_depth=7, random_state=seed).fit(x, y)
    unseen, _ = rows_and_values(seed + 100)
    ours = np.array(IntegerForest.of_scikit_learn(forest).predict(unseen.tolist()))
    assert np.abs(ours / MILLION - forest.predict(unseen)).max() <= 2e-6


def test_a_feature_on_the_threshold_goes_the_same_way() -> None:
    x = np.array([[1], [2], [3], [4]])
    forest = RandomForestRegressor(n_estimators=1, bootstrap=False).fit(x, [0.0, 0.0, 1.0, 1.0])
    assert IntegerForest.of_scikit_learn(forest).predict([(2,), (3,)]) == [0, MILLION]


def test_trees_of_unequal_depth_stand_side_by_side() -> None:
    x, y = rows_and_values(1)
    forest = RandomForestRegressor(n_estimators=3, max_depth=None, min_samples_leaf=40, random_state=1).fit(x, y)
    depths = {tree.get_depth() for tree in forest.estimators_}
    ours = IntegerForest.of_scikit_learn(forest)
    assert ours.depth == max(depths)
    assert len(ours.roots) == 3


def test_a_tree_that_asks_nothing_says_its_one_value() -> None:
    forest = RandomForestRegressor(n_estimators=2).fit([[1], [2]], [0.25, 0.25])
    assert IntegerForest.of_scikit_learn(forest).predict([(7,)]) == [250_000]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"value": [0, 1]}, "value has 2 entries, not 3: this is no forest"),
        ({"children": [1, 3, 1, 1, 2, 2]}, "a root or a child is no node: this is no forest"),
        ({"children": [1, -1, 1, 1, 2, 2]}, "a root or a child is no node: this is no forest"),
        ({"roots": []}, "a root or a child is no node: this is no forest"),
        ({"children": [1, 2, 0, 0, 2, 2]}, "a node is below itself: this is no forest"),
    ],
)
def test_arrays_that_are_no_forest_are_refused(changes: dict[str, list[int]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        IntegerForest.of_arrays(**{**STUMP, "children": CHILDREN, **changes})


def test_features_are_kept_within_what_a_forest_can_hold() -> None:
    assert whole_features(np.array([1 << 30, -(1 << 30), 5])).tolist() == [LARGEST, -LARGEST, 5]
