"""The exact optimum of a placement problem, and whether it is one: the optimality conditions held against it.

How
    one venue, continuous     closed form (Proposition 2): F(Q + L) = (2 s + f + r) / (lambda_u + theta + s + r)
    two venues, continuous    slopes by quadrature, sequential quadratic programming within the bounds from several
                              starts, a descent by ever shorter moves, and programming once more
    discrete outflows         the same on exact convolutions; the descent is over whole shares and ends when no move of
                              a share from one place to another, in or out lowers V
    more continuous venues    as discrete, on a grid of `GRID` steps

Conditions (K venues, inside the bounds; theta as in the later version of the paper)
    P(A < S)                        = (s + f + lambda_o + theta) / (lambda_u + lambda_o + theta)
    P(A < S | xi_k > Q_k + L_k)     = (lambda_o - s - r_k) / (lambda_u + lambda_o + theta)
                                      + theta / ((lambda_u + lambda_o + theta) P(xi_k > Q_k + L_k))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import inf
from typing import Any, Final, cast

from agents.allocators.fills_by_quadrature import FillsByQuadrature
from agents.allocators.fills_on_a_grid import FillsOnAGrid
from agents.allocators.outflow import ContinuousLaw
from agents.allocators.placement import Placement, PlacementProblem

GRID: Final = 8_000
"""Steps that S is cut into for three or more venues with continuous outflows."""

STARTS: Final = (0.2, 0.5, 0.8)
"""Probabilities that an outflow stays below the end of our order, in the starting points."""

SWEEPS: Final = 20
"""Rounds over the venues in which limits are brought to their conditions."""

FOLLOWED: Final = 2
"""Of the minima found from different starts, how many are followed to the end."""

FINEST: Final = 2.0**-22
"""Of S: the shortest move where shares may be cut."""

EQUAL: Final = 1e-12
"""Relative difference of costs that is rounding."""

Fills = FillsOnAGrid | FillsByQuadrature


@dataclass(frozen=True)
class Optimum:
    """The cheapest placement. ``cost`` V in $; ``notes``: assumptions of the paper that do not hold."""

    placement: Placement
    cost: float
    notes: tuple[str, ...] = ()

    @property
    def market(self) -> float:
        """Shares to take at once."""
        return self.placement.market

    @property
    def limits(self) -> tuple[float, ...]:
        """Shares to post, by venue."""
        return self.placement.limits


@dataclass(frozen=True)
class Condition:
    """One optimality condition: a probability at a placement, and what it is at an inner optimum."""

    what: str
    probability: float
    wanted: float

    @property
    def residual(self) -> float:
        """Probability minus what is wanted."""
        return self.probability - self.wanted


def fills_of(problem: PlacementProblem) -> Fills:
    """What computes V for this problem."""
    if problem.discrete:
        return FillsOnAGrid(problem)
    return FillsByQuadrature(problem) if problem.venues <= 2 else FillsOnAGrid(problem, problem.shares / GRID)


def expected_cost(problem: PlacementProblem, market: float, limits: Sequence[float]) -> float:
    """V of a placement, $.

    >>> from agents.allocators.outflow import poisson
    >>> problem = PlacementProblem(shares=1000, queues=2000, outflows=poisson(2200), half_spread=0.02, take_fee=0.003,
    ...                            rebates=0.002, lambda_under=0.026, lambda_over=0.024)
    >>> round(expected_cost(problem, 728, [272]), 6)
    14.278378

    Raises:
        ValueError: a size is negative, or not one limit per venue.
    """
    if len(limits) != problem.venues or market < 0 or min(limits) < 0:
        raise ValueError(f"market {market}, limits {list(limits)}: sizes of 0 or more, one limit for each venue")
    return fills_of(problem).cost(market, limits)


def optimum(problem: PlacementProblem) -> Optimum:
    """The placement of least expected cost: whole shares for discrete outflows.

    >>> from agents.allocators.outflow import Exponential
    >>> found = optimum(PlacementProblem(shares=1000, queues=2000, outflows=Exponential(2200), half_spread=0.02,
    ...                                  take_fee=0.003, rebates=0.002, lambda_under=0.045))
    >>> [round(shares, 1) for shares in (found.market, *found.limits)]
    [550.0, 450.0]
    """
    if problem.venues == 1 and not problem.discrete:
        placement = _one_venue(problem)
    else:
        placement = _several_venues(problem)
    doubts = tuple(f"{text} does not hold: the best within its bounds" for text in problem.doubts())
    return Optimum(placement, fills_of(problem).cost(*placement), doubts)


def conditions(problem: PlacementProblem, placement: Placement) -> list[Condition]:
    """The optimality conditions at a placement: P(A < S), then one for each venue."""
    fills = fills_of(problem)
    market, limits = placement
    both = problem.lambda_under + problem.over + problem.theta
    taken = problem.half_spread + problem.take_fee + problem.over + problem.theta
    found = [Condition("P(A < S)", fills.short_probability(market, limits), taken / both)]
    for k, rebate in enumerate(problem.rebate):
        beyond = fills.beyond(k, limits[k])
        wanted = (problem.over - problem.half_spread - rebate) / both
        wanted += (problem.theta / (both * beyond) if beyond else inf) if problem.theta else 0.0
        short = fills.short_probability_beyond(market, limits, k)
        found.append(Condition(f"P(A < S | outflow {k + 1} beyond our order)", short, wanted))
    return found


def thresholds(problem: PlacementProblem) -> tuple[float, float]:
    """lambda_under up to which all is posted, and from which on nothing is; one venue.

    Raises:
        ValueError: there are several venues.
    """
    if problem.venues != 1:
        raise ValueError(f"thresholds are known for one venue, not for {problem.venues}")
    (law,), (queue,), (rebate,) = problem.laws, problem.queue, problem.rebate
    gain = 2 * problem.half_spread + problem.take_fee + rebate
    at_end, at_start = float(law.cdf(queue + problem.shares)), float(law.cdf(queue))
    lost = problem.half_spread + rebate + problem.theta
    return (gain / at_end - lost if at_end else inf), (gain / at_start - lost if at_start else inf)


# -- solving --------------------------------------------------------------------------------------------


def _one_venue(problem: PlacementProblem) -> Placement:
    (law,), (queue,), (rebate,) = problem.laws, problem.queue, problem.rebate
    gain = 2 * problem.half_spread + problem.take_fee + rebate
    lost = problem.lambda_under + problem.theta + problem.half_spread + rebate
    probability = min(1.0, max(0.0, gain / lost)) if lost > 0 else 1.0
    limit = min(max(cast("ContinuousLaw", law).quantile(probability) - queue, 0.0), float(problem.shares))
    return Placement(problem.shares - limit, (limit,))


def _several_venues(problem: PlacementProblem) -> Placement:
    fills = fills_of(problem)
    found = [_programmed(problem, fills, start) for start in _starts(problem)]
    found.append([float(problem.shares), *[0.0] * problem.venues])
    found.sort(key=lambda x: fills.cost(x[0], x[1:]))
    if isinstance(fills, FillsByQuadrature):
        unit = problem.shares * FINEST
        ends = [_descended(problem, fills, start, unit) for start in found[:FOLLOWED]]
        ends += [_programmed(problem, fills, end) for end in ends]
        placed = min(ends, key=lambda x: fills.cost(x[0], x[1:]))
    else:
        ends = [_descended(problem, fills, start, fills.unit) for start in found[:FOLLOWED]]
        placed = _settled(fills, min(ends, key=lambda x: fills.cost(x[0], x[1:])))
    return Placement(placed[0], tuple(placed[1:]))


def _starts(problem: PlacementProblem) -> Iterator[list[float]]:
    """The equal split, and limits that an outflow goes beyond with some probability.

    Several, because V has plateaus: a limit so long that its end is never reached can be made longer for nothing.
    """
    size = problem.shares
    yield [size / (problem.venues + 1)] * (problem.venues + 1)
    for probability in STARTS:
        at = [law.quantile(probability) - queue for law, queue in zip(problem.laws, problem.queue, strict=True)]
        limits = [min(max(limit, 0.0), float(size)) for limit in at]
        market = max(0.0, size - sum(limits))
        yield [market, *(min(limit, size - market) for limit in limits)]


def _programmed(problem: PlacementProblem, fills: Fills, start: Sequence[float]) -> list[float]:
    """A minimum within the bounds, by sequential quadratic programming; scaled to order one."""
    import numpy as np
    from scipy.optimize import minimize

    size, places = problem.shares, problem.venues + 1
    money = size * (problem.lambda_under + problem.over)

    def scaled(x: Any) -> tuple[float, Any]:
        x = np.clip(x, 0.0, 1.0) * size
        cost, slopes = fills.cost_and_slopes(float(x[0]), [float(limit) for limit in x[1:]])
        return cost / money, np.array(slopes) * size / money

    room = np.hstack((-np.ones((places - 1, 1)), -np.eye(places - 1)))  # S - M - L_k >= 0
    found = minimize(
        scaled,
        np.array(start) / size,
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * places,
        constraints=[
            {"type": "ineq", "fun": lambda x: 1.0 + room @ x, "jac": lambda _: room},
            {"type": "ineq", "fun": lambda x: x.sum() - 1.0, "jac": lambda _: np.ones(places)},
        ],
        options={"ftol": 1e-15, "maxiter": 300},
    )
    return [float(share) * size for share in np.clip(found.x, 0.0, 1.0)]


def _descended(problem: PlacementProblem, fills: Fills, start: Sequence[float], unit: float) -> list[float]:
    """Whole units from which no move lowers V: first long moves, then shorter ones, at last one unit.

    Programming alone may stop on a bound, where V has kinks; moves from one place to another follow the bounds.
    """
    most = round(problem.shares / unit)
    at = tuple(min(most, max(0, round(shares / unit))) for shares in start)

    def cost(place: tuple[int, ...]) -> float:
        return fills.cost(place[0] * unit, [units * unit for units in place[1:]])

    step = 1 << max(0, (most // 16).bit_length() - 1)
    least = cost(at)
    while step:
        moved = _best_neighbour(at, step, most, cost)
        if moved is not None and moved[0] < least - EQUAL * max(1.0, abs(least)):
            least, at = moved
        else:
            step //= 2
    return [units * unit for units in at] if unit != 1 else [float(units) for units in at]


def _settled(fills: FillsOnAGrid, at: list[float]) -> list[float]:
    """Of placements that cost the same, the one where each limit meets its condition.

    Where the end of a limit is not reached V is flat, and its condition is not.
    """
    least = fills.cost(at[0], at[1:])
    for _ in range(SWEEPS):
        before = at
        for place in range(1, len(at)):
            moved = [*at[:place], fills.best_limit(at[0], at[1:], place - 1), *at[place + 1 :]]
            cost = fills.cost(moved[0], moved[1:])
            if cost <= least + EQUAL * max(1.0, abs(least)):
                at, least = moved, min(least, cost)
        if at == before:
            break
    return at


def _best_neighbour(
    at: tuple[int, ...], step: int, most: int, cost: Callable[[tuple[int, ...]], float]
) -> tuple[float, tuple[int, ...]] | None:
    near = (tuple(a + step * d for a, d in zip(at, move, strict=True)) for move in _moves(len(at)))
    allowed = [place for place in near if all(0 <= units <= most for units in place)]
    return min(((cost(place), place) for place in allowed), default=None)


def _moves(places: int) -> Iterator[tuple[int, ...]]:
    """In or out at one place, from one to another, and at all limits together, with or without the market order."""
    for place in range(places):
        for sign in (1, -1):
            yield tuple(sign * (i == place) for i in range(places))
    for source, target in permutations(range(places), 2):
        yield tuple((i == target) - (i == source) for i in range(places))
    for sign in (1, -1):
        for market in (0, -sign):
            yield (market, *(sign,) * (places - 1))
