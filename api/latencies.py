"""`sorsim latencies`: who hears whom how late, and the map that it follows from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson, ScenarioName, Settings
from api.terminal import guarded, print_json, print_table, say


@guarded
def latencies(
    scenario: ScenarioName,
    settings: Settings = None,
    map_: Annotated[Path | None, typer.Option("--map", metavar="FILE.png", help="Also draw the map.")] = None,
    as_json: AsJson = False,
) -> None:
    """Who hears whom, and who reaches whom, how late; one way, in microseconds."""
    from scenarios.latency_matrix import latency_matrix, places, wires
    from scenarios.load import load

    loaded = load(scenario, set=settings or ())
    matrix = latency_matrix(loaded)
    if map_ is not None:
        standing = places(loaded)
        if not standing:
            raise Mistake(f"--map {map_}: nothing in {loaded.name} stands anywhere; give venues and agents a `site`")
        from analysis.map import market_map

        market_map(standing, wires(loaded), map_, f"{loaded.name}: who stands where, and how far apart in time")
    if as_json:
        print_json({**matrix.as_json(), "map": None if map_ is None else str(map_)})
        return
    print_table("Hears of, after us (jitter at its mean):", *matrix.table(matrix.heard))
    print_table("Reaches, after us (speed bumps included):", *matrix.table(matrix.reached))
    if map_ is not None:
        say(f"map: {map_}")
