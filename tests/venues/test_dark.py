from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import FOK, GTC, IOC, MAKER, TAKER, buy, cancel, fills, kinds, refusal, replace, sell
from tests.venues.rig import Client, rows
from tests.venues.test_session import NO_MESSAGES
from tests.venues.test_venue import BAD_ORDERS_ANYWHERE
from venues.dark import DarkPool, MidpointBook
from venues.fees import FeeSchedule
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    Message,
    NewOrder,
    OrdStatus,
    Reason,
    Side,
    Terms,
    TimeInForce,
)

BID, ASK, MID = 100_0000, 100_0300, 100_0150


def pool_of(*orders: NewOrder, bid: int = BID, ask: int = ASK, **options: int) -> MidpointBook:
    """A pool that sees this reference and in which these orders have been sent, ids 1, 2, ..., all by MAKER."""
    book = MidpointBook(**options)
    book.set_reference(bid, ask, now=0)
    for order_id, order in enumerate(orders, start=1):
        book.handle(order._replace(order_id=order_id, owner=MAKER), now=0)
    return book


def parties(reports: list[ExecutionReport]) -> list[tuple[int, int, int]]:
    """(maker's order, taker's order, shares) of each cross."""
    trades = [r for r in reports if r.exec_type is ExecType.TRADE]
    for made, took in zip(trades[::2], trades[1::2], strict=True):
        assert (made.liquidity, took.liquidity) == (Liquidity.MAKER, Liquidity.TAKER)
        assert (made.last_px, made.last_qty, made.side) == (took.last_px, took.last_qty, -took.side)
    return [(made.order_id, took.order_id, made.last_qty) for made, took in zip(trades[::2], trades[1::2], strict=True)]


# -- the price ---------------------------------------------------------------------------------------------


def test_orders_cross_at_the_midpoint():
    assert fills(pool_of(sell(500)).handle(buy(200), now=1)) == [(MID, 200)]


def test_half_a_tick_is_exact():
    assert fills(pool_of(sell(500), bid=100_0000, ask=100_0100).handle(buy(200), now=1)) == [(100_0050, 200)]


@pytest.mark.parametrize(
    ("bid", "ask"), [(0, ASK), (BID, 0), (0, 0), (100_0400, 100_0300)], ids=["no bid", "no ask", "empty", "crossed"]
)
def test_without_a_two_sided_uncrossed_reference_nothing_crosses(bid: int, ask: int):
    book = pool_of(sell(500), bid=bid, ask=ask)
    assert book.midpoint is None
    assert kinds(book.handle(buy(200), now=1)) == ["NEW"]
    assert len(book) == 2


def test_before_any_reference_nothing_crosses():
    book = MidpointBook()
    book.handle(sell(500), now=0)
    assert kinds(book.handle(buy(500), now=0)) == ["NEW"]


def test_a_locked_reference_crosses_at_the_locked_price():
    assert fills(pool_of(sell(500), bid=BID, ask=BID).handle(buy(200), now=1)) == [(BID, 200)]


@pytest.mark.parametrize(("limit", "crosses"), [(MID - 50, False), (MID, True), (MID + 50, True), (None, True)])
def test_a_buy_limit_must_reach_the_midpoint(limit: int | None, crosses: bool):
    assert bool(fills(pool_of(sell(500)).handle(buy(200, limit=limit), now=1))) is crosses


@pytest.mark.parametrize(("limit", "crosses"), [(MID + 50, False), (MID, True), (MID - 50, True), (None, True)])
def test_a_sell_limit_must_reach_the_midpoint(limit: int | None, crosses: bool):
    assert bool(fills(pool_of(buy(500)).handle(sell(200, limit=limit), now=1))) is crosses


def test_a_resting_order_s_limit_holds_too():
    book = pool_of(sell(500, limit=MID + 50), sell(500, limit=MID - 50))
    assert parties(book.handle(buy(800, order_id=9), now=1)) == [(2, 9, 500)]


# -- priority ----------------------------------------------------------------------------------------------


