"""Symbols that may not be traded."""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, rejected


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    listed = limits.restricted
    if not listed:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        if order.symbol not in listed:
            return None
        return rejected("RESTRICTED", 0, 0, f"{order.symbol} is on the restricted list")

    return check
