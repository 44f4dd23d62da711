"""Market-by-order files in the style of Databento: every order that a venue displayed, by its id.

One row a record, with a header; further columns are ignored. Times and prices come in two shapes:

    ts_event,action,side,price_ticks,size,order_id,flags     ns since 1970, prices in ticks of the venue
    ts_event,action,side,price,size,order_id,flags           ISO times in UTC, decimal prices

Actions: A add, M modify, C cancel (``size`` is what is taken out), R clear the book, T trade (the side is the
aggressor's; N: a hidden order's trade, or an auction's), F fill of an order. T and F do not change the book: the C and
M that follow do. Flag 128 ends an event: what the book is between two records of one event was never displayed.

A modify keeps the order's place only when the price stays, the size does not grow, and the event has not filled all
that the order showed (an M after a full fill is an iceberg showing its next peak). A fill on the aggressor's own side,
or under its id, tells of the aggressor and not of the book.

A replay executes what was filled, takes out what was cancelled beyond that, and lets an order that loses its place
leave and come again.

Source: Databento, "MBO schema" and "Flags" (databento.com/docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from agents.recordings.order_entry import instant
from agents.recordings.rows import (
    PRICE_DIGITS,
    BadField,
    Row,
    RowKind,
    fixed_point,
    in_order,
    on_tick,
    require,
    table_of,
    whole,
)
from venues.messages import Side

LAST: Final = 128
"""The flag of an event's last record."""

COLUMNS: Final = ("ts_event", "action", "side", "size", "order_id", "flags")
PRICE_COLUMNS: Final = ("price", "price_ticks")
_SIDES: Final = {"B": Side.BUY, "A": Side.SELL, "N": None}


class Action(StrEnum):
    """What a record tells."""

    ADD = "A"
    MODIFY = "M"
    CANCEL = "C"
    CLEAR = "R"
    TRADE = "T"
    FILL = "F"


_ACTIONS: Final = {action.value: action for action in Action}
_OF_ORDERS: Final = frozenset((Action.ADD, Action.MODIFY, Action.CANCEL))
_PRICED: Final = frozenset((Action.ADD, Action.MODIFY))


class MboRecord(NamedTuple):
    """One record.

    Attributes:
        line: where it stands, from 1.
        at: ns since 1970.
        side: of the order; of a trade the aggressor's; None: neither.
        price: price units; 0 where there is none.
        qty: shares or contracts: of a cancel what it takes out, of a modify what is open after it.
        last: the event ends with it.
        sequence: the venue's; -1 where the file has none.
    """

    line: int
    at: int
    action: Action
    side: Side | None
    price: int
    qty: int
    order_id: int
    last: bool
    sequence: int


def is_mbo(header: list[str]) -> bool:
    """Whether a file with this header holds such records (and not levels, whose header has an order's columns too).

    >>> is_mbo("ts_recv,ts_event,action,side,price_ticks,size,order_id,flags".split(","))
    True
    """
    return {*COLUMNS} <= {*header} and any(name in header for name in PRICE_COLUMNS) and "bid_px_00" not in header


def read_mbo_records(path: Path, tick: int = 1) -> Iterator[MboRecord]:
    """The records of a file, one at a time.

    Args:
        path: CSV, gzipped or not.
        tick: the venue's, price units; a price in ticks is multiplied by it.

    Raises:
        ReplayFileError: with every mistake of the file.
    """
    table = table_of(path)
    line, header = next(table, (1, []))
    price = next((name for name in PRICE_COLUMNS if name in header), "price")
    require(path, line, header, (*COLUMNS[:3], price, *COLUMNS[3:]), "market-by-order records")
    yield from in_order(path, table, _parser(header, price, tick))


def _parser(header: list[str], price_column: str, tick: int) -> Callable[[int, list[str]], MboRecord]:
    time_at, action_at, side_at, size_at, id_at, flags_at = map(header.index, COLUMNS)
    price_at = header.index(price_column)
    sequence_at = header.index("sequence") if "sequence" in header else -1
    in_ticks = price_column == "price_ticks"
    width = len(header)

    def parse(line: int, fields: list[str]) -> MboRecord:
        if len(fields) != width:
            raise BadField(f"{len(fields)} fields; the header has {width}")
        action = _ACTIONS.get(fields[action_at])
        if action is None:
            raise BadField(f"action {fields[action_at]!r} is unknown; known are {', '.join(_ACTIONS)}")
        if fields[side_at] not in _SIDES:
            raise BadField(f"side {fields[side_at]!r} is unknown; known are {', '.join(_SIDES)}")
        side = _SIDES[fields[side_at]]
        if side is None and action in _OF_ORDERS:
            raise BadField(f"side N; an order's (action {action}) is B or A")
        text = fields[price_at]
        price = (
            (whole(text, price_column) * tick if in_ticks else fixed_point(text, PRICE_DIGITS, "price")) if text else 0
        )
        if action in _PRICED:
            on_tick(price, tick)
        qty = whole(fields[size_at], "size", least=1 if action in _PRICED else 0)
        last = bool(whole(fields[flags_at], "flags", least=0) & LAST)
        sequence = whole(fields[sequence_at], "sequence") if sequence_at >= 0 else -1
        return MboRecord(
            line, utc(fields[time_at]), action, side, price, qty, whole(fields[id_at], "order_id"), last, sequence
        )

    return parse


