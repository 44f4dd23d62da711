"""Small scenarios, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.load import ScenarioError, load
from scenarios.model import Scenario
from scenarios.settings import Settings

ROUTER = {"kind": "router", "name": "client", "round_trip": "300us", "strategy": "smart"}


def small(**keys: Any) -> dict[str, Any]:
    """Two lit venues and a pool with a SIP, nobody trading; keys replace or add to it."""
    return {
        "name": "small",
        "instruments": [{"symbol": "XYZ", "price": 100}],
        "venues": [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}, {"name": "POOL", "kind": "dark"}],
        "feeds": {"sip": {}},
        **keys,
    }


def with_agents(*agents: Mapping[str, Any], **keys: Any) -> dict[str, Any]:
    """The small market with these agents."""
    return small(agents=[dict(agent) for agent in agents], **keys)


def agent(**keys: Any) -> Any:
    """The one agent of a small market with news, as loaded."""
    return load(with_agents(keys, fundamental={"kind": "constant"})).agents[0]


def problems(
    source: str | Path | Mapping[str, Any] | Scenario, set: Settings = (), seed: int | None = None
) -> list[str]:
    """What is wrong, line by line; nothing if it loads."""
    try:
        load(source, set, seed)
    except ScenarioError as error:
        return str(error).splitlines()
    return []


def messages(source: Mapping[str, Any], set: Settings = ()) -> list[str]:
    """What is wrong, without the name of the source."""
    return [problem.removeprefix("scenario: ") for problem in problems(source, set)]


def file_with(folder: Path, text: str, name: str = "market.yaml") -> Path:
    """A scenario file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
