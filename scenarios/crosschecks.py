"""What no piece of a scenario can know alone: whether the pieces fit together.

Each check looks at the pieces that could be read, so that one reading tells the mistakes of every kind; what rests on a
piece with a mistake of its own is kept back until that one is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from agents.recordings.reading import Recording
from agents.strategies.loading import load_named
from agents.strategies.parameters import StrategyProblems
from scenarios.agent_parts import (
    AnyAgent,
    BackgroundFlow,
    ConditionalInterest,
    CustomAgent,
    DarkBait,
    DarkLiquidity,
    DarkPicker,
    MarketMaker,
    OrderFlow,
    PeggedLiquidity,
    Replay,
    RestingOrders,
    Router,
    TradingAgent,
    suits,
)
from scenarios.algo_checks import algo_problems
from scenarios.dark_parts import DarkPolicies
from scenarios.fast_agents import AtADesk, Colocated, CrossVenueArbitrageur, SweepAnticipator
from scenarios.feed_parts import NO_SIPS, Feeds, RetailFeed, Sips
from scenarios.geography_checks import geography_problems
from scenarios.geography_parts import MediumPart, SitePart
from scenarios.latencies import PerVenue
from scenarios.market_parts import (
    AnyVenue,
    CustomVenue,
    DarkVenue,
    Fundamental,
    Instrument,
    InternaliserVenue,
    LitVenue,
    MidpointPool,
    Reference,
)
from scenarios.policy_parts import Halts, VenuePolicies
from scenarios.problems import TreePath, instead
from scenarios.protection_checks import protection_problems
from scenarios.protection_parts import ProtectionReference
from scenarios.quantities import format_duration, format_price
from scenarios.regimes import REGIMES, regime_problems
from scenarios.signal_checks import signal_problems
from scenarios.ways import Market
from venues.internaliser_terms import Unwanted
from venues.policies import OddLots, OffTick, PegReference
from venues.pool_policies import Conditionals, Indications

AgentType = TypeVar("AgentType")


class Finding(NamedTuple):
    """A mistake, at the value of a path."""

    path: TreePath
    message: str
    at_key: bool = False


Findings = Iterator[Finding]


@dataclass(slots=True)
class Pieces:
    """The pieces of a scenario that could be read. ``None``: unknown, because it has a mistake of its own.

    ``venues`` and ``agents`` are by their index in the file, without those that could not be read; ``venue_kinds`` and
    the names, one for each item, are as written. ``mistaken`` keys of items hold an example instead of what is written.
    """

    folder: Path
    duration: int | None = None
    warm_up: int | None = None
    instrument: Instrument | None = None
    has_fundamental: bool | None = None
    feeds: Feeds | None = None
    halts: Halts | None = None
    venue_kinds: Mapping[str, str] = field(default_factory=dict)
    venue_names: list[str | None] = field(default_factory=list)
    agent_names: list[str | None] = field(default_factory=list)
    venues: dict[int, AnyVenue] = field(default_factory=dict)
    agents: dict[int, AnyAgent] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    mistaken: frozenset[TreePath] = frozenset()
    regime: str | None = None
    fundamental: Fundamental | None = None
    sites: Mapping[str, SitePart] | None = None
    unread_sites: frozenset[str] = frozenset()
    media: Mapping[str, MediumPart] | None = None
    abstract: bool | None = None

    @property
    def sips(self) -> Sips:
        """The SIPs, and which of them carries the instrument, as far as both could be read."""
        if self.feeds is None or self.instrument is None:
            return NO_SIPS
        return self.feeds.for_tape(self.instrument.carried_on)

    @property
    def retail(self) -> RetailFeed | None:
        """The retail feed, if one could be read."""
        return None if self.feeds is None else self.feeds.retail

    @property
    def lit(self) -> list[str]:
        """Venues with displayed quotes (a venue of the user's own may have some)."""
        return [name for name, kind in self.venue_kinds.items() if suits(kind, "lit") and kind != "internaliser"]

    def with_policies(self) -> Iterator[tuple[TreePath, LitVenue, VenuePolicies]]:
        """Lit venues that say how they match."""
        for index, venue in self.venues.items():
            if isinstance(venue, LitVenue) and venue.policies is not None:
                yield ("venues", index), venue, venue.policies

    def references(self) -> Iterator[tuple[TreePath, Reference | ProtectionReference]]:
        """Where venues get the national best from."""
        for index, venue in self.venues.items():
            if isinstance(venue, (DarkVenue, LitVenue)) and venue.reference is not None:
                yield ("venues", index, "reference"), venue.reference
            if isinstance(venue, LitVenue) and venue.protection is not None:
                yield ("venues", index, "protection", "reference"), venue.protection.reference

    def traders(self) -> Iterator[tuple[TreePath, TradingAgent]]:
        """Agents with orders at venues."""
        for index, agent in self.agents.items():
            if isinstance(agent, TradingAgent):
                yield ("agents", index), agent

    def of_type(self, kind: type[AgentType]) -> Iterator[tuple[TreePath, AgentType]]:
        """Agents of a type."""
        for index, agent in self.agents.items():
            if isinstance(agent, kind):
                yield ("agents", index), agent


def findings(pieces: Pieces) -> Findings:
    """Everything that does not fit together, but for what rests on a key with a mistake of its own."""
    for check in CHECKS:
        yield from (finding for finding in check(pieces) if finding.path[:3] not in pieces.mistaken)


# -- names ------------------------------------------------------------------------------------------


def names_are_taken_once(pieces: Pieces) -> Findings:
    """A name stands for one venue, or for one agent."""
    for key, names in (("venues", pieces.venue_names), ("agents", pieces.agent_names)):
        for index, name in enumerate(names):
            first = names.index(name)
            if name is not None and first < index:
                taken = f"{name!r} is the name of {key}[{first}] too; give this one a `name` of its own"
                yield Finding((key, index, "name"), taken)


def expectations_are_of_agents(pieces: Pieces) -> Findings:
    """An expected metric belongs to an agent, or to the market."""
    owners = [name for name in pieces.agent_names if name] + ["market"]
    venues = [name for name in pieces.venue_names if name]
    for metric in pieces.expected:
        owner, point, _ = metric.partition(".")
        owner, at, venue = owner.partition("@")
        if not point:
            message = f"names no metric; write agent.metric, such as {owners[0]}.fill_rate"
            yield Finding(("expect", metric), message, at_key=True)
        elif owner not in owners:
            message = f"no agent is named {owner!r}; {instead(owner, owners, 'agents')}"
            yield Finding(("expect", metric), message, at_key=True)
        elif at and venue not in venues:
            message = f"no venue is named {venue!r}; {instead(venue, venues, 'venues')}"
            yield Finding(("expect", metric), message, at_key=True)


# -- time -------------------------------------------------------------------------------------------


def the_run_outlasts_its_warm_up(pieces: Pieces) -> Findings:
    """Something is left to measure."""
    if pieces.duration is not None and pieces.warm_up is not None and pieces.duration <= pieces.warm_up:
        lasts, warm_up = format_duration(pieces.duration), format_duration(pieces.warm_up)
        yield Finding(
            ("duration",), f"{lasts} is over before the warm-up of {warm_up} is; write more, or a shorter `warm_up`"
        )


def parent_orders_come_in_time(pieces: Pieces) -> Findings:
    """Parents arrive while the market runs."""
    if pieces.duration is None or pieces.warm_up is None or pieces.duration <= pieces.warm_up:
        return
    for path, router in pieces.of_type(Router):
        if isinstance(router.orders, OrderFlow):
            yield from _flow_in_time(router.orders, (*path, "orders"), pieces.warm_up, pieces.duration)
            continue
        for index, order in enumerate(router.orders):
            if order.at >= pieces.duration:
                message = f"{format_duration(order.at)} is not before the end at {format_duration(pieces.duration)}"
                yield Finding((*path, "orders", index, "at"), f"{message}; write an earlier time")


def _flow_in_time(orders: OrderFlow, path: TreePath, warm_up: int, duration: int) -> Findings:
    if orders.stop is not None and orders.stop > duration:
        message = f"{format_duration(orders.stop)} is after the end at {format_duration(duration)}; write that or less"
        yield Finding((*path, "stop"), message)
        return
    start = warm_up if orders.start is None else orders.start
    stop = duration - orders.horizon if orders.stop is None else orders.stop
    if orders.count and start > stop:
        key = "stop" if orders.stop is not None else "start" if orders.start is not None else "horizon"
        yield Finding(
            (*path, key),
            f"orders would arrive from {format_duration(start)} to {format_duration(max(stop, 0))}, which is no time; "
            "write an earlier `start`, a later `stop`, a shorter `horizon` or a longer `duration`",
        )


def phases_come_in_time(pieces: Pieces) -> Findings:
    """Each phase of a venue's session begins before the end, and is another than the one before."""
    for index, venue in pieces.venues.items():
        if not isinstance(venue, LitVenue):
            continue
        before = "continuous"
        for number, phase in enumerate(venue.phases):
            path = ("venues", index, "phases", number)
            if pieces.duration is not None and phase.at >= pieces.duration:
                yield _too_late((*path, "at"), phase.at, pieces.duration)
            if phase.state == before and phase.at:
                message = f"{venue.name} is in this phase already ({before}); write another one, or take it out"
                yield Finding((*path, "state"), message)
            before = phase.state


def halts_come_in_time(pieces: Pieces) -> Findings:
    """A planned halt, and the call after it, are over before the end."""
    if pieces.halts is None or pieces.duration is None:
        return
    for index, halt in enumerate(pieces.halts.planned):
        path: TreePath = ("halts", "planned", index)
        over = halt.at + halt.length + pieces.halts.call
        if halt.at >= pieces.duration:
            yield _too_late((*path, "at"), halt.at, pieces.duration)
        elif over > pieces.duration:
            call, ends = format_duration(pieces.halts.call), format_duration(pieces.duration)
            message = f"with the call of {call} trading would go on at {format_duration(over)}, after the end at {ends}"
            yield Finding((*path, "length"), f"{message}; write a shorter halt, or an earlier `at`")


def _too_late(path: TreePath, at: int, end: int) -> Finding:
    return Finding(
        path, f"{format_duration(at)} is not before the end at {format_duration(end)}; write an earlier time"
    )


def batches_happen(pieces: Pieces) -> Findings:
    """A batch venue has an auction before the end."""
    for path, _, policies in pieces.with_policies():
        interval = policies.batch_interval
        if interval is not None and pieces.duration is not None and interval >= pieces.duration:
            message = f"the run of {format_duration(pieces.duration)} is over before the first batch"
            yield Finding((*path, "policies", "batch_interval"), f"{message}; write a shorter interval, such as 100ms")


# -- prices and sizes -------------------------------------------------------------------------------


def prices_lie_on_the_tick(pieces: Pieces) -> Findings:
    """The opening price is a price that can be quoted; a dark pool's midpoint is a whole price unit."""
    instrument = pieces.instrument
    if instrument is None:
        return
    tick, path = format_price(instrument.tick), ("instruments", 0)
    if instrument.price % instrument.tick:
        lower = format_price(instrument.price // instrument.tick * instrument.tick or instrument.tick)
        price = format_price(instrument.price)
        yield Finding((*path, "price"), f"{price} is not a multiple of the tick of {tick}; write for example {lower}")
    if instrument.tick % 2 and {"dark", "internaliser"} & set(pieces.venue_kinds.values()):
        message = f"{tick} has no exact half, which a dark pool's midpoint needs; write an even number of $0.0001"
        yield Finding((*path, "tick"), message)


def venues_take_the_instrument_s_prices(pieces: Pieces) -> Findings:
    """Prices on the instrument's tick, which agents use, are on the venue's; so is what its auctions lean on."""
    instrument = pieces.instrument
    if instrument is None:
        return
    for path, venue, policies in pieces.with_policies():
        tick, at = policies.tick_at(instrument.price, instrument.tick)
        if instrument.tick % tick and policies.off_tick is OffTick.REJECT:
            message = (
                f"{venue.name}'s tick at {format_price(instrument.price)} would be {format_price(tick)}, and it would "
                f"refuse orders on the instrument's tick of {format_price(instrument.tick)}; write a tick that divides "
                "it, or `off_tick: round`"
            )
            yield Finding((*path, "policies", "ticks", at, "tick"), message)
        tick, _ = policies.tick_at(policies.reference_px, instrument.tick)
        if policies.reference_px % tick:
            lower = format_price(policies.reference_px // tick * tick or tick)
            message = f"{format_price(policies.reference_px)} is not a multiple of the tick of {format_price(tick)}"
            yield Finding((*path, "policies", "reference_px"), f"{message}; write for example {lower}")


def quotes_are_round_lots_where_odd_ones_are_refused(pieces: Pieces) -> Findings:
    """Makers and resting orders are of sizes that all their venues take."""
    if pieces.instrument is None:
        return
    lot = pieces.instrument.lot
    strict = [venue.name for _, venue, policies in pieces.with_policies() if policies.odd_lots is OddLots.REJECT]
    quoting: Iterable[tuple[TreePath, MarketMaker | RestingOrders]] = (
        *pieces.of_type(MarketMaker),
        *pieces.of_type(RestingOrders),
    )
    for path, agent in quoting:
        refusing = [venue for venue in agent.venues_among(pieces.venue_kinds) if venue in strict]
        if refusing and agent.size % lot:
            round_one = max(lot, agent.size // lot * lot)
            message = f"{agent.size} is not a multiple of the lot of {lot}, and {refusing[0]} refuses odd lots"
            yield Finding((*path, "size"), f"{message}; write for example {round_one}")


def sizes_are_round_lots(pieces: Pieces) -> Findings:
    """Flows draw their sizes in round lots."""
    if pieces.instrument is None:
        return
    lot = pieces.instrument.lot
    flows: Iterable[tuple[TreePath, BackgroundFlow | DarkLiquidity | ConditionalInterest | PeggedLiquidity]] = (
        *pieces.of_type(BackgroundFlow),
        *pieces.of_type(DarkLiquidity),
        *pieces.of_type(ConditionalInterest),
        *pieces.of_type(PeggedLiquidity),
    )
    for path, flow in flows:
        odd = [size for size in flow.size if size % lot]
        if odd:
            lo, hi = max(lot, flow.size.lo // lot * lot), max(lot, flow.size.hi // lot * lot)
            message = f"{odd[0]} is not a multiple of the lot of {lot}; write for example [{lo}, {hi}]"
            yield Finding((*path, "size"), message)


# -- who hears of what ------------------------------------------------------------------------------


def news_has_a_source(pieces: Pieces) -> Findings:
    """News tell of a fundamental value."""
    listeners = {index: agent for index, agent in pieces.agents.items() if getattr(agent, "news", None) is not None}
    if listeners and pieces.has_fundamental is False:
        names = ", ".join(agent.name for agent in listeners.values())
        yield Finding(
            ("agents", min(listeners), "news"),
            f"there is no `fundamental` for the news to tell {names} of; "
            "write for example `fundamental: {kind: jump, rate: 1/s, size: 0.02}`",
        )


def limits_have_a_fair_value(pieces: Pieces) -> Findings:
    """A limit around the fair value needs news of it."""
    limited: Iterable[tuple[TreePath, DarkLiquidity | PeggedLiquidity]] = (
        *pieces.of_type(DarkLiquidity),
        *pieces.of_type(PeggedLiquidity),
    )
    for path, agent in limited:
        if agent.limit_offset is not None and agent.news is None:
            message = (
                "lies beyond a fair value that the agent has no `news` of; write for example `news: 10ms` beside it"
            )
            yield Finding((*path, "limit_offset"), message)


def pegs_have_something_to_follow(pieces: Pieces) -> Findings:
    """Pegs that follow the national best need to hear of it; who hears of it has pegs that follow."""
    for index, venue in pieces.venues.items():
        if not isinstance(venue, LitVenue):
            continue
        national = venue.policies is not None and venue.policies.peg_reference is PegReference.NATIONAL
        if national and venue.reference is None:
            message = f"{venue.name} hears of no national best; write for example `reference: {{feed: sip}}` beside it"
            yield Finding(("venues", index, "policies", "peg_reference"), message)
        elif venue.reference is not None and not national:
            message = (
                "nothing here follows the national best; write `policies: {peg_reference: national}`, or take it out"
            )
            yield Finding(("venues", index, "reference"), message)


def signals_have_pegs_to_protect(pieces: Pieces) -> Findings:
    """A crumbling-quote signal is of use where discretionary pegs follow the national best of several venues."""
    yield from (Finding(*told) for told in signal_problems(pieces.venues, pieces.venue_kinds))


def feeds_that_are_read_are_there(pieces: Pieces) -> Findings:
    """Who reads the SIP or the retail feed needs one."""
    if pieces.feeds is None:
        return
    has_sip = pieces.feeds.sip is not None or pieces.feeds.sips is not None
    lacking = {} if has_sip else {"sip": "there is no SIP to read; write `feeds: {sip: {}}`"}
    if pieces.retail is None:
        lacking["retail"] = "there is no retail feed to read; write `feeds: {sip: {}, retail: {}}`"
    for path, feed in _feeds_read(pieces):
        if feed in lacking:
            yield Finding(path, f"{lacking[feed]}, or `feed: direct` here")
    if not has_sip:
        for path, _ in pieces.of_type(DarkPicker):
            yield Finding((*path, "kind"), "there is no SIP whose midpoint could be stale; write `feeds: {sip: {}}`")


def _feeds_read(pieces: Pieces) -> Iterator[tuple[TreePath, str]]:
    """Everybody's choice of a feed."""
    for path, reference in pieces.references():
        yield (*path, "feed"), reference.feed
    for path, agent in pieces.traders():
        yield (*path, "feed"), getattr(agent, "feed", "direct")
    if pieces.retail is not None:
        yield ("feeds", "retail", "feed"), pieces.retail.feed


def the_tape_is_carried(pieces: Pieces) -> Findings:
    """Where each tape has its own SIP, the instrument's tape has one."""
    if pieces.feeds is None or pieces.instrument is None or pieces.feeds.sips is None:
        return
    instrument = pieces.instrument
    if pieces.sips.path is None:
        tape, there = instrument.carried_on, ", ".join(pieces.feeds.sips)
        message = f"{instrument.symbol} is on tape {tape}, which no SIP carries, only {there}"
        if instrument.tape is None:
            advice = f"write `{tape}: {{}}` too, or `tape: {there[0]}` at the instrument"
            yield Finding(("feeds", "sips"), f"{message}; {advice}", at_key=True)
        else:
            advice = f"write {there[0]}, or `{tape}: {{}}` in `feeds.sips`"
            yield Finding(("instruments", 0, "tape"), f"{message}; {advice}")


# -- rules ------------------------------------------------------------------------------------------


def the_regime_is_kept_to(pieces: Pieces) -> Findings:
    """Access fees, tick and round lot are what the regime allows."""
    if pieces.regime is not None and pieces.instrument is not None:
        for path, message in regime_problems(REGIMES[pieces.regime], pieces.instrument, pieces.venues):
            yield Finding(path, message)


def protection_fits(pieces: Pieces) -> Findings:
    """A venue that protects others' quotes sees them, and can do what it says."""
    for path, message in protection_problems(pieces.venues, pieces.agents, pieces.venue_kinds):
        yield Finding(path, message)


# -- dark pools and internalisers ---------------------------------------------------------------------


def pools_have_what_their_policies_need(pieces: Pieces) -> Findings:
    """A pool's keys about conditional orders and indications do something."""
    for index, venue in pieces.venues.items():
        if not isinstance(venue, MidpointPool) or venue.policies is None:
            continue
        policies = venue.policies
        said = {key for key, field in DarkPolicies.model_fields.items() if getattr(policies, key) != field.default}
        path: TreePath = ("venues", index, "policies")
        if venue.policies.conditionals is Conditionals.NONE:
            for key in sorted(said & {"firm_up", "unanswered"}):
                message = f"{venue.name} takes no conditional orders; write `conditionals: allowed`, or take it out"
                yield Finding((*path, key), message)
        if venue.policies.indications is not Indications.SIZE and "indication_step" in said:
            message = f"{venue.name} indicates no sizes; write `indications: size`, or take it out"
            yield Finding((*path, "indication_step"), message)


def interests_are_shown_to_pools_that_take_them(pieces: Pieces) -> Findings:
    """Conditional orders go to pools that take them, and are no smaller than what these take."""
    pools = {venue.name: venue for venue in pieces.venues.values() if isinstance(venue, MidpointPool)}
    for path, agent in pieces.of_type(ConditionalInterest):
        for name in agent.venues_among(pieces.venue_kinds):
            pool = pools.get(name)
            if pool is None:
                continue
            if pool.policies is None or pool.policies.conditionals is Conditionals.NONE:
                message = f"{name} takes no conditional orders; write `policies: {{conditionals: allowed}}` there"
                yield Finding((*path, "venues"), f"{message}, or name other venues here")
            if agent.size.lo < pool.min_qty:
                message = f"{name} takes orders of {pool.min_qty} shares and more; write no less, or other `venues`"
                yield Finding((*path, "size"), message)


def internalisers_know_where_to_route(pieces: Pieces) -> Findings:
    """Unwanted orders go to a lit venue, if they are to go anywhere."""
    for index, venue in pieces.venues.items():
        if not isinstance(venue, InternaliserVenue):
            continue
        path: TreePath = ("venues", index)
        example = ", ".join(pieces.lit[:1]) or "NASDAQ"
        if venue.unwanted is Unwanted.ROUTE_OUT and venue.route is None:
            message = f"{venue.name} has no `route`; write for example `route: {{venue: {example}}}` beside it"
            yield Finding((*path, "unwanted"), message)
        elif venue.unwanted is Unwanted.REFUSE and venue.route is not None:
            yield Finding((*path, "route"), "nothing is routed out; write `unwanted: route_out`, or take it out")
        elif venue.route is not None and venue.route.venue not in pieces.lit:
            message = f"{venue.route.venue} shows no quotes to take; {instead(venue.route.venue, pieces.lit, 'lit')}"
            yield Finding((*path, "route", "venue"), message)
        if venue.name in pieces.agent_names:
            message = f"an agent is named {venue.name!r} too, and the firm is a participant; write another name"
            yield Finding((*path, "name"), message)


def internalisers_are_sent_orders_to_fill(pieces: Pieces) -> Findings:
    """Nothing rests at an internaliser, and it shows no quotes."""
    for path, agent in pieces.traders():
        if not isinstance(agent, (MarketMaker, Colocated, AtADesk, RestingOrders, DarkLiquidity)):
            continue
        venues = agent.venues_among(pieces.venue_kinds)
        there = [venue for venue in venues if pieces.venue_kinds[venue] == "internaliser"]
        if there:
            message = f"{there[0]} is an internaliser: nothing rests there and it shows no quotes; name the venues of a"
            yield Finding((*path, "venues"), f"{message} {agent.kind} without it")


# -- where agents trade -----------------------------------------------------------------------------


def agents_trade_where_they_can(pieces: Pieces) -> Findings:
    """Makers, snipers and flow trade on lit venues, dark liquidity in dark pools; everybody somewhere."""
    for path, agent in pieces.traders():
        for index, name in enumerate(agent.venues if agent.venues != "all" else ()):
            kind = pieces.venue_kinds.get(name, "")
            if not suits(kind, agent.trades_on):
                message = f"{name} is {kind}; a {agent.kind} trades on {agent.trades_on} venues"
                fitting = [venue for venue, other in pieces.venue_kinds.items() if suits(other, agent.trades_on)]
                yield Finding((*path, "venues", index), f"{message}: {', '.join(fitting) or 'there are none'}")
        if agent.venues == "all" and pieces.venue_kinds and not agent.venues_among(pieces.venue_kinds):
            yield Finding((*path, "venues"), f"a {agent.kind} trades on {agent.trades_on} venues; add one to `venues`")


def routers_see_quotes(pieces: Pieces) -> Findings:
    """A router needs the quotes of a lit venue."""
    for path, router in pieces.of_type(Router):
        venues = router.venues_among(pieces.venue_kinds)
        if venues and not any(venue in pieces.lit for venue in venues):
            message = f"a router needs a lit venue for its quotes; add one of {', '.join(pieces.lit)}"
            yield Finding((*path, "venues"), message if pieces.lit else "a router needs a lit venue; there is none")


def depth_comes_from_the_venues(pieces: Pieces) -> Findings:
    """Neither the SIP nor the retail feed tells of more than best quotes."""
    for path, router in pieces.of_type(Router):
        if router.depth is not None and router.feed != "direct":
            feed = {"sip": "the SIP", "retail": "the retail feed"}[router.feed]
            message = f"{feed} tells of best quotes alone; write `feed: direct`, or take `depth` out"
            yield Finding((*path, "depth"), message)


def strategies_know_their_venues(pieces: Pieces) -> Findings:
    """The venues that a strategy names are among its router's."""
    for path, router in pieces.of_type(Router):
        connected = list(router.venues_among(pieces.venue_kinds))
        lit = [venue for venue in connected if venue in pieces.lit]
        dark = [venue for venue in connected if venue not in pieces.lit]
        for key, value in router.strategy.parameters().items():
            among = {"pools": dark, "venue": lit, "venues": connected}.get(key)
            for name in ([value] if isinstance(value, str) else value or []) if among is not None else []:
                if among is not None and name not in among and name in pieces.venue_kinds:
                    what = {"pools": "dark pool", "venue": "lit venue"}.get(key, "venue")
                    message = f"{name} is no {what} of this router; {instead(name, among, 'connected')}"
                    yield Finding((*path, "strategy", key), message)


def algorithms_can_work(pieces: Pieces) -> Findings:
    """Algorithms find their venues, auctions and files, and their problems have a solution."""
    closes = {
        venue.name
        for venue in pieces.venues.values()
        if isinstance(venue, LitVenue) and any(phase.state == "closing_auction" for phase in venue.phases)
    }
    for path, router in pieces.of_type(Router):
        lit = [venue for venue in router.venues_among(pieces.venue_kinds) if venue in pieces.lit]
        for keys, message in algo_problems(router, lit, closes, pieces.folder):
            yield Finding((*path, "orders", *keys), message)


def every_venue_has_its_latency(pieces: Pieces) -> Findings:
    """A latency by venue covers the venues that it is used for."""
    for path, agent in pieces.traders():
        venues = agent.venues_among(pieces.venue_kinds)
        for key in ("round_trip", "feed_latency", "news"):
            latency = getattr(agent, key, None)
            if isinstance(latency, PerVenue):
                used = venues if key == "round_trip" else [venue for venue in venues if venue in pieces.lit]
                yield from _covers(latency, used, (*path, key))
    from_feeds: list[tuple[TreePath, Reference | ProtectionReference | RetailFeed]] = [*pieces.references()]
    if pieces.retail is not None:
        from_feeds.append((("feeds", "retail"), pieces.retail))
    for place, reference in from_feeds:
        if reference.feed == "direct":
            yield from _covers(reference.latency, pieces.lit, (*place, "latency"))
        elif reference.latency.default is None:
            message = "the SIP has one place; write one latency, or `feed: direct` for some by venue"
            yield Finding((*place, "latency"), message)
    for path, sip in pieces.sips.by_path.items():
        yield from _covers(sip.latency, pieces.lit, (*path, "latency"))


def _covers(latency: PerVenue, venues: Iterable[str], path: TreePath) -> Findings:
    missing = [venue for venue in venues if not latency.covers(venue)]
    if missing:
        example = f"`{missing[0]}: 400us`, or `default: 400us` for all that are not named"
        yield Finding(path, f"says nothing of {', '.join(missing)}; write {example}")


def presence_is_of_firms_there_are(pieces: Pieces) -> Findings:
    """No more of an agent's firms stand at a venue than there are."""
    for path, agent in pieces.of_type(Colocated):
        for venue, firms in agent.presence.items():
            if firms > agent.count:
                message = f"{firms} firms, but `count` is {agent.count}; write {agent.count} or fewer"
                yield Finding((*path, "presence", venue), message)


def links_join_lit_venues(pieces: Pieces) -> Findings:
    """Links of hosts beside venues lead from one lit venue to another; who only follows prints has some."""
    for path, agent in pieces.of_type(Colocated):
        if isinstance(agent, SweepAnticipator) and not any(agent.links.values()):
            message = "names no link, so it hears of no sweep; write for example {NASDAQ: {BATS: 20us}}"
            yield Finding((*path, "links"), message)
        for start, ends in agent.links.items():
            if pieces.venue_kinds.get(start) == "dark":
                yield Finding((*path, "links", start), f"{start} is dark: it shows nothing to act on; take it out")
            for end in ends:
                if pieces.venue_kinds.get(end) == "dark":
                    yield Finding(
                        (*path, "links", start, end), f"{end} is dark: a {agent.kind} trades on lit venues only"
                    )
                if start == end:
                    message = f"leads from {start} to itself; that way is called `local`"
                    yield Finding((*path, "links", start, end), message)


def desks_have_two_sides_to_compare(pieces: Pieces) -> Findings:
    """An arbitrageur needs two lit venues; a picker or bait a pool, and a lit venue to get rid of what it got."""
    for path, agent in pieces.of_type(AtADesk):
        venues = agent.venues_among(pieces.venue_kinds)
        lit = [venue for venue in venues if venue in pieces.lit]
        dark = [venue for venue in venues if venue not in pieces.lit]
        if isinstance(agent, CrossVenueArbitrageur) and len(lit) < 2:
            message = f"trades on {', '.join(lit) or 'no lit venue'}; name two lit venues or more, or write `all`"
            yield Finding((*path, "venues"), message)
        elif isinstance(agent, (DarkBait, DarkPicker)) and not (lit and dark):
            message = "needs a dark pool and a lit venue; name one of each or more, or write `all`"
            yield Finding((*path, "venues"), message)


def pings_are_taken(pieces: Pieces) -> Findings:
    """A ping, or bait, is no smaller than the orders that its pools take."""
    sent: list[tuple[TreePath, str, AtADesk, int]] = []
    sent += [(path, "ping", picker, picker.ping) for path, picker in pieces.of_type(DarkPicker)]
    sent += [(path, "bait", bait, bait.bait) for path, bait in pieces.of_type(DarkBait) if bait.bait]
    for path, key, agent, qty in sent:
        asked = agent.venues_among(pieces.venue_kinds)
        for venue in pieces.venues.values():
            if isinstance(venue, MidpointPool) and venue.name in asked and venue.min_qty > qty:
                message = f"{venue.name} takes orders of {venue.min_qty} shares and more; write that, or other `venues`"
                yield Finding((*path, key), message)


# -- places -----------------------------------------------------------------------------------------


def the_sip_has_a_venue(pieces: Pieces) -> Findings:
    """A SIP consolidates the quotes of somebody."""
    message = "there is no lit venue whose quotes it could consolidate; add one to `venues`, or take it out"
    if pieces.venue_kinds and not pieces.lit:
        for path in pieces.sips.by_path:
            yield Finding(path, message, at_key=True)


def geography_fits(pieces: Pieces) -> Findings:
    """Sites and media are there, wires have two ends, and nothing is faster than light."""
    market = Market(pieces.venues, pieces.agents, pieces.sips, pieces.retail, pieces.fundamental, pieces.venue_kinds)
    abstract = pieces.abstract is not False
    for path, message in geography_problems(market, pieces.sites, pieces.media, abstract, pieces.unread_sites):
        yield Finding(path, message)


# -- files ------------------------------------------------------------------------------------------


def files_are_there(pieces: Pieces) -> Findings:
    """Recorded files exist."""
    for path, replay in pieces.of_type(Replay):
        for key in ("file", "book"):
            name = getattr(replay, key)
            if name is not None and not _is_file(pieces.folder / name):
                near = sorted(p.name for p in pieces.folder.glob("*") if p.suffix in _RECORDED)
                message = f"there is no file {name!r} beside the scenario; {instead(Path(name).name, near, 'there')}"
                yield Finding((*path, key), message)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


_RECORDED = (".csv", ".gz", ".txt")


def recordings_can_be_read(pieces: Pieces) -> Findings:
    """Every row of a recorded file is one, and its orders lie on the venue's tick."""
    if pieces.instrument is None:
        return
    for path, replay in pieces.of_type(Replay):
        book = None if replay.book is None else pieces.folder / replay.book
        recording = Recording(pieces.folder / replay.file, replay.format, book, pieces.instrument.tick)
        if all(file is None or _is_file(file) for file in (recording.file, recording.book)):
            for problem in recording.problems():
                yield Finding((*path, "file"), problem)


def own_classes_can_be_loaded(pieces: Pieces) -> Findings:
    """Agents and venues of the user's own are classes that exist."""
    own: list[tuple[TreePath, CustomAgent | CustomVenue]] = [
        (("venues", index), venue) for index, venue in pieces.venues.items() if isinstance(venue, CustomVenue)
    ]
    own += pieces.of_type(CustomAgent)
    for path, custom in own:
        try:
            found: Any = load_named(custom.kind, pieces.folder)
        except StrategyProblems as problems:
            yield Finding((*path, "kind"), str(problems))
        else:
            if not isinstance(found, type):
                yield Finding((*path, "kind"), f"{custom.kind} is not a class; name one")
            elif pieces.halts is not None and _cannot_be_halted(found):
                message = f"{custom.kind} cannot be halted: it has no `set_state`; write one, or take `halts` out"
                yield Finding((*path, "kind"), message)


def _cannot_be_halted(custom: type) -> bool:
    from venues.venue import Venue  # heavier than reading a scenario should be

    return issubclass(custom, Venue) and custom.set_state is Venue.set_state


CHECKS: tuple[Callable[[Pieces], Findings], ...] = (
    names_are_taken_once,
    expectations_are_of_agents,
    the_run_outlasts_its_warm_up,
    parent_orders_come_in_time,
    phases_come_in_time,
    halts_come_in_time,
    batches_happen,
    prices_lie_on_the_tick,
    venues_take_the_instrument_s_prices,
    quotes_are_round_lots_where_odd_ones_are_refused,
    sizes_are_round_lots,
    news_has_a_source,
    limits_have_a_fair_value,
    pegs_have_something_to_follow,
    signals_have_pegs_to_protect,
    feeds_that_are_read_are_there,
    the_tape_is_carried,
    the_regime_is_kept_to,
    protection_fits,
    pools_have_what_their_policies_need,
    interests_are_shown_to_pools_that_take_them,
    internalisers_know_where_to_route,
    internalisers_are_sent_orders_to_fill,
    agents_trade_where_they_can,
    routers_see_quotes,
    depth_comes_from_the_venues,
    strategies_know_their_venues,
    algorithms_can_work,
    every_venue_has_its_latency,
    presence_is_of_firms_there_are,
    links_join_lit_venues,
    desks_have_two_sides_to_compare,
    pings_are_taken,
    the_sip_has_a_venue,
    geography_fits,
    files_are_there,
    recordings_can_be_read,
    own_classes_can_be_loaded,
)
