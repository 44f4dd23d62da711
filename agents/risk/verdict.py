"""What pre-trade risk is asked and what it answers."""

from __future__ import annotations

from typing import NamedTuple

from agents.tables import RISK_CODES
from venues.messages import TimeInForce

CODES = {name: code for code, name in RISK_CODES.items()}

ACCEPT, HOLD, REJECT = 0, 1, 2


class OrderFacts(NamedTuple):
    """An order, or the new terms of one, as the checks see it. Prices in price units, sizes in shares.

    ``side`` 1 to buy, -1 to sell. ``price`` None: a market order. ``adds``: shares by which it makes the desk's open
    orders larger; a replace adds the difference. ``worth``: what a share is valued at: its limit, or for a market order
    the quote that it would meet; 0: nobody knows, and no limit in money lets it pass. ``parent_id`` 0: none.
    """

    order_id: int
    parent_id: int
    symbol: str
    venue: str
    side: int
    qty: int
    price: int | None
    time_in_force: TimeInForce
    adds: int
    worth: int


class Verdict(NamedTuple):
    """The answer to an order.

    ``code`` is a name of `agents.tables.RISK_CODES`, ``text`` says the same to a person. ``measured`` and ``allowed``
    are the numbers that decided, in the code's unit. ``until`` (ns): a held order is asked about again then.
    """

    action: int
    code: str = "NONE"
    text: str = ""
    measured: int = 0
    allowed: int = 0
    until: int = 0


ACCEPTED = Verdict(ACCEPT)

NO_VALUE = "nobody quotes and the order has no limit: what it is worth is not known; give it a limit"
"""Of an order that a limit in money cannot be held against: it does not pass."""


def rejected(code: str, measured: int, allowed: int, text: str) -> Verdict:
    """A refusal."""
    return Verdict(REJECT, code, text, measured, allowed)


def held(code: str, measured: int, allowed: int, until: int, text: str) -> Verdict:
    """A wait; the order is asked about again at ``until`` (ns), or when the desk hears of an order before."""
    return Verdict(HOLD, code, text, measured, allowed, until)


def dollars(units: int) -> str:
    """Price units (times shares, where it is money) in dollars.

    >>> dollars(100_0500), dollars(5_000_000_000), dollars(100_0050)
    ('$100.05', '$500,000.00', '$100.005')
    """
    whole, rest = divmod(abs(units), 10_000)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{'-' if units < 0 else ''}${whole:,}.{decimals}"


def percent(millionths: int) -> str:
    """Millionths as a percentage.

    >>> percent(30_000), percent(12_345)
    ('3%', '1.2345%')
    """
    return f"{millionths // 10_000}.{millionths % 10_000:04d}".rstrip("0").rstrip(".") + "%"
