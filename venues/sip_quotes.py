"""The SIP in the place of the venues' own feeds: one link, and behind it a view of each venue's quotes."""

from __future__ import annotations

from collections.abc import Callable

from sim.environment import Environment
from sim.history import Interest
from sim.link import LatencySource
from venues.messages import Quote
from venues.sip import Sip, SipUpdate, SipView

Handler = Callable[[Quote], object]


class SipQuotes:
    """What one reader hears of all venues from the SIP; ``of(venue)`` looks like a direct feed of that venue."""

    def __init__(self, sip: Sip, env: Environment, latency: LatencySource | int) -> None:
        self._sip_view: SipView = sip.view(env, latency)
        self._places = {name: place for place, name in enumerate(sip.venues)}
        self._wanted: dict[int, tuple[Handler, Interest[Quote]]] = {}

    def of(self, venue: str) -> SipQuoteView:
        """A view of one venue's quotes; the SIP's, in round lots and late.

        Raises:
            KeyError: the SIP hears of no such venue.
        """
        return SipQuoteView(self, venue, self._places[venue])

    def latest(self, venue: str, now: int) -> tuple[Quote, int] | None:
        """(quote, its arrival in ns) of a venue, as known here at ``now``; None: nothing was heard of it."""
        for name, quote, at in self._sip_view.latest(now):
            if name == venue:
                return quote, at
        return None

    def wake(self, place: int, handler: Handler, interest: Interest[Quote]) -> None:
        """Call ``handler`` with the quotes of interest of the venue at this place."""
        if not self._wanted:
            self._sip_view.hear(self._tell, self._is_wanted)
        self._wanted[place] = handler, interest

    def _is_wanted(self, update: SipUpdate, _: SipUpdate | None) -> bool:
        wanted = self._wanted.get(update.venue)
        return wanted is not None and wanted[1](update.quote, update.before)

    def _tell(self, update: SipUpdate) -> None:
        self._wanted[update.venue][0](update.quote)


class SipQuoteView:
    """One venue's quotes as a reader of the SIP hears of them: `venues.protocols.QuoteView`."""

    def __init__(self, quotes: SipQuotes, venue: str, place: int) -> None:
        self._quotes = quotes
        self._venue = venue
        self._place = place
        self.arrived_at = 0
        """When the latest quote arrived, ns."""

    def advance(self, now: int) -> Quote | None:
        """The latest quote that has arrived by ``now`` (ns)."""
        heard = self._quotes.latest(self._venue, now)
        if heard is None:
            return None
        quote, self.arrived_at = heard
        return quote

    def subscribe(self, handler: Handler, interest: Interest[Quote]) -> None:
        """Call ``handler(quote)`` when a quote of interest arrives; a later subscriber takes the place of this one."""
        self._quotes.wake(self._place, handler, interest)
