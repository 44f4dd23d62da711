"""What venues did, kept as it was said and packed into the event log's tables many at a time.

A message and its reports are facts that nobody changes, so a venue keeps the objects themselves (0.1 us) and the rows
are made in one tight loop every few thousand messages (0.2 us a row instead of 0.5 for a call a row). The rows, and
their order in each table, are the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sim.log import EventLog, Schema
from venues.messages import CancelOrder, ExecType, ExecutionReport, NewOrder, Quote, ReduceOrder, ReplaceOrder
from venues.tables import ORDER_TERMS, ORDERS, QUOTES, REPORTS, TRADES

KEPT: Final = 1_024
"""Entries that wait to be packed."""

NEW, CANCEL, REPLACE, BAD, REDUCE = range(5)

Pack = Callable[..., bytes]


class Line(NamedTuple):
    """What is the same in all entries of a venue: its number, its fee a share by liquidity (millionths of a dollar)."""

    number: int
    fees: tuple[int, ...]


Entry = tuple[int, int, Any, list[ExecutionReport], Line]
"""(time ns, the venue's sequence number, message or None, reports, the venue)."""

QuoteEntry = tuple[int, Quote]
"""(the venue's number, its quote)."""

_TRADE = ExecType.TRADE


class Journal:
    """The entries of all venues that share a log; made by :meth:`of`."""

    __slots__ = ("_log", "entries", "quotes")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.entries: list[Entry] = []
        """Append here, and :meth:`write` when there are more than `KEPT`."""
        self.quotes: list[QuoteEntry] = []
        for schema in (ORDERS, ORDER_TERMS, REPORTS, TRADES):
            log.table(schema)

    @classmethod
    def of(cls, log: EventLog) -> Journal:
        """The journal of this log."""
        return log.writer(cls)

    def write(self) -> None:
        """Make the rows of what is kept."""
        entries, quotes = self.entries[:], self.quotes[:]
        self.entries.clear()  # the lists stay: venues hold them
        self.quotes.clear()
        if entries:
            self._extend(ORDERS, _order_rows, entries)
            self._extend(ORDER_TERMS, _terms_rows, entries)
            self._extend(REPORTS, _report_rows, entries)
            self._extend(TRADES, _trade_rows, entries)
        if quotes:
            self._extend(QUOTES, _quote_rows, quotes)

    def _extend(self, schema: Schema, rows: Callable[[Pack, Any], list[bytes]], entries: Any) -> None:
        table = self._log.table(schema)
        table.extend(rows(table.pack, entries))


def _order_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    return [_order_row(pack, at, line[0], seq, message) for at, seq, message, _, line in entries if message is not None]


def _order_row(pack: Pack, at: int, number: int, seq: int, message: Any) -> bytes:
    kind = message.__class__
    try:
        if kind is NewOrder:
            order_id, owner, side, qty, price, tif, _ = message
            return pack(at, number, seq, order_id, owner, NEW, side, tif, 0 if price is None else price, qty)
        if kind is CancelOrder:
            order_id, owner = message
            return pack(at, number, seq, order_id, owner, CANCEL, 0, -1, 0, 0)
        if kind is ReplaceOrder:
            order_id, owner, qty, price, _ = message
            return pack(at, number, seq, order_id, owner, REPLACE, 0, -1, 0 if price is None else price, qty)
        if kind is ReduceOrder:
            order_id, owner, qty = message
            return pack(at, number, seq, order_id, owner, REDUCE, 0, -1, 0, qty)
    except (struct.error, TypeError):
        pass  # no integers, or too large: the book refused it; the log keeps that it came
    return pack(at, number, seq, 0, message.owner, BAD, 0, -1, 0, 0)


def _terms_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    rows: list[bytes] = []
    for at, seq, message, _, line in entries:
        if (message.__class__ is NewOrder or message.__class__ is ReplaceOrder) and message.terms is not None:
            shown, *others = message.terms
            try:
                rows.append(pack(at, line.number, seq, message.order_id, -1 if shown is None else shown, *others))
            except (struct.error, TypeError):
                continue  # no terms that a book takes: it was refused
    return rows


def _report_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    rows: list[bytes] = []
    push = rows.append
    for _, seq, _, reports, (number, fees) in entries:
        for kind, _, order_id, owner, side, price, px, qty, _, leaves, liquidity, reason, at, _ in reports:
            fee = fees[liquidity] * qty if qty else 0
            limit = price or 0
            push(pack(at, number, seq, order_id, owner, kind, reason, side, liquidity, px, qty, leaves, limit, fee))
    return rows


def _trade_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    """The two reports of a trade follow each other: the maker's first (in an auction the buyer's)."""
    rows: list[bytes] = []
    for at, seq, _, reports, (number, _) in entries:
        if len(reports) > 1:
            maker = None
            for report in reports:
                if report[0] is not _TRADE:  # by place: half the time of by name
                    continue
                if maker is None:
                    maker = report
                    continue
                px, qty, side, ids = report[6], report[7], report[4], (maker[2], report[2])
                rows.append(pack(at, number, seq, px, qty, side, *ids, maker[3], report[3]))
                maker = None
    return rows


def _quote_rows(pack: Pack, quotes: list[QuoteEntry]) -> list[bytes]:
    rows = []
    for number, (at, seq, bid, bid_qty, ask, ask_qty, _) in quotes:
        rows.append(pack(at, number, seq, bid, bid_qty, ask, ask_qty))
    return rows
