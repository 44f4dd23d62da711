"""How long a message takes, or a station needs: small models that draw whole nanoseconds.

Rules
    Every draw is at least the model's floor. A floor is a clamp, not a rejection: draws below it become it, so the mean
    of a wide normal lies a little above the stated one.
    The n-th draw of a source is the same however the draws are cut into batches (:class:`Sum` says from when).
    Draws are independent of each other: a busy minute of a real network, when all messages are slow, is not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, Protocol

from sim.environment import whole_nanos
from sim.streams import FIRST_BATCH, batched, whole

if TYPE_CHECKING:
    from numpy.random import Generator

LONGEST: Final = 2**53
"""The largest draw, ns (104 days)."""


class LatencyModel(Protocol):
    """What a link or a station needs to know of a latency."""

    @property
    def is_constant(self) -> bool:
        """Whether all draws are equal; then ``draw_many`` leaves the generator alone."""

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""

    def smallest(self) -> int:
        """The greatest lower bound of the draws, ns."""

    def describe(self) -> str:
        """The model in words, for a table: ``normal 125 us +- 5 us``."""


def latency_source(model: LatencyModel, generator: Generator | None = None) -> Callable[[], int]:
    """A function that gives the next latency, ns. Only a constant model needs no generator.

    >>> source = latency_source(Constant(350_000))
    >>> source(), source()
    (350000, 350000)

    Raises:
        ValueError: the model is not constant and there is no generator.
    """
    if model.is_constant:
        return repeat(model.smallest()).__next__
    if generator is None:
        raise ValueError(f"latency {model.describe()!r} is random: give it a generator")
    return batched(partial(model.draw_many, generator))


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same.

    >>> Constant(125_000).describe()
    '125 us'
    """

    value: int

    def __post_init__(self) -> None:
        _keep_whole(self, "value")

    @property
    def is_constant(self) -> bool:
        """Always."""
        return True

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The value, ``n`` times."""
        return [self.value] * n

    def smallest(self) -> int:
        """The value."""
        return self.value

    def describe(self) -> str:
        """The value with its unit."""
        return duration_text(self.value)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal with this mean and standard deviation, clamped at ``floor``; all in ns.

    >>> Normal(125_000, 5_000).describe()
    'normal 125 us +- 5 us'
    """

    mean: int
    sd: int
    floor: int = 1

    def __post_init__(self) -> None:
        for name in ("mean", "sd", "floor"):
            _keep_whole(self, name)

    @property
    def is_constant(self) -> bool:
        """Whether the standard deviation is 0."""
        return not self.sd

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        if not self.sd:
            return [self.smallest()] * n
        return whole(self.mean + self.sd * generator.standard_normal(n), self.floor)

    def smallest(self) -> int:
        """The floor: a normal has no other bound."""
        return self.floor if self.sd else max(self.mean, self.floor)

    def describe(self) -> str:
        """Mean and standard deviation."""
        return f"normal {duration_text(self.mean)} +- {duration_text(self.sd)}"


@dataclass(frozen=True, slots=True)
class Lognormal:
    """``median`` (ns) times the exponential of a normal with standard deviation ``sigma``, clamped at ``floor``.

    >>> Lognormal(125_000, 0.25).describe()
    'lognormal, median 125 us, sigma 0.25'
    """

    median: int
    sigma: float
    floor: int = 1

    def __post_init__(self) -> None:
        for name in ("median", "floor"):
            _keep_whole(self, name)
        if not 0 <= self.sigma <= 10:
            raise ValueError(f"Lognormal sigma = {self.sigma!r}: write a number from 0 to 10, such as 0.25")

    @property
    def is_constant(self) -> bool:
        """Whether sigma is 0."""
        return not self.sigma

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        if not self.sigma:
            return [self.smallest()] * n
        return whole(self.median * generator.lognormal(0.0, self.sigma, n), self.floor)

    def smallest(self) -> int:
        """The floor: a lognormal comes as near to 0 as you like."""
        return self.floor if self.sigma else max(self.median, self.floor)

    def describe(self) -> str:
        """Median and sigma."""
        return f"lognormal, median {duration_text(self.median)}, sigma {self.sigma:g}"


@dataclass(frozen=True, slots=True)
class Gamma:
    """``offset`` (ns) plus a gamma with this shape and scale (ns): its mean is offset + shape * scale.

    >>> Gamma(2, 5_000, offset=100_000).describe()
    '100 us + gamma, mean 10 us, shape 2'
    """

    shape: float
    scale: float
    offset: int = 0

    def __post_init__(self) -> None:
        _keep_whole(self, "offset")
        if not 0 < self.shape < math.inf:
            raise ValueError(f"Gamma shape = {self.shape!r}: write a number above 0, such as 2")
        if not 0 <= self.scale <= LONGEST:
            raise ValueError(f"Gamma scale = {self.scale!r}: write a number of nanoseconds, 0 or more")

    @property
    def is_constant(self) -> bool:
        """Whether the scale is 0."""
        return not self.scale

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        if not self.scale:
            return [self.offset] * n
        return whole(self.offset + self.scale * generator.standard_gamma(self.shape, n), self.offset)

    def smallest(self) -> int:
        """The offset."""
        return self.offset

    def describe(self) -> str:
        """Offset, mean of the rest, shape."""
        mean = duration_text(round(self.shape * self.scale))
        return f"{duration_text(self.offset)} + gamma, mean {mean}, shape {self.shape:g}"


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any whole number of ns from ``low`` to ``high``, both included, each equally likely.

    >>> Uniform(100_000, 200_000).describe()
    'uniform 100 us to 200 us'
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            _keep_whole(self, name)
        if self.high < self.low:
            raise ValueError(f"Uniform low = {self.low}, high = {self.high}: write the smaller one first")

    @property
    def is_constant(self) -> bool:
        """Whether there is one value only."""
        return self.low == self.high

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        if self.is_constant:
            return [self.low] * n
        drawn: list[int] = generator.integers(self.low, self.high, n, endpoint=True).tolist()
        return drawn

    def smallest(self) -> int:
        """The lower end."""
        return self.low

    def describe(self) -> str:
        """From where to where."""
        return f"uniform {duration_text(self.low)} to {duration_text(self.high)}"


