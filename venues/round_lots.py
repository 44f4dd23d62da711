"""Quotes in round lots: what a venue tells the SIP, and what other venues must protect.

Rules
    A best level of fewer shares than a round lot sets neither the SIP's BBO nor a protected quote. What stands for it
    is named by `OddLots`:
        skipped     the best level that holds a round lot by itself
        aggregated  the price down to which the levels together hold a round lot, with that many shares
        shown       the best level whatever it holds
    The direct feed shows every level.

Cost
    None while both best levels hold a round lot; otherwise a walk down the levels for each message.

Source: 17 CFR 242.600(b)(93) (round lots by price, from November 2025), and the exchanges' odd-lot aggregation.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from venues.messages import Quote, Side

ALL_LEVELS = 1 << 30

Top = tuple[int, int, int, int]
"""(bid, shares, ask, shares); 0 shares: that side is empty."""


class OddLots(StrEnum):
    """What a best level of less than a round lot does to the SIP's BBO."""

    SKIPPED = "skipped"
    AGGREGATED = "aggregated"
    SHOWN = "shown"


class Levels(Protocol):
    """What is asked of a book."""

    def depth(self, side: Side, levels: int = ...) -> list[tuple[int, int, int]]:
        """(price, shares, orders) of the best displayed levels."""


class OddLotQuote(Quote):
    """A quote with a best level of less than a round lot; ``round_lots`` is what the SIP is told instead."""

    round_lots: Top

    @classmethod
    def of(cls, quote: Quote, round_lots: Top) -> OddLotQuote:
        """The same quote, with its round lots."""
        made: Any = tuple.__new__(cls, quote)
        made.round_lots = round_lots
        return made  # type: ignore[no-any-return]


def in_round_lots(quote: Quote) -> Quote:
    """The quote as the SIP shows it.

    >>> odd = OddLotQuote.of(Quote(0, 1, 99_9900, 7, 100_0100, 300), (99_9800, 400, 100_0100, 300))
    >>> in_round_lots(odd)[2:6]
    (999800, 400, 1000100, 300)
    """
    if not isinstance(quote, OddLotQuote):
        return quote
    return Quote(quote.at, quote.seq, *quote.round_lots, quote.trade)


class RoundLots:
    """Finds a book's best in round lots of ``lot`` shares."""

    def __init__(self, book: Levels, lot: int, odd_lots: OddLots) -> None:
        self._book = book
        self._lot = lot
        self._best: Callable[[Side], tuple[int, int]] = (
            self._aggregated if odd_lots is OddLots.AGGREGATED else self._skipping
        )

    def top(self, displayed: Top) -> Top:
        """What the SIP is told when this is displayed."""
        bid, bid_qty, ask, ask_qty = displayed
        if 0 < bid_qty < self._lot:
            bid, bid_qty = self._best(Side.BUY)
        if 0 < ask_qty < self._lot:
            ask, ask_qty = self._best(Side.SELL)
        return bid, bid_qty, ask, ask_qty

    def _skipping(self, side: Side) -> tuple[int, int]:
        levels = self._book.depth(side, ALL_LEVELS)
        return next(((price, qty) for price, qty, _ in levels if qty >= self._lot), (0, 0))

    def _aggregated(self, side: Side) -> tuple[int, int]:
        total = 0
        for price, qty, _ in self._book.depth(side, ALL_LEVELS):
            total += qty
            if total >= self._lot:
                return price, total
        return 0, 0
