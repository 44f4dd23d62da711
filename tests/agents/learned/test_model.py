"""A model's file: read as it was written, refused when it is something else."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from agents.learned.forest import IntegerForest
from agents.learned.model import ModelProblem, RoutingModel, load_model

FEATURES = ("spread", "imbalance")
ABOUT = {"scenario": "us_equities", "seeds": [1000, 1001], "rows": 3}


def stump(threshold: int) -> IntegerForest:
    return IntegerForest.of_arrays(
        roots=[0], feature=[0, 0, 0], threshold=[threshold, 0, 0], children=[1, 2, 1, 1, 2, 2], value=[0, 1, 2]
    )


MODEL = RoutingModel(FEATURES, stump(5), stump(7), (0, -9), (10, 9), ABOUT)


def saved(folder: Path, model: RoutingModel = MODEL) -> Path:
    path = folder / "its.model"
    model.save(path)
    return path


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = load_model(saved(tmp_path), FEATURES)
    assert model.seal == MODEL.seal
    assert (model.low, model.high, dict(model.about)) == ((0, -9), (10, 9), ABOUT)
    assert model.seeds == {1000, 1001}
    assert (model.fill.predict([(6, 0)]), model.adverse.predict([(6, 0)])) == ([2], [1])


def test_the_same_model_makes_the_same_bytes(tmp_path: Path) -> None:
    first = saved(tmp_path).read_bytes()
    assert saved(tmp_path).read_bytes() == first


def test_what_the_training_hardly_saw_is_counted() -> None:
    assert [MODEL.outside(row) for row in ((0, 9), (11, 0), (-1, 10))] == [0, 1, 2]


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match=r"none\.model: No such file.*; make a model with: sorsim train SCENARIO$"):
        load_model(tmp_path / "none.model", FEATURES)


def test_what_is_no_model_is_refused_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "its.model"
    for content in (b"", b"no model", pickle.dumps(print), saved(tmp_path).read_bytes()[:200]):
        path.write_bytes(content)
        with pytest.raises(ModelProblem, match="is no model; make one with: sorsim train SCENARIO"):
            load_model(path, FEATURES)


def test_arrays_of_something_else_are_no_model(tmp_path: Path) -> None:
    path = tmp_path / "its.npz"
    np.savez(path, other=np.zeros(3))
    with pytest.raises(ModelProblem, match="is no model"):
        load_model(path, FEATURES)


def test_a_single_array_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "its.model"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ModelProblem, match="is no model"):
        load_model(path, FEATURES)


def test_whichever_bit_of_a_model_was_flipped_it_says_so_or_is_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            assert load_model(path, FEATURES).seal == MODEL.seal  # a date in the archive, say
        except ModelProblem:
            refused += 1
    assert refused > 100


def test_a_model_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["high"] = arrays["high"] + 1
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(ModelProblem, match="was changed after it was made: its seal does not fit; train it again"):
        load_model(path, FEATURES)


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match=r"of other features \(gone: imbalance; new: depth\); train it again"):
        load_model(saved(tmp_path), ("spread", "depth"))


def test_a_model_of_the_same_features_in_another_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="was made of the same features in another order; train it again"):
        load_model(saved(tmp_path), FEATURES[::-1])
