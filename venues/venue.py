"""What all venues share: gateway, matching station, sessions, fees, the log.

A message arrives over its session's link, passes the gateways if the venue has any (`venues.gateway`), waits for the
matching station, gets the venue's next sequence number, and is answered: each report goes into the log and back over
the owner's link. Nothing raises out of a venue for a bad message and nothing vanishes: every message gets at least one
report. A broken invariant does stop the run (:class:`BrokenInvariant`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from sim.environment import Environment
from sim.link import LatencySource
from sim.log import EventLog
from sim.outages import Interrupted
from sim.station import Station
from venues.fees import FeeMeter, FeeSchedule
from venues.gateway import GATEWAY_MESSAGES, Gateways
from venues.gateway_terms import GatewayTerms
from venues.journal import KEPT, Journal, Line
from venues.messages import (
    NOBODY,
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    Reason,
    ReduceOrder,
    ReplaceOrder,
    Side,
)
from venues.refusals import refuse
from venues.session import EVERY_REPORT, WAKES, Session

TRADE = ExecType.TRADE
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
BUY = Side.BUY
LAST_EVENTS = 12
"""How many of a venue's last messages a broken invariant shows."""


class BrokenInvariant(AssertionError):
    """The simulator contradicts itself: the run stops at once."""

    def __init__(self, what: str, venue: str, at: int, message: object, last: list[str]) -> None:
        self._told = (what, venue, at, message, last)
        events = "\n  ".join(last)
        super().__init__(f"{what}\nvenue {venue}, time {at} ns, message {message!r}\nlast messages there:\n  {events}")

    def __reduce__(self) -> tuple[type[BrokenInvariant], tuple[str, str, int, object, list[str]]]:
        """Raised in a worker, it is told in the process that asked: pickled by what it was made of, not by its text."""
        return type(self), self._told


class _Nobody:
    """Whoever the reports of no order are for."""

    ways = (0,) * len(ExecType)

    def put(self, message: object, wake: bool = False) -> None:
        """Nobody carries them."""


