"""The pure machine of a dark pool: crosses at the midpoint of the reference it is given.

Rules
    One-sided or crossed reference: no cross. Locked: at the locked price.
    Orders never show. Among the orders whose limits accept the midpoint the pool's priority decides (`priority`: time,
    or size then time); a market order has no limit. An order keeps its time when it gets smaller at the same limit; by
    size it is always ranked by what is open now.
    Plain orders, DAY, GTC, IOC or FOK, and a minimum execution size (`terms.min_qty`): other terms and times in force
    are refused (NOT_SUPPORTED). No two orders trade fewer shares than the minimum of either, or than the pool's
    (`min_execution`), but for the whole rest of an order, which is always enough for it. With `min_qty: aggregate` all
    trades that an order makes when it comes count together; resting orders count each.
    An order trades with the first it may trade with, again and again; who cannot trade blocks nobody. FOK counts
    exactly these trades.
    IOC and FOK end at once; DAY and GTC rest and are tried again when the reference moves while both sides rest, and,
    where there are minimum sizes, when an order got smaller. Then sells, in priority, meet buys, in priority.
    A cross is told with the order that arrived (or lost its place by a replace) later as the taker.
    Conditional orders: `venues.conditional`; firm orders trade with each other first. The answer to an invitation has
    the id, owner and side of the conditional order and takes its place; its size, limit and minimum are its own.
    What a message does comes after everything that was due before it: overdue invitations lapse first.
    In a halt or closed pool nothing crosses and nobody is invited; cancels and reductions are taken.

Cost
    A message looks at every order of the other side.

Does not model
    Pegs, hidden ranks within the pool, self-trade prevention, categories of counterparties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from venues.conditional import ConditionalOrders
from venues.dark_orders import DarkOrder, filled, said, standing, tradable
from venues.indications import IndicationDesk, indication
from venues.messages import (
    AskIndications,
    BookState,
    CancelOrder,
    ConditionalOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.policies import MinQtyMode
from venues.pool_policies import PLAIN_POOL, Conditionals, Indications, PoolPolicies, Priority, Unanswered
from venues.refusals import fault_of_fields, is_id, is_whole, mended, refuse, terms_are_readable

TIMES_IN_FORCE = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
"""What a pool takes."""

BUY, SELL = Side.BUY, Side.SELL
Reports = list[ExecutionReport]
Plan = list[tuple[DarkOrder, int]]
"""(whom an order trades with, shares), in order."""


class MidpointBook:
    """The pool's book: `set_reference`, then messages. ``tick``: price units, even, for whole midpoints.

    Args:
        min_qty: smallest order, shares: a firm one, a conditional one, an answer.

    >>> book = MidpointBook(tick=100)
    >>> _ = book.set_reference(100_0000, 100_0300, now=0)
    >>> _ = book.handle(NewOrder(1, 7, Side.SELL, 500, None), now=0)
    >>> [(r.last_qty, r.last_px) for r in book.handle(NewOrder(2, 8, Side.BUY, 200, 100_0200, TimeInForce.IOC), now=1)]
    [(0, 0), (200, 1000150), (200, 1000150)]
    """

    def __init__(self, tick: int = 100, min_qty: int = 1, policies: PoolPolicies = PLAIN_POOL) -> None:
        if tick % 2 or tick <= 0:
            raise ValueError(f"tick = {tick}: a pool needs an even tick above zero, so that midpoints are whole units")
        self.tick = tick
        self.min_qty = min_qty
        self.policies = policies
        self.state = BookState.CONTINUOUS
        self.midpoint: int | None = None
        """Price units; None: no two-sided reference."""
        self._resting: dict[Side, dict[int, DarkOrder]] = {BUY: {}, SELL: {}}
        self._conditional = ConditionalOrders()
        self._indications = IndicationDesk(policies.indications, policies.indication_step)
        self._arrivals = count()
        self._has_minima = policies.min_execution > 1
        self._rank: Callable[[DarkOrder], Any] = _by_time if policies.priority is Priority.TIME else _by_size

    def __len__(self) -> int:
        return len(self._resting[BUY]) + len(self._resting[SELL]) + len(self._conditional)

    @property
    def both_sides_rest(self) -> bool:
        """Could a move of the reference make orders trade with each other, or invite one?"""
        if self.state is not BookState.CONTINUOUS:
            return False
        buys, sells = self._resting[BUY], self._resting[SELL]
        if not self._conditional:
            return bool(buys) and bool(sells)
        waiting = self._conditional
        return bool(buys or waiting.of_side(BUY)) and bool(sells or waiting.of_side(SELL))

    def find(self, order_id: int) -> DarkOrder | None:
        """The live order with this id, firm or conditional, if any."""
        if not is_id(order_id):
            return None
        firm = self._resting[BUY].get(order_id) or self._resting[SELL].get(order_id)
        return firm or self._conditional.waiting.get(order_id)

    def is_invited(self, order_id: int) -> bool:
        """Is this a conditional order whose answer is out?"""
        return self._conditional.is_invited(order_id)

    def next_at(self) -> int | None:
        """When the book has something to do by itself, ns; None: never."""
        deadline = self._conditional.next_deadline()
        return None if deadline is None else deadline + 1  # the deadline itself is in time

    # -- what is done to it ------------------------------------------------------------------------

    def handle(self, message: Any, now: int) -> Reports:
        """Answer any message, after what was due before it."""
        handler = _HANDLERS.get(type(message))
        reports = self.advance(now) if self._conditional else []
        if handler is None:
            reports.append(refuse(ExecType.REJECTED, message, Reason.BAD_MESSAGE, now))
        else:
            handler(self, message, reports, now)
        return self._told(reports, now)

    def submit(self, order: NewOrder, now: int) -> Reports:
        """Take a new order: acknowledge, cross, rest or cancel the remainder."""
        return self.handle(order, now)

    def advance(self, now: int) -> Reports:
        """Let the invitations lapse whose deadline has passed."""
        reports: Reports = []
        for order in self._conditional.overdue(now):
            self._lapse(reports, order, now)
        if reports:
            self._settle(reports, now)
        return self._told(reports, now)

    def set_reference(self, bid: int, ask: int, now: int) -> Reports:
        """Take a new reference (0: that side is empty); orders that now agree trade, or are invited."""
        two_sided = bid > 0 and ask > 0 and bid <= ask
        midpoint = (bid + ask) // 2 if two_sided else None
        if midpoint == self.midpoint:
            return []
        reports = self.advance(now) if self._conditional else []
        self.midpoint = midpoint
        self._settle(reports, now)
        return self._told(reports, now)

    def set_state(self, state: BookState, now: int) -> Reports:
        """Open, halt or close; closing ends DAY and conditional orders, buys before sells, oldest first.

        Opening crosses what stayed. Every other state is a halt: orders stay, cancels are taken, nothing crosses.
        """
        reports = self.advance(now) if self._conditional else []
        self.state = state
        if state is BookState.CONTINUOUS:
            self._settle(reports, now)
        elif state is BookState.CLOSED:
            reports += [self._take_out(order, Reason.SESSION_END, now) for order in self._ending()]
        return self._told(reports, now)

    # -- messages ----------------------------------------------------------------------------------

    def _submit(self, order: NewOrder, reports: Reports, now: int) -> None:
        reason = _unreadable(order)
        if not reason:
            order = mended(order)
            reason = self._fault(order)
        if reason:
            reports.append(refuse(ExecType.REJECTED, order, reason, now))
        elif self._conditional and self._conditional.is_invited(order.order_id):
            self._firm_up(order, reports, now)
        else:
            entry = DarkOrder(order, next(self._arrivals))
            reports.append(said(ExecType.NEW, OrdStatus.NEW, entry, now))
            self._take_in(entry, reports, now)

    def _firm_up(self, order: NewOrder, reports: Reports, now: int) -> None:
        """The answer to an invitation: it takes the conditional order's place."""
        conditional, _ = self._conditional.answered(order.order_id)
        entry = DarkOrder(order, conditional.arrival)
        reports.append(said(ExecType.NEW, OrdStatus.NEW, entry, now, Reason.FIRMED_UP))
        self._take_in(entry, reports, now)

    def _take_in(self, entry: DarkOrder, reports: Reports, now: int) -> None:
        """What is done with a firm order that has come: cross, rest or cancel the remainder."""
        if entry.min_qty > 1:
            self._has_minima = True
        plan = self._plan(entry, incoming=True)
        if entry.time_in_force is TimeInForce.FOK and sum(qty for _, qty in plan) < entry.leaves_qty:
            reports.append(self._ended(entry, Reason.FOK_NOT_FILLABLE, now))
        else:
            alone = not plan
            self._trade(reports, entry, plan, now)
            if not entry.leaves_qty:
                self._conditional.end_negotiation(entry.order_id)
            elif entry.is_immediate and not self._conditional.partner_is_out(entry.order_id):
                unmet = alone and bool(entry.min_qty) and bool(self._partners(entry))
                reports.append(self._ended(entry, Reason.MIN_QTY_NOT_MET if unmet else Reason.IOC_REMAINDER, now))
            else:
                self._resting[entry.side][entry.order_id] = entry
        self._settle_special(reports, now)

    def _place_conditional(self, message: ConditionalOrder, reports: Reports, now: int) -> None:
        """Let it wait, and invite it at once if somebody is there."""
        order = as_order(message)
        reason = Reason.NOT_SUPPORTED if self.policies.conditionals is Conditionals.NONE else _unreadable(order)
        if not reason:
            order = mended(order)
            reason = self._fault(order, conditional=True)
        if reason:
            reports.append(refuse(ExecType.REJECTED, message, reason, now))
            return
        entry = DarkOrder(order, next(self._arrivals))
        self._conditional.waiting[entry.order_id] = entry
        reports.append(said(ExecType.NEW, OrdStatus.NEW, entry, now, Reason.CONDITIONAL))
        self._settle_special(reports, now)

    def _cancel(self, message: CancelOrder, reports: Reports, now: int) -> None:
        """Cancel what is open of a live order of that owner."""
        order = self._own(message, reports, now)
        if order is not None:
            reports.append(self._take_out(order, Reason.REQUESTED, now))
            self._settle_special(reports, now)

    def _reduce(self, message: ReduceOrder, reports: Reports, now: int) -> None:
        """Take shares out of a live order, which keeps its time."""
        order = self._own(message, reports, now)
        if order is None:
            return
        if not is_whole(message.qty) or message.qty < 1:
            reports.append(refuse(ExecType.CANCEL_REJECTED, message, Reason.BAD_QTY, now))
            return
        if message.qty >= order.leaves_qty:
            reports.append(self._take_out(order, Reason.REQUESTED, now))
        else:
            order.leaves_qty -= int(message.qty)
            reports.append(said(ExecType.REPLACED, standing(order), order, now))
        self._settle_special(reports, now)

    def _replace(self, message: ReplaceOrder, reports: Reports, now: int) -> None:
        """Change total quantity, limit and minimum: no larger with all else the same keeps its time, else it is new."""
        order = self._own(message, reports, now)
        if order is None:
            return
        wanted = NewOrder(
            *(order.order_id, order.owner, order.side, message.qty, message.price, order.time_in_force, message.terms)
        )
        reason = _unreadable(wanted)
        if not reason:
            wanted = mended(wanted)
            reason = self._fault(wanted, replaced=order)
        if reason:
            reports.append(refuse(ExecType.CANCEL_REJECTED, message, reason, now))
        elif wanted.qty <= order.cum_qty:
            reports.append(self._take_out(order, Reason.REQUESTED, now))
            self._settle_special(reports, now)
        else:
            self._put_back(order, wanted, reports, now)

    def _put_back(self, order: DarkOrder, wanted: NewOrder, reports: Reports, now: int) -> None:
        entry = DarkOrder(wanted, order.arrival, order.cum_qty)
        if wanted.terms is None:
            entry.min_qty = order.min_qty  # a total below it is all right: the whole rest is always enough
        keeps = (entry.limit, entry.min_qty) == (order.limit, order.min_qty) and entry.leaves_qty <= order.leaves_qty
        if keeps:
            order.leaves_qty = entry.leaves_qty
        reports.append(said(ExecType.REPLACED, standing(entry), entry, now))
        if keeps:
            self._settle_special(reports, now)
            return
        entry.arrival = next(self._arrivals)
        if order.order_id in self._conditional.waiting:
            entry.lapsed = order.lapsed
            self._conditional.waiting[order.order_id] = entry
            self._settle_special(reports, now)
        else:
            del self._resting[order.side][order.order_id]
            self._take_in(entry, reports, now)

    def _ask_indications(self, message: AskIndications, reports: Reports, now: int) -> None:
        """Begin or end to tell an owner of the others' interest; :meth:`_told` tells it."""
        if self.policies.indications is Indications.NONE or not isinstance(message.wanted, bool):
            known = self.policies.indications is not Indications.NONE
            reason = Reason.BAD_MESSAGE if known else Reason.NOT_SUPPORTED
            reports.append(refuse(ExecType.REJECTED, message, reason, now))
        elif message.wanted:
            self._indications.ask(message.owner)
        else:
            self._indications.forget(message.owner)
            reports += [indication(message.owner, side, 0, now) for side in (BUY, SELL)]

    # -- what is wrong -----------------------------------------------------------------------------

    def _fault(self, order: NewOrder, replaced: DarkOrder | None = None, conditional: bool = False) -> Reason:
        if self.state is not BookState.CONTINUOUS:
            return Reason.VENUE_CLOSED if self.state is BookState.CLOSED else Reason.VENUE_HALTED
        if order.time_in_force not in TIMES_IN_FORCE or not _only_a_minimum(order.terms):
            return Reason.NOT_SUPPORTED
        if order.terms is not None and order.terms.min_qty > order.qty:
            return Reason.BAD_TERMS
        if order.qty < self.min_qty:
            return Reason.BELOW_MINIMUM
        if order.price is not None and order.price % (self.tick // 2):
            return Reason.OFF_TICK
        if replaced is not None:
            return Reason.NONE
        live = self.find(order.order_id)
        answers = live is not None and not conditional and self._is_answer(order, live)
        if live is not None and not answers:
            return Reason.DUPLICATE_ID
        only = self.policies.conditionals is Conditionals.ONLY
        return Reason.CONDITIONAL_ONLY if only and not conditional and not answers else Reason.NONE

    def _is_answer(self, order: NewOrder, live: DarkOrder) -> bool:
        invited = self._conditional.is_invited(live.order_id)
        return invited and (order.owner, order.side) == (live.owner, live.side)

    def _own(self, message: Any, reports: Reports, now: int) -> DarkOrder | None:
        """The live order of a message's owner; else a refusal."""
        order = self.find(message.order_id)
        if order is not None and order.owner == message.owner:
            return order
        reports.append(refuse(ExecType.CANCEL_REJECTED, message, Reason.UNKNOWN_ORDER, now))
        return None

    # -- crossing ----------------------------------------------------------------------------------

    def _partners(self, entry: DarkOrder) -> list[DarkOrder]:
        """Resting orders that agree with the entry on the midpoint, in priority."""
        midpoint = self.midpoint
        if midpoint is None or not entry.accepts(midpoint):
            return []
        contra = SELL if entry.side is BUY else BUY
        return sorted((order for order in self._resting[contra].values() if order.accepts(midpoint)), key=self._rank)

    def _plan(self, entry: DarkOrder, incoming: bool = False) -> Plan:
        """Whom the entry would trade with, and how much."""
        together = incoming and self.policies.min_qty is MinQtyMode.AGGREGATE
        least, venue_least = 0 if together else entry.min_qty, self.policies.min_execution
        partners, leaves = self._partners(entry), entry.leaves_qty
        plan: Plan = []
        while leaves:
            match = next(((o, qty) for o in partners if (qty := tradable(leaves, least, o, venue_least))), None)
            if match is None:
                break
            plan.append(match)
            partners.remove(match[0])  # one of the two is done
            leaves -= match[1]
        enough = not together or entry.leaves_qty - leaves >= min(entry.min_qty, entry.leaves_qty)
        return plan if enough else []

    def _trade(self, reports: Reports, entry: DarkOrder, plan: Plan, now: int) -> None:
        midpoint = self.midpoint
        for other, traded in plan:
            assert midpoint is not None
            maker, taker = (other, entry) if other.arrival < entry.arrival else (entry, other)
            for order, liquidity in ((maker, Liquidity.MAKER), (taker, Liquidity.TAKER)):
                order.leaves_qty -= traded
                order.cum_qty += traded
                reports.append(filled(order, midpoint, traded, liquidity, now))
            if not other.leaves_qty:
                self._leave(other)

    def _settle(self, reports: Reports, now: int) -> None:
        """Until nothing moves: resting orders that agree trade, whom nobody waits for leaves, then come invitations."""
        if self.midpoint is not None and self.both_sides_rest:
            before = -1
            while len(reports) > before:
                before = len(reports)
                for order in sorted(self._resting[SELL].values(), key=self._rank):
                    self._trade(reports, order, self._plan(order), now)
                    if not order.leaves_qty:
                        self._leave(order)
        if self._conditional or self.policies.conditionals is not Conditionals.NONE:
            self._release(reports, now)
            self._invite(reports, now)

    def _settle_special(self, reports: Reports, now: int) -> None:
        """After a message: a plain pool has settled by then."""
        if self._has_minima or self.policies.conditionals is not Conditionals.NONE:
            self._settle(reports, now)

    def _release(self, reports: Reports, now: int) -> None:
        """Answers that do not rest end when nobody's answer is out any more for them."""
        for order in self._firm():
            if order.is_immediate and not self._conditional.partner_is_out(order.order_id):
                reports.append(self._take_out(order, Reason.IOC_REMAINDER, now))

    def _invite(self, reports: Reports, now: int) -> None:
        if self.midpoint is None or self.state is not BookState.CONTINUOUS or not self._conditional:
            return
        deadline, least = now + self.policies.firm_up, self.policies.min_execution
        for order in self._conditional.invite(self._firm(), self.midpoint, deadline, self._rank, least):
            reports.append(said(ExecType.INVITED, OrdStatus.NEW, order, now, Reason.INVITATION))

    def _lapse(self, reports: Reports, order: DarkOrder, now: int) -> None:
        self._conditional.take_out(order.order_id)
        if self.policies.unanswered is Unanswered.CANCEL:
            reports.append(self._ended(order, Reason.FIRM_UP_LAPSED, now))
            return
        order.arrival = order.lapsed = next(self._arrivals)
        self._conditional.waiting[order.order_id] = order
        reports.append(said(ExecType.RESTATED, OrdStatus.NEW, order, now, Reason.FIRM_UP_LAPSED))

    # -- who is there ------------------------------------------------------------------------------

    def _firm(self) -> list[DarkOrder]:
        return [*self._resting[BUY].values(), *self._resting[SELL].values()]

    def _ending(self) -> list[DarkOrder]:
        """Whom the close ends: buys before sells, oldest first."""
        return [
            order
            for side in (BUY, SELL)
            for order in sorted((*self._resting[side].values(), *self._conditional.of_side(side)), key=_by_time)
            if order.time_in_force is not TimeInForce.GTC
        ]

    def _take_out(self, order: DarkOrder, reason: Reason, now: int) -> ExecutionReport:
        self._leave(order)
        return self._ended(order, reason, now)

    def _leave(self, order: DarkOrder) -> None:
        if self._resting[order.side].pop(order.order_id, None) is None:
            self._conditional.take_out(order.order_id)
        else:
            self._conditional.end_negotiation(order.order_id)

    def _ended(self, order: DarkOrder, reason: Reason, now: int) -> ExecutionReport:
        self._conditional.end_negotiation(order.order_id)
        return said(ExecType.CANCELED, OrdStatus.CANCELED, order, now, reason)

    def _told(self, reports: Reports, now: int) -> Reports:
        """The reports, and what they change of the indications."""
        if self._indications:
            everybody: Iterable[DarkOrder] = (*self._firm(), *self._conditional.waiting.values())
            reports += self._indications.changes(everybody, now)
        return reports


_HANDLERS: dict[type, Callable[[MidpointBook, Any, Reports, int], None]] = {
    NewOrder: MidpointBook._submit,
    ConditionalOrder: MidpointBook._place_conditional,
    CancelOrder: MidpointBook._cancel,
    ReplaceOrder: MidpointBook._replace,
    ReduceOrder: MidpointBook._reduce,
    AskIndications: MidpointBook._ask_indications,
}


def _by_time(order: DarkOrder) -> Any:
    return order.arrival


def _by_size(order: DarkOrder) -> Any:
    return -order.leaves_qty, order.arrival


def as_order(message: ConditionalOrder) -> NewOrder:
    """The firm order that a conditional one is like."""
    least = message.min_qty
    terms = None if is_whole(least) and int(least) == 0 else Terms(min_qty=least)
    return NewOrder(message.order_id, message.owner, message.side, message.qty, message.price, TimeInForce.DAY, terms)


def _unreadable(order: NewOrder) -> Reason:
    reason = fault_of_fields(order)
    if reason or order.terms is None or terms_are_readable(order.terms):
        return reason
    return Reason.BAD_TERMS


def _only_a_minimum(terms: Terms | None) -> bool:
    return terms is None or terms == Terms(min_qty=terms.min_qty)
