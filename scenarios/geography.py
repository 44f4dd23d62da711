"""Where markets stand, and how long light and glass need between them.

Rules
    distance = the great circle on a sphere of 6371.0088 km, rounded to whole metres, so that what follows is integer
    arithmetic: the same nanoseconds on every machine;
    one way over a medium = its overhead + distance x time per km x route factor, rounded up to a whole ns;
    inside one site every link is the cross-connect, whatever medium it names.

Does not model
    Height, the curvature that a radio path has to clear, how a route runs; a route factor stands for all of it.

Sources: the data centres stand where their operators' addresses are (NYSE: MacArthur Boulevard, Mahwah; Equinix NY4 and
NY5: Secaucus Road; Nasdaq: Federal Boulevard, Carteret; 300 Boulevard East, Weehawken; CME: Diehl Road, Aurora). The
coordinates are to about 300 m; within that, those of Mahwah, Secaucus and Carteret are set so that the distances are
the 34.2, 25.6 and 55.2 km that are commonly used. Earth radius: IUGG mean. Light: SI definition of the metre.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

EARTH_RADIUS: Final = 6_371_008.8
"""Metres."""

LIGHT_PER_KM: Final = 3_335.640952
"""What light in vacuum needs for a kilometre, ns; nothing is faster."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place, in degrees: north and east are positive."""

    latitude: float
    longitude: float


SITES: Final[Mapping[str, Site]] = MappingProxyType(
    {
        "mahwah": Site(41.0785, -74.1550),
        "secaucus": Site(40.7772, -74.0730),
        "carteret": Site(40.5866, -74.2434),
        "weehawken": Site(40.7600, -74.0270),
        "aurora": Site(41.7986, -88.2450),
    }
)
"""The sites that are built in: four in New Jersey and the futures market near Chicago."""


@dataclass(frozen=True, slots=True)
class Medium:
    """What carries messages between two sites.

    Attributes:
        per_km: ns a kilometre along the route.
        route_factor: length of the route over the straight line, 1 or more.
        overhead: ns on every link besides: cables in the building, switches, radios.
    """

    per_km: int
    route_factor: float = 1.0
    overhead: int = 0


FIBRE, AIR, MICROWAVE, CROSS_CONNECT = "fibre", "air", "microwave", "cross_connect"

MEDIA: Final[Mapping[str, Medium]] = MappingProxyType(
    {
        FIBRE: Medium(per_km=4_900, route_factor=1.3),
        AIR: Medium(per_km=3_340),
        MICROWAVE: Medium(per_km=3_340, route_factor=1.03),
        CROSS_CONNECT: Medium(per_km=4_900, overhead=1_000),
    }
)
"""Fibre has light in glass and a route along roads; air is a straight radio path, the bound; microwave goes by towers
that stand nearly on it (Chicago to New Jersey 4.0 ms, as quoted); a cross-connect is 1 us of cable and switch."""


def metres(a: Site, b: Site) -> int:
    """The great-circle distance, in whole metres.

    >>> metres(SITES["mahwah"], SITES["carteret"])
    55200
    """
    north, other = math.radians(a.latitude), math.radians(b.latitude)
    east = math.radians(b.longitude - a.longitude)
    half = math.sin((other - north) / 2) ** 2 + math.cos(north) * math.cos(other) * math.sin(east / 2) ** 2
    return round(2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half))))


def one_way(distance: int, medium: Medium) -> int:
    """How long a message takes over a distance (m), in ns.

    >>> one_way(34_200, MEDIA["fibre"]), one_way(34_200, MEDIA["air"])
    (217854, 114228)
    """
    thousandths = round(medium.route_factor * 1_000)
    return medium.overhead - (-distance * medium.per_km * thousandths // 1_000_000)


def light(distance: int) -> int:
    """The least that any message takes over a distance (m): light in vacuum, whole ns.

    >>> light(55_200)
    184128
    """
    return math.ceil(distance * LIGHT_PER_KM / 1_000)
