"""How an order meets the other side when something special is about: first a plan, then the deed.

A :class:`Plan` goes through the queue as matching would, on copies, and lists what would happen. Whoever must know
beforehand (fill-or-kill, minimum quantity, post-only, budget) reads the plan; the same plan is then carried out, so
that what was promised and what is done cannot differ.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from venues.holdings import (
    FOK,
    IOC,
    MAKER,
    TAKER,
    Holdings,
    Reports,
)
from venues.ladder import Ladder, Level, RestingOrder, SpecialOrder, Standing
from venues.messages import ExecType, Reason, Side
from venues.policies import (
    FokCounts,
    IcebergRefresh,
    MarketRemainder,
    MinQtyMode,
    OddLots,
    PostOnlyMeetsHidden,
    SelfTrade,
)


class Act(Enum):
    """What is done to a maker."""

    TRADE = "trade"
    CANCEL = "cancel"
    DECREMENT = "decrement"


class Step(NamedTuple):
    """One thing that happens while an order goes through the queue."""

    act: Act
    maker: RestingOrder
    qty: int
    price: int


class Bounds(NamedTuple):
    """Prices within which an order may trade whatever its limit says; None: no such bound."""

    lower: int | None = None
    upper: int | None = None

    def exclude(self, price: int) -> bool:
        """Is the price outside?"""
        return (self.lower is not None and price < self.lower) or (self.upper is not None and price > self.upper)


NO_BOUNDS = Bounds()


class Stand:
    """A maker while a plan is made: what it would still have."""

    __slots__ = ("leaves", "maker", "shown")

    def __init__(self, maker: RestingOrder, shown: int) -> None:
        self.maker = maker
        self.leaves = maker.leaves_qty
        self.shown = shown
        """What it trades at once."""


class Plan:
    """What would happen to an order that came now."""

    def __init__(self, order: SpecialOrder, budget: int | None, collar: Bounds, band: Bounds) -> None:
        self.side = order.side
        self.limit = order.limit
        self.steps: list[Step] = []
        self.leaves = order.leaves_qty
        self.traded = 0
        self.last_px: int | None = None
        self.budget = budget
        self.collar = collar
        self.band = band
        self.stopped = Reason.NONE
        """Why it went no further, although there was somebody to trade with."""
        self.passed: list[Stand] = []
        """Who was passed over and kept its place."""
        self.kept_apart: dict[int, Reason] = {}
        """Market orders with which it would have traded outside the collar or the band."""
        self.displayed: dict[int, int] = {}
        """What those that were met would still show."""

    @property
    def over(self) -> bool:
        """Nothing more will happen."""
        return not self.leaves or bool(self.stopped)

    def accepts(self, price: int) -> bool:
        """Does the order's limit accept this price?"""
        return self.limit is None or (self.limit - price) * int(self.side) >= 0

    def outside(self, price: int) -> Reason:
        """Which bound keeps the order from this price."""
        if self.collar.exclude(price):
            return Reason.PRICE_COLLAR
        return Reason.PRICE_BAND if self.band.exclude(price) else Reason.NONE

    def trade(self, stand: Stand, qty: int, price: int) -> None:
        """One more trade."""
        self.steps.append(Step(Act.TRADE, stand.maker, qty, price))
        self.traded += qty
        self.last_px = price
        if self.budget is not None:
            self.budget -= qty * price
        self.use_up(stand, qty)

    def use_up(self, stand: Stand, qty: int) -> None:
        """Both have so much less."""
        self.leaves -= qty
        stand.shown -= qty
        stand.leaves -= qty