def test_time_alone_gives_priority_not_the_limit():
    book = pool_of(sell(300), sell(300, limit=MID - 100), sell(300))
    assert parties(book.handle(buy(700, order_id=9), now=1)) == [(1, 9, 300), (2, 9, 300), (3, 9, 100)]


def test_a_partly_filled_order_keeps_its_place():
    book = pool_of(sell(300), sell(300))
    book.handle(buy(100), now=1)
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(1, 9, 200), (2, 9, 100)]


def test_an_order_that_cannot_trade_blocks_nobody():
    book = pool_of(sell(300, limit=MID + 100), sell(300))
    assert parties(book.handle(buy(300, order_id=9), now=1)) == [(2, 9, 300)]
    assert book.find(1) is not None


# -- time in force -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tif", [IOC, FOK])
def test_an_immediate_order_that_finds_nothing_ends(tif: Any):
    book = pool_of()
    reports = book.handle(buy(200, tif=tif), now=1)
    assert kinds(reports) == ["NEW", "CANCELED"]
    assert reports[-1].reason is (Reason.IOC_REMAINDER if tif is IOC else Reason.FOK_NOT_FILLABLE)
    assert len(book) == 0


def test_ioc_takes_what_is_there():
    reports = pool_of(sell(300)).handle(buy(500, tif=IOC), now=1)
    assert fills(reports) == [(MID, 300)]
    assert (reports[-1].reason, reports[-1].cum_qty, reports[-1].leaves_qty) == (Reason.IOC_REMAINDER, 300, 0)


def test_fok_fills_whole_or_leaves_everything_alone():
    book = pool_of(sell(300), sell(300, limit=MID + 50), sell(100))
    assert kinds(book.handle(buy(500, tif=FOK), now=1)) == ["NEW", "CANCELED"]
    assert parties(book.handle(buy(400, tif=FOK, order_id=9), now=2)) == [(1, 9, 300), (3, 9, 100)]


@pytest.mark.parametrize("limit", [None, MID + 50])
def test_day_orders_rest_with_what_is_left(limit: int | None):
    book = pool_of(sell(300))
    book.handle(buy(500, limit=limit, order_id=9), now=1)
    resting = book.find(9)
    assert resting is not None
    assert (resting.leaves_qty, resting.cum_qty) == (200, 300)


def test_the_close_ends_day_orders_buys_before_sells_oldest_first():
    book = pool_of(sell(1), sell(2), buy(3, limit=MID - 50), buy(4, limit=MID - 50, tif=GTC))
    reports = book.set_state(BookState.CLOSED, now=9)
    assert [(report.order_id, report.reason) for report in reports] == [
        (3, Reason.SESSION_END),
        (1, Reason.SESSION_END),
        (2, Reason.SESSION_END),
    ]
    assert len(book) == 1


def test_a_closed_pool_takes_nothing_new_and_crosses_nothing():
    book = pool_of(sell(300, limit=MID + 50, tif=GTC), buy(300, tif=GTC))
    book.set_state(BookState.CLOSED, now=1)
    assert refusal(book.handle(buy(300), now=2)) is Reason.VENUE_CLOSED
    assert book.set_reference(BID + 100, ASK + 100, now=3) == []
    assert kinds(book.handle(cancel(2, owner=MAKER), now=4)) == ["CANCELED"]


def test_a_pool_that_opens_again_crosses_what_stayed_and_now_agrees():
    book = pool_of(sell(300, limit=MID + 50, tif=GTC), buy(300, tif=GTC))
    book.set_state(BookState.CLOSED, now=1)
    book.set_reference(BID + 100, ASK + 100, now=2)
    assert parties(book.set_state(BookState.CONTINUOUS, now=3)) == [(1, 2, 300)]


# -- the reference moves -------------------------------------------------------------------------------------


