"""A router's pre-trade risk: asks the gate for every message, lets it go, holds it or tells of its refusal; logs it.

Rules
    An order is asked about when it would leave. A refusal reaches who sent it after `REFUSAL_TIME`, as a REJECTED
    report (for a replace: CANCEL_REJECTED) with the reason RISK and the refusal's text.
    What is held waits in order and is asked about again at the time that the check stated, whenever a report reaches
    the desk, and when limits or the kill switch change. It leaves, is refused, or its owner gives it up.
    When the kill switch is thrown, all that rests is cancelled and all that is held is refused.
    State of a venue: its published calendar; halted, from a refusal that says so until the venue shows a quote again.
    Volume of a window is sampled ten times a window.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from agents.participant import Place
from agents.risk.gate import ACCEPT, HOLD, RiskGate
from agents.risk.limits import Limits
from agents.risk.verdict import CODES, OrderFacts, Verdict
from agents.strategy import VenueFacts, VenueQuote
from agents.tables import RISK_DECISIONS
from venues.messages import (
    BookState,
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    Reason,
    Side,
    Terms,
    TimeInForce,
)
from venues.protocols import QuoteBoard

REFUSAL_TIME = 1_000
"""ns from asking to the report of a refusal: a strategy that asks again at once still moves in time."""

SAMPLES = 10
"""Looks at the volume in a window."""

Calendar = Mapping[str, Sequence[tuple[int, BookState]]]
"""Venue -> the phases of its session as published, by their beginning in ns; continuous before the first."""


class Trader(Protocol):
    """What is needed of the router."""

    number: int
    place: Place
    board: QuoteBoard
    facts: Mapping[str, VenueFacts]

    def look(self) -> list[VenueQuote]:
        """The lit venues' quotes as they have reached the router by now."""

    def cancel_everything(self) -> None:
        """Ask for the cancel of all that rests at venues."""


class _Held(NamedTuple):
    """A message that waits."""

    order: OrderFacts
    send: Callable[[], object]
    refuse: Callable[[Verdict], object]
    wanted: Callable[[], bool]


