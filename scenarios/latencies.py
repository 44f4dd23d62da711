"""Latencies in a scenario: a text such as ``350us``, or a mapping that names a distribution."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scenarios.fields import DURATION_JSON, Duration, PositiveDuration, PositiveNumber, Text, VenueName
from scenarios.part import Part
from scenarios.quantities import QuantityError, format_duration, parse_duration

WIRE: Final = "wire"
"""A latency that follows from where a link's two ends are."""


class ConstantLatency(Part):
    """The same every time."""

    kind: Literal["constant"] = "constant"
    value: Duration = Field(description="The latency.", examples=["350us"])

    @model_serializer(mode="wrap")
    def _written(self, _: SerializerFunctionWrapHandler) -> str:
        return format_duration(self.value)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Also the bare duration."""
        return {"anyOf": [DURATION_JSON, handler(schema)]}

    def halved(self) -> ConstantLatency:
        """One of the two equal ways of a round trip."""
        return self.model_copy(update={"value": self.value // 2})

    def __str__(self) -> str:
        return format_duration(self.value)


class NormalLatency(Part):
    """Normally distributed, cut off below."""

    kind: Literal["normal"]
    mean: Duration = Field(description="Mean.", examples=["2ms"])
    sd: Duration = Field(description="Standard deviation.", examples=["100us"])
    floor: Duration = Field(1, description="A smaller draw becomes this.", examples=["10us"])

    def halved(self) -> NormalLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"mean": self.mean // 2, "sd": self.sd // 2, "floor": max(1, self.floor // 2)})

    def __str__(self) -> str:
        return f"normal {format_duration(self.mean)} +- {format_duration(self.sd)}"


class LognormalLatency(Part):
    """Lognormally distributed: a long tail to the right."""

    kind: Literal["lognormal"]
    median: PositiveDuration = Field(description="Median.", examples=["2ms"])
    sigma: PositiveNumber = Field(description="Standard deviation of the logarithm.", examples=[0.3])
    floor: Duration = Field(1, description="A smaller draw becomes this.", examples=["10us"])

    def halved(self) -> LognormalLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"median": self.median // 2, "floor": max(1, self.floor // 2)})

    def __str__(self) -> str:
        return f"lognormal {format_duration(self.median)}, sigma {self.sigma:g}"


class GammaLatency(Part):
    """Gamma distributed, on top of an offset."""

    kind: Literal["gamma"]
    mean: PositiveDuration = Field(description="Mean of the random part.", examples=["20us"])
    shape: PositiveNumber = Field(description="Shape; 1 is exponential, larger is narrower.", examples=[4])
    offset: Duration = Field(0, description="Added to every draw.", examples=["100us"])

    def halved(self) -> GammaLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"mean": max(1, self.mean // 2), "offset": self.offset // 2})

    def __str__(self) -> str:
        offset = f"{format_duration(self.offset)} + " if self.offset else ""
        return f"{offset}gamma {format_duration(self.mean)}, shape {self.shape:g}"


class UniformLatency(Part):
    """Anything between two bounds, equally likely."""

    kind: Literal["uniform"]
    low: Duration = Field(description="Smallest.", examples=["100us"])
    high: Duration = Field(description="Largest.", examples=["200us"])

    @field_validator("high")
    @classmethod
    def _in_order(cls, high: int, info: ValidationInfo) -> int:
        low = info.data.get("low", 0)
        if high < low:
            raise QuantityError(
                f"{format_duration(high)} is below low, {format_duration(low)}; write the smaller one as low"
            )
        return high

    def halved(self) -> UniformLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"low": self.low // 2, "high": self.high // 2})

    def __str__(self) -> str:
        return f"uniform {format_duration(self.low)} to {format_duration(self.high)}"


class ExponentialLatency(Part):
    """Exponentially distributed, on top of an offset: the memoryless delay."""

    kind: Literal["exponential"]
    mean: PositiveDuration = Field(description="Mean of the random part.", examples=["20us"])
    offset: Duration = Field(0, description="Added to every draw.", examples=["100us"])

    def halved(self) -> ExponentialLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"mean": max(1, self.mean // 2), "offset": self.offset // 2})

    def __str__(self) -> str:
        offset = f"{format_duration(self.offset)} + " if self.offset else ""
        return f"{offset}exponential {format_duration(self.mean)}"


class EmpiricalLatency(Part):
    """One of the measured values, each as likely as the others."""

    kind: Literal["empirical"]
    values: Annotated[tuple[Duration, ...], Field(min_length=1)] = Field(
        description="The measured latencies.", examples=["[110us, 120us, 180us]"]
    )

    def halved(self) -> EmpiricalLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"values": tuple(value // 2 for value in self.values)})

    def __str__(self) -> str:
        return f"{len(self.values)} values, {format_duration(min(self.values))} to {format_duration(max(self.values))}"


def _tag(value: Any) -> str | None:
    if isinstance(value, Part):
        return getattr(value, "kind", None)
    if not isinstance(value, dict):
        return None
    kind = value.get("kind", "sum" if "base" in value else None)
    return kind if kind is None else str(kind)


def _text_is_constant(value: Any) -> Any:
    return value if isinstance(value, (dict, Part)) else {"kind": "constant", "value": value}


_Simple = (
    Annotated[ConstantLatency, Tag("constant")]
    | Annotated[NormalLatency, Tag("normal")]
    | Annotated[LognormalLatency, Tag("lognormal")]
    | Annotated[GammaLatency, Tag("gamma")]
    | Annotated[UniformLatency, Tag("uniform")]
    | Annotated[ExponentialLatency, Tag("exponential")]
    | Annotated[EmpiricalLatency, Tag("empirical")]
)
"""Latencies of one draw; every other list of kinds is these and more."""

SimpleLatency = Annotated[
    _Simple,
    Discriminator(_tag),
    BeforeValidator(_text_is_constant),
]


class SumLatency(Part):
    """A base and a jitter on top of it: two independent draws, added."""

    kind: Literal["sum"] = "sum"
    base: SimpleLatency = Field(description="The first part.", examples=["20us"])
    jitter: SimpleLatency = Field(description="The second part.", examples=["{kind: normal, mean: 1us, sd: 200ns}"])

    def halved(self) -> SumLatency:
        """One of the two equal ways of a round trip; each way is drawn on its own."""
        return self.model_copy(update={"base": self.base.halved(), "jitter": self.jitter.halved()})

    def __str__(self) -> str:
        return f"{self.base} + {self.jitter}"


class WireLatency(Part):
    """What the distance between a link's two ends takes; see `scenarios.placing`."""

    kind: Literal["wire"]
    medium: Text | None = Field(None, description="fibre, microwave, ...; its owner's, unless given.", examples=["air"])

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> Any:
        return WIRE if self.medium is None else write(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Also the bare word."""
        return {"anyOf": [{"const": WIRE}, handler(schema)]}

    def halved(self) -> WireLatency:
        """One of the two ways: a wire is as long there as back."""
        return self

    def __str__(self) -> str:
        return f"{self.medium or 'a'} wire"


class PlacedLatency(WireLatency):
    """A wire whose ends and medium are known: what a message takes, and meanwhile where the medium is down."""

    clear: SimpleLatency | SumLatency = Field(description="One way.")
    outages: tuple[tuple[int, int], ...] = Field((), description="(from, to), ns.")
    fallback: SimpleLatency | SumLatency | None = Field(None, description="Meanwhile; None: messages wait.")

    def __str__(self) -> str:
        if not self.outages:
            return str(self.clear)
        return f"{self.clear} ({'wait' if self.fallback is None else self.fallback} in outages)"


LatencySpec = Annotated[
    _Simple | Annotated[SumLatency, Tag("sum")],
    Discriminator(_tag),
    BeforeValidator(_text_is_constant),
]
"""``350us``, or ``{kind: normal, mean: 2ms, sd: 100us}`` and its like, or ``{base: 20us, jitter: {...}}``."""


def _text_is_wire_or_constant(value: Any) -> Any:
    return {"kind": WIRE} if isinstance(value, str) and value.strip() == WIRE else _text_is_constant(value)


LinkLatency = Annotated[
    _Simple | Annotated[SumLatency, Tag("sum")] | Annotated[WireLatency, Tag("wire")],
    Discriminator(_tag),
    BeforeValidator(_text_is_wire_or_constant),
]
"""A :data:`LatencySpec`, or what the distance takes: ``wire``, or ``{kind: wire, medium: microwave}``."""


class PerVenue(Part):
    """One latency for every venue, or a mapping from venue to latency, where ``default`` stands for the others."""

    default: LinkLatency | None = Field(None, description="For venues that are not named.", examples=["400us"])
    venues: dict[VenueName, LinkLatency] = Field(default_factory=dict, description="By venue.")

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, Part):
            return value
        if value is None:
            raise QuantityError("nothing is not a latency; write for example 350us")
        if not isinstance(value, dict) or "kind" in value or "base" in value:
            return {"default": value}
        venues = {key: item for key, item in value.items() if key != "default"}
        return {"venues": venues, **({"default": value["default"]} if "default" in value else {})}

    @model_serializer(mode="wrap")
    def _written(self, _: SerializerFunctionWrapHandler) -> Any:
        default = None if self.default is None else self.default.model_dump()
        if not self.venues:
            return default
        venues = {venue: latency.model_dump() for venue, latency in self.venues.items()}
        return venues if default is None else {"default": default, **venues}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """As it is written: one latency, or one for each venue."""
        reference = handler(schema)
        described = handler.resolve_ref_schema(reference)
        by_venue = described["properties"]["venues"]["additionalProperties"]
        described.clear()
        described["anyOf"] = [by_venue, {"type": "object", "additionalProperties": by_venue}]
        return reference

    def of(self, venue: str) -> LinkLatency:
        """The venue's latency.

        Raises:
            KeyError: neither the venue nor a default is given; loading a scenario has made sure that one is.
        """
        latency = self.venues.get(venue, self.default)
        if latency is None:
            raise KeyError(f"no latency for {venue} and no default")
        return latency

    def covers(self, venue: str) -> bool:
        """Whether there is a latency for the venue."""
        return venue in self.venues or self.default is not None

    def halved(self) -> PerVenue:
        """One of the two equal ways of round trips."""
        return PerVenue.model_construct(
            default=None if self.default is None else self.default.halved(),
            venues={venue: latency.halved() for venue, latency in self.venues.items()},
        )


def constant(text: str) -> ConstantLatency:
    """A constant latency from its text.

    >>> constant("350us").value
    350000
    """
    return ConstantLatency.model_construct(kind="constant", value=parse_duration(text))


def everywhere(text: str) -> PerVenue:
    """The same constant latency for every venue."""
    return PerVenue.model_construct(default=constant(text), venues={})
