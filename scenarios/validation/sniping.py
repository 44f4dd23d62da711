"""Rows "BCS": who earns what from stale quotes, against the closed form of Budish, Cramton and Shim (2015).

All of them run `validation/bcs_continuous`, or its twin in batches. What a firm earned is its trades against the
fundamental value. A tolerance is 4 standard errors over the seeds; the standard error stands in the row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from analysis.break_even import Excess, break_even_half_spread, exponential, fixed, rent, uniform
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from scenarios.run import RunResult

CONTINUOUS, BATCH = "validation/bcs_continuous", "validation/bcs_batch"
ERRORS: Final = 4
"""Standard errors that a measured figure may be off."""

FIRMS: Final = (2, 5, 10)
LAWS: Final[Mapping[str, Excess]] = {"fixed": fixed(1.0), "exponential": exponential(1.0), "uniform": uniform(1.0)}
"""Of the size of a jump, $: always 1, mean 1, up to 1."""

MEAN_SIZE: Final = {"fixed": "1.00", "exponential": "1.00", "uniform": "0.50"}
RATES: Final = ((10, 1), (1, 1), (1, 5))
"""(investors, jumps) per second."""

RUNS: Final = 20
"""Seeds of each market."""

BELOW, ABOVE = 0.9, 1.1
"""Half-spreads about the break-even, as parts of it: near enough for a straight line between."""


def measure(result: RunResult) -> Figures:
    """What the provider and a sniper, on average, earned per second, in $."""
    from analysis.edges import edges_per_second
    from scenarios.model import Sniper

    earned = edges_per_second(result.tables)
    snipers = result.scenario.agent("snipers")
    assert isinstance(snipers, Sniper)
    return {"provider": earned["provider"], "sniper": earned["snipers"] / snipers.count}


class Cell(NamedTuple):
    """One market of the model."""

    law: str
    investors: int
    jumps: int
    firms: int

    @property
    def half_spread(self) -> float:
        """The closed form, $."""
        return break_even_half_spread(self.investors, self.jumps, LAWS[self.law])

    @property
    def rent(self) -> float:
        """What each firm earns at the break-even, $ per second."""
        return rent(self.investors, self.half_spread, self.firms)

    def settings(self, part: float) -> tuple[str, ...]:
        """Of the market whose half-spread is this part of the break-even."""
        return (
            f"fundamental.sizes={self.law}",
            f"fundamental.size={MEAN_SIZE[self.law]}",
            f"fundamental.rate={self.jumps}/s",
            f"agents.investors.market_rate={self.investors}/s",
            f"agents.snipers.count={self.firms - 1}",
            f"agents.provider.half_spread={part * self.half_spread:.4f}",
            f"duration={1000 if max(self.investors, self.jumps) == 1 else 500}s",
        )

    def market(self, part: float, settings: Sequence[str] = (), label: str = "") -> Market:
        """That market; ``label`` tells apart what ``settings`` changes."""
        name = f"BCS {self.law} {self.investors}:{self.jumps} N={self.firms} x{part:g}{label}"
        return Market(name, CONTINUOUS, (*self.settings(part), *settings), measure, RUNS)


BASE: Final = [Cell("exponential", 1, 1, firms) for firms in FIRMS]
TRUTH: Final = [Cell("exponential", 10, 1, firms) for firms in FIRMS]

SLOW: Final = (
    "agents.provider.news=10us",
    "agents.provider.reaction={base: 10us, jitter: {kind: gamma, mean: 20us, shape: 2}}",
    "agents.provider.round_trip=20us",
    "agents.provider.requote=200us",
    "agents.snipers.news=10us",
    "agents.snipers.reaction={base: 10us, jitter: {kind: gamma, mean: 20us, shape: 2}}",
    "agents.snipers.local=20us",
)
"""Everybody is ten times slower."""


class Estimate(NamedTuple):
    """A mean and its standard error."""

    mean: float
    error: float

    def agrees(self, expected: float) -> bool:
        """Within the tolerance; something must have been measured."""
        return self.error > 0 and abs(self.mean - expected) <= ERRORS * self.error

    def __str__(self) -> str:
        return f"{self.mean:.4f} +- {self.error:.4f}"


def estimate(each: Sequence[float]) -> Estimate:
    """Mean over seeds."""
    n = len(each)
    mean = math.fsum(each) / n
    if n < 2:
        return Estimate(mean, math.nan)
    return Estimate(mean, math.sqrt(math.fsum((x - mean) ** 2 for x in each) / (n - 1) / n))


def jackknifed(of: Callable[[Sequence[int]], float], n: int) -> Estimate:
    """A figure of all n seeds, ``of`` their indices, with its jackknife error."""
    whole = of(range(n))
    left_out = [of([i for i in range(n) if i != out]) for out in range(n)]
    mean = math.fsum(left_out) / n
    return Estimate(whole, math.sqrt((n - 1) / n * math.fsum((x - mean) ** 2 for x in left_out)))


# -- what each firm earns at the break-even ---------------------------------------------------------


def _rents(cell: Cell, settings: Sequence[str] = (), label: str = "") -> Proof:
    market = cell.market(1, settings, label)
    name = f"BCS rent {cell.investors}:{cell.jumps} N={cell.firms}{label}"

    def judge(found: Found) -> list[Row]:
        rows = []
        for firm in ("provider", "sniper"):
            its = estimate(found.each(market.name, firm))
            claim = f"at x = {cell.half_spread:.4f} the {firm}, one of {cell.firms} firms, earns {cell.rent:.4f} $/s"
            rows.append(Row(f"{name} {firm}", f"{claim}{_told(label)}", f"{its} $/s", its.agrees(cell.rent)))
        less = estimate([p - s for p, s in zip(*_both(found, market), strict=True)])
        claim = f"there the provider earns what a sniper earns{_told(label)}"
        return [*rows, Row(f"{name} parity", claim, f"difference {less} $/s", less.agrees(0))]

    return Proof(name, (market,), judge)


def _told(label: str) -> str:
    return f"; {label.strip(', ')}" if label else ""


def _both(found: Found, market: Market) -> tuple[list[float], list[float]]:
    return found.each(market.name, "provider"), found.each(market.name, "sniper")


# -- where the break-even is ------------------------------------------------------------------------


def _break_even(cell: Cell) -> Proof:
    low, high = cell.market(BELOW), cell.market(ABOVE)
    name = f"BCS break-even {cell.law} {cell.investors}:{cell.jumps} N={cell.firms}"

    def judge(found: Found) -> list[Row]:
        gains = [[p - s for p, s in zip(*_both(found, market), strict=True)] for market in (low, high)]
        at_low, at_high = (estimate(each) for each in gains)
        measured = jackknifed(
            lambda seeds: _crossing(cell, *([each[i] for i in seeds] for each in gains)), len(gains[0])
        )
        signs = at_low.mean < -ERRORS * at_low.error and at_high.mean > ERRORS * at_high.error
        claim = f"provider and sniper earn the same at x = {cell.half_spread:.4f} (closed form), less below, more above"
        effect = f"x = {measured}; provider less sniper {at_low} $/s at {BELOW} x, {at_high} at {ABOVE} x"
        return [Row(name, claim, effect, signs and measured.agrees(cell.half_spread))]

    return Proof(name, (low, high), judge)


def _crossing(cell: Cell, at_low: Sequence[float], at_high: Sequence[float]) -> float:
    """Where the line through the provider's gains over a sniper's, at both half-spreads, is 0."""
    low, high = math.fsum(at_low), math.fsum(at_high)
    if high == low:
        return math.nan
    return cell.half_spread * (BELOW - (ABOVE - BELOW) * low / (high - low))


# -- batches ----------------------------------------------------------------------------------------


def _batches() -> Proof:
    name = "BCS batch"
    market = Market(name, BATCH, measure=measure, runs=RUNS)
    cell = Cell("exponential", 1, 1, 5)

    def judge(found: Found) -> list[Row]:
        its = estimate(found.each(name, "sniper"))
        claim = "batches of 1 ms, jitter of some us: a sniper earns nothing (4 s.e. of 0, and under 1 % of the rent)"
        passed = its.agrees(0) and abs(its.mean) < 0.01 * cell.rent
        return [Row(name, claim, f"{its.mean:.6f} +- {its.error:.6f} $/s; continuous {cell.rent:.4f}", passed)]

    return Proof(name, (market,), judge)


PROOFS: tuple[Proof, ...] = (
    *(_rents(cell) for cell in (*BASE, *TRUTH)),
    _rents(BASE[1], SLOW, ", ten times slower"),
    *(_break_even(Cell("exponential", 1, 1, firms)) for firms in FIRMS),
    *(_break_even(Cell(law, i, j, 2)) for law in LAWS for i, j in RATES if (law, i, j) != ("exponential", 1, 1)),
    _batches(),
)
