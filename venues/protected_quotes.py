"""The other venues' protected quotes as one venue sees them, late: what must not be traded through, locked or crossed.

Rules
    A venue's protected quote on a side is its best level of at least a round lot, as its feed shows it here.
    What one order has been sent to already does not protect against that order: the same quote is not tried twice.
    While the quotes seen here are crossed, no trade goes through anybody (17 CFR 242.611(b)(4)).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from venues.messages import Quote, Side
from venues.round_lots import in_round_lots

Tried = frozenset[tuple[str, int]]
"""(venue, sequence number of its quote) of the quotes that an order has been sent to."""

NOT_TRIED: Tried = frozenset()


class Board(Protocol):
    """The venues' quotes as they are heard here: the SIP's or the direct feeds'."""

    def latest(self, now: int) -> list[tuple[str, Quote, int]]:
        """(venue, its latest quote, when it arrived)."""


class Offer(NamedTuple):
    """One venue's protected quote, as seen by an order of the other side; ``seq``: the venue's number of the quote."""

    price: int
    qty: int
    venue: str
    seq: int


class ProtectedQuotes:
    """What a venue sees of the others.

    Args:
        board: where it looks.
        others: their names, in the scenario's order; itself is not among them.
        lot: of fewer shares nothing is protected.
    """

    def __init__(self, board: Board, others: Iterable[str], lot: int) -> None:
        self._board = board
        self._others = {name: place for place, name in enumerate(others)}
        self._lot = lot

    def facing(self, side: Side, now: int, tried: Tried = NOT_TRIED) -> list[Offer]:
        """What an order of this side must respect, the best price first, equal ones in the scenario's order."""
        offers = [
            offer
            for name, quote, _ in self._board.latest(now)
            if name in self._others and (offer := self._offer(name, quote, side)) is not None
        ]
        offers = [offer for offer in offers if (offer.venue, offer.seq) not in tried]
        return sorted(offers, key=lambda offer: (int(side) * offer.price, self._others[offer.venue]))

    def _offer(self, name: str, quote: Quote, side: Side) -> Offer | None:
        quote = in_round_lots(quote)
        price, qty = (quote.ask, quote.ask_qty) if side is Side.BUY else (quote.bid, quote.bid_qty)
        return Offer(price, qty, name, quote.seq) if qty and qty >= self._lot else None

    def is_crossed(self, own: tuple[int, int, int, int], now: int) -> bool:
        """Is a bid above an ask, this venue's own quote (bid, shares, ask, shares) among them?"""
        bids = [offer.price for offer in self.facing(Side.SELL, now)] + [own[0]] * (own[1] > 0)
        asks = [offer.price for offer in self.facing(Side.BUY, now)] + [own[2]] * (own[3] > 0)
        return bool(bids) and bool(asks) and max(bids) > min(asks)
