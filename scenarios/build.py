"""From a scenario to a market that can run: venues, links, feeds and agents, with random streams by their names.

Names of streams are paths: `NASDAQ/service`, `makers.2/news`, `snipers.1@BATS/from/NASDAQ`, `client/orders`. A
component's draws depend on the root seed and these names alone.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from typing import Any

from agents.background import BackgroundFlow, FlowDraws, OrderKinds, RestingOrders
from agents.dark_liquidity import ConditionalInterest, DarkDraws, DarkLiquidity
from agents.maker import MAKER_WAKES, Learning, MakerTerms, MarketMaker
from agents.news import Fundamental, Jumps, MeanReverting, ValueProcess
from agents.participant import Idle, Participant, Place
from agents.planned import PlannedParent
from agents.recordings.reading import Recording
from agents.replay import REPLAY_WAKES, Replay
from agents.risk_desk import RiskDesk
from agents.router import Router
from agents.strategies.loading import load_named
from agents.strategy import Strategy, VenueFacts
from scenarios import fast_building, scripted_building
from scenarios import model as m
from scenarios.agent_feeds import HearsVenues
from scenarios.fast_agents import AtADesk
from scenarios.market_parts import InternaliserVenue, MidpointPool, RouteOut
from scenarios.observers import observers
from scenarios.placing import placed
from scenarios.problems import Problem, ScenarioError
from scenarios.protection_parts import Protection
from scenarios.quantities import parse_duration
from scenarios.risk_parts import RiskPart
from scenarios.strategy_parts import trained_here
from sim.environment import Environment
from sim.history import HistoryView
from sim.latency import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    LatencyModel,
    Lognormal,
    Normal,
    Sum,
    Uniform,
    latency_source,
)
from sim.link import LatencySource
from sim.log import EventLog
from sim.outages import Interrupted
from sim.streams import Draws, Streams
from venues.crumbling_quote import CrumblingQuote
from venues.dark import DarkPool
from venues.depth import DepthBoard
from venues.feed_views import LevelView
from venues.fees import FeeSchedule
from venues.internaliser import Internaliser, Route
from venues.level_feed import LevelFeed
from venues.lit import LitVenue
from venues.market_halt import CircuitBreaker, MarketHalt
from venues.messages import BookState, ExecType, Quote, Side
from venues.order_protection import OrderProtection
from venues.policies import PLAIN
from venues.pool_policies import PLAIN_POOL
from venues.protected_quotes import ProtectedQuotes
from venues.protocols import QuoteBoard, QuoteView
from venues.reference import DirectReference, SipReference
from venues.retail import RetailFeed
from venues.round_lots import OddLots
from venues.session import ANSWERS, EVERY_REPORT, Session
from venues.sip import DirectBoard, Sip
from venues.sip_quotes import SipQuotes
from venues.venue import Venue

NEVER: frozenset[ExecType] = frozenset()
"""Wakes of an owner who looks when it acts."""

ENDS = frozenset({ExecType.TRADE, ExecType.REJECTED})
"""What flow reads of its orders: that they traded, or were refused. It knows itself what it has cancelled."""
STATE_INTERVAL = parse_duration("1s")
"""How often agents write position and cash into the log."""

SETTLE_STEP = parse_duration("10ms")
SETTLE_LIMIT = parse_duration("60s")


@dataclass
class Market:
    """A built scenario. ``start()``, then ``advance(until)`` as often as wanted, then ``finish()``."""

    scenario: m.Scenario
    seed: int
    env: Environment
    log: EventLog
    venues: dict[str, Venue] = field(default_factory=dict)
    sip: Sip | None = None
    """The one that carries the instrument."""
    retail: RetailFeed | None = None
    fundamental: Fundamental | None = None
    agents: dict[str, Participant] = field(default_factory=dict)
    phases: list[tuple[int, LitVenue, BookState]] = field(default_factory=list)
    """(time ns, venue, the phase of its session that begins)."""
    halt: MarketHalt | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    new_order_id: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    @property
    def routers(self) -> dict[str, Router]:
        """The routers by name."""
        return {name: agent for name, agent in self.agents.items() if isinstance(agent, Router)}

    @property
    def lit(self) -> list[LitVenue]:
        """The lit venues in the scenario's order."""
        return [venue for venue in self.venues.values() if isinstance(venue, LitVenue)]

    def start(self) -> None:
        """Set everybody off, at time 0."""
        for at, venue, state in self.phases:
            if at == 0:
                venue.set_state(state)
            else:
                self.env.call_at(at, self._begin, (venue, state))
        if self.fundamental is not None:
            self.fundamental.start()
        for agent in self.agents.values():
            agent.start()
        self.env.call_in(STATE_INTERVAL, self._log_states)

    def _begin(self, phase: tuple[LitVenue, BookState]) -> None:
        """A phase begins; during a halt it waits."""
        venue, state = phase
        if self.halt is None:
            venue.set_state(state)
        else:
            self.halt.begin(venue, state)

    def advance(self, until: int) -> None:
        """Run to the given time (ns); what is due exactly then waits for the next call."""
        self.env.run(until=until)

    def finish(self) -> None:
        """End the day: routers stop and wait for their last reports, venues close, agents log where they stand."""
        for router in self.routers.values():
            router.finish()
        limit = self.env.now + SETTLE_LIMIT
        while any(router.busy for router in self.routers.values()) and self.env.now < limit:
            self.env.run(until=self.env.now + SETTLE_STEP)
        if self.sip is not None:
            self.sip.advance(self.env.now)
        for venue in self.venues.values():
            venue.close()
        for agent in self.agents.values():
            agent.log_state()

    def _log_states(self, _: object) -> None:
        for agent in self.agents.values():
            agent.log_state()
        if self.sip is not None:
            self.sip.advance(self.env.now)
        self.env.call_in(STATE_INTERVAL, self._log_states)

    def messages(self) -> dict[str, int]:
        """Messages that reached a venue, by kind of agent."""
        by_kind: dict[str, int] = {}
        kind_of = {number: self.kinds[name] for name, number in self.numbers.items()}
        for venue in self.venues.values():
            for owner, handled in venue.handled.items():
                kind = kind_of[owner]
                by_kind[kind] = by_kind.get(kind, 0) + handled
        return dict(sorted(by_kind.items()))

    def describe(self) -> dict[str, Any]:
        """What the numbers in the log stand for; becomes `market.json`."""
        scenario = self.scenario
        instrument = scenario.instrument
        return {
            "name": scenario.name,
            "folder": str(scenario.folder.resolve()),
            "seed": self.seed,
            "warm_up": scenario.warm_up,
            "duration": scenario.duration,
            "ended": self.env.now,
            "instrument": {
                "symbol": instrument.symbol,
                "tick": instrument.tick,
                "lot": instrument.lot,
                "price": instrument.price,
            },
            "venues": [
                {
                    "id": venue.number,
                    "name": name,
                    "kind": venue.kind,
                    "maker_fee": venue.fees.maker,
                    "taker_fee": venue.fees.taker,
                }
                for name, venue in self.venues.items()
            ],
            "agents": [
                {"id": number, "name": name, "kind": self.kinds[name], "group": self.groups[name]}
                for name, number in self.numbers.items()
            ],
            "observers": observers(scenario),
            "versions": versions(),
        }


