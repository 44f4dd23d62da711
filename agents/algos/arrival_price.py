"""Arrival price: a large part at once, the rest at a falling pace, faster while the market offers the arrival price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.algos.algo import PARTS, AlgoView
from agents.algos.scheduled import Scheduled, Span
from agents.orders import ParentOrder

SCALE = 1 << 40


@dataclass(frozen=True, kw_only=True)
class ArrivalPrice(Scheduled):
    """Each slice takes the same part of what is left; the last takes the rest.

    While the opposite quote is no worse than the mid at the order's arrival, the schedule runs ahead: "aggressive in
    the money".

    Attributes:
        pace: millionths of what is left that a slice takes.
        ahead_in_the_money: slices that the schedule runs ahead then.

    Source: R. Almgren, J. Lorenz, "Adaptive arrival price", Trading 2007(1), for the rule in the money.
    """

    pace: int = 300_000
    ahead_in_the_money: int = 1

    def weigh(self, order: ParentOrder, view: AlgoView, spans: Sequence[Span]) -> list[int]:
        """A falling sequence."""
        left, weights = SCALE, []
        for _ in spans[:-1]:
            weights.append(left * self.pace // PARTS)
            left -= weights[-1]
        return [*weights, left]

    def ahead(self, order: ParentOrder, view: AlgoView, arrival: tuple[int, int] | None) -> int:
        """So many spans while an opposite quote at the arrival mid or better is seen."""
        best = view.nbbo()
        if best is None or arrival is None:
            return 0
        far = best[1] if order.side > 0 else best[0]
        in_the_money = int(order.side) * (2 * far - sum(arrival)) <= 0
        return self.ahead_in_the_money if in_the_money else 0
