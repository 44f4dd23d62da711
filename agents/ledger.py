"""Position and cash of an agent, kept from its fills."""

from __future__ import annotations

from venues.messages import MICROS_PER_UNIT, ExecutionReport, Liquidity


class Ledger:
    """Shares held and millionths of a dollar received less paid, fees included.

    >>> Ledger().position
    0
    """

    __slots__ = ("cash", "position")

    def __init__(self) -> None:
        self.position = 0
        self.cash = 0

    def book(self, fill: ExecutionReport, maker_fee: int = 0, taker_fee: int = 0) -> None:
        """Take in a fill; fees in millionths of a dollar per share, none for an auction's.

        Where a venue has volume tiers or sends orders on, `Participant.book` knows what it charges.
        """
        fee = 0  # of an auction
        if fill.liquidity is Liquidity.MAKER:
            fee = maker_fee
        elif fill.liquidity is Liquidity.TAKER:
            fee = taker_fee
        self.enter(fill, fee * fill.last_qty)

    def enter(self, fill: ExecutionReport, fee: int) -> None:
        """Take in a fill and what it cost in all, millionths of a dollar."""
        signed = int(fill.side) * fill.last_qty
        self.position += signed
        self.cash -= signed * fill.last_px * MICROS_PER_UNIT + fee
