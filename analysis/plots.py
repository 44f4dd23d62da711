"""Figures for a report: comparisons of strategies, where they filled, and what took the shares they missed.

Input are the tables of `analysis.metrics`, one row per strategy and seed (`summary`) or strategy, seed and venue
(`venue_table`), stacked, with the columns `strategy` and `seed` in front; without them, the router's name and one seed.
Points and bars are means over seeds, whiskers 95 % t intervals; with one seed there are none and the figure says so.

Drawn with Matplotlib's Agg on figures of their own: no global state, no display.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from analysis.canvas import sheet, write_png
from analysis.palette import FAINT, INK, LIT, RULE, Fill, cause_colour, venue_fills
from analysis.statistics import Interval, mean_interval
from analysis.wording import plural

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEXT: Final = 9.5
TITLE: Final = 11.0
NAMES: Final = frozenset({"router", "strategy", "swept", "seed", "venue", "kind", "digest"})
"""Columns that hold names, not figures."""
Place = Literal["outside lower right", "outside right center"]
SMALL_PART: Final = 0.05
"""Parts of a stacked bar below this share carry no number: it would not fit."""


# -- figures ---------------------------------------------------------------------------------------------------------


def four_panel(summaries: pd.DataFrame, venues: pd.DataFrame, path: Path | str, title: str = "") -> Path:
    """Average price, all-in cost, slippage and venue distribution of several strategies, one row each.

    Args:
        summaries: `summary` rows per strategy and seed. venues: `venue_table` rows per strategy, seed and venue.
        path: the PNG to write. title: what was compared; default: the finding.
    """
    table, where = _labelled(summaries), _labelled(venues)
    strategies = list(dict.fromkeys(table["strategy"]))
    figure = sheet(11.0, 2.9 + 0.62 * len(strategies))
    (prices, costs), (slips, places) = figure.subplots(2, 2, sharey=True)
    _price_panel(prices, table, strategies)
    _points_panel(costs, table, strategies, "all_in_bps", "All-in cost per ordered share")
    _points_panel(slips, table, strategies, "slippage_bps", "Slippage of filled shares")
    fills = venue_fills(zip(where["venue"], where["kind"], strict=True))
    _places_panel(places, where, strategies, fills)
    _legend(figure, [(name, look.colour, look.hatch) for name, look in fills.items()])
    for axes in (prices, costs, slips, places):
        _rows(axes, strategies)
    return _save(figure, path, title or _finding(table, strategies), _footnote(table))


def venue_distribution(venues: pd.DataFrame, path: Path | str, strategy: str | None = None) -> Path:
    """Where one strategy filled, by venue, in the scenario's order.

    Args:
        venues: `venue_table` rows. strategy: the one to draw; default: the only one there is.

    Raises:
        ValueError: the strategy is not in the table, or the table has several and none is named.
    """
    where = _labelled(venues)
    chosen = _choose(where, strategy)
    own = where[where["strategy"] == chosen]
    shares = _mean_shares(own, [chosen])[chosen]
    names = list(shares)
    fills = venue_fills(zip(where["venue"], where["kind"], strict=True))
    figure = sheet(9.0, 1.9 + 0.42 * len(names))
    axes, beside = figure.subplots(1, 2, width_ratios=(2, 1))
    for row, name in enumerate(names):
        share = shares[name]
        axes.barh(row, 100 * share.mean, color=fills[name].colour, hatch=fills[name].hatch, **BAR)
        _whisker(axes, row, share, 100)
    axes.set_xlim(0, 105 * max((min(1, _top(share)) for share in shares.values()), default=1) or 1)
    axes.set_xlabel("% of filled shares")
    note = f"{_footnote(own)}; fee: $ per share; got: of the displayed shares it aimed at"
    _rows(axes, names)
    _columns(beside, [_venue_cells(own, name, shares[name]) for name in names])
    return _save(figure, path, _places_finding(chosen, own, shares), note)


def venue_distributions(venues: pd.DataFrame, folder: Path | str) -> list[Path]:
    """One `venue_distribution` per strategy, as ``venues_<strategy>.png``."""
    strategies = dict.fromkeys(_labelled(venues)["strategy"])
    return [venue_distribution(venues, Path(folder) / file_name("venues", name), name) for name in strategies]


def missed_shares(venues: pd.DataFrame, path: Path | str, strategy: str | None = None) -> Path:
    """What took the displayed shares that one strategy aimed at and missed, by lit venue. Arguments as above."""
    where = _labelled(venues)
    chosen = _choose(where, strategy)
    own = where[(where["strategy"] == chosen) & (where["kind"] == "lit")]
    names = list(dict.fromkeys(own["venue"]))
    causes = _causes(own)
    figure = sheet(10.0, 1.7 + 0.42 * max(1, len(names)))
    axes = figure.subplots()
    for row, name in enumerate(names):
        left = 0.0
        here = own[own["venue"] == name]
        aimed = max(1, int(here["target_shares"].sum()))
        for cause in causes:
            part = 100 * float(here[_cause_column(cause)].sum()) / aimed
            axes.barh(row, part, left=left, color=cause_colour(cause), **BAR)
            left += part
        axes.annotate(f"{left:.1f} %", (left, row), (6, 0), textcoords="offset points", va="center")
    axes.set_xlabel("% of the displayed shares aimed at")
    axes.margins(x=0.12)
    _rows(axes, names)
    _legend(figure, [(cause, cause_colour(cause), "") for cause in causes], "outside right center")
    pooled = f"all orders of {plural(int(own['seed'].nunique()), 'seed')} together"
    return _save(figure, path, _missed_finding(chosen, own, causes), pooled)


def sweep_lines(summaries: pd.DataFrame, path: Path | str, swept: str, metric: str = "all_in_bps") -> Path:
    """All-in cost of each strategy over the values of a sweep, in the order in which they were given.

    Args:
        summaries: `summary` rows with the column `swept` besides. swept: what was swept, for the axis.
        metric: another figure in basis points, such as ``slippage_bps``.
    """
    table = _labelled(summaries)
    values, strategies = list(dict.fromkeys(table["swept"])), list(dict.fromkeys(table["strategy"]))
    figure = sheet(9.0, 4.8)
    axes = figure.subplots()
    ends: list[tuple[float, str, str]] = []
    for number, strategy in enumerate(strategies):
        colour = LIT[number % len(LIT)]
        points = [_interval(table[table["swept"] == value], strategy, metric) for value in values]
        across = [x + 0.04 * (number - (len(strategies) - 1) / 2) for x in range(len(values))]
        axes.plot(across, [point.mean for point in points], "o-", color=colour, markersize=5)
        for x, point in zip(across, points, strict=True):
            axes.plot([x, x], [point.low, point.high], color=colour, linewidth=1.2)
        ends.append((points[-1].mean, strategy, colour))
    _names_at_the_end(axes, len(values) - 0.8, ends)
    axes.set_xticks(range(len(values)), values)
    axes.set_xlim(-0.3, len(values) - 0.3)
    axes.set_xlabel(swept)
    axes.set_ylabel("basis points of the mid on arrival")
    _plain(axes, "y")
    return _save(figure, path, _sweep_finding(table, strategies, values, swept, metric), _footnote(table))


# -- panels ----------------------------------------------------------------------------------------------------------


def _price_panel(axes: Axes, table: pd.DataFrame, strategies: Sequence[str]) -> None:
    """Average price of buys and of sells, as distance from the mid at arrival, cents."""
    looks = (("buy", "^", INK), ("sell", "v", "#0072B2"))
    for name, marker, colour in looks:
        for row, strategy in enumerate(strategies):
            value = _interval(table, strategy, f"{name}_price_from_mid")
            _whisker(axes, row, value, 100, colour)
            axes.plot(100 * value.mean, row, marker, color=colour, markersize=7)
            axes.annotate(f"{100 * value.mean:+.2f}", (100 * value.mean, row), **ABOVE)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    axes.set_title("Average price against the mid on arrival", loc="left", fontsize=TITLE)
    axes.set_xlabel("cents a share: buys (black, up) above, sells (blue, down) below the mid")


def _points_panel(axes: Axes, table: pd.DataFrame, strategies: Sequence[str], metric: str, title: str) -> None:
    values = [_interval(table, strategy, metric) for strategy in strategies]
    for row, value in enumerate(values):
        _whisker(axes, row, value)
        axes.plot(value.mean, row, "o", color=INK, markersize=6)
        axes.annotate(f"{value.mean:.2f}", (value.mean, row), **ABOVE)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    axes.set_title(title, loc="left", fontsize=TITLE)
    axes.set_xlabel("basis points of the mid on arrival")


def _places_panel(axes: Axes, venues: pd.DataFrame, strategies: Sequence[str], fills: dict[str, Fill]) -> None:
    """Stacked shares of fills by venue."""
    for row, shares in enumerate(_mean_shares(venues, strategies).values()):
        left = 0.0
        for name, share in shares.items():
            look, width = fills[name], 100 * share.mean
            axes.barh(row, width, left=left, color=look.colour, hatch=look.hatch, **BAR)
            if share.mean >= SMALL_PART:
                box = {"facecolor": look.colour, "edgecolor": "none", "pad": 1.5}
                centre = left + width / 2
                axes.text(centre, row, f"{width:.0f}", ha="center", va="center", color=look.ink, bbox=box)
            left += width
    axes.set_xlim(0, 100)
    axes.set_title("Where it filled", loc="left", fontsize=TITLE)
    axes.set_xlabel("% of filled shares")


# -- figures in words ------------------------------------------------------------------------------------------------


def _finding(table: pd.DataFrame, strategies: Sequence[str]) -> str:
    costs = {name: _interval(table, name, "all_in_bps").mean for name in strategies}
    known = {name: cost for name, cost in costs.items() if not math.isnan(cost)}
    if len(known) < 2:
        return "All-in cost, its parts, and where it filled"
    cheap, dear = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    return f"{cheap} has the lowest mean all-in cost, {known[cheap]:.2f} bp; {dear} the highest, {known[dear]:.2f} bp"


def _sweep_finding(
    table: pd.DataFrame, strategies: Sequence[str], values: Sequence[str], swept: str, metric: str
) -> str:
    if len(values) < 2:
        return f"{metric} at {swept} = {values[0]}"
    ends = [table[table["swept"] == value] for value in (values[0], values[-1])]
    changes = {s: _interval(ends[1], s, metric).mean - _interval(ends[0], s, metric).mean for s in strategies}
    most = max(changes, key=lambda name: abs(changes[name]))
    return f"from {swept} {values[0]} to {values[-1]}, {metric} changes most for {most}: {changes[most]:+.2f} bp"


def _places_finding(strategy: str, own: pd.DataFrame, shares: dict[str, Interval]) -> str:
    if not shares or not any(share.mean > 0 for share in shares.values()):
        return f"{strategy}: nothing filled"
    first = max(shares, key=lambda name: shares[name].mean)
    kinds = dict(zip(own["venue"], own["kind"], strict=True))
    dark = sum(share.mean for name, share in shares.items() if kinds[name] == "dark")
    rest = f", {100 * dark:.0f} % in dark pools" if dark else ""
    return f"{strategy}: {100 * shares[first].mean:.0f} % of its shares filled at {first}{rest}"


def _missed_finding(strategy: str, own: pd.DataFrame, causes: Sequence[str]) -> str:
    aimed, missed = int(own["target_shares"].sum()), int(own["missed_shares"].sum())
    if not missed:
        return f"{strategy} missed none of the {aimed:,} displayed shares it aimed at"
    took = int(own[_cause_column(causes[0])].sum())
    share = f"{100 * missed / aimed:.1f} % of what it aimed at"
    return f"{strategy} missed {share}; {100 * took / missed:.0f} % of that: {causes[0]}"


def _venue_cells(own: pd.DataFrame, venue: str, share: Interval) -> dict[str, str]:
    """What stands beside a venue's bar, by heading."""
    here = own[own["venue"] == venue]
    filled, aimed = here["filled_shares"].sum(), here["target_shares"].sum()
    fee = float((here["average_fee"].fillna(0) * here["filled_shares"]).sum() / filled) if filled else None
    got = 100 * (1 - here["missed_shares"].sum() / aimed) if aimed else None
    return {
        "of fills": f"{100 * share.mean:.1f} %",
        "fee, $": "-" if fee is None else f"{fee:.4f}",
        "got": "-" if got is None else f"{got:.0f} %",
    }


