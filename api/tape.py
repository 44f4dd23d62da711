"""What the market says aloud: prints of the lit venues and changes of the NBBO, since one looked last.

The tape reads what the venues and the SIP have published by now; it delays nothing and changes nothing. Trades in dark
pools are on no tape here: the parties learn of them from their reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from api.wire import dollars
from scenarios.build import Market
from scenarios.model import Scenario
from venues.messages import BookState, Quote, Side

MOST_EVENTS: Final = 2_000
"""Events of one kind in one look; more are counted as dropped."""


class Published(Protocol):
    """A source's published items, the oldest of which may be gone."""

    items: list[Any]
    dropped: int


class Cursor:
    """A place in what a source publishes."""

    def __init__(self, source: Published) -> None:
        self._source = source
        self._next = source.dropped + len(source.items)

    def skip(self) -> None:
        """Go to the end."""
        self._next = self._source.dropped + len(self._source.items)

    def news(self, now: int) -> tuple[Sequence[Any], int]:
        """(items published by ``now`` and not read before, how many were gone before one could read them)."""
        source = self._source
        missed = max(0, source.dropped - self._next)
        first = self._next + missed - source.dropped
        last = len(source.items)
        while last > first and source.items[last - 1].at > now:  # the SIP stamps what it has in work
            last -= 1
        self._next = source.dropped + last
        return source.items[first:last], missed


class Tape:
    """Collects trades and NBBO changes of a market."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._feeds = [(venue.name, Cursor(venue.feed)) for venue in market.lit]
        self._sip = None if market.sip is None else Cursor(market.sip.feed)
        self._names = {venue.number: name for name, venue in market.venues.items()}
        self._last_best: dict[str, Any] | None = None
        self.listening = False

    def listen(self, listening: bool) -> None:
        """Start with what comes next, or stop."""
        if listening and not self.listening:
            for _, cursor in self._feeds:
                cursor.skip()
            if self._sip is not None:
                self._catch_up_sip()
                self._sip.skip()
        self.listening = listening

    def collect(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, int]]:
        """(trades, NBBO changes, dropped by topic) since the last call; nothing while nobody listens."""
        if not self.listening:
            return [], [], {}
        trades, missed = self._trades()
        changes, missed_changes = self._changes()
        dropped = {"trades": missed + _cut(trades), "nbbo": missed_changes + _cut(changes)}
        return trades, changes, {topic: count for topic, count in dropped.items() if count}

    def _trades(self) -> tuple[list[dict[str, Any]], int]:
        now = self._market.env.now
        found, missed = [], 0
        for name, cursor in self._feeds:
            quotes, gone = cursor.news(now)
            missed += gone
            found += [printed(name, quote) for quote in quotes if quote.trade is not None]
        found.sort(key=lambda trade: trade["at"])  # stable: equal times in the scenario's order of venues
        return found, missed

    def _changes(self) -> tuple[list[dict[str, Any]], int]:
        if self._sip is None:
            best = self.direct()
            changed = best != self._last_best
            self._last_best = best
            return ([{"at": self._market.env.now, **best}] if changed else []), 0
        self._catch_up_sip()
        updates, gone = self._sip.news(self._market.env.now)
        changes = []
        for update in updates:
            best = self._consolidated(update.nbbo)
            if best != self._last_best:
                self._last_best = best
                changes.append({"at": update.at, **best})
        return changes, gone

    # -- looking now ----------------------------------------------------------------------------

    def nbbo(self) -> dict[str, Any]:
        """The best quotes: as the SIP has published them, and over the venues' own books now."""
        now = self._market.env.now
        return {"at": now, "sip": self._published(now), "direct": self.direct()}

    def direct(self) -> dict[str, Any]:
        """The best over the lit venues' own books; equal prices: the scenario's order."""
        bids, asks = [], []
        for venue in self._market.lit:
            if venue.state is not BookState.CONTINUOUS:
                continue  # nothing there can be traded with
            bid, bid_qty, ask, ask_qty = venue.book.top()
            if bid_qty:
                bids.append((bid, bid_qty, venue.name))
            if ask_qty:
                asks.append((ask, ask_qty, venue.name))
        bid_side = max(bids, key=lambda quote: quote[0], default=None)
        ask_side = min(asks, key=lambda quote: quote[0], default=None)
        return {"bid": side_of(bid_side), "ask": side_of(ask_side)}

    def _published(self, now: int) -> dict[str, Any] | None:
        sip = self._market.sip
        if sip is None:
            return None
        self._catch_up_sip()
        latest = next((update for update in reversed(sip.feed.items) if update.at <= now), None)
        return {"bid": None, "ask": None} if latest is None else self._consolidated(latest.nbbo)

    def _consolidated(self, nbbo: Any) -> dict[str, Any]:
        bid = (nbbo.bid, nbbo.bid_qty, self._names.get(nbbo.bid_venue, "")) if nbbo.bid_qty else None
        ask = (nbbo.ask, nbbo.ask_qty, self._names.get(nbbo.ask_venue, "")) if nbbo.ask_qty else None
        return {"bid": side_of(bid), "ask": side_of(ask)}

    def _catch_up_sip(self) -> None:
        assert self._market.sip is not None
        self._market.sip.advance(self._market.env.now)


