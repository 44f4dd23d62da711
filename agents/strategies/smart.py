"""The measuring router: price, fee, toxicity and latency in one score, from its own past fills alone.

Its cost (`agents.cost_model` has the terms)
    price + fee_weight x fee + toxicity_weight x (fill + opportunity + adverse) + latency_weight x latency

with the fill ratio and the markout that the router has measured there itself.

A pool is asked alone, for all the leaves, when it is due and scores better than the best lit quote that can be taken.
A pool that crosses at a stale midpoint shows in its markout: its fills are had where the price is about to come back.

No probability comes from a scenario; how often a venue's quotes are gone is what this router counted itself.

Cost
    A decision over 12 lit venues and 2 pools takes about 45 us (CPython 3.11).

Related: Almgren and Harts, A Dynamic Algorithm for Smart Order Routing, 2008, keep an estimate per venue from their own
fills; the formula here is our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar

from agents.cost_model import Weights
from agents.orders import ParentOrder
from agents.strategies.dark_probes import DarkProber
from agents.strategies.memory import Memory
from agents.strategy import Actions, View


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
        pools = self.model.probes(self.pools_due(parent, view, memory), parent, view) if self.dark else []
        best = min(pools, key=attrgetter("score"), default=None)
        if best is not None and (not lit or best.score < lit[0].score):
            return self.decision([self.probe(best.venue, view.leaves, parent, view)], ranked, pools)
        return self.decision(self.slices(lit, parent, view), ranked, pools)

    def usual_weights(self) -> Weights:
        """Price as it is, the rest as the parameters say."""
        toxicity = float(self.toxicity_weight)
        return Weights(
            fee=float(self.fee_weight),
            fill=toxicity,
            opportunity=toxicity,
            adverse=toxicity,
            latency=float(self.latency_weight),
        )
