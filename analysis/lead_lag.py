"""Which of two prices moves first, and by how much: correlation of their mids' changes at different times.

Rules
    A mid is what stands after a quote, until the next. A lag is by how much the second price is shifted: at a positive
    lag the second follows the first.
    On a grid   changes over steps of equal length, of the price that stood at each grid point (previous tick).
    Without     the estimator of Hayashi and Yoshida: a change of one price counts against all changes of the other
                whose intervals overlap its own. Nothing is sampled, so quick and slow quotes do not bias it to 0.
    Standard errors are jackknifed: each of 20 equal blocks of time is left out in turn.

Cost
    O(n log n) a lag without a grid, O(n) on one.

Sources: Hayashi, Yoshida, Bernoulli 11 (2005); Hoffmann, Rosenbaum, Yoshida, Bernoulli 19 (2013) for its lags; Budish,
Cramton, Shim, QJE 130 (2015), section V, for the correlation that breaks down at short intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.tables import Ints, RunTables

BLOCKS: Final = 20

Floats = npt.NDArray[np.float64]
Sums = Floats
"""Per block of time: of products, of squares of the first, of squares of the second."""


@dataclass(frozen=True)
class Mids:
    """A price through time: ``at`` in ns, rising; ``mid`` in any unit, the one that stands from then on."""

    at: Ints
    mid: Floats

    def __post_init__(self) -> None:
        if len(self.at) != len(self.mid):
            raise ValueError(f"{len(self.at)} times and {len(self.mid)} mids: each mid needs its time")
        if len(self.at) > 1 and (np.diff(self.at) < 0).any():
            raise ValueError("times must not fall")

    def standing(self, times: Ints) -> Floats:
        """The mid at each time; before the first the first."""
        row = np.searchsorted(self.at, times, side="right") - 1
        return self.mid[np.maximum(row, 0)]


@dataclass(frozen=True)
class LeadLag:
    """Correlations by lag (ns) with their standard errors, and where they are largest."""

    lags: tuple[int, ...]
    correlations: tuple[float, ...]
    errors: tuple[float, ...]
    peak: int
    """The lag of the largest correlation, ns; of equal ones the first."""
    peak_error: float
    """Its standard error, ns; 0 when no block of time matters to it."""

    @property
    def largest(self) -> float:
        """The correlation at the peak."""
        return self.correlations[self.lags.index(self.peak)]


def mids_of(tables: RunTables, venue: str) -> Mids:
    """The mid of a venue's own quotes while both sides were there, price units.

    Raises:
        ValueError: there is no such venue, or it never had a two-sided quote.
    """
    quotes, names = tables["quotes"], tables.directory.venues
    number = next((number for number, name in names.items() if name == venue), None)
    if number is None:
        raise ValueError(f"no venue {venue!r}; venues: {', '.join(names.values())}")
    own = (quotes["venue"] == number) & (quotes["bid_qty"] > 0) & (quotes["ask_qty"] > 0)
    if not own.any():
        raise ValueError(f"{venue} never had a bid and an ask at once: it has no mid")
    return Mids(quotes["at"][own], (quotes["bid"][own] + quotes["ask"][own]) / 2)


def on_grid(first: Mids, second: Mids, step: int, lags: Sequence[int], start: int | None = None) -> LeadLag:
    """Cross-correlation of changes over ``step`` ns.

    Args:
        lags: ns.
        start: from then on, ns; by default when both prices are known.

    Raises:
        ValueError: the prices overlap for less than two steps a block.
    """
    begin, end = _shared(first, second, start)
    grid = np.arange(begin, end + 1, step, dtype=np.int64)
    if len(grid) <= 2 * BLOCKS:
        raise ValueError(f"the prices overlap for {end - begin} ns: too short for {2 * BLOCKS} steps of {step} ns")
    own = np.diff(first.standing(grid))
    block = np.arange(len(own)) * BLOCKS // len(own)
    by_lag = [_sums(own, np.diff(second.standing(grid + lag)), block) for lag in lags]
    return _found(lags, by_lag)


def hayashi_yoshida(first: Mids, second: Mids, lags: Sequence[int], start: int | None = None) -> LeadLag:
    """The same from all changes, without a grid; ``lags`` in ns. Raises ValueError as `on_grid`."""
    begin, end = _shared(first, second, start)
    own, other = _between(first, begin, end), _between(second, begin, end)
    if min(len(own.at), len(other.at)) <= 2 * BLOCKS:
        raise ValueError(f"{min(len(own.at), len(other.at))} quotes: too few for {2 * BLOCKS} changes")
    changes = np.diff(own.mid)
    block = (own.at[1:] - begin) * BLOCKS // (end - begin + 1)
    its_block = (other.at[1:] - begin) * BLOCKS // (end - begin + 1)
    own_squares, other_squares = _by_block(changes**2, block), _by_block(np.diff(other.mid) ** 2, its_block)
    by_lag = []
    for lag in lags:
        moved = _overlapping(own.at, other, lag)
        by_lag.append(np.stack([_by_block(changes * moved, block), own_squares, other_squares]))
    return _found(lags, by_lag)


def by_interval(
    first: Mids, second: Mids, steps: Sequence[int], start: int | None = None
) -> dict[int, tuple[float, float]]:
    """Correlation of changes over the same interval, and its standard error, by the interval's length (ns).

    For one random walk that the second price shows ``d`` later it is max(0, 1 - d / step).
    """
    found = {}
    for step in steps:
        at_once = on_grid(first, second, step, (0,), start)
        found[step] = at_once.correlations[0], at_once.errors[0]
    return found


GRID: Final = 10_000_000
FARTHEST: Final = 20
"""Steps of the grid, to either side, that a price may follow the other by."""


def follows_by(tables: RunTables, first: str, second: str) -> float:
    """By how many ms the second venue's mid follows the first's after the warm-up, on a grid of 10 ms; NaN: unknown."""
    lags = [step * GRID for step in range(-FARTHEST, FARTHEST + 1)]
    try:
        mids = mids_of(tables, first), mids_of(tables, second)
        return on_grid(*mids, GRID, lags, int(tables.market.get("warm_up") or 0)).peak / 1e6
    except ValueError:
        return math.nan


# -- arithmetic -------------------------------------------------------------------------------------


def _shared(first: Mids, second: Mids, start: int | None) -> tuple[int, int]:
    if not len(first.at) or not len(second.at):
        raise ValueError("a price without quotes: there is nothing to correlate")
    begin = max(int(first.at[0]), int(second.at[0]), -(1 << 62) if start is None else start)
    return begin, min(int(first.at[-1]), int(second.at[-1]))


def _between(mids: Mids, begin: int, end: int) -> Mids:
    kept = (mids.at >= begin) & (mids.at <= end)
    last = np.append(np.diff(mids.at[kept]) > 0, True)  # of one moment the last
    return Mids(mids.at[kept][last], mids.mid[kept][last])


def _overlapping(times: Ints, other: Mids, lag: int) -> Floats:
    """For each interval between times the sum of the other price's changes whose intervals, shifted, overlap it."""
    shifted = other.at - lag
    before = np.maximum(np.searchsorted(shifted, times[:-1], side="right") - 1, 0)
    after = np.minimum(np.searchsorted(shifted, times[1:], side="left"), len(shifted) - 1)
    return np.where(after > before, other.mid[after] - other.mid[before], 0.0)


