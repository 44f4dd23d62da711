"""What the checks know of the market: what has reached the desk over its own feeds, never more."""

from __future__ import annotations

from typing import Protocol

from venues.messages import BookState


class Seen(Protocol):
    """The market as the desk sees it now."""

    tick: int
    """Price units."""

    def best(self) -> tuple[int, int]:
        """Best bid and offer over the venues; 0 for an empty side."""

    def quotes_at(self, venue: str) -> bool:
        """Does the venue show anything, as far as is known here? A pool shows nothing and is taken to be there."""

    def state_of(self, venue: str) -> BookState:
        """The phase of the venue's session: by its calendar, and by what it has answered."""

    def printed_within(self, window: int) -> int:
        """Shares that were printed in the last so many ns, to a tenth of that."""
