"""What those who asked for indications hear, and that nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import IOC, MAKER, TAKER, buy, cancel, refusal, sell
from tests.venues.rig import Client, rows
from tests.venues.test_dark import ASK, BID, Watched
from venues.dark import DarkPool, MidpointBook
from venues.fees import FeeSchedule
from venues.messages import AskIndications, ConditionalOrder, ExecType, ExecutionReport, Reason, Side
from venues.pool_policies import Conditionals, Indications, PoolPolicies

HEARER = 9


def indicating(told: Indications = Indications.SIZE, **policies: Any) -> MidpointBook:
    """A pool that indicates in steps of 100 shares."""
    book = MidpointBook(policies=PoolPolicies(indications=told, indication_step=100, **policies))
    book.set_reference(BID, ASK, now=0)
    return book


def heard(reports: list[ExecutionReport], owner: int = HEARER) -> list[tuple[str, int]]:
    """(side, shares) of the indications to an owner."""
    told = [report for report in reports if report.exec_type is ExecType.INDICATION and report.owner == owner]
    assert all((r.order_id, r.last_qty, r.leaves_qty, r.reason) == (0, 0, 0, Reason.INTEREST) for r in told)
    return [(report.side.name, report.order_qty) for report in told]


ASKS = AskIndications(0, HEARER)


def test_who_asks_hears_of_both_sides_at_once():
    book = indicating()
    book.handle(sell(300), now=0)
    assert heard(book.handle(ASKS, now=1)) == [("BUY", 0), ("SELL", 300)]


def test_then_a_side_is_told_when_it_changes():
    book = indicating()
    book.handle(ASKS, now=0)
    assert heard(book.handle(sell(300, order_id=1), now=1)) == [("SELL", 300)]
    assert heard(book.handle(buy(100, tif=IOC), now=2)) == [("SELL", 200)]
    assert heard(book.handle(cancel(1), now=3)) == [("SELL", 0)]


def test_sizes_are_rounded_down_to_steps_but_somebody_is_at_least_one():
    book = indicating()
    book.handle(ASKS, now=0)
    assert heard(book.handle(sell(30, order_id=1), now=1)) == [("SELL", 100)]
    assert heard(book.handle(sell(160), now=2)) == [], "190 in all: no change"
    assert heard(book.handle(sell(10), now=3)) == [("SELL", 200)]


def test_sides_alone_tell_no_sizes():
    book = indicating(Indications.SIDE)
    book.handle(ASKS, now=0)
    assert heard(book.handle(sell(500, order_id=1), now=1)) == [("SELL", 1)]
    assert heard(book.handle(sell(900), now=2)) == []


def test_nobody_hears_of_its_own_orders():
    book = indicating()
    book.handle(ASKS, now=0)
    book.handle(AskIndications(0, MAKER), now=0)
    reports = book.handle(sell(300, owner=HEARER), now=1)
    assert heard(reports) == []
    assert heard(reports, MAKER) == [("SELL", 300)]


def test_who_did_not_ask_hears_nothing():
    book = indicating()
    assert heard(book.handle(sell(300), now=1)) == []


def test_conditional_interest_is_indicated_too():
    book = indicating(conditionals=Conditionals.ALLOWED)
    book.handle(ASKS, now=0)
    assert heard(book.handle(ConditionalOrder(1, MAKER, Side.BUY, 500, None), now=1)) == [("BUY", 500)]


def test_a_move_of_the_reference_that_trades_is_indicated():
    book = indicating()
    book.handle(sell(300, limit=BID + 200), now=0)
    book.handle(buy(100), now=0)
    book.handle(ASKS, now=0)
    assert heard(book.set_reference(BID + 100, ASK + 100, now=1)) == [("BUY", 0), ("SELL", 200)]


def test_who_wants_no_more_hears_of_nobody_and_then_nothing():
    book = indicating()
    book.handle(sell(300), now=0)
    book.handle(ASKS, now=0)
    assert heard(book.handle(AskIndications(0, HEARER, wanted=False), now=1)) == [("BUY", 0), ("SELL", 0)]
    assert heard(book.handle(sell(300), now=2)) == []


@pytest.mark.parametrize(
    ("told", "wanted", "reason"),
    [(Indications.NONE, True, Reason.NOT_SUPPORTED), (Indications.SIZE, "yes", Reason.BAD_MESSAGE)],
)
def test_what_cannot_be_asked_is_refused(told: Indications, wanted: Any, reason: Reason):
    assert refusal(indicating(told).handle(AskIndications(0, HEARER, wanted), now=0)) is reason


def test_indications_travel_over_the_session_and_are_logged_as_reports():
    log = EventLog()
    policies = PoolPolicies(indications=Indications.SIZE, indication_step=100)
    venue = DarkPool(Environment(), 5, "POOL", FeeSchedule(0, 0), 10, log, Watched(), policies=policies)
    maker, hearer = Client(venue, owner=MAKER), Client(venue, owner=TAKER)
    hearer.says(AskIndications(0, TAKER), at=0)
    maker.says(sell(300, owner=MAKER), at=1_000)
    told = [(at, report.side, report.order_qty) for at, report in hearer.hears()]
    assert told == [(160, Side.BUY, 0), (160, Side.SELL, 0), (1_160, Side.SELL, 300)]
    assert rows(log, "reports", "owner", "exec_type")[:2] == [(TAKER, ExecType.INDICATION)] * 2
    assert rows(log, "orders", "owner") == [(MAKER,)], "a question is no order"
