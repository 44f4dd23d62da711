"""The synthetic pools that dark allocators are held against: nothing with some probability, else a power law."""

from __future__ import annotations

import numpy as np

from agents.allocators.dark_pools import DarkAllocator, expected_fill, greedy_split
from agents.allocators.outflow import Discrete

VOLUME = 400


def zero_bin_power_law(zero: float, power: float, most: int = 1000) -> Discrete:
    """P(0) = zero; otherwise P(k) proportional to k ** -power on 1 .. most."""
    weights = np.arange(1.0, most + 1.0) ** -power
    return Discrete([zero, *((1 - zero) * weights / weights.sum())])


LAWS = tuple(zero_bin_power_law(*law) for law in ((0.5, 0.5), (0.3, 1.0), (0.7, 0.2), (0.1, 1.5)))
TAILS = [list(np.cumsum(np.asarray(law.pmf)[::-1])[::-1][1:]) for law in LAWS]
BEST = expected_fill(greedy_split(VOLUME, TAILS), TAILS)


def learnt(allocator: DarkAllocator, seed: int, rounds: int = 400) -> float:
    """After so many rounds: the expected fill of what is asked next, as a fraction of the optimum."""
    generator = np.random.default_rng(seed)
    held = np.stack([law.draw(generator, rounds) for law in LAWS], axis=1).astype(int).tolist()
    for there in held:
        asked = allocator.split(VOLUME)
        allocator.learn(asked, [min(units, shares) for units, shares in zip(asked, there, strict=True)])
    return expected_fill(allocator.split(VOLUME), TAILS) / BEST
