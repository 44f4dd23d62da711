"""A station serves one message at a time: a gateway, a matching engine.

Rules
    First come, first served; a message that finds the server busy waits; service times are the next draws of the
    station's own source, or fixed. Bursts queue, and the delay under load emerges (Lindley's recursion).
"""

from __future__ import annotations

from collections.abc import Callable
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
        self._fixed = -1 if callable(service_time) else whole_nanos(service_time)
        if not callable(service_time) and self._fixed < 0:
            raise ValueError(f"service time {self._fixed} ns: write 0 or more")
        self._service_time = service_time if callable(service_time) else lambda: self._fixed
        self._serve = serve
        self.busy_until = 0
        """When the server will have done what it has accepted so far, ns."""

    def accept(self, message: object) -> None:
        """Queue a message; ``serve(message)`` is called when its service ends. The caller's last act."""
        env = self._env
        start = env._now
        if start < self.busy_until:
            start = self.busy_until
        self.busy_until = done = start + (self._fixed if self._fixed >= 0 else self._service_time())
        env.hand_over(done, self._serve, message)
