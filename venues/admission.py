"""Whether an order may come in, and as what: the checks of docs/matching.md, section 2, in their order.

This is the careful path: orders with terms, orders at a venue where something special is about, and all refusals.
"""

from __future__ import annotations

from typing import Any

from venues.holdings import CLOSE, CONTINUOUS, FOK, IOC, OPG, Reports, working
from venues.ladder import RestingOrder, SpecialOrder, Standing
from venues.messages import (
    LARGEST_PRICE,
    BookState,
    ExecType,
    NewOrder,
    Peg,
    Reason,
    ReduceOrder,
    ReplaceOrder,
    Terms,
)
from venues.policies import (
    HaltOrders,
    IdReuse,
    OddLots,
    OffTick,
    PegWithoutReference,
    ReplaceQty,
    SmallerSize,
    StopThrough,
)
from venues.refusals import (
    fault_of_order,
    is_id,
    is_price,
    is_qty,
    is_whole,
    mended,
    mended_terms,
    refuse,
    terms_are_readable,
    terms_fit,
    unknown,
)
from venues.sessions import Sessions

NONE = Reason.NONE


class Coming:
    """An order at the door: checks may refuse it or change its price, and then they leave a note."""

    __slots__ = ("apart", "note", "order", "waits")

    def __init__(self, order: SpecialOrder, waits: bool, apart: bool) -> None:
        self.order = order
        self.waits = waits
        """Is it a stop that has not been triggered?"""
        self.apart = apart
        """Is it for a closing auction that has not begun?"""
        self.note = NONE
        """What was done to its price; the report that lets it in says so."""


