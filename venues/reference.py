"""Where a dark pool looks for its midpoint: the SIP or the venues' direct feeds, each over links of the pool's own."""

from __future__ import annotations

from collections.abc import Callable

from venues.sip import DirectBoard, NbboView, SipView


class SipReference:
    """The SIP's NBBO as it reaches the pool."""

    def __init__(self, view: NbboView | SipView) -> None:
        self._view = view

    def best(self, now: int) -> tuple[int, int]:
        """(bid, ask); 0 for an empty side."""
        nbbo = self._view.advance(now)
        return nbbo.bid, nbbo.ask

    def subscribe(self, handler: Callable[[object], object]) -> None:
        """Call ``handler`` when an update that moved the NBBO arrives."""
        self._view.subscribe(handler)

    def unsubscribe(self) -> None:
        """Call no more."""
        self._view.unsubscribe()


class DirectReference:
    """The best over the venues' direct feeds as they reach the pool."""

    def __init__(self, board: DirectBoard) -> None:
        self._board = board

    def best(self, now: int) -> tuple[int, int]:
        """(bid, ask); 0 for an empty side."""
        quotes = [quote for _, quote, _ in self._board.latest(now)]
        bids = [quote.bid for quote in quotes if quote.bid_qty]
        asks = [quote.ask for quote in quotes if quote.ask_qty]
        return max(bids, default=0), min(asks, default=0)

    def subscribe(self, handler: Callable[[object], object]) -> None:
        """Call ``handler`` when a change of a venue's best prices arrives."""
        self._board.subscribe(handler)

    def unsubscribe(self) -> None:
        """Call no more."""
        self._board.unsubscribe()
