"""Random numbers: one generator per name, so that no component's draws depend on another's.

Rules
    A generator depends on the root seed and its own name alone: not on what was asked for before, nor on what else
    exists. Changing or adding a component leaves all other draws as they were (common random numbers).
    A name is given out once: two components that share draws would shift each other's.
    Each source of a :class:`Draws` has a generator of its own too: asking one more often shifts no other.
    NumPy's Generator methods, + - * / and rounding only: their values were the same from NumPy 1.26 to 2.5, while
    NumPy's exp and log differ between versions.

Cost
    About 0.05 us a draw: NumPy draws batches of up to 1,024, handed out as Python numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator, SeedSequence

T = TypeVar("T")

FIRST_BATCH: Final = 16
"""Draws of a source's first batch; all batches are multiples of it."""

LARGEST_BATCH: Final = 1_024
NANOS_PER_SECOND: Final = 1_000_000_000


class Streams:
    """Gives each name its own generator, derived from one root seed.

    Raises:
        ValueError: the root is negative.

    >>> int(Streams(7).generator("client/orders").integers(1000))
    541
    """

    def __init__(self, root: int) -> None:
        if root < 0:
            raise ValueError(f"seed {root}: write a whole number of at least 0")
        self.root: Final = int(root)
        self._given: set[str] = set()

    def generator(self, name: str) -> Generator:
        """The PCG64 generator of this name.

        Raises:
            ValueError: the name was given out before.
        """
        return _generator(self._seeds(name))

    def draws(self, name: str) -> Draws:
        """The :class:`Draws` of this name. Errors as :meth:`generator`."""
        return Draws(self._seeds(name))

    def _seeds(self, name: str) -> SeedSequence:
        if name in self._given:
            raise ValueError(
                f"random stream {name!r} is in use: two components would share its draws, name each its own"
            )
        self._given.add(name)
        from numpy.random import SeedSequence

        digest = sha256(name.encode()).digest()
        words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 32, 4)]
        return SeedSequence([self.root, *words])


class Draws:
    """Sources of random numbers for one component; each call makes a new, independent source.

    The sources of one component are told apart by the order in which they were made.

    >>> flip = Streams(7).draws("coin").choice_sign()
    >>> [flip() for _ in range(6)]
    [-1, 1, 1, 1, -1, 1]
    """

    def __init__(self, seeds: SeedSequence) -> None:
        self._seeds = seeds

    def exponential(self, rate_per_second: float) -> Callable[[], int]:
        """Time to the next event of a Poisson process, ns, at least 1."""
        if not rate_per_second > 0:
            raise ValueError(f"rate {rate_per_second!r} per second: write a number above 0")
        return self.exponential_mean(NANOS_PER_SECOND / rate_per_second)

    def exponential_mean(self, mean: float) -> Callable[[], int]:
        """Exponential with this mean, rounded, at least 1."""
        if not mean > 0:
            raise ValueError(f"mean {mean!r}: write a number above 0")
        draw = self._next().exponential
        return batched(lambda n: whole(draw(mean, n), 1))

    def uniform_int(self, lo: int, hi: int) -> Callable[[], int]:
        """Whole numbers from ``lo`` to ``hi``, both included."""
        if lo > hi:
            raise ValueError(f"no whole number lies from {lo} to {hi}")
        draw = self._next().integers
        return batched(lambda n: draw(lo, hi, n, endpoint=True).tolist())

    def choice_sign(self) -> Callable[[], int]:
        """1 or -1, equally likely."""
        draw = self._next().integers
        return batched(lambda n: (1 - 2 * draw(0, 2, n)).tolist())

    def uniform(self) -> Callable[[], float]:
        """Floats from 0 (included) to 1 (not included)."""
        draw = self._next().random
        return batched(lambda n: draw(n).tolist())

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> Callable[[], float]:
        """Normal with this mean and standard deviation."""
        if not sd >= 0:
            raise ValueError(f"standard deviation {sd!r}: write a number of at least 0")
        draw = self._next().standard_normal
        return batched(lambda n: (mean + sd * draw(n)).tolist())

    def _next(self) -> Generator:
        return _generator(self._seeds.spawn(1)[0])


def batched(draw_many: Callable[[int], list[T]]) -> Callable[[], T]:
    """A function that hands out one number a call from batches that ``draw_many(n)`` draws.

    Batches grow from 16 to 1,024, so that the many quiet links of a market hold little.

    >>> one = batched(lambda n: list(range(n)))
    >>> [one() for _ in range(18)]
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1]
    """
    size = FIRST_BATCH // 2

    def next_batch() -> list[T]:
        nonlocal size
        size = min(2 * size, LARGEST_BATCH)
        return draw_many(size)

    return chain.from_iterable(iter(next_batch, None)).__next__


def whole(values: np.ndarray[Any, Any], at_least: int) -> list[int]:
    """A float array rounded to Python ints, none below ``at_least`` and none above 2**53.

    2**53 ns are 104 days; beyond it a float counts in steps larger than 1.
    """
    import numpy as np

    bounded = np.minimum(np.maximum(np.rint(values), at_least), 2.0**53)
    rounded: list[int] = bounded.astype(np.int64).tolist()
    return rounded


def _generator(seeds: SeedSequence) -> Generator:
    from numpy.random import PCG64, Generator

    return Generator(PCG64(seeds))
