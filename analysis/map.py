"""A market on the map: sites, who stands there, what joins them and how long it takes.

Sites far from the rest (Chicago, seen from New Jersey) are drawn at the rim, in their direction, so that the rest stays
large enough to read. The projection is equirectangular about the middle: right to a thousandth within 100 km.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.canvas import write_png
from analysis.palette import FAINT, INK, LIT, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KM_PER_DEGREE: Final = 111.195
FAR: Final = 4.0
"""A site this many times farther from the middle than the typical one is drawn at the rim."""

TEXT: Final = 9.0
COLOURS: Final = {"fibre": LIT[0], "microwave": LIT[1], "air": LIT[2]}
DPI: Final = 150


@dataclass(frozen=True, slots=True)
class Place:
    """A site in degrees, and who stands there."""

    name: str
    latitude: float
    longitude: float
    residents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """What joins two sites: distance as the crow flies, and time one way in ns."""

    a: str
    b: str
    medium: str
    kilometres: float
    nanos: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place is drawn, km east and north of the middle; ``far``: at the rim, so many km away."""

    place: Place
    x: float
    y: float
    far: float = 0.0


def market_map(places: Sequence[Place], wires: Iterable[Wire], path: Path | str, title: str = "") -> Path:
    """Draw the map beside a table of the wires, and write it as PNG.

    Raises:
        ValueError: there is no place to draw.
    """
    if not places:
        raise ValueError("nothing here stands anywhere: give venues and agents a `site`")
    from matplotlib.figure import Figure

    joined = list(wires)
    figure = Figure(figsize=(12.5, max(6.0, 1.6 + 0.235 * len(joined))), dpi=DPI, facecolor="white")
    grid = figure.add_gridspec(1, 2, width_ratios=(1.55, 1), left=0.02, right=0.985, top=0.91, bottom=0.06, wspace=0.03)
    spots = spots_of(places)
    _draw_map(figure.add_subplot(grid[0]), spots, joined)
    _draw_table(figure.add_subplot(grid[1]), joined)
    figure.suptitle(title, x=0.02, ha="left", fontsize=12, fontweight="bold", color=INK)
    return write_png(figure, path)


def spots_of(places: Sequence[Place]) -> dict[str, Spot]:
    """Where each place is drawn.

    The middle is the median of the latitudes and of the longitudes; what is far goes to a circle around the rest.
    """
    north, east = _median([p.latitude for p in places]), _median([p.longitude for p in places])
    shrink = math.cos(math.radians(north))
    flat = [(p, (p.longitude - east) * shrink * KM_PER_DEGREE, (p.latitude - north) * KM_PER_DEGREE) for p in places]
    away = [math.hypot(x, y) for _, x, y in flat]
    typical = _median([each for each in away if each > 0] or [1.0])
    near = [each for each in away if each <= FAR * typical]
    rim = 1.15 * max(max(near), 1.0)
    return {
        p.name: Spot(p, x, y) if d <= FAR * typical else Spot(p, x * rim / d, y * rim / d, far=d)
        for (p, x, y), d in zip(flat, away, strict=True)
    }


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _draw_map(axes: Axes, spots: dict[str, Spot], wires: Sequence[Wire]) -> None:
    span = max(max(abs(spot.x), abs(spot.y)) for spot in spots.values()) or 1.0
    lanes: dict[tuple[str, str], int] = {}
    for wire in wires:
        lane = lanes[wire.a, wire.b] = lanes.get((wire.a, wire.b), -1) + 1
        _draw_wire(axes, spots[wire.a], spots[wire.b], COLOURS.get(wire.medium, LIT[3]), lane * 0.014 * span)
    for spot in spots.values():
        axes.plot(spot.x, spot.y, "o", color=FAINT if spot.far else INK, markersize=7, zorder=3)
    for spot, (x, y) in zip(spots.values(), _label_places(list(spots.values()), span), strict=True):
        _draw_label(axes, spot, x, y)
    for medium in dict.fromkeys(wire.medium for wire in wires):
        axes.plot([], [], color=COLOURS.get(medium, LIT[3]), linewidth=2, label=medium)
    if wires:
        axes.legend(loc="lower right", frameon=False, fontsize=TEXT)
    length = _round_length(span * 0.5)
    axes.plot([-1.7 * span, -1.7 * span + length], [-1.22 * span] * 2, color=INK, linewidth=2)
    axes.text(-1.7 * span, -1.19 * span, f"{length:g} km", fontsize=TEXT, color=INK, va="bottom")
    axes.set_xlim(-1.85 * span, 1.75 * span)
    axes.set_ylim(-1.3 * span, 1.25 * span)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for edge in axes.spines.values():
        edge.set_color(RULE)


