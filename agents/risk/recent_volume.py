"""An order that is large beside what was traded lately."""

from __future__ import annotations

from agents.algos.algo import PARTS
from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, percent, rejected


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    part, window, free = limits.volume_part, limits.volume_window, limits.volume_free
    if part is None:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        qty = order.qty
        if qty <= free:
            return None
        volume = seen.printed_within(window)
        allowed = max(free, volume * part // PARTS)
        if qty <= allowed:
            return None
        text = f"{qty} shares are more than {percent(part)} of the {volume} that were traded in the last "
        return rejected("RECENT_VOLUME", qty, allowed, f"{text}{window / 1e9:g} s")

    return check
