"""Rows "CK" and "dark learning": allocators against published and independently computed numbers. No market is run.

The exact optima of Table 1, the sensitivity base and the exponential pairs were computed independently of this code, by
enumeration and quadrature; the published W are means of 1,000 samples by Cont and Kukanov (2012).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from scenarios.validation.proof import Found, Proof, Row


class Published(NamedTuple):
    """A row of Table 1: the paper's sampled W of its own placement, and the exact optimum."""

    shares: int
    venues: int
    sampled: float
    market: float
    cost: float


TABLE_1: Final = (
    Published(500, 1, 2.76, 0.456, 2.778),
    Published(500, 2, -6.00, 0.0, -6.103),
    Published(500, 3, -10.56, 0.0, -10.624),
    Published(500, 5, -10.91, 0.0, -10.942),
    Published(1000, 1, 14.20, 0.728, 14.278),
    Published(1000, 2, 5.48, 0.497, 5.397),
    Published(1000, 4, -12.12, 0.054, -12.440),
    Published(5000, 1, 107.76, 0.946, 106.278),
    Published(5000, 3, 90.71, 0.855, 88.485),
    Published(5000, 5, 72.93, 0.767, 70.626),
)
NOISE: Final = 0.4
"""4 standard errors of a mean of 1,000 samples whose standard deviation is about $3."""

LAST_DIGIT: Final = 0.0005


def _table_1(_: Found) -> list[Row]:
    from agents.allocators.outflow import poisson
    from agents.allocators.placement import PlacementProblem
    from agents.allocators.placement_optimum import optimum

    rows = []
    for its in TABLE_1:
        found = optimum(
            PlacementProblem(
                shares=its.shares, queues=2000, outflows=[poisson(2200)] * its.venues, half_spread=0.02,
                take_fee=0.003, rebates=0.002, lambda_under=0.026, lambda_over=0.024,
            )
        )  # fmt: skip
        exact = abs(found.cost - its.cost) <= LAST_DIGIT
        placed = abs(found.market / its.shares - its.market) <= LAST_DIGIT
        better = found.cost <= its.sampled + NOISE and (its.shares < 5000 or found.cost < its.sampled - 1)
        least = " and $1 below it" if its.shares == 5000 else ""
        claim = f"exact optimum ${its.cost:.3f}, {its.market:.1%} taken; no worse than the published ${its.sampled:.2f}"
        limits = ", ".join(f"{limit:.0f}" for limit in found.limits)
        effect = f"${found.cost:.3f}; {found.market:.0f} taken, {limits} posted"
        rows.append(
            Row(f"CK table 1 S={its.shares} K={its.venues}", claim + least, effect, exact and placed and better)
        )
    return rows


def _learning(_: Found) -> list[Row]:
    import numpy as np

    from agents.allocators.outflow import poisson
    from agents.allocators.placement import PlacementProblem
    from agents.allocators.placement_learning import learn_from_fills
    from agents.allocators.placement_optimum import expected_cost, optimum

    rows = []
    for venues in (1, 2):
        problem = PlacementProblem(
            shares=1000, queues=2000, outflows=[poisson(2200)] * venues, half_spread=0.02, take_fee=0.003,
            rebates=0.002, lambda_under=0.026, lambda_over=0.024,
        )  # fmt: skip
        best = optimum(problem).cost
        learnt = [learn_from_fills(problem, 1000, np.random.default_rng(seed)) for seed in range(12)]
        regret = [(expected_cost(problem, *placement) - best) / abs(best) for placement in learnt]
        claim = f"S=1000, K={venues}: learnt from 1,000 minutes' fills alone, regret below 2 % in each of 12 seeds"
        effect = f"mean {math.fsum(regret) / 12:.2%}, worst {max(regret):.2%}"
        rows.append(Row(f"CK learning K={venues}", claim, effect, max(regret) < 0.02))
    return rows


