"""Each value of a pool's policies, minimum execution sizes, and reductions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.venues.builders import FOK, IOC, MAKER, buy, fills, kinds, refusal, replace, sell
from tests.venues.test_dark import ASK, BID, MID, parties
from venues.dark import MidpointBook
from venues.messages import BookState, ExecType, Message, NewOrder, OrdStatus, Peg, Reason, ReduceOrder, Terms
from venues.policies import MinQtyMode
from venues.pool_policies import PoolPolicies, Priority


def pool_of(*orders: NewOrder, bid: int = BID, ask: int = ASK, **policies: Any) -> MidpointBook:
    """A pool of these policies in which MAKER has sent these orders, ids 1, 2, ..."""
    book = MidpointBook(policies=PoolPolicies(**policies))
    book.set_reference(bid, ask, now=0)
    for order_id, order in enumerate(orders, start=1):
        book.handle(order._replace(order_id=order_id, owner=MAKER), now=0)
    return book


def least(order: NewOrder, qty: int) -> NewOrder:
    """The order with a minimum execution size."""
    return order._replace(terms=Terms(min_qty=qty))


def reduce(order_id: int, qty: Any, owner: int = MAKER) -> ReduceOrder:
    return ReduceOrder(order_id, owner, qty)


# -- priority ------------------------------------------------------------------------------------------------


def test_by_time_the_first_comes_first_however_small():
    assert parties(pool_of(sell(100), sell(500)).handle(buy(300, order_id=9), now=1)) == [(1, 9, 100), (2, 9, 200)]


def test_by_size_the_largest_comes_first():
    book = pool_of(sell(100), sell(500), priority=Priority.SIZE)
    assert parties(book.handle(buy(550, order_id=9), now=1)) == [(2, 9, 500), (1, 9, 50)]


def test_by_size_equal_sizes_trade_by_time():
    book = pool_of(sell(300), sell(300), priority=Priority.SIZE)
    assert parties(book.handle(buy(400, order_id=9), now=1)) == [(1, 9, 300), (2, 9, 100)]


def test_by_size_what_is_open_counts_not_what_was_sent():
    book = pool_of(sell(500), sell(300), priority=Priority.SIZE)
    book.handle(buy(300), now=1)  # leaves 200 of the first
    assert parties(book.handle(buy(100, order_id=9), now=2)) == [(2, 9, 100)]


def test_by_size_both_sides_meet_largest_first_when_the_reference_moves():
    orders = (sell(100, limit=MID + 50), sell(400, limit=MID + 50), buy(200), buy(300))
    book = pool_of(*orders, priority=Priority.SIZE)
    reports = book.set_reference(BID + 50, ASK + 50, now=1)
    assert parties(reports) == [(2, 4, 300), (2, 3, 100), (1, 3, 100)]


# -- minimum sizes of orders -----------------------------------------------------------------------------------


def test_an_order_trades_its_minimum_with_one_order_or_not_at_all():
    book = pool_of(sell(100), sell(300))
    assert parties(book.handle(least(buy(300, order_id=9), 200), now=1)) == [(2, 9, 300)]


def test_a_resting_order_s_minimum_holds_against_small_orders():
    book = pool_of(least(sell(500), 200))
    assert fills(book.handle(buy(199, tif=IOC), now=1)) == []
    assert fills(book.handle(buy(200, tif=IOC), now=2)) == [(MID, 200)]


def test_who_is_too_small_blocks_nobody():
    book = pool_of(least(sell(500), 200), sell(100))
    assert parties(book.handle(buy(100, order_id=9), now=1)) == [(2, 9, 100)]


def test_the_rest_below_the_minimum_may_trade_whole():
    book = pool_of(least(sell(500), 300))
    book.handle(buy(400), now=1)
    assert fills(book.handle(buy(99, tif=IOC), now=2)) == []
    assert fills(book.handle(buy(150, tif=IOC), now=3)) == [(MID, 100)]


def test_a_rest_that_got_small_enough_trades_with_who_waited():
    book = pool_of(least(sell(300), 100), buy(50))
    assert parties(book.handle(buy(260, order_id=9), now=1)) == [(1, 9, 260), (1, 2, 40)]


def test_a_reduction_can_make_two_orders_agree():
    book = pool_of(least(sell(300), 100), buy(60))
    reports = book.handle(reduce(1, 250), now=1)
    assert kinds(reports) == ["REPLACED", "TRADE", "TRADE"]
    assert parties(reports) == [(1, 2, 50)]


def test_a_replace_can_make_two_orders_agree():
    book = pool_of(least(sell(300, limit=BID), 100), buy(60))
    assert parties(book.handle(replace(1, 50, BID, owner=MAKER), now=1)) == [(1, 2, 50)]


def test_a_replace_keeps_the_minimum_unless_it_names_another():
    book = pool_of(least(sell(500, limit=BID), 300))
    book.handle(replace(1, 400, BID, owner=MAKER), now=1)
    assert fills(book.handle(buy(200, tif=IOC), now=2)) == []
    book.handle(replace(1, 400, BID, owner=MAKER)._replace(terms=Terms(min_qty=100)), now=3)
    assert fills(book.handle(buy(200, tif=IOC), now=4)) == [(MID, 200)]


def test_another_minimum_loses_the_place():
    book = pool_of(least(sell(300, limit=BID), 200), sell(300))
    book.handle(replace(1, 300, BID, owner=MAKER)._replace(terms=Terms(min_qty=100)), now=1)
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(2, 9, 300)]


def test_fok_counts_what_it_may_trade():
    book = pool_of(sell(100), least(sell(500), 300), sell(200))
    assert kinds(book.handle(buy(350, tif=FOK), now=1)) == ["NEW", "CANCELED"], "250 is below the 300 of the second"
    assert parties(book.handle(buy(400, tif=FOK, order_id=9), now=2)) == [(1, 9, 100), (2, 9, 300)]


@pytest.mark.parametrize(("there", "reason"), [(100, Reason.MIN_QTY_NOT_MET), (0, Reason.IOC_REMAINDER)])
def test_an_ioc_is_told_whether_its_minimum_was_the_matter(there: int, reason: Reason):
    book = pool_of(*([sell(there)] if there else []))
    assert book.handle(least(buy(300, tif=IOC), 200), now=1)[-1].reason is reason


@pytest.mark.parametrize(
    ("mode", "trades"),
    [(MinQtyMode.AGGREGATE, [(1, 9, 100), (2, 9, 150)]), (MinQtyMode.PER_INTERACTION, [])],
)
def test_the_minimum_of_who_comes_counts_all_trades_or_each(mode: MinQtyMode, trades: list[tuple[int, int, int]]):
    book = pool_of(sell(100), sell(150), min_qty=mode)
    assert parties(book.handle(least(buy(300, order_id=9), 200), now=1)) == trades


def test_together_they_must_still_be_enough():
    book = pool_of(sell(100), sell(50), min_qty=MinQtyMode.AGGREGATE)
    reports = book.handle(least(buy(300, tif=IOC), 200), now=1)
    assert kinds(reports) == ["NEW", "CANCELED"]
    assert reports[-1].reason is Reason.MIN_QTY_NOT_MET


def test_who_rests_counts_each_trade_in_either_mode():
    book = pool_of(least(sell(500), 200), min_qty=MinQtyMode.AGGREGATE)
    assert fills(book.handle(buy(100, tif=IOC), now=1)) == []


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (Terms(min_qty=301), Reason.BAD_TERMS),
        (Terms(min_qty=-1), Reason.BAD_TERMS),
        (Terms(min_qty="1"), Reason.BAD_TERMS),  # type: ignore[arg-type]
        (Terms(min_qty=100, display_qty=0), Reason.NOT_SUPPORTED),
        (Terms(min_qty=100, peg=Peg.MIDPOINT), Reason.NOT_SUPPORTED),
        (Terms(post_only=True), Reason.NOT_SUPPORTED),
    ],
)
def test_a_pool_takes_a_minimum_that_fits_and_no_other_terms(terms: Terms, reason: Reason):
    assert refusal(pool_of().handle(buy(300)._replace(terms=terms), now=1)) is reason


# -- the pool's own minimum ------------------------------------------------------------------------------------


def test_a_pool_s_minimum_execution_holds_for_every_trade():
    book = pool_of(sell(150), sell(300), min_execution=200)
    assert parties(book.handle(buy(400, order_id=9), now=1)) == [(2, 9, 300)]


def test_a_pool_s_minimum_lets_whole_rests_trade_with_each_other_only():
    book = pool_of(sell(100), min_execution=200)
    assert fills(book.handle(buy(250, tif=IOC), now=1)) == [], "100 is all of the one and too little for the other"
    assert fills(book.handle(buy(100, tif=IOC), now=2)) == [(MID, 100)]


@pytest.mark.parametrize("name", ["min_execution", "firm_up", "indication_step"])
def test_a_policy_below_one_says_what_to_write(name: str):
    with pytest.raises(ValueError, match=f"^{name} = 0: write 1 or more$"):
        PoolPolicies(**{name: 0})


# -- reductions ------------------------------------------------------------------------------------------------


def test_a_reduction_keeps_the_place():
    book = pool_of(sell(300), sell(300))
    (report,) = book.handle(reduce(1, 100), now=1)
    assert (report.exec_type, report.ord_status, report.leaves_qty, report.order_qty) == (
        ExecType.REPLACED,
        OrdStatus.NEW,
        200,
        200,
    )
    assert parties(book.handle(buy(300, order_id=9), now=2)) == [(1, 9, 200), (2, 9, 100)]


@pytest.mark.parametrize("qty", [300, 301])
def test_a_reduction_by_all_that_is_open_or_more_cancels(qty: int):
    book = pool_of(sell(300))
    (report,) = book.handle(reduce(1, qty), now=1)
    assert (report.exec_type, report.reason) == (ExecType.CANCELED, Reason.REQUESTED)
    assert len(book) == 0


def test_a_partly_filled_order_is_reduced_by_what_is_open():
    book = pool_of(sell(300))
    book.handle(buy(100), now=1)
    (report,) = book.handle(reduce(1, 50), now=2)
    assert (report.ord_status, report.cum_qty, report.leaves_qty) == (OrdStatus.PARTIALLY_FILLED, 100, 150)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (reduce(1, 0), Reason.BAD_QTY),
        (reduce(1, 1.5), Reason.BAD_QTY),
        (reduce(1, 100, owner=99), Reason.UNKNOWN_ORDER),
        (reduce(2, 100), Reason.UNKNOWN_ORDER),
    ],
)
def test_a_bad_reduction_is_refused_and_changes_nothing(message: Message, reason: Reason):
    book = pool_of(sell(300))
    assert refusal(book.handle(message, now=1)) is reason
    assert fills(book.handle(buy(300), now=2)) == [(MID, 300)]


@pytest.mark.parametrize("state", [BookState.HALTED, BookState.CLOSED])
def test_reductions_are_taken_in_every_state(state: BookState):
    book = pool_of(sell(300)._replace(time_in_force=1))  # type: ignore[arg-type]  # GTC, as a number
    book.set_state(state, now=1)
    assert kinds(book.handle(reduce(1, 100), now=2)) == ["REPLACED"]