def _footnote(table: pd.DataFrame) -> str:
    seeds = table["seed"].nunique()
    if seeds < 2:
        return "one seed: no intervals"
    return f"means over {seeds} seeds, whiskers: 95 % t intervals"


# -- numbers ---------------------------------------------------------------------------------------------------------


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    """The table with columns `strategy` and `seed`, whatever it came with, and NaN for None."""
    import pandas as pd

    labelled = table.reset_index() if table.index.name == "router" else table
    figures = [name for name in labelled.columns if name not in NAMES]
    labelled = labelled.assign(**{name: pd.to_numeric(labelled[name]) for name in figures})
    if "strategy" not in labelled.columns:
        labelled = labelled.assign(strategy=labelled["router"] if "router" in labelled.columns else "all")
    return labelled if "seed" in labelled.columns else labelled.assign(seed=0)


def _choose(table: pd.DataFrame, strategy: str | None) -> str:
    known = list(dict.fromkeys(table["strategy"]))
    if strategy is None and len(known) == 1:
        return str(known[0])
    if strategy not in known:
        asked = "no strategy named" if strategy is None else f"no strategy {strategy!r} in the table"
        raise ValueError(f"{asked}; there are: {', '.join(map(str, known))}")
    return str(strategy)


def _interval(table: pd.DataFrame, strategy: str, metric: str) -> Interval:
    return mean_interval(table.loc[table["strategy"] == strategy, metric].tolist())


