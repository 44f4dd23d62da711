"""Iceberg and pegged orders: a part at a time, at a price that stays or follows."""

from __future__ import annotations

import pytest

from agents.algos.shown import Iceberg, Pegged
from tests.agents.algos.builders import ASK, BID, START, deep_market, order, slices, work
from tests.agents.builders import BUY, CLIENT, MS, SELL, Stage


def spread(bid: int = 99_9500, ask: int = 100_0500) -> Stage:
    stage = Stage("NYSE", "BATS")
    stage.rests("BATS", BUY, 500, bid)
    stage.rests("BATS", SELL, 500, ask)
    return stage


def test_an_iceberg_shows_a_part_and_the_next_when_it_is_filled():
    stage = spread()
    work(stage, order(Iceberg(show=200), 500, kind="iceberg", limit=100_0000), until=START + 10 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 100_0000, 200)]
    stage.takes("NYSE", SELL, 200, at=START + 20 * MS)
    stage.run(until=START + 30 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 100_0000, 200)]
    stage.takes("NYSE", SELL, 200, at=START + 40 * MS)
    stage.run(until=START + 50 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 100_0000, 100)]
    assert [qty for _, qty in slices(stage)] == [200, 200, 100]


def test_the_next_part_comes_after_the_refresh():
    stage = spread()
    stage.takes("NYSE", SELL, 200, at=START + 20 * MS)
    work(stage, order(Iceberg(show=200, refresh=5 * MS), 500, kind="iceberg", limit=100_0000))
    assert [at for at, _ in slices(stage)] == [0, 25 * MS + 100]


def test_an_iceberg_without_a_limit_joins_the_touch():
    stage = spread()
    work(stage, order(Iceberg(show=200), 500, kind="iceberg"), until=START + MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 99_9500, 200)]


def test_a_limit_through_the_market_rests_a_tick_before_it():
    stage = spread()
    work(stage, order(Iceberg(show=200), 500, kind="iceberg", limit=101_0000), until=START + MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 100_0400, 200)]


def test_a_cap_on_participation_lets_a_part_wait():
    stage = spread()
    stage.takes("BATS", BUY, 400, at=START + 50 * MS)
    work(stage, order(Iceberg(show=100), 500, kind="iceberg", limit=100_0000, max_participation=200_000), until=90 * MS)
    assert slices(stage) == []
    stage.run(until=START + 99 * MS)
    assert slices(stage) == []  # looks every 100 ms, and the order ends with the second look


@pytest.mark.parametrize(
    ("peg", "side", "price"),
    [
        (Pegged(), BUY, 99_9500),
        (Pegged(), SELL, 100_0600),
        (Pegged(offset=100), BUY, 99_9600),
        (Pegged(offset=-100), SELL, 100_0700),
        (Pegged(follow="mid"), BUY, 100_0000),
        (Pegged(follow="mid"), SELL, 100_0100),
        (Pegged(offset=9_0000), BUY, 100_0500),
    ],
)
def test_a_peg_rests_at_what_it_follows_on_the_tick_and_never_through_the_market(peg, side, price):
    stage = spread(ask=100_0600)  # the mid is half a tick: 100.0050
    work(stage, order(peg, 300, kind="pegged", side=side), until=START + MS)
    assert [p for _, p, _ in stage.resting(CLIENT, "NYSE")] == [price]


def test_a_peg_follows_the_market_up_to_its_limit():
    stage = spread()
    work(stage, order(Pegged(every=2 * MS), 300, kind="pegged", limit=99_9700), until=START + MS)
    stage.rests("BATS", BUY, 500, 99_9600, at=START + 3 * MS)
    stage.run(until=START + 7 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 99_9600, 300)]
    stage.rests("BATS", BUY, 500, 99_9900, at=START + 8 * MS)
    stage.run(until=START + 15 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 99_9700, 300)]
    assert [m.action for m in stage.arrived(CLIENT)] == ["NEW", "REPLACE", "REPLACE"]


def test_a_peg_counts_what_was_filled_when_it_moves():
    stage = spread()
    work(stage, order(Pegged(every=2 * MS), 300, kind="pegged"), until=START + MS)
    stage.takes("NYSE", SELL, 100, at=START + 2 * MS)
    stage.rests("BATS", BUY, 500, 99_9600, at=START + 3 * MS)
    stage.run(until=START + 9 * MS)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, 99_9600, 200)]


def test_a_peg_rests_where_it_is_told():
    stage = deep_market("NYSE", "BATS")
    work(stage, order(Pegged(venue="BATS"), 300, kind="pegged"), until=START + MS)
    assert stage.resting(CLIENT, "BATS") == [(BUY, BID, 300)]


def test_without_a_quote_nothing_is_sent_until_there_is_one():
    stage = Stage("NYSE")
    stage.rests("NYSE", BUY, 500, BID, at=START + 20 * MS)
    stage.rests("NYSE", SELL, 500, ASK, at=START + 20 * MS)
    work(stage, order(Pegged(), 300, kind="pegged"))
    (first, *_) = stage.arrived(CLIENT)
    assert first.price == BID
    assert first.at >= START + 20 * MS