# -- dark pools -----------------------------------------------------------------------------------------

POOLS: Final = ((0.5, 0.5), (0.3, 1.0), (0.7, 0.2), (0.1, 1.5))
"""(P(nothing there), power of the law of the rest on 1 .. 1000 units)."""

VOLUME, ROUNDS, SEEDS = 400, 400, 20


def _tails() -> list[list[float]]:
    import numpy as np

    sizes = np.arange(1.0, 1001.0)
    tails = []
    for empty, power in POOLS:
        weights = sizes**-power
        tails.append([float(t) for t in (1 - empty) * np.cumsum((weights / weights.sum())[::-1])[::-1]])
    return tails


def _learnt(tails: Sequence[Sequence[float]], seed: int, *, optimism: bool) -> float:
    """Expected fill of what is asked after the rounds, units."""
    import numpy as np

    from agents.allocators.dark_pools import CensoredTails, expected_fill

    generator, pools = np.random.default_rng(seed), CensoredTails(len(tails), optimism=optimism)
    falling = [-np.asarray(tail) for tail in tails]
    for draws in generator.random((ROUNDS, len(tails))):
        held = [int(np.searchsorted(tail, -draw)) for tail, draw in zip(falling, draws, strict=True)]
        asked = pools.split(VOLUME)
        pools.learn(asked, [min(units, there) for units, there in zip(asked, held, strict=True)])
    return expected_fill(pools.split(VOLUME), tails)


def _dark(_: Found) -> list[Row]:
    from agents.allocators.dark_pools import expected_fill, greedy_split

    tails = _tails()
    best = expected_fill(greedy_split(VOLUME, tails), tails)
    hopeful = [_learnt(tails, seed, optimism=True) / best for seed in range(SEEDS)]
    plain = [_learnt(tails, seed, optimism=False) / best for seed in range(SEEDS)]
    return [
        Row(
            "dark learning greedy",
            "four synthetic pools, 400 units: 245, 63, 86, 6 fill 132.815 (Ganchev et al. 2009, computed)",
            f"{greedy_split(VOLUME, tails)} fill {best:.3f}",
            greedy_split(VOLUME, tails) == [245, 63, 86, 6] and abs(best - 132.815) <= LAST_DIGIT,
        ),
        Row(
            "dark learning optimistic",
            "censored tails with optimism: at least 97 % of the optimum after 400 rounds in each of seeds 0 to 19",
            f"worst {min(hopeful):.3f}, mean {math.fsum(hopeful) / SEEDS:.3f}",
            min(hopeful) >= 0.97,
        ),
        Row(
            "dark learning plain",
            "the same code without optimism: below 93 % on average",
            f"mean {math.fsum(plain) / SEEDS:.3f}",
            math.fsum(plain) / SEEDS < 0.93,
        ),
    ]


def _fractions(_: Found) -> list[Row]:
    import numpy as np

    from agents.allocators.dark_pools import StochasticApproximation

    pools, wanted = StochasticApproximation([1.0, 0.98, 0.95]), (0.5802, 0.2833, 0.1365)
    for there in np.random.default_rng(1).exponential([400, 200, 100], (100_000, 3)).tolist():
        pools.step([600 * part <= shares for part, shares in zip(pools.fractions, there, strict=True)])
    off = max(abs(part - its) for part, its in zip(pools.fractions, wanted, strict=True))
    claim = (
        "stochastic approximation, 100,000 steps: within 0.01 of (.5802, .2833, .1365) (Laruelle et al. 2011, computed)"
    )
    effect = ", ".join(f"{part:.4f}" for part in pools.fractions)
    return [Row("dark learning fractions", claim, effect, off <= 0.01)]


PROOFS: tuple[Proof, ...] = (
    Proof("CK table 1", (), _table_1),
    Proof("CK learning", (), _learning),
    Proof("dark learning", (), lambda found: [*_dark(found), *_fractions(found)]),
)