def _mean_shares(venues: pd.DataFrame, strategies: Sequence[str]) -> dict[str, dict[str, Interval]]:
    """Share of fills by strategy and venue; a venue that a seed never used counts 0 in it."""
    names = list(dict.fromkeys(venues["venue"]))
    filled = venues.pivot_table(
        index=["strategy", "seed"], columns="venue", values="filled_shares", aggfunc="sum", fill_value=0, observed=True
    )
    shares = filled.div(filled.sum(axis=1).clip(lower=1), axis=0)
    return {s: {v: mean_interval(shares.loc[[s], v].tolist()) for v in names} for s in strategies}


def _causes(own: pd.DataFrame) -> list[str]:
    """Causes of missed shares, the largest first."""
    columns = [name for name in own.columns if name.startswith("missed_") and name != "missed_shares"]
    totals = {name: float(own[name].sum()) for name in columns}
    ranked = sorted((name for name in columns if totals[name] > 0), key=lambda name: (-totals[name], name))
    known = {_cause_column(cause): cause for cause in _CAUSE_NAMES}
    return [known.get(name, name.removeprefix("missed_").replace("_", " ")) for name in ranked]


_CAUSE_NAMES: Final = tuple(
    f"{kind} {what}" for kind in ("sniper", "market_maker", "background_flow") for what in ("trade", "cancel")
)


