"""Who and where the numbers in a run's tables are: names and kinds of venues and agents, from ``market.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Directory:
    """Names and kinds by number. A number that ``market.json`` does not know gets a name that says so.

    >>> directory = Directory.of({"venues": [{"id": 0, "name": "NYSE", "kind": "lit"}], "agents": []})
    >>> directory.venue(0), directory.is_lit(0), directory.venue(9), directory.kind(4)
    ('NYSE', True, 'venue 9', 'unknown')
    """

    venues: Mapping[int, str] = field(default_factory=dict)
    venue_kinds: Mapping[int, str] = field(default_factory=dict)
    agents: Mapping[int, str] = field(default_factory=dict)
    agent_kinds: Mapping[int, str] = field(default_factory=dict)
    agent_groups: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, market: Mapping[str, Any]) -> Directory:
        """Read the lists ``venues`` and ``agents`` of a ``market.json``."""
        venues, agents = market.get("venues", []), market.get("agents", [])
        return cls(
            {v["id"]: v["name"] for v in venues},
            {v["id"]: v["kind"] for v in venues},
            {a["id"]: a["name"] for a in agents},
            {a["id"]: a["kind"] for a in agents},
            {a["id"]: a.get("group", a["name"]) for a in agents},
        )

    def venue(self, number: int) -> str:
        """The venue's name."""
        return self.venues.get(number, f"venue {number}")

    def is_lit(self, number: int) -> bool:
        """True when the venue displays its book; a venue that nobody described counts as lit."""
        return self.venue_kinds.get(number, "lit") == "lit"

    def agent(self, number: int) -> str:
        """The agent's name."""
        return self.agents.get(number, f"agent {number}")

    def group(self, number: int) -> str:
        """The name of the scenario's agent that this is a copy of: ``snipers`` of ``snipers.2``."""
        return self.agent_groups.get(number, self.agent(number))

    def kind(self, number: int) -> str:
        """The agent's kind, as in the scenario: ``sniper``, ``market_maker``."""
        return self.agent_kinds.get(number, "unknown")
