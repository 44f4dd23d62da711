"""What strategies that take displayed quotes share: ranking, reach, and how a round is sliced into children.

Rules
    A child takes at most the size its venue displays, at the price it displays (or `through` ticks beyond): fewer
    shares or a better price may come back, never a worse price. Only quotes within the parent's limit are taken.
    Quotes are ranked by score (millionths of a dollar per share, lower is better), then by the strategy's tie-break,
    then in the scenario's order of venues.
    A quote scoring more than ``reach`` ticks behind the best one that can be taken is left alone.
    In parallel, the sweep walks down the ranking until the leaves are covered; a parent larger than all that is
    displayed waits for the reports and looks again.
    In sequence, the best-ranked quote is taken and everything is looked at anew. After a miss the next venue is asked
    at once: its own misses set a venue aside (see `agents.strategies.memory`).

Cost
    A decision over 12 venues takes about 22 us (CPython 3.11).

Does not model
    Depth behind the best quote: a feed shows the best only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

from agents.cost_model import MEASURED, Beliefs, CostModel, CostWeights, VenueCost, Weights
from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.rounds import TIMES_IN_FORCE, InRounds, within_limit, within_tick
from agents.strategy import Actions, VenueQuote, View
from venues.messages import MICROS_PER_UNIT


class Touch(NamedTuple):
    """A displayed quote on the side a parent takes; fields in the order in which touches are ranked."""

    score: int
    tie: int
    rank: int
    venue: str
    price: int
    still_there: int
    cost: VenueCost


@dataclass(frozen=True, kw_only=True)
class Taker(InRounds):
    """Takes displayed quotes in rounds, best score first. A family member says what counts: :meth:`usual_weights`.

    Attributes:
        children: Send one child and look again (sequential), or all children of a round at once (parallel).
        reach: Ticks that a quote may score behind the best one and still be taken; 0 takes the best only, null all
            within the parent's limit.
        through: Ticks beyond the displayed price that a child may pay, never beyond the parent's limit: a quote that
            has moved is paid for instead of missed.
        cost: Weights of the cost model's terms, instead of the strategy's own.
        arrive_together: Delay the children of a round so that by half the measured round trips all arrive with the
            slowest; venues not measured yet are sent to at once.
    """

    minimums: ClassVar[Mapping[str, int]] = {**InRounds.minimums, "reach": 0, "through": 0}

    children: Literal["sequential", "parallel"] = "parallel"
    reach: int | None = 1
    through: int = 0
    arrive_together: bool = False
    cost: CostWeights | None = None

    # -- what strategies override -------------------------------------------------------------------

    def usual_weights(self) -> Weights:
        """What the terms of the cost model count for, unless ``cost`` says otherwise: by default the price alone."""
        return Weights()

    def beliefs(self) -> Beliefs:
        """Where the cost model has fill probabilities and moves of the price from: by default the own past."""
        return MEASURED

    def tie(self, quote: VenueQuote, view: View) -> int:
        """Of two equal scores, the lower of this goes first: by default the quote that arrived first."""
        return quote.arrived_at

    def decide(self, parent: ParentOrder, view: View, memory: Memory) -> Actions:
        """What to send now; nothing when there is nothing to take."""
        ranked = self.ranking(parent, view, memory)
        return self.decision(self.slices(self.takeable(ranked, parent, view), parent, view), ranked)

    def asks_on(self, sent: Sequence[ChildOrder], view: View) -> bool:
        """Whether to look again at once although the children that were sent brought nothing."""
        return bool(sent) and self.children == "sequential"

    # -- ranking and slicing ------------------------------------------------------------------------

    @cached_property
    def model(self) -> CostModel:
        """The cost model of this strategy."""
        usual = self.usual_weights()
        return CostModel(usual if self.cost is None else self.cost.over(usual), self.beliefs())

    def decision(self, send: Sequence[ChildOrder], ranked: Sequence[Touch], pools: Sequence[VenueCost] = ()) -> Actions:
        """The actions that send these children, with what they were decided on."""
        costs = [*(touch.cost for touch in ranked), *pools]
        scores = {cost.venue: cost.score for cost in costs}
        return Actions(send=send, scores=scores, costs=costs, keep_terms=self.cost is not None)

    def ranking(self, parent: ParentOrder, view: View, memory: Memory) -> list[Touch]:
        """All displayed quotes on the opposite side, best first."""
        side = int(parent.side)
        shown = [(quote, *quote.opposite(parent.side)) for quote in view.quotes()]
        shown = [(quote, price, size) for quote, price, size in shown if size > 0]
        if not shown:
            return []
        best = min(price * side for _, price, _ in shown)
        now = view.now
        costs = self.model.takes(shown, best, parent, view)
        touches = [
            Touch(
                cost.score, self.tie(quote, view), rank, quote.venue, price, memory.still_there(quote, size, now), cost
            )
            for rank, ((quote, price, size), cost) in enumerate(zip(shown, costs, strict=True))
        ]
        touches.sort()
        return touches

    def takeable(self, ranked: Sequence[Touch], parent: ParentOrder, view: View) -> list[Touch]:
        """The touches within the parent's limit and the reach that are still there, best first."""
        there = [touch for touch in ranked if touch.still_there and within_limit(touch.price, parent)]
        if not there or self.reach is None:
            return there
        worst = there[0].score + self.reach * view.facts[there[0].venue].tick * MICROS_PER_UNIT
        return [touch for touch in there if touch.score <= worst]

    def slices(self, touches: Sequence[Touch], parent: ParentOrder, view: View) -> list[ChildOrder]:
        """Children for the touches: in sequence the first, in parallel down the list until the leaves are covered."""
        time_in_force = TIMES_IN_FORCE[self.time_in_force]
        leaves, children = view.leaves, []
        for touch in touches[:1] if self.children == "sequential" else touches:
            qty = min(touch.still_there, leaves)
            children.append(ChildOrder(touch.venue, qty, self.worst_price(touch, parent, view), time_in_force))
            leaves -= qty
            if not leaves:
                break
        return self.timed(children, view)

    def worst_price(self, touch: Touch, parent: ParentOrder, view: View) -> int:
        """A child's limit: the displayed price, or so many ticks through it, within the parent's limit."""
        side, tick = int(parent.side), view.facts[touch.venue].tick
        price = max(tick, touch.price + side * self.through * tick)
        return price if within_limit(price, parent) else within_tick(parent.limit or price, side, tick)

    def timed(self, children: list[ChildOrder], view: View) -> list[ChildOrder]:
        """The children, delayed so that they arrive together where that is asked for."""
        if not self.arrive_together or len(children) < 2:
            return children
        trips = [view.experience.round_trip(child.venue) for child in children]
        slowest = max(trip or 0 for trip in trips)
        return [
            child if trip is None or trip == slowest else child._replace(not_before=view.now + (slowest - trip) // 2)
            for child, trip in zip(children, trips, strict=True)
        ]