class Venue:
    """The part around the book. Subclasses match (`_match`) and publish (`_publish`).

    Args:
        number: the venue's number in the log.
        service: the matching station's service time, ns a message.
        speed_bump: added to every inbound message, ns.
        outbound_bump: added to every report, and to the direct feed by whoever connects to it, ns.
    """

    kind = "venue"

    def __init__(
        self,
        env: Environment,
        number: int,
        name: str,
        fees: FeeSchedule,
        service: Callable[[], int] | int,
        log: EventLog,
        speed_bump: int = 0,
        outbound_bump: int = 0,
    ) -> None:
        self.env = env
        self.number = number
        self.name = name
        self.fees = fees
        self.speed_bump = speed_bump
        self.outbound_bump = outbound_bump
        self.seq = 0
        """Sequence number of the last thing that happened here: a message, a close, a cross set off by a reference."""
        self.handled: dict[int, int] = {}
        """Messages handled, by owner."""
        self._station = Station(env, service, self._serve)
        self._receive: Callable[[Any], object] = self._station.accept
        self._gateways: Gateways | None = None
        self._sessions: dict[int, Session | _Nobody] = {NOBODY: _Nobody()}
        self.traded_qty = 0
        """Shares traded."""
        self._last: deque[object] = deque(maxlen=LAST_EVENTS)
        self._logs = log.enabled
        self._last_taker: ExecutionReport | None = None
        self._listen: Callable[[list[ExecutionReport], int, int], object] | None = None
        """Told of (reports, the venue's sequence number, time ns), if anybody listens."""
        self._journal = Journal.of(log)
        self._line = Line(number, fees.per_share(), FeeMeter(fees) if fees.tiers else None)

    def connect(
        self,
        owner: int,
        order_latency: LatencySource | int,
        report_latency: LatencySource | int,
        wakes: frozenset[ExecType] = EVERY_REPORT,
        keeps: frozenset[ExecType] = EVERY_REPORT,
    ) -> Session:
        """A session for an owner; one each.

        Raises:
            ValueError: the owner has one already.
        """
        if owner in self._sessions:
            raise ValueError(f"agent {owner} is connected to {self.name} already")
        receive = self._receive if self._gateways is None else self._gateways.entry()
        inbound = slowed(order_latency, self.speed_bump)
        outbound = slowed(report_latency, self.outbound_bump)
        session = Session(self.env, self.name, owner, receive, inbound, outbound, wakes, keeps)
        self._sessions[owner] = session
        self.handled[owner] = 0
        return session

    def install_gateways(self, terms: GatewayTerms, services: list[Callable[[], int] | int], log: EventLog) -> None:
        """From now on who connects sends through gateways; ``services``: service time of each port.

        Raises:
            ValueError: somebody is connected already.
        """
        if self.handled:
            raise ValueError(f"{self.name}: install gateways before anybody connects")
        append = log.table(GATEWAY_MESSAGES).append

        def row(at: int, *columns: int) -> None:
            append(at, self.number, *columns)

        self._gateways = Gateways(self.env, terms, services, self._receive, self._turn_away, row)

    def _turn_away(self, message: Any, reason: Reason) -> None:
        """Answer a message that the gateways do not let by."""
        self.seq += 1
        self._last.append(message)
        self.handled[message.owner] += 1
        changes = message.__class__ in (CancelOrder, ReplaceOrder, ReduceOrder)
        kind, now = ExecType.CANCEL_REJECTED if changes else ExecType.REJECTED, self.env.now
        self._report(message, [refuse(kind, message, reason, now)], now)

    def _serve(self, message: Any) -> None:
        now = self.env._now
        self.seq += 1
        self._last.append(message)
        self.handled[message.owner] += 1
        self._publish(message, self._report(message, self._match(message, now), now), now)

    def _match(self, message: Any, now: int) -> list[ExecutionReport]:
        raise NotImplementedError

    def _publish(self, message: Any, traded: int, now: int) -> None:
        """Tell the world what the message changed; ``traded`` is the size it took."""

    @property
    def state(self) -> BookState:
        """The phase of its session."""
        return BookState.CONTINUOUS

    def set_state(self, state: BookState) -> None:
        """Begin a phase of the session, now; an auction that ends trades first."""
        raise NotImplementedError

    def close(self) -> None:
        """End the session: DAY orders are cancelled and told so."""
        self.set_state(BookState.CLOSED)

    def _report(self, message: Any, reports: list[ExecutionReport], now: int) -> int:
        """Log and send what the venue says to a message (None: it speaks of its own accord); the total size traded."""
        if self._logs:
            entries = self._journal.entries
            entries.append((now, self.seq, message, reports, self._line))
            if len(entries) >= KEPT:
                self._journal.write()
        if self._listen is not None:
            self._listen(reports, self.seq, now)
        sessions = self._sessions
        for report in reports:
            session = sessions[report[3]]  # by place: half the time of by name
            way = session.ways[report[0]]
            if way:
                session.put(report, way == WAKES)
        return self._count_trades(reports) if len(reports) > 1 else 0  # no trade has one report alone

    def _count_trades(self, reports: list[ExecutionReport]) -> int:
        traded = 0
        taker = None
        for report in reports:
            if report[0] is TRADE and report[10] is not MAKER and (report[10] is TAKER or report[4] is BUY):
                traded += report[7]  # of an auction's two reports the buyer's
                taker = report
        self.traded_qty += traded
        self._last_taker = taker
        return traded

    def broken(self, what: str, message: object) -> BrokenInvariant:
        """The exception that stops the run, with this venue's last messages."""
        return BrokenInvariant(what, self.name, self.env.now, message, [repr(message) for message in self._last])


def slowed(latency: LatencySource | int, bump: int) -> LatencySource | int:
    """The same latency and a speed bump."""
    if not bump:
        return latency
    if isinstance(latency, Interrupted):
        return latency.plus(bump)
    return (lambda: latency() + bump) if callable(latency) else latency + bump
