"""What recorded order files have in common: their rows, their text, and a full account of what is wrong with one.

Numbers are read as text into integers, never through a float: prices become price units ($0.0001, or the same part of
the file's own currency), times nanoseconds.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Iterator
from enum import IntEnum
from gzip import GzipFile
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

from venues.messages import UNITS_PER_DOLLAR, Side

PRICE_DIGITS: Final = 4
NANO_DIGITS: Final = 9
SHOWN: Final = 20
"""How many mistakes of a file are told in words; the others are counted."""


class RowKind(IntEnum):
    """What a row tells."""

    NEW = 0
    """An order arrives, with its id, side, size and price."""
    REDUCE = 1
    """`qty` shares of the order are taken out by its owner; at none left the order ends."""
    CANCEL = 2
    """Whatever is open of the order is taken out; `qty` is how much that was."""
    EXECUTE = 3
    """`qty` shares of the resting order traded."""
    HIDDEN = 4
    """A trade with an order that was not displayed."""
    CROSS = 5
    """An auction's trade."""
    HALT = 6
    """Trading or quoting stops or goes on."""


class Row(NamedTuple):
    """One row of a recorded file.

    Attributes:
        line: where it stands, from 1.
        at: ns on the file's own clock; from one row to the next it never decreases.
        order_id: the file's own.
        side: the named (resting) order's side; None where the format says nothing of it.
        qty: shares.
        price: price units; 0 where the format says nothing of it.
    """

    line: int
    at: int
    kind: RowKind
    order_id: int
    side: Side | None
    qty: int
    price: int


class Timed(Protocol):
    """What stands at a time, ns."""

    @property
    def at(self) -> int:
        """When, ns."""


TimedRow = TypeVar("TimedRow", bound=Timed)


class ReplayFileError(ValueError):
    """A recorded file that cannot be used; ``problems`` are lines of `file:line: what is wrong`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))

    def __reduce__(self) -> tuple[type[ReplayFileError], tuple[list[str]]]:
        """Pickled by its problems, not by its text."""
        return type(self), ([*self.problems],)


class BadField(ValueError):
    """One field of one row; the message shows the value and what to write instead."""


class Faults:
    """What is wrong with a file, gathered while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: list[str] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._told)

    def add(self, line: int, message: object) -> None:
        """Take note of one mistake."""
        if len(self._told) < SHOWN:
            self._told.append(f"{self._path}:{line}: {message}")
        else:
            self._more += 1

    def raise_if_any(self) -> None:
        """End the reading with all of them."""
        if self._told:
            more = [f"{self._path}: and {self._more} more rows like these"] if self._more else []
            raise ReplayFileError(self._told + more)


# -- text -------------------------------------------------------------------------------------------


def table_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of each row that is not blank, of a CSV file or a gzipped one.

    The file's bytes are held in memory (a fraction of what the event log takes for the same rows), its rows are not.

    Raises:
        ReplayFileError: it cannot be read, or is no such text.
    """
    line = 0
    try:
        for line, fields in _numbered(path):
            if fields:
                yield line, fields
    except UnicodeDecodeError:
        raise ReplayFileError([f"{path}:{line + 1}: not text in UTF-8; write a CSV file or a gzipped one"]) from None
    except csv.Error as error:
        raise ReplayFileError([f"{path}:{line + 1}: not CSV: {error}"]) from None
    except (EOFError, zlib.error):
        raise ReplayFileError([f"{path}:{line + 1}: the gzip file is damaged or cut off"]) from None
    except OSError as error:
        raise ReplayFileError([f"{path}: cannot be read: {error.strerror or error}"]) from None


def _numbered(path: Path) -> Iterator[tuple[int, list[str]]]:
    content = path.read_bytes()
    stream = BytesIO(content)
    unpacked = GzipFile(fileobj=stream) if content.startswith(b"\x1f\x8b") else stream
    reader = csv.reader(TextIOWrapper(unpacked, "utf-8-sig", newline=""))
    for fields in reader:
        yield reader.line_num, fields


def first_row(path: Path) -> tuple[int, list[str]]:
    """(line, fields) of the first row. Raises ReplayFileError when there is none."""
    for line, fields in table_of(path):
        return line, fields
    raise ReplayFileError([f"{path}:1: the file is empty"])


def in_order(
    path: Path, table: Iterator[tuple[int, list[str]]], parse: Callable[[int, list[str]], TimedRow]
) -> Iterator[TimedRow]:
    """The rows of a table. After the first mistake none is given, and the rest is read for further mistakes.

    Raises:
        ReplayFileError: at the end, with every mistake.
    """
    faults = Faults(path)
    latest: int | None = None
    for line, fields in table:
        try:
            row = parse(line, fields)
        except BadField as fault:
            faults.add(line, fault)
            continue
        if latest is not None and row.at < latest:
            faults.add(line, "the time is before that of the row above; sort the rows by time")
        latest = row.at
        if not faults:
            yield row
    faults.raise_if_any()


def require(path: Path, line: int, header: list[str], columns: tuple[str, ...], what: str) -> None:
    """Complain of columns that a header lacks; ``what`` names the kind of file.

    Raises:
        ReplayFileError: there are some.
    """
    missing = [column for column in columns if column not in header]
    if missing:
        raise ReplayFileError(
            [f"{path}:{line}: no column {', '.join(missing)}; the header of {what} is {','.join(columns)}"]
        )


# -- fields -----------------------------------------------------------------------------------------


def whole(text: str, name: str, least: int | None = None) -> int:
    """An integer.

    >>> whole("-1", "direction")
    -1
    """
    try:
        value = int(text)
    except ValueError:
        raise BadField(f"{name} {text!r} is not a whole number") from None
    if least is not None and value < least:
        raise BadField(f"{name} {value} is below {least}")
    return value


def fixed_point(text: str, digits: int, name: str) -> int:
    """A decimal of zero or more in units of its last digit, exactly.

    >>> fixed_point("34200.0042411760", 9, "time")
    34200004241176
    """
    integer, _, fraction = text.strip().partition(".")
    fraction = fraction.rstrip("0")
    if not (integer + fraction).isdecimal():
        raise BadField(f"{name} {text!r} is not a decimal number of zero or more")
    if len(fraction) > digits:
        raise BadField(f"{name} {text} has more than {digits} digits after the point")
    return int(integer + fraction.ljust(digits, "0"))


def on_tick(price: int, tick: int) -> int:
    """The price, when an order at the venue can have it (price units)."""
    if price <= 0:
        raise BadField(f"price {dollars(price)} is not above zero")
    if price % tick:
        raise BadField(
            f"price {dollars(price)} is not a multiple of the venue's tick of {dollars(tick)}; give it a finer tick"
        )
    return price


def dollars(units: int) -> str:
    """Price units as a decimal number.

    >>> dollars(958_000), dollars(50)
    ('95.80', '0.005')
    """
    text = f"{units / UNITS_PER_DOLLAR:.{PRICE_DIGITS}f}"
    return text[:-2] + text[-2:].rstrip("0")
