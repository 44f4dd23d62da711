"""A speed bump for takers only: what would take waits, what adds or withdraws liquidity goes by.

Rules
    What a message would do is judged when it reaches the venue, by the displayed best of that moment:
    a new order would take if it is a market order, or its limit reaches the other side's best; so would a replace whose
    new price reaches it. Post-only, pegged and stop orders, cancels and reductions never would.
    Delayed messages stay in order among themselves. The others overtake them: that is what the bump is for. A cancel
    of an order that still waits in the bump finds no such order and is rejected.
    A delayed order is not judged again: it takes what it finds, or rests.

Does not model
    Hidden orders in the judgement: an order that could meet only hidden size is not delayed.

Source: the asymmetric designs of exchanges, such as Cboe EDGA's proposal of 2019 (SR-CboeEDGA-2019-012).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.environment import Environment
from sim.link import Link
from venues.messages import NewOrder, Peg, ReplaceOrder, Side


class TakerBump:
    """The gateway of a venue that delays what would take.

    Args:
        delay: ns.
        top: the displayed (bid, bid size, ask, ask size); 0 shares: that side is empty.
        side_of: the side of a live order by its id, None if there is no such order.
        accept: where messages go on to.
    """

    def __init__(
        self,
        env: Environment,
        delay: int,
        top: Callable[[], tuple[int, int, int, int]],
        side_of: Callable[[int], Side | None],
        accept: Callable[[Any], object],
    ) -> None:
        self._bump = Link(env, delay)
        self._top = top
        self._side_of = side_of
        self._accept = accept

    def receive(self, message: Any) -> None:
        """Let a message by, or hold it up. The caller's last act."""
        if self.would_take(message):
            self._bump.send(self._accept, message)
        else:
            self._accept(message)

    def would_take(self, message: Any) -> bool:
        """Whether a message would take from what is displayed now."""
        if isinstance(message, NewOrder):
            terms = message.terms
            if terms is not None and (terms.post_only or terms.peg is not Peg.NONE or terms.stop_px):
                return False
            return self._reaches(message.side, message.price)
        if isinstance(message, ReplaceOrder):
            side = self._side_of(message.order_id)
            return side is not None and self._reaches(side, message.price)
        return False

    def _reaches(self, side: Side, price: int | None) -> bool:
        bid, bid_qty, ask, ask_qty = self._top()
        if side is Side.BUY:
            return bool(ask_qty) and (price is None or price >= ask)
        return bool(bid_qty) and (price is None or price <= bid)
