"""How long a strategy may compute without coming back: a loop without a `yield` in it would never end.

The one place where a real clock is read. It decides nothing but whether a check gives up, and only where the system
can wake a busy thread: in the main thread, on systems with SIGALRM. Elsewhere nothing is watched.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 20.0
"""For one parent in one market, which takes a few milliseconds."""

AGAIN = 1.0
"""Seconds after which a strategy that swallowed the call to stop is called again."""


class OutOfPatience(BaseException):
    """Raised inside the strategy. No Exception: `except Exception` in its loop must not swallow it."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise :class:`OutOfPatience` in what runs inside when it takes longer; another alarm of the process goes on."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def call(*_: object) -> None:
        raise OutOfPatience

    begun = time.monotonic()
    handler = signal.signal(signal.SIGALRM, call)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - begun)), again)
