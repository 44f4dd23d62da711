"""A recorded file, sent to a venue of ours at which nobody else trades: what came out against what is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from math import gcd
from pathlib import Path
from typing import Final

from agents.participant import Place
from agents.recordings.reading import Recording
from agents.recordings.rows import Row, RowKind
from agents.replay import AMISS, REPLAY_WAKES, Replay
from analysis.quote_states import DifferentStories, State, agreement, published_states, recorded_states
from scenarios.reconciling.findings import Finding
from sim.environment import Environment
from sim.log import EventLog
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.tables import QUOTES, TRADES

SERVICE: Final = 500
"""Of the matching station, ns a message: rows of one time keep their order."""

_AGREED: Final = ("fit", "hidden", "crosses", "halts", "in_opening")


@dataclass(frozen=True)
class Replayed:
    """What became of a recording: rows by outcome, trades, states of the best quotes, orders left at the end."""

    summary: dict[str, int]
    trades: int
    shares: int
    states: list[State]
    left: int


def replay_alone(recording: Recording) -> Replayed:
    """Send a recording to a venue of its own.

    Raises:
        ReplayFileError: the recording cannot be used.
    """
    env, log = Environment(), EventLog()
    venue = LitVenue(env, 0, "LIT", FeeSchedule(0, 0), SERVICE, log, tick=recording.tick)
    place = Place(env, log, count(1).__next__, recording.tick, 1, {"LIT": (0, 0)})
    replay = Replay.of(place, "recording", 1, {"LIT": venue.connect(1, 1, 1, REPLAY_WAKES)}, recording)
    replay.start()
    env.run()
    env.run(until=env.now + 2 * SERVICE)
    trades = log.table(TRADES).columns()
    states = recorded_states(log.table(QUOTES).columns())
    return Replayed(replay.summary(), len(trades["qty"]), int(trades["qty"].sum()), states, len(venue.book))


def tick_of(rows: Iterable[Row]) -> int:
    """The coarsest tick on which all orders lie, price units; 1 without orders."""
    return gcd(*(row.price for row in rows if row.kind is RowKind.NEW)) or 1


def check_order_entries(file: Path) -> Finding:
    """Whether every message of an order-entry file does what it says, and what trades come out.

    Raises:
        ReplayFileError: the file cannot be read.
    """
    recording = Recording(file, "order_entry")
    found = replay_alone(recording._replace(tick=tick_of(recording.rows())))
    note = f"{found.trades:,} trades, {found.shares:,} shares; {found.left:,} orders left at the end"
    return _rows_finding(file.name, "every order is taken, every cancel takes out what it says", found, note)


def check_best_quotes(messages: Path, book: Path, published: Path) -> list[Finding]:
    """Replay LOBSTER messages from the first row of their book; the best quotes against those of a published book.

    Raises:
        ReplayFileError: one of the files cannot be read.
    """
    recording = Recording(messages, "lobster", book)
    tick = gcd(tick_of(recording.rows()), *(level.price for level in recording.opening()))
    found = replay_alone(recording._replace(tick=tick))
    rows = _rows_finding(messages.name, "every message does in our book what it did there", found, "")
    check = f"best quotes of the replay in those of {published.name}, in order"
    try:
        states = agreement(found.states, published_states(published))
    except DifferentStories as different:
        return [rows, _states_finding(messages.name, check, 0, len(found.states), str(different))]
    if not states.published:
        return [rows]  # a dark pool's: nothing is displayed
    return [rows, _states_finding(messages.name, check, states.matching, states.published, "")]


def _rows_finding(file: str, check: str, found: Replayed, note: str) -> Finding:
    return Finding(
        file=file,
        check=check,
        unit="rows",
        counted=found.summary["rows"],
        matched=sum(found.summary[outcome] for outcome in _AGREED),
        causes={text: found.summary[amiss] for amiss, text in AMISS.items()}
        | {"without an answer": found.summary["unanswered"]},
        note=note,
    )


def _states_finding(file: str, check: str, matched: int, counted: int, note: str) -> Finding:
    missing = {"that only the published book has": counted - matched}
    return Finding(
        file=file, check=check, unit="best-quote states", counted=counted, matched=matched, causes=missing, note=note
    )