class Crossing(Holdings):
    """Holdings that orders can be matched against."""

    __slots__ = ()

    # -- arriving -------------------------------------------------------------------------------

    def _arrive(self, order: SpecialOrder, reports: Reports, now: int) -> None:
        """Match the order and settle what is left of it; its NEW, REPLACED or TRIGGERED has been said."""
        if not self._matches or (order.peg and order.price is None):
            self._rest(order)
            return
        plan = self._plan(order)
        reason = self._why_not_trade(order, plan)
        if not reason and self._may_take(order):
            self._carry_out(plan, order, reports, now)
        self._settle(order, plan, reason, reports, now)

    def _may_take(self, order: SpecialOrder) -> bool:
        """Post-only orders take from hidden ones alone, and only where the venue says so."""
        post_only = order.terms is not None and order.terms.post_only
        return not post_only or self.policies.post_only_meets_hidden is PostOnlyMeetsHidden.EXECUTE

    def _why_not_trade(self, order: SpecialOrder, plan: Plan) -> Reason:
        """Fill-or-kill and minimum quantity: what would trade is not enough."""
        if order.time_in_force is FOK and not self._fills(order, plan):
            without_band = self._plan(order, banded=False)
            banded = without_band.traded == order.leaves_qty and self._fills(order, without_band, banded=False)
            return Reason.PRICE_BAND if banded else Reason.FOK_NOT_FILLABLE
        least = min(_min_qty(order), order.leaves_qty)
        if self.policies.min_qty is MinQtyMode.AGGREGATE and plan.traded < least:
            return Reason.MIN_QTY_NOT_MET
        return Reason.NONE

    def _fills(self, order: SpecialOrder, plan: Plan, banded: bool = True) -> bool:
        if plan.traded < order.leaves_qty:
            return False
        if self.policies.fok_counts is FokCounts.ALL:
            return True
        return self._plan(order, banded=banded, displayed_only=True).traded == order.leaves_qty

    def _carry_out(self, plan: Plan, order: SpecialOrder, reports: Reports, now: int) -> None:
        for act, maker, qty, price in plan.steps:
            if act is Act.TRADE:
                self._trade(maker, order, qty, price, reports, now)
            elif act is Act.CANCEL:
                reports.append(self._end(maker, Reason.SELF_TRADE, now))
            else:
                self._decrement(maker, order, qty, reports, now)
        if plan.stopped is Reason.SELF_TRADE:
            self._cancel_taker(order, Reason.SELF_TRADE, reports, now)
        if self._spent:
            self._show_spent(reports, now)

    def _trade(
        self, maker: RestingOrder, taker: SpecialOrder, qty: int, price: int, reports: Reports, now: int
    ) -> None:
        reports.append(self._traded(maker, price, qty, MAKER, now))
        reports.append(self._traded(taker, price, qty, TAKER, now))
        self._used_up(maker, qty, reports, now)
        self._taker_used_up(taker, qty, reports, now)
        self.last_px = price
        self._bands.trade(price, now)

    def _decrement(self, maker: RestingOrder, taker: SpecialOrder, qty: int, reports: Reports, now: int) -> None:
        """Both smaller without a trade, the resting one first."""
        for order in (maker, taker):
            if order.leaves_qty == qty:
                reports.append(self._report(ExecType.CANCELED, order, now, Reason.SELF_TRADE))
            else:
                smaller = self._report(ExecType.RESTATED, order, now, Reason.SELF_TRADE)
                left = smaller.leaves_qty - qty
                reports.append(smaller._replace(leaves_qty=left, order_qty=smaller.cum_qty + left))
        self._used_up(maker, qty, reports, now)
        self._taker_used_up(taker, qty, reports, now)

    def _taker_used_up(self, taker: RestingOrder, qty: int, reports: Reports, now: int) -> None:
        if taker.standing is Standing.NOWHERE:
            taker.leaves_qty -= qty
        else:  # a peg that followed the market trades from where it stands
            self._used_up(taker, qty, reports, now)

    # -- the remainder --------------------------------------------------------------------------

    def _settle(self, order: SpecialOrder, plan: Plan, killed: Reason, reports: Reports, now: int) -> None:
        """Let what is left rest, or cancel it and say why."""
        if not order.leaves_qty:
            return
        reason = self._why_not_rest(order, plan, killed)
        if not reason:
            if order.standing is Standing.NOWHERE:
                self._rest(order)
        else:
            self._cancel_taker(order, reason, reports, now)

    def _cancel_taker(self, order: SpecialOrder, reason: Reason, reports: Reports, now: int) -> None:
        reports.append(self._report(ExecType.CANCELED, order, now, reason))
        if order.standing is not Standing.NOWHERE:  # a peg that followed the market
            self._leave(order)
        order.leaves_qty = 0

    def _why_not_rest(self, order: SpecialOrder, plan: Plan, killed: Reason) -> Reason:
        if killed and killed is not Reason.MIN_QTY_NOT_MET:
            return killed
        market = order.price is None and not order.peg
        if order.time_in_force is IOC or order.time_in_force is FOK:
            otherwise = Reason.MARKET_REMAINDER if market else Reason.IOC_REMAINDER
            return killed or plan.stopped or otherwise
        if market:
            reason = self._market_remainder(order, plan)
            if reason:
                return reason
        return Reason.SELF_TRADE if self._would_cross_its_own(order) else Reason.NONE

    def _market_remainder(self, order: SpecialOrder, plan: Plan) -> Reason:
        """What becomes of the rest of a DAY or GTC market order; it may become a limit order by this."""
        if plan.stopped:
            return plan.stopped
        policy = self.policies.market_remainder
        budgeted = order.terms is not None and order.terms.budget
        if policy is MarketRemainder.CANCEL or budgeted:
            return Reason.MARKET_REMAINDER
        if policy is MarketRemainder.LAST_PRICE:
            if plan.last_px is None:
                return Reason.MARKET_REMAINDER
            order.price = max(1, self._passive(order.side, plan.last_px))
        return Reason.NONE

    def _would_cross_its_own(self, order: SpecialOrder) -> bool:
        """With self-trades skipped: would it rest at or through an order of its owner?"""
        if self.policies.self_trade is not SelfTrade.SKIP:
            return False
        return any(other.owner == order.owner for other in self._reached(self._facing(order.side), order))

    def _reached(self, ladder: Ladder, order: SpecialOrder) -> Iterator[RestingOrder]:
        """The orders of that side that this one's limit reaches."""
        yield from ladder.market
        for other in ladder.priced(ladder.hidden):
            assert other.price is not None
            if not _accepts(order, other.price):
                return
            yield other

    # -- the plan ---------------------------------------------------------------------------------

    def _plan(self, order: SpecialOrder, banded: bool = True, displayed_only: bool = False) -> Plan:
        """Go through the queue as matching would: at every step the first, from the top, that can trade now."""
        budget = order.terms.budget or None if order.terms is not None else None
        plan = Plan(order, budget, self._collar_of(order), self._band() if banded else NO_BOUNDS)
        for stand in self._met(self._facing(order.side), plan, displayed_only):
            first: tuple[Stand, ...] = (stand,)
            while not plan.over and any(self._meet(plan, order, each) for each in first):
                first = (*plan.passed, stand)
            if plan.over:
                break
            if stand.shown:
                plan.passed.append(stand)
        if plan.leaves and not plan.stopped:
            plan.stopped = next(iter(plan.kept_apart.values()), Reason.NONE)
        return plan

    def _met(self, ladder: Ladder, plan: Plan, displayed_only: bool) -> Iterator[Stand]:
        """The makers that the limit reaches in the order in which they are met; then those that come to meet it."""
        for stand in self._stands(ladder, displayed_only):
            maker = stand.maker
            if maker.standing is not Standing.MARKET and maker.price is not None and not plan.accepts(maker.price):
                break
            yield stand
        if not displayed_only:
            yield from self._stepping_up(ladder, plan)

    def _stepping_up(self, ladder: Ladder, plan: Plan) -> Iterator[Stand]:
        """Discretionary pegs short of the limit that go as far, in order of time."""
        limit, sign = plan.limit, ladder.sign
        if limit is None:
            return
        able = [
            order
            for _, _, order in ladder.hidden
            if order.discretionary_px is not None and (order.discretionary_px - limit) * sign >= 0
        ]
        for order in sorted(able, key=lambda order: order.place):
            if order.price is not None and not plan.accepts(order.price):
                yield _whole(order)

    def _meet(self, plan: Plan, order: SpecialOrder, stand: Stand) -> bool:
        """Plan what happens when the order meets this maker; False: they pass each other by."""
        maker, price = stand.maker, self._price_with(stand.maker, order, plan)
        own = maker.owner == order.owner and self.policies.self_trade is not SelfTrade.NONE
        if price is None or not stand.shown or (own and self.policies.self_trade is SelfTrade.SKIP):
            return False
        possible = min(stand.shown, plan.leaves)
        qty = possible if plan.budget is None else min(possible, self._affordable(plan.budget, price))
        least = min(_min_qty(maker), stand.leaves)
        if self.policies.min_qty is MinQtyMode.PER_INTERACTION:
            least = max(least, min(_min_qty(order), plan.leaves))
        if possible < least or 0 < qty < least:
            return False
        outside = plan.outside(price)
        if outside and maker.standing is Standing.MARKET:
            plan.kept_apart[maker.order_id] = outside
            return False
        plan.kept_apart.pop(maker.order_id, None)
        if outside or not qty:
            plan.stopped = outside or Reason.BUDGET_SPENT
        elif own:
            self._prevent(plan, stand, qty, price)
        else:
            plan.trade(stand, qty, price)
            if qty < possible:
                plan.stopped = Reason.BUDGET_SPENT
        at_once = self.policies.iceberg_refresh is IcebergRefresh.AT_ONCE
        plan.displayed[maker.order_id] = stand.leaves if at_once else stand.shown
        return True

    def _prevent(self, plan: Plan, stand: Stand, qty: int, price: int) -> None:
        """Plan what the venue does instead of a trade between two orders of one owner."""
        policy = self.policies.self_trade
        if policy is SelfTrade.DECREMENT:
            plan.steps.append(Step(Act.DECREMENT, stand.maker, qty, price))
            plan.use_up(stand, qty)
            return
        if policy is not SelfTrade.CANCEL_NEWEST:
            plan.steps.append(Step(Act.CANCEL, stand.maker, 0, price))
            stand.shown = stand.leaves = 0
        if policy is not SelfTrade.CANCEL_OLDEST:
            plan.stopped = Reason.SELF_TRADE

    def _affordable(self, budget: int, price: int) -> int:
        """What the rest of a budget buys, in whole lots."""
        lot = self.policies.lot if self.policies.odd_lots is OddLots.REJECT else 1
        return budget // price // lot * lot

    def _stands(self, ladder: Ladder, displayed_only: bool) -> Iterator[Stand]:
        """The makers in the order in which they are met, icebergs as often as they come."""
        for order in ladder.market:
            yield Stand(order, order.leaves_qty)
        if displayed_only:
            for key in reversed(ladder.keys):
                for shown in ladder.levels[key]:
                    yield Stand(shown, shown.shown_qty)
            return
        waiting, hidden = 0, ladder.hidden
        for key in reversed(ladder.keys):
            while waiting < len(hidden) and -hidden[waiting][0] > key:
                yield _whole(hidden[waiting][2])
                waiting += 1
            yield from self._stands_at(ladder.levels[key])
        for _, _, order in hidden[waiting:]:
            yield _whole(order)

    def _stands_at(self, level: Level) -> Iterator[Stand]:
        """The displayed orders of a level, then the reserves of those of which nothing shown is left."""
        reserves: deque[Stand] = deque()
        at_once = self.policies.iceberg_refresh is IcebergRefresh.AT_ONCE
        for order in level:
            stand = Stand(order, order.shown_qty)
            yield stand
            if not stand.shown and stand.leaves:
                reserves.append(stand)
        while reserves:
            stand = reserves.popleft()
            stand.shown = min(_peak(stand.maker), stand.leaves) if at_once else stand.leaves
            yield stand
            if not stand.shown and stand.leaves:
                reserves.append(stand)

    # -- prices -----------------------------------------------------------------------------------

    def _price_with(self, maker: RestingOrder, taker: SpecialOrder, plan: Plan) -> int | None:
        """At which price these two would trade now; None: at none."""
        if maker.standing is not Standing.MARKET:
            beyond = maker.price is not None and not plan.accepts(maker.price)
            return plan.limit if beyond else maker.price  # beyond: a discretionary peg comes to meet it
        best = self._best_left(self._side(maker.side), plan)
        if best is not None and plan.accepts(best):
            return best
        if plan.limit is not None:
            return plan.limit
        own = self._side(taker.side).best
        return own.price if own is not None else (plan.last_px or self.last_px or self.policies.reference_px or None)

    def _best_left(self, ladder: Ladder, plan: Plan) -> int | None:
        """The best displayed price of a side after what is planned already."""
        for key in reversed(ladder.keys):
            level = ladder.levels[key]
            if any(plan.displayed.get(order.order_id, 1) for order in level):
                return level.price
        return None

    def _band(self) -> Bounds:
        return Bounds(self._bands.lower, self._bands.upper) if self._bands.upper else NO_BOUNDS

    def _collar_of(self, order: SpecialOrder) -> Bounds:
        """How far from the displayed touch a market order may go; rounded into the collar."""
        width, touch = self.policies.collar, self._facing(order.side).best
        if not width or touch is None or order.price is not None:
            return NO_BOUNDS
        if order.side is Side.BUY:
            upper = touch.price * (10_000 + width) // 10_000
            return Bounds(None, upper - upper % self.tick_at(upper))
        lower = -(-touch.price * (10_000 - width) // 10_000)
        return Bounds(lower + -lower % self.tick_at(lower), None)

    def _into_band(self, side: Side, price: int) -> int:
        """A limit brought to the band if it is through it."""
        if not self._bands.upper:
            return price
        return min(price, self._bands.upper) if side is Side.BUY else max(price, self._bands.lower)


def _accepts(order: SpecialOrder, price: int) -> bool:
    """Does the order's limit accept this price?"""
    return order.price is None or (price <= order.price if order.side is Side.BUY else price >= order.price)


def _min_qty(order: RestingOrder) -> int:
    return 0 if order.terms is None else order.terms.min_qty


def _peak(order: RestingOrder) -> int:
    shown = None if order.terms is None else order.terms.display_qty
    return shown or order.leaves_qty


def _whole(order: RestingOrder) -> Stand:
    return Stand(order, order.leaves_qty)
