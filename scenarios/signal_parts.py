"""What a scenario says of a venue's crumbling-quote signal."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PlainSerializer, Tag

from scenarios.fields import Number, PositiveCount, PositiveDuration, VenueName
from scenarios.latencies import PerVenue, everywhere
from scenarios.part import Part
from scenarios.quantities import parse_duration
from venues import quote_model as q

_DEFAULT = q.Coefficients()


def _weight(name: str, description: str) -> Any:
    return Field(
        getattr(_DEFAULT, name) / q.PARTS, description=description, examples=[getattr(_DEFAULT, name) / q.PARTS]
    )


class SignalCoefficients(Part):
    """Weights of what the venue counts; the defaults are those that IEX published in August 2016."""

    constant: Number = _weight("constant", "Whatever is counted.")
    near: Number = _weight("near", "Of each venue at the best price of the side in question.")
    far: Number = _weight("far", "Of each venue at the best price of the other side.")
    near_before: Number = _weight("near_before", "Of each venue at the near price a window ago.")
    far_before: Number = _weight("far_before", "Of each venue at the far price a window ago.")
    two_left: Number = _weight("two_left", "When the last two updates were of venues that left the near price.")
    leaders_left: Number = _weight("leaders_left", "Of each leading venue that left the near price within the window.")

    def coefficients(self) -> q.Coefficients:
        """As the signal takes them: whole ten-thousandths."""
        return q.Coefficients(**{name: round(getattr(self, name) * q.PARTS) for name in type(self).model_fields})


def _tag(value: Any) -> str:
    return "all" if value == "all" else "list"


class Signal(Part):
    """A crumbling-quote signal: discretionary pegs of a side stay put while it is on; `{}` takes the defaults."""

    window: PositiveDuration = Field(
        parse_duration("1ms"), description="How far back venues that left count.", examples=["1ms"]
    )
    hold: PositiveDuration = Field(
        parse_duration("2ms"), description="How long it stays on after it was met.", examples=["2ms"]
    )
    threshold: Number = Field(
        0.0, description="The weighted sum must be above this: log(p / (1 - p)) of a probability p.", examples=[0]
    )
    least_left: PositiveCount = Field(
        1, description="At least so many venues must have left the best price within the window.", examples=[1]
    )
    leaders: Annotated[
        Annotated[Literal["all"], Tag("all")] | Annotated[tuple[VenueName, ...], PlainSerializer(list), Tag("list")],
        Discriminator(_tag),
    ] = Field("all", description="The leading venues: all others, or a list.", examples=["[NASDAQ, EDGX, BATS]"])
    latency: PerVenue = Field(
        everywhere("100us"), description="From the other venues' feeds to the signal.", examples=["100us"]
    )
    coefficients: SignalCoefficients = Field(
        SignalCoefficients.model_construct(**{n: f.default for n, f in SignalCoefficients.model_fields.items()}),
        description="Weights of what is counted.",
        examples=["{constant: -1.3493, near: -1.1409}"],
    )

    def terms(self) -> q.SignalTerms:
        """As the signal takes them."""
        return q.SignalTerms(
            window=self.window,
            hold=self.hold,
            threshold=round(self.threshold * q.PARTS),
            least_left=self.least_left,
            leaders=None if self.leaders == "all" else self.leaders,
            coefficients=self.coefficients.coefficients(),
        )
