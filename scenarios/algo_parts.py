"""Parent algorithms in a scenario, and in an order of the API: `algo: {kind: twap, slices: 10}`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PlainSerializer, Tag

from agents.algos.algo import PARTS, Algo, AtEnd, Instructions
from agents.algos.arrival_price import ArrivalPrice
from agents.algos.close import Close
from agents.algos.implementation_shortfall import ImplementationShortfall
from agents.algos.pov import Pov
from agents.algos.shown import Iceberg, Pegged
from agents.algos.twap import Twap
from agents.algos.volume_curve import VolumeCurve, read_profile, u_shape
from agents.algos.vwap import Vwap
from scenarios.fields import (
    Count,
    Duration,
    Number,
    PositiveCount,
    PositiveDuration,
    PositiveNumber,
    Shares,
    SignedDollars,
    Text,
    VenueName,
)
from scenarios.part import Part
from scenarios.quantities import parse_duration

MOST_SLICES = 10_000


def _millionths(value: float) -> float:
    if not 0 < value <= 1 or round(value * PARTS) < 1:
        raise ValueError(f"{value:g} is not a part; write a number above 0 and up to 1, such as 0.1 for 10 %")
    return value


def _below_all(value: float) -> float:
    if not 0 < value < 1 or not 1 <= round(value * PARTS) < PARTS:
        raise ValueError(f"{value:g} is not a rate; write a number above 0 and below 1, such as 0.1 for 10 %")
    return value


def _not_negative(value: float) -> float:
    if value < 0:
        raise ValueError(f"{value:g} is negative; write 0 or more")
    return value


def _few_enough(value: int) -> int:
    if not 1 <= value <= MOST_SLICES:
        raise ValueError(f"{value} is not a number of slices; write 1 to {MOST_SLICES}")
    return value


PartOfAll = Annotated[Number, AfterValidator(_millionths)]
"""Above 0, up to 1."""

RateOfVolume = Annotated[Number, AfterValidator(_below_all)]
"""Above 0, below 1."""

NumberFromZero = Annotated[Number, AfterValidator(_not_negative)]
SliceCount = Annotated[Count, AfterValidator(_few_enough)]


def parts(value: float) -> int:
    """Whole millionths.

    >>> parts(0.1)
    100000
    """
    return round(value * PARTS)


class AlgoPart(Part):
    """What every algorithm has."""

    kind: str = Field(description="The algorithm.")
    at_end: AtEnd = Field(
        "cancel",
        description="What becomes of the rest when the horizon ends: cancel it, cross (take what is displayed within "
        "the limit), or leave it resting until the day ends.",
    )
    max_participation: RateOfVolume | None = Field(
        None, description="Largest part of the market's volume, own fills counted on both sides.", examples=[0.1]
    )

    def instructions(self, folder: Path) -> Instructions:
        """As the router takes them; a file is looked for in ``folder``."""
        cap = None if self.max_participation is None else parts(self.max_participation)
        return Instructions(self.kind, self.algo(folder), self.at_end, cap)

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        raise NotImplementedError(f"{type(self).__name__} makes no algorithm: define algo()")


CatchUp = Literal["next", "spread", "none"]


class ScheduledAlgo(AlgoPart):
    """An algorithm with a schedule."""

    slices: SliceCount = Field(10, description="Equal spans of time that the horizon is cut into.", examples=[10])
    catch_up: CatchUp = Field(
        "next",
        description="What a slice left unfilled: all in the next slice, spread over those that are left, or none.",
    )


class TwapAlgo(ScheduledAlgo):
    """The same number of shares in each span of time."""

    kind: Literal["twap"]

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return Twap(slices=self.slices, catch_up=self.catch_up)


class CurveFile(Part):
    """A volume profile in a file; it is laid over the market's time, minute by minute."""

    file: Text = Field(
        description="CSV with a column `volume`, a row a minute; relative to the scenario's folder.",
        examples=["profile.csv"],
    )
    start: Duration = Field(0, description="Time of the market at which the first minute begins.", examples=["0s"])


def _curve_tag(value: Any) -> str:
    return "file" if isinstance(value, (dict, CurveFile)) else "weights" if isinstance(value, (list, tuple)) else "name"


def _a_volume(weights: tuple[int, ...]) -> tuple[int, ...]:
    if not sum(weights):
        raise ValueError("no weight is above zero; write what share of the volume each part of the horizon has")
    return weights


_Weights = Annotated[tuple[Count, ...], AfterValidator(_a_volume), PlainSerializer(list)]


