"""The flagship as shipped, log on: speed of its event loop, memory and disk per logged event.

Venue messages are orders, cancels and replaces that reached a venue. Loop seconds are those of `sorsim run --json`; CPU
seconds are the process's own over the same run, start and end of the day included. A calibration loop runs before each
round: on a busy or slow machine hold the figures against it.

    python benchmarks/flagship.py [rounds]
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from machine import calibration, describe, figures

from scenarios.build import Market, build
from scenarios.load import load
from scenarios.run import run_market
from sim.log import EventLog

SCENARIO = "us_equities"
ROUNDS = 5
MESSAGES, QUICK_SHARE, SPEED, MEMORY, DISK = 200_000, 0.30, 100_000, 64, 8
"""Targets: venue messages, share of makers and snipers, messages/s, bytes an event in memory and on disk."""


class Round(NamedTuple):
    """One run of the market."""

    market: Market
    log: EventLog
    wall: float
    cpu: float


def one_round() -> Round:
    """Build the market and run it to its end."""
    log = EventLog()
    market = build(load(SCENARIO), log)
    gc.collect()
    before = time.process_time()
    wall = run_market(market)
    return Round(market, log, wall, time.process_time() - before)


def resident(field: str) -> int | None:
    """Memory of this process in bytes, `VmRSS` (now) or `VmHWM` (at its peak); None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def with_memory(run: Callable[[], Round]) -> tuple[Round, int | None]:
    """A run, and by how many bytes the process grew at its peak. Only the first run of a process shows that."""
    before = resident("VmRSS")
    done = run()
    after = resident("VmHWM")
    return done, None if before is None or after is None else after - before


def disk(log: EventLog) -> int:
    """Bytes of the tables of a run folder."""
    with tempfile.TemporaryDirectory() as folder:
        log.write(Path(folder))
        return sum(path.stat().st_size for path in Path(folder).glob("*.parquet"))


def line(name: str, value: str, target: str = "") -> None:
    """One figure, its target beside it."""
    print(f"  {name:36s} {value:32s} {target}".rstrip())


def main(rounds: int = ROUNDS) -> None:
    """Run, measure, print."""
    print(describe())
    load(SCENARIO)  # imports are not the run's
    loops = [calibration()]
    first, grown = with_memory(one_round)
    by_kind, events = first.market.messages(), first.log.events
    messages = sum(by_kind.values())
    quick = (by_kind["market_maker"] + by_kind["sniper"]) / messages
    digest, log_bytes, disk_bytes = first.log.digest(), first.log.nbytes, disk(first.log)
    walls, cpus = [first.wall], [first.cpu]
    del first
    for _ in range(rounds - 1):
        loops.append(calibration())
        again = one_round()
        assert again.log.digest() == digest, "two runs of one process differ"
        walls.append(again.wall)
        cpus.append(again.cpu)
        del again
    print(f"{SCENARIO} as shipped, log on, {rounds} rounds, digest {digest[:16]}")
    line("venue messages", f"{messages:,}", f"at least {MESSAGES:,}")
    line("of makers and snipers", f"{quick:.1%}", f"at least {QUICK_SHARE:.0%}")
    line("messages/s of loop time", figures([messages / wall for wall in walls]), f"at least {SPEED:,}")
    line("messages/s of CPU time", figures([messages / cpu for cpu in cpus]))
    line("loop seconds", f"median {median(walls):.2f}, best {min(walls):.2f}")
    line("CPU seconds", f"median {median(cpus):.2f}, best {min(cpus):.2f}")
    line("events logged", f"{events:,}", f"{events / messages:.2f} a message")
    line("log in memory, bytes an event", f"{log_bytes / events:.1f}", f"at most {MEMORY}")
    line("process at its peak, bytes an event", "not told" if grown is None else f"{grown / events:.1f}")
    line("tables on disk, bytes an event", f"{disk_bytes / events:.2f}", f"at most {DISK}")
    line("calibration loop, M additions/s", figures(loops))


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
