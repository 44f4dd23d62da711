"""What all venues share: gateway, matching station, sessions, fees, the log.

A message arrives over its session's link, waits for the matching station, gets the venue's next sequence number, and
is answered: each report goes into the log and back over the owner's link. Nothing raises out of a venue for a bad
message and nothing vanishes: every message gets at least one report. A broken invariant does stop the run
(:class:`BrokenInvariant`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from sim.environment import Environment
from sim.link import LatencySource
from sim.log import EventLog, LogError
from sim.station import Station
from venues.fees import FeeSchedule
from venues.messages import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    ReplaceOrder,
)
from venues.session import EVERY_REPORT, Session
from venues.tables import ORDERS, REPORTS, TRADES

TRADE = ExecType.TRADE
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
LAST_EVENTS = 12
"""How many of a venue's last messages a broken invariant shows."""


class BrokenInvariant(AssertionError):
    """The simulator contradicts itself: the run stops at once."""

    def __init__(self, what: str, venue: str, at: int, message: object, last: list[str]) -> None:
        events = "\n  ".join(last)
        super().__init__(f"{what}\nvenue {venue}, time {at} ns, message {message!r}\nlast messages there:\n  {events}")


class Venue:
    """The part around the book. Subclasses match (`_match`) and publish (`_publish`).

    Args:
        number: the venue's number in the log.
        service: the matching station's service time, ns a message.
        speed_bump: added to every inbound message, ns.
    """

    kind = "venue"

    def __init__(
        self,
        env: Environment,
        number: int,
        name: str,
        fees: FeeSchedule,
        service: Callable[[], int] | int,
        log: EventLog,
        speed_bump: int = 0,
    ) -> None:
        self.env = env
        self.number = number
        self.name = name
        self.fees = fees
        self._maker_fee, self._taker_fee = fees.maker, fees.taker
        self.speed_bump = speed_bump
        self.seq = 0
        """Sequence number of the last thing that happened here: a message, a close, a cross set off by a reference."""
        self.handled: dict[int, int] = {}
        """Messages handled, by owner."""
        self._station = Station(env, service, self._serve)
        self._sessions: dict[int, Session] = {}
        self.traded_qty = 0
        """Shares traded."""
        self._last: deque[object] = deque(maxlen=LAST_EVENTS)
        self._logs = log.enabled
        self._last_taker: ExecutionReport | None = None
        self._log_order = log.table(ORDERS).append
        self._log_report = log.table(REPORTS).append
        self._log_trade = log.table(TRADES).append

    def connect(
        self,
        owner: int,
        order_latency: LatencySource | int,
        report_latency: LatencySource | int,
        wakes: frozenset[ExecType] = EVERY_REPORT,
        keeps: frozenset[ExecType] = EVERY_REPORT,
    ) -> Session:
        """A session for an owner; one each.

        Raises:
            ValueError: the owner has one already.
        """
        if owner in self._sessions:
            raise ValueError(f"agent {owner} is connected to {self.name} already")
        inbound = slowed(order_latency, self.speed_bump)
        session = Session(self.env, self.name, owner, self._station.accept, inbound, report_latency, wakes, keeps)
        self._sessions[owner] = session
        self.handled[owner] = 0
        return session

    def _serve(self, message: Any) -> None:
        now = self.env._now
        self.seq += 1
        self._last.append(message)
        self.handled[message.owner] += 1
        if self._logs:  # a row that nobody keeps costs 0.1 us too
            self._log_message(message, now)
        self._publish(message, self._report(self._match(message, now)), now)

    def _match(self, message: Any, now: int) -> list[ExecutionReport]:
        raise NotImplementedError

    def _publish(self, message: Any, traded: int, now: int) -> None:
        """Tell the world what the message changed; ``traded`` is the size it took."""

    def close(self) -> None:
        """End the session: DAY orders are cancelled and told so."""
        raise NotImplementedError

    def _report(self, reports: list[ExecutionReport]) -> int:
        """Log and send the reports; the total size traded."""
        if self._logs:
            self._log_reports(reports)
        sessions = self._sessions
        for report in reports:
            exec_type, owner = report[0], report[3]  # by place: half the time of by name
            session = sessions[owner]
            if exec_type in session.keeps:
                session.put(report, exec_type in session.wakes)
        return self._count_trades(reports) if len(reports) > 1 else 0  # no trade has one report alone

    def _count_trades(self, reports: list[ExecutionReport]) -> int:
        traded = 0
        for report in reports:
            if report.exec_type is TRADE and report.liquidity is TAKER:
                traded += report.last_qty
                self._last_taker = report
        self.traded_qty += traded
        return traded

    def _log_reports(self, reports: list[ExecutionReport]) -> None:
        seq, number, log_report, log_trade = self.seq, self.number, self._log_report, self._log_trade
        for exec_type, _, order_id, owner, side, _, px, qty, _, leaves, liquidity, reason, at, *_ in reports:
            fee = 0
            if exec_type is TRADE:
                if liquidity is MAKER:
                    fee = self._maker_fee * qty
                    maker_order, maker = order_id, owner
                else:
                    fee = self._taker_fee * qty
                    log_trade(at, number, seq, px, qty, side, maker_order, order_id, maker, owner)
            log_report(at, number, seq, order_id, owner, exec_type, reason, side, liquidity, px, qty, leaves, fee)

    def _log_message(self, message: Any, now: int) -> None:
        log, number, seq, kind = self._log_order, self.number, self.seq, message.__class__
        try:
            if kind is NewOrder:
                order_id, owner, side, qty, price, tif, _ = message
                log(now, number, seq, order_id, owner, 0, side, tif, 0 if price is None else price, qty)
                return
            if kind is CancelOrder:
                order_id, owner = message
                log(now, number, seq, order_id, owner, 1, 0, -1, 0, 0)
                return
            if kind is ReplaceOrder:
                order_id, owner, qty, price, _ = message
                log(now, number, seq, order_id, owner, 2, 0, -1, 0 if price is None else price, qty)
                return
        except (LogError, TypeError):  # no integers, or too large: the book will refuse it; the log keeps that it came
            pass
        log(now, number, seq, 0, message.owner, 3, 0, -1, 0, 0)

    def broken(self, what: str, message: object) -> BrokenInvariant:
        """The exception that stops the run, with this venue's last messages."""
        return BrokenInvariant(what, self.name, self.env.now, message, [repr(message) for message in self._last])


def slowed(latency: LatencySource | int, bump: int) -> LatencySource | int:
    """The same latency and a speed bump."""
    if not bump:
        return latency
    return (lambda: latency() + bump) if callable(latency) else latency + bump
