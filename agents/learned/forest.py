"""A random forest in whole numbers: the same answer on every machine, quick enough to ask on every routing decision.

A forest of scikit-learn is turned into five arrays. Features are whole numbers below 2^24, which its 32-bit floats hold
exactly, so that a threshold and its floor divide them alike; what a leaf says is rounded to a millionth. An answer is
the mean of the leaves, in whole millionths.

Cost
    All rows and all trees go down one level at a time: 12 rows through 2 forests of 40 trees, 10 levels deep, take
    about 160 us (`benchmarks/decisions.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.venue_features import LARGEST

MILLION: Final = 1_000_000

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class IntegerForest:
    """Trees as arrays over all their nodes.

    Attributes:
        roots: the first node of every tree.
        feature: which feature a node asks for.
        threshold: a feature up to this goes to the first child, above it to the second.
        children: of node n at 2n and 2n + 1; a leaf is its own child.
        value: what a leaf says, in millionths.
        depth: of the deepest tree.

    >>> stump = IntegerForest.of_arrays(
    ...     roots=[0], feature=[0, 0, 0], threshold=[10, 0, 0], children=[1, 2, 1, 1, 2, 2], value=[0, 250_000, 750_000]
    ... )
    >>> stump.predict([(10,), (11,)])
    [250000, 750000]
    """

    roots: Ints
    feature: Ints
    threshold: Ints
    children: Ints
    value: Ints
    depth: int

    @classmethod
    def of_arrays(cls, **arrays: Any) -> IntegerForest:
        """From sequences or arrays; checks that every node has its children in the forest.

        Raises:
            ValueError: the arrays are no forest.
        """
        given = {name: np.asarray(array, dtype=np.int64) for name, array in arrays.items()}
        nodes = len(given["feature"])
        shapes = dict.fromkeys(("feature", "threshold", "value"), nodes) | {"children": 2 * nodes}
        for name, length in shapes.items():
            if given[name].shape != (length,):
                raise ValueError(f"{name} has {given[name].size} entries, not {length}: this is no forest")
        roots, children = given["roots"], given["children"]
        if not len(roots) or min(roots.min(), children.min()) < 0 or max(roots.max(), children.max()) >= nodes:
            raise ValueError("a root or a child is no node: this is no forest")
        return cls(**given, depth=_depth(roots, children))

    @classmethod
    def of_scikit_learn(cls, forest: Any) -> IntegerForest:
        """From a fitted RandomForestRegressor with one output that was trained on whole features."""
        trees = [estimator.tree_ for estimator in forest.estimators_]
        begins = np.cumsum([0, *(tree.node_count for tree in trees)])
        parts = [_tree(tree, int(begin)) for tree, begin in zip(trees, begins, strict=False)]
        names = ("feature", "threshold", "children", "value")
        return cls.of_arrays(
            roots=begins[:-1], **{name: np.concatenate([part[name] for part in parts]) for name in names}
        )

    def arrays(self) -> dict[str, Ints]:
        """What :meth:`of_arrays` takes."""
        names = ("roots", "feature", "threshold", "children", "value")
        return {name: getattr(self, name) for name in names}

    def predict(self, rows: Sequence[Sequence[int]]) -> list[int]:
        """Of each row of features the mean of the leaves, in millionths, rounded down."""
        features = np.array(rows, dtype=np.int64)
        of_row = (np.arange(len(rows)) * features.shape[1])[:, None]
        flat = features.ravel()
        node = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        for _ in range(self.depth):
            above = flat[self.feature[node] + of_row] > self.threshold[node]
            node = self.children[2 * node + above]
        said: list[int] = (self.value[node].sum(axis=1) // len(self.roots)).tolist()
        return said


def whole_features(features: NDArray[Any]) -> Ints:
    """Features as the forest takes them: within plus or minus `LARGEST`."""
    whole: Ints = np.clip(features, -LARGEST, LARGEST).astype(np.int64)
    return whole


def _tree(tree: Any, begin: int) -> dict[str, Ints]:
    nodes = np.arange(tree.node_count)
    leaf = tree.children_left < 0
    first, second = (np.where(leaf, nodes, side) + begin for side in (tree.children_left, tree.children_right))
    return {
        "feature": np.where(leaf, 0, tree.feature),
        "threshold": np.where(leaf, 0, np.floor(tree.threshold)).astype(np.int64),
        "children": np.stack([first, second], axis=1).ravel(),
        "value": np.rint(tree.value.reshape(tree.node_count) * MILLION).astype(np.int64),
    }


def _depth(roots: Ints, children: Ints) -> int:
    """Levels until everything is at a leaf.

    Raises:
        ValueError: a way through the forest does not end.
    """
    level, depth = np.unique(roots), 0
    while True:
        inner = level[children[2 * level] != level]
        if not len(inner):
            return depth
        depth += 1
        if depth > len(children):
            raise ValueError("a node is below itself: this is no forest")
        level = np.unique(np.concatenate([children[2 * inner], children[2 * inner + 1]]))
