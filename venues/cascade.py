"""What follows from a command: trailing stops, stops, pegs, bands, limit state, in the order of docs/matching.md, 1."""

from __future__ import annotations

from collections import deque

from venues.crossing import Crossing
from venues.holdings import BUY, CONTINUOUS, FOK, IOC, Reports, further
from venues.ladder import RestingOrder, SpecialOrder
from venues.messages import ExecType, Peg, Reason, Side
from venues.policies import (
    DiscretionaryRest,
    PegReference,
    PegTime,
    PegWithoutReference,
    PostOnly,
    PostOnlyMeetsHidden,
    TriggerSource,
)


class Cascade(Crossing):
    """Crossing, and what it sets off."""

    __slots__ = ()

    def _finish(self, reports: Reports, now: int) -> Reports:
        """The end of a command that changed something."""
        self._touched = now
        if self.state is CONTINUOUS:
            while True:
                if self._matches and self._special:
                    self._cascade(reports, now)
                self._bands.follow(now)
                if not self._bands.moved:
                    break
                self._bring_into_band(reports, now)
            self._watch_limit_state(now)
        self._see_whether_plain()
        return reports

    def _cascade(self, reports: Reports, now: int) -> None:
        triggered: deque[SpecialOrder] = deque()
        while True:
            if self._stops:
                self._follow_trails(reports, now)
                triggered.extend(self._trigger(reports, now))
            followed = self._follow_pegs(reports, now)
            if triggered:
                self._go(triggered.popleft(), reports, now)
            elif not followed:
                return

    # -- stops ------------------------------------------------------------------------------------

    def _follow_trails(self, reports: Reports, now: int) -> None:
        for order in self._stops.values():
            assert order.terms is not None
            stop = self._trailing_stop(order)
            if not stop:
                continue
            gain = (order.stop_px - stop) * int(order.side)
            if not order.stop_px or gain >= max(1, order.terms.trail_step):
                order.stop_px = stop
                reports.append(self._report(ExecType.RESTATED, order, now, Reason.TRAIL))

    def _trailing_stop(self, order: SpecialOrder) -> int:
        """Where its distance puts the stop now; 0: there is no touch, or it does not trail."""
        assert order.terms is not None
        touch = self._facing(order.side).best
        if not order.terms.trail or touch is None:
            return 0
        return max(1, touch.price + order.terms.trail * int(order.side))

    def _trigger(self, reports: Reports, now: int) -> list[SpecialOrder]:
        """Take the stops that the market is through out of the waiting ones, in order of entry."""
        through = [order for order in self._stops.values() if self._is_through(order)]
        for order in through:
            self._leave(order)
            order.stop_px = 0
            reason = self._limit_into_band(order)
            reports.append(self._report(ExecType.TRIGGERED, order, now, reason))
        return through

    def _is_through(self, order: SpecialOrder) -> bool:
        stop, source = order.stop_px, self.policies.trigger
        if not stop:
            return False
        if source is TriggerSource.LAST:
            return bool(self.last_px) and (self.last_px - stop) * int(order.side) >= 0
        bid, _, ask, _ = self.top()
        if source is TriggerSource.MID:
            return bool(bid and ask) and (bid + ask - 2 * stop) * int(order.side) >= 0
        quote = ask if order.side is BUY else bid
        return bool(quote) and (quote - stop) * int(order.side) >= 0

    def _limit_into_band(self, order: SpecialOrder) -> Reason:
        """Bring a limit order's limit to the band; IOC and FOK keep theirs."""
        if order.price is None or order.peg or order.time_in_force is IOC or order.time_in_force is FOK:
            return Reason.NONE
        inside = self._into_band(order.side, order.price)
        if inside == order.price:
            return Reason.NONE
        order.price = inside
        return Reason.PRICE_BAND

    def _go(self, order: SpecialOrder, reports: Reports, now: int) -> None:
        """A triggered order comes to market."""
        reason = self._keep_from_taking(order)
        if reason is Reason.POST_ONLY:
            reports.append(self._report(ExecType.CANCELED, order, now, reason))
            return
        if reason:
            reports.append(self._report(ExecType.RESTATED, order, now, reason))
        self._arrive(order, reports, now)

    # -- post-only ----------------------------------------------------------------------------------

    def _keep_from_taking(self, order: SpecialOrder) -> Reason:
        """POST_ONLY: it would take and may not; SLID: its price has been moved so that it does not."""
        if order.terms is None or not order.terms.post_only:
            return Reason.NONE
        facing, sent = self._facing(order.side), order.price
        assert sent is not None
        if facing.market:
            return Reason.POST_ONLY
        slid = facing.best is not None and (sent - facing.best.price) * int(order.side) >= 0
        if slid:
            assert facing.best is not None
            away = self._passive(order.side, facing.best.price - int(order.side))
            if self.policies.post_only is PostOnly.REJECT or away < 1:
                return Reason.POST_ONLY
            order.price = away
        if self.policies.post_only_meets_hidden is PostOnlyMeetsHidden.REJECT and self._would_take(order):
            order.price = sent
            return Reason.POST_ONLY
        return Reason.SLID if slid else Reason.NONE

    def _would_take(self, order: SpecialOrder) -> bool:
        plan = self._plan(order)
        acts = bool(plan.steps) or plan.stopped is Reason.SELF_TRADE
        return acts and not self._why_not_trade(order, plan)

    # -- pegs -----------------------------------------------------------------------------------------

    def _follow_pegs(self, reports: Reports, now: int) -> bool:
        """Give all pegs the price that their reference says now; those that moved may trade. True: one did move."""
        reference = (*self._peg_reference(), self._bands.lower, self._bands.upper, *self._crumbling)
        if reference == self._pegged_to:
            return False
        self._pegged_to = reference
        moved = [order for order in self._pegs() if self._pegged_at(order) != (order.price, order.discretionary_px)]
        for order in moved:
            price, order.discretionary_px = self._pegged_at(order)
            if price != order.price:
                self._move_peg(order, price, reports, now)
        for order in moved:
            if order.order_id in self._live and order.price is not None:
                plan = self._plan(order)
                reason = self._why_not_trade(order, plan)
                if not reason:
                    self._carry_out(plan, order, reports, now)
                self._settle(order, plan, reason, reports, now)
        return bool(moved)

    def _pegs(self) -> list[SpecialOrder]:
        """Those with a price in order of priority, buys first; then those without by place."""
        bids, asks = self._bids, self._asks
        active = [order for _, _, order in (*bids.hidden, *asks.hidden) if order.peg]
        return active + sorted(bids.inactive + asks.inactive, key=lambda order: order.place)

    def _move_peg(self, order: SpecialOrder, price: int | None, reports: Reports, now: int) -> None:
        if price is None and self.policies.peg_without_reference is PegWithoutReference.CANCEL:
            reports.append(self._end(order, Reason.NO_REFERENCE, now))
            return
        self._stand_down(order)
        order.price = price
        if self.policies.peg_time is PegTime.NEW:
            order.place = self._next_place()
        self._stand(order)
        reports.append(self._report(ExecType.RESTATED, order, now, Reason.PEG))

    def _pegged_at(self, order: SpecialOrder) -> tuple[int | None, int | None]:
        """What a peg's price and its discretionary price should be now."""
        price = self._peg_price(order)
        return price, self._discretionary_price(order, price)

    def _peg_reference(self) -> tuple[int, int]:
        if self.policies.peg_reference is PegReference.NATIONAL:
            return self._national
        bid, _, ask, _ = self.top()
        return bid, ask

    def _peg_price(self, order: SpecialOrder) -> int | None:
        """What a peg is worth now: reference, offset, cap, rounding, band; None without a reference."""
        assert order.terms is not None
        price = self._followed(order)
        if price is None:
            return None
        price += int(order.side) * order.terms.peg_offset
        if order.cap is not None:
            price = min(price, order.cap) if order.side is BUY else max(price, order.cap)
        if order.peg is not Peg.MIDPOINT and price > 0:
            price = self._passive(order.side, price)
        return max(1, self._into_band(order.side, price))

    def _followed(self, order: SpecialOrder) -> int | None:
        """The price that a peg follows, None while there is none."""
        if order.peg is Peg.MIDPOINT:
            return self._midpoint(order.side)
        if order.peg is Peg.DISCRETIONARY:
            return self._outside_quote(order.side)
        bid, ask = self._peg_reference()
        return (bid if (order.peg is Peg.PRIMARY) == (order.side is BUY) else ask) or None

    def _midpoint(self, side: Side) -> int | None:
        """Half way, rounded passively to the price unit; None while a side is missing or they are crossed."""
        bid, ask = self._peg_reference()
        if not bid or not ask or bid > ask:
            return None
        return (bid + ask) // 2 if side is BUY else -(-(bid + ask) // 2)

    def _outside_quote(self, side: Side) -> int | None:
        """Where a discretionary peg without a cap rests; None: there is no quote on its side."""
        bid, ask = self._peg_reference()
        own, other = (bid, ask) if side is BUY else (ask, bid)
        if not own:
            return None
        locked = bool(other) and (own - other) * int(side) >= 0
        if not locked and self.policies.discretionary_rest is DiscretionaryRest.AT_QUOTE:
            return own
        return self._passive(side, (other if locked else own) - int(side))

    def _discretionary_price(self, order: SpecialOrder, price: int | None, arrives: bool = False) -> int | None:
        """How far a discretionary peg that rests at ``price`` goes; None of other orders, and without a price."""
        if order.peg is not Peg.DISCRETIONARY or price is None:
            return None
        middle = self._midpoint(order.side)
        crumbles = self._crumbling[order.side is not BUY]
        if middle is None or (crumbles and not arrives):
            return price
        if order.cap is not None:
            middle = min(middle, order.cap) if order.side is BUY else max(middle, order.cap)
        return further(order.side, price, self._into_band(order.side, middle))

    # -- bands ------------------------------------------------------------------------------------------

    def _bring_into_band(self, reports: Reports, now: int) -> None:
        """Move resting orders that are through the band to it: buys first, each side in order of priority."""
        self._bands.moved = False
        for ladder in (self._bids, self._asks):
            for order in list(ladder.priced(ladder.hidden)):
                peg = isinstance(order, SpecialOrder) and order.peg
                if order.price is None or peg or order.time_in_force is IOC:
                    continue
                inside = self._into_band(order.side, order.price)
                if inside == order.price:
                    break
                self._move(order, inside)
                reports.append(self._report(ExecType.RESTATED, order, now, Reason.PRICE_BAND))

    def _move(self, order: RestingOrder, price: int) -> None:
        """To another price, with a new place."""
        shown, ladder = order.shown_qty, self._side(order.side)
        if not isinstance(order, SpecialOrder):
            ladder.unlink(order, shown)
            ladder.link(order, price * ladder.sign, shown)
            return
        self._stand_down(order)
        order.price, order.place = price, self._next_place()
        self._stand(order)
        self._shrink(order, order.leaves_qty, shown)

    def _watch_limit_state(self, now: int) -> None:
        """Does the displayed best stand at the band? Since when?"""
        bid, _, ask, _ = self.top()
        upper, lower = self._bands.upper, self._bands.lower
        at_limit = bool(upper) and (bid >= upper or 0 < ask <= lower)
        if not at_limit:
            self._limit_since = None
        elif self._limit_since is None:
            self._limit_since = now
