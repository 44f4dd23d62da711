"""`sorsim train`: what recorded runs teach a router, as a file for `strategy: {kind: learned, file: ...}`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import AsJson, ScenarioName, Settings
from api.running import seeds_of
from api.terminal import guarded, print_json, print_table, progress, say

if TYPE_CHECKING:
    from scenarios.training import Training


@guarded
def train(
    scenario: ScenarioName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the model goes.")] = Path(
        "runs/learned.model"
    ),
    seeds: Annotated[str, typer.Option(help="Which, as 1000-1011; the last quarter judges.")] = "1000-1011",
    strategies: Annotated[str, typer.Option(help="Who explores: names, separated by commas.")] = "",
    agent: Annotated[str | None, typer.Option(help="Whose decisions; the only router.")] = None,
    shuffle: Annotated[bool, typer.Option("--shuffle", help="Learn from outcomes of other rows: a control.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core.")] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Run markets, learn from them what becomes of child orders, and say what that is worth on other seeds."""
    from scenarios.training import STRATEGIES, save
    from scenarios.training import train as train_model

    chosen = seeds_of(seeds)
    names = [name.strip() for name in strategies.split(",") if name.strip()] or list(STRATEGIES)
    with progress(f"train {scenario}") as bar:
        training = train_model(
            scenario,
            range(1000, 1000 + chosen) if isinstance(chosen, int) else chosen,
            names,
            agent,
            settings or (),
            shuffle=shuffle,
            jobs=jobs,
            progress=bar,
        )
        written = save(training, out)
    if as_json:
        print_json({**training.as_json(), "files": [str(path) for path in written]})
        return
    _print(training)
    for path in written:
        say(f"{path}")


def _print(training: Training) -> None:
    rows = [
        [name, f"{scores.rows:,}", f"{scores.error:.4g}", f"{scores.own_past:.4g}", f"{scores.by_venue:.4g}"]
        + [f"{scores.skill:.1%}"]
        for name, scores in (("shares had", training.fill), ("move of the mid, $0.0001", training.move))
    ]
    headings = ["forest", "rows", "squared error", "of the own past", "corrected by venue", "skill"]
    judged_on = ", ".join(map(str, training.model.about["judged_on"]))
    print_table(f"on seeds {judged_on}, which were not fitted", headings, rows)