@dataclass(frozen=True, slots=True)
class Exponential:
    """``offset`` (ns) plus an exponential with this mean (ns): the memoryless delay, at the rate 1 / mean.

    >>> Exponential(20_000, offset=100_000).describe()
    '100 us + exponential, mean 20 us'
    """

    mean: int
    offset: int = 0

    def __post_init__(self) -> None:
        for name in ("mean", "offset"):
            _keep_whole(self, name)

    @property
    def is_constant(self) -> bool:
        """Whether the mean is 0."""
        return not self.mean

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        if not self.mean:
            return [self.offset] * n
        return whole(self.offset + self.mean * generator.standard_exponential(n), self.offset)

    def smallest(self) -> int:
        """The offset."""
        return self.offset

    def describe(self) -> str:
        """Offset and mean of the rest."""
        return f"{duration_text(self.offset)} + exponential, mean {duration_text(self.mean)}"


@dataclass(frozen=True, slots=True)
class Empirical:
    """One of the measured ``values`` (ns), each equally likely.

    >>> Empirical((80_000, 90_000, 300_000)).describe()
    'one of 3 values from 80 us to 300 us'
    """

    values: Sequence[int]

    def __post_init__(self) -> None:
        if not len(self.values):
            raise ValueError("Empirical values = []: write at least one duration")
        values = tuple(_whole("Empirical", f"values[{i}]", value) for i, value in enumerate(self.values))
        object.__setattr__(self, "values", values)

    @property
    def is_constant(self) -> bool:
        """Whether all values are equal."""
        return min(self.values) == max(self.values)

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        values = self.values
        if self.is_constant:
            return [values[0]] * n
        return [values[i] for i in generator.integers(0, len(values), n).tolist()]

    def smallest(self) -> int:
        """The smallest value."""
        return min(self.values)

    def describe(self) -> str:
        """How many values, from where to where."""
        lowest, highest = duration_text(min(self.values)), duration_text(max(self.values))
        return f"one of {len(self.values)} values from {lowest} to {highest}"


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of independent parts: propagation plus jitter, a link plus a speed bump.

    Two or more random parts share the generator in turns of 16 draws each (0.7 us a draw, a single one 0.1): batches
    must be multiples of 16 long, as those of :func:`latency_source` are, to give the same draws however they are cut.

    >>> Sum((Constant(100_000), Normal(5_000, 1_000, floor=0))).describe()
    '100 us + normal 5 us +- 1 us'
    """

    parts: Sequence[LatencyModel]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("Sum parts = []: write at least one latency")
        object.__setattr__(self, "parts", tuple(self.parts))

    @property
    def is_constant(self) -> bool:
        """Whether all parts are."""
        return all(part.is_constant for part in self.parts)

    def draw_many(self, generator: Generator, n: int) -> list[int]:
        """The next ``n`` draws, ns."""
        if self.is_constant:
            return [self.smallest()] * n
        fixed = sum(part.smallest() for part in self.parts if part.is_constant)
        random = [part for part in self.parts if not part.is_constant]
        turn = n if len(random) == 1 else FIRST_BATCH
        draws: list[int] = []
        while len(draws) < n:
            size = min(turn, n - len(draws))
            rows = zip(*(part.draw_many(generator, size) for part in random), strict=True)
            draws.extend(fixed + sum(row) for row in rows)
        return draws

    def smallest(self) -> int:
        """The sum of the smallest of each."""
        return sum(part.smallest() for part in self.parts)

    def describe(self) -> str:
        """The parts, added."""
        return " + ".join(part.describe() for part in self.parts)


def duration_text(nanos: int) -> str:
    """A duration in the largest unit in which it has at most three decimals.

    >>> duration_text(350_000), duration_text(1_500_000), duration_text(2_000_000_000), duration_text(1_000_001)
    ('350 us', '1.5 ms', '2 s', '1000.001 us')
    """
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)):
        if abs(nanos) >= size and nanos * 1_000 % size == 0:
            return f"{nanos / size:.3f}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{nanos} ns"


def _keep_whole(model: Any, name: str) -> None:
    object.__setattr__(model, name, _whole(type(model).__name__, name, getattr(model, name)))


def _whole(model: str, name: str, value: object) -> int:
    try:
        nanos = whole_nanos(value)
    except TypeError:
        raise TypeError(f"{model} {name} = {value!r}: write whole nanoseconds, such as 350_000") from None
    if not 0 <= nanos <= LONGEST:
        raise ValueError(f"{model} {name} = {nanos} ns: write 0 or more, and at most 104 days")
    return nanos
