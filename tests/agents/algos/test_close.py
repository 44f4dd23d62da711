"""Close: the closing auction, and even slices before it."""

from __future__ import annotations

from agents.algos.close import Close
from tests.agents.algos.builders import ASK, BID, HORIZON, START, deep_market, end, order, slices, work
from tests.agents.builders import CLIENT, MS, SELL, Stage
from venues.messages import BookState, NewOrder, TimeInForce

CALL, UNCROSS = START + 60 * MS, START + 80 * MS


def closes(stage: Stage) -> None:
    """NYSE's closing call, in which the crowd sells at the close."""
    venue = stage.lit("NYSE")
    stage.sends("NYSE", NewOrder(stage.new_id(), 99, SELL, 600, BID, TimeInForce.CLOSE), START + MS)
    stage.env.call_at(CALL, lambda _: venue.set_state(BookState.CLOSING_AUCTION))
    stage.env.call_at(UNCROSS, lambda _: venue.set_state(BookState.CLOSED))


def test_the_auction_takes_everything():
    stage = Stage("NYSE")
    closes(stage)
    work(stage, order(Close(), 500, kind="close", limit=ASK), closes={"NYSE": CALL})
    assert slices(stage) == [(0, 500)]
    assert [fill.at for fill in stage.fills(CLIENT)] == [UNCROSS]
    assert end(stage) == ("FILLED", 500, 0)


def test_a_part_goes_to_the_auction_and_the_rest_before_the_call():
    stage = deep_market()
    closes(stage)
    algo = Close(auction_part=500_000, window=20 * MS, slices=2)
    work(stage, order(algo, 1_000, kind="close", limit=ASK), closes={"NYSE": CALL})
    assert slices(stage) == [(0, 500), (40 * MS, 300), (50 * MS, 200)]
    assert end(stage) == ("FILLED", 1_000, 0)


def test_without_an_auction_it_is_done_by_the_end_of_the_day():
    stage = deep_market()
    work(stage, order(Close(window=20 * MS, slices=2), 1_000, kind="close"), day_ends=START + 50 * MS)
    assert slices(stage) == [(30 * MS, 500), (40 * MS, 500)]


def test_or_by_the_end_of_its_horizon_when_that_is_earlier():
    stage = deep_market()
    work(stage, order(Close(window=20 * MS, slices=2), 1_000, kind="close"), day_ends=START + 9 * HORIZON)
    assert [at for at, _ in slices(stage)] == [80 * MS, 90 * MS]


def test_what_the_auction_leaves_is_left_to_the_end_of_the_horizon():
    stage = Stage("NYSE")
    closes(stage)
    work(stage, order(Close(), 900, kind="close", limit=ASK), closes={"NYSE": CALL})
    assert end(stage) == ("EXPIRED", 600, 300)
