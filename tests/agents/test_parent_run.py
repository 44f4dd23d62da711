"""The work on one parent: when a strategy is woken, what is open, how it ends."""

from __future__ import annotations

from functools import partial

import pytest

from agents.strategy import Actions, StrategyError
from agents.strategy_trial import ScriptedMarket, buy
from tests.agents.builders import BUY, FOK, HALF, MS, breach, rests, takes, works, yields
from venues.messages import ExecType

NEW, TRADE, CANCELED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED


# -- breaches -------------------------------------------------------------------------------------------


def test_a_breach_names_the_strategy_the_parent_and_the_time():
    with pytest.raises(
        StrategyError, match=r"^strategy scripted, parent 1, time 500000 ns: children of 500 shares asked for"
    ):
        works(yields([takes(300)], [takes(500)]))


class Greedy:
    def __call__(self, parent, view):
        yield [takes(parent.qty + 1)]


def with_parameters(parent, view, extra):
    yield [takes(parent.qty + extra)]


@pytest.mark.parametrize(
    ("strategy", "name"), [(Greedy(), "Greedy"), (partial(with_parameters, extra=1), "with_parameters")]
)
def test_a_class_is_named_and_a_function_with_parameters(strategy, name):
    with pytest.raises(StrategyError, match=f"^strategy {name}, parent 1, "):
        works(strategy)


def test_a_strategy_that_neither_sends_nor_waits_is_stopped():
    said = "1000 yields in a row sent nothing and waited for nothing; yield a wake time"
    assert breach(*[Actions()] * 1_001) == said
    assert works(yields(*[[]] * 1_000)).status == "CANCELED"


def test_a_time_that_has_passed_is_no_wait():
    said = "1000 yields in a row sent nothing and waited for nothing; yield a wake time"
    assert breach(*[Actions(wake=("at", 0))] * 1_001) == said


def test_polling_a_live_child_is_no_wait():
    said = "1000 yields in a row sent nothing and waited for nothing; yield a wake time"
    assert breach(Actions([rests(100)], wake=("at", 1)), *[Actions(wake=("at", 0))] * 1_001) == said


def test_a_wait_begins_the_count_anew():
    idle = [Actions()] * 900
    assert works(yields(*idle, Actions(wake=("at", MS)), *idle)).status == "CANCELED"
    assert works(yields(*idle, [takes(100)], *idle)).status == "CANCELED"


def test_a_strategy_is_a_generator():
    with pytest.raises(StrategyError, match=r"gave None instead of a generator; a strategy has a `yield` in it$"):
        works(lambda parent, view: None)


def test_a_strategy_ends_when_it_is_told_to():
    def stubborn(parent, view):
        try:
            yield [rests(100)]
        finally:
            yield [rests(100)]

    with pytest.raises(StrategyError, match=r"it yielded again when it was told that its parent has ended$"):
        works(stubborn, buy(500, horizon=MS))


def test_quotes_are_of_lit_venues_that_are_connected():
    def asks(parent, view):
        view.quote("POOL")
        yield []

    with pytest.raises(StrategyError, match=r"asked for the quote of 'POOL'; its lit venues are NYSE, BATS$"):
        works(asks)


def test_depth_is_of_lit_venues_that_are_connected():
    def asks(parent, view):
        view.depth("POOL")
        yield []

    with pytest.raises(StrategyError, match=r"asked for the depth of 'POOL'; its lit venues are NYSE, BATS$"):
        works(asks)


# -- waking ---------------------------------------------------------------------------------------------


def wakes(*wanted, parent=None) -> list[tuple[int, list[ExecType]]]:
    """(when, the kinds of reports) of each time that the strategy is resumed."""
    heard = []

    def listens(order, view):
        for actions in wanted:
            now, reports = yield actions
            assert now == view.now
            heard.append((now, [r.report.exec_type for r in reports]))

    works(listens, parent)
    return heard


def test_any_wakes_with_each_report():
    assert wakes(Actions([takes(100)], wake="any"), Actions(wake="any")) == [(2 * HALF, [NEW]), (2 * HALF, [TRADE])]


def test_all_done_wakes_when_the_last_child_has_ended():
    late = takes(100, 100_0100, venue="BATS", not_before=MS)
    assert wakes([takes(100), late]) == [(MS + 2 * HALF, [NEW, TRADE, NEW, TRADE])]


def test_a_time_wakes_with_the_reports_so_far():
    first = Actions([takes(100), rests(100)], wake=("at", MS))
    assert wakes(first) == [(MS, [NEW, TRADE, NEW])]


def test_a_time_wakes_earlier_when_all_children_have_ended():
    assert wakes(Actions([takes(100)], wake=("at", 5 * MS))) == [(2 * HALF, [NEW, TRADE])]


def test_a_time_or_any_report_wakes_with_whatever_comes_first():
    waits = [Actions([takes(100)], wake=("any", 100)), Actions(wake=("any", MS)), Actions(wake=("any", MS))]
    assert wakes(*waits) == [(100, []), (2 * HALF, [NEW]), (2 * HALF, [TRADE])]


def test_a_time_alone_wakes_then():
    assert wakes(Actions(wake=("at", MS)), Actions(wake=("at", 2 * MS))) == [(MS, []), (2 * MS, [])]


def test_a_time_that_has_passed_wakes_a_nanosecond_later():
    assert wakes(Actions(wake=("at", MS)), Actions(wake=("at", 5))) == [(MS, []), (MS + 1, [])]


def test_a_timer_of_an_earlier_wait_wakes_nobody():
    waits = [Actions([takes(100)], wake=("at", MS)), Actions(wake=("at", 3 * MS)), Actions(wake=("at", 4 * MS))]
    assert [at for at, _ in wakes(*waits)] == [2 * HALF, 3 * MS, 4 * MS]


