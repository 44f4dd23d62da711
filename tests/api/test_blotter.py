from __future__ import annotations

import pytest

from api.blotter import Blotter, average
from venues.messages import ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side, TimeInForce

BUY, IOC, DAY = Side.BUY, TimeInForce.IOC, TimeInForce.DAY


def report(order_id, exec_type, status, px=0, qty=0, cum=0, leaves=0, reason=Reason.NONE, at=1_000):
    return ExecutionReport(
        exec_type, status, order_id, 9, BUY, 1_000_000, px, qty, cum, leaves, Liquidity.TAKER, reason, at
    )


def filled(order_id, px, qty):
    return report(order_id, ExecType.TRADE, OrdStatus.FILLED, px, qty, cum=qty)


def cancelled(order_id):
    return report(order_id, ExecType.CANCELED, OrdStatus.CANCELED, reason=Reason.IOC_REMAINDER)


@pytest.fixture
def blotter():
    """One parent of 500 shares in work, with two children of 300 and 200."""
    blotter = Blotter()
    blotter.parent_taken(7, BUY, 500, None, at=100, ends=900)
    blotter.child_sent(1, 7, "NYSE", BUY, 300, 1_000_000, IOC, at=100)
    blotter.child_sent(2, 7, "BATS", BUY, 200, 1_000_000, IOC, at=100)
    return blotter


def test_a_fill_of_a_child_counts_for_its_parent(blotter):
    blotter.reported("NYSE", filled(1, 1_000_100, 300), arrived=1_500)
    parent = blotter.status("P7")
    assert (parent["cum_qty"], parent["leaves_qty"], parent["average_price"]) == (300, 200, "100.010000")
    assert parent["children"][0]["fills"] == [
        {"at": 1_000, "reported_at": 1_500, "price": "100.01", "qty": 300, "liquidity": "TAKER"}
    ]


def test_the_end_of_a_parent_is_told_with_what_it_got(blotter):
    blotter.reported("NYSE", filled(1, 1_000_000, 300), arrived=1_500)
    blotter.reported("BATS", cancelled(2), arrived=1_600)
    blotter.updates()
    blotter.parent_ended(7, "EXPIRED", at=1_600)
    assert blotter.updates() == [{"at": 1_600, "id": "P7", "event": "ENDED", "status": "EXPIRED", "cum_qty": 300}]
    assert blotter.status("P7")["ended_at"] == 1_600


def test_a_child_that_was_recalled_says_so(blotter):
    blotter.child_sent(3, 7, "NYSE", BUY, 100, None, IOC, at=800)
    blotter.parent_ended(7, "CANCELED", at=500)
    assert blotter.status("C3")["status"] == "NOT_SENT"


def test_a_refused_cancel_leaves_the_order_as_it_is(blotter):
    blotter.reported("NYSE", report(1, ExecType.NEW, OrdStatus.NEW, leaves=300), arrived=1)
    blotter.reported("NYSE", report(1, ExecType.CANCEL_REJECTED, OrdStatus.REJECTED), arrived=2)
    assert blotter.status("C1")["status"] == "NEW"


def test_a_reject_carries_its_reason():
    blotter = Blotter()
    blotter.child_sent(5, None, "NYSE", BUY, 100, None, DAY, at=0)
    blotter.reported("NYSE", report(5, ExecType.REJECTED, OrdStatus.REJECTED, reason=Reason.VENUE_CLOSED), arrived=2)
    order = blotter.status("C5")
    assert (order["status"], order["reason"], order["leaves_qty"]) == ("REJECTED", "the venue is closed", 0)


def test_of_orders_that_ended_the_oldest_are_forgotten():
    blotter = Blotter(kept=3)
    for order_id in range(1, 6):
        blotter.child_sent(order_id, None, "NYSE", BUY, 100, None, DAY, at=order_id)
        blotter.reported("NYSE", cancelled(order_id), arrived=order_id)
    assert [blotter.status(f"C{order_id}") is not None for order_id in range(1, 6)] == [False, False, True, True, True]
    assert len(blotter.children) == 3


def test_a_parent_is_forgotten_with_its_children(blotter):
    for order_id in (1, 2):
        blotter.reported("NYSE", cancelled(order_id), arrived=1)
    blotter._kept = 1
    blotter.parent_ended(7, "EXPIRED", at=2)
    blotter.child_sent(9, None, "NYSE", BUY, 100, None, DAY, at=3)
    blotter.reported("NYSE", cancelled(9), arrived=4)
    assert (list(blotter.parents), list(blotter.children)) == ([], [9])


def test_live_orders_are_never_forgotten():
    blotter = Blotter(kept=1)
    for order_id in range(1, 100):
        blotter.child_sent(order_id, None, "NYSE", BUY, 100, None, DAY, at=order_id)
    assert blotter.live == len(blotter.children) == 99


def test_the_latest_orders_come_first(blotter):
    blotter.child_sent(5, None, "NYSE", BUY, 100, None, DAY, at=200)
    assert [order["id"] for order in blotter.newest(10)] == ["C5", "P7"]
    assert [order["id"] for order in blotter.newest(1)] == ["C5"]


def test_an_unknown_order_is_none(blotter):
    assert blotter.status("P8") is None
    assert blotter.status("C7") is None


def test_an_average_is_exact_to_a_millionth_and_rounds_half_to_even():
    assert average(3, 2) == "0.000150"
    assert average(1_000_001, 8) == "12.500012"
    assert average(0, 0) is None
