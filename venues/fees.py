"""What a venue charges per share: exact integers, millionths of a dollar, paid positive, received negative."""

from __future__ import annotations

from dataclasses import dataclass

from venues.messages import Liquidity


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Maker and taker fee per share in millionths of a dollar.

    A maker-taker venue pays its makers (maker < 0); an inverted one pays its takers (taker < 0).

    >>> FeeSchedule(maker=-2000, taker=3000).fee(Liquidity.TAKER, 500)
    1500000
    """

    maker: int = 0
    taker: int = 0

    def fee(self, liquidity: Liquidity, qty: int) -> int:
        """Total for a fill of ``qty`` shares, millionths of a dollar."""
        if liquidity is Liquidity.MAKER:
            return self.maker * qty
        return self.taker * qty if liquidity is Liquidity.TAKER else 0
