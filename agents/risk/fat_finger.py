"""A limit far beyond the best opposite quote is a slip of the finger. Market orders have none and pass."""

from __future__ import annotations

from agents.algos.algo import PARTS
from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, dollars, percent, rejected


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    part, ticks = limits.fat_finger_percent, limits.fat_finger_ticks
    if part is None and ticks is None:
        return None

    def check(order: OrderFacts, now: int) -> Verdict | None:
        price, side = order.price, order.side
        if price is None:
            return None
        bid, ask = account.best
        touch = ask if side > 0 else bid
        if not touch:
            return None  # nothing to hold it against: a matter of the market's state
        beyond = side * (price - touch)
        if ticks is not None and beyond > ticks * seen.tick:
            return _refusal(order, touch, beyond, ticks * seen.tick, f"{ticks} ticks")
        if part is not None and beyond * PARTS > part * touch:
            return _refusal(order, touch, beyond, part * touch // PARTS, percent(part))
        return None

    return check


def _refusal(order: OrderFacts, touch: int, beyond: int, allowed: int, limit: str) -> Verdict:
    assert order.price is not None
    what = "offer" if order.side > 0 else "bid"
    text = f"the limit of {dollars(order.price)} is {dollars(beyond)} beyond the best {what} of {dollars(touch)}; "
    return rejected("FAT_FINGER", beyond, allowed, f"{text}no more than {limit} is allowed")
