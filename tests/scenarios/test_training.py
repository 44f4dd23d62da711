"""From recorded runs to a model that a market uses, and that refuses to be judged on what it was trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents import venue_features
from agents.learned.model import load_model
from agents.venue_features import VenueFeatures
from analysis.learning import examples
from analysis.learning.examples import KEYS, examples_of
from analysis.learning.forests import ForestShape
from analysis.tables import OF_SOME_RUNS
from scenarios.load import load
from scenarios.problems import ScenarioError
from scenarios.run import RunResult, run
from scenarios.training import Training, save, train

SHORT = ("duration=3s", "warm_up=1s", "agents.client.orders.count=60")
SHAPE = ForestShape(trees=5, depth=4, leaf=10)


@pytest.fixture(scope="module")
def training() -> Training:
    return train("us_equities", [1000, 1001], ["price_time"], set=SHORT, shape=SHAPE, jobs=1)


@pytest.fixture(scope="module")
def recorded() -> RunResult:
    return run(
        "us_equities", seed=1000, set=(*SHORT, "agents.client.strategy=price_time", "agents.client.features=true")
    )


def test_the_recorded_columns_are_the_features() -> None:
    assert OF_SOME_RUNS["features"] == (*KEYS, *VenueFeatures._fields)


def test_what_was_never_measured_is_the_same_to_both() -> None:
    assert examples.UNKNOWN == venue_features.UNKNOWN


def test_features_are_recorded_of_every_venue_at_every_decision_with_a_child(recorded: RunResult) -> None:
    features, children = recorded.tables["features"], recorded.tables["children"]
    assert set(children["decision"]) <= set(features["decision"])
    assert len(features) == 8 * len(np.unique(features["decision"]))


def test_recording_features_changes_nothing_else(recorded: RunResult) -> None:
    without = run("us_equities", seed=1000, set=(*SHORT, "agents.client.strategy=price_time"))
    for table in ("trades", "children", "decisions", "quotes"):
        assert np.array_equal(recorded.tables[table]["at"], without.tables[table]["at"])


def test_features_are_of_the_quote_that_the_decision_saw(recorded: RunResult) -> None:
    features, decisions = recorded.tables.features, recorded.tables.decisions
    both = decisions.merge(features, on=["decision", "venue"]).merge(recorded.tables.parents, on="parent_id")
    lit = both[both["seq"] > 0]
    shown = np.where(lit["side"] > 0, lit["ask_qty"], lit["bid_qty"])
    assert len(lit) > 100
    assert (lit["displayed"] == shown).all()
    assert (lit["quote_age"] == (lit["at_x"] - lit["quote_at"]) // 1_000).all()


def test_an_example_is_what_became_of_a_child(recorded: RunResult) -> None:
    examples = examples_of(recorded.tables)
    assert len(examples) > 50
    assert examples.names == VenueFeatures._fields
    assert ((examples.had >= 0) & (examples.had <= 1)).all()
    assert 0 < examples.had.mean() < 1
    assert set(examples.seed) == {1000}


def test_a_run_that_recorded_nothing_teaches_nothing() -> None:
    result = run("us_equities", seed=1, set=("duration=2500ms", "agents.client.orders.count=1"))
    with pytest.raises(ValueError, match="the run recorded no features; set `features: true` on its router"):
        examples_of(result.tables)


def test_a_model_says_what_it_was_made_of(training: Training) -> None:
    about = training.model.about
    assert (about["scenario"], about["seeds"], about["judged_on"]) == ("us_equities", [1000, 1001], [1001])
    assert about["rows"] > 50
    assert training.fill.rows == training.move.rows > 50


def test_the_same_runs_make_the_same_model(training: Training) -> None:
    again = train("us_equities", [1000, 1001], ["price_time"], set=SHORT, shape=SHAPE, jobs=1)
    assert again.model.seal == training.model.seal


def test_shuffled_outcomes_make_another_model_that_says_so(training: Training) -> None:
    control = train("us_equities", [1000, 1001], ["price_time"], set=SHORT, shape=SHAPE, shuffle=True, jobs=1)
    assert control.model.about["shuffled"]
    assert control.model.seal != training.model.seal


def test_a_model_is_saved_with_its_calibration(training: Training, tmp_path: Path) -> None:
    model, picture = save(training, tmp_path / "new" / "its.model")
    assert load_model(model, VenueFeatures._fields).seal == training.model.seal
    assert picture.name == "its-calibration.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_market_is_run_with_the_model(training: Training, tmp_path: Path) -> None:
    file, _ = save(training, tmp_path / "its.model")
    learned = f"agents.client.strategy={{kind: learned, file: {file}, through: 1}}"
    digests = {run("us_equities", seed=1, set=(*SHORT, learned)).digest for _ in range(2)}
    assert len(digests) == 1
    assert run("us_equities", seed=1, set=SHORT).digest not in digests


def test_a_market_with_a_seed_of_the_training_is_refused(training: Training, tmp_path: Path) -> None:
    file, _ = save(training, tmp_path / "its.model")
    scenario = load("us_equities", set=(*SHORT, f"agents.client.strategy={{kind: learned, file: {file}}}"))
    with pytest.raises(ScenarioError) as caught:
        run(scenario, seed=1001)
    assert str(caught.value) == (
        "us_equities: agents.client.strategy.file: its model was trained on seeds 1000 to 1001, and this market's seed "
        "is 1001: the result would flatter it; take another seed, or train another model"
    )


def test_a_file_that_is_no_model_is_told_at_check(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no model", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"notes\.txt: is no model; make one with: sorsim train SCENARIO"):
        load("us_equities", set=[f"agents.client.strategy={{kind: learned, file: {file}}}"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": [1000]}, "train: --seeds: 1 seed; write two or more: some are fitted, the others judge"),
        ({"agent": "clent"}, "train: --agent: clent; the routers of us_equities are: client"),
    ],
)
def test_what_cannot_be_trained_is_told(options: dict[str, object], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        train("us_equities", **{"seeds": [1, 2], "set": SHORT, **options})  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_an_unknown_explorer_is_told_before_a_market_runs() -> None:
    with pytest.raises(
        ScenarioError, match="--strategies: no strategy is named 'pricetime'; did you mean 'price_time'"
    ):
        train("us_equities", [1000, 1001], ["pricetime"])
