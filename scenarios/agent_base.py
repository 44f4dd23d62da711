"""What all agents of a scenario have, and those that trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scenarios.fields import Name, Switch, VenueSet
from scenarios.part import Part

TradesOn = Literal["lit", "dark", "both"]


def default_name(kind: object) -> object:
    """An agent's name when it has none: its kind, or the class of one's own.

    >>> default_name("router"), default_name("my_agent.py:Whale")
    ('router', 'Whale')
    """
    return kind.rpartition(":")[2] if isinstance(kind, str) else kind


def suits(venue_kind: str, trades_on: TradesOn) -> bool:
    """Whether one who trades on this kind of venues can trade there; a venue of one's own suits everybody."""
    return trades_on == "both" or venue_kind not in ("lit", "dark") or venue_kind == trades_on


class Agent(Part):
    """What every agent has."""

    trades_on: ClassVar[TradesOn] = "both"
    """Which venues it can trade on; `venues: all` means all of these."""

    kind: str = Field(description="What it is.")
    name: Name = Field(description="The agent's name; its kind, unless given.", examples=["client"])
    enabled: Switch = Field(True, description="false leaves it out of the market.")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The name may be missing."""
        reference = super().__get_pydantic_json_schema__(schema, handler)
        handler.resolve_ref_schema(reference)["required"].remove("name")
        return reference

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, dict) and "name" not in value:
            return {**value, "name": default_name(value.get("kind"))}
        return value


class TradingAgent(Agent):
    """An agent with orders at venues."""

    venues: VenueSet = Field("all", description="Where it trades: all, or a list of venues.", examples=["[NYSE, BATS]"])

    def venues_among(self, kinds: Mapping[str, str]) -> tuple[str, ...]:
        """Its venues, in the order of ``kinds`` (venue -> kind); ``all`` means all that suit it."""
        if self.venues == "all":
            suited = (name for name, kind in kinds.items() if suits(kind, self.trades_on))
            return tuple(name for name in suited if kinds[name] != "internaliser" or self.trades_on == "both")
        return tuple(name for name in kinds if name in self.venues)
