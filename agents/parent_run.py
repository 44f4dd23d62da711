"""The work on one parent order: drives a strategy, keeps its promises, ends it.

A strategy yields; the run sends what it asks for, waits as it asks, and resumes it with the reports. The rules that a
strategy must keep (`agents.strategy`) are checked here, where its wishes become orders.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from agents.orders import ChildOrder, ParentOrder
from agents.strategy import (
    Actions,
    ChildReport,
    Experience,
    LiveChild,
    Strategy,
    StrategyError,
    VenueDepth,
    VenueFacts,
    VenueQuote,
    Yielded,
)
from agents.strategy_rules import actions_of, broken_rule
from venues.messages import ExecType, ExecutionReport, Quote

IDLE_ROUNDS = 1_000
"""Yields in a row that send nothing and wait for nothing before a strategy is stopped as endless."""

FILLED, EXPIRED, CANCELED, REJECTED = 0, 1, 2, 3


class Desk(Protocol):
    """What a run needs of its router."""

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues."""

    @property
    def dark(self) -> Sequence[str]:
        """Dark pools."""

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """Of every connected venue."""

    @property
    def experience(self) -> Experience:
        """What was measured."""

    def now(self) -> int:
        """ns"""

    def look(self) -> list[VenueQuote]:
        """The lit venues' quotes as they are known here now."""

    def depth(self, venue: str) -> VenueDepth:
        """A lit venue's price levels as they are known here now."""

    def recent(self, venue: str) -> Sequence[Quote]:
        """A venue's quotes of late."""

    def send(self, run: ParentRun, actions: Actions) -> list[Child]:
        """Put the children on the wire; they report later, never at once."""

    def cancel(self, child: Child) -> None:
        """Ask for a live child's end."""

    def replace(self, child: Child, qty: int, price: int) -> None:
        """Ask for a live child's new total quantity and limit."""

    def wake_at(self, run: ParentRun, at: int) -> None:
        """Call ``run.time_is_up`` at a time (ns) with the number of the present wait."""

    def ended(self, run: ParentRun, status: int) -> None:
        """The run is over; nothing of it is live."""


class Child:
    """A child order as its router follows it."""

    __slots__ = (
        "aimed",
        "answered",
        "asked",
        "child_id",
        "cum_qty",
        "done",
        "mid_when_sent",
        "order",
        "run",
        "seen_price",
        "sent_at",
    )

    def __init__(self, child_id: int, order: ChildOrder, run: ParentRun) -> None:
        self.child_id = child_id
        self.order = order
        self.run = run
        self.cum_qty = 0
        self.done = False
        self.answered = False
        self.asked: deque[int] = deque()
        """Totals of replaces that are not answered yet, oldest first."""
        self.sent_at: int | None = None
        """When it was put on the wire, ns; None: it waits for its time."""
        self.aimed = 0
        self.mid_when_sent = 0
        self.seen_price = 0
        """The displayed price that it could take when it was decided on; 0: none was known."""

    @property
    def promised_qty(self) -> int:
        """Its total quantity; the largest of them while replaces are under way."""
        return max(self.order.qty, *self.asked) if self.asked else self.order.qty

    @property
    def promised_before(self) -> int:
        """The same without the replace that is being asked for."""
        return max(self.order.qty, *list(self.asked)[:-1]) if len(self.asked) > 1 else self.order.qty

    @property
    def open_qty(self) -> int:
        """Shares that can still fill."""
        return 0 if self.done else self.promised_qty - self.cum_qty

    def as_live(self) -> LiveChild:
        """What its strategy sees of it."""
        order = self.order
        return LiveChild(
            self.child_id, order.venue, order.qty, self.cum_qty, order.price, bool(self.asked), self.sent_at
        )


