"""A figure of the races of a run: how long they last, and who wins and loses them.

Drawn with Matplotlib's Agg on a figure of its own: no global state, no display.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.canvas import sheet, write_png
from analysis.palette import INK, LIT, RULE
from analysis.race_detector import US
from analysis.race_figures import BIN, VenueRaces
from analysis.wording import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIRMS: Final = 12
"""Participants drawn; the others have fewer races."""


def race_figure(venues: Sequence[VenueRaces], path: Path | str) -> Path:
    """Draw the durations of all races, and the wins and losses by participant.

    Args:
        path: the PNG to write; its folder is made if it is not there.
    """
    figure = sheet(10.0, 4.2)
    durations, firms = figure.subplots(1, 2)
    _durations(durations, venues)
    _firms(firms, venues)
    races = sum(len(venue.races) for venue in venues)
    names = ", ".join(venue.venue for venue in venues)
    figure.suptitle(f"{plural(races, 'race')} at {names}", x=0.01, ha="left", fontweight="bold", color=INK)
    return write_png(figure, path)


def _durations(axes: Axes, venues: Sequence[VenueRaces]) -> None:
    base: Counter[int] = Counter()
    for number, venue in enumerate(venues):
        bins = venue.durations
        edges = sorted(bins)
        axes.bar(
            [edge / US for edge in edges],
            [bins[edge] for edge in edges],
            width=BIN / US,
            bottom=[base[edge] for edge in edges],
            align="edge",
            color=LIT[number % len(LIT)],
            edgecolor="white",
            label=venue.venue,
        )
        base.update(bins)
    axes.set_xlabel("us from the first success to the first failure")
    axes.set_ylabel("races")
    _plain(axes)
    if base:
        axes.legend(frameon=False)


def _firms(axes: Axes, venues: Sequence[VenueRaces]) -> None:
    wins, losses = Counter[str](), Counter[str]()
    for venue in venues:
        wins.update(venue.wins)
        losses.update(venue.losses)
    names = [name for name, _ in (wins + losses).most_common(FIRMS)]
    rows = range(len(names))
    axes.barh(rows, [wins[name] for name in names], color=LIT[2], label="won (first to succeed)")
    axes.barh(rows, [-losses[name] for name in names], color=LIT[5], label="lost (first to fail)")
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("races lost | races won")
    axes.xaxis.set_major_formatter(lambda races, _: f"{abs(races):g}")
    _plain(axes)
    if names:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
