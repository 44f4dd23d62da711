"""What an internaliser takes, and for how much; `venues.internaliser` has the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unwanted(StrEnum):
    """What becomes of an order that the firm does not want."""

    REFUSE = "refuse"
    ROUTE_OUT = "route_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class InternaliserTerms:
    """What the firm takes, and for how much.

    Attributes:
        improvement: price units per share.
        max_qty: shares of one order.
        position_limit: shares either way; None: any.
    """

    improvement: int
    max_qty: int
    position_limit: int | None = None
    unwanted: Unwanted = Unwanted.REFUSE