def _cause_column(cause: str) -> str:
    return "missed_" + cause.replace(" ", "_")


def _top(value: Interval) -> float:
    """The end of the whisker, or the mean where there is none."""
    return value.mean if math.isnan(value.high) else value.high


# -- drawing ---------------------------------------------------------------------------------------------------------


ABOVE: Final[dict[str, Any]] = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center"}
BAR: Final[dict[str, Any]] = {"edgecolor": "white", "height": 0.7}


def _whisker(axes: Axes, row: int, value: Interval, scale: float = 1.0, colour: str = INK) -> None:
    if not math.isnan(value.low):
        ends = [scale * value.low, scale * value.high]
        axes.plot(ends, [row, row], color="white", linewidth=3.2, solid_capstyle="butt")
        axes.plot(ends, [row, row], color=colour, linewidth=1.2)


def _columns(axes: Axes, rows: Sequence[dict[str, str]]) -> None:
    """A table of text whose rows stand beside the bars of the panel to the left."""
    axes.set_axis_off()
    axes.set_ylim(len(rows) - 0.45, -0.6)
    across = axes.get_yaxis_transform()
    for row, cells in enumerate(rows):
        for column, (heading, text) in enumerate(cells.items(), start=1):
            right = column / len(cells)
            axes.text(right, row, text, transform=across, ha="right", va="center", fontsize=TEXT)
            if not row:
                look: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": TEXT, "color": FAINT}
                axes.text(right, -0.8, heading, transform=across, **look)


def _rows(axes: Axes, names: Sequence[str]) -> None:
    """One row per name, the first on top; nothing drawn that says nothing."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.45, -0.6)
    _plain(axes, "x")


def _names_at_the_end(axes: Axes, x: float, ends: Sequence[tuple[float, str, str]]) -> None:
    """Names of lines beside their last points, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    lowest = low
    for y, name, colour in sorted(end for end in ends if not math.isnan(end[0])):
        place = max(y, lowest)
        axes.text(x, place, name, color=colour, va="center", fontsize=TEXT)
        lowest = place + (high - low) / 18


def _plain(axes: Axes, values_along: Literal["x", "y"]) -> None:
    axes.tick_params(length=0, labelsize=TEXT)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.xaxis.label.set_fontsize(TEXT)
    axes.yaxis.label.set_fontsize(TEXT)
    axes.grid(axis=values_along, color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    for text in axes.texts:
        text.set_fontsize(TEXT)


def _legend(figure: Figure, entries: Sequence[tuple[str, str, str]], place: Place = "outside lower right") -> None:
    """Names of the colours, beside the panels."""
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=name) for name, colour, hatch in entries]
    if patches:
        figure.legend(handles=patches, loc=place, ncols=4 if "lower" in place else 1, frameon=False, fontsize=TEXT)


def _save(figure: Figure, path: Path | str, title: str, footnote: str) -> Path:
    size = min(TITLE + 2, 95 * figure.get_figwidth() / max(1, len(title)))
    figure.suptitle(title, x=0.01, ha="left", fontsize=size, fontweight="bold", color=INK)
    figure.supxlabel(footnote, x=0.01, ha="left", fontsize=TEXT - 0.5, color=FAINT)
    return write_png(figure, path)


def file_name(figure: str, strategy: str) -> str:
    """The file of one strategy's figure, whatever letters its name has.

    >>> file_name("venues", "my_router.py:Mine")
    'venues_my_router.py-Mine.png'
    """
    name = re.sub(r"[^a-zA-Z0-9_.-]+", "-", strategy).strip("-")
    return f"{figure}_{name}.png" if name else f"{figure}.png"
