"""Parent orders that a scenario has in store for a router."""

from __future__ import annotations

from typing import NamedTuple

from agents.algos.algo import Instructions
from venues.messages import Side


class PlannedParent(NamedTuple):
    """A parent that will arrive at ``at`` (ns).

    ``limit`` in price units, None: none; or ``limit_offset`` price units beyond the touch that the router sees then.
    ``algo`` cuts it into slices; without it the router's strategy works it as a whole.
    """

    at: int
    side: Side
    qty: int
    limit: int | None
    limit_offset: int | None
    horizon: int
    algo: Instructions | None = None
