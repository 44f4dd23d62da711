"""LOBSTER files of one venue of a run: what its displayed book did, message by message, for the field's own tools.

    AAPL_2012-06-21_34200000_57600000_message_10.csv      time, type, order id, size, price, direction
    AAPL_2012-06-21_34200000_57600000_orderbook_10.csv    per level: offer, its size, bid, its size; after each message

Rules
    Times are seconds after midnight with nine decimals; a run's time 0 is the start of the session (09:30 unless told
    otherwise). Prices are $0.0001; the direction is the resting order's, 1 a buy. An empty level is 9999999999 (offer)
    or -9999999999 (bid) with size 0. No header.
    1 new: what of an order rests, after its trades; an iceberg's peak, each time one is shown.
    2 partial cancel: a smaller size at the same price. 3 delete: the rest; any other replace is a delete and a new.
    4 execution of displayed shares. 5 of hidden ones: a hidden order's, a reserve's, a dark pool's (order id 0).
    6 auction: a row an uncross, its price and size (order id -1); what it took from displayed orders follows as 2 or 3.
    7 halt: price -1 trading halts, 1 it goes on.
    A file of k levels holds what changed the best k levels, and rows of types 5 to 7. What rested deeper enters the
    window without a message of its own, as in LOBSTER's files.

Cost
    About 5 us a row written at 10 levels.

Does not model
    What orders for the closing auction display in its call: no row says when they join it.

Source: LOBSTER, "Limit order book data: output structure" (lobsterdata.com).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from sortedcontainers import SortedDict

from analysis.codes import (
    ACTION_NEW,
    ACTION_REPLACE,
    BUY,
    CANCELED,
    MAKER,
    NEW,
    REPLACED,
    SELL,
    TRADE,
)
from analysis.tables import Columns, RunTables

OPENS: Final = 34_200_000_000_000
"""09:30, ns after midnight."""

NO_DATE: Final = "1970-01-01"
"""A run has no date; file names need one."""

EMPTY: Final = 9_999_999_999
ADD, REDUCE, DELETE, EXECUTE, HIDDEN, CROSS, HALT = range(1, 8)

EXPIRED, TRIGGERED, RESTATED, STATE = 6, 7, 8, 9
AUCTION: Final = 4
ICEBERG_REFRESH, STATE_CONTINUOUS, STATE_HALTED = 13, 60, 64

ALL, NOTHING, NOT_YET = -1, 0, -2
"""What an order displays, as `display_qty` says it; n: a peak; -2: nothing yet, it waits (a stop, a CLOSE order)."""

CLOSE: Final = 7

_NS_A_SECOND: Final = 1_000_000_000
_NS_A_MILLISECOND: Final = 1_000_000


class UnknownVenue(ValueError):
    """The run has no venue of this name."""


class Files(NamedTuple):
    """What was written: the two files and how many rows each has."""

    messages: Path
    books: Path
    rows: int


class MessageRow(NamedTuple):
    """A row of a message file: ns since the run's start, shares, price units; the direction is 1 or -1."""

    at: int
    type: int
    order_id: int
    size: int
    price: int
    direction: int


class _Report(NamedTuple):
    at: int
    seq: int
    order_id: int
    exec_type: int
    reason: int
    side: int
    liquidity: int
    last_px: int
    last_qty: int
    leaves_qty: int
    price: int
    """0: not told."""


class _Sent(NamedTuple):
    """A message as the venue took it."""

    price: int
    display_qty: int


class _Order:
    """A live order: what is open, and what of it stands in the displayed book."""

    __slots__ = ("leaves", "peak", "price", "shown", "side")

    def __init__(self, side: int, price: int, leaves: int, peak: int) -> None:
        self.side, self.price, self.leaves, self.peak = side, price, leaves, peak
        self.shown = 0

    def to_show(self) -> int:
        """Shares that it displays when it rests."""
        if self.price <= 0 or self.peak in (NOTHING, NOT_YET):
            return 0
        return self.leaves if self.peak == ALL else min(self.peak, self.leaves)


