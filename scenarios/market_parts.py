"""The market in a scenario: instrument, fundamental value, venues."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scenarios.dark_parts import DarkPolicies
from scenarios.fee_parts import Fees, with_its_line
from scenarios.feed_parts import Tape
from scenarios.fields import (
    DURATION_JSON,
    Dollars,
    Duration,
    EventRate,
    Name,
    OwnKind,
    PositiveDollars,
    PositiveDuration,
    Shares,
    Text,
    VenueName,
    free_value,
)
from scenarios.gateway_parts import Gateway
from scenarios.latencies import WIRE, LatencySpec, LinkLatency, PerVenue, constant, everywhere
from scenarios.part import Part
from scenarios.policy_parts import Phases, VenuePolicies
from scenarios.protection_parts import Protection
from scenarios.quantities import format_duration, parse_duration, parse_price, parse_rate
from scenarios.signal_parts import Signal
from venues.internaliser_terms import InternaliserTerms, Unwanted


class Instrument(Part):
    """What is traded."""

    symbol: Text = Field(description="The ticker.", examples=["XYZ"])
    tick: PositiveDollars = Field(parse_price("0.01"), description="Price step, $.", examples=["0.01"])
    lot: Shares = Field(100, description="Round lot, shares.", examples=[100])
    price: PositiveDollars = Field(description="Opening price, $; a multiple of the tick.", examples=["100.00"])
    average_spread: PositiveDollars | None = Field(
        None, description="Average quoted spread of a past quarter, $: a `regime` sets ticks by it.", examples=["0.012"]
    )
    tape: Tape | None = Field(
        None,
        description="The tape that its SIP is of; none: A for a symbol of up to three letters, else C.",
        examples=["C"],
    )

    @property
    def carried_on(self) -> Tape:
        """Its tape. Where none is named, the old custom of the exchanges decides: short symbols are the NYSE's.

        >>> Instrument.model_construct(symbol="IBM", tape=None).carried_on
        'A'
        """
        return self.tape or ("A" if len(self.symbol) <= 3 else "C")


# -- the fundamental value --------------------------------------------------------------------------


class ValueSource(Part):
    """The value has a place: where the news come from."""

    site: Text | None = Field(None, description="Where news of it come from.", examples=["aurora"])


class ConstantValue(ValueSource):
    """The value stays at the opening price."""

    kind: Literal["constant"]


class JumpValue(ValueSource):
    """The value jumps at the times of a Poisson process, up or down with equal chance."""

    kind: Literal["jump"]
    rate: EventRate = Field(description="How often it jumps.", examples=["1/s"])
    size: PositiveDollars = Field(description="Mean of the random part of a jump, $; see `sizes`.", examples=["0.02"])
    sizes: Literal["exponential", "uniform", "fixed"] = Field(
        "exponential",
        description="How that part is distributed: exponential; uniform from 0 to twice the mean; always the mean.",
    )
    min_size: Dollars = Field(0, description="Added to every jump, $: none is smaller.", examples=["0.01"])


class MeanRevertingValue(ValueSource):
    """The value takes normal steps and is drawn back to the opening price (Ornstein-Uhlenbeck)."""

    kind: Literal["mean_reverting"]
    step: PositiveDuration = Field(
        parse_duration("10ms"), description="Time between two changes of the value.", examples=["10ms"]
    )
    volatility: Dollars = Field(
        description="Standard deviation after one second without reversion, $.", examples=["0.02"]
    )
    reversion: EventRate = Field(
        parse_rate("0.1/s"),
        description="Share of the distance to the opening price that goes per unit of time.",
        examples=["0.1/s"],
    )


Fundamental = Annotated[ConstantValue | JumpValue | MeanRevertingValue, Field(discriminator="kind")]

# -- venues -----------------------------------------------------------------------------------------


class Reference(Part):
    """Where a venue gets the national best from: a dark pool for its midpoint, a lit venue for its pegs."""

    feed: Literal["sip", "direct"] = Field("sip", description="The SIP, or the venues' own feeds.", examples=["sip"])
    latency: PerVenue = Field(
        everywhere("100us"), description="From the feed's source to the venue.", examples=["100us"]
    )


class Venue(Part):
    """What every venue has."""

    name: Name = Field(description="The venue's name.", examples=["NASDAQ"])
    site: Text | None = Field(None, description="Where its matching engine stands.", examples=["mahwah"])

    @model_validator(mode="before")
    @classmethod
    def _fees_have_a_line(cls, value: Any) -> Any:
        return with_its_line(value)

    @model_validator(mode="before")
    @classmethod
    def _reference_is_wired(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("site") is None or "reference" not in cls.model_fields:
            return value
        reference = value.get("reference", {} if issubclass(cls, DarkVenue) else None)
        return {**value, "reference": {"latency": WIRE, **reference}} if isinstance(reference, dict) else value


def _with_wired_protection(venue: dict[str, Any]) -> dict[str, Any]:
    """A venue at a site sees and reaches the others over wires, unless its protection states latencies."""
    protection = venue.get("protection")
    if not isinstance(protection, dict):
        return venue
    reference: Any = protection.get("reference", {})
    seen = {"latency": WIRE, **reference} if isinstance(reference, dict) else reference
    routes = "route_out" in (protection.get("action", "route_out"), protection.get("locks"))
    ways = {"link": WIRE} if routes else {}
    return {**venue, "protection": {**ways, **protection, "reference": seen}}


class SpeedBump(Part):
    """A delay that a venue adds; one duration means every inbound message."""

    delay: Duration = Field(description="How long.", examples=["350us"])
    applies: Literal["inbound", "symmetric", "takers"] = Field(
        "inbound",
        description="inbound: every message to the venue; symmetric: also reports and the direct feed, not the SIP; "
        "takers: only orders that would take, so cancels and orders that add go by.",
    )

    @model_validator(mode="before")
    @classmethod
    def _duration_is_inbound(cls, value: Any) -> Any:
        return value if isinstance(value, (dict, Part)) else {"delay": value}

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> Any:
        return format_duration(self.delay) if self.applies == "inbound" else write(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Also the bare duration."""
        return {"anyOf": [DURATION_JSON, handler(schema)]}

    def __str__(self) -> str:
        whom = {"inbound": "", "symmetric": ", in and out", "takers": ", takers only"}[self.applies]
        return f"{format_duration(self.delay)} speed bump{whom}"


