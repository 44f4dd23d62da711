"""From scripts and bursts in a scenario to agents that send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.participant import Participant
from agents.scripted import BurstFlow, BurstTerms, Scripted, ScriptedOrder
from scenarios import scripted_agents as s
from venues.messages import ExecType

if TYPE_CHECKING:
    from scenarios.build import _Builder

NEVER: frozenset[ExecType] = frozenset()
TRADES = frozenset({ExecType.TRADE})


def scripted(builder: _Builder, agent: s.Scripted, name: str, number: int) -> Participant:
    """A script's sender; it is woken by nothing and reads what traded."""
    orders = [
        ScriptedOrder(
            order.at,
            order.venue,
            order.book_side,
            order.qty,
            order.limit,
            order.book_time_in_force,
            order.terms(),
            order.cancel_at,
        )
        for order in agent.orders
    ]
    sessions = builder.sessions(agent, name, number, agent.round_trip, NEVER, TRADES)
    return Scripted(builder.place, name, number, sessions, orders)


def burst(builder: _Builder, agent: s.BurstFlow, name: str, number: int) -> Participant:
    """Bursts, `offset` behind the opening price."""
    instrument = builder.scenario.instrument
    messages, per = agent.pace
    offset = -(-agent.offset // instrument.tick) * instrument.tick
    terms = BurstTerms(
        agent.at,
        agent.messages,
        messages,
        per,
        max(instrument.tick, instrument.price - offset),
        instrument.price + offset,
        agent.size,
        agent.every,
    )
    sessions = builder.sessions(agent, name, number, agent.round_trip, NEVER, TRADES)
    return BurstFlow(builder.place, name, number, sessions, terms)
