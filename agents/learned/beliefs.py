"""Beliefs of a trained model, and the rules' own where the model knows no better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.cost_model import MEASURED, Belief
from agents.learned.forest import MILLION
from agents.learned.model import RoutingModel
from agents.orders import ParentOrder
from agents.strategy import View
from agents.venue_features import VenueFeatures, venue_features

MEMORY: Final = 0.99
"""Of the share of strange features: a decision of a hundred decisions ago counts for a third."""


class Predicted:
    """Implements :class:`agents.cost_model.Beliefs`: the router's own past, corrected by two forests at lit venues.

    A pool shows nothing that the forests were trained on: there the router's own past counts. So it does everywhere
    while the features drift, that is while more than ``drift`` of them, over the last hundred decisions or so, lie
    where the training hardly saw any; two in a hundred do on data like the training's.

    Args:
        blend: how much of a correction is made; 0: none, the router's own past alone.
        drift: share of strange features, in [0, 1], above which the model is not asked.
    """

    def __init__(self, model: RoutingModel, blend: float = 1.0, drift: float = 0.2) -> None:
        self._model = model
        self._blend = blend
        self._drift = drift
        self.strange = 0.0
        """Share of strange features of late."""

    def of(self, venues: Sequence[str], parent: ParentOrder, view: View) -> Sequence[Belief]:
        """One belief a venue, in their order."""
        measured = list(MEASURED.of(venues, parent, view))
        lit = [number for number, venue in enumerate(venues) if view.facts[venue].kind == "lit"]
        if not lit:
            return measured
        rows = venue_features([venues[number] for number in lit], parent, view)
        if self._has_drifted(rows):
            return measured
        fills, moves, part = self._model.fill.predict(rows), self._model.adverse.predict(rows), self._blend
        for number, fill, move in zip(lit, fills, moves, strict=True):
            own = measured[number]
            had = min(1.0, max(0.0, own.fill + part * fill / MILLION))
            measured[number] = Belief(had, own.move + part * move / MILLION)
        return measured

    def _has_drifted(self, rows: Sequence[VenueFeatures]) -> bool:
        outside = sum(map(self._model.outside, rows))
        share = outside / (len(rows) * len(VenueFeatures._fields))
        self.strange = MEMORY * self.strange + (1.0 - MEMORY) * share
        return self.strange > self._drift
