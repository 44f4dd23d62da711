"""Strategies that rest one order in a lit book; the algorithms that wait rather than take give them their slices.

Rules
    The order rests at the venue named, or at the lit venue with the lowest maker fee (equal fees: the first), as a DAY
    order, post-only. It is never priced through the best opposite quote that the router sees.
    Its price is never beyond the slice's limit, and
        rest       the limit itself; without one the best price of its own side when it is sent. There it stays
        primary    the best price of its own side, moved by the offset
        mid        the midpoint, moved by the offset, to the tick that is no more aggressive
    What it follows is read every ``every`` ns; a price that moved is followed with a replace, one at a time.
    Without a quote to follow it stays where it is, and is not sent before there is one; `rest` is sent at its limit.

Does not model
    Queue position: a followed price is joined at the end of the queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.orders import ChildOrder, ParentOrder
from agents.strategies.rounds import within_tick
from agents.strategy import Actions, ChildReport, StrategyRun, VenueFacts, View
from venues.messages import ExecType, Terms, TimeInForce

POST_ONLY = Terms(post_only=True)

At = tuple[Literal["at"], int]

LOOK_AGAIN = 1_000_000
"""ns after which an order that could not be sent is tried again."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Rests a slice at one price; see the rules of the module.

    Attributes:
        venue: where; None: where it costs least.
    """

    venue: str | None = None

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Send one order and wait for what becomes of it."""
        venue = self.venue or cheapest_maker(view.lit, view.facts)
        while view.leaves:
            price = resting_price("rest", 0, parent, view, view.facts[venue].tick)
            if price is None:
                yield Actions(wake=("at", view.now + LOOK_AGAIN))
                continue
            _, reports = yield Actions(send=[ChildOrder(venue, view.leaves, price, TimeInForce.DAY, terms=POST_ONLY)])
            if any(report.report.exec_type is ExecType.REJECTED for report in reports):
                yield Actions(wake=("at", view.now + LOOK_AGAIN))


@dataclass(frozen=True, kw_only=True)
class Peg:
    """Rests a slice at a price that follows the market; see the rules of the module.

    Attributes:
        follow: primary or mid.
        offset: price units towards the market; negative: away from it.
        every: how often the market is looked at, ns.
        venue: where; None: where it costs least.
    """

    follow: Literal["primary", "mid"] = "primary"
    offset: int = 0
    every: int = 10_000_000
    venue: str | None = None

    def __call__(self, parent: ParentOrder, view: View) -> StrategyRun:
        """Send one order and follow the market with it."""
        venue = self.venue or cheapest_maker(view.lit, view.facts)
        order = _Resting()
        while True:
            price = resting_price(self.follow, self.offset, parent, view, view.facts[venue].tick)
            wake: At = ("at", view.now + self.every)
            if price is None or order.moving or (order.child_id is not None and price == order.price):
                actions = Actions(wake=wake)
            elif order.total and order.child_id is not None:
                order.price, order.moving = price, True
                actions = Actions(replace=[(order.child_id, order.total, price)], wake=wake)
            elif order.total:
                actions = Actions(wake=wake)  # it is on its way: its id comes with the first report
            else:
                order.price, order.total = price, view.leaves
                child = ChildOrder(venue, view.leaves, price, TimeInForce.DAY, terms=POST_ONLY)
                actions = Actions(send=[child], wake=wake)
            _, reports = yield actions
            for report in reports:
                order.hear(report)


class _Resting:
    """The one order of a slice, as its reports tell of it. ``total`` 0: there is none."""

    __slots__ = ("child_id", "moving", "price", "total")

    def __init__(self) -> None:
        self.child_id: int | None = None
        self.price = 0
        self.total = 0
        self.moving = False

    def hear(self, heard: ChildReport) -> None:
        """Take in a report."""
        kind = heard.report.exec_type
        if kind in (ExecType.REPLACED, ExecType.CANCEL_REJECTED):
            self.moving = False
        self.child_id = heard.child_id
        if kind is not ExecType.CANCEL_REJECTED and heard.report.leaves_qty == 0:
            self.child_id, self.total, self.moving = None, 0, False


def cheapest_maker(lit: Sequence[str], facts: Mapping[str, VenueFacts]) -> str:
    """The lit venue with the lowest maker fee; of equal ones the first."""
    return min(lit, key=lambda venue: facts[venue].maker_fee)


def resting_price(follow: str, offset: int, parent: ParentOrder, view: View, tick: int) -> int | None:
    """The price at which a slice rests now, on the tick; None: there is nothing to follow.

    ``follow`` is rest, primary or mid; ``offset`` in price units, positive towards the market.
    """
    side, best = int(parent.side), view.nbbo()
    if best is None:
        return None if follow != "rest" or parent.limit is None else within_tick(parent.limit, side, tick)
    near, far = best if side > 0 else best[::-1]
    outside = far - side * tick
    if follow == "rest":
        prices = [outside, near if parent.limit is None else parent.limit]
    else:
        wanted = ((near + far) // 2 if follow == "mid" else near) + side * offset
        prices = [outside, wanted] if parent.limit is None else [outside, wanted, parent.limit]
    return max(tick, within_tick(min(prices, key=lambda price: side * price), side, tick))