GATEWAY_SAYS = "Ports that messages go through before the matching engine, with rate limits and queues; none: no ports."
GATEWAY_EXAMPLE = "{service: 2us, ports: 4, rate_limit: 1000/s, burst: 50}"


class LitVenue(Venue):
    """A venue with a displayed book in price-time priority."""

    kind: Literal["lit"]
    fees: Fees = Field(
        Fees.model_construct(maker=0, taker=0),
        description="Fees, $/share.",
        examples=["{maker: -0.0020, taker: 0.0030}"],
    )
    service: LatencySpec = Field(
        constant("500ns"), description="Time the matching engine takes for one message.", examples=["500ns"]
    )
    speed_bump: SpeedBump = Field(
        SpeedBump.model_construct(delay=0, applies="inbound"),
        description="Delay that the venue adds, of every inbound message unless it says of which.",
        examples=["350us"],
    )
    gateway: Gateway | None = Field(None, description=GATEWAY_SAYS, examples=[GATEWAY_EXAMPLE])
    policies: VenuePolicies | None = Field(
        None, description="How it matches, where venues differ; none: the defaults.", examples=["{post_only: slide}"]
    )
    reference: Reference | None = Field(
        None, description="Where pegs that follow the national best get it from.", examples=["{feed: sip}"]
    )
    crumbling_quote: Signal | None = Field(
        None, description="Keeps discretionary pegs where they are while their quote is about to go.", examples=["{}"]
    )
    protection: Protection | None = Field(
        None, description="Order protection (Rule 611); none: it trades whatever others quote.", examples=["{}"]
    )

    @model_validator(mode="before")
    @classmethod
    def _protection_is_wired(cls, value: Any) -> Any:
        return _with_wired_protection(value) if isinstance(value, dict) and value.get("site") is not None else value

    phases: Phases = Field(
        (),
        description="Phases of its session by time; none: continuous from the start, closed at the end.",
        examples=["[{at: 0s, state: pre_open}, {at: 1s, state: continuous}]"],
    )


