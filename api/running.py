"""The commands that run markets from scenarios: run, compare, check, list, schema, validate."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from api.mistakes import Mistake
from api.options import AsJson, Out, ScenarioName, Seed, Settings
from api.terminal import FAILED, guarded, print_json, print_table, progress, say
from scenarios.problems import instead


@guarded
def run(
    scenario: ScenarioName, settings: Settings = None, seed: Seed = None, out: Out = None, as_json: AsJson = False
) -> None:
    """Run a scenario and print what it cost its routers."""
    from api.run_folder import writable_folder
    from scenarios.load import load

    loaded = load(scenario, set=settings or (), seed=seed)
    folder = writable_folder(out, f"{loaded.name}-{loaded.seed}")
    from scenarios.run import run as run_scenario

    with progress(loaded.name) as bar:
        result = run_scenario(loaded, progress=bar)
    result.save(folder)
    if as_json:
        print_json({**result.as_json(), "run_folder": str(folder)})
    else:
        from api.figures import print_run

        print_run(result)
        say(f"run folder: {folder}")
    if not all(verdict.holds for verdict in result.expectations):
        raise typer.Exit(FAILED)


@guarded
def compare(
    scenario: ScenarioName,
    strategies: Annotated[str, typer.Option(help="Names, separated by commas, or all.")] = "all",
    baseline: Annotated[str | None, typer.Option(help="What the others are held against; the first.")] = None,
    agent: Annotated[str | None, typer.Option(help="Whose strategy is exchanged; the only router.")] = None,
    seeds: Annotated[str, typer.Option(help="How many (3: seeds 1, 2, 3), or which (1,5 or 4-9).")] = "3",
    sweep: Annotated[str | None, typer.Option(metavar="PATH=V1,V2", help="Do it at each value of a key.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core.")] = None,
    settings: Settings = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Several strategies on the same random numbers, with paired differences."""
    from api.run_folder import writable_folder
    from scenarios.compare import compare as compare_strategies
    from scenarios.load import load

    folder = writable_folder(out, f"{load(scenario, set=settings or ()).name}-compare")
    with progress(f"compare {scenario}") as bar:
        comparison = compare_strategies(
            scenario,
            strategies,
            baseline,
            agent=agent,
            seeds=seeds_of(seeds),
            sweep=sweep,
            jobs=jobs,
            set=settings or (),
            out=folder,
            progress=bar,
        )
    if as_json:
        print_json({**comparison.as_json(), "folder": str(folder)})
        return
    from api.figures import print_comparison

    print_comparison(comparison)
    for name in ("comparison.png", "sweep.png", "report.html"):
        if (folder / name).exists():
            say(f"{folder / name}")


@guarded
def check(scenario: ScenarioName, settings: Settings = None, seed: Seed = None, as_json: AsJson = False) -> None:
    """Every problem of a scenario, or who sees what in it, and how late."""
    from scenarios.load import check as check_scenario

    report = check_scenario(scenario, set=settings or (), seed=seed)
    if as_json:
        print_json({"scenario": report.scenario.name, "rows": [row._asdict() for row in report.rows]})
    else:
        say(str(report))


@guarded
def list_scenarios(as_json: AsJson = False) -> None:
    """The built-in scenarios."""
    from scenarios.source import built_ins, read

    known = {name: str(read(name).tree.get("description", "")) for name in built_ins()}
    if as_json:
        print_json({"scenarios": [{"name": name, "description": text} for name, text in known.items()]})
    else:
        print_table("", ["scenario", "what it shows"], [[name, text] for name, text in known.items()], text_columns=2)


@guarded
def schema() -> None:
    """The JSON schema of scenario files, for editors."""
    from scenarios.schema import schema as scenario_schema

    print_json(scenario_schema())


@guarded
def validate(
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Rows whose name begins so. Repeatable.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="How many, or which, as 1-30.")] = "1-30",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the proofs, each with effect, 95 % interval and verdict."""
    from scenarios.validation.recompute import validate as recompute
    from scenarios.validation.registry import PROOFS

    names = only or []
    for name in names:
        if not any(proof.name.startswith(name) for proof in PROOFS):
            raise Mistake(f"--only {name}: {instead(name, [proof.name for proof in PROOFS], 'rows')}")
    chosen = seeds_of(seeds)
    with progress("validate") as bar:
        rows = recompute(range(1, chosen + 1) if isinstance(chosen, int) else chosen, names, jobs, bar)
    if as_json:
        print_json({"rows": [row.as_json() for row in rows]})
    else:
        from api.figures import print_proofs

        print_proofs(rows)
    if any(row.verdict == "FAIL" for row in rows):
        raise typer.Exit(FAILED)


def seeds_of(text: str) -> int | list[int]:
    """How many seeds, or which.

    >>> seeds_of("3"), seeds_of("1,5"), seeds_of("4-6"), seeds_of("7,")
    (3, [1, 5], [4, 5, 6], [7])
    """
    if text.strip().isdigit() and int(text) > 0:
        return int(text)
    seeds: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        span = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if span is None or int(span[2] or span[1]) < int(span[1]):
            raise Mistake(f"--seeds {text}: {part!r} is no seed; write how many, as 3, or which, as 1,5 or 4-9")
        seeds += range(int(span[1]), int(span[2] or span[1]) + 1)
    if not seeds:
        raise Mistake(f"--seeds {text}: names no seed; write how many, as 3, or which, as 1,5 or 4-9")
    return list(dict.fromkeys(seeds))
