"""The process that a live market runs in: it alone owns simulated time.

It is spawned, so it shares no memory with the API's process. Two pipes join them::

    requests  (number, name, arguments)        from the API, answered in order
    news      News(replies, events, dropped)   to the API, one message a piece of simulated time

Simulated time goes in pieces. Between two pieces the market is asked and told; what it is told is stamped with the
simulated time that it has reached, kept in the journal, and done. Where the pieces end changes nothing else.

When the other end of the requests is gone, so is who asks: the market ends its day and the process ends.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pydantic import ValidationError

from api.pace import TICK, Meter, Pace, Pieces, Speed
from api.session import INSTRUCTIONS, Session
from api.wire import Refused, SpeedRequest, StepRequest, in_words, read_instruction

Topic = Literal["trades", "nbbo", "orders"]
TOPICS: Final[tuple[Topic, ...]] = ("trades", "nbbo", "orders")

MOST_REQUESTS: Final = 500
"""Requests that are answered between two pieces."""

IDLE: Final = 0.2
"""Seconds that a paused market waits for a request before it looks around."""


class Reply(NamedTuple):
    """The answer to a request."""

    number: int
    status: int
    body: Any


@dataclass
class News:
    """What the market tells the API's process."""

    replies: list[Reply] = field(default_factory=list)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)


class Ready(NamedTuple):
    """The market stands at time 0."""

    figures: dict[str, Any]


class Ended(NamedTuple):
    """The session is over and its run folder is written."""

    figures: dict[str, Any]


class Died(NamedTuple):
    """The session broke off."""

    reason: str
    text: str


class SpawnedSession(NamedTuple):
    """What a market process is started with."""

    source: str
    settings: tuple[str, ...]
    seed: int | None
    folder: Path
    speed: Speed | Literal["paused"]


def run_market(what: SpawnedSession, requests: Connection, news: Connection) -> None:
    """The process's main function."""
    session: Session | None = None
    try:
        from scenarios.load import load

        session = Session(load(what.source, set=what.settings, seed=what.seed), what.folder)
        market = MarketProcess(session, requests, news, what.speed)
        signal.signal(signal.SIGTERM, lambda *_: market.stop())
        news.send(Ready(market.state()))
        market.run()
        news.send(Ended(market.end()))
    except BrokenPipeError:
        pass  # the API's process died while we wrote to it
    except Exception as error:
        if session is not None:
            session.break_off()
        _last_words(news, Died(f"{type(error).__name__}: {error}", traceback.format_exc()))
        raise SystemExit(1) from None


def _last_words(news: Connection, died: Died) -> None:
    try:
        news.send(died)
    except OSError:
        pass  # nobody listens any more


