"""A figure of quote fade: how many legs of a sweep survive, by the jitter of the legs and by how they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from analysis.canvas import sheet, write_png
from analysis.leg_survival import Legs, survival_probability
from analysis.palette import FAINT, INK, LIT, RULE


class Measured(NamedTuple):
    """Legs at one jitter, standard deviation in us; None of what was not sent."""

    sd: float
    legs: Legs


class Curve(NamedTuple):
    """One way of sending at one venue: what was measured, and the margin of the law (us), None: no law is drawn."""

    points: Sequence[Measured]
    margin: float | None


def fade_figure(panels: Mapping[str, Mapping[str, Curve]], path: Path | str, title: str = "") -> Path:
    """Draw survival against jitter: a panel per venue, a colour per way of sending, bars of 4 standard errors.

    Args:
        panels: venue -> way of sending -> curve; the same ways, in the same order, in each panel.
        path: the PNG to write; its folder is made if it is not there.
    """
    figure = sheet(4.6 * len(panels), 3.9)
    for axes, (venue, curves) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        for number, (way, curve) in enumerate(curves.items()):
            _curve(axes, way, curve, LIT[number % len(LIT)])
        axes.set_title(venue, loc="left", color=INK)
        axes.set_xlabel("standard deviation of a leg, us")
        axes.set_ylim(-0.04, 1.04)
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=FAINT, labelcolor=INK)
    figure.axes[0].set_ylabel("legs that survive")
    figure.axes[-1].legend(frameon=False, loc="center right")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", color=INK)
    return write_png(figure, path)


def _curve(axes: object, way: str, curve: Curve, colour: str) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    shares = [point.legs.share for point in curve.points]
    bars = [
        4 * (share * (1 - share) / point.legs.sent) ** 0.5 for share, point in zip(shares, curve.points, strict=True)
    ]
    sds = [point.sd for point in curve.points]
    axes.errorbar(sds, shares, yerr=bars, fmt="o", markersize=4, color=colour, label=way, clip_on=False, zorder=3)
    if curve.margin is not None:
        fine = [max(sds) * step / 200 for step in range(201)]
        law = [survival_probability(curve.margin, sd) for sd in fine]
        axes.plot(fine, law, color=colour, linewidth=1.2, alpha=0.8)
