"""The paths over which a scenario's routers see, or would see, the market: what dislocations are measured against."""

from __future__ import annotations

from typing import Any

from scenarios.agent_parts import Router
from scenarios.geography_checks import typical
from scenarios.latencies import WireLatency
from scenarios.market_parts import LitVenue
from scenarios.model import Scenario
from scenarios.placing import market_of, placed
from scenarios.ways import SIP


def observers(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """By router: ``{"direct": {venue: ns}, "sip": ns}``, whichever of the two it reads; constant part, mean or median.

    Without those who have no such paths: no SIP carries the instrument, or a wire has an end that stands nowhere.
    """
    if scenario.sip is None:
        return {}
    by_feed = {feed: _lags(scenario, feed) for feed in ("direct", "sip")}
    found = {}
    for agent in scenario.agents:
        if isinstance(agent, Router) and agent.enabled:
            direct, sip = by_feed["direct"].get(agent.name), by_feed["sip"].get(agent.name, {}).get(SIP)
            if direct is not None and sip is not None:
                found[agent.name] = {"direct": direct, "sip": sip}
    return found


def _lags(scenario: Scenario, feed: str) -> dict[str, dict[str, int]]:
    """How late each router hears whom when all of them read this feed, ns; without wires that lead nowhere."""
    agents = tuple(
        agent.model_copy(update={"feed": feed, "depth": None}) if isinstance(agent, Router) else agent
        for agent in scenario.agents
    )
    on_map = placed(scenario.model_copy(update={"agents": agents}))
    outbound = {
        venue.name: venue.speed_bump.delay
        for venue in scenario.venues
        if isinstance(venue, LitVenue) and venue.speed_bump.applies == "symmetric"
    }
    found: dict[str, dict[str, int]] = {}
    for way in market_of(on_map).ways():
        end = way.end.path
        if end[0] == "agents" and way.what in ("quotes", "NBBO") and type(way.latency) is not WireLatency:
            latency = way.latency.halved() if way.both_ways else way.latency
            lag = max(1, typical(latency)) + (outbound.get(way.start.name, 0) if way.what == "quotes" else 0)
            found.setdefault(way.end.name, {})[way.start.name] = lag
    return found
