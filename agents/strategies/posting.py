"""Resting instead of taking: where and at what price children wait, when they follow, when waiting is over.

Rules
    Children rest post-only at the best price of their own side that is seen (`touch`), a tick better while that stays
    inside the spread (`improve`), or pegged to it by the venue (`peg`), never beyond the parent's limit.
    The venues are those of the lowest cost of posting (`agents.cost_model`); the leaves are dealt evenly to them.
    When the best price has moved towards the other side, a child that fell behind is replaced to it (``chase``), one
    replace at a time; it never steps back. A peg follows by itself.
    What a venue refuses or gives back is posted anew; a venue that did so ``attempts_per_venue`` times in a row is set
    aside.
    Waiting is over after ``wait``, or when the price that could be taken has moved ``moved`` ticks away from where it
    stood at the start. Then everything that rests is cancelled; what becomes of the rest is the caller's.

Cost
    A look every ``look``; a decision costs what `agents.cost_model` says of a post.

Does not model
    Resting in dark pools, and estimates of one's place in a queue: shares ahead are those displayed when posting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from agents.cost_model import CostModel, VenueCost
from agents.orders import ChildOrder, ParentOrder
from agents.strategies.parameters import Duration
from agents.strategies.size_cap import SizeCap
from agents.strategies.styles import OddLots, dealt_in_lots, even_split
from agents.strategy import Actions, ChildReport, StrategyRun, VenueQuote, View
from venues.messages import ExecType, Peg, Terms, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How a parent rests.

    Attributes:
        at: The best price of its own side (touch), a tick better (improve), or pegged to it by the venue (peg).
        venues: At how many venues at a time.
        display_qty: Shares of a child that are shown at a time; 0 hides it, null shows all.
        chase: Whether a child that the market has left behind is replaced to the best price.
        wait: How long before the rest is taken, with liquidity both.
        moved: Ticks by which the price to be taken may move away before the rest is taken; null waits all the time.
        look: How often the market is looked at meanwhile.
    """

    minimums: ClassVar[Mapping[str, int]] = {"venues": 1, "display_qty": 0, "wait": 1, "moved": 1, "look": 1}

    at: Literal["touch", "improve", "peg"] = "touch"
    venues: int = 1
    display_qty: int | None = None
    chase: bool = True
    wait: Duration = 10_000_000
    moved: int | None = 1
    look: Duration = 1_000_000


