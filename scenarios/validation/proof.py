"""What a proof is: markets to run, figures to take of each, and rows that judge the figures.

::

    Market (scenario, settings, measure) --run on seeds--> Figures --Found--> judge --> Row (claim, effect, verdict)

A market is a scenario that ships, most of them in `scenarios/validation/`, with nothing changed but the settings named.
Effects between markets are paired by seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.statistics import Interval
    from scenarios.run import RunResult

Figures = dict[str, float]

SEEDS = tuple(range(1, 31))
"""Fixed beforehand."""


@dataclass(frozen=True)
class Row:
    """One claim and what became of it. ``passed`` None: skipped."""

    name: str
    claim: str
    effect: str
    passed: bool | None

    @property
    def verdict(self) -> str:
        """pass, FAIL or skipped."""
        return "skipped" if self.passed is None else "pass" if self.passed else "FAIL"

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"name": self.name, "claim": self.claim, "effect": self.effect, "verdict": self.verdict}


def expected_figures(result: RunResult) -> Figures:
    """The results that the scenario's own `expect` block is about, and how many of them are not as expected."""
    verdicts = result.expectations
    figures = {verdict.metric: math.nan if verdict.value is None else verdict.value for verdict in verdicts}
    return {**figures, FAILED: float(sum(not verdict.holds for verdict in verdicts)), EXPECTED: float(len(verdicts))}


FAILED, EXPECTED = "expectations that fail", "expectations"


@dataclass(frozen=True)
class Market:
    """A market that proofs look at.

    Attributes:
        name: one name, one market, in all proofs.
        scenario: a built-in one, as ``us_equities`` or ``validation/nj_fade``.
        settings: changes by path, as after ``--set``.
        measure: the figures that are taken of a run; a function of a module, as it goes to other processes.
        runs: on so many of the seeds, the first; None: on all.
        shift: this is added to every seed, where the seeds themselves were seen before the rows were final.
    """

    name: str
    scenario: str
    settings: tuple[str, ...] = ()
    measure: Callable[[RunResult], Figures] = expected_figures
    runs: int | None = None
    shift: int = 0


@dataclass(frozen=True)
class Proof:
    """Rows and the markets that they look at. ``name`` begins the names of its rows, for ``--only``."""

    name: str
    markets: tuple[Market, ...]
    judge: Callable[[Found], list[Row]]


class Found:
    """Figures by market and seed."""

    def __init__(self, figures: Mapping[tuple[str, int], Figures]) -> None:
        self._figures = figures

    def seeds(self, market: str) -> list[int]:
        """The seeds that a market ran on."""
        return sorted(seed for name, seed in self._figures if name == market)

    def names(self, market: str) -> list[str]:
        """Every figure that some seed has."""
        return sorted({name for seed in self.seeds(market) for name in self._figures[market, seed]})

    def each(self, market: str, of: Callable[[Figures], float] | str) -> list[float]:
        """A figure of every seed, 0 where a seed has none of that name."""
        take = (lambda figures: figures.get(of, 0.0)) if isinstance(of, str) else of
        return [take(self._figures[market, seed]) for seed in self.seeds(market)]

    def total(self, market: str, name: str) -> float:
        """A figure summed over seeds."""
        return math.fsum(self.each(market, name))

    def mean(self, market: str, of: Callable[[Figures], float] | str) -> Interval:
        """Mean over seeds with its 95 % interval."""
        from analysis.statistics import mean_interval

        return mean_interval(self.each(market, of))

    def difference(self, market: str, less: str, of: Callable[[Figures], float] | str) -> Interval:
        """Mean of the paired differences with its 95 % interval."""
        from analysis.statistics import mean_interval

        return mean_interval([a - b for a, b in zip(self.each(market, of), self.each(less, of), strict=True)])


def text_of(interval: Interval, scale: float = 1, unit: str = "") -> str:
    """An effect with its interval: ``+0.022 [+0.005, +0.038] bps``."""
    mean, low, high = (scale * x for x in (interval.mean, interval.low, interval.high))
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}] {unit}".rstrip()


def expectations_proof(name: str, claim: str, scenario: str, settings: tuple[str, ...] = (), runs: int = 1) -> Proof:
    """A proof whose one row says whether a scenario's own expectations hold on every seed."""
    market = Market(name, scenario, settings, runs=runs)

    def judge(found: Found) -> list[Row]:
        failed, expected = found.total(name, FAILED), found.total(name, EXPECTED)
        told = [f"{metric} = {_values(found.each(name, metric))}" for metric in found.names(name)]
        told = [text for text in told if not text.startswith((FAILED, EXPECTED))]
        passed = expected > 0 and not failed
        return [Row(name, claim, f"{expected - failed:.0f} of {expected:.0f} hold: {', '.join(told)}", passed)]

    return Proof(name, (market,), judge)


def _values(each: Sequence[float]) -> str:
    low, high = min(each), max(each)
    return f"{low:g}" if low == high or len(each) == 1 else f"{low:g} to {high:g}"