class RiskDesk:
    """Implements :class:`agents.risk.seen.Seen` for a router, and is the gate's door.

    Args:
        symbol: the market's instrument.
        log_all: log accepted orders too.
    """

    def __init__(
        self, trader: Trader, symbol: str, limits: Limits, calendar: Calendar | None = None, log_all: bool = False
    ) -> None:
        self._trader = trader
        self._env = trader.place.env
        self.tick = trader.place.tick
        self.symbol = symbol
        self._calendar = calendar or {}
        self._log_all = log_all
        self._log: Callable[..., None] | None = None
        """The table is made with its first row: nothing refused, nothing logged."""
        self._held: deque[_Held] = deque()
        self._halted: dict[str, int] = {}
        self._look_at = 0
        """When held messages are asked about again, ns; 0: nothing is planned."""
        self._looked_at = -1
        self._best = (0, 0)
        self._shown: dict[str, VenueQuote] = {}
        self._volumes: deque[tuple[int, int]] = deque()
        self._sampling = 0
        self.gate = RiskGate(limits, self)
        self.gate.switch.on_kill = self._killed
        self._sample_for(limits)

    # -- asking ---------------------------------------------------------------------------------

    def order(
        self,
        order_id: int,
        parent_id: int,
        venue: str,
        side: Side,
        qty: int,
        price: int | None,
        time_in_force: TimeInForce,
        terms: Terms | None = None,
        before: int = 0,
    ) -> OrderFacts:
        """The facts of an order, or with ``before``, its total until now, of a replace."""
        bid, ask = self.best()
        worth = price or (terms.stop_px if terms is not None else 0) or (ask if side > 0 else bid) or bid or ask
        adds = max(0, qty - before)
        return OrderFacts(order_id, parent_id, self.symbol, venue, int(side), qty, price, time_in_force, adds, worth)

    def ask(
        self,
        order: OrderFacts,
        send: Callable[[], object],
        refuse: Callable[[Verdict], object],
        wanted: Callable[[], bool],
    ) -> None:
        """Send it now, or later, or tell of its refusal; ``wanted`` False: its owner has given it up."""
        self._decide(_Held(order, send, refuse, wanted))

    def cancelled(self) -> None:
        """A cancel goes out."""
        self.gate.cancelled(self._env.now)

    def reported(self, venue: str, report: ExecutionReport) -> None:
        """A venue's report on any order of the desk is here."""
        now = self._env.now
        if report.reason is Reason.VENUE_HALTED:
            self._halted[venue] = now
        self.gate.reported(report, self._fee(venue, report), now)

    def recheck(self, _: object = None) -> None:
        """Ask again about everything that is held."""
        waiting, self._held = self._held, deque()
        for held in waiting:
            self._decide(held)

    # -- the desk's own -------------------------------------------------------------------------

    @property
    def held(self) -> int:
        """Messages that wait."""
        return len(self._held)

    def set_limits(self, limits: Limits) -> None:
        """New limits from now on."""
        self.gate.set_limits(limits)
        self._sample_for(limits)
        self.recheck()

    def kill(self, reason: str) -> None:
        """Throw the kill switch."""
        self.gate.switch.throw(reason)

    def release(self) -> None:
        """Release it."""
        self.gate.switch.release()
        self.recheck()

    def _killed(self) -> None:
        self._trader.cancel_everything()
        self._env.call_in(0, self.recheck)

    def _decide(self, held: _Held) -> None:
        if not held.wanted():
            return
        now = self._env.now
        verdict = self.gate.check(held.order, now)
        if verdict.action != ACCEPT or self._log_all:
            self._write(held.order, verdict)
        if verdict.action == ACCEPT:
            held.send()
        elif verdict.action == HOLD:
            self._held.append(held)
            self._look_again_at(max(verdict.until, now + 1))
        else:
            self._env.call_in(REFUSAL_TIME, held.refuse, verdict)

    def _look_again_at(self, at: int) -> None:
        if not self._look_at or at < self._look_at:
            self._look_at = at
            self._env.call_at(at, self._time_is_up, at)

    def _time_is_up(self, at: int) -> None:
        if at == self._look_at:  # else an earlier look was planned since
            self._look_at = 0
            self.recheck()

    def _write(self, order: OrderFacts, verdict: Verdict) -> None:
        if self._log is None:
            self._log = self._trader.place.log.table(RISK_DECISIONS).append
        self._log(
            self._env.now, self._trader.number, order.order_id, order.parent_id, self._trader.facts[order.venue].number,
            verdict.action, CODES[verdict.code], order.side, order.qty, order.price or 0,
            verdict.measured, verdict.allowed, verdict.until,
        )  # fmt: skip

    def _fee(self, venue: str, report: ExecutionReport) -> int:
        if report.exec_type is not ExecType.TRADE:
            return 0
        maker, taker = self._trader.place.fees[venue]
        rate = {Liquidity.MAKER: maker, Liquidity.TAKER: taker}.get(report.liquidity, 0)
        return rate * report.last_qty

    # -- what the checks see --------------------------------------------------------------------

    def best(self) -> tuple[int, int]:
        """Best bid and offer over the venues; 0 for an empty side."""
        now = self._env._now
        if now != self._looked_at:
            self._looked_at = now
            bid, ask = 0, 0
            self._shown = shown = {}
            for quote in self._trader.look():
                shown[quote.venue] = quote
                if quote.bid_qty and quote.bid > bid:
                    bid = quote.bid
                if quote.ask_qty and (not ask or quote.ask < ask):
                    ask = quote.ask
            self._best = bid, ask
        return self._best

    def quotes_at(self, venue: str) -> bool:
        """Does the venue show anything, as far as is known here?"""
        self.best()
        quote = self._shown.get(venue)
        if quote is None:
            return self._trader.facts[venue].kind == "dark"
        return bool(quote.bid_qty or quote.ask_qty)

    def state_of(self, venue: str) -> BookState:
        """The phase of the venue's session."""
        halted_at = self._halted.get(venue)
        if halted_at is not None:
            if not self.quotes_at(venue) or self._shown[venue].arrived_at <= halted_at:
                return BookState.HALTED
            del self._halted[venue]
        phases = self._calendar.get(venue)
        if not phases:
            return BookState.CONTINUOUS
        begun = bisect_right(phases, self._env._now, key=lambda phase: phase[0])
        return phases[begun - 1][1] if begun else BookState.CONTINUOUS

    def printed_within(self, window: int) -> int:
        """Shares that were printed in the last so many ns, to a tenth of that."""
        now = self._env._now
        printed = self._trader.board.printed_qty(now)
        before = 0
        for at, total in self._volumes:
            if at > now - window:
                break
            before = total
        return printed - before

    def _sample_for(self, limits: Limits) -> None:
        if limits.volume_part is None:
            return
        self._trader.board.count_prints()
        self._sampling += 1
        self._sample((self._sampling, limits.volume_window))

    def _sample(self, what: tuple[int, int]) -> None:
        number, window = what
        if number != self._sampling:
            return
        now = self._env.now
        self._volumes.append((now, self._trader.board.printed_qty(now)))
        while len(self._volumes) > 2 * SAMPLES:
            self._volumes.popleft()
        self._env.call_in(max(1, window // SAMPLES), self._sample, what)


def refusal(
    order: OrderFacts, owner: int, at: int, cum_qty: int = 0, leaves_qty: int = 0, replace: bool = False
) -> ExecutionReport:
    """What a refused order's owner is told, as a venue would say it."""
    status = OrdStatus.REJECTED
    if replace:
        status = OrdStatus.PARTIALLY_FILLED if cum_qty else OrdStatus.NEW
    return ExecutionReport(
        ExecType.CANCEL_REJECTED if replace else ExecType.REJECTED,
        status,
        order.order_id,
        owner,
        Side(order.side),
        order.price,
        0,
        0,
        cum_qty,
        leaves_qty,
        Liquidity.NONE,
        Reason.RISK,
        at,
        order.qty,
    )
