"""One cost model: what each term says, that they add up, and that strategies rank by it."""

from __future__ import annotations

import pytest

from agents.cost_model import TERMS, Belief, CostModel, CostWeights, Weights, cost_table
from agents.strategies import REGISTRY
from agents.strategies.loading import load_strategy
from agents.strategies.parameters import StrategyProblems
from agents.strategy import Actions, VenueFacts
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, buy, drive, sell
from tests.agents.builders import yields

LIT = {"NYSE": (99_9900, 200, 100_0100, 200), "BATS": (99_9900, 100, 100_0200, 100)}
ALL = Weights(*[1.0] * len(TERMS))
SEEN = ScriptedExperience(
    {"NYSE": 300_000, "BATS": 400_000}, {"NYSE": 0.75, "BATS": 0.5}, {"NYSE": -40.0, "BATS": 60.0}
)


def costs(weights=ALL, parent=None, style="takes", beliefs=None, **market):
    """What a strategy would be told at its start, by venue."""
    told = []
    order = parent or buy(400)

    def asks(parent, view):
        model = CostModel(weights, beliefs) if beliefs else CostModel(weights)
        side = int(parent.side)
        shown = [(quote, *quote.opposite(parent.side)) for quote in view.quotes()]
        best = min(price * side for _, price, _ in shown)
        if style == "takes":
            told.extend(model.takes(shown, best, parent, view))
        elif style == "probes":
            told.extend(model.probes(view.dark, parent, view))
        else:
            told.extend(model.posts([(q.venue, q.bid, q.bid_qty) for q, _, _ in shown], best, 100, parent, view))
        yield []

    drive(asks, order, ScriptedMarket(LIT, {"POOL": 100}, **{"experience": SEEN, **market}))
    return {cost.venue: cost for cost in told}


def of(cost, name):
    return cost.terms[TERMS.index(name)]


def test_the_price_is_the_distance_to_the_best_displayed_one():
    assert [of(cost, "price") for cost in costs().values()] == [0.0, 10_000.0]
    assert [of(cost, "price") for cost in costs(parent=sell(400)).values()] == [0.0, 0.0]


def test_the_fee_is_the_taker_s():
    assert of(costs(taker_fees={"NYSE": 3_000})["NYSE"], "fee") == 3_000.0


def test_impact_is_how_far_the_leaves_walk_beyond_the_displayed_size():
    seen = costs(parent=buy(400))
    assert of(seen["NYSE"], "impact") == 5_000.0  # half of them a tick further
    assert of(seen["BATS"], "impact") == 15_000.0  # 0, 1, 2 and 3 ticks
    assert of(costs(parent=buy(200))["NYSE"], "impact") == 0.0


def test_a_missed_share_costs_a_tick_and_the_run_of_the_price():
    bats = costs()["BATS"]
    assert (of(bats, "fill"), of(bats, "opportunity"), of(bats, "adverse")) == (5_000.0, 3_000.0, 0.0)


def test_a_filled_share_that_is_cheaper_soon_after_is_regretted():
    nyse = costs()["NYSE"]
    assert (of(nyse, "fill"), of(nyse, "opportunity"), of(nyse, "adverse")) == (2_500.0, 0.0, 3_000.0)


def test_latency_has_a_price_by_the_microsecond():
    assert of(costs(ALL._replace(latency=2.0))["NYSE"], "latency") == 600.0


def test_what_was_never_measured_is_good():
    seen = costs(experience=ScriptedExperience())
    assert [cost.terms[3:] for cost in seen.values()] == [(0.0,) * 4] * 2


def test_a_pool_is_worth_half_the_spread_as_often_as_it_fills():
    seen = ScriptedExperience(fill_ratios={"POOL": 0.25}, markouts={"POOL": 40.0})
    pool = costs(style="probes", experience=seen)["POOL"]
    assert (of(pool, "price"), of(pool, "fill"), of(pool, "opportunity")) == (-2_500.0, 0.0, 3_000.0)


def test_a_post_saves_the_spread_as_often_as_it_fills():
    nyse = costs(style="posts")["NYSE"]  # 100 shares behind 200
    assert of(nyse, "price") == pytest.approx(-20_000 / 3)
    assert nyse.belief.fill == pytest.approx(1 / 3)


def test_a_score_is_the_sum_of_its_terms():
    for style in ("takes", "probes", "posts"):
        for cost in costs(style=style, taker_fees={"NYSE": 3_000}).values():
            assert abs(cost.score - sum(cost.terms)) <= 0.5


@pytest.mark.parametrize("name", TERMS)
def test_each_term_can_be_switched_off_and_weighted(name):
    whole = costs(taker_fees={"NYSE": 3_000, "BATS": 3_000})
    without = costs(ALL._replace(**{name: 0.0}), taker_fees={"NYSE": 3_000, "BATS": 3_000})
    double = costs(ALL._replace(**{name: 2.0}), taker_fees={"NYSE": 3_000, "BATS": 3_000})
    assert any(of(cost, name) for cost in whole.values())
    for venue, cost in whole.items():
        assert of(without[venue], name) == 0.0
        assert of(double[venue], name) == 2 * of(cost, name)


