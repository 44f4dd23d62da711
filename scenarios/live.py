"""A market that is driven from outside, command by command, and whose log goes to disk as it runs.

Rules
    The market has one participant more, `api`: a `Desk`. What it is told to do, it does at the simulated time at which
    it is told; nothing else reaches the market from outside. So the same commands at the same times make the same log.
    The desk learns of its orders when their reports reach it over its links, as every participant does.

Does not model
    An end of the day before somebody calls it: a live market goes on after the scenario's `duration`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import TypeAdapter, ValidationError

from agents.algos.algo import Instructions
from agents.orders import ParentOrder
from agents.parent_run import Child, ParentRun
from agents.risk.limits import Limits
from agents.risk.verdict import Verdict
from agents.risk_desk import RiskDesk, refusal
from agents.router import Router
from agents.strategies import REGISTRY
from agents.strategy import Actions, Strategy
from agents.tables import PARENT_STATUS
from scenarios.algo_checks import problems_of
from scenarios.algo_parts import AnyAlgo
from scenarios.build import PARENTS_PER_ROUTER, build, calendar_of
from scenarios.fields import Known
from scenarios.model import Scenario, StrategySpec
from scenarios.part import explained
from scenarios.problems import Problem, ScenarioError
from scenarios.quantities import format_price
from scenarios.risk_parts import RiskPart
from scenarios.strategy_parts import StrategyField, trained_here
from sim.log import EventLog
from venues.messages import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    Side,
    Terms,
    TimeInForce,
)
from venues.protocols import OrderEntry, Reports

DESK: Final = "api"
"""The name of the participant that commands from outside trade as."""

DEFAULT_STRATEGY: Final = "smart"
"""What works a parent order that names no strategy."""

SUMMARY_LIMIT: Final = 5_000_000
"""Events up to which a session's results are worked out at its end: the tables must fit into memory for it."""


class Listener(Protocol):
    """Who wants to know what happens to the desk's orders. Prices in price units, times in ns."""

    def parent_taken(self, parent_id: int, side: Side, qty: int, limit: int | None, at: int, ends: int) -> None:
        """A parent order is in work."""

    def child_sent(
        self,
        order_id: int,
        parent_id: int | None,
        venue: str,
        side: Side,
        qty: int,
        price: int | None,
        time_in_force: TimeInForce,
        at: int,
        terms: Terms | None = None,
    ) -> None:
        """A child order goes on the wire at ``at``; ``parent_id`` None: it was sent straight to the venue."""

    def reported(self, venue: str, report: ExecutionReport, arrived: int, text: str = "") -> None:
        """A venue's report has reached the desk; ``text``: why the desk's own pre-trade risk refused it."""

    def slice_taken(self, parent_id: int, algo_id: int) -> None:
        """A parent that is in work is a slice of an algorithm's order."""

    def parent_ended(self, parent_id: int, status: str, at: int) -> None:
        """The work on a parent has ended: FILLED, EXPIRED, CANCELED or REJECTED."""


class _Heard:
    """A session whose reports are passed to a listener when its owner reads them."""

    def __init__(self, session: OrderEntry, desk: Desk) -> None:
        self.venue = session.venue
        self.owner = session.owner
        self.send = session.send
        self._session = session
        self._desk = desk

    @property
    def on_mail(self) -> Any:
        """Called when a report arrives."""
        return self._session.on_mail

    @on_mail.setter
    def on_mail(self, call: Any) -> None:
        self._session.on_mail = call

    def read(self) -> Reports:
        """What has arrived; the desk is told first."""
        reports = self._session.read()
        for arrived, report in reports:
            self._desk.heard(self.venue, report, arrived)
        return reports


