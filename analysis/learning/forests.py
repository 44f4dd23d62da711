"""Forests fitted to examples, and what they are worth on examples that they never saw.

Two forests of scikit-learn: the part of the shares aimed at that is had, and the move of the mid that follows. Both are
fitted on some seeds and judged on others: rows of one run are not independent of each other, so that a split within a
run would flatter.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.learning.examples import Examples

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ForestShape:
    """How large a forest grows. Quick to ask and hard to overfit: few, shallow trees with full leaves."""

    trees: int = 40
    depth: int = 8
    leaf: int = 50


@dataclass(frozen=True)
class Scores:
    """Out of sample, weighted by shares.

    Attributes:
        rows: how many were judged.
        error: mean squared error.
        constant: that of the training's mean, which knows nothing of the venue.
        by_venue: that of the training's mean of each venue, which knows nothing of the moment.
        skill: 1 - error / constant; at 0 or below nothing was learned.
    """

    rows: int
    error: float
    constant: float
    by_venue: float

    @property
    def skill(self) -> float:
        """Share of the constant's error that the forest takes away."""
        return 1 - self.error / self.constant if self.constant else 0.0

    def as_json(self) -> dict[str, float]:
        """Plain values."""
        return {**asdict(self), "skill": self.skill}


def fit(examples: Examples, target: Floats, shape: ForestShape, seed: int) -> RandomForestRegressor:
    """A forest for one target; the same examples and seed, the same forest."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        n_estimators=shape.trees,
        max_depth=shape.depth,
        min_samples_leaf=shape.leaf,
        max_features=0.5,
        random_state=seed,
    )
    return forest.fit(examples.features, target, sample_weight=examples.weight)


def shuffled(examples: Examples, seed: int) -> Examples:
    """The same features with the outcomes of other rows: the control from which nothing can be learned."""
    order = np.random.default_rng(seed).permutation(len(examples))
    return Examples(
        examples.names,
        examples.features,
        examples.had[order],
        examples.moved[order],
        examples.weight,
        examples.venue,
        examples.seed,
    )


def judged(forest: Any, seen: Examples, unseen: Examples, of: str) -> Scores:
    """A forest's errors on rows that it never saw. ``of``: ``had`` or ``moved``."""
    known, truth, weight = getattr(seen, of), getattr(unseen, of), unseen.weight
    mean = float(np.average(known, weights=seen.weight))
    venues = {
        int(venue): float(np.average(known[here], weights=seen.weight[here]))
        for venue in np.unique(seen.venue)
        if (here := seen.venue == venue).any()
    }
    by_venue = np.array([venues.get(int(venue), mean) for venue in unseen.venue])
    guesses = (forest.predict(unseen.features), np.full(len(unseen), mean), by_venue)
    error, constant, of_venues = (float(np.average((guess - truth) ** 2, weights=weight)) for guess in guesses)
    return Scores(len(unseen), error, constant, of_venues)


@dataclass(frozen=True)
class Calibration:
    """Predicted against found, in groups of equally many rows; ``error`` is the standard error of what was found."""

    predicted: Floats
    found: Floats
    error: Floats
    rows: npt.NDArray[np.int64]


def calibration(predicted: Floats, truth: Floats, groups: int = 10) -> Calibration:
    """Rows in groups by what was predicted for them; rows with equal predictions stay together."""
    order = np.argsort(predicted, kind="stable")
    edges = np.unique(np.searchsorted(predicted[order], np.quantile(predicted, np.linspace(0, 1, groups + 1)[1:-1])))
    parts = [part for part in np.split(order, edges) if len(part)]
    return Calibration(
        np.array([predicted[part].mean() for part in parts]),
        np.array([truth[part].mean() for part in parts]),
        np.array([truth[part].std() / np.sqrt(len(part)) for part in parts]),
        np.array([len(part) for part in parts]),
    )
