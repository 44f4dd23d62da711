"""The placement problems of Cont and Kukanov that several tests look at."""

from __future__ import annotations

from typing import Any

from agents.allocators.outflow import Exponential, poisson
from agents.allocators.placement import PlacementProblem


def table_1(shares: int, venues: int, **other: Any) -> PlacementProblem:
    """A row of Table 1: identical venues with a Poisson outflow of 2,200 shares behind 2,000."""
    given: dict[str, Any] = {
        "shares": shares,
        "queues": 2000,
        "outflows": [poisson(2200)] * venues,
        "half_spread": 0.02,
        "take_fee": 0.003,
        "rebates": 0.002,
        "lambda_under": 0.026,
        "lambda_over": 0.024,
    }
    return PlacementProblem(**{**given, **other})


def sensitivity_base(**other: Any) -> PlacementProblem:
    """Two Poisson venues of means 2,600 and 2,200, penalties ten times those of Table 1."""
    given = {"outflows": [poisson(2600), poisson(2200)], "lambda_under": 0.26, "lambda_over": 0.24}
    return table_1(**{"shares": 1000, "venues": 2, **given, **other})


def exponential_problem(
    queues: list[int], means: list[float], shares: int, spread: float, rebates: list[float], under: float, over: float
) -> PlacementProblem:
    """Venues with exponential outflows; the taker fee is $0.003."""
    return PlacementProblem(
        shares=shares,
        queues=queues,
        outflows=[Exponential(mean) for mean in means],
        half_spread=spread,
        take_fee=0.003,
        rebates=rebates,
        lambda_under=under,
        lambda_over=over,
    )


INTERIOR = exponential_problem([200, 400], [1500, 1000], 3000, 0.005, [0.002, 0.0025], 0.02, 0.03)
INTERIOR_EQUAL = exponential_problem([300, 300], [1000, 1000], 2000, 0.01, [0.002, 0.002], 0.03, 0.06)
BOUNDARY = exponential_problem([500, 700], [1500, 1500], 2000, 0.005, [0.002, 0.003], 0.02, 0.02)
