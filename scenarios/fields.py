"""Field types of a scenario: what may be written, what is held, how it is written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    StrictStr,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)

from scenarios.problems import instead
from scenarios.quantities import (
    QuantityError,
    Rate,
    format_duration,
    format_fee,
    format_price,
    parse_count,
    parse_duration,
    parse_fee,
    parse_number,
    parse_positive_count,
    parse_positive_duration,
    parse_positive_number,
    parse_positive_price,
    parse_price,
    parse_rate,
    parse_shares,
    parse_signed_price,
    show,
)

DURATION_JSON = {
    "type": "string",
    "pattern": r"^\s*\+?[0-9.]+\s*(ns|us|ms|s|min|h)\s*$",
    "examples": ["350us", "60s"],
}
_DOLLARS = {
    "type": ["number", "string"],
    "pattern": r"^\s*[-+]?\s*\$?\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*$",
    "examples": [0.01, "$100.00"],
}
_RATE = {"type": "string", "pattern": r"^\s*\+?[0-9.]+\s*/\s*(ns|us|ms|s|min|h)\s*$", "examples": ["1.5/s", "20/min"]}
_NUMBER = {"type": "number"}


def _whole(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}


Duration = Annotated[
    int, BeforeValidator(parse_duration), PlainSerializer(format_duration), WithJsonSchema(DURATION_JSON)
]
"""Nanoseconds, zero or more."""

PositiveDuration = Annotated[
    int, BeforeValidator(parse_positive_duration), PlainSerializer(format_duration), WithJsonSchema(DURATION_JSON)
]
"""Nanoseconds, above zero."""

Dollars = Annotated[int, BeforeValidator(parse_price), PlainSerializer(format_price), WithJsonSchema(_DOLLARS)]
"""Price units ($0.0001), zero or more."""

PositiveDollars = Annotated[
    int, BeforeValidator(parse_positive_price), PlainSerializer(format_price), WithJsonSchema(_DOLLARS)
]
"""Price units ($0.0001), above zero."""

SignedDollars = Annotated[
    int, BeforeValidator(parse_signed_price), PlainSerializer(format_price), WithJsonSchema(_DOLLARS)
]
"""Price units ($0.0001) of either sign."""

Fee = Annotated[int, BeforeValidator(parse_fee), PlainSerializer(format_fee), WithJsonSchema(_DOLLARS)]
"""Millionths of a dollar per share; paid is positive."""

EventRate = Annotated[Rate, PlainValidator(parse_rate), PlainSerializer(str), WithJsonSchema(_RATE)]
"""Events per unit of time."""

Shares = Annotated[int, BeforeValidator(parse_shares), WithJsonSchema(_whole(1))]
Count = Annotated[int, BeforeValidator(parse_count), WithJsonSchema(_whole(0))]
PositiveCount = Annotated[int, BeforeValidator(parse_positive_count), WithJsonSchema(_whole(1))]
Number = Annotated[float, BeforeValidator(parse_number), WithJsonSchema(_NUMBER)]
PositiveNumber = Annotated[float, BeforeValidator(parse_positive_number), WithJsonSchema(_NUMBER)]
OwnKind = Annotated[StrictStr, WithJsonSchema({"type": "string", "pattern": ":"})]
"""A class of the user's own: "file.py:Class" or "package.module:Class"."""

Switch = StrictBool
Text = StrictStr


class SizeRange(NamedTuple):
    """Order sizes from ``lo`` to ``hi`` shares, both included."""

    lo: int
    hi: int


def parse_sizes(value: object) -> SizeRange:
    """A range of sizes; one number is a range of one size.

    >>> parse_sizes([100, 500])
    SizeRange(lo=100, hi=500)
    """
    if not isinstance(value, (list, tuple)):
        return SizeRange(parse_shares(value), parse_shares(value))
    if len(value) != 2:
        raise QuantityError(f"{show(value)} is not a range of sizes; write [smallest, largest], such as [100, 500]")
    lo, hi = map(parse_shares, value)
    if lo > hi:
        raise QuantityError(f"{show(value)} begins above its end; write [{hi}, {lo}]")
    return SizeRange(lo, hi)


Sizes = Annotated[
    SizeRange,
    PlainValidator(parse_sizes),
    PlainSerializer(list),
    WithJsonSchema({"oneOf": [_whole(1), {"type": "array", "items": _whole(1), "minItems": 2, "maxItems": 2}]}),
]
"""Shares, [smallest, largest]."""

# -- names ------------------------------------------------------------------------------------------

RESERVED_NAMES = ("all", "default", "kind", "base", "venues", "none", "market")
"""Words that mean something else where a name can stand."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a reference in a scenario may point at, gathered before it is validated.

    Attributes:
        venues: name -> kind, as written.
        strategies: the named variants, as written.
        folder: where relative files are looked for; None: nowhere.
    """

    venues: Mapping[str, str] = field(default_factory=dict)
    strategies: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None


def known(info: ValidationInfo) -> Known | None:
    """What the references are checked against; None where a part is validated on its own."""
    return info.context if isinstance(info.context, Known) else None


def _plain_name(value: str) -> str:
    if value in RESERVED_NAMES:
        raise ValueError(f"{value!r} has a meaning of its own and cannot be a name; write another")
    if not value.isascii() or not value.replace("_", "").replace("-", "").isalnum() or value.isdigit():
        raise ValueError(f"{value!r} cannot be a name; write letters, digits, - and _ only, with a letter in it")
    return value


def _existing_venue(value: str, info: ValidationInfo) -> str:
    names = known(info)
    if names is not None and names.venues and value not in names.venues:
        raise ValueError(f"no venue is named {value!r}; {instead(value, list(names.venues), 'venues')}")
    return value


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("an empty list is nowhere; name venues, or write `all`")
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands here more than once; write each venue once")
    return values


def _one_in_a_list(value: object) -> object:
    return [value] if isinstance(value, str) and value != "all" else value


def _all_or_list(value: object) -> str:
    return "all" if value == "all" else "list"


Name = Annotated[StrictStr, AfterValidator(_plain_name)]
"""A name of letters, digits, - and _."""

VenueName = Annotated[StrictStr, AfterValidator(_existing_venue)]
"""The name of one of the scenario's venues."""

VenueSet = Annotated[
    Annotated[Literal["all"], Tag("all")]
    | Annotated[tuple[VenueName, ...], AfterValidator(_each_once), PlainSerializer(list), Tag("list")],
    Discriminator(_all_or_list),
    BeforeValidator(_one_in_a_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
"""``all`` (of those that suit the agent), or a list of venue names."""


def free_value(value: Any) -> Any:
    """A value of a user's own key as plain Python: exact decimals become floats."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: free_value(item) for key, item in value.items()}
    return [free_value(item) for item in value] if isinstance(value, (list, tuple)) else value