class Admission(Sessions):
    """A book that looks at what comes before it lets it in."""

    __slots__ = ()

    # -- new orders -------------------------------------------------------------------------------

    def _submit_with_care(self, sent: NewOrder, now: int) -> Reports:
        reports = self.advance(now)
        fault = fault_of_order(sent, now)
        if fault:
            return [*reports, refuse(ExecType.REJECTED, sent, fault, now)]
        order = working(_without_idle_terms(mended(sent)))
        apart = order.time_in_force is CLOSE and self.state is not BookState.CLOSING_AUCTION
        coming = Coming(order, _is_stop(order.terms), apart)
        for check in (
            self._shut,
            self._off_tick,
            self._odd_lot,
            self._duplicate,
            self._out_of_place,
            self._outside_band,
            self._budget_too_small,
            self._without_reference,
            self._through_its_stop,
            self._would_take_liquidity,
        ):
            fault = check(coming)
            if fault:
                return [*reports, refuse(ExecType.REJECTED, sent, fault, now)]
        if self.policies.id_reuse is IdReuse.NEVER:
            self._used.add(order.order_id)
        reports.append(self._report(ExecType.NEW, order, now, coming.note))
        self._admit(coming, reports, now)
        return self._finish(reports, now)

    def _admit(self, coming: Coming, reports: Reports, now: int) -> None:
        if coming.waits:
            self._wait(coming.order, Standing.STOP)
        elif coming.apart:
            self._wait(coming.order, Standing.CLOSE)
        else:
            self._arrive(coming.order, reports, now)

    # -- the checks -------------------------------------------------------------------------------

    def _shut(self, _: Coming | None = None) -> Reason:
        if self.state is BookState.CLOSED:
            return Reason.VENUE_CLOSED
        halted = self.state is BookState.HALTED and self.policies.halt_orders is HaltOrders.REJECT
        return Reason.VENUE_HALTED if halted else NONE

    def _off_tick(self, coming: Coming) -> Reason:
        """Refuses or rounds limit and stop."""
        order = coming.order
        for field in ("price", "stop_px"):
            if field == "stop_px" and _trail(order)[0]:
                continue  # no tick holds for a stop that trails
            sent = getattr(order, field)
            price = self._passive(order.side, sent) if sent else sent
            if price == sent:
                continue
            if self.policies.off_tick is OffTick.REJECT or not 0 < price <= LARGEST_PRICE:
                return Reason.OFF_TICK
            setattr(order, field, price)
            coming.note = Reason.ROUNDED
        order.cap = order.price
        return NONE

    def _odd_lot(self, coming: Coming) -> Reason:
        return self._fault_of_lot(coming.order.leaves_qty)

    def _fault_of_lot(self, qty: int) -> Reason:
        odd = self.policies.odd_lots is OddLots.REJECT and qty % self.policies.lot
        return Reason.ODD_LOT if odd else NONE

    def _duplicate(self, coming: Coming) -> Reason:
        order_id = coming.order.order_id
        return Reason.DUPLICATE_ID if order_id in self._live or order_id in self._used else NONE

    def _out_of_place(self, coming: Coming) -> Reason:
        """Times in force and terms that this phase, or a batch venue, has no use for."""
        order, state = coming.order, self.state
        tif, terms = order.time_in_force, order.terms
        if tif is OPG and state is not BookState.PRE_OPEN and state is not BookState.OPENING_AUCTION:
            return Reason.NOT_IN_THIS_STATE
        needs_market = tif is FOK or (terms is not None and bool(terms.peg or terms.min_qty or terms.budget))
        if self._in_call and (needs_market or tif is IOC):
            return Reason.NOT_IN_THIS_STATE
        if self.policies.batch_interval and (needs_market or coming.waits):
            return Reason.NOT_IN_THIS_STATE
        return NONE

    def _outside_band(self, coming: Coming) -> Reason:
        """Refuses nothing: brings a limit to the band."""
        order = coming.order
        if self.state is CONTINUOUS and not coming.waits and not coming.apart:
            coming.note = self._limit_into_band(order) or coming.note
        return NONE

    def _budget_too_small(self, coming: Coming) -> Reason:
        terms = coming.order.terms
        if terms is None or not terms.budget:
            return NONE
        plan = self._plan(coming.order)
        nothing = not plan.traded and plan.stopped is Reason.BUDGET_SPENT
        return Reason.BUDGET_TOO_SMALL if nothing else NONE

    def _without_reference(self, coming: Coming) -> Reason:
        """Refuses a peg without one, or gives it its price."""
        order = coming.order
        if not order.peg:
            return NONE
        self._price_on_arrival(order)
        refused = order.price is None and self.policies.peg_without_reference is PegWithoutReference.CANCEL
        return Reason.NO_REFERENCE if refused else NONE

    def _price_on_arrival(self, order: SpecialOrder) -> None:
        """Give a peg its price; a discretionary one takes up to the midpoint when it comes, whatever the signal."""
        order.price = self._peg_price(order)
        order.discretionary_px = self._discretionary_price(order, order.price, arrives=True)
        self._pegged_to = None  # while no peg was here nobody kept it up; and the signal has its say in the cascade

    def _through_its_stop(self, coming: Coming) -> Reason:
        order = coming.order
        if not coming.waits:
            return NONE
        self._set_trail(order)
        refused = self.policies.stop_through is StopThrough.REJECT and self._is_through(order)
        return Reason.STOP_THROUGH if refused else NONE

    def _set_trail(self, order: SpecialOrder) -> None:
        if order.terms is not None and order.terms.trail:
            order.stop_px = self._trailing_stop(order) if self._matches else 0

    def _would_take_liquidity(self, coming: Coming) -> Reason:
        """Refuses a post-only order that would take, or moves its price."""
        if not self._matches or coming.waits or coming.apart:
            return NONE
        reason = self._keep_from_taking(coming.order)
        if reason is Reason.SLID:
            coming.note = reason
            return NONE
        return reason

    # -- replaces -----------------------------------------------------------------------------------

    def _replace_with_care(self, message: ReplaceOrder, now: int) -> Reports:
        reports = self.advance(now)
        order = self._own_order(message)
        if order is None:
            return [*reports, unknown(message, now)]
        fault = self._fault_of_replace(message, order, now)
        if fault:
            return [*reports, refuse(ExecType.CANCEL_REJECTED, message, fault, now)]
        qty = int(message.qty)
        leaves = qty - order.cum_qty if self.policies.replace_qty is ReplaceQty.TOTAL else qty
        coming = self._changed(order, message, leaves)
        fault = self._off_tick(coming) or self._fault_of_lot(qty)
        if fault:
            return [*reports, refuse(ExecType.CANCEL_REJECTED, message, fault, now)]
        if leaves <= 0:
            reports.append(self._end(order, Reason.REQUESTED, now))
            return self._finish(reports, now)
        self._outside_band(coming)
        if self._keeps_its_place(order, coming):
            self._change_in_place(order, coming, reports, now)
            return self._finish(reports, now)
        fault = self._come_back(order, coming)
        if fault:
            return [*reports, refuse(ExecType.CANCEL_REJECTED, message, fault, now)]
        self._leave(order)
        reports.append(self._report(ExecType.REPLACED, coming.order, now, coming.note))
        self._admit(coming, reports, now)
        return self._finish(reports, now)

    def _fault_of_replace(self, message: ReplaceOrder, order: RestingOrder, now: int) -> Reason:
        shut = self._shut()
        if shut:
            return shut
        if not is_qty(message.qty):
            return Reason.BAD_QTY
        if message.price is None:
            peg = order.terms is not None and order.terms.peg
            if not peg and not (order.standing is Standing.STOP and order.price is None):
                return Reason.BAD_PRICE
        elif not is_price(message.price):
            return Reason.BAD_PRICE
        return NONE if self._may_become(order, message, now) else Reason.BAD_TERMS

    def _may_become(self, order: RestingOrder, message: ReplaceOrder, now: int) -> bool:
        """Do the new terms agree with each other, and leave alone what a replace cannot change?"""
        if message.terms is None and order.terms is None:
            return True
        if message.terms is not None and not terms_are_readable(message.terms):
            return False
        total = int(message.qty) + (0 if self.policies.replace_qty is ReplaceQty.TOTAL else order.cum_qty)
        wanted = self._wanted(order, message, total)
        before, terms = order.terms or Terms(), wanted.terms or Terms()
        if (terms.peg, terms.budget, terms.display_qty == 0) != (before.peg, before.budget, before.display_qty == 0):
            return False
        stop, stop_before = ((t.stop_px, t.trail, t.trail_step) for t in (terms, before))
        if order.standing is Standing.STOP:
            same_kind = [bool(price) for price in stop[:2]] == [bool(price) for price in stop_before[:2]]
        else:
            same_kind = stop == stop_before
        return same_kind and terms_fit(wanted, now)

    def _wanted(self, order: RestingOrder, message: ReplaceOrder, qty: int) -> NewOrder:
        """The order that a replace asks for."""
        terms = order.terms if message.terms is None else mended_terms(message.terms)
        price = None if message.price is None else int(message.price)
        order_id, owner, side, tif = order.order_id, order.owner, order.side, order.time_in_force
        return _without_idle_terms(NewOrder(order_id, owner, side, qty, price, tif, terms))

    def _changed(self, order: RestingOrder, message: ReplaceOrder, leaves: int) -> Coming:
        """The order as the message wants it."""
        changed = working(self._wanted(order, message, leaves))
        changed.cum_qty = order.cum_qty
        changed.stop_px = order.stop_px
        waits = order.standing is Standing.STOP
        if waits and message.terms is not None and message.terms.stop_px:
            changed.stop_px = int(message.terms.stop_px)
        return Coming(changed, waits, order.standing is Standing.CLOSE)

    def _keeps_its_place(self, order: RestingOrder, coming: Coming) -> bool:
        changed = coming.order
        same_price = changed.price == (order.cap if isinstance(order, SpecialOrder) and order.peg else order.price)
        if coming.waits and (changed.stop_px != order.stop_px or _trail(changed) != _trail(order)):
            return False
        if not same_price:
            return False
        iceberg = order.terms is not None and bool(order.terms.display_qty)
        if iceberg and not coming.waits:
            return True
        return changed.leaves_qty <= order.leaves_qty and self.policies.smaller_size is SmallerSize.KEEPS

    def _change_in_place(self, order: RestingOrder, coming: Coming, reports: Reports, now: int) -> None:
        changed = coming.order
        self._shrink(order, changed.leaves_qty, self._still_shown(order, changed.leaves_qty))
        if changed.terms is not order.terms:
            order = self._give_terms(order, changed)
        reports.append(self._report(ExecType.REPLACED, order, now, coming.note))

    def _still_shown(self, order: RestingOrder, leaves: int) -> int:
        """What it shows after a change in place: a new peak counts from the next refresh."""
        return leaves if order.standing is Standing.MARKET else min(order.shown_qty, leaves)

    def _give_terms(self, order: RestingOrder, changed: SpecialOrder) -> RestingOrder:
        """Put other terms on an order where it stands."""
        if isinstance(order, SpecialOrder):
            order.terms = changed.terms
            self._register(order)
            self._pegged_to = None
            return order
        changed.standing, changed.shown_qty = Standing.DISPLAYED, order.shown_qty
        changed.place = order.previous.place
        self._side(order.side).swap(order, changed)
        self._special += 1
        self._live[order.order_id] = changed
        return changed

    def _come_back(self, order: RestingOrder, coming: Coming) -> Reason:
        """A replaced order that has lost its place comes as if new."""
        changed = coming.order
        if changed.peg:
            if self._matches:
                self._price_on_arrival(changed)
            else:
                assert isinstance(order, SpecialOrder), "a peg"
                changed.price, changed.discretionary_px = order.price, order.discretionary_px
        if coming.waits and _trail(changed) != _trail(order):
            self._set_trail(changed)
        return self._would_take_liquidity(coming)

    # -- reduces, cancels, nonsense -------------------------------------------------------------------

    def _reduce(self, message: ReduceOrder, now: int) -> Reports:
        reports = self.advance(now)
        order = self._own_order(message)
        if order is None:
            return [*reports, unknown(message, now)]
        if not is_whole(message.qty) or message.qty < 1:
            return [*reports, refuse(ExecType.CANCEL_REJECTED, message, Reason.BAD_QTY, now)]
        leaves = order.leaves_qty - int(message.qty)
        if leaves <= 0:
            reports.append(self._end(order, Reason.REQUESTED, now))
        else:
            self._shrink(order, leaves, min(order.shown_qty, leaves))
            reports.append(self._report(ExecType.REPLACED, order, now))
        return self._finish(reports, now)

    def _cancel_with_care(self, message: Any, now: int) -> Reports:
        reports = self.advance(now)
        order = self._own_order(message)
        if order is None:
            return [*reports, unknown(message, now)]
        reports.append(self._end(order, Reason.REQUESTED, now))
        return self._finish(reports, now)

    def _bad(self, message: Any, now: int) -> Reports:
        return [*self.advance(now), refuse(ExecType.REJECTED, message, Reason.BAD_MESSAGE, now)]

    def _own_order(self, message: Any) -> RestingOrder | None:
        """The live order that a message speaks of, if it is its sender's. 1.0 is not 1."""
        if not is_id(message.order_id) or not is_id(message.owner):
            return None
        order = self._live.get(int(message.order_id))
        return order if order is not None and order.owner == message.owner else None


def _is_stop(terms: Terms | None) -> bool:
    return terms is not None and bool(terms.stop_px or terms.trail)


def _trail(order: RestingOrder) -> tuple[int, int]:
    return (0, 0) if order.terms is None else (order.terms.trail, order.terms.trail_step)


def _without_idle_terms(order: NewOrder) -> NewOrder:
    """A market order has nothing to hide, and what ends at once shows no peaks: both are ignored."""
    terms = order.terms
    if terms is None or terms.display_qty is None:
        return order
    at_once = order.time_in_force is IOC or order.time_in_force is FOK
    market = order.price is None and terms.peg is Peg.NONE
    if market or (at_once and terms.display_qty):
        return order._replace(terms=terms._replace(display_qty=None))
    return order
