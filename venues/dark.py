"""A dark pool: a venue that crosses at the midpoint that it sees.

Rules
    The reference is the best bid and offer as the pool's own feed shows it (SIP or direct), so it can be stale, and the
    pool trades at the stale midpoint. Everything else is the book's: `venues.midpoint_book`.
    A block pool is a pool with a large `min_qty` and, if its policies say so, conditional orders alone.
    The pool looks at its reference before every message, and by itself while both sides rest.
    Reports that no message caused (crosses set off by the reference, invitations that lapse) have a sequence number of
    their own. The log holds a conditional order as a new order; its acknowledgement says that it is conditional.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.environment import Environment
from sim.link import LatencySource
from sim.log import EventLog
from venues.dark_orders import DarkOrder
from venues.fees import FeeSchedule
from venues.messages import AskIndications, BookState, ConditionalOrder, ExecType, ExecutionReport
from venues.midpoint_book import MidpointBook, as_order
from venues.pool_policies import PLAIN_POOL, PoolPolicies
from venues.protocols import Reference
from venues.session import EVERY_REPORT, Session
from venues.venue import Venue

__all__ = ["DarkOrder", "DarkPool", "MidpointBook", "PoolSession"]


class PoolSession(Session):
    """A session that also carries what only pools take."""

    __slots__ = ()

    def _made_out(self, message: Any) -> Any:
        its_own = message.__class__ in (ConditionalOrder, AskIndications) and message.owner == self.owner
        return message._replace(owner=self.owner) if its_own else super()._made_out(message)


class DarkPool(Venue):
    """A venue around a :class:`MidpointBook` that looks at its reference before every message."""

    kind = "dark"

    def __init__(
        self,
        env: Environment,
        number: int,
        name: str,
        fees: FeeSchedule,
        service: Callable[[], int] | int,
        log: EventLog,
        reference: Reference,
        tick: int = 100,
        min_qty: int = 1,
        speed_bump: int = 0,
        policies: PoolPolicies = PLAIN_POOL,
    ) -> None:
        super().__init__(env, number, name, fees, service, log, speed_bump)
        self.book = MidpointBook(tick, min_qty, policies)
        self._reference = reference
        self._watching = False
        self._acts_at = 0
        """When the book has something to do by itself, as far as it is planned, ns; 0: it has not."""

    def connect(
        self,
        owner: int,
        order_latency: LatencySource | int,
        report_latency: LatencySource | int,
        wakes: frozenset[ExecType] = EVERY_REPORT,
        keeps: frozenset[ExecType] = EVERY_REPORT,
    ) -> Session:
        """A session for an owner, one each, that also carries conditional orders and requests for indications."""
        session = super().connect(owner, order_latency, report_latency, wakes, keeps)
        session.__class__ = PoolSession  # the same wires; they carry more
        return session

    def _match(self, message: Any, now: int) -> list[ExecutionReport]:
        crossed = self.book.set_reference(*self._reference.best(now), now)
        if crossed:
            self._report(None, crossed, now)
        return self.book.handle(message, now)

    def _report(self, message: Any, reports: list[ExecutionReport], now: int) -> int:
        return super()._report(_as_logged(message), reports, now)

    def _publish(self, message: Any, traded: int, now: int) -> None:
        self._watch(self.book.both_sides_rest)
        self._plan()

    # -- what the pool does by itself ---------------------------------------------------------------

    def _watch(self, needed: bool) -> None:
        """While both sides rest, a moving reference alone can make them trade; otherwise nobody need wake the pool."""
        if needed and not self._watching:
            self._reference.subscribe(self._reference_moved)
        elif self._watching and not needed:
            self._reference.unsubscribe()
        self._watching = needed

    def _reference_moved(self, _: object) -> None:
        if not self.book.both_sides_rest:
            return
        now = self.env.now
        self._acted(self.book.set_reference(*self._reference.best(now), now))

    def _plan(self) -> None:
        """Wake up when an invitation lapses."""
        due = self.book.next_at()
        if due is not None and (not self._acts_at or due < self._acts_at):
            self._acts_at = due
            self.env.call_at(due, self._act, due)

    def _act(self, due: int) -> None:
        if due == self._acts_at:  # else something earlier came between and has planned anew
            self._acts_at = 0
            self._acted(self.book.advance(self.env.now))
            self._plan()

    def _acted(self, reports: list[ExecutionReport]) -> None:
        """What the book did without a message has a sequence number of its own."""
        now = self.env.now
        if reports:
            self.seq += 1
            self._publish(None, self._report(None, reports, now), now)

    # -- its session ----------------------------------------------------------------------------------

    @property
    def state(self) -> BookState:
        """The phase of its session."""
        return self.book.state

    def set_state(self, state: BookState) -> None:
        """Continuous, closed, or any other: nothing crosses and no order is taken until it is continuous again."""
        self.seq += 1
        now = self.env.now
        self._report(None, self.book.set_state(state, now), now)
        self._watch(self.book.both_sides_rest)
        self._plan()


def _as_logged(message: Any) -> Any:
    """A conditional order has the row of the order it is like; a request for indications has none but its reports."""
    if message.__class__ is AskIndications:
        return None
    if message.__class__ is not ConditionalOrder:
        return message
    return as_order(message)