class Desk(Router):
    """A router whose parent orders come from outside, and which also sends orders straight to a venue."""

    def __init__(
        self,
        router: Router,
        strategy: Strategy,
        listener: Listener | None,
        risk: Callable[[Router], RiskDesk] | None = None,
    ) -> None:
        super().__init__(
            router.place,
            router.name,
            router.number,
            {venue: _Heard(session, self) for venue, session in router.sessions.items()},
            router.board,
            router.facts,
            strategy,
            first_parent_id=router.number * PARENTS_PER_ROUTER + 1,
            closes=router.closes,
            risk=risk,
        )
        self._listener = listener
        self._announced = 0
        self._direct: dict[int, str] = {}
        """Orders that were sent straight to a venue and have not ended: id -> venue."""
        self._waiting: dict[int, NewOrder] = {}
        """Of these, the ones that pre-trade risk holds."""

    # -- orders from outside --------------------------------------------------------------------

    def submit(
        self,
        side: Side,
        qty: int,
        limit: int | None,
        horizon: int,
        strategy: Strategy | None = None,
        algo: Instructions | None = None,
    ) -> ParentOrder:
        """As :meth:`Router.submit`, and the listener is told."""
        parent = super().submit(side, qty, limit, horizon, strategy, algo)
        self._announce(parent)
        return parent

    def submit_child(
        self,
        venue: str,
        side: Side,
        qty: int,
        price: int | None,
        time_in_force: TimeInForce,
        terms: Terms | None = None,
    ) -> int:
        """Send an order straight to a venue; its id. ``price`` None: a market order, or a peg without a cap."""
        order_id = self.place.new_id()
        self._direct[order_id] = venue
        if self._listener is not None:
            self._listener.child_sent(order_id, None, venue, side, qty, price, time_in_force, self.env.now, terms)
        order = self._waiting[order_id] = NewOrder(order_id, self.number, side, qty, price, time_in_force, terms)
        if self.risk is None:
            self._send_straight(order)
            return order_id
        facts = self.risk.order(order_id, 0, venue, side, qty, price, time_in_force, terms)
        self.risk.ask(
            facts,
            lambda: self._send_straight(order),
            lambda why: self._end_straight(order, refusal(facts, self.number, self.env.now), why.text),
            lambda: order_id in self._waiting,
        )
        return order_id

    def _send_straight(self, order: NewOrder) -> None:
        del self._waiting[order.order_id]
        self.sessions[self._direct[order.order_id]].send(order)

    def _end_straight(self, order: NewOrder, report: ExecutionReport, text: str) -> None:
        """An order that has not left never will."""
        if self._waiting.pop(order.order_id, None) is not None:
            venue = self._direct.pop(order.order_id)
            if self._listener is not None:
                self._listener.reported(venue, report, self.env.now, text)

    def cancel_child(self, venue: str, order_id: int) -> None:
        """Ask a venue to cancel an order that was sent straight to it; one that is held never leaves."""
        held = self._waiting.get(order_id)
        if held is not None:
            self._end_straight(held, _given_up(held, self.env.now), "cancelled while pre-trade risk held it")
            return
        if self.risk is not None:
            self.risk.cancelled()
        self.sessions[venue].send(CancelOrder(order_id, self.number))

    def cancel_everything(self) -> None:
        """As :meth:`Router.cancel_everything`, and what was sent straight to venues."""
        super().cancel_everything()
        for order_id, venue in list(self._direct.items()):
            if order_id not in self._waiting:
                self.cancel_child(venue, order_id)

    # -- what the listener is told --------------------------------------------------------------

    def send(self, run: ParentRun, actions: Actions) -> list[Child]:
        """As :meth:`Router.send`, and the listener is told."""
        children = super().send(run, actions)
        self._announce(run.parent)
        if self._listener is not None:
            for child in children:
                order, at = child.order, max(self.env.now, child.order.not_before or 0)
                self._listener.child_sent(
                    child.child_id, run.parent.parent_id, order.venue, run.parent.side,
                    order.qty, order.price, order.time_in_force, at,
                )  # fmt: skip
        return children

    def ended(self, run: ParentRun, status: int) -> None:
        """As :meth:`Router.ended`, and the listener is told."""
        super().ended(run, status)
        self._announce(run.parent)
        if self._listener is not None:
            self._listener.parent_ended(run.parent.parent_id, PARENT_STATUS[status], self.env.now)

    def heard(self, venue: str, report: ExecutionReport, arrived: int) -> None:
        """A report has reached the desk."""
        if report.order_id in self._direct:
            if report.exec_type is ExecType.TRADE:
                self.book(venue, report)
            if report.exec_type is not ExecType.CANCEL_REJECTED and report.leaves_qty == 0:
                del self._direct[report.order_id]
        if self._listener is not None:
            self._listener.reported(venue, report, arrived)

    def algo_taken(self, order: ParentOrder) -> None:
        """The listener is told."""
        self._announce(order)

    def slice_taken(self, order: ParentOrder, piece: ParentOrder) -> None:
        """The listener is told."""
        self._announce(piece)
        if self._listener is not None:
            self._listener.slice_taken(piece.parent_id, order.parent_id)

    def algo_over(self, order: ParentOrder, status: int) -> None:
        """The listener is told."""
        if self._listener is not None:
            self._listener.parent_ended(order.parent_id, PARENT_STATUS[status], self.env.now)

    def _tell(self, child: Child, report: ExecutionReport, why: Verdict, most: int | None = None) -> None:
        """As :meth:`Router._tell`, and the listener is told first."""
        if self._listener is not None:
            self._listener.reported(child.order.venue, report, self.env.now, why.text)
        super()._tell(child, report, why, most)

    def _announce(self, parent: ParentOrder) -> None:
        if parent.parent_id > self._announced:  # ids count up
            self._announced = parent.parent_id
            if self._listener is not None:
                self._listener.parent_taken(*parent)


