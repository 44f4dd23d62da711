"""A scenario: what a market is, who trades on it, for how long, and what is expected of the results.

Every quantity is an exact integer here: times in ns, prices in units of $0.0001, fees in millionths of a dollar per
share, sizes in shares. `scenarios.load` makes a scenario from a file; `Scenario.to_yaml` writes it back with units.
"""

from __future__ import annotations

from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from scenarios.agent_parts import (
    Agent,
    AnyAgent,
    BackgroundFlow,
    BurstFlow,
    ConditionalInterest,
    CrossVenueArbitrageur,
    CustomAgent,
    DarkBait,
    DarkLiquidity,
    DarkPicker,
    Idle,
    LimitOffset,
    ListedOrder,
    MarketMaker,
    OrderFlow,
    PeggedLiquidity,
    Replay,
    RestingOrders,
    Router,
    Scripted,
    Sniper,
    SweepAnticipator,
    TradingAgent,
)
from scenarios.fee_parts import Fees
from scenarios.feed_parts import NO_FEEDS, Feeds, RetailFeed, SipFeed, Sips
from scenarios.fields import Count, Duration, Name, Number, PositiveDuration, Switch, Text
from scenarios.geography_parts import MediumPart, SitePart, completed
from scenarios.latencies import (
    ConstantLatency,
    EmpiricalLatency,
    ExponentialLatency,
    GammaLatency,
    LatencySpec,
    LinkLatency,
    LognormalLatency,
    NormalLatency,
    PerVenue,
    PlacedLatency,
    SimpleLatency,
    SumLatency,
    UniformLatency,
)
from scenarios.market_parts import (
    AnyVenue,
    ConstantValue,
    CustomVenue,
    DarkVenue,
    Fundamental,
    Instrument,
    JumpValue,
    LitVenue,
    MeanRevertingValue,
    Reference,
)
from scenarios.part import Part
from scenarios.policy_parts import Halts
from scenarios.quantities import QuantityError, parse_duration, parse_number, show
from scenarios.strategy_parts import StrategyField, StrategySpec

__all__ = [
    "Agent",
    "AnyAgent",
    "AnyVenue",
    "BackgroundFlow",
    "BurstFlow",
    "ConditionalInterest",
    "ConstantLatency",
    "ConstantValue",
    "CrossVenueArbitrageur",
    "CustomAgent",
    "CustomVenue",
    "DarkBait",
    "DarkLiquidity",
    "DarkPicker",
    "DarkVenue",
    "EmpiricalLatency",
    "Expectation",
    "ExponentialLatency",
    "Feeds",
    "Fees",
    "Fundamental",
    "GammaLatency",
    "Idle",
    "Instrument",
    "JumpValue",
    "LatencySpec",
    "LimitOffset",
    "LinkLatency",
    "ListedOrder",
    "LitVenue",
    "LognormalLatency",
    "MarketMaker",
    "MeanRevertingValue",
    "NormalLatency",
    "OrderFlow",
    "PeggedLiquidity",
    "PerVenue",
    "PlacedLatency",
    "Reference",
    "Replay",
    "RestingOrders",
    "RetailFeed",
    "Router",
    "Scenario",
    "Scripted",
    "SimpleLatency",
    "SipFeed",
    "Sips",
    "Sniper",
    "StrategySpec",
    "SumLatency",
    "SweepAnticipator",
    "TradingAgent",
    "UniformLatency",
]


def _pair(value: object) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise QuantityError(f"{show(value)} is not a pair of numbers; write [a, b], such as [0.5, 1.5]")
    return parse_number(value[0]), parse_number(value[1])


def _interval(value: object) -> tuple[float, float]:
    low, high = _pair(value)
    if low > high:
        raise QuantityError(f"{show(value)} begins above its end; write [{high:g}, {low:g}]")
    return low, high


_PAIR = WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})


class Expectation(Part):
    """What a result must be; all that is given must hold."""

    at_least: Number | None = Field(None, description="The result is this or more.", examples=[0.9])
    at_most: Number | None = Field(None, description="The result is this or less.", examples=[0.1])
    equals: Number | None = Field(None, description="The result is exactly this.", examples=[0])
    between: Annotated[tuple[float, float], BeforeValidator(_interval), PlainSerializer(list), _PAIR] | None = Field(
        None, description="[low, high], both included.", examples=["[0.5, 1.5]"]
    )
    within: Annotated[tuple[float, float], BeforeValidator(_pair), PlainSerializer(list), _PAIR] | None = Field(
        None, description="[value, tolerance].", examples=["[1.0, 0.1]"]
    )

    @model_validator(mode="after")
    def _says_something(self) -> Expectation:
        if not self.model_fields_set:
            raise ValueError(f"expects nothing; write one of {', '.join(type(self).model_fields)}")
        return self

    def holds(self, value: float) -> bool:
        """Whether the result is as expected; a result that is not a number never is.

        >>> Expectation(at_least=0.9).holds(0.95), Expectation(within=[1, 0.1]).holds(1.2)
        (True, False)
        """
        checks = (
            self.at_least is None or value >= self.at_least,
            self.at_most is None or value <= self.at_most,
            self.equals is None or value == self.equals,
            self.between is None or self.between[0] <= value <= self.between[1],
            self.within is None or abs(value - self.within[0]) <= self.within[1],
        )
        return value == value and all(checks)

    def __str__(self) -> str:
        texts = (
            None if self.at_least is None else f"at least {self.at_least:g}",
            None if self.at_most is None else f"at most {self.at_most:g}",
            None if self.equals is None else f"{self.equals:g}",
            None if self.between is None else f"between {self.between[0]:g} and {self.between[1]:g}",
            None if self.within is None else f"within {self.within[1]:g} of {self.within[0]:g}",
        )
        return " and ".join(text for text in texts if text is not None)


