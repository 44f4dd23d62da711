"""`sorsim export`: a venue of a recorded run in the files that the field's own tools read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson, RunFolder
from api.terminal import guarded, print_json, say

FORMATS = ("lobster",)


@guarded
def export(
    run: RunFolder,
    venue: Annotated[str, typer.Option(metavar="NAME", help="Whose displayed book.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")],
    levels: Annotated[int, typer.Option(min=1, help="Levels a side of the book file.")] = 10,
    format_: Annotated[str, typer.Option("--format", help="lobster: a message and an orderbook file.")] = "lobster",
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="In the files' names.")] = "1970-01-01",
    opens: Annotated[str, typer.Option(metavar="HH:MM[:SS]", help="Time of day at the run's beginning.")] = "09:30",
    as_json: AsJson = False,
) -> None:
    """Write what a venue of a run displayed as LOBSTER files."""
    if format_ not in FORMATS:
        raise Mistake(f"--format {format_}: is unknown; write {' or '.join(FORMATS)}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        raise Mistake(f"--date {date}: is no date; write one such as 2012-06-21")
    begins = time_of_day(opens)
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
