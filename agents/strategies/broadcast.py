"""Everywhere at once: the leaves split over all venues, lit and dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategies.styles import even_split
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
        levels: Best quotes alone.
    """

    children: Literal["parallel"] = "parallel"
    order: Literal["broadcast", "synchronised"] | None = None
    sweep: Literal["ioc", "fok"] | None = None
    levels: Literal[1] = 1

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """One child per venue."""
        ranked = self.ranking(parent, view, memory)
        lit = self.takeable(ranked, parent, view)
        pools = self.pools_due(parent, view, memory)
        shares = self.in_lots(even_split, [touch.still_there for touch in lit] + [view.leaves] * len(pools), view)
        immediate = self.immediate
        children = [
            ChildOrder(touch.venue, qty, self.worst_price(touch, parent, view), immediate)
            for touch, qty in zip(lit, shares)  # noqa: B905 - the rest is for the pools
            if qty
        ]
        children += [
            self.probe(pool, qty, parent, view) for pool, qty in zip(pools, shares[len(lit) :], strict=True) if qty
        ]
        return self.decision(
            self.timed(children, view), ranked, more_costs=lambda: self.model.probes(pools, parent, view)
        )
