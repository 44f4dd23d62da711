"""What every trading agent has: a name, a number, sessions, fresh order ids, a ledger that it logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agents.ledger import Ledger
from agents.tables import STATES
from sim.environment import Environment
from sim.log import EventLog
from venues.messages import ExecutionReport, Liquidity
from venues.protocols import Charges, OrderEntry

POSITION, CASH, ESTIMATE, FIT, UNFIT, LOCKED, CROSSED, HALF_SPREAD = range(8)


@dataclass(frozen=True, slots=True)
class Place:
    """What an agent is told of the market it lives in.

    Attributes:
        env: the clock and the schedule.
        log: where its tables are.
        new_id: gives order ids, unique in the run.
        tick: price units; lot: shares.
        fees: venue -> (maker, taker) in millionths of a dollar per share, before any volume tier.
        charges: venue -> what it charges for a fill, tiers and fills elsewhere included; of a venue that is not there,
            the two fees.
    """

    env: Environment
    log: EventLog
    new_id: Callable[[], int]
    tick: int
    lot: int
    fees: Mapping[str, tuple[int, int]]
    charges: Mapping[str, Charges] = field(default_factory=dict)


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
        self._volumes: dict[str, int] = {}
        """Shares traded by venue, which volume tiers go by."""
        self._log_state = place.log.table(STATES).append

    def start(self) -> None:
        """Called once, at time 0, before anything else happens."""

    def book(self, venue: str, fill: ExecutionReport) -> None:
        """Enter a fill into the ledger, with the fee that the venue charges for it. Fills come in the venue's order."""
        charges = self.place.charges.get(venue)
        if charges is None:
            self.ledger.book(fill, *self.place.fees[venue])
            return
        traded = self._volumes.get(venue, 0)
        if fill.liquidity is not Liquidity.ROUTED:
            self._volumes[venue] = traded + fill.last_qty
        self.ledger.enter(fill, charges.fee(fill.liquidity, fill.last_qty, traded))

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
