"""The smart order router: takes parent orders, lets a strategy work them, logs each decision with the view behind it.

The router knows of the market what its feeds bring (`board`: direct feeds or the SIP) and of its orders what comes back
over its sessions. It measures its own past by venue (`agents.experience`) and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from agents.algo_desk import AlgoOrders
from agents.algos.algo import Instructions, Slice
from agents.experience import MeasuredExperience
from agents.orders import ChildOrder, ParentOrder
from agents.parent_run import CANCELED, EXPIRED, REJECTED, Child, ParentRun
from agents.participant import Participant, Place
from agents.planned import PlannedParent
from agents.risk.order_size import largest
from agents.risk.verdict import OrderFacts, Verdict
from agents.risk_desk import RiskDesk, refusal
from agents.strategy import Actions, ChildReport, RefusedByRisk, Strategy, VenueDepth, VenueFacts, VenueQuote
from agents.tables import CHILD_TERMS, CHILDREN, DECISION_TERMS, DECISIONS, FEATURES, PARENT_ENDS, PARENTS
from agents.venue_features import venue_features
from venues.messages import (
    MICROS_PER_UNIT,
    CancelOrder,
    ExecType,
    ExecutionReport,
    NewOrder,
    Quote,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.protocols import DepthView, OrderEntry, QuoteBoard

NO_SCORE = -(1 << 62)
"""Stands in the log for *no score*."""


class Router(Participant):
    """Works parent orders with a strategy.

    Args:
        board: the quotes as they reach the router.
        facts: what is known of the connected venues, lit and dark, in the scenario's order.
        strategy: used for a parent that names none.
        parents: known to nobody before their arrival. A limit offset counts from the touch that the router sees then.
        markout_horizon: ns after which a child's venue is judged by the move of the mid.
        explain: log the terms of every decision, of a strategy that has any.
        depths: the venues' price levels as they reach the router; None: it hears of best quotes alone.
        features: log what was known of each venue at every decision (`agents.venue_features`), to learn from.
        max_live_parents: more parents than this at a time are REJECTED, as are those that come after the day's end, or
            with a limit beyond a touch that no quote shows. Slices of an algorithm's order do not count.
        closes: when the call of a venue's closing auction begins, ns; of those that have one.
        day_ends: when trading ends, ns; None: nobody knows.
        risk: makes the desk's pre-trade risk; None: nothing is checked.
    """

    kind = "router"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        board: QuoteBoard,
        facts: Mapping[str, VenueFacts],
        strategy: Strategy,
        parents: Iterable[PlannedParent] = (),
        markout_horizon: int = 10_000_000,
        first_parent_id: int = 1,
        max_live_parents: int | None = None,
        explain: bool = False,
        closes: Mapping[str, int] | None = None,
        day_ends: int | None = None,
        depths: DepthView | None = None,
        features: bool = False,
        risk: Callable[[Router], RiskDesk] | None = None,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self.board = board
        self.depths = depths
        self.facts = facts
        self.lit = [venue for venue, known in facts.items() if known.kind == "lit"]
        self.dark = [venue for venue, known in facts.items() if known.kind == "dark"]
        self.experience = MeasuredExperience(facts)
        self.runs: dict[int, ParentRun] = {}
        """Parents in work."""
        self.algos: AlgoOrders | None = None
        """Orders that algorithms cut into parents; None before the first."""
        self.risk: RiskDesk | None = None if risk is None else risk(self)
        """Checks every message before it leaves; None: nothing is checked."""
        self.closes, self._day_ends = closes or {}, day_ends
        self._strategy = strategy
        self._planned = list(parents)
        self._markout_horizon = markout_horizon
        self._next_parent = first_parent_id
        self._max_live_parents = max_live_parents
        self._explain = explain
        self._features = features
        self._day_is_over = False
        self._decisions = 0
        self._children: dict[int, Child] = {}
        self._looked_at = -1
        self._quotes: list[VenueQuote] = []
        table = place.log.table
        self._log_parent, self._log_end = table(PARENTS).append, table(PARENT_ENDS).append
        self._log_decision, self._log_child = table(DECISIONS).append, table(CHILDREN).append

    def start(self) -> None:
        """Listen, and plan the arrivals of the parents."""
        for venue, session in self.sessions.items():
            session.on_mail = self._mail_from(venue)
        for planned in self._planned:
            self.env.call_at(planned.at, self._arrive, planned)

    @property
    def busy(self) -> bool:
        """Is any parent in work?"""
        return bool(self.runs) or (self.algos is not None and bool(self.algos.runs))

    # -- parents --------------------------------------------------------------------------------

    def _arrive(self, planned: PlannedParent) -> None:
        limit = self._limit_of(planned)
        no_touch = limit is None and planned.limit_offset is not None
        self._take(planned.side, planned.qty, limit, planned.horizon, self._strategy, planned.algo, refused=no_touch)

    def _limit_of(self, planned: PlannedParent) -> int | None:
        if planned.limit_offset is None:
            return planned.limit
        quotes = self.look()
        near = (
            [q.ask for q in quotes if q.ask_qty] if planned.side is Side.BUY else [q.bid for q in quotes if q.bid_qty]
        )
        if not near:
            return None
        best = min(near) if planned.side is Side.BUY else max(near)
        return max(self.place.tick, best + int(planned.side) * planned.limit_offset)

    def submit(
        self,
        side: Side,
        qty: int,
        limit: int | None,
        horizon: int,
        strategy: Strategy | None = None,
        algo: Instructions | None = None,
    ) -> ParentOrder:
        """Take a parent order now; work on it begins at once. With ``algo`` the strategy works its slices.

        Raises:
            ValueError: the size, the limit or the horizon makes no sense.
        """
        if qty < 1 or horizon < 1 or (limit is not None and limit < 1):
            raise ValueError(f"a parent of {qty} shares, limit {limit}, horizon {horizon} ns: all must be above zero")
        return self._take(side, qty, limit, horizon, strategy or self._strategy, algo, refused=False)

    def _take(
        self,
        side: Side,
        qty: int,
        limit: int | None,
        horizon: int,
        strategy: Strategy,
        algo: Instructions | None,
        *,
        refused: bool,
    ) -> ParentOrder:
        parent = self._next(side, qty, limit, self.env.now + horizon)
        refused = (
            refused
            or self._day_is_over
            or (self._max_live_parents is not None and self._live_orders() >= self._max_live_parents)
        )
        if algo is not None:
            if self.algos is None:
                self.algos = AlgoOrders(self, self.closes, self._day_ends)
            self.algo_taken(parent)
            self.algos.take(parent, algo, strategy, REJECTED if refused else None)
            return parent
        run = self._begin(parent, strategy)
        if refused:
            run.stop(REJECTED)
        else:
            self._work(run)
        return parent

    def take_slice(
        self, order: ParentOrder, piece: Slice, strategy: Strategy, begin: Callable[[ParentRun], None]
    ) -> None:
        """Make a slice of an algorithm's order a parent, tell ``begin``, then work it."""
        run = self._begin(self._next(order.side, piece.qty, piece.limit, piece.ends), strategy)
        begin(run)
        if self._day_is_over:
            run.stop(REJECTED)
        else:
            self._work(run)

    def algo_taken(self, order: ParentOrder) -> None:
        """An algorithm's order is here; for those who want to know."""

    def slice_taken(self, order: ParentOrder, piece: ParentOrder) -> None:
        """A slice of it is a parent now; for those who want to know."""

    def algo_over(self, order: ParentOrder, status: int) -> None:
        """The work on it has ended; for those who want to know."""

    def _next(self, side: Side, qty: int, limit: int | None, ends: int) -> ParentOrder:
        parent = ParentOrder(self._next_parent, side, qty, limit, self.env.now, ends)
        self._next_parent += 1
        return parent

    def _begin(self, parent: ParentOrder, strategy: Strategy) -> ParentRun:
        side, qty, limit = parent.side, parent.qty, parent.limit
        self._log_parent(parent.at, parent.parent_id, self.number, side, qty, limit or 0, parent.ends)
        run = self.runs[parent.parent_id] = ParentRun(parent, strategy, self)
        return run

    def _work(self, run: ParentRun) -> None:
        self.env.call_at(run.parent.ends, self._expire, run)
        run.start()

    def _live_orders(self) -> int:
        """Orders in work as they came: an algorithm's order is one, however many slices it has."""
        return len(self.runs) if self.algos is None else self.algos.live_orders(len(self.runs))

    def cancel_parent(self, parent_id: int) -> bool:
        """Stop the work on a parent, or on an algorithm's order; False when it is not in work."""
        if self.algos is not None and parent_id in self.algos.runs:
            self.algos.runs[parent_id].stop(CANCELED)
            return True
        run = self.runs.get(parent_id)
        if run is None:
            return False
        run.stop(CANCELED)
        return True

    def finish(self) -> None:
        """The day is over: stop the work on every parent, take no more."""
        self._day_is_over = True
        if self.algos is not None:
            self.algos.finish()
        for run in list(self.runs.values()):
            run.stop(EXPIRED)

    def _expire(self, run: ParentRun) -> None:
        run.stop(EXPIRED)

    def ended(self, run: ParentRun, status: int) -> None:
        """A run reports its end."""
        del self.runs[run.parent.parent_id]
        self._log_end(self.env.now, run.parent.parent_id, status, run.cum_qty, run.open_qty, run.rounds)
        if self.algos is not None:
            self.algos.slice_ended(run)

    # -- what a run needs -----------------------------------------------------------------------

    def now(self) -> int:
        """ns"""
        return self.env._now

    def look(self) -> list[VenueQuote]:
        """The lit venues' quotes as they have reached the router by now."""
        now = self.env._now
        if now != self._looked_at:
            self._looked_at = now
            known = self.facts
            self._quotes = [
                VenueQuote(venue, quote.bid, quote.bid_qty, quote.ask, quote.ask_qty, quote.at, arrived, quote.seq)
                for venue, quote, arrived in self.board.latest(now)
                if venue in known
            ]
        return self._quotes

    def depth(self, venue: str) -> VenueDepth:
        """A lit venue's price levels as they have reached the router by now."""
        return VenueDepth() if self.depths is None else VenueDepth(*self.depths.depth(venue, self.env._now))

    def recent(self, venue: str) -> list[Quote]:
        """A lit venue's quotes of late, as far as they have reached the router."""
        return self.board.recent(venue, self.env._now)

    def send(self, run: ParentRun, actions: Actions) -> list[Child]:
        """Log the decision and put its children on the wire."""
        self._decisions += 1
        now = self.env._now
        quotes = {quote.venue: quote for quote in self.look()}
        if self._explain or actions.keep_terms:
            self._log_costs(run, actions.with_all_costs())
        if self._features:
            self._log_features(run)
        sent: dict[str, int] = {}
        children = []
        for order in actions.send:
            child = self._child(run, order, quotes.get(order.venue))
            leaves_at = max(now, order.not_before or 0)
            self._log_child(
                now, self._decisions, run.parent.parent_id, child.child_id, self._number_of(order.venue),
                run.parent.side, order.time_in_force, order.price or 0, order.qty, leaves_at,
            )  # fmt: skip
            if order.terms is not None:
                self._log_terms(child.child_id, order.terms)
            sent[order.venue] = sent.get(order.venue, 0) + order.qty
            children.append(child)
            if leaves_at > now:
                self.env.call_at(leaves_at, self._put_on_the_wire, child)
            else:
                self._put_on_the_wire(child)
        self._log_view(run, quotes, sent, actions)
        return children

    def cancel(self, child: Child) -> None:
        """Ask the venue to cancel a child. An IOC or FOK on its way ends by itself."""
        if child.sent_at is None:
            self._recall(child)
        elif child.order.time_in_force not in (TimeInForce.IOC, TimeInForce.FOK):
            if self.risk is not None:
                self.risk.cancelled()
            self.sessions[child.order.venue].send(CancelOrder(child.child_id, self.number))

    def cancel_everything(self) -> None:
        """Ask for the cancel of all that rests at venues."""
        for child in list(self._children.values()):
            if child.sent_at is not None and not child.done:
                self.cancel(child)

    def replace(self, child: Child, qty: int, price: int) -> None:
        """Ask the venue to replace a child."""
        order, parent = child.order, child.run.parent

        def send() -> None:
            self.sessions[order.venue].send(ReplaceOrder(child.child_id, self.number, qty, price))

        if self.risk is None:
            send()
            return
        before, in_force = child.promised_before, order.time_in_force
        facts = self.risk.order(
            child.child_id, parent.parent_id, order.venue, parent.side, qty, price, in_force, None, before
        )
        self.risk.ask(facts, send, lambda why: self._refuse_replace(child, facts, why), lambda: not child.done)

    def _refuse_replace(self, child: Child, order: OrderFacts, why: Verdict) -> None:
        if child.done:
            return
        left = child.order.qty - child.cum_qty
        self._tell(child, refusal(order, self.number, self.env.now, child.cum_qty, left, replace=True), why)

    def _tell(self, child: Child, report: ExecutionReport, why: Verdict, most: int | None = None) -> None:
        heard = ChildReport(child.child_id, child.order.venue, report, self.env.now)
        child.run.take_in(RefusedByRisk.of(heard, why.code, why.text, most))

    def wake_at(self, run: ParentRun, at: int) -> None:
        """Resume the run at a time, unless it is resumed before."""
        number = run.wake_number()
        self.env.call_at(at, lambda _: run.time_is_up(number))

    # -- children -------------------------------------------------------------------------------

    def _number_of(self, venue: str) -> int:
        return self.facts[venue].number

    def _child(self, run: ParentRun, order: ChildOrder, quote: VenueQuote | None) -> Child:
        child = Child(self.place.new_id(), order, run)
        if quote is not None:
            price, size = quote.opposite(run.parent.side)
            takes = order.terms is None or not (order.terms.post_only or order.terms.peg)
            within = takes and (order.price is None or run.parent.side * (order.price - price) >= 0)
            child.aimed = min(order.qty, size) if within else 0
            child.seen_price = price if size else 0
        elif self.facts[order.venue].kind == "dark":
            child.aimed = order.qty  # a pool shows nothing: all of it is aimed at
        self._children[child.child_id] = child
        return child

    def _put_on_the_wire(self, child: Child) -> None:
        if child.done:
            return
        if self.risk is None:
            self._let_go(child)
            return
        (venue, qty, price, time_in_force, _, terms), parent = child.order, child.run.parent
        facts = self.risk.order(child.child_id, parent.parent_id, venue, parent.side, qty, price, time_in_force, terms)
        self.risk.ask(
            facts, lambda: self._let_go(child), lambda why: self._refuse(child, facts, why), lambda: not child.done
        )

    def _refuse(self, child: Child, order: OrderFacts, why: Verdict) -> None:
        """Pre-trade risk has refused a child; its strategy hears of it as of a venue's reject."""
        if child.done:
            return
        self._tell(child, refusal(order, self.number, self.env.now), why, largest(order, why))
        del self._children[child.child_id]

    def _let_go(self, child: Child) -> None:
        child.sent_at = self.env._now
        child.mid_when_sent = self._mid()
        (venue, qty, price, time_in_force, _, terms), side = child.order, child.run.parent.side
        self.experience.sent(venue, child.sent_at)
        self.sessions[venue].send(NewOrder(child.child_id, self.number, side, qty, price, time_in_force, terms))

    def _recall(self, child: Child) -> None:
        """A child that was to leave later never does."""
        child.done = True
        del self._children[child.child_id]
        del child.run.children[child.child_id]

    def _mail_from(self, venue: str) -> Callable[[], object]:
        return lambda: self._read(venue)

    def _read(self, venue: str) -> None:
        for arrived, report in self.sessions[venue].read():
            if self.risk is not None:
                self.risk.reported(venue, report)
            child = self._children.get(report.order_id)
            if child is None:
                continue
            if not child.answered and child.sent_at is not None:
                child.answered = True
                self.experience.answered(venue, arrived - child.sent_at, report.at - child.sent_at)
            if report.exec_type is ExecType.TRADE:
                self.book(venue, report)
                self.experience.filled(venue, report.last_qty)
                if self.algos is not None:
                    self.algos.filled(child.run.parent.parent_id, venue, report.last_qty)
                if child.seen_price:
                    worse = int(child.run.parent.side) * (report.last_px - child.seen_price)
                    self.experience.paid(venue, worse, report.last_qty)
            run = child.run
            run.take_in(ChildReport(child.child_id, venue, report, arrived))
            if child.done:
                self._judge(child, venue)
        if self.risk is not None:
            self.risk.recheck()

    def _judge(self, child: Child, venue: str) -> None:
        del self._children[child.child_id]
        if not child.aimed:
            return
        self.experience.child_done(venue, child.aimed, min(child.cum_qty, child.aimed))
        self.env.call_in(self._markout_horizon, self._mark_out, (child, venue))

    def _mark_out(self, child_and_venue: tuple[Child, str]) -> None:
        child, venue = child_and_venue
        mid = self._mid()
        if mid and child.mid_when_sent:
            side = int(child.run.parent.side)
            self.experience.mid_moved(venue, side * (mid - child.mid_when_sent), child.aimed)

    def _mid(self) -> int:
        """Price units; 0: a side is empty everywhere."""
        quotes = self.look()
        bid = max((quote.bid for quote in quotes if quote.bid_qty), default=0)
        ask = min((quote.ask for quote in quotes if quote.ask_qty), default=0)
        return (bid + ask) // 2 if bid and ask else 0

    def _log_terms(self, child_id: int, terms: Terms) -> None:
        shown = -1 if terms.display_qty is None else terms.display_qty
        self.place.log.table(CHILD_TERMS).append(
            self.env._now, child_id, shown, terms.min_qty, terms.post_only, terms.peg, terms.peg_offset, terms.iso
        )

    def _log_features(self, run: ParentRun) -> None:
        append, now = self.place.log.table(FEATURES).append, self.env._now
        venues = list(self.facts)
        for venue, features in zip(venues, venue_features(venues, run.parent, run), strict=True):
            append(now, self._decisions, self._number_of(venue), *features)

    def _log_costs(self, run: ParentRun, actions: Actions) -> None:
        if not actions.costs:
            return
        append, parent_id = self.place.log.table(DECISION_TERMS).append, run.parent.parent_id
        for cost in actions.costs:
            had, move = cost.belief
            append(
                self._decisions, parent_id, self._number_of(cost.venue), cost.style, cost.score,
                *map(round, cost.terms), round(had * 1_000_000), round(move * MICROS_PER_UNIT),
            )  # fmt: skip

    def _log_view(
        self, run: ParentRun, quotes: Mapping[str, VenueQuote], sent: Mapping[str, int], actions: Actions
    ) -> None:
        now = self.env._now
        nothing = VenueQuote("", 0, 0, 0, 0, 0, 0, 0)
        for venue, known in self.facts.items():
            quote = quotes.get(venue, nothing)
            score = actions.scores.get(venue, NO_SCORE)
            if quote is nothing and venue not in sent and score == NO_SCORE:
                continue
            self._log_decision(
                now, self._decisions, run.parent.parent_id, known.number, quote.seq, quote.at,
                quote.bid, quote.bid_qty, quote.ask, quote.ask_qty, score, sent.get(venue, 0),
            )  # fmt: skip
