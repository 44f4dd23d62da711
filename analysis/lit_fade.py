"""Did the lit market run away while a parent order was elsewhere? What stood at the best price, and what was left.

For each parent whose first child to a lit venue was sent after its arrival (it asked a dark pool first): shares
displayed on the far side at the best price of all lit venues when the parent arrived, and of those venues' best quotes
what still stood at that price or better when the first lit child was sent. From the venues' own books, without any
feed's delay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.child_orders import child_orders
from analysis.tables import Ints, RunTables


@dataclass(frozen=True)
class Fade:
    """Shares displayed at parents' arrivals, those that were gone at their first lit child, and how many parents."""

    displayed: int
    gone: int
    parents: int

    @property
    def share(self) -> float:
        """Gone over displayed; not a number without any."""
        return self.gone / self.displayed if self.displayed else math.nan


def lit_fade(tables: RunTables) -> Fade:
    """The fade between the arrival of parents and their first lit child, all routers together."""
    parents = tables["parents"]
    first = _first_lit(tables)
    books = _books(tables)
    displayed = gone = waited = 0
    for parent, at, side in zip(*(parents[name].tolist() for name in ("parent_id", "at", "side")), strict=True):
        later = first.get(parent, at)
        if later == at:
            continue
        shown = [book.far(at, side) for book in books]
        best = min((side * price for price, qty in shown if qty), default=None)
        if best is None:
            continue
        before = sum(qty for price, qty in shown if qty and side * price == best)
        left = sum(qty for price, qty in (book.far(later, side) for book in books) if qty and side * price <= best)
        displayed, gone, waited = displayed + before, gone + max(0, before - left), waited + 1
    return Fade(displayed, gone, waited)


def _first_lit(tables: RunTables) -> dict[int, int]:
    """Parent -> when its first child to a lit venue was sent."""
    children, who = child_orders(tables), tables.directory
    first: dict[int, int] = {}
    rows = zip(*(column.tolist() for column in (children.parent_id, children.venue, children.leaves_at)), strict=True)
    for parent, venue, at in rows:
        if who.is_lit(venue):
            first[parent] = min(first.get(parent, at), at)
    return first


@dataclass(frozen=True)
class _Book:
    """A venue's best quotes by time."""

    at: Ints
    sides: dict[int, tuple[Ints, Ints]]

    def far(self, when: int, side: int) -> tuple[int, int]:
        """(price, shares) that an order of this side would find; 0 shares before the first quote."""
        row = int(np.searchsorted(self.at, when, side="right")) - 1
        price, qty = self.sides[side]
        return (int(price[row]), int(qty[row])) if row >= 0 else (0, 0)


def _books(tables: RunTables) -> list[_Book]:
    quotes, who = tables["quotes"], tables.directory
    books = []
    for venue in who.venues:
        if who.is_lit(venue):
            here = quotes["venue"] == venue
            ask, bid = ((quotes[name][here], quotes[f"{name}_qty"][here]) for name in ("ask", "bid"))
            books.append(_Book(quotes["at"][here], {1: ask, -1: bid}))
    return books
