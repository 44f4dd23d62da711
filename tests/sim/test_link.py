from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.environment import Environment
from sim.latency import Constant, Empirical, Gamma, LatencyModel, Lognormal, Normal, Sum, latency_source
from sim.link import Link, Mailbox
from sim.streams import Streams

MODELS: list[LatencyModel] = [
    Constant(100),
    Normal(100, 80),
    Lognormal(100, 1.0),
    Gamma(0.5, 200),
    Empirical([0, 1, 500]),
    Sum((Constant(50), Normal(0, 100, floor=0), Gamma(2, 30))),
]

sendings = st.lists(st.tuples(st.integers(0, 40), st.integers(-5, 60)), min_size=1, max_size=20)  # (gap, latency)


def journey(latencies: Any, gaps: list[int]) -> list[tuple[int, int, int]]:
    """(sent, arrived, number) in order of arrival, one message after each gap."""
    env = Environment()
    link = Link(env, latencies)
    arrived: list[tuple[int, int, int]] = []

    def send(number: int) -> None:
        link.send(lambda message: arrived.append((message[0], env.now, message[1])), (env.now, number))

    at = 0
    for number, gap in enumerate(gaps):
        at += gap
        env.call_at(at, send, number)
    env.run()
    return arrived


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.describe())
def test_no_message_overtakes_under_any_latency_model(model: LatencyModel):
    source = latency_source(model, Streams(1).generator("wire"))
    arrived = journey(source, [7] * 2_000)
    assert [number for _, _, number in arrived] == list(range(2_000))
    assert all(at >= sent + max(1, model.smallest()) for sent, at, _ in arrived)


@given(sendings)
def test_a_message_arrives_after_its_latency_or_with_the_one_before_it(sent: list[tuple[int, int]]):
    arrived = journey(iter([latency for _, latency in sent]).__next__, [gap for gap, _ in sent])
    now = last = 0
    for (gap, latency), (_, at, _) in zip(sent, arrived, strict=True):
        now += gap
        last = max(last, now + max(1, latency))
        assert at == last


def test_nothing_arrives_in_the_instant_it_was_sent():
    assert journey(0, [5]) == [(5, 6, 0)]
    assert journey(lambda: 0, [5]) == [(5, 6, 0)]


def test_a_fixed_latency_may_be_a_number():
    assert journey(np.int64(100), [5, 5]) == journey(lambda: 100, [5, 5]) == [(5, 105, 0), (10, 110, 1)]


@pytest.mark.parametrize("latency", [1.5, lambda: 1.5], ids=["fixed", "drawn"])
def test_a_float_latency_is_refused(latency: Any):
    with pytest.raises(TypeError, match="whole nanoseconds"):
        journey(latency, [5])


def test_numpy_latencies_leave_the_clock_an_integer():
    ((_, at, _),) = journey(lambda: np.int64(100), [5])
    assert type(at) is int


def test_a_message_costs_one_heap_tuple():
    env = Environment()
    Link(env, 100).send(print, "hello")
    assert len(env._queue) == 1


# -- mailbox -------------------------------------------------------------------------------------


def test_mail_waits_until_it_is_read_and_is_read_once():
    env = Environment()
    box = Mailbox(env, 100)
    box.put("hello")
    env.run(until=99)
    assert box.read() == []
    env.run(until=100)
    assert box.read() == [(100, "hello")]
    assert box.read() == []


def test_mail_that_need_not_wake_costs_no_event():
    env = Environment()
    box = Mailbox(env, 100, on_mail=lambda: None)
    box.put("quiet")
    assert env._queue == []


def test_mail_that_wakes_rings_when_it_arrives_and_is_there_to_read():
    env = Environment()
    heard: list[Any] = []
    box = Mailbox(env, 100)
    box.on_mail = lambda: heard.append((env.now, box.read()))
    box.put("quiet")
    box.put("loud", wake=True)
    env.run()
    assert heard == [(100, [(100, "quiet"), (100, "loud")])]


def test_mail_that_arrives_together_rings_once():
    env = Environment()
    rings: list[int] = []
    box = Mailbox(env, 100, on_mail=lambda: rings.append(env.now))
    for _ in range(3):
        box.put("loud", wake=True)
    env.run(until=50)
    box.put("later", wake=True)
    env.run()
    assert rings == [100, 150]


def test_a_box_without_a_reader_does_not_ring():
    env = Environment()
    box = Mailbox(env, 100, on_mail=lambda: pytest.fail("nobody is at home"))
    box.put("loud", wake=True)
    box.on_mail = None
    env.run()
    box.put("loud", wake=True)
    assert env._queue == []


@given(sendings)
def test_a_mailbox_dates_its_mail_as_a_link_delivers_it(sent: list[tuple[int, int]]):
    env = Environment()
    box = Mailbox(env, iter([latency for _, latency in sent]).__next__)
    at = 0
    for number, (gap, _) in enumerate(sent):
        at += gap
        env.call_at(at, box.put, number)
    env.run(until=10_000)
    delivered = journey(iter([latency for _, latency in sent]).__next__, [gap for gap, _ in sent])
    assert box.read() == [(arrived, number) for _, arrived, number in delivered]
