"""What venues did, kept as it was said and packed into the event log's tables many at a time.

A message and its reports are facts that nobody changes, so a venue keeps the objects themselves (0.1 us) and the rows
are made in one tight loop every few thousand messages (0.2 us a row instead of 0.5 for a call a row). The rows, and
their order in each table, are the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sim.log import EventLog, Schema
from venues.fees import FeeMeter
from venues.messages import CancelOrder, ExecType, ExecutionReport, NewOrder, Quote, ReduceOrder, ReplaceOrder, Terms
from venues.tables import ORDER_TERMS, ORDERS, QUOTES, REPORTS, SWEEPS, TRADES

KEPT: Final = 1_024
"""Entries that wait to be packed."""

NEW, CANCEL, REPLACE, BAD, REDUCE = range(5)

Pack = Callable[..., bytes]


@dataclass(frozen=True, slots=True)
class Line:
    """What is the same in all entries of a venue: its number, its fee a share by liquidity (millionths of a dollar).

    ``meter`` charges instead where fees depend on the volume.
    """

    number: int
    fees: tuple[int, ...]
    meter: FeeMeter | None = None


Entry = tuple[int, int, Any, list[ExecutionReport], Line]
"""(time ns, the venue's sequence number, message or None, reports, the venue)."""

QuoteEntry = tuple[int, Quote]
"""(the venue's number, its quote)."""

_TRADE = ExecType.TRADE


class Journal:
    """The entries of all venues that share a log; made by :meth:`of`."""

    __slots__ = ("_keeps_sweeps", "_log", "entries", "quotes")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._keeps_sweeps = False
        self.entries: list[Entry] = []
        """Append here, and :meth:`write` when there are more than `KEPT`."""
        self.quotes: list[QuoteEntry] = []
        for schema in (ORDERS, ORDER_TERMS, REPORTS, TRADES):
            log.table(schema)

    @classmethod
    def of(cls, log: EventLog) -> Journal:
        """The journal of this log."""
        return log.writer(cls)

    def keep_sweeps(self) -> None:
        """Some venue protects others' quotes: which orders were marked as sweeps matters."""
        self._log.table(SWEEPS)
        self._keeps_sweeps = True

    def write(self) -> None:
        """Make the rows of what is kept."""
        entries, quotes = self.entries[:], self.quotes[:]
        self.entries.clear()  # the lists stay: venues hold them
        self.quotes.clear()
        if entries:
            table = self._log.table(ORDERS)
            rows, special = _order_rows(table.pack, entries)
            table.extend(rows)
            self._extend(ORDER_TERMS, _terms_rows, special)
            if self._keeps_sweeps:
                self._extend(SWEEPS, _sweep_rows, [entry for entry in special if _is_sweep(entry[2])])
            self._extend(REPORTS, _report_rows, entries)
            self._extend(TRADES, _trade_rows, entries)
        if quotes:
            self._extend(QUOTES, _quote_rows, quotes)

    def _extend(self, schema: Schema, rows: Callable[[Pack, Any], list[bytes]], entries: Any) -> None:
        table = self._log.table(schema)
        table.extend(rows(table.pack, entries))


def _order_rows(pack: Pack, entries: list[Entry]) -> tuple[list[bytes], list[Entry]]:
    """The rows, and the entries of orders with terms."""
    rows: list[bytes] = []
    push = rows.append
    special: list[Entry] = []
    for entry in entries:
        at, seq, message, _, line = entry
        kind = message.__class__
        try:
            if kind is NewOrder:
                order_id, owner, side, qty, price, tif, terms = message
                if terms is not None:
                    special.append(entry)
                push(pack(at, line.number, seq, order_id, owner, NEW, side, tif, 0 if price is None else price, qty))
            elif kind is CancelOrder:
                order_id, owner = message
                push(pack(at, line.number, seq, order_id, owner, CANCEL, 0, -1, 0, 0))
            elif kind is ReplaceOrder:
                order_id, owner, qty, price, terms = message
                if terms is not None:
                    special.append(entry)
                push(pack(at, line.number, seq, order_id, owner, REPLACE, 0, -1, 0 if price is None else price, qty))
            elif kind is ReduceOrder:
                order_id, owner, qty = message
                push(pack(at, line.number, seq, order_id, owner, REDUCE, 0, -1, 0, qty))
            elif message is not None:
                push(_unreadable(pack, entry))
        except (struct.error, TypeError):
            push(_unreadable(pack, entry))  # no integers, or too large: the book refused it; the log keeps that it came
    return rows, special


def _unreadable(pack: Pack, entry: Entry) -> bytes:
    at, seq, message, _, line = entry
    return pack(at, line.number, seq, 0, message.owner, BAD, 0, -1, 0, 0)


def _terms_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    rows: list[bytes] = []
    for at, seq, message, _, line in entries:
        shown, *others = message.terms[:10]  # the last one, an intermarket sweep, has a table of its own
        try:
            rows.append(pack(at, line.number, seq, message.order_id, -1 if shown is None else shown, *others))
        except (struct.error, TypeError):
            continue  # no terms that a book takes: it was refused
    return rows


def _is_sweep(message: Any) -> bool:
    return message.__class__ is NewOrder and message.terms.__class__ is Terms and message.terms.iso is True


def _sweep_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    rows: list[bytes] = []
    for at, seq, message, _, line in entries:
        try:
            rows.append(pack(at, line.number, seq, message.order_id, message.owner))
        except (struct.error, TypeError):
            continue  # no id: it was refused
    return rows


def _report_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    rows: list[bytes] = []
    push = rows.append
    for _, seq, _, reports, line in entries:
        number, fees, meter = line.number, line.fees, line.meter
        for kind, _, order_id, owner, side, price, px, qty, _, leaves, liquidity, reason, at, _ in reports:
            fee = 0 if not qty else fees[liquidity] * qty if meter is None else meter.charge(owner, liquidity, qty)
            limit = price or 0
            push(pack(at, number, seq, order_id, owner, kind, reason, side, liquidity, px, qty, leaves, limit, fee))
    return rows


def _trade_rows(pack: Pack, entries: list[Entry]) -> list[bytes]:
    """The two reports of a trade follow each other: the maker's first (in an auction the buyer's)."""
    rows: list[bytes] = []
    for at, seq, _, reports, line in entries:
        if len(reports) > 1:
            maker = None
            for report in reports:
                if report[0] is not _TRADE:  # by place: half the time of by name
                    continue
                if maker is None:
                    maker = report
                    continue
                px, qty, side, ids = report[6], report[7], report[4], (maker[2], report[2])
                rows.append(pack(at, line.number, seq, px, qty, side, *ids, maker[3], report[3]))
                maker = None
    return rows


def _quote_rows(pack: Pack, quotes: list[QuoteEntry]) -> list[bytes]:
    rows = []
    for number, (at, seq, bid, bid_qty, ask, ask_qty, _) in quotes:
        rows.append(pack(at, number, seq, bid, bid_qty, ask, ask_qty))
    return rows