def test_resting_orders_cross_when_the_midpoint_reaches_both_limits():
    book = pool_of(sell(300, limit=MID + 50), buy(200, limit=MID + 100))
    assert book.set_reference(BID, ASK, now=1) == []
    reports = book.set_reference(BID + 50, ASK + 50, now=2)
    assert fills(reports) == [(MID + 50, 200)]
    assert {report.at for report in reports} == {2}


@pytest.mark.parametrize("first", [sell(300, limit=MID + 50), buy(300, limit=MID - 50)], ids=["sell", "buy"])
def test_of_two_resting_orders_the_later_one_is_the_taker(first: NewOrder):
    second = sell(300) if first.side is Side.BUY else buy(300)
    book = pool_of(first, second)
    way = 100 if first.side is Side.SELL else -100
    assert parties(book.set_reference(BID + way, ASK + way, now=1)) == [(1, 2, 300)]


def test_resting_orders_cross_oldest_first_on_both_sides():
    book = pool_of(
        sell(100, limit=MID + 50), buy(150, limit=MID + 50), bid=BID - 100, ask=ASK - 100
    )  # midpoint below the sells
    book.handle(sell(100, limit=MID + 50, order_id=3), now=0)
    book.handle(buy(100, limit=MID + 50, order_id=4), now=0)
    assert parties(book.set_reference(BID + 50, ASK + 50, now=1)) == [(1, 2, 100), (2, 3, 50), (3, 4, 50)]
    assert [order.leaves_qty for order in (book.find(4),) if order] == [50]


def test_an_unchanged_midpoint_changes_nothing():
    book = pool_of(sell(300, limit=MID + 50), buy(300))
    assert book.set_reference(BID - 100, ASK + 100, now=1) == []


def test_a_reference_that_vanishes_stops_crossing_until_it_is_back():
    book = pool_of(sell(300))
    assert book.set_reference(0, ASK, now=1) == []
    assert kinds(book.handle(buy(300, order_id=9), now=2)) == ["NEW"]
    assert parties(book.set_reference(BID, ASK, now=3)) == [(1, 9, 300)]


# -- cancel and replace --------------------------------------------------------------------------------------


def test_a_cancel_takes_the_rest_out():
    book = pool_of(sell(300))
    book.handle(buy(100), now=1)
    (report,) = book.handle(cancel(1, owner=MAKER), now=2)
    assert (report.exec_type, report.reason, report.cum_qty) == (ExecType.CANCELED, Reason.REQUESTED, 100)
    assert len(book) == 0


@pytest.mark.parametrize("message", [cancel(99), cancel(1), replace(99, 5, MID), replace(1, 5, MID)])
def test_an_order_of_nobody_or_of_another_is_unknown(message: Message):
    assert refusal(pool_of(sell(300)).handle(message, now=1)) is Reason.UNKNOWN_ORDER


def test_a_smaller_quantity_at_the_same_limit_keeps_its_place():
    book = pool_of(sell(300, limit=BID), sell(300, limit=BID))
    (report,) = book.handle(replace(1, 200, BID, owner=MAKER), now=1)
    assert (report.exec_type, report.leaves_qty) == (ExecType.REPLACED, 200)
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(1, 9, 200), (2, 9, 100)]


def test_the_same_quantity_and_limit_keeps_its_place_too():
    book = pool_of(sell(300, limit=BID), sell(300, limit=BID))
    book.handle(replace(1, 300, BID, owner=MAKER), now=1)
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(1, 9, 300)]


@pytest.mark.parametrize(("qty", "limit"), [(400, BID), (200, BID - 100)], ids=["larger", "another limit"])
def test_anything_else_loses_its_place(qty: int, limit: int):
    book = pool_of(sell(300, limit=BID), sell(300, limit=BID))
    book.handle(replace(1, qty, limit, owner=MAKER), now=1)
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(2, 9, 300)]


def test_who_loses_its_place_is_the_taker_of_the_next_cross():
    book = pool_of(sell(300, limit=MID + 50), buy(300, limit=MID))
    book.handle(replace(1, 200, MID + 100, owner=MAKER), now=1)
    book.handle(replace(2, 300, MID + 100, owner=MAKER), now=2)
    assert parties(book.set_reference(BID + 100, ASK + 100, now=3)) == [(1, 2, 200)]