class MarketProcess:
    """The loop: advance a piece, answer, publish.

    Args:
        requests: where requests come from; news: where news goes.
        clock: wall-clock time, ns.
    """

    def __init__(
        self,
        session: Session,
        requests: Connection,
        news: Connection,
        speed: Speed | Literal["paused"],
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._session = session
        self._requests = requests
        self._out = news
        self._clock = clock
        self._paused = speed == "paused"
        now, wall = session.now, clock()
        self._pace = Pace(1.0 if speed == "paused" else speed, now, wall)
        self._pieces = Pieces()
        self._meter = Meter(now, wall)
        self._steps: list[tuple[int, int]] = []
        """(simulated time to reach, number of the request) of steps under way, soonest first."""
        self._stopping = False
        self._news = News()

    def run(self) -> None:
        """Until it is stopped, or nobody is there to ask."""
        try:
            while not self._stopping:
                self._requests.poll(self._patience())
                self._go_on()
                self._answer_all()
                self._publish()
        except EOFError:
            self.stop()

    def stop(self) -> None:
        """End after this piece."""
        self._stopping = True

    def end(self) -> dict[str, Any]:
        """End the day, write the run folder; the last figures."""
        digest = self._session.stop()
        return {**self.state(), "state": "stopped", "digest": digest}

    def state(self) -> dict[str, Any]:
        """How far the market is and how fast it goes."""
        now, wall = self._session.now, self._clock()
        return {
            **self._session.figures(),
            "state": self._word(),
            "speed": self._pace.speed,
            "actual_speed": 0.0 if self._word() == "paused" else round(self._meter.speed(now, wall), 3),
            "behind": 0 if self._paused else self._pace.behind(now, wall),
            "pid": os.getpid(),
        }

    def _word(self) -> str:
        if self._stopping:
            return "stopping"
        return "stepping" if self._steps else "paused" if self._paused else "running"

    # -- time -----------------------------------------------------------------------------------

    def _patience(self) -> float:
        """Seconds to wait for a request before the next piece."""
        if self._steps:
            return 0.0
        if self._paused:
            return IDLE
        speed = self._pace.speed
        if speed == "max" or self._pace.behind(self._session.now, self._clock()) > TICK * speed:
            return 0.0
        return TICK / 1e9  # caught up, but for the moment that has passed since

    def _go_on(self) -> None:
        """Advance by a piece, where there is somewhere to go."""
        now, started = self._session.now, self._clock()
        goal = self._goal(started)
        furthest = now + self._pieces.length
        until = furthest if goal is None else min(goal, furthest)
        if until > now:
            self._session.advance(until)
            if until == furthest:
                self._pieces.took(self._clock() - started)
        wall = self._clock()
        self._meter.mark(self._session.now, wall)
        self._pace.forgive(self._session.now, wall)
        while self._steps and self._session.now >= self._steps[0][0]:
            _, number = self._steps.pop(0)
            self._news.replies.append(Reply(number, 200, self.state()))

    def _goal(self, wall: int) -> int | None:
        if self._steps:
            return self._steps[0][0]
        return self._session.now if self._paused else self._pace.goal(wall)

    def _restart(self, speed: Speed | None = None) -> None:
        now, wall = self._session.now, self._clock()
        self._pace.restart(now, wall, speed)
        self._meter = Meter(now, wall)

    # -- requests -------------------------------------------------------------------------------

    def _answer_all(self) -> None:
        for _ in range(MOST_REQUESTS):
            if not self._requests.poll(0):
                return
            number, name, arguments = self._requests.recv()
            self._answer(number, name, arguments)

    def _answer(self, number: int, name: str, arguments: dict[str, Any]) -> None:
        try:
            status, body = _ANSWERS[name](self, number, arguments)
        except Refused as refused:
            status, body = refused.status, refused.body()
        except ValidationError as error:  # the API checks first; what slips through is refused all the same
            status, body = 422, Refused(422, "invalid_request", in_words(error)).body()
        if status:
            self._news.replies.append(Reply(number, status, body))

    def _instruct(self, _: int, arguments: dict[str, Any]) -> tuple[int, Any]:
        kind = arguments["do"]
        return _STATUS[kind], INSTRUCTIONS[kind](self._session, read_instruction.validate_python(arguments))

    def _pause(self, _: int, __: dict[str, Any]) -> tuple[int, Any]:
        self._paused = True
        self._break_off_steps()
        return 200, self.state()

    def _resume(self, _: int, __: dict[str, Any]) -> tuple[int, Any]:
        self._break_off_steps()
        self._paused = False
        self._restart()
        return 200, self.state()

    def _step(self, number: int, arguments: dict[str, Any]) -> tuple[int, Any]:
        self._paused = True
        begin = self._steps[-1][0] if self._steps else self._session.now
        self._steps.append((begin + StepRequest.model_validate(arguments).duration, number))
        return 0, None  # answered when it is there

    def _set_speed(self, _: int, arguments: dict[str, Any]) -> tuple[int, Any]:
        speed = SpeedRequest.model_validate(arguments).speed
        if speed == "paused":
            return self._pause(_, arguments)
        self._restart("max" if speed == "max" else float(speed))
        return 200, self.state()

    def _break_off_steps(self) -> None:
        for _, number in self._steps:
            refused = Refused(409, "step_broken_off", f"the step was broken off at {self._session.now} ns")
            self._news.replies.append(Reply(number, refused.status, refused.body()))
        self._steps.clear()

    def _stop(self, _: int, __: dict[str, Any]) -> tuple[int, Any]:
        self._break_off_steps()
        self.stop()
        return 202, self.state()

    def _listen(self, _: int, arguments: dict[str, Any]) -> tuple[int, Any]:
        self._session.tape.listen(arguments["listening"])
        return 200, {}

    # -- news -----------------------------------------------------------------------------------

    def _publish(self) -> None:
        trades, changes, dropped = self._session.tape.collect()
        orders = self._session.blotter.updates()
        found: dict[str, list[dict[str, Any]]] = {"trades": trades, "nbbo": changes, "orders": orders}
        self._news.events = {topic: events for topic, events in found.items() if events}
        self._news.dropped = dropped
        if self._news.replies or self._news.events or dropped:
            self._out.send(self._news)
            self._news = News()


_STATUS: Final = {"parent": 201, "child": 201, "cancel": 202, "risk": 200, "kill": 200, "release": 200}
"""HTTP status of an instruction that was carried out."""

_ANSWERS: Final[dict[str, Callable[[MarketProcess, int, dict[str, Any]], tuple[int, Any]]]] = {
    "instruct": MarketProcess._instruct,
    "order": lambda market, _, given: (200, market._session.order(given["id"])),
    "orders": lambda market, _, given: (200, market._session.orders(given["most"])),
    "book": lambda market, _, given: (200, market._session.book(given["venue"], given["levels"])),
    "nbbo": lambda market, _, __: (200, market._session.nbbo()),
    "venues": lambda market, _, __: (200, market._session.venues()),
    "risk": lambda market, _, __: (200, market._session.risk()),
    "strategies": lambda market, _, __: (200, market._session.strategies()),
    "state": lambda market, _, __: (200, market.state()),
    "pause": MarketProcess._pause,
    "resume": MarketProcess._resume,
    "step": MarketProcess._step,
    "speed": MarketProcess._set_speed,
    "stop": MarketProcess._stop,
    "listen": MarketProcess._listen,
}
