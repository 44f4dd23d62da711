"""What a router learned from recorded runs, as a file: two forests, what they were trained on, and a seal.

A file holds arrays and text and no code: reading one runs nothing. The seal is the SHA-256 of all that is in it, so
that a file that was cut or changed is refused. It proves no origin.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from agents.learned.forest import IntegerForest, Ints

FORMAT: Final = 1


class ModelProblem(Exception):
    """A model file cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class RoutingModel:
    """Forests that correct a router's own past: the part of a quote that it had there, and the move that followed.

    Attributes:
        features: names of the features, in the order of a row.
        fill: to be added to the part of the displayed shares aimed at that was had, in millionths of one.
        adverse: to be added to the move of the mid in the direction of the order, millionths of a price unit.
        low, high: by feature, what 98 in 100 of the training's rows lay between.
        about: scenario, seeds, rows, horizon, scores out of sample, versions.
    """

    features: tuple[str, ...]
    fill: IntegerForest
    adverse: IntegerForest
    low: tuple[int, ...]
    high: tuple[int, ...]
    about: Mapping[str, Any]

    @cached_property
    def seeds(self) -> frozenset[int]:
        """The seeds that it was trained on."""
        return frozenset(self.about["seeds"])

    @cached_property
    def seal(self) -> str:
        """SHA-256 over everything in it."""
        return _seal(self._arrays(), _text(self._header()))

    def outside(self, row: Sequence[int]) -> int:
        """How many features of a row lie where the training hardly saw any.

        Two in a hundred do on data like the training's.
        """
        return sum(not low <= value <= high for low, value, high in zip(self.low, row, self.high, strict=True))

    def save(self, path: Path) -> None:
        """Write the file; the same model makes the same bytes."""
        header = _text(self._header())
        with path.open("wb") as file:
            np.savez_compressed(file, header=header, seal=_text(self.seal), **self._arrays())  # type: ignore[arg-type]

    def _header(self) -> str:
        return json.dumps({"format": FORMAT, "features": self.features, "about": self.about}, sort_keys=True)

    def _arrays(self) -> dict[str, Ints]:
        forests = {"fill": self.fill, "adverse": self.adverse}
        return {
            **{f"{name}.{key}": array for name, forest in forests.items() for key, array in forest.arrays().items()},
            "low": np.asarray(self.low, dtype=np.int64),
            "high": np.asarray(self.high, dtype=np.int64),
        }


def load_model(path: Path, features: Sequence[str]) -> RoutingModel:
    """The model of a file.

    Args:
        features: what this version gathers; a model made of others is refused.

    Raises:
        ModelProblem: there is no such file, it is no model, it was changed, or it is of other features.
    """
    arrays, header, seal = _read(path)
    if seal != _seal(arrays, header).encode():
        raise ModelProblem(f"{path}: was changed after it was made: its seal does not fit; train it again")
    told = json.loads(bytes(header))
    if told["format"] != FORMAT or tuple(told["features"]) != tuple(features):
        missing = [name for name in told["features"] if name not in features]
        new = [name for name in features if name not in told["features"]]
        what = f"other features (gone: {', '.join(missing) or 'none'}; new: {', '.join(new) or 'none'})"
        what = what if missing or new else "the same features in another order"
        raise ModelProblem(f"{path}: was made of {what}; train it again")
    return RoutingModel(
        features=tuple(features),
        fill=_forest(arrays, "fill"),
        adverse=_forest(arrays, "adverse"),
        low=tuple(arrays["low"].tolist()),
        high=tuple(arrays["high"].tolist()),
        about=told["about"],
    )


def _read(path: Path) -> tuple[dict[str, Ints], bytes, bytes]:
    """(arrays, header, seal) of a file, not yet believed.

    Raises:
        ModelProblem: the file cannot be read, or is of another kind.
    """
    no_model = ModelProblem(f"{path}: is no model; make one with: sorsim train SCENARIO")
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as file:
            found = {name.removesuffix(".npy"): _array(file.read(name)) for name in file.namelist()}
    except OSError as error:
        raise ModelProblem(
            f"{path}: {error.strerror or 'cannot be read'}; make a model with: sorsim train SCENARIO"
        ) from None
    except (ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):  # RuntimeError: in an odd packing
        raise no_model from None
    arrays = {name: array for name, array in found.items() if array.dtype == np.int64}
    texts = {name: array.tobytes() for name, array in found.items() if array.dtype == np.uint8}
    if set(texts) != {"header", "seal"} or len(arrays) + len(texts) != len(found):
        raise no_model
    return arrays, texts["header"], texts["seal"]


def _array(stored: bytes) -> Any:
    return np.lib.format.read_array(io.BytesIO(stored), allow_pickle=False)


def _forest(arrays: Mapping[str, Any], name: str) -> IntegerForest:
    beginning = f"{name}."
    own = {key.removeprefix(beginning): array for key, array in arrays.items() if key.startswith(beginning)}
    return IntegerForest.of_arrays(**own)


def _seal(arrays: Mapping[str, Any], header: Any) -> str:
    digest = hashlib.sha256(bytes(header))
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name], dtype="<i8")
        digest.update(f"{name}:{array.shape}:".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _text(text: str) -> Any:
    return np.frombuffer(text.encode(), dtype=np.uint8)
