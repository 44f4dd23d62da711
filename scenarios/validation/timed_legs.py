"""A sweep whose legs are timed by stated latencies: the plain form of synchronised arrival, for the proofs of races.

A router that measures its round trips (`arrive_together`) knows them to within their jitter; the closed forms of the
proofs are of legs whose means are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.orders import ChildOrder
from agents.strategies.price_time import PriceTime
from agents.strategy import View
from scenarios.quantities import parse_duration


@dataclass(frozen=True, kw_only=True)
class TimedLegs(PriceTime):
    """Price and time, each child delayed so that all arrive when the one with the longest leg does.

    Attributes:
        legs: The way to each venue as it is known, venue -> duration; a venue that is not named is sent to at once.
    """

    legs: Mapping[str, str] = field(default_factory=dict)

    def timed(self, children: list[ChildOrder], view: View) -> list[ChildOrder]:
        """The children with the times before which they do not leave."""
        ways = {venue: parse_duration(leg) for venue, leg in self.legs.items()}
        longest = max((ways[child.venue] for child in children if child.venue in ways), default=0)
        return [
            child._replace(not_before=view.now + longest - ways[child.venue]) if child.venue in ways else child
            for child in children
        ]
