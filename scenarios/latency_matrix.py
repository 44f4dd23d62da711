"""Who hears whom, and who reaches whom, how late: the ways of a scenario as two tables and a map.

Every figure is one way and one number: the constant part, or mean or median of what is drawn, jitter included; outages
and queues are left out. What reaches a venue contains its speed bump.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from analysis.map import Place, Wire
from scenarios.fast_agents import Colocated
from scenarios.geography_checks import typical
from scenarios.latencies import WireLatency
from scenarios.market_parts import LitVenue
from scenarios.model import Scenario
from scenarios.placing import Atlas, market_of, medium_of, placed
from scenarios.ways import NEWS, RETAIL, SIP, Way, sip_name


class Lag(NamedTuple):
    """How late ``who`` hears of ``whom``, or reaches it: ns, one way."""

    who: str
    whom: str
    what: str
    nanos: int


@dataclass(frozen=True, slots=True)
class LatencyMatrix:
    """The latencies of a scenario; ``columns`` are those that a table has, in its order."""

    scenario: str
    columns: tuple[str, ...]
    heard: tuple[Lag, ...]
    reached: tuple[Lag, ...]

    def table(self, lags: Iterable[Lag]) -> tuple[list[str], list[list[str]]]:
        """Headings and rows, microseconds; empty where there is no way."""
        by_who: dict[str, dict[str, int]] = {}
        for lag in lags:
            by_who.setdefault(lag.who, {})[lag.whom] = lag.nanos
        used = [name for name in self.columns if any(name in row for row in by_who.values())]
        rows = [[who, *(microseconds(row.get(name)) for name in used)] for who, row in by_who.items()]
        return ["", *used], rows

    def as_json(self) -> dict[str, Any]:
        """Everything, in ns."""
        return {
            "scenario": self.scenario,
            "heard": [lag._asdict() for lag in self.heard],
            "reached": [lag._asdict() for lag in self.reached],
        }


def microseconds(nanos: int | None) -> str:
    """With one decimal; nothing for None.

    >>> microseconds(4_087_557), microseconds(None)
    ('4,087.6', '')
    """
    return "" if nanos is None else f"{nanos / 1_000:,.1f}"


def latency_matrix(scenario: Scenario) -> LatencyMatrix:
    """The latencies of a scenario, its wires placed; of agents that take part."""
    on_map = placed(scenario)
    ways = [way for way in market_of(on_map).ways() if _takes_part(on_map, way)]
    bumps = {venue.name: _inbound(venue) for venue in scenario.venues}
    outbound = {venue.name: _outbound(venue) for venue in scenario.venues}
    reached = [
        Lag(way.start.name, way.end.name, way.what, _one_way(way) + bumps[way.end.name])
        for way in ways
        if way.what == "orders"
    ]
    heard = [
        Lag(way.end.name, way.start.name, way.what, _one_way(way) + _delayed(way, outbound))
        for way in ways
        if way.what != "orders"
    ]
    local = list(_local(on_map))
    heard += [Lag(host, venue, "quotes", nanos + outbound[venue]) for host, venue, nanos in local]
    reached += [Lag(host, venue, "orders", nanos + bumps[venue]) for host, venue, nanos in local]
    columns = (NEWS, SIP, RETAIL, *(venue.name for venue in scenario.venues))
    return LatencyMatrix(scenario.name, columns, tuple(heard), tuple(reached))


def _takes_part(scenario: Scenario, way: Way) -> bool:
    paths = (way.start.path, way.end.path)
    agents = [scenario.agents[path[1]] for path in paths if path[0] == "agents" and isinstance(path[1], int)]
    owner = way.path[1]
    if way.path[0] == "agents" and isinstance(owner, int):
        agents.append(scenario.agents[owner])
    ends_at_a_sip = way.end.path[:2] in (("feeds", "sip"), ("feeds", "sips"))
    return all(agent.enabled for agent in agents) and (not ends_at_a_sip or way.end.path == scenario.sips.path)


def _one_way(way: Way) -> int:
    return typical(way.latency.halved() if way.both_ways else way.latency)


def _inbound(venue: Any) -> int:
    return venue.speed_bump.delay if isinstance(venue, LitVenue) else 0


def _outbound(venue: Any) -> int:
    return venue.speed_bump.delay if isinstance(venue, LitVenue) and venue.speed_bump.applies == "symmetric" else 0


def _delayed(way: Way, outbound: dict[str, int]) -> int:
    """What a symmetric bump adds to a direct feed; the SIP is spared."""
    return 0 if way.end.name == SIP else outbound.get(way.start.name, 0)


def _local(scenario: Scenario) -> Iterator[tuple[str, str, int]]:
    """(host, its venue, one way) of the hosts that stand beside venues."""
    for agent in scenario.agents:
        if isinstance(agent, Colocated) and agent.enabled:
            for venue in scenario.venues_of(agent):
                yield f"{agent.name}@{venue}", venue, max(1, typical(agent.local) // 2)


# -- the map ----------------------------------------------------------------------------------------


def places(scenario: Scenario) -> list[Place]:
    """The sites where something stands, and what does."""
    standing: dict[str, list[str]] = {}
    feeds, value = scenario.feeds, scenario.fundamental
    for part, name in (
        *((venue, venue.name) for venue in scenario.venues),
        *((sip, sip_name(scenario.sips, path)) for path, sip in scenario.sips.by_path.items()),
        (feeds.retail, RETAIL),
        (value, NEWS),
        *((agent, agent.name) for agent in scenario.agents if agent.enabled),
    ):
        site = getattr(part, "site", None)
        if site is not None:
            standing.setdefault(site, []).append(name)
    sites = Atlas(scenario.sites, scenario.media).sites
    return [Place(name, sites[name].latitude, sites[name].longitude, tuple(who)) for name, who in standing.items()]


def wires(scenario: Scenario) -> list[Wire]:
    """Every pair of sites that a wire joins, with each medium that does."""
    atlas = Atlas(scenario.sites, scenario.media)
    found: dict[tuple[str, str, str], Wire] = {}
    for way in market_of(scenario).ways():
        a, b = way.start.site, way.end.site
        if isinstance(way.latency, WireLatency) and _takes_part(scenario, way) and a and b and a != b:
            first, second = sorted((a, b))
            medium = medium_of(way)
            took = typical(atlas.wire(first, second, medium))
            found[first, second, medium] = Wire(first, second, medium, atlas.distance(first, second) / 1_000, took)
    return [found[key] for key in sorted(found)]
