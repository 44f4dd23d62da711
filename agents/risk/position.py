"""Positions, with every open order of the worse side filled: by symbol in shares and in money, and in all.

An order that does not make the worst case larger always passes: it is the way back.
"""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import NO_VALUE, OrderFacts, Verdict, dollars, rejected


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    most, most_money, gross = limits.max_position, limits.max_symbol_notional, limits.max_gross_notional
    if most is None and most_money is None and gross is None:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        holding = account.holding(order.symbol)
        before, after = holding.worst(order.side, order.adds)
        if after <= before:
            return None
        if most is not None and after > most:
            text = f"with open orders filled the position in {order.symbol} could be {after} shares, more than the "
            return rejected("POSITION", after, most, f"{text}{most} allowed")
        mid = holding.mid or order.worth
        if not mid and (most_money is not None or gross is not None):
            code, allowed = ("GROSS", gross) if most_money is None else ("SYMBOL_NOTIONAL", most_money)
            return rejected(code, 0, allowed or 0, NO_VALUE)
        if most_money is not None and after * mid > most_money:
            worth = after * mid
            text = f"with open orders filled the position in {order.symbol} could be worth {dollars(worth)}, more than "
            return rejected("SYMBOL_NOTIONAL", worth, most_money, f"{text}the {dollars(most_money)} allowed")
        if gross is not None:
            return _gross(order.symbol, after * mid, gross)
        return None

    def _gross(symbol: str, here: int, gross: int) -> Verdict | None:
        total = here
        for name, holding in account.holdings.items():
            if name != symbol:
                total += holding.worst(1, 0)[0] * holding.mid
        if total <= gross:
            return None
        text = f"with open orders filled all positions could be worth {dollars(total)}, more than the "
        return rejected("GROSS", total, gross, f"{text}{dollars(gross)} allowed")

    return check
