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
    A decision over 12 venues takes about 30 us, through 5 levels of each about 45 us (CPython 3.11 on a busy machine,
    `benchmarks/decisions.py`).

    With ``levels`` above 1 and a router that hears of depth, the levels behind the best are ranked like quotes of their
    own, and what a venue gets of them is one child with the limit of the worst.

Does not model
    Hidden shares.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

from agents.cost_model import MEASURED, Beliefs, CostModel, CostWeights, VenueCost, Weights
from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.parameters import Duration, Problem, not_connected
from agents.strategies.posting import Poster, Posting
from agents.strategies.rounds import InRounds, within_limit, within_tick
from agents.strategies.styles import Order, down_the_list, even_split, leg_of, swept, together
from agents.strategy import Actions, StrategyRun, VenueQuote, View
from venues.messages import MICROS_PER_UNIT


class Touch(NamedTuple):
    """A displayed quote on the side a parent takes; fields in the order in which touches are ranked."""

    score: int
    tie: int
    rank: int
    venue: str
    price: int
    still_there: int
    displayed: int
    cost: VenueCost


@dataclass(frozen=True, kw_only=True)
class Taker(InRounds):
    """Takes displayed quotes in rounds, best score first. A family member says what counts: :meth:`usual_weights`.

    Attributes:
        children: Send one child and look again (sequential), or all children of a round at once (parallel).
        order: The same, or all at once and delayed so that they arrive together (synchronised), or the leaves dealt
            evenly to all venues in reach (broadcast); it stands over children and arrive_together.
        reach: Ticks that a quote may score behind the best one and still be taken; 0 takes the best only, null all
            within the parent's limit.
        levels: Price levels of each venue that are taken at most, in one child with the limit of the worst; more than
            one needs a router that hears of depth.
        through: Ticks beyond the displayed price that a child may pay, never beyond the parent's limit: a quote that
            has moved is paid for instead of missed.
        arrive_together: Delay the children of a round so that by half the measured round trips all arrive with the
            slowest; venues not measured yet are sent to at once.
        longest_delay: By how much a child may be delayed to arrive together; slower venues are not waited for. null
            waits for all.
        latencies: Stated latencies one way, venue by venue, for synchronised legs; what is not stated is measured.
        cost: Weights of the cost model's terms, instead of the strategy's own.
        liquidity: Take displayed quotes (take), rest and never take (post), or rest first and take what is left (both).
        posting: How it rests, with liquidity post or both.
    """

    minimums: ClassVar[Mapping[str, int]] = {
        **InRounds.minimums,
        "reach": 0,
        "levels": 1,
        "through": 0,
        "longest_delay": 1,
    }

    children: Literal["sequential", "parallel"] = "parallel"
    order: Order | None = None
    reach: int | None = 1
    levels: int = 1
    through: int = 0
    arrive_together: bool = False
    longest_delay: Duration | None = None
    latencies: Mapping[str, Duration] = field(default_factory=dict, hash=False)
    cost: CostWeights | None = None
    liquidity: Literal["take", "post", "both"] = "take"
    posting: Posting | None = None

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
        return bool(sent) and self.sequential

    # -- styles -------------------------------------------------------------------------------------

    @property
    def sequential(self) -> bool:
        """One child at a time?"""
        return (self.order or self.children) == "sequential"

    def contradictions(self) -> list[Problem]:
        """Also: what order says, and what children say; a sweep that is not one."""
        problems = super().contradictions()
        if self.levels > 1 and self.order == "broadcast":
            problems.append(Problem("levels", "levels: a broadcast takes best quotes alone; write 1"))
        if self.order not in (None, "sequential") and self.children == "sequential":
            problems.append(Problem("order", f"order: {self.order} and children: sequential contradict; leave one out"))
        if self.sweep == "iso" and (self.sequential or self.order == "broadcast"):
            problems.append(Problem("sweep", "sweep: iso goes to all better prices at once; write order: parallel"))
        if self.sweep == "iso" and self.through:
            problems.append(Problem("through", "through: a sweep pays no more than the prices it saw; write 0"))
        if self.posting is not None and self.liquidity == "take":
            problems.append(Problem("posting", "posting: nothing is posted with liquidity: take; write post or both"))
        if self.posting is not None and self.posting.at == "peg" and self.posting.display_qty is not None:
            problems.append(Problem("posting", "posting.display_qty: a peg is always hidden; leave it out"))
        return problems

    def unconnected(self, lit: Sequence[str], dark: Sequence[str]) -> list[Problem]:
        """Latencies are of venues that the router is connected to."""
        venues = [*lit, *dark]
        stated = [not_connected("latencies", venue, "venue", venues) for venue in self.latencies if venue not in venues]
        return [*super().unconnected(lit, dark), *stated]

    def work(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Rest where that is asked for, then the rounds that take."""
        if self.liquidity != "take":
            patient = self.liquidity == "post"
            posting = self.posting or Posting()
            poster = Poster(
                posting, self.model, self.attempts_per_venue, self.set_aside, self.odd_lots, patient=patient
            )
            yield from poster.rest(parent, view, self.max_rounds)
        if self.liquidity != "post":
            yield from super().work(parent, view)

    # -- ranking and slicing ------------------------------------------------------------------------

    @cached_property
    def model(self) -> CostModel:
        """The cost model of this strategy."""
        usual = self.usual_weights()
        return CostModel(usual if self.cost is None else self.cost.over(usual), self.beliefs())

    def decision(
        self,
        send: Sequence[ChildOrder],
        ranked: Sequence[Touch],
        pools: Sequence[VenueCost] = (),
        more_costs: Callable[[], Sequence[VenueCost]] | None = None,
    ) -> Actions:
        """The actions that send these children, with what they were decided on, and what they cost beside it."""
        costs = [*(touch.cost for touch in ranked), *pools]
        scores = {cost.venue: cost.score for cost in costs}
        return Actions(send=send, scores=scores, costs=costs, more_costs=more_costs, keep_terms=self.cost is not None)

    def ranking(self, parent: ParentOrder, view: View, memory: Memory) -> list[Touch]:
        """All displayed quotes on the opposite side, best first."""
        side = int(parent.side)
        if side > 0:
            shown = [(quote, quote.ask, quote.ask_qty) for quote in view.quotes() if quote.ask_qty > 0]
        else:
            shown = [(quote, quote.bid, quote.bid_qty) for quote in view.quotes() if quote.bid_qty > 0]
        if not shown:
            return []
        best = min(price * side for _, price, _ in shown)
        now, tie, knows_nothing, new = view.now, self.tie, memory.is_blank, tuple.__new__
        touches = []
        for rank, ((quote, price, size), cost) in enumerate(
            zip(shown, self.model.takes(shown, best, parent, view), strict=True)
        ):
            there = size if knows_nothing else memory.still_there(quote, size, now)
            touches.append(new(Touch, (cost[2], tie(quote, view), rank, quote[0], price, there, size, cost)))
        touches.sort()
        return touches

    def takeable(self, ranked: Sequence[Touch], parent: ParentOrder, view: View) -> list[Touch]:
        """The touches within the parent's limit and the reach that are still there, best first."""
        there = [touch for touch in ranked if touch.still_there and within_limit(touch.price, parent)]
        if self.reach is None:
            return swept(there, there, int(parent.side)) if self.sweep == "iso" else there
        if not there:
            return there
        worst = there[0].score + self.reach * view.facts[there[0].venue].tick * MICROS_PER_UNIT
        chosen = [touch for touch in there if touch.score <= worst]
        return swept(chosen, there, int(parent.side)) if self.sweep == "iso" else chosen

    def slices(self, touches: Sequence[Touch], parent: ParentOrder, view: View) -> list[ChildOrder]:
        """Children for the touches: the first, down the list until the leaves are covered, or dealt evenly."""
        wanted = touches[:1] if self.sequential else touches
        if self.levels > 1 and wanted:
            return self.timed(self.through_levels(wanted, parent, view), view)
        deal = even_split if self.order == "broadcast" else down_the_list
        rooms = [touch.still_there for touch in wanted]
        shares = deal(view.leaves, rooms) if self.odd_lots == "allow" else self.in_lots(deal, rooms, view)
        immediate = self.immediate
        children = [
            ChildOrder(touch.venue, qty, self.worst_price(touch, parent, view), immediate)
            for touch, qty in zip(wanted, shares)  # noqa: B905 - the last touches get nothing
            if qty
        ]
        return self.timed(children, view)

    def through_levels(self, touches: Sequence[Touch], parent: ParentOrder, view: View) -> list[ChildOrder]:
        """One child a venue, down the levels of all by score (a sweep: by price); its limit is the worst it takes."""
        side, iso, tick = int(parent.side), self.sweep == "iso", view.facts[touches[0].venue].tick
        queue = [touch._replace(score=touch.price * side) for touch in touches] if iso else list(touches)
        unit = 1.0 if iso else self.model.weights.price * MICROS_PER_UNIT
        worst = None if self.reach is None else queue[0].score + self.reach * tick * (1 if iso else MICROS_PER_UNIT)
        taken: dict[str, tuple[int, Touch]] = {}
        ladders: dict[str, Iterator[tuple[int, int]]] = {}
        leaves, looked, new = view.leaves, 0, tuple.__new__
        while leaves and looked < len(queue):
            touch = queue[looked]
            score, tie, rank, venue, price, there, displayed, cost = touch
            looked += 1
            qty = there if there < leaves else leaves
            leaves -= qty
            taken[venue] = (taken[venue][0] + qty if venue in taken else qty, touch)
            if not leaves or there != displayed:
                continue
            if venue not in ladders:
                ladders[venue] = self._behind(touch, parent, view)
            behind, size = next(ladders[venue], (0, 0))
            if size:
                score += round(unit * ((behind - price) * side))
                if worst is None or score <= worst:
                    insort(queue, new(Touch, (score, tie, rank, venue, behind, size, size, cost)), lo=looked)
        immediate = self.immediate
        return [
            ChildOrder(venue, qty, self.worst_price(touch, parent, view), immediate)
            for venue, (qty, touch) in taken.items()
        ]

    def _behind(self, touch: Touch, parent: ParentOrder, view: View) -> Iterator[tuple[int, int]]:
        """(price, shares) of the levels behind a touch that are known, wanted and within the limit."""
        side, limit = int(parent.side), parent.limit
        levels = view.depth(touch.venue).opposite(parent.side)[: self.levels]
        behind = [level for level in levels if (level[0] - touch.price) * side > 0]
        return iter(behind if limit is None else [level for level in behind if (level[0] - limit) * side <= 0])

    def worst_price(self, touch: Touch, parent: ParentOrder, view: View) -> int:
        """A child's limit: the displayed price, or so many ticks through it, within the parent's limit."""
        if not self.through and within_limit(touch.price, parent):
            return touch.price
        side, tick = int(parent.side), view.facts[touch.venue].tick
        price = max(tick, touch.price + side * self.through * tick)
        return price if within_limit(price, parent) else within_tick(parent.limit or price, side, tick)

    def timed(self, children: list[ChildOrder], view: View) -> list[ChildOrder]:
        """The children, delayed so that they arrive together where that is asked for."""
        if len(children) < 2 or not (self.arrive_together or self.order == "synchronised"):
            return children
        experience = view.experience
        if self.order == "synchronised":
            legs = [leg_of(child.venue, self.latencies, experience) for child in children]
            return together(children, legs, view.now, self.longest_delay)
        trips = [experience.round_trip(child.venue) for child in children]
        return together(children, trips, view.now, self.longest_delay, ways=2)
