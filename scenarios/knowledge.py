"""Who sees what, and how late: the links of a scenario as a table.

A row is one thing that one participant learns, or can send: news, quotes, the SIP, orders. Delays are one way unless
the row says otherwise; a service time is not a delay of a link and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scenarios.agent_feeds import HearsVenues, ReadsQuotes
from scenarios.agent_parts import CustomAgent, DarkPicker, MarketMaker, Replay, Router, TradingAgent
from scenarios.fast_agents import AtADesk, Colocated
from scenarios.feed_parts import RetailFeed
from scenarios.latencies import PerVenue
from scenarios.market_parts import DarkVenue, InternaliserVenue, LitVenue, Reference
from scenarios.model import AnyAgent, Scenario
from scenarios.placing import placed
from scenarios.protection_parts import ProtectionReference
from scenarios.quantities import format_duration, format_price

_HEADER = ("who", "what", "by", "how late", "where")


class Row(NamedTuple):
    """One thing that a participant learns, or can send; ``where`` names venues."""

    who: str
    what: str
    by: str
    how_late: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A scenario without problems, and who sees what in it."""

    scenario: Scenario
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        return "\n".join([_summary(self.scenario), "", *_aligned([Row(*_HEADER), *self.rows])])


def check_report(scenario: Scenario) -> CheckReport:
    """The report on a scenario that was loaded."""
    return CheckReport(scenario, tuple(_rows(placed(scenario))))


def _rows(scenario: Scenario) -> Iterator[Row]:
    yield from _feeds(scenario)
    for agent in scenario.agents:
        if agent.enabled:
            yield from _agent(scenario, agent)


def _feeds(scenario: Scenario) -> Iterator[Row]:
    sip, retail, lit = scenario.sip, scenario.feeds.retail, _lit(scenario)
    if sip is not None:
        yield from _by_venue("SIP", "quotes", "venue feed", lit, _text_of(sip.latency))
        yield Row("SIP", "publishes", "station", f"{sip.processing} an update", "NBBO")
    if retail is not None:
        yield from _reference("retail", "quotes", retail, lit)
        yield Row("retail", "publishes", "snapshots", f"every {format_duration(retail.interval)}", "NBBO")
    for venue in scenario.venues:
        if isinstance(venue, DarkVenue):
            yield from _reference(venue.name, "midpoint", venue.reference, lit)
        elif isinstance(venue, LitVenue) and venue.reference is not None:
            yield from _reference(venue.name, "pegs", venue.reference, lit)
        if isinstance(venue, LitVenue) and venue.crumbling_quote is not None:
            others = [name for name in lit if name != venue.name]
            yield from _by_venue(venue.name, "signal", "direct feed", others, _text_of(venue.crumbling_quote.latency))
        if isinstance(venue, LitVenue) and venue.protection is not None:
            others = [name for name in lit if name != venue.name]
            yield from _reference(venue.name, "protected quotes", venue.protection.reference, others)
            if venue.protection.routes:
                yield from _by_venue(venue.name, "orders", "routed out", others, _text_of(venue.protection.way_out))
        if isinstance(venue, InternaliserVenue) and venue.route is not None:
            yield Row(venue.name, "orders", "routed out", str(venue.route.round_trip.halved()), venue.route.venue)


def _reference(
    venue: str, what: str, reference: Reference | ProtectionReference | RetailFeed, lit: list[str]
) -> Iterator[Row]:
    if reference.feed == "sip":
        yield Row(venue, what, "SIP", str(reference.latency.default), "NBBO")
    else:
        yield from _by_venue(venue, what, "direct feed", lit, _text_of(reference.latency))


def _agent(scenario: Scenario, agent: AnyAgent) -> Iterator[Row]:
    count = getattr(agent, "count", 1)
    who = agent.name if count == 1 else f"{agent.name} ({count})"
    news = getattr(agent, "news", None)
    if news is not None and not isinstance(agent, Colocated):
        yield Row(who, "news", "wire", str(news))
    if isinstance(agent, Colocated):
        yield from _hosts(scenario, agent, who)
    elif isinstance(agent, (Router, CustomAgent)):
        yield from _quotes(scenario, agent, who)
    elif isinstance(agent, (MarketMaker, AtADesk)):
        yield from _quotes(scenario, agent, who)
        if isinstance(agent, DarkPicker):
            yield Row(who, "midpoint", "SIP", str(agent.sip_latency), "NBBO")
        yield Row(who, "reacts", "itself", str(agent.reaction))
    if isinstance(agent, Replay):
        yield Row(who, "orders", f"file {agent.file}", str(agent.round_trip.halved()), agent.venue)
    elif isinstance(agent, TradingAgent) and isinstance(getattr(agent, "round_trip", None), PerVenue):
        yield from _orders(scenario, agent, who)


