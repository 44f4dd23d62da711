from __future__ import annotations

from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.environment import Environment
from sim.latency import Constant, Gamma, LatencyModel, latency_source
from sim.station import Station
from sim.streams import Streams

customers = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), min_size=1, max_size=20)  # (gap, service time)


def departures(gaps: list[int], service: Any) -> list[tuple[int, int]]:
    """(number, when its service ended) in order of departure, one arrival after each gap."""
    env = Environment()
    done: list[tuple[int, int]] = []
    station = Station(env, service, lambda number: done.append((number, env.now)))
    at = 0
    for number, gap in enumerate(gaps):
        at += gap
        env.call_at(at, station.accept, number)
    env.run()
    return done


def test_a_burst_is_served_one_at_a_time_in_the_order_of_arrival():
    assert departures([5, 0, 0], 10) == [(0, 15), (1, 25), (2, 35)]


def test_who_finds_the_station_idle_does_not_wait():
    assert departures([5, 100], 10) == [(0, 15), (1, 115)]


def test_a_service_time_of_zero_takes_no_time():
    assert departures([5, 0, 5], 0) == [(0, 5), (1, 5), (2, 10)]


def test_busy_until_tells_when_all_accepted_work_is_done():
    env = Environment()
    station = Station(env, 10, lambda _: None)
    env.call_at(1_000, print)
    for _ in range(3):
        env.call_at(5, station.accept)
    env.run(until=6)
    assert station.busy_until == 35


@pytest.mark.parametrize("service", [1.5, lambda: 1.5], ids=["fixed", "drawn"])
def test_a_float_service_time_is_refused(service: Any):
    with pytest.raises(TypeError, match="whole nanoseconds"):
        departures([5], service)


def test_a_negative_service_time_is_refused():
    with pytest.raises(ValueError, match="service time -5 ns"):
        Station(Environment(), -5, print)


@given(customers)
def test_waiting_times_follow_the_lindley_recursion(arrivals: list[tuple[int, int]]):
    """W[i] = max(0, W[i-1] + S[i-1] - (T[i] - T[i-1])) (Lindley, 1952)."""
    gaps, services = zip(*arrivals, strict=True)
    expected, at, wait = [], 0, 0
    for number, (gap, service) in enumerate(arrivals):
        wait = max(0, wait + (services[number - 1] if number else 0) - gap)
        at += gap
        expected.append((number, at + wait + service))
    assert departures(list(gaps), iter(services).__next__) == expected


def mean_waits(service: LatencyModel, mean_gap: float) -> list[float]:
    """The mean wait of each of 30 seeds, the first 300 of 1,500 customers left out."""
    means = []
    for seed in range(30):
        streams = Streams(seed)
        gap = streams.draws("arrivals").exponential_mean(mean_gap)
        times = latency_source(service, streams.generator("service"))
        gaps = [gap() for _ in range(1_500)]
        services = [times() for _ in range(1_500)]
        ends = [end for _, end in departures(gaps, iter(services).__next__)]
        arrival, waits = 0, []
        for number in range(1_500):
            arrival += gaps[number]
            waits.append(ends[number] - services[number] - arrival)
        means.append(fmean(waits[300:]))
    return means


@pytest.mark.parametrize(
    ("service", "expected"),
    [(Constant(10_000), 5_000), (Gamma(1, 10_000), 10_000)],
    ids=["M/D/1", "M/M/1"],
)
def test_mean_waits_at_half_load_are_those_of_queueing_theory(service: LatencyModel, expected: int):
    """Load 1/2, service 10 us: M/D/1 waits load/2/(1-load) services, M/M/1 load/(1-load) (Pollaczek-Khinchine)."""
    means = mean_waits(service, mean_gap=20_000)
    standard_error = stdev(means) / len(means) ** 0.5
    assert standard_error < 0.05 * expected
    assert abs(fmean(means) - expected) < 4 * standard_error
