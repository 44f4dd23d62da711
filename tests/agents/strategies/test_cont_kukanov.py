"""A part taken, the rest posted behind queues, and what is not filled taken when the time is up."""

from __future__ import annotations

import pytest

from agents.conformance.checks import check_strategy
from agents.strategies.cont_kukanov import ContKukanov
from agents.strategy_trial import ScriptedMarket, TriedChild, buy, drive, sell
from analysis.child_orders import child_orders
from scenarios.run import run
from venues.messages import TimeInForce

MS = 1_000_000
LIT = {
    "NYSE": (99_9900, 300, 100_0100, 2_000),
    "NASDAQ": (99_9900, 700, 100_0100, 2_000),
    "IEX": (99_9800, 100, 100_0200, 2_000),
}


def posted(child: TriedChild) -> bool:
    return child.order.time_in_force is TimeInForce.DAY


def test_it_posts_behind_the_queues_at_the_best_price_and_takes_the_rest_at_once() -> None:
    """q = (2 x .01) / (1.5 x .01 + .01) = .8 without fees: 2 x 500 x .8 less the queue of 300, and of 700."""
    trial = drive(ContKukanov(), buy(1_000), ScriptedMarket(LIT))
    first = [(c.order.venue, c.order.qty, c.order.price, posted(c)) for c in trial.children if c.sent_at == 0]
    assert sorted(first) == [
        ("NASDAQ", 100, 99_9900, True),
        ("NYSE", 400, 100_0100, False),
        ("NYSE", 500, 99_9900, True),
    ]


def test_what_is_not_filled_when_the_time_is_up_is_cancelled_and_taken() -> None:
    trial = drive(ContKukanov(wait=5 * MS), buy(1_000), ScriptedMarket(LIT))
    late = [child for child in trial.children if child.sent_at > 0]
    assert late
    assert min(child.sent_at for child in late) >= 5 * MS
    assert not any(posted(child) for child in late)
    assert trial.filled == 1_000


def test_a_longer_queue_gets_less() -> None:
    short, long = (
        sum(c.order.qty for c in drive(ContKukanov(posts=1), sell(1_000), market).children if posted(c))
        for market in (ScriptedMarket({"NYSE": (99_9900, 900, 100_0100, queue)}) for queue in (100, 500))
    )
    assert (short, long) == (700, 300)


def test_with_no_outflow_everything_is_taken() -> None:
    trial = drive(ContKukanov(outflow=0), buy(1_000), ScriptedMarket(LIT))
    assert not any(posted(child) for child in trial.children)
    assert trial.filled == 1_000


def test_a_dearer_unfilled_share_is_posted_less() -> None:
    sizes = [
        sum(
            c.order.qty
            for c in drive(ContKukanov(penalty=penalty), buy(1_000), ScriptedMarket(LIT)).children
            if posted(c)
        )
        for penalty in (1.5, 3.0, 6.0)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_a_limit_beyond_the_own_side_is_not_posted_past() -> None:
    trial = drive(ContKukanov(), buy(500, limit=99_9800), ScriptedMarket(LIT))
    assert not trial.children


def test_learning_posts_less_where_nothing_is_ever_filled() -> None:
    strategy = ContKukanov(learn=True, lessons=30, posts=1)
    sizes = [
        sum(c.order.qty for c in drive(strategy, buy(1_000), ScriptedMarket(LIT)).children if posted(c))
        for _ in range(30)
    ]
    assert sizes[0] == 500
    assert sizes[-1] < 200


@pytest.mark.parametrize("learn", [False, True])
def test_it_keeps_the_rules_of_a_strategy(learn: bool) -> None:
    check_strategy(lambda parent, view: ContKukanov(learn=learn)(parent, view))


def test_in_a_market_some_of_what_it_posts_is_filled() -> None:
    settings = {"duration": "3s", "agents.client.strategy": "cont_kukanov", "agents.client.orders.count": "20"}
    result = run("us_equities", seed=3, set=settings)
    children = child_orders(result.tables)
    resting = children.time_in_force == int(TimeInForce.DAY)
    assert 0 < children.filled[resting].sum() < children.qty[resting].sum()
    assert children.filled[~resting].sum() > 0
    assert result.summary.iloc[0]["fill_rate"] > 0.5


def test_the_placement_explains_what_is_taken_and_what_is_posted_apart() -> None:
    trial = drive(ContKukanov(), buy(1_000), ScriptedMarket(LIT))
    rows = [row.split() for row in trial.decisions[0][1].explain().splitlines()[1:]]
    assert {(row[0], row[1], row[-1]) for row in rows} == {
        ("NYSE", "take", "400"),
        ("NASDAQ", "take", "-"),
        ("IEX", "take", "-"),
        ("NYSE", "post", "500"),
        ("NASDAQ", "post", "100"),
    }
    assert trial.decisions[0][1].scores == {}
