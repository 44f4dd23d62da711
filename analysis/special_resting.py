"""What the public saw of orders that are more than plain: icebergs, hidden orders, pegs, stops, orders that were moved.

Rules
    Only displayed shares stand in a queue: of an iceberg the peak; of hidden orders, pegs, stops that wait, orders for
    the close and orders without a price none.
    A new peak, a move by the venue (price bands, post-only) and a trigger begin a new stay; an auction that leaves an
    iceberg shows its peak again at the old place.
    A self-trade that was prevented takes shares from the front.

Does not model
    A venue where a smaller size loses its place; a market order that became a limit order without a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from analysis.codes import (
    ACTION_NEW,
    AUCTION,
    CANCELED,
    CLOSE,
    EXPIRED,
    ICEBERG_REFRESH,
    IOC,
    MAKER,
    NEW,
    REPLACED,
    RESTATED,
    SELF_TRADE,
    TRADE,
    TRIGGERED,
)
from analysis.tables import Columns, Ints

ALL: Final = -1
"""Of `order_terms.display_qty`: all shares are displayed."""

UNENDED: Final = 1 << 62


class Shown(NamedTuple):
    """How much of an order is displayed: ``peak`` shares at a time (ALL: all, 0: none); ``waits``: it is a stop."""

    peak: int
    waits: bool


class Told(NamedTuple):
    """A report of one order; ``row`` is its row in `reports`."""

    seq: int
    row: int
    kind: int
    reason: int
    liquidity: int
    qty: int
    leaves: int
    price: int


class Taken(NamedTuple):
    """Shares that left a stay."""

    seq: int
    row: int
    qty: int
    traded: bool
    from_back: bool


@dataclass(slots=True)
class SpecialStay:
    """One stay of a special order, as in `analysis.resting`; ``place`` is where it stands in time."""

    order_id: int
    owner: int
    side: int
    price: int
    start: int
    place: int
    qty: int
    end: int = UNENDED
    taken: list[Taken] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Shares that are still displayed."""
        return self.qty - sum(one.qty for one in self.taken)


class Trace:
    """Follows one order through its reports. Its stays end up in ``stays``."""

    def __init__(self, order_id: int, owner: int, side: int, terms: Mapping[int, Shown]) -> None:
        self._who = (order_id, owner, side)
        self._terms = terms
        """By the sequence number of the message that said so."""
        self._shown = Shown(ALL, False)
        self._leaves = self._price = 0
        self._moved = self._refilled = False
        self._fresh: int | None = None
        """What is left of a peak that this message showed and took from."""
        self._stay: SpecialStay | None = None
        self.stays: list[SpecialStay] = []

    def message(self, seq: int, reports: Iterable[Told]) -> None:
        """All that one message made a venue say of the order."""
        self._moved = self._refilled = False
        self._fresh = None
        if seq in self._terms:
            told = self._terms[seq]
            self._shown = told if self._stay is None else Shown(told.peak, self._shown.waits)
        for report in reports:
            _HANDLERS[report.kind](self, report)
            self._leaves, self._price = report.leaves, report.price
        self._settle(seq)

    def _settle(self, seq: int) -> None:
        stay = self._stay
        if stay is not None and (self._moved or self._refilled or not stay.left):
            stay.end, self._stay = seq, None
        shown = self._displayed() if self._fresh is None else min(self._fresh, self._leaves)
        if shown and (self._moved or (self._refilled and stay is not None)):
            place = seq if self._moved or stay is None else stay.place
            order_id, owner, side = self._who
            self._stay = SpecialStay(order_id, owner, side, self._price, seq, place, shown)
            self.stays.append(self._stay)

    def _displayed(self) -> int:
        peak, waits = self._shown
        if waits or not self._price:
            return 0
        return self._leaves if peak == ALL else min(peak, self._leaves)

    def _take(self, report: Told, qty: int, traded: bool = False, from_back: bool = False) -> None:
        if self._stay is not None and not self._moved:
            qty = min(qty, self._stay.left)
            if qty:
                self._stay.taken.append(Taken(report.seq, report.row, qty, traded, from_back))

    def _wear(self, qty: int) -> None:
        """Shares leave a peak that this very message has put there."""
        if self._moved:
            shown = self._displayed() if self._fresh is None else self._fresh
            self._fresh = max(0, shown - qty)

    # -- one handler a kind of report -----------------------------------------------------------

    def _arrived(self, _: Told) -> None:
        self._moved = True

    def _triggered(self, _: Told) -> None:
        self._shown = Shown(self._shown.peak, False)
        self._moved = True

    def _traded(self, report: Told) -> None:
        if report.liquidity == MAKER:
            self._wear(report.qty)
        self._take(report, report.qty, traded=True)
        self._refilled |= report.liquidity == AUCTION and self._shown.peak > 0

    def _ended(self, report: Told) -> None:
        self._take(report, self._leaves)

    def _replaced(self, report: Told) -> None:
        keeps = report.price == self._price and (report.leaves <= self._leaves or self._shown.peak > 0)
        left = 0 if self._stay is None else self._stay.left
        if keeps:
            self._take(report, left - min(left, report.leaves), from_back=True)
        else:
            self._move(report)

    def _restated(self, report: Told) -> None:
        if report.reason == SELF_TRADE:
            if self._stay is not None:  # else it is the one that arrived
                self._wear(self._leaves - report.leaves)
            self._take(report, self._leaves - report.leaves)
        elif report.reason == ICEBERG_REFRESH or report.price != self._price:
            self._move(report)

    def _move(self, report: Told) -> None:
        self._take(report, self._leaves)
        self._moved, self._fresh = True, None


