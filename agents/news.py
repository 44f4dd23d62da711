"""The fundamental value and the news of it.

The value is a source at a place of its own. Nobody reads it: an agent has a view over a news link of its own and knows
what has arrived there. Values are price units ($0.0001); the float inside a process uses + - * / only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from agents.tables import NEWS
from sim.environment import Environment
from sim.history import History, HistoryView
from sim.link import LatencySource
from sim.log import EventLog


class ValueProcess(Protocol):
    """How the value moves."""

    def step(self) -> tuple[int, float]:
        """(ns until the next change, the value after it in price units)."""


class Jumps:
    """A compound Poisson process: fair sign, size ``smallest`` plus a random excess.

    Args:
        value: where it starts, price units.
        gap: ns until the next jump; sign: +1 or -1; excess: price units above the smallest jump.
    """

    def __init__(
        self,
        value: int,
        gap: Callable[[], int],
        sign: Callable[[], int],
        excess: Callable[[], float],
        smallest: int = 0,
    ) -> None:
        self._value = float(value)
        self._gap = gap
        self._sign = sign
        self._excess = excess
        self._smallest = smallest

    def step(self) -> tuple[int, float]:
        """(ns until the next jump, the value after it)."""
        self._value += self._sign() * (self._smallest + self._excess())
        return self._gap(), self._value


class MeanReverting:
    """An Ornstein-Uhlenbeck value on a grid: drawn to its start each ``interval`` (ns), and shocked.

    x += reversion * interval * (start - x) + volatility * sqrt(interval) * N(0, 1); reversion per second, volatility in
    price units per square root of a second.
    """

    def __init__(
        self, value: int, interval: int, reversion: float, volatility: float, normal: Callable[[], float]
    ) -> None:
        seconds = interval / 1_000_000_000
        self._start = self._value = float(value)
        self._interval = interval
        self._pull = reversion * seconds
        self._shock = volatility * math.sqrt(seconds)
        self._normal = normal

    def step(self) -> tuple[int, float]:
        """(ns until the next grid point, the value there)."""
        self._value += self._pull * (self._start - self._value) + self._shock * self._normal()
        return self._interval, self._value


class Fundamental:
    """The value at its source, and where agents connect to hear of it."""

    def __init__(self, env: Environment, value: int, process: ValueProcess | None, log: EventLog) -> None:
        self._env = env
        self._process = process
        self._log = log.table(NEWS).append
        self._history: History[int] = History()
        self._first = value

    def view(self, latency: LatencySource | int) -> HistoryView[int]:
        """An agent's own news wire. It knows the value at the start of the day."""
        view = self._history.view(self._env, latency)
        view.item = self._first
        return view

    def start(self) -> None:
        """Begin to move."""
        self._log(self._env.now, self._first)
        if self._process is not None:
            self._plan()

    def _plan(self) -> None:
        assert self._process is not None
        delay, value = self._process.step()
        self._env.call_in(delay, self._move, value)

    def _move(self, value: float) -> None:
        units = max(1, round(value))
        now = self._env.now
        self._log(now, units)
        self._history.append(now, units)
        self._plan()
