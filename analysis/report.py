"""`report.html`: one page that holds everything, to open, mail or print. No script, no other file, nothing fetched.

All text that comes from a scenario (names of venues, agents, strategies) is escaped.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from analysis.congestion import gateway_delays, plot_congestion
from analysis.metrics import missed_table, parent_table, summary, venue_table
from analysis.plots import file_name, four_panel, missed_shares, sweep_lines, venue_distributions
from analysis.profits import profit_table
from analysis.statistics import means, paired_differences
from analysis.tables import RunTables
from analysis.wording import plural, seconds

if TYPE_CHECKING:
    import pandas as pd

COSTLIEST: Final = 10
"""Parents shown in a run's report."""

Format = Callable[[float], str]


class Field(NamedTuple):
    """A column of a printed table: its name in the data, its heading with unit, how a value is written."""

    name: str
    heading: str
    form: Format


def whole(value: float) -> str:
    """A count.

    >>> whole(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}"


def percent(value: float) -> str:
    """A share of one.

    >>> percent(0.1234)
    '12.3 %'
    """
    return f"{100 * value:.1f} %"


def points(value: float) -> str:
    """A difference of two shares of one, percentage points.

    >>> points(-0.051)
    '-5.1 pp'
    """
    return f"{100 * value:.1f} pp"


def decimals(places: int) -> Format:
    """A number with so many decimals.

    >>> decimals(2)(3.14159)
    '3.14'
    """
    return lambda value: f"{value:,.{places}f}"


SUMMARY: Final = (
    Field("orders", "orders", whole),
    Field("ordered_shares", "ordered shares", whole),
    Field("fill_rate", "fill rate", percent),
    Field("average_price", "average price $", decimals(4)),
    Field("slippage_bps", "slippage bp", decimals(3)),
    Field("fees", "fees $", decimals(2)),
    Field("all_in_cost", "all-in $/ordered share", decimals(5)),
    Field("all_in_bps", "all-in bp", decimals(3)),
    Field("cost_per_filled_share", "cost $/filled share", decimals(5)),
    Field("venues_used", "venues used", whole),
    Field("dark_share", "dark share", percent),
    Field("hft_share", "HFT share", percent),
    Field("fill_ratio", "got of displayed aimed at", percent),
    Field("effective_spread", "effective spread $/share", decimals(5)),
    Field("markout_10ms", "markout 10 ms $/share", decimals(5)),
    Field("markout_1s", "markout 1 s $/share", decimals(5)),
)
SHORTFALL: Final = (
    Field("shortfall_delay", "delay $", decimals(2)),
    Field("shortfall_execution", "execution $", decimals(2)),
    Field("shortfall_opportunity", "opportunity $", decimals(2)),
    Field("shortfall_fees", "fees $", decimals(2)),
    Field("shortfall", "shortfall $", decimals(2)),
    Field("all_in_bps", "bp of paper", decimals(3)),
)
VENUES: Final = (
    Field("children", "children", whole),
    Field("sent_shares", "sent shares", whole),
    Field("filled_shares", "filled shares", whole),
    Field("share_of_fills", "share of fills", percent),
    Field("average_fee", "fee $/share", decimals(4)),
    Field("target_shares", "displayed aimed at", whole),
    Field("fill_ratio", "got of it", percent),
    Field("hft_share", "HFT share", percent),
    Field("effective_spread", "effective spread $/share", decimals(5)),
    Field("markout_10ms", "markout 10 ms $/share", decimals(5)),
    Field("markout_1s", "markout 1 s $/share", decimals(5)),
)
PARENTS: Final = (
    Field("ordered_shares", "shares", whole),
    Field("fill_rate", "fill rate", percent),
    Field("average_price", "average price $", decimals(4)),
    Field("slippage_bps", "slippage bp", decimals(2)),
    Field("shortfall", "all-in $", decimals(2)),
    Field("all_in_bps", "all-in bp", decimals(2)),
    Field("missed_shares", "displayed missed", whole),
)
PROFITS: Final = (
    Field("traded", "shares traded", whole),
    Field("position", "shares left", whole),
    Field("fees", "fees $", decimals(2)),
    Field("profit", "profit $", decimals(2)),
)
GATEWAYS: Final = (
    Field("messages", "messages", whole),
    Field("refused", "refused", whole),
    Field("mean_us", "delay us, mean", decimals(1)),
    Field("median_us", "median", decimals(1)),
    Field("p99_us", "99 %", decimals(1)),
    Field("max_us", "longest", decimals(1)),
)
COMPARED: Final = tuple(
    field
    for field in SUMMARY
    if field.name in {"fill_rate", "slippage_bps", "all_in_bps", "all_in_cost", "fees", "dark_share", "hft_share"}
)
METRICS: Final = tuple(field.name for field in COMPARED)
"""What the report of a comparison shows."""

DEFINITIONS: Final = (
    "Arrival mid: over the venues' own books when the parent order arrived, from the log. Slippage: average price "
    "against it, on filled shares. All-in: per ordered share, with fees, and with the unfilled part valued at the mid "
    "when the order ended. HFT share: displayed shares aimed at that a sniper's trade removed before the child order "
    "arrived. Effective spread: twice the distance from the mid before the child arrived. Markout: move of the mid "
    "after a fill, positive is good for the router."
)


def write_run_report(tables: RunTables, folder: Path | str, results: Sequence[Mapping[str, Any]] = ()) -> Path:
    """Write ``report.html`` and its figures of one run into the run's folder.

    Args:
        results: rows of `analysis.results.results_table`; they name each router's strategy.
    """
    target = Path(folder)
    names = _labels(tables, results)
    routers = summary(tables).rename(index=names)
    venues = venue_table(tables).assign(strategy=lambda t: t["router"].map(names))
    figures = [*venue_distributions(venues, target), *_missed_figures(venues, target)]
    parts = [
        _paragraph(_run_facts(tables)),
        _heading("Routers"),
        _table(routers, SUMMARY, ["router"]),
        *map(_image, figures),
        _heading("Implementation shortfall"),
        _table(routers, SHORTFALL, ["router"]),
        _heading("Venues"),
        _table(venues.set_index(["strategy", "venue"]), VENUES, ["router", "venue"]),
        _heading("What took the displayed shares that were missed"),
        _missed(tables),
        _heading("Profits, with what is left at the last mid: all together they are zero"),
        _table(profit_table(tables).set_index(["who", "kind"]), PROFITS, ["who", "kind"]),
        *_congestion(tables, target),
        _heading(f"The {COSTLIEST} costliest parent orders"),
        _paragraph("sorsim explain RUN ID tells the story of one."),
        _costliest(tables),
    ]
    title = f"{tables.market.get('name', 'run')}, seed {tables.market.get('seed', '?')}"
    return _write(target, title, parts)


def _congestion(tables: RunTables, folder: Path) -> list[str]:
    """What gateways cost, in runs that have some."""
    if not len(tables["gateway_messages"]):
        return []
    delays = gateway_delays(tables).set_index(["venue", "agent"])
    figure = plot_congestion(tables, folder / "congestion.png")
    return [_heading("Gateways"), _table(delays, GATEWAYS, ["venue", "agent"]), _image(figure)]


class Compared(Protocol):
    """What a comparison must hold to be reported (`scenarios.compare.Comparison` does).

    ``table`` has one row per strategy, swept value and seed, ``venues`` one per venue besides; ``swept`` is the text of
    the sweep's value, "" without a sweep.
    """

    scenario: str
    baseline: str
    sweep: str | None

    @property
    def table(self) -> pd.DataFrame:
        """`analysis.metrics.summary` rows with the columns strategy, swept and seed."""

    @property
    def venues(self) -> pd.DataFrame:
        """`analysis.metrics.venue_table` rows with the same."""


def write_comparison_report(comparison: Compared, folder: Path | str) -> Path:
    """Write ``report.html`` and its figures of a comparison: strategies on the same random numbers, seed by seed."""
    target = Path(folder)
    table, venues = comparison.table, comparison.venues
    seeds = plural(int(table["seed"].nunique()), "seed")
    parts = [_paragraph(f"{seeds}, the same market and the same random numbers for every strategy.")]
    if comparison.sweep is not None:
        parts += [_image(sweep_lines(table, target / "sweep.png", comparison.sweep))]
    for swept in dict.fromkeys(table["swept"]):
        if swept:
            parts.append(_heading(f"{comparison.sweep} = {swept}"))
        of = (table[table["swept"] == swept], venues[venues["swept"] == swept])
        parts += _one_comparison(*of, comparison.baseline, target, str(swept))
    return _write(target, f"{comparison.scenario}: routing strategies compared", parts)


def _one_comparison(
    table: pd.DataFrame, venues: pd.DataFrame, baseline: str, folder: Path, swept: str
) -> Iterator[str]:
    """Panels and tables for one value of the sweep; figures by strategy only where nothing is swept."""
    yield _image(four_panel(table, venues, folder / file_name("comparison", swept)))
    yield _heading("Means over seeds, with 95 % intervals")
    yield _intervals(means(table, METRICS), COMPARED)
    if table["strategy"].nunique() > 1:
        yield _heading(f"Differences to {baseline}, seed by seed, with 95 % intervals")
        yield _intervals(paired_differences(table, baseline, METRICS), COMPARED, signed=True)
    if not swept:
        yield _heading("Where each strategy filled, and what took the displayed shares it missed")
        yield from map(_image, [*venue_distributions(venues, folder), *_missed_figures(venues, folder)])


# -- parts -----------------------------------------------------------------------------------------------------------


def _labels(tables: RunTables, results: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Router -> what it is called in the report."""
    strategies = {row["router"]: row["strategy"] for row in results}
    named = {router: strategies.get(router, router) for router in summary(tables).index}
    return {router: router if name == router else f"{router}: {name}" for router, name in named.items()}


