"""Agents whose messages a scenario states: scripts of orders, and bursts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from scenarios.agent_base import TradesOn, TradingAgent
from scenarios.fields import (
    Count,
    Dollars,
    Duration,
    EventRate,
    PositiveCount,
    PositiveDollars,
    PositiveDuration,
    Shares,
    SignedDollars,
    Switch,
    VenueName,
)
from scenarios.geography_parts import Located
from scenarios.latencies import PerVenue, everywhere
from scenarios.part import Part
from scenarios.quantities import Rate, parse_price
from venues.messages import Peg, Side, Terms, TimeInForce

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class ScriptedOrderPart(Part):
    """One order of a script, with its terms; docs/matching.md says what they do."""

    at: Duration = Field(description="When it is sent.", examples=["10ms"])
    venue: VenueName = Field(description="Where to.", examples=["IEX"])
    side: Literal["buy", "sell"] = Field(description="buy or sell.", examples=["buy"])
    qty: Shares = Field(description="Shares.", examples=[100])
    limit: PositiveDollars | None = Field(
        None,
        description="Limit, $, of a peg its cap; none: a market order, or a bare peg.",
        examples=["10.13"],
    )
    time_in_force: Literal["day", "gtc", "ioc", "fok"] = Field("day", description="How long it stays.")
    display_qty: Count | None = Field(None, description="Shares shown at a time; 0: hidden, none: all.", examples=[100])
    min_qty: Count = Field(0, description="Trade at least so many shares.", examples=[100])
    post_only: Switch = Field(False, description="true: never take.")
    peg: Literal["none", "primary", "midpoint", "market", "discretionary"] = Field(
        "none", description="What its price follows."
    )
    peg_offset: SignedDollars = Field(0, description="Towards the market from what it follows, $.", examples=["0.01"])
    stop: Dollars = Field(0, description="A stop order's stop, $; 0: none.", examples=["10.20"])
    iso: Switch = Field(False, description="true: an intermarket sweep order.")
    cancel_at: Duration | None = Field(None, description="When its cancel is sent; none: never.", examples=["12ms"])

    @model_validator(mode="after")
    def _cancelled_later(self) -> ScriptedOrderPart:
        if self.cancel_at is not None and self.cancel_at < self.at:
            raise ValueError("cancel_at is before the order is sent; write a time from `at` on, or take it out")
        return self

    @property
    def book_side(self) -> Side:
        """As a venue takes it."""
        return _SIDES[self.side]

    @property
    def book_time_in_force(self) -> TimeInForce:
        """As a venue takes it."""
        return TimeInForce[self.time_in_force.upper()]

    def terms(self) -> Terms | None:
        """As a venue takes them; None of a plain order."""
        terms = Terms(
            display_qty=self.display_qty,
            min_qty=self.min_qty,
            post_only=self.post_only,
            peg=Peg[self.peg.upper()],
            peg_offset=self.peg_offset,
            stop_px=self.stop,
            iso=self.iso,
        )
        return None if terms == Terms() else terms


class Scripted(Located, TradingAgent):
    """Sends the orders that are listed, each at its time."""

    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    kind: Literal["scripted"]
    orders: tuple[ScriptedOrderPart, ...] = Field(
        description="The orders.", examples=["[{at: 10ms, venue: IEX, side: buy, qty: 100, limit: 10.13}]"]
    )
    round_trip: PerVenue = Field(everywhere("400us"), description="To a venue and back.", examples=["400us"])

    def venues_among(self, kinds: Mapping[str, str]) -> tuple[str, ...]:
        """Those that it sends something to."""
        named = {order.venue for order in self.orders}
        return tuple(name for name in super().venues_among(kinds) if name in named)


class BurstFlow(Located, TradingAgent):
    """Bursts of orders and cancels behind everybody's: they load a venue and change nothing else there."""

    trades_on: ClassVar[TradesOn] = "lit"
    wired: ClassVar[tuple[str, ...]] = ("round_trip",)

    kind: Literal["burst_flow"]
    at: Duration = Field(description="When the first burst begins.", examples=["10s"])
    messages: PositiveCount = Field(description="Messages of a burst, to each venue.", examples=[5000])
    rate: EventRate = Field(description="How fast they are sent.", examples=["1000/ms"])
    every: PositiveDuration | None = Field(None, description="From one burst to the next; none: once.", examples=["1s"])
    size: Shares = Field(100, description="Shares of an order.", examples=[100])
    offset: PositiveDollars = Field(
        parse_price("1.00"), description="From the opening price to its orders, $.", examples=["1.00"]
    )
    round_trip: PerVenue = Field(everywhere("400us"), description="To a venue and back.", examples=["400us"])

    @field_validator("rate", mode="after")
    @classmethod
    def _some_rate(cls, rate: Rate) -> Any:
        if not rate.exact:
            raise ValueError(f"{rate} sends nothing; write a rate above zero, such as 1000/ms")
        return rate

    @property
    def pace(self) -> tuple[int, int]:
        """(messages, ns)."""
        exact = self.rate.exact
        return exact.numerator, exact.denominator * 1_000_000_000