def test_beliefs_may_come_from_elsewhere_and_are_asked_for_all_venues_at_once():
    asked = []

    class Forecast:
        def of(self, venues, parent, view):
            asked.append(list(venues))
            return [Belief(0.5, 20.0) for _ in venues]

    seen = costs(beliefs=Forecast())
    assert asked == [["NYSE", "BATS"]]
    assert [of(cost, "fill") for cost in seen.values()] == [5_000.0, 5_000.0]


def test_beliefs_are_not_asked_for_when_they_count_for_nothing():
    class Never:
        def of(self, venues, parent, view):
            raise AssertionError("asked")

    assert len(costs(Weights(fee=1.0, latency=1.0), beliefs=Never())) == 2


def test_a_fee_is_that_of_the_tier_that_the_router_has_reached():
    facts = VenueFacts("A", "lit", -2_000, 3_000, 100, tiers=((1_000, -2_500, 2_900), (5_000, -3_000, 2_800)))
    assert [facts.fees_after(n) for n in (0, 999, 1_000, 5_000)] == [
        (-2_000, 3_000),
        (-2_000, 3_000),
        (-2_500, 2_900),
        (-3_000, 2_800),
    ]


# -- strategies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "weights"),
    [
        ("price_time", Weights()),
        ("broadcast", Weights()),
        ("dark_first", Weights()),
        ("latency_aware", Weights()),
        ("fee_aware", Weights(fee=1.0)),
        ("smart", Weights(fee=1.0, fill=1.0, opportunity=1.0, adverse=1.0, latency=1.0)),
    ],
)
def test_every_strategy_is_a_set_of_weights(kind, weights):
    assert REGISTRY[kind]().model.weights == weights


def test_weights_of_a_scenario_come_over_the_strategy_s_own():
    strategy = load_strategy("smart", {"cost": {"fee": 0.5, "impact": 1}, "latency_weight": 3})
    assert strategy.model.weights == Weights(fee=0.5, impact=1.0, fill=1.0, opportunity=1.0, adverse=1.0, latency=3.0)


def test_a_wrong_weight_is_told_with_its_place():
    with pytest.raises(StrategyProblems) as wrong:
        load_strategy("smart", {"cost": {"fees": 1, "impact": "much", "fill": -1}})
    assert str(wrong.value).splitlines() == [
        "cost.fees: cost has no such parameter; did you mean 'fee'? (known: price, fee, impact, fill, opportunity, "
        "adverse, latency)",
        "cost.impact = 'much': must be a number or null",
        "cost.fill = -1: must be 0 or more",
    ]


def test_weights_turn_the_choice_of_venue():
    market = {"fees": {"NYSE": 3_000}, "lit": {"NYSE": LIT["NYSE"], "BATS": LIT["NYSE"]}}

    def first(strategy):
        trial = drive(strategy, buy(100), ScriptedMarket(market["lit"], taker_fees=market["fees"]))
        return trial.children[0].order.venue

    assert first(load_strategy("price_time", {})) == "NYSE"
    assert first(load_strategy("price_time", {"cost": {"fee": 1.0}})) == "BATS"
    assert first(load_strategy("fee_aware", {"cost": {"fee": 0.0}})) == "NYSE"


# -- in words ---------------------------------------------------------------------------------------------


def test_a_decision_explains_itself():
    trial = drive(
        load_strategy("smart", {}), buy(250), ScriptedMarket(LIT, taker_fees={"NYSE": 3_000}, experience=SEEN)
    )
    assert trial.decisions[0][1].explain().splitlines() == [
        "venue        style       price         fee      impact        fill opportunity     adverse     latency"
        "       score    sent",
        "NYSE         take     0.000000    0.003000    0.000000    0.002500    0.000000    0.003000    0.000300"
        "    0.008800     200",
        "BATS         take     0.010000    0.000000    0.000000    0.005000    0.003000    0.000000    0.000400"
        "    0.018400      50",
    ]


def test_a_decision_without_a_model_still_tells_what_it_sent():
    trial = drive(yields([]), buy(100), ScriptedMarket(LIT))
    assert trial.decisions == []
    table = cost_table((), [("NYSE", 300), ("NYSE", 100)])
    assert table.splitlines()[1].split() == ["NYSE", "-", "400"]
    assert Actions().explain() == cost_table(())


def test_weights_that_are_not_given_are_as_the_strategy_has_them():
    assert CostWeights().over(ALL) == ALL
    assert CostWeights(price=0).over(ALL) == ALL._replace(price=0.0)
