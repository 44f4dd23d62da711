"""The same run in every way that must not matter: again in this process, in others, with an agent that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scenarios.load import load, scenario_of
from scenarios.model import Scenario
from scenarios.source import read

HASH_SEEDS = ("0", "1", "4711")


def digests(source: str, settings: Sequence[str] = ()) -> dict[str, str]:
    """Digest of the run by the way it was run."""
    from scenarios.run import run

    scenario = load(source, set=settings)
    found = {"first in this process": run(scenario).digest, "second in this process": run(scenario).digest}
    found["with an idle agent"] = run(with_idle_agent(scenario)).digest
    for hash_seed in HASH_SEEDS:
        found[f"process with PYTHONHASHSEED={hash_seed}"] = _in_a_process(source, settings, hash_seed)
    return found


def with_idle_agent(scenario: Scenario) -> Scenario:
    """The same scenario and an agent that does nothing."""
    document = read(scenario.model_dump())
    document.folder = scenario.folder
    document.tree["agents"].append({"kind": "idle", "name": "bystander"})
    return scenario_of(document)


def _in_a_process(source: str, settings: Sequence[str], hash_seed: str) -> str:
    program = "import sys; from scenarios.run import run; print(run(sys.argv[1], set=sys.argv[2:]).digest)"
    root = str(Path(__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-c", program, source, *settings],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