def versions() -> dict[str, str]:
    """Of Python and of what the results can depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("sorsim", "simpy", "numpy")}}


def build(scenario: m.Scenario, log: EventLog, seed: int | None = None, live: bool = False) -> Market:
    """The market of a scenario, at time 0.

    Args:
        log: where it will write.
        seed: replaces the scenario's.
        live: also connects a participant named `api`: a router without orders of its own, and its sessions.
    """
    return _Builder(placed(scenario), log, scenario.seed if seed is None else seed, live).market


class _Builder:
    """Puts a market together, in the order of the scenario."""

    def __init__(self, scenario: m.Scenario, log: EventLog, seed: int, live: bool) -> None:
        self.scenario = scenario
        self.streams = Streams(seed)
        env = Environment()
        self.market = Market(scenario, seed, env, log)
        self.env = env
        self.log = log
        self.level_feeds: dict[tuple[str, int], LevelFeed] = {}
        self.fundamental = self.market.fundamental = self._fundamental()
        for number, venue in enumerate(scenario.venues):
            if not isinstance(venue, m.DarkVenue):
                self.market.venues[venue.name] = self._with_gateways(venue, self._lit(number, venue))
        self._tell_round_lots()
        self.market.sip = self._sip()
        self.market.retail = self._retail()
        for number, venue in enumerate(scenario.venues):
            if isinstance(venue, m.DarkVenue):
                self.market.venues[venue.name] = self._with_gateways(venue, self._dark(number, venue))
        self.market.venues = {venue.name: self.market.venues[venue.name] for venue in scenario.venues}
        self._lean_on_national_best()
        self._watch_quotes()
        self._add_halts()
        instrument = scenario.instrument
        fees = {name: (venue.fees.maker, venue.fees.taker) for name, venue in self.market.venues.items()}
        charges = {name: venue.fees for name, venue in self.market.venues.items()}
        self.place = Place(env, log, self.market.new_order_id, instrument.tick, instrument.lot, fees, charges)
        for agent in scenario.agents:
            self._add(agent)
        self._protect()
        if live:
            self._add_api()

    # -- chance and time ------------------------------------------------------------------------

    def latency(self, spec: m.LinkLatency, name: str) -> LatencySource | int:
        """A fixed latency as a number, a random one as a source with a stream of that name."""
        if isinstance(spec, m.PlacedLatency):
            if spec.outages:
                fallback = None if spec.fallback is None else self.draws_of(spec.fallback, f"{name}/fallback")
                return Interrupted(self.draws_of(spec.clear, name), spec.outages, fallback)
            spec = spec.clear
        latency = latency_model(spec)
        if latency.is_constant:
            return latency.smallest()
        return latency_source(latency, self.streams.generator(name))

    def draws_of(self, spec: m.LatencySpec, name: str) -> Callable[[], int]:
        """The same, always as a source."""
        latency = self.latency(spec, name)
        return latency if callable(latency) else latency_source(Constant(latency))

    def model(self, spec: m.LatencySpec) -> LatencyModel:
        """The simulator's model of a latency that is stated."""
        return latency_model(spec)

    # -- the market -----------------------------------------------------------------------------

    def _fundamental(self) -> Fundamental | None:
        value = self.scenario.fundamental
        if value is None:
            return None
        price = self.scenario.instrument.price
        process: ValueProcess | None = None
        if isinstance(value, m.JumpValue) and value.rate.per_second > 0:
            draws = self.streams.draws("fundamental/jumps")
            process = Jumps(
                price,
                draws.exponential(value.rate.per_second),
                draws.choice_sign(),
                _JUMP_SIZES[value.sizes](draws, value.size),
                value.min_size,
            )
        elif isinstance(value, m.MeanRevertingValue):
            normal = self.streams.draws("fundamental/shocks").normal()
            process = MeanReverting(price, value.step, value.reversion.per_second, value.volatility, normal)
        return Fundamental(self.env, price, process, self.log)

    def _lit(self, number: int, venue: Any) -> Venue:
        fees: FeeSchedule = venue.fees.schedule()
        service = self.latency(venue.service, f"{venue.name}/service")
        if isinstance(venue, m.LitVenue):
            instrument = self.scenario.instrument
            policies = PLAIN if venue.policies is None else venue.policies.policies(instrument.lot)
            bump = venue.speed_bump
            made = LitVenue(
                self.env,
                number,
                venue.name,
                fees,
                service,
                self.log,
                0 if bump.applies == "takers" else bump.delay,
                instrument.tick,
                policies,
                outbound_bump=bump.delay if bump.applies == "symmetric" else 0,
                taker_bump=bump.delay if bump.applies == "takers" else 0,
            )
            for phase in venue.phases:
                self.market.phases.append((phase.at, made, phase.book_state))
            return made
        make = load_named(venue.kind, self.scenario.folder)
        made = make(self.env, number, venue.name, fees, service, self.log, **venue.parameters())
        assert isinstance(made, Venue)
        return made

    def _sip(self) -> Sip | None:
        sip = self.scenario.sip
        if sip is None:
            return None
        lit = self.market.lit
        links = [self.latency(sip.latency.of(venue.name), f"sip/from/{venue.name}") for venue in lit]
        return Sip(self.env, lit, links, self.draws_of(sip.processing, "sip/processing"), self.log)

    def _retail(self) -> RetailFeed | None:
        retail, sip = self.scenario.feeds.retail, self.market.sip
        if retail is None:
            return None
        if retail.feed == "direct":
            return RetailFeed(lambda keep_up: self._board(retail.latency, "retail", keep_up=keep_up), retail.interval)
        assert sip is not None
        latency = self.latency(retail.latency.of("sip"), "retail/sip")
        return RetailFeed(lambda keep_up: sip.view(self.env, latency, keep_up), retail.interval)

    def _dark(self, number: int, venue: m.DarkVenue) -> Venue:
        if isinstance(venue, InternaliserVenue):
            return self._internaliser(number, venue)
        assert isinstance(venue, MidpointPool)
        return DarkPool(
            self.env,
            number,
            venue.name,
            venue.fees.schedule(),
            self.latency(venue.service, f"{venue.name}/service"),
            self.log,
            self._reference(venue.name, venue.reference),
            self.scenario.instrument.tick,
            venue.min_qty,
            policies=PLAIN_POOL if venue.policies is None else venue.policies.policies(),
        )

    def _internaliser(self, number: int, venue: InternaliserVenue) -> Internaliser:
        """The firm is a participant too: its number is taken before any agent's."""
        principal = len(self.market.numbers)
        self.market.numbers[venue.name] = principal
        self.market.kinds[venue.name], self.market.groups[venue.name] = venue.kind, venue.name
        return Internaliser(
            self.env,
            number,
            venue.name,
            venue.fees.schedule(),
            self.latency(venue.service, f"{venue.name}/service"),
            self.log,
            self._reference(venue.name, venue.reference),
            venue.terms(),
            principal,
            self.market.new_order_id,
            None if venue.route is None else self._route_out(venue.name, venue.route, principal),
            self.scenario.instrument.tick,
        )

    def _route_out(self, name: str, route: RouteOut, principal: int) -> Route:
        there = self.market.venues[route.venue]
        one_way = m.PerVenue.model_construct(default=route.round_trip, venues={}).halved().of(route.venue)
        to = self.latency(one_way, f"{name}/to/{route.venue}")
        back = self.latency(one_way, f"{name}/back/{route.venue}")
        return Route(there.connect(principal, to, back, ANSWERS), there.fees)

    def _reference(self, venue: str, reference: m.Reference) -> SipReference | DirectReference:
        if reference.feed == "sip":
            assert self.market.sip is not None
            latency = self.latency(reference.latency.of("sip"), f"{venue}/reference")
            return SipReference(self.market.sip.nbbo_view(self.env, latency))
        return DirectReference(self._board(reference.latency, f"{venue}/reference"))

    def _with_gateways(self, venue: m.AnyVenue, made: Venue) -> Venue:
        gateway = venue.gateway if isinstance(venue, (m.LitVenue, m.DarkVenue)) else None
        if gateway is not None:
            ports = [f"{venue.name}/gateway.{port}" for port in range(1, gateway.ports + 1)]
            made.install_gateways(gateway.terms(), [self.latency(gateway.service, port) for port in ports], self.log)
        return made

    def _lean_on_national_best(self) -> None:
        for venue in self.scenario.venues:
            made = self.market.venues[venue.name]
            if isinstance(venue, m.LitVenue) and venue.reference is not None and isinstance(made, LitVenue):
                made.follow(self._reference(venue.name, venue.reference))

    def _watch_quotes(self) -> None:
        """Crumbling-quote signals, each over links of its own."""
        for venue in self.scenario.venues:
            if not isinstance(venue, m.LitVenue) or venue.crumbling_quote is None:
                continue
            made, signal = self._lit_venue(venue.name), venue.crumbling_quote
            others = [other for other in self.market.lit if other.name != venue.name]
            board = self._board(signal.latency, f"{venue.name}/crumbling", others)
            names, lot = [other.name for other in others], self.scenario.instrument.lot
            CrumblingQuote(self.env, board, names, lot, signal.terms(), made.set_crumbling, self.log, made.number)

    def _tell_round_lots(self) -> None:
        """Somebody takes quotes in round lots: the SIP, or venues that protect them."""
        sip = self.scenario.sip
        if sip is not None or any(_protection_of(venue) for venue in self.scenario.venues):
            odd_lots = OddLots.SKIPPED if sip is None else sip.odd_lots
            for venue in self.market.lit:
                venue.tell_round_lots(self.scenario.instrument.lot, odd_lots)

    def _protect(self) -> None:
        """Order protection; a venue that routes out is a participant at the others."""
        for venue in self.scenario.venues:
            protection = _protection_of(venue)
            if protection is None:
                continue
            others = [other for other in self.market.lit if other.name != venue.name]
            reference, board = protection.reference, f"{venue.name}/protection"
            if reference.feed == "sip":
                assert self.market.sip is not None
                quotes: Any = self.market.sip.view(self.env, self.latency(reference.latency.of("sip"), board))
            else:
                quotes = self._board(reference.latency, board, others)
            shown = self.scenario.sip is not None and self.scenario.sip.odd_lots is OddLots.SHOWN
            protected = ProtectedQuotes(
                quotes, [other.name for other in others], 1 if shown else self.scenario.instrument.lot
            )
            OrderProtection(
                self._lit_venue(venue.name),
                protected,
                protection.action,
                protection.locks,
                self._ways_out(venue.name, protection.way_out, others) if protection.routes else None,
                self.market.new_order_id,
            )

    def _ways_out(self, venue: str, link: m.PerVenue, others: Sequence[LitVenue]) -> dict[str, Session]:
        name, number = f"{venue}/routing", len(self.market.numbers)
        self.market.numbers[name], self.market.kinds[name], self.market.groups[name] = number, "routing", name
        return {
            other.name: other.connect(
                number,
                self.latency(link.of(other.name), f"{name}/to/{other.name}"),
                self.latency(link.of(other.name), f"{name}/back/{other.name}"),
                ANSWERS,
            )
            for other in others
        }

    def _add_halts(self) -> None:
        halts = self.scenario.halts
        if halts is None:
            return
        market_halt = self.market.halt = MarketHalt(self.env, list(self.market.venues.values()), halts.call)
        for halt in halts.planned:
            market_halt.plan(halt.at, halt.length)
        breaker = halts.circuit_breaker
        if breaker is not None:
            price = self.scenario.instrument.price
            levels = [price - round(price * fall) for fall in breaker.falls]
            CircuitBreaker(self.env, self.market.lit, levels, breaker.length, market_halt)

    def _board(
        self,
        latencies: m.PerVenue,
        name: str,
        venues: Sequence[LitVenue] | None = None,
        keep_up: Callable[[int], object] | None = None,
    ) -> DirectBoard:
        lit = self.market.lit if venues is None else venues
        sources = [venue.heard(self.latency(latencies.of(venue.name), f"{name}/from/{venue.name}")) for venue in lit]
        return DirectBoard(lit, self.env, sources, keep_up)

    def _quotes_of(self, agent: m.Router | m.CustomAgent, name: str, feed_latency: m.PerVenue) -> QuoteBoard:
        """The market as an agent sees it over its `feed`."""
        if agent.feed == "sip":
            assert self.market.sip is not None
            return self.market.sip.view(self.env, self.latency(agent.sip_latency, f"{name}/sip"))
        if agent.feed == "retail":
            assert self.market.retail is not None
            return self.market.retail.view(self.env, self.latency(agent.retail_latency, f"{name}/retail"))
        traded = self.scenario.venues_of(agent)
        return self._board(feed_latency, f"{name}/feed", [venue for venue in self.market.lit if venue.name in traded])

    # -- agents ---------------------------------------------------------------------------------

    def _add(self, agent: m.AnyAgent) -> None:
        copies = getattr(agent, "count", 1)
        for copy in range(1, copies + 1):
            name = agent.name if copies == 1 else f"{agent.name}.{copy}"
            number = len(self.market.numbers)
            self.market.numbers[name] = number
            self.market.kinds[name] = agent.kind if ":" not in agent.kind else "custom"
            self.market.groups[name] = agent.name
            if agent.enabled:
                self.market.agents[name] = _MAKERS_OF[type(agent)](self, agent, name, number)

    def sessions(
        self,
        agent: Any,
        name: str,
        number: int,
        round_trip: m.PerVenue,
        wakes: frozenset[ExecType],
        keeps: frozenset[ExecType] = EVERY_REPORT,
    ) -> dict[str, Session]:
        """An agent's sessions at its venues; arguments as of `Venue.connect`."""
        one_way = round_trip.halved()
        return {
            venue: self.market.venues[venue].connect(
                number,
                self.latency(one_way.of(venue), f"{name}/to/{venue}"),
                self.latency(one_way.of(venue), f"{name}/back/{venue}"),
                wakes,
                keeps,
            )
            for venue in self.scenario.venues_of(agent)
        }

    def news(self, spec: m.LinkLatency, name: str) -> Any:
        """A news wire of somebody's own."""
        assert self.fundamental is not None
        return self.fundamental.view(self.latency(spec, f"{name}/news"))

    def _lots(self, size: Any, draws: Any) -> Callable[[], int]:
        lot = self.scenario.instrument.lot
        return draws.uniform_int(max(1, size.lo // lot), max(1, size.hi // lot))  # type: ignore[no-any-return]

    def _conditional_interest(self, agent: m.ConditionalInterest, name: str, number: int) -> Participant:
        return ConditionalInterest(
            self.place,
            name,
            number,
            self.sessions(agent, name, number, agent.round_trip, EVERY_REPORT),
            news=None,
            board=None,
            draws=self.streams.draws(name),
            rate=agent.rate.per_second,
            size=agent.size,
            lifetime_ms=agent.lifetime / 1_000_000,
            reaction_us=agent.reaction / 1_000,
        )

    def _background(self, agent: m.BackgroundFlow, name: str, number: int) -> Participant:
        sessions = self.sessions(agent, name, number, agent.round_trip, NEVER, ENDS)
        news = {venue: self.news(agent.news, f"{name}@{venue}") for venue in sessions}
        return BackgroundFlow(
            self.place,
            name,
            number,
            sessions,
            news,
            {venue: self._flow_draws(agent, name, venue) for venue in sessions},
        )

    def _flow_draws(self, agent: m.BackgroundFlow, name: str, venue: str) -> FlowDraws:
        limit = self.streams.draws(f"{name}@{venue}/limit")
        market = self.streams.draws(f"{name}@{venue}/market")
        limit_rate, market_rate = agent.limit_rate.per_second, agent.market_rate.per_second
        return FlowDraws(
            limit_gap=limit.exponential(limit_rate) if limit_rate > 0 else None,
            lifetime=limit.exponential_mean(agent.lifetime),
            distance=limit.exponential_mean(agent.depth) if agent.depth else lambda: 0,
            limit_lots=self._lots(agent.size, limit),
            limit_side=limit.choice_sign(),
            market_gap=market.exponential(market_rate) if market_rate > 0 else None,
            market_lots=self._lots(agent.size, market),
            market_side=_one_side(agent.market_sides) or market.choice_sign(),
            kinds=self._order_kinds(agent, f"{name}@{venue}/kinds"),
        )

    def _order_kinds(self, agent: m.BackgroundFlow, stream: str) -> OrderKinds | None:
        if not agent.special_share:
            return None
        draw = self.streams.draws(stream).uniform()
        return OrderKinds(draw, agent.hidden_share, agent.iceberg_share, agent.peak, agent.stop_share)

    def _resting(self, agent: m.RestingOrders, name: str, number: int) -> Participant:
        sessions = self.sessions(agent, name, number, _NO_TIME, NEVER, ENDS)
        price = self.scenario.instrument.price
        return RestingOrders(self.place, name, number, sessions, price, agent.half_spread, agent.levels, agent.size)

    def _maker(self, agent: m.MarketMaker, name: str, number: int) -> Participant:
        sessions = self.sessions(agent, name, number, agent.round_trip, MAKER_WAKES)
        feeds = self.venue_feeds(agent, name, sessions)
        terms = MakerTerms(
            half_spread=agent.half_spread,
            size=agent.size,
            levels=agent.levels,
            position_limit=agent.position_limit,
            skew=agent.skew / 1000,
            requote=agent.requote,
            fade_size=agent.fade_size,
            refresh=agent.refresh,
            post_only=agent.post_only,
            keep_off=agent.keep_off,
            learning=None if agent.learning is None else Learning(**dict(agent.learning)),
        )
        reaction = self.draws_of(agent.reaction, f"{name}/reaction")
        return MarketMaker(self.place, name, number, sessions, self.news(agent.news, name), feeds, reaction, terms)

    def venue_feeds(self, agent: m.MarketMaker | AtADesk, name: str, venues: Iterable[str]) -> dict[str, QuoteView]:
        """A view of each venue's quotes, direct or by way of the SIP."""
        if isinstance(agent, HearsVenues) and agent.feed == "sip":
            assert self.market.sip is not None
            quotes = SipQuotes(self.market.sip, self.env, self.latency(agent.sip_latency, f"{name}/sip"))
            return {venue: quotes.of(venue) for venue in venues}
        latency = agent.feed_latency or agent.round_trip.halved()
        return {venue: self.feed(venue, self.latency(latency.of(venue), f"{name}/feed/{venue}")) for venue in venues}

    def _dark_liquidity(self, agent: m.DarkLiquidity | m.PeggedLiquidity, name: str, number: int) -> Participant:
        sessions = self.sessions(agent, name, number, agent.round_trip, NEVER, ENDS)
        draws = {}
        for venue in sessions if agent.rate.per_second > 0 else ():
            stream = self.streams.draws(f"{name}@{venue}/orders")
            draws[venue] = DarkDraws(
                gap=stream.exponential(agent.rate.per_second),
                lifetime=stream.exponential_mean(agent.lifetime),
                lots=self._lots(agent.size, stream),
                side=stream.choice_sign(),
            )
        limited = agent.limit_offset is not None and agent.news is not None
        news = self.news(agent.news, name) if limited and agent.news is not None else None
        terms = agent.terms() if isinstance(agent, m.PeggedLiquidity) else None
        return DarkLiquidity(self.place, name, number, sessions, draws, news, agent.limit_offset or 0, terms)

    def _router(self, agent: m.Router, name: str, number: int) -> Participant:
        sessions = self.sessions(agent, name, number, agent.round_trip, EVERY_REPORT)
        board = self._quotes_of(agent, name, agent.feed_latency or agent.round_trip.halved())
        return Router(
            self.place,
            name,
            number,
            sessions,
            board,
            self._facts(sessions),
            self._strategy(agent, name),
            self._parents(agent, name),
            agent.markout_horizon,
            first_parent_id=number * PARENTS_PER_ROUTER + 1,
            max_live_parents=agent.max_live_parents,
            explain=agent.explain,
            closes=self._closes(sessions),
            day_ends=self.scenario.duration,
            depths=None if agent.depth is None else self._depths(agent, name, agent.depth),
            features=agent.features,
            risk=None if agent.risk is None else self._risk(agent.risk),
        )

    def _strategy(self, agent: m.Router, name: str) -> Strategy:
        """The router's strategy; one that learned from this very seed proves nothing here."""
        strategy = agent.strategy.build(self.scenario.folder)
        message = trained_here(strategy, self.market.seed)
        if message:
            raise ScenarioError([Problem(self.scenario.name, None, None, f"agents.{name}.strategy.file", message)])
        return strategy

    def _risk(self, risk: RiskPart) -> Callable[[Router], RiskDesk]:
        symbol, calendar = self.scenario.instrument.symbol, calendar_of(self.scenario)
        return lambda router: RiskDesk(router, symbol, risk.limits(), calendar, risk.log == "all")

    def _closes(self, venues: Mapping[str, object]) -> dict[str, int]:
        """When the call of each venue's closing auction begins."""
        return {
            venue.name: phase.at
            for venue in self.scenario.venues
            if isinstance(venue, m.LitVenue) and venue.name in venues
            for phase in venue.phases
            if phase.book_state is BookState.CLOSING_AUCTION
        }

    def _depths(self, agent: m.Router, name: str, levels: int) -> DepthBoard:
        """L2 over links as long as those of the quotes, each with draws of its own."""
        latencies, traded = agent.feed_latency or agent.round_trip.halved(), self.scenario.venues_of(agent)
        views = {}
        for venue in self.market.lit:
            if venue.name in traded:
                feed = self._level_feed(venue, levels)
                latency = venue.heard(self.latency(latencies.of(venue.name), f"{name}/depth/{venue.name}"))
                views[venue.name] = LevelView(feed, self.env, latency, recovery=1)  # none joins late, nothing is lost
        return DepthBoard(views)

    def _level_feed(self, venue: LitVenue, levels: int) -> LevelFeed:
        """A venue's level feed; readers of the same depth share one."""
        feed = self.level_feeds.get((venue.name, levels))
        if feed is None:
            feed = self.level_feeds[venue.name, levels] = LevelFeed(venue.order_feed(), levels)
        return feed

    def _facts(self, venues: Mapping[str, object]) -> dict[str, VenueFacts]:
        tick, lot = self.scenario.instrument.tick, self.scenario.instrument.lot
        facts = {}
        for name in venues:
            venue = self.market.venues[name]
            kind = "dark" if venue.kind in ("dark", "internaliser") else "lit"
            fees = venue.fees
            facts[name] = VenueFacts(name, kind, fees.maker, fees.taker, tick, venue.number, lot, tuple(fees.tiers))  # type: ignore[arg-type]
        return facts

    def _parents(self, agent: m.Router, name: str) -> list[PlannedParent]:
        orders = agent.orders
        if isinstance(orders, tuple):
            return [
                PlannedParent(
                    order.at,
                    Side.BUY if order.side == "buy" else Side.SELL,
                    order.qty,
                    order.limit if isinstance(order.limit, int) else None,
                    order.limit.offset if isinstance(order.limit, m.LimitOffset) else None,
                    order.horizon,
                    None if order.algo is None else order.algo.instructions(self.scenario.folder),
                )
                for order in orders
            ]
        start = self.scenario.warm_up if orders.start is None else orders.start
        stop = max(start + 1, self.scenario.duration - orders.horizon) if orders.stop is None else orders.stop
        draws = self.streams.draws(f"{name}/orders")
        sizes, signs, times = self._lots(orders.size, draws), draws.choice_sign(), draws.uniform_int(start, stop)
        if orders.arrivals == "poisson":
            arrivals = sorted(times() for _ in range(orders.count))
        else:
            arrivals = [start + (stop - start) * i // max(1, orders.count) for i in range(orders.count)]
        offset = orders.limit.offset if isinstance(orders.limit, m.LimitOffset) else None
        lot = self.scenario.instrument.lot
        algo = None if orders.algo is None else orders.algo.instructions(self.scenario.folder)
        parents = []
        for at in arrivals:
            sign = signs()
            side = Side(sign) if orders.sides == "both" else (Side.BUY if orders.sides == "buy" else Side.SELL)
            parents.append(PlannedParent(at, side, sizes() * lot, None, offset, orders.horizon, algo))
        return parents

    def _idle(self, agent: m.Idle, name: str, number: int) -> Participant:
        return Idle(self.place, name, number, {})

    def _replay(self, agent: m.Replay, name: str, number: int) -> Participant:
        one_way = agent.round_trip.halved()
        session = self.market.venues[agent.venue].connect(
            number, self.latency(one_way, f"{name}/to"), self.latency(one_way, f"{name}/back"), REPLAY_WAKES
        )
        folder = self.scenario.folder
        book = None if agent.book is None else folder / agent.book
        recording = Recording(folder / agent.file, agent.format, book, self.scenario.instrument.tick)
        return Replay.of(self.place, name, number, {agent.venue: session}, recording, agent.start)

    def _custom(self, agent: m.CustomAgent, name: str, number: int) -> Participant:
        sessions = self.sessions(agent, name, number, agent.round_trip, EVERY_REPORT)
        make = load_named(agent.kind, self.scenario.folder)
        news = None if agent.news is None else self.news(agent.news, name)
        board = self._quotes_of(agent, name, agent.round_trip.halved())
        try:
            made = make(self.place, name, number, sessions, news, board, self.streams.draws(name), **agent.parameters())
        except ValueError as error:  # it refuses its keys, which no schema knows
            wrong = Problem(self.scenario.name, None, None, f"agents.{agent.name}", str(error))
            raise ScenarioError([wrong]) from error
        assert isinstance(made, Participant)
        return made

    def _add_api(self) -> None:
        name, number = "api", len(self.market.numbers)
        self.market.numbers[name] = number
        self.market.kinds[name], self.market.groups[name] = "router", name
        venues = self.market.venues
        sessions = {venue: venues[venue].connect(number, API_ONE_WAY, API_ONE_WAY) for venue in venues}
        board = DirectBoard(self.market.lit, self.env, [venue.heard(API_ONE_WAY) for venue in self.market.lit])
        strategy = m.StrategySpec(kind="price_time").build()
        first = number * PARENTS_PER_ROUTER + 1
        self.market.agents[name] = Router(
            self.place,
            name,
            number,
            sessions,
            board,
            self._facts(venues),
            strategy,
            first_parent_id=first,
            closes=self._closes(venues),
        )

    def feed(self, name: str, latency: LatencySource | int) -> HistoryView[Quote]:
        """A reader's own view of a venue's direct feed."""
        venue = self._lit_venue(name)
        return venue.feed.view(self.env, venue.heard(latency))

    def _lit_venue(self, name: str) -> LitVenue:
        venue = self.market.venues[name]
        assert isinstance(venue, LitVenue)
        return venue


_JUMP_SIZES: Mapping[str, Callable[[Draws, int], Callable[[], float]]] = {
    "exponential": lambda draws, mean: draws.exponential_mean(mean),
    "uniform": lambda draws, mean: draws.uniform_int(0, 2 * mean),
    "fixed": lambda _, mean: lambda: mean,
}


def calendar_of(scenario: m.Scenario) -> dict[str, list[tuple[int, BookState]]]:
    """The published phases of the venues' sessions, by their beginning."""
    return {
        venue.name: [(phase.at, phase.book_state) for phase in venue.phases]
        for venue in scenario.venues
        if isinstance(venue, m.LitVenue) and venue.phases
    }


def _protection_of(venue: m.AnyVenue) -> Protection | None:
    return venue.protection if isinstance(venue, m.LitVenue) else None


PARENTS_PER_ROUTER = 1_000_000
"""Parent ids are unique in a market: each router counts in a range of its own."""

API_ONE_WAY = parse_duration("150us")
"""Latency between the live market's `api` participant and any venue, one way."""

_NO_TIME = m.PerVenue.model_construct(default=m.ConstantLatency.model_construct(kind="constant", value=0), venues={})

_MAKERS_OF: dict[type, Callable[[_Builder, Any, str, int], Participant]] = {
    m.BackgroundFlow: _Builder._background,
    m.RestingOrders: _Builder._resting,
    m.MarketMaker: _Builder._maker,
    m.Sniper: fast_building.sniper,
    m.SweepAnticipator: fast_building.anticipator,
    m.CrossVenueArbitrageur: fast_building.arbitrageur,
    m.DarkPicker: fast_building.picker,
    m.DarkBait: fast_building.bait,
    m.DarkLiquidity: _Builder._dark_liquidity,
    m.ConditionalInterest: _Builder._conditional_interest,
    m.PeggedLiquidity: _Builder._dark_liquidity,
    m.Router: _Builder._router,
    m.Replay: _Builder._replay,
    m.Scripted: scripted_building.scripted,
    m.BurstFlow: scripted_building.burst,
    m.Idle: _Builder._idle,
    m.CustomAgent: _Builder._custom,
}


def latency_model(spec: Any) -> LatencyModel:
    """The simulator's model of a scenario's latency."""
    return _MODELS[type(spec)](spec)


_MODELS: dict[type, Callable[[Any], LatencyModel]] = {
    m.ConstantLatency: lambda spec: Constant(spec.value),
    m.NormalLatency: lambda spec: Normal(spec.mean, spec.sd, spec.floor),
    m.LognormalLatency: lambda spec: Lognormal(spec.median, spec.sigma, spec.floor),
    m.GammaLatency: lambda spec: Gamma(spec.shape, spec.mean / spec.shape, spec.offset),
    m.UniformLatency: lambda spec: Uniform(spec.low, spec.high),
    m.ExponentialLatency: lambda spec: Exponential(spec.mean, spec.offset),
    m.EmpiricalLatency: lambda spec: Empirical(spec.values),
    m.SumLatency: lambda spec: Sum((latency_model(spec.base), latency_model(spec.jitter))),
}


def _one_side(sides: str) -> Callable[[], int] | None:
    """Gives +1 or -1 each time; None: sides are drawn."""
    return {"buy": lambda: 1, "sell": lambda: -1}.get(sides)
