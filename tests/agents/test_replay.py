"""A replay at a real venue: what each row becomes, and which rows no longer fit."""

from __future__ import annotations

from itertools import count

import pytest

from agents.participant import FIT, UNFIT, Place
from agents.recordings.lobster import BookLevel
from agents.recordings.reading import Recording
from agents.recordings.rows import Row, RowKind
from agents.replay import AMISS, REPLAY_WAKES, Replay
from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import IOC, TAKER, buy
from tests.venues.rig import Client, lit_venue, rows
from venues.fees import FeeSchedule
from venues.messages import Side

BUY, SELL = Side.BUY, Side.SELL
REPLAY = 1
BID, ASK = 99_9900, 100_0100


def new(order_id: int, side: Side, qty: int, price: int, at: int = 0) -> Row:
    return Row(0, at, RowKind.NEW, order_id, side, qty, price)


def reduced(order_id: int, qty: int, at: int = 0, side: Side | None = None, price: int = 0) -> Row:
    return Row(0, at, RowKind.REDUCE, order_id, side, qty, price)


def cancelled(order_id: int, qty: int, at: int = 0) -> Row:
    return Row(0, at, RowKind.CANCEL, order_id, None, qty, 0)


def executed(order_id: int, side: Side, qty: int, price: int, at: int = 0) -> Row:
    return Row(0, at, RowKind.EXECUTE, order_id, side, qty, price)


def told(kind: RowKind, at: int = 0) -> Row:
    return Row(0, at, kind, 0, None, 0, 0)


class Stage:
    """A venue and a replay of rows, 1 ns from each other."""

    def __init__(self, *recorded: Row, opening: tuple[BookLevel, ...] = (), start: int = 0, service: int = 0) -> None:
        self.env, self.log = Environment(), EventLog()
        self.venue = lit_venue(self.env, fees=FeeSchedule(0, 0), service=service, log=self.log)
        place = Place(self.env, self.log, count(1).__next__, 100, 100, {self.venue.name: (-2_000, 3_000)})
        sessions = {self.venue.name: self.venue.connect(REPLAY, 1, 1, REPLAY_WAKES)}
        self.replay = Replay(place, "recording", REPLAY, sessions, recorded, opening, start)
        self.replay.start()

    def run(self) -> Stage:
        self.env.run()
        self.env.run(until=self.env.now + 1_000)
        return self

    def bids(self) -> list[tuple[int, int]]:
        return [(price, qty) for price, qty, _ in self.venue.book.depth(BUY)]

    def asks(self) -> list[tuple[int, int]]:
        return [(price, qty) for price, qty, _ in self.venue.book.depth(SELL)]

    def queue(self) -> list[int]:
        """Open shares of each order in the book, in priority order."""
        return [order.leaves_qty for order in self.venue.book.orders()]

    def summary(self) -> dict[str, int]:
        """What is not 0."""
        return {what: number for what, number in self.replay.summary().items() if number}


def after(*recorded: Row, **options) -> Stage:
    return Stage(*recorded, **options).run()


# -- order entry ------------------------------------------------------------------------------------


def test_rows_are_sent_as_far_apart_as_they_were_recorded_from_the_start_on():
    stage = after(new(7, BUY, 100, BID, at=5_000), new(8, BUY, 100, BID, at=5_300), start=1_000)
    assert rows(stage.log, "orders", "at") == [(1_001,), (1_301,)]


def test_rows_of_one_time_arrive_in_their_order():
    stage = after(new(7, SELL, 300, ASK), new(8, SELL, 200, ASK), new(9, SELL, 100, ASK))
    assert stage.queue() == [300, 200, 100]


def test_crossing_orders_trade_by_the_venues_own_rules():
    stage = after(new(7, SELL, 300, ASK), new(8, BUY, 100, ASK + 100))
    assert stage.asks() == [(ASK, 200)]
    assert rows(stage.log, "trades", "price", "qty") == [(ASK, 100)]


def test_a_reduction_keeps_the_place_and_takes_out_so_many_shares():
    stage = after(new(7, BUY, 300, BID), new(8, BUY, 50, BID), reduced(7, 100))
    assert stage.queue() == [200, 50]
    assert stage.summary() == {"rows": 3, "fit": 3}


def test_a_reduction_counts_from_what_is_left_after_trades():
    stage = after(new(7, SELL, 300, ASK), new(8, BUY, 100, ASK), reduced(7, 50, at=9))
    assert stage.asks() == [(ASK, 150)]


def test_a_reduction_to_nothing_ends_the_order():
    for recorded in ([new(7, BUY, 100, BID), reduced(7, 100)], [new(7, BUY, 100, BID), reduced(7, 40), reduced(7, 60)]):
        stage = after(*recorded)
        assert stage.bids() == []
        assert stage.summary() == {"rows": len(recorded), "fit": len(recorded)}


def test_a_cancel_takes_out_the_rest():
    stage = after(new(7, SELL, 300, ASK), new(8, BUY, 100, ASK), cancelled(7, 200))
    assert stage.asks() == []
    assert stage.summary() == {"rows": 3, "fit": 3}


