"""The obvious book: its copies, its calendar, corners of its rules. The numbered cases are in the conformance suite."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.venues.order_flow import MIDDLE, SECOND, TICK, EveryKind, random_policies, told
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    NewOrder,
    Peg,
    Reason,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.obvious_book import ObviousBook
from venues.policies import (
    Band,
    BandReference,
    FokCounts,
    IdReuse,
    MarketRemainder,
    MinQtyMode,
    OffTick,
    Policies,
    SelfTrade,
    TickTable,
)

BUY, SELL = Side.BUY, Side.SELL
GTD, IOC, FOK = TimeInForce.GTD, TimeInForce.IOC, TimeInForce.FOK


def at(ticks: int) -> int:
    return ticks * TICK


def book_with(*orders: NewOrder, **policies: Any) -> ObviousBook:
    book = ObviousBook(TICK, Policies(**policies))
    for order in orders:
        assert book.submit(order, 0)[0].exec_type is ExecType.NEW
    return book


def trades(reports: list[ExecutionReport]) -> list[tuple[int, int, int]]:
    """(maker, shares, ticks)."""
    return [(r.order_id, r.last_qty, r.last_px // TICK) for r in reports if r.liquidity.name == "MAKER"]


def last_reason(reports: list[ExecutionReport]) -> Reason:
    return reports[-1].reason


# -- copies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_112_a_book_restored_from_json_goes_on_alike_and_says_the_same_of_itself(seed: int):
    policies = random_policies(random.Random(seed))
    flow, book = EveryKind(seed, policies), ObviousBook(TICK, policies)
    for _ in range(100):
        told(book, *flow.next(list(book.orders())))
    written = json.loads(json.dumps(book.snapshot()))
    copy = ObviousBook.restore(written)
    assert copy.snapshot() == written
    for _ in range(100):
        command = flow.next(list(book.orders()))
        assert told(copy, *command) == told(book, *command)
    assert copy.state_hash() == book.state_hash()


@pytest.mark.parametrize("policies", [Policies(fok_counts=FokCounts.DISPLAYED), Policies(min_qty=MinQtyMode.AGGREGATE)])
def test_what_was_only_tried_leaves_no_trace(policies: Policies):
    book = ObviousBook(TICK, policies)
    book.submit(NewOrder(1, 1, SELL, 5, at(101)), 0)
    before = book.state_hash()
    book.submit(NewOrder(2, 2, BUY, 9, at(101), FOK), 0)
    book.submit(NewOrder(3, 2, BUY, 9, at(101), IOC, Terms(min_qty=6)), 0)
    assert book.state_hash() == before


def test_a_tick_of_nothing_is_refused():
    with pytest.raises(ValueError, match="tick = 0: a tick is a whole number of price units above zero"):
        ObviousBook(0)


# -- the calendar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_to_sleep_long_is_to_wake_at_every_due_time(seed: int):
    """Whoever calls `advance` at each `next_at` hears the same as who lets the next command do it."""
    policies = random_policies(random.Random(seed), band=Band(30, limit_state=30 * SECOND, pause=20 * SECOND))
    flow, sleeper, waker = EveryKind(seed, policies), ObviousBook(TICK, policies), ObviousBook(TICK, policies)
    for _ in range(200):
        command, now = flow.next(list(sleeper.orders()))
        heard = []
        while (due := waker.next_at()) is not None and due <= now:
            heard += waker.advance(due)
        assert told(sleeper, command, now) == heard + told(waker, command, now)
        assert sleeper.state_hash() == waker.state_hash()


def test_an_order_good_till_a_time_trades_at_that_time_and_ends_after_it():
    book = book_with(NewOrder(1, 1, SELL, 5, at(101), GTD, Terms(expire_at=10)))
    assert book.next_at() == 11
    assert trades(book.submit(NewOrder(2, 2, BUY, 2, at(101)), 10)) == [(1, 2, 101)]
    (expired,) = book.advance(11)
    assert (expired.exec_type, expired.at, expired.order_qty - expired.cum_qty) == (ExecType.EXPIRED, 10, 3)
    assert book.next_at() is None


def test_what_was_due_is_done_before_a_command_that_is_refused():
    book = book_with(NewOrder(1, 1, SELL, 5, at(101), GTD, Terms(expire_at=10)))
    kinds = [r.exec_type for r in book.cancel(CancelOrder(1, 1), 12)]
    assert kinds == [ExecType.EXPIRED, ExecType.CANCEL_REJECTED]


def test_a_batch_is_due_only_when_it_would_do_something():
    book = ObviousBook(TICK, Policies(batch_interval=10))
    book.submit(NewOrder(1, 1, SELL, 5, at(101)), 3)
    assert book.next_at() is None
    book.submit(NewOrder(2, 2, BUY, 5, at(101)), 10)
    assert book.next_at() == 11, "it belongs to the batch at 10: what is due then follows the messages of then"
    assert [r.exec_type.name for r in book.advance(11)] == ["TRADE", "TRADE", "STATE"]


def test_a_limit_state_that_lasts_pauses_the_book_and_the_auction_moves_the_band():
    band = Band(500, BandReference.FIXED, limit_state=10, pause=5)
    book = book_with(NewOrder(1, 1, BUY, 5, at(120)), reference_px=at(100), band=band)
    assert book.top()[0] == at(105)
    assert book.next_at() == 11
    assert [last_reason(book.advance(11)), book.next_at()] == [Reason.STATE_VOLATILITY_AUCTION, 16]
    book.submit(NewOrder(2, 2, SELL, 5, at(103)), 12)
    reopening = book.advance(16)[-1]
    assert (reopening.reason, reopening.last_px, reopening.at) == (Reason.STATE_CONTINUOUS, at(103), 15)
    assert book.band == (at(98), at(108)), "103 -/+ 5 %, to the nearest tick"


# -- corners ----------------------------------------------------------------------------------------------


def test_an_order_passed_over_for_a_minimum_is_met_when_the_taker_has_become_small():
    makers = [NewOrder(1, 1, SELL, 4, at(101)), NewOrder(2, 1, SELL, 6, at(101))]
    book = book_with(*makers, min_qty=MinQtyMode.PER_INTERACTION)
    assert trades(book.submit(NewOrder(3, 2, BUY, 10, at(101), IOC, Terms(min_qty=5)), 0)) == [(2, 6, 101), (1, 4, 101)]


def test_a_fill_or_kill_order_counts_no_shares_that_a_decrement_would_eat():
    book = book_with(NewOrder(1, 2, SELL, 4, at(101)), NewOrder(2, 1, SELL, 9, at(101)), self_trade=SelfTrade.DECREMENT)
    assert last_reason(book.submit(NewOrder(3, 2, BUY, 8, at(101), FOK), 0)) is Reason.FOK_NOT_FILLABLE
    assert book.top() == (0, 0, at(101), 13)


def test_a_fill_or_kill_order_that_the_band_stops_says_so():
    policies = {"reference_px": at(100), "band": Band(100, BandReference.FIXED)}
    book = ObviousBook(TICK, Policies(**policies))
    book.set_state(BookState.VOLATILITY_AUCTION, 0)
    book.submit(NewOrder(1, 1, SELL, 5, at(103)), 0)
    book.set_state(BookState.CONTINUOUS, 0)
    assert last_reason(book.submit(NewOrder(2, 2, BUY, 5, at(110), FOK), 0)) is Reason.PRICE_BAND
    assert last_reason(book.submit(NewOrder(3, 2, BUY, 6, at(110), FOK), 0)) is Reason.FOK_NOT_FILLABLE


@pytest.mark.parametrize(("side", "rests_at"), [(BUY, 101), (SELL, 102)])
def test_what_is_left_of_a_market_order_rests_at_the_passive_tick_beside_a_half_tick_trade(side: Side, rests_at: int):
    """The quote beyond the peg is the taker's own and passed over, so the peg is the last that it trades with."""
    quotes = [NewOrder(1, 7, BUY, 1, at(101)), NewOrder(2, 7, SELL, 1, at(102))]
    peg = NewOrder(3, 1, Side(-side), 2, None, terms=Terms(peg=Peg.MIDPOINT))
    book = book_with(*quotes, peg, market_remainder=MarketRemainder.LAST_PRICE, self_trade=SelfTrade.SKIP)
    reports = book.submit(NewOrder(4, 7, side, 3, None), 0)
    assert reports[-1].last_px == at(101) + TICK // 2
    assert [(o.order_id, o.leaves_qty) for o in book.orders() if o.price == at(rests_at)][-1] == (4, 1)


