"""Do two sequences of best quotes tell the same story? A replayed recording, held against the published book.

Rules
    A state is (bid, bid size, ask, ask size); a side without orders is 0, 0. States that repeat the one before are
    dropped from both sequences.
    The two are aligned with the fewest differences (states that only one of them has), in order: a longest common
    subsequence (Myers 1986). Published states after the one at which ours end are another hour's and are not counted;
    of ours every state counts, so what we have too much moves the alignment but not the number of published ones.

Cost
    O(n + d * d) for n states and d differences; 25 ms for the 23,440 states of an hour with 51 differences.

Source: E. W. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986), greedy algorithm, with
one end left free.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

State = tuple[int, int, int, int]
"""Bid, bid size, ask, ask size: price units and shares; an empty side is 0, 0."""

MOST_DIFFERENCES: Final = 3_000


class Agreement(NamedTuple):
    """How many of the published states are in our sequence, in order.

    >>> f"{Agreement(999, 1000).share:.2%}"
    '99.90%'
    """

    matching: int
    published: int

    @property
    def share(self) -> float:
        """Matching published states as a share of all; 0 when there are none."""
        return self.matching / self.published if self.published else 0.0


class DifferentStories(ValueError):
    """Two sequences with so many differences that an alignment says nothing."""


def agreement(ours: Iterable[State], published: Iterable[State], most_differences: int = MOST_DIFFERENCES) -> Agreement:
    """How many published states agree with ours.

    Raises:
        DifferentStories: there are more than ``most_differences`` differences.

    >>> agreement([(1, 5, 2, 5), (1, 4, 2, 5)], [(1, 5, 2, 5), (1, 5, 2, 3), (1, 4, 2, 5), (1, 1, 2, 5)])
    Agreement(matching=2, published=3)
    """
    left, right = distinct(ours), distinct(published)
    differences, end = _fewest_differences(left, right, most_differences)
    return Agreement((len(left) + end - differences) // 2, end)


def distinct(states: Iterable[State]) -> list[State]:
    """The states without those that repeat the one before.

    >>> distinct([(1, 5, 2, 5), (1, 5, 2, 5), (1, 4, 2, 5), (1, 5, 2, 5)])
    [(1, 5, 2, 5), (1, 4, 2, 5), (1, 5, 2, 5)]
    """
    kept: list[State] = []
    for state in states:
        if not kept or kept[-1] != state:
            kept.append(state)
    return kept


def _fewest_differences(left: Sequence[State], right: Sequence[State], most: int) -> tuple[int, int]:
    """(differences, end): all of ``left`` against ``right[:end]``, the end that needs the fewest differences."""
    width, height = len(left), len(right)
    reached = {1: 0}  # diagonal (place in left - place in right) -> furthest place in left
    for differences in range(most + 1):
        ends = []
        for diagonal in range(-differences, differences + 1, 2):
            place = _furthest(reached, diagonal, width, height)
            if place >= 0:
                other = place - diagonal
                while place < width and other < height and left[place] == right[other]:
                    place += 1
                    other += 1
                if place == width:
                    ends.append(other)
            reached[diagonal] = place
        if ends:
            return differences, max(ends)
    raise DifferentStories(
        f"more than {most} differences between {width} and {height} states: "
        "not the same instrument and time, or an alignment would say nothing"
    )


def _furthest(reached: Mapping[int, int], diagonal: int, width: int, height: int) -> int:
    """The furthest place on a diagonal after one more difference; -1: it leads out of both sequences."""
    only_right = reached.get(diagonal + 1, -1)
    if only_right - diagonal > height:
        only_right = -1
    only_left = reached.get(diagonal - 1, -1) + 1
    return max(only_right, only_left if 0 < only_left <= width else -1)


# -- where states come from -------------------------------------------------------------------------


def recorded_states(quotes: Mapping[str, Any]) -> list[State]:
    """The states of one venue's rows of a run's `quotes` table (its columns by name)."""
    return list(zip(*(map(int, quotes[column]) for column in ("bid", "bid_qty", "ask", "ask_qty")), strict=True))


def published_states(path: Path) -> Iterator[State]:
    """The states of a LOBSTER book file of any depth: offer, its size, bid, its size, ...; gzipped or not.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "book.csv").write_text("5859400,200,-9999999999,0")
    ...     list(published_states(Path(folder) / "book.csv"))
    [(0, 0, 5859400, 200)]
    """
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as lines:
        for row in csv.reader(lines):
            if row and row[0].lstrip("-").isdecimal():  # else a header
                ask, ask_qty, bid, bid_qty = map(int, row[:4])
                yield (bid if bid_qty else 0, bid_qty, ask if ask_qty else 0, ask_qty)
