"""What a router knows of each venue at the moment it decides, as whole numbers: what learned routing looks at.

Everything comes from the view that the strategy is given, and is as old as that: what has not arrived is in no feature.
*Recent* is the last 10 ms (`venues.protocols.RECENT`). Unless said otherwise a *side* is the one that the parent takes,
and a move is positive when it runs away from the parent (up for a buyer). Prices are in price units of $0.0001, parts
in thousandths, times in us; everything is cut off at plus or minus 2^24 - 1, which a forest can hold exactly.

What was never measured is UNKNOWN, a value of its own that a tree can split off.

Cost
    About 5 us a venue (CPython 3.11), most of it the prints and quotes of the last 10 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from agents.orders import ParentOrder
from agents.strategy import VenueQuote, View

US: Final = 1_000
LARGEST: Final = (1 << 24) - 1
"""A feature is within plus or minus this."""
UNKNOWN: Final = -LARGEST
"""Never measured."""

_NO_QUOTE: Final = VenueQuote("", 0, 0, 0, 0, 0, 0, 0)


class VenueFeatures(NamedTuple):
    """One venue at one decision; units in the names' comments."""

    round_trip: int
    """Smallest measured, us."""
    lag: int
    """How much longer the round trip is than the shortest among the venues with something to take, us."""
    quote_age: int
    """Since the venue made the quote that is known, us."""
    quote_known: int
    """Since it arrived here, us."""
    displayed: int
    """Shares at the best price of the side."""
    behind: int
    """Shares at the three levels behind it; UNKNOWN without a depth feed."""
    other_side: int
    """Shares at the best price of the other side: the queue that a post would join."""
    imbalance: int
    """(displayed - other side) over both, thousandths."""
    spread: int
    """Between the venue's own best prices."""
    gap: int
    """To the best price of the side anywhere."""
    market_spread: int
    """Between the best prices anywhere."""
    at_best: int
    """Venues that display the best price of the side."""
    shares_at_best: int
    """Shares that they display at it."""
    wanted: int
    """The parent's leaves over what the venue displays, thousandths."""
    remaining: int
    """The parent's leaves over its quantity, thousandths."""
    own_fill: int
    """Measured part of the displayed shares aimed at that was had, thousandths."""
    own_markout: int
    """Measured move of the mid after own children, hundredths of a price unit."""
    own_slippage: int
    """Measured price of own fills against the price that was seen, hundredths of a price unit; positive is worse."""
    since_own: int
    """Since an own child was last sent there, us."""
    traded: int
    """Shares that printed there recently."""
    traded_away: int
    """Shares of these that took the side, so that it shrank, less those that took the other."""
    changes: int
    """How often the venue's price of the side changed recently."""
    moved: int
    """How far it has moved since the window began."""


def venue_features(venues: Sequence[str], parent: ParentOrder, view: View) -> list[VenueFeatures]:
    """The features of lit venues and pools, in their order; a pool's and an empty venue's quote features are 0."""
    side, now = int(parent.side), view.now
    quotes = {quote.venue: quote for quote in view.quotes()}
    touches = {
        name: (price * side, size)
        for name, quote in quotes.items()
        for price, size in (quote.opposite(parent.side),)
        if size
    }
    best = min((price for price, _ in touches.values()), default=0)
    at_best = [size for price, size in touches.values() if price == best]
    bid, ask = view.nbbo() or (0, 0)
    trips = [trip for name in touches if (trip := view.experience.round_trip(name)) is not None]
    shared = _Shared(side, now, best, ask - bid, len(at_best), sum(at_best), min(trips, default=0))
    return [_of(name, quotes.get(name, _NO_QUOTE), shared, parent, view) for name in venues]


class _Shared(NamedTuple):
    """What all venues' features lean on."""

    side: int
    now: int
    best: int
    market_spread: int
    at_best: int
    shares_at_best: int
    shortest_trip: int


def _of(venue: str, quote: VenueQuote, shared: _Shared, parent: ParentOrder, view: View) -> VenueFeatures:
    side, now, experience = shared.side, shared.now, view.experience
    price, displayed = quote.opposite(parent.side)
    other_side = quote.bid_qty if side > 0 else quote.ask_qty
    both = displayed + other_side
    trip = experience.round_trip(venue)
    sent = experience.last_sent(venue)
    return VenueFeatures(
        *map(
            _bounded,
            (
                UNKNOWN if trip is None else trip // US,
                UNKNOWN if trip is None else (trip - shared.shortest_trip) // US,
                (now - quote.at) // US if quote.seq else UNKNOWN,
                (now - quote.arrived_at) // US if quote.seq else UNKNOWN,
                displayed,
                _behind(venue, quote, parent, view),
                other_side,
                (displayed - other_side) * 1_000 // both if both else 0,
                quote.ask - quote.bid if quote.bid_qty and quote.ask_qty else UNKNOWN,
                price * side - shared.best if displayed else UNKNOWN,
                shared.market_spread,
                shared.at_best,
                shared.shares_at_best,
                view.leaves * 1_000 // displayed if displayed else UNKNOWN,
                view.leaves * 1_000 // parent.qty,
                _measured(experience.fill_ratio(venue), 1_000),
                _measured(experience.markout(venue), 100),
                _measured(experience.slippage(venue), 100),
                UNKNOWN if sent is None else (now - sent) // US,
                *_recent(venue, side, view),
            ),
        )
    )


def _behind(venue: str, quote: VenueQuote, parent: ParentOrder, view: View) -> int:
    levels = view.depth(venue).opposite(parent.side) if quote.seq else ()
    return sum(size for _, size in levels[1:4]) if levels else UNKNOWN


def _recent(venue: str, side: int, view: View) -> tuple[int, int, int, int]:
    """(traded, traded_away, changes, moved) over the window."""
    traded = away = changes = 0
    first = last = 0
    for quote in view.recent(venue):
        if quote.trade is not None:
            traded += quote.trade.qty
            away += quote.trade.qty * side * int(quote.trade.side)
        price = quote.ask if side > 0 else quote.bid
        if not (quote.ask_qty if side > 0 else quote.bid_qty):
            continue
        if not first:
            first = price
        elif price != last:
            changes += 1
        last = price
    return traded, away, changes, (last - first) * side


def _measured(value: float | None, scale: int) -> int:
    return UNKNOWN if value is None else int(value * scale)


def _bounded(value: int) -> int:
    return max(-LARGEST, min(LARGEST, value))
