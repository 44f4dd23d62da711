"""The crowd of makers of `agents.queue_maker` as an agent of a scenario: `kind: scenarios.validation.crowd:Crowd`."""

from __future__ import annotations

from collections.abc import Mapping

from agents.participant import Place
from agents.queue_maker import QueueMaker, QueueTerms
from scenarios.quantities import parse_duration, parse_price
from sim.history import HistoryView
from venues.protocols import OrderEntry


class Crowd(QueueMaker):
    """Makers who keep as many places in the queue as pay; the keys are those of `QueueTerms`, in dollars and durations.

    ``board`` and ``draws`` are what every agent of a scenario is given; the crowd needs neither.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: HistoryView[int],
        board: object,
        draws: object,
        *,
        half_spread: str,
        place_qty: int = 100,
        first: int = 5,
        most: int = 50,
        review: str = "1s",
        horizon: str = "50ms",
        requote: str = "5ms",
        reaction: str = "5us",
    ) -> None:
        terms = QueueTerms(
            half_spread=parse_price(str(half_spread)),
            place_qty=place_qty,
            first=first,
            most=most,
            review=parse_duration(review),
            horizon=parse_duration(horizon),
            requote=parse_duration(requote),
            reaction=parse_duration(reaction),
        )
        super().__init__(place, name, number, sessions, news, terms)
