"""The rows "signs BCJ" pass when the twin at the high-rebate venue does worse, and FAIL when it does not."""

from __future__ import annotations

import pytest

from agents.conformance.checks import check_strategy
from agents.strategy_trial import ScriptedMarket, buy, drive, sell
from scenarios.run import run
from scenarios.validation.limit_orders import PROOFS, filled_first, measure
from scenarios.validation.proof import Figures, Found
from scenarios.validation.twin_orders import TwinOrders
from tests.analysis.builders import BATS, BUY, NYSE, Recording

WORSE = {"fill rate": 0.6, "realised": -0.006, "first": 0.3}
BETTER = {"fill rate": 0.8, "realised": 0.004, "first": 0.7}


def figures(rebate: Figures, inverted: Figures, seed: int) -> Figures:
    shifted = 1 + seed / 1000
    return {
        **{f"{name} REBATE": value * shifted for name, value in rebate.items()},
        **{f"{name} INVERTED": value for name, value in inverted.items()},
    }


def verdicts(rebate: Figures, inverted: Figures, proof: int = 0) -> list[bool | None]:
    name = PROOFS[proof].name
    found = Found({(name, seed): figures(rebate, inverted, seed) for seed in range(1, 6)})
    return [row.passed for row in PROOFS[proof].judge(found)]


def test_a_worse_twin_at_the_high_rebate_passes() -> None:
    assert verdicts(WORSE, BETTER) == [True] * 3


@pytest.mark.parametrize("rebate", [BETTER, WORSE])
def test_a_twin_that_is_no_worse_fails(rebate: Figures) -> None:
    assert verdicts(BETTER, rebate) == [False] * 3


def test_with_the_fees_exchanged_the_other_twin_is_the_worse_one() -> None:
    assert verdicts(WORSE, BETTER, proof=1) == [False] * 3
    assert verdicts(BETTER, WORSE, proof=1) == [True] * 3


def test_the_first_of_two_twins_is_the_one_with_the_earlier_fill() -> None:
    recording = Recording()
    for parent, fills in enumerate([{NYSE: 10, BATS: 20}, {BATS: 30}, {NYSE: 40, BATS: 40}, {}], 1):
        recording.parent(parent, BUY, 200, at=1, ends=90)
        for venue, at in fills.items():
            recording.fill(parent, 100_0000, 100, at=at, order_id=10 * parent + venue, venue=venue)
    assert filled_first(recording.tables(), "client") == {"NYSE": 1, "BATS": 1}


def test_fills_are_counted_by_twin() -> None:
    result = run("validation/limit_order_quality", set={"duration": "12s", "agents.client.orders.count": "20"})
    its = measure(result)
    assert its["first REBATE"] + its["first INVERTED"] == pytest.approx(1)
    assert its["fill rate INVERTED"] >= its["fill rate REBATE"] > 0


# -- the twins --------------------------------------------------------------------------------------

QUOTES = {"NYSE": (99_9900, 300, 100_0000, 300), "IEX": (99_9950, 900, 99_9960, 900)}


def test_twins_join_the_best_price_of_their_side_at_every_venue() -> None:
    bought, sold = (drive(TwinOrders(), side(200), ScriptedMarket(QUOTES)) for side in (buy, sell))
    assert bought.sent == [("NYSE", 100, 99_9950), ("IEX", 100, 99_9950)]
    assert sold.sent == [("NYSE", 100, 99_9960), ("IEX", 100, 99_9960)]
    assert all(child.order.terms.post_only for child in bought.children if child.order.terms)


def test_twins_stay_within_the_limit() -> None:
    assert {px for _, _, px in drive(TwinOrders(), buy(200, limit=99_9700), ScriptedMarket(QUOTES)).sent} == {99_9700}
    assert {px for _, _, px in drive(TwinOrders(), sell(200, limit=99_9990), ScriptedMarket(QUOTES)).sent} == {99_9990}


def test_without_a_market_or_with_too_little_to_split_nothing_is_sent() -> None:
    assert drive(TwinOrders(), buy(1), ScriptedMarket(QUOTES)).sent == []
    assert drive(TwinOrders(), buy(200), ScriptedMarket({"NYSE": (0, 0, 100_0000, 300)})).sent == []


def test_twins_keep_the_rules_of_strategies() -> None:
    check_strategy(TwinOrders())