def test_a_limit_that_rounds_to_nothing_is_refused_even_where_limits_are_rounded():
    book = ObviousBook(TICK, Policies(off_tick=OffTick.ROUND))
    (refused,) = book.submit(NewOrder(1, 1, BUY, 5, TICK - 1), 0)
    assert refused.reason is Reason.OFF_TICK
    assert book.submit(NewOrder(1, 1, SELL, 5, TICK - 1), 0)[0].price == TICK


@pytest.mark.parametrize(("side", "price", "rounded"), [(BUY, at(MIDDLE) - 30, -50), (SELL, at(MIDDLE) - 30, 0)])
def test_ticks_change_at_a_boundary_and_rounding_may_reach_it(side: Side, price: int, rounded: int):
    table = TickTable(((0, TICK // 2), (at(MIDDLE), TICK)))
    book = ObviousBook(TICK, Policies(off_tick=OffTick.ROUND, ticks=table))
    assert book.submit(NewOrder(1, 1, side, 5, price), 0)[0].price == at(MIDDLE) + rounded


def test_an_id_is_spent_for_ever_where_ids_are_never_used_again():
    book = book_with(NewOrder(1, 1, SELL, 5, at(101)), id_reuse=IdReuse.NEVER)
    book.cancel(CancelOrder(1, 1), 0)
    copy = ObviousBook.restore(book.snapshot())
    assert last_reason(copy.submit(NewOrder(1, 1, SELL, 5, at(101)), 0)) is Reason.DUPLICATE_ID


def test_a_decrement_tells_the_smaller_order_before_the_one_that_goes_on():
    book = book_with(NewOrder(1, 1, SELL, 4, at(101)), self_trade=SelfTrade.DECREMENT)
    _, ended, goes_on = book.submit(NewOrder(2, 1, BUY, 9, at(101)), 0)
    assert (ended.exec_type, ended.order_qty - ended.cum_qty) == (ExecType.CANCELED, 4)
    assert (goes_on.exec_type, goes_on.order_qty, goes_on.leaves_qty) == (ExecType.RESTATED, 5, 5)


def test_the_peak_of_an_iceberg_may_be_given_up_and_counts_from_the_next_refresh():
    book = book_with(NewOrder(1, 1, SELL, 20, at(101), terms=Terms(display_qty=5)))
    book.replace(ReplaceOrder(1, 1, 20, at(101), Terms()), 0)
    assert book.top() == (0, 0, at(101), 5)
    book.submit(NewOrder(2, 2, BUY, 5, at(101)), 0)
    assert book.top() == (0, 0, at(101), 15)
