"""Dividing a parent's leaves among dark pools by what a router has learnt from its own asks, parent after parent.

Rules
    All pools are asked at once, when all are due; shares are counted in units of ``unit``, what is left over goes to
    the pool that is asked for most. Fewer shares than one unit ask nobody.
    What came back is learnt when all of it is known: with the reports, or when the parent is filled, for then every
    pool that was asked has filled all of it. Of a parent that ends in between nothing is learnt.
    Learning is the strategy object's: it lasts a run, and all parents that the object works share it. Buys and sells
    are not told apart.

Floats, where there are any, use + - * / only: they decide where orders go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from agents.allocators.dark_pools import BlockBandit, CensoredTails, DarkAllocator, StochasticApproximation
from agents.orders import ChildOrder
from agents.strategy import Actions, ChildReport, RefusedByRisk, StrategyRun, View, Yielded
from venues.messages import ExecType


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAllocation:
    """How leaves are divided among the pools.

    Attributes:
        kind: fixed asks one pool after the other for all the leaves and learns nothing; censored learns how much each
            pool holds (Ganchev et al.); stochastic_approximation moves fractions towards pools that fill all (Laruelle,
            Lehalle and Pages); bandit keeps an upper confidence bound for each block of units.
        unit: Shares that are asked for and learnt together.
        optimism: Whether censored takes what it has not seen for possible; false shows what happens without.
        at_risk: Asks that must have reached a size before censored believes its own estimate there.
        gain: How far a step of stochastic_approximation goes.
        block: Units of a bandit's block.
    """

    minimums: ClassVar[dict[str, int]] = {"unit": 1, "at_risk": 1, "block": 1}

    kind: Literal["fixed", "censored", "stochastic_approximation", "bandit"] = "censored"
    unit: int = 100
    optimism: bool = True
    at_risk: int = 5
    gain: float = 2.0
    block: int = 5

    def allocator(self, pools: int) -> DarkAllocator | None:
        """What learns for so many pools; None: nothing does."""
        if self.kind == "censored":
            return CensoredTails(pools, self.at_risk, optimism=self.optimism)
        if self.kind == "stochastic_approximation":
            return StochasticApproximation([1.0] * pools, self.gain)
        return BlockBandit(pools, self.block) if self.kind == "bandit" else None


class LearntPools:
    """What a strategy object has learnt of its pools."""

    def __init__(self, allocation: PoolAllocation, pools: Sequence[str], allocator: DarkAllocator) -> None:
        self.pools = tuple(pools)
        self._unit = allocation.unit
        self._allocator = allocator

    def shares(self, leaves: int) -> dict[str, int]:
        """Shares to ask of each pool, pools that are asked for nothing left out."""
        units = self._allocator.split(leaves // self._unit)
        if not any(units):
            return {}
        asked = {pool: count * self._unit for pool, count in zip(self.pools, units, strict=True) if count}
        most = max(asked, key=lambda pool: asked[pool])
        asked[most] += leaves % self._unit
        return asked

    def learn(self, asked: dict[str, int], filled: dict[str, int]) -> None:
        """What came back, in shares."""
        counts, got = [], []
        for pool in self.pools:
            shares, back = asked.get(pool, 0), filled.get(pool, 0)
            counts.append(shares // self._unit)
            got.append(counts[-1] if back >= shares else back // self._unit)
        self._allocator.learn(counts, got)

    def listening(self, run: StrategyRun, view: View) -> StrategyRun:
        """The same work on a parent, overheard: every ask of the pools is learnt from."""
        asked: dict[str, int] = {}
        filled: dict[str, int] = {}
        try:
            wanted = next(run)
            while True:
                asked |= {child.venue: child.qty for child in _children(wanted) if child.venue in self.pools}
                now, reports = yield wanted
                self._hear(reports, filled)
                for report in reports:
                    if isinstance(report, RefusedByRisk):  # it never asked: nothing was learnt of the pool
                        asked.pop(report.venue, None)
                if asked and not any(child.venue in asked for child in view.live.values()):
                    self.learn(asked, filled)
                    asked, filled = {}, {}
                wanted = run.send((now, reports))
        except StopIteration:
            return
        finally:
            run.close()
            if asked and not view.open_qty:
                self.learn(asked, asked)

    def _hear(self, reports: Sequence[ChildReport], filled: dict[str, int]) -> None:
        for _, venue, report, _ in reports:
            if venue in self.pools and report.exec_type is ExecType.TRADE:
                filled[venue] = filled.get(venue, 0) + report.last_qty


def _children(wanted: Yielded) -> Sequence[ChildOrder]:
    return wanted.send if isinstance(wanted, Actions) else wanted