def _by_block(values: Floats, block: Ints) -> Floats:
    sums: Floats = np.bincount(block, weights=values, minlength=BLOCKS).astype(np.float64)
    return sums


def _sums(first: Floats, second: Floats, block: Ints) -> Sums:
    return np.stack([_by_block(each, block) for each in (first * second, first * first, second * second)])


def _correlation(sums: Sums) -> float:
    product, first, second = (math.fsum(each) for each in sums)
    return product / math.sqrt(first * second) if first > 0 and second > 0 else math.nan


def _found(lags: Sequence[int], by_lag: Sequence[Sums]) -> LeadLag:
    correlations = [_correlation(sums) for sums in by_lag]
    left_out = [[_correlation(np.delete(sums, block, axis=1)) for sums in by_lag] for block in range(BLOCKS)]
    errors = [_jackknife([each[i] for each in left_out]) for i in range(len(lags))]
    peak = _largest(correlations)
    return LeadLag(
        tuple(lags), tuple(correlations), tuple(errors), lags[peak], _jackknife([lags[_largest(c)] for c in left_out])
    )


def _largest(correlations: Sequence[float]) -> int:
    return max(range(len(correlations)), key=lambda i: (-1.0 if math.isnan(correlations[i]) else correlations[i], -i))


def _jackknife(left_out: Sequence[float]) -> float:
    n = len(left_out)
    mean = math.fsum(left_out) / n
    return math.sqrt((n - 1) / n * math.fsum((x - mean) ** 2 for x in left_out))
