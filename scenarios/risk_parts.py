"""Pre-trade risk in a scenario, and in a request to the API: `risk: {max_order_shares: 5000, ...}` of a router."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from agents.algos.algo import PARTS
from agents.risk.limits import Limits
from scenarios.fields import (
    Count,
    EventRate,
    PositiveCount,
    PositiveDuration,
    PositiveNumber,
    Shares,
    Text,
)
from scenarios.part import Part
from scenarios.quantities import NANOSECONDS, format_price, parse_duration, parse_positive_price

StateAction = Literal["accept", "hold", "reject"]


def _fraction(value: float) -> float:
    if round(value * PARTS) < 1:
        raise ValueError(f"{value:g} is too small; write a part such as 0.05 for 5 %")
    return value


PartOf = Annotated[PositiveNumber, AfterValidator(_fraction)]
"""Above 0; 0.05 is 5 %."""

Money = Annotated[
    int,
    BeforeValidator(parse_positive_price),
    PlainSerializer(format_price),
    WithJsonSchema({"type": ["number", "string"], "examples": [500000]}),
]
"""Price units ($0.0001) times shares, above zero; written in dollars."""


class FatFinger(Part):
    """How far beyond the best opposite quote a limit may be."""

    part: PartOf | None = Field(None, description="Part of that quote's price.", examples=[0.03])
    ticks: PositiveCount | None = Field(None, description="Ticks.", examples=[20])

    @model_validator(mode="after")
    def _says_something(self) -> FatFinger:
        if self.part is None and self.ticks is None:
            raise ValueError("is empty; write `part`, `ticks` or both")
        return self


class RecentVolume(Part):
    """Largest order beside what was traded lately."""

    part: PartOf = Field(description="Part of the shares printed in the window.", examples=[0.5])
    window: PositiveDuration = Field(parse_duration("10s"), description="How long it looks back.", examples=["10s"])
    free: Count = Field(0, description="Orders of up to so many shares always pass.", examples=[500])


class MessageRate(Part):
    """How many messages may leave."""

    rate: EventRate = Field(description="Messages in a time.", examples=["100/s"])
    burst: PositiveCount = Field(1, description="How many may leave at once.", examples=[20])

    @model_validator(mode="after")
    def _is_a_rate(self) -> MessageRate:
        if self.rate.per_second <= 0:
            raise ValueError(f"a rate of {self.rate} lets nothing pass; write one above zero")
        return self


class MarketStates(Part):
    """What becomes of an order for a venue that does not trade continuously."""

    halted: StateAction = Field("hold", description="The venue has said that trading is halted.")
    auction: StateAction = Field("hold", description="By its calendar it calls an auction; OPG and CLOSE orders pass.")
    closed: StateAction = Field("reject", description="By its calendar it is closed.")
    no_quote: StateAction = Field("hold", description="It shows neither a bid nor an offer.")
    recheck: PositiveDuration = Field(
        parse_duration("1ms"), description="After which a held order is asked about again.", examples=["1ms"]
    )


class RejectRate(Part):
    """How many refusals throw the kill switch."""

    count: PositiveCount = Field(description="Refusals, the desk's own and the venues'.", examples=[20])
    window: PositiveDuration = Field(parse_duration("1s"), description="Within this time.", examples=["1s"])


class KillSwitchPart(Part):
    """What throws the kill switch by itself."""

    loss: Money | None = Field(None, description="Mark-to-market loss, $.", examples=[1000])
    rejects: RejectRate | None = Field(None, description="A rate of refusals.", examples=["{count: 20, window: 1s}"])


class RiskPart(Part):
    """What an order must pass before it leaves; a key that is not there is a check that is off."""

    max_order_shares: Shares | None = Field(None, description="Largest order, shares.", examples=[5000])
    max_order_notional: Money | None = Field(None, description="Largest order, $.", examples=[500000])
    fat_finger: FatFinger | None = Field(
        None, description="How far beyond the best opposite quote a limit may be.", examples=["{part: 0.03, ticks: 20}"]
    )
    recent_volume: RecentVolume | None = Field(
        None,
        description="Largest order beside what was traded lately.",
        examples=["{part: 0.5, window: 10s}"],
    )
    price_collar: PartOf | None = Field(
        None, description="How far from the mid a limit may be on either side, part of it.", examples=[0.05]
    )
    max_position: Shares | None = Field(
        None,
        description="Largest position in a symbol, open orders of a side filled, shares.",
        examples=[20000],
    )
    max_symbol_notional: Money | None = Field(None, description="The same in $ at the mid.", examples=[2000000])
    max_gross_notional: Money | None = Field(None, description="The same over all symbols, $.", examples=[5000000])
    credit: Money | None = Field(
        None, description="Most money paid out less received, open buy orders counted, $.", examples=[1000000]
    )
    message_rate: MessageRate | None = Field(
        None, description="How many messages may leave; more wait.", examples=["{rate: 100/s, burst: 20}"]
    )
    duplicate_window: PositiveDuration | None = Field(
        None, description="Two orders of one side, price, size and venue within it are one too many.", examples=["10ms"]
    )
    restricted: Annotated[tuple[Text, ...], PlainSerializer(list)] = Field(
        (), description="Symbols that may not be traded.", examples=["[XYZ]"]
    )
    market_state: MarketStates | None = Field(
        None, description="What becomes of an order for a venue that does not trade.", examples=["{halted: hold}"]
    )
    kill_switch: KillSwitchPart | None = Field(
        None, description="What throws the kill switch by itself.", examples=["{loss: 1000}"]
    )
    log: Literal["refusals", "all"] = Field(
        "refusals", description="What the table risk_decisions holds: what was held or refused, or everything."
    )

    def limits(self) -> Limits:
        """As the gate takes them."""
        given: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                *("max_order_shares", "max_order_notional", "max_position", "max_symbol_notional"),
                *("max_gross_notional", "credit", "duplicate_window", "restricted"),
            )
        }
        given["collar_percent"] = _parts(self.price_collar)
        for part in (self.fat_finger, self.recent_volume, self.message_rate, self.market_state, self.kill_switch):
            if part is not None:
                given |= _LIMITS[type(part)](part)
        return Limits(**given)


def _parts(value: float | None) -> int | None:
    return None if value is None else round(value * PARTS)


def _of_messages(part: Any) -> dict[str, Any]:
    exact = part.rate.exact
    period = exact.denominator * NANOSECONDS["s"]
    return {"message_rate": exact.numerator, "message_period": period, "message_burst": part.burst}


def _of_the_switch(part: Any) -> dict[str, Any]:
    limits: dict[str, Any] = {"max_loss": part.loss}
    if part.rejects is not None:
        limits |= {"max_rejects": part.rejects.count, "reject_window": part.rejects.window}
    return limits


_LIMITS: dict[type[Part], Any] = {
    FatFinger: lambda part: {"fat_finger_percent": _parts(part.part), "fat_finger_ticks": part.ticks},
    RecentVolume: lambda part: {
        "volume_part": _parts(part.part),
        "volume_window": part.window,
        "volume_free": part.free,
    },
    MarketStates: lambda part: part.model_dump() | {"recheck": part.recheck},
    MessageRate: _of_messages,
    KillSwitchPart: _of_the_switch,
}
"""From a part of the scenario to the limits that it sets."""
