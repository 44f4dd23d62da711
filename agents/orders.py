"""Parent orders and the child orders they are worked with."""

from __future__ import annotations

from typing import NamedTuple

from venues.messages import Side, Terms, TimeInForce


class ParentOrder(NamedTuple):
    """An institution's order as it reaches a router.

    ``limit`` in price units, None: none. ``ends`` (ns): what is open then is cancelled and reported EXPIRED.
    """

    parent_id: int
    side: Side
    qty: int
    limit: int | None
    at: int
    ends: int


class ChildOrder(NamedTuple):
    """A slice of a parent for one venue. ``price`` None is a market order; at a dark pool a limit for the midpoint.

    ``not_before`` (ns) delays the sending, None: now. ``terms`` None is a plain order; else what makes it more: an
    intermarket sweep, post-only, a minimum or displayed quantity, a peg (then ``price`` is its cap).
    """

    venue: str
    qty: int
    price: int | None
    time_in_force: TimeInForce = TimeInForce.IOC
    not_before: int | None = None
    terms: Terms | None = None
