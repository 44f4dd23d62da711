"""The ways that messages go in a scenario: from which end to which, and where the scenario says how long it takes.

One list for all who ask: what the wires come to (`scenarios.placing`), whether stated latencies can be
(`scenarios.geography_checks`), and who hears whom how late (`scenarios.latency_matrix`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scenarios.agent_parts import AnyAgent, DarkPicker, Replay, TradingAgent, suits
from scenarios.fast_agents import Colocated
from scenarios.feed_parts import RetailFeed, SipFeed, Sips
from scenarios.latencies import LinkLatency, PerVenue
from scenarios.market_parts import AnyVenue, Fundamental, Reference, RouteOut
from scenarios.problems import TreePath
from scenarios.protection_parts import Protection

NEWS, SIP, RETAIL = "news", "SIP", "retail"
"""Who is at the other end of a way that is no venue's."""


class End(NamedTuple):
    """One end of a way: its name, its site if it has one, and where the scenario would say so."""

    name: str
    site: str | None
    path: TreePath


class Way(NamedTuple):
    """One way of messages.

    Attributes:
        what: news, quotes, NBBO, orders.
        start, end: from whom to whom.
        latency: as written; path: where.
        both_ways: it is a round trip, half of it each way.
        medium: of its owner, for a wire that names none.
        own: False for quotes that come over the way of the orders, back.
    """

    what: str
    start: End
    end: End
    latency: LinkLatency
    path: TreePath
    both_ways: bool = False
    medium: str | None = None
    own: bool = True


