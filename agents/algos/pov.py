"""POV: a fixed part of what the market trades, after the market has traded it.

Rules
    At the end of each interval the algorithm reads the volume that prints have brought to the router's own feeds since
    the order's arrival, takes its own lit fills out, and orders what brings its own shares to the rate: own / (own +
    others) = rate, down to a round lot. What is less than a lot, or was not filled, is in the next interval's.
    So own volume follows the market's by one interval and a feed latency, and nothing is known before it was printed.

Does not model
    Trades in dark pools of others: no tape brings them. Own fills in dark pools count as own shares.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.algos.algo import AlgoSteps, AlgoView, Slice, Step, part_of_market
from agents.algos.lots import down_to_lot
from agents.orders import ParentOrder


@dataclass(frozen=True, kw_only=True)
class Pov:
    """Percentage of volume.

    Attributes:
        rate: millionths of the market's volume, own fills included on both sides; above 0, below a million.
        interval: how often volume is looked at, ns.
    """

    rate: int
    interval: int = 1_000_000_000

    def __call__(self, order: ParentOrder, view: AlgoView) -> AlgoSteps:
        """Follow the volume until the horizon ends."""
        at = order.at
        while at < order.ends:
            at = min(at + self.interval, order.ends)
            yield Step(until=at)
            due = min(order.qty, part_of_market(self.rate, view.others_qty))
            behind = min(view.leaves, due - (order.qty - view.leaves))
            qty = behind if due == order.qty else down_to_lot(behind, view.lot)
            to = min(at + self.interval, order.ends)
            yield Step(slices=[Slice(qty, to)] if qty > 0 else (), schedule=[(to, due)], until=at)