class VwapAlgo(ScheduledAlgo):
    """Shares in proportion to a volume curve."""

    kind: Literal["vwap"]
    curve: Annotated[
        Annotated[Literal["u_shape", "flat"], Tag("name")]
        | Annotated[_Weights, Tag("weights")]
        | Annotated[CurveFile, Tag("file")],
        Discriminator(_curve_tag),
    ] = Field(
        "u_shape",
        description="How volume is spread: u_shape, flat or a list of whole weights, laid over the order's horizon, or "
        "{file: ...}, a minute profile laid over the market's time.",
        examples=["[5, 3, 2, 3, 5]"],
    )
    u_ratio: PositiveCount = Field(3, description="Volume at the ends of the U, in times of its middle.", examples=[3])

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself.

        Raises:
            CurveError: the file is no profile.
        """
        curve, day = self.volume_curve(folder), None
        if isinstance(self.curve, CurveFile):
            day = (self.curve.start, self.curve.start + curve.bucket * len(curve.weights))
        return Vwap(slices=self.slices, catch_up=self.catch_up, curve=curve, day=day)

    def volume_curve(self, folder: Path) -> VolumeCurve:
        """The curve.

        Raises:
            CurveError: the file is no profile.
        """
        if isinstance(self.curve, CurveFile):
            return read_profile(folder / self.curve.file)
        if self.curve == "u_shape":
            return u_shape(self.u_ratio)
        return VolumeCurve((1,) if self.curve == "flat" else tuple(self.curve))


class PovAlgo(AlgoPart):
    """A fixed part of the volume that the market trades."""

    kind: Literal["pov"]
    rate: RateOfVolume = Field(
        description="Part of the market's volume, own fills counted on both sides.", examples=[0.1]
    )
    interval: PositiveDuration = Field(
        parse_duration("1s"), description="How often volume is looked at.", examples=["1s"]
    )

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return Pov(rate=parts(self.rate), interval=self.interval)


class ImplementationShortfallAlgo(ScheduledAlgo):
    """The schedule of Almgren and Chriss."""

    kind: Literal["implementation_shortfall"]
    risk_aversion: NumberFromZero = Field(description="Per dollar; 0 trades evenly.", examples=["1e-6"])
    volatility: NumberFromZero = Field(description="$/share per square root of time_unit.", examples=["0.01"])
    temporary_impact: PositiveNumber = Field(description="eta: $/share per (share per time_unit).", examples=["2.5e-6"])
    permanent_impact: NumberFromZero = Field(0.0, description="gamma: $/share per share.", examples=["2.5e-7"])
    time_unit: PositiveDuration = Field(
        parse_duration("1s"), description="What the parameters count time in.", examples=["1s"]
    )

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return ImplementationShortfall(
            slices=self.slices,
            catch_up=self.catch_up,
            risk_aversion=self.risk_aversion,
            volatility=self.volatility,
            temporary_impact=self.temporary_impact,
            permanent_impact=self.permanent_impact,
            time_unit=self.time_unit,
        )


class ArrivalPriceAlgo(AlgoPart):
    """A large part at once, the rest at a falling pace; faster while the arrival price is offered."""

    kind: Literal["arrival_price"]
    slices: SliceCount = Field(10, description="Equal spans of time that the horizon is cut into.", examples=[10])
    pace: PartOfAll = Field(0.3, description="Part of what is left that each slice takes.", examples=[0.3])
    ahead_in_the_money: Count = Field(
        1, description="Slices to run ahead while the other side is at the arrival mid or better.", examples=[1]
    )

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return ArrivalPrice(slices=self.slices, pace=parts(self.pace), ahead_in_the_money=self.ahead_in_the_money)


class IcebergAlgo(AlgoPart):
    """Rests at its limit, or at the touch, and shows a part at a time."""

    kind: Literal["iceberg"]
    show: Shares = Field(description="Shares shown at a time.", examples=[100])
    refresh: Duration = Field(0, description="From the end of a slice to the next one.", examples=["5ms"])
    venue: VenueName | None = Field(
        None, description="Where it rests; the lit venue with the lowest maker fee, unless given.", examples=["NYSE"]
    )

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return Iceberg(show=self.show, refresh=self.refresh, venue=self.venue)


class PeggedAlgo(AlgoPart):
    """Rests at a price that follows the market."""

    kind: Literal["pegged"]
    peg: Literal["primary", "mid"] = Field(
        "primary", description="primary: the best price of its own side; mid: the midpoint."
    )
    offset: SignedDollars = Field(0, description="Towards the market; negative: away from it, $.", examples=["-0.01"])
    every: PositiveDuration = Field(
        parse_duration("10ms"), description="How often the market is looked at.", examples=["10ms"]
    )
    show: Shares | None = Field(None, description="Shares shown at a time; all, unless given.", examples=[100])
    refresh: Duration = Field(0, description="From the end of a slice to the next one.", examples=["5ms"])
    venue: VenueName | None = Field(
        None, description="Where it rests; the lit venue with the lowest maker fee, unless given.", examples=["NYSE"]
    )

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return Pegged(
            show=self.show,
            refresh=self.refresh,
            venue=self.venue,
            follow=self.peg,
            offset=self.offset,
            every=self.every,
        )


class CloseAlgo(AlgoPart):
    """The closing auction for a part, even slices before it for the rest."""

    kind: Literal["close"]
    venue: VenueName | None = Field(
        None, description="Whose closing auction; the first venue's that has one, unless given.", examples=["NYSE"]
    )
    auction_part: PartOfAll = Field(1.0, description="Part of the order that goes to the auction.", examples=[0.5])
    window: PositiveDuration = Field(
        parse_duration("10s"), description="Before the call, in which the rest is worked.", examples=["10s"]
    )
    slices: SliceCount = Field(10, description="Even pieces of the rest.", examples=[10])

    def algo(self, folder: Path) -> Algo:
        """The algorithm itself."""
        return Close(venue=self.venue, auction_part=parts(self.auction_part), window=self.window, slices=self.slices)


def _algo_of(value: Any) -> Any:
    """A bare name is a kind without parameters."""
    return {"kind": value} if isinstance(value, str) else value


AnyAlgo = Annotated[
    TwapAlgo
    | VwapAlgo
    | PovAlgo
    | ImplementationShortfallAlgo
    | ArrivalPriceAlgo
    | IcebergAlgo
    | PeggedAlgo
    | CloseAlgo,
    Field(discriminator="kind"),
]

AlgoField = Annotated[AnyAlgo, BeforeValidator(_algo_of)]
"""An algorithm: ``twap``, or ``{kind: twap, slices: 10}``."""
