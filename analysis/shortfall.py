"""Implementation shortfall and its parts (Perold 1988), exact in millionths of a dollar.

Source: A. Perold, "The implementation shortfall: paper versus reality", Journal of Portfolio Management 14(3), 1988.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.codes import MICROS_PER_UNIT


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What an order cost against the paper portfolio that trades it all at the decision mid; millionths of a dollar.

    Attributes:
        delay: the mid's move from the decision to the order's arrival at the market, on the shares filled.
        execution: fills against the mid on arrival.
        opportunity: the mid's move from the decision to the end, on the shares not filled.
        fees: paid positive.
        paper: the decision value, quantity times decision mid.
    """

    delay: int
    execution: int
    opportunity: int
    fees: int
    paper: int

    @property
    def total(self) -> int:
        """The whole shortfall; positive is a cost."""
        return self.delay + self.execution + self.opportunity + self.fees

    @property
    def dollars(self) -> float:
        """The whole shortfall in dollars."""
        return self.total / 1_000_000

    @property
    def bps(self) -> float:
        """The whole shortfall in basis points of the decision value."""
        return self.total * 10_000 / self.paper


def shortfall(
    side: int, qty: int, fills: Iterable[tuple[int, int]], fees: int, decision: int, arrival: int, end: int
) -> Shortfall:
    """The shortfall of one order.

    Args:
        side: 1 to buy, -1 to sell.
        qty: shares ordered.
        fills: (price in price units of $0.0001, shares) of each.
        fees: millionths of a dollar, paid positive.
        decision: mid when the order was decided, millionths of a dollar; likewise ``arrival`` at the market, and
            ``end``, when the rest was given up.

    >>> fills = [(100_0200, 300), (100_0300, 500), (100_0500, 100)]
    >>> cost = shortfall(1, 1000, fills, 2_700_000, decision=99_980_000, arrival=100_000_000, end=100_200_000)
    >>> cost.dollars, round(cost.bps, 4)
    (68.7, 6.8714)
    """
    fills = list(fills)
    filled = sum(q for _, q in fills)
    paid = sum(px * MICROS_PER_UNIT * q for px, q in fills)
    return Shortfall(
        delay=side * (arrival - decision) * filled,
        execution=side * (paid - arrival * filled),
        opportunity=side * (end - decision) * (qty - filled),
        fees=fees,
        paper=qty * decision,
    )
