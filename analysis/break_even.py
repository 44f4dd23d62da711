"""The half-spread at which providing liquidity and sniping it earn the same (Budish, Cramton and Shim 2015).

The value jumps at rate l_j, up or down, by a random size |J|; investors arrive at rate l_i and trade one unit at the
best quote. One of N equally quick firms quotes one unit at half-spread x; on a jump beyond x all N race, and the
provider is first with chance 1/N. Then

    provider   l_i x - l_j (N-1)/N E(|J|-x)+       a sniper   l_j 1/N E(|J|-x)+

are equal where ``l_i x = l_j E(|J|-x)+``, whatever N and whatever the speed, and each firm earns ``l_i x / N``.

Source: Budish, Cramton, Shim, Quarterly Journal of Economics 130 (2015), section VI.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

Excess = Callable[[float], float]
"""x -> E(|J|-x)+: by how much a jump exceeds x on average, counted 0 where it does not; in the unit of x."""


def break_even_half_spread(investor_rate: float, jump_rate: float, excess: Excess) -> float:
    """The x with ``investor_rate * x = jump_rate * excess(x)``; rates in one unit, x in the unit of ``excess``.

    ``excess`` falls, so there is exactly one; it is found to 1e-12 of the mean jump.

    Raises:
        ValueError: a rate is not above zero, or no jump is larger than 0.

    >>> round(break_even_half_spread(1, 1, fixed(1.0)), 5), round(break_even_half_spread(10, 1, exponential(1.0)), 5)
    (0.5, 0.09128)
    """
    from scipy.optimize import brentq

    for name, rate in (("investor_rate", investor_rate), ("jump_rate", jump_rate)):
        if not rate > 0:
            raise ValueError(f"{name} = {rate!r}: write a rate above zero")
    mean = excess(0.0)
    if not 0 < mean < math.inf:
        raise ValueError(f"the mean jump is {mean!r}: jumps need a size above zero, and a mean")
    above = jump_rate * mean / investor_rate  # there investors pay at least what all jumps cost
    root = brentq(lambda x: investor_rate * x - jump_rate * excess(x), 0.0, above, xtol=1e-12 * mean, rtol=1e-14)
    return float(root)


def rent(investor_rate: float, half_spread: float, firms: int) -> float:
    """What each of N firms earns per unit of time at the break-even half-spread, provider or sniper."""
    return investor_rate * half_spread / firms


# -- laws of the jump's size ------------------------------------------------------------------------


def fixed(size: float) -> Excess:
    """Every jump has this size."""
    return lambda x: max(size - x, 0.0)


def exponential(mean: float) -> Excess:
    """Exponentially distributed sizes; the break-even is ``mean W(l_j / l_i)`` with Lambert's W."""
    return lambda x: mean * math.exp(-x / mean)


def uniform(largest: float) -> Excess:
    """Sizes uniform from 0 to the largest."""
    return lambda x: max(largest - x, 0.0) ** 2 / (2 * largest)


def seen(sizes: Sequence[float]) -> Excess:
    """The sizes of jumps that were seen, each as likely as any other."""
    sample = np.abs(np.asarray(sizes, dtype=float))
    if not len(sample):
        raise ValueError("no jumps were seen; give at least one size")
    return lambda x: float(np.maximum(sample - x, 0.0).mean())


def with_tail(tail: Callable[[float], float]) -> Excess:
    """Any law by its tail ``P(|J| > u)``: the excess is the tail's integral from x on, to about 1e-8."""
    from scipy.integrate import quad

    return lambda x: float(quad(tail, x, math.inf)[0])
