"""Best price, then the venue that answers soonest: a quote nearby is less likely to be gone."""

from __future__ import annotations

from dataclasses import dataclass

from agents.strategies.taking import Taker
from agents.strategy import VenueQuote, View


@dataclass(frozen=True, kw_only=True)
class LatencyAware(Taker):
    """Takes the best displayed price first; among equal prices the venue with the shortest measured round trip.

    A venue that was never measured goes first among equals, in the scenario's order, so that it gets measured: each
    costs one child. The round trip is the smallest seen, so a burst at a venue does not send it to the back for good.
    """

    def tie(self, quote: VenueQuote, view: View) -> int:
        """Measured round trip in ns; not measured yet: ahead of all."""
        trip = view.experience.round_trip(quote.venue)
        return -1 if trip is None else trip
