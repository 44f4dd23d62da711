"""Largest order, in shares and in money."""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import NO_VALUE, OrderFacts, Verdict, dollars, rejected


def largest(order: OrderFacts, verdict: Verdict) -> int | None:
    """Shares that an order refused here might have had at its price; None: it was refused for something else.

    >>> from venues.messages import TimeInForce
    >>> order = OrderFacts(1, 1, "XYZ", "NYSE", 1, 300, 100_0000, TimeInForce.IOC, 300, 100_0000)
    >>> largest(order, rejected("ORDER_SIZE", 300, 200, "")), largest(order, rejected("RESTRICTED", 0, 0, ""))
    (200, None)
    >>> largest(order, rejected("ORDER_NOTIONAL", 300 * 100_0000, 150 * 100_0000 + 1, ""))
    150
    """
    if verdict.code == "ORDER_SIZE":
        return verdict.allowed
    return verdict.allowed // order.worth if verdict.code == "ORDER_NOTIONAL" and order.worth else None


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    most, most_money = limits.max_order_shares, limits.max_order_notional
    if most is None and most_money is None:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        qty = order.qty
        if most is not None and qty > most:
            return rejected("ORDER_SIZE", qty, most, f"{qty} shares are more than the {most} that an order may have")
        if most_money is not None and not order.worth:
            return rejected("ORDER_NOTIONAL", 0, most_money, NO_VALUE)
        if most_money is not None and qty * order.worth > most_money:
            worth = qty * order.worth
            text = f"{qty} shares at {dollars(order.worth)} are {dollars(worth)}, more than the {dollars(most_money)} "
            return rejected("ORDER_NOTIONAL", worth, most_money, f"{text}that an order may be worth")
        return None

    return check
