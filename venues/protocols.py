"""What agents may know of a venue: a session to trade through, views to look at. Never a book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from venues.messages import ExecutionReport, Liquidity, Quote

Reports = list[tuple[int, ExecutionReport]]
"""(arrival at the owner in ns, report), oldest first."""


class OrderEntry(Protocol):
    """One participant's connection to one venue."""

    venue: str
    owner: int
    """The participant's number."""
    on_mail: Callable[[], object] | None
    """Called when a report that needs a reaction arrives."""

    def send(self, message: object) -> None:
        """Put an order, cancel or replace on the wire; what is no message comes back as a reject."""

    def read(self) -> Reports:
        """Reports that have arrived and were not read before."""


class QuoteView(Protocol):
    """One venue's quotes as one reader hears of them."""

    @property
    def arrived_at(self) -> int:
        """When the latest quote arrived, ns."""

    def advance(self, now: int) -> Quote | None:
        """The latest quote that has arrived by ``now`` (ns)."""

    def subscribe(self, handler: Callable[[Quote], object], interest: Callable[[Quote, Quote | None], bool]) -> None:
        """Call ``handler(quote)`` when a quote of interest arrives.

        Interest is asked of quotes that moved a best price or came with a print; a change of sizes alone wakes nobody.
        """


RECENT: Final = 10_000_000
"""ns: how far back a reader may look."""


class Charges(Protocol):
    """What a venue charges, as its participants know it: `venues.fees.FeeSchedule`."""

    def fee(self, liquidity: Liquidity, qty: int, traded: int = 0) -> int:
        """Total for a fill of ``qty`` shares, millionths of a dollar; ``traded``: its owner's shares there before."""


class QuoteBoard(Protocol):
    """All venues' quotes as one reader hears of them, from direct feeds or from the SIP."""

    def latest(self, now: int) -> list[tuple[str, Quote, int]]:
        """(venue, its latest quote, when that arrived in ns) of each venue heard of, in the scenario's order."""

    def recent(self, venue: str, now: int) -> list[Quote]:
        """A venue's quotes, with their prints, that were made within `RECENT` ns and have arrived; oldest first.

        Nothing is told from before this was first asked of the venue.
        """

    def count_prints(self) -> None:
        """From now on count what trades; it costs a look at every quote, where else the latest is enough."""

    def printed_qty(self, now: int) -> int:
        """Shares of the prints that have arrived by ``now`` since they were first counted.

        Raises:
            RuntimeError: nobody has asked to count them.
        """


Levels = tuple[tuple[int, int], ...]
"""(price, displayed shares), best first."""


class DepthView(Protocol):
    """Venues' best price levels as one reader hears of them."""

    def depth(self, venue: str, now: int) -> tuple[Levels, Levels]:
        """(bids, asks) of a venue as known at ``now`` (ns); empty of a venue that is not listened to."""


class Reference(Protocol):
    """Where a venue gets the national best from, over links of its own: `venues.reference`."""

    def best(self, now: int) -> tuple[int, int]:
        """(bid, ask) as known here at ``now``; 0 for an empty side."""

    def subscribe(self, handler: Callable[[object], object]) -> None:
        """Call ``handler`` when it changes."""

    def unsubscribe(self) -> None:
        """Call no more."""
