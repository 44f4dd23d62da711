"""Results as a person reads them: what a run cost its routers, and how strategies compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from api.terminal import print_table, say

if TYPE_CHECKING:
    from scenarios.compare import Comparison
    from scenarios.run import RunResult
    from scenarios.validation.proof import Row

Figure = tuple[str, str, Callable[[float], str]]
"""(name in the results, heading, how a number is written)."""


def _dollars(value: float) -> str:
    return f"{value:,.2f}"


def _price(value: float) -> str:
    return f"{value:.4f}"


def _bps(value: float) -> str:
    return f"{value:.3f}"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _count(value: float) -> str:
    return f"{value:,.0f}"


RUN_FIGURES: Final[tuple[Figure, ...]] = (
    ("orders", "orders", _count),
    ("ordered_shares", "shares", _count),
    ("fill_rate", "filled", _percent),
    ("average_price", "average price $", _price),
    ("slippage_bps", "slippage vs arrival bps", _bps),
    ("fees", "fees $", _dollars),
    ("fees_per_share", "fees $/share", _price),
    ("all_in_cost", "all-in $/share", _price),
    ("all_in_bps", "all-in bps", _bps),
    ("venues_used", "venues", _count),
    ("hft_share", "HFT share", _percent),
)

COMPARED_FIGURES: Final[tuple[Figure, ...]] = (
    ("average_price", "average\nprice $", _price),
    ("fees_per_share", "fees\n$/share", _price),
    ("slippage_bps", "slippage\nbps", _bps),
    ("all_in_bps", "all-in\nbps", _bps),
    ("fill_rate", "\nfilled", _percent),
    ("hft_share", "HFT\nshare", _percent),
    ("dark_share", "\ndark", _percent),
    ("venues_per_order", "venues\nan order", lambda value: f"{value:.1f}"),
)

DIFFERENCES: Final[tuple[Figure, ...]] = (
    ("slippage_bps", "slippage\nbps", _bps),
    ("all_in_bps", "all-in\nbps", _bps),
    ("fill_rate", "filled\npoints", lambda value: f"{100 * value:.1f}"),
    ("hft_share", "HFT share\npoints", lambda value: f"{100 * value:.1f}"),
)

NOTHING: Final = "-"


def print_run(result: RunResult) -> None:
    """The table by router, and what was expected."""
    title = f"{result.scenario.name}, seed {result.seed}"
    results = result.results
    rows = [[heading, *(written(row.get(name), write) for row in results)] for name, heading, write in RUN_FIGURES]
    if results:
        print_table(title, ["", *(f"{row['router']}\n{row['strategy']}" for row in results)], rows)
    else:
        say(f"{title}: no router had parent orders")
    _print_profits(result.profits.to_dict("records"))
    speed = result.events_logged / result.loop_seconds if result.loop_seconds else 0.0
    say(
        f"{sum(result.venue_messages.values()):,} messages at venues, {result.trades:,} trades of "
        f"{result.shares_traded:,} shares, {result.events_logged:,} events logged in {result.loop_seconds:.2f} s "
        f"({speed:,.0f}/s)"
    )
    say(f"digest {result.digest}")
    for verdict in result.expectations:
        say(str(verdict))


PROFITS: Final[tuple[Figure, ...]] = (
    ("traded", "shares traded", _count),
    ("position", "left", _count),
    ("fees", "fees $", _dollars),
    ("profit", "profit $", _dollars),
)


def _print_profits(rows: Sequence[Mapping[Any, Any]]) -> None:
    """Who made money; nothing when nobody traded."""
    if rows:
        cells = [[str(row["who"]), *(written(row[name], write) for name, _, write in PROFITS)] for row in rows]
        title = "profits, what is left at the last mid; all together they are zero"
        print_table(title, ["", *(heading for _, heading, _ in PROFITS)], cells)


def written(value: Any, write: Callable[[float], str]) -> str:
    """A figure, or a dash where there is none.

    >>> written(0.25, _percent), written(None, _percent), written(float("nan"), _percent)
    ('25.0%', '-', '-')
    """
    return NOTHING if value is None or value != value else write(float(value))


def print_comparison(comparison: Comparison) -> None:
    """Means by strategy, and paired differences to the baseline with 95 % intervals."""
    cases = list(dict.fromkeys((str(row["swept"]), str(row["strategy"])) for row in comparison.rows))
    about = f"{comparison.scenario}, {comparison.agent}, {_seeds(sorted({row['seed'] for row in comparison.rows}))}"
    _print_cases(comparison, f"{about}: means", cases, COMPARED_FIGURES, _by_case(comparison.means), mean_of)
    others = [case for case in cases if case[1] != comparison.baseline]
    if others:
        title = f"less {comparison.baseline}, paired by seed: mean ± half of its 95 % interval; * leaves out 0"
        _print_cases(comparison, title, others, DIFFERENCES, _by_case(comparison.differences), with_interval)


def _print_cases(
    comparison: Comparison,
    title: str,
    cases: Sequence[tuple[str, str]],
    figures: Sequence[Figure],
    found: Mapping[tuple[str, str, str], Mapping[str, Any]],
    write_cell: Callable[[Mapping[str, Any] | None, Callable[[float], str]], str],
) -> None:
    swept = [] if comparison.sweep is None else [comparison.sweep]
    rows = [
        [strategy, *([value] if swept else [])]
        + [write_cell(found.get((value, strategy, name)), write) for name, _, write in figures]
        for value, strategy in cases
    ]
    print_table(title, ["strategy", *swept, *(heading for _, heading, _ in figures)], rows, text_columns=1 + len(swept))


def _by_case(table: Any) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {(str(r["swept"]), str(r["strategy"]), str(r["metric"])): r for r in table.to_dict("records")}


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"seeds {seeds[0]}-{seeds[-1]}"
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {', '.join(map(str, seeds))}"


def mean_of(figure: Mapping[str, Any] | None, write: Callable[[float], str]) -> str:
    """A mean."""
    return written(None if figure is None else figure["mean"], write)


def with_interval(figure: Mapping[str, Any] | None, write: Callable[[float], str]) -> str:
    """A mean difference and half of its interval, which is symmetric; starred when the interval leaves zero out.

    >>> with_interval({"mean": -1.0, "low": -1.5, "high": -0.5}, _bps)
    '-1.000 ± 0.500*'
    >>> with_interval({"mean": -1.0, "low": float("nan"), "high": float("nan")}, _bps)
    '-1.000'
    """
    if figure is None or figure["mean"] != figure["mean"]:
        return NOTHING
    mean, low, high = figure["mean"], figure["low"], figure["high"]
    if low != low:
        return write(mean)
    star = "*" if low > 0 or high < 0 else " "
    return f"{write(mean)} ± {write((high - low) / 2)}{star}"


def print_proofs(rows: Sequence[Row]) -> None:
    """Every proof with its verdict."""
    cells = [[row.verdict, row.name, row.claim, row.effect] for row in rows]
    print_table("", ["", "row", "claim", "found"], cells, text_columns=4)
    failed = ", ".join(row.name for row in rows if row.passed is False)
    say(f"{len(rows)} rows; failed: {failed or 'none'}")
