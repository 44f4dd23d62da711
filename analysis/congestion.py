"""What a venue's gateways cost: how long messages took to get through them, how many were there at a time.

Definitions
    delay    from a message's arrival at the gateways to the matching engine: waiting for a token, in the port's queue,
             and the port's service; refused messages have none
    inside   messages that have arrived and are neither with the engine nor refused

From the table `gateway_messages`, which only runs with gateways have. Delays in microseconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.canvas import write_png
from analysis.joins import Floats
from analysis.palette import FAINT, INK, venue_fills
from analysis.tables import Ints, RunTables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PASSED: Final = 0
NS_PER_US: Final = 1_000
FIGURES: Final = ("mean_us", "median_us", "p99_us", "max_us")
DPI: Final = 150


def gateway_delays(tables: RunTables) -> pd.DataFrame:
    """One row per venue and agent that sent through gateways: messages, refused ones, delays in us, most inside."""
    import pandas as pd

    seen = tables["gateway_messages"]
    rows = []
    for venue, owner in sorted(set(zip(seen["venue"].tolist(), seen["owner"].tolist(), strict=True))):
        mine = (seen["venue"] == venue) & (seen["owner"] == owner)
        passed = mine & (seen["outcome"] == PASSED)
        delay = (seen["left"][passed] - seen["arrived"][passed]) / NS_PER_US
        count, refused = int(mine.sum()), int(mine.sum() - passed.sum())
        where = {"venue": tables.directory.venue(venue), "agent": tables.directory.agent(owner)}
        rows.append({**where, "messages": count, "refused": refused, **_figures_of(delay)})
    return pd.DataFrame(rows, columns=["venue", "agent", "messages", "refused", *FIGURES])


def _figures_of(delay: Floats) -> dict[str, float]:
    if not len(delay):
        return dict.fromkeys(FIGURES, float("nan"))
    figures = (delay.mean(), *np.percentile(delay, (50, 99)), delay.max())
    return dict(zip(FIGURES, map(float, figures), strict=True))


def inside(tables: RunTables, venue: int) -> tuple[Ints, Ints]:
    """(times ns, messages in the venue's gateways from then on), by the venue's number."""
    seen = tables["gateway_messages"]
    here = seen["venue"] == venue
    came, left = np.sort(seen["arrived"][here]), np.sort(seen["left"][here])
    times = np.unique(np.concatenate((came, left)))
    many = np.searchsorted(came, times, side="right") - np.searchsorted(left, times, side="right")
    return times, many.astype(np.int64)


def plot_congestion(tables: RunTables, path: Path | str) -> Path:
    """Draw, by venue, how many messages were in the gateways and how long each took; written as PNG.

    Raises:
        ValueError: no venue of the run has gateways.
    """
    seen = tables["gateway_messages"]
    if not len(seen):
        raise ValueError("no message went through a gateway: give a venue a `gateway`")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.4), dpi=DPI, facecolor="white")
    many, delays = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(left=0.09, right=0.86, top=0.91, bottom=0.09, hspace=0.12)
    who = tables.directory
    fills = venue_fills((name, who.venue_kinds[number]) for number, name in who.venues.items())
    for venue in np.unique(seen["venue"]).tolist():
        name = tables.directory.venue(venue)
        _draw_venue(tables, venue, name, fills[name].colour, many, delays)
    worst = gateway_delays(tables).sort_values("max_us").iloc[-1]
    figure.suptitle(
        f"Gateways: a message took up to {worst['max_us']:,.0f} us at {worst['venue']}",
        x=0.09,
        ha="left",
        fontsize=12,
        fontweight="bold",
        color=INK,
    )
    return write_png(figure, path)


def _draw_venue(tables: RunTables, venue: int, name: str, colour: str, many: Axes, delays: Axes) -> None:
    seen = tables["gateway_messages"]
    times, count = inside(tables, venue)
    many.step(times / 1e9, count, where="post", color=colour, linewidth=1, label=name)
    passed = (seen["venue"] == venue) & (seen["outcome"] == PASSED)
    delay = (seen["left"][passed] - seen["arrived"][passed]) / NS_PER_US
    delays.plot(seen["arrived"][passed] / 1e9, delay, ".", color=colour, markersize=2.5, alpha=0.6)
    many.set_ylabel("messages in the gateways")
    delays.set_ylabel("delay of a message, us")
    delays.set_yscale("log")
    delays.set_xlabel("time of the market, s")
    many.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    for axes in (many, delays):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK, labelsize=8)
        axes.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.5)
