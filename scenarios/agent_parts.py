"""The agents in a scenario: who trades, how they are connected, how they behave."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    model_validator,
)

from scenarios.agent_base import Agent, TradesOn, TradingAgent, default_name, suits
from scenarios.agent_feeds import HearsVenues, ReadsQuotes
from scenarios.algo_parts import AlgoField
from scenarios.fast_agents import CrossVenueArbitrageur, DarkBait, DarkPicker, Sniper, SweepAnticipator
from scenarios.fields import (
    Count,
    Dollars,
    Duration,
    EventRate,
    Number,
    OwnKind,
    PositiveCount,
    PositiveDollars,
    PositiveDuration,
    Shares,
    SignedDollars,
    SizeRange,
    Sizes,
    Switch,
    Text,
    VenueName,
    free_value,
)
from scenarios.geography_parts import Located
from scenarios.latencies import LatencySpec, LinkLatency, PerVenue, constant, everywhere
from scenarios.part import Part
from scenarios.quantities import parse_duration, parse_price
from scenarios.risk_parts import RiskPart
from scenarios.scripted_agents import BurstFlow, Scripted
from scenarios.strategy_parts import StrategyField
from venues.messages import Peg, Terms

__all__ = [
    "Agent",
    "AnyAgent",
    "BackgroundFlow",
    "BurstFlow",
    "ConditionalInterest",
    "CrossVenueArbitrageur",
    "CustomAgent",
    "DarkBait",
    "DarkLiquidity",
    "DarkPicker",
    "Idle",
    "LimitOffset",
    "ListedOrder",
    "MarketMaker",
    "OrderFlow",
    "PeggedLiquidity",
    "Replay",
    "RestingOrders",
    "Router",
    "Scripted",
    "Sniper",
    "SweepAnticipator",
    "TradesOn",
    "TradingAgent",
    "default_name",
    "suits",
]


def _from_0_to_1(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{value:g} is not a share; write a number from 0 to 1, such as 0.1 for 10 %")
    return value


ShareOfOrders = Annotated[Number, AfterValidator(_from_0_to_1)]
"""A share of something, 0 and 1 included."""


class BackgroundFlow(Located, TradingAgent):
    """Zero-intelligence flow: at each venue, independently, limit and market orders arrive and limit orders lapse."""

    trades_on: ClassVar[TradesOn] = "lit"
    wired: ClassVar[tuple[str, ...]] = ("news", "round_trip")

    kind: Literal["background_flow"]
    limit_rate: EventRate = Field(description="Limit orders at each venue.", examples=["50/s"])
    market_rate: EventRate = Field(description="Market orders at each venue.", examples=["5/s"])
    market_sides: Literal["both", "buy", "sell"] = Field(
        "both", description="Of the market orders; both: each with equal chance."
    )
    lifetime: PositiveDuration = Field(
        parse_duration("2s"), description="Mean of the exponential life of a limit order.", examples=["2s"]
    )
    size: Sizes = Field(
        SizeRange(100, 300), description="Shares, [smallest, largest], uniform in round lots.", examples=["[100, 300]"]
    )
    depth: Dollars = Field(
        parse_price("0.02"),
        description="Mean of the exponential distance of a limit price behind the flow's fair value, $.",
        examples=["0.02"],
    )
    hidden_share: ShareOfOrders = Field(0.0, description="Share of the limit orders that show nothing.", examples=[0.1])
    iceberg_share: ShareOfOrders = Field(0.0, description="Share of the limit orders that show a peak.", examples=[0.1])
    peak: Shares = Field(100, description="Shares that an iceberg shows at a time.", examples=[100])
    stop_share: ShareOfOrders = Field(
        0.0,
        description="Share of the limit orders that are stop orders instead, beyond the fair value.",
        examples=[0.02],
    )
    news: LinkLatency = Field(description="From the fundamental value to the flow.", examples=["10ms"])
    round_trip: PerVenue = Field(everywhere("400us"), description="To a venue and back.", examples=["400us"])

    @property
    def special_share(self) -> float:
        """Share of the limit orders that are of any kind but the plain one."""
        return self.hidden_share + self.iceberg_share + self.stop_share

    @model_validator(mode="after")
    def _shares_fit(self) -> BackgroundFlow:
        if self.special_share > 1:
            raise ValueError(
                f"hidden_share, iceberg_share and stop_share are {self.special_share:g} of the orders together; "
                "write shares that add up to 1 or less"
            )
        return self


class RestingOrders(TradingAgent):
    """A ladder of orders on both sides of the opening price, sent at time 0."""

    trades_on: ClassVar[TradesOn] = "lit"

    kind: Literal["resting_orders"]
    levels: PositiveCount = Field(10, description="Prices on each side, one tick apart.", examples=[10])
    size: Shares = Field(500, description="Shares at each price.", examples=[500])
    half_spread: PositiveDollars = Field(
        parse_price("0.01"), description="From the opening price to the first level, $.", examples=["0.01"]
    )


class Learning(Part):
    """A half-spread that moves until a share earns its target."""

    rate: ShareOfOrders = Field(
        0.02,
        description="How much of what a fill of full size earned too little goes into the half-spread.",
        examples=[0.02],
    )
    horizon: PositiveDuration = Field(
        parse_duration("100ms"), description="After which a fill is judged by the maker's estimate.", examples=["100ms"]
    )
    target: SignedDollars = Field(
        0, description="What a share is to earn, $, the maker's rebate or fee included.", examples=["0.002"]
    )
    at_least: Dollars = Field(0, description="Smallest half-spread, $.", examples=["0.001"])
    at_most: PositiveDollars = Field(parse_price("1.00"), description="Largest half-spread, $.", examples=["0.10"])


class MarketMaker(Located, HearsVenues):
    """Quotes both sides of several venues around its own, late, estimate of the value."""

    trades_on: ClassVar[TradesOn] = "lit"
    wired: ClassVar[tuple[str, ...]] = ("news", "round_trip", "sip_latency")

    kind: Literal["market_maker"]
    count: Count = Field(1, description="How many there are, alike and independent.", examples=[2])
    half_spread: PositiveDollars = Field(description="From its estimate to each of its quotes, $.", examples=["0.01"])
    learning: Learning | None = Field(
        None,
        description="How the half-spread follows the maker's own fills; none: it stays.",
        examples=["{target: 0.002, horizon: 100ms}"],
    )
    size: Shares = Field(description="Shares of a quote.", examples=[300])
    levels: PositiveCount = Field(1, description="Quotes on each side, one tick apart.", examples=[1])
    news: LinkLatency = Field(description="From the fundamental value to the maker.", examples=["2ms"])
    reaction: LatencySpec = Field(constant("5us"), description="From what it hears to what it sends.", examples=["5us"])
    round_trip: PerVenue = Field(everywhere("200us"), description="To a venue and back.", examples=["200us"])
    feed_latency: PerVenue | None = Field(
        None, description="From a venue's feed to the maker; half the round trip, unless given.", examples=["100us"]
    )
    position_limit: Shares = Field(10_000, description="Shares; at the limit it quotes one side.", examples=[10000])
    skew: Dollars = Field(0, description="Quotes move away from its position, $ per 1000 shares.", examples=["0.005"])
    requote: Duration = Field(
        parse_duration("1ms"), description="From a fill to the quote that replaces it.", examples=["1ms"]
    )
    fade_size: Count = Field(
        500,
        description="A sweep of so many shares at one venue makes it cancel that side at the others; 0: never.",
        examples=[500],
    )
    refresh: Duration = Field(
        parse_duration("20ms"), description="How long a faded side stays away.", examples=["20ms"]
    )
    post_only: Switch = Field(
        False, description="true: its quotes never take; a venue refuses or moves those that would."
    )
    keep_off: Switch = Field(
        True,
        description="false: it quotes at its prices even where its feed shows an opposite quote, its own of before "
        "among them, in the way.",
    )


class DarkLiquidity(Located, TradingAgent):
    """Institutions that wait in dark pools for the midpoint."""

    trades_on: ClassVar[TradesOn] = "dark"
    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    kind: Literal["dark_liquidity"]
    rate: EventRate = Field(description="Orders at each pool.", examples=["2/s"])
    size: Sizes = Field(
        SizeRange(100, 1000),
        description="Shares, [smallest, largest], uniform in round lots.",
        examples=["[100, 1000]"],
    )
    lifetime: PositiveDuration = Field(
        parse_duration("5s"), description="Mean of the exponential life of an order.", examples=["5s"]
    )
    limit_offset: SignedDollars | None = Field(
        None,
        description="Limit beyond the fair value in the agent's news, $; without it any midpoint is taken.",
        examples=["0.02"],
    )
    news: LinkLatency | None = Field(
        None, description="From the fundamental value to the agent; `limit_offset` needs it.", examples=["10ms"]
    )
    round_trip: PerVenue = Field(everywhere("500us"), description="To a pool and back.", examples=["500us"])


class ConditionalInterest(Located, TradingAgent):
    """Institutions that show their shares conditionally in all their pools, and firm up where invited first."""

    trades_on: ClassVar[TradesOn] = "dark"
    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    kind: Literal["conditional_interest"]
    count: Count = Field(1, description="How many institutions there are, alike and independent.", examples=[4])
    rate: EventRate = Field(description="Interests of each of them.", examples=["1/s"])
    size: Sizes = Field(
        SizeRange(10_000, 50_000),
        description="Shares, [smallest, largest], uniform in round lots.",
        examples=["[10000, 50000]"],
    )
    lifetime: PositiveDuration = Field(
        parse_duration("5s"), description="Mean of the exponential life of an interest.", examples=["5s"]
    )
    reaction: Duration = Field(
        parse_duration("100us"), description="From an invitation to the answer.", examples=["100us"]
    )
    round_trip: PerVenue = Field(everywhere("500us"), description="To a pool and back.", examples=["500us"])

    @model_validator(mode="after")
    def _has_interests(self) -> ConditionalInterest:
        if not self.rate.per_second > 0:
            raise ValueError("a rate of 0 is no interest; write for example `rate: 1/s`, or `enabled: false`")
        return self


class PeggedLiquidity(Located, TradingAgent):
    """Institutions whose pegged orders rest hidden in the books of lit venues."""

    trades_on: ClassVar[TradesOn] = "lit"
    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    kind: Literal["pegged_liquidity"]
    peg: Literal["primary", "midpoint", "market", "discretionary"] = Field(
        "discretionary", description="What the orders follow; docs/matching.md says how."
    )
    min_qty: Count = Field(0, description="Shares that a trade with an order must have at least.", examples=[100])
    rate: EventRate = Field(description="Orders at each venue.", examples=["2/s"])
    size: Sizes = Field(
        SizeRange(100, 1000),
        description="Shares, [smallest, largest], uniform in round lots.",
        examples=["[100, 1000]"],
    )
    lifetime: PositiveDuration = Field(
        parse_duration("5s"), description="Mean of the exponential life of an order.", examples=["5s"]
    )
    limit_offset: SignedDollars | None = Field(
        None,
        description="Cap beyond the fair value in the agent's news, $; without it there is none.",
        examples=["0.02"],
    )
    news: LinkLatency | None = Field(
        None, description="From the fundamental value to the agent; `limit_offset` needs it.", examples=["10ms"]
    )
    round_trip: PerVenue = Field(everywhere("500us"), description="To a venue and back.", examples=["500us"])

    @model_validator(mode="after")
    def _minimum_fits(self) -> PeggedLiquidity:
        if self.min_qty > self.size.lo:
            raise ValueError(f"min_qty {self.min_qty} is more than the smallest size of {self.size.lo}; write less")
        return self

    def terms(self) -> Terms:
        """As a venue takes them."""
        return Terms(peg=Peg[self.peg.upper()], min_qty=self.min_qty)


# -- the router -------------------------------------------------------------------------------------


class LimitOffset(Part):
    """A limit relative to the market when the order arrives."""

    offset: SignedDollars = Field(description="Beyond the far touch that the router sees, $.", examples=["0.02"])


def _limit_tag(value: Any) -> str:
    return "offset" if isinstance(value, (dict, LimitOffset)) else "none" if value in ("none", None) else "price"


class OrderFlow(Part):
    """Parent orders drawn at random."""

    count: Count = Field(description="How many.", examples=[300])
    size: Sizes = Field(description="Shares, [smallest, largest], uniform.", examples=["[500, 5000]"])
    sides: Literal["both", "buy", "sell"] = Field("both", description="both: each with equal chance.")
    limit: Annotated[
        Annotated[Literal["none"], Tag("none")] | Annotated[LimitOffset, Tag("offset")], Discriminator(_limit_tag)
    ] = Field("none", description="none, or {offset: $} beyond the far touch on arrival.", examples=["{offset: 0.02}"])
    horizon: PositiveDuration = Field(
        parse_duration("2s"), description="From a parent's arrival to its end.", examples=["2s"]
    )
    arrivals: Literal["poisson", "even"] = Field(
        "poisson", description="poisson: uniform random times; even: equal gaps."
    )
    algo: AlgoField | None = Field(
        None,
        description="How each is cut into slices that the strategy works; none: the strategy works it as a whole.",
        examples=["{kind: twap, slices: 10}"],
    )
    start: Duration | None = Field(None, description="First arrival; the end of the warm-up, unless given.")
    stop: Duration | None = Field(None, description="Last arrival; a horizon before the end, unless given.")


class ListedOrder(Part):
    """One parent order, stated."""

    at: Duration = Field(description="Arrival.", examples=["2.5s"])
    side: Literal["buy", "sell"] = Field(description="buy or sell.", examples=["buy"])
    qty: Shares = Field(description="Shares.", examples=[1000])
    limit: Annotated[
        Annotated[Literal["none"], Tag("none")]
        | Annotated[LimitOffset, Tag("offset")]
        | Annotated[PositiveDollars, Tag("price")],
        Discriminator(_limit_tag),
    ] = Field(
        "none", description="none, a price in $, or {offset: $} beyond the far touch on arrival.", examples=["100.05"]
    )
    horizon: PositiveDuration = Field(parse_duration("2s"), description="From its arrival to its end.", examples=["2s"])
    algo: AlgoField | None = Field(
        None,
        description="How it is cut into slices that the strategy works; none: the strategy works it as a whole.",
        examples=["{kind: twap, slices: 10}"],
    )


def _listed(orders: tuple[ListedOrder, ...]) -> list[Any]:
    return [order.model_dump() for order in orders]


def _orders_tag(value: Any) -> str:
    return "listed" if isinstance(value, (list, tuple)) else "flow"


class Router(Located, ReadsQuotes):
    """The smart order router: takes parent orders and lets a strategy work them."""

    trades_on: ClassVar[TradesOn] = "both"
    wired: ClassVar[tuple[str, ...]] = ("round_trip", "sip_latency", "retail_latency")

    kind: Literal["router"]
    feed_latency: PerVenue | None = Field(
        None, description="From a venue's feed to the router; half the round trip, unless given.", examples=["150us"]
    )
    depth: PositiveCount | None = Field(
        None,
        description="Price levels that it sees of each lit venue, with `feed: direct`; none: best quotes alone.",
        examples=[5],
    )
    round_trip: PerVenue = Field(
        description="To a venue and back, without the venue's own time.", examples=["{NYSE: 300us, default: 400us}"]
    )
    strategy: StrategyField = Field(
        description="How parents are worked: a name, or {kind: ..., parameters}.", examples=["{kind: smart}"]
    )
    orders: Annotated[
        Annotated[OrderFlow, Tag("flow")] | Annotated[tuple[ListedOrder, ...], PlainSerializer(_listed), Tag("listed")],
        Discriminator(_orders_tag),
    ] = Field((), description="Its parent orders, drawn or listed.", examples=["{count: 300, size: [500, 5000]}"])
    markout_horizon: PositiveDuration = Field(
        parse_duration("10ms"), description="After which the move of the mid judges a fill.", examples=["10ms"]
    )
    max_live_parents: PositiveCount | None = Field(
        None, description="More parents than this at a time are refused.", examples=[100]
    )
    risk: RiskPart | None = Field(
        None,
        description="What a child must pass before it leaves; none: nothing is checked.",
        examples=["{credit: 1000000}"],
    )
    explain: Switch = Field(False, description="Log the terms of each decision's scores, for `sorsim explain`.")
    features: Switch = Field(False, description="Log what was known of each venue when it decides, for `sorsim train`.")


# -- others -----------------------------------------------------------------------------------------


class Replay(Located, Agent):
    """Sends a recorded file of messages to a venue."""

    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    kind: Literal["replay"]
    venue: VenueName = Field(description="Where the messages go.", examples=["NASDAQ"])
    file: Text = Field(description="The file; relative to the scenario's folder.", examples=["orders.csv"])
    format: Literal["auto", "order_entry", "lobster", "mbo"] = Field(
        "auto", description="auto: told by the file's columns.", examples=["lobster"]
    )
    book: Text | None = Field(
        None, description="A file whose first row is the book to begin with.", examples=["book.csv"]
    )
    start: Duration = Field(0, description="When the first message of the file is sent.", examples=["1s"])
    round_trip: LinkLatency = Field(constant("0s"), description="To the venue and back.", examples=["100us"])


class Idle(Agent):
    """Does nothing: that it changes nobody's random draws is tested with it."""

    kind: Literal["idle"]


