"""What the wires of a scenario come to, once it is known where their ends stand and what they are made of.

Rules
    A wire takes what `scenarios.geography` says of the distance, and the medium's jitter on top, each way;
    the medium is the one that the wire names, else its owner's, else fibre; inside a site it is the cross-connect;
    during an outage a message goes by the fallback medium at its speed, or waits for the end. What decides is when it
    is sent. A link stays in order: after an outage a message does not overtake one that went by the slower medium.

Does not model
    Weather that comes at random, or that hits only a part of the paths of a medium: outages are stated, by medium.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scenarios.geography import CROSS_CONNECT, FIBRE, SITES, Site, metres, one_way
from scenarios.geography_parts import BUILT_IN, MediumPart, SitePart
from scenarios.latencies import WIRE, ConstantLatency, PerVenue, PlacedLatency, SimpleLatency, SumLatency, WireLatency
from scenarios.model import Scenario
from scenarios.part import Part
from scenarios.problems import TreePath
from scenarios.ways import Market, Way

WAIT: Final = "wait"


class Atlas:
    """The sites and media of a scenario, the built-in ones among them."""

    def __init__(self, sites: Mapping[str, SitePart], media: Mapping[str, MediumPart]) -> None:
        self.sites: dict[str, Site] = {**SITES, **{name: part.site for name, part in sites.items()}}
        self.media: dict[str, MediumPart] = {**BUILT_IN, **media}

    def distance(self, a: str, b: str) -> int:
        """Metres between two sites."""
        return 0 if a == b else metres(self.sites[a], self.sites[b])

    def wire(self, a: str, b: str, medium: str) -> PlacedLatency:
        """A wire from site to site."""
        part = self.media[CROSS_CONNECT if a == b else medium]
        outages = tuple(sorted((outage.at, outage.at + outage.length) for outage in part.outages))
        fallback = None
        if outages and part.fallback != WAIT:
            fallback = self._way(a, b, self.media[part.fallback])
        clear = self._way(a, b, part)
        return PlacedLatency.model_construct(kind=WIRE, clear=clear, outages=outages, fallback=fallback)

    def _way(self, a: str, b: str, medium: MediumPart) -> SimpleLatency | SumLatency:
        base = ConstantLatency.model_construct(kind="constant", value=one_way(self.distance(a, b), medium.medium))
        if medium.jitter is None:
            return base
        return SumLatency.model_construct(kind="sum", base=base, jitter=medium.jitter)


def medium_of(way: Way) -> str:
    """The medium of a way that is a wire."""
    named = way.latency.medium if isinstance(way.latency, WireLatency) else None
    return named or way.medium or FIBRE


def market_of(scenario: Scenario) -> Market:
    """What the ways of a scenario lie between."""
    kinds = {venue.name: venue.kind for venue in scenario.venues}
    venues, agents = dict(enumerate(scenario.venues)), dict(enumerate(scenario.agents))
    return Market(venues, agents, scenario.sips, scenario.feeds.retail, scenario.fundamental, kinds)


def placed(scenario: Scenario) -> Scenario:
    """The scenario with every wire's latency worked out; the same object where there is none.

    For those who build and print; what is stored is the scenario as written.
    """
    atlas = Atlas(scenario.sites, scenario.media)
    changes: dict[TreePath, PlacedLatency] = {}
    for way in market_of(scenario).ways():
        if isinstance(way.latency, WireLatency) and way.start.site is not None and way.end.site is not None:
            changes[_path(way)] = atlas.wire(way.start.site, way.end.site, medium_of(way))
    result: Scenario = _with(scenario, changes) if changes else scenario
    return result


def _path(way: Way) -> TreePath:
    """Where the latency of this way goes: a default holds for all, so each venue gets its own."""
    if way.path[-1] != "default" or way.what == "NBBO":
        return way.path
    venue = way.end if way.what in ("orders", "news") else way.start
    return (*way.path[:-1], venue.name.rpartition("@")[2])


def _with(node: Any, changes: Mapping[TreePath, Any]) -> Any:
    """A copy of a tree of parts with other values at some paths."""
    if () in changes:
        return changes[()]
    if isinstance(node, tuple):
        return tuple(_below(item, index, changes) for index, item in enumerate(node))
    keys: Iterable[Any] = dict.fromkeys(path[0] for path in changes)
    if isinstance(node, PerVenue):
        venues = {key: _below(node.venues.get(key), key, changes) for key in keys if key != "default"}
        default = _below(node.default, "default", changes)
        return node.model_copy(update={"default": default, "venues": {**node.venues, **venues}})
    if isinstance(node, Part):
        return node.model_copy(update={key: _below(getattr(node, key), key, changes) for key in keys})
    return {**node, **{key: _below(node.get(key), key, changes) for key in keys}}


def _below(node: Any, key: str | int, changes: Mapping[TreePath, Any]) -> Any:
    within = {path[1:]: value for path, value in changes.items() if path[0] == key}
    return _with(node, within) if within else node
