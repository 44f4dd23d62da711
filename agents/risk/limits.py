"""The limits of a desk. None, zero or an empty list: that check is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StateAction = Literal["accept", "hold", "reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the checks hold orders against. Prices in price units, money in price units x shares, times in ns.

    Attributes:
        max_order_shares: largest order.
        max_order_notional: largest order, money.
        fat_finger_percent: how far beyond the best opposite quote a limit may be, millionths of that quote.
        fat_finger_ticks: the same in ticks.
        volume_part: largest order, millionths of the shares printed in the last ``volume_window``; orders of up to
            ``volume_free`` shares always pass.
        collar_percent: how far from the mid a limit may be, on either side, millionths.
        max_position: largest position in a symbol, shares, with all open orders of that side filled.
        max_symbol_notional: the same in money, at the mid.
        max_gross_notional: the same over all symbols together.
        credit: most money that may be paid out: what was paid less what was received, and open buy orders at their
            limits.
        message_rate: messages in ``message_period``, refilled evenly; ``message_burst`` may come at once.
        duplicate_window: two orders of one side, price, size and venue within it are one too many.
        restricted: symbols that may not be traded.
        halted, auction, closed, no_quote: what becomes of an order for a venue in that state.
        recheck: how long an order is held because of a venue's state before it is asked about again.
        max_loss: mark-to-market loss at which the kill switch is thrown, money.
        max_rejects: refusals within ``reject_window`` at which it is thrown.
    """

    max_order_shares: int | None = None
    max_order_notional: int | None = None
    fat_finger_percent: int | None = None
    fat_finger_ticks: int | None = None
    volume_part: int | None = None
    volume_window: int = 10_000_000_000
    volume_free: int = 0
    collar_percent: int | None = None
    max_position: int | None = None
    max_symbol_notional: int | None = None
    max_gross_notional: int | None = None
    credit: int | None = None
    message_rate: int | None = None
    message_period: int = 1_000_000_000
    message_burst: int = 1
    duplicate_window: int | None = None
    restricted: tuple[str, ...] = ()
    halted: StateAction = "accept"
    auction: StateAction = "accept"
    closed: StateAction = "accept"
    no_quote: StateAction = "accept"
    recheck: int = 1_000_000
    max_loss: int | None = None
    max_rejects: int | None = None
    reject_window: int = 1_000_000_000
