"""Whether order protection fits the market: `scenarios.crosschecks` for Rule 611."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scenarios.agent_parts import AnyAgent, BackgroundFlow
from scenarios.market_parts import AnyVenue, LitVenue
from scenarios.problems import TreePath
from scenarios.protection_parts import Protection
from venues.policies import IdReuse

Told = Iterator[tuple[TreePath, str]]
"""Where, and what is wrong."""


def protection_problems(
    venues: Mapping[int, AnyVenue], agents: Mapping[int, AnyAgent], kinds: Mapping[str, str]
) -> Told:
    """What does not fit."""
    for index, venue in venues.items():
        if not isinstance(venue, LitVenue) or venue.protection is None:
            continue
        path: TreePath = ("venues", index)
        others = [name for name, kind in kinds.items() if kind == "lit" and name != venue.name]
        if not others:
            yield (*path, "protection"), "there is no other lit venue to protect; add one to `venues`, or take it out"
        yield from _against_policies(venue, venue.protection, path)
        yield from _latencies(venue.protection, others, (*path, "protection"))
        yield from _stops(venue.name, agents, kinds)


def _against_policies(venue: LitVenue, protection: Protection, path: TreePath) -> Told:
    policies = venue.policies
    if policies is None:
        return
    if policies.batch_interval is not None:
        message = f"{venue.name} trades in batches, at one price, and cannot look at others' quotes order by order"
        yield (*path, "protection"), f"{message}; take `protection` or `batch_interval` out"
    if protection.routes and policies.id_reuse is IdReuse.NEVER:
        message = "what comes back from other venues takes its id again, which `never` refuses"
        yield (*path, "policies", "id_reuse"), f"{message}; write when_done, or another action of `protection`"


def _latencies(protection: Protection, others: list[str], path: TreePath) -> Told:
    if protection.link is not None and not protection.routes:
        message = f"nothing is routed out: the action is {protection.action}"
        yield (*path, "link"), f"{message}; write `action: route_out`, or take it out"
    missing = [name for name in others if not protection.way_out.covers(name)]
    if missing:
        yield (*path, "link"), f"says nothing of {', '.join(missing)}; write for example `{missing[0]}: 100us`"


def _stops(venue: str, agents: Mapping[int, AnyAgent], kinds: Mapping[str, str]) -> Told:
    for index, agent in agents.items():
        if isinstance(agent, BackgroundFlow) and agent.stop_share and venue in agent.venues_among(kinds):
            message = f"{venue} has order protection and refuses stop orders"
            yield ("agents", index, "stop_share"), f"{message}; write 0, or other `venues`"
