"""What every trading agent has: a name, a number, sessions, fresh order ids, a ledger that it logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.ledger import Ledger
from agents.tables import STATES
from sim.environment import Environment
from sim.log import EventLog
from venues.protocols import OrderEntry

POSITION, CASH, ESTIMATE, FIT, UNFIT, LOCKED, CROSSED, HALF_SPREAD = range(8)


@dataclass(frozen=True, slots=True)
class Place:
    """What an agent is told of the market it lives in.

    Attributes:
        env: the clock and the schedule.
        log: where its tables are.
        new_id: gives order ids, unique in the run.
        tick: price units; lot: shares.
        fees: venue -> (maker, taker) in millionths of a dollar per share.
    """

    env: Environment
    log: EventLog
    new_id: Callable[[], int]
    tick: int
    lot: int
    fees: Mapping[str, tuple[int, int]]


class Participant:
    """Base of the agents that trade."""

    kind = "participant"

    def __init__(self, place: Place, name: str, number: int, sessions: Mapping[str, OrderEntry]) -> None:
        self.place = place
        self.env = place.env
        self.name = name
        self.number = number
        self.sessions = sessions
        self.ledger = Ledger()
        self._log_state = place.log.table(STATES).append

    def start(self) -> None:
        """Called once, at time 0, before anything else happens."""

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        now = self.env.now
        self._log_state(now, self.number, POSITION, self.ledger.position)
        self._log_state(now, self.number, CASH, self.ledger.cash)


class Idle(Participant):
    """Does nothing and logs nothing: a market with it and a market without it are the same."""

    kind = "idle"

    def log_state(self, _: object = None) -> None:
        """It has nothing to say."""