def test_a_replace_that_now_agrees_crosses_at_once():
    book = pool_of(sell(300, limit=MID + 50), buy(200))
    reports = book.handle(replace(1, 300, MID, owner=MAKER), now=1)
    assert kinds(reports) == ["REPLACED", "TRADE", "TRADE"]
    assert parties(reports) == [(2, 1, 200)]


def test_a_replace_that_crosses_whole_is_gone():
    book = pool_of(sell(300, limit=MID + 50), buy(500))
    book.handle(replace(1, 300, MID, owner=MAKER), now=1)
    assert book.find(1) is None


def test_a_total_counts_what_is_filled():
    book = pool_of(sell(300, limit=BID))
    book.handle(buy(100), now=1)
    (report,) = book.handle(replace(1, 250, BID, owner=MAKER), now=2)
    assert (report.ord_status, report.cum_qty, report.leaves_qty) == (OrdStatus.PARTIALLY_FILLED, 100, 150)
    (report,) = book.handle(replace(1, 100, BID, owner=MAKER), now=3)
    assert (report.exec_type, report.cum_qty) == (ExecType.CANCELED, 100)


@pytest.mark.parametrize(
    ("qty", "limit", "reason"),
    [
        (0, BID, Reason.BAD_QTY),
        (1.5, BID, Reason.BAD_QTY),
        (200, 0, Reason.BAD_PRICE),
        (200, "100", Reason.BAD_PRICE),
        (200, BID + 1, Reason.OFF_TICK),
        (50, BID, Reason.BELOW_MINIMUM),
    ],
)
def test_a_bad_replace_is_refused_and_changes_nothing(qty: Any, limit: Any, reason: Reason):
    book = pool_of(sell(300, limit=BID), min_qty=100)
    assert refusal(book.handle(replace(1, qty, limit, owner=MAKER), now=1)) is reason
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(1, 9, 300)]


# -- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "reason"), BAD_ORDERS_ANYWHERE, ids=lambda value: getattr(value, "name", None))
def test_a_bad_order_is_refused_with_its_reason(order: Any, reason: Reason):
    book = pool_of(sell(300))
    assert refusal(book.handle(order, now=1)) is reason
    assert len(book) == 1


@pytest.mark.parametrize("thing", NO_MESSAGES, ids=lambda thing: type(thing).__name__)
def test_what_is_no_message_is_refused_as_such(thing: Any):
    assert refusal(MidpointBook().handle(thing, now=0)) is Reason.BAD_MESSAGE


@pytest.mark.parametrize("order_id", [None, "1", 1.0, [], 10**30])
def test_an_odd_id_is_unknown(order_id: Any):
    assert refusal(pool_of(sell(300)).handle(CancelOrder(order_id, MAKER), now=1)) is Reason.UNKNOWN_ORDER


def test_a_live_id_cannot_be_used_again_on_either_side():
    book = pool_of(sell(300, limit=ASK), buy(300, limit=BID))
    assert refusal(book.handle(buy(100, order_id=1), now=1)) is Reason.DUPLICATE_ID
    assert refusal(book.handle(buy(100, order_id=2), now=1)) is Reason.DUPLICATE_ID


def test_limits_may_be_half_ticks_but_no_less():
    book = pool_of(tick=100)
    assert kinds(book.handle(buy(100, limit=100_0050), now=1)) == ["NEW"]
    assert refusal(book.handle(buy(100, limit=100_0025), now=1)) is Reason.OFF_TICK


def test_a_venue_wide_minimum_holds_for_orders_not_for_fills():
    book = pool_of(min_qty=100)
    assert refusal(book.handle(sell(99), now=1)) is Reason.BELOW_MINIMUM
    book.handle(sell(150), now=1)
    book.handle(buy(100), now=1)
    assert fills(book.handle(buy(100), now=1)) == [(MID, 50)]


