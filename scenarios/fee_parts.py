"""What a scenario says of a venue's fees: numbers, volume tiers, or a line of a dated sheet."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scenarios.fee_sheets import FEE_SHEETS
from scenarios.fields import Fee, Shares, Text
from scenarios.part import Part
from scenarios.problems import instead
from scenarios.quantities import format_fee, show
from venues.fees import FeeSchedule
from venues.fees import FeeTier as Tier


class FeeTier(Part):
    """Fees of those who have traded so many shares at the venue in the run."""

    shares: Shares = Field(description="From so many shares on.", examples=[10000])
    maker: Fee = Field(description="For resting shares that trade, $/share.", examples=["-0.0025"])
    taker: Fee = Field(description="For shares that take, $/share.", examples=["0.0029"])


def _rising(tiers: tuple[FeeTier, ...]) -> tuple[FeeTier, ...]:
    for before, after in pairwise(tiers):
        if after.shares <= before.shares:
            raise ValueError(f"the tier from {after.shares} shares comes after that from {before.shares}; sort them")
    return tiers


class Fees(Part):
    """What a venue charges, $/share: paid is positive, a rebate negative; an inverted venue has a negative taker."""

    maker: Fee = Field(0, description="For resting shares that trade, $/share.", examples=["-0.0020"])
    taker: Fee = Field(0, description="For shares that take, $/share.", examples=["0.0030"])
    routed: Fee | None = Field(
        None, description="For shares filled at another venue, $/share; none: as for taking.", examples=["0.0030"]
    )
    tiers: Annotated[tuple[FeeTier, ...], AfterValidator(_rising)] | None = Field(
        None,
        description="Other fees from a volume on, by shares traded here in the run.",
        examples=["[{shares: 10000, maker: -0.0025, taker: 0.0029}]"],
    )
    sheet: Text | None = Field(None, description="A fee sheet that maker and taker come from.", examples=["seed"])
    line: Text | None = Field(None, description="Its line; none: the venue's name.", examples=["NASDAQ"])

    @model_validator(mode="before")
    @classmethod
    def _looked_up(cls, value: Any) -> Any:
        """The numbers in place of the sheet and the line they stand on."""
        if not isinstance(value, dict) or (value.get("sheet") is None and value.get("line") is None):
            return value
        numbers = _line_of(value.get("sheet"), value.get("line"))
        own = {key: given for key, given in value.items() if key not in ("sheet", "line")}
        stated = [key for key in ("maker", "taker") if key in own]
        if stated:
            raise ValueError(f"`{stated[0]}` stands beside a sheet that says it too; write one of them")
        return {**own, **numbers}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With the sheets there are."""
        reference = super().__get_pydantic_json_schema__(schema, handler)
        handler.resolve_ref_schema(reference)["properties"]["sheet"]["enum"] = list(FEE_SHEETS)
        return reference

    def schedule(self) -> FeeSchedule:
        """As the venue takes it."""
        tiers = tuple(Tier(tier.shares, tier.maker, tier.taker) for tier in self.tiers or ())
        return FeeSchedule(self.maker, self.taker, self.routed, tiers)


def _line_of(sheet: Any, line: Any) -> dict[str, Any]:
    if sheet is None:
        raise ValueError(f"a `line` is of a sheet; write for example `sheet: seed` beside {show(line)}")
    if str(sheet) not in FEE_SHEETS:
        raise ValueError(f"{show(sheet)} is no fee sheet; {instead(str(sheet), list(FEE_SHEETS), 'sheets')}")
    lines = FEE_SHEETS[str(sheet)].lines
    if line is None or str(line) not in lines:
        known = instead(str(line), list(lines), "lines")
        raise ValueError(f"the sheet {sheet} has no line {show(line)}; write a `line` that it has: {known}")
    maker, taker = lines[str(line)]
    return {"maker": format_fee(maker), "taker": format_fee(taker)}


def with_its_line(venue: Any) -> Any:
    """A venue as written, whose fees name a sheet alone: the line is its name."""
    fees = venue.get("fees") if isinstance(venue, dict) else None
    if not isinstance(fees, dict) or fees.get("sheet") is None or fees.get("line") is not None:
        return venue
    return {**venue, "fees": {**fees, "line": venue.get("name")}}
