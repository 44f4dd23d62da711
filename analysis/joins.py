"""Look-ups, sums and quotients over whole columns of int64: the arithmetic of the metrics.

Sums stay integers; ``over`` is the one division of a figure.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.tables import Ints

Floats = npt.NDArray[np.float64]

NEVER: Final = -1
"""Row, time or number that does not exist."""


def positions(ids: Ints, wanted: Ints) -> Ints:
    """Row of each wanted id among ``ids``; NEVER where it is not there. Of equal ids the first.

    >>> positions(np.array([7, 5, 7]), np.array([5, 7, 9])).tolist()
    [1, 0, -1]
    """
    if not len(ids):
        return np.full(len(wanted), NEVER, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    place = np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)
    found = order[place]
    return np.where(ids[found] == wanted, found, NEVER).astype(np.int64)


def pick(values: Ints, rows: Ints, missing: int = NEVER) -> Ints:
    """``values[rows]``, with ``missing`` where the row is NEVER.

    >>> pick(np.array([10, 20]), np.array([1, -1])).tolist()
    [20, -1]
    """
    if not len(values):
        return np.full(len(rows), missing, dtype=np.int64)
    return np.where(rows >= 0, values[np.maximum(rows, 0)], missing)


def totals(values: Ints, group: Ints, groups: int) -> Ints:
    """Exact sum of the values by group number; what is in group NEVER counts nowhere.

    >>> totals(np.array([1, 2, 4]), np.array([0, -1, 0]), groups=2).tolist()
    [5, 0]
    """
    sums = np.zeros(groups, dtype=np.int64)
    known = group >= 0
    np.add.at(sums, group[known], values[known])
    return sums


def counts(group: Ints, groups: int) -> Ints:
    """How many rows each group has."""
    return totals(np.ones(len(group), dtype=np.int64), group, groups)


def distinct(values: Ints, group: Ints, groups: int) -> Ints:
    """How many different values each group has.

    >>> distinct(np.array([3, 3, 4]), np.array([0, 0, 0]), groups=1).tolist()
    [2]
    """
    pairs = np.unique(np.stack([group, values]), axis=1)
    return counts(pairs[0], groups)


def over(part: Ints, whole: Ints) -> Floats:
    """Quotient of two columns; NaN where there is nothing to divide by."""
    quotient = np.full(len(part), np.nan)
    np.divide(part, whole, out=quotient, where=whole != 0)
    return quotient
