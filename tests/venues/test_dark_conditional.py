"""Conditional orders: who is invited, what an answer does, what a lapse costs, how it looks over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import FOK, GTC, IOC, MAKER, TAKER, buy, cancel, fills, kinds, refusal, replace, sell
from tests.venues.rig import Client, rows
from tests.venues.test_dark import ASK, BID, MID, Watched, parties
from venues.dark import DarkPool, MidpointBook
from venues.fees import FeeSchedule
from venues.messages import (
    BookState,
    ConditionalOrder,
    ExecType,
    ExecutionReport,
    NewOrder,
    Reason,
    ReduceOrder,
    Side,
)
from venues.pool_policies import Conditionals, PoolPolicies, Priority, Unanswered

T = 1_000
"""Time for an answer, ns."""

OTHER = 9


def block_pool(min_qty: int = 1, **policies: Any) -> MidpointBook:
    """A pool that takes conditional orders; an answer may come for T."""
    policies = {"conditionals": Conditionals.ALLOWED, "firm_up": T, **policies}
    book = MidpointBook(min_qty=min_qty, policies=PoolPolicies(**policies))
    book.set_reference(BID, ASK, now=0)
    return book


def interest(order_id: int, side: Side, qty: int, limit: int | None = None, owner: int = MAKER, least: int = 0) -> Any:
    return ConditionalOrder(order_id, owner, side, qty, limit, least)


def invited(reports: list[ExecutionReport]) -> list[int]:
    """Ids of the conditional orders that were invited, in order."""
    return [report.order_id for report in reports if report.exec_type is ExecType.INVITED]


BUYS, SELLS = Side.BUY, Side.SELL

# -- invitations -------------------------------------------------------------------------------------------


def test_a_conditional_order_waits_and_does_not_trade():
    book = block_pool()
    (report,) = book.handle(interest(1, BUYS, 500), now=0)
    assert (report.exec_type, report.reason, report.leaves_qty) == (ExecType.NEW, Reason.CONDITIONAL, 500)
    assert fills(book.handle(sell(500, tif=IOC), now=1)) == []


def test_a_firm_order_that_rests_invites_it():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    reports = book.handle(sell(200), now=1)
    assert kinds(reports) == ["NEW", "INVITED"]
    assert (reports[-1].order_id, reports[-1].owner, reports[-1].reason) == (1, MAKER, Reason.INVITATION)


def test_a_resting_firm_order_invites_the_conditional_one_that_comes():
    book = block_pool()
    book.handle(sell(200), now=0)
    assert kinds(book.handle(interest(1, BUYS, 500), now=1)) == ["NEW", "INVITED"]


def test_two_conditional_orders_invite_each_other():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    assert invited(book.handle(interest(2, SELLS, 300, owner=TAKER), now=1)) == [1, 2]


@pytest.mark.parametrize(
    "contra",
    [
        sell(500, tif=IOC),
        sell(500, limit=MID + 50),
        sell(99),
        sell(500, owner=MAKER),
        buy(500),
        interest(2, SELLS, 600, owner=TAKER, least=501),
    ],
    ids=["does not rest", "does not accept the midpoint", "too small", "its own", "same side", "wants more"],
)
def test_who_could_not_trade_with_it_invites_nobody(contra: Any):
    book = block_pool()
    book.handle(interest(1, BUYS, 500, least=100), now=0)
    assert invited(book.handle(contra, now=1)) == []


def test_a_moving_reference_invites_too():
    book = block_pool()
    book.handle(interest(1, BUYS, 500, limit=MID - 50), now=0)
    book.handle(sell(500), now=1)
    assert book.both_sides_rest
    assert invited(book.set_reference(BID - 100, ASK - 100, now=2)) == [1]


def test_one_at_a_time_the_first_in_priority():
    book = block_pool()
    book.handle(interest(1, BUYS, 100), now=0)
    book.handle(interest(2, BUYS, 500), now=0)
    assert invited(book.handle(sell(300), now=1)) == [1]
    assert invited(book.handle(sell(300), now=1)) == [2], "another order may negotiate with the next"


def test_by_size_the_largest_is_invited_first():
    book = block_pool(priority=Priority.SIZE)
    book.handle(interest(1, BUYS, 100), now=0)
    book.handle(interest(2, BUYS, 500), now=0)
    assert invited(book.handle(sell(300), now=1)) == [2]


def test_a_firm_order_is_preferred_to_a_conditional_one():
    book = block_pool()
    book.handle(interest(1, SELLS, 500, limit=MID + 50, owner=TAKER), now=0)
    book.handle(sell(500, limit=MID + 50, order_id=2), now=0)
    book.handle(interest(3, BUYS, 500), now=0)
    assert invited(book.set_reference(BID + 50, ASK + 50, now=1)) == [3]


def test_firm_orders_trade_with_each_other_first():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(buy(300, order_id=2), now=0)
    reports = book.handle(sell(300, order_id=3), now=1)
    assert parties(reports) == [(2, 3, 300)]
    assert invited(reports) == []


# -- answers -----------------------------------------------------------------------------------------------


def test_an_answer_in_time_trades():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=2), now=1)
    reports = book.handle(buy(500, order_id=1, owner=MAKER), now=1 + T)
    assert reports[0].reason is Reason.FIRMED_UP
    assert parties(reports) == [(1, 2, 200)], "it keeps its place: what came after it is the taker"


def test_an_answer_may_be_of_another_size_limit_and_minimum():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=2), now=1)
    assert parties(book.handle(buy(100, limit=MID, order_id=1, owner=MAKER), now=2)) == [(1, 2, 100)]


def test_nothing_is_reserved_for_who_is_invited():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=2), now=1)
    assert fills(book.handle(buy(200, tif=IOC), now=2)) == [(MID, 200)]
    reports = book.handle(buy(500, order_id=1, owner=MAKER, tif=IOC), now=3)
    assert [report.reason for report in reports] == [Reason.FIRMED_UP, Reason.IOC_REMAINDER]


def test_of_two_that_are_invited_the_first_answer_waits_for_the_other():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, SELLS, 300, owner=TAKER), now=1)
    assert kinds(book.handle(buy(500, order_id=1, owner=MAKER, tif=IOC), now=2)) == ["NEW"]
    reports = book.handle(sell(300, order_id=2, tif=IOC), now=3)
    assert kinds(reports) == ["NEW", "TRADE", "TRADE", "CANCELED"]
    assert (reports[-1].order_id, reports[-1].reason) == (1, Reason.IOC_REMAINDER)


@pytest.mark.parametrize("end", ["lapse", "cancel"])
def test_an_immediate_answer_ends_when_the_other_one_does_not_come(end: str):
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, SELLS, 300, owner=TAKER), now=1)
    book.handle(buy(500, order_id=1, owner=MAKER, tif=IOC), now=2)
    reports = book.advance(2 + T) if end == "lapse" else book.handle(cancel(2), now=3)
    assert [(r.order_id, r.exec_type) for r in reports] == [(2, ExecType.CANCELED), (1, ExecType.CANCELED)]
    assert len(book) == 0


def test_a_fill_or_kill_answer_is_judged_at_once():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, SELLS, 500, owner=TAKER), now=1)
    assert kinds(book.handle(buy(500, order_id=1, owner=MAKER, tif=FOK), now=2)) == ["NEW", "CANCELED"]
    assert parties(book.handle(sell(500, order_id=2), now=3)) == []


def test_a_day_answer_that_finds_nobody_rests_and_invites_the_next():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=2), now=1)
    book.handle(cancel(2), now=2)
    assert kinds(book.handle(buy(500, order_id=1, owner=MAKER), now=3)) == ["NEW"]
    assert invited(book.handle(interest(5, SELLS, 500, owner=TAKER), now=4)) == [5]


@pytest.mark.parametrize(
    "order",
    [buy(500, order_id=1, owner=TAKER), sell(500, order_id=1, owner=MAKER)],
    ids=["of another owner", "of the other side"],
)
def test_what_is_no_answer_is_a_used_id(order: NewOrder):
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200), now=1)
    assert refusal(book.handle(order, now=2)) is Reason.DUPLICATE_ID


def test_who_was_not_invited_cannot_firm_up():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    assert refusal(book.handle(buy(500, order_id=1, owner=MAKER), now=1)) is Reason.DUPLICATE_ID


# -- lapses ------------------------------------------------------------------------------------------------


def test_the_deadline_is_in_time_and_the_next_instant_is_not():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200), now=10)
    assert book.next_at() == 10 + T + 1
    assert book.advance(10 + T) == []
    (report,) = book.advance(10 + T + 1)
    assert (report.exec_type, report.reason) == (ExecType.CANCELED, Reason.FIRM_UP_LAPSED)
    assert book.next_at() is None


def test_a_late_answer_finds_its_place_lost():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=2), now=10)
    reports = book.handle(buy(500, order_id=1, owner=MAKER), now=10 + T + 1)
    assert [report.reason for report in reports[:2]] == [Reason.FIRM_UP_LAPSED, Reason.NONE]
    assert parties(reports) == [(2, 1, 200)], "a new order like any other"


def test_after_a_lapse_the_next_in_priority_is_invited():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, BUYS, 500, owner=OTHER), now=0)
    book.handle(sell(200), now=10)
    assert invited(book.advance(11 + T)) == [2]


def test_requeued_it_goes_to_the_back_and_only_later_orders_invite_it():
    book = block_pool(unanswered=Unanswered.REQUEUE)
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=5), now=1)
    book.handle(interest(2, BUYS, 500, owner=OTHER), now=2)
    reports = book.advance(2 + T)
    assert (reports[0].exec_type, reports[0].reason) == (ExecType.RESTATED, Reason.FIRM_UP_LAPSED)
    assert invited(reports) == [2], "who asked in vain asks the next"
    assert invited(book.handle(sell(200, order_id=6), now=3 + T)) == [1], "a new one asks the first that is free"


def test_requeued_orders_do_not_ask_each_other_again():
    book = block_pool(unanswered=Unanswered.REQUEUE)
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, SELLS, 500, owner=OTHER), now=0)
    assert kinds(book.advance(1 + T)) == ["RESTATED", "RESTATED"]
    assert book.next_at() is None


# -- cancels, replaces, states -----------------------------------------------------------------------------


def test_a_conditional_order_is_cancelled_like_any_other():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    assert kinds(book.handle(cancel(1, owner=MAKER), now=1)) == ["CANCELED"]
    assert invited(book.handle(sell(500), now=2)) == []


def test_when_an_invited_order_is_cancelled_the_next_is_invited():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, BUYS, 500, owner=OTHER), now=0)
    book.handle(sell(200), now=1)
    assert invited(book.handle(cancel(1, owner=MAKER), now=2)) == [2]


def test_a_replaced_conditional_order_may_now_agree():
    book = block_pool()
    book.handle(interest(1, BUYS, 500, limit=MID - 50), now=0)
    book.handle(sell(200), now=1)
    assert kinds(book.handle(replace(1, 500, MID, owner=MAKER), now=2)) == ["REPLACED", "INVITED"]


def test_a_reduced_conditional_order_stays_conditional():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    (report,) = book.handle(ReduceOrder(1, MAKER, 200), now=1)
    assert (report.exec_type, report.leaves_qty) == (ExecType.REPLACED, 300)
    assert fills(book.handle(sell(100), now=2)) == []


def test_an_invited_order_may_be_replaced_and_still_be_answered():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, order_id=2), now=1)
    book.handle(replace(1, 900, MID, owner=MAKER), now=2)
    assert fills(book.handle(buy(200, order_id=1, owner=MAKER), now=3)) == [(MID, 200)]


def test_the_close_ends_conditional_orders():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    (report,) = book.set_state(BookState.CLOSED, now=1)
    assert (report.order_id, report.reason) == (1, Reason.SESSION_END)


def test_in_a_halt_nobody_is_invited_and_invitations_still_lapse():
    book = block_pool()
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(sell(200, tif=GTC), now=1)
    assert book.set_state(BookState.HALTED, now=2) == []
    assert refusal(book.handle(interest(2, BUYS, 500, owner=OTHER), now=3)) is Reason.VENUE_HALTED
    assert refusal(book.handle(buy(500, order_id=1, owner=MAKER), now=3)) is Reason.VENUE_HALTED
    assert kinds(book.advance(2 + T)) == ["CANCELED"]


def test_after_a_halt_the_invitations_that_were_due_come():
    book = block_pool()
    book.handle(interest(1, BUYS, 500, limit=MID - 50), now=0)
    book.handle(sell(200), now=1)
    book.set_state(BookState.HALTED, now=2)
    assert invited(book.set_reference(BID - 100, ASK - 100, now=3)) == []
    assert invited(book.set_state(BookState.CONTINUOUS, now=4)) == [1]


# -- policies and refusals ---------------------------------------------------------------------------------


def test_a_pool_without_conditional_orders_refuses_them():
    assert refusal(MidpointBook().handle(interest(1, BUYS, 500), now=0)) is Reason.NOT_SUPPORTED


def test_a_pool_of_conditional_orders_alone_takes_firm_ones_as_answers_only():
    book = block_pool(conditionals=Conditionals.ONLY)
    assert refusal(book.handle(sell(500), now=0)) is Reason.CONDITIONAL_ONLY
    book.handle(interest(1, BUYS, 500), now=0)
    book.handle(interest(2, SELLS, 500, owner=TAKER), now=0)
    book.handle(buy(500, order_id=1, owner=MAKER), now=1)
    assert parties(book.handle(sell(500, order_id=2), now=2)) == [(1, 2, 500)]


@pytest.mark.parametrize("message", [interest(1, BUYS, 9_999), buy(9_999)])
def test_a_block_pool_takes_blocks_conditional_or_firm(message: Any):
    assert refusal(block_pool(min_qty=10_000).handle(message, now=0)) is Reason.BELOW_MINIMUM


def test_an_answer_in_a_block_pool_is_a_block_too():
    book = block_pool(min_qty=10_000)
    book.handle(interest(1, BUYS, 20_000), now=0)
    book.handle(sell(10_000), now=0)
    assert refusal(book.handle(buy(5_000, order_id=1, owner=MAKER), now=1)) is Reason.BELOW_MINIMUM


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"qty": 0}, Reason.BAD_QTY),
        ({"price": "100"}, Reason.BAD_PRICE),
        ({"price": MID + 1}, Reason.OFF_TICK),
        ({"side": 3}, Reason.BAD_SIDE),
        ({"order_id": "x"}, Reason.BAD_MESSAGE),
        ({"min_qty": 501}, Reason.BAD_TERMS),
        ({"min_qty": "x"}, Reason.BAD_TERMS),
        ({"min_qty": None}, Reason.BAD_TERMS),
        ({"order_id": 7}, Reason.DUPLICATE_ID),
    ],
)
def test_a_bad_conditional_order_is_refused_with_its_reason(changes: dict[str, Any], reason: Reason):
    book = block_pool()
    book.handle(buy(100, order_id=7), now=0)
    assert refusal(book.handle(interest(1, BUYS, 500)._replace(**changes), now=1)) is reason
    assert len(book) == 1


# -- over the wire -----------------------------------------------------------------------------------------


class BlockVenue:
    """A pool venue with two participants, 100 ns there, 10 ns in the station and 50 ns back."""

    def __init__(self, **policies: Any) -> None:
        self.log, self.reference = EventLog(), Watched()
        policies = {"conditionals": Conditionals.ALLOWED, "firm_up": T, **policies}
        self.venue = DarkPool(
            *(Environment(), 5, "BLOCKS", FeeSchedule(0, 0), 10, self.log, self.reference),
            policies=PoolPolicies(**policies),
        )
        self.maker, self.taker = Client(self.venue, owner=MAKER), Client(self.venue, owner=TAKER)


def test_an_invitation_travels_and_wakes_its_owner():
    pool = BlockVenue()
    pool.maker.says(interest(1, BUYS, 500), at=0)
    pool.taker.says(sell(300), at=1_000)
    heard = [(at, report.exec_type) for at, report in pool.maker.hears()]
    assert heard[:2] == [(160, ExecType.NEW), (1_160, ExecType.INVITED)]
    assert 1_160 in pool.maker.woken


def test_an_unanswered_invitation_lapses_by_itself():
    pool = BlockVenue()
    pool.maker.says(interest(1, BUYS, 500), at=0)
    pool.taker.says(sell(300), at=1_000)
    (lapse,) = [(at, r) for at, r in pool.maker.hears() if r.reason is Reason.FIRM_UP_LAPSED]
    assert lapse[1].at == 1_110 + T + 1
    assert lapse[0] == lapse[1].at + 50
    assert rows(pool.log, "reports", "seq", "reason")[-1] == (3, Reason.FIRM_UP_LAPSED)


@pytest.mark.parametrize(
    ("way", "reason"),
    [(T - 50 - 10, Reason.FIRMED_UP), (T - 50 - 10 + 1, Reason.FIRM_UP_LAPSED)],
    ids=["in time", "1 ns late"],
)
def test_whether_an_answer_is_in_time_is_a_matter_of_the_way(way: int, reason: Reason):
    pool = BlockVenue()
    owner = Client(pool.venue, owner=OTHER, to=way, back=50)
    owner.session.on_mail = lambda: owner.says(
        *(
            buy(500, order_id=1, owner=OTHER, tif=IOC)
            for _, r in owner.session.read()
            if r.exec_type is ExecType.INVITED
        )
    )
    owner.says(interest(1, BUYS, 500, owner=OTHER), at=0)
    pool.taker.says(sell(300), at=5_000)
    pool.taker.hears()
    said = {Reason(reason) for _, reason in rows(pool.log, "reports", "order_id", "reason")}
    assert said & {Reason.FIRMED_UP, Reason.FIRM_UP_LAPSED} == {reason}


def test_the_log_tells_conditional_orders_invitations_and_answers():
    pool = BlockVenue()
    pool.maker.answer(interest(1, BUYS, 500, limit=MID, least=200))
    pool.taker.says(sell(300, order_id=2))
    pool.venue.env.run(until=pool.venue.env.now + 500)
    pool.maker.answer(buy(500, order_id=1, owner=MAKER))
    assert rows(pool.log, "orders", "order_id", "action", "price", "qty") == [
        (1, 0, MID, 500),
        (2, 0, 0, 300),
        (1, 0, 0, 500),
    ]
    assert rows(pool.log, "order_terms", "order_id", "min_qty") == [(1, 200)]
    said = [Reason(reason) for _, reason in rows(pool.log, "reports", "order_id", "reason") if reason]
    assert said == [Reason.CONDITIONAL, Reason.INVITATION, Reason.FIRMED_UP]


def test_a_conditional_order_that_speaks_for_another_is_no_message():
    pool = BlockVenue()
    assert refusal(pool.maker.answer(interest(1, BUYS, 500, owner=TAKER))) is Reason.BAD_MESSAGE


def test_a_reference_that_moves_invites_while_nobody_speaks():
    pool = BlockVenue()
    pool.maker.answer(interest(1, BUYS, 500, limit=MID - 50))
    pool.taker.answer(sell(300))
    assert pool.reference.handler is not None
    pool.reference.move(BID - 100, ASK - 100)
    assert "INVITED" in kinds(pool.maker.reports())
