"""Sites and media in a scenario, and what stands at a site.

A link's latency is either stated or ``wire``: what the distance between its two ends takes over a medium. Whoever has a
``site`` and states no latency gets wires. What the wires come to is worked out by `scenarios.placing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scenarios.fields import Duration, Number, PositiveDuration, Text
from scenarios.geography import FIBRE, LIGHT_PER_KM, MEDIA, MICROWAVE, Medium, Site
from scenarios.latencies import WIRE, SimpleLatency
from scenarios.part import Part
from scenarios.quantities import QuantityError, format_duration, parse_number, show


def _degrees(value: object, most: int, name: str) -> float:
    degrees = parse_number(value)
    if not -most <= degrees <= most:
        raise QuantityError(f"{show(value)} is no {name}; write degrees from -{most} to {most}")
    return degrees


Latitude = Annotated[Number, BeforeValidator(lambda value: _degrees(value, 90, "latitude"))]
Longitude = Annotated[Number, BeforeValidator(lambda value: _degrees(value, 180, "longitude"))]


class SitePart(Part):
    """A place of your own, in decimal degrees."""

    latitude: Latitude = Field(description="Degrees, north is positive.", examples=[41.0785])
    longitude: Longitude = Field(description="Degrees, east is positive.", examples=[-74.1550])

    @model_validator(mode="before")
    @classmethod
    def _has_coordinates(cls, value: Any) -> Any:
        if value is None or isinstance(value, str):
            raise QuantityError("a site needs coordinates; write for example {latitude: 41.0785, longitude: -74.1550}")
        return value

    @property
    def site(self) -> Site:
        """The place."""
        return Site(self.latitude, self.longitude)


class Outage(Part):
    """A time in which a medium carries nothing, such as rain on a microwave path."""

    at: Duration = Field(description="When it begins.", examples=["10s"])
    length: PositiveDuration = Field(description="How long it lasts.", examples=["5s"])


def _not_faster_than_light(value: int) -> int:
    if value < LIGHT_PER_KM:
        raise QuantityError(
            f"{format_duration(value)} a kilometre is faster than light, which needs 3.336us; "
            "write for example 3.34us (air) or 4.9us (fibre)"
        )
    return value


def _no_short_cut(value: float) -> float:
    if value < 1:
        raise QuantityError(f"{value:g} is shorter than the straight line; write 1 or more, such as 1.3")
    return value


class MediumPart(Part):
    """What carries messages between sites; of a built-in medium, what is not written stays as it is."""

    per_km: Annotated[PositiveDuration, AfterValidator(_not_faster_than_light)] = Field(
        description="Time for a kilometre of the route.", examples=["4.9us"]
    )
    route_factor: Annotated[Number, AfterValidator(_no_short_cut)] = Field(
        1.0, description="Length of the route over the straight line.", examples=[1.3]
    )
    overhead: Duration = Field(0, description="Added on every link: cables, switches, radios.", examples=["1us"])
    jitter: SimpleLatency | None = Field(
        None, description="Added to every message, drawn.", examples=["{kind: gamma, mean: 1us, shape: 2}"]
    )
    outages: tuple[Outage, ...] = Field((), description="When it is down.", examples=["[{at: 10s, length: 5s}]"])
    fallback: Text = Field(
        "wait",
        description="The medium that carries messages meanwhile; wait: they are sent when it is over.",
        examples=["fibre"],
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A built-in medium has its time for a kilometre already."""
        reference = super().__get_pydantic_json_schema__(schema, handler)
        handler.resolve_ref_schema(reference)["required"] = []
        return reference

    @property
    def medium(self) -> Medium:
        """Without its weather."""
        return Medium(self.per_km, self.route_factor, self.overhead)


def _written(name: str, medium: Medium) -> dict[str, Any]:
    return {
        "per_km": format_duration(medium.per_km),
        "route_factor": medium.route_factor,
        "overhead": format_duration(medium.overhead),
        "fallback": FIBRE if name == MICROWAVE else "wait",
    }


BUILT_IN: Final[Mapping[str, MediumPart]] = {
    name: MediumPart.model_validate(_written(name, medium)) for name, medium in MEDIA.items()
}
"""The media that need not be written; microwave gives way to fibre when it rains."""


def completed(media: Any) -> Any:
    """Media as written, the built-in ones with what was not written."""
    if not isinstance(media, Mapping):
        return media
    return {
        name: {**_written(name, MEDIA[name]), **medium} if name in MEDIA and isinstance(medium, Mapping) else medium
        for name, medium in media.items()
    }


class OnMedium(Part):
    """What sends and hears over wires."""

    medium: Text | None = Field(
        None, description="The medium of its wires: fibre, unless given.", examples=["microwave"]
    )


def _for_all_venues(latency: Any) -> Any:
    """Latencies of some venues, and wires to the others."""
    if not isinstance(latency, dict) or latency.keys() & {"kind", "base", "default"}:
        return latency
    return {**latency, "default": WIRE}


class Located(OnMedium):
    """What stands at a site: its latencies that are not stated are wires."""

    wired: ClassVar[tuple[str, ...]] = ()
    """Keys that become wires."""

    site: Text | None = Field(None, description="Where it stands.", examples=["secaucus"])

    @model_validator(mode="before")
    @classmethod
    def _connected(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("site") is None:
            return value
        stated = {key: _for_all_venues(value[key]) for key in cls.wired if key in value}
        return {**dict.fromkeys(cls.wired, WIRE), **value, **stated}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What can be a wire may be missing: an editor cannot tell whether there is a site."""
        reference = super().__get_pydantic_json_schema__(schema, handler)
        described = handler.resolve_ref_schema(reference)
        described["required"] = [key for key in described.get("required", ()) if key not in cls.wired]
        return reference
