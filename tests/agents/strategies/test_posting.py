"""Resting before taking: where, at what price, how it follows, when it is over."""

from __future__ import annotations

import pytest

from agents.strategies.fee_aware import FeeAware
from agents.strategies.posting import Posting
from agents.strategies.price_time import PriceTime
from agents.strategy_trial import ScriptedMarket, buy, drive, sell
from venues.messages import Peg, Terms, TimeInForce

MS = 1_000_000
LIT = {"NYSE": (99_9800, 300, 100_0100, 300), "NASDAQ": (99_9900, 200, 100_0100, 200)}
POST = Terms(post_only=True)


def tried(parent=None, market=None, liquidity="post", strategy=PriceTime, **posting):
    made = strategy(liquidity=liquidity, posting=Posting(**posting) if posting else None)
    return drive(made, parent or buy(200, horizon=50 * MS), market or ScriptedMarket(LIT))


def sent(trial):
    return [(c.order.venue, c.order.qty, c.order.price) for c in trial.children]


def test_a_child_rests_at_the_best_price_of_its_own_side():
    trial = tried()
    assert sent(trial) == [("NYSE", 200, 99_9900)]  # nobody is ahead of it there
    assert (trial.children[0].order.time_in_force, trial.children[0].order.terms) == (TimeInForce.DAY, POST)
    assert (trial.status, trial.filled) == ("EXPIRED", 0)


def test_a_seller_rests_at_the_best_offer():
    assert sent(tried(sell(200, horizon=5 * MS))) == [("NASDAQ", 200, 100_0100)]  # fewer are ahead of it


def test_a_child_may_go_a_tick_better_inside_the_spread():
    assert sent(tried(at="improve"))[0][2] == 100_0000
    locked = {"NYSE": (99_9900, 300, 100_0000, 300)}
    assert sent(tried(at="improve", market=ScriptedMarket(locked)))[0][2] == 99_9900


def test_a_child_may_be_pegged_within_the_parent_s_limit():
    trial = tried(buy(200, limit=100_0000, horizon=5 * MS), at="peg")
    assert [(c.order.price, c.order.terms) for c in trial.children] == [(100_0000, Terms(peg=Peg.PRIMARY))]


def test_no_child_rests_beyond_the_parent_s_limit():
    assert sent(tried(buy(200, limit=99_9550, horizon=5 * MS)))[0][2] == 99_9500


def test_nothing_is_posted_where_nobody_shows_a_price():
    empty = ScriptedMarket({"NYSE": (0, 0, 0, 0)}).at(3 * MS, lambda m: m.show("NYSE", bid=99_0000, bid_qty=100))
    assert [c.sent_at for c in tried(market=empty).children] == [3 * MS]


def test_the_cost_model_says_where_to_rest():
    fees = {"NYSE": 2_000, "NASDAQ": -2_000}

    class Cheap(ScriptedMarket):
        def __init__(self):
            super().__init__(LIT)
            for venue, fee in fees.items():
                known = self.facts[venue]
                self.facts[venue] = type(known)(venue, "lit", fee, 0, known.tick)

    trial = tried(strategy=FeeAware, market=Cheap(), venues=2)
    assert [v for v, _, _ in sent(trial)] == ["NYSE", "NASDAQ"]
    assert {cost.style.name for cost in trial.decisions[0][1].costs} == {"POST"}
    queue = dict.fromkeys(LIT, (99_9900, 200, 100_0100, 300))
    market = Cheap()
    for venue, (bid, size, _, _) in queue.items():
        market.show(venue, bid=bid, bid_qty=size)
    assert [v for v, _, _ in sent(tried(strategy=FeeAware, market=market))] == ["NASDAQ"]


def test_the_leaves_are_dealt_to_so_many_venues():
    assert [(v, q) for v, q, _ in sent(tried(venues=2))] == [("NYSE", 100), ("NASDAQ", 100)]


