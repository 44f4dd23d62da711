"""The leaves split over all venues at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.strategies.broadcast import Broadcast, even_split
from agents.strategies.parameters import StrategyProblems
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, Trial, buy, drive

LIT = {
    "NYSE": (99_9900, 300, 100_0000, 300),
    "NASDAQ": (99_9900, 500, 100_0000, 500),
    "IEX": (99_9900, 50, 100_0000, 50),
}


def first_decision(trial: Trial) -> list[tuple[str, int]]:
    return [(child.venue, child.qty) for child in trial.decisions[0][1].send]


def test_lit_and_dark_venues_get_an_even_share_in_one_decision():
    market = ScriptedMarket(LIT, {"SIGMA_DARK": 0})
    assert first_decision(drive(Broadcast(), buy(200), market)) == [
        ("NYSE", 50),
        ("NASDAQ", 50),
        ("IEX", 50),
        ("SIGMA_DARK", 50),
    ]


def test_what_a_venue_does_not_display_is_split_among_the_others():
    market = ScriptedMarket(LIT, {"SIGMA_DARK": 0})
    assert first_decision(drive(Broadcast(), buy(1_250), market)) == [
        ("NYSE", 300),
        ("NASDAQ", 450),
        ("IEX", 50),
        ("SIGMA_DARK", 450),
    ]


def test_without_pools_no_more_than_what_is_displayed_is_sent():
    assert first_decision(drive(Broadcast(), buy(5_000), ScriptedMarket(LIT))) == [
        ("NYSE", 300),
        ("NASDAQ", 500),
        ("IEX", 50),
    ]


def test_fewer_shares_than_venues_go_to_the_first_ones():
    assert first_decision(drive(Broadcast(), buy(2), ScriptedMarket(LIT))) == [("NYSE", 1), ("NASDAQ", 1)]


def test_venues_beyond_the_limit_get_nothing():
    market = ScriptedMarket(LIT | {"NASDAQ": (99_9900, 500, 100_0100, 500)})
    assert first_decision(drive(Broadcast(), buy(300, limit=100_0000), market)) == [("NYSE", 250), ("IEX", 50)]


def test_a_broadcast_can_be_timed_to_arrive_everywhere_at_once():
    measured = ScriptedExperience(
        round_trips={"NYSE": 300_000, "NASDAQ": 250_000, "IEX": 350_000, "SIGMA_DARK": 500_000}
    )
    market = ScriptedMarket(LIT, {"SIGMA_DARK": 0}, experience=measured)
    (_, actions), *_ = drive(Broadcast(arrive_together=True), buy(200), market).decisions
    assert [child.not_before for child in actions.send] == [100_000, 125_000, 75_000, None]


def test_a_broadcast_in_sequence_is_refused():
    with pytest.raises(StrategyProblems, match="children = 'sequential': must be parallel"):
        Broadcast(children="sequential")  # type: ignore[arg-type]


@given(st.integers(0, 10_000), st.lists(st.integers(0, 2_000), max_size=12))
def test_a_split_deals_all_there_is_room_for_and_overfills_nobody(total, rooms):
    dealt = even_split(total, rooms)
    assert sum(dealt) == min(total, sum(rooms))
    assert all(0 <= share <= room for share, room in zip(dealt, rooms, strict=True))


@given(st.integers(0, 10_000), st.lists(st.integers(0, 2_000), min_size=1, max_size=12))
def test_a_split_is_even_but_for_full_places_and_one_odd_share(total, rooms):
    dealt = even_split(total, rooms)
    not_full = [share for share, room in zip(dealt, rooms, strict=True) if share < room]
    assert not not_full or max(dealt) - min(not_full) <= 1
