"""The crowd of makers of `agents.queue_maker` as an agent of a scenario: `kind: scenarios.validation.crowd:Crowd`."""

from __future__ import annotations

from collections.abc import Mapping

from agents.participant import Place
from agents.queue_maker import QueueMaker, QueueTerms
from scenarios.quantities import parse_duration, parse_positive_price
from sim.history import HistoryView
from venues.protocols import OrderEntry


class Crowd(QueueMaker):
    """Makers who keep as many places in the queue as pay; the keys are those of `QueueTerms`, in dollars and durations.

    ``board`` and ``draws`` are what every agent of a scenario is given; the crowd needs neither.

    Raises:
        ValueError: it hears no news, or a key is not what it can be.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: HistoryView[int] | None,
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
        if news is None:
            raise ValueError("without news it knows no price; write for example news: 2ms")
        if not 1 <= first <= most or place_qty < 1:
            raise ValueError(
                f"first: {first}, most: {most}, place_qty: {place_qty}; write numbers of at least 1, first at most most"
            )
        terms = QueueTerms(
            half_spread=parse_positive_price(str(half_spread)),
            place_qty=place_qty,
            first=first,
            most=most,
            review=parse_duration(review),
            horizon=parse_duration(horizon),
            requote=parse_duration(requote),
            reaction=parse_duration(reaction),
        )
        super().__init__(place, name, number, sessions, news, terms)
