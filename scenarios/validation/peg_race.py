"""The race for a pegged order: somebody who keeps one up, and somebody who picks it off while it is old.

Both are agents as a user's own are: `kind: "scenarios.validation.peg_race:RestingPeg"`.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.participant import Participant, Place
from venues.messages import ExecType, NewOrder, Peg, Quote, Side, Terms, TimeInForce
from venues.protocols import OrderEntry
from venues.sip import DirectBoard


class RestingPeg(Participant):
    """Keeps an offer at the midpoint up at each of its venues; the venue moves it, by the national best that it sees.

    Args:
        qty: shares.
        again_us: from a fill to the next order, microseconds.
    """

    kind = "resting_peg"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: object,
        board: object,
        draws: object,
        qty: int = 100,
        again_us: float = 1_000.0,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._qty = qty
        self._again = round(again_us * 1_000)

    def start(self) -> None:
        """Put the orders up."""
        for venue, session in self.sessions.items():
            session.on_mail = lambda venue=venue: self._read(venue)
            self._post(venue)

    def _post(self, venue: str) -> None:
        peg = Terms(peg=Peg.MIDPOINT)
        order = NewOrder(self.place.new_id(), self.number, Side.SELL, self._qty, None, TimeInForce.DAY, peg)
        self.sessions[venue].send(order)

    def _read(self, venue: str) -> None:
        for _, report in self.sessions[venue].read():
            if report.exec_type is ExecType.TRADE:
                self.book(venue, report)
                if not report.leaves_qty:
                    self.env.call_in(self._again, self._post, venue)


class PegPicker(Participant):
    """Buys at the midpoint of before wherever it trades but where it has heard the midpoint rise.

    Args:
        board: the venues whose quotes it hears.
        picks: the venue where pegs may rest that have not moved yet.
        qty: shares.
        reaction_us: from what it hears to what it sends, microseconds.
    """

    kind = "peg_picker"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: object,
        board: DirectBoard,
        draws: object,
        picks: str = "IEX",
        qty: int = 100,
        reaction_us: float = 29.0,
    ) -> None:
        super().__init__(place, name, number, sessions)
        if picks not in sessions:
            raise ValueError(f"{name}: picks = {picks!r}: it trades at {', '.join(sessions)}; write one of these")
        self._board = board
        self._picks = picks
        self._qty = qty
        self._reaction = round(reaction_us * 1_000)
        self._heard_at = -1
        self._twice_before = self._twice_now = 0
        """Twice the midpoint, price units: before this instant's news, and with them. 0: there is none."""

    def start(self) -> None:
        """Listen."""
        self._board.subscribe(self._heard)
        self.sessions[self._picks].on_mail = self._read

    def _heard(self, quote: Quote) -> None:
        """A best price has moved; both sides of a maker's quote move in one instant, and count as one move."""
        now = self.env.now
        if now != self._heard_at:
            self._heard_at, self._twice_before = now, self._twice_now
            self.env.call_in(self._reaction, self._pick, self._twice_before)
        self._twice_now = quote.bid + quote.ask if quote.bid_qty and quote.ask_qty else 0

    def _pick(self, twice_before: int) -> None:
        """Pay the midpoint of before, rounded up to the tick, if that is less than the midpoint now."""
        tick = self.place.tick
        price = -(-twice_before // (2 * tick)) * tick
        if twice_before and 2 * price < self._twice_now:
            order = NewOrder(self.place.new_id(), self.number, Side.BUY, self._qty, price, TimeInForce.IOC)
            self.sessions[self._picks].send(order)

    def _read(self) -> None:
        for _, report in self.sessions[self._picks].read():
            if report.exec_type is ExecType.TRADE:
                self.book(self._picks, report)