def test_an_id_may_be_used_again_after_its_cancel():
    stage = after(new(7, BUY, 100, BID), cancelled(7, 100), new(7, BUY, 200, BID))
    assert stage.bids() == [(BID, 200)]


# -- what no longer fits ----------------------------------------------------------------------------


def taken_by_another(*recorded: Row, qty: int) -> Stage:
    """The recorded rows with someone who buys what is offered, at 100 ns."""
    stage = Stage(*recorded)
    Client(stage.venue, owner=TAKER, to=1, back=1).says(buy(qty, ASK, IOC), at=100)
    return stage.run()


def test_a_cancel_of_an_order_that_another_took_is_rejected_and_counted():
    stage = taken_by_another(new(7, SELL, 300, ASK), cancelled(7, 300, at=500), qty=300)
    assert stage.summary() == {"rows": 2, "fit": 1, "unfit": 1, "gone": 1}


def test_a_cancel_that_takes_out_fewer_shares_than_recorded_is_counted():
    stage = taken_by_another(new(7, SELL, 300, ASK), cancelled(7, 300, at=500), qty=100)
    assert stage.summary() == {"rows": 2, "fit": 1, "unfit": 1, "other_size": 1}


def test_a_reduction_that_finds_fewer_shares_takes_those_and_is_counted():
    stage = taken_by_another(new(7, SELL, 300, ASK), reduced(7, 250, at=500), qty=100)
    assert stage.asks() == []
    assert stage.summary() == {"rows": 2, "fit": 1, "unfit": 1, "less_left": 1}


def test_an_execution_that_finds_too_few_shares_is_counted():
    stage = taken_by_another(new(7, SELL, 300, ASK), executed(7, SELL, 300, ASK, at=500), qty=100)
    assert stage.summary() == {"rows": 2, "fit": 1, "unfit": 1, "not_executed": 1}


def test_a_row_of_an_order_never_announced_is_not_sent_and_counted():
    stage = after(reduced(7, 100), cancelled(8, 100), executed(9, SELL, 100, ASK))
    assert stage.venue.seq == 0
    assert stage.summary() == {"rows": 3, "unfit": 3, "never_announced": 3}


def test_an_order_with_an_id_in_use_is_not_sent_and_counted():
    stage = after(new(7, BUY, 100, BID), new(7, BUY, 100, BID))
    assert stage.summary() == {"rows": 2, "fit": 1, "unfit": 1, "id_in_use": 1}


def test_an_order_that_the_venue_refuses_is_counted():
    stage = after(new(7, BUY, 100, BID + 1))
    assert stage.summary() == {"rows": 1, "unfit": 1, "refused": 1}


def test_what_was_not_answered_yet_is_told():
    stage = Stage(new(7, BUY, 100, BID), service=1_000)
    stage.env.run(until=500)
    assert stage.summary() == {"rows": 1, "unanswered": 1}


def test_every_row_is_accounted_for():
    summary = taken_by_another(
        *OUT_OF_TURN, told(RowKind.HALT, at=20), reduced(5, 1, at=20), cancelled(7, 100, at=500), qty=30
    ).replay.summary()
    outcomes = ("fit", "unfit", "hidden", "crosses", "halts", "in_opening", "unanswered")
    assert summary["rows"] == 6 == sum(summary[outcome] for outcome in outcomes)


def test_every_reason_has_a_text():
    assert set(AMISS) < set(after().replay.summary())


# -- a LOBSTER day ----------------------------------------------------------------------------------

OPENING = (BookLevel(SELL, ASK, 300), BookLevel(BUY, BID, 200), BookLevel(SELL, ASK + 100, 50))
FIRST = new(7, SELL, 100, ASK)
"""The row after which the book was OPENING."""


def test_an_execution_is_an_immediate_order_from_the_other_side():
    stage = after(new(7, SELL, 300, ASK), executed(7, SELL, 100, ASK, at=9))
    assert stage.asks() == [(ASK, 200)]
    assert rows(stage.log, "orders", "side", "qty", "price", "time_in_force")[-1] == (BUY, 100, ASK, IOC)
    assert stage.summary() == {"rows": 2, "fit": 2}


def test_hidden_executions_auctions_and_halts_change_nothing_and_are_counted():
    stage = after(told(RowKind.HIDDEN), told(RowKind.HIDDEN), told(RowKind.CROSS), told(RowKind.HALT))
    assert stage.venue.seq == 0
    assert stage.summary() == {"rows": 4, "hidden": 2, "crosses": 1, "halts": 1}


def test_the_opening_book_stands_in_for_the_first_row():
    stage = after(FIRST, opening=OPENING)
    assert stage.asks() == [(ASK, 300), (ASK + 100, 50)]
    assert stage.bids() == [(BID, 200)]
    assert stage.summary() == {"rows": 1, "in_opening": 1}


def test_the_order_of_the_first_row_stands_behind_what_was_there_before():
    stage = after(FIRST, reduced(7, 100, at=9), opening=OPENING)
    assert [queue for queue in stage.queue() if queue != 50] == [200, 200]
    assert stage.summary() == {"rows": 2, "in_opening": 1, "fit": 1}


