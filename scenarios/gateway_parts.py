"""What a scenario says of a venue's gateways."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainSerializer, field_validator, model_validator

from scenarios.fields import Count, EventRate, PositiveCount
from scenarios.latencies import LatencySpec, constant
from scenarios.part import Part
from scenarios.quantities import Rate
from venues.gateway_terms import Cancels, GatewayTerms, LimitPer, OnLimit, RateLimit

_AS_WRITTEN = PlainSerializer(str)

MOST_PORTS = 1_000
_OF_A_LIMIT = ("burst", "on_limit", "per", "cancels")


class Gateway(Part):
    """The venue's order-entry ports, before the matching engine; `{}` takes the defaults."""

    service: LatencySpec = Field(constant("2us"), description="Time a port takes for one message.", examples=["2us"])
    ports: PositiveCount = Field(
        1, description="How many ports; sessions belong to one each, in the order of connecting.", examples=[4]
    )
    rate_limit: EventRate | None = Field(
        None,
        description="Messages per time that a session may send in the long run; none: any number.",
        examples=["1000/s"],
    )
    burst: PositiveCount = Field(
        1, description="Messages that may come at once before the rate limit bites.", examples=[50]
    )
    on_limit: Annotated[OnLimit, _AS_WRITTEN] = Field(
        OnLimit.QUEUE, description="A message over the rate limit waits, in order, or is rejected."
    )
    per: Annotated[LimitPer, _AS_WRITTEN] = Field(
        LimitPer.SESSION, description="The rate limit is of each session, or of each port with all its sessions."
    )
    cancels: Annotated[Cancels, _AS_WRITTEN] = Field(
        Cancels.COUNTED, description="Cancels count for the rate limit, or are exempt and overtake what waits for it."
    )
    queue_limit: Count | None = Field(
        None,
        description="Messages that may wait in each queue; one too many is rejected; none: any number.",
        examples=[1000],
    )

    @field_validator("rate_limit", mode="after")
    @classmethod
    def _some_rate(cls, rate: Rate | None) -> Rate | None:
        if rate is not None and not rate.exact:
            raise ValueError(f"{rate} lets nothing by; write a rate above zero, such as 1000/s, or take it out")
        return rate

    @field_validator("ports", mode="after")
    @classmethod
    def _not_too_many(cls, ports: int) -> int:
        if ports > MOST_PORTS:
            raise ValueError(f"{ports} ports; write {MOST_PORTS} or fewer")
        return ports

    @model_validator(mode="after")
    def _limits_something(self) -> Gateway:
        idle = [key for key in _OF_A_LIMIT if key in self.model_fields_set and self._differs(key)]
        if self.rate_limit is None and idle:
            raise ValueError(f"{' and '.join(idle)} without `rate_limit` limits nothing; write one, such as 1000/s")
        return self

    def _differs(self, key: str) -> bool:
        return bool(getattr(self, key) != type(self).model_fields[key].default)

    def terms(self) -> GatewayTerms:
        """As the venue takes them."""
        return GatewayTerms(
            ports=self.ports,
            rate_limit=None if self.rate_limit is None else _limit(self.rate_limit, self.burst),
            on_limit=self.on_limit,
            per=self.per,
            cancels=self.cancels,
            queue_limit=self.queue_limit,
        )


def _limit(rate: Rate, burst: int) -> RateLimit:
    exact = rate.exact  # a second
    return RateLimit(exact.numerator, exact.denominator * 1_000_000_000, burst)