@dataclass(frozen=True, slots=True)
class Market:
    """What the ways lie between; items by their index in the file."""

    venues: Mapping[int, AnyVenue]
    agents: Mapping[int, AnyAgent]
    sips: Sips
    retail: RetailFeed | None
    fundamental: Fundamental | None
    venue_kinds: Mapping[str, str]

    def ways(self) -> Iterator[Way]:
        """All ways; those of agents that are left out too, and those to SIPs of other tapes."""
        for sip_path, sip in self.sips.by_path.items():
            yield from self._sip_ways(sip_path, sip)
        yield from self._retail_ways()
        for index, venue in self.venues.items():
            reference = getattr(venue, "reference", None)
            if isinstance(reference, Reference):
                yield from self._reference_ways(("venues", index), venue, reference)
            yield from self._protection_ways(("venues", index), venue)
            yield from self._route_ways(("venues", index), venue)
        for index, agent in self.agents.items():
            yield from self._agent_ways(("agents", index), agent)

    # -- ends -----------------------------------------------------------------------------------

    def _venue_ends(self, names: tuple[str, ...] | None = None, kind: str = "both") -> Iterator[End]:
        for index, venue in self.venues.items():
            wanted = names is None or venue.name in names
            suited = suits(self.venue_kinds.get(venue.name, ""), kind)  # type: ignore[arg-type]
            if wanted and suited and not (kind == "lit" and venue.kind == "internaliser"):
                yield End(venue.name, venue.site, ("venues", index))

    @property
    def _sip_end(self) -> End:
        """The SIP that carries the instrument."""
        carrying = self.sips.carrying
        return End(SIP, None if carrying is None else carrying.site, self.sips.path or ("feeds", "sip"))

    @property
    def _retail_end(self) -> End:
        return End(RETAIL, None if self.retail is None else self.retail.site, ("feeds", "retail"))

    @property
    def _news_end(self) -> End:
        return End(NEWS, None if self.fundamental is None else self.fundamental.site, ("fundamental",))

    # -- ways -----------------------------------------------------------------------------------

    def _sip_ways(self, path: TreePath, sip: SipFeed) -> Iterator[Way]:
        end = End(sip_name(self.sips, path), sip.site, path)
        for venue in self._venue_ends(kind="lit"):
            yield from _of("quotes", venue, end, sip.latency, path, sip.medium)

    def _retail_ways(self) -> Iterator[Way]:
        retail, end = self.retail, self._retail_end
        if retail is None:
            return
        if retail.feed == "direct":
            for venue in self._venue_ends(kind="lit"):
                yield from _of("quotes", venue, end, retail.latency, end.path, retail.medium)
        elif retail.latency.default is not None and self.sips.path is not None:
            where = (*end.path, "latency", "default")
            yield Way("NBBO", self._sip_end, end, retail.latency.default, where, False, retail.medium)

    def _reference_ways(self, path: TreePath, venue: AnyVenue, reference: Reference) -> Iterator[Way]:
        end, path = End(venue.name, venue.site, path), (*path, "reference")
        if reference.feed == "direct":
            for start in self._venue_ends(kind="lit"):
                yield from _of("quotes", start, end, reference.latency, path)
        elif reference.latency.default is not None and self.sips.path is not None:
            yield Way("NBBO", self._sip_end, end, reference.latency.default, (*path, "latency", "default"))

    def _protection_ways(self, path: TreePath, venue: AnyVenue) -> Iterator[Way]:
        """Where a venue sees the quotes that it protects, and the ways of what it routes out."""
        protection: Protection | None = getattr(venue, "protection", None)
        if protection is None:
            return
        here = End(venue.name, venue.site, path)
        others = [end for end in self._venue_ends(kind="lit") if end.name != venue.name]
        reference, place = protection.reference, (*path, "protection", "reference")
        if reference.feed == "direct":
            for start in others:
                yield from _of("quotes", start, here, reference.latency, place)
        elif reference.latency.default is not None and self.sips.path is not None:
            yield Way("NBBO", self._sip_end, here, reference.latency.default, (*place, "latency", "default"))
        if protection.link is not None:
            for end in others:
                yield from _of("orders", here, end, protection.link, (*path, "protection"), key="link")

    def _route_ways(self, path: TreePath, venue: AnyVenue) -> Iterator[Way]:
        """Where an internaliser sends what it does not want."""
        route: RouteOut | None = getattr(venue, "route", None)
        if route is not None:
            here = End(venue.name, venue.site, path)
            for there in self._venue_ends((route.venue,), kind="lit"):
                yield Way("orders", here, there, route.round_trip, (*path, "route", "round_trip"), both_ways=True)

    def _agent_ways(self, path: TreePath, agent: AnyAgent) -> Iterator[Way]:
        if isinstance(agent, Colocated):
            yield from self._host_ways(path, agent)
            return
        given: Any = agent
        here = End(agent.name, getattr(agent, "site", None), path)
        medium = getattr(agent, "medium", None)
        news = getattr(given, "news", None)
        if news is not None:
            yield Way("news", self._news_end, here, news, (*path, "news"), False, medium)
        if isinstance(agent, Replay):
            for venue in self._venue_ends((agent.venue,)):
                yield Way("orders", here, venue, agent.round_trip, (*path, "round_trip"), True, medium)
        elif isinstance(agent, TradingAgent) and hasattr(agent, "round_trip"):
            yield from self._trading_ways(path, agent, here, medium)

    def _trading_ways(self, path: TreePath, agent: Any, here: End, medium: str | None) -> Iterator[Way]:
        read = getattr(agent, "feed", "direct")
        if read == "sip" or isinstance(agent, DarkPicker):
            yield Way("NBBO", self._sip_end, here, agent.sip_latency, (*path, "sip_latency"), False, medium)
        elif read == "retail":
            yield Way("NBBO", self._retail_end, here, agent.retail_latency, (*path, "retail_latency"), False, medium)
        names = agent.venues_among(self.venue_kinds)
        feed = getattr(agent, "feed_latency", None)
        for venue in self._venue_ends(names):
            yield from _of("orders", here, venue, agent.round_trip, path, medium, "round_trip")
        if read != "direct" or agent.kind in _BLIND:
            return
        for venue in self._venue_ends(names, kind="lit"):
            if feed is not None:
                yield from _of("quotes", venue, here, feed, path, medium, "feed_latency")
            else:
                ways = _of("quotes", venue, here, agent.round_trip, path, medium, "round_trip")
                yield from (way._replace(own=False) for way in ways)

    def _host_ways(self, path: TreePath, firm: Colocated) -> Iterator[Way]:
        names = firm.venues_among(self.venue_kinds)
        hosts = {end.name: end._replace(name=f"{firm.name}@{end.name}") for end in self._venue_ends(names)}
        its_news: PerVenue | None = getattr(firm, "news", None)
        for name, host in hosts.items():
            if its_news is not None and its_news.covers(name):
                news, key = _at(its_news, name)
                yield Way("news", self._news_end, host, news, (*path, "news", key), False, firm.medium)
        for start in self._venue_ends():
            for name, latency in firm.links.get(start.name, {}).items():
                if name in hosts:
                    where = (*path, "links", start.name, name)
                    yield Way("quotes", start, hosts[name], latency, where, False, firm.medium)


_BLIND = ("background_flow", "dark_liquidity", "conditional_interest", "pegged_liquidity", "scripted", "burst_flow")
"""Agents that look at no venue's feed."""


def sip_name(sips: Sips, path: TreePath) -> str:
    """What the SIP at this place of the scenario is called: SIP, when it carries the instrument."""
    return SIP if path == sips.path else f"{SIP} of tape {path[-1]}"


def _of(
    what: str, start: End, end: End, latency: PerVenue, path: TreePath, medium: str | None = None, key: str = "latency"
) -> Iterator[Way]:
    """The way between these ends, if there is a latency for the venue at one of them; of a round trip both."""
    venue = end if what == "orders" else start
    if latency.covers(venue.name):
        spec, name = _at(latency, venue.name)
        yield Way(what, start, end, spec, (*path, key, name), key == "round_trip", medium)


def _at(latency: PerVenue, venue: str) -> tuple[LinkLatency, str]:
    """A venue's latency, and the key that says it."""
    return latency.of(venue), venue if venue in latency.venues else "default"