def test_a_first_row_that_adds_no_order_is_in_the_book_already():
    stage = after(reduced(5, 100, side=SELL, price=ASK), opening=OPENING)
    assert stage.asks() == [(ASK, 300), (ASK + 100, 50)]


def test_an_unannounced_order_is_meant_for_the_opening_book_at_its_price():
    unannounced = (reduced(5, 50, 9, BUY, BID), executed(6, BUY, 100, BID, at=10), reduced(5, 50, 11, BUY, BID))
    stage = after(told(RowKind.HIDDEN), *unannounced, opening=OPENING)
    assert stage.bids() == []
    assert stage.summary() == {"rows": 4, "in_opening": 1, "fit": 3}


def test_what_the_opening_book_no_longer_has_at_a_price_cannot_leave_it():
    unannounced = (reduced(5, 200, 9, BUY, BID), reduced(6, 10, 10, BUY, BID), reduced(6, 10, 11, BUY, BID - 100))
    stage = after(told(RowKind.HIDDEN), *unannounced, new(8, BUY, 70, BID, at=12), opening=OPENING)
    assert stage.bids() == [(BID, 70)]
    assert stage.summary() == {"rows": 5, "in_opening": 1, "fit": 2, "unfit": 2, "never_announced": 2}


# -- shares at one price are alike ------------------------------------------------------------------

OUT_OF_TURN = (new(7, SELL, 100, ASK), new(8, SELL, 60, ASK), executed(8, SELL, 60, ASK, at=10))
"""The recording executes the second order, our venue the first: 7 has 40 shares left, 8 still has 60."""


def test_an_execution_out_of_turn_hits_the_first_order():
    assert after(*OUT_OF_TURN).queue() == [40, 60]


def test_shares_missing_after_an_execution_out_of_turn_come_from_the_order_that_was_spared():
    stage = after(*OUT_OF_TURN, reduced(7, 100, at=20))
    assert stage.asks() == []
    assert stage.summary() == {"rows": 4, "fit": 4}


def test_a_delete_leaves_the_shares_that_the_recording_executed_and_our_book_did_not():
    stage = after(
        new(7, SELL, 100, ASK), new(8, SELL, 60, ASK), executed(8, SELL, 20, ASK, at=10), reduced(8, 40, at=20)
    )
    assert stage.queue() == [80, 20]
    stage = after(*OUT_OF_TURN[:2], executed(8, SELL, 20, ASK, at=10), reduced(8, 40, at=20), reduced(7, 100, at=30))
    assert stage.asks() == []


def test_orders_at_another_price_do_not_make_up_for_missing_shares():
    stage = taken_by_another(*OUT_OF_TURN, new(9, SELL, 80, ASK - 100, at=20), reduced(9, 80, at=500), qty=80)
    assert stage.queue() == [40, 60]
    assert stage.summary() == {"rows": 5, "fit": 4, "unfit": 1, "gone": 1}


@pytest.mark.parametrize("service", [0, 700])
def test_the_level_holds_what_the_recording_holds_however_slow_the_venue_is(service):
    recorded = (
        *OUT_OF_TURN,
        new(9, SELL, 30, ASK, at=11),
        executed(9, SELL, 30, ASK, at=11),
        reduced(7, 30, at=11),
        reduced(7, 70, at=12),
    )
    stage = after(*recorded, service=service)
    assert stage.asks() == []
    assert stage.summary() == {"rows": 7, "fit": 7}


# -- accounts ---------------------------------------------------------------------------------------


def test_fit_and_unfit_rows_are_in_the_log():
    stage = after(new(7, BUY, 100, BID), cancelled(7, 100), cancelled(7, 100))
    stage.replay.log_state()
    states = {key: value for _, _, key, value in rows(stage.log, "states")}
    assert (states[FIT], states[UNFIT]) == (2, 1)


def test_trades_with_itself_leave_no_position_and_cost_the_fees():
    stage = after(new(7, SELL, 100, ASK), new(8, BUY, 100, ASK))
    stage.replay.summary()
    assert (stage.replay.ledger.position, stage.replay.ledger.cash) == (0, -100 * (3_000 - 2_000))


def test_a_sale_to_another_is_in_the_ledger():
    stage = taken_by_another(new(7, SELL, 300, ASK), qty=100)
    stage.replay.summary()
    assert stage.replay.ledger.position == -100


def test_a_file_becomes_a_replay(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("ordtype,uid,is_buy,qty,price,timestamp\nnew,55,True,300,99.99,2019-05-23 09:00:30.216\n")
    stage = Stage()
    sessions = {"NASDAQ": stage.venue.connect(2, 1, 1, REPLAY_WAKES)}
    Replay.of(stage.replay.place, "file", 2, sessions, Recording(path, tick=100)).start()
    assert stage.run().bids() == [(BID, 300)]


def test_an_empty_recording_sends_nothing():
    assert after().venue.seq == 0


def test_the_session_ends_its_orders():
    stage = after(new(7, BUY, 100, BID))
    stage.venue.close()
    stage.run()
    assert stage.summary() == {"rows": 1, "fit": 1}
