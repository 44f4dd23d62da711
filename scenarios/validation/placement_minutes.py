"""What the routers of `validation/ck_engine` do in a minute: queues that stand, and a placement behind them."""

from __future__ import annotations

from dataclasses import dataclass

from agents.orders import ChildOrder, ParentOrder
from agents.strategy import Actions, StrategyRun, View
from venues.messages import Side, TimeInForce


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Rests an equal part of the parent at every lit venue at one price, and takes some of it back bit by bit.

    Attributes:
        price: price units of $0.0001.
        taken_back: shares that each order loses by replaces in place, its priority kept; `steps` of equal size.
        every: ns between two steps.
    """

    price: int
    taken_back: int = 0
    steps: int = 10
    every: int = 1_000_000_000

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Post, shrink, wait for the end."""
        part = parent.qty // len(view.lit)
        rest = [ChildOrder(venue, part, self.price, TimeInForce.DAY) for venue in view.lit]
        yield Actions(send=rest, wake=("at", view.now + self.every))
        for step in range(1, self.steps + 1 if self.taken_back else 0):
            left = part - self.taken_back * step // self.steps
            smaller = [(child_id, left, self.price) for child_id, child in view.live.items() if child.cum_qty < left]
            yield Actions(replace=smaller, wake=("at", view.now + self.every))
        while True:
            yield Actions(wake=("at", parent.ends))


@dataclass(frozen=True, kw_only=True)
class PlaceOnce:
    """Takes ``market`` shares at the first venue and posts ``limit`` at every venue at the best price of its own side.

    Nothing more: what is open at the end of the horizon is cancelled. The parent's size is that of all its children.
    """

    market: int
    limit: int

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """One decision."""
        best = view.nbbo()
        if best is None:
            return
        price = best[0] if parent.side is Side.BUY else best[1]
        taken = [ChildOrder(view.lit[0], self.market, None, TimeInForce.IOC)] if self.market else []
        posted = [ChildOrder(venue, self.limit, price, TimeInForce.DAY) for venue in view.lit] if self.limit else []
        yield Actions(send=[*taken, *posted])