def utc(text: str) -> int:
    """Nanoseconds since 1970, written as they are or as an ISO time in UTC.

    >>> utc("1703462400000000000"), utc("1970-01-01T00:00:01.000000002Z")
    (1703462400000000000, 1000000002)
    """
    return int(text) if text.isdecimal() else instant(text.removesuffix("Z"))


def events(records: Iterable[MboRecord]) -> Iterator[list[MboRecord]]:
    """The records of one event together: of one time, up to the one that ends it.

    Some files mark each record as the last, those of one execution too: records of one sequence number stay together.
    """
    event: list[MboRecord] = []
    for record in records:
        if event and not _continues(event[-1], record):
            yield event
            event = []
        event.append(record)
    if event:
        yield event


def _continues(before: MboRecord, record: MboRecord) -> bool:
    if before.at != record.at:
        return False
    return not before.last or before.sequence == record.sequence >= 0


def resting_fills(event: Iterable[MboRecord]) -> list[MboRecord]:
    """The fills of an event that tell of resting orders, in their order; none of an auction, which has no aggressor."""
    found: list[MboRecord] = []
    aggressor: MboRecord | None = None
    for record in event:
        if record.action is Action.TRADE:
            aggressor = record
        elif record.action is Action.FILL and _rested(record, aggressor):
            found.append(record)
    return found


def _rested(fill: MboRecord, aggressor: MboRecord | None) -> bool:
    if aggressor is None or aggressor.side is None or fill.side is None:
        return False
    return fill.side is not aggressor.side and fill.order_id != aggressor.order_id


# -- as messages to a book of our own ---------------------------------------------------------------


def read_mbo(path: Path, tick: int = 1) -> Iterator[Row]:
    """The rows of a replay; ``at`` counts from 1970. Raises ReplayFileError, with every mistake of the file."""
    return _Rows().of(read_mbo_records(path, tick))


class _Shown:
    """An order that the file has announced: what it shows, and what was filled since it last said so."""

    __slots__ = ("filled", "price", "qty", "side")

    def __init__(self, side: Side, price: int, qty: int) -> None:
        self.side, self.price, self.qty = side, price, qty
        self.filled = 0


class _Rows:
    """Turns records into rows; a fill and the cancel or modify that books it become one execution."""

    def __init__(self) -> None:
        self._shown: dict[int, _Shown] = {}

    def of(self, records: Iterable[MboRecord]) -> Iterator[Row]:
        for event in events(records):
            executed = {fill.line for fill in resting_fills(event)}
            untold = RowKind.CROSS if any(r.action is Action.FILL and r.side is None for r in event) else RowKind.HIDDEN
            for record in event:
                if record.action is Action.TRADE and record.side is None:
                    yield _row(record, untold, None, 0, 0)
                elif record.action is Action.FILL and record.line in executed:
                    yield self._fill(record)
                elif record.action in _ROWS_OF:
                    yield from _ROWS_OF[record.action](self, record)

    def _add(self, record: MboRecord) -> Iterator[Row]:
        assert record.side is not None
        self._shown[record.order_id] = _Shown(record.side, record.price, record.qty)
        yield _row(record, RowKind.NEW, record.side, record.qty, record.price)

    def _fill(self, record: MboRecord) -> Row:
        shown = self._shown.get(record.order_id)
        if shown is not None:
            shown.filled += record.qty
        return _row(record, RowKind.EXECUTE, record.side, record.qty, record.price)

    def _cancel(self, record: MboRecord) -> Iterator[Row]:
        shown = self._shown.get(record.order_id)
        filled = min(shown.filled, record.qty) if shown is not None else 0
        if shown is not None:
            shown.filled = 0
            shown.qty -= record.qty
            if shown.qty <= 0:
                del self._shown[record.order_id]
        if record.qty > filled:
            yield _row(record, RowKind.REDUCE, record.side, record.qty - filled, record.price)

    def _modify(self, record: MboRecord) -> Iterator[Row]:
        shown = self._shown.get(record.order_id)
        assert record.side is not None
        if shown is None:
            yield from self._add(record)
            return
        left = max(0, shown.qty - shown.filled)
        if record.price == shown.price and record.qty <= left:
            shown.qty, shown.filled = record.qty, 0
            if record.qty < left:
                yield _row(record, RowKind.REDUCE, shown.side, left - record.qty, shown.price)
            return
        if left:
            yield _row(record, RowKind.REDUCE, shown.side, left, shown.price)
        yield from self._add(record)

    def _clear(self, record: MboRecord) -> Iterator[Row]:
        for order_id, shown in self._shown.items():
            left = max(0, shown.qty - shown.filled)
            yield Row(record.line, record.at, RowKind.CANCEL, order_id, shown.side, left, shown.price)
        self._shown.clear()


def _row(record: MboRecord, kind: RowKind, side: Side | None, qty: int, price: int) -> Row:
    return Row(record.line, record.at, kind, record.order_id if side else 0, side, qty, price)


_ROWS_OF: Final[dict[Action, Callable[[_Rows, MboRecord], Iterator[Row]]]] = {
    Action.ADD: _Rows._add,
    Action.MODIFY: _Rows._modify,
    Action.CANCEL: _Rows._cancel,
    Action.CLEAR: _Rows._clear,
}
