"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A file, or the name of a built-in scenario (`sorsim list`).")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario, as in agents.client.feed=sip. Repeatable."),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Replaces the scenario's seed.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where results go; below runs/ unless given.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
