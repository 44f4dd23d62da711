"""What a scenario says of a lit venue's order protection (Rule 611)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from scenarios.latencies import PerVenue, everywhere
from scenarios.part import Part
from venues.protection_rules import LockAction, ThroughAction

_AS_WRITTEN = PlainSerializer(str)


class ProtectionReference(Part):
    """Where a venue sees the others' protected quotes."""

    feed: Literal["sip", "direct"] = Field("direct", description="The SIP, or the venues' own feeds.", examples=["sip"])
    latency: PerVenue = Field(
        everywhere("100us"), description="From the feed's source to the venue.", examples=["100us"]
    )


class Protection(Part):
    """The venue trades through nobody's protected quote that it sees; `{}` takes the defaults."""

    action: Annotated[ThroughAction, _AS_WRITTEN] = Field(
        ThroughAction.ROUTE_OUT,
        description="An order that would trade through: cancel what is left, reprice it, or route it out.",
    )
    locks: Annotated[LockAction, _AS_WRITTEN] = Field(
        LockAction.REPRICE,
        description="An order that would be displayed and lock or cross: reject, reprice, or route it out.",
    )
    reference: ProtectionReference = Field(
        ProtectionReference.model_construct(feed="direct", latency=everywhere("100us")),
        description="Where it sees the others' quotes.",
        examples=["{feed: direct, latency: 100us}"],
    )
    link: PerVenue | None = Field(
        None,
        description="One way from the venue to the others, and back, for what it routes out; none: 100us.",
        examples=["100us"],
    )

    @property
    def way_out(self) -> PerVenue:
        """The link, or what stands for it."""
        return everywhere("100us") if self.link is None else self.link

    @property
    def routes(self) -> bool:
        """Does anything leave the venue?"""
        return ThroughAction.ROUTE_OUT in (self.action, str(self.locks))
