"""Best price after fees: what a share costs, not what it is quoted at."""

from __future__ import annotations

from dataclasses import dataclass

from agents.strategies.taking import Taker
from agents.strategy import VenueQuote, View


@dataclass(frozen=True, kw_only=True)
class FeeAware(Taker):
    """Takes the lowest price plus taker fee first (an inverted venue's fee is negative), then the earlier quote.

    The score is the distance to the best price displayed plus the taker fee.
    """

    def score(self, gap: int, quote: VenueQuote, view: View) -> int:
        """Distance to the best price plus the venue's taker fee."""
        return gap + view.facts[quote.venue].taker_fee
