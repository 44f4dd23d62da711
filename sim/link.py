"""Wires: a message sent on a link arrives later, and never before one that was sent earlier.

Rules
    one-way latency = the next draw of the link's own source; at least 1 ns: nothing arrives in the instant it was sent;
    FIFO: a message that would overtake arrives together with the one before it.

Cost
    One heap tuple per message. A mailbox costs a heap tuple only for messages that wake their reader.

Does not model
    Loss, bandwidth, or a queue on the wire; a queue is a :class:`sim.station.Station`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from sim.environment import Environment

LatencySource = Callable[[], int]
"""Gives the latency of the next message, ns."""


class Link:
    """A FIFO wire. ``latency`` is called once per message.

    >>> env = Environment()
    >>> link = Link(env, iter([300, 100]).__next__)
    >>> for word in ("first", "second"):
    ...     link.send(lambda message: print(env.now, message), word)
    >>> env.run()
    300 first
    300 second
    """

    __slots__ = ("_env", "_last", "_latency")

    def __init__(self, env: Environment, latency: LatencySource) -> None:
        self._env = env
        self._latency = latency
        self._last = 0

    def send(self, deliver: Callable[[Any], object], message: object) -> None:
        """Call ``deliver(message)`` when the message has arrived."""
        env = self._env
        sent = env._now
        at = sent + self._latency()
        if at <= sent:
            at = sent + 1
        if at < self._last:
            at = self._last
        self._last = at
        env.call_at(at, deliver, message)


class Mailbox:
    """A FIFO wire whose messages wait at its end until they are read.

    ``on_mail`` is called (without argument) when a message that was put with ``wake=True`` arrives; the others cost
    no event and are found by the next :meth:`read`.

    >>> env = Environment()
    >>> box = Mailbox(env, lambda: 100)
    >>> box.put("hello"); box.read()
    []
    >>> env.run(until=200); box.read()
    [(100, 'hello')]
    """

    __slots__ = ("_env", "_last", "_latency", "_waiting", "on_mail")

    def __init__(self, env: Environment, latency: LatencySource, on_mail: Callable[[], object] | None = None) -> None:
        self._env = env
        self._latency = latency
        self._last = 0
        self._waiting: deque[tuple[int, Any]] = deque()
        self.on_mail = on_mail

    def put(self, message: object, wake: bool = False) -> None:
        """Send a message to this box, now."""
        env = self._env
        sent = env._now
        at = sent + self._latency()
        if at <= sent:
            at = sent + 1
        if at < self._last:
            at = self._last
        self._last = at
        self._waiting.append((at, message))
        if wake and self.on_mail is not None:
            env.call_at(at, self._ring)

    def _ring(self, _: object) -> None:
        if self.on_mail is not None:
            self.on_mail()

    def read(self) -> list[tuple[int, Any]]:
        """(arrival time, message) of what has arrived and was not read before, oldest first."""
        waiting = self._waiting
        now = self._env._now
        arrived = []
        while waiting and waiting[0][0] <= now:
            arrived.append(waiting.popleft())
        return arrived
