"""A venue's gateways: what a message goes through before the matching engine has it.

::

    session --link, inbound speed bump--> rate limit -> port -> (speed bump for takers) -> matching engine

Rules
    A session belongs to one of the ports, in turn, in the order of connecting. A port serves one message at a time,
    first come, first served; ports do not wait for each other, so messages of two ports may overtake each other.
    The rate limit is a token bucket, of each session or of each port with its sessions: a message takes a token, at
    most `burst` are there, and they come back at the rate. It is exact: the bucket counts in whole parts of a token.
    Over the limit a message waits, in order, for the next token (`queue`), or is refused at once (`reject`): a
    REJECTED or CANCEL_REJECTED report with RATE_LIMIT over the session's own link; it takes no token.
    `queue_limit` messages may wait for tokens in each queue, and as many at each port besides the one that is served;
    one too many is refused with QUEUE_FULL.
    Cancels and reductions count like any message. Where they are `exempt` they need no token and go by the queue for
    them, so a cancel can come before the order that it names: it is refused (UNKNOWN_ORDER) and the order lives.
    A refused message has a sequence number and rows in the log like any other; the matching engine does not see it.

Cost
    Nothing at a venue without gateways. Else one event more a message, and one for each that waited for a token.

Does not model
    The way from the port to the engine (0 ns), ports that fail, disconnection of who exceeds the limit again and again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from sim.environment import Environment
from sim.log import Column, Schema
from venues.gateway_terms import Cancels, GatewayTerms, LimitPer, OnLimit, RateLimit
from venues.messages import CancelOrder, Reason, ReduceOrder
from venues.refusals import is_id

GATEWAY_MESSAGES: Final = Schema(
    "gateway_messages",
    "Every message that came to a venue's gateways: `arrived` there, `at` its port or refused, `left` for the engine.",
    (
        Column("at", "i8", "ns"),
        Column("venue", "i1", "venue"),
        Column("port", "i2", "count"),
        Column("owner", "i2", "agent"),
        Column("order_id", "i8", "id"),
        Column("arrived", "i8", "ns"),
        Column("left", "i8", "ns"),  # refused: when it was
        Column("held", "i4", "count"),  # messages that waited for a token before it
        Column("ahead", "i4", "count"),  # messages at the port before it, the one that is served among them
        Column("outcome", "i1", "code", {0: "PASSED", 1: "RATE_LIMIT", 2: "QUEUE_FULL"}),
    ),
)
OUTCOMES: Final = {Reason.NONE: 0, Reason.RATE_LIMIT: 1, Reason.QUEUE_FULL: 2}

Refuse = Callable[[Any, Reason], object]
"""Answers a message that goes no further."""


class TokenBucket:
    """Who has a token may pass. A token is ``period`` parts; each ns brings ``messages`` parts.

    >>> bucket = TokenBucket(RateLimit(messages=3, period=10, burst=2))
    >>> [bucket.take(at) for at in (0, 0, 4, 7, 10)]
    [None, None, None, None, None]
    >>> bucket.ready_at(10)
    14
    """

    __slots__ = ("_full", "_messages", "_parts", "_period", "_seen")

    def __init__(self, limit: RateLimit) -> None:
        self._messages = limit.messages
        self._period = limit.period
        self._full = self._parts = limit.burst * limit.period
        self._seen = 0

    def ready_at(self, now: int) -> int:
        """The first time from ``now`` on at which a token is there, ns."""
        parts = min(self._full, self._parts + (now - self._seen) * self._messages)
        missing = self._period - parts
        return now if missing <= 0 else now - (-missing // self._messages)

    def take(self, now: int) -> None:
        """Take a token; one is there."""
        parts = min(self._full, self._parts + (now - self._seen) * self._messages) - self._period
        assert parts >= 0, f"no token at {now}"
        self._parts, self._seen = parts, now


class Port:
    """One server and its queue."""

    __slots__ = ("_busy_until", "_env", "_limit", "_on", "_row", "_service", "_starts", "number", "refuse")

    def __init__(
        self,
        env: Environment,
        number: int,
        service: Callable[[], int] | int,
        queue_limit: int | None,
        on: Callable[[Any], object],
        refuse: Refuse,
        row: Callable[..., object],
    ) -> None:
        self._env = env
        self.number = number
        self._service: Callable[[], int] = service if callable(service) else lambda: service
        self._limit = queue_limit
        self._on = on
        self.refuse = refuse
        self._row = row
        self._busy_until = 0
        self._starts: deque[int] = deque()
        """When the messages that wait will be served."""

    def accept(self, message: Any, arrived: int, held: int = 0) -> None:
        """Queue a message that has its token. The caller's last act."""
        env, starts = self._env, self._starts
        now = env.now
        while starts and starts[0] <= now:
            starts.popleft()
        busy = self._busy_until > now
        if busy and self._limit is not None and len(starts) >= self._limit:
            self.turn_away(message, Reason.QUEUE_FULL, arrived, held, len(starts) + 1)
            return
        ahead = len(starts) + busy
        start = max(now, self._busy_until)
        if busy:
            starts.append(start)
        self._busy_until = done = start + self._service()
        self.tell(message, arrived, done, held, ahead, Reason.NONE)
        env.hand_over(done, self._on, message)

    def turn_away(self, message: Any, reason: Reason, arrived: int, held: int, ahead: int = 0) -> None:
        """Refuse a message, and say so in the log."""
        self.tell(message, arrived, self._env.now, held, ahead, reason)
        self.refuse(message, reason)

    def tell(self, message: Any, arrived: int, left: int, held: int, ahead: int, reason: Reason) -> None:
        """One row of the log."""
        order_id = int(message.order_id) if is_id(message.order_id) else 0
        self._row(self._env.now, self.number, message.owner, order_id, arrived, left, held, ahead, OUTCOMES[reason])


