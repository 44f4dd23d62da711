"""Some at the market now, some posted behind several queues, the rest at the market when the time is up.

After Cont and Kukanov (`agents.allocators.placement`): posting earns the spread and the rebate if the queue ahead goes
away in time, and costs ``penalty`` if it does not.

Rules
    Posted at the best displayed price of the parent's own side, post-only, at up to ``posts`` venues that show it, the
    shortest queue first. Q_k is what the venue displays there.
    Given the outflow (shares that leave a queue within ``wait``, at most twice ``outflow``, uniform), venue k gets
    L_k = 2 outflow q - Q_k with q = (2 s + f + r_k) / (lambda_u + s + r_k): the closed form of one venue. s is half the
    spread seen, f the lowest taker fee among the venues taken from, lambda_u = ``penalty`` x (s + f).
    With ``learn`` the split is learnt from the own fills alone, parent after parent, by rank of the queue
    (`agents.allocators.placement_learning`); prices are those of the first parent.
    A parent must not be over-filled, so limits are cut to what is left after the first, and all that is not posted is
    taken at once, by immediate orders at the displayed prices. Overfill penalties therefore do not enter.
    After ``wait`` what rests is cancelled and the rest is taken in rounds like any other taker's.

Floats use + - * / (and one square root per learner): they decide where orders go.

Does not model
    Following the price while resting, and estimates of one's place in the queue later on.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from agents.allocators.placement_learning import PlacementLearner, PlacementPrices
from agents.cost_model import VenueCost
from agents.orders import ChildOrder, ParentOrder
from agents.strategies.memory import Memory
from agents.strategies.parameters import Duration
from agents.strategies.rounds import within_limit
from agents.strategies.taking import Taker, Touch
from agents.strategy import Actions, Resumed, StrategyRun, VenueQuote, View, Yielded
from venues.messages import MICROS_PER_UNIT, Terms, TimeInForce

POST_ONLY = Terms(post_only=True)
SCALE = 1_000
"""Shares that a learner thinks in; a parent of any size gets its fractions."""


@dataclass(frozen=True, kw_only=True)
class ContKukanov(Taker):
    """Takes a part at once, posts the rest behind several queues, and takes what is not filled after a while.

    Attributes:
        posts: At how many venues it posts at most.
        wait: How long it rests before the rest is taken.
        outflow: Shares expected to leave a queue within wait.
        penalty: What an unfilled share costs, as a multiple of half the spread and the taker fee; above 1, or nothing
            is worth taking at once.
        learn: Whether the split is learnt from the own fills of earlier parents instead of from outflow.
        lessons: Parents that learning is paced for.
    """

    minimums: ClassVar[Mapping[str, int]] = {
        **Taker.minimums, "posts": 1, "wait": 1, "outflow": 0, "penalty": 1, "lessons": 1,
    }  # fmt: skip

    posts: int = 3
    wait: Duration = 10_000_000
    outflow: int = 500
    penalty: float = 1.5
    learn: bool = False
    lessons: int = 200
    _learners: dict[int, PlacementLearner] = field(default_factory=dict, init=False, repr=False, compare=False)

    def work(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Place, wait, cancel; then take what is left."""
        queues = self._queues(parent, view)
        if queues and parent.ends > view.now + 1:
            yield from self._placed(queues, parent, view)
        if view.open_qty:
            yield from super().work(parent, view)

    # -- the placement ----------------------------------------------------------------------------

    def _placed(
        self, queues: Sequence[tuple[int, str, int]], parent: ParentOrder, view: View
    ) -> Generator[Yielded, Resumed, None]:
        limits = self.limits(queues, parent, view)
        posted = [
            ChildOrder(venue, qty, price, TimeInForce.DAY, terms=POST_ONLY)
            for (_, venue, price), qty in zip(queues, limits, strict=True)
            if qty
        ]
        ranked = self.ranking(parent, view, Memory(self.attempts_per_venue, self.set_aside))
        taken = self._taken(view.leaves - sum(limits), ranked, parent, view)
        learnt = False
        try:
            if posted or taken:
                until = min(view.now + self.wait, parent.ends)
                yield Actions(
                    send=[*taken, *posted],
                    wake=("at", until),
                    more_costs=lambda: self._costs(ranked, queues, limits, parent, view),
                    keep_terms=self.cost is not None,
                )
                open_at = {child.venue: child.qty - child.cum_qty for child in view.live.values()}
                short, learnt = view.open_qty > 0, True
                self._learn([venue for _, venue, _ in queues], limits, open_at, parent, short=short)
                if view.live:
                    yield Actions(cancel=list(view.live), wake="all_done")
        finally:
            if not learnt and not view.open_qty:  # all of it was filled before the time was up
                self._learn([venue for _, venue, _ in queues], limits, {}, parent, short=False)

    def limits(self, queues: Sequence[tuple[int, str, int]], parent: ParentOrder, view: View) -> list[int]:
        """Shares to post at each of the venues, in whole lots, together at most the leaves."""
        wanted = self._learnt_limits(queues, parent, view) if self.learn else self._given_limits(queues, view)
        left, limits = view.leaves, []
        lot = view.facts[queues[0][1]].lot
        for shares in wanted:
            qty = min(int(shares + 0.5), left) // lot * lot
            limits.append(qty)
            left -= qty
        return limits

    def _given_limits(self, queues: Sequence[tuple[int, str, int]], view: View) -> list[float]:
        half, fee, rebates = self._prices(queues, view)
        under = self.penalty * (half + fee)
        found = []
        for (ahead, _, _), rebate in zip(queues, rebates, strict=True):
            gain, lost = half + half + fee + rebate, under + half + rebate
            part = 1.0 if lost <= 0 or gain >= lost else max(0.0, gain / lost)
            found.append(max(0.0, 2 * self.outflow * part - ahead))
        return found

    def _learnt_limits(self, queues: Sequence[tuple[int, str, int]], parent: ParentOrder, view: View) -> list[float]:
        places = len(queues)
        if places not in self._learners:
            half, fee, rebates = self._prices(queues, view)
            under = self.penalty * max(half + fee, 1e-9)
            prices = PlacementPrices(
                shares=SCALE, half_spread=half, take_fee=fee, rebates=rebates,
                lambda_under=under, lambda_over=under,
            )  # fmt: skip
            self._learners[places] = PlacementLearner(prices, self.lessons, least_limit=SCALE / 50)
        return [limit * parent.qty / SCALE for limit in self._learners[places].placement.limits]

    def _learn(
        self, venues: Sequence[str], limits: Sequence[int], left: Mapping[str, int], parent: ParentOrder, *, short: bool
    ) -> None:
        if self.learn:
            done = [qty > 0 and not left.get(venue) for venue, qty in zip(venues, limits, strict=True)]
            self._learners[len(venues)].learn(SCALE - 1 if short else SCALE, done)

    def _prices(self, queues: Sequence[tuple[int, str, int]], view: View) -> tuple[float, float, list[float]]:
        """Half the spread, the lowest taker fee and the rebates, $/share."""
        bid, ask = view.nbbo() or (0, 0)
        half = (ask - bid) * MICROS_PER_UNIT / 2_000_000
        fee = min(view.facts[venue].taker_fee for venue in view.lit) / 1_000_000
        return half, fee, [-view.facts[venue].maker_fee / 1_000_000 for _, venue, _ in queues]

    # -- what is seen -------------------------------------------------------------------------------

    def _queues(self, parent: ParentOrder, view: View) -> list[tuple[int, str, int]]:
        """(shares ahead, venue, price) where it may post, the shortest queue first; none without two sides."""
        best = view.nbbo()
        if best is None or best[0] >= best[1]:
            return []
        price = best[0] if parent.side > 0 else best[1]
        if not within_limit(price, parent):
            return []
        shown = [(*_own_side(quote, parent), quote.venue) for quote in view.quotes()]
        own = sorted((ahead, venue) for ahead, there, venue in shown if ahead and there == price)
        return [(ahead, venue, price) for ahead, venue in own[: self.posts]]

    def _costs(
        self,
        ranked: Sequence[Touch],
        queues: Sequence[tuple[int, str, int]],
        limits: Sequence[int],
        parent: ParentOrder,
        view: View,
    ) -> list[VenueCost]:
        """What taking costs at each venue, and posting at those that it posts at."""
        costs = [touch.cost for touch in ranked]
        best = min((touch.price * int(parent.side) for touch in ranked), default=0)
        for (ahead, venue, price), qty in zip(queues, limits, strict=True):
            if qty:
                costs += self.model.posts([(venue, price, ahead)], best, qty, parent, view)
        return costs

    def _taken(self, shares: int, ranked: Sequence[Touch], parent: ParentOrder, view: View) -> list[ChildOrder]:
        """Immediate children for so many shares, down the ranking; what is not displayed waits for the rounds."""
        children = []
        for touch in self.takeable(ranked, parent, view):
            qty = min(touch.still_there, shares)
            if qty <= 0:
                break
            children.append(ChildOrder(touch.venue, qty, self.worst_price(touch, parent, view), self.immediate))
            shares -= qty
        return children


def _own_side(quote: VenueQuote, parent: ParentOrder) -> tuple[int, int]:
    """Shares and price that the venue shows on the parent's own side."""
    return (quote.bid_qty, quote.bid) if parent.side > 0 else (quote.ask_qty, quote.ask)