def _exactly_one(instruments: tuple[Instrument, ...]) -> tuple[Instrument, ...]:
    if len(instruments) != 1:
        raise ValueError(
            f"{len(instruments)} instruments; a market trades exactly one, write [{{symbol: XYZ, price: 100.00}}]"
        )
    return instruments


def _at_least_one(venues: tuple[Any, ...]) -> tuple[Any, ...]:
    if not venues:
        raise ValueError("no venue at all; write at least one, such as {name: NYSE, kind: lit}")
    return venues


class Scenario(Part):
    """A market, who trades on it and for how long."""

    name: Text = Field(description="The scenario's name.", examples=["us_equities"])
    description: Text = Field("", description="What it shows, for `sorsim list`.")
    duration: PositiveDuration = Field(
        parse_duration("60s"), description="Simulated time, the warm-up included.", examples=["60s"]
    )
    warm_up: Duration = Field(
        parse_duration("2s"), description="Left out of the metrics; parent orders come after it.", examples=["2s"]
    )
    regime: Literal["pre2025", "adopted2024"] | None = Field(
        None, description="Rules that fees, tick and round lot must keep to; none: any.", examples=["adopted2024"]
    )
    seed: Count = Field(1, description="Root of all random draws.", examples=[7])
    instruments: Annotated[tuple[Instrument, ...], AfterValidator(_exactly_one)] = Field(
        description="What is traded: exactly one.", examples=["[{symbol: XYZ, tick: 0.01, lot: 100, price: 100.00}]"]
    )
    fundamental: Fundamental | None = Field(
        None, description="The value that news tells of.", examples=["{kind: jump, rate: 1/s, size: 0.02}"]
    )
    venues: Annotated[tuple[AnyVenue, ...], AfterValidator(_at_least_one)] = Field(
        description="Where it is traded.", examples=["[{name: NYSE, kind: lit}]"]
    )
    halts: Halts | None = Field(
        None, description="Halts of all venues together.", examples=["{planned: [{at: 10s, length: 5s}]}"]
    )
    feeds: Feeds = Field(NO_FEEDS, description="The SIP, or one per tape; the retail feed.", examples=["{sip: {}}"])
    strategies: dict[Name, StrategyField] = Field(
        default_factory=dict,
        description="Named variants, for `strategy:` and for `sorsim compare`.",
        examples=["{fast: {kind: smart, children: parallel}}"],
    )
    agents: tuple[AnyAgent, ...] = Field((), description="Who trades.", examples=["[{kind: idle}]"])
    expect: dict[str, Expectation] = Field(
        default_factory=dict,
        description="agent.metric, agent@VENUE.metric or market.metric -> what it must be.",
        examples=["{client.fill_rate: {at_least: 0.9}}"],
    )

    sites: dict[Name, SitePart] = Field(
        default_factory=dict,
        description="Sites of your own, besides mahwah, secaucus, carteret, weehawken and aurora.",
        examples=["{basildon: {latitude: 51.58, longitude: 0.49}}"],
    )
    media: Annotated[dict[Name, MediumPart], BeforeValidator(completed)] = Field(
        default_factory=dict,
        description="Media of your own, or changes of fibre, air, microwave and cross_connect.",
        examples=["{laser: {per_km: 3.34us}}"],
    )
    abstract: Switch = Field(
        False, description="true: stated latencies are not held against the distance that light has to go."
    )

    _folder: Path = PrivateAttr(default_factory=Path)

    @property
    def folder(self) -> Path:
        """Where relative files are looked for: the scenario file's folder."""
        return self._folder

    def in_folder(self, folder: Path) -> Scenario:
        """The same scenario with its relative files in ``folder``."""
        moved = self.model_copy()
        moved._folder = folder
        return moved

    @property
    def instrument(self) -> Instrument:
        """The one instrument."""
        return self.instruments[0]

    @property
    def sips(self) -> Sips:
        """The SIPs, and which of them carries the instrument."""
        return self.feeds.for_tape(self.instrument.carried_on)

    @property
    def sip(self) -> SipFeed | None:
        """The SIP that carries the instrument, if any does."""
        return self.sips.carrying

    def venue(self, name: str) -> AnyVenue:
        """The venue of that name.

        Raises:
            KeyError: there is none.
        """
        for venue in self.venues:
            if venue.name == name:
                return venue
        raise KeyError(f"no venue is named {name!r}")

    def agent(self, name: str) -> AnyAgent:
        """The agent of that name.

        Raises:
            KeyError: there is none.
        """
        for agent in self.agents:
            if agent.name == name:
                return agent
        raise KeyError(f"no agent is named {name!r}")

    def venues_of(self, agent: TradingAgent) -> tuple[str, ...]:
        """Names of the venues an agent trades on, in the scenario's order; ``all`` means all that suit it."""
        return agent.venues_among({venue.name: venue.kind for venue in self.venues})

    def to_yaml(self) -> str:
        """The resolved scenario: every default filled in, units written out. Loading it gives an equal scenario.

        Files of the user's own are written as they were named, relative to :attr:`folder`.
        """
        from scenarios.writing import as_yaml

        return as_yaml(self.model_dump())

    def sha256(self) -> str:
        """Hex digest of the resolved content; the order of keys does not count, nor do the files that it names."""
        return sha256(dumps(self.model_dump(), sort_keys=True, default=str).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]
