"""Close: the closing auction for a part of the order, even slices before it for the rest.

Rules
    The auction is the one of the venue named, or of the first venue that has one. Its part goes there on arrival, as
    one CLOSE order at the order's limit, and waits for the auction.
    The rest is worked in even slices in the window before the call begins.
    Without an auction everything is worked in the window before the day, or the order's horizon, ends.
    What the auction leaves unfilled is left to the end-of-horizon rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.algos.algo import PARTS, AlgoSteps, AlgoView, Slice, Step
from agents.algos.lots import apportion, down_to_lot, running
from agents.algos.scheduled import even_spans
from agents.orders import ChildOrder, ParentOrder
from agents.strategy import StrategyRun, View
from venues.messages import TimeInForce


@dataclass(frozen=True, kw_only=True)
class Close:
    """Targets the closing price.

    Attributes:
        venue: whose closing auction; None: the first venue that has one.
        auction_part: millionths of the order that go to the auction.
        window: ns before the call (or the end) in which the rest is worked.
        slices: even pieces of the rest.
    """

    venue: str | None = None
    auction_part: int = PARTS
    window: int = 10_000_000_000
    slices: int = 10

    def __call__(self, order: ParentOrder, view: AlgoView) -> AlgoSteps:
        """Send to the auction, work the rest."""
        venue = self.venue or next(iter(view.closes), None)
        part, end = 0, min(order.ends, view.day_ends)
        if venue is not None and venue in view.closes and view.now < view.closes[venue] < order.ends:
            end = view.closes[venue]
            part = self._to_the_auction(order.qty, view.lot)
        yield Step(slices=[Slice(part, order.ends, None, AtTheClose(venue))] if part and venue else (), until=view.now)
        yield from self._before(end, order, view)

    def _to_the_auction(self, qty: int, lot: int) -> int:
        return qty if self.auction_part == PARTS else down_to_lot(qty * self.auction_part // PARTS, lot)

    def _before(self, end: int, order: ParentOrder, view: AlgoView) -> AlgoSteps:
        """Even slices until ``end``; the slice that waits for the auction stays live all the time."""
        waiting, rest = list(view.live), view.leaves
        if not rest or end <= view.now:
            return
        spans = even_spans(max(view.now, end - self.window), end, self.slices)
        due = [order.qty - rest + shares for shares in running(apportion(rest, [1] * self.slices, view.lot))]
        yield Step(schedule=[(to, shares) for (_, to), shares in zip(spans, due, strict=True)], until=view.now)
        for (start, to), shares in zip(spans, due, strict=True):
            if view.now < start:
                yield Step(until=start)
            while any(live not in waiting for live in view.live) and view.now < to:
                yield Step(until=to, on_end=True)
            qty = min(view.leaves, shares - (order.qty - view.leaves))
            if qty > 0 and view.now < to:
                yield Step(slices=[Slice(qty, to)], until=to)


@dataclass(frozen=True)
class AtTheClose:
    """Sends a slice to a venue's closing auction."""

    venue: str

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """One CLOSE order, and then nothing."""
        yield [ChildOrder(self.venue, view.leaves, parent.limit, TimeInForce.CLOSE)]
