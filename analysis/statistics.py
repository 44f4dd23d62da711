"""Means over seeds and paired differences, with Student's t intervals.

Strategies that met the same random numbers are compared seed by seed: the difference within a seed varies less than
either side does. An interval needs two seeds; with one it is NaN and `note` says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

ONE_SEED = "one seed: no interval"
NO_PAIR = "no seed in common with the baseline"


class Interval(NamedTuple):
    """A mean with its confidence interval. NaN bounds: not enough values, ``note`` says why."""

    mean: float
    low: float
    high: float
    n: int
    note: str = ""

    @property
    def half_width(self) -> float:
        """Half the interval's width: what a plot draws as an error bar."""
        return (self.high - self.low) / 2

    @property
    def excludes_zero(self) -> bool:
        """True when the whole interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Mean and t interval of independent values; NaN values (nothing to measure in that seed) are left out.

    >>> mean_interval([1.0, 2.0, 3.0]).mean
    2.0
    >>> mean_interval([5.0])
    Interval(mean=5.0, low=nan, high=nan, n=1, note='one seed: no interval')
    """
    known = [float(value) for value in values if not math.isnan(value)]
    n = len(known)
    if not n:
        return Interval(math.nan, math.nan, math.nan, 0, "nothing measured")
    mean = math.fsum(known) / n
    if n == 1:
        return Interval(mean, math.nan, math.nan, 1, ONE_SEED)
    half = _t_quantile(level, n - 1) * math.sqrt(math.fsum((x - mean) ** 2 for x in known) / (n - 1) / n)
    return Interval(mean, mean - half, mean + half, n)


def means(table: pd.DataFrame, metrics: Sequence[str], by: str = "strategy", level: float = 0.95) -> pd.DataFrame:
    """Mean over seeds of each metric, one row per group and metric: ``by``, metric, mean, low, high, n, note."""
    import pandas as pd

    rows = [
        {by: group, "metric": metric, **mean_interval(own[metric].tolist(), level)._asdict()}
        for group, own in table.groupby(by, sort=False)
        for metric in metrics
    ]
    return pd.DataFrame(rows, columns=[by, "metric", *Interval._fields])


def paired_differences(
    table: pd.DataFrame,
    baseline: str,
    metrics: Sequence[str],
    by: str = "strategy",
    pair: str = "seed",
    level: float = 0.95,
) -> pd.DataFrame:
    """Each group minus the baseline, seed by seed: one row per group and metric, the baseline itself left out.

    Args:
        table: one row per group and seed, with the metrics as columns.

    Raises:
        ValueError: the baseline is not in the table, or a group has two rows for one seed.
    """
    import pandas as pd

    groups = list(dict.fromkeys(table[by]))
    if baseline not in groups:
        raise ValueError(f"baseline {baseline!r} is none of the {by} values: {', '.join(map(str, groups))}")
    if table.duplicated([by, pair]).any():
        twice = table[table.duplicated([by, pair])].iloc[0]
        raise ValueError(f"{by} {twice[by]} has two rows for {pair} {twice[pair]}: a difference needs one")
    ruler = table[table[by] == baseline].set_index(pair)
    rows = []
    for group in groups:
        if group == baseline:
            continue
        own = table[table[by] == group].set_index(pair)
        shared = own.index.intersection(ruler.index)
        for metric in metrics:
            interval = mean_interval((own.loc[shared, metric] - ruler.loc[shared, metric]).tolist(), level)
            if not len(shared):
                interval = interval._replace(note=NO_PAIR)
            rows.append({by: group, "metric": metric, **interval._asdict()})
    return pd.DataFrame(rows, columns=[by, "metric", *Interval._fields])


def _t_quantile(level: float, degrees: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, degrees))