def test_a_resting_child_fills_when_the_other_side_comes():
    market = ScriptedMarket(LIT).at(3 * MS, lambda m: m.show("NYSE", ask=99_9900, ask_qty=500))
    trial = tried(market=market)
    assert (trial.status, trial.filled, trial.children[0].last_px) == ("FILLED", 200, 99_9900)


def test_what_is_filled_in_part_keeps_resting():
    market = ScriptedMarket(LIT).at(3 * MS, lambda m: m.show("NYSE", ask=99_9900, ask_qty=50))
    trial = tried(market=market)
    assert (trial.filled, len(trial.children)) == (50, 1)


def test_a_child_that_the_market_left_behind_is_replaced_in_flight():
    market = ScriptedMarket(LIT).at(3 * MS, lambda m: m.show("NASDAQ", bid=100_0000, bid_qty=100))
    market.at(9 * MS, lambda m: m.show("NYSE", ask=100_0000, ask_qty=500))
    trial = tried(market=market)
    assert [c.order.price for c in trial.children] == [100_0000]
    assert trial.filled == 200


def test_without_chase_it_stays_where_it_is():
    market = ScriptedMarket(LIT).at(3 * MS, lambda m: m.show("NASDAQ", bid=100_0000, bid_qty=100))
    assert [c.order.price for c in tried(market=market, chase=False).children] == [99_9900]


def test_it_never_steps_back():
    market = ScriptedMarket(LIT).at(3 * MS, lambda m: m.show("NASDAQ", bid=99_9000, bid_qty=100))
    assert [c.order.price for c in tried(market=market).children] == [99_9900]


def test_post_alone_rests_until_the_parent_s_end():
    trial = tried(liquidity="post", wait=2 * MS, moved=1)
    assert (trial.status, len(trial.children)) == ("EXPIRED", 1)


def test_after_the_wait_the_rest_is_taken():
    trial = tried(liquidity="both", wait=4 * MS)
    assert [(v, q) for v, q, _ in sent(trial)] == [("NYSE", 200), ("NYSE", 200)]
    assert trial.children[1].order.time_in_force is TimeInForce.IOC
    assert trial.children[1].sent_at == 4 * MS + 500_000  # when its cancel was confirmed
    assert (trial.status, trial.filled) == ("FILLED", 200)


def test_only_what_did_not_fill_while_resting_is_taken():
    market = ScriptedMarket(LIT).at(2 * MS, lambda m: m.show("NYSE", ask=99_9900, ask_qty=120))
    trial = tried(liquidity="both", wait=4 * MS, market=market)
    assert [c.order.qty for c in trial.children][1:] == [80]
    assert trial.filled == 200


@pytest.mark.parametrize(("moved", "taken_at"), [(1, 4 * MS), (3, 10 * MS)])
def test_a_market_that_runs_away_ends_the_wait(moved, taken_at):
    market = ScriptedMarket(LIT)
    for venue in LIT:
        market.at(3_500_000, lambda m, v=venue: m.show(v, ask=100_0300))
    trial = tried(liquidity="both", wait=10 * MS, moved=moved, market=market)
    assert trial.children[1].sent_at == taken_at + 500_000


def test_a_market_that_comes_nearer_does_not_end_the_wait():
    market = ScriptedMarket(LIT)
    for venue in LIT:
        market.at(3_500_000, lambda m, v=venue: m.show(v, ask=100_0000))
    trial = tried(liquidity="both", wait=10 * MS, market=market)
    assert trial.children[1].sent_at == 10 * MS + 500_000


def test_a_venue_that_refuses_twice_is_set_aside():
    market = ScriptedMarket(LIT, refusing=["NYSE"])
    assert [v for v, _, _ in sent(tried(market=market))][:3] == ["NYSE", "NYSE", "NASDAQ"]


def test_a_post_that_would_take_is_refused_and_posted_anew():
    market = ScriptedMarket(LIT).at(200_000, lambda m: m.show("NYSE", ask=99_9900))
    trial = tried(market=market)
    assert trial.children[0].filled == 0
    assert len(trial.children) > 1
