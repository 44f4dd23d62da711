"""The trial market for strategies: what it fills, when it tells, and that broken rules are caught."""

from __future__ import annotations

import pytest

from agents.orders import ChildOrder
from agents.strategy import Actions, StrategyError
from agents.strategy_trial import ScriptedMarket, at_most, buy, drive, sell
from venues.messages import ExecType, Peg, Reason, Terms, TimeInForce

NYSE = (99_9900, 300, 100_0000, 300)
MS = 1_000_000


def market(**options):
    return ScriptedMarket({"NYSE": NYSE}, {"SIGMA_DARK": 200}, **options)


def one_child(order: ChildOrder):
    def strategy(parent, view):
        yield [order]

    return strategy


def filled(order: ChildOrder, parent=None, **options) -> list[tuple[int, int]]:
    trial = drive(one_child(order), parent or buy(order.qty), market(**options))
    return [(child.last_px, child.filled) for child in trial.children]


def test_a_child_takes_what_is_displayed_within_its_limit():
    assert filled(ChildOrder("NYSE", 500, 100_0100)) == [(100_0000, 300)]
    assert filled(ChildOrder("NYSE", 500, 99_9900)) == [(0, 0)]
    assert filled(ChildOrder("NYSE", 500, None)) == [(100_0000, 300)]
    assert filled(ChildOrder("NYSE", 200, 99_9900), sell(200)) == [(99_9900, 200)]


def test_a_pool_crosses_at_the_midpoint():
    assert filled(ChildOrder("SIGMA_DARK", 500, 100_0000)) == [(99_9950, 200)]
    assert filled(ChildOrder("SIGMA_DARK", 500, 99_9900)) == [(0, 0)]


def test_fill_or_kill_trades_whole_or_not_at_all():
    assert filled(ChildOrder("NYSE", 301, 100_0000, TimeInForce.FOK)) == [(0, 0)]
    assert filled(ChildOrder("NYSE", 300, 100_0000, TimeInForce.FOK)) == [(100_0000, 300)]


def test_a_fill_rule_can_cut_fills_short():
    assert filled(ChildOrder("NYSE", 300, 100_0000), fills=at_most(40)) == [(100_0000, 40)]


def test_what_was_taken_is_gone_from_the_quote():
    seen = []

    def strategy(parent, view):
        yield [ChildOrder("NYSE", 100, 100_0000)]
        seen.append(view.quote("NYSE").ask_qty)

    drive(strategy, buy(500), market())
    assert seen == [200]


def test_reports_come_after_the_round_trip():
    heard = []

    def strategy(parent, view):
        now, reports = yield [ChildOrder("NYSE", 100, 100_0000)]
        heard.extend((now, r.report.exec_type, r.report.last_qty, r.report.at) for r in reports)

    drive(strategy, buy(500), market(round_trip=400_000))
    assert heard == [(400_000, ExecType.NEW, 0, 200_000), (400_000, ExecType.TRADE, 100, 200_000)]


def test_a_delayed_child_arrives_later():
    trial = drive(one_child(ChildOrder("NYSE", 100, 100_0000, not_before=3 * MS)), buy(100), market(round_trip=400_000))
    assert trial.children[0].arrives_at == 3_200_000


def test_the_script_changes_the_market_at_its_time():
    seen = []

    def strategy(parent, view):
        yield Actions(wake=("at", 2 * MS))
        seen.append((view.quote("NYSE").ask, view.quote("NYSE").at))

    drive(strategy, buy(1), market().at(1 * MS, lambda m: m.show("NYSE", ask=100_0700)))
    assert seen == [(100_0700, 1 * MS)]


def test_a_resting_child_can_be_cancelled():
    def strategy(parent, view):
        _, reports = yield Actions(send=[ChildOrder("NYSE", 100, 99_9900, TimeInForce.DAY)], wake=("at", 1 * MS))
        yield Actions(cancel=[reports[0].child_id])
        assert view.leaves == 100

    assert drive(strategy, buy(100), market()).status == "CANCELED"


