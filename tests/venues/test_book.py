"""The rules of the book, each on both sides. Numbers (``#17``) count the cases of our collection of matching rules,
gathered from the public suites of other engines and from exchange rulebooks; the notation is explained in `notation`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

import numpy as np
import pytest

from tests.venues.builders import IOC, MAKER, book_of, buy, cancel, fills, kinds, refusal, replace, sell
from tests.venues.notation import Talk
from venues.book import Book
from venues.messages import (
    LARGEST_ID,
    LARGEST_PRICE,
    LARGEST_QTY,
    BookState,
    CancelOrder,
    ExecType,
    NewOrder,
    OrdStatus,
    Reason,
    ReplaceOrder,
    Side,
    TimeInForce,
)


@pytest.fixture(params=[False, True], ids=["as written", "mirrored"])
def say(request: pytest.FixtureRequest) -> Talk:
    return Talk(mirrored=request.param)


# -- price-time priority ---------------------------------------------------------------------------


def test_01_better_prices_trade_first_and_the_residual_becomes_the_touch(say: Talk):
    say("S a 5@101", "S b 5@102")
    assert say("B x 12@102") == "a5@101, b5@102, x rests 2@102"
    assert say("S y 2@100") == "x2@102"


def test_02_a_partly_filled_maker_keeps_its_place(say: Talk):
    say("S a 10@101", "S b 10@101")
    assert say("B x 4@101") == "a4@101"
    assert say("B y 8@101") == "a6@101, b2@101"
    assert say.depth("S") == ["8@101"]


def test_03_a_trade_is_at_the_maker_s_price(say: Talk):
    say("S a 5@103")
    assert say("B x 5@105") == "a5@103"
    say("B b 5@100")
    assert say("S y 5@98") == "b5@100"


@pytest.mark.parametrize(("cancelled", "expected"), [("a", "b1, c1"), ("b", "a1, c1"), ("c", "a1, b1")])
def test_04_a_cancelled_order_leaves_the_queue_wherever_it_stands(say: Talk, cancelled: str, expected: str):
    say("S a 1@101", "S b 1@101", "S c 1@101", f"cancel {cancelled}")
    assert say("B x 3@101") == expected.replace("1", "1@101") + ", x rests 1@101"


def test_05_cancels_inside_a_queue_keep_the_order_of_the_others(say: Talk):
    say(*(f"S {name} 1@101" for name in "abcde"), "cancel b", "cancel d")
    assert say("B x 3@101") == "a1@101, c1@101, e1@101"


def test_06_five_thousand_makers_trade_in_order_of_arrival(say: Talk):
    say(*(f"S m{i} 1@101" for i in range(300)))
    assert say("B x 300@101") == ", ".join(f"m{i}1@101" for i in range(300))
    book = book_of(asks=[(101_00, 1)] * 5_000)
    reports = book.submit(buy(5_000, limit=101_00), now=0)
    assert [r.order_id for r in reports if r.owner == MAKER] == list(range(1, 5_001))
    assert book.depth(Side.SELL) == []


def test_08_an_exact_match_finishes_both_orders(say: Talk):
    say("S a 5@101")
    assert say("B x 5@101") == "a5@101"
    assert say.best() == (0, 0)
    assert say("cancel a") == "a refused (unknown order)"
    assert say("replace a 5@101") == "a refused (unknown order)"


def test_09_a_cancel_cancels_what_is_open_not_what_was_ordered(say: Talk):
    say("S a 5@101", "B x 2@101")
    assert say("cancel a") == "a cancels 3 (requested)"


def test_10_an_id_that_was_never_issued_is_unknown(say: Talk):
    assert say("cancel a") == "a refused (unknown order)"
    assert say("replace a 5@101") == "a refused (unknown order)"


def test_11_an_id_is_unique_while_live_and_free_afterwards(say: Talk):
    say("S a 5@101")
    assert say("S a 5@102") == "a refused (duplicate id)"
    assert say.depth("S") == ["5@101"]
    assert say("cancel a", "S a 5@103") == "a rests 5@103"


def test_11_a_duplicate_id_does_not_trade_either(say: Talk):
    say("S a 5@101", "B b 5@99")
    assert say("B a 5@101") == "a refused (duplicate id)"


def test_13_orders_of_one_instant_stand_in_order_of_arrival(say: Talk):
    assert say("S b 1@101", "S a 1@101", "S c 1@101", "B x 3@101") == "b1@101, a1@101, c1@101"


def test_13_the_clock_settles_nothing_even_if_it_ran_backwards():
    book = Book()
    for now, order_id in ((9, 1), (5, 2), (0, 3)):
        book.submit(sell(1, 100_0000, order_id=order_id), now)
    assert [order.order_id for order in book.orders()] == [1, 2, 3]


def test_14_a_price_of_one_tick_works(say: Talk):
    say("B b 5@1")
    assert say.best() == (1, 0)
    assert say("S x 5@1") == "b5@1"


@pytest.mark.parametrize("side", Side)
def test_14_the_largest_price_and_size_work(side: Side):
    book = Book()
    order = NewOrder(1, MAKER, side, LARGEST_QTY, LARGEST_PRICE)
    book.submit(order, now=0)
    against = order._replace(order_id=2, side=Side(-side))
    assert fills(book.submit(against, now=0)) == [(LARGEST_PRICE, LARGEST_QTY)]
    assert refusal(book.submit(order._replace(qty=LARGEST_QTY + 1), now=0)) is Reason.BAD_QTY
    assert refusal(book.submit(order._replace(price=LARGEST_PRICE + 100), now=0)) is Reason.BAD_PRICE


@pytest.mark.parametrize("price", [0, -1, -300])
def test_14_a_price_of_zero_or_less_is_refused(price: int):
    assert refusal(Book().submit(buy(5, limit=price * 100), now=0)) is Reason.BAD_PRICE


def test_15_below_the_touch_an_order_rests_and_at_the_touch_it_trades(say: Talk):
    say("S a 5@101")
    assert say("B x 3@100") == "x rests 3@100"
    assert say.best() == (100, 101)
    assert say("B y 1@101") == "a1@101"


# -- time in force, market orders --------------------------------------------------------------------


def test_16_ioc_takes_what_it_can_and_cancels_the_rest(say: Talk):
    say("S a 5@101")
    assert say("B x 8@101 IOC") == "a5@101, x cancels 3 (ioc remainder)"
    assert say.best() == (0, 0)


def test_17_ioc_on_an_empty_side_is_accepted_and_cancelled(say: Talk):
    assert say("B x 8@101 IOC") == "x cancels 8 (ioc remainder)"
    assert [report.exec_type for report in say.log] == [ExecType.NEW, ExecType.CANCELED]


def test_18_ioc_away_from_the_market_is_cancelled(say: Talk):
    say("S a 5@101")
    assert say("B x 5@100 IOC") == "x cancels 5 (ioc remainder)"


def test_19_fok_that_cannot_fill_is_killed_whole(say: Talk):
    say("S a 5@101", "S b 5@102")
    assert say("B x 11@102 FOK") == "x cancels 11 (fok not fillable)"
    assert say.depth("S") == ["5@101", "5@102"]


def test_20_fok_fills_over_makers_and_levels(say: Talk):
    say("S a 5@101", "S b 3@101", "S c 5@102")
    assert say("B x 10@102 FOK") == "a5@101, b3@101, c2@102"


def test_20_fok_that_takes_exactly_all_there_is_fills(say: Talk):
    say("S a 5@101", "S b 5@102")
    assert say("B x 10@102 FOK") == "a5@101, b5@102"


def test_21_fok_counts_what_lies_within_its_limit(say: Talk):
    say("S a 5@101", "S b 5@102")
    assert say("B x 10@101 FOK") == "x cancels 10 (fok not fillable)"


def test_a_market_fok_counts_the_whole_side(say: Talk):
    say("S a 5@101", "S b 5@150")
    assert say("B x 11 MKT FOK") == "x cancels 11 (fok not fillable)"
    assert say("B y 10 MKT FOK") == "a5@101, b5@150"


def test_23_a_market_order_never_rests(say: Talk):
    say("B b 5@99")
    assert say("B m 3 MKT") == "m cancels 3 (market remainder)"
    assert say.best() == (99, 0)


def test_24_a_market_order_takes_any_price_and_the_remainder_is_cancelled(say: Talk):
    say("S a 5@101", "S b 5@103")
    assert say("B m 12 MKT") == "a5@101, b5@103, m cancels 2 (market remainder)"


@pytest.mark.parametrize("tif", ["DAY", "GTC", "IOC"])
def test_24_whatever_its_time_in_force(say: Talk, tif: str):
    say("S a 5@101")
    assert say(f"B m 7 MKT {tif}") == "a5@101, m cancels 2 (market remainder)"


def test_31_at_the_close_day_orders_end_and_gtc_orders_stay(say: Talk):
    say("S a 5@101", "S b 5@102 GTC", "S c 5@103")
    assert say.close() == "a cancels 5 (session end), c cancels 5 (session end)"
    assert say.depth("S") == ["5@102"]


def test_31_the_close_ends_bids_before_asks_and_each_side_in_priority_order():
    book = book_of(bids=[(99_0000, 1), (98_0000, 1), (99_0000, 1)], asks=[(102_0000, 1), (101_0000, 1)])
    *ended, state = book.set_state(BookState.CLOSED, now=9)
    assert [report.order_id for report in ended] == [3, 5, 4, 2, 1]
    assert (state.exec_type, state.reason) == (ExecType.STATE, Reason.STATE_CLOSED)


def test_31_a_closed_book_cancels_but_takes_nothing_new(say: Talk):
    say("S a 5@101 GTC", "S b 5@102 GTC")
    say.close()
    assert say("B x 5@101") == "x refused (venue closed)"
    assert say("replace a 4@101") == "a refused (venue closed)"
    assert say("cancel a") == "a cancels 5 (requested)"


def test_31_a_book_that_opens_again_goes_on_with_what_stayed():
    book = book_of(asks=[(100_0500, 300)])
    book.submit(sell(200, limit=100_0600, tif=TimeInForce.GTC), now=0)
    book.set_state(BookState.CLOSED, now=1)
    assert kinds(book.set_state(BookState.CONTINUOUS, now=2)) == ["STATE"]
    assert fills(book.submit(buy(200, limit=100_0600), now=3)) == [(100_0600, 200)]


# -- replace -----------------------------------------------------------------------------------------


def test_34_a_smaller_quantity_keeps_the_place(say: Talk):
    say("S a 10@101", "S b 10@101")
    assert say("replace a 4@101") == "a rests 4@101"
    assert say("B x 6@101") == "a4@101, b2@101"


def test_35_a_larger_quantity_loses_the_place(say: Talk):
    say("S a 10@101", "S b 10@101", "replace a 12@101")
    assert say("B x 6@101") == "b6@101"


def test_36_another_price_loses_the_place_also_after_coming_back(say: Talk):
    say("S a 10@101", "S b 10@101", "replace a 10@102", "replace a 10@101")
    assert say("B x 6@101") == "b6@101"


def test_36_a_smaller_quantity_at_another_price_loses_the_place_too(say: Talk):
    say("S a 10@101", "S b 10@102")
    assert say("replace a 4@102") == "a rests 4@102"
    assert say("B x 12@102") == "b10@102, a2@102"


def test_37_the_same_price_and_quantity_keeps_the_place_and_is_answered(say: Talk):
    say("S a 10@101", "S b 10@101")
    assert say("replace a 10@101") == "a rests 10@101"
    assert say.log[-1].exec_type is ExecType.REPLACED
    assert say("B x 6@101") == "a6@101"


def test_38_a_replace_that_crosses_trades_at_the_maker_s_price(say: Talk):
    say("S a 5@101", "B b 10@99")
    assert say("replace b 10@102") == "a5@101, b rests 5@102"
    assert say.best() == (102, 0)


def test_38_a_replace_that_crosses_deep_takes_several_levels(say: Talk):
    say("S a 5@101", "S c 5@102", "B b 12@99", "B d 1@99")
    assert say("replace b 10@103") == "a5@101, c5@102"
    assert say.queue("B") == ["d"]


def test_39_a_total_that_is_filled_already_cancels_the_rest(say: Talk):
    say("S a 10@101", "B x 6@101")
    assert say("replace a 4@101") == "a cancels 4 (requested)"
    assert say("replace a 20@101") == "a refused (unknown order)"


def test_39_so_does_a_total_that_equals_what_is_filled(say: Talk):
    say("S a 10@101", "B x 6@101")
    assert say("replace a 6@101") == "a cancels 4 (requested)"


def test_39_a_total_counts_what_is_filled(say: Talk):
    say("S a 10@101", "B x 6@101")
    assert say("replace a 9@101") == "a rests 3@101"
    assert (say.log[-1].ord_status, say.log[-1].cum_qty) == (OrdStatus.PARTIALLY_FILLED, 6)


def test_39_a_partly_filled_order_that_trades_again_after_a_replace_adds_up(say: Talk):
    say("S a 10@101", "B x 6@101", "B y 2@99")
    assert say("replace a 12@99") == "y2@99, a rests 4@99"
    assert say.log[-1].cum_qty == 8


def test_41_a_replace_inside_a_queue_touches_only_its_own_order(say: Talk):
    say("S a 10@101", "S b 10@101", "replace b 3@101")
    assert say("B x 13@101") == "a10@101, b3@101"


def test_42_repricing_one_of_two_leaves_the_other_and_exact_volumes(say: Talk):
    say("S a 10@101", "S b 7@101", "replace a 10@102")
    assert say.depth("S") == ["7@101", "10@102"]


def test_43_another_owner_s_order_is_unknown(say: Talk):
    say("S a 5@101 [Y]")
    assert say("replace a 3@101 [X]") == "a refused (unknown order)"
    assert say("cancel a [X]") == "a refused (unknown order)"
    assert say("cancel a [Y]") == "a cancels 5 (requested)"


@pytest.mark.parametrize("qty", [0, -3])
def test_44_a_replace_to_nothing_is_a_wrong_size(say: Talk, qty: int):
    say("S a 5@101")
    assert say(f"replace a {qty}@101") == "a refused (bad qty)"


def test_46_a_replace_that_comes_after_the_last_fill_is_too_late(say: Talk):
    say("S a 5@101", "B x 5@101")
    assert say("replace a 8@102") == "a refused (unknown order)"
    assert say.depth("S") == []


# -- refusals ----------------------------------------------------------------------------------------

GOOD = NewOrder(9, 7, Side.BUY, 500, 100_0000, TimeInForce.DAY)

BAD_ORDERS: list[tuple[NewOrder, Reason]] = [
    (GOOD._replace(qty=0), Reason.BAD_QTY),
    (GOOD._replace(qty=-1), Reason.BAD_QTY),
    (GOOD._replace(qty=1.5), Reason.BAD_QTY),  # type: ignore[arg-type]
    (GOOD._replace(qty=500.0), Reason.BAD_QTY),  # type: ignore[arg-type]
    (GOOD._replace(qty=True), Reason.BAD_QTY),
    (GOOD._replace(qty=None), Reason.BAD_QTY),  # type: ignore[arg-type]
    (GOOD._replace(qty="500"), Reason.BAD_QTY),  # type: ignore[arg-type]
    (GOOD._replace(qty=10**30), Reason.BAD_QTY),
    (GOOD._replace(price=0), Reason.BAD_PRICE),
    (GOOD._replace(price=-100), Reason.BAD_PRICE),
    (GOOD._replace(price=100_0000.0), Reason.BAD_PRICE),  # type: ignore[arg-type]
    (GOOD._replace(price=float("nan")), Reason.BAD_PRICE),  # type: ignore[arg-type]
    (GOOD._replace(price="100.00"), Reason.BAD_PRICE),  # type: ignore[arg-type]
    (GOOD._replace(price=10**30), Reason.BAD_PRICE),
    (GOOD._replace(price=100_0050), Reason.OFF_TICK),
    (GOOD._replace(price=1), Reason.OFF_TICK),
    (GOOD._replace(side=0), Reason.BAD_SIDE),  # type: ignore[arg-type]
    (GOOD._replace(side="BUY"), Reason.BAD_SIDE),  # type: ignore[arg-type]
    (GOOD._replace(side=None), Reason.BAD_SIDE),  # type: ignore[arg-type]
    (GOOD._replace(time_in_force=5), Reason.BAD_TIME_IN_FORCE),  # type: ignore[arg-type]
    (GOOD._replace(time_in_force="IOC"), Reason.BAD_TIME_IN_FORCE),  # type: ignore[arg-type]
    (GOOD._replace(order_id="9"), Reason.BAD_MESSAGE),  # type: ignore[arg-type]
    (GOOD._replace(order_id=None), Reason.BAD_MESSAGE),  # type: ignore[arg-type]
    (GOOD._replace(order_id=[]), Reason.BAD_MESSAGE),  # type: ignore[arg-type]
    (GOOD._replace(order_id=10**30), Reason.BAD_MESSAGE),
    (GOOD._replace(order_id=1), Reason.DUPLICATE_ID),
]


@pytest.mark.parametrize(("order", "reason"), BAD_ORDERS, ids=lambda value: getattr(value, "name", None))
def test_105_a_bad_order_is_refused_with_its_reason_and_changes_nothing(order: NewOrder, reason: Reason):
    book = book_of(bids=[(99_9900, 300)], asks=[(100_0000, 300)])
    before = book.state_hash()
    (report,) = book.handle(order, now=5)
    assert (report.exec_type, report.ord_status, report.reason) == (ExecType.REJECTED, OrdStatus.REJECTED, reason)
    assert (report.last_qty, report.cum_qty, report.leaves_qty, report.at) == (0, 0, 0, 5)
    assert book.state_hash() == before


BAD_REPLACES: list[tuple[ReplaceOrder, Reason]] = [
    (replace(1, qty=0, limit=100_0000, owner=MAKER), Reason.BAD_QTY),
    (replace(1, qty=-5, limit=100_0000, owner=MAKER), Reason.BAD_QTY),
    (replace(1, qty=10**30, limit=100_0000, owner=MAKER), Reason.BAD_QTY),
    (ReplaceOrder(1, MAKER, 1.5, 100_0000), Reason.BAD_QTY),  # type: ignore[arg-type]
    (ReplaceOrder(1, MAKER, None, 100_0000), Reason.BAD_QTY),  # type: ignore[arg-type]
    (replace(1, qty=5, limit=0, owner=MAKER), Reason.BAD_PRICE),
    (replace(1, qty=5, limit=-100, owner=MAKER), Reason.BAD_PRICE),
    (replace(1, qty=5, limit=10**30, owner=MAKER), Reason.BAD_PRICE),
    (ReplaceOrder(1, MAKER, 5, None), Reason.BAD_PRICE),  # type: ignore[arg-type]
    (ReplaceOrder(1, MAKER, 5, 100_0000.0), Reason.BAD_PRICE),  # type: ignore[arg-type]
    (replace(1, qty=5, limit=100_0050, owner=MAKER), Reason.OFF_TICK),
    (replace(99, qty=5, limit=100_0000, owner=MAKER), Reason.UNKNOWN_ORDER),
    (replace(1, qty=5, limit=100_0000, owner=99), Reason.UNKNOWN_ORDER),
    (ReplaceOrder("1", MAKER, 5, 100_0000), Reason.UNKNOWN_ORDER),  # type: ignore[arg-type]
    (ReplaceOrder([], MAKER, 5, 100_0000), Reason.UNKNOWN_ORDER),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("message", "reason"), BAD_REPLACES, ids=lambda value: getattr(value, "name", None))
def test_105_a_bad_replace_is_refused_with_its_reason_and_changes_nothing(message: ReplaceOrder, reason: Reason):
    book = book_of(bids=[(99_9900, 300)], asks=[(100_0000, 300)])
    before = book.state_hash()
    (report,) = book.handle(message, now=5)
    assert (report.exec_type, report.reason) == (ExecType.CANCEL_REJECTED, reason)
    assert book.state_hash() == before


@pytest.mark.parametrize("order_id", [99, -1, None, "1", 1.5, [], {}, 10**30])
def test_105_a_cancel_of_no_known_id_is_refused(order_id: object):
    book = book_of(asks=[(100_0000, 300)])
    (report,) = book.handle(CancelOrder(order_id, MAKER), now=5)  # type: ignore[arg-type]
    assert (report.exec_type, report.reason) == (ExecType.CANCEL_REJECTED, Reason.UNKNOWN_ORDER)


@pytest.mark.parametrize("owner", [float(MAKER), "7", None])
def test_105_an_owner_that_is_no_whole_number_owns_nothing(owner: object):
    book = book_of(asks=[(100_0000, 300)])
    assert refusal(book.handle(CancelOrder(1, owner), now=5)) is Reason.UNKNOWN_ORDER  # type: ignore[arg-type]
    assert refusal(book.handle(ReplaceOrder(1, owner, 5, 100_0000), now=5)) is Reason.UNKNOWN_ORDER  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", [None, 7, "buy 500", (1, 2, 3), object(), ExecType.NEW])
def test_what_is_no_message_is_refused_as_such(thing: object):
    assert refusal(Book().handle(thing, now=0)) is Reason.BAD_MESSAGE


def test_numpy_integers_are_as_good_as_integers():
    i = np.int64
    book = book_of(asks=[(100_0000, 300)])
    order = NewOrder(i(9), i(8), Side.BUY, i(500), i(100_0000))  # type: ignore[arg-type]
    reports = book.handle(order, now=0)
    assert fills(reports) == [(100_0000, 300)]
    assert {type(field) for report in reports for field in report[2:4] + report[6:10]} == {int}
    assert kinds(book.handle(ReplaceOrder(i(9), i(8), i(400), i(99_9900)), now=0)) == ["REPLACED"]  # type: ignore[arg-type]
    assert type(next(book.orders()).leaves_qty) is int
    assert kinds(book.handle(CancelOrder(i(9), i(8)), now=0)) == ["CANCELED"]  # type: ignore[arg-type]


def test_numpy_prices_meet_plain_ones_at_one_level():
    book = book_of(bids=[(99_9900, 300)])
    book.submit(buy(200, limit=np.int64(99_9900)), now=0)  # type: ignore[arg-type]
    assert book.depth(Side.BUY) == [(99_9900, 500, 2)]


def test_plain_numbers_stand_for_sides_and_times_in_force():
    reports = Book().submit(NewOrder(1, 7, -1, 500, 100_0000, 3), now=0)  # type: ignore[arg-type]
    assert reports[-1].side is Side.SELL
    assert reports[-1].reason is Reason.IOC_REMAINDER


def test_103_a_tick_holds_for_new_orders_and_replaces():
    book = Book(tick=50)
    assert kinds(book.submit(buy(100, limit=99_9950, order_id=1), now=0)) == ["NEW"]
    assert refusal(book.submit(buy(100, limit=99_9925), now=0)) is Reason.OFF_TICK
    assert refusal(book.replace(replace(1, 100, 99_9975 - 50 + 1), now=0)) is Reason.OFF_TICK


@pytest.mark.parametrize("order_id", [LARGEST_ID, -LARGEST_ID, 0])
def test_an_id_is_any_number_of_64_bits(order_id: int):
    assert kinds(Book().submit(buy(100, limit=100_0000, order_id=order_id), now=0)) == ["NEW"]


@pytest.mark.parametrize("order_id", [LARGEST_ID + 1, -LARGEST_ID - 1])
def test_a_longer_id_is_none(order_id: int):
    assert refusal(Book().submit(buy(100, limit=100_0000, order_id=order_id), now=0)) is Reason.BAD_MESSAGE


def test_a_tick_may_be_one_price_unit():
    assert kinds(Book(tick=1).submit(buy(100, limit=1), now=0)) == ["NEW"]


@pytest.mark.parametrize("tick", [0, -1])
def test_a_book_needs_a_tick_above_zero(tick: int):
    with pytest.raises(ValueError, match=f"tick = {tick}: a tick is a whole number of price units above zero"):
        Book(tick)


# -- what reports say ----------------------------------------------------------------------------------


def test_both_parties_get_a_report_of_a_trade_the_maker_first():
    book = book_of(asks=[(100_0500, 300)])
    accepted, made, took = book.submit(buy(200, limit=100_0600, order_id=9), now=4)
    assert (accepted.exec_type, accepted.leaves_qty, accepted.price) == (ExecType.NEW, 200, 100_0600)
    assert (made.order_id, made.owner, made.side, made.price, made.liquidity.name) == (
        1,
        7,
        Side.SELL,
        100_0500,
        "MAKER",
    )
    assert (took.order_id, took.owner, took.side, took.price, took.liquidity.name) == (
        9,
        8,
        Side.BUY,
        100_0600,
        "TAKER",
    )
    assert made.last_px == took.last_px == 100_0500
    assert made.last_qty == took.last_qty == 200
    assert (made.ord_status, made.cum_qty, made.leaves_qty) == (OrdStatus.PARTIALLY_FILLED, 200, 100)
    assert (took.ord_status, took.cum_qty, took.leaves_qty) == (OrdStatus.FILLED, 200, 0)
    assert {accepted.at, made.at, took.at} == {4}


def test_trades_come_in_match_order_between_the_acknowledgement_and_the_remainder():
    book = book_of(asks=[(100_0500, 300), (100_0600, 200)])
    reports = book.submit(buy(900, limit=100_0600, tif=IOC), now=0)
    assert kinds(reports) == ["NEW", "TRADE", "TRADE", "TRADE", "TRADE", "CANCELED"]
    assert fills(reports) == [(100_0500, 300), (100_0600, 200)]
    assert (reports[-1].ord_status, reports[-1].cum_qty, reports[-1].leaves_qty) == (OrdStatus.CANCELED, 500, 0)


def test_a_remainder_that_rests_after_trading_needs_no_word():
    book = book_of(asks=[(100_0500, 300)])
    reports = book.submit(buy(400, limit=100_0500, order_id=9), now=0)
    assert (reports[-1].ord_status, reports[-1].leaves_qty) == (OrdStatus.PARTIALLY_FILLED, 100)
    found = book.find(9)
    assert found is not None
    assert (found.price, found.leaves_qty, found.cum_qty, found.owner) == (100_0500, 100, 300, 8)


def test_the_acknowledgement_of_a_replace_carries_the_new_terms():
    book = book_of(asks=[(100_0500, 300)])
    (report,) = book.replace(replace(1, qty=200, limit=100_0700, owner=MAKER), now=3)
    assert (report.exec_type, report.ord_status, report.price, report.leaves_qty) == (
        ExecType.REPLACED,
        OrdStatus.NEW,
        100_0700,
        200,
    )


# -- looking at it -------------------------------------------------------------------------------------


def test_an_empty_book_has_neither_best_price_nor_depth():
    book = Book()
    assert (book.top(), book.depth(Side.BUY), list(book.orders()), len(book)) == ((0, 0, 0, 0), [], [], 0)


def test_depth_gives_price_shares_and_orders_of_the_best_levels():
    book = book_of(bids=[(99_9800, 5), (99_9900, 3), (99_9900, 4), (99_9700, 9)], asks=[(100_0100, 2)])
    assert book.depth(Side.BUY, levels=2) == [(99_9900, 7, 2), (99_9800, 5, 1)]
    assert book.depth(Side.SELL) == [(100_0100, 2, 1)]
    assert book.top() == (99_9900, 7, 100_0100, 2)


def test_depth_is_ten_levels_unless_stated():
    book = book_of(asks=[(100_0000 + 100 * i, 5) for i in range(12)])
    assert [price for price, _, _ in book.depth(Side.SELL)] == [100_0000 + 100 * i for i in range(10)]
    assert len(book.depth(Side.SELL, levels=12)) == 12


def test_orders_are_listed_in_priority_order_bids_before_asks():
    book = book_of(bids=[(99_9800, 5), (99_9900, 3)], asks=[(100_0200, 2), (100_0100, 2), (100_0100, 1)])
    assert [order.order_id for order in book.orders()] == [5, 4, 2, 3, 1]


def test_equal_books_have_equal_hashes_however_they_came_about():
    straight = book_of(asks=[(100_0500, 300)])
    detour = book_of(asks=[(100_0500, 300), (100_0600, 100)])
    assert detour.state_hash() != straight.state_hash()
    detour.cancel(cancel(2, owner=MAKER), now=1)
    assert detour.state_hash() == straight.state_hash()


@pytest.mark.parametrize("other", [[(100_0500, 299)], [(100_0600, 300)], []])
def test_the_hash_tells_sizes_and_prices_apart(other: list[tuple[int, int]]):
    assert book_of(asks=other).state_hash() != book_of(asks=[(100_0500, 300)]).state_hash()


def test_the_hash_tells_the_order_of_a_queue():
    book = book_of(asks=[(100_0500, 300), (100_0500, 300)])
    before = book.state_hash()
    book.replace(replace(1, 301, 100_0500, MAKER), now=1)
    book.replace(replace(1, 300, 100_0500, MAKER), now=1)
    assert book.depth(Side.SELL) == [(100_0500, 600, 2)]
    assert book.state_hash() != before


# -- what other engines got wrong once -----------------------------------------------------------------

REGRESSIONS: dict[str, tuple[list[str], str]] = {
    "a taker's price prints": (["S a 5@101", "B x 5@110"], "a5@101"),
    "a residual is lost on a partial fill": (["S a 5@101", "B x 3@101", "cancel a"], "a cancels 2 (requested)"),
    "a cancel leaves a dead best price": (["S a 5@101", "S b 5@102", "cancel a", "B x 5@102"], "b5@102"),
    "a cancel removes the rest of the level": (["S a 5@101", "S b 5@101", "cancel a", "B x 5@101"], "b5@101"),
    "a cancel removes only the head": (["S a 5@101", "S b 5@101", "cancel b", "B x 6@101"], "a5@101, x rests 1@101"),
    "a partial fill demotes the maker": (["S a 5@101", "S b 5@101", "B x 1@101", "B y 4@101"], "a4@101"),
    "a filled id stays in the index": (["S a 5@101", "B x 5@101", "cancel a"], "a refused (unknown order)"),
    "a duplicate id corrupts the queue": (["S a 5@101", "S b 5@101", "S a 9@101", "B x 10@101"], "a5@101, b5@101"),
    "an IOC remainder rests": (["B x 5@101 IOC", "S y 5@101"], "y rests 5@101"),
    "an order walks past its limit": (["S a 5@101", "S b 5@103", "B x 10@102"], "a5@101, x rests 5@102"),
    "a FOK dies because it spans makers": (["S a 5@101", "S b 5@101", "B x 10@101 FOK"], "a5@101, b5@101"),
    "a FOK dies because it spans levels": (["S a 5@101", "S b 5@102", "B x 10@102 FOK"], "a5@101, b5@102"),
    "a removal reorders the level": (
        ["S a 1@101", "S b 1@101", "S c 1@101", "S d 1@101", "cancel a", "B x 3@101"],
        "b1@101, c1@101, d1@101",
    ),
    "a replace is acknowledged after the fill": (
        ["S a 5@101", "B x 5@101", "replace a 9@101"],
        "a refused (unknown order)",
    ),
    "a replace rests crossed": (["S a 5@101", "B b 5@99", "replace b 5@101"], "a5@101"),
    "a level's count is decremented twice": (
        ["S a 5@101", "S b 5@101", "B x 5@101", "cancel a", "B y 5@101"],
        "b5@101",
    ),
    "a trade of zero shares prints": (["S a 5@101", "B x 5@101", "S b 5@101", "B y 5@101"], "b5@101"),
    "an empty side looks like a price of 0": (["B b 5@1", "cancel b", "S m 5 MKT"], "m cancels 5 (market remainder)"),
    "the ask comparator has the wrong sign": (["S a 1@103", "S b 1@101", "S c 1@102", "B x 1@103"], "b1@101"),
}


@pytest.mark.parametrize("error", REGRESSIONS)
def test_an_error_that_other_engines_shipped_is_not_ours(say: Talk, error: str):
    commands, answer = REGRESSIONS[error]
    assert say(*commands) == answer


def lines_executed(work: Callable[[], object]) -> int:
    """How many lines of Python the work takes: a cost that no other load on the machine changes."""
    lines = 0

    def count(frame: object, event: str, _: object) -> object:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("position", [0, 0.5, 0.999])
def test_a_cancel_costs_the_same_in_a_long_queue_and_a_deep_book(position: float):
    def cost(orders: int, levels: int) -> int:
        book = book_of(asks=[(100_0000 + 100 * (i % levels), 1) for i in range(orders)])
        return lines_executed(lambda: book.cancel(cancel(1 + int(position * orders), MAKER), now=0))

    small = cost(10, 10)
    assert cost(1_000, 1) <= 2 * small
    assert cost(1_000, 500) <= 2 * small


def test_a_book_through_which_much_has_gone_holds_nothing_of_it():
    book = Book()
    for order_id in range(2_000):
        book.submit(sell(100, limit=100_0000 + 100 * (order_id % 50), order_id=order_id), now=order_id)
        if order_id % 2:
            book.submit(buy(200, limit=101_0000, tif=IOC), now=order_id)
    assert len(book) == 0
    assert list(book.orders()) == []


def test_what_leaves_a_book_is_gone_without_the_garbage_collector():
    book = Book()
    gc.collect()
    gc.disable()
    try:
        for order_id in range(300):
            book.submit(sell(100, limit=100_0000 + 100 * (order_id % 7), order_id=order_id), now=order_id)
        for order_id in range(0, 300, 3):
            book.cancel(cancel(order_id), now=300)
        book.submit(buy(50_000), now=301)
        assert len(book) == 0
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert book.depth(Side.SELL, 1_000) == []
