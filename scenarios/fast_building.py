"""From a scenario's fast takers to agents that trade: their hosts, desks, wires and random streams.

Names of streams: `snipers.1@BATS/news`, `snipers.1@BATS/from/NASDAQ`, `snipers.1@BATS/reaction`; of a desk
`arbitrageurs.2/to/BATS`, `.../back/BATS`, `.../feed/BATS`, `.../reaction`, `.../sip`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.anticipator import ANTICIPATOR_WAKES, AnticipatorHost, AnticipatorTerms, SweepAnticipator
from agents.arbitrageur import ArbitrageTerms, CrossVenueArbitrageur
from agents.dark_bait import BAIT_WAKES, BaitTerms, DarkBait
from agents.dark_picker import DarkPicker, PickerTerms
from agents.desk import DESK_WAKES
from agents.host import HostLimits
from agents.participant import Participant
from agents.sniper import SNIPER_WAKES, Sniper, SniperHost, SniperTerms
from scenarios import fast_agents as f
from sim.history import HistoryView
from sim.latency import LatencyModel
from sim.link import LatencySource
from sim.outages import Interrupted
from venues.lit import LitVenue
from venues.messages import ExecType, Quote, Side
from venues.protocols import QuoteView
from venues.reference import SipReference
from venues.session import Session

if TYPE_CHECKING:
    from scenarios.build import _Builder


# -- beside the venues ------------------------------------------------------------------------------


class _Local:
    """How far a host is from its venue, each way, and the firm's sessions."""

    def __init__(
        self,
        builder: _Builder,
        firm: f.Colocated,
        name: str,
        number: int,
        local: LatencyModel,
        wakes: frozenset[ExecType],
    ) -> None:
        beside = local.smallest()
        self._builder, self._firm, self._name = builder, firm, name
        self.to_venue = max(1, beside // 2)
        self.from_venue = max(1, beside - self.to_venue)
        copy = int(name.rpartition(".")[2]) if firm.count > 1 else 1
        venues = builder.scenario.venues_of(firm)
        self.sessions: dict[str, Session] = {
            venue: builder.market.venues[venue].connect(number, self.to_venue, self.to_venue, wakes)
            for venue in venues
            if copy <= firm.presence.get(venue, firm.count)
        }

    def others(self, venue: str) -> dict[str, HistoryView[Quote]]:
        """The feeds of other venues as they are heard beside this one; an order takes the rest of the way."""
        return {
            origin: self._builder.feed(
                origin,
                less(self._builder.latency(links[venue], f"{self._name}@{venue}/from/{origin}"), self.to_venue),
            )
            for origin, links in self._firm.links.items()
            if venue in links and origin != venue
        }


def sniper(builder: _Builder, agent: f.Sniper, name: str, number: int) -> Participant:
    """A firm of snipers' hosts."""
    local = _Local(builder, agent, name, number, builder.model(agent.local), SNIPER_WAKES)
    made = Sniper(builder.place, name, number, local.sessions)
    terms = SniperTerms(
        agent.threshold,
        agent.sweep_size,
        agent.max_size,
        agent.position_limit,
        agent.hold,
        pays_fair=agent.pays == "fair",
    )
    for venue, session in local.sessions.items():
        host = f"{name}@{venue}"
        others = local.others(venue)
        news = None if agent.news is None else builder.news(agent.news.of(venue), host)
        feed, reaction = builder.feed(venue, local.from_venue), builder.draws_of(agent.reaction, f"{host}/reaction")
        made.hosts.append(SniperHost(made, session, news, feed, others, reaction, terms))
    return made


def anticipator(builder: _Builder, agent: f.SweepAnticipator, name: str, number: int) -> Participant:
    """A firm of anticipators' hosts."""
    local = _Local(builder, agent, name, number, builder.model(agent.local), ANTICIPATOR_WAKES)
    made = SweepAnticipator(builder.place, name, number, local.sessions)
    limits = HostLimits(agent.sweep_size, agent.max_size, agent.position_limit)
    terms = AnticipatorTerms(limits, agent.markup, agent.hold)
    for venue, session in local.sessions.items():
        feed = builder.feed(venue, local.from_venue)
        reaction = builder.draws_of(agent.reaction, f"{name}@{venue}/reaction")
        made.hosts.append(AnticipatorHost(made, session, feed, local.others(venue), reaction, terms))
    return made


def less(latency: LatencySource | int, part: int) -> LatencySource | int:
    """What is left of a whole way after a part of it (ns); at least 1 ns."""
    if isinstance(latency, Interrupted):
        return latency.plus(-part)
    if callable(latency):
        return lambda: max(1, latency() - part)
    return max(1, latency - part)


# -- at a desk --------------------------------------------------------------------------------------


def arbitrageur(builder: _Builder, agent: f.CrossVenueArbitrageur, name: str, number: int) -> Participant:
    """An arbitrageur with a session and a feed at each of its venues."""
    sessions = builder.sessions(agent, name, number, agent.round_trip, DESK_WAKES)
    terms = ArbitrageTerms(agent.threshold, agent.alpha, agent.max_size, agent.position_limit, agent.unwind)
    reaction = builder.draws_of(agent.reaction, f"{name}/reaction")
    feeds = _feeds(builder, agent, name, sessions)
    return CrossVenueArbitrageur(builder.place, name, number, sessions, feeds, reaction, terms)


def picker(builder: _Builder, agent: f.DarkPicker, name: str, number: int) -> Participant:
    """A picker with sessions at pools and lit venues, feeds of the lit ones, and the SIP."""
    sessions = builder.sessions(agent, name, number, agent.round_trip, DESK_WAKES)
    assert builder.market.sip is not None
    sip = SipReference(builder.market.sip.nbbo_view(builder.env, builder.latency(agent.sip_latency, f"{name}/sip")))
    terms = PickerTerms(agent.ping, agent.max_size, agent.position_limit, agent.threshold, agent.unwind)
    reaction = builder.draws_of(agent.reaction, f"{name}/reaction")
    feeds = _feeds(builder, agent, name, sessions)
    return DarkPicker(builder.place, name, number, sessions, feeds, sip, reaction, terms)


def bait(builder: _Builder, agent: f.DarkBait, name: str, number: int) -> Participant:
    """Bait with sessions at pools and lit venues, and feeds of the lit ones."""
    sessions = builder.sessions(agent, name, number, agent.round_trip, BAIT_WAKES)
    terms = BaitTerms(
        Side.SELL if agent.side == "sell" else Side.BUY,
        agent.bait,
        agent.max_size,
        agent.position_limit,
        agent.markup,
        agent.unwind,
        agent.reads,
        agent.asks,
    )
    reaction = builder.draws_of(agent.reaction, f"{name}/reaction")
    return DarkBait(builder.place, name, number, sessions, _feeds(builder, agent, name, sessions), reaction, terms)


def _feeds(builder: _Builder, agent: f.AtADesk, name: str, venues: Any) -> dict[str, QuoteView]:
    lit = [venue for venue in venues if isinstance(builder.market.venues[venue], LitVenue)]
    return builder.venue_feeds(agent, name, lit)
