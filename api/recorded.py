"""The commands that look at recorded runs: replay, diff, explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson, RunFolder
from api.terminal import FAILED, guarded, print_json, progress, say

Files = Annotated[
    Path | None,
    typer.Option("--files", metavar="DIR", help="Where files are that the scenario names; where they were."),
]


@guarded
def replay(run: RunFolder, files: Files = None, as_json: AsJson = False) -> None:
    """A run, or a served session, once more to the same digest."""
    from api.replay import replay_run

    with progress(f"replay {run}") as bar:
        result = replay_run(run, files, bar)
    print_json(result.as_json()) if as_json else say(str(result))
    if not result.same:
        raise typer.Exit(FAILED)


@guarded
def diff(
    a: Annotated[Path, typer.Argument(metavar="RUN_A")],
    b: Annotated[Path, typer.Argument(metavar="RUN_B")],
    context: Annotated[int, typer.Option(min=0, help="Events to show before and after.")] = 5,
    as_json: AsJson = False,
) -> None:
    """The first event that differs between two runs, with its context."""
    from dataclasses import asdict

    from analysis.difference import first_difference

    difference = first_difference(a, b, context)
    if as_json:
        print_json({"difference": None if difference is None else asdict(difference)})
    else:
        say("no difference: every row of every table is the same" if difference is None else str(difference))
    if difference is not None:
        raise typer.Exit(FAILED)


@guarded
def explain(
    run: RunFolder,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="A parent or child order's id, as 7, P7 or C7.")],
    as_json: AsJson = False,
) -> None:
    """A parent order's timeline: views, children, fills, what beat it."""
    number = order[1:] if order[:1] in ("P", "C") else order
    if not number.isdecimal():
        raise Mistake(f"ORDER {order}: is no id; write a number, or P or C and a number")
    from analysis.explain import timeline
    from analysis.tables import RunTables

    text = timeline(RunTables.read(run), int(number))
    print_json({"order": int(number), "timeline": text.splitlines()}) if as_json else say(text)
