"""Dark pools first, for half the spread; the lit market for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.orders import ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategies.pool_allocation import LearntPools, PoolAllocation
from agents.strategy import Actions, StrategyRun, View


@dataclass(frozen=True, kw_only=True)
class DarkFirst(DarkProber):
    """Asks the dark pools for all the leaves, then takes lit quotes by price and time.

    Pools are asked one after the other, or at once with an ``allocation`` that learns from parent to parent, and again
    when ``revisit`` has passed and shares are still open. ``children`` and ``time_in_force`` say how the lit part goes.

    Attributes:
        allocation: How the leaves are divided among the pools; null: one pool after the other is asked for all.
    """

    allocation: PoolAllocation | None = None
    _learnt: dict[tuple[str, ...], LearntPools] = field(default_factory=dict, init=False, repr=False, compare=False)

    def work(self, parent: ParentOrder, view: View) -> StrategyRun:
        """The rounds, overheard by what learns."""
        learnt = self._pools_of(view)
        run = super().work(parent, view)
        return run if learnt is None else learnt.listening(run, view)

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """The pools that are due, else the lit market."""
        due, learnt = self.pools_due(parent, view, memory), self._pools_of(view)
        if due and learnt is None:
            return self._asking({due[0]: view.leaves}, due, parent, view)
        if learnt is not None and len(due) == len(learnt.pools):
            asked = learnt.shares(view.leaves)
            if asked:
                return self._asking(asked, due, parent, view)
        return super().decide(parent, view, memory)

    def _asking(self, asked: Mapping[str, int], due: Sequence[str], parent: ParentOrder, view: View) -> Actions:
        """Asks of so many shares; pools go by their order, not by cost, so it is worked out for those who ask."""
        send = [self.probe(pool, qty, parent, view) for pool, qty in asked.items()]
        return self.decision(send, (), more_costs=lambda: self.model.probes(due, parent, view))

    def _pools_of(self, view: View) -> LearntPools | None:
        """What is learnt of the pools; None: nothing is."""
        pools = self.pools or tuple(view.dark)
        if self.allocation is None or not pools:
            return None
        if pools not in self._learnt:
            allocator = self.allocation.allocator(len(pools))
            if allocator is None:
                return None
            self._learnt[pools] = LearntPools(self.allocation, pools, allocator)
        return self._learnt[pools]
