"""Two venues with independent exponential outflows: the closed form of the inner optimum, with its traps told.

With means m_1, m_2, a_j = (lambda_u + s + r_j) / (lambda_u + lambda_o), c = (lambda_u - s - f) / (lambda_u + lambda_o):

    M = Q_1 + Q_2 + S - z      L_1 = z - Q_1 + m_2 ln a_1      L_2 = z - Q_2 + m_1 ln a_2

    e^(-z/m) (1 + ln(a_1 a_2) + z/m) = c                                                       m_1 = m_2 = m
    m_1/(m_1-m_2) e^(-z/m_1) a_1^((m_1-m_2)/m_1) + m_2/(m_2-m_1) e^(-z/m_2) a_2^((m_2-m_1)/m_2) = c     otherwise

Traps
    There may be a second, smaller root that is feasible and far from the optimum: the largest one is meant.
    The form holds only where L_1 <= S - M and L_2 <= S - M come out of it. Elsewhere it still gives numbers, and they
    are wrong. The conditions printed in the paper of 2012 do not guarantee it, and its two bounds on lambda_u exclude
    each other. So :attr:`ExponentialPair.applies` checks the result, and `optimum` of
    `agents.allocators.placement_optimum` solves the problem in any case.

theta is 0 here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log

from agents.allocators.outflow import Exponential
from agents.allocators.placement import Placement, PlacementProblem


@dataclass(frozen=True)
class ExponentialPair:
    """The closed form at the largest root.

    Attributes:
        root: z.
        placement: what it says; meaningless unless ``applies``.
        smaller_root: the one to leave alone, None: there is none in [Q_1 + Q_2, Q_1 + Q_2 + S].
        broken: the bounds that the placement breaks; the form applies when there are none.
    """

    root: float
    placement: Placement
    smaller_root: float | None
    broken: tuple[str, ...]

    @property
    def applies(self) -> bool:
        """Whether the placement is the optimum."""
        return not self.broken


def exponential_pair(problem: PlacementProblem) -> ExponentialPair | None:
    """The closed form; None: its equation has no root, so there is no inner optimum.

    Raises:
        ValueError: not two venues with exponential outflows and theta = 0.

    >>> pair = exponential_pair(PlacementProblem(
    ...     shares=2000, queues=300, outflows=[Exponential(1000)] * 2, half_spread=0.01, take_fee=0.003, rebates=0.002,
    ...     lambda_under=0.03, lambda_over=0.06))
    >>> round(pair.root, 3), round(pair.smaller_root, 2), round(pair.placement.market, 1), pair.applies
    (2156.596, 1081.12, 443.4, True)
    """
    laws = [law for law in problem.laws if isinstance(law, Exponential)]
    if len(laws) != 2 or problem.venues != 2 or problem.theta:
        raise ValueError("the closed form is for two venues with exponential outflows and theta = 0")
    first, second = laws[0].mean, laws[1].mean
    both = problem.lambda_under + problem.over
    a_1, a_2 = ((problem.lambda_under + problem.half_spread + rebate) / both for rebate in problem.rebate)
    level = (problem.lambda_under - problem.half_spread - problem.take_fee) / both
    if level <= 0 or a_1 <= 0 or a_2 <= 0:
        return None
    curve, top = _curve(first, second, a_1, a_2)
    if curve(top) < level:
        return None
    root = _crossing(lambda z: curve(z) - level, top, max(first, second))
    placement = _placement(problem, root, second * log(a_1), first * log(a_2))
    queued = sum(problem.queue)
    smaller = _crossing(lambda z: curve(z) - level, top, -max(first, second))
    seen = smaller if queued <= smaller <= queued + problem.shares and smaller < root else None
    return ExponentialPair(root, placement, seen, _broken(problem, placement))


def _curve(first: float, second: float, a_1: float, a_2: float) -> tuple[Callable[[float], float], float]:
    """The left side of the equation and where it is highest; it rises before and falls after."""
    if first == second:
        return lambda z: exp(-z / first) * (1 + log(a_1 * a_2) + z / first), -first * log(a_1 * a_2)
    apart = first - second
    one, two = exp(log(a_1) * apart / first), exp(-log(a_2) * apart / second)

    def unequal(z: float) -> float:
        return (first * one * exp(-z / first) - second * two * exp(-z / second)) / apart

    return unequal, log(two / one) / (1 / second - 1 / first)


def _crossing(function: Callable[[float], float], start: float, stride: float) -> float:
    """The zero of a function that is above zero at the start and falls in the direction of the stride."""
    from scipy.optimize import brentq

    far = start + stride
    while function(far) > 0:
        stride *= 2
        far += stride
    return float(brentq(function, start, far, xtol=1e-12, rtol=1e-14))


def _placement(problem: PlacementProblem, root: float, shift_1: float, shift_2: float) -> Placement:
    q_1, q_2 = problem.queue
    return Placement(q_1 + q_2 + problem.shares - root, (root - q_1 + shift_1, root - q_2 + shift_2))


def _broken(problem: PlacementProblem, placement: Placement) -> tuple[str, ...]:
    market, limits = placement
    size = problem.shares
    checks = [("M >= 0", market >= 0), ("M <= S", market <= size)]
    for k, limit in enumerate(limits, start=1):
        checks += [(f"L_{k} >= 0", limit >= 0), (f"L_{k} <= S - M", limit <= size - market)]
    checks.append(("M + L_1 + L_2 >= S", market + sum(limits) >= size))
    return tuple(text for text, holds in checks if not holds)
