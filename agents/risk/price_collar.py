"""A limit far from the mid, on either side, is no price of this market. Without a mid there is no collar."""

from __future__ import annotations

from agents.algos.algo import PARTS
from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, dollars, percent, rejected


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    part = limits.collar_percent
    if part is None:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        price = order.price
        if price is None:
            return None
        bid, ask = account.best
        if not bid or not ask:
            return None
        away = abs(2 * price - bid - ask)
        if away * PARTS <= part * (bid + ask):
            return None
        mid = (bid + ask) // 2
        text = f"the limit of {dollars(price)} is {dollars(away // 2)} from the mid of {dollars(mid)}; no more than "
        return rejected("PRICE_COLLAR", away // 2, part * mid // PARTS, f"{text}{percent(part)} is allowed")

    return check
