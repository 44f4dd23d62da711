"""Forests fitted to examples, and what they are worth on examples that they never saw.

Two forests of scikit-learn: for the part of the shares aimed at that is had, and for the move of the mid that follows.
Each learns what the router's own past gets wrong, so that a forest that learned nothing changes nothing. Both are
fitted on some seeds and judged on others: rows of one run are not independent of each other, so that a split within a
run would flatter.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

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
    depth: int = 10
    leaf: int = 30


@dataclass(frozen=True)
class Scores:
    """Out of sample, weighted by shares.

    Attributes:
        rows: how many were judged.
        error: mean squared error.
        own_past: that of the router's own past alone, without a correction.
        by_venue: that of the own past with one correction a venue, which knows nothing of the moment.
        skill: 1 - error / own_past; at 0 or below nothing was learned.
    """

    rows: int
    error: float
    own_past: float
    by_venue: float

    @property
    def skill(self) -> float:
        """Share of the own past's error that the forest takes away."""
        return 1 - self.error / self.own_past if self.own_past else 0.0

    def as_json(self) -> dict[str, float]:
        """Plain values."""
        return {**asdict(self), "skill": self.skill}


OF: Final = {"fill": ("had", "own_had"), "move": ("moved", "own_moved")}
"""By forest: what came, and what the router's own past said."""


def corrections(examples: Examples, of: str) -> Floats:
    """What the router's own past got wrong: came less said. ``of``: ``fill`` or ``move``."""
    came, said = (getattr(examples, name) for name in OF[of])
    wrong: Floats = came - said
    return wrong


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


def shuffled(target: Floats, seed: int) -> Floats:
    """Each row with another row's target: the control from which nothing can be learned."""
    mixed: Floats = np.random.default_rng(seed).permutation(target)
    return mixed


def judged(forest: Any, seen: Examples, unseen: Examples, of: str) -> Scores:
    """A forest's errors on rows that it never saw. ``of``: ``fill`` or ``move``."""
    known, truth, weight = corrections(seen, of), corrections(unseen, of), unseen.weight
    mean = float(np.average(known, weights=seen.weight))
    venues = {
        int(venue): float(np.average(known[here], weights=seen.weight[here]))
        for venue in np.unique(seen.venue)
        if (here := seen.venue == venue).any()
    }
    by_venue = np.array([venues.get(int(venue), mean) for venue in unseen.venue])
    guesses = (forest.predict(unseen.features), np.zeros(len(unseen)), by_venue)
    error, own_past, of_venues = (float(np.average((guess - truth) ** 2, weights=weight)) for guess in guesses)
    return Scores(len(unseen), error, own_past, of_venues)


def predicted(forest: Any, examples: Examples, of: str) -> Floats:
    """The router's own past, corrected."""
    own: Floats = getattr(examples, OF[of][1]) + forest.predict(examples.features)
    return np.clip(own, 0.0, 1.0) if of == "fill" else own


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
