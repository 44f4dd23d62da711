from __future__ import annotations

from api.pace import LONGEST, MOST_BEHIND, PIECE, SHORTEST, Meter, Pace, Pieces

SECOND = 1_000_000_000


def test_at_speed_ten_simulated_time_goes_ten_times_as_fast():
    assert Pace(10.0, simulated=0, wall=0).goal(wall=SECOND) == 10 * SECOND


def test_at_full_speed_there_is_no_goal():
    pace = Pace("max", simulated=0, wall=0)
    assert pace.goal(wall=SECOND) is None
    assert pace.behind(simulated=0, wall=SECOND) == 0


def test_a_restart_forgets_the_time_that_was_paused():
    pace = Pace(1.0, simulated=0, wall=0)
    pace.restart(simulated=5 * SECOND, wall=60 * SECOND)
    assert pace.goal(wall=61 * SECOND) == 6 * SECOND


def test_a_new_speed_counts_from_now_on():
    pace = Pace(1.0, simulated=0, wall=0)
    pace.restart(SECOND, SECOND, speed=2.0)
    assert pace.goal(wall=2 * SECOND) == 3 * SECOND


def test_a_market_that_cannot_keep_up_does_not_owe_more_than_a_second():
    pace = Pace(10.0, simulated=0, wall=0)
    pace.forgive(simulated=SECOND, wall=60 * SECOND)
    assert pace.behind(simulated=SECOND, wall=60 * SECOND) == 10 * MOST_BEHIND


def test_pieces_shrink_when_they_take_too_long_and_grow_when_they_are_quick():
    pieces = Pieces(length=1_000_000)
    pieces.took(wall=3 * PIECE)
    assert pieces.length == 500_000
    pieces.took(wall=PIECE // 10)
    assert pieces.length == 1_000_000


def test_pieces_stay_within_their_bounds():
    long, short = Pieces(LONGEST), Pieces(SHORTEST)
    long.took(wall=0)
    short.took(wall=SECOND)
    assert (long.length, short.length) == (LONGEST, SHORTEST)


def test_the_meter_tells_the_speed_that_was_reached():
    meter = Meter(simulated=0, wall=0)
    meter.mark(simulated=SECOND, wall=SECOND // 2)
    assert meter.speed(simulated=2 * SECOND, wall=SECOND) == 2.0