def depth(market: Market, venue: str, levels: int) -> dict[str, Any]:
    """The displayed book of a lit venue, best prices first; what an auction now would do, where one is to come."""
    book = next(lit.book for lit in market.lit if lit.name == venue)
    sides = {
        name: [{"price": dollars(px), "qty": qty, "orders": orders} for px, qty, orders in book.depth(side, levels)]
        for name, side in (("bids", Side.BUY), ("asks", Side.SELL))
    }
    price, qty, surplus = book.indicative()
    trades_next = {"price": dollars(price), "qty": qty, "surplus": surplus} if in_call(book) and qty else None
    return {"venue": venue, "at": market.env.now, "state": book.state.name, "indicative": trades_next, **sides}


def in_call(book: Any) -> bool:
    """Are orders collected for an auction?"""
    return bool(book.policies.batch_interval) or book.state not in (BookState.CONTINUOUS, BookState.CLOSED)


def tick_at(market: Market, venue: str | None, price: int | None) -> int:
    """The tick that a limit must be on: the venue's at that price; 1 where the venue rounds limits itself."""
    lit = next((lit for lit in market.lit if lit.name == venue), None)
    if lit is None or price is None:
        return market.scenario.instrument.tick
    policies = lit.book.policies
    if policies.off_tick.value == "round":
        return 1
    return lit.book.tick if policies.ticks is None else policies.ticks.at(price)


def describe_venues(market: Market, scenario: Scenario) -> list[dict[str, Any]]:
    """What there is to trade on."""
    return [
        {
            "name": name,
            "kind": venue.kind,
            "maker_fee_per_share": f"{scenario.venue(name).fees.maker / 1e6:.6f}",
            "taker_fee_per_share": f"{scenario.venue(name).fees.taker / 1e6:.6f}",
            "displayed": any(lit.name == name for lit in market.lit),
        }
        for name, venue in market.venues.items()
    ]


def printed(venue: str, quote: Quote) -> dict[str, Any]:
    """A print: one aggressive message that traded, its worst price and its total."""
    assert quote.trade is not None
    return {
        "at": quote.at,
        "venue": venue,
        "seq": quote.seq,
        "side": quote.trade.side.name,
        "price": dollars(quote.trade.px),
        "qty": quote.trade.qty,
    }


def side_of(best: tuple[int, int, str] | None) -> dict[str, Any] | None:
    """One side of a consolidated quote; None: nobody quotes it."""
    return None if best is None else {"price": dollars(best[0]), "qty": best[1], "venue": best[2]}


def _cut(events: list[dict[str, Any]]) -> int:
    """Drop the oldest beyond what one look may hold; how many."""
    extra = max(0, len(events) - MOST_EVENTS)
    del events[:extra]
    return extra
