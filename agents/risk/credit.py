"""Money that may be paid out: what was paid, less what was received, and open buy orders at their limits."""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import NO_VALUE, OrderFacts, Verdict, dollars, rejected


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    credit = limits.credit
    if credit is None:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        if order.side < 0:
            return None
        adds = order.adds
        more = adds * order.worth if adds == order.qty else account.extra_cost(order.order_id, adds, order.worth)
        if order.adds and not order.worth:
            return rejected("CREDIT", 0, credit, NO_VALUE)
        used = account.credit_used + more
        if used <= credit:
            return None
        text = f"the order would bring the money used to {dollars(used)}, more than the credit of {dollars(credit)}"
        return rejected("CREDIT", used, credit, text)

    return check