@pytest.mark.parametrize("tick", [0, -2, 25])
def test_a_pool_needs_an_even_tick(tick: int):
    with pytest.raises(ValueError, match=f"tick = {tick}: a pool needs an even tick above zero"):
        MidpointBook(tick=tick)


# -- the venue around it -------------------------------------------------------------------------------------


class Watched:
    """A reference that the test moves by hand, and that counts who listens."""

    def __init__(self) -> None:
        self.now_best = (BID, ASK)
        self.handler: Callable[[object], object] | None = None

    def best(self, now: int) -> tuple[int, int]:
        return self.now_best

    def subscribe(self, handler: Callable[[object], object]) -> None:
        assert self.handler is None, "subscribed already"
        self.handler = handler

    def unsubscribe(self) -> None:
        assert self.handler is not None, "not subscribed"
        self.handler = None

    def move(self, bid: int, ask: int) -> None:
        self.now_best = (bid, ask)
        if self.handler is not None:
            self.handler(None)


class Pool:
    """A pool venue with its reference and two participants."""

    def __init__(self, **options: Any) -> None:
        self.reference, self.log = Watched(), EventLog()
        fees = FeeSchedule(0, 1_000)
        self.venue = DarkPool(Environment(), 5, "SIGMA_DARK", fees, 10, self.log, self.reference, **options)
        self.maker, self.taker = Client(self.venue, owner=MAKER), Client(self.venue, owner=TAKER)

    def rests(self, *orders: NewOrder) -> None:
        for order_id, order in enumerate(orders, start=1):
            self.maker.answer(order._replace(order_id=order_id, owner=MAKER))


def test_a_pool_crosses_at_the_reference_of_the_moment_it_matches():
    pool = Pool()
    pool.rests(sell(500))
    pool.taker.says(buy(200), at=pool.venue.env.now + 1_000)
    pool.venue.env.call_in(1_050, lambda _: pool.reference.move(BID + 200, ASK + 200))  # while the order travels
    assert fills(pool.taker.reports()) == [(MID + 200, 200)]


def test_a_pool_trades_at_a_stale_midpoint_as_long_as_it_sees_no_other():
    pool = Pool()
    pool.rests(sell(500))
    pool.taker.says(buy(200), at=pool.venue.env.now + 1_000)
    pool.venue.env.call_in(1_500, lambda _: pool.reference.move(BID + 200, ASK + 200))
    assert fills(pool.taker.reports()) == [(MID, 200)]


def test_a_pool_listens_to_its_reference_only_while_both_sides_rest():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50))
    assert pool.reference.handler is None
    pool.taker.answer(buy(200, limit=MID, order_id=9))
    assert pool.reference.handler is not None
    pool.taker.answer(cancel(9))
    assert pool.reference.handler is None


def test_resting_orders_cross_when_the_reference_moves_by_itself():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50), buy(200))
    pool.maker.hears()
    before = pool.venue.seq
    pool.reference.move(BID + 50, ASK + 50)
    assert kinds(pool.maker.reports()) == ["TRADE", "TRADE"]
    assert rows(pool.log, "trades", "seq", "price", "qty", "maker_order", "taker_order") == [
        (before + 1, MID + 50, 200, 1, 2)
    ]
    assert pool.reference.handler is None, "one side is left"


def test_a_move_that_crosses_nothing_leaves_no_trace():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 500), buy(200))
    before = (pool.venue.seq, pool.log.events)
    pool.reference.move(BID + 50, ASK + 50)
    assert (pool.venue.seq, pool.log.events) == before


def test_a_call_that_was_under_way_when_the_pool_stopped_listening_does_no_harm():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50), buy(200))
    handler = pool.reference.handler
    pool.maker.answer(cancel(2, owner=MAKER))
    assert handler is not None
    pool.reference.now_best = (BID + 50, ASK + 50)
    handler(None)
    assert rows(pool.log, "trades") == []


