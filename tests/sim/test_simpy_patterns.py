"""Every pattern that SimPy documents, in integer time: the same model gives the same trace on both environments.

The models follow the topical guides and the examples of SimPy's documentation (https://simpy.readthedocs.io), with
nanoseconds in place of minutes and a ``random.Random`` of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from random import Random
from typing import Any

import pytest
import simpy
from simpy.util import start_delayed

from sim.environment import Environment

Say = Callable[..., None]
Process = Generator[simpy.Event, Any, Any]
Model = Callable[[simpy.Environment, Say], Any]


def bank_renege(env: simpy.Environment, say: Say) -> None:
    random = Random(42)
    counter = simpy.Resource(env, capacity=1)

    def source() -> Process:
        for number in range(8):
            env.process(customer(number))
            yield env.timeout(random.randint(1, 20_000))

    def customer(number: int) -> Process:
        arrived = env.now
        with counter.request() as request:
            result = yield request | env.timeout(random.randint(10_000, 30_000))
            if request not in result:
                say("reneged", number, env.now - arrived)
                return
            say("served", number, env.now - arrived)
            yield env.timeout(random.randint(1, 24_000))
            say("finished", number)

    env.process(source())


def carwash(env: simpy.Environment, say: Say) -> None:
    random = Random(1)
    machines = simpy.Resource(env, capacity=2)

    def wash(car: int) -> Process:
        yield env.timeout(5_000)
        say("washed", car, random.randint(50, 99))

    def car(number: int) -> Process:
        say("arrives", number)
        with machines.request() as request:
            yield request
            say("enters", number)
            yield env.process(wash(number))
            say("leaves", number)

    def source() -> Process:
        for number in range(4):
            env.process(car(number))
        for number in range(4, 9):
            yield env.timeout(random.randint(3_000, 7_000))
            env.process(car(number))

    env.process(source())


def machine_shop(env: simpy.Environment, say: Say) -> int:
    random = Random(2)
    repairman = simpy.PreemptiveResource(env, capacity=1)

    def working(name: str) -> Process:
        while True:
            left = 10_000
            while left:
                started = env.now
                try:
                    yield env.timeout(left)
                    left = 0
                except simpy.Interrupt:
                    left -= env.now - started
                    say(name, "broke", left)
                    with repairman.request(priority=1) as request:
                        yield request
                        yield env.timeout(3_000)
                    say(name, "repaired")
            say(name, "made a part")

    def breaking(machine: simpy.Process) -> Process:
        while True:
            yield env.timeout(random.randint(5_000, 60_000))
            machine.interrupt()

    def other_jobs() -> Process:
        while True:
            left = 30_000
            while left:
                with repairman.request(priority=2) as request:
                    yield request
                    started = env.now
                    try:
                        yield env.timeout(left)
                        left = 0
                    except simpy.Interrupt:
                        left -= env.now - started
                        say("other job waits", left)

    for number in range(3):
        machine = env.process(working(f"machine {number}"))
        env.process(breaking(machine))
    env.process(other_jobs())
    return 400_000


def movie_renege(env: simpy.Environment, say: Say) -> None:
    random = Random(3)
    counter = simpy.Resource(env, capacity=1)
    seats = [9]
    sold_out = env.event()

    def moviegoer(tickets: int) -> Process:
        with counter.request() as turn:
            result = yield turn | sold_out
            if turn not in result:
                say("left the queue", tickets)
                return
            if seats[0] < tickets:
                yield env.timeout(500)
                say("not enough seats for", tickets)
                return
            seats[0] -= tickets
            say("bought", tickets)
            if seats[0] < 2 and not sold_out.triggered:
                sold_out.succeed()
                say("sold out")
            yield env.timeout(1_000)

    def arrivals() -> Process:
        for _ in range(14):
            yield env.timeout(random.randint(1, 900))
            env.process(moviegoer(random.randint(1, 3)))

    env.process(arrivals())


def gas_station(env: simpy.Environment, say: Say) -> int:
    random = Random(4)
    pumps = simpy.Resource(env, capacity=2)
    tank = simpy.Container(env, capacity=200, init=120)

    def car(number: int) -> Process:
        with pumps.request() as request:
            yield request
            need = random.randint(20, 45)
            yield tank.get(need)
            yield env.timeout(need * 500)
            say("refuelled", number, need)

    def control() -> Process:
        while True:
            if tank.level < 40:
                say("calls the truck at", tank.level)
                yield env.process(truck())
            yield env.timeout(10_000)

    def truck() -> Process:
        yield env.timeout(30_000)
        amount = tank.capacity - tank.level
        yield tank.put(amount)
        say("truck filled", amount)

    def source() -> Process:
        for number in range(12):
            yield env.timeout(random.randint(3_000, 30_000))
            env.process(car(number))

    env.process(source())
    env.process(control())
    return 500_000


def event_latency(env: simpy.Environment, say: Say) -> int:
    cable = simpy.Store(env)

    def carry(message: str) -> Process:
        yield env.timeout(10_000)
        yield cable.put(message)

    def sender() -> Process:
        while True:
            yield env.timeout(5_000)
            env.process(carry(f"sent at {env.now}"))

    def receiver() -> Process:
        while True:
            say((yield cable.get()))

    env.process(sender())
    env.process(receiver())
    return 100_000


def broadcast_pipe(env: simpy.Environment, say: Say) -> int:
    pipes = [simpy.Store(env, capacity=3) for _ in range(2)]
    random = Random(5)

    def generator() -> Process:
        while True:
            yield env.timeout(random.randint(6_000, 10_000))
            yield env.all_of([pipe.put((env.now, "news")) for pipe in pipes])

    def consumer(name: str, pipe: simpy.Store) -> Process:
        while True:
            sent, text = yield pipe.get()
            say(name, text, "late" if sent < env.now else "in time")
            yield env.timeout(random.randint(4_000, 8_000))

    env.process(generator())
    for name, pipe in zip("ab", pipes, strict=True):
        env.process(consumer(name, pipe))
    return 100_000


def interrupted_charging(env: simpy.Environment, say: Say) -> None:
    def charge() -> Process:
        yield env.timeout(5_000)

    def car() -> Process:
        for _ in range(2):
            charging = env.process(charge())
            try:
                yield charging
                say("charged")
            except simpy.Interrupt as interrupt:
                say("stopped charging:", interrupt.cause)
            yield env.timeout(2_000)

    def driver(car: simpy.Process) -> Process:
        yield env.timeout(3_000)
        car.interrupt("hurry")

    env.process(driver(env.process(car())))


def priority_resource(env: simpy.Environment, say: Say) -> None:
    desk = simpy.PriorityResource(env, capacity=1)

    def user(name: int, arrives: int, priority: int) -> Process:
        yield env.timeout(arrives)
        with desk.request(priority=priority) as request:
            yield request
            say("got it", name)
            yield env.timeout(3_000)

    for name, (arrives, priority) in enumerate([(0, 0), (1_000, 0), (2_000, -1), (2_000, -1), (2_500, -2)]):
        env.process(user(name, arrives, priority))


def preemptive_resource(env: simpy.Environment, say: Say) -> None:
    desk = simpy.PreemptiveResource(env, capacity=1)

    def user(name: int, arrives: int, priority: int, preempt: bool) -> Process:
        yield env.timeout(arrives)
        with desk.request(priority=priority, preempt=preempt) as request:
            yield request
            say("got it", name)
            try:
                yield env.timeout(3_000)
                say("done", name)
            except simpy.Interrupt as interrupt:
                say("preempted", name, "after", env.now - interrupt.cause.usage_since)

    env.process(user(1, 0, 0, True))
    env.process(user(2, 1_000, 0, True))
    env.process(user(3, 2_000, -1, True))
    env.process(user(4, 2_500, -2, False))


def stores(env: simpy.Environment, say: Say) -> None:
    shelf = simpy.FilterStore(env, capacity=3)
    issues = simpy.PriorityStore(env)

    def stock() -> Process:
        for size in (3, 1, 2, 1, 3):
            yield shelf.put(size)
            say("put", size)
            yield issues.put(simpy.PriorityItem(-size, f"item {size}"))
            yield env.timeout(700)

    def taker(size: int) -> Process:
        while True:
            yield shelf.get(lambda item: item == size)
            say("took", size)
            yield env.timeout(2_000)

    def fixer() -> Process:
        while True:
            yield env.timeout(1_500)
            item = yield issues.get()
            say("fixed", item.item)

    env.process(stock())
    for size in (1, 2, 3):
        env.process(taker(size))
    env.process(fixer())


def condition_events(env: simpy.Environment, say: Say) -> None:
    def waits() -> Process:
        fast, slow = env.timeout(1_000, "fast"), env.timeout(2_000, "slow")
        first = yield fast | slow
        say("any of", list(first.values()))
        both = yield fast & slow
        say("all of", both.todict() == {fast: "fast", slow: "slow"})
        nothing = yield env.all_of([])
        say("nothing to wait for", nothing.todict())
        mixed = yield (env.timeout(500, "x") & env.timeout(700, "y")) | env.timeout(600, "z")
        say("mixed", list(mixed.values()))

    env.process(waits())


def sleep_until_woken(env: simpy.Environment, say: Say) -> None:
    bell = [env.event()]

    def pupil(name: str) -> Process:
        for _ in range(3):
            say(name, "hears", (yield bell[0]))

    def school() -> Process:
        for lesson in range(3):
            yield env.timeout(45_000)
            bell[0].succeed(lesson)
            bell[0] = env.event()

    env.process(school())
    for name in "ab":
        env.process(pupil(name))


def waiting_for_a_process(env: simpy.Environment, say: Say) -> simpy.Event:
    def sub() -> Process:
        yield env.timeout(1_000)
        return 23

    def parent() -> Process:
        say("sub returned", (yield env.process(sub())))
        yield start_delayed(env, sub(), delay=3_000)
        return "parent's value"

    return env.process(parent())


def failing_event(env: simpy.Environment, say: Say) -> None:
    trouble = env.event()

    def cause() -> Process:
        yield env.timeout(10)
        trouble.fail(ValueError("broken"))

    def handler() -> Process:
        try:
            yield trouble
        except ValueError as error:
            say("handled", str(error))

    env.process(cause())
    env.process(handler())


def equal_times(env: simpy.Environment, say: Say) -> None:
    def at_ten(name: int) -> Process:
        yield env.timeout(10)
        say("first", name)
        yield env.timeout(0)
        say("second", name)
        env.process(starts(name))
        say("third", name)

    def starts(name: int) -> Process:
        say("started", name)
        yield env.timeout(0)

    for name in range(3):
        env.process(at_ten(name))


MODELS: list[Model] = [
    bank_renege,
    carwash,
    machine_shop,
    movie_renege,
    gas_station,
    event_latency,
    broadcast_pipe,
    interrupted_charging,
    priority_resource,
    preemptive_resource,
    stores,
    condition_events,
    sleep_until_woken,
    waiting_for_a_process,
    failing_event,
    equal_times,
]


def trace_of(env: simpy.Environment, model: Model) -> list[Any]:
    trace: list[Any] = []
    until = model(env, lambda *words: trace.append((env.now, *words)))
    trace.append(("returned", env.run(until=until)))
    trace.append(("ended", env.now))
    return trace


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_same_model_gives_the_same_trace_on_both(model: Model) -> None:
    ours = trace_of(Environment(), model)
    assert ours == trace_of(simpy.Environment(), model)
    assert len(ours) > 2


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_clock_stays_an_integer_in_every_model(model: Model) -> None:
    spoken = trace_of(Environment(), model)[:-2]
    assert {type(words[0]) for words in spoken} == {int}


def test_the_patterns_show_what_they_are_named_for() -> None:
    def words(model: Model) -> set[Any]:
        return {word for said in trace_of(Environment(), model) for word in said if isinstance(word, str)}

    assert {"reneged", "served"} <= words(bank_renege)
    assert {"broke", "repaired", "other job waits"} <= words(machine_shop)
    assert {"sold out", "left the queue"} <= words(movie_renege)
    assert {"truck filled", "refuelled"} <= words(gas_station)
    assert {"stopped charging:", "charged"} <= words(interrupted_charging)
    assert {"preempted", "done"} <= words(preemptive_resource)
    assert {"late", "in time"} <= words(broadcast_pipe)
