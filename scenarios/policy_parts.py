"""What a scenario says of how a lit venue trades: its policies, the phases of its session, halts."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer

from scenarios.fields import Dollars, Duration, Number, PositiveDollars, PositiveDuration
from scenarios.part import Part
from scenarios.problems import instead
from scenarios.quantities import format_price, parse_duration
from venues import policies as p
from venues.messages import BookState

_AS_WRITTEN = PlainSerializer(str)

SelfTrade = Annotated[p.SelfTrade, _AS_WRITTEN]
IcebergRefresh = Annotated[p.IcebergRefresh, _AS_WRITTEN]
MinQtyMode = Annotated[p.MinQtyMode, _AS_WRITTEN]
PostOnly = Annotated[p.PostOnly, _AS_WRITTEN]
PostOnlyMeetsHidden = Annotated[p.PostOnlyMeetsHidden, _AS_WRITTEN]
PegTime = Annotated[p.PegTime, _AS_WRITTEN]
PegReference = Annotated[p.PegReference, _AS_WRITTEN]
PegWithoutReference = Annotated[p.PegWithoutReference, _AS_WRITTEN]
DiscretionaryRest = Annotated[p.DiscretionaryRest, _AS_WRITTEN]
MarketRemainder = Annotated[p.MarketRemainder, _AS_WRITTEN]
ReplaceQty = Annotated[p.ReplaceQty, _AS_WRITTEN]
SmallerSize = Annotated[p.SmallerSize, _AS_WRITTEN]
TriggerSource = Annotated[p.TriggerSource, _AS_WRITTEN]
StopThrough = Annotated[p.StopThrough, _AS_WRITTEN]
FokCounts = Annotated[p.FokCounts, _AS_WRITTEN]
HaltOrders = Annotated[p.HaltOrders, _AS_WRITTEN]
OffTick = Annotated[p.OffTick, _AS_WRITTEN]
OddLots = Annotated[p.OddLots, _AS_WRITTEN]
IdReuse = Annotated[p.IdReuse, _AS_WRITTEN]
BandReference = Annotated[p.BandReference, _AS_WRITTEN]

FINEST = 0.0001
"""A share of a price is held to 1/10,000."""

STATES = {state.name.lower(): state for state in BookState}


def _share(value: float) -> float:
    if not 0 < value < 1:
        raise ValueError(f"{value:g} is not a share; write a number between 0 and 1, such as 0.05 for 5 %")
    if value < FINEST:
        raise ValueError(f"{value:g} is too little: shares of a price are held to {FINEST}; write that or more")
    return value


Share = Annotated[Number, AfterValidator(_share)]
"""A share of a price, 0 to 1; held to 1/10,000."""


class Band(Part):
    """Limit-up/limit-down."""

    width: Share = Field(0.05, description="Distance of the bands, as a share of the reference.", examples=[0.05])
    reference: BandReference = Field(
        p.BandReference.AVERAGE, description="What the bands are drawn around.", examples=["average"]
    )
    limit_state: PositiveDuration = Field(
        parse_duration("15s"), description="How long a limit state lasts before the pause.", examples=["15s"]
    )
    pause: PositiveDuration = Field(
        parse_duration("5min"), description="How long the pause lasts; an auction ends it.", examples=["5min"]
    )

    def band(self) -> p.Band:
        """As the book takes it."""
        return p.Band(round(self.width * 10_000), self.reference, self.limit_state, self.pause)


class TickStep(Part):
    """The tick from a price on."""

    price: Dollars = Field(description="From this price on, $; the first step is from 0.", examples=[0])
    tick: PositiveDollars = Field(description="Price step, $.", examples=["0.01"])


def _steps_fit(steps: tuple[TickStep, ...]) -> tuple[TickStep, ...]:
    if not steps or steps[0].price:
        raise ValueError("the first step must be from 0; write for example [{price: 0, tick: 0.0001}]")
    for before, after in pairwise(steps):
        start = format_price(after.price)
        if after.price <= before.price:
            raise ValueError(f"the step from {start} comes after that from {format_price(before.price)}; sort them")
        for step in (before, after):
            if after.price % step.tick:
                tick = format_price(step.tick)
                raise ValueError(f"the step from {start} is not on the tick of {tick}; write a price that is on both")
    return steps


class VenuePolicies(Part):
    """What venues decide differently; docs/matching.md says what each value does."""

    self_trade: SelfTrade = Field(p.SelfTrade.NONE, description="When an order meets one of the same owner.")
    iceberg_refresh: IcebergRefresh = Field(p.IcebergRefresh.AT_ONCE, description="When an iceberg's next peak shows.")
    min_qty: MinQtyMode = Field(p.MinQtyMode.AGGREGATE, description="What an incoming order's minimum counts.")
    post_only: PostOnly = Field(p.PostOnly.REJECT, description="A post-only order that would take.")
    post_only_meets_hidden: PostOnlyMeetsHidden = Field(
        p.PostOnlyMeetsHidden.EXECUTE, description="A post-only order that would take from hidden orders alone."
    )
    peg_time: PegTime = Field(p.PegTime.NEW, description="Whether a peg that follows gets a new place in time.")
    peg_reference: PegReference = Field(
        p.PegReference.VENUE, description="What pegs follow; national needs the venue's `reference`."
    )
    peg_without_reference: PegWithoutReference = Field(
        p.PegWithoutReference.INACTIVE, description="A peg while there is nothing to follow."
    )
    discretionary_rest: DiscretionaryRest = Field(
        p.DiscretionaryRest.OUTSIDE, description="Where a discretionary peg rests: a tick outside its quote, or at it."
    )
    market_remainder: MarketRemainder = Field(
        p.MarketRemainder.CANCEL, description="The rest of a DAY or GTC market order."
    )
    replace_qty: ReplaceQty = Field(p.ReplaceQty.TOTAL, description="What a replace's quantity names.")
    smaller_size: SmallerSize = Field(
        p.SmallerSize.KEEPS, description="The place of an order replaced by no more shares at its price."
    )
    trigger: TriggerSource = Field(p.TriggerSource.LAST, description="Which price sets off stop orders.")
    stop_through: StopThrough = Field(
        p.StopThrough.FIRE, description="A stop order that the market is through when it comes."
    )
    fok_counts: FokCounts = Field(p.FokCounts.ALL, description="What a fill-or-kill order counts as available.")
    halt_orders: HaltOrders = Field(p.HaltOrders.REJECT, description="New orders during a halt.")
    off_tick: OffTick = Field(p.OffTick.REJECT, description="A limit that is not a multiple of the tick.")
    odd_lots: OddLots = Field(p.OddLots.ACCEPT, description="Sizes that are no multiple of the round lot.")
    id_reuse: IdReuse = Field(p.IdReuse.WHEN_DONE, description="When the id of a finished order may be used again.")
    ticks: Annotated[tuple[TickStep, ...], AfterValidator(_steps_fit)] | None = Field(
        None, description="Ticks by price; none: the instrument's.", examples=["[{price: 0, tick: 0.0001}]"]
    )
    reference_px: Dollars = Field(
        0, description="What bands and auctions lean on before the first trade, $; 0: nothing.", examples=["100.00"]
    )
    collar: Share | None = Field(
        None, description="How far from the touch a market order may trade, as a share of it.", examples=[0.05]
    )
    band: Band | None = Field(None, description="Limit-up/limit-down; none: no bands.", examples=["{width: 0.05}"])
    batch_interval: PositiveDuration | None = Field(
        None, description="Auctions at these intervals instead of continuous trading.", examples=["100ms"]
    )

    def tick_at(self, price: int, tick: int) -> tuple[int, int]:
        """(the tick at a price, the step of ``ticks`` that says so); ``tick``: the instrument's, price units."""
        steps = [(step.tick, index) for index, step in enumerate(self.ticks or ()) if step.price <= price]
        return steps[-1] if steps else (tick, -1)

    def policies(self, lot: int) -> p.Policies:
        """As the book takes them; ``lot``: the instrument's, shares."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in _TAKEN_OVER}
        return p.Policies(
            **plain,
            lot=lot,
            ticks=None if self.ticks is None else p.TickTable(tuple((step.price, step.tick) for step in self.ticks)),
            collar=0 if self.collar is None else round(self.collar * 10_000),
            band=None if self.band is None else self.band.band(),
            batch_interval=self.batch_interval or 0,
        )


_TAKEN_OVER = [name for name in VenuePolicies.model_fields if name not in ("ticks", "collar", "band", "batch_interval")]


class Phase(Part):
    """From when on a venue is in which phase of its session."""

    at: Duration = Field(description="Time of the market.", examples=["1s"])
    state: Annotated[str, AfterValidator(lambda value: _a_state(value))] = Field(
        description="pre_open, opening_auction, continuous, halted, volatility_auction, closing_auction or closed.",
        examples=["opening_auction"],
    )

    @property
    def book_state(self) -> BookState:
        """As the book takes it."""
        return STATES[self.state]


def _a_state(value: str) -> str:
    if value not in STATES:
        raise ValueError(f"{value!r} is no phase of a session; {instead(value, list(STATES), 'phases')}")
    return value


def in_time_order(phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
    """Phases follow each other."""
    for before, after in pairwise(phases):
        if after.at <= before.at:
            raise ValueError("phases must stand in the order of time, each later than the one before")
    return phases


Phases = Annotated[tuple[Phase, ...], AfterValidator(in_time_order)]


class Halt(Part):
    """A halt of all venues at a time."""

    at: Duration = Field(description="When it begins.", examples=["10s"])
    length: PositiveDuration = Field(description="How long nothing trades.", examples=["5s"])


def _rising(falls: tuple[float, ...]) -> tuple[float, ...]:
    if not falls or list(falls) != sorted(set(falls)):
        raise ValueError("the falls must rise, such as [0.07, 0.13, 0.20]")
    return falls


class CircuitBreaker(Part):
    """A halt of all venues when the price has fallen far enough from the opening price."""

    falls: Annotated[tuple[Share, ...], AfterValidator(_rising), PlainSerializer(list)] = Field(
        (0.07, 0.13, 0.20),
        description="Levels, as shares of the opening price; the last one ends the day.",
        examples=["[0.07, 0.13, 0.20]"],
    )
    length: PositiveDuration = Field(parse_duration("15min"), description="How long a halt lasts.", examples=["15min"])


class Halts(Part):
    """When all venues stop trading, and how they begin again: with an auction."""

    planned: tuple[Halt, ...] = Field((), description="At given times.", examples=["[{at: 10s, length: 5s}]"])
    circuit_breaker: CircuitBreaker | None = Field(
        None, description="When the price has fallen.", examples=["{falls: [0.07, 0.13, 0.20]}"]
    )
    call: PositiveDuration = Field(
        parse_duration("1s"), description="Length of the auction's call after a halt.", examples=["1s"]
    )