def write_lobster(
    tables: RunTables, venue: str, folder: Path, levels: int = 10, date: str = NO_DATE, opens: int = OPENS
) -> Files:
    """Write the message and the orderbook file of one venue.

    Args:
        folder: made if it is not there; files of the same name are replaced.
        levels: how many levels a side the book file has.
        date: of the file names, YYYY-MM-DD.
        opens: ns after midnight at the run's time 0.

    Raises:
        UnknownVenue: the run has no such venue.
        ValueError: fewer than one level.
    """
    if levels < 1:
        raise ValueError(f"levels = {levels}: a book file has at least 1")
    number = venue_number(tables, venue)
    folder.mkdir(parents=True, exist_ok=True)
    begin, end = opens // _NS_A_MILLISECOND, -(-(opens + tables.end) // _NS_A_MILLISECOND)
    symbol = tables.market.get("instrument", {}).get("symbol", "XYZ")
    messages, books = (
        folder / f"{symbol}_{date}_{begin}_{end}_{what}_{levels}.csv" for what in ("message", "orderbook")
    )
    rows = 0
    with ExitStack() as files:
        message_file, book_file = (
            files.enter_context(path.open("w", encoding="ascii", newline="")) for path in (messages, books)
        )
        for message, book in lobster_rows(tables, number, levels):
            rows += 1
            message_file.write(message_text(message, opens))
            book_file.write(",".join(map(str, book)) + "\n")
    return Files(messages, books, rows)


def venue_number(tables: RunTables, venue: str) -> int:
    """The venue's number in the tables. Raises UnknownVenue with the names there are."""
    for number, name in tables.directory.venues.items():
        if name == venue:
            return number
    raise UnknownVenue(
        f"venue {venue!r}: the run has none; its venues are {', '.join(tables.directory.venues.values())}"
    )


def message_text(row: MessageRow, opens: int = OPENS) -> str:
    r"""A line of a message file.

    >>> message_text(MessageRow(4_241_176, 1, 16113575, 18, 5853300, 1))
    '34200.004241176,1,16113575,18,5853300,1\n'
    """
    seconds, nanoseconds = divmod(opens + row.at, _NS_A_SECOND)
    return f"{seconds}.{nanoseconds:09},{row.type},{row.order_id},{row.size},{row.price},{row.direction}\n"


def lobster_rows(tables: RunTables, venue: int, levels: int) -> Iterator[tuple[MessageRow, list[int]]]:
    """The rows of both files: each message with the book after it."""
    book = _DisplayedBook(tables.directory.is_lit(venue))
    sent = _sent(tables["orders"], tables["order_terms"], venue)
    before = book.row(levels)
    for seq, group in groupby(_reports(tables["reports"], venue), key=lambda report: report.seq):
        for row in book.messages(sent.get(seq), group):
            after = book.row(levels)
            if after != before or row.type >= HIDDEN:
                yield row, after
            before = after


# -- the tables -------------------------------------------------------------------------------------


def _sent(orders: Columns, terms: Columns, venue: int) -> dict[int, _Sent]:
    """New orders and replaces by their sequence number."""
    displays = _displays(terms, venue)
    chosen = (orders["venue"] == venue) & ((orders["action"] == ACTION_NEW) | (orders["action"] == ACTION_REPLACE))
    sent = {}
    for seq, price, tif in zip(
        *(orders[name][chosen].tolist() for name in ("seq", "price", "time_in_force")), strict=True
    ):
        sent[seq] = _Sent(price, NOT_YET if tif == CLOSE else displays.get(seq, ALL))
    return sent


def _displays(terms: Columns, venue: int) -> dict[int, int]:
    """What the orders that are more than plain display, by sequence number."""
    rows = np.flatnonzero(terms["venue"] == venue)
    waits = (terms["stop_px"][rows] != 0) | (terms["trail"][rows] != 0)
    pegged = terms["peg"][rows] != 0
    display = np.where(waits, NOT_YET, np.where(pegged, NOTHING, terms["display_qty"][rows]))
    return dict(zip(terms["seq"][rows].tolist(), display.tolist(), strict=True))


