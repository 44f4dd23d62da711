"""Best price after fees: what a share costs, not what it is quoted at."""

from __future__ import annotations

from dataclasses import dataclass

from agents.cost_model import Weights
from agents.strategies.taking import Taker


@dataclass(frozen=True, kw_only=True)
class FeeAware(Taker):
    """Takes the lowest price plus taker fee first (an inverted venue's fee is negative), then the earlier quote.

    The score is the distance to the best price displayed plus the taker fee.
    """

    def usual_weights(self) -> Weights:
        """Price and fee."""
        return Weights(fee=1.0)
