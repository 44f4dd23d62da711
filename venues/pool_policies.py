"""What dark pools decide differently: named values, one per question; a scenario's `policies:` of a dark venue.

The defaults are those of a plain midpoint pool: time priority, no minima, firm orders only, no indications.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from venues.policies import MinQtyMode


class Priority(StrEnum):
    """Who trades first among the orders whose limits accept the midpoint."""

    TIME = "time"
    SIZE = "size"
    """The most open shares first, then time; a larger order that comes later goes ahead."""


class Conditionals(StrEnum):
    """Whether conditional orders are taken, and firm ones beside them."""

    NONE = "none"
    ALLOWED = "allowed"
    ONLY = "only"
    """A firm order is taken as the answer to an invitation alone."""


class Unanswered(StrEnum):
    """What becomes of a conditional order whose invitation was not answered in time."""

    CANCEL = "cancel"
    REQUEUE = "requeue"
    """It goes to the back, and only orders that come later invite it again."""


class Indications(StrEnum):
    """What those who asked for indications hear of the others' open interest."""

    NONE = "none"
    SIDE = "side"
    """That there is a buyer, or a seller."""
    SIZE = "size"
    """How many shares, rounded down to steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPolicies:
    """How a pool decides.

    Attributes:
        min_execution: no two orders trade fewer shares with each other, but for the whole rest of one of them.
        min_qty: what the minimum of an order that comes counts: all its trades together, or each. One that rests
            always counts each.
        firm_up: ns from an invitation to the last moment of its answer, as the pool's clock has it.
        indication_step: shares; sizes in indications are rounded down to multiples of it, and are at least one.
    """

    priority: Priority = Priority.TIME
    min_execution: int = 1
    min_qty: MinQtyMode = MinQtyMode.PER_INTERACTION
    conditionals: Conditionals = Conditionals.NONE
    firm_up: int = 1_000_000
    unanswered: Unanswered = Unanswered.CANCEL
    indications: Indications = Indications.NONE
    indication_step: int = 1_000

    def __post_init__(self) -> None:
        for name in ("min_execution", "firm_up", "indication_step"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: write 1 or more")


PLAIN_POOL: Final = PoolPolicies()
