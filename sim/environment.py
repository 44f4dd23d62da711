"""The simulated clock: SimPy in integer nanoseconds, with a run loop of its own.

Everything that happens is one heap tuple ``(time, key, function, argument)``. SimPy's own events
(timeouts, processes, resources) ride on it with ``function = fire``; a scheduled callback rides on it as it is,
so it costs one tuple and no event object.

Rules
    Equal times are settled by (time, priority, insertion). The priorities, once and here:
    URGENT (0)  SimPy's own: a process starts, an interrupt arrives, ``run(until=t)`` stops before t.
    NORMAL (1)  everything else.
    The clock is an ``int``: numpy integers are converted, a float is refused.

Cost
    About 0.45 us for an event scheduled, popped and called (CPython 3.11); O(log n) in events pending.

Does not model
    Real time. Pacing against a wall clock is the business of whoever calls ``run(until=...)``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, NewType

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, URGENT, Event, EventPriority

__all__ = ["NORMAL", "URGENT", "Environment", "Nanos", "whole_nanos"]

Nanos = NewType("Nanos", int)
"""Simulated time since the scenario's start, in nanoseconds."""

_PRIORITY_STEP = 1 << 56
"""Keys of a heap tuple: insertion number + (priority - NORMAL) * this, so that a callback's key is its bare number."""


def whole_nanos(value: object) -> int:
    """The value as a Python int; numpy integers are converted, floats refused.

    Raises:
        TypeError: the value is not an integer.

    >>> whole_nanos(5)
    5
    """
    try:
        return int(operator.index(value))  # type: ignore[arg-type]  # int(): True and enums are integers too
    except TypeError:
        raise TypeError(
            f"simulated time is whole nanoseconds, got {value!r} ({type(value).__name__}); "
            "round it with int(...) or write a duration such as 350_000"
        ) from None


class Environment(simpy.Environment):
    """A ``simpy.Environment`` whose clock is an int and whose callbacks cost one heap tuple.

    Processes, timeouts, interrupts, conditions and resources work as SimPy documents them.

    >>> env = Environment()
    >>> env.call_in(350_000, print, "arrived")
    >>> env.run()
    arrived
    >>> env.now
    350000
    """

    _queue: list[tuple[int, int, Callable[[Any], object], Any]]  # type: ignore[assignment]
    _now: int

    def __init__(self, initial_time: int = 0) -> None:
        super().__init__(whole_nanos(initial_time))
        self._queue = []
        self._eid = count()

    @property
    def now(self) -> int:
        """The simulated time, ns."""
        return self._now

    # -- scheduling ---------------------------------------------------------------------------

    def call_at(self, at: int, function: Callable[[Any], object], argument: Any = None) -> None:
        """Call ``function(argument)`` at the given time, after what is already due then.

        Raises:
            ValueError: the time has passed.
            TypeError: the time is not an integer.
        """
        if type(at) is not int:
            at = whole_nanos(at)
        if at < self._now:
            raise ValueError(f"cannot call {function!r} at {at} ns: the clock is at {self._now} ns")
        heappush(self._queue, (at, next(self._eid), function, argument))

    def call_in(self, delay: int, function: Callable[[Any], object], argument: Any = None) -> None:
        """Call ``function(argument)`` after ``delay`` nanoseconds. Errors as :meth:`call_at`."""
        if type(delay) is not int:
            delay = whole_nanos(delay)
        if delay < 0:
            raise ValueError(f"negative delay {delay} ns for {function!r}")
        heappush(self._queue, (self._now + delay, next(self._eid), function, argument))

    def hand_over(self, at: int, function: Callable[[Any], object], argument: Any = None) -> None:
        """As :meth:`call_at`, for a callback whose last act this is: saves the heap when nothing lies between.

        When no event is pending at or before ``at``, the clock moves there and the function runs at once. That is
        what the loop would have done next, so the trace is the same; the pending stop of ``run(until=...)`` is in
        the heap too, so a run never passes its end. The caller must do nothing after this call.
        """
        queue = self._queue
        if queue and queue[0][0] > at >= self._now and type(at) is int:
            self._now = at
            function(argument)
        else:
            self.call_at(at, function, argument)

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: int = 0) -> None:  # type: ignore[override]
        """SimPy's own entry: put an event on the heap. A float delay is refused."""
        if type(delay) is not int:
            delay = whole_nanos(delay)
        heappush(
            self._queue,
            (self._now + delay, next(self._eid) + (priority - NORMAL) * _PRIORITY_STEP, _fire, event),
        )

    # -- running --------------------------------------------------------------------------------

    def peek(self) -> int:
        """Time of the next event; ``simpy.core.Infinity`` when there is none."""
        return self._queue[0][0] if self._queue else simpy.core.Infinity  # type: ignore[return-value]

    def step(self) -> None:
        """Process the next event.

        Raises:
            EmptySchedule: nothing is scheduled.
        """
        if not self._queue:
            raise EmptySchedule
        self._now, _, function, argument = heappop(self._queue)
        function(argument)

    def run(self, until: float | Event | None = None) -> Any:
        """Run until the time (exclusive, as in SimPy), the event, or until nothing is scheduled.

        Returns:
            The event's value, when ``until`` is an event.

        Raises:
            ValueError: the time is not after now.
            RuntimeError: the schedule ran empty before the event happened.
        """
        if until is None:
            self._loop()
            return None
        if isinstance(until, Event):
            return self._run_until_event(until)
        at = whole_nanos(until)
        if at <= self._now:
            raise ValueError(f"until={at} must be greater than the current simulation time {self._now}.")
        heappush(self._queue, (at, next(self._eid) - _PRIORITY_STEP, _stop, None))
        try:
            self._loop()
        except StopSimulation:
            pass
        return None

    def _run_until_event(self, until: Event) -> Any:
        if until.callbacks is None:
            return until.value
        until.callbacks.append(StopSimulation.callback)
        try:
            self._loop()
        except StopSimulation as stop:
            return stop.args[0]
        raise RuntimeError(f'No scheduled events left but "until" event was not triggered: {until}')

    def _loop(self) -> None:
        queue = self._queue
        pop = heappop
        while True:
            try:  # costs nothing; to ask `while queue` costs 0.01 us an event
                self._now, _, function, argument = pop(queue)
            except IndexError:
                return
            function(argument)


def _stop(_: object) -> None:
    raise StopSimulation(None)


def _fire(event: Event) -> None:
    """Run an event's callbacks, as ``simpy.Environment.step`` does."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
    try:
        for callback in callbacks:
            callback(event)
    except StopSimulation:
        # What the stopping event still owes the others runs first when the simulation resumes.
        event.callbacks = callbacks[callbacks.index(callback) + 1 :]
        event.env.schedule(event, EventPriority(-1))
        raise
    if not event._ok and not hasattr(event, "_defused"):
        exc = type(event._value)(*event._value.args)
        exc.__cause__ = event._value
        raise exc
