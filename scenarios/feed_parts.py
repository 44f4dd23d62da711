"""The feeds in a scenario besides the venues' own: SIPs, one for all tapes or one per tape, and the retail feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field, PlainSerializer, field_validator, model_validator

from scenarios.fields import PositiveDuration
from scenarios.geography_parts import Located
from scenarios.latencies import LatencySpec, PerVenue, constant, everywhere
from scenarios.part import Part
from scenarios.problems import TreePath
from scenarios.quantities import parse_duration
from venues.round_lots import OddLots

Tape = Literal["A", "B", "C"]
"""Which SIP reports a stock: A those that the NYSE lists, C those that Nasdaq lists, B all others."""


class SipFeed(Located):
    """The consolidated feed: hears the venues' best quotes over links, publishes the best of all."""

    wired: ClassVar[tuple[str, ...]] = ("latency",)

    latency: PerVenue = Field(everywhere("150us"), description="From a venue to the SIP.", examples=["150us"])
    processing: LatencySpec = Field(
        constant("20us"), description="Time the SIP takes for one update.", examples=["20us"]
    )
    odd_lots: Annotated[OddLots, PlainSerializer(str)] = Field(
        OddLots.SKIPPED, description="A venue's best level of less than a round lot: skipped, aggregated, or shown."
    )


class RetailFeed(Located):
    """Snapshots of the national best for those who pay for no more: at most one an interval."""

    wired: ClassVar[tuple[str, ...]] = ("latency",)

    feed: Literal["sip", "direct"] = Field(
        "sip", description="What it is made from: the SIP, or the venues' own feeds.", examples=["sip"]
    )
    interval: PositiveDuration = Field(
        parse_duration("250ms"), description="From one snapshot to the next.", examples=["250ms"]
    )
    latency: PerVenue = Field(
        everywhere("1ms"),
        description="From the SIP or a venue to whoever makes the snapshots.",
        examples=["1ms"],
    )


class Sips(NamedTuple):
    """The SIPs of a scenario.

    Attributes:
        by_path: each with its place in the scenario.
        path: the place of the one that carries the instrument; None: nobody does.
    """

    by_path: Mapping[TreePath, SipFeed]
    path: TreePath | None

    @property
    def carrying(self) -> SipFeed | None:
        """The SIP that carries the instrument."""
        return None if self.path is None else self.by_path[self.path]


NO_SIPS = Sips({}, None)


class Feeds(Part):
    """Feeds besides the venues' own."""

    sip: SipFeed | None = Field(
        None, description="One SIP for all tapes; `{}` takes the defaults.", examples=["{processing: 20us}"]
    )
    sips: dict[Tape, SipFeed] | None = Field(
        None, description="One SIP per tape, instead of `sip`.", examples=["{A: {site: mahwah}, C: {site: carteret}}"]
    )
    retail: RetailFeed | None = Field(
        None, description="The retail feed; `{}` takes the defaults.", examples=["{feed: sip, interval: 250ms}"]
    )

    @field_validator("sip", "retail", mode="before")
    @classmethod
    def _empty_is_default(cls, value: Any) -> Any:
        return {} if value is None else value

    @field_validator("sips", mode="before")
    @classmethod
    def _empty_ones_are_defaults(cls, value: Any) -> Any:
        if value is not None and not isinstance(value, dict):
            return value
        if not value:
            raise ValueError("names no tape; write for example {A: {site: mahwah}, C: {site: carteret}}")
        return {tape: {} if sip is None else sip for tape, sip in value.items()}

    @model_validator(mode="after")
    def _one_way_of_saying_it(self) -> Feeds:
        if self.sip is not None and self.sips is not None:
            raise ValueError("`sip` is for all tapes, `sips` has one for each; write one of the two")
        return self

    def for_tape(self, tape: Tape) -> Sips:
        """The SIPs, and which of them carries this tape."""
        if self.sip is not None:
            path: TreePath = ("feeds", "sip")
            return Sips({path: self.sip}, path)
        by_path: dict[TreePath, SipFeed] = {("feeds", "sips", name): sip for name, sip in (self.sips or {}).items()}
        own = ("feeds", "sips", tape)
        return Sips(by_path, own if own in by_path else None)


NO_FEEDS = Feeds.model_construct(sip=None, sips=None, retail=None)