def _draw_wire(axes: Axes, a: Spot, b: Spot, colour: str, aside: float) -> None:
    """A line, a little aside where another medium joins the same two."""
    length = math.hypot(b.x - a.x, b.y - a.y) or 1.0
    dx, dy = -(b.y - a.y) / length * aside, (b.x - a.x) / length * aside
    style = "--" if a.far or b.far else "-"
    axes.plot([a.x + dx, b.x + dx], [a.y + dy, b.y + dy], style, color=colour, linewidth=1.1, alpha=0.8, zorder=1)


def _label_places(spots: Sequence[Spot], span: float) -> list[tuple[float, float]]:
    """One column right of all spots, from top to bottom, with room for three lines each; of what is far, left of it."""
    column = max(spot.x for spot in spots) + 0.3 * span
    placed: dict[int, tuple[float, float]] = {}
    free_below = math.inf
    for i in sorted(range(len(spots)), key=lambda i: -spots[i].y):
        if spots[i].far:
            placed[i] = (spots[i].x - 0.05 * span, spots[i].y)
            continue
        y = min(spots[i].y, free_below)
        placed[i], free_below = (column, y), y - 0.24 * span
    return [placed[i] for i in range(len(spots))]


def _draw_label(axes: Axes, spot: Spot, x: float, y: float) -> None:
    away = [f"about {round(spot.far, -2):,.0f} km"] if spot.far >= 100 else []
    if not spot.far:
        axes.plot([spot.x, x - 0.03], [spot.y, y], color=FAINT, linewidth=0.6, linestyle=":", zorder=2)
    lines = [spot.place.name, *away, *_wrapped(spot.place.residents)]
    side = "right" if spot.far else "left"
    axes.text(x, y, "\n".join(lines), fontsize=TEXT, color=INK, va="center", ha=side, linespacing=1.2, zorder=4)


def _wrapped(names: Sequence[str], width: int = 30) -> list[str]:
    """Names in lines of at most so many letters."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 2 <= width:
            lines[-1] += f", {name}"
        else:
            lines.append(name)
    return lines


def _round_length(about: float) -> float:
    """1, 2 or 5 times a power of ten, at most ``about``."""
    power = 10.0 ** math.floor(math.log10(about))
    return max(step * power for step in (1, 2, 5) if step * power <= about)


def _draw_table(axes: Axes, wires: Sequence[Wire]) -> None:
    axes.axis("off")
    if not wires:
        axes.text(0, 1, "No latency follows from distance.", fontsize=TEXT, color=FAINT, va="top")
        return
    columns = ((0.0, "between", "left"), (0.56, "km", "right"), (0.62, "by", "left"), (1.0, "one way", "right"))
    step = 1.0 / max(len(wires) + 2, 16)
    for x, heading, side in columns:
        axes.text(x, 1.0, heading, fontsize=TEXT, color=FAINT, ha=side, va="top", transform=axes.transAxes)
    for row, wire in enumerate(wires, 1):
        cells = (f"{wire.a} - {wire.b}", f"{wire.kilometres:,.1f}", wire.medium, f"{wire.nanos / 1_000:,.1f} us")
        colour = COLOURS.get(wire.medium, LIT[3])
        for (x, heading, side), cell in zip(columns, cells, strict=True):
            ink = colour if heading == "by" else INK
            axes.text(x, 1.0 - row * step, cell, fontsize=TEXT, color=ink, ha=side, va="top", transform=axes.transAxes)
