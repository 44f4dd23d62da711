"""Where a run is written."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import Final

from api.mistakes import Mistake

RUNS: Final = Path("runs")
"""The folder of all runs, below the current one."""

OURS: Final = ("market.json", "comparison.json", "cases")
"""What tells a folder that a run or a comparison wrote."""


def free_folder(name: str) -> Path:
    """``runs/<name>``, or the first of ``runs/<name>-2``, ``-3`` and so on that is not there yet."""
    plain = re.sub(r"[^\w.-]+|^\.+", "_", name)  # a scenario may be called anything
    numbered = (RUNS / (plain if number == 1 else f"{plain}-{number}") for number in count(1))
    return next(path for path in numbered if not path.exists())


def writable_folder(stated: Path | None, name: str) -> Path:
    """The folder that ``--out`` names, or a free one. Results may replace an earlier run's, and nothing else.

    Raises:
        Mistake: it is a file, or a folder with something else in it.
    """
    if stated is None:
        return free_folder(name)
    if stated.is_dir() and any(stated.iterdir()) and not any((stated / ours).exists() for ours in OURS):
        raise Mistake(f"--out {stated}: the folder holds something else; name an empty or a new one")
    if stated.exists() and not stated.is_dir():
        raise Mistake(f"--out {stated}: is a file; name a folder")
    return stated


def empty_folder(stated: Path | None, name: str) -> Path:
    """As :func:`writable_folder`, for tables that are written bit by bit: nothing may be there yet.

    Raises:
        Mistake: something is.
    """
    if stated is not None and stated.exists() and (not stated.is_dir() or any(stated.iterdir())):
        raise Mistake(f"--out {stated}: a live market writes into a folder of its own; name an empty or a new one")
    return free_folder(name) if stated is None else stated
