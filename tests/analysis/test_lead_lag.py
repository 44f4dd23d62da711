"""Prices that follow each other, made by hand and by a random walk."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.lead_lag import LeadLag, Mids, by_interval, follows_by, hayashi_yoshida, mids_of, on_grid
from tests.analysis.builders import BATS, NYSE, Recording

MS = 1_000_000
SECOND = 1_000 * MS


def walk(seconds: int = 60, gap: int = 7 * MS, seed: int = 7) -> Mids:
    """Steps of a fair coin at uneven times."""
    draw = np.random.default_rng(seed)
    at = np.cumsum(draw.integers(1, 2 * gap, seconds * SECOND // gap))
    return Mids(at, 100.0 + np.cumsum(draw.choice([-0.01, 0.01], len(at))))


def later(mids: Mids, delay: int) -> Mids:
    return Mids(mids.at + delay, mids.mid)


def grid(first: Mids, second: Mids) -> LeadLag:
    return on_grid(first, second, 10 * MS, [step * 10 * MS for step in range(-10, 11)])


@pytest.mark.parametrize("delay", [0, 30, 40, -50])
def test_the_peak_is_at_the_delay(delay: int) -> None:
    first = walk()
    found = grid(first, later(first, delay * MS))
    assert (found.peak, found.peak_error) == (delay * MS, 0)
    assert found.largest == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("delay", [3, 40, -17])
def test_without_a_grid_the_peak_is_at_the_delay_to_the_lag(delay: int) -> None:
    first = walk()
    found = hayashi_yoshida(first, later(first, delay * MS), [lag * MS for lag in range(-60, 61)])
    assert found.peak == delay * MS
    assert found.largest > 0.9


def test_prices_that_have_nothing_to_do_with_each_other_have_no_peak_to_speak_of() -> None:
    found = grid(walk(seed=1), walk(seed=2))
    assert found.largest < 4 * max(found.errors)
    assert found.peak_error > 0


def test_standard_errors_are_those_of_independent_changes() -> None:
    """Of n products of independent changes: 1 / sqrt(n); the mean over 21 lags of 20 blocks is good to 10 %."""
    found = grid(walk(seed=1), walk(seed=2))
    assert np.mean(found.errors) == pytest.approx(1 / math.sqrt(6_000), rel=0.2)


@pytest.mark.parametrize(("step", "expected"), [(20, 0.0), (40, 0.0), (80, 0.5), (400, 0.9)])
def test_correlation_at_once_breaks_down_below_the_delay(step: int, expected: float) -> None:
    first = walk(seconds=600)
    correlation, error = by_interval(first, later(first, 40 * MS), [step * MS])[step * MS]
    assert correlation == pytest.approx(expected, abs=4 * error)
    assert error < 0.05


def test_hayashi_and_yoshida_count_every_overlap() -> None:
    """By hand: changes 1, 1, -1 of the first at 10, 20, 40; of the second 2 at 15 and -1 at 45, on 21 such runs."""
    at, mid, other_at, other = [0], [0.0], [0], [0.0]
    for start in range(0, 21 * 100, 100):
        for when, change in ((10, 1), (20, 1), (40, -1)):
            at.append(start + when)
            mid.append(mid[-1] + change)
        for when, change in ((15, 2), (45, -1)):
            other_at.append(start + when)
            other.append(other[-1] + change)
    at.append(2_100), mid.append(mid[-1]), other_at.append(2_100), other.append(other[-1])
    product = 0.0
    for i in range(1, len(at)):
        for j in range(1, len(other_at)):
            if at[i - 1] < other_at[j] and other_at[j - 1] < at[i]:
                product += (mid[i] - mid[i - 1]) * (other[j] - other[j - 1])
    squares = math.sqrt(sum(x * x for x in np.diff(mid)) * sum(x * x for x in np.diff(other)))
    found = hayashi_yoshida(Mids(np.array(at), np.array(mid)), Mids(np.array(other_at), np.array(other)), [0])
    assert found.correlations[0] == pytest.approx(product / squares)


def test_a_price_that_never_moves_has_no_correlation() -> None:
    first = walk()
    found = grid(first, Mids(first.at, np.full(len(first.at), 100.0)))
    assert all(math.isnan(each) for each in found.correlations)


def test_a_venue_s_mid_is_that_of_its_two_sided_quotes() -> None:
    recording = Recording()
    recording.quote(0, 99_9900, 0, ask_qty=0)
    recording.quote(5, 99_9900, 100_0100)
    recording.quote(6, 1, 2, venue=BATS)
    recording.quote(9, 99_9900, 100_0300)
    mids = mids_of(recording.tables(), "NYSE")
    assert (mids.at.tolist(), mids.mid.tolist()) == ([5, 9], [100_0000.0, 100_0100.0])
    with pytest.raises(ValueError, match="DARK never had a bid and an ask at once"):
        mids_of(recording.tables(), "DARK")
    with pytest.raises(ValueError, match="no venue 'LSE'; venues: NYSE, BATS, DARK"):
        mids_of(recording.tables(), "LSE")


def test_the_lag_between_two_venues_of_a_run() -> None:
    recording = Recording()
    first = walk()
    rows = [(int(at) + delay, int(mid * 10_000), venue) for venue, delay in ((NYSE, 0), (BATS, 20 * MS))
            for at, mid in zip(first.at, first.mid, strict=True)]  # fmt: skip
    for at, mid, venue in sorted(rows):
        recording.quote(at, mid - 100, mid + 100, venue=venue)
    assert follows_by(recording.tables(), "NYSE", "BATS") == 20
    assert math.isnan(follows_by(recording.tables(), "NYSE", "DARK"))


@pytest.mark.parametrize(
    ("at", "mid", "message"),
    [([1, 2], [1.0], "2 times and 1 mids: each mid needs its time"), ([2, 1], [1.0, 1.0], "times must not fall")],
)
def test_a_price_through_time_has_rising_times(at: list[int], mid: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Mids(np.array(at), np.array(mid))


def test_too_little_is_said_so() -> None:
    short = Mids(np.arange(10), np.arange(10.0))
    with pytest.raises(ValueError, match="too short for 40 steps of 1 ns"):
        on_grid(short, short, 1, [0])
    with pytest.raises(ValueError, match="10 quotes: too few for 40 changes"):
        hayashi_yoshida(short, short, [0])
    with pytest.raises(ValueError, match="nothing to correlate"):
        on_grid(short, Mids(np.array([], dtype=np.int64), np.array([])), 1, [0])
