"""What strategies that ask dark pools share: when a pool is due, and at which limit it is asked.

Rules
    A pool shows nothing, so a child is a probe: immediate (IOC) for all the leaves, one pool at a time.
    Its limit is the far side of the best quote seen, or the parent's limit where that is tighter: a pool that crosses
    at the midpoint gives a better price, and one that crosses at a stale midpoint never a worse one than the lit
    market shows. No pool is asked while the midpoint seen is beyond the parent's limit, or there is none.
    A pool is asked again after ``revisit``, and only while the leaves are worth it (``min_dark_qty``).

Does not model
    Resting in the pool, and conditional orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.parameters import Duration, Problem, not_connected
from agents.strategies.rounds import within_limit, within_tick
from agents.strategies.taking import Taker
from agents.strategy import View
from venues.messages import TimeInForce


@dataclass(frozen=True, kw_only=True)
class DarkProber(Taker):
    """A :class:`Taker` that also asks dark pools.

    Attributes:
        pools: The dark pools to ask, in this order; an empty list is all of them in the scenario's order.
        revisit: How long after a probe the same pool may be asked again for the same parent.
        min_dark_qty: Leaves below this many shares are not shown to a pool.
    """

    minimums: ClassVar[Mapping[str, int]] = {**Taker.minimums, "revisit": 1, "min_dark_qty": 1}

    pools: tuple[str, ...] = ()
    revisit: Duration = 10_000_000
    min_dark_qty: int = 100

    def unconnected(self, lit: Sequence[str], dark: Sequence[str]) -> list[Problem]:
        """The pools must be dark pools."""
        pools = [not_connected("pools", pool, "dark pool", dark) for pool in self.pools if pool not in dark]
        return [*super().unconnected(lit, dark), *pools]

    def asks_on(self, sent: Sequence[ChildOrder], view: View) -> bool:
        """In sequence, and after probes alone: the next venue is asked at once."""
        return super().asks_on(sent, view) or (bool(sent) and all(child.venue in view.dark for child in sent))

    def pools_due(self, parent: ParentOrder, view: View, memory: Memory) -> list[str]:
        """The pools that may be asked now, in order."""
        now = view.now
        due = [pool for pool in self.pools or view.dark if memory.due(pool, self.revisit, now)]
        if not due or view.leaves < self.min_dark_qty:
            return []
        touches = view.nbbo()
        return [] if touches is None or not within_limit(sum(touches) // 2, parent) else due

    def probe(self, pool: str, qty: int, parent: ParentOrder, view: View) -> ChildOrder:
        """An immediate child for a pool that is due."""
        touches = view.nbbo()
        assert touches is not None, "a pool is due only while there is a midpoint"
        side = int(parent.side)
        far = touches[1] if side > 0 else touches[0]
        limit = far if parent.limit is None else min(far * side, parent.limit * side) * side
        return ChildOrder(pool, qty, within_tick(limit, side, view.facts[pool].tick), TimeInForce.IOC)
