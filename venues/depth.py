"""Several venues' best price levels as one reader hears of them: L2, over links of the reader's own.

Rules
    Each venue's level feed has its own link; a level is known when the packet that told of it has arrived.
    Levels are of displayed shares, odd lots included. In a call or a halt they stand as they were told, though the
    venue's quote is empty then.

Cost
    No event. A look is O(packets that have arrived since the last one).
"""

from __future__ import annotations

from collections.abc import Mapping

from venues.displayed_book import BUY, SELL
from venues.feed_readers import LevelReader
from venues.feed_views import LevelView
from venues.messages import Side
from venues.protocols import Levels

NO_LEVELS: tuple[Levels, Levels] = ((), ())


class DepthBoard:
    """The levels of the venues by name, as far as each one's feed shows."""

    def __init__(self, views: Mapping[str, LevelView]) -> None:
        self._views = dict(views)
        self._known: dict[str, tuple[int, tuple[Levels, Levels]]] = dict.fromkeys(views, (0, NO_LEVELS))

    def depth(self, venue: str, now: int) -> tuple[Levels, Levels]:
        """(bids, asks) of a venue as they have arrived by ``now`` (ns); nothing of a venue that is not listened to."""
        view = self._views.get(venue)
        if view is None:
            return NO_LEVELS
        reader = view.advance(now)
        seq, levels = self._known[venue]
        if reader.seq != seq:
            levels = (_levels(reader, BUY), _levels(reader, SELL))
            self._known[venue] = reader.seq, levels
        return levels


def _levels(reader: LevelReader, side: Side) -> Levels:
    return tuple((price, qty) for price, qty, _ in reader.depth(side))
