"""Resting liquidity in dark pools: institutions that wait for the midpoint.

Rules
    At each pool orders arrive as a Poisson process with a fair side and rest an exponential time. With `limit_offset`
    the order's limit lies that far beyond the fair value that has arrived on the agent's own news link, rounded
    towards it to half a tick; without, it takes any midpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.participant import Participant, Place
from sim.history import HistoryView
from venues.messages import CancelOrder, ExecType, NewOrder, Side, TimeInForce
from venues.protocols import OrderEntry


@dataclass(frozen=True, slots=True)
class DarkDraws:
    """Random draws for one pool: ns, ns, round lots, +1 or -1."""

    gap: Callable[[], int]
    lifetime: Callable[[], int]
    lots: Callable[[], int]
    side: Callable[[], int]


class DarkLiquidity(Participant):
    """Posts in every pool it is connected to."""

    kind = "dark_liquidity"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        draws: Mapping[str, DarkDraws],
        news: HistoryView[int] | None = None,
        limit_offset: int = 0,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._draws = draws
        self._news = news
        self._limit_offset = limit_offset
        self._open: dict[int, None] = {}

    def start(self) -> None:
        """Plan the first order of every pool."""
        for venue, draws in self._draws.items():
            self.env.call_in(draws.gap(), self._post, venue)

    def _post(self, venue: str) -> None:
        draws = self._draws[venue]
        self.env.call_in(draws.gap(), self._post, venue)
        side = Side.BUY if draws.side() > 0 else Side.SELL
        order_id = self.place.new_id()
        self._open[order_id] = None
        qty = draws.lots() * self.place.lot
        self.sessions[venue].send(NewOrder(order_id, self.number, side, qty, self._limit(side), TimeInForce.DAY))
        self.env.call_in(draws.lifetime(), self._cancel, (venue, order_id))

    def _limit(self, side: Side) -> int | None:
        fair = self._news.advance(self.env.now) if self._news is not None else None
        if fair is None:
            return None
        half_tick, sign = self.place.tick // 2, int(side)
        return max(half_tick, (sign * fair + self._limit_offset) // half_tick * half_tick * sign)

    def _cancel(self, venue_and_order: tuple[str, int]) -> None:
        venue, order_id = venue_and_order
        self._read(venue)
        if order_id in self._open:
            del self._open[order_id]
            self.sessions[venue].send(CancelOrder(order_id, self.number))

    def _read(self, venue: str) -> None:
        for _, report in self.sessions[venue].read():
            if report.exec_type is ExecType.TRADE:
                self.ledger.book(report, *self.place.fees[venue])
            if report.exec_type in (ExecType.TRADE, ExecType.REJECTED) and report.leaves_qty == 0:
                self._open.pop(report.order_id, None)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for venue in self.sessions:
            self._read(venue)
        super().log_state()
