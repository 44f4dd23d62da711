"""Forests learn what there is to learn, say what it is worth on other seeds, learn nothing from shuffled outcomes."""

from __future__ import annotations

import numpy as np

from analysis.learning.examples import Examples, together
from analysis.learning.forests import ForestShape, Scores, calibration, fit, judged, shuffled
from analysis.learning.plots import calibration_figure

SHAPE = ForestShape(trees=20, depth=6, leaf=20)


def made(seed: int, rows: int = 3_000) -> Examples:
    """The first feature decides: above 50 nine tenths are had, else three tenths; the second is noise."""
    chance = np.random.default_rng(seed)
    features = chance.integers(0, 100, size=(rows, 2))
    had = np.where(features[:, 0] > 50, 0.9, 0.3)
    return Examples(
        ("one", "two"),
        features,
        (chance.random(rows) < had).astype(float),
        np.where(features[:, 0] > 50, -10.0, 30.0) + chance.normal(0, 5, rows),
        np.full(rows, 100, dtype=np.int64),
        chance.integers(0, 3, rows),
        np.full(rows, seed, dtype=np.int64),
    )


SEEN, UNSEEN = made(1), made(2)


def scores_of(seen: Examples, of: str = "had") -> Scores:
    return judged(fit(seen, getattr(seen, of), SHAPE, seed=3), SEEN, UNSEEN, of)


def test_what_decides_is_learned() -> None:
    """Of the variance .24 (.9 and .3, half and half, is .6 on average) knowing the first feature takes .09 away."""
    scores = scores_of(SEEN)
    assert abs(scores.constant - 0.24) < 0.01
    assert abs(scores.skill - 0.09 / 0.24) < 0.04
    assert scores_of(SEEN, "moved").skill > 0.9


def test_a_venues_mean_knows_nothing_of_the_moment() -> None:
    scores = scores_of(SEEN)
    assert abs(scores.by_venue - scores.constant) < 0.002


def test_from_shuffled_outcomes_nothing_is_learned() -> None:
    skills = [scores_of(shuffled(SEEN, seed=seed)).skill for seed in range(8)]
    assert abs(np.mean(skills)) < 0.02, skills


def test_shuffling_keeps_features_and_outcomes_apart() -> None:
    mixed = shuffled(SEEN, seed=4)
    assert np.array_equal(mixed.features, SEEN.features)
    assert np.array_equal(np.sort(mixed.moved), np.sort(SEEN.moved))
    assert not np.array_equal(mixed.moved, SEEN.moved)


def test_the_same_examples_and_seed_make_the_same_forest() -> None:
    first, second = (fit(SEEN, SEEN.had, SHAPE, seed=5).predict(UNSEEN.features) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_calibrated_forest_lies_on_the_diagonal() -> None:
    predicted = fit(SEEN, SEEN.had, SHAPE, seed=3).predict(UNSEEN.features)
    points = calibration(predicted, UNSEEN.had, groups=10)
    assert points.rows.sum() == len(UNSEEN)
    assert (np.abs(points.found - points.predicted) <= 4 * points.error + 0.05).all()


def test_equal_predictions_stay_in_one_group() -> None:
    points = calibration(np.array([0.5] * 90 + [0.9] * 10), np.ones(100), groups=10)
    assert points.rows.tolist() == [90, 10]


def test_the_figure_is_drawn(tmp_path) -> None:  # type: ignore[no-untyped-def]
    points = calibration(np.linspace(0, 1, 100), np.linspace(0, 1, 100))
    path = calibration_figure(points, scores_of(SEEN), points, scores_of(SEEN, "moved"), tmp_path / "new" / "c.png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_runs_stand_together() -> None:
    both = together([SEEN, UNSEEN])
    assert len(both) == 6_000
    assert both.rows(both.seed == 2).moved.tolist() == UNSEEN.moved.tolist()
