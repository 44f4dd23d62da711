"""The plain path: one venue, constant links, a station; 45 % limit orders, 45 % cancels, 10 % market orders.

What is timed, per message, in CPU time of the process: the sender's event, the order link, the matching station, the
book, the reports over the report link and their receipt by the owner. Messages and their times are made beforehand from
a fixed seed; the collector runs rarely, as in a run (`sim.garbage`). Reports are read in two ways: when the owner next
sends something, as background flow does, or at once, each waking the owner by an event of its own. Cancels name an
order that the sender knows of, filled or not: about a fifth of them come too late, as in a market.

How many messages are under way at once decides how deep the schedule is, so two densities are measured: 10,000 messages
a second at the venue (25 times the flagship's busiest) and 50,000. The links take 100 us, the station 2 us.

    python benchmarks/plain_path.py [messages]
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

from machine import calibration, describe, figures

from sim.environment import Environment
from sim.garbage import few_collections
from sim.log import EventLog
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.messages import CancelOrder, Message, NewOrder, Side, TimeInForce
from venues.session import EVERY_REPORT

ROUNDS = 7
MEAN_GAPS = (100_000, 20_000)
"""ns between messages, exponential."""

Script = list[tuple[int, Message]]
"""(when it is sent in ns, message)."""


class Run(NamedTuple):
    """CPU seconds of the event loop; reports received; shares traded."""

    seconds: float
    reports: int
    shares: int


def flow(messages: int, seed: int = 1) -> Iterable[Message]:
    """Limit orders lie a geometric distance from 100.00 (mean 5 ticks), sizes are 1 to 5 lots of 100."""
    draw = random.Random(seed)
    live: list[int] = []
    for order_id in range(1, messages + 1):
        kind = draw.random()
        side = draw.choice((Side.BUY, Side.SELL))
        qty = draw.randint(1, 5) * 100
        if kind < 0.45 or (kind < 0.9 and not live):
            price = 100_0000 - int(side) * 100 * (1 + int(draw.expovariate(0.2)))
            yield NewOrder(order_id, 1, side, qty, price, TimeInForce.DAY)
            live.append(order_id)
        elif kind < 0.9:
            chosen = draw.randrange(len(live))
            live[chosen], live[-1] = live[-1], live[chosen]
            yield CancelOrder(live.pop(), 1)
        else:
            yield NewOrder(order_id, 1, side, qty, None, TimeInForce.IOC)


def script(messages: int, mean_gap: int, seed: int = 2) -> Script:
    """The flow, each message with its time."""
    draw = random.Random(seed)
    at = 0
    timed = []
    for message in flow(messages):
        at += 1 + int(draw.expovariate(1 / mean_gap))
        timed.append((at, message))
    return timed


def run(timed: Script, log: EventLog, wakes: bool = False) -> Run:
    """Send them all, each by an event at its time; read every report, with ``wakes`` as it arrives."""
    env = Environment()
    venue = LitVenue(env, 0, "PLAIN", FeeSchedule(-2000, 3000), 2_000, log)
    session = venue.connect(1, 100_000, 100_000, EVERY_REPORT if wakes else frozenset())
    received = 0

    def on_mail() -> None:
        nonlocal received
        received += len(session.read())

    def send(message: Message) -> None:
        if not wakes:
            on_mail()
        session.send(message)
        at, following = next(coming, (0, None))
        if following is not None:
            env.call_at(at, send, following)

    session.on_mail = on_mail
    coming = iter(timed)
    at, first = next(coming)
    env.call_at(at, send, first)
    gc.collect()
    with few_collections():
        started = time.process_time()
        env.run()
        on_mail()
        seconds = time.process_time() - started
    return Run(seconds, received, venue.traded_qty)


def measure(messages: int, mean_gap: int) -> None:
    """Interleaved rounds with the log off and on; medians, the best, and the digest of the log."""
    timed = script(messages, mean_gap)
    speeds: dict[str, list[float]] = {}
    loops = []
    for _ in range(ROUNDS):
        loops.append(calibration())
        for wakes in (False, True):
            for name, log in (("log off", EventLog(enabled=False)), ("log on", EventLog())):
                done = run(timed, log, wakes)
                kind = f"{name}, reports {'wake their owner' if wakes else 'wait to be read'}"
                speeds.setdefault(kind, []).append(messages / done.seconds)
    print(
        f"plain path, {1_000_000_000 // mean_gap:,} messages a second, {messages:,} in all: {done.reports:,} reports, "
        f"{done.shares:,} shares, {log.events:,} rows, digest {log.digest()[:16]}; {ROUNDS} interleaved rounds"
    )
    for name, values in speeds.items():
        print(f"  {name:32s} {figures(values)} messages/s of CPU time")
    print(f"  calibration loop {figures(loops)} M additions/s")


def main(messages: int = 100_000) -> None:
    """Both densities."""
    print(describe())
    for mean_gap in MEAN_GAPS:
        measure(messages, mean_gap)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