def _run_facts(tables: RunTables) -> str:
    market = tables.market
    symbol = market.get("instrument", {}).get("symbol", "")
    versions = ", ".join(f"{name} {version}" for name, version in market.get("versions", {}).items())
    places = plural(len(market.get("venues", [])), "venue")
    rows = f"{len(tables['orders']):,} messages to venues, {len(tables['trades']):,} trades"
    return f"{symbol} at {places}, {seconds(tables.end)} of market time, {rows}. {versions}"


def _missed_figures(venues: pd.DataFrame, folder: Path) -> list[Path]:
    missed = venues.groupby("strategy", sort=False)["missed_shares"].sum()
    chosen = [str(name) for name, shares in missed.items() if shares]
    return [missed_shares(venues, folder / file_name("missed", name), name) for name in chosen]


def _missed(tables: RunTables) -> str:
    table = missed_table(tables)
    if not len(table):
        return _paragraph("None was missed.")
    wide = table.pivot_table(index="cause", columns="venue", values="shares", aggfunc="sum", fill_value=0, sort=False)
    wide["all"] = wide.sum(axis=1)
    wide = wide.sort_values("all", ascending=False)
    return _table(wide, [Field(str(name), str(name), whole) for name in wide.columns], ["cause"])


def _costliest(tables: RunTables) -> str:
    table = parent_table(tables).sort_values("shortfall", ascending=False, kind="stable").head(COSTLIEST)
    if not len(table):
        return _paragraph("There was none.")
    return _table(table.set_index(["parent_id", "router", "side", "status"]), PARENTS, ["id", "router", "side", "end"])


