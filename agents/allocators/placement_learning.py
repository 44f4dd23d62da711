"""Learning a placement without a law: the stochastic approximation of Cont and Kukanov, and the same from fills alone.

Step (projected, robust, averaged; N steps in all, started at the equal split)
    X <- X - gamma g(X), brought into 0 <= M <= S, 0 <= L_k <= S - M, M + sum L_k >= S by cutting M, then each L_k, and
         by adding to M what is still missing
    gamma = sqrt(K) S / sqrt( N (s+f+lambda_u+lambda_o)^2 + N sum_k (s+r_k+lambda_u+lambda_o)^2 )
    learned = mean of all X that came of a step

with g the slope of the realised cost v: for the market order s + f - lambda_u 1{A < S} + lambda_o 1{A > S} and, where
xi_k > Q_k + L_k, for limit k the same with -(s + r_k). theta adds theta 1{A >= S} to the market slope, and theta to
each limit's, less theta where a longer limit would have filled an open share.

What must be seen
    1{A < S} (was the order filled in the end?) and 1{xi_k > Q_k + L_k} (was our order at venue k done, and did the
    queue go on behind it?). Neither the outflow nor the queue's size enters, so :class:`PlacementLearner` learns from
    fills alone. That an order is exactly done and the queue stops there is counted as done.

Cost
    Under 0.1 ms a step. Floats use + - * / and one square root.

Does not model
    Censored limits of 0 shares: an order that is not posted shows nothing, so a learner from fills posts one share.

Source: Cont and Kukanov 2012, section 4; Nemirovski et al., Robust stochastic approximation, 2009.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from agents.allocators.placement import Placement, PlacementProblem

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementPrices:
    """What a placement costs when the outflows are unknown, $/share; as in :class:`PlacementProblem`."""

    shares: int
    half_spread: float
    take_fee: float
    rebates: Sequence[float]
    lambda_under: float
    lambda_over: float
    theta: float = 0.0

    @classmethod
    def of(cls, problem: PlacementProblem) -> PlacementPrices:
        """Those of a problem, its laws left out."""
        return cls(
            shares=problem.shares,
            half_spread=problem.half_spread,
            take_fee=problem.take_fee,
            rebates=problem.rebate,
            lambda_under=problem.lambda_under,
            lambda_over=problem.over,
            theta=problem.theta,
        )


class PlacementLearner:
    """Proposes placements and learns from what became of each.

    Args:
        prices: what things cost.
        steps: N, the lessons that are to come; sets the step.
        least_limit: shares that each limit keeps, so that it goes on showing whether it was done.
        start: the equal split unless given.

    >>> learner = PlacementLearner(PlacementPrices(shares=900, half_spread=0.02, take_fee=0.003, rebates=[0.002, 0.002],
    ...                                            lambda_under=0.026, lambda_over=0.024), steps=100)
    >>> learner.placement
    Placement(market=300.0, limits=(300.0, 300.0))
    >>> learner.learn(bought=700, done=[True, False])
    >>> learner.placement.limits[0] > 300, learner.placement.limits[1] > 300
    (True, False)
    """

    def __init__(
        self, prices: PlacementPrices, steps: int, least_limit: float = 0.0, start: Placement | None = None
    ) -> None:
        if steps < 1:
            raise ValueError(f"steps = {steps}: must be 1 or more")
        places = len(prices.rebates) + 1
        self._prices = prices
        self._least = least_limit
        self._at = [start.market, *start.limits] if start else [prices.shares / places] * places
        self._sum = [0.0] * places
        self._count = 0
        swing = prices.lambda_under + prices.lambda_over
        squares = (prices.half_spread + prices.take_fee + swing) ** 2
        squares += sum((prices.half_spread + rebate + swing) ** 2 for rebate in prices.rebates)
        self.gain = sqrt(places - 1) * prices.shares / sqrt(steps * squares)

    @property
    def placement(self) -> Placement:
        """What to try next."""
        return Placement(self._at[0], tuple(self._at[1:]))

    @property
    def learned(self) -> Placement:
        """The mean of the steps: the answer so far."""
        if not self._count:
            return self.placement
        mean = [total / self._count for total in self._sum]
        return Placement(mean[0], tuple(mean[1:]))

    def learn(self, bought: float, done: Sequence[bool]) -> None:
        """Take in one outcome of :attr:`placement`.

        Args:
            bought: shares bought in all, by market order and at every venue.
            done: for each venue, whether the queue went on behind our order.
        """
        its, size = self._prices, self._prices.shares
        short = bought < size
        slope = its.lambda_over if bought > size else -its.lambda_under if short else 0.0
        slopes = [its.half_spread + its.take_fee + slope + (0.0 if short else its.theta)]
        for rebate, went_on in zip(its.rebates, done, strict=True):
            more = -(its.half_spread + rebate) + slope - (its.theta if short else 0.0) if went_on else 0.0
            slopes.append(its.theta + more)
        moved = [at - self.gain * each for at, each in zip(self._at, slopes, strict=True)]
        market, limits = within_bounds(float(size), moved[0], moved[1:])
        self._at = [market, *(max(self._least, limit) for limit in limits)]
        self._sum = [total + at for total, at in zip(self._sum, self._at, strict=True)]
        self._count += 1


def within_bounds(size: float, market: float, limits: Sequence[float]) -> tuple[float, list[float]]:
    """A placement of any sign, brought into the set that holds an optimum: cut, then filled up at the market.

    Not the nearest point of the set: with that one the market order moves at half the pace while limits are cut.

    >>> within_bounds(100.0, 60.0, [70.0]), within_bounds(100.0, -5.0, [30.0, 20.0])
    ((60.0, [40.0]), (50.0, [30.0, 20.0]))
    """
    market = min(size, max(0.0, market))
    limits = [min(size - market, max(0.0, limit)) for limit in limits]
    missing = size - market - sum(limits)
    return market + max(0.0, missing), limits


def stochastic_approximation(problem: PlacementProblem, steps: int, generator: np.random.Generator) -> Placement:
    """The paper's algorithm on outcomes drawn from the problem's laws; the mean of the iterates."""
    learner = PlacementLearner(PlacementPrices.of(problem), steps)
    outcomes, queues = problem.draw(generator, steps).tolist(), problem.queue
    for outcome in outcomes:
        market, limits = learner.placement
        beyond = [outflow - queue for outflow, queue in zip(outcome, queues, strict=True)]
        bought = market + sum(min(max(left, 0.0), limit) for left, limit in zip(beyond, limits, strict=True))
        learner.learn(bought, [left > limit for left, limit in zip(beyond, limits, strict=True)])
    return learner.learned


def learn_from_fills(problem: PlacementProblem, steps: int, generator: np.random.Generator) -> Placement:
    """The same from whole orders of at least a share and their fills alone: an order is done when it filled."""
    learner = PlacementLearner(PlacementPrices.of(problem), steps, least_limit=1.0)
    outcomes, queues = problem.draw(generator, steps).tolist(), problem.queue
    for outcome in outcomes:
        market, limits = (round(learner.placement.market), [round(limit) for limit in learner.placement.limits])
        filled = [
            min(max(outflow - queue, 0.0), limit) for outflow, queue, limit in zip(outcome, queues, limits, strict=True)
        ]
        learner.learn(market + sum(filled), [got >= limit for got, limit in zip(filled, limits, strict=True)])
    return learner.learned
