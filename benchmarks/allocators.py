"""The exact allocator: 10 venues x 10 levels, from decimal floats to the split, at a lot of one share.

Books are made from a fixed seed: prices within four ticks at the top of each venue, ten levels a tick apart, 100 to
2,000 shares a level, fees of three kinds. Timed is `allocate_exact` with everything it does: numbers to integers, lots
by cost, the split, its cash and its sequence.

    python benchmarks/allocators.py [rounds]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from statistics import median

from machine import calibration, describe

from agents.allocators.exact import LadderVenue, allocate_exact

ROUNDS = 300
ORDER = 20_000
TARGET_MS = 1.0


def book(seed: int, venues: int = 10, levels: int = 10) -> list[LadderVenue]:
    """Ladders of so many venues."""
    draw = random.Random(seed)
    return [
        LadderVenue(
            f"V{place}",
            [(round(100 + 0.01 * (top + level), 2), 100 * draw.randint(1, 20)) for level in range(levels)],
            draw.choice([0.003, 0.0025, -0.0002]),
            0.002,
        )
        for place in range(venues)
        for top in [draw.randint(0, 3)]
    ]


def milliseconds(call: Callable[[], object], rounds: int) -> float:
    """Median CPU time of a call."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return median(taken) * 1e3


def main(rounds: int = ROUNDS) -> None:
    """The three problems."""
    print(describe())
    ladders = book(1)
    cases: dict[str, Callable[[], object]] = {
        "fill, lot 1": lambda: allocate_exact(ORDER, ladders, 0.01, 0.05, 0.002),
        "relative to a reference, lot 1": lambda: allocate_exact(ORDER, ladders, 0.01, 0.05, 0.002, reference=100),
        "relative to a reference, lot 100": lambda: allocate_exact(
            ORDER, ladders, 0.01, 0.05, 0.002, reference=100, lot=100
        ),
    }
    for name, call in cases.items():
        print(f"  {name:34s} median {milliseconds(call, rounds):.3f} ms (target under {TARGET_MS} ms)")
    print(f"  calibration loop {calibration():,.1f} M additions/s")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