_HANDLERS: Final = {
    NEW: Trace._arrived,
    TRADE: Trace._traded,
    CANCELED: Trace._ended,
    EXPIRED: Trace._ended,
    REPLACED: Trace._replaced,
    TRIGGERED: Trace._triggered,
    RESTATED: Trace._restated,
}


def special_ids(orders: Columns, reports: Columns, terms: Columns | None, venue: int) -> Ints:
    """Orders at the venue that said more of themselves than plain ones, or that the venue changed by a rule."""
    changed = (reports["venue"] == venue) & np.isin(reports["exec_type"], (EXPIRED, TRIGGERED, RESTATED))
    ids = [reports["order_id"][changed], orders["order_id"][_for_the_close(orders, venue)]]
    if terms is not None:
        ids.append(terms["order_id"][terms["venue"] == venue])
    return np.unique(np.concatenate(ids))


def special_stays(
    orders: Columns, reports: Columns, terms: Columns | None, venue: int, rows: Ints
) -> Iterator[SpecialStay]:
    """The stays of the orders that these rows of `reports` speak of, each order's together, in order of time."""
    said = _shown_by_order(orders, terms, venue)
    names = ("order_id", "owner", "side", "seq", "exec_type", "reason", "liquidity", "last_qty", "leaves_qty", "price")
    columns = [reports[name][rows].tolist() for name in names]
    told = list(zip(*columns, rows.tolist(), strict=True))
    for order_id, its in groupby(told, key=lambda one: one[0]):
        reports_of = list(its)
        trace = Trace(order_id, reports_of[0][1], reports_of[0][2], said.get(order_id, {}))
        for seq, together in groupby(reports_of, key=lambda one: one[3]):
            trace.message(seq, [Told(one[3], one[10], *one[4:10]) for one in together])
        yield from trace.stays


def _for_the_close(orders: Columns, venue: int) -> Ints:
    is_one = (orders["venue"] == venue) & (orders["action"] == ACTION_NEW) & (orders["time_in_force"] == CLOSE)
    return np.flatnonzero(is_one).astype(np.int64)


def _shown_by_order(orders: Columns, terms: Columns | None, venue: int) -> dict[int, dict[int, Shown]]:
    """order id -> sequence number of the message -> what is displayed from then on."""
    sent = np.flatnonzero((orders["venue"] == venue) & (orders["action"] == ACTION_NEW))
    names = ("order_id", "seq", "time_in_force")
    came = {order_id: (seq, tif) for order_id, seq, tif in _tuples(orders, names, sent)}
    said: dict[int, dict[int, Shown]] = {}
    if terms is not None:
        here = np.flatnonzero(terms["venue"] == venue)
        named = ("order_id", "seq", "display_qty", "peg", "stop_px", "trail")
        for order_id, seq, peak, peg, stop, trail in _tuples(terms, named, here):
            _, tif = came.get(order_id, (0, 0))
            peak = ALL if tif == IOC and peak else peak  # a peak is ignored; on a batch venue the order rests a while
            said.setdefault(order_id, {})[seq] = Shown(0 if peg else peak, bool(stop or trail))
    for order_id, (seq, tif) in came.items():
        if tif == CLOSE:
            said[order_id] = {seq: Shown(0, False)}
    return said


def _tuples(table: Columns, names: Iterable[str], rows: Ints) -> Iterator[tuple[int, ...]]:
    return zip(*(table[name][rows].tolist() for name in names), strict=True)
