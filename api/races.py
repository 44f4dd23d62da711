"""`sorsim races`: the latency races in a recorded run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.mistakes import Mistake
from api.options import AsJson, RunFolder
from api.terminal import guarded, print_json, print_table, say

if TYPE_CHECKING:
    from analysis.race_figures import VenueRaces


@guarded
def races(
    run: RunFolder,
    venue: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this lit venue. Repeatable.")] = None,
    gateway_latency: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="From a gateway to its answer; the venue's service time unless given."),
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(metavar="DURATION", help="A fixed horizon; the paper's varies with the latency.")
    ] = None,
    participants: Annotated[int, typer.Option(min=2, help="At least so many.")] = 2,
    takes: Annotated[int, typer.Option(min=1, help="At least so many attempts to take.")] = 1,
    cancels: Annotated[int, typer.Option(min=0, help="At least so many attempts to cancel.")] = 0,
    strict_fails: Annotated[bool, typer.Option("--strict-fails", help="Only failed IOCs and cancels fail.")] = False,
    markout: Annotated[str, typer.Option(metavar="DURATION", help="When the prize is reckoned.")] = "10s",
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw durations, wins and losses (PNG).")] = None,
    as_json: AsJson = False,
) -> None:
    """Latency races at a run's lit venues (Aquilina, Budish and O'Neill)."""
    from analysis.race_detector import Definition
    from analysis.race_figures import races_of_run
    from analysis.tables import RunTables

    definition = Definition(
        min_num_participants=participants,
        min_num_takes=takes,
        min_num_cancels=cancels,
        strict_fail=strict_fails,
        len_fixed_hor=None if horizon is None else duration_of("--horizon", horizon),
    )
    tables = RunTables.read(run)
    latencies = service_times(run, gateway_latency)
    known = [name for number, name in tables.directory.venues.items() if tables.directory.is_lit(number)]
    for name in venue or ():
        if name not in known:
            raise Mistake(f"--venue {name}: is no lit venue of this run; these are {', '.join(known)}")
    found = races_of_run(tables, latencies, definition, duration_of("--markout", markout), venue)
    if plot is not None:
        from analysis.race_plots import race_figure

        race_figure(found, plot)
    if as_json:
        print_json({"run": str(run), "definition": _as_json(definition), "venues": [each.as_json() for each in found]})
    else:
        _print(found)


def duration_of(option: str, text: str) -> int:
    """Nanoseconds of a duration such as ``5us``, as an option gives it."""
    from scenarios.quantities import QuantityError, parse_duration

    try:
        return parse_duration(text)
    except QuantityError as error:
        raise Mistake(f"{option} {text}: {error}") from None


def service_times(run: Path, stated: str | None) -> int | Mapping[str, int]:
    """The gateway latency of each venue, ns: as stated, else the constant service time of the run's scenario."""
    if stated is not None:
        return duration_of("--gateway-latency", stated)
    from scenarios.latencies import ConstantLatency
    from scenarios.load import load
    from scenarios.problems import ScenarioError

    try:
        venues = load(run / "scenario.yaml").venues
    except (OSError, ScenarioError) as error:
        raise Mistake(f"{run}: its scenario cannot be read: {error}\nWrite --gateway-latency 5us.") from None
    times = {}
    for venue in venues:
        if not isinstance(venue.service, ConstantLatency):
            raise Mistake(f"{run}: {venue.name} serves in {venue.service}, not a constant; write --gateway-latency 5us")
        times[venue.name] = venue.service.value
    return times


def _as_json(definition: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(definition)


def _print(found: Sequence[VenueRaces]) -> None:
    headings = ["", "races", "a minute", "of volume", "prize, ticks", "participants", "modal duration", "top six"]
    rows = [
        [
            *(each.venue, f"{len(each.races):,}", _figure(each.per_minute, ".1f")),
            *(_figure(each.share_of_volume, ".1%"), _figure(each.prize_ticks, "+.2f")),
            *(_figure(each.participants, ".1f"), _bin(each.modal_duration), _figure(each.top_share(), ".0%")),
        ]
        for each in found
    ]
    print_table("", headings, rows)
    say("prize: mid after the race against its price, a share; duration: first success to first failure;")
    say("top six: their share of all wins and losses")


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _bin(edge: int | None) -> str:
    return "-" if edge is None else f"{edge // 1_000}-{edge // 1_000 + 5} us"
