"""Forests learn what there is to learn, say what it is worth on other seeds, learn nothing from shuffled outcomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.learning.examples import Examples, together
from analysis.learning.forests import (
    ForestShape,
    Scores,
    calibration,
    corrections,
    fit,
    judged,
    predicted,
    shuffled,
)
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
        np.full(rows, 0.6),
        np.full(rows, 10.0),
        np.full(rows, 100, dtype=np.int64),
        chance.integers(0, 3, rows),
        np.full(rows, seed, dtype=np.int64),
    )


SEEN, UNSEEN = made(1), made(2)


def scores_of(of: str = "fill", shuffle_with: int | None = None) -> Scores:
    target = corrections(SEEN, of)
    fitted = target if shuffle_with is None else shuffled(target, shuffle_with)
    return judged(fit(SEEN, fitted, SHAPE, seed=3), SEEN, UNSEEN, of)


def test_what_decides_is_learned() -> None:
    """The own past says .6, the mean: of the variance .24 knowing the first feature takes .09 away."""
    scores = scores_of()
    assert abs(scores.own_past - 0.24) < 0.01
    assert abs(scores.skill - 0.09 / 0.24) < 0.04
    assert scores_of("move").skill > 0.9


def test_a_correction_by_venue_knows_nothing_of_the_moment() -> None:
    scores = scores_of()
    assert abs(scores.by_venue - scores.own_past) < 0.002


def test_an_own_past_that_is_wrong_everywhere_is_corrected_everywhere() -> None:
    wrong = replace(SEEN, own_had=np.ones(len(SEEN)))
    forest = fit(wrong, corrections(wrong, "fill"), SHAPE, seed=3)
    told = predicted(forest, replace(UNSEEN, own_had=np.ones(len(UNSEEN))), "fill")
    assert abs(told.mean() - UNSEEN.had.mean()) < 0.02
    assert ((told >= 0) & (told <= 1)).all()


def test_from_shuffled_outcomes_nothing_is_learned() -> None:
    skills = [scores_of(shuffle_with=seed).skill for seed in range(8)]
    assert abs(np.mean(skills)) < 0.02, skills


def test_shuffling_keeps_the_outcomes_and_takes_them_from_their_rows() -> None:
    target = corrections(SEEN, "move")
    mixed = shuffled(target, seed=4)
    assert np.array_equal(np.sort(mixed), np.sort(target))
    assert not np.array_equal(mixed, target)


def test_the_same_examples_and_seed_make_the_same_forest() -> None:
    target = corrections(SEEN, "fill")
    first, second = (fit(SEEN, target, SHAPE, seed=5).predict(UNSEEN.features) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_calibrated_forest_lies_on_the_diagonal() -> None:
    told = predicted(fit(SEEN, corrections(SEEN, "fill"), SHAPE, seed=3), UNSEEN, "fill")
    points = calibration(told, UNSEEN.had, groups=10)
    assert points.rows.sum() == len(UNSEEN)
    assert (np.abs(points.found - points.predicted) <= 4 * points.error + 0.05).all()


def test_equal_predictions_stay_in_one_group() -> None:
    points = calibration(np.array([0.5] * 90 + [0.9] * 10), np.ones(100), groups=10)
    assert points.rows.tolist() == [90, 10]


def test_the_figure_is_drawn(tmp_path) -> None:  # type: ignore[no-untyped-def]
    points = calibration(np.linspace(0, 1, 100), np.linspace(0, 1, 100))
    path = calibration_figure(points, scores_of(), points, scores_of("move"), tmp_path / "new" / "c.png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_runs_stand_together() -> None:
    both = together([SEEN, UNSEEN])
    assert len(both) == 6_000
    assert both.rows(both.seed == 2).moved.tolist() == UNSEEN.moved.tolist()
