"""Everywhere at once: the leaves split over all venues, lit and dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategies.styles import even_split, merged
from agents.strategy import Actions, View


@dataclass(frozen=True, kw_only=True)
class Broadcast(DarkProber):
    """Splits the leaves evenly over all lit venues in reach and all dark pools that are due, in one decision.

    A lit venue gets at most the size it displays; what it cannot take is split among the others. The children
    together never exceed the leaves, so nothing can be bought twice; a larger parent goes in several rounds.

    Attributes:
        children: All at once is what makes it a broadcast.
        order: The same; synchronised delays the legs so that they arrive together.
        sweep: As time_in_force, in small letters; shares dealt evenly are no intermarket sweep.
    """

    children: Literal["parallel"] = "parallel"
    order: Literal["broadcast", "synchronised"] | None = None
    sweep: Literal["ioc", "fok"] | None = None

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """One child per venue."""
        ranked = self.ranking(parent, view, memory)
        lit = self.takeable(ranked, parent, view)
        pools = self.pools_due(parent, view, memory)
        shares = self.in_lots(even_split, [touch.still_there for touch in lit] + [view.leaves] * len(pools), view)
        children = [ChildOrder(touch.venue, 0, self.worst_price(touch, parent, view), self.immediate) for touch in lit]
        children += [self.probe(pool, 0, parent, view) for pool in pools]
        sized = [child._replace(qty=qty) for child, qty in zip(children, shares, strict=True) if qty]
        one_each = sized if self.levels == 1 else merged(sized, int(parent.side))
        return self.decision(self.timed(one_each, view), ranked)
