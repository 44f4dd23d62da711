"""How a day's volume is spread over time: the curve that a VWAP follows.

A curve has buckets of equal length, each with a whole-number weight; within a bucket volume comes evenly. Everything
here is exact in whole numbers.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

U_BUCKETS = 26
"""Buckets of the U: quarters of an hour of a day of six and a half hours."""

MINUTE = 60_000_000_000
"""ns"""


class CurveError(ValueError):
    """A volume curve that is none; the text says what to write instead."""


@dataclass(frozen=True)
class VolumeCurve:
    """Weights of equal buckets, one after the other.

    Attributes:
        weights: volume of each bucket, in any unit.
        bucket: length of a bucket, ns; 0: the buckets together are as long as what they are laid over.

    Raises:
        CurveError: no weight, a negative one, or none above zero.

    >>> VolumeCurve((3, 1)).over(0, 100, [(0, 25), (25, 50), (50, 100)])
    [150, 150, 100]
    """

    weights: tuple[int, ...]
    bucket: int = 0

    def __post_init__(self) -> None:
        if not self.weights or min(self.weights) < 0 or not sum(self.weights):
            raise CurveError(f"weights {list(self.weights)} are no volume: none may be below 0, and one must be above")

    def over(self, start: int, end: int, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Volume within each span (from, to in ns), in one unit common to them.

        The curve begins at ``start``. It ends at ``end`` when its buckets have no length of their own; beyond its end
        there is no volume.
        """
        # Time is counted in (length of a bucket) / (number of buckets x length) so that every edge is whole.
        length, scale = (self.bucket, 1) if self.bucket else (end - start, len(self.weights))
        return [
            self._up_to((to - start) * scale, length) - self._up_to((of - start) * scale, length) for of, to in spans
        ]

    def _up_to(self, at: int, length: int) -> int:
        """Volume before a time, times ``length``."""
        at = min(max(at, 0), length * len(self.weights))
        bucket, inside = divmod(at, length)
        part = self.weights[bucket] * inside if inside else 0
        return sum(self.weights[:bucket]) * length + part


def u_shape(ratio: int = 3, buckets: int = U_BUCKETS) -> VolumeCurve:
    """A day that opens and closes with ``ratio`` times the volume of its middle, a parabola between.

    >>> u_shape(3, 3).weights
    (53, 29, 53)

    Source for the shape: P. Jain, G. Joh, "The dependence between hourly prices and trading volume", Journal of
    Financial and Quantitative Analysis 23(3), 1988.
    """
    n = buckets
    # The mean of 1 + (ratio - 1) u^2 over a bucket, u from -1 at the open to 1 at the close, times 3 n^2.
    edges = [2 * i - n for i in range(n + 1)]
    return VolumeCurve(tuple(_mean(a, b, n, ratio) for a, b in pairwise(edges)))


def _mean(a: int, b: int, n: int, ratio: int) -> int:
    return 3 * n * n + (ratio - 1) * (a * a + a * b + b * b)


def read_profile(path: Path) -> VolumeCurve:
    """A curve from a CSV file (also .gz) with a column ``volume``, one row a minute in order of time.

    Volumes are whole numbers of shares; a column ``minute``, when there is one, counts up by 1.

    Raises:
        CurveError: the file cannot be read, or a row is not what it should be; with file and line.
    """
    try:
        with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise CurveError(f"{path}: cannot be read: {error}") from None
    if not rows or "volume" not in rows[0]:
        raise CurveError(f"{path}:1: no column `volume`; write a header `minute,volume` and a row for each minute")
    volumes = [_volume(path, line, row) for line, row in enumerate(rows, start=2)]
    _check_minutes(path, rows)
    return VolumeCurve(tuple(volumes), MINUTE)


def _volume(path: Path, line: int, row: dict[str, str]) -> int:
    text = (row["volume"] or "").strip()
    if not text.isascii() or not text.isdigit():
        raise CurveError(f"{path}:{line}: volume = {text!r} is not a whole number of shares, 0 or more")
    return int(text)


def _check_minutes(path: Path, rows: Sequence[dict[str, str]]) -> None:
    if "minute" not in rows[0]:
        return
    first = rows[0]["minute"]
    for line, row in enumerate(rows, start=2):
        if not (first.isdigit() and row["minute"] == str(int(first) + line - 2)):
            raise CurveError(f"{path}:{line}: minute = {row['minute']!r}; minutes count up by 1, without gaps")
