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
    CustomAgent,
    DarkLiquidity,
    OrderFlow,
    Replay,
    Router,
    Sniper,
    TradingAgent,
    suits,
)
from scenarios.latencies import PerVenue
from scenarios.market_parts import AnyVenue, CustomVenue, DarkVenue, Instrument, SipFeed
from scenarios.problems import TreePath, instead
from scenarios.quantities import format_duration, format_price

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
    has_sip: bool | None = None
    sip: SipFeed | None = None
    venue_kinds: Mapping[str, str] = field(default_factory=dict)
    venue_names: list[str | None] = field(default_factory=list)
    agent_names: list[str | None] = field(default_factory=list)
    venues: dict[int, AnyVenue] = field(default_factory=dict)
    agents: dict[int, AnyAgent] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    mistaken: frozenset[TreePath] = frozenset()

    @property
    def lit(self) -> list[str]:
        """Venues with displayed quotes (a venue of the user's own may have some)."""
        return [name for name, kind in self.venue_kinds.items() if suits(kind, "lit")]

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
    for metric in pieces.expected:
        owner, point, _ = metric.partition(".")
        if not point:
            message = f"names no metric; write agent.metric, such as {owners[0]}.fill_rate"
            yield Finding(("expect", metric), message, at_key=True)
        elif owner not in owners:
            message = f"no agent is named {owner!r}; {instead(owner, owners, 'agents')}"
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
    if instrument.tick % 2 and "dark" in pieces.venue_kinds.values():
        message = f"{tick} has no exact half, which a dark pool's midpoint needs; write an even number of $0.0001"
        yield Finding((*path, "tick"), message)


def sizes_are_round_lots(pieces: Pieces) -> Findings:
    """Flows draw their sizes in round lots."""
    if pieces.instrument is None:
        return
    lot = pieces.instrument.lot
    flows: Iterable[tuple[TreePath, BackgroundFlow | DarkLiquidity]] = (
        *pieces.of_type(BackgroundFlow),
        *pieces.of_type(DarkLiquidity),
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
    for path, agent in pieces.of_type(DarkLiquidity):
        if agent.limit_offset is not None and agent.news is None:
            message = (
                "lies beyond a fair value that the agent has no `news` of; write for example `news: 10ms` beside it"
            )
            yield Finding((*path, "limit_offset"), message)


def the_sip_is_there(pieces: Pieces) -> Findings:
    """Who reads the SIP needs one."""
    if pieces.has_sip is not False:
        return
    message = "there is no SIP to read; write `feeds: {sip: {}}`, or `feed: direct` here"
    for index, venue in pieces.venues.items():
        if isinstance(venue, DarkVenue) and venue.reference.feed == "sip":
            yield Finding(("venues", index, "reference", "feed"), message)
    for path, router in pieces.of_type(Router):
        if router.feed == "sip":
            yield Finding((*path, "feed"), message)


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


def every_venue_has_its_latency(pieces: Pieces) -> Findings:
    """A latency by venue covers the venues that it is used for."""
    for path, agent in pieces.traders():
        venues = agent.venues_among(pieces.venue_kinds)
        for key in ("round_trip", "feed_latency", "news"):
            latency = getattr(agent, key, None)
            if isinstance(latency, PerVenue):
                used = venues if key == "round_trip" else [venue for venue in venues if venue in pieces.lit]
                yield from _covers(latency, used, (*path, key))
    for index, venue in pieces.venues.items():
        if isinstance(venue, DarkVenue) and venue.reference.feed == "direct":
            yield from _covers(venue.reference.latency, pieces.lit, ("venues", index, "reference", "latency"))
        elif isinstance(venue, DarkVenue) and venue.reference.latency.default is None:
            message = "the SIP has one place; write one latency, or `feed: direct` for some by venue"
            yield Finding(("venues", index, "reference", "latency"), message)
    if pieces.sip is not None:
        yield from _covers(pieces.sip.latency, pieces.lit, ("feeds", "sip", "latency"))


def _covers(latency: PerVenue, venues: Iterable[str], path: TreePath) -> Findings:
    missing = [venue for venue in venues if not latency.covers(venue)]
    if missing:
        example = f"`{missing[0]}: 400us`, or `default: 400us` for all that are not named"
        yield Finding(path, f"says nothing of {', '.join(missing)}; write {example}")


def presence_is_of_firms_there_are(pieces: Pieces) -> Findings:
    """No more of a sniper's firms stand at a venue than there are."""
    for path, sniper in pieces.of_type(Sniper):
        for venue, firms in sniper.presence.items():
            if firms > sniper.count:
                message = f"{firms} firms, but `count` is {sniper.count}; write {sniper.count} or fewer"
                yield Finding((*path, "presence", venue), message)


def links_join_lit_venues(pieces: Pieces) -> Findings:
    """A sniper's links lead from one lit venue to another."""
    for path, sniper in pieces.of_type(Sniper):
        for start, ends in sniper.links.items():
            if pieces.venue_kinds.get(start) == "dark":
                yield Finding((*path, "links", start), f"{start} is dark: it shows nothing to act on; take it out")
            for end in ends:
                if pieces.venue_kinds.get(end) == "dark":
                    yield Finding((*path, "links", start, end), f"{end} is dark: a sniper trades on lit venues only")
                if start == end:
                    message = f"leads from {start} to itself; that way is called `local`"
                    yield Finding((*path, "links", start, end), message)


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


CHECKS: tuple[Callable[[Pieces], Findings], ...] = (
    names_are_taken_once,
    expectations_are_of_agents,
    the_run_outlasts_its_warm_up,
    parent_orders_come_in_time,
    prices_lie_on_the_tick,
    sizes_are_round_lots,
    news_has_a_source,
    limits_have_a_fair_value,
    the_sip_is_there,
    agents_trade_where_they_can,
    routers_see_quotes,
    strategies_know_their_venues,
    every_venue_has_its_latency,
    presence_is_of_firms_there_are,
    links_join_lit_venues,
    files_are_there,
    recordings_can_be_read,
    own_classes_can_be_loaded,
)
