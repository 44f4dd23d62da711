"""Implementation shortfall: the schedule of Almgren and Chriss for the order's horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.algos.algo import AlgoView
from agents.algos.almgren_chriss import AlmgrenChriss
from agents.algos.lots import whole
from agents.algos.scheduled import Scheduled, Span
from agents.orders import ParentOrder

SECOND = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class ImplementationShortfall(Scheduled):
    """Trades early when risk is dear and evenly when impact is (`agents.algos.almgren_chriss`).

    Attributes:
        risk_aversion: per dollar.
        volatility: $/share per square root of ``time_unit``.
        temporary_impact: eta, $/share per (share per ``time_unit``).
        permanent_impact: gamma, $/share per share.
        time_unit: ns that the parameters count time in.
    """

    risk_aversion: float
    volatility: float
    temporary_impact: float
    permanent_impact: float = 0.0
    time_unit: int = SECOND

    def problem(self, order: ParentOrder) -> AlmgrenChriss:
        """The problem that this order is.

        Raises:
            ValueError: it has no optimum.
        """
        return AlmgrenChriss(
            shares=order.qty,
            periods=self.slices,
            tau=(order.ends - order.at) / self.slices / self.time_unit,
            sigma=self.volatility,
            gamma=self.permanent_impact,
            eta=self.temporary_impact,
            risk_aversion=self.risk_aversion,
        )

    def weigh(self, order: ParentOrder, view: AlgoView, spans: Sequence[Span]) -> list[int]:
        """The trajectory's trades."""
        return whole(self.problem(order).trades())
