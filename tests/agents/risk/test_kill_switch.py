"""The kill switch: by hand, by a loss, by refusals."""

from __future__ import annotations

from tests.agents.risk.builders import ASK, Market, fill, gate, order, report, said
from venues.messages import ExecType

S = 1_000_000_000


def test_while_it_is_on_nothing_passes():
    checks = gate()
    checks.switch.throw("fire drill")
    assert said(checks.check(order(), 0)) == ("reject", "KILL_SWITCH", "the kill switch is on: fire drill")
    checks.switch.release()
    assert said(checks.check(order(), 0))[0] == "accept"


def test_a_loss_throws_it():
    market = Market()
    checks = gate(market, max_loss=1_000_0000)
    bought = order(1_000)
    checks.check(bought, 0)
    checks.reported(fill(bought, 1_000, ASK), 0, 0)
    market.quote = (98_9900, 99_0500)
    text = "the kill switch is on: a loss of $990.00, more than the $1,000.00 allowed"
    assert said(checks.check(order(), 1)) == ("accept", "NONE", "")
    market.quote = (98_9900, 99_0100)
    text = "the kill switch is on: a loss of $1,010.00, more than the $1,000.00 allowed"
    assert said(checks.check(order(), 2)) == ("reject", "KILL_SWITCH", text)


def test_refusals_here_and_at_venues_throw_it():
    checks = gate(max_rejects=3, reject_window=S, max_order_shares=10)
    checks.check(order(11), 0)
    checks.check(order(11), S)
    checks.reported(report(order(), ExecType.REJECTED), 0, S + 1)
    assert not checks.switch.reason  # the first is too old
    checks.check(order(11), S + 2)
    assert checks.switch.reason == "3 refusals in 1 s"


def test_it_is_thrown_once_and_its_own_refusals_do_not_count():
    calls = []
    checks = gate(max_rejects=2)
    checks.switch.on_kill = lambda: calls.append(1)
    checks.switch.throw("a")
    checks.switch.throw("b")
    for _ in range(5):
        checks.check(order(), 0)
    checks.switch.release()
    assert (calls, checks.switch.reason) == ([1], "")
    assert said(checks.check(order(), 0))[0] == "accept"


def test_new_limits_leave_it_on():
    checks = gate()
    checks.switch.throw("fire drill")
    checks.set_limits(checks.limits)
    assert checks.switch.reason == "fire drill"


def test_it_goes_on_without_a_reason_too():
    checks = gate()
    checks.switch.throw("")
    assert said(checks.check(order(), 0)) == ("reject", "KILL_SWITCH", "the kill switch is on: no reason was given")
