"""What a benchmark prints about where it ran."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median


def describe() -> str:
    """Machine, cores and Python on one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {python}"


def calibration(additions: int = 2_000_000) -> float:
    """Speed of a plain loop of integer additions, millions a second of CPU time: what to hold a figure against."""
    started = time.process_time()
    total = 0
    for number in range(additions):
        total += number
    return additions / (time.process_time() - started) / 1e6


def figures(values: Sequence[float]) -> str:
    """Median and best of some speeds."""
    digits = 0 if min(values) > 1000 else 1
    return f"median {median(values):,.{digits}f}, best {max(values):,.{digits}f}"
