"""Which way round a case is seen: as it is written, or in a mirror that makes every buy a sell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from venues.messages import Side
from venues.policies import Policies

TICK: Final = 100
"""Cases speak of ticks; a tick is this many price units, so that half and quarter ticks are exact."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A price of p ticks is ``mirror - p`` in the mirror; ``mirror`` 0: nothing is turned round."""

    mirror: int = 0

    def side(self, word: str) -> Side:
        """The side that ``B`` or ``S`` stands for."""
        return Side.BUY if (word == "B") != bool(self.mirror) else Side.SELL

    def price(self, ticks: str) -> int:
        """Price units of a price written in ticks.

        >>> Frame().price("101.5"), Frame(mirror=300).price("101.5")
        (10150, 19850)
        """
        units = distance(ticks)
        return self.mirror * TICK - units if self.mirror else units

    def ticks(self, price: int | None) -> str:
        """A price as a case writes it; None: ``nothing``.

        >>> Frame().ticks(10150), Frame(mirror=300).ticks(19900), Frame().ticks(None)
        ('101.5', '101', 'nothing')
        """
        if price is None:
            return "nothing"
        whole, rest = divmod(self.mirror * TICK - price if self.mirror else price, TICK)
        return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)

    def surplus(self, buyers: int) -> int:
        """Shares that buyers have too many of, seen this way round."""
        return -buyers if self.mirror else buyers

    def policies(self, policies: Policies) -> Policies:
        """The same policies in the mirror: a reference price is a price too."""
        if not self.mirror or not policies.reference_px:
            return policies
        return replace(policies, reference_px=self.mirror * TICK - policies.reference_px)


def distance(ticks: str) -> int:
    """Price units of so many ticks.

    Raises:
        ValueError: it is no whole number of price units.
    """
    units = Decimal(ticks) * TICK
    if units != int(units):
        raise ValueError(f"{ticks} ticks are no whole number of price units ({TICK} to the tick)")
    return int(units)
