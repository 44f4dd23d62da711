"""Algorithms that rest in the market and show a part of the order at a time.

Rules
    One slice is live at a time, of the shares to show. When it has ended, the next one follows after ``refresh``.
    A slice that a cap on participation leaves no room for waits and is tried again every `LOOK_AGAIN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agents.algos.algo import AlgoSteps, AlgoView, Slice, Step
from agents.algos.resting import Peg, Rest
from agents.orders import ParentOrder
from agents.strategy import Strategy

LOOK_AGAIN = 100_000_000
"""ns"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Shows a part of the order at a time. An algorithm of this family says with what strategy it is worked.

    Attributes:
        show: shares of a slice; None: all.
        refresh: ns from the end of a slice to the next one.
        venue: where it rests; None: at the lit venue with the lowest maker fee.
    """

    show: int | None = None
    refresh: int = 0
    venue: str | None = None

    def __call__(self, order: ParentOrder, view: AlgoView) -> AlgoSteps:
        """Show slice after slice until the horizon ends."""
        worked_by = self.strategy()
        while True:
            qty = min(self.show or view.room, view.room)
            if qty <= 0:
                yield Step(until=view.now + LOOK_AGAIN)
                continue
            yield Step(slices=[Slice(qty, order.ends, None, worked_by)], on_end=True)
            if self.refresh:
                yield Step(until=view.now + self.refresh)

    def strategy(self) -> Strategy:
        """What works a slice."""
        raise NotImplementedError(f"{type(self).__name__} does not say how a slice rests: define strategy()")


@dataclass(frozen=True, kw_only=True)
class Iceberg(Shown):
    """Rests at the order's limit, or at the best price of its own side, and shows a peak at a time.

    Unlike an iceberg order of a venue (`Terms.display_qty`) the hidden rest is with the router, not in the book.
    """

    def strategy(self) -> Strategy:
        """One resting order."""
        return Rest(venue=self.venue)


@dataclass(frozen=True, kw_only=True)
class Pegged(Shown):
    """Rests at a price that follows the national best as the router sees it.

    Attributes:
        follow: primary: the best price of its own side; mid: the midpoint.
        offset: price units towards the market; negative: away from it.
        every: how often the market is looked at, ns.
    """

    follow: Literal["primary", "mid"] = "primary"
    offset: int = 0
    every: int = 10_000_000

    def strategy(self) -> Strategy:
        """One resting order that is replaced."""
        return Peg(follow=self.follow, offset=self.offset, every=self.every, venue=self.venue)
