"""Whether places, media and latencies fit together: `scenarios.crosschecks` for the map."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from scenarios.geography import light
from scenarios.geography_parts import MediumPart, SitePart
from scenarios.latencies import (
    ConstantLatency,
    EmpiricalLatency,
    ExponentialLatency,
    GammaLatency,
    LognormalLatency,
    NormalLatency,
    PlacedLatency,
    SumLatency,
    UniformLatency,
    WireLatency,
)
from scenarios.placing import WAIT, Atlas
from scenarios.problems import TreePath, instead
from scenarios.quantities import format_duration
from scenarios.ways import End, Market, Way

Told = Iterator[tuple[TreePath, str]]
"""Where, and what is wrong."""


def geography_problems(
    market: Market,
    sites: Mapping[str, SitePart] | None,
    media: Mapping[str, MediumPart] | None,
    abstract: bool,
    unread_sites: Collection[str] = (),
) -> Told:
    """Everything that cannot be, as far as sites and media could be read (None: they have mistakes of their own).

    An ``abstract`` scenario's stated latencies may be what they like. Sites that are named and could not be read are
    where nobody knows.
    """
    atlas = Atlas(sites or {}, media or {})
    if sites is not None:
        yield from unknown_sites(market, atlas, unread_sites)
    if media is not None:
        yield from unknown_media(market, atlas)
    yield from wires_without_ends(market)
    if sites is not None and not abstract:
        for name in unread_sites:
            atlas.sites.pop(name, None)
        yield from faster_than_light(market, atlas)


def unknown_sites(market: Market, atlas: Atlas, unread: Collection[str] = ()) -> Told:
    """Whatever stands somewhere stands at a site there is."""
    for path, part in _parts(market):
        site = getattr(part, "site", None)
        if site is not None and site not in atlas.sites and site not in unread:
            known = instead(site, list(atlas.sites), "sites")
            example = f"`sites: {{{site}: {{latitude: 41.0785, longitude: -74.1550}}}}`"
            yield (*path, "site"), f"no site is named {site!r}; {known}, or give it coordinates: {example}"


def unknown_media(market: Market, atlas: Atlas) -> Told:
    """Wires and their owners are on media there are, and so is what carries messages meanwhile."""
    for path, part in _parts(market):
        medium = getattr(part, "medium", None)
        if medium is not None and medium not in atlas.media:
            yield (*path, "medium"), _no_medium(medium, atlas)
    for way in market.ways():
        if way.own and isinstance(way.latency, WireLatency) and way.latency.medium not in (None, *atlas.media):
            yield _told_at(way), _no_medium(str(way.latency.medium), atlas)
    for name, each in atlas.media.items():
        path = ("media", name, "fallback")
        if each.fallback == WAIT:
            continue
        if each.fallback not in atlas.media:
            yield path, f"{_no_medium(each.fallback, atlas)}, or {WAIT}"
        elif each.outages and (each.fallback == name or atlas.media[each.fallback].outages):
            yield path, f"{each.fallback} has outages of its own; write one that has none, or {WAIT}"


def _parts(market: Market) -> Iterator[tuple[TreePath, object]]:
    """What may stand somewhere, or send over something."""
    yield from market.sips.by_path.items()
    yield ("feeds", "retail"), market.retail
    yield ("fundamental",), market.fundamental
    for index, venue in market.venues.items():
        yield ("venues", index), venue
    for number, agent in market.agents.items():
        yield ("agents", number), agent


def _no_medium(name: str, atlas: Atlas) -> str:
    return f"no medium is named {name!r}; {instead(name, list(atlas.media), 'media')}"


def wires_without_ends(market: Market) -> Told:
    """A wire leads from a place to a place."""
    for way in market.ways():
        if not isinstance(way.latency, WireLatency) or not way.own:
            continue
        for end in (way.start, way.end):
            if end.site is None:
                there = f"a wire from {way.start.name} to {way.end.name} needs a place at both ends"
                yield _told_at(way), f"{there}; write `site: secaucus` at {_what(end)}, or a latency here"


def faster_than_light(market: Market, atlas: Atlas) -> Told:
    """A stated latency is not below what light needs: its constant, mean or median, or smallest measured value."""
    for way in market.ways():
        a, b = way.start.site, way.end.site
        if isinstance(way.latency, WireLatency) or a not in atlas.sites or b not in atlas.sites or not way.own:
            continue
        assert a is not None
        assert b is not None
        each_way = way.latency.halved() if way.both_ways else way.latency
        stated, least = typical(each_way), light(atlas.distance(a, b))
        if stated < least:
            kilometres = f"{atlas.distance(a, b) / 1_000:.1f} km from {a} to {b}"
            trip = " each way" if way.both_ways else ""
            needed = format_duration(least * 2 if way.both_ways else least)
            yield (
                _told_at(way),
                f"{format_duration(stated)}{trip} is faster than light, which needs {format_duration(least)} for the "
                f"{kilometres}; write {needed} or more, `wire`, or `abstract: true` at the top",
            )


def _what(end: End) -> str:
    first = end.path[0]
    name = end.name.rpartition("@")[2]
    feed = "the retail feed" if end.path == ("feeds", "retail") else "the SIP"
    return {"venues": f"venue {name}", "feeds": feed, "fundamental": "`fundamental`"}.get(str(first), name)


def _told_at(way: Way) -> TreePath:
    return way.path[:-1] if way.path[-1] == "default" else way.path


def typical(latency: Any) -> int:
    """The latency in one number, ns: constant, mean or median, smallest measured value; parts are added."""
    if isinstance(latency, PlacedLatency):
        return typical(latency.clear)
    if isinstance(latency, SumLatency):
        return typical(latency.base) + typical(latency.jitter)
    return int(_TYPICAL[type(latency)](latency))


_TYPICAL: dict[type, Any] = {
    ConstantLatency: lambda latency: latency.value,
    NormalLatency: lambda latency: max(latency.mean, latency.floor),
    LognormalLatency: lambda latency: max(latency.median, latency.floor),
    GammaLatency: lambda latency: latency.offset + latency.mean,
    UniformLatency: lambda latency: (latency.low + latency.high) // 2,
    ExponentialLatency: lambda latency: latency.offset + latency.mean,
    EmpiricalLatency: lambda latency: min(latency.values),
}
