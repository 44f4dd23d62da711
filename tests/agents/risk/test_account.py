"""Positions and money at their worst case: open orders filled on their own side, not filled on the other."""

from __future__ import annotations

from tests.agents.risk.builders import ASK, BID, fill, gate, order, report, said
from venues.messages import ExecType, Side

BUY, SELL = Side.BUY, Side.SELL


def outcome(checks, wanted) -> str:
    return said(checks.check(wanted, 0))[0]


def test_open_orders_count_as_filled():
    checks = gate(max_position=1_000)
    assert outcome(checks, order(600)) == "accept"
    assert outcome(checks, order(401)) == "reject"
    assert outcome(checks, order(400)) == "accept"


def test_orders_of_the_other_side_do_not_make_room():
    checks = gate(max_position=1_000)
    outcome(checks, order(1_000, side=SELL))
    assert outcome(checks, order(1_000)) == "accept"
    assert outcome(checks, order(1)) == "reject"


def test_what_was_cancelled_counts_no_more():
    checks = gate(max_position=1_000)
    first = order(1_000)
    outcome(checks, first)
    checks.reported(fill(first, 300, ASK, leaves=700), 0, 0)
    checks.reported(report(first, ExecType.CANCELED, cum=300), 0, 0)
    assert outcome(checks, order(701)) == "reject"
    assert outcome(checks, order(700)) == "accept"


def test_an_order_back_towards_zero_always_passes():
    checks = gate(max_position=1_000)
    first = order(1_000)
    outcome(checks, first)
    checks.reported(fill(first, 1_000, ASK), 0, 0)
    tight = checks.limits.__class__(max_position=100)
    checks.set_limits(tight)
    assert outcome(checks, order(1_000, side=SELL)) == "accept"
    assert outcome(checks, order(1)) == "reject"


def test_a_replace_counts_at_the_larger_size_until_it_is_answered():
    checks = gate(max_position=1_000)
    first = order(500)
    outcome(checks, first)
    assert outcome(checks, first._replace(qty=900, adds=400)) == "accept"
    assert outcome(checks, order(101)) == "reject"
    checks.reported(report(first, ExecType.CANCEL_REJECTED, leaves=500), 0, 0)
    assert outcome(checks, order(500)) == "accept"


def test_a_replace_to_fewer_shares_makes_room_when_it_is_done():
    checks = gate(max_position=1_000)
    first = order(1_000)
    outcome(checks, first)
    outcome(checks, first._replace(qty=400, adds=0))
    assert outcome(checks, order(1)) == "reject"
    checks.reported(report(first, ExecType.REPLACED, leaves=400), 0, 0)
    assert outcome(checks, order(600)) == "accept"


def test_credit_is_what_was_paid_and_what_open_orders_would_pay():
    checks = gate(credit=1_000 * ASK)
    first = order(600)
    outcome(checks, first)
    assert outcome(checks, order(401)) == "reject"
    checks.reported(fill(first, 600, ASK - 100), 600 * 3_000, 0)  # a cent better, 30 mils of fee
    assert checks.account.credit_used == 600 * (ASK - 100) + 600 * 30
    sold = order(600, BID, SELL)
    outcome(checks, sold)
    checks.reported(fill(sold, 600, BID), 0, 0)
    assert outcome(checks, order(999)) == "accept"


def test_a_replace_to_a_dearer_limit_needs_credit():
    checks = gate(credit=1_000 * ASK)
    first = order(1_000)
    outcome(checks, first)
    assert outcome(checks, first._replace(price=ASK + 100, worth=ASK + 100, adds=0)) == "reject"
    assert outcome(checks, first._replace(price=ASK - 10_000, worth=ASK - 10_000, adds=0)) == "accept"
    assert outcome(checks, order(1)) == "reject"  # the replace is not answered yet
    checks.reported(report(first, ExecType.REPLACED, leaves=1_000), 0, 0)
    assert outcome(checks, order(1)) == "accept"


def test_gross_is_the_sum_over_symbols():
    checks = gate(max_gross_notional=1_000 * 100_0000)
    outcome(checks, order(600, symbol="ABC"))
    assert outcome(checks, order(401)) == "reject"
    assert outcome(checks, order(400, side=SELL)) == "accept"


def test_limits_by_symbol_leave_other_symbols_alone():
    checks = gate(max_position=500)
    outcome(checks, order(500, symbol="ABC"))
    assert outcome(checks, order(500)) == "accept"


def test_a_held_or_refused_order_is_not_open():
    checks = gate(max_position=1_000, message_rate=1)
    outcome(checks, order(100))
    assert outcome(checks, order(900)) == "hold"
    assert checks.account.holding("XYZ").open_buy == 100
