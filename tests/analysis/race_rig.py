"""One venue with a real book, where a test says who sends what in which microsecond."""

from __future__ import annotations

from typing import Any

from analysis.race_attempts import Attempt, Messages, attempts_in
from analysis.race_detector import Definition, Race, find_races
from analysis.race_log import messages_of_run
from analysis.race_messages import RaceMessage
from analysis.tables import RunTables
from tests.analysis.builders import DAY, NYSE, Recording

US = 1_000
TICK = 100


class Exchange:
    """The venue; ``latency`` is from its gateway to its answer, ns. Times are those of the answers."""

    def __init__(self, latency: int = 5 * US, **market: Any) -> None:
        self.latency = latency
        self.recording = Recording(**market)

    def new(self, us: float, order: int, owner: int, side: int, qty: int, price: int, tif: Any = DAY) -> None:
        self._at(us)
        self.recording.new(order, owner, side, qty, price, tif)

    def cancel(self, us: float, order: int, owner: int) -> None:
        self._at(us)
        self.recording.cancel(order, owner)

    def replace(self, us: float, order: int, owner: int, qty: int, price: int) -> None:
        self._at(us)
        self.recording.replace(order, owner, qty, price)

    def _at(self, us: float) -> None:
        self.recording.now = round(us * US) - 10  # it lets 10 ns pass before each message

    def tables(self) -> RunTables:
        return self.recording.tables()

    def messages(self) -> list[RaceMessage]:
        return messages_of_run(self.tables(), NYSE, self.latency)

    def ready(self) -> Messages:
        return attempts_in(self.messages())

    def attempts(self) -> list[Attempt]:
        return self.ready().attempts

    def races(self, **definition: Any) -> list[Race]:
        return find_races(self.attempts(), TICK, Definition(**definition))
