"""What a check is: a function made of limits, account and market; it says what is wrong with an order, or None."""

from __future__ import annotations

from collections.abc import Callable

from agents.risk.verdict import OrderFacts, Verdict

Check = Callable[[OrderFacts, int], Verdict | None]
"""(order, now in ns) -> a verdict that is not ACCEPT, or None."""