class DarkVenue(Venue):
    """A venue that shows nothing and leans on the national best as it sees it."""

    kind: str
    fees: Fees = Field(
        Fees.model_construct(maker=0, taker=0), description="Fees, $/share.", examples=["{maker: 0, taker: 0}"]
    )
    service: LatencySpec = Field(
        constant("500ns"), description="Time the matching engine takes for one message.", examples=["500ns"]
    )
    gateway: Gateway | None = Field(None, description=GATEWAY_SAYS, examples=[GATEWAY_EXAMPLE])
    reference: Reference = Field(
        Reference.model_construct(feed="sip", latency=everywhere("100us")),
        description="Where its midpoint comes from.",
        examples=["{feed: sip, latency: 100us}"],
    )


class MidpointPool(DarkVenue):
    """A pool without display that crosses at the midpoint it sees."""

    kind: Literal["dark"]
    min_qty: Shares = Field(1, description="Smallest order, shares; a block pool has a large one.", examples=[100])
    policies: DarkPolicies | None = Field(
        None,
        description="How it decides, where pools differ; none: the defaults.",
        examples=["{priority: size, conditionals: allowed}"],
    )


class RouteOut(Part):
    """Where an internaliser sends what it does not want."""

    venue: VenueName = Field(description="A lit venue.", examples=["NASDAQ"])
    round_trip: LinkLatency = Field(
        constant("400us"), description="There and back; a venue at a site has a wire.", examples=["400us"]
    )


class InternaliserVenue(DarkVenue):
    """A wholesaler that fills marketable orders from its own account, a little better than the national best."""

    kind: Literal["internaliser"]
    improvement: Dollars = Field(
        description="How much better than the national best a share is filled, $; at most to the midpoint.",
        examples=["0.0010"],
    )
    max_qty: Shares = Field(5_000, description="Largest order it fills, shares.", examples=[5000])
    position_limit: Shares | None = Field(
        None, description="Shares it holds at most, either way; none: any number.", examples=[50000]
    )
    unwanted: Annotated[Unwanted, PlainSerializer(str)] = Field(
        Unwanted.REFUSE, description="What becomes of marketable orders that it does not want."
    )
    route: RouteOut | None = Field(
        None, description="Where unwanted orders go, with `unwanted: route_out`.", examples=["{venue: NASDAQ}"]
    )

    @model_validator(mode="before")
    @classmethod
    def _route_is_wired(cls, value: Any) -> Any:
        route = value.get("route") if isinstance(value, dict) and value.get("site") is not None else None
        return {**value, "route": {"round_trip": WIRE, **route}} if isinstance(route, dict) else value

    def terms(self) -> InternaliserTerms:
        """As the venue takes them."""
        return InternaliserTerms(
            improvement=self.improvement,
            max_qty=self.max_qty,
            position_limit=self.position_limit,
            unwanted=self.unwanted,
        )


class CustomVenue(Venue):
    """A venue of your own, `kind: "my_venue.py:MyVenue"`; keys besides these go to your class."""

    model_config = ConfigDict(extra="allow")

    kind: OwnKind = Field(description='"file.py:Class" or "package.module:Class".', examples=['"my_venue.py:MyVenue"'])
    fees: Fees = Field(
        Fees.model_construct(maker=0, taker=0), description="Fees, $/share.", examples=["{maker: 0, taker: 0}"]
    )
    service: LatencySpec = Field(
        constant("500ns"), description="Time the matching engine takes for one message.", examples=["500ns"]
    )

    def parameters(self) -> dict[str, Any]:
        """The keys of its own, as plain values."""
        return {key: free_value(value) for key, value in (self.model_extra or {}).items()}


def _venue_tag(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return "custom" if isinstance(kind, str) and ":" in kind else None if kind is None else str(kind)


AnyVenue = Annotated[
    Annotated[LitVenue, Tag("lit")]
    | Annotated[MidpointPool, Tag("dark")]
    | Annotated[InternaliserVenue, Tag("internaliser")]
    | Annotated[CustomVenue, Tag("custom")],
    Discriminator(_venue_tag),
]
