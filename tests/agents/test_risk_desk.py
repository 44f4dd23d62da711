"""Pre-trade risk in a router: what is refused comes back as a report, what is held leaves later, nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from agents.risk.limits import Limits
from agents.risk_desk import REFUSAL_TIME, RiskDesk
from agents.strategies import REGISTRY
from agents.strategy import Actions, RefusedByRisk
from agents.tables import PARENT_STATUS, RISK_ACTIONS, RISK_CODES
from tests.agents.algos.builders import ASK, BID, deep_market
from tests.agents.builders import BUY, CLIENT, DAY, GTC, IOC, MS, SELL, Stage, parent, router, takes, yields
from venues.messages import BookState, ExecType, Reason


def guarded(stage: Stage, strategy: Any, *parents: Any, log_all: bool = False, calendar: Any = None, **limits: Any):
    """A router with these limits."""
    return router(
        stage,
        strategy,
        *parents,
        risk=lambda trader: RiskDesk(trader, "XYZ", Limits(**limits), calendar, log_all),
    )


def decisions(stage: Stage) -> list[tuple[int, str, str]]:
    """(when, what, code) of each row."""
    return [(r["at"], RISK_ACTIONS[r["action"]], RISK_CODES[r["code"]]) for r in stage.rows("risk_decisions")]


def arrivals(stage: Stage) -> list[tuple[int, str]]:
    return [(message.at, message.action) for message in stage.arrived(CLIENT)]


def test_a_refused_child_never_leaves_and_its_strategy_is_told_why():
    heard = []

    def strategy(parent, view):
        _, reports = yield [takes(300, ASK)]
        heard.extend(reports)
        yield [takes(100, ASK)]

    stage = deep_market()
    guarded(stage, strategy, parent(qty=300), max_order_shares=200)
    stage.run(until=50_000)
    (refused,) = heard
    assert isinstance(refused, RefusedByRisk)
    assert (refused.report.exec_type, refused.report.reason) == (ExecType.REJECTED, Reason.RISK)
    assert (refused.received_at, refused.code) == (1_000 + REFUSAL_TIME, "ORDER_SIZE")
    assert refused.text == "300 shares are more than the 200 that an order may have"
    assert [(m.action, m.qty) for m in stage.arrived(CLIENT)] == [("NEW", 100)]
    assert decisions(stage) == [(1_000, "REJECT", "ORDER_SIZE")]


@pytest.mark.parametrize("kind", ["single_venue", "price_time", "fee_aware", "latency_aware", "smart", "broadcast"])
def test_no_strategy_of_ours_breaks_when_everything_is_refused(kind):
    made = {"single_venue": {"venue": "NYSE"}}.get(kind, {})
    stage = deep_market("NYSE", "BATS")
    guarded(stage, REGISTRY[kind](**made), parent(qty=300, horizon=20 * MS), restricted=("XYZ",))
    stage.run(until=40 * MS)
    assert arrivals(stage) == []
    (row,) = stage.rows("parent_ends")
    assert (PARENT_STATUS[row["status"]], row["cum_qty"]) == ("EXPIRED", 0)


def test_without_risk_there_is_no_table_and_without_a_refusal_it_is_empty():
    stage = deep_market()
    router(stage, yields([takes(300, ASK)]), parent())
    stage.run(until=5_000)
    assert "risk_decisions" not in stage.log.arrays()
    stage = deep_market()
    guarded(stage, yields([takes(300, ASK)]), parent(), max_order_shares=300)
    stage.run(until=5_000)
    assert decisions(stage) == []


def test_everything_is_logged_when_asked_for():
    stage = deep_market()
    guarded(stage, yields([takes(300, ASK)]), parent(), log_all=True)
    stage.run(until=5_000)
    assert decisions(stage) == [(1_000, "ACCEPT", "NONE")]


# -- holding --------------------------------------------------------------------------------------------


def test_a_held_child_leaves_when_there_is_a_token():
    stage = deep_market()
    children = [takes(100, ASK), takes(100, ASK), takes(100, ASK)]
    guarded(stage, yields(children), parent(), message_rate=1, message_period=10_000, message_burst=1)
    stage.run(until=60_000)
    assert [at for at, _ in arrivals(stage)] == [1_100, 11_100, 21_100]
    assert stage.rows("parent_ends")[0]["cum_qty"] == 300


def test_a_held_child_ends_with_its_parent():
    stage = deep_market()
    wanted = [takes(100, ASK), takes(100, ASK)]
    made = guarded(
        stage, yields(wanted), parent(qty=200, horizon=5_000), message_rate=1, message_period=10_000, message_burst=1
    )
    stage.run(until=60_000)
    assert [at for at, _ in arrivals(stage)] == [1_100]
    assert stage.rows("parent_ends")[0]["cum_qty"] == 100
    assert not made.busy


def test_what_is_held_is_asked_about_again_when_a_report_comes():
    """BATS shows nothing when the first look is; NYSE's report comes before the next look is due."""
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, 500, ASK)
    stage.rests("BATS", SELL, 500, ASK, at=1_050)
    wanted = [takes(100, ASK), takes(100, ASK, venue="BATS")]
    guarded(stage, yields(wanted), parent(qty=200), no_quote="hold", recheck=50_000)
    stage.run(until=90_000)
    assert arrivals(stage) == [(1_100, "NEW"), (1_300, "NEW")]


