"""The naive baseline: everything to one venue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.parameters import Problem, not_connected
from agents.strategies.rounds import BY_PRICE, InRounds, within_limit, within_tick
from agents.strategy import Actions, View


@dataclass(frozen=True, kw_only=True)
class SingleVenue(InRounds):
    """Sends all leaves to one venue, ``reach`` ticks through its best price, whatever size it displays.

    Unlike the others it does not stop at the displayed size: it walks into that venue's book, never beyond the
    parent's limit. ``reach: null`` goes as far as the limit; a parent without one then becomes a market order.

    Attributes:
        venue: The lit venue everything goes to; null is the first one of the scenario.
        children: One venue gets one child at a time.
        reach: Ticks through the venue's best price that a child may pay; null is as far as the parent's limit.
    """

    minimums: ClassVar[Mapping[str, int]] = {**InRounds.minimums, "reach": 0}

    venue: str | None = None
    children: Literal["sequential"] = "sequential"
    reach: int | None = 1

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """All leaves to the venue while it displays something new within the parent's limit."""
        quote = view.quote(self.venue or view.lit[0])
        touch, displayed = quote.opposite(parent.side)
        if not within_limit(touch, parent) or not memory.still_there(quote, displayed, view.now):
            return Actions()
        price = self._worst_price(touch, parent, view.facts[quote.venue].tick)
        child = ChildOrder(quote.venue, view.leaves, price, self.immediate)
        costs = BY_PRICE.takes([(quote, touch, displayed)], touch * int(parent.side), parent, view)
        return Actions(send=[child], scores={quote.venue: costs[0].score}, costs=costs)

    def unconnected(self, lit: Sequence[str], dark: Sequence[str]) -> list[Problem]:
        """The venue must be a lit one."""
        problems = super().unconnected(lit, dark)
        if not lit:
            return [
                *problems,
                Problem("venue", "venue: single_venue needs a lit venue, and the router is connected to none"),
            ]
        if self.venue in (None, *lit):
            return problems
        return [*problems, not_connected("venue", str(self.venue), "lit venue", lit)]

    def _worst_price(self, touch: int, parent: ParentOrder, tick: int) -> int | None:
        side = int(parent.side)
        limit = None if parent.limit is None else within_tick(parent.limit, side, tick)
        if self.reach is None:
            return limit
        reached = max(tick, touch + side * self.reach * tick)
        return reached if limit is None else min(reached * side, limit * side) * side
