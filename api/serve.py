"""`sorsim serve`: starts the market process, serves HTTP over it on loopback, and ends both in order.

It ends when it is told to (Ctrl-C, SIGTERM, `POST /run/stop`, `--for`), or when the market process dies: then requests
get 503 with the reason for a moment, and the exit code is 1. A second Ctrl-C does not wait for the run folder.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

from api.market_line import MarketLine
from api.market_process import SpawnedSession
from api.mistakes import Mistake
from api.server import create_app
from api.subscribers import Subscribers
from api.wire import Refused

HOST: Final = "127.0.0.1"

LAST_ANSWERS: Final = 0.5
"""Seconds in which requests are still answered with the reason after the market process died."""

Say = Callable[[str], object]


class PortTaken(Mistake):
    """Somebody listens on the port already."""


class MarketDied(RuntimeError):
    """The market process ended without being asked to; the text says why."""


class _Server(uvicorn.Server):
    """uvicorn, with signals left to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are handled in :class:`_Service`."""
        yield


def listening_socket(port: int) -> socket.socket:
    """A listening socket on loopback; port 0: a free one.

    Raises:
        PortTaken: the port is in use, or may not be used.
    """
    # The protocol is named because event loops set TCP_NODELAY only then; without it an answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was used a moment ago
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"cannot listen on {HOST}:{port}: {error.strerror}. Is another `sorsim serve` running? "
            "Use --port N, or --port 0 for a free one."
        ) from None
    return listener


def serve(what: SpawnedSession, listener: socket.socket, seconds: float | None, ready: Say, say: Say) -> dict[str, Any]:
    """Serve until the end; the last figures, with the digest.

    Args:
        seconds: wall-clock bound on the service; None: none.
        ready: called with the URL when requests are answered.
        say: called with what a person may want to know.

    Raises:
        MarketDied: the market process ended without being asked to.
    """
    return asyncio.run(_Service(what, listener, seconds, ready, say).run())


class _Service:
    def __init__(
        self, what: SpawnedSession, listener: socket.socket, seconds: float | None, ready: Say, say: Say
    ) -> None:
        self._what = what
        self._listener = listener
        self._seconds = seconds
        self._ready = ready
        self._say = say
        self._enough = asyncio.Event()
        self._line: MarketLine | None = None

    async def run(self) -> dict[str, Any]:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_stop)
        subscribers = Subscribers()
        line = self._line = MarketLine(self._what, subscribers.hear)
        try:
            await line.ready()
        except Refused:
            return self._last(line)
        server = _Server(
            uvicorn.Config(
                create_app(line, subscribers),
                log_level="error",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=2,
            )
        )
        serving = asyncio.create_task(server.serve([self._listener]))
        host, port = self._listener.getsockname()
        self._ready(f"http://{host}:{port}")
        await self._until_the_end(line)
        if line.death is not None:
            await asyncio.sleep(LAST_ANSWERS)
        server.should_exit = True
        await serving
        return self._last(line)

    def _told_to_stop(self) -> None:
        if self._enough.is_set() and self._line is not None:
            self._say("stopping at once: the run folder stays unfinished")
            self._line.kill()
        self._enough.set()

    async def _until_the_end(self, line: MarketLine) -> None:
        over = asyncio.create_task(line.over.wait())
        enough = asyncio.create_task(self._enough.wait())
        await asyncio.wait((over, enough), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
        enough.cancel()
        if not over.done():
            self._say("stopping: the day ends, the run folder is written")
            try:
                await line.ask("stop", {}, patience=None)
            except Refused:
                pass  # it has just ended by itself
        await over

    def _last(self, line: MarketLine) -> dict[str, Any]:
        line.process.join(timeout=5)
        if line.death is not None:
            raise MarketDied(line.death.text or line.death.reason)
        return line.last_figures
