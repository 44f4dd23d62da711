"""VWAP: shares in proportion to the volume that a curve expects in each span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.algos.algo import AlgoView
from agents.algos.scheduled import Scheduled, Span
from agents.algos.volume_curve import VolumeCurve, u_shape
from agents.orders import ParentOrder


@dataclass(frozen=True, kw_only=True)
class Vwap(Scheduled):
    """Volume-weighted average price: slices in proportion to a volume curve.

    Attributes:
        curve: how volume is spread over time.
        day: (start, end) in ns that the curve is laid over; None: over the order's own horizon.
    """

    curve: VolumeCurve = field(default_factory=u_shape)
    day: tuple[int, int] | None = None

    def weigh(self, order: ParentOrder, view: AlgoView, spans: Sequence[Span]) -> list[int]:
        """The curve's volume in each span; where it has none in any, evenly."""
        start, end = self.day or (order.at, order.ends)
        weights = self.curve.over(start, end, spans)
        return weights if sum(weights) else [1] * len(spans)
