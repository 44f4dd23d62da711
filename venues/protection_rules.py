"""What a venue does about other venues' protected quotes: named values, one per question."""

from __future__ import annotations

from enum import StrEnum


class ThroughAction(StrEnum):
    """What becomes of an order that would trade through a protected quote."""

    CANCEL = "cancel"
    REPRICE = "reprice"
    ROUTE_OUT = "route_out"


class LockAction(StrEnum):
    """What becomes of an order that would be displayed and lock or cross a protected quote."""

    REJECT = "reject"
    REPRICE = "reprice"
    ROUTE_OUT = "route_out"
