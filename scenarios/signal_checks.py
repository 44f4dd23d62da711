"""Whether a crumbling-quote signal fits the market: `scenarios.crosschecks` for `crumbling_quote`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scenarios.latencies import PerVenue, WireLatency
from scenarios.market_parts import AnyVenue, LitVenue
from scenarios.problems import TreePath, instead
from scenarios.signal_parts import Signal
from venues.policies import PegReference

Told = Iterator[tuple[TreePath, str]]
"""Where, and what is wrong."""


def signal_problems(venues: Mapping[int, AnyVenue], kinds: Mapping[str, str]) -> Told:
    """What does not fit."""
    for index, venue in venues.items():
        if not isinstance(venue, LitVenue) or venue.crumbling_quote is None:
            continue
        path: TreePath = ("venues", index, "crumbling_quote")
        others = [name for name, kind in kinds.items() if kind == "lit" and name != venue.name]
        if not others:
            yield path, "there is no other lit venue whose quotes could crumble; add one to `venues`, or take it out"
            continue
        if venue.policies is None or venue.policies.peg_reference is not PegReference.NATIONAL:
            yield path, "no peg here follows the national best; write `policies: {peg_reference: national}` beside it"
        yield from _latency(venue.crumbling_quote.latency, others, (*path, "latency"))
        yield from _leaders(venue.crumbling_quote, others, (*path, "leaders"))


def _latency(latency: PerVenue, others: list[str], path: TreePath) -> Told:
    missing = [name for name in others if not latency.covers(name)]
    if missing:
        yield path, f"says nothing of {', '.join(missing)}; write for example `{missing[0]}: 100us`"
    if any(isinstance(spec, WireLatency) for spec in (latency.default, *latency.venues.values())):
        yield path, "a wire's ends are not worked out here; write the latency, such as 100us"


def _leaders(signal: Signal, others: list[str], path: TreePath) -> Told:
    for place, name in enumerate(() if signal.leaders == "all" else signal.leaders):
        if name not in others:
            message = f"{name} is not one of the venues that the signal looks at"
            yield (*path, place), f"{message}; {instead(name, others, 'others')}"
