"""Feeds as slow as they can be: a clock that ticks through every nanosecond and hands each message over when it is due.

Nothing is looked up here and nothing is worked out in advance; what a reader knows at a time is what was handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.venues.test_sip import arrivals, brute_nbbo, endless
from venues.messages import Quote
from venues.round_lots import in_round_lots
from venues.sip import NO_NBBO, Nbbo, prices_moved

__all__ = ["Oracle", "Paths", "TickLink", "arrivals", "endless"]

Published = list[tuple[int, int, Quote]]
"""(when, source, quote), in order."""


@dataclass(frozen=True)
class Paths:
    """Draws, ns, of everything that takes time; each comes round again when it is used up.

    ``to_sip`` and ``processing`` are of two SIPs, ``to_sip`` and ``direct`` by source.
    """

    to_sip: list[list[list[int]]]
    processing: list[list[int]]
    sip_reader: list[list[int]]
    direct: list[list[int]]
    to_retail: list[list[int]]
    sip_to_retail: list[int]
    retail_reader: list[int]
    interval: int


class TickLink:
    """A FIFO link; ``due(now)`` hands over what arrives at this very tick."""

    def __init__(self, draws: list[int]) -> None:
        self._draw = endless(draws)
        self._under_way: list[tuple[int, Any]] = []
        self._last = 0

    def send(self, now: int, item: Any) -> None:
        self._last = max(now + max(1, self._draw()), self._last)
        self._under_way.append((self._last, item))

    def due(self, now: int) -> list[Any]:
        here = [item for at, item in self._under_way if at == now]
        self._under_way = [(at, item) for at, item in self._under_way if at > now]
        return here


@dataclass
class TickSip:
    """One SIP: an inbox, a server, an outbox."""

    links: list[TickLink]
    service: Callable[[], int]
    latest: dict[int, Quote] = field(default_factory=dict)
    free: int = 0
    outbox: list[tuple[int, Any]] = field(default_factory=list)

    def tick(self, now: int) -> list[Any]:
        """(source, quote, NBBO after it, the source's quote before it) of what is published now."""
        for source, link in enumerate(self.links):
            for quote in link.due(now):
                self.free = max(now, self.free) + self.service()
                before, self.latest[source] = self.latest.get(source), in_round_lots(quote)
                update = (source, self.latest[source], brute_nbbo(self.latest), before)
                self.outbox.append((self.free, update))
        published = [update for at, update in self.outbox if at == now]
        self.outbox = [(at, update) for at, update in self.outbox if at > now]
        return published


def best_sides(latest: dict[int, tuple[int, Quote]]) -> dict[int, tuple[int, ...]]:
    """Of the sources with the best bid and the best ask: (seq, bid, shares, ask, shares), 0 where another is better."""
    nbbo = brute_nbbo({source: quote for source, (_, quote) in latest.items()})
    found = {}
    for source, (_, quote) in latest.items():
        bid = (nbbo.bid, nbbo.bid_qty) if nbbo.bid_venue == 10 + source else (0, 0)
        ask = (nbbo.ask, nbbo.ask_qty) if nbbo.ask_venue == 10 + source else (0, 0)
        if bid[1] or ask[1]:
            found[source] = (quote.seq, *bid, *ask)
    return found


class Retail:
    """Snapshots at the ends of intervals of what was here before."""

    def __init__(self, reader: TickLink, interval: int) -> None:
        self.here: dict[int, tuple[int, Quote]] = {}
        self.volume = 0
        self.reader = reader
        self.interval = interval
        self.told: tuple[dict[int, tuple[int, ...]], int] = ({}, 0)
        self.shown: tuple[dict[int, tuple[int, ...]], int] = ({}, 0)
        """What the subscriber's screen shows: the best, and the volume."""

    def tick(self, now: int, arrived: Sequence[tuple[int, Quote]]) -> None:
        if now % self.interval == 0:
            best, (told, volume) = best_sides(self.here), self.told
            prices, before = ({source: quote[1:] for source, quote in each.items()} for each in (best, told))
            if prices != before or self.volume != volume:
                self.told = (best, self.volume)
                self.reader.send(now, self.told)
        for source, quote in arrived:
            self.here[source] = (now, quote)
            self.volume += quote.trade.qty if quote.trade is not None else 0
        for snapshot in self.reader.due(now):
            self.shown = snapshot


class Oracle:
    """Three sources, two SIPs, readers of each, a reader of the direct feeds, and two retail feeds."""

    def __init__(self, published: Published, paths: Paths) -> None:
        self.now = -1
        self._published = published
        self._sips = [
            TickSip([TickLink(draws) for draws in links], endless(service))
            for links, service in zip(paths.to_sip, paths.processing, strict=True)
        ]
        self._readers = [TickLink(draws) for draws in paths.sip_reader]
        self._direct = [TickLink(draws) for draws in paths.direct]
        self._to_retail = [TickLink(draws) for draws in paths.to_retail]
        self._sip_to_retail = TickLink(paths.sip_to_retail)
        self._retail_of_sip = Retail(TickLink(paths.retail_reader), paths.interval)
        self._retail_of_venues = Retail(TickLink(paths.retail_reader), paths.interval)
        self._nbbo = [NO_NBBO, NO_NBBO]
        self._heard: list[dict[int, tuple[int, Quote]]] = [{}, {}]
        self._board: dict[int, tuple[int, Quote]] = {}
        self.woken: list[tuple[int, int, Quote]] = []
        """(when, source, quote): moves of a source's best prices as they reach the second SIP's reader."""

    def tick(self) -> None:
        """The next nanosecond."""
        self.now = now = self.now + 1
        for at, source, quote in self._published:
            if at == now:
                for links in (self._direct, self._to_retail, *(sip.links for sip in self._sips)):
                    links[source].send(now, quote)
        for number, (sip, reader) in enumerate(zip(self._sips, self._readers, strict=True)):
            for update in sip.tick(now):
                reader.send(now, update)
                if number == 0:
                    self._sip_to_retail.send(now, update)
            for source, quote, nbbo, before in reader.due(now):
                self._nbbo[number], self._heard[number][source] = nbbo, (now, quote)
                if number == 1 and prices_moved(quote, before):
                    self.woken.append((now, source, quote))
        for source, link in enumerate(self._direct):
            for quote in link.due(now):
                self._board[source] = (now, quote)
        self._retail_of_sip.tick(now, [(source, quote) for source, quote, _, _ in self._sip_to_retail.due(now)])
        came = [(source, quote) for source, link in enumerate(self._to_retail) for quote in link.due(now)]
        self._retail_of_venues.tick(now, came)

    def known(self, now: int) -> dict[str, Any]:
        """What every reader knows, once everything has been handed over up to ``now``."""
        while self.now < now:
            self.tick()
        return {
            "SIP": (self._nbbo[0], dict(self._heard[0])),
            "NBBO alone": self._nbbo[1],
            "quotes by way of the SIP": {source: quote for source, (_, quote) in self._heard[1].items()},
            "direct": dict(self._board),
            "retail of the SIP": self._retail_of_sip.shown,
            "retail of the venues": self._retail_of_venues.shown,
        }


def nbbo_of(known: dict[str, Any]) -> Nbbo:
    """The NBBO in an answer."""
    nbbo: Nbbo = known["SIP"][0]
    return nbbo