def test_an_order_for_a_halted_venue_waits_until_it_quotes_again():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 500, ASK)
    nyse = stage.lit("NYSE")
    stage.env.call_at(2_000, lambda _: nyse.set_state(BookState.HALTED))
    stage.env.call_at(20_000, lambda _: nyse.set_state(BookState.CONTINUOUS))

    def strategy(parent, view):
        yield Actions(wake=("at", 2_010))
        yield [takes(100, ASK)]  # the halt has not been heard of: the venue refuses
        yield [takes(100, ASK)]

    guarded(stage, strategy, parent(qty=100), halted="hold", recheck=1_000)
    stage.run(until=60_000)
    assert decisions(stage)[0] == (2_210, "HOLD", "MARKET_STATE")
    first, second = (at for at, _ in arrivals(stage))
    assert first == 2_110
    assert 20_050 < second < 21_400
    assert stage.rows("parent_ends")[0]["cum_qty"] == 100


def test_the_calendar_tells_when_a_venue_is_closed():
    stage = deep_market()
    calendar = {"NYSE": [(0, BookState.CONTINUOUS), (1_000, BookState.CLOSED)]}
    guarded(stage, yields([takes(100, ASK)]), parent(), closed="reject", calendar=calendar)
    stage.run(until=9_000)
    assert decisions(stage) == [(1_000, "REJECT", "MARKET_STATE")]


# -- replaces and cancels -------------------------------------------------------------------------------


def resting(then: Any):
    """Rests 200 shares, then does this at 3,000 ns with the child's id."""

    def strategy(parent, view):
        _, reports = yield Actions([takes(200, BID - 100, DAY)], wake=("at", 3_000))
        yield then(reports[0].child_id)
        yield Actions(wake=("at", 80_000))

    return strategy


def test_a_refused_replace_leaves_the_order_as_it_was():
    heard = []

    def strategy(parent, view):
        _, reports = yield Actions([takes(200, BID - 100, DAY)], wake=("at", 3_000))
        _, reports = yield Actions(replace=[(reports[0].child_id, 900, BID)], wake="any")
        heard.extend(reports)
        yield Actions(wake=("at", 80_000))

    stage = deep_market()
    guarded(stage, strategy, parent(qty=900), max_order_shares=500)
    stage.run(until=50_000)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID - 100, 200)]
    assert (heard[0].report.exec_type, heard[0].report.leaves_qty) == (ExecType.CANCEL_REJECTED, 200)
    assert heard[0].text == "900 shares are more than the 500 that an order may have"


def test_a_replace_counts_by_what_it_adds():
    stage = deep_market()
    change = resting(lambda child: Actions(replace=[(child, 500, BID)], wake=("at", 50_000)))
    guarded(stage, change, parent(qty=900), max_position=500)
    stage.run(until=40_000)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID, 500)]


def test_a_cancel_is_never_held():
    stage = deep_market()
    give_up = resting(lambda child: Actions(cancel=[child], wake=("at", 50_000)))
    guarded(stage, give_up, parent(qty=900), message_rate=1, message_period=90_000, message_burst=1)
    stage.run(until=40_000)
    assert arrivals(stage) == [(1_100, "NEW"), (3_100, "CANCEL")]


