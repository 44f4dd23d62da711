"""Dark pools first, for half the spread; the lit market for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from agents.orders import ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategy import Actions, View


@dataclass(frozen=True, kw_only=True)
class DarkFirst(DarkProber):
    """Asks the dark pools for all the leaves, one after the other, then takes lit quotes by price and time.

    Pools are asked again when ``revisit`` has passed and shares are still open. ``children`` and ``time_in_force``
    say how the lit part goes.
    """

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """The next pool that is due, else the lit market."""
        due = self.pools_due(parent, view, memory)
        if not due:
            return super().decide(parent, view, memory)
        return Actions(send=[self.probe(due[0], view.leaves, parent, view)])
