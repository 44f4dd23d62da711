"""What a lit venue displayed, order by order, and what took each share away: rebuilt from `orders` and `reports`.

A *stay* is one order's time at one place in the queue: from the message that put it there to the one that removed its
last share. A replace that loses its place ends one stay and begins another.

Rules
    Orders that are more than plain, or that the venue moved by a rule, are traced in `analysis.special_resting`.
    The order of a venue's events is that of its `seq`, and within one message that of its reports.
    A trade takes a stay's shares from the front, a reduction from the back, a cancel all that is left.
    Priority: better price, then earlier place in time: that of the stay's beginning, but for a peak shown again.

Cost
    O(reports log reports) a venue in NumPy, about 0.1 us a report; `queue_after` is O(stays on that side).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.codes import CANCEL_REJECTED, NEW, REJECTED, REPLACED, STATE, TRADE
from analysis.special_resting import SpecialStay, special_ids, special_stays
from analysis.tables import Columns, Ints

Mask = npt.NDArray[np.bool_]

FOREVER: Final = 1 << 62
"""End of a stay that the run did not end."""


class Removal(NamedTuple):
    """One event that took shares of a stay. ``row`` is its row in `reports`."""

    seq: int
    row: int
    qty: int
    traded: bool
    from_back: bool


@dataclass(frozen=True)
class Stays:
    """The stays on one side of one venue, in order of their beginning (`start` is the venue's seq)."""

    order_id: Ints
    owner: Ints
    price: Ints
    start: Ints
    end: Ints
    qty: Ints
    removals: list[list[Removal]]
    place: Ints

    def queue_after(self, seq: int, side: int, limit: int) -> Ints:
        """Stays displayed after message ``seq`` that an order of this side and limit (0: market) meets, in order."""
        began = int(np.searchsorted(self.start, seq, side="right"))
        alive = self.end[:began] > seq
        if limit:
            alive &= self.price[:began] * side <= limit * side
        found = np.flatnonzero(alive)
        return found[np.lexsort((self.place[found], self.price[found] * side))]

    def with_others(self, others: list[SpecialStay]) -> Stays:
        """These stays and others, in order of their beginning."""
        if not others:
            return self
        names = ("order_id", "owner", "price", "start", "end", "qty", "place")
        joined = {
            name: np.concatenate([getattr(self, name), np.array([getattr(o, name) for o in others], dtype=np.int64)])
            for name in names
        }
        removals = self.removals + [[Removal(*taken) for taken in other.taken] for other in others]
        order = np.argsort(joined["start"], kind="stable")
        columns = {name: column[order] for name, column in joined.items()}
        return Stays(**columns, removals=[removals[i] for i in order.tolist()])

    def leaves_after(self, stay: int, seq: int) -> int:
        """Shares of the stay still displayed after message ``seq``."""
        return int(self.qty[stay]) - sum(r.qty for r in self.removals[stay] if r.seq <= seq)

    def removed(self, stay: int, after: int, before: int, first: int) -> Iterator[tuple[Removal, int]]:
        """What took how many of the ``first`` shares in front, after message ``after`` and before ``before``."""
        front, back = 0, self.leaves_after(stay, after)
        for removal in self.removals[stay]:
            if not after < removal.seq < before:
                continue
            if removal.from_back:
                taken = max(0, min(back, first) - max(back - removal.qty, front))
                back -= removal.qty
            else:
                taken = max(0, min(front + removal.qty, first) - front)
                front += removal.qty
            if taken:
                yield removal, taken


def stays_by_side(orders: Columns, reports: Columns, venue: int, terms: Columns | None = None) -> dict[int, Stays]:
    """Rebuild one venue's displayed book: its resting orders by their side (BUY 1, SELL -1).

    ``terms`` is the table `order_terms`; without it every order counts as displayed.
    """
    rows = _lives(reports, venue)
    special = np.isin(reports["order_id"][rows], special_ids(orders, reports, terms, venue))
    plain = _plain_stays(orders, reports, venue, rows[~special])
    others: list[SpecialStay] = []
    if special.any():
        others = list(special_stays(orders, reports, terms, venue, rows[special]))
    return {side: plain[side].with_others([stay for stay in others if stay.side == side]) for side in (1, -1)}


def _plain_stays(orders: Columns, reports: Columns, venue: int, rows: Ints) -> dict[int, Stays]:
    order_id, kind, seq = (reports[name][rows] for name in ("order_id", "exec_type", "seq"))
    leaves = reports["leaves_qty"][rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (order_id[1:] != order_id[:-1]) | (kind[1:] == NEW)
    price = _limit_prices(orders, venue, seq, first | (kind == REPLACED))
    price = np.where(reports["price"][rows], reports["price"][rows], price)
    before = np.concatenate([[0], leaves[:-1]])
    moved = (kind == REPLACED) & ~first & _differs(price, leaves, before)
    stay = np.cumsum(first | moved) - 1
    begins = np.flatnonzero(first | moved)
    start = seq[begins]
    later = (seq > start[stay]) & ~moved if len(rows) else first
    qty = _resting(leaves, stay, later, len(begins))
    takes = np.flatnonzero(later | moved)
    taken_of = np.where(moved[takes], stay[takes] - 1, stay[takes])
    taken = _taken(kind[takes], moved[takes], reports["last_qty"][rows[takes]], before[takes], leaves[takes])
    removals = _removals(len(begins), taken_of, taken, seq[takes], rows[takes], kind[takes], moved[takes])
    end = _ends(qty, removals)
    table = {"order_id": order_id[begins], "owner": reports["owner"][rows[begins]], "price": price[begins]}
    side = reports["side"][rows[begins]]
    return {
        s: _one_side(np.flatnonzero((side == s) & (qty > 0) & (table["price"] > 0)), table, start, end, qty, removals)
        for s in (1, -1)
    }


def _lives(reports: Columns, venue: int) -> Ints:
    """Rows that change orders at the venue, each order's together, in the order in which they happened."""
    changes = ~np.isin(reports["exec_type"], (REJECTED, CANCEL_REJECTED, STATE))
    rows = np.flatnonzero((reports["venue"] == venue) & changes)
    rows = rows[np.argsort(reports["seq"][rows], kind="stable")]
    return rows[np.argsort(reports["order_id"][rows], kind="stable")].astype(np.int64)


def _limit_prices(orders: Columns, venue: int, seq: Ints, told: Mask) -> Ints:
    """Each report's limit price: that of the order or replace that it answers, carried on over later reports."""
    here = np.flatnonzero(orders["venue"] == venue)
    by_seq = np.zeros(int(max(seq.max(initial=0), orders["seq"][here].max(initial=0))) + 1, dtype=np.int64)
    by_seq[orders["seq"][here]] = orders["price"][here]
    last = np.maximum.accumulate(np.where(told, np.arange(len(seq)), 0)) if len(seq) else seq
    return by_seq[seq[last]]


def _differs(price: Ints, leaves: Ints, before: Ints) -> Mask:
    """True where a replace loses its place: another price, or more shares than were left."""
    earlier = np.concatenate([[0], price[:-1]])
    loses: Mask = (price != earlier) | (leaves > before)
    return loses


def _resting(leaves: Ints, stay: Ints, later: Mask, stays: int) -> Ints:
    """Shares each stay displayed when the message that began it was done."""
    qty = np.zeros(stays, dtype=np.int64)
    at_start = np.flatnonzero(~later)
    qty[stay[at_start]] = leaves[at_start]  # the last one written is the last report of the message
    return qty


def _taken(kind: Ints, moved: Mask, last_qty: Ints, before: Ints, leaves: Ints) -> Ints:
    rest = np.where((kind == REPLACED) & ~moved, before - leaves, before)
    return np.where(kind == TRADE, last_qty, rest)


def _removals(
    stays: int, taken_of: Ints, taken: Ints, seq: Ints, row: Ints, kind: Ints, moved: Mask
) -> list[list[Removal]]:
    removals: list[list[Removal]] = [[] for _ in range(stays)]
    reduced = (kind == REPLACED) & ~moved
    rows = (taken_of, seq, row, taken, kind == TRADE, reduced)
    for stay, *removal in zip(*(column.tolist() for column in rows), strict=True):
        if removal[2]:
            removals[stay].append(Removal(*removal))
    return removals


def _ends(qty: Ints, removals: list[list[Removal]]) -> Ints:
    """Seq of the message that took each stay's last share."""
    ends = [
        events[-1].seq if events and sum(event.qty for event in events) >= left else FOREVER
        for left, events in zip(qty.tolist(), removals, strict=True)
    ]
    return np.array(ends, dtype=np.int64)


def _one_side(
    chosen: npt.NDArray[np.intp], table: dict[str, Ints], start: Ints, end: Ints, qty: Ints, all_: list[list[Removal]]
) -> Stays:
    chosen = chosen[np.argsort(start[chosen], kind="stable")]
    return Stays(
        **{name: values[chosen] for name, values in table.items()},
        start=start[chosen],
        end=end[chosen],
        qty=qty[chosen],
        place=start[chosen],
        removals=[all_[i] for i in chosen.tolist()],
    )