def _intervals(table: pd.DataFrame, fields: Sequence[Field], signed: bool = False) -> str:
    """One row per strategy, one column per metric: mean and interval."""
    cells: dict[str, list[str]] = {}
    forms = {field.name: field.form for field in fields}
    for row in table.itertuples():
        form = forms[str(row.metric)]
        cells.setdefault(str(row.strategy), []).append(
            _interval_text(row, points if signed and form is percent else form, signed)
        )
    return _grid(["strategy", *(field.heading for field in fields)], [[name, *row] for name, row in cells.items()])


def _interval_text(interval: Any, form: Format, signed: bool) -> str:
    if math.isnan(interval.mean):
        return "-"
    mean = form(interval.mean)
    if signed and not mean.startswith("-"):
        mean = f"+{mean}"
    if math.isnan(interval.low):
        return f"{mean} ({interval.note})"
    return f"{mean} [{form(interval.low)}, {form(interval.high)}]"


# -- HTML ------------------------------------------------------------------------------------------------------------

STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }
th { font-weight: 600; vertical-align: bottom; } .name { text-align: left; }
img { max-width: 100%; margin: 1rem 0; } footer { color: #666; font-size: 13px; margin-top: 3rem; }
@media print { body { max-width: none; margin: 0; } h2 { break-after: avoid; } img, tr { break-inside: avoid; } }
"""


def _write(folder: Path, title: str, parts: Iterable[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = escape(title)
    page = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta name="viewport" content="width=device-width"><title>{name}</title><style>{STYLE}</style></head>',
        f"<body><h1>{name}</h1>",
        *parts,
        f"<footer>{escape(DEFINITIONS)}</footer></body></html>",
    ]
    target = folder / "report.html"
    target.write_text("\n".join(page) + "\n", encoding="utf-8")
    return target


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _image(path: Path) -> str:
    picture = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img alt="{escape(path.stem)}" src="data:image/png;base64,{picture}">'


def _table(table: pd.DataFrame, fields: Sequence[Field], names: Sequence[str]) -> str:
    """A frame as a table: its index under ``names`` to the left, then the fields it has."""
    shown = [field for field in fields if field.name in table.columns]
    rows = []
    for key, row in zip(table.index, table.to_dict("records"), strict=True):
        keys = key if isinstance(key, tuple) else (key,)
        rows.append([*map(str, keys), *(_cell(row[field.name], field.form) for field in shown)])
    return _grid([*names, *(field.heading for field in shown)], rows, len(names))


def _cell(value: float, form: Format) -> str:
    return "-" if math.isnan(value) else form(value)


def _grid(headings: Sequence[str], rows: Iterable[Sequence[str]], names: int = 1) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        marked = (f"<{tag}{' class=name' * (i < names)}>{escape(cell)}</{tag}>" for i, cell in enumerate(cells))
        return f"<tr>{''.join(marked)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f'<div class="wide"><table><thead>{line("th", headings)}</thead><tbody>{body}</tbody></table></div>'
