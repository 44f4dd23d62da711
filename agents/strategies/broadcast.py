"""Everywhere at once: the leaves split over all venues, lit and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategies.rounds import TIMES_IN_FORCE
from agents.strategy import Actions, View


@dataclass(frozen=True, kw_only=True)
class Broadcast(DarkProber):
    """Splits the leaves evenly over all lit venues in reach and all dark pools that are due, in one decision.

    A lit venue gets at most the size it displays; what it cannot take is split among the others. The children
    together never exceed the leaves, so nothing can be bought twice; a larger parent goes in several rounds.

    Attributes:
        children: All at once is what makes it a broadcast.
    """

    children: Literal["parallel"] = "parallel"

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """One child per venue."""
        ranked = self.ranking(parent, view, memory)
        lit = self.takeable(ranked, parent, view)
        pools = self.pools_due(parent, view, memory)
        shares = even_split(view.leaves, [touch.still_there for touch in lit] + [view.leaves] * len(pools))
        time_in_force = TIMES_IN_FORCE[self.time_in_force]
        children = [ChildOrder(touch.venue, 0, self.worst_price(touch, parent, view), time_in_force) for touch in lit]
        children += [self.probe(pool, 0, parent, view) for pool in pools]
        sized = [child._replace(qty=qty) for child, qty in zip(children, shares, strict=True) if qty]
        return self.decision(self.timed(sized, view), ranked)


def even_split(total: int, rooms: Sequence[int]) -> list[int]:
    """``total`` shares dealt evenly to places with room for so many; odd shares go to the first. No place overflows.

    >>> even_split(1000, [100, 500, 500])
    [100, 450, 450]
    >>> even_split(10, [4, 4, 4])
    [4, 3, 3]
    """
    dealt = [0] * len(rooms)
    smallest_first = sorted(range(len(rooms)), key=lambda place: (rooms[place], -place))
    for already, place in enumerate(smallest_first):
        share = total // (len(rooms) - already)
        dealt[place] = min(share, rooms[place])
        total -= dealt[place]
    return dealt