class CustomAgent(Located, ReadsQuotes):
    """An agent of your own, `kind: "my_agent.py:MyAgent"`; keys besides these go to your class."""

    model_config = ConfigDict(extra="allow")
    wired: ClassVar[tuple[str, ...]] = ("round_trip", "sip_latency", "retail_latency")

    kind: OwnKind = Field(description='"file.py:Class" or "package.module:Class".', examples=['"my_agent.py:MyAgent"'])
    count: Count = Field(1, description="How many there are, alike and independent.", examples=[2])
    round_trip: PerVenue = Field(everywhere("400us"), description="To a venue and back.", examples=["400us"])
    news: LinkLatency | None = Field(None, description="From the fundamental value to the agent.", examples=["2ms"])

    def parameters(self) -> dict[str, Any]:
        """The keys of its own, as plain values."""
        return {key: free_value(value) for key, value in (self.model_extra or {}).items()}


def _agent_tag(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return "custom" if isinstance(kind, str) and ":" in kind else None if kind is None else str(kind)


AnyAgent = Annotated[
    Annotated[BackgroundFlow, Tag("background_flow")]
    | Annotated[RestingOrders, Tag("resting_orders")]
    | Annotated[MarketMaker, Tag("market_maker")]
    | Annotated[Sniper, Tag("sniper")]
    | Annotated[SweepAnticipator, Tag("sweep_anticipator")]
    | Annotated[CrossVenueArbitrageur, Tag("cross_venue_arbitrageur")]
    | Annotated[DarkPicker, Tag("dark_picker")]
    | Annotated[DarkBait, Tag("dark_bait")]
    | Annotated[DarkLiquidity, Tag("dark_liquidity")]
    | Annotated[ConditionalInterest, Tag("conditional_interest")]
    | Annotated[PeggedLiquidity, Tag("pegged_liquidity")]
    | Annotated[Router, Tag("router")]
    | Annotated[Replay, Tag("replay")]
    | Annotated[Scripted, Tag("scripted")]
    | Annotated[BurstFlow, Tag("burst_flow")]
    | Annotated[Idle, Tag("idle")]
    | Annotated[CustomAgent, Tag("custom")],
    Discriminator(_agent_tag),
]
