"""A station serves one message at a time: a gateway, a matching engine.

Rules
    First come, first served; a message that finds the server busy waits; service times are the next draws of the
    station's own source, or fixed. Bursts queue, and the delay under load emerges (Lindley's recursion).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any

from sim.environment import Environment, whole_nanos


class Station:
    """A single server with a service time.

    >>> env = Environment()
    >>> station = Station(env, lambda: 10, lambda message: print(env.now, message))
    >>> for word in ("a", "b"):
    ...     env.call_at(5, station.accept, word)
    >>> env.run()
    15 a
    25 b
    """

    __slots__ = ("_env", "_fixed", "_serve", "_service_time", "busy_until")

    def __init__(self, env: Environment, service_time: Callable[[], int] | int, serve: Callable[[Any], object]) -> None:
        self._env = env
        self._fixed = 0 if callable(service_time) else whole_nanos(service_time)
        if self._fixed < 0:
            raise ValueError(f"service time {self._fixed} ns: write 0 or more")
        self._service_time = service_time if callable(service_time) else lambda: 0
        self._serve = serve
        self.busy_until = 0
        """When the server will have done what it has accepted so far, ns."""

    def accept(self, message: object) -> None:
        """Queue a message; ``serve(message)`` is called when its service ends. The caller's last act."""
        env, serve = self._env, self._serve  # CPython is slow to call a callable kept in a slot: name it first
        start = env._now
        if start < self.busy_until:
            start = self.busy_until
        if not self._fixed:
            self.busy_until = done = start + self._service_time()
            env.hand_over(done, serve, message)
            return
        self.busy_until = done = start + self._fixed
        queue = env._queue
        if queue and queue[0][0] > done:  # as env.hand_over, 0.1 us cheaper
            env._now = done
            serve(message)
        else:
            heappush(queue, (done, next(env._eid), serve, message))