def _reports(reports: Columns, venue: int) -> Iterator[_Report]:
    """A venue's reports in the order in which its matching engine made them."""
    rows = np.flatnonzero(reports["venue"] == venue)
    rows = rows[np.argsort(reports["seq"][rows], kind="stable")]
    return map(_Report, *(reports[name][rows].tolist() for name in _Report._fields))


# -- the displayed book -----------------------------------------------------------------------------


class _DisplayedBook:
    """What a venue shows, changed by one row at a time: whoever takes a row sees the book right after it."""

    def __init__(self, is_lit: bool) -> None:
        self._is_lit = is_lit
        self._orders: dict[int, _Order] = {}
        self._levels: dict[int, SortedDict] = {BUY: SortedDict(), SELL: SortedDict()}
        self._arriving: dict[int, _Order] = {}
        self._halted = False

    def row(self, levels: int) -> list[int]:
        """A row of the book file."""
        asks, bids = self._levels[SELL].items()[:levels], self._levels[BUY].items()[: -levels - 1 : -1]
        row = [EMPTY, 0, -EMPTY, 0] * levels
        row[: 4 * len(asks) : 4], row[1 : 4 * len(asks) : 4] = [p for p, _ in asks], [qty for _, qty in asks]
        row[2 : 4 * len(bids) : 4], row[3 : 4 * len(bids) : 4] = [p for p, _ in bids], [qty for _, qty in bids]
        return row

    def messages(self, sent: _Sent | None, reports: Iterable[_Report]) -> Iterator[MessageRow]:
        """The rows of what the venue said to one message, ``sent`` if that was a new order or a replace."""
        answers = list(reports)
        yield from self._uncross(answers)
        for report in answers:
            handler = _HANDLERS.get(report.exec_type)
            if handler is not None:
                yield from handler(self, report, sent)
        yield from self._show_all(answers[-1].at)

    # -- by kind of report ----------------------------------------------------------------------

    def _accepted(self, report: _Report, sent: _Sent | None) -> Iterator[MessageRow]:
        price, display = sent or _Sent(0, ALL)
        peak = display if self._is_lit else NOTHING
        order = _Order(report.side, report.price or price, report.leaves_qty, peak)
        self._orders[report.order_id] = self._arriving[report.order_id] = order
        yield from ()

    def _replaced(self, report: _Report, sent: _Sent | None) -> Iterator[MessageRow]:
        order = self._orders.get(report.order_id)
        if order is None:
            return
        price = report.price or (sent.price if sent else order.price)
        smaller = price == order.price and report.leaves_qty <= order.leaves
        if smaller or (price == order.price and order.peak > 0):
            order.leaves = report.leaves_qty
            yield from self._shrink(report, order, min(order.shown, order.leaves))
            return
        yield from self._withdraw(report, order)
        order.price, order.leaves = price, report.leaves_qty
        self._arriving[report.order_id] = order

    def _triggered(self, report: _Report, _: _Sent | None) -> Iterator[MessageRow]:
        order = self._orders.get(report.order_id)
        if order is not None:
            order.peak = ALL if order.peak == NOT_YET else order.peak
            order.price = report.price or order.price
            self._arriving[report.order_id] = order
        yield from ()

    def _restated(self, report: _Report, _: _Sent | None) -> Iterator[MessageRow]:
        order = self._orders.get(report.order_id)
        if order is None:
            return
        moved = bool(report.price) and report.price != order.price
        order.leaves = report.leaves_qty
        if moved:
            yield from self._withdraw(report, order)
            order.price = report.price
        if report.reason == ICEBERG_REFRESH or (moved and report.order_id not in self._arriving):
            yield from self._show(report.at, report.order_id, order)
        else:
            yield from self._shrink(report, order, min(order.shown, order.leaves))

    def _traded(self, report: _Report, _: _Sent | None) -> Iterator[MessageRow]:
        order = self._orders.get(report.order_id)
        if order is None:
            return
        if report.liquidity == MAKER:
            if report.order_id in self._arriving:  # it rested, and the next in the cascade met it
                yield from self._show(report.at, report.order_id, self._arriving.pop(report.order_id))
            yield from self._executed(report, order)
        order.leaves = report.leaves_qty
        if report.liquidity == AUCTION:
            yield from self._shrink(report, order, min(order.shown, order.leaves))
        if not order.leaves:
            self._forget(report.order_id)

    def _executed(self, report: _Report, order: _Order) -> Iterator[MessageRow]:
        shown = min(order.shown, report.last_qty)
        if shown:
            self._change(order, -shown)
            yield MessageRow(report.at, EXECUTE, report.order_id, shown, report.last_px, order.side)
        if report.last_qty > shown:
            yield MessageRow(report.at, HIDDEN, 0, report.last_qty - shown, report.last_px, order.side)

    def _ended(self, report: _Report, _: _Sent | None) -> Iterator[MessageRow]:
        order = self._orders.get(report.order_id)
        if order is not None:
            self._forget(report.order_id)
            yield from self._withdraw(report, order)

    def _state(self, report: _Report, _: _Sent | None) -> Iterator[MessageRow]:
        if report.reason == STATE_HALTED:
            self._halted = True
            yield MessageRow(report.at, HALT, 0, 0, -1, -1)
        elif report.reason == STATE_CONTINUOUS and self._halted:
            self._halted = False
            yield MessageRow(report.at, HALT, 0, 0, 1, -1)

    def _uncross(self, reports: Iterable[_Report]) -> Iterator[MessageRow]:
        """One row for all that traded in an auction; each trade has a buyer's report."""
        bought = [r for r in reports if r.exec_type == TRADE and r.liquidity == AUCTION and r.side == BUY]
        if bought:
            yield MessageRow(bought[0].at, CROSS, -1, sum(r.last_qty for r in bought), bought[0].last_px, -1)

    # -- displaying -----------------------------------------------------------------------------

    def _show_all(self, at: int) -> Iterator[MessageRow]:
        arriving = list(self._arriving.items())
        self._arriving.clear()
        for order_id, order in arriving:
            yield from self._show(at, order_id, order)

    def _show(self, at: int, order_id: int, order: _Order) -> Iterator[MessageRow]:
        more = order.to_show() - order.shown
        if more > 0:
            self._change(order, more)
            yield MessageRow(at, ADD, order_id, more, order.price, order.side)

    def _withdraw(self, report: _Report, order: _Order) -> Iterator[MessageRow]:
        yield from self._shrink(report, order, 0)

    def _shrink(self, report: _Report, order: _Order, shown: int) -> Iterator[MessageRow]:
        """Display no more than so many shares of an order."""
        less = order.shown - shown
        if less > 0:
            self._change(order, -less)
            kind = REDUCE if order.shown else DELETE
            yield MessageRow(report.at, kind, report.order_id, less, order.price, order.side)

    def _change(self, order: _Order, qty: int) -> None:
        order.shown += qty
        levels = self._levels[order.side]
        left = levels.get(order.price, 0) + qty
        if left:
            levels[order.price] = left
        else:
            del levels[order.price]

    def _forget(self, order_id: int) -> None:
        del self._orders[order_id]
        self._arriving.pop(order_id, None)


_HANDLERS: Final = {
    NEW: _DisplayedBook._accepted,
    TRADE: _DisplayedBook._traded,
    CANCELED: _DisplayedBook._ended,
    EXPIRED: _DisplayedBook._ended,
    REPLACED: _DisplayedBook._replaced,
    TRIGGERED: _DisplayedBook._triggered,
    RESTATED: _DisplayedBook._restated,
    STATE: _DisplayedBook._state,
}
