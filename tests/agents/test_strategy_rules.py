"""What a strategy may ask for, and what it is told when it asks for more."""

from __future__ import annotations

import pytest

from agents.strategy import Actions
from agents.strategy_trial import buy, sell
from tests.agents.builders import DAY, MS, breach, rests, takes, works, yields
from venues.messages import Peg, Terms


def test_only_connected_venues_are_sent_to():
    assert breach([takes(100, venue="NYSX")]) == "no connection to 'NYSX'; venues: NYSE, BATS, POOL"


@pytest.mark.parametrize("qty", [0, -100, 1.5])
def test_a_child_has_whole_shares_and_at_least_one(qty):
    assert breach([takes(qty)]) == f"a child of {qty} shares for NYSE; at least 1, and a whole number"


def test_no_child_is_worse_than_the_parent_s_limit():
    worse = "worse than the parent's limit 1000000 (price units of $0.0001)"
    assert breach([takes(100, 100_0001)], parent=buy(500, limit=100_0000)) == f"a child at 1000001, {worse}"
    assert breach([takes(100, 99_9999)], parent=sell(500, limit=100_0000)) == f"a child at 999999, {worse}"


def test_the_parent_s_limit_itself_is_allowed():
    works(yields([takes(100, 100_0000)]), buy(500, limit=100_0000))
    works(yields([takes(100, 100_0000)]), sell(500, limit=100_0000))


def test_a_parent_with_a_limit_sends_no_market_orders():
    told = breach([takes(100, None, venue="POOL")], parent=buy(500, limit=100_0000))
    assert told == "a market order for POOL, but the parent has a limit of 1000000"
    works(yields([takes(100, None)]), buy(500))


def test_terms_are_terms():
    assert breach([takes(100, terms="ISO")]) == "a child for NYSE with terms = 'ISO'; write Terms(...) or None"


def test_a_peg_of_a_parent_with_a_limit_has_a_cap():
    peg = takes(100, None, DAY, terms=Terms(peg=Peg.PRIMARY))
    assert breach([peg], parent=buy(500, limit=100_0000)) == (
        "a peg without a cap for NYSE, but the parent has a limit of 1000000"
    )
    assert "worse than the parent's limit" in breach([peg._replace(price=100_0001)], parent=buy(500, limit=100_0000))


def test_a_price_is_whole_price_units():
    assert breach([takes(100, 100.01)]) == "a child at 100.01; write whole price units of $0.0001"


def test_a_child_leaves_at_a_whole_nanosecond():
    told = breach([takes(100, not_before=1.5)])
    assert told == "a child for NYSE with not_before = 1.5; write whole nanoseconds"


def test_children_ask_for_no_more_than_the_parent_has_left():
    assert breach([takes(300), takes(201, venue="BATS")]) == "children of 501 shares asked for, 500 left of 500"


def test_live_children_count():
    told = breach(Actions([rests(400)], wake=("at", 2 * MS)), [takes(101)])
    assert told == "children of 101 shares asked for, 100 left of 500"


def test_filled_shares_count():
    assert breach([takes(300)], [takes(201)]) == "children of 201 shares asked for, 200 left of 500"


def test_children_that_wait_for_their_time_count():
    told = breach(Actions([takes(400, not_before=5 * MS)], wake=("at", MS)), [takes(101)])
    assert told == "children of 101 shares asked for, 100 left of 500"


def test_a_cancel_on_its_way_frees_nothing():
    told = breach(
        Actions([rests(400)], wake=("at", MS)),
        Actions(cancel=[1], wake=("at", MS + 1)),
        [takes(101)],
    )
    assert told == "children of 101 shares asked for, 100 left of 500"


def test_only_live_children_are_cancelled_or_replaced():
    assert breach(Actions([rests(100)], wake=("at", MS)), Actions(cancel=[7])) == "child 7 is not live; live: [1]"
    assert breach([takes(100)], Actions(replace=[(1, 50, 99_0000)])) == "child 1 is not live; live: []"


def replaces(*asked: tuple[int, int, int], send=(), parent=None) -> str:
    first = Actions([rests(200), rests(100)], wake=("at", MS))
    return breach(first, Actions(send=send, replace=asked), parent=parent)


def test_a_replace_asks_for_no_more_than_the_parent_has_left():
    assert replaces((1, 401, 99_9000)) == "child 1 replaced to 401 shares from 200; 200 left"


def test_replaces_of_one_yield_count_together():
    assert replaces((1, 300, 99_9000), (2, 201, 99_9000)) == "child 2 replaced to 201 shares from 100; 100 left"
    assert replaces((1, 300, 99_9000), (1, 401, 99_9000)) == "child 1 replaced to 401 shares from 300; 100 left"


def test_a_smaller_replace_frees_nothing_before_it_is_confirmed():
    assert replaces((1, 100, 99_9000), (2, 301, 99_9000)) == "child 2 replaced to 301 shares from 100; 200 left"


def test_replaces_and_children_count_together():
    told = replaces((1, 301, 99_9000), send=[takes(100)])
    assert told == "child 1 replaced to 301 shares from 200; 100 left"


def test_a_replace_on_its_way_counts():
    first = Actions([rests(200)], wake=("at", MS))
    grows = Actions(replace=[(1, 400, 99_9000)], wake=("at", MS + 1))
    assert breach(first, grows, [takes(101)]) == "children of 101 shares asked for, 100 left of 500"


def test_a_confirmed_replace_counts_for_what_it_is():
    first = Actions([rests(400)], wake=("at", MS))
    shrinks = Actions(replace=[(1, 100, 99_9000)], wake=("at", 2 * MS))
    assert breach(first, shrinks, [takes(401)]) == "children of 401 shares asked for, 400 left of 500"


def test_a_replace_has_whole_shares_and_at_least_one():
    assert replaces((1, 0, 99_9000)) == "a child replaced to 0 shares; at least 1, and a whole number"


def test_a_replace_keeps_the_parent_s_limit():
    told = replaces((1, 200, 100_0100), parent=buy(500, limit=100_0000))
    assert told == "a child at 1000100, worse than the parent's limit 1000000 (price units of $0.0001)"


def test_a_strategy_yields_actions_or_a_list_of_children():
    assert breach(None) == "yielded None; yield Actions(...) or a list of ChildOrder"
    assert breach("NYSE") == "yielded 'NYSE'; yield Actions(...) or a list of ChildOrder"
    order = takes(100)
    assert breach(order) == f"yielded {order!r}; yield Actions(...) or a list of ChildOrder"
    assert breach(["NYSE"]) == "asked to send 'NYSE', which is no ChildOrder"
    assert works(yields((takes(100),))).filled == 100


@pytest.mark.parametrize("wake", ["all", ("at", 1.5), ("in", 5), ("at",), 1_000, None])
def test_a_wake_is_one_of_four(wake):
    told = breach(Actions([takes(100)], wake=wake))
    assert told == f'wake is {wake!r}; write "any", "all_done", ("at", whole nanoseconds) or ("any", whole nanoseconds)'
