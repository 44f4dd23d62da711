"""One venue on a clock of its own and participants who talk to it over links; times in ns.

venue = lit_venue(service=10)
client = Client(venue, to=100, back=50)
client.says(buy(500, limit=100_0100), at=0)
client.hears()   # runs the clock dry: [(160, report), ...]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.environment import Environment
from sim.link import LatencySource
from sim.log import EventLog
from tests.venues.builders import MAKER, TAKER, Resting, maker_orders
from venues.fees import FeeSchedule
from venues.lit import LitVenue
from venues.messages import ExecType, ExecutionReport, Print, Quote
from venues.session import EVERY_REPORT
from venues.venue import Venue

FEES = FeeSchedule(maker=-2_000, taker=3_000)


def lit_venue(
    env: Environment | None = None,
    number: int = 0,
    name: str = "NASDAQ",
    fees: FeeSchedule = FEES,
    service: Callable[[], int] | int = 10,
    log: EventLog | None = None,
    **more: Any,
) -> LitVenue:
    """A lit venue with a station that takes 10 ns a message."""
    return LitVenue(env or Environment(), number, name, fees, service, log or EventLog(), **more)


class Client:
    """A participant at a venue that keeps what it hears."""

    def __init__(
        self,
        venue: Venue,
        owner: int = TAKER,
        to: LatencySource | int = 100,
        back: LatencySource | int = 50,
        wakes: frozenset[ExecType] = EVERY_REPORT,
    ) -> None:
        self.env = venue.env
        self.session = venue.connect(owner, to, back, wakes)
        self.woken: list[int] = []
        """When `on_mail` was called."""
        self.session.on_mail = lambda: self.woken.append(self.env.now)

    def says(self, *messages: object, at: int | None = None) -> None:
        """Send messages in this order, at a time or now."""
        for message in messages:
            self.env.call_at(self.env.now if at is None else at, self.session.send, message)

    def hears(self) -> list[tuple[int, ExecutionReport]]:
        """Let everything happen; what has arrived and was not heard before."""
        self.env.run()
        self.env.run(until=self.env.now + 1_000_000)  # mail that wakes nobody still has to arrive
        return list(self.session.read())

    def reports(self) -> list[ExecutionReport]:
        """The same without the times."""
        return [report for _, report in self.hears()]

    def answer(self, message: object) -> list[ExecutionReport]:
        """Send one message and let everything happen."""
        self.says(message)
        return self.reports()


def with_orders(venue: LitVenue, bids: Resting = (), asks: Resting = ()) -> Client:
    """MAKER, who has rested these orders (ids 1, 2, ...: the asks first) and heard of it."""
    maker = Client(venue, owner=MAKER)
    maker.says(*maker_orders(bids, asks))
    maker.hears()
    return maker


def rows(log: EventLog, table: str, *columns: str) -> list[tuple[int, ...]]:
    """The rows of a table, all columns or those named."""
    array = log.arrays()[table]
    return [tuple(row) for row in (array[list(columns)] if columns else array).tolist()]


def quotes(venue: LitVenue) -> list[tuple[int, int, int, int]]:
    """(bid, bid_qty, ask, ask_qty) of each update of the direct feed."""
    return [(quote.bid, quote.bid_qty, quote.ask, quote.ask_qty) for quote in venue.feed.items]


def prints(venue: LitVenue) -> list[Print]:
    """What the direct feed told of trades."""
    return [quote.trade for quote in venue.feed.items if quote.trade is not None]


def quote(bid: int = 0, ask: int = 0, bid_qty: int = 100, ask_qty: int = 100, at: int = 0) -> Quote:
    """A quote; a price of 0 is an empty side."""
    return Quote(at, 0, bid, bid_qty if bid else 0, ask, ask_qty if ask else 0)
