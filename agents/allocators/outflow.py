"""Laws of the outflow of a queue: cancellations ahead of an order and trades, over the order's life, in shares.

Two kinds
    Discrete     a probability for each whole number of shares, :func:`poisson` among them
    continuous   :class:`Exponential`, :class:`Pareto`, or :class:`Continuous` around any distribution of scipy.stats

Outflows of different venues are independent. A law says nothing of when the shares leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAR: Final = 12
"""Standard deviations above the mean at which the Poisson law is cut off; what is beyond (1e-30) sits on the end."""


class ContinuousLaw(Protocol):
    """What the quadrature needs. Functions take and return arrays; arguments are at least 0."""

    @property
    def kinks(self) -> Sequence[float]:
        """Where the density jumps, other than at 0."""

    def cdf(self, shares: Any) -> Any:
        """P(outflow <= shares)."""

    def pdf(self, shares: Any) -> Any:
        """Density."""

    def quantile(self, probability: float) -> float:
        """Shares that the outflow does not exceed with this probability."""

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """So many outcomes."""


@dataclass(frozen=True)
class Discrete:
    """P(outflow = j) for j = 0, 1, ...; they add up to one.

    >>> Discrete([0.25, 0.5, 0.25]).cdf(1)
    0.75

    Raises:
        ValueError: a probability is negative, or they do not add up to one (to 1e-9).
    """

    pmf: Sequence[float]

    def __post_init__(self) -> None:
        import numpy as np

        pmf = np.asarray(self.pmf, dtype=float)
        if pmf.ndim != 1 or not len(pmf) or (pmf < 0).any() or not abs(pmf.sum() - 1) < 1e-9:
            raise ValueError(f"a law needs probabilities of 0, 1, 2, ... shares that add up to 1, not to {pmf.sum()}")
        object.__setattr__(self, "pmf", pmf / pmf.sum())

    @cached_property
    def _cumulated(self) -> Floats:
        import numpy as np

        return np.cumsum(self.pmf)

    def cdf(self, shares: float) -> float:
        """P(outflow <= shares)."""
        at = int(shares // 1)
        return 0.0 if at < 0 else float(self._cumulated[min(at, len(self._cumulated) - 1)])

    def quantile(self, probability: float) -> float:
        """Fewest shares that the outflow does not exceed with this probability."""
        import numpy as np

        return min(float(np.searchsorted(self._cumulated, probability)), len(self._cumulated) - 1.0)

    def excess(self, queue: int) -> Floats:
        """P((outflow - queue)+ = j), j = 0, 1, ..."""
        import numpy as np

        pmf = np.asarray(self.pmf)
        if queue >= len(pmf) - 1:
            return np.ones(1)
        return np.concatenate(([pmf[: queue + 1].sum()], pmf[queue + 1 :]))

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """So many outcomes."""
        import numpy as np

        return np.searchsorted(self._cumulated, generator.random(count), side="right").astype(float)


def poisson(mean: float) -> Discrete:
    """The Poisson law.

    >>> round(poisson(2200).cdf(2200), 4)
    0.5057
    """
    from scipy.stats import poisson as law

    if not mean > 0:
        raise ValueError(f"a Poisson outflow of mean {mean}: must be above 0")
    last = int(mean + FAR * (sqrt(mean) + 3))
    pmf = law.pmf(range(last + 1), mean)
    pmf[-1] += law.sf(last, mean)
    return Discrete(pmf)


@dataclass(frozen=True)
class Exponential:
    """Exponential outflow.

    >>> float(Exponential(2200).quantile(0.5))
    1524.92...
    """

    mean: float
    kinks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _positive("mean", self.mean)

    def cdf(self, shares: Any) -> Any:
        """1 - exp(-x / mean)."""
        import numpy as np

        return -np.expm1(-np.maximum(shares, 0) / self.mean)

    def pdf(self, shares: Any) -> Any:
        """exp(-x / mean) / mean."""
        import numpy as np

        return np.exp(-np.maximum(shares, 0) / self.mean) / self.mean

    def quantile(self, probability: float) -> float:
        """-mean ln(1 - p)."""
        from math import inf, log1p

        return inf if probability >= 1 else -self.mean * log1p(-probability)

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """So many outcomes."""
        return generator.exponential(self.mean, count)


@dataclass(frozen=True)
class Pareto:
    """Pareto outflow of type 1: P(outflow > x) = (x_m / x)^tail from the least outflow x_m on.

    >>> Pareto(mean=2200, tail=5).least
    1760.0
    """

    mean: float
    tail: float = 5.0

    def __post_init__(self) -> None:
        _positive("mean", self.mean)
        if not self.tail > 1:
            raise ValueError(f"tail = {self.tail}: must be above 1, or there is no mean")

    @property
    def least(self) -> float:
        """x_m = mean (tail - 1) / tail."""
        return self.mean * (self.tail - 1) / self.tail

    @property
    def kinks(self) -> tuple[float, ...]:
        """The density jumps at the least outflow."""
        return (self.least,)

    def cdf(self, shares: Any) -> Any:
        """1 - (x_m / x)^tail."""
        import numpy as np

        return 1.0 - (self.least / np.maximum(shares, self.least)) ** self.tail

    def pdf(self, shares: Any) -> Any:
        """tail x_m^tail / x^(tail + 1)."""
        import numpy as np

        shares = np.asarray(shares, dtype=float)
        density = self.tail * self.least**self.tail / np.maximum(shares, self.least) ** (self.tail + 1)
        return np.where(shares < self.least, 0.0, density)

    def quantile(self, probability: float) -> float:
        """x_m (1 - p)^(-1 / tail)."""
        from math import inf

        return inf if probability >= 1 else self.least * (1 - probability) ** (-1 / self.tail)

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """So many outcomes."""
        return self.least * (1.0 + generator.pareto(self.tail, count))


@dataclass(frozen=True)
class Continuous:
    """Any frozen continuous distribution of scipy.stats on [0, inf): ``Continuous(scipy.stats.gamma(4, scale=500))``.

    ``kinks``: where its density jumps, if anywhere.
    """

    distribution: Any
    kinks: tuple[float, ...] = ()

    def cdf(self, shares: Any) -> Any:
        """P(outflow <= shares)."""
        return self.distribution.cdf(shares)

    def pdf(self, shares: Any) -> Any:
        """Density."""
        return self.distribution.pdf(shares)

    def quantile(self, probability: float) -> float:
        """Shares that the outflow does not exceed with this probability."""
        return float(self.distribution.ppf(probability))

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """So many outcomes."""
        draws: Floats = self.distribution.rvs(size=count, random_state=generator)
        return draws


Law = Discrete | ContinuousLaw


def integral(function: Callable[[Any], Any], edges: Sequence[float], nodes: int = 40, panels: int = 4) -> float:
    """Integral over [edges[0], edges[-1]] of a function that is smooth between the edges (Gauss-Legendre)."""
    import numpy as np

    points, weights = _gauss_legendre(nodes)
    total = 0.0
    for low, high in pairwise(edges):
        if high <= low:
            continue
        cuts = np.linspace(low, high, panels + 1)
        half = (cuts[1:] - cuts[:-1])[:, None] / 2
        middle = (cuts[1:] + cuts[:-1])[:, None] / 2
        total += float((half * weights * function(middle + half * points)).sum())
    return total


_rules: dict[int, tuple[Any, Any]] = {}


def _gauss_legendre(nodes: int) -> tuple[Any, Any]:
    import numpy as np

    if nodes not in _rules:
        _rules[nodes] = np.polynomial.legendre.leggauss(nodes)
    return _rules[nodes]


def _positive(name: str, value: float) -> None:
    if not value > 0:
        raise ValueError(f"{name} = {value}: must be above 0")
