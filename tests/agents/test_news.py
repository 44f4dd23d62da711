"""The value moves at its source and is heard of later, by each on a wire of its own."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from agents.news import Fundamental, Jumps, MeanReverting
from sim.environment import Environment
from sim.log import EventLog
from sim.streams import NANOS_PER_SECOND, Streams
from tests.agents.builders import VALUE, Moves, always, rows_of

STEPS = 20_000


def moving(*moves: tuple[int, int], value: int = VALUE) -> tuple[Environment, EventLog, Fundamental]:
    env, log = Environment(), EventLog()
    fundamental = Fundamental(env, value, Moves(moves), log)
    fundamental.start()
    return env, log, fundamental


def told(log: EventLog) -> list[tuple[int, int]]:
    return [(row["at"], row["value"]) for row in rows_of(log, "news")]


# -- hearing --------------------------------------------------------------------------------------------


def test_everybody_knows_the_value_that_the_day_begins_with():
    _, _, fundamental = moving((1_000, 101_0000))
    assert fundamental.view(500).advance(0) == VALUE


def test_news_is_heard_after_the_wire_and_not_a_nanosecond_before():
    env, _, fundamental = moving((1_000, 101_0000))
    view = fundamental.view(500)
    heard = []
    for at in (999, 1_000, 1_499, 1_500):
        env.run(until=at + 1)
        heard.append(view.advance(at))
    assert heard == [VALUE, VALUE, VALUE, 101_0000]


def test_each_hears_at_its_own_time():
    env, _, fundamental = moving((1_000, 101_0000), (2_000, 102_0000))
    heard = []
    for wire in (300, 1_700):
        fundamental.view(wire).subscribe(lambda value, w=wire: heard.append((env.now, w, value)), lambda *_: True)
    env.run(until=5_000)
    assert heard == [
        (1_300, 300, 101_0000), (2_300, 300, 102_0000), (2_700, 1_700, 101_0000), (3_700, 1_700, 102_0000),
    ]  # fmt: skip


def test_later_news_never_overtakes():
    env, _, fundamental = moving((1_000, 101_0000), (1_100, 102_0000))
    heard = []
    fundamental.view(iter([500, 50]).__next__).subscribe(lambda v: heard.append((env.now, v)), lambda *_: True)
    env.run(until=5_000)
    assert heard == [(1_500, 101_0000), (1_500, 102_0000)]


# -- moving ---------------------------------------------------------------------------------------------


def test_the_log_has_the_value_at_its_source():
    env, log, _ = moving((1_000, 101_0000), (2_000, 99_0000))
    env.run(until=1_500)
    assert told(log) == [(0, VALUE), (1_000, 101_0000)]
    env.run(until=2_500)
    assert told(log)[-1] == (2_000, 99_0000)


def test_a_value_that_never_moves_is_told_once():
    env, log = Environment(), EventLog()
    Fundamental(env, VALUE, None, log).start()
    env.run()
    assert (told(log), env.now) == ([(0, VALUE)], 0)


def test_the_value_stays_above_zero():
    env, log, _ = moving((1_000, -5), (2_000, 0), value=3)
    env.run(until=2_500)
    assert told(log) == [(0, 3), (1_000, 1), (2_000, 1)]


class Halves:
    def step(self) -> tuple[int, float]:
        return 10, 100.4999


def test_the_value_is_told_in_whole_price_units():
    env, log = Environment(), EventLog()
    Fundamental(env, 99, Halves(), log).start()
    env.run(until=11)
    assert told(log) == [(0, 99), (10, 100)]


# -- jumps ----------------------------------------------------------------------------------------------


def jumps(rate: float = 14.0, smallest: int = 20, excess: int = 60) -> tuple[list[int], list[float]]:
    """Gaps in ns and moves in price units of many jumps."""
    draws = Streams(7).draws("jumps")
    process = Jumps(VALUE, draws.exponential(rate), draws.choice_sign(), draws.exponential_mean(excess), smallest)
    steps = [process.step() for _ in range(STEPS)]
    values = [float(VALUE)] + [value for _, value in steps]
    return [gap for gap, _ in steps], [b - a for a, b in pairwise(values)]


def mean(numbers) -> float:
    return math.fsum(numbers) / len(numbers)


def within_4_errors(numbers, expected: float, deviation: float) -> bool:
    return abs(mean(numbers) - expected) < 4 * deviation / math.sqrt(len(numbers))


def test_jumps_come_at_their_rate():
    gaps, _ = jumps(rate=14.0)
    expected = NANOS_PER_SECOND / 14.0
    assert within_4_errors(gaps, expected, deviation=expected)


def test_jumps_are_as_often_up_as_down():
    _, moves = jumps()
    assert within_4_errors([1.0 if move > 0 else -1.0 for move in moves], 0.0, deviation=1.0)


def test_a_jump_s_size_is_the_smallest_and_an_exponential_excess():
    _, moves = jumps(smallest=20, excess=60)
    sizes = [abs(move) for move in moves]
    assert min(sizes) >= 20
    assert within_4_errors(sizes, 80.0, deviation=60.0)
    assert within_4_errors([(size - 80.0) ** 2 for size in sizes], 3_600.0, deviation=math.sqrt(8) * 3_600.0)


def test_jumps_start_from_the_value():
    process = Jumps(VALUE, always(5), always(-1), always(30), 20)
    assert [process.step(), process.step()] == [(5, VALUE - 50.0), (5, VALUE - 100.0)]


# -- mean reversion -------------------------------------------------------------------------------------

INTERVAL = 100_000_000  # 0.1 s
REVERSION, VOLATILITY = 3.0, 200.0
PULL, SHOCK = REVERSION * 0.1, VOLATILITY * math.sqrt(0.1)


def reverting() -> list[float]:
    """Distances from the start on the grid."""
    normal = Streams(7).draws("shocks").normal()
    process = MeanReverting(VALUE, INTERVAL, REVERSION, VOLATILITY, normal)
    steps = [process.step() for _ in range(STEPS)]
    assert {gap for gap, _ in steps} == {INTERVAL}
    return [value - VALUE for _, value in steps]


def test_without_shocks_a_gap_closes_by_the_same_part_each_interval():
    draws = iter([1.0, 0.0, 0.0])
    process = MeanReverting(VALUE, NANOS_PER_SECOND, reversion=0.25, volatility=80.0, normal=draws.__next__)
    assert [process.step()[1] - VALUE for _ in range(3)] == [80.0, 60.0, 45.0]


def test_the_value_wanders_around_its_start():
    keep = 1 - PULL
    deviation = SHOCK / math.sqrt(1 - keep**2) * math.sqrt((1 + keep) / (1 - keep))  # of a mean of an AR(1)
    assert within_4_errors(reverting(), 0.0, deviation)


def test_the_value_wanders_as_far_as_theory_says():
    keep = 1 - PULL
    variance = SHOCK**2 / (1 - keep**2)
    deviation = variance * math.sqrt(2 * (1 + keep**2) / (1 - keep**2))
    assert within_4_errors([x * x for x in reverting()], variance, deviation)


def test_neighbours_are_as_alike_as_theory_says():
    keep = 1 - PULL
    values = reverting()
    covariance = mean([a * b for a, b in pairwise(values)])
    assert covariance / mean([a * a for a in values]) == pytest.approx(keep, abs=4 * math.sqrt((1 - keep**2) / STEPS))
