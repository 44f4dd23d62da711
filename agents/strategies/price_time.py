"""The textbook router: best price, then the quote that arrived first."""

from __future__ import annotations

from dataclasses import dataclass

from agents.strategies.taking import Taker


@dataclass(frozen=True, kw_only=True)
class PriceTime(Taker):
    """Takes the best displayed price first; among equal prices the quote that reached the router first.

    The score is the distance to the best price displayed.
    """
