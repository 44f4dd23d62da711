"""LOBSTER files: the messages that changed one venue's displayed book, and the book after each of them.

Messages are rows of time, type, order id, size, price, direction; prices are integers of $0.0001. Two forms are read:

    with a header    time_ns,type,order_id,size,price,direction     time in ns after midnight
    as published     34200.004241176,1,16113575,18,5853300,1        no header, seconds after midnight as a decimal

The direction is that of the resting order: 1 bid, -1 offer. Types: 1 new, 2 partial cancel, 3 delete (of what is left),
4 execution of a displayed order, 5 of a hidden one, 6 auction trade, 7 halt.

A book file has, row by row, the book *after* the message of the same row: price and size of the best offer and the best
bid, then of the second ones, and so on. A file of k levels holds only what happened within the best k levels: orders
that rested deeper, or were there before the file began, are never announced. So a replay begins with the book's first
row.

Source: LOBSTER, "Limit order book data: output structure" (lobsterdata.com).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from agents.recordings.rows import (
    NANO_DIGITS,
    BadField,
    ReplayFileError,
    Row,
    RowKind,
    first_row,
    fixed_point,
    in_order,
    on_tick,
    table_of,
    whole,
)
from venues.messages import Side

COLUMNS: Final = ("time_ns", "type", "order_id", "size", "price", "direction")
_KINDS: Final = {
    "1": RowKind.NEW,
    "2": RowKind.REDUCE,
    "3": RowKind.REDUCE,  # of all that is left: the recording then knows no more of the order
    "4": RowKind.EXECUTE,
    "5": RowKind.HIDDEN,
    "6": RowKind.CROSS,
    "7": RowKind.HALT,
}
_WITHOUT_ORDER: Final = frozenset((RowKind.HIDDEN, RowKind.CROSS, RowKind.HALT))
_DISPLAYED: Final = frozenset((RowKind.NEW, RowKind.EXECUTE))
_SIDES: Final = {"1": Side.BUY, "-1": Side.SELL}


class BookLevel(NamedTuple):
    """All that is displayed at one price: price units, shares."""

    side: Side
    price: int
    qty: int


def read_lobster(path: Path, tick: int = 1) -> Iterator[Row]:
    """The rows of a message file; ``at`` counts from midnight.

    Args:
        path: CSV, gzipped or not, with a header or as published.
        tick: the venue's, price units; hidden executions may lie between ticks.

    Raises:
        ReplayFileError: with every mistake of the file.
    """
    line, first = first_row(path)
    table = table_of(path)
    if is_native(first):
        yield from in_order(path, table, _parser(range(len(COLUMNS)), tick, seconds))
        return
    missing = [column for column in COLUMNS if column not in first]
    if missing:
        raise ReplayFileError(
            [f"{path}:{line}: no column {', '.join(missing)}; the header of LOBSTER messages is {','.join(COLUMNS)}"]
        )
    next(table)
    yield from in_order(path, table, _parser([first.index(column) for column in COLUMNS], tick, nanoseconds))


def is_native(first: list[str]) -> bool:
    """Whether a file that begins with these fields has no header: a time and five integers.

    >>> is_native(["34200.004241176", "1", "16113575", "18", "5853300", "1"])
    True
    """
    return len(first) >= len(COLUMNS) and first[0].replace(".", "", 1).isdecimal()


def seconds(text: str) -> int:
    """Nanoseconds of decimal seconds."""
    return fixed_point(text, NANO_DIGITS, "time")


def nanoseconds(text: str) -> int:
    """Nanoseconds as they stand."""
    return whole(text, "time_ns", least=0)


def _parser(places: list[int] | range, tick: int, clock: Callable[[str], int]) -> Callable[[int, list[str]], Row]:
    time_at, type_at, id_at, size_at, price_at, direction_at = places
    last = max(places)

    def parse(line: int, fields: list[str]) -> Row:
        if len(fields) <= last:
            raise BadField(f"{len(fields)} fields; a message has {last + 1}: {','.join(COLUMNS)}")
        kind = _KINDS.get(fields[type_at])
        if kind is None:
            raise BadField(f"type {fields[type_at]!r} is unknown; LOBSTER's are 1 to 7")
        at = clock(fields[time_at])
        if kind in _WITHOUT_ORDER:
            return Row(line, at, kind, 0, None, 0, 0)
        side = _SIDES.get(fields[direction_at])
        if side is None:
            raise BadField(f"direction {fields[direction_at]!r} is neither 1 nor -1")
        price = whole(fields[price_at], "price")
        if kind in _DISPLAYED:
            on_tick(price, tick)
        qty = whole(fields[size_at], "size", least=1)
        return Row(line, at, kind, whole(fields[id_at], "order_id"), side, qty, price)

    return parse


# -- the book to begin with -------------------------------------------------------------------------


def read_first_book(path: Path, tick: int = 1) -> list[BookLevel]:
    """The levels of a book file's first row, best first, the offer before the bid; empty levels are left out.

    Raises:
        ReplayFileError: with what is wrong with that row.
    """
    line, fields = next(_book_rows(path), (2, []))
    try:
        return list(_book_levels(fields, tick))
    except BadField as fault:
        raise ReplayFileError([f"{path}:{line}: {fault}"]) from None


class PublishedBook(NamedTuple):
    """One row of a book file: (price, size) of each level that is not empty, best first; price units, shares."""

    line: int
    bids: tuple[tuple[int, int], ...]
    asks: tuple[tuple[int, int], ...]


def read_books(path: Path) -> Iterator[PublishedBook]:
    """All rows of a book file, one at a time. Raises ReplayFileError at the first row that is none."""
    for line, fields in _book_rows(path):
        try:
            levels = list(_book_levels(fields, 1))
        except BadField as fault:
            raise ReplayFileError([f"{path}:{line}: {fault}"]) from None
        bids, asks = (tuple((p, qty) for side, p, qty in levels if side is which) for which in (Side.BUY, Side.SELL))
        yield PublishedBook(line, bids, asks)


def depth_of(path: Path) -> int:
    """How many levels a side a book file has room for; 0: it is no book file."""
    _, fields = first_row(path)
    if len(fields) % 4:
        return 0
    is_header = [name.partition("_")[0] for name in fields[:4]] == ["ask", "ask", "bid", "bid"]
    return len(fields) // 4 if is_header or all(field.lstrip("-").isdecimal() for field in fields) else 0


def _book_levels(fields: list[str], tick: int) -> Iterator[BookLevel]:
    if not fields or len(fields) % 4:
        raise BadField(f"{len(fields)} fields; a book has four a level: offer, its size, bid, its size")
    numbers = [whole(text, "price or size") for text in fields]
    for place, (price, qty) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
        if qty:
            yield BookLevel(Side.BUY if place % 2 else Side.SELL, on_tick(price, tick), qty)


def _book_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows without the header, if there is one."""
    for place, (line, fields) in enumerate(table_of(path)):
        if place or fields[0].lstrip("-").isdecimal():
            yield line, fields