def test_nothing_sent_and_nothing_live_wakes_at_once():
    assert wakes(Actions(), Actions(wake="any"), []) == [(0, [])] * 3


def test_reports_are_given_once():
    first = Actions([takes(100), rests(100)], wake=("at", MS))
    assert wakes(first, Actions(cancel=[2])) == [(MS, [NEW, TRADE, NEW]), (MS + 2 * HALF, [CANCELED])]


# -- what is open ---------------------------------------------------------------------------------------


def ledger(*wanted, parent=None) -> list[tuple[int, int]]:
    """(open, leaves) before each yield and at the end."""
    seen = []

    def looks(order, view):
        for actions in wanted:
            seen.append((view.open_qty, view.leaves))
            yield actions
        seen.append((view.open_qty, view.leaves))

    works(looks, parent)
    return seen


def test_leaves_are_what_is_neither_filled_nor_in_a_live_child():
    first = Actions([takes(100), rests(150)], wake=("at", 1))
    assert ledger(first, Actions(wake=("at", MS)), Actions(cancel=[2])) == [
        (500, 500), (500, 250), (400, 250), (400, 400),
    ]  # fmt: skip


def test_what_an_immediate_child_did_not_get_is_left_again():
    assert ledger([takes(400)]) == [(500, 500), (200, 200)]
    assert ledger([takes(400, tif=FOK)]) == [(500, 500), (500, 500)]


def test_a_replace_takes_its_shares_from_the_leaves_when_it_is_asked_for():
    first = Actions([rests(100)], wake=("at", MS))
    grows = Actions(replace=[(1, 300, 99_9000)], wake=("at", MS + 1))
    assert ledger(first, grows, Actions(wake=("at", 3 * MS))) == [(500, 500), (500, 400), (500, 200), (500, 200)]


def test_a_replace_gives_shares_back_when_it_is_confirmed():
    first = Actions([rests(300)], wake=("at", MS))
    shrinks = Actions(replace=[(1, 100, 99_9000)], wake=("at", MS + 1))
    assert ledger(first, shrinks, Actions(wake=("at", 3 * MS))) == [(500, 500), (500, 200), (500, 200), (500, 400)]


def test_a_replaced_child_fills_up_to_its_new_size():
    first = Actions([rests(100)], wake=("at", MS))
    trial = works(yields(first, Actions(replace=[(1, 250, 100_0000)])))
    assert trial.filled == 250


# -- the view -------------------------------------------------------------------------------------------


def looked(look, at=None):
    found = []

    def strategy(parent, view):
        found.append(look(view))
        yield []

    works(strategy, at=at)
    return found[0]


def test_the_view_knows_its_venues():
    assert looked(lambda view: (list(view.lit), list(view.dark))) == (["NYSE", "BATS"], ["POOL"])
    assert looked(lambda view: view.facts["POOL"].kind) == "dark"
    assert looked(lambda view: view.experience.round_trip("NYSE")) is None


def test_the_view_has_the_best_over_all_quotes():
    assert looked(lambda view: view.nbbo()) == (99_9900, 100_0000)
    empty = ScriptedMarket({"NYSE": (99_9900, 300, 0, 0)})
    assert looked(lambda view: view.nbbo(), empty) is None


def test_a_scripted_venue_has_one_level_a_side():
    depth = looked(lambda view: view.depth("BATS"))
    assert depth.opposite(BUY) == depth.asks == ((100_0100, 200),)
    assert looked(lambda view: view.depth("NYSE"), ScriptedMarket({"NYSE": (0, 0, 0, 0)})) == ((), ())


def test_a_quote_s_opposite_is_what_an_order_would_take():
    quote = looked(lambda view: view.quote("BATS"))
    assert quote.opposite(BUY) == (100_0100, 200)


def test_a_strategy_may_sort_its_quotes_without_anybody_noticing():
    def look(view):
        view.quotes().clear()
        return [quote.venue for quote in view.quotes()]

    assert looked(look) == ["NYSE", "BATS"]


# -- ending ---------------------------------------------------------------------------------------------


def test_a_filled_parent_ends_and_its_strategy_is_closed():
    closed = []

    def strategy(parent, view):
        try:
            yield [takes(300)]
        finally:
            closed.append(view.now)

    trial = works(strategy, buy(300))
    assert (trial.status, trial.ended_at, closed) == ("FILLED", 2 * HALF, [2 * HALF])


def test_a_strategy_that_returns_gives_up_the_rest():
    assert works(yields()).status == works(yields([takes(100)])).status == "CANCELED"


def test_what_rests_is_cancelled_when_the_strategy_returns():
    trial = works(yields(Actions([rests(100)], wake=("at", MS))))
    assert (trial.status, trial.ended_at) == ("CANCELED", MS + 2 * HALF)


def test_the_horizon_ends_a_parent_expired():
    trial = works(yields([rests(100)]), buy(500, horizon=10 * MS))
    assert (trial.status, trial.ended_at) == ("EXPIRED", 10 * MS + 2 * HALF)


def test_a_parent_that_ends_waits_for_what_is_on_its_way():
    trial = works(yields([takes(500)]), buy(500, horizon=HALF))
    assert (trial.status, trial.filled, trial.ended_at) == ("EXPIRED", 300, 2 * HALF)


def test_a_parent_that_fills_after_its_horizon_is_filled():
    trial = works(yields([takes(300)]), buy(300, horizon=HALF))
    assert (trial.status, trial.filled) == ("FILLED", 300)


def test_an_ended_strategy_is_woken_no_more():
    woken = wakes(Actions([rests(100)], wake=("at", 20 * MS)), parent=buy(500, horizon=10 * MS))
    assert woken == []
