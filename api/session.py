"""A live session: a live market that carries out instructions, keeps their journal and answers questions.

No clock, no process, no socket: the market process drives it, tests drive it, and a replay drives it from a journal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from api.blotter import Blotter
from api.journal import Journal, read_journal
from api.mistakes import Mistake
from api.tape import Tape, depth, describe_venues, tick_at
from api.wire import Cancel, Instruction, Kill, Refused, Release, SetRisk, Stop, SubmitChild, SubmitParent, dollars
from scenarios.algo_parts import AnyAlgo
from scenarios.live import DEFAULT_STRATEGY, LiveMarket
from scenarios.model import Scenario
from scenarios.problems import instead
from venues.messages import Side, TimeInForce

MOST_LIVE_ORDERS: Final = 10_000
"""Orders of the API that may be live at a time."""

REPLAY_PIECE: Final = 1_000_000_000
"""Simulated ns between two signs of life of a replay."""

MOST_LEVELS: Final = 1_000
"""Deepest book that is shown."""


class Session:
    """A live market and its journal.

    Args:
        folder: the run folder, where the journal goes too; None: nothing is written (a replay).
    """

    def __init__(self, scenario: Scenario, folder: Path | None = None) -> None:
        self.blotter = Blotter()
        self.live = LiveMarket(scenario, folder, self.blotter)
        self.tape = Tape(self.live.market)
        about = {"scenario": scenario.name, "sorsim": self.live.market.describe()["versions"]["sorsim"]}
        self._journal = None if folder is None else Journal(folder, about)
        self.live.start()

    @property
    def now(self) -> int:
        """Simulated time, ns."""
        return self.live.now

    def advance(self, until: int) -> None:
        """Run to ``until`` (ns); what is due exactly then comes after what is asked for then."""
        if until > self.live.now:
            self.live.advance(until)

    def stop(self) -> str:
        """End the session: write the rest of the run folder; the digest of the log."""
        self._note(Stop())
        if self._journal is not None:
            self._journal.close()
        return self.live.finish()

    def break_off(self) -> None:
        """Write what is known by now: the session cannot go on. Its journal gets no end."""
        if self._journal is not None:
            self._journal.close()
        self.live.salvage()

    # -- instructions ---------------------------------------------------------------------------

    def submit_parent(self, order: SubmitParent) -> dict[str, Any]:
        """Take a parent order now; its status.

        Raises:
            Refused: off tick, unknown strategy, or too many orders are live.
        """
        self._check(order.limit, "limit")
        if order.algo is not None:
            self._check_algo(order.algo, order.horizon)
        named = DEFAULT_STRATEGY if order.strategy is None else order.strategy
        try:
            strategy = self.live.strategy(named)
        except ValueError as error:
            raise Refused(422, "bad_strategy", str(error), "GET /strategies lists them with their parameters") from None
        self._note(order)
        side = Side[order.side]
        algo = None if order.algo is None else order.algo.instructions(self.live.scenario.folder)
        parent = self.live.desk.submit(side, order.qty, order.limit, order.horizon, strategy, algo)
        record = self.blotter.parents[parent.parent_id]
        record.strategy, record.algo = named, None if order.algo is None else order.algo.model_dump()
        return self.order(f"P{parent.parent_id}")

    def submit_child(self, order: SubmitChild) -> dict[str, Any]:
        """Send an order straight to a venue; its status.

        Raises:
            Refused: off tick, unknown venue, or too many orders are live.
        """
        self._venue(order.venue)
        self._check(order.price, "price", order.venue)
        self._check(order.stop_px, "stop_px", order.venue)
        self._note(order)
        side, tif = Side[order.side], TimeInForce[order.time_in_force]
        number = self.live.desk.submit_child(order.venue, side, order.qty, order.price, tif, order.terms)
        return self.order(f"C{number}")

    def cancel(self, request: Cancel) -> dict[str, Any]:
        """Ask for the cancel of an order; its status now: the cancel is on its way.

        Raises:
            Refused: unknown, ended already, or the child of a parent.
        """
        order = self.order(request.id)
        number = int(request.id[1:])
        if order["kind"] == "child" and order["parent"] is not None:
            raise Refused(
                409, "not_yours_to_cancel", f"{request.id} is a child of {order['parent']}", "cancel the parent"
            )
        ended = order["status"] != "WORKING" if order["kind"] == "parent" else self.blotter.children[number].done
        if ended:
            raise Refused(409, "already_ended", f"{request.id} has ended: {order['status']}")
        self._note(request)
        if order["kind"] == "parent":
            self.live.desk.cancel_parent(number)
        else:
            self.live.desk.cancel_child(order["venue"], number)
        return self.order(request.id)

    def set_risk(self, limits: SetRisk) -> dict[str, Any]:
        """New limits for the desk; what is known of its risk."""
        self._note(limits)
        self.live.set_risk(limits)
        return self.risk()

    def kill(self, switch: Kill) -> dict[str, Any]:
        """Throw the desk's kill switch; what is known of its risk."""
        self._note(switch)
        self.live.kill(switch.reason)
        return self.risk()

    def release(self, switch: Release) -> dict[str, Any]:
        """Release it; what is known of its risk."""
        self._note(switch)
        self.live.release()
        return self.risk()

    # -- questions: none changes the market -----------------------------------------------------

    def order(self, name: str) -> dict[str, Any]:
        """An order with its children and fills.

        Raises:
            Refused: unknown.
        """
        found = self.blotter.status(name)
        if found is None:
            hint = "GET /orders lists the latest; of orders that ended, the oldest are forgotten"
            raise Refused(404, "unknown_order", f"no order {name}", hint)
        return found

    def orders(self, most: int) -> dict[str, Any]:
        """The latest orders."""
        return {"at": self.now, "orders": self.blotter.newest(most)}

    def book(self, venue: str, levels: int) -> dict[str, Any]:
        """A lit venue's displayed book.

        Raises:
            Refused: unknown, or dark.
        """
        self._venue(venue)
        if venue not in (lit.name for lit in self.live.market.lit):
            raise Refused(409, "dark_venue", f"{venue} displays no book: it is a dark pool", "ask a lit venue's")
        return depth(self.live.market, venue, min(levels, MOST_LEVELS))

    def nbbo(self) -> dict[str, Any]:
        """The best quotes."""
        return self.tape.nbbo()

    def risk(self) -> dict[str, Any]:
        """The desk's limits, what it holds, and its kill switch; money in dollars."""
        return {"at": self.now, **self.live.risk()}

    def venues(self) -> dict[str, Any]:
        """What there is to trade on."""
        return {"venues": describe_venues(self.live.market, self.live.scenario)}

    def strategies(self) -> dict[str, Any]:
        """What a parent order may be worked with."""
        return {"default": DEFAULT_STRATEGY, "strategies": self.live.strategies()}

    def figures(self) -> dict[str, Any]:
        """How far the market is."""
        market = self.live.market
        return {
            "scenario": self.live.scenario.name,
            "seed": market.seed,
            "now": self.now,
            "venue_messages": sum(market.messages().values()),
            "events_logged": self.live.log.events,
            "live_orders": self.blotter.live,
        }

    # -- the parts ------------------------------------------------------------------------------

    def _check_algo(self, algo: AnyAlgo, horizon: int) -> None:
        for keys, message in self.live.algo_problems(algo, horizon):
            raise Refused(422, "bad_algo", f"algo.{'.'.join(map(str, keys))}: {message}")

    def _note(self, instruction: Instruction) -> None:
        if self._journal is not None:
            self._journal.write(self.now, instruction)

    def _check(self, price: int | None, name: str, venue: str | None = None) -> None:
        tick = tick_at(self.live.market, venue, price)
        if price is not None and price % tick:
            below = price - price % tick
            near = f"write {dollars(below)} or {dollars(below + tick)}" if below else f"write {dollars(tick)}"
            raise Refused(
                422, "off_tick", f"{name} {dollars(price)} is not a multiple of the tick {dollars(tick)}", near
            )
        if self.blotter.live >= MOST_LIVE_ORDERS:
            raise Refused(429, "too_many_orders", f"{MOST_LIVE_ORDERS} orders are live", "cancel some, or wait")

    def _venue(self, name: str) -> None:
        names = list(self.live.market.venues)
        if name not in names:
            raise Refused(404, "unknown_venue", f"no venue is named {name!r}", instead(name, names, "venues"))