class Throttle:
    """The rate limit of a session, or of a port: who is over it waits here, or is refused."""

    __slots__ = ("_bucket", "_env", "_limit", "_rejects", "_waiting")

    def __init__(self, env: Environment, limit: RateLimit, on_limit: OnLimit, queue_limit: int | None) -> None:
        self._env = env
        self._bucket = TokenBucket(limit)
        self._rejects = on_limit is OnLimit.REJECT
        self._limit = queue_limit
        self._waiting: deque[tuple[Any, int, int, Port]] = deque()

    def accept(self, message: Any, port: Port) -> None:
        """Let a message by, hold it up or refuse it. The caller's last act."""
        now, held = self._env.now, len(self._waiting)
        ready = self._bucket.ready_at(now)
        if not held and ready == now:
            self._bucket.take(now)
            port.accept(message, now)
        elif self._rejects:
            port.turn_away(message, Reason.RATE_LIMIT, now, held)
        elif self._limit is not None and held >= self._limit:
            port.turn_away(message, Reason.QUEUE_FULL, now, held)
        else:
            self._waiting.append((message, now, held, port))
            if not held:
                self._env.call_at(ready, self._release)

    def _release(self, _: object) -> None:
        """There is a token for the first that waits."""
        message, arrived, held, port = self._waiting.popleft()
        now = self._env.now
        self._bucket.take(now)
        if self._waiting:
            self._env.call_at(self._bucket.ready_at(now), self._release)
        port.accept(message, arrived, held)


class Gateways:
    """All ports of a venue.

    Args:
        services: service time of each port, ns or a source of them; as many as there are ports.
        accept: where messages go on to; refuse: what answers those that do not.
        row: writes a row into the log, all columns of `GATEWAY_MESSAGES` but the venue.
    """

    def __init__(
        self,
        env: Environment,
        terms: GatewayTerms,
        services: list[Callable[[], int] | int],
        accept: Callable[[Any], object],
        refuse: Refuse,
        row: Callable[..., object],
    ) -> None:
        if len(services) != terms.ports:
            raise ValueError(f"{terms.ports} ports and {len(services)} service times: give one for each")
        self._env = env
        self._terms = terms
        self._ports = [
            Port(env, number, service, terms.queue_limit, accept, refuse, row)
            for number, service in enumerate(services)
        ]
        self._of_ports = [self._throttle() for _ in self._ports] if terms.per is LimitPer.PORT else []
        self._sessions = 0

    def _throttle(self) -> Throttle | None:
        terms = self._terms
        if terms.rate_limit is None:
            return None
        return Throttle(self._env, terms.rate_limit, terms.on_limit, terms.queue_limit)

    def entry(self) -> Callable[[Any], None]:
        """Where the next session that connects sends its messages."""
        number = self._sessions % len(self._ports)
        self._sessions += 1
        throttle = self._of_ports[number] if self._of_ports else self._throttle()
        return _entry(self._env, self._ports[number], throttle, self._terms.cancels is Cancels.EXEMPT)


def _entry(env: Environment, port: Port, throttle: Throttle | None, exempts_cancels: bool) -> Callable[[Any], None]:
    def receive(message: Any) -> None:
        if throttle is None or (exempts_cancels and message.__class__ in (CancelOrder, ReduceOrder)):
            port.accept(message, env.now)
        else:
            throttle.accept(message, port)

    return receive
