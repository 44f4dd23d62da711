"""How long a command takes before it has anything to do: `sorsim --help` and `sorsim check us_equities`.

Wall-clock time of the whole process, a bare interpreter's beside it.

    python benchmarks/start_up.py [rounds]
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from machine import calibration, describe

ROUNDS = 9
TARGET = 0.4
"""Seconds."""

SORSIM = str(Path(sys.executable).with_name("sorsim"))
COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "sorsim --help": (SORSIM, "--help"),
    "sorsim check us_equities": (SORSIM, "check", "us_equities"),
}


def seconds(command: tuple[str, ...]) -> float:
    """Of one process, from start to end."""
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def main(rounds: int = ROUNDS) -> None:
    """One round to warm the disk's cache, then interleaved ones."""
    print(describe())
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds(command)
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    print(f"start-up, {rounds} interleaved rounds, seconds of wall-clock time")
    for name, values in taken.items():
        target = f"under {TARGET}" if name.startswith("sorsim") else ""
        print(f"  {name:36s} median {median(values):.3f}, best {min(values):.3f}      {target}".rstrip())
    print(f"  calibration loop {calibration():.1f} M additions/s")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