def test_orders_that_agree_since_the_last_move_cross_before_a_new_message():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50), buy(200))
    pool.reference.now_best = (BID + 50, ASK + 50)  # known to the pool only when it looks
    reports = pool.taker.answer(buy(400, order_id=9))
    assert fills(reports) == [(MID + 50, 300)]
    assert rows(pool.log, "trades", "maker_order", "taker_order", "qty") == [(1, 2, 200), (1, 9, 300)]


def test_dark_fees_are_exact():
    pool = Pool()
    pool.rests(sell(500))
    pool.taker.answer(buy(333))
    assert [row for row in rows(pool.log, "reports", "owner", "last_qty", "fee") if row[1]] == [
        (MAKER, 333, 0),
        (TAKER, 333, 333_000),
    ]


def test_shares_crossed_by_a_moving_reference_are_counted():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50), buy(200))
    pool.reference.move(BID + 50, ASK + 50)
    assert pool.venue.traded_qty == 200


def test_a_pool_closes_and_listens_no_more():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50, tif=GTC), buy(200, tif=GTC), sell(100, limit=MID + 50))
    pool.venue.close()
    assert [report.reason for report in pool.maker.reports()] == [Reason.SESSION_END]
    assert pool.reference.handler is None
    pool.reference.move(BID + 50, ASK + 50)
    assert pool.taker.answer(buy(100))[0].reason is Reason.VENUE_CLOSED
    assert rows(pool.log, "trades") == []


def test_the_close_has_a_sequence_number_of_its_own():
    pool = Pool()
    pool.rests(sell(500, limit=MID + 50))
    pool.venue.close()
    assert pool.venue.seq == 2
    assert rows(pool.log, "reports", "seq", "exec_type") == [(1, ExecType.NEW), (2, ExecType.CANCELED)]


def test_only_trades_have_a_price_and_a_size():
    book = pool_of(sell(300))
    reports = [*book.handle(buy(500, tif=IOC), now=1), *book.handle(sell(100, order_id=9), now=2)]
    reports += [*book.handle(replace(9, 50, BID), now=3), *book.handle(cancel(9), now=4)]
    assert kinds(reports) == ["NEW", "TRADE", "TRADE", "CANCELED", "NEW", "REPLACED", "CANCELED"]
    assert {(r.last_px, r.last_qty) for r in reports if r.exec_type is not ExecType.TRADE} == {(0, 0)}


def test_a_pool_has_neither_a_minimum_nor_a_speed_bump_unless_stated():
    pool = Pool()
    pool.taker.says(buy(1), at=0)
    ((_, report),) = pool.taker.hears()
    assert (report.exec_type, report.at) == (ExecType.NEW, 110)


def test_a_speed_bump_and_a_minimum_may_be_set():
    pool = Pool(speed_bump=1_000, min_qty=100)
    pool.taker.says(buy(99), at=0)
    ((_, report),) = pool.taker.hears()
    assert (report.at, report.reason) == (1_110, Reason.BELOW_MINIMUM)


def test_nothing_of_a_pool_s_orders_is_published():
    pool = Pool()
    pool.rests(sell(500))
    pool.taker.answer(buy(200))
    assert not hasattr(pool.venue, "feed")
    assert "quotes" not in pool.log.arrays()


@pytest.mark.parametrize("tif", [TimeInForce.OPG, TimeInForce.GTD, TimeInForce.CLOSE])
def test_a_pool_does_not_take_orders_for_auctions_or_until_a_time(tif: TimeInForce):
    assert pool_of().handle(buy(500, tif=tif), now=0)[0].reason is Reason.NOT_SUPPORTED


def test_a_pool_takes_plain_orders_only():
    assert pool_of().handle(buy(500)._replace(terms=Terms(display_qty=0)), now=0)[0].reason is Reason.NOT_SUPPORTED


def test_a_pool_s_reports_tell_the_order_s_total():
    book = pool_of(sell(300))
    assert [r.order_qty for r in book.handle(buy(500, tif=IOC), now=0)] == [500, 300, 500, 500]
