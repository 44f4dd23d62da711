"""The plain path: one venue, constant links, a station; 45 % limit orders, 45 % cancels, 10 % market orders.

What is timed, per message: the sender's event, the order link, the matching station, the book, the reports over the report
link and their receipt by the owner's callback. Messages are made beforehand from a fixed seed.

    python benchmarks/plain_path.py [messages]
"""

from __future__ import annotations

import random
import sys
import time

from machine import calibration, describe, figures
from sim.environment import Environment
from sim.log import EventLog
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.messages import CancelOrder, Message, NewOrder, Side, TimeInForce

ROUNDS = 7
MEAN_GAP = 20_000
"""ns between messages, exponential; the links take 100 us, the station 2 us."""


def flow(messages: int, seed: int = 1) -> list[Message]:
    """45 % limit orders (geometric distance from 100.00, mean 5 ticks), 45 % cancels of a live one, 10 % market orders."""
    draw = random.Random(seed)
    made: list[Message] = []
    live: list[int] = []
    for order_id in range(1, messages + 1):
        kind = draw.random()
        side = draw.choice((Side.BUY, Side.SELL))
        qty = draw.randint(1, 5) * 100
        if kind < 0.45 or (kind < 0.9 and not live):
            price = 100_0000 - int(side) * 100 * (1 + int(draw.expovariate(0.2)))
            made.append(NewOrder(order_id, 1, side, qty, price, TimeInForce.DAY))
            live.append(order_id)
        elif kind < 0.9:
            chosen = draw.randrange(len(live))
            live[chosen], live[-1] = live[-1], live[chosen]
            made.append(CancelOrder(live.pop(), 1))
        else:
            made.append(NewOrder(order_id, 1, side, qty, None, TimeInForce.IOC))
    return made


def run(messages: list[Message], log: EventLog) -> tuple[float, int, int]:
    """(seconds of the event loop, reports received, shares traded)."""
    env = Environment()
    venue = LitVenue(env, 0, "PLAIN", FeeSchedule(-2000, 3000), 2_000, log)
    session = venue.connect(1, 100_000, 100_000)
    received = 0

    def on_mail() -> None:
        nonlocal received
        received += len(session.read())

    session.on_mail = on_mail
    draw = random.Random(2)
    script = iter([(message, 1 + int(draw.expovariate(1 / MEAN_GAP))) for message in messages])

    def send_next(message: Message) -> None:
        session.send(message)
        following, gap = next(script, (None, 0))
        if following is not None:
            env.call_in(gap, send_next, following)

    env.call_in(1, send_next, next(script)[0])
    started = time.perf_counter()
    env.run()
    return time.perf_counter() - started, received, venue.traded_qty


def main(messages: int = 200_000) -> None:
    """Interleaved rounds with the log off and on; medians and the best."""
    script = flow(messages)
    print(describe())
    speeds: dict[str, list[float]] = {"log off": [], "log on": []}
    loops = []
    for _ in range(ROUNDS):
        loops.append(calibration())
        for name, log in (("log off", EventLog(enabled=False)), ("log on", EventLog())):
            seconds, received, shares = run(script, log)
            speeds[name].append(messages / seconds)
    print(f"plain path, {messages:,} messages, {received:,} reports, {shares:,} shares; {ROUNDS} interleaved rounds")
    for name, values in speeds.items():
        print(f"  {name:8s} {figures(values)} messages/s")
    print(f"  calibration loop {figures(loops)} M additions/s")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
