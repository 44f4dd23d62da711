"""The measuring router: price, fee, toxicity and latency in one score, from its own past fills alone.

Score of a lit venue, millionths of a dollar per share, lower is better
    gap                 distance of its quote to the best price displayed
    + fee_weight      x taker fee
    + toxicity_weight x [ (1 - f) x (one tick + max(m, 0))    shares that were gone: bought later, a tick worse and
                                                              after the price ran on
                        + f x max(-m, 0) ]                    shares that were had, and cheaper soon after
    + latency_weight  x measured round trip in us

with f the measured fill ratio and m the measured markout there (`agents.strategy.Experience`; m above zero: the price
ran on in the direction of the order). One tick for a missed share is an assumption: the next price level.

Score of a dark pool: what its fills are worth, times how often they come
    f x (midpoint - best displayed price + fee_weight x taker fee)
    + toxicity_weight x [ (1 - f) x max(m, 0) + f x max(-m, 0) ]
    + latency_weight  x measured round trip in us

A pool is asked alone, for all the leaves, when it is due and scores better than the best lit quote that can be taken.
A pool that crosses at a stale midpoint shows in m: its fills are had where the price is about to come back.

What was never measured counts as good (f = 1, m = 0, no latency), so that every venue gets measured. No probability
comes from a scenario; how often a venue's quotes are gone is what this router counted itself.

Cost
    A decision over 12 lit venues and 2 pools takes about 45 us (CPython 3.11).

Related: Almgren and Harts, A Dynamic Algorithm for Smart Order Routing, 2008, keep an estimate per venue from their own
fills; the formula here is our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from agents.orders import ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategies.taking import scores_of
from agents.strategy import Actions, VenueQuote, View
from venues.messages import MICROS_PER_UNIT

NS_PER_US = 1_000


@dataclass(frozen=True, kw_only=True)
class Smart(DarkProber):
    """Ranks venues by a weighted score of price, fee, measured toxicity and measured latency, in dollars per share.

    Attributes:
        fee_weight: Weight of the taker fee; 1 counts a fee as the dollars it is.
        toxicity_weight: Weight of what missed and regretted shares cost, as measured by this router; 0 ignores it.
        latency_weight: Millionths of a dollar per share that a microsecond of round trip counts for.
        dark: Whether dark pools are candidates.
    """

    minimums: ClassVar[Mapping[str, int]] = {
        **DarkProber.minimums,
        "fee_weight": 0,
        "toxicity_weight": 0,
        "latency_weight": 0,
    }

    fee_weight: float = 1.0
    toxicity_weight: float = 1.0
    latency_weight: float = 1.0
    dark: bool = True

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """The best pool when it beats the lit market, else the lit market."""
        ranked = self.ranking(parent, view, memory)
        lit = self.takeable(ranked, parent, view)
        scores = scores_of(ranked)
        due = self.pools_due(parent, view, memory) if self.dark else []
        if due:
            scores |= {pool: self.pool_score(pool, view) for pool in due}
            best = min(due, key=scores.__getitem__)
            if not lit or scores[best] < lit[0].score:
                return Actions(send=[self.probe(best, view.leaves, parent, view)], scores=scores)
        return Actions(send=self.slices(lit, parent, view), scores=scores)

    def score(self, gap: int, quote: VenueQuote, view: View) -> int:
        """Expected cost of aiming at a lit quote."""
        facts, ratio, markout = view.facts[quote.venue], *self._measured(quote.venue, view)
        missed = (1.0 - ratio) * (facts.tick + max(markout, 0.0))
        toxicity = (missed + ratio * max(-markout, 0.0)) * MICROS_PER_UNIT
        cost = gap + self.fee_weight * facts.taker_fee + self.toxicity_weight * toxicity
        return round(cost + self._latency(quote.venue, view))

    def pool_score(self, pool: str, view: View) -> int:
        """Expected cost of asking a dark pool that is due, beside the best price displayed."""
        ratio, markout = self._measured(pool, view)
        cost = ratio * (self.fee_weight * view.facts[pool].taker_fee - _half_spread(view))
        toxicity = ((1.0 - ratio) * max(markout, 0.0) + ratio * max(-markout, 0.0)) * MICROS_PER_UNIT
        return round(cost + self.toxicity_weight * toxicity + self._latency(pool, view))

    def _measured(self, venue: str, view: View) -> tuple[float, float]:
        ratio, markout = view.experience.fill_ratio(venue), view.experience.markout(venue)
        return (1.0 if ratio is None else ratio), (0.0 if markout is None else markout)

    def _latency(self, venue: str, view: View) -> float:
        trip = view.experience.round_trip(venue)
        return 0.0 if trip is None else self.latency_weight * trip / NS_PER_US


def _half_spread(view: View) -> int:
    bid, ask = view.nbbo() or (0, 0)
    return (ask - bid) * MICROS_PER_UNIT // 2
