"""A figure of a run's dislocations: how long they last, and how large they are.

Drawn with Matplotlib's Agg on a figure of its own: no global state, no display.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.canvas import sheet, write_png
from analysis.dislocations import SIDES, Dislocations
from analysis.palette import INK, LIT, RULE
from analysis.wording import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"bid": LIT[0], "ask": LIT[1]}


def dislocation_figure(found: Dislocations, path: Path | str) -> Path:
    """Draw the histogram of durations and that of sizes, by side.

    Args:
        path: the PNG to write; its folder is made if it is not there.
    """
    figure = sheet(10.0, 4.2)
    durations, sizes = figure.subplots(1, 2)
    _durations(durations, found)
    _sizes(sizes, found)
    title = f"{plural(len(found.start), 'dislocation')} of SIP and direct feeds as {found.observer.name} sees them"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", color=INK)
    return write_png(figure, path)


def _durations(axes: Axes, found: Dislocations) -> None:
    lasted = {side: ((found.end - found.start)[found.whole & (found.side == sign)]) for side, sign in SIDES.items()}
    everything = np.concatenate(list(lasted.values()))
    if len(everything):
        low, high = max(1, int(everything.min())), int(everything.max())
        edges = np.geomspace(low * 0.95, max(high, low) * 1.05, 41)
        axes.hist([each / 1_000 for each in lasted.values()], bins=list(edges / 1_000), stacked=True,
                  color=[COLOURS[side] for side in lasted], label=list(lasted))  # fmt: skip
        axes.set_xscale("log")
        axes.legend(frameon=False)
    axes.set_xlabel("duration, us (logarithmic)")
    axes.set_ylabel("dislocations")
    _plain(axes)


def _sizes(axes: Axes, found: Dislocations) -> None:
    ticks = -(-found.size // found.tick)
    if len(ticks):
        shown = range(1, min(int(ticks.max()), 12) + 1)
        below = np.zeros(len(shown), dtype=np.int64)
        for side, sign in SIDES.items():
            its = np.minimum(ticks[found.side == sign], shown[-1])
            counts = np.array([(its == size).sum() for size in shown])
            axes.bar(list(shown), counts, bottom=below, color=COLOURS[side], label=side)
            below = below + counts
        last = f"{shown[-1]}+" if int(ticks.max()) > shown[-1] else str(shown[-1])
        axes.set_xticks(list(shown), [*(str(size) for size in shown[:-1]), last])
    axes.set_xlabel("largest difference, ticks")
    axes.set_ylabel("dislocations")
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
