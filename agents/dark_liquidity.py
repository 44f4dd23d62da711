"""Liquidity in dark pools: institutions that wait for the midpoint, with firm orders or conditionally.

Rules of :class:`DarkLiquidity`
    At each pool orders arrive as a Poisson process with a fair side and rest an exponential time. With `limit_offset`
    the order's limit lies that far beyond the fair value that has arrived on the agent's own news link, rounded
    towards it to half a tick; without, it takes any midpoint. With `terms` the orders carry them: pegs that rest hidden
    in the books of lit venues, whose limits, on whole ticks then, are their caps.

Rules of :class:`ConditionalInterest`
    Interests arrive as a Poisson process with a fair side and last an exponential time. Each is shown as a conditional
    order for all of its shares in every pool at once, at any midpoint. The first invitation that arrives is answered,
    after the reaction time, with a firm IOC for all that is left; while that answer is out the shares are spoken for
    and invitations elsewhere are not answered. So firm-up rates are a matter of races, drawn from nothing.
    What a fill takes is taken out of the conditional orders elsewhere; what an answer leaves is shown there anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.participant import Participant, Place
from sim.history import HistoryView
from venues.messages import (
    CancelOrder,
    ConditionalOrder,
    ExecType,
    ExecutionReport,
    NewOrder,
    Reason,
    ReduceOrder,
    Side,
    Terms,
    TimeInForce,
)
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
        terms: Terms | None = None,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._terms = terms
        self._step = place.tick // 2 if terms is None else place.tick
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
        limit = self._limit(side)
        self.sessions[venue].send(NewOrder(order_id, self.number, side, qty, limit, TimeInForce.DAY, self._terms))
        self.env.call_in(draws.lifetime(), self._cancel, (venue, order_id))

    def _limit(self, side: Side) -> int | None:
        fair = self._news.advance(self.env.now) if self._news is not None else None
        if fair is None:
            return None
        step, sign = self._step, int(side)
        return max(step, (sign * fair + self._limit_offset) // step * step * sign)

    def _cancel(self, venue_and_order: tuple[str, int]) -> None:
        venue, order_id = venue_and_order
        self._read(venue)
        if order_id in self._open:
            del self._open[order_id]
            self.sessions[venue].send(CancelOrder(order_id, self.number))

    def _read(self, venue: str) -> None:
        for _, report in self.sessions[venue].read():
            if report.exec_type is ExecType.TRADE:
                self.book(venue, report)
            if report.exec_type in (ExecType.TRADE, ExecType.REJECTED) and report.leaves_qty == 0:
                self._open.pop(report.order_id, None)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for venue in self.sessions:
            self._read(venue)
        super().log_state()


@dataclass(slots=True)
class Interest:
    """What an institution would like to trade, and how it is shown."""

    side: Side
    left: int
    shown: dict[str, int] = field(default_factory=dict)
    """Pool -> the conditional order there."""
    answering: int | None = None
    """The order that has been firmed up and whose end is not heard of."""


class ConditionalInterest(Participant):
    """Shows its interests conditionally in all its pools, and firms up where it is invited first.

    It takes the arguments of an agent of one's own, so a class of yours can begin from it.

    Args:
        news, board: not looked at.
        draws: its random numbers (`sim.streams.Draws`).
        rate: interests per second.
        size: shares, [smallest, largest], uniform in round lots.
        lifetime_ms: mean of the exponential life of an interest, milliseconds.
        reaction_us: from an invitation to the answer, microseconds.

    Raises:
        ValueError: a rate or lifetime that is not above zero, or a negative reaction.
    """

    kind = "conditional_interest"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: object,
        board: object,
        draws: Any,
        rate: float = 1.0,
        size: Sequence[int] = (10_000, 50_000),
        lifetime_ms: float = 5_000.0,
        reaction_us: float = 100.0,
    ) -> None:
        super().__init__(place, name, number, sessions)
        if rate <= 0 or lifetime_ms <= 0 or reaction_us < 0:
            raise ValueError(
                f"{name}: rate = {rate}, lifetime_ms = {lifetime_ms}, reaction_us = {reaction_us}: "
                "write a rate and a lifetime above zero, and a reaction of zero or more"
            )
        smallest, largest = size
        self._gap: Callable[[], int] = draws.exponential(rate)
        self._lifetime: Callable[[], int] = draws.exponential_mean(round(lifetime_ms * 1_000_000))
        self._lots: Callable[[], int] = draws.uniform_int(max(1, smallest // place.lot), max(1, largest // place.lot))
        self._sign: Callable[[], int] = draws.choice_sign()
        self._reaction = round(reaction_us * 1_000)
        self._interests: dict[int, Interest] = {}  # by the id of each of its orders
        for venue, session in sessions.items():
            session.on_mail = self._reader(venue)

    def start(self) -> None:
        """Plan the first interest."""
        self.env.call_in(self._gap(), self._arise)

    def _arise(self, _: object) -> None:
        self.env.call_in(self._gap(), self._arise)
        interest = Interest(Side.BUY if self._sign() > 0 else Side.SELL, self._lots() * self.place.lot)
        for venue in self.sessions:
            self._show(interest, venue)
        self.env.call_in(self._lifetime(), self._lapse, interest)

    def _show(self, interest: Interest, venue: str) -> None:
        order_id = self.place.new_id()
        interest.shown[venue] = order_id
        self._interests[order_id] = interest
        self.sessions[venue].send(ConditionalOrder(order_id, self.number, interest.side, interest.left, None))

    def _lapse(self, interest: Interest) -> None:
        """It wants no more; an answer that is out takes its course."""
        interest.left = 0
        for venue, order_id in interest.shown.items():
            self.sessions[venue].send(CancelOrder(order_id, self.number))
        interest.shown.clear()

    # -- what pools say -----------------------------------------------------------------------------

    def _reader(self, venue: str) -> Callable[[], None]:
        return lambda: self._read(venue)

    def _read(self, venue: str) -> None:
        for _, report in self.sessions[venue].read():
            interest = self._interests.get(report.order_id)
            if interest is None:
                continue
            if report.exec_type is ExecType.INVITED:
                self._invited(interest, venue, report.order_id)
            elif report.exec_type is ExecType.TRADE:
                self._filled(interest, venue, report)
            elif report.exec_type in (ExecType.CANCELED, ExecType.REJECTED):
                self._ended(interest, venue, report)

    def _invited(self, interest: Interest, venue: str, order_id: int) -> None:
        if interest.answering is None and interest.left:
            interest.answering = order_id
            self.env.call_in(self._reaction, self._answer, (interest, venue, order_id))

    def _answer(self, invitation: tuple[Interest, str, int]) -> None:
        interest, venue, order_id = invitation
        if interest.answering != order_id or interest.shown.get(venue) != order_id:
            return  # it lapsed, or was wanted no more, during the reaction
        del interest.shown[venue]
        order = NewOrder(order_id, self.number, interest.side, interest.left, None, TimeInForce.IOC)
        self.sessions[venue].send(order)

    def _filled(self, interest: Interest, venue: str, fill: ExecutionReport) -> None:
        self.book(venue, fill)
        interest.left = max(0, interest.left - fill.last_qty)
        for other, order_id in interest.shown.items():
            self.sessions[other].send(ReduceOrder(order_id, self.number, fill.last_qty))
        if not fill.leaves_qty:
            self._ended(interest, venue, fill)

    def _ended(self, interest: Interest, venue: str, report: ExecutionReport) -> None:
        """An order has ended: one that was shown has lost its place, one that was firm leaves its rest to be shown."""
        order_id = report.order_id
        was_shown = interest.shown.get(venue) == order_id
        if was_shown:
            del interest.shown[venue]
        late = report.reason is Reason.FIRM_UP_LAPSED and not was_shown  # the answer is under way: it ends by itself
        if interest.answering == order_id and not late:
            interest.answering = None
            if interest.left >= self.place.lot:
                self._show(interest, venue)
