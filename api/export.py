"""`sorsim export`: a venue of a recorded run in the files that the field's own tools read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson, RunFolder
from api.terminal import guarded, print_json, say

FORMATS = ("lobster", "races")


@guarded
def export(
    run: RunFolder,
    venue: Annotated[str, typer.Option(metavar="NAME", help="Whose displayed book.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")],
    levels: Annotated[int, typer.Option(min=1, help="Levels a side of the book file.")] = 10,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="lobster: a message and an orderbook file; races: messages for race detection (34 columns).",
        ),
    ] = "lobster",
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="In the files' names.")] = "1970-01-01",
    opens: Annotated[str, typer.Option(metavar="HH:MM[:SS]", help="Time of day at the run's beginning.")] = "09:30",
    gateway_latency: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="races: from a gateway to its answer; the service time unless given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what a venue of a run displayed as LOBSTER files, or its messages for race detection."""
    if format_ not in FORMATS:
        raise Mistake(f"--format {format_}: is unknown; write {' or '.join(FORMATS)}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        raise Mistake(f"--date {date}: is no date; write one such as 2012-06-21")
    begins = time_of_day(opens)
    if format_ == "races":
        _export_races(run, venue, out, date, begins, gateway_latency, as_json)
        return
    from analysis.lobster import UnknownVenue, write_lobster
    from analysis.tables import RunTables

    try:
        files = write_lobster(RunTables.read(run), venue, out, levels, date, begins)
    except UnknownVenue as error:
        raise Mistake(f"--venue {venue}: {error}") from None
    if as_json:
        print_json({"messages": str(files.messages), "books": str(files.books), "rows": files.rows})
    else:
        say(f"{files.rows:,} rows each:\n{files.messages}\n{files.books}")


def _export_races(
    run: Path, venue: str, out: Path, date: str, begins: int, gateway_latency: str | None, as_json: bool
) -> None:
    from analysis.lobster import UnknownVenue, venue_number
    from analysis.race_log import messages_of_run
    from analysis.race_messages import write_race_messages
    from analysis.tables import RunTables
    from api.races import service_times

    tables = RunTables.read(run)
    try:
        number = venue_number(tables, venue)
    except UnknownVenue as error:
        raise Mistake(f"--venue {venue}: {error}") from None
    if not tables.directory.is_lit(number):
        raise Mistake(f"--venue {venue}: is a dark pool; there is no best quote to race for")
    latency = service_times(run, gateway_latency)
    messages = messages_of_run(tables, number, latency if isinstance(latency, int) else latency[venue], begins)
    symbol = f"{tables.market.get('instrument', {}).get('symbol', 'XYZ')}.{venue}"
    path = write_race_messages(messages, out, date, symbol)
    print_json({"messages": str(path), "rows": len(messages)}) if as_json else say(f"{len(messages):,} rows:\n{path}")


def time_of_day(text: str) -> int:
    """Nanoseconds after midnight.

    >>> time_of_day("09:30") // 10**9
    34200
    """
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", text)
    if found is None:
        raise Mistake(f"--opens {text}: is no time of day; write one such as 09:30 or 09:30:00")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 10**9
