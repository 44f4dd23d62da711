"""Conditional orders of a dark pool, and the invitations that are out.

Rules
    A conditional order that could trade with an order of another owner on the other side, firm and resting or itself
    conditional, is invited to firm up (two conditional ones: both). In the pool's priority each meets the first that it
    could trade with, among the firm orders; then those that are left among the conditional ones.
    One negotiation at a time: while an invitation is out, neither of the two invites or is invited again.
    Nothing is reserved: a firm order that has invited somebody may trade with others meanwhile.
    The answer may come up to the deadline, that instant included. What is not answered then is cancelled or goes to
    the back (`unanswered`); at the back only orders that come later invite it again.
    An IOC neither invites nor rests, unless it is itself an answer: then it stays while the other one's answer is out.

Cost
    An invitation looks at all pairs of a conditional order and an order on the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from venues.dark_orders import DarkOrder, tradable
from venues.messages import Side

Rank = Callable[[DarkOrder], Any]


class ConditionalOrders:
    """Who waits conditionally, who is invited until when, and who negotiates with whom."""

    def __init__(self) -> None:
        self.waiting: dict[int, DarkOrder] = {}
        """All conditional orders by id, invited or not."""
        self.deadlines: dict[int, int] = {}
        """Of those that are invited: the last moment of the answer, ns."""
        self._partners: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.waiting)

    def of_side(self, side: Side) -> list[DarkOrder]:
        """The conditional orders of a side."""
        return [order for order in self.waiting.values() if order.side is side]

    def is_invited(self, order_id: int) -> bool:
        """Is an answer of this order out?"""
        return order_id in self.deadlines

    def partner_is_out(self, order_id: int) -> bool:
        """Has the other one of its negotiation still to answer?"""
        return self._partners.get(order_id) in self.deadlines

    def take_out(self, order_id: int) -> DarkOrder:
        """The order leaves, and with it its negotiation."""
        self.end_negotiation(order_id)
        self.deadlines.pop(order_id, None)
        return self.waiting.pop(order_id)

    def answered(self, order_id: int) -> tuple[DarkOrder, int]:
        """(the order, its deadline): it leaves as a firm order; who negotiates with it waits on."""
        deadline = self.deadlines.pop(order_id)
        if not self.partner_is_out(order_id):
            self.end_negotiation(order_id)
        return self.waiting.pop(order_id), deadline

    def end_negotiation(self, order_id: int) -> None:
        """This order negotiates with nobody any more; an invitation that is out stays out."""
        partner = self._partners.pop(order_id, None)
        if partner is not None:
            del self._partners[partner]

    def next_deadline(self) -> int | None:
        """The first deadline of an invitation that is out, ns."""
        return min(self.deadlines.values(), default=None)

    def overdue(self, now: int) -> list[DarkOrder]:
        """Whose deadline has passed, the earliest first."""
        late = [order_id for order_id, deadline in self.deadlines.items() if deadline < now]
        return sorted(
            (self.waiting[i] for i in late), key=lambda order: (self.deadlines[order.order_id], order.arrival)
        )

    def invite(
        self, firm: Iterable[DarkOrder], midpoint: int, deadline: int, rank: Rank, venue_least: int
    ) -> Iterator[DarkOrder]:
        """Begin every negotiation that can be, and name the conditional orders that are invited by it, in order."""
        free = [order for order in self.waiting.values() if self._is_free(order) and order.accepts(midpoint)]
        if not free:
            return
        free.sort(key=rank)
        standing = [o for o in firm if self._is_free(o) and not o.is_immediate and o.accepts(midpoint)]
        standing.sort(key=rank)
        for others in (standing, free):
            sides = {side: [other for other in others if other.side is side] for side in Side}
            for order in free:
                contra = sides[Side.SELL if order.side is Side.BUY else Side.BUY]
                partner = next((other for other in contra if self._could_meet(order, other, venue_least)), None)
                if partner is not None:
                    self._partners[order.order_id] = partner.order_id
                    self._partners[partner.order_id] = order.order_id
                    yield from self._invited(order, partner, deadline=deadline)

    def _is_free(self, order: DarkOrder) -> bool:
        """It negotiates with nobody and owes no answer."""
        return order.order_id not in self._partners and order.order_id not in self.deadlines

    def _invited(self, *both: DarkOrder, deadline: int) -> Iterator[DarkOrder]:
        for order in both:
            if order.order_id in self.waiting:
                self.deadlines[order.order_id] = deadline
                yield order

    def _could_meet(self, order: DarkOrder, other: DarkOrder, venue_least: int) -> bool:
        return (
            other.arrival > order.lapsed
            and order.arrival > other.lapsed
            and other.owner != order.owner
            and self._is_free(order)
            and self._is_free(other)
            and tradable(order.leaves_qty, order.min_qty, other, venue_least) > 0
        )
