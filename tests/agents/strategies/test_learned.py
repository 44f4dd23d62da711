"""The learned strategy believes its model, falls back on its own past, and says what is wrong with a model's file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.cost_model import MEASURED, Belief
from agents.learned.beliefs import Predicted
from agents.learned.forest import MILLION, IntegerForest
from agents.learned.model import RoutingModel
from agents.orders import ParentOrder
from agents.strategies.learned import Learned
from agents.strategies.loading import load_strategy
from agents.strategies.parameters import StrategyProblems
from agents.strategies.smart import Smart
from agents.strategy import Actions
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, drive
from agents.venue_features import LARGEST, VenueFeatures
from venues.messages import Side

FEATURES = VenueFeatures._fields
OTHER_SIDE = FEATURES.index("other_side")
WIDE = (-LARGEST,) * len(FEATURES), (LARGEST,) * len(FEATURES)
PAST = ScriptedExperience(fill_ratios={"NYSE": 0.5, "POOL": 0.25}, markouts={"NYSE": 20.0, "POOL": 2.0})


def forest(below: float, above: float) -> IntegerForest:
    """Says one thing of venues with at most 250 shares on the other side and another of the rest."""
    value = [0, round(below * MILLION), round(above * MILLION)]
    return IntegerForest.of_arrays(
        roots=[0], feature=[OTHER_SIDE, 0, 0], threshold=[250, 0, 0], children=[1, 2, 1, 1, 2, 2], value=value
    )


def model(low: tuple[int, ...] = WIDE[0], high: tuple[int, ...] = WIDE[1]) -> RoutingModel:
    return RoutingModel(FEATURES, forest(-0.1, -0.4), forest(0.0, 80.0), low, high, {"seeds": [1000, 1001]})


def saved(folder: Path, **options: Any) -> str:
    path = folder / "its.model"
    model(**options).save(path)
    return str(path)


def believed(beliefs: Any, times: int = 1) -> dict[str, Belief]:
    """What is believed of two lit venues and a pool; NYSE has 300 shares on the other side, IEX 200."""
    found: dict[str, Belief] = {}

    def look(parent: ParentOrder, view: Any) -> Any:
        names = ["NYSE", "POOL", "IEX"]
        for _ in range(times):
            found.update(zip(names, beliefs.of(names, parent, view), strict=True))
        yield Actions(wake=("at", view.now + 1))

    quotes = {"NYSE": (99_9900, 300, 100_0100, 100), "IEX": (99_9900, 200, 100_0100, 100)}
    drive(look, ParentOrder(1, Side.BUY, 100, None, 0, 100), ScriptedMarket(quotes, {"POOL": 10}, experience=PAST))
    return found


def test_the_forests_correct_the_own_past_of_lit_venues() -> None:
    found = believed(Predicted(model()))
    assert found["NYSE"] == pytest.approx(Belief(0.5 - 0.4, 20.0 + 80.0))
    assert found["IEX"] == pytest.approx(Belief(1.0 - 0.1, 0.0)), "what was never measured is good"


def test_a_part_that_is_had_stays_between_nothing_and_all() -> None:
    low, high = forest(-2.0, -2.0), forest(2.0, 2.0)
    for fill, had in ((low, 0.0), (high, 1.0)):
        assert believed(Predicted(replace(model(), fill=fill)))["NYSE"].fill == had


def test_of_a_pool_the_own_past_is_believed() -> None:
    assert believed(Predicted(model()))["POOL"] == Belief(0.25, 2.0)


def test_a_blend_makes_part_of_the_correction() -> None:
    found = believed(Predicted(model(), blend=0.5))["NYSE"]
    assert found == pytest.approx(Belief(0.5 - 0.2, 20.0 + 40.0))


def test_while_the_features_drift_the_own_past_is_believed() -> None:
    nothing_is_usual = model(low=(LARGEST,) * len(FEATURES))
    beliefs = Predicted(nothing_is_usual, drift=0.2)
    assert believed(beliefs)["NYSE"] == pytest.approx(Belief(0.1, 100.0)), "one decision is no drift"
    assert believed(beliefs, times=30)["NYSE"] == Belief(0.5, 20.0)
    assert beliefs.strange > 0.2


def test_features_like_the_trainings_are_no_drift() -> None:
    beliefs = Predicted(model(), drift=0.0)
    believed(beliefs, times=30)
    assert beliefs.strange == 0.0


def test_without_a_model_it_is_smart() -> None:
    learned, smart = Learned(), Smart()
    assert learned.beliefs() is MEASURED
    assert learned.model.weights == smart.model.weights
    assert learned.training_seeds == frozenset()


def test_with_a_model_it_routes_away_from_where_the_model_sees_no_fill(tmp_path: Path) -> None:
    quotes = {"NYSE": (99_9900, 300, 100_0100, 100), "IEX": (99_9900, 200, 100_0100, 100)}
    parent = ParentOrder(1, Side.BUY, 100, None, 0, 1_000_000)
    trials = {
        file: drive(Learned(file=file, dark=False), parent, ScriptedMarket(quotes)) for file in (None, saved(tmp_path))
    }
    assert [trial.children[0].order.venue for trial in trials.values()] == ["NYSE", "IEX"]


def test_it_knows_what_it_was_trained_on(tmp_path: Path) -> None:
    assert Learned(file=saved(tmp_path)).training_seeds == {1000, 1001}


def test_a_model_is_looked_for_beside_the_scenario(tmp_path: Path) -> None:
    saved(tmp_path)
    strategy: Any = load_strategy("learned", {"file": "its.model"}, tmp_path)
    assert strategy.training_seeds == {1000, 1001}


def test_what_is_wrong_with_the_file_is_a_problem_of_its_parameter(tmp_path: Path) -> None:
    with pytest.raises(StrategyProblems) as caught:
        Learned(file=str(tmp_path / "none.model"))
    (problem,) = caught.value.problems
    assert problem.parameter == "file"
    assert problem.message.endswith("none.model: No such file or directory; make a model with: sorsim train SCENARIO")


@pytest.mark.parametrize("name", ["blend", "drift"])
def test_shares_are_at_most_one(name: str) -> None:
    with pytest.raises(StrategyProblems, match=f"{name} = 1.5 is above 1; write a share from 0 to 1"):
        Learned(**{name: 1.5})
