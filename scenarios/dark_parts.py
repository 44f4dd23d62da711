"""What a scenario says of how a dark pool decides."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainSerializer

from scenarios.fields import PositiveDuration, Shares
from scenarios.part import Part
from scenarios.policy_parts import MinQtyMode
from scenarios.quantities import parse_duration
from venues import pool_policies as p
from venues.policies import MinQtyMode as MinQtyValue

_AS_WRITTEN = PlainSerializer(str)

Priority = Annotated[p.Priority, _AS_WRITTEN]
Conditionals = Annotated[p.Conditionals, _AS_WRITTEN]
Unanswered = Annotated[p.Unanswered, _AS_WRITTEN]
Indications = Annotated[p.Indications, _AS_WRITTEN]


class DarkPolicies(Part):
    """What dark pools decide differently; `venues/midpoint_book.py` and `venues/conditional.py` say what it does."""

    priority: Priority = Field(p.Priority.TIME, description="Who trades first: by time, or by size and then time.")
    min_execution: Shares = Field(
        1,
        description="No two orders trade fewer shares, but for the whole rest of one of them.",
        examples=[500],
    )
    min_qty: MinQtyMode = Field(
        MinQtyValue.PER_INTERACTION, description="What the minimum of an order that comes counts."
    )
    conditionals: Conditionals = Field(
        p.Conditionals.NONE,
        description="Whether conditional orders are taken; only: firm ones just as answers to an invitation.",
        examples=["only"],
    )
    firm_up: PositiveDuration = Field(
        parse_duration("1ms"), description="From an invitation to the last moment of its answer.", examples=["1ms"]
    )
    unanswered: Unanswered = Field(
        p.Unanswered.CANCEL, description="A conditional order whose invitation was not answered in time."
    )
    indications: Indications = Field(
        p.Indications.NONE, description="What those who ask hear of the others' interest: nothing, sides, or sizes."
    )
    indication_step: Shares = Field(
        1_000, description="Sizes in indications are rounded down to multiples of it, shares.", examples=[1000]
    )

    def policies(self) -> p.PoolPolicies:
        """As the pool takes them."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return p.PoolPolicies(**plain)