# -- the account and the switch -------------------------------------------------------------------------


def test_the_account_is_the_router_s_ledger():
    stage = deep_market()
    made = guarded(stage, yields([takes(300, ASK)], [takes(200, ASK)]), parent(qty=600))
    stage.run(until=90_000)
    account = made.risk.gate.account
    assert (account.holding("XYZ").position, -account.paid) == (made.ledger.position, made.ledger.cash)
    assert (account.holding("XYZ").open_buy, account.holding("XYZ").buy_cost) == (0, 0)


def test_the_kill_switch_cancels_what_rests_refuses_what_is_held_and_lets_nothing_leave():
    stage = deep_market()
    wanted = [takes(100, BID, GTC), takes(100, BID - 100, GTC)]
    made = guarded(
        stage,
        yields(wanted, [takes(100, ASK)]),
        parent(qty=300),
        message_rate=1,
        message_period=50_000,
        message_burst=1,
    )
    stage.env.call_at(5_000, lambda _: made.risk.kill("fire drill"))
    stage.run(until=90_000)
    assert arrivals(stage) == [(1_100, "NEW"), (5_100, "CANCEL")]
    assert [row[1:] for row in decisions(stage)][-2:] == [("REJECT", "KILL_SWITCH"), ("REJECT", "KILL_SWITCH")]


def test_released_the_desk_trades_on():
    stage = deep_market()
    made = guarded(stage, yields([takes(100, ASK)]), parent(at=1_000), parent(at=9_000))
    made.risk.kill("fire drill")
    stage.env.call_at(8_000, lambda _: made.risk.release())
    stage.run(until=90_000)
    assert [at for at, _ in arrivals(stage)] == [9_100]


def test_recent_volume_is_what_prints_have_told_within_the_window():
    stage = deep_market()
    stage.takes("NYSE", BUY, 1_000, at=10_000)
    strategy = yields([takes(600, ASK, IOC)])
    planned = [parent(at=at, qty=600) for at in (5_000, 20_000, 130_000)]
    guarded(stage, strategy, *planned, volume_part=600_000, volume_window=100_000)
    stage.run(until=190_000)
    assert [row[1:] for row in decisions(stage)] == [("REJECT", "RECENT_VOLUME")] * 2
    assert [at for at, _ in arrivals(stage)] == [20_100]


# -- what our strategies make of a refusal ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [
        ({"max_order_shares": 150}, [150, 150, 100]),
        ({"max_order_notional": 120 * ASK}, [120, 120, 120, 40]),
    ],
)
@pytest.mark.parametrize("kind", ["single_venue", "price_time", "smart", "broadcast"])
def test_a_child_that_is_too_large_is_refused_once_and_cut_from_then_on(kind, limits, sizes):
    stage = deep_market()
    made = {"single_venue": {"reach": 0}}.get(kind, {})
    guarded(stage, REGISTRY[kind](**made), parent(qty=400, horizon=40 * MS), **limits)
    stage.run(until=50 * MS)
    assert [what for _, what, _ in decisions(stage)] == ["REJECT"]
    assert [m.qty for m in stage.arrived(CLIENT)] == sizes
    assert stage.rows("parent_ends")[0]["cum_qty"] == 400


def test_what_rests_is_cut_as_well():
    stage = deep_market()
    strategy = REGISTRY["price_time"](liquidity="post")
    guarded(stage, strategy, parent(qty=400, horizon=10 * MS), max_order_shares=150)
    stage.run(until=20 * MS)
    assert len(decisions(stage)) == 1
    assert [m.qty for m in stage.arrived(CLIENT) if m.action == "NEW"][:1] == [150]


def test_a_refusal_for_something_else_sets_the_venue_aside_like_a_miss():
    """Two attempts a millisecond apart, then 5 ms of rest: not an attempt at every look."""
    stage = deep_market()
    strategy = REGISTRY["price_time"](attempts_per_venue=2, set_aside=5 * MS)
    guarded(stage, strategy, parent(qty=400, horizon=40 * MS), restricted=("XYZ",))
    stage.run(until=50 * MS)
    assert 2 <= len(decisions(stage)) <= 2 * 40 // 5
    assert {code for _, _, code in decisions(stage)} == {"RESTRICTED"}
