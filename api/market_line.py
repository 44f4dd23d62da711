"""The API's end of the line to the market process: it asks, hears the news, and notices when the line is dead."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Any, Final

from api.market_process import Died, Ended, News, Ready, Reply, SpawnedSession, run_market
from api.wire import Refused

MOST_UNDER_WAY: Final = 256
"""Requests on the line at a time; more wait their turn."""

MOST_WAITING_NEWS: Final = 512
"""Pieces of news that wait for the event loop; beyond that the oldest events are dropped, replies never."""

PATIENCE: Final = 15.0
"""Seconds within which the market answers, unless it is asked to take longer."""

Hear = Callable[[dict[str, list[dict[str, Any]]], dict[str, int]], object]
"""(events by topic, dropped events by topic)."""


class MarketLine:
    """A market process and the line to it. Make it, ``await ready()``, then ``ask`` until ``over`` is set.

    Args:
        hear: called on the event loop with every piece of news.
    """

    def __init__(self, session: SpawnedSession, hear: Hear) -> None:
        spawn = multiprocessing.get_context("spawn")
        requests_there, self._requests = spawn.Pipe(duplex=False)
        self._news, news_there = spawn.Pipe(duplex=False)
        self.process = spawn.Process(
            target=run_market, args=(session, requests_there, news_there), name="market", daemon=True
        )
        _start_deaf_to_ctrl_c(self.process)
        requests_there.close()  # so that the end of the other process ends the pipes
        news_there.close()
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        self._turn = asyncio.Semaphore(MOST_UNDER_WAY)
        self._number = 0
        self._asked: dict[int, asyncio.Future[tuple[int, Any]]] = {}
        self._begun: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._waiting: deque[Any] = deque()
        self._overflow: dict[str, int] = {}
        self._lock = threading.Lock()
        self.over = asyncio.Event()
        self.last_figures: dict[str, Any] = {}
        self.death: Died | None = None
        """Why the market process ended without being asked to; None: it has not."""
        threading.Thread(target=_listen, args=(self._news, self._put), name="news", daemon=True).start()

    async def ready(self) -> dict[str, Any]:
        """Wait until the market stands; its figures.

        Raises:
            Refused: it could not be built.
        """
        return await self._begun

    async def ask(self, name: str, arguments: dict[str, Any], patience: float | None = PATIENCE) -> tuple[int, Any]:
        """(HTTP status, body) of the market's answer.

        Raises:
            Refused: the market is gone, or does not answer in time.
        """
        async with self._turn:
            if self.over.is_set():
                raise self.gone()
            self._number += 1
            number = self._number
            answer = self._asked[number] = self._loop.create_future()
            try:
                self._requests.send((number, name, arguments))
                async with asyncio.timeout(patience):
                    status, body = await answer
                    return status, body
            except OSError:
                raise self.gone() from None
            except TimeoutError:
                raise Refused(503, "market_silent", f"the market did not answer within {patience:g} s") from None
            finally:
                self._asked.pop(number, None)

    def gone(self) -> Refused:
        """What there is to say when nobody answers any more."""
        if self.death is not None:
            return Refused(503, "market_gone", f"the market process died: {self.death.reason}", "start it again")
        return Refused(503, "market_gone", "the market has stopped", "start it again")

    def kill(self) -> None:
        """End the process at once; its run folder stays unfinished."""
        self.process.kill()

    # -- news -----------------------------------------------------------------------------------

    def _put(self, heard: Any) -> None:
        """Called on the listening thread."""
        with self._lock:
            self._waiting.append(heard)
            if len(self._waiting) > MOST_WAITING_NEWS:
                self._shorten()
            first = len(self._waiting) == 1
        if first:
            try:
                self._loop.call_soon_threadsafe(self._take)
            except RuntimeError:
                pass  # the loop is closed: nobody wants news any more

    def _shorten(self) -> None:
        """Drop the events of the oldest news that has any."""
        for news in self._waiting:
            if isinstance(news, News) and news.events:
                for topic, events in news.events.items():
                    self._overflow[topic] = self._overflow.get(topic, 0) + len(events)
                news.events = {}
                return

    def _take(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, deque()
            overflow, self._overflow = self._overflow, {}
        if overflow:
            self._hear({}, overflow)
        for heard in waiting:
            _HANDLERS[type(heard)](self, heard)

    def _on_news(self, news: News) -> None:
        for reply in news.replies:
            self._answered(reply)
        if news.events or news.dropped:
            self._hear(news.events, news.dropped)

    def _answered(self, reply: Reply) -> None:
        answer = self._asked.get(reply.number)
        if answer is not None and not answer.done():
            answer.set_result((reply.status, reply.body))

    def _on_ready(self, ready: Ready) -> None:
        self._begun.set_result(ready.figures)

    def _on_ended(self, ended: Ended) -> None:
        self.last_figures = ended.figures
        self._finish()

    def _on_died(self, died: Died) -> None:
        self.death = died
        self._finish()

    def _on_silence(self, _: None) -> None:
        if not self.over.is_set():
            self.process.join(timeout=1)
            self._on_died(Died(f"it ended without a word, exit code {self.process.exitcode}", ""))

    def _finish(self) -> None:
        self.over.set()
        if not self._begun.done():
            self._begun.set_exception(self.gone())
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(self.gone())


_HANDLERS: Final[dict[type, Callable[[MarketLine, Any], None]]] = {
    News: MarketLine._on_news,
    Ready: MarketLine._on_ready,
    Ended: MarketLine._on_ended,
    Died: MarketLine._on_died,
    type(None): MarketLine._on_silence,
}


def _start_deaf_to_ctrl_c(process: BaseProcess) -> None:
    """Start a process with SIGINT blocked from its first moment on: a terminal sends it to both, and we decide."""
    ensure_running()  # the helper process of spawn: starting it would unblock the signal again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a new program inherits what is blocked
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _listen(news: Connection, put: Callable[[Any], None]) -> None:
    """The listening thread: reads until the other end is gone, and then says None."""
    while True:
        try:
            put(news.recv())
        except (EOFError, OSError):
            put(None)
            return
