"""`sorsim dislocations`: when the SIP's best quote was not the venues' own, in a recorded run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson, RunFolder
from api.races import duration_of
from api.terminal import guarded, print_json, print_table, say

if TYPE_CHECKING:
    from analysis.dislocations import Dislocations, Observer
    from analysis.tables import RunTables


@guarded
def dislocations(
    run: RunFolder,
    observer: Annotated[
        str | None, typer.Option(metavar="NAME", help="The router whose paths count; the first, unless given.")
    ] = None,
    direct: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Or: this long from every venue to the observer.")
    ] = None,
    sip: Annotated[str | None, typer.Option(metavar="DURATION", help="And this long from the SIP.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw durations and sizes (PNG).")] = None,
    as_json: AsJson = False,
) -> None:
    """When SIP and direct feeds showed different best quotes, for how long, and what traded meanwhile."""
    from analysis.dislocations import dislocations as found_in
    from analysis.tables import RunTables

    tables = RunTables.read(run)
    stands = _observer(tables, observer, direct, sip)
    try:
        found = found_in(tables, stands)
    except ValueError as error:
        raise Mistake(f"{run}: {error}") from None
    if plot is not None:
        from analysis.dislocation_plots import dislocation_figure

        dislocation_figure(found, plot)
    if as_json:
        print_json({"run": str(run), **found.as_json()})
    else:
        _print(found)


def _observer(tables: RunTables, name: str | None, direct: str | None, sip: str | None) -> Observer:
    """Who looks: with stated paths, a router, or nobody in particular."""
    from analysis.dislocations import Observer, observers

    if direct is not None or sip is not None:
        if name is not None:
            raise Mistake("--observer has paths of its own; take --direct and --sip out, or --observer")
        way = 0 if direct is None else duration_of("--direct", direct)
        paths = {venue: way for number, venue in tables.directory.venues.items() if tables.directory.is_lit(number)}
        return Observer("the stated observer", paths, 0 if sip is None else duration_of("--sip", sip))
    known = observers(tables)
    if name is None:
        return next(iter(known.values()), Observer())
    if name not in known:
        told = ", ".join(known) or "none; write --direct 150us --sip 610us instead"
        raise Mistake(f"--observer {name}: is no router whose paths this run knows; these are {told}")
    return known[name]


def _print(found: Dislocations) -> None:
    trades, duration = found.trades, found.duration
    rows = [
        [side, f"{int((found.side == sign).sum()):,}", f"{found.share_of(side):.2%}"]
        for side, sign in (("bid", 1), ("ask", -1))
    ]
    rows.append(["either", f"{len(found.start):,}", f"{found.share_of_time:.2%}"])
    print_table(f"Dislocations as {found.observer.name} sees them", ["side", "dislocations", "of the time"], rows)
    if len(duration):
        counts = found.histogram()
        edges = [*counts][1:]
        named = [f"under {_lasting(edge)}" for edge in edges] + ["longer"]
        shown = [[name, f"{count:,}"] for name, count in zip(named, counts.values(), strict=True) if count]
        print_table("Durations", ["", "dislocations"], shown)
    ticks = f", {found.size.mean() / found.tick:.2f} ticks large on average" if len(found.size) else ""
    say(f"{found.per_second:.1f} a second{ticks}; {int(found.odd_lot.sum()):,} of odd lots that the SIP does not show")
    say(f"{trades.share:.1%} of {len(trades.qty):,} trades at lit venues were made during one")
    say(
        f"priced at the SIP: {trades.matching:.1%} of the trades alike; takers gain ${trades.gained:,.2f} and lose "
        f"${trades.lost:,.2f}, ${trades.gain_per_share:+.6f} a share"
    )


def _lasting(edge: int) -> str:
    return f"{edge // 1_000_000} ms" if edge >= 1_000_000 else f"{edge // 1_000} us"
