"""An order in a dark pool, what a pool's reports say of it, and how much two orders may trade."""

from __future__ import annotations

from venues.messages import ExecType, ExecutionReport, Liquidity, NewOrder, OrdStatus, Reason, Side, TimeInForce

IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)
"""What never rests."""


class DarkOrder:
    """An order in the pool, firm or conditional.

    ``arrival`` counts what came; ``lapsed`` is the count when its last invitation lapsed: only later arrivals invite
    it again.
    """

    __slots__ = (
        "arrival",
        "cum_qty",
        "lapsed",
        "leaves_qty",
        "limit",
        "min_qty",
        "order_id",
        "owner",
        "side",
        "time_in_force",
    )

    def __init__(self, order: NewOrder, arrival: int, cum_qty: int = 0) -> None:
        self.arrival = arrival
        self.order_id = order.order_id
        self.owner = order.owner
        self.side = order.side
        self.limit = order.price
        self.leaves_qty = order.qty - cum_qty
        self.cum_qty = cum_qty
        self.time_in_force = order.time_in_force
        self.min_qty = 0 if order.terms is None else order.terms.min_qty
        self.lapsed = -1

    @property
    def is_immediate(self) -> bool:
        """IOC or FOK."""
        return self.time_in_force in IMMEDIATE

    def accepts(self, price: int) -> bool:
        """Would it trade at this price?"""
        return self.limit is None or (price <= self.limit if self.side is Side.BUY else price >= self.limit)


def tradable(leaves: int, least: int, other: DarkOrder, venue_least: int) -> int:
    """Shares that an order of ``leaves`` with a minimum of ``least`` may trade with another now; 0: none.

    The whole rest of an order is always enough for that order.

    >>> resting = DarkOrder(NewOrder(1, 7, Side.SELL, 300, None), arrival=0)
    >>> tradable(500, 0, resting, 1), tradable(500, 400, resting, 1), tradable(200, 400, resting, 1)
    (300, 0, 200)
    """
    qty = min(leaves, other.leaves_qty)
    enough = qty >= min(max(least, venue_least), leaves)
    enough_there = qty >= min(max(other.min_qty, venue_least), other.leaves_qty)
    return qty if enough and enough_there else 0


def said(
    exec_type: ExecType, status: OrdStatus, order: DarkOrder, now: int, reason: Reason = Reason.NONE
) -> ExecutionReport:
    """A report without a trade."""
    leaves = 0 if exec_type is ExecType.CANCELED else order.leaves_qty
    return ExecutionReport(
        exec_type,
        status,
        order.order_id,
        order.owner,
        order.side,
        order.limit,
        0,
        0,
        order.cum_qty,
        leaves,
        Liquidity.NONE,
        reason,
        now,
        order.cum_qty + order.leaves_qty,
    )


def standing(order: DarkOrder) -> OrdStatus:
    """Where a live order stands."""
    return OrdStatus.PARTIALLY_FILLED if order.cum_qty else OrdStatus.NEW


def filled(order: DarkOrder, price: int, qty: int, liquidity: Liquidity, now: int) -> ExecutionReport:
    """A report of a trade that the order has had already."""
    status = OrdStatus.PARTIALLY_FILLED if order.leaves_qty else OrdStatus.FILLED
    return ExecutionReport(
        ExecType.TRADE,
        status,
        order.order_id,
        order.owner,
        order.side,
        order.limit,
        price,
        qty,
        order.cum_qty,
        order.leaves_qty,
        liquidity,
        Reason.NONE,
        now,
        order.cum_qty + order.leaves_qty,
    )
