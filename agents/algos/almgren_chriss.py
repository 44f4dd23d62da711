"""Almgren and Chriss's optimal execution: the trajectory between the cost of haste and the risk of waiting.

Model
    ``shares`` are traded in ``periods`` of length ``tau``, n_k in the k-th. The price does a random walk with
    volatility ``sigma`` ($/share per square root of the time unit). A trade moves it for good by ``gamma`` n_k ($/share
    per share), and pays epsilon sgn(n_k) + eta n_k / tau for itself: ``epsilon`` in $/share, ``eta`` in $/share per
    (share per time unit).
    The holdings x_0 = shares, ..., x_N = 0 minimise E + risk_aversion * V of the shortfall in dollars:

        E = gamma X^2 / 2 + epsilon sum |n_k| + (eta~ / tau) sum n_k^2       eta~ = eta - gamma tau / 2
        V = sigma^2 tau sum x_k^2   (k = 1..N)
        x_j = X sinh(kappa (T - t_j)) / sinh(kappa T)
        2 (cosh(kappa tau) - 1) / tau^2 = risk_aversion sigma^2 / eta~       kappa in discrete time, exactly

    The trajectory is computed from its recurrence x_{j-1} + x_{j+1} = 2 cosh(kappa tau) x_j with + - * / only: it
    decides orders in a run, and sinh differs between platforms.

Does not model
    A trade at time 0: the first holding is the whole order, and n_k is traded during the k-th period.

Source: R. Almgren, N. Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3(2), 2000/01,
equations 7, 8 (cost), 12, 13 (variance) and 17 to 19 (trajectory).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import acosh, isfinite, sqrt


@dataclass(frozen=True, kw_only=True)
class AlmgrenChriss:
    """A problem and its solution. Time is in any unit; the parameters are in the same one.

    Attributes:
        shares: to trade; its sign is of no matter.
        periods: how many trades; tau: time of one.
        sigma: volatility, $/share per square root of the time unit.
        epsilon: fixed cost of a share, $ (half the spread and fees).
        gamma: permanent impact, $/share per share.
        eta: temporary impact, $/share per share and time unit.
        risk_aversion: per dollar; 0 trades evenly.

    Raises:
        ValueError: the problem has no optimum: eta must exceed gamma tau / 2.

    >>> paper = AlmgrenChriss(shares=1_000_000, periods=5, tau=1.0, sigma=0.95, epsilon=0.0625, gamma=2.5e-7,
    ...                       eta=2.5e-6, risk_aversion=1e-6)
    >>> round(paper.kappa, 4), [round(n) for n in paper.trades()]
    (0.6071, [458044, 252101, 141957, 85756, 62142])
    >>> round(paper.expected_cost), round(paper.standard_deviation)
    (911227, 603431)
    """

    shares: float
    periods: int
    tau: float
    sigma: float
    epsilon: float = 0.0
    gamma: float = 0.0
    eta: float
    risk_aversion: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isfinite(value):
                raise ValueError(f"{name} = {value}: must be a finite number")
        if self.periods != int(self.periods):
            raise ValueError(f"{self.periods} periods: must be a whole number")
        if self.periods < 1 or self.tau <= 0:
            raise ValueError(f"{self.periods} periods of {self.tau:g}: at least one, and above 0")
        if min(self.sigma, self.epsilon, self.gamma, self.risk_aversion) < 0:
            raise ValueError("sigma, epsilon, gamma and risk_aversion may not be negative")
        if self.eta_tilde <= 0:
            raise ValueError(
                f"eta = {self.eta:g} is not above gamma tau / 2 = {self.gamma * self.tau / 2:g}: "
                "the faster the better, and no trajectory is best; take a larger eta or a shorter tau"
            )

    @property
    def eta_tilde(self) -> float:
        """Temporary impact less what permanent impact has taken of it: eta - gamma tau / 2."""
        return self.eta - self.gamma * self.tau / 2

    @property
    def _urgency(self) -> float:
        """2 (cosh(kappa tau) - 1)."""
        return self.risk_aversion * self.sigma * self.sigma / self.eta_tilde * self.tau * self.tau

    @property
    def kappa(self) -> float:
        """How fast holdings decay, per time unit; 0: evenly. For reports: no order depends on it."""
        return acosh(1 + self._urgency / 2) / self.tau

    def holdings(self) -> list[float]:
        """x_0 = shares, ..., x_N = 0, shares still to trade after each period."""
        held = [float(self.shares)]
        for kept in kept_parts(self._urgency, self.periods):
            held.append(held[-1] * kept)
        return held

    def trades(self) -> list[float]:
        """n_1, ..., n_N, shares of each period."""
        held = self.holdings()
        return [before - after for before, after in pairwise(held)]

    @property
    def expected_cost(self) -> float:
        """E of the shortfall, $."""
        trades = self.trades()
        permanent = self.gamma * self.shares * self.shares / 2
        return permanent + sum(self.epsilon * abs(n) + self.eta_tilde / self.tau * n * n for n in trades)

    @property
    def standard_deviation(self) -> float:
        """sqrt(V) of the shortfall, $."""
        return self.sigma * sqrt(self.tau * sum(x * x for x in self.holdings()[1:]))


def kept_parts(urgency: float, periods: int) -> list[float]:
    """Which part of the holdings is left after each period, x_j / x_{j-1}; the last is 0.

    ``urgency`` is 2 (cosh(kappa tau) - 1). From x_{j-1} + x_{j+1} = (2 + urgency) x_j and x_N = 0: the parts follow one
    from the other, backwards, and none of them overflows.

    >>> [round(part, 4) for part in kept_parts(0.0, 4)]
    [0.75, 0.6667, 0.5, 0.0]
    """
    parts = [0.0]
    for _ in range(periods - 1):
        parts.append(1.0 / (2.0 + urgency - parts[-1]))
    return parts[::-1]
