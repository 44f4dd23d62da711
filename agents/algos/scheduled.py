"""Algorithms with a schedule, so many shares by such a time: TWAP, VWAP, shortfall and arrival price.

Rules
    The horizon is cut into spans; each has a piece of the order, in round lots, that add up to it.
    A slice starts with its span and ends with it. When the slice before has not ended yet, because reports are on
    their way, the next one waits for it, at most until its own span ends.
    What slices have left unfilled is caught up by the rule:
        next     with the next slice, all of it
        spread   with the slices that are left, in proportion to their pieces
        none     never: the end-of-horizon rule decides about it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from agents.algos.algo import AlgoSteps, AlgoView, Slice, Step
from agents.algos.lots import apportion, running
from agents.orders import ParentOrder

Span = tuple[int, int]
"""From, to; ns."""


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """Works a schedule. An algorithm of this family says how to :meth:`weigh` the spans.

    Attributes:
        slices: spans of equal length.
        catch_up: what happens with shares that a slice left unfilled.
    """

    slices: int = 10
    catch_up: Literal["next", "spread", "none"] = "next"

    def __call__(self, order: ParentOrder, view: AlgoView) -> AlgoSteps:
        """Work the order until its horizon ends."""
        arrival = view.nbbo()
        spans = even_spans(order.at, order.ends, self.slices)
        pieces = apportion(order.qty, self.weigh(order, view, spans), view.lot)
        due = running(pieces)
        yield Step(schedule=[(to, shares) for (_, to), shares in zip(spans, due, strict=True)], until=order.at)
        for number, (start, to) in enumerate(spans):
            if view.now < start:
                yield Step(until=start)
            while view.live_qty and view.now < to:
                yield Step(until=to, on_end=True)
            if self.catch_up == "next":
                reach = min(number + self.ahead(order, view, arrival), self.slices - 1)
                qty = min(view.leaves, due[reach] - (order.qty - view.leaves))
            else:
                qty = self._size(number, pieces, due[number], order, view)
            if qty > 0 and view.now < to:
                yield Step(slices=[Slice(qty, to)], until=to)

    def weigh(self, order: ParentOrder, view: AlgoView, spans: Sequence[Span]) -> list[int]:
        """The weight of each span's piece, whole numbers."""
        raise NotImplementedError(f"{type(self).__name__} does not say how its schedule goes: define weigh()")

    def ahead(self, order: ParentOrder, view: AlgoView, arrival: tuple[int, int] | None) -> int:
        """By how many spans to run ahead of the schedule now; ``arrival`` is the best bid and ask on arrival."""
        return 0

    def _size(self, number: int, pieces: Sequence[int], due: int, order: ParentOrder, view: AlgoView) -> int:
        """A piece, and its part of what earlier ones have left."""
        qty = pieces[number]
        behind = due - qty - (order.qty - view.leaves)
        if self.catch_up == "spread" and behind > 0 and any(pieces[number:]):
            qty += apportion(behind, pieces[number:], view.lot)[0]
        return min(view.leaves, qty)


def even_spans(start: int, end: int, count: int) -> list[Span]:
    """Spans of equal length, to the nanosecond.

    >>> even_spans(0, 10, 3)
    [(0, 3), (3, 6), (6, 10)]
    """
    edges = [start + (end - start) * i // count for i in range(count + 1)]
    return list(pairwise(edges))
