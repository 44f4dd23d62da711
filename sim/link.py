"""Wires: a message sent on a link arrives later, and never before one that was sent earlier.

Rules
    one-way latency = the next draw of the link's own source; at least 1 ns: nothing arrives in the instant it was sent;
    FIFO: a message that would overtake arrives together with the one before it.

Cost
    One heap tuple per message (pushed here and not through `Environment.call_at`, which would cost 0.1 us more). A
    mailbox costs a heap tuple only for messages that wake their reader.

Does not model
    Loss, bandwidth, or a queue on the wire; a queue is a :class:`sim.station.Station`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappush
from typing import Any

from sim.environment import Environment, whole_nanos
from sim.outages import Interrupted

LatencySource = Callable[[], int]
"""Gives the latency of the next message, ns."""


class Link:
    """A FIFO wire. ``latency`` is called once per message, or is a fixed number of ns.

    >>> env = Environment()
    >>> link = Link(env, iter([300, 100]).__next__)
    >>> for word in ("first", "second"):
    ...     link.send(lambda message: print(env.now, message), word)
    >>> env.run()
    300 first
    300 second
    """

    __slots__ = ("_env", "_fixed", "_last", "_latency")

    def __init__(self, env: Environment, latency: LatencySource | int) -> None:
        self._env = env
        self._latency, self._fixed = _source(latency, env)
        self._last = 0

    def send(self, deliver: Callable[[Any], object], message: object) -> None:
        """Call ``deliver(message)`` when the message has arrived."""
        env = self._env
        if self._fixed:
            at = env._now + self._fixed
        else:
            latency = self._latency  # CPython is slow to call a callable kept in a slot: name it first
            at = self._last = _arrival(env._now, latency(), self._last)
        heappush(env._queue, (at, next(env._eid), deliver, message))


class Mailbox:
    """A FIFO wire whose messages wait at its end until they are read.

    ``on_mail`` is called (without argument) when messages that were put with ``wake=True`` arrive, once for those that
    arrive at the same time; the others cost no event and are found by the next :meth:`read`.

    >>> env = Environment()
    >>> box = Mailbox(env, 100)
    >>> box.put("hello"); box.read()
    []
    >>> env.run(until=200); box.read()
    [(100, 'hello')]
    """

    __slots__ = ("_env", "_fixed", "_last", "_latency", "_rings_at", "_waiting", "on_mail")

    def __init__(
        self, env: Environment, latency: LatencySource | int, on_mail: Callable[[], object] | None = None
    ) -> None:
        self._env = env
        self._latency, self._fixed = _source(latency, env)
        self._last = 0
        self._rings_at = -1
        self._waiting: deque[tuple[int, Any]] = deque()
        self.on_mail = on_mail

    def put(self, message: object, wake: bool = False) -> None:
        """Send a message to this box, now."""
        env = self._env
        if self._fixed:
            at = env._now + self._fixed
        else:
            latency = self._latency  # CPython is slow to call a callable kept in a slot: name it first
            at = self._last = _arrival(env._now, latency(), self._last)
        self._waiting.append((at, message))
        if wake and at != self._rings_at and self.on_mail is not None:
            self._rings_at = at
            heappush(env._queue, (at, next(env._eid), _ring, self))

    def read(self) -> list[tuple[int, Any]]:
        """(arrival time, message) of what has arrived and was not read before, oldest first."""
        waiting = self._waiting
        now = self._env._now
        if waiting and waiting[-1][0] <= now:  # so has all the rest
            arrived = list(waiting)
            waiting.clear()
            return arrived
        arrived = []
        while waiting and waiting[0][0] <= now:
            arrived.append(waiting.popleft())
        return arrived


def _ring(box: Mailbox) -> None:
    on_mail = box.on_mail
    if on_mail is not None:
        on_mail()


def _source(latency: LatencySource | int, env: Environment) -> tuple[LatencySource, int]:
    """(source of draws, the fixed latency or 0)."""
    if isinstance(latency, Interrupted):
        return (lambda: latency.sent_at(env._now)), 0
    if callable(latency):
        return latency, 0
    fixed = max(1, whole_nanos(latency))
    return (lambda: fixed), fixed


def _arrival(sent: int, latency: int, last: int) -> int:
    """At least 1 ns after the sending, not before the one in front."""
    if type(latency) is not int:
        latency = whole_nanos(latency)
    at = sent + latency if latency > 0 else sent + 1
    return at if at > last else last
