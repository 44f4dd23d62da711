"""Agents whose messages are stated beforehand: a script of single orders, and bursts that fill a venue's queues.

Rules of :class:`Scripted`
    Each order is sent at its time, and, if a time is given for that, its cancel at that one. It reacts to nothing.

Rules of :class:`BurstFlow`
    From a time on, so many messages in a row at a fixed gap, to each of its venues: a limit order far from the opening
    price, its cancel, an order of the other side, and so on. Orders live for one gap and stay behind everybody's, so
    that what a burst changes is the load of the venue and nothing else. With `every`, again and again.

Cost
    One event a message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.participant import Participant, Place
from venues.messages import CancelOrder, ExecType, NewOrder, Side, Terms, TimeInForce
from venues.protocols import OrderEntry


@dataclass(frozen=True, slots=True)
class ScriptedOrder:
    """One order of a script. ``at``, ``cancel_at``: ns (None: never cancelled); ``price``: price units, None: none."""

    at: int
    venue: str
    side: Side
    qty: int
    price: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    terms: Terms | None = None
    cancel_at: int | None = None


class _Sender(Participant):
    """One who sends and keeps an account of what trades."""

    def _read(self) -> None:
        for venue, session in self.sessions.items():
            for _, report in session.read():
                if report.exec_type is ExecType.TRADE:
                    self.book(venue, report)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        self._read()
        super().log_state()


class Scripted(_Sender):
    """Sends the orders of a script."""

    kind = "scripted"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        orders: Sequence[ScriptedOrder],
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._orders = orders

    def start(self) -> None:
        """Plan all of it; of orders of one time the first in the script goes first."""
        for order in self._orders:
            order_id = self.place.new_id()
            self.env.call_at(order.at, self._send, (order, order_id))
            if order.cancel_at is not None:
                self.env.call_at(order.cancel_at, self._cancel, (order.venue, order_id))

    def _send(self, planned: tuple[ScriptedOrder, int]) -> None:
        order, order_id = planned
        message = NewOrder(order_id, self.number, order.side, order.qty, order.price, order.time_in_force, order.terms)
        self.sessions[order.venue].send(message)

    def _cancel(self, planned: tuple[str, int]) -> None:
        venue, order_id = planned
        self.sessions[venue].send(CancelOrder(order_id, self.number))


@dataclass(frozen=True, slots=True)
class BurstTerms:
    """When, how many, how fast, with which orders.

    ``messages`` in ``per`` ns are sent from ``at`` on, ``count`` in all, and again after ``every`` ns (None: once);
    ``bid``, ``ask``: prices of its orders, price units; ``size``: shares.
    """

    at: int
    count: int
    messages: int
    per: int
    bid: int
    ask: int
    size: int
    every: int | None = None

    def sent_at(self, start: int, n: int) -> int:
        """When message ``n`` of a burst that begins at ``start`` is sent, ns."""
        return start + n * self.per // self.messages


class BurstFlow(_Sender):
    """Sends bursts to every venue that it is connected to."""

    kind = "burst_flow"

    def __init__(
        self, place: Place, name: str, number: int, sessions: Mapping[str, OrderEntry], terms: BurstTerms
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._terms = terms
        self._open: dict[str, int] = {}

    def start(self) -> None:
        """Plan the first message of the first burst."""
        if self._terms.count:
            self.env.call_at(self._terms.at, self._send, (self._terms.at, 0))

    def _send(self, due: tuple[int, int]) -> None:
        start, n = due
        terms = self._terms
        for venue in self.sessions:
            self._say(venue, n)
        if n + 1 < terms.count:
            self.env.call_at(terms.sent_at(start, n + 1), self._send, (start, n + 1))
        elif terms.every is not None:
            following = max(start + terms.every, self.env.now + 1)
            self.env.call_at(following, self._send, (following, 0))

    def _say(self, venue: str, n: int) -> None:
        if n % 2:
            self.sessions[venue].send(CancelOrder(self._open.pop(venue), self.number))
            return
        order_id = self._open[venue] = self.place.new_id()
        side, price = (Side.SELL, self._terms.ask) if n % 4 else (Side.BUY, self._terms.bid)
        self.sessions[venue].send(NewOrder(order_id, self.number, side, self._terms.size, price))