def _given_up(order: NewOrder, at: int) -> ExecutionReport:
    """What is said of an order that its owner took back before it left."""
    return ExecutionReport(
        ExecType.CANCELED, OrdStatus.CANCELED, order.order_id, order.owner, order.side, order.price,
        0, 0, 0, 0, Liquidity.NONE, Reason.REQUESTED, at, order.qty,
    )  # fmt: skip


def leave_room_for_the_desk(scenario: Scenario) -> None:
    """A live market needs the desk's name for the desk.

    Raises:
        ScenarioError: an agent has it.
    """
    for index, agent in enumerate(scenario.agents):
        if agent.name == DESK:
            message = f"{DESK!r} is what the participant is called that trades for the API; choose another name"
            raise ScenarioError([Problem(scenario.name, None, None, f"agents.{index}.name", message)])


class LiveMarket:
    """A built scenario with a desk. ``start()``, ``advance(until)`` as often as wanted, ``finish()``.

    Args:
        folder: where tables go as the market runs, and where :meth:`finish` writes the rest of a run folder.
            None: nothing is kept but the digest.

    Raises:
        ScenarioError: an agent of the scenario is called `api`.
        sim.log.LogError: the folder holds tables already.
    """

    def __init__(self, scenario: Scenario, folder: Path | None = None, listener: Listener | None = None) -> None:
        leave_room_for_the_desk(scenario)
        self.scenario = scenario
        self.folder = folder
        self.log = EventLog(folder, keep=False) if folder is None else EventLog(folder)
        self.market = build(scenario, self.log, live=True)
        router = self.market.routers[DESK]
        symbol, calendar = scenario.instrument.symbol, calendar_of(scenario)
        risk = partial(RiskDesk, symbol=symbol, limits=Limits(), calendar=calendar)
        self.desk = self.market.agents[DESK] = Desk(router, self.strategy(DEFAULT_STRATEGY), listener, risk)
        self._loop_seconds = 0.0
        self._risk: RiskPart | None = None

    @property
    def now(self) -> int:
        """Simulated time, ns."""
        return self.market.env.now

    def start(self) -> None:
        """Set everybody off, at time 0."""
        self.market.start()

    def advance(self, until: int) -> None:
        """Run to ``until`` (ns); what is due exactly then waits for the next call."""
        started = time.perf_counter()
        self.market.advance(until)
        self._loop_seconds += time.perf_counter() - started

    # -- risk -----------------------------------------------------------------------------------

    def set_risk(self, risk: RiskPart) -> None:
        """New limits for the desk."""
        self._risk = risk
        self._risk_desk.set_limits(risk.limits())

    def kill(self, reason: str) -> None:
        """Throw the desk's kill switch."""
        self._risk_desk.kill(reason)

    def release(self) -> None:
        """Release it."""
        self._risk_desk.release()

    def risk(self) -> dict[str, Any]:
        """Limits, holdings and the kill switch of the desk; money as exact decimals of dollars."""
        gate, symbol = self._risk_desk.gate, self.scenario.instrument.symbol
        holding, reason = gate.account.holding(symbol), gate.switch.reason
        return {
            "limits": None if self._risk is None else {k: v for k, v in self._risk.model_dump().items() if k != "do"},
            "kill_switch": {"on": bool(reason), "reason": reason},
            "held_messages": self._risk_desk.held,
            "holdings": [
                {
                    "symbol": symbol,
                    "position": holding.position,
                    "open_buy": holding.open_buy,
                    "open_sell": holding.open_sell,
                }
            ],
            "credit_used": format_price(gate.account.credit_used),
            "loss": format_price(gate.account.loss),
        }

    @property
    def _risk_desk(self) -> RiskDesk:
        assert self.desk.risk is not None
        return self.desk.risk

    def algo_problems(self, algo: AnyAlgo, horizon: int) -> list[tuple[tuple[int | str, ...], str]]:
        """What is wrong with an algorithm for an order of the desk: (keys, message)."""
        lit = [venue.name for venue in self.market.lit]
        return list(problems_of(algo, horizon, lit, self.desk.closes, self.scenario.folder))

    # -- strategies -----------------------------------------------------------------------------

    def strategies(self) -> dict[str, dict[str, Any]]:
        """The strategies that a parent order may name, with their parameters: built-in and the scenario's variants."""
        built_in = {kind: _adapter.validate_python(kind, context=Known()) for kind in REGISTRY}
        return {name: spec.model_dump() for name, spec in {**built_in, **self.scenario.strategies}.items()}

    def strategy(self, named: str | Mapping[str, Any]) -> Strategy:
        """The strategy of a name, or of a mapping with a kind and parameters.

        Code of one's own and files can be named by a variant of the scenario only: who sends orders does not choose
        what is imported or read.

        Raises:
            ValueError: there is none of that name, its parameters are wrong, or its model learned from this market.
        """
        variants = {name: spec.model_dump() for name, spec in self.scenario.strategies.items()}
        kind = named if isinstance(named, str) else named.get("kind")
        if isinstance(kind, str) and ":" in kind and kind not in variants:
            raise ValueError(f"{kind!r} names code of one's own; give it a name in the scenario's `strategies`")
        if not isinstance(named, str) and named.get("file") is not None:
            raise ValueError("file: an order cannot name a file; name such a strategy in the scenario's `strategies`")
        known = Known({venue.name: venue.kind for venue in self.scenario.venues}, variants, self.scenario.folder)
        try:
            spec: StrategySpec = _adapter.validate_python(named, context=known)
        except ValidationError as error:
            raise ValueError("; ".join(_said(where, what) for where, what in explained(error))) from None
        strategy = spec.build(self.scenario.folder)
        flattered = trained_here(strategy, self.market.seed)
        if flattered:
            raise ValueError(flattered)
        return strategy

    # -- the end --------------------------------------------------------------------------------

    def finish(self) -> str:
        """End the day and write the run folder; the digest of the log."""
        self.market.finish()
        digest = self.log.digest()
        if self.folder is not None:
            market = self.salvage()
            known = (
                self._counts(digest) if self.log.events > SUMMARY_LIMIT else self._results(self.folder, market, digest)
            )
            (self.folder / "summary.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        return digest

    def salvage(self) -> dict[str, Any]:
        """Write what is known by now, without an end of the day: scenario, market, tables. Gives `market.json`."""
        market = self.market.describe()
        if self.folder is not None:
            (self.folder / "scenario.yaml").write_text(self.scenario.to_yaml(), encoding="utf-8")
            (self.folder / "market.json").write_text(json.dumps(market, indent=1) + "\n", encoding="utf-8")
            self.log.close()
        return market

    def _counts(self, digest: str) -> dict[str, Any]:
        messages = self.market.messages()
        return {
            "scenario": self.scenario.name,
            "digest": digest,
            "seed": self.market.seed,
            "venue_messages": {"total": sum(messages.values()), **messages},
            "loop_seconds": round(self._loop_seconds, 6),
            "events_logged": self.log.events,
            "shares_traded": sum(venue.traded_qty for venue in self.market.venues.values()),
        }

    def _results(self, folder: Path, market: dict[str, Any], digest: str) -> dict[str, Any]:
        from analysis.report import write_run_report
        from analysis.tables import RunTables
        from scenarios.run import RunResult

        result = RunResult(
            scenario=self.scenario,
            seed=self.market.seed,
            digest=digest,
            market=market,
            tables=RunTables.read(folder),
            venue_messages=self.market.messages(),
            loop_seconds=self._loop_seconds,
            events_logged=self.log.events,
            log_bytes=self.log.nbytes,
            log=self.log,
        )
        if result.results:  # a session may well have no router with orders
            write_run_report(result.tables, folder, result.results)
        return result.as_json()


_adapter: TypeAdapter[StrategySpec] = TypeAdapter(StrategyField)


def _said(where: tuple[int | str, ...], what: str) -> str:
    return f"{'.'.join(map(str, where))}: {what}" if where else what
