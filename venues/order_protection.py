"""Order protection (Rule 611) and locked markets (Rule 610(d)) at one lit venue.

Rules
    The venue sees the other venues' protected quotes late (`venues.protected_quotes`). An order trades here at the
    price of the best of them or better, no further, and what is left
        would trade through it          cancel | reprice | route_out  (`ThroughAction`)
        would be displayed and lock or cross it   reject | reprice | route_out  (`LockAction`)
    cancel, reject: it ends (TRADE_THROUGH, LOCKS_MARKET); a new order of which nothing has traded is rejected;
    reprice: it rests one tick off the protected quote (REPRICED) and stays there; what may not rest is cancelled;
        before that it meets who is here at the protected price or better, hidden orders too;
    route_out: it goes to all venues at the best protected price, as much as each displays, IOC and as an intermarket
    sweep; all of it waits until the last one has answered. Fills elsewhere are told to the owner as fills (ROUTED),
    what is left begins anew here (RETURNED); a quote that has been tried does not count again.
    An immediate order is routed under `route_out` even if nothing here would trade through. Fill-or-kill and post-only
    orders are never routed: the one fills here at protected prices or not at all, the other is repriced.
    Messages about an order that is away wait for it; a cancel ends it before it comes back to the book.
    A replace trades at protected prices only, and what is left and would lock or cross is repriced.
    Exempt: intermarket sweep orders, auctions, and trades while the quotes seen are crossed.
    Refused (NOT_SUPPORTED): stop orders, budgets, and pegs that do not follow the national best.
    At the close what is away ends (SESSION_END); what was filled elsewhere and is not known here stays with the venue.

Cost
    Nothing while the rule is off; else a look at the quotes for each order and replace.

Does not model
    Self-help, the one-second exception for flickering quotes, repriced orders that follow the quote back; hidden orders
    are treated as displayed ones.

Source: 17 CFR 242.600(b), 242.610(d), 242.611.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from venues.lit import LitVenue
from venues.messages import (
    BookState,
    CancelOrder,
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
from venues.policies import OffTick, PegReference, ReplaceQty
from venues.protected_quotes import NOT_TRIED, Offer, ProtectedQuotes, Tried
from venues.protection_rules import LockAction, ThroughAction
from venues.refusals import fault_of_order, is_id, is_price, mended, refuse
from venues.session import ANSWERS, Session

BUY = Side.BUY
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
SWEEP = Terms(iso=True)

Reports = list[ExecutionReport]


class Entry(NamedTuple):
    """An order as it was sent, what is left of it to do now, and the quotes that it has been sent to."""

    whole: NewOrder
    left: NewOrder
    tried: Tried


class Away:
    """An order that is out at other venues: ``open`` shares of it are not filled, ``legs`` orders not answered."""

    __slots__ = ("legs", "open", "tried", "waiting", "whole")

    def __init__(self, whole: NewOrder, open_qty: int, tried: Tried) -> None:
        self.whole = whole
        self.open = open_qty
        self.tried = tried
        self.legs = 0
        self.waiting: list[Any] = []
        """Messages about it that came meanwhile."""

    def told(self, kind: ExecType, reason: Reason, now: int, px: int = 0, qty: int = 0) -> ExecutionReport:
        """What its owner hears; a fill counts from now on."""
        self.open -= qty
        order, cum = self.whole, self.whole.qty - self.open
        status = OrdStatus.PARTIALLY_FILLED if cum else OrdStatus.NEW
        if kind is ExecType.CANCELED:
            status = OrdStatus.CANCELED
        elif not self.open:
            status = OrdStatus.FILLED
        leaves = 0 if kind is ExecType.CANCELED else self.open
        liquidity = Liquidity.ROUTED if qty else Liquidity.NONE
        ids = (order.order_id, order.owner, order.side, order.price)
        return ExecutionReport(kind, status, *ids, px, qty, cum, leaves, liquidity, reason, now, order.qty)


class OrderProtection:
    """Stands between a venue's gateway and its book.

    Args:
        ways_out: a session of the venue's own at each of the others, for what is routed out.
        new_order_id: ids of the orders that are sent on.
    """

    def __init__(
        self,
        venue: LitVenue,
        quotes: ProtectedQuotes,
        action: ThroughAction,
        locks: LockAction,
        ways_out: Mapping[str, Session] | None = None,
        new_order_id: Callable[[], int] | None = None,
    ) -> None:
        self._venue = venue
        self._book: Any = venue.book
        self._quotes = quotes
        self._action = action
        self._locks = locks
        self._ways_out = dict(ways_out or {})
        self._new_order_id = new_order_id
        self._away: dict[int, Away] = {}
        self._legs: dict[int, Away] = {}  # by the id of the order that was sent on
        self._pegs_follow = venue.book.policies.peg_reference is PegReference.NATIONAL
        self.routed_qty = 0
        """Shares sent to other venues."""
        for session in self._ways_out.values():
            session.on_mail = self._reader(session)
        venue.protect(self)

    # -- messages -------------------------------------------------------------------------------

    def match(self, message: Any, now: int) -> Reports:
        """Answer a message as the book would, without trading through, locking or crossing."""
        away = self._away_order(message)
        if away is not None:
            return self._meanwhile(away, message, now)
        if self._book.state is BookState.CONTINUOUS:
            if message.__class__ is NewOrder:
                return self._new(message, now)
            if message.__class__ is ReplaceOrder:
                return self._replace(message, now)
        return self._handle(message, now)

    def end_away(self, now: int) -> Reports:
        """The session ends, and with it what is away."""
        ended = [away.told(ExecType.CANCELED, Reason.SESSION_END, now) for away in self._away.values()]
        self._away.clear()
        self._legs.clear()
        return ended

    def _handle(self, message: Any, now: int) -> Reports:
        reports: Reports = self._book.handle(message, now)
        return reports

    def _away_order(self, message: Any) -> Away | None:
        if not self._away or not is_id(message.order_id):
            return None
        away = self._away.get(int(message.order_id))
        its_own = away is not None and away.whole.owner == message.owner
        return away if its_own or message.__class__ is NewOrder else None

    def _meanwhile(self, away: Away, message: Any, now: int) -> Reports:
        if message.__class__ in (CancelOrder, ReplaceOrder, ReduceOrder):
            away.waiting.append(message)
            return []
        reason = Reason.DUPLICATE_ID if message.__class__ is NewOrder else Reason.BAD_MESSAGE
        return [refuse(ExecType.REJECTED, message, reason, now)]

    def _new(self, order: NewOrder, now: int) -> Reports:
        if fault_of_order(order, now):
            return self._handle(order, now)  # which says so
        order = mended(order)
        if self._is_off_tick(order.price):
            return self._handle(order, now)  # which says so too
        terms = order.terms
        if terms is not None and terms.iso:
            return self._handle(order._replace(terms=_without_mark(terms)), now)
        if terms is not None and self._acts_by_itself(terms):
            return [refuse(ExecType.REJECTED, order, Reason.NOT_SUPPORTED, now)]
        if terms is not None and terms.peg:
            return self._handle(order, now)
        return self._enter(Entry(order, order, NOT_TRIED), now)

    def _acts_by_itself(self, terms: Terms) -> bool:
        """Would the book trade it at prices that nobody looks at then?"""
        return bool(terms.stop_px or terms.trail or terms.budget) or (bool(terms.peg) and not self._pegs_follow)

    # -- new orders, and what comes back ----------------------------------------------------------

    def _enter(self, entry: Entry, now: int) -> Reports:
        """Trade at protected prices; see to what is left."""
        order = entry.left
        offers = self._quotes.facing(order.side, now, entry.tried)
        if not offers or not _reaches(order, offers[0].price) or self._quotes.is_crossed(self._book.top(), now):
            return self._handle(order, now)
        protected = offers[0].price
        if order.time_in_force is FOK:
            return self._handle(order._replace(price=protected), now)
        through = self._would_trade_through(order, protected)
        rests = order.price is not None and order.time_in_force is not IOC
        rule = str(self._action if through or not rests else self._locks)
        if rests and (rule == "reprice" or (order.terms is not None and order.terms.post_only)):
            return self._reprice(order, protected, now)
        reports = self._take_protected(order, protected, now)
        end = _end_of(order, reports)
        if end is None:
            return reports
        if rule == "route_out":
            return self._route_out(entry, offers, reports, end, now)
        if through or rests:
            reason = Reason.TRADE_THROUGH if through else Reason.LOCKS_MARKET
            return _stopped(order, reports, end, reason, rests)
        return reports

    def _would_trade_through(self, order: NewOrder, protected: int) -> bool:
        """Is somebody displayed here beyond the protected price, whom the order's limit reaches?"""
        taken = self._book.depth(Side(-order.side), order.qty)  # no more levels than shares
        beyond = [price for price, _, _ in taken if int(order.side) * (price - protected) > 0]
        within = sum(qty for price, qty, _ in taken if int(order.side) * (price - protected) <= 0)
        return bool(beyond) and within < order.qty and _reaches(order, beyond[0])

    def _take_protected(self, order: NewOrder, price: int, now: int) -> Reports:
        """Trade at this price or better, and cancel the rest; the reports name the order's own limit."""
        terms = None if order.terms is None else _without_mark(order.terms._replace(expire_at=0))
        reports = self._handle(order._replace(price=price, time_in_force=IOC, terms=terms), now)
        return [r._replace(price=order.price) if _is_of(order, r) else r for r in reports]

    # -- repricing --------------------------------------------------------------------------------

    def _reprice(self, order: NewOrder, protected: int, now: int) -> Reports:
        """Trade at protected prices; the rest one tick off the protected quote."""
        off = self._off(order.side, protected)
        if off <= 0:
            return [refuse(ExecType.REJECTED, order, Reason.LOCKS_MARKET, now)]
        bid, bid_qty, ask, ask_qty = self._book.top()
        price, qty = (ask, ask_qty) if order.side is BUY else (bid, bid_qty)
        nobody_shown = not qty or int(order.side) * (price - protected) > 0
        if nobody_shown and not self._book.has_hidden(Side(-order.side)):
            reports = self._handle(order._replace(price=off), now)
            return [r._replace(reason=Reason.REPRICED) if _is_of(order, r) and not r.reason else r for r in reports]
        reports = self._handle(order._replace(price=protected), now)
        return reports + self._move_off(order.order_id, protected, now)

    def _move_off(self, order_id: int, protected: int, now: int) -> Reports:
        """What rests at the protected quote goes one tick off it, or ends where that cannot be."""
        live = self._book.find(order_id)
        if live is None or live.price != protected:
            return []
        qty = live.leaves_qty + (live.cum_qty if self._book.policies.replace_qty is ReplaceQty.TOTAL else 0)
        off = self._off(live.side, protected)
        reports = self._handle(ReplaceOrder(order_id, live.owner, qty, off), now)
        moved, reason = ExecType.RESTATED, Reason.REPRICED
        if reports[0].exec_type is not ExecType.REPLACED:
            reports = self._handle(CancelOrder(order_id, live.owner), now)
            moved, reason = ExecType.CANCELED, Reason.LOCKS_MARKET
        return [reports[0]._replace(exec_type=moved, reason=reason), *reports[1:]]

    def _off(self, side: Side, protected: int) -> int:
        """The nearest price on the tick that neither locks nor crosses."""
        beside = protected - int(side)
        tick = self._tick(max(0, beside))
        return beside // tick * tick if side is BUY else -(-beside // tick) * tick

    def _is_off_tick(self, price: int | None) -> bool:
        rejects = self._book.policies.off_tick is OffTick.REJECT
        return rejects and price is not None and bool(price % self._tick(price))

    def _tick(self, price: int) -> int:
        ticks = self._book.policies.ticks
        tick: int = self._book.tick if ticks is None else ticks.at(price)
        return tick

    def _replace(self, message: ReplaceOrder, now: int) -> Reports:
        live = self._book.find(message.order_id) if is_id(message.order_id) else None
        terms = message.terms
        if live is None or live.owner != message.owner or not is_price(message.price) or _is_peg(live.terms):
            return self._handle(message, now)
        if isinstance(terms, Terms):
            if terms.iso is True:
                return self._handle(message._replace(terms=_without_mark(terms)), now)
            if self._acts_by_itself(terms):
                return [refuse(ExecType.CANCEL_REJECTED, message, Reason.NOT_SUPPORTED, now)]
        offers = self._quotes.facing(live.side, now)
        if not offers or int(live.side) * (message.price - offers[0].price) < 0:
            return self._handle(message, now)
        protected = offers[0].price
        if self._off(live.side, protected) <= 0 or self._quotes.is_crossed(self._book.top(), now):
            return self._handle(message, now)
        reports = self._handle(message._replace(price=protected), now)
        return reports + self._move_off(int(message.order_id), protected, now)

    # -- routing out ------------------------------------------------------------------------------

    def _route_out(self, entry: Entry, offers: list[Offer], reports: Reports, end: int, now: int) -> Reports:
        """Send what is left to the venues at the best price; without a way there, it ends."""
        order = entry.left
        left = order.qty - reports[end].cum_qty
        best = [offer for offer in offers if offer.price == offers[0].price and offer.venue in self._ways_out]
        if not best:
            return _stopped(order, reports, end, Reason.TRADE_THROUGH, order.time_in_force is not IOC)
        away = self._away[order.order_id] = Away(entry.whole, left, entry.tried)
        for offer in best:
            qty = min(left, offer.qty)
            if qty:
                self._send_on(away, offer, qty)
                left -= qty
        return reports[:end] + reports[end + 1 :]

    def _send_on(self, away: Away, offer: Offer, qty: int) -> None:
        assert self._new_order_id is not None, "a venue with ways out has ids for what it sends"
        session, order_id = self._ways_out[offer.venue], self._new_order_id()
        self._legs[order_id] = away
        away.legs += 1
        away.tried |= {(offer.venue, offer.seq)}
        self.routed_qty += qty
        session.send(NewOrder(order_id, session.owner, away.whole.side, qty, offer.price, IOC, SWEEP))

    def _reader(self, session: Session) -> Callable[[], None]:
        def read() -> None:
            for _, report in session.read():
                self._answered(report)

        return read

    def _answered(self, report: ExecutionReport) -> None:
        """Another venue has filled or ended what was sent to it."""
        away = self._legs.get(report.order_id)
        if away is None:
            return
        now = self._venue.env.now
        if report.exec_type is ExecType.TRADE:
            fill = away.told(ExecType.TRADE, Reason.NONE, now, report.last_px, report.last_qty)
            self._venue.say([fill])
        if not report.leaves_qty and report.exec_type in ANSWERS:
            del self._legs[report.order_id]
            away.legs -= 1
            if not away.legs:
                self._is_back(away, now)

    def _is_back(self, away: Away, now: int) -> None:
        del self._away[away.whole.order_id]
        waiting = away.waiting
        if away.open and waiting and isinstance(waiting[0], CancelOrder):
            self._venue.say([away.told(ExecType.CANCELED, Reason.REQUESTED, now)])
            waiting = waiting[1:]
        elif away.open:
            self._venue.say(self._again(away, now))
        for message in waiting:
            self._venue.say(self.match(message, now))

    def _again(self, away: Away, now: int) -> Reports:
        """What is left begins anew; its owner's count goes on."""
        whole = away.whole
        left, filled = whole._replace(qty=away.open), whole.qty - away.open
        entry = Entry(whole, left, away.tried)
        reports = self._enter(entry, now) if self._book.state is BookState.CONTINUOUS else self._handle(left, now)
        live = self._book.find(whole.order_id)
        if live is not None:
            live.cum_qty += filled
        return [_counted_on(r, filled, whole) if _is_named(whole, r) else r for r in reports]


