"""Rows "CK engine": placements scored by real fills in matching engines, against their exact expected cost.

`validation/ck_engine` plays minutes; each gives one outcome of v, from the log: what was paid and earned against the
mid of $100, fees and rebates as charged, and the penalties for what is unfilled or too much. 2,000 minutes a row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agents.allocators.outflow import Discrete, poisson
from agents.allocators.placement import PlacementProblem
from agents.allocators.placement_optimum import expected_cost
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from scenarios.run import RunResult

SCENARIO: Final = "validation/ck_engine"
SHARES: Final = 1000
MID: Final = 100_0000
UNDER, OVER = 0.026, 0.024
MINUTE_FLOW: Final = 2200
ERRORS: Final = 4
RUNS: Final = 20
"""Seeds of each market, 100 minutes each."""


def minute_costs(result: RunResult) -> list[float]:
    """v of every minute, $: a parent of the client is a minute."""
    import numpy as np

    from analysis.child_orders import child_orders, fills

    tables = result.tables
    children, done = child_orders(tables), fills(tables)
    number = next(n for n, name in tables.directory.agents.items() if name == "client")
    parents = tables["parents"]
    own = parents["parent_id"][parents["owner"] == number]
    of_fill = np.searchsorted(own, children.parent_id[done.child])
    mine = children.owner[done.child] == number
    minute, qty = of_fill[mine], done.qty[mine]
    paid = (done.px[mine] - MID) * qty / 1e4 + done.fee[mine] / 1e6
    bought = np.bincount(minute, qty, len(own))
    penalty = UNDER * np.maximum(SHARES - bought, 0) + OVER * np.maximum(bought - SHARES, 0)
    return [float(each) for each in np.bincount(minute, paid, len(own)) + penalty]


def measure(result: RunResult) -> Figures:
    """Number of minutes, and the sums of their costs and of the squares."""
    costs = minute_costs(result)
    return {"minutes": len(costs), "cost": math.fsum(costs), "squares": math.fsum(cost * cost for cost in costs)}


@dataclass(frozen=True)
class Experiment:
    """One placement at so many venues; ``taken_back`` shares ahead of ours cancel in the first half minute."""

    name: str
    venues: int
    market: int
    limit: int
    taken_back: int = 0

    @property
    def problem(self) -> PlacementProblem:
        """The outflow is what is taken back and what trades."""
        trades = poisson(MINUTE_FLOW - self.taken_back)
        outflow = Discrete([0.0] * self.taken_back + [float(p) for p in trades.pmf])
        return PlacementProblem(
            shares=SHARES, queues=2000, outflows=[outflow] * self.venues, half_spread=0.02, take_fee=0.003,
            rebates=0.002, lambda_under=UNDER, lambda_over=OVER,
        )  # fmt: skip

    @property
    def expected(self) -> float:
        """V, $."""
        return expected_cost(self.problem, self.market, [self.limit] * self.venues)

    def settings(self, minutes: int = 100) -> tuple[str, ...]:
        """Of the market that plays it."""
        names = "ABCDE"[: self.venues]
        fees = "fees: {maker: -0.002, taker: 0.003}"
        venues = ", ".join(f"{{name: {name}, kind: lit, service: 0s, {fees}}}" for name in names)
        asks = ", ".join(f"{{at: 0s, venue: {name}, side: sell, qty: 10000000, limit: 100.02}}" for name in names)
        size = self.market + self.venues * self.limit
        stop, end = 100 + 60_100 * minutes, 61_000 + 60_100 * minutes
        return (
            f"venues=[{venues}]",
            f"agents.asks.orders=[{asks}]",
            f"agents.queue.orders.size=[{2000 * self.venues}, {2000 * self.venues}]",
            f"agents.behind.orders.size=[{10_000 * self.venues}, {10_000 * self.venues}]",
            f"agents.client.orders.size=[{size}, {size}]",
            f"agents.client.strategy.market={self.market}",
            f"agents.client.strategy.limit={self.limit}",
            f"agents.queue.strategy.taken_back={self.taken_back}",
            f"agents.takers.market_rate={MINUTE_FLOW - self.taken_back}/min",
            f"duration={end}ms",
            *(f"agents.{name}.orders.count={minutes}" for name in ("queue", "client", "behind")),
            *(
                f"agents.{name}.orders.stop={stop + later}ms"
                for name, later in (("queue", 0), ("client", 2), ("behind", 4))
            ),
        )


EXPERIMENTS: Final = (
    Experiment("one venue", 1, 728, 272),
    Experiment("two venues", 2, 497, 385),
    Experiment("cancels ahead", 1, 728, 272, taken_back=500),
)


def _proof(experiment: Experiment) -> Proof:
    name = f"CK engine {experiment.name}"
    market = Market(name, SCENARIO, experiment.settings(), measure, RUNS)

    def judge(found: Found) -> list[Row]:
        minutes, cost, squares = (found.total(name, figure) for figure in ("minutes", "cost", "squares"))
        mean = cost / minutes
        error = math.sqrt(max(0.0, squares / minutes - mean * mean) / (minutes - 1))
        expected = experiment.expected
        claim = f"{experiment.market} taken, {experiment.limit} posted at each of {experiment.venues}: mean cost of a "
        claim += f"minute is V = ${expected:.3f}" + (", cancels ahead or not" if experiment.taken_back else "")
        effect = f"${mean:.3f} +- {error:.3f} over {minutes:,.0f} minutes"
        return [Row(name, claim, effect, error > 0 and abs(mean - expected) <= ERRORS * error)]

    return Proof(name, (market,), judge)


PROOFS: tuple[Proof, ...] = tuple(_proof(experiment) for experiment in EXPERIMENTS)