def test_a_resting_child_can_be_replaced_and_trade():
    def strategy(parent, view):
        _, reports = yield Actions(send=[ChildOrder("NYSE", 100, 99_9900, TimeInForce.DAY)], wake=("at", 1 * MS))
        yield Actions(replace=[(reports[0].child_id, 80, 100_0000)])

    trial = drive(strategy, buy(100), market())
    assert (trial.filled, trial.children[0].last_px) == (80, 100_0000)


def test_a_cancel_or_replace_that_comes_too_late_changes_nothing():
    def strategy(parent, view):
        yield Actions(send=[ChildOrder("NYSE", 100, 100_0000, TimeInForce.DAY)], wake=("at", 1))
        yield Actions(cancel=[1], wake=("at", 2))
        yield Actions(replace=[(1, 50, 100_0000)], wake=("at", 5 * MS))

    assert drive(strategy, buy(300), market()).filled == 100


def test_a_replace_to_what_is_filled_already_cancels_the_rest():
    def strategy(parent, view):
        yield Actions(send=[ChildOrder("NYSE", 400, 100_0000, TimeInForce.DAY)], wake=("at", 1 * MS))
        _, reports = yield Actions(replace=[(1, 300, 100_0000)])
        assert [r.report.exec_type for r in reports] == [ExecType.CANCELED]

    assert drive(strategy, buy(400), market()).filled == 300


def test_the_parent_s_end_cancels_what_rests():
    trial = drive(one_child(ChildOrder("NYSE", 100, 99_9900, TimeInForce.DAY)), buy(100, horizon=MS), market())
    assert (trial.status, trial.filled) == ("EXPIRED", 0)


def test_a_strategy_that_sends_too_much_is_stopped():
    with pytest.raises(StrategyError, match="children of 600 shares asked for, 500 left of 500"):
        drive(one_child(ChildOrder("NYSE", 600, 100_0000)), buy(500), market())


def test_a_strategy_that_never_waits_is_stopped():
    def strategy(parent, view):
        while True:
            yield Actions(wake=("at", view.now + 1))

    with pytest.raises(StrategyError, match="more than 20000 decisions on one parent; wait longer or give up"):
        drive(strategy, buy(1), market())


def test_a_child_that_may_not_take_is_refused():
    def strategy(parent, view):
        _, reports = yield [ChildOrder("NYSE", 100, 100_0000, TimeInForce.DAY, terms=Terms(post_only=True))]
        assert [r.report.reason for r in reports] == [Reason.POST_ONLY]

    assert drive(strategy, buy(100), market()).filled == 0


def test_a_resting_child_trades_when_a_quote_comes_to_it():
    resting = one_child(ChildOrder("NYSE", 100, 99_9900, TimeInForce.DAY))
    trial = drive(resting, buy(100), market().at(5 * MS, lambda m: m.show("NYSE", ask=99_9900)))
    assert (trial.status, trial.filled, trial.ended_at) == ("FILLED", 100, 5 * MS + 250_000)


def test_a_pegged_child_is_as_good_as_the_best_of_its_side_within_its_cap():
    peg = one_child(ChildOrder("NYSE", 100, 99_9950, TimeInForce.DAY, terms=Terms(peg=Peg.PRIMARY)))
    at_its_cap = market().at(5 * MS, lambda m: m.show("NYSE", bid=100_0000, ask=100_0000))
    assert drive(peg, buy(100), at_its_cap).filled == 0
    at_the_bid = market().at(5 * MS, lambda m: m.show("NYSE", ask=99_9900))
    assert drive(peg, buy(100), at_the_bid).filled == 100


def test_a_venue_may_refuse_everything():
    def strategy(parent, view):
        _, reports = yield [ChildOrder("NYSE", 100, 100_0000)]
        assert [(r.report.exec_type, r.report.reason) for r in reports] == [(ExecType.REJECTED, Reason.VENUE_HALTED)]

    drive(strategy, buy(100), market(refusing=["NYSE"]))


def test_a_silent_venue_leaves_the_work_open():
    trial = drive(one_child(ChildOrder("NYSE", 100, 100_0000)), buy(100), market(silent=["NYSE"]))
    assert (trial.status, trial.filled) == ("OPEN", 0)


def test_a_late_venue_s_reports_take_longer():
    trial = drive(one_child(ChildOrder("NYSE", 100, 100_0000)), buy(100), market(late={"NYSE": 3 * MS}))
    assert trial.ended_at == 3_500_000
