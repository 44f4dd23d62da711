"""Expected cost and its slopes for one or two venues with continuous outflows, by Gauss-Legendre quadrature.

With u what venue 1 fills, everything is an integral over u of distribution functions of venue 2, cut where a density
jumps. Slopes are those inside the bounds L_k <= S - M: on such a bound, of the side that lies within.

Accuracy: 1e-10 relative for the laws of `agents.allocators.outflow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from agents.allocators.outflow import ContinuousLaw, integral
from agents.allocators.placement import PlacementProblem


class FillsByQuadrature:
    """V and its gradient for K = 1 or 2."""

    def __init__(self, problem: PlacementProblem) -> None:
        if problem.discrete or problem.venues > 2:
            raise ValueError("quadrature is for one or two venues with continuous outflows; use FillsOnAGrid")
        self.problem = problem
        self._laws = [cast("ContinuousLaw", law) for law in problem.laws]

    def cost(self, market: float, limits: Sequence[float]) -> float:
        """V in $."""
        its, room = self.problem, self.problem.shares - market
        filled = [self._integral_of_tail(k, limit) for k, limit in enumerate(limits)]
        shortfall = self._shortfall(room, limits)
        cost = (its.half_spread + its.take_fee + its.theta) * market + (its.lambda_under + its.theta) * shortfall
        cost += its.over * (market + sum(filled) - its.shares + shortfall)
        for limit, mean, rebate in zip(limits, filled, its.rebate, strict=True):
            cost += its.theta * limit - (its.half_spread + rebate) * mean
        return cost

    def cost_and_slopes(self, market: float, limits: Sequence[float]) -> tuple[float, list[float]]:
        """V in $, and dV/dM, dV/dL_1 .. in $/share."""
        its = self.problem
        both = its.lambda_under + its.over + its.theta
        slopes = [its.half_spread + its.take_fee + its.theta + its.over - both * self.short_probability(market, limits)]
        for k, rebate in enumerate(its.rebate):
            short = self.short_probability_beyond(market, limits, k)
            slopes.append(its.theta + self.beyond(k, limits[k]) * (its.over - its.half_spread - rebate - both * short))
        return self.cost(market, limits), slopes

    def short_probability(self, market: float, limits: Sequence[float]) -> float:
        """P(A < S)."""
        room = self.problem.shares - market
        if self.problem.venues == 1:
            return self._fills_less(0, room, limits[0])
        law, queue, length = self._laws[0], self.problem.queue[0], min(limits[0], room)
        sure = float(law.cdf(queue)) * self._fills_less(1, room, limits[1])
        if limits[0] <= room:
            sure += self.beyond(0, limits[0]) * self._fills_less(1, room - limits[0], limits[1])
        return sure + integral(
            lambda u: law.pdf(queue + u) * self._fill_law(1, room - u, limits[1]), self._edges(length, room, limits[1])
        )

    def short_probability_beyond(self, market: float, limits: Sequence[float], venue: int) -> float:
        """P(A < S | the outflow of the venue goes beyond our order)."""
        room = self.problem.shares - market - limits[venue]
        if self.problem.venues == 1:
            return 1.0 if room > 1e-9 * self.problem.shares else 0.0
        return self._fills_less(1 - venue, max(room, 0.0), limits[1 - venue])

    def beyond(self, venue: int, limit: float) -> float:
        """P(outflow > queue + limit)."""
        return 1.0 - float(self._laws[venue].cdf(self.problem.queue[venue] + limit))

    def _fills_less(self, venue: int, shares: float, limit: float) -> float:
        return float(self._fill_law(venue, shares, limit))

    def _fill_law(self, venue: int, shares: Any, limit: float) -> Any:
        """P(fill < shares), shares above 0; at 0 the limit from above."""
        import numpy as np

        law = self._laws[venue].cdf(self.problem.queue[venue] + np.maximum(shares, 0))
        return np.where(shares > limit, 1.0, law)

    def _shortfall(self, room: float, limits: Sequence[float]) -> float:
        """E(room - fills)+: the integral of P(fills < y) up to room, by parts over what venue 1 fills."""
        if room <= 0:
            return 0.0
        if self.problem.venues == 1:
            return room - self._integral_of_tail(0, min(limits[0], room))
        rest = room - self._integral_of_tail(1, min(limits[1], room))
        law, queue, length = self._laws[0], self.problem.queue[0], min(limits[0], room)
        return rest - integral(
            lambda u: (1.0 - law.cdf(queue + u)) * self._fill_law(1, room - u, limits[1]),
            self._edges(length, room, limits[1]),
        )

    def _integral_of_tail(self, venue: int, length: float) -> float:
        """E min((outflow - queue)+, length)."""
        law, queue = self._laws[venue], self.problem.queue[venue]
        edges = [0.0, *sorted(k - queue for k in law.kinks if 0 < k - queue < length), length]
        return integral(lambda u: 1.0 - law.cdf(queue + u), edges)

    def _edges(self, length: float, room: float, other_limit: float) -> list[float]:
        """0, where an integrand jumps, and length."""
        first, second = self._laws
        jumps = [kink - self.problem.queue[0] for kink in first.kinks]
        jumps += [room - other_limit] + [room - (kink - self.problem.queue[1]) for kink in second.kinks]
        return [0.0, *sorted(jump for jump in jumps if 0 < jump < length), length]
