from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy.core import EmptySchedule, Infinity
from simpy.events import Event, EventPriority

from sim.environment import NORMAL, URGENT, Environment, whole_nanos

Scheduler = Callable[[Environment], Callable[[int, Callable[[Any], object], Any], None]]


@pytest.fixture
def env() -> Environment:
    return Environment()


# -- whole nanoseconds -------------------------------------------------------------------------


FLOATS = {
    "timeout": lambda env: env.timeout(1.5),
    "call_in": lambda env: env.call_in(1.5, print),
    "call_at": lambda env: env.call_at(1.5, print),
    "hand_over": lambda env: env.hand_over(1.5, print),
    "run": lambda env: env.run(until=1.5),
    "schedule": lambda env: env.schedule(env.event(), NORMAL, 1.5),
}


@pytest.mark.parametrize("call", FLOATS.values(), ids=FLOATS)
def test_a_float_time_is_refused_with_what_to_write_instead(env: Environment, call: Callable[[Environment], object]):
    with pytest.raises(TypeError) as refusal:
        call(env)
    assert str(refusal.value) == (
        "simulated time is whole nanoseconds, got 1.5 (float); "
        "round it with int(...) or write a duration such as 350_000"
    )


def test_a_float_start_is_refused():
    with pytest.raises(TypeError, match=r"whole nanoseconds, got 0\.0"):
        Environment(0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("five", [np.int64(5), np.int32(5), np.uint8(5)], ids=lambda value: type(value).__name__)
def test_numpy_integers_become_python_integers(five: Any):
    env = Environment(five)
    seen = [env.now]
    env.call_in(five, lambda _: seen.append(env.now))
    env.call_at(five + five, lambda _: seen.append(env.now))
    env.hand_over(five + five, lambda _: seen.append(env.now))
    env.timeout(five).callbacks.append(lambda _: seen.append(env.now))
    env.run(until=np.int64(100))
    assert [*seen, env.now] == [5, 10, 10, 10, 10, 100]
    assert {type(now) for now in [*seen, env.now]} == {int}


def test_true_as_a_time_is_the_integer_one():
    assert type(whole_nanos(True)) is int


# -- callbacks -----------------------------------------------------------------------------------


def test_a_scheduled_callback_costs_one_heap_tuple_and_no_event(env: Environment):
    env.call_in(10, print, "hello")
    (entry,) = env._queue
    assert type(entry) is tuple
    assert not any(isinstance(part, Event) for part in entry)


def test_a_callback_gets_its_argument_at_its_time(env: Environment):
    heard = []
    env.call_at(20, lambda word: heard.append((env.now, word)), "at")
    env.call_in(10, lambda word: heard.append((env.now, word)), "in")
    env.run()
    assert heard == [(10, "in"), (20, "at")]


def test_the_past_is_refused(env: Environment):
    env.run(until=10)
    with pytest.raises(ValueError, match="at 9 ns: the clock is at 10 ns"):
        env.call_at(9, print)
    with pytest.raises(ValueError, match="at 9 ns: the clock is at 10 ns"):
        env.hand_over(9, print)
    with pytest.raises(ValueError, match="negative delay -1 ns"):
        env.call_in(-1, print)


def test_equal_times_settle_by_priority_and_then_by_insertion(env: Environment):
    heard: list[str] = []

    def event(name: str, priority: int) -> None:
        made = env.event()
        made._ok, made._value = True, name
        made.callbacks.append(lambda happened: heard.append(happened.value))
        env.schedule(made, EventPriority(priority), 5)

    event("normal event", NORMAL)
    env.call_at(5, heard.append, "first callback")
    event("late event", 2)
    event("urgent event", URGENT)
    env.call_at(5, heard.append, "second callback")
    env.run()
    assert heard == ["urgent event", "normal event", "first callback", "second callback", "late event"]


def test_processes_and_callbacks_share_one_order_of_insertion(env: Environment):
    heard: list[str] = []

    def process(name: str):
        yield env.timeout(5)
        heard.append(name)

    env.process(process("process"))
    env.run(until=1)
    env.call_at(5, heard.append, "callback")
    env.run()
    assert heard == ["process", "callback"]


# -- running -------------------------------------------------------------------------------------


def test_run_until_a_time_stops_before_what_is_due_then(env: Environment):
    heard: list[int] = []
    for at in (9, 10):
        env.call_at(at, heard.append, at)
    assert env.run(until=10) is None
    assert (heard, env.now) == ([9], 10)
    env.run()
    assert heard == [9, 10]


def test_run_until_now_is_refused(env: Environment):
    with pytest.raises(ValueError, match="until=0 must be greater than the current simulation time 0"):
        env.run(until=0)


def test_run_until_an_event_returns_its_value(env: Environment):
    assert env.run(until=env.timeout(10, "done")) == "done"
    assert env.now == 10


def test_run_until_an_event_of_the_past_returns_at_once(env: Environment):
    past = env.timeout(10, "done")
    env.run(until=20)
    assert env.run(until=past) == "done"
    assert env.now == 20


def test_run_until_an_event_that_never_happens_is_an_error(env: Environment):
    with pytest.raises(RuntimeError, match='No scheduled events left but "until" event was not triggered'):
        env.run(until=env.event())


def test_whoever_waits_for_the_stopping_event_too_is_served_on_resuming(env: Environment):
    stop = env.timeout(10)
    heard: list[str] = []
    env.call_at(5, lambda _: stop.callbacks.append(lambda _: heard.append("waiting for the stop")))
    env.call_at(10, heard.append, "later callback")
    env.run(until=stop)
    assert heard == []
    env.run()
    assert heard == ["waiting for the stop", "later callback"]


def test_a_failed_event_that_nobody_handles_stops_the_run(env: Environment):
    env.event().fail(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        env.run()


def test_a_defused_failure_does_not(env: Environment):
    failure = env.event()
    failure.fail(ValueError("broken"))
    failure.defused = True
    env.run()
    assert failure.processed


def test_an_error_in_a_process_reaches_the_caller_with_its_cause(env: Environment):
    def process():
        yield env.timeout(1)
        raise LookupError("lost")

    env.process(process())
    with pytest.raises(LookupError, match="lost") as error:
        env.run()
    assert isinstance(error.value.__cause__, LookupError)


def test_an_error_in_a_callback_reaches_the_caller_and_the_clock_says_when(env: Environment):
    env.call_at(7, lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        env.run()
    assert env.now == 7


def test_step_does_the_next_thing_and_peek_says_when_it_is(env: Environment):
    heard: list[int] = []
    for at in (20, 10):
        env.call_at(at, heard.append, at)
    assert env.peek() == 10
    env.step()
    assert (heard, env.now, env.peek()) == ([10], 10, 20)


def test_nothing_scheduled_is_told(env: Environment):
    assert env.peek() == Infinity
    with pytest.raises(EmptySchedule):
        env.step()


# -- hand_over -----------------------------------------------------------------------------------


def test_hand_over_calls_at_once_when_nothing_lies_between(env: Environment):
    heard: list[int] = []
    env.call_at(100, heard.append, 100)
    env.call_at(10, lambda _: env.hand_over(50, lambda _: heard.append(env.now)))
    env.step()
    assert (heard, len(env._queue)) == ([50], 1)


@pytest.mark.parametrize("pending", [49, 50])
def test_hand_over_waits_its_turn_behind_what_is_pending_by_then(env: Environment, pending: int):
    heard: list[str] = []
    env.call_at(pending, heard.append, "pending")
    env.hand_over(50, heard.append, "handed over")
    assert heard == []
    env.run()
    assert heard == ["pending", "handed over"]


def test_hand_over_never_passes_the_end_of_a_run(env: Environment):
    heard: list[str] = []
    env.call_at(10, partial(env.hand_over, 20, heard.append))
    env.run(until=20)
    assert (heard, env.now) == ([], 20)
    env.run()
    assert len(heard) == 1


queueing_models = st.tuples(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), max_size=12),  # arrivals: time, first station
    st.lists(st.integers(0, 12), min_size=3, max_size=3),  # service times
    st.lists(st.integers(1, 60), max_size=5),  # where the run is cut
)


def tandem_trace(model: Any, pass_on: Scheduler) -> list[Any]:
    """Customers pass three stations one after the other, each serving one at a time; a process watches the clock."""
    arrivals, service, cuts = model
    env = Environment()
    forward = pass_on(env)
    trace: list[Any] = []
    free_at = [0, 0, 0]

    def arrive(customer: tuple[int, int]) -> None:
        name, station = customer
        trace.append((env.now, "arrives", name, station))
        free_at[station] = max(env.now, free_at[station]) + service[station]
        forward(free_at[station], leave, customer)

    def leave(customer: tuple[int, int]) -> None:
        name, station = customer
        trace.append((env.now, "leaves", name, station))
        if station < 2:
            arrive((name, station + 1))

    def watch():
        while env.now < 60:
            yield env.timeout(7)
            trace.append((env.now, "watch"))

    env.process(watch())
    for name, (at, station) in enumerate(arrivals):
        env.call_at(at, arrive, (name, station))
    for cut in sorted(set(cuts)):
        env.run(until=cut)
        trace.append((env.now, "cut"))
    env.run()
    return trace


@given(queueing_models)
def test_hand_over_gives_the_trace_of_call_at(model: Any):
    assert tandem_trace(model, lambda env: env.hand_over) == tandem_trace(model, lambda env: env.call_at)
