"""The same limit order at several venues at once: what the venue alone makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from agents.orders import ChildOrder, ParentOrder
from agents.strategy import Actions, StrategyRun, View
from venues.messages import Side, Terms, TimeInForce

POST_ONLY = Terms(post_only=True)


@dataclass(frozen=True, kw_only=True)
class TwinOrders:
    """Posts an equal part of the parent at every lit venue at the best price of its own side, and leaves it there.

    The price is never beyond the parent's limit. What is left at the end of the horizon is cancelled. Without a
    two-sided market nothing is sent; a part of the parent that cannot be split evenly stays behind.
    """

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """One decision."""
        best = view.nbbo()
        part = view.leaves // len(view.lit)
        if best is None or not part:
            return
        side = int(parent.side)
        price = best[0] if parent.side is Side.BUY else best[1]
        if parent.limit is not None:
            price = min(price * side, parent.limit * side) * side
        yield Actions(send=[ChildOrder(venue, part, price, TimeInForce.DAY, terms=POST_ONLY) for venue in view.lit])