def _quotes(scenario: Scenario, agent: MarketMaker | AtADesk | Router | CustomAgent, who: str) -> Iterator[Row]:
    if isinstance(agent, (HearsVenues, ReadsQuotes)) and agent.feed == "sip":
        yield Row(who, "quotes", "SIP", str(agent.sip_latency), "NBBO and what it heard of each venue")
        return
    if isinstance(agent, ReadsQuotes) and agent.feed == "retail":
        yield Row(who, "quotes", "retail feed", str(agent.retail_latency), "NBBO")
        return
    lit = [venue for venue in scenario.venues_of(agent) if venue in _lit(scenario)]
    latency = getattr(agent, "feed_latency", None) or agent.round_trip.halved()
    levels = getattr(agent, "depth", None)
    what = "quotes" if levels is None else f"quotes, {_counted(levels, 'level')}"
    yield from _by_venue(who, what, "direct feed", lit, _text_of(latency))


def _orders(scenario: Scenario, agent: TradingAgent, who: str) -> Iterator[Row]:
    one_way: PerVenue = agent.round_trip.halved()  # type: ignore[attr-defined]

    def delay(venue: str) -> str:
        bump = getattr(scenario.venue(venue), "speed_bump", None)
        return f"{one_way.of(venue)}" + (f" + {bump}" if bump is not None and bump.delay else "")

    yield from _by_venue(who, "orders", "order entry", scenario.venues_of(agent), delay)


def _hosts(scenario: Scenario, firm: Colocated, who: str) -> Iterator[Row]:
    hosts = scenario.venues_of(firm)
    news: PerVenue | None = getattr(firm, "news", None)
    if news is not None:
        yield from _by_venue(who, "news", "wire to each host", hosts, _text_of(news))
    if firm.presence:
        firms = ", ".join(f"{host} {firm.presence.get(host, firm.count)}" for host in hosts)
        yield Row(who, "stands at", "host at the venue", "firms", firms)
    yield Row(who, "quotes, orders", "host at the venue", f"{firm.local} there and back", ", ".join(hosts))
    ways: dict[str, list[str]] = {}
    for start, ends in firm.links.items():
        for end in hosts:
            if end in ends:
                ways.setdefault(str(ends[end]), []).append(f"{start}>{end}")
    for delay, pairs in ways.items():
        yield Row(who, "prints", "wire", f"{delay} to the order", ", ".join(pairs))
    yield Row(who, "reacts", "itself", str(firm.reaction))


def _lit(scenario: Scenario) -> list[str]:
    return [venue.name for venue in scenario.venues if not isinstance(venue, DarkVenue)]


def _text_of(latency: PerVenue) -> Callable[[str], str]:
    return lambda venue: str(latency.of(venue))


def _by_venue(who: str, what: str, by: str, venues: Iterable[str], delay: Callable[[str], str]) -> Iterator[Row]:
    """A row for each delay, with the venues that have it."""
    having: dict[str, list[str]] = {}
    for venue in venues:
        having.setdefault(delay(venue), []).append(venue)
    for text, names in having.items():
        yield Row(who, what, by, text, ", ".join(names))


# -- as text ----------------------------------------------------------------------------------------


def _summary(scenario: Scenario) -> str:
    instrument = scenario.instrument
    enabled = [agent for agent in scenario.agents if agent.enabled]
    lasts, warm_up = format_duration(scenario.duration), format_duration(scenario.warm_up)
    return (
        f"{scenario.name}: {instrument.symbol} from ${format_price(instrument.price)} for {lasts} "
        f"({warm_up} warm-up), seed {scenario.seed}; {_counted(len(scenario.venues), 'venue')}, "
        f"{_counted(len(enabled), 'agent')}; no problems."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _aligned(rows: list[Row]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
