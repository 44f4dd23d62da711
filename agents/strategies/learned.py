"""Smart routing with a trained model's beliefs: what a quote is worth, from recorded runs instead of rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from agents.cost_model import MEASURED, Beliefs
from agents.strategies.parameters import FileName, Problem, StrategyProblems
from agents.strategies.smart import Smart
from agents.venue_features import VenueFeatures

if TYPE_CHECKING:
    from agents.learned.model import RoutingModel


@dataclass(frozen=True, kw_only=True)
class Learned(Smart):
    """As smart, with its own past corrected by forests that were trained on recorded runs; smart without a model.

    Attributes:
        file: A model that `sorsim train` wrote; null: none, and the router's own past counts, as with smart.
        blend: How much of the model's corrections of the own past is made, from 0 to 1.
        drift: Share of strange features, from 0 to 1, above which the model is left alone; 1 never does.
    """

    in_all: ClassVar[bool] = False
    """Without a model it is smart, and a model is of somebody's own."""

    minimums: ClassVar[Mapping[str, int]] = {**Smart.minimums, "blend": 0, "drift": 0}

    file: FileName | None = None
    blend: float = 1.0
    drift: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        problems = [
            Problem(name, f"{name} = {value:g} is above 1; write a share from 0 to 1")
            for name, value in (("blend", self.blend), ("drift", self.drift))
            if value > 1
        ]
        problems += self._problems_of_the_file()
        if problems:
            raise StrategyProblems(problems)

    def _problems_of_the_file(self) -> list[Problem]:
        """A file that cannot be used is told at once."""
        if self.file is None:
            return []
        from agents.learned.model import ModelProblem

        try:
            self.trained  # noqa: B018 - reads the file
        except ModelProblem as problem:
            return [Problem("file", str(problem))]
        return []

    @cached_property
    def trained(self) -> RoutingModel | None:
        """The model, if there is one."""
        if self.file is None:
            return None
        from agents.learned.model import load_model  # needs numpy, which nobody else here does

        return load_model(Path(self.file), VenueFeatures._fields)

    @property
    def training_seeds(self) -> frozenset[int]:
        """Seeds on which nothing can be proved with this strategy: its model was made of them."""
        return frozenset() if self.trained is None else self.trained.seeds

    def beliefs(self) -> Beliefs:
        """The model's, or the router's own past."""
        if self.trained is None:
            return MEASURED
        from agents.learned.beliefs import Predicted

        return Predicted(self.trained, self.blend, self.drift)