class Unfinished(Mistake):
    """A session whose journal has no end: its process died, and its log is not whole."""


def repeat_session(scenario: Scenario, folder: Path, progress: Callable[[int, int], object] | None = None) -> str:
    """Carry out a journal again, at the same simulated times; the digest.

    Args:
        progress: called now and then with (simulated ns done, simulated ns in all).

    Raises:
        JournalError: it cannot be read.
        Unfinished: it does not end with the session's end.
    """
    entries = list(read_journal(folder))
    session = Session(scenario)
    end = entries[-1].at if entries else 0
    for at, instruction in entries:
        while session.now < at:
            session.advance(min(at, session.now + REPLAY_PIECE))
            if progress is not None:
                progress(session.now, end)
        if isinstance(instruction, Stop):
            return session.stop()
        _carry_out(session, instruction)
    raise Unfinished(f"{folder}: the journal has no end: the session was cut off at or after {session.now} ns")


def _carry_out(session: Session, instruction: Instruction) -> None:
    INSTRUCTIONS[instruction.do](session, instruction)


INSTRUCTIONS: Final[dict[str, Callable[[Session, Any], dict[str, Any]]]] = {
    "parent": Session.submit_parent,
    "child": Session.submit_child,
    "cancel": Session.cancel,
    "risk": Session.set_risk,
    "kill": Session.kill,
    "release": Session.release,
}
"""What changes the market, by its name in a journal."""
