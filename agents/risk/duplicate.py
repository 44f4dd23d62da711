"""The same order twice within a short time. What differs in side, price, size or venue is another order."""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, rejected

MOST_KEPT = 10_000
"""Orders that are remembered before old ones are let go."""


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    window = limits.duplicate_window
    if window is None:
        return None
    latest: dict[tuple[str, str, int, int | None, int], tuple[int, int]] = {}

    full = [MOST_KEPT]

    def check(order: OrderFacts, now: int) -> Verdict | None:
        order_id, _, symbol, venue, side, qty, price, _, adds, _ = order
        if adds != qty:
            return None  # a replace
        key = (symbol, venue, side, price, qty)
        before = latest.get(key)
        if before is not None and now - before[0] < window and before[1] != order_id:
            since = now - before[0]
            text = f"the same side, size and price went to {venue} {since} ns ago as order {before[1]}; "
            return rejected("DUPLICATE", since, window, f"{text}the window is {window} ns")
        if len(latest) >= full[0]:
            _forget(now - window)
            full[0] = max(MOST_KEPT, 2 * len(latest))
        latest[key] = (now, order_id)
        return None

    def _forget(before: int) -> None:
        for key in [key for key, (at, _) in latest.items() if at <= before]:
            del latest[key]

    return check
