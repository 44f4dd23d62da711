"""The fast takers in a scenario: snipers, sweep anticipators, cross-venue arbitrageurs, dark-pool pickers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from scenarios.agent_base import TradesOn, TradingAgent, suits
from scenarios.agent_feeds import HearsVenues
from scenarios.fields import (
    Count,
    Dollars,
    Number,
    PositiveDollars,
    PositiveDuration,
    Shares,
    Switch,
    VenueName,
    known,
)
from scenarios.geography_parts import Located, OnMedium
from scenarios.latencies import (
    WIRE,
    GammaLatency,
    LatencySpec,
    LinkLatency,
    PerVenue,
    SumLatency,
    WireLatency,
    constant,
    everywhere,
)
from scenarios.quantities import parse_duration, parse_price

HFT_REACTION: Final = SumLatency.model_construct(
    kind="sum",
    base=constant("29us"),
    jitter=GammaLatency.model_construct(kind="gamma", mean=parse_duration("5us"), shape=2.0, offset=0),
)
"""How long a fast taker needs unless its scenario says otherwise: 29 us, the least that Aquilina, Budish and O'Neill
saw at the London Stock Exchange, and what queues in its own machine add, a gamma of mean 5 us and shape 2 (ours)."""


def _all_pairs(value: Any, info: ValidationInfo) -> Any:
    """One wire for all links: from each of the lit venues to each other one."""
    is_wire = value == WIRE or (isinstance(value, dict) and value.get("kind") == WIRE)
    names = known(info)
    if not is_wire or names is None:
        return value
    lit = [name for name, kind in names.venues.items() if suits(kind, "lit") and kind != "internaliser"]
    return {start: {end: value for end in lit if end != start} for start in lit}


Links = Annotated[
    dict[VenueName, dict[VenueName, LinkLatency]],
    BeforeValidator(_all_pairs, json_schema_input_type=dict[str, dict[str, LinkLatency]] | WireLatency),
]
"""From venue to venue."""

LINKS_SAY = (
    "The whole way from a print or quote at one venue to an order at another; not given: no link. "
    "`wire`: from everywhere to everywhere."
)


class Colocated(OnMedium, TradingAgent):
    """Firms with a host of their own beside every venue."""

    trades_on: ClassVar[TradesOn] = "lit"

    count: Count = Field(1, description="How many firms there are, alike and independent.", examples=[4])
    presence: dict[VenueName, Count] = Field(
        default_factory=dict,
        description="How many of the firms stand at a venue, the first ones; all of them where it is not named.",
        examples=["{BATS: 4, NASDAQ: 3, IEX: 1}"],
    )
    reaction: LatencySpec = Field(
        HFT_REACTION, description="From what a host hears to what it sends.", examples=["29us"]
    )
    links: Links = Field(default_factory=dict, description=LINKS_SAY, examples=["{NASDAQ: {BATS: 20us, NYSE: 60us}}"])
    local: LatencySpec = Field(
        constant("2us"), description="The whole way from a venue to the host beside it and back.", examples=["2us"]
    )
    sweep_size: Shares = Field(
        100, description="Smallest print that is taken for part of a larger order, shares.", examples=[300]
    )
    max_size: Shares = Field(1_000, description="Largest order, shares.", examples=[1000])
    position_limit: Shares = Field(5_000, description="Largest position of one host, shares.", examples=[5000])


class Sniper(Colocated):
    """Takes quotes that its own information says are stale; a host of its own stands beside every venue."""

    kind: Literal["sniper"]
    news: PerVenue | None = Field(
        None,
        description="From the fundamental value to the host at each venue; without it, prices come from feeds only.",
        examples=["100us"],
    )
    threshold: PositiveDollars = Field(
        parse_price("0.01"),
        description="A quote this far through the host's fair value is stale, $.",
        examples=["0.01"],
    )
    pays: Literal["quote", "fair"] = Field(
        "quote",
        description="What it bids for a stale quote: the quote's price, or as much as leaves it `threshold` of its "
        "fair value, which in a batch is how snipers outbid each other.",
    )
    hold: PositiveDuration = Field(
        parse_duration("1s"), description="How long it keeps what it took before it offers it.", examples=["1s"]
    )


class SweepAnticipator(Colocated):
    """Takes what a sweep seen elsewhere is after and offers it to the sweeper; a host stands beside every venue."""

    kind: Literal["sweep_anticipator"]
    links: Links = Field(description=LINKS_SAY, examples=["{NASDAQ: {BATS: 20us, NYSE: 60us}}"])
    markup: PositiveDollars = Field(
        parse_price("0.01"), description="How much dearer than it took them it offers the shares, $.", examples=["0.01"]
    )
    hold: PositiveDuration = Field(
        parse_duration("5ms"), description="How long it offers them before it crosses the spread.", examples=["5ms"]
    )


class AtADesk(Located, TradingAgent):
    """What hears venues from one room over wires of its own, and takes."""

    trades_on: ClassVar[TradesOn] = "lit"
    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    count: Count = Field(1, description="How many there are, alike and independent.", examples=[2])
    reaction: LatencySpec = Field(HFT_REACTION, description="From what it hears to what it sends.", examples=["29us"])
    round_trip: PerVenue = Field(everywhere("200us"), description="To a venue and back.", examples=["200us"])
    feed_latency: PerVenue | None = Field(
        None, description="From a venue's feed to its room; half the round trip, unless given.", examples=["100us"]
    )
    max_size: Shares = Field(1_000, description="Largest order, shares.", examples=[1000])
    position_limit: Shares = Field(
        5_000, description="Shares that it holds, or may come to hold, at most.", examples=[5000]
    )
    unwind: PositiveDuration = Field(
        parse_duration("1ms"), description="From one try to get rid of a position to the next.", examples=["1ms"]
    )


def _alpha(value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{value:g} is no share of a price; write for example 0.001 for 0.1 %")
    return value


class CrossVenueArbitrageur(AtADesk, HearsVenues):
    """Buys at one venue and sells at another when the bid there is above the ask here by more than the fees."""

    wired: ClassVar[tuple[str, ...]] = ("round_trip", "sip_latency")

    kind: Literal["cross_venue_arbitrageur"]
    threshold: Dollars = Field(0, description="Least gain a share after fees, $.", examples=["0.001"])
    alpha: Annotated[Number, AfterValidator(_alpha)] = Field(
        0.0, description="Least difference of the two prices, as a share of the ask.", examples=[0.001]
    )


class DarkPicker(AtADesk):
    """Pings dark pools whose midpoint, the SIP's, is older than what the direct feeds say."""

    trades_on: ClassVar[TradesOn] = "both"
    wired: ClassVar[tuple[str, ...]] = ("round_trip", "sip_latency")

    kind: Literal["dark_picker"]
    sip_latency: LinkLatency = Field(constant("100us"), description="From the SIP to its room.", examples=["100us"])
    ping: Shares = Field(100, description="Shares of the order that asks whether somebody is there.", examples=[100])
    threshold: Dollars = Field(
        parse_price("0.001"), description="Least gain a share after the fees of both trades, $.", examples=["0.001"]
    )

    def venues_among(self, kinds: Mapping[str, str]) -> tuple[str, ...]:
        """Its venues, in the order of ``kinds``; ``all`` are all lit venues and pools."""
        names = super().venues_among(kinds)
        return tuple(name for name in names if self.venues != "all" or kinds[name] != "internaliser")


class DarkBait(AtADesk):
    """Waits in dark pools with a small order, and races to the lit venues when that is filled."""

    trades_on: ClassVar[TradesOn] = "both"

    kind: Literal["dark_bait"]
    side: Literal["buy", "sell"] = Field("sell", description="The bait's own side: a sale finds buyers.")
    bait: Count = Field(100, description="Shares of the order that waits in each pool; 0: none.", examples=[100])
    asks: Switch = Field(False, description="true: it also asks the pools for indications.")
    reads: Switch = Field(True, description="false: it keeps the bait up and takes no notice of what it learns.")
    markup: PositiveDollars = Field(
        parse_price("0.01"), description="How much dearer than it took them it offers the shares, $.", examples=["0.01"]
    )

    def venues_among(self, kinds: Mapping[str, str]) -> tuple[str, ...]:
        """Its venues, in the order of ``kinds``; ``all`` are all lit venues and pools."""
        names = super().venues_among(kinds)
        return tuple(name for name in names if self.venues != "all" or kinds[name] != "internaliser")
