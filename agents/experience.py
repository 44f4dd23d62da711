"""What a router measures of its own children: round trips, fill ratios, markouts, by venue.

Rules
    round trip   the smallest time from sending a child to its first report, ns.
    one way      the smallest time from sending a child to the venue's own stamp on its first report, ns.
    fill ratio   shares filled over displayed shares aimed at, both weighted by `memory` ** age in children.
    traded       shares of all fills.
    slippage     side * (price of a fill - price that was seen when its child was sent), share-weighted, with the same
                 memory in fills; a child sent to a venue whose quote was not known does not count.
    markout      side * (mid after the horizon - mid when the child was sent), share-weighted by what the child aimed at
                 and with the same memory; both mids are the router's own view.

Floats here use + - * / only: they decide where orders go.
"""

from __future__ import annotations

from collections.abc import Iterable


class VenueExperience:
    """Running figures of one venue."""

    __slots__ = (
        "aimed",
        "filled",
        "moved",
        "moved_weight",
        "one_way",
        "paid",
        "paid_weight",
        "round_trip",
        "sent",
        "traded",
    )

    def __init__(self) -> None:
        self.round_trip: int | None = None
        self.one_way: int | None = None
        self.aimed = 0.0
        self.filled = 0.0
        self.moved = 0.0
        self.moved_weight = 0.0
        self.traded = 0
        self.paid = 0.0
        self.paid_weight = 0.0
        self.sent: int | None = None


class MeasuredExperience:
    """Implements :class:`agents.strategy.Experience`.

    >>> seen = MeasuredExperience(["A"], memory=0.5)
    >>> seen.fill_ratio("A") is None
    True
    >>> seen.child_done("A", aimed=400, filled=100); seen.fill_ratio("A")
    0.25
    """

    def __init__(self, venues: Iterable[str], memory: float = 0.98) -> None:
        self._memory = memory
        self._venues = {venue: VenueExperience() for venue in venues}

    def answered(self, venue: str, round_trip: int, one_way: int) -> None:
        """A child's first report is here; the venue stamped it ``one_way`` after the child was sent."""
        figures = self._venues[venue]
        if figures.one_way is None or one_way < figures.one_way:
            figures.one_way = one_way
        if figures.round_trip is None or round_trip < figures.round_trip:
            figures.round_trip = round_trip

    def filled(self, venue: str, qty: int) -> None:
        """A child has traded."""
        self._venues[venue].traded += qty

    def paid(self, venue: str, worse: int, qty: int) -> None:
        """A fill was so many price units worse than the price that was seen when its child was sent."""
        figures = self._venues[venue]
        figures.paid = figures.paid * self._memory + worse * qty
        figures.paid_weight = figures.paid_weight * self._memory + qty

    def sent(self, venue: str, at: int) -> None:
        """A child has left for there (ns)."""
        self._venues[venue].sent = at

    def child_done(self, venue: str, aimed: int, filled: int) -> None:
        """A child has ended."""
        figures = self._venues[venue]
        figures.aimed = figures.aimed * self._memory + aimed
        figures.filled = figures.filled * self._memory + filled

    def mid_moved(self, venue: str, signed_move: int, weight: int) -> None:
        """The mid moved by so many price units in the direction of a child, since it was sent."""
        figures = self._venues[venue]
        figures.moved = figures.moved * self._memory + signed_move * weight
        figures.moved_weight = figures.moved_weight * self._memory + weight

    def round_trip(self, venue: str) -> int | None:
        """ns; None: not measured."""
        return self._venues[venue].round_trip

    def one_way(self, venue: str) -> int | None:
        """ns; None: not measured."""
        return self._venues[venue].one_way

    def fill_ratio(self, venue: str) -> float | None:
        """In [0, 1]; None: not measured."""
        figures = self._venues[venue]
        return min(1.0, figures.filled / figures.aimed) if figures.aimed > 0 else None

    def markout(self, venue: str) -> float | None:
        """Price units per share; None: not measured."""
        figures = self._venues[venue]
        return figures.moved / figures.moved_weight if figures.moved_weight > 0 else None

    def slippage(self, venue: str) -> float | None:
        """Price units per share, positive is worse; None: not measured."""
        figures = self._venues[venue]
        return figures.paid / figures.paid_weight if figures.paid_weight > 0 else None

    def last_sent(self, venue: str) -> int | None:
        """ns; None: never."""
        return self._venues[venue].sent

    def traded(self, venue: str) -> int:
        """Shares."""
        return self._venues[venue].traded