class Poster:
    """Rests one parent. ``patient``: until its end, whatever the market does."""

    def __init__(
        self, posting: Posting, model: CostModel, attempts: int, set_aside: int, odd_lots: OddLots, *, patient: bool
    ) -> None:
        self._posting = posting
        self._model = model
        self._attempts = attempts
        self._set_aside = set_aside
        self._odd_lots = odd_lots
        self._patient = patient
        self._refused: dict[str, int] = {}
        self._aside_until: dict[str, int] = {}
        self._cap = SizeCap()

    def rest(self, parent: ParentOrder, view: View, rounds: int) -> StrategyRun:
        """Post, follow and wait, in at most so many decisions that send; in the end nothing rests any more."""
        began, far_then = view.now, far_price(parent, view)
        while rounds and not self._is_over(began, far_then, parent, view):
            send, costs = self._posts(parent, view)
            rounds -= bool(send)
            _, reports = yield Actions(
                send=send,
                replace=self._chases(parent, view),
                wake=("at", self._next_look(began, view.now)),
                scores={cost.venue: cost.score for cost in costs},
                costs=costs,
                keep_terms=True,
            )
            self._hear(reports, view.now)
        if view.live:
            yield Actions(cancel=list(view.live), wake="all_done")

    def _is_over(self, began: int, far_then: int | None, parent: ParentOrder, view: View) -> bool:
        if self._patient:
            return False
        if view.now >= began + self._posting.wait:
            return True
        far = far_price(parent, view)
        if self._posting.moved is None or far is None or far_then is None:
            return False
        return (far - far_then) * int(parent.side) >= self._posting.moved * _tick(view)

    def _next_look(self, began: int, now: int) -> int:
        look = now + self._posting.look
        return look if self._patient else max(now + 1, min(look, began + self._posting.wait))

    def _hear(self, reports: Sequence[ChildReport], now: int) -> None:
        too_large = self._cap.hear(reports)
        for _, venue, report, _ in reports:
            if venue in too_large:
                continue
            if report.exec_type is ExecType.TRADE:
                self._refused[venue] = 0
            elif report.exec_type in (ExecType.REJECTED, ExecType.CANCELED):
                self._refused[venue] = self._refused.get(venue, 0) + 1
                if self._refused[venue] >= self._attempts:
                    self._refused[venue] = 0
                    self._aside_until[venue] = now + self._set_aside

    # -- new children ---------------------------------------------------------------------------

    def _posts(self, parent: ParentOrder, view: View) -> tuple[Sequence[ChildOrder], list[VenueCost]]:
        price, free = post_price(self._posting, parent, view), self._posting.venues - len(view.live)
        if price is None or free < 1 or not view.leaves:
            return [], []
        costs = self._model.posts(self._places(price, parent, view), _best(parent, view), view.leaves, parent, view)
        chosen = [cost.venue for cost in sorted(costs, key=lambda cost: cost.score)[:free]]
        rooms, lot = [view.leaves] * len(chosen), next(iter(view.facts.values())).lot
        shares = dealt_in_lots(even_split, view.leaves, rooms, lot, self._odd_lots)
        wanted = [self._child(venue, qty, price, parent) for venue, qty in zip(chosen, shares, strict=True) if qty]
        send = self._cap.cut(wanted)
        return send, (costs if send else [])

    def _places(self, price: int, parent: ParentOrder, view: View) -> list[tuple[str, int, int]]:
        """(venue, price, shares ahead) where nothing of ours rests and that are not set aside."""
        taken = {child.venue for child in view.live.values()}
        free = [
            quote
            for quote in view.quotes()
            if quote.venue not in taken and view.now >= self._aside_until.get(quote.venue, 0)
        ]
        return [(quote.venue, price, _ahead(quote, price, parent)) for quote in free]

    def _child(self, venue: str, qty: int, price: int, parent: ParentOrder) -> ChildOrder:
        if self._posting.at == "peg":
            return ChildOrder(venue, qty, parent.limit, TimeInForce.DAY, terms=Terms(peg=Peg.PRIMARY))
        terms = Terms(display_qty=self._posting.display_qty, post_only=True)
        return ChildOrder(venue, qty, price, TimeInForce.DAY, terms=terms)

    # -- children that rest ---------------------------------------------------------------------

    def _chases(self, parent: ParentOrder, view: View) -> list[tuple[int, int, int]]:
        if not self._posting.chase or self._posting.at == "peg":
            return []
        best = near_price(parent, view)
        if best is None:
            return []
        side, price = int(parent.side), post_price(self._posting, parent, view)
        behind = [
            child
            for child in view.live.values()
            if child.price is not None and not child.changing and (best - child.price) * side > 0
        ]
        return [
            (child.child_id, child.qty, price)
            for child in behind
            if price is not None and child.price is not None and (price - child.price) * side > 0
        ]


# -- prices -----------------------------------------------------------------------------------------------


def post_price(posting: Posting, parent: ParentOrder, view: View) -> int | None:
    """Where a child would rest now, price units: inside the spread, within the limit, on the tick; None: nowhere."""
    near, far, side, tick = near_price(parent, view), far_price(parent, view), int(parent.side), _tick(view)
    if near is None:
        return None
    price = near + side * tick if posting.at == "improve" else near
    if far is not None and (far - price) * side <= 0:
        price = far - side * tick
    if parent.limit is not None and (price - parent.limit) * side > 0:
        price = parent.limit // tick * tick if side > 0 else -(-parent.limit // tick) * tick
    return price if price > 0 else None


def near_price(parent: ParentOrder, view: View) -> int | None:
    """The best displayed price of the parent's own side; None: nobody shows one."""
    side = int(parent.side)
    prices = [price * side for quote in view.quotes() for price, size in [_near(quote, parent)] if size]
    return max(prices) * side if prices else None


def far_price(parent: ParentOrder, view: View) -> int | None:
    """The best displayed price that the parent could take; None: nobody shows one."""
    side = int(parent.side)
    prices = [price * side for quote in view.quotes() for price, size in [quote.opposite(parent.side)] if size]
    return min(prices) * side if prices else None


def _best(parent: ParentOrder, view: View) -> int:
    """side x the price that posting is held against: the best to be taken, else the own side's best."""
    far = far_price(parent, view)
    return int(parent.side) * (near_price(parent, view) or 0 if far is None else far)


def _near(quote: VenueQuote, parent: ParentOrder) -> tuple[int, int]:
    return (quote.bid, quote.bid_qty) if parent.side > 0 else (quote.ask, quote.ask_qty)


def _ahead(quote: VenueQuote, price: int, parent: ParentOrder) -> int:
    """Displayed shares at the price or better."""
    there, size = _near(quote, parent)
    return size if (there - price) * int(parent.side) >= 0 else 0


def _tick(view: View) -> int:
    return next(iter(view.facts.values())).tick
