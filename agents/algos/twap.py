"""TWAP: the same number of shares in each span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.algos.algo import AlgoView
from agents.algos.scheduled import Scheduled, Span
from agents.orders import ParentOrder


@dataclass(frozen=True, kw_only=True)
class Twap(Scheduled):
    """Time-weighted average price: equal slices, to one lot."""

    def weigh(self, order: ParentOrder, view: AlgoView, spans: Sequence[Span]) -> list[int]:
        """All the same."""
        return [1] * len(spans)