def _reaches(order: NewOrder, price: int) -> bool:
    return order.price is None or int(order.side) * (order.price - price) >= 0


def _is_peg(terms: Terms | None) -> bool:
    return terms is not None and bool(terms.peg)


def _without_mark(terms: Terms) -> Terms | None:
    """Without the mark of a sweep; plain terms are none."""
    bare = terms._replace(iso=False)
    return None if bare == Terms() else bare


def _is_named(order: NewOrder, report: ExecutionReport) -> bool:
    return report.order_id == order.order_id


def _is_of(order: NewOrder, report: ExecutionReport) -> bool:
    """Does a report speak of the order as a live one, and not of its refusal?"""
    return report.order_id == order.order_id and report.exec_type is not ExecType.REJECTED


def _end_of(order: NewOrder, reports: Reports) -> int | None:
    """Where the report is that says that the rest was cancelled."""
    ends = (i for i, r in enumerate(reports) if r.order_id == order.order_id and r.exec_type is ExecType.CANCELED)
    return next(ends, None)


def _stopped(order: NewOrder, reports: Reports, end: int, reason: Reason, rests: bool) -> Reports:
    """The rest ends for this reason; an order that would have rested, and has not traded, is rejected."""
    last = reports[end]
    if rests and not last.cum_qty:
        others = [report for report in reports if not _is_named(order, report)]
        return [refuse(ExecType.REJECTED, order, reason, last.at), *others]
    return [*reports[:end], last._replace(reason=reason), *reports[end + 1 :]]


def _counted_on(report: ExecutionReport, filled: int, whole: NewOrder) -> ExecutionReport:
    """The report of an order that is back, with what was filled before."""
    kind, reason, status = report.exec_type, report.reason, report.ord_status
    if kind is ExecType.NEW:
        kind, status = ExecType.RESTATED, OrdStatus.PARTIALLY_FILLED if filled else OrdStatus.NEW
        reason = reason or Reason.RETURNED
    elif kind is ExecType.REJECTED:
        kind, status = ExecType.CANCELED, OrdStatus.CANCELED
    return report._replace(
        exec_type=kind, ord_status=status, reason=reason, cum_qty=report.cum_qty + filled, order_qty=whole.qty
    )
