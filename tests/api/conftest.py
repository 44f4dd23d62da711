"""A market small enough to be built in a moment, and served in a second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.session import Session
from scenarios.load import load
from scenarios.model import Scenario

TINY = """
name: tiny
duration: 2s
warm_up: 500ms
seed: 3
instruments: [{symbol: XYZ, tick: 0.01, lot: 100, price: 100.00}]
fundamental: {kind: jump, rate: 20/s, size: 0.01, min_size: 0.01}
venues:
  - {name: NYSE, kind: lit, fees: {maker: -0.0020, taker: 0.0030}}
  - {name: BATS, kind: lit, fees: {maker: -0.0015, taker: 0.0025}}
  - {name: DARK, kind: dark, reference: {feed: sip}}
feeds: {sip: {latency: 150us, processing: 20us}}
strategies: {patient: {kind: price_time, attempts_per_venue: 1}}
agents:
  - {kind: resting_orders, levels: 20, size: 1000, half_spread: 0.02}
  - {kind: background_flow, limit_rate: 100/s, market_rate: 20/s, news: 10ms}
  - kind: router
    name: client
    round_trip: 300us
    strategy: smart
    orders: {count: 4, size: [500, 1500], horizon: 200ms}
expect: {client.fill_rate: {at_least: 0.5}}
"""


@pytest.fixture
def tiny_file(tmp_path: Path) -> Path:
    """The small scenario in a file of its own."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture
def tiny(tiny_file: Path) -> Scenario:
    """The small scenario."""
    return load(tiny_file)


@pytest.fixture
def session(tiny: Scenario) -> Session:
    """A live session of it at time 0 that writes nothing."""
    return Session(tiny)


Sorsim = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sorsim(tmp_path: Path) -> Sorsim:
    """Run the command line in a process of its own, in an empty folder."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def hears_ctrl_c() -> None:
    """In a child, before it starts: one of a shell's background job would ignore the signal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(*arguments: object) -> list[str]:
    """The command line that runs `sorsim` with these arguments."""
    return [sys.executable, "-m", "api.cli", *map(str, arguments)]


def environment() -> dict[str, str]:
    """Where `python -m api.cli` finds the packages, wherever it runs."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "COLUMNS": "200"}