class ParentRun:
    """One parent in work; it is also the :class:`agents.strategy.View` that its strategy looks through."""

    def __init__(self, parent: ParentOrder, strategy: Strategy, desk: Desk) -> None:
        self.parent = parent
        self.desk = desk
        self.cum_qty = 0
        self.rounds = 0
        self.children: dict[int, Child] = {}
        """Live ones."""
        self.over = False
        self._waiting: list[ChildReport] = []
        self._wakes_with_any = False
        self._wake_number = 0
        self._idle = 0
        self._name = _name_of(strategy)
        self._strategy = strategy(parent, self)
        if not isinstance(self._strategy, Generator):
            raise self.breach(f"gave {self._strategy!r} instead of a generator; a strategy has a `yield` in it")

    # -- the view -------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """ns"""
        return self.desk.now()

    @property
    def open_qty(self) -> int:
        """Parent shares not filled."""
        return self.parent.qty - self.cum_qty

    @property
    def leaves(self) -> int:
        """Parent shares neither filled nor in a live child."""
        return self.open_qty - sum(child.open_qty for child in self.children.values())

    @property
    def lit(self) -> Sequence[str]:
        """Lit venues."""
        return self.desk.lit

    @property
    def dark(self) -> Sequence[str]:
        """Dark pools."""
        return self.desk.dark

    @property
    def facts(self) -> Mapping[str, VenueFacts]:
        """What is known of venues without asking."""
        return self.desk.facts

    @property
    def experience(self) -> Experience:
        """What the router measured."""
        return self.desk.experience

    @property
    def live(self) -> dict[int, LiveChild]:
        """Live children by id, oldest first."""
        return {child_id: child.as_live() for child_id, child in self.children.items()}

    def quotes(self) -> list[VenueQuote]:
        """Lit venues' quotes as last heard."""
        return list(self.desk.look())

    def quote(self, venue: str) -> VenueQuote:
        """One venue's quote as last heard; sizes 0 before the first.

        Raises:
            StrategyError: the router is not connected to a lit venue of that name.
        """
        for quote in self.desk.look():
            if quote.venue == venue:
                return quote
        if venue in self.desk.lit:
            return VenueQuote(venue, 0, 0, 0, 0, 0, 0, 0)
        raise self.breach(f"asked for the quote of {venue!r}; its lit venues are {', '.join(self.desk.lit)}")

    def recent(self, venue: str) -> Sequence[Quote]:
        """A lit venue's quotes of the last 10 ms, with their prints, as far as they have arrived; oldest first."""
        return self.desk.recent(venue) if venue in self.desk.lit else ()

    def nbbo(self) -> tuple[int, int] | None:
        """Best bid and ask over the quotes; None when a side is empty everywhere."""
        quotes = self.desk.look()
        bids = [quote.bid for quote in quotes if quote.bid_qty]
        asks = [quote.ask for quote in quotes if quote.ask_qty]
        return (max(bids), min(asks)) if bids and asks else None

    def depth(self, venue: str) -> VenueDepth:
        """A lit venue's price levels as last heard; none without a depth feed.

        Raises:
            StrategyError: the router is not connected to a lit venue of that name.
        """
        if venue not in self.desk.lit:
            raise self.breach(f"asked for the depth of {venue!r}; its lit venues are {', '.join(self.desk.lit)}")
        return self.desk.depth(venue)

    # -- driving --------------------------------------------------------------------------------

    def start(self) -> None:
        """Ask the strategy for its first actions."""
        try:
            wanted = next(self._strategy)
        except StopIteration:
            self.stop(CANCELED)
            return
        self._apply(wanted)

    def take_in(self, report: ChildReport) -> None:
        """A child's report is here; resume the strategy when it waited for it."""
        child = self.children[report.child_id]
        self._account(child, report.report)
        self._waiting.append(report)
        if self.over:
            self._finish_when_quiet()
        elif not self.open_qty:
            self.stop(FILLED)
        elif self._wakes_with_any or not self.children:
            self._resume()

    def time_is_up(self, wake_number: int) -> None:
        """A wake at a time that the strategy asked for."""
        if not self.over and wake_number == self._wake_number:
            self._resume()

    def stop(self, status: int) -> None:
        """End the work: nothing new is sent, live children are cancelled, the end is reported when all are done."""
        if self.over:
            return
        self.over = True
        self._status = status
        self._close()
        for child in list(self.children.values()):
            self.desk.cancel(child)
        self._finish_when_quiet()

    def breach(self, what: str) -> StrategyError:
        """The error that names the strategy, the parent and the rule."""
        return StrategyError(f"strategy {self._name}, parent {self.parent.parent_id}, time {self.now} ns: {what}")

    # -- the parts ------------------------------------------------------------------------------

    def _account(self, child: Child, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE:
            child.cum_qty += report.last_qty
            self.cum_qty += report.last_qty
        if report.exec_type is ExecType.REPLACED:
            child.order = child.order._replace(qty=report.cum_qty + report.leaves_qty, price=report.price)
        if child.asked and report.exec_type in (ExecType.REPLACED, ExecType.CANCEL_REJECTED):
            child.asked.popleft()
        if report.exec_type is not ExecType.CANCEL_REJECTED and report.leaves_qty == 0:
            child.done = True
            del self.children[child.child_id]

    def _close(self) -> None:
        try:
            self._strategy.close()
        except RuntimeError as error:  # Python's, and it knows nothing of parents
            raise self.breach("it yielded again when it was told that its parent has ended") from error

    def _finish_when_quiet(self) -> None:
        if not self.children:
            status = FILLED if not self.open_qty else self._status
            self.desk.ended(self, status)

    def _resume(self) -> None:
        reports, self._waiting = self._waiting, []
        self._wake_number += 1
        try:
            wanted = self._strategy.send((self.now, reports))
        except StopIteration:
            self.stop(CANCELED)
            return
        self._apply(wanted)

    def _apply(self, wanted: Yielded) -> None:
        while True:
            actions = self._checked(wanted)
            self.rounds += bool(actions.send)
            for child_id, qty, price in actions.replace:
                self.children[child_id].asked.append(qty)
                self.desk.replace(self.children[child_id], qty, price)
            for child_id in actions.cancel:
                self.desk.cancel(self.children[child_id])
            if actions.send or actions.scores:
                for child in self.desk.send(self, actions):
                    self.children[child.child_id] = child
            self._wakes_with_any = "any" in (actions.wake, actions.wake[0])
            self._count_idle(actions)
            if isinstance(actions.wake, tuple):
                self.desk.wake_at(self, max(actions.wake[1], self.now + 1))
                return
            if self.children:
                return
            reports, self._waiting = self._waiting, []
            try:
                wanted = self._strategy.send((self.now, reports))
            except StopIteration:
                self.stop(CANCELED)
                return

    def wake_number(self) -> int:
        """Which wait a timer belongs to: a later resume makes it void."""
        return self._wake_number

    def _checked(self, wanted: Yielded) -> Actions:
        actions = actions_of(wanted)
        if actions is None:
            raise self.breach(f"yielded {wanted!r}; yield Actions(...) or a list of ChildOrder")
        broken = broken_rule(actions, self)
        if broken:
            raise self.breach(broken)
        return actions

    def _count_idle(self, actions: Actions) -> None:
        wake = actions.wake
        waits = wake[1] > self.now if isinstance(wake, tuple) else bool(self.children)
        self._idle = 0 if waits or actions.send else self._idle + 1
        if self._idle > IDLE_ROUNDS:
            raise self.breach(f"{IDLE_ROUNDS} yields in a row sent nothing and waited for nothing; yield a wake time")


def _name_of(strategy: object) -> str:
    """What to call a strategy in an error: its class, or the generator function it is."""
    function = getattr(strategy, "func", strategy)
    return str(getattr(function, "__name__", type(function).__name__))
