"""What a dark pool tells those who asked of the others' open interest.

Rules
    Only who asked hears (`AskIndications`), and only of the others' orders, firm and conditional; both sides at once
    when it asks, then a side whenever what would be told of it changes. 0 shares: nobody is there.
    `side`: 1 share stands for somebody. `size`: shares rounded down to steps, at least one step.
    Prices are not told: an order counts whether or not its limit accepts the midpoint.
"""

from __future__ import annotations

from collections.abc import Iterable

from venues.dark_orders import DarkOrder
from venues.messages import ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side
from venues.pool_policies import Indications

SIDES = (Side.BUY, Side.SELL)


class IndicationDesk:
    """Who hears of the pool's interest, and what each heard last."""

    def __init__(self, told: Indications, step: int) -> None:
        self._told = told
        self._step = step
        self._heard: dict[int, dict[Side, int]] = {}

    def __len__(self) -> int:
        return len(self._heard)

    def ask(self, owner: int) -> None:
        """From now on it hears."""
        self._heard[owner] = {}

    def forget(self, owner: int) -> None:
        """It wants to hear no more."""
        self._heard.pop(owner, None)

    def changes(self, orders: Iterable[DarkOrder], now: int) -> list[ExecutionReport]:
        """What each has not heard yet, in the order in which they asked."""
        if not self._heard:
            return []
        there = list(orders)
        return [
            indication(owner, side, hint, now)
            for owner, heard in self._heard.items()
            for side in SIDES
            if heard.get(side) != (hint := self._hint(there, side, owner)) and heard.update({side: hint}) is None
        ]

    def _hint(self, orders: list[DarkOrder], side: Side, owner: int) -> int:
        qty = sum(order.leaves_qty for order in orders if order.side is side and order.owner != owner)
        if not qty or self._told is Indications.SIDE:
            return min(qty, 1)
        return max(qty // self._step, 1) * self._step


def indication(owner: int, side: Side, qty: int, now: int) -> ExecutionReport:
    """An indication as a report of no order (id 0)."""
    return ExecutionReport(
        ExecType.INDICATION, OrdStatus.NEW, 0, owner, side, None, 0, 0, 0, 0, Liquidity.NONE, Reason.INTEREST, now, qty
    )
