"""What recorded routing decisions teach: features as they were known then, and what became of the child.

Of each child order that was sent to displayed shares
    features    what its router knew of the venue when it decided (table `features`, written by the router itself)
    had         displayed shares aimed at that were not missed, over those aimed at (`analysis.attribution`)
    moved       side x (mid a horizon after the child left - mid when it left), price units; the mid over the venues'
                own books, from the log: the label may know what the router could not

A child whose horizon ends after the run, or that left before there was a mid, is left out. The weight of a child is its
shares aimed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.attribution import attribute
from analysis.best_quotes import NO_MID, best_quotes
from analysis.child_orders import child_orders
from analysis.codes import MICROS_PER_DOLLAR, UNITS_PER_DOLLAR
from analysis.joins import NEVER, positions
from analysis.tables import OF_SOME_RUNS, Ints, RunTables

HORIZON = 10_000_000
"""ns: 10 ms, after which a child is judged by the move of the mid."""

KEYS = ("at", "decision", "venue")
"""Columns of `features` that are no features."""

ARRAYS = ("features", "had", "moved", "own_had", "own_moved", "weight", "venue", "seed")

UNKNOWN = 1 - (1 << 24)
"""A feature that was never measured."""

_VENUES = 1 << 16


@dataclass(frozen=True)
class Examples:
    """Rows to learn from. ``features``: rows x names; the other arrays have an entry a row; ``seed`` is the run's.

    ``own_had`` and ``own_moved`` are what the router's own past made it believe then, as the rules do: what was never
    measured is good.
    """

    names: tuple[str, ...]
    features: Ints
    had: npt.NDArray[np.float64]
    moved: npt.NDArray[np.float64]
    own_had: npt.NDArray[np.float64]
    own_moved: npt.NDArray[np.float64]
    weight: Ints
    venue: Ints
    seed: Ints

    def __len__(self) -> int:
        return len(self.weight)

    def rows(self, which: npt.NDArray[np.bool_]) -> Examples:
        """Some of the rows."""
        return Examples(self.names, **{name: getattr(self, name)[which] for name in ARRAYS})


def examples_of(tables: RunTables, horizon: int = HORIZON) -> Examples:
    """The examples of one run.

    Args:
        horizon: ns.

    Raises:
        ValueError: the run did not record features.
    """
    recorded = tables["features"]
    if not len(recorded):
        raise ValueError("the run recorded no features; set `features: true` on its router")
    names = tuple(name for name in OF_SOME_RUNS["features"] if name not in KEYS)
    children, targets = child_orders(tables), [t for t in attribute(tables).targets if t.target > 0]
    child = positions(children.order_id, np.array([target.order_id for target in targets], dtype=np.int64))
    keys = _pairs(recorded["decision"], recorded["venue"])
    row = positions(keys, _pairs(children.decision[child], children.venue[child]))
    moved, judged = _moved(tables, children.leaves_at[child], children.side[child], horizon)
    aimed = np.array([target.target for target in targets], dtype=np.int64)
    missed = np.array([target.missed for target in targets], dtype=np.int64)
    kept = (row != NEVER) & judged
    rows = row[kept]
    return Examples(
        names,
        np.stack([recorded[name][rows] for name in names], axis=1),
        1.0 - missed[kept] / aimed[kept],
        moved[kept],
        _measured(recorded["own_fill"][rows], 1_000, 1.0),
        _measured(recorded["own_markout"][rows], 100, 0.0),
        aimed[kept],
        children.venue[child][kept],
        np.full(int(kept.sum()), tables.market["seed"], dtype=np.int64),
    )


def together(parts: Iterable[Examples]) -> Examples:
    """The examples of several runs.

    Raises:
        ValueError: there are none, or they are of different features.
    """
    each: Sequence[Examples] = list(parts)
    if not each or len({part.names for part in each}) != 1:
        raise ValueError("no runs, or runs with different features")
    arrays = {name: np.concatenate([getattr(part, name) for part in each]) for name in ARRAYS}
    return Examples(each[0].names, **arrays)


def _measured(feature: Ints, scale: int, never: float) -> npt.NDArray[np.float64]:
    return np.where(feature == UNKNOWN, never, feature / scale)


def _moved(
    tables: RunTables, left_at: Ints, side: Ints, horizon: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    best = best_quotes(tables)
    before, after = best.mid_at(left_at), best.mid_at(left_at + horizon)
    judged = (before != NO_MID) & (left_at + horizon <= int(tables.market["ended"]))
    micros_a_unit = MICROS_PER_DOLLAR // UNITS_PER_DOLLAR
    return side * (after - before) / micros_a_unit, judged


def _pairs(decision: Ints, venue: Ints) -> Ints:
    return decision * _VENUES + venue
