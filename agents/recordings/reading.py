"""Reading a recorded file whose form is stated, or told by its first row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from agents.recordings import lobster, mbo, order_entry
from agents.recordings.lobster import BookLevel, read_first_book, read_lobster
from agents.recordings.mbo import read_mbo
from agents.recordings.order_entry import read_order_entry
from agents.recordings.rows import ReplayFileError, Row, RowKind, dollars, first_row

AUTO: Final = "auto"
READERS: Final[dict[str, Callable[[Path, int], Iterator[Row]]]] = {
    "order_entry": read_order_entry,
    "lobster": read_lobster,
    "mbo": read_mbo,
}


class Recording(NamedTuple):
    """A recorded file and how to read it.

    Attributes:
        file: the messages; CSV, gzipped or not.
        format: `order_entry`, `lobster`, `mbo` or `auto`.
        book: the book after the first message, for LOBSTER messages; None: begin with an empty book.
        tick: the venue's, price units: orders must lie on it.
    """

    file: Path
    format: str = AUTO
    book: Path | None = None
    tick: int = 1

    def rows(self) -> Iterator[Row]:
        """The rows, one at a time. Raises ReplayFileError, after the first mistake at the latest at the end."""
        return READERS[self._known_format()](self.file, self.tick)

    def opening(self) -> list[BookLevel]:
        """The book to begin with; empty without a book file. Raises ReplayFileError."""
        if self.book is None:
            return []
        if self._known_format() != "lobster":
            raise ReplayFileError([f"{self.book}: a book belongs to LOBSTER messages; {self.file} begins with none"])
        levels = read_first_book(self.book, self.tick)
        self._holds_the_first_message(levels)
        return levels

    def problems(self) -> list[str]:
        """Everything that is wrong, as `file:line: what and what to write instead`; reads the files once."""
        found: list[str] = []
        for reading in (self._read_through, self.opening):
            try:
                reading()
            except ReplayFileError as error:
                found += [problem for problem in error.problems if problem not in found]
        return found

    def _read_through(self) -> None:
        for _ in self.rows():
            pass

    def _known_format(self) -> str:
        if self.format not in (AUTO, *READERS):
            raise ReplayFileError(
                [f"{self.file}: format {self.format!r} is unknown; write {', '.join((AUTO, *READERS))}"]
            )
        return format_of(self.file) if self.format == AUTO else self.format

    def _holds_the_first_message(self, levels: list[BookLevel]) -> None:
        """A book after the first message displays the order that this one adds."""
        first = next(self.rows(), None)
        if first is None or first.kind is not RowKind.NEW:
            return
        if not any((first.side, first.price) == (side, price) and first.qty <= qty for side, price, qty in levels):
            order = f"{first.qty} shares at {dollars(first.price)}"
            raise ReplayFileError(
                [
                    f"{self.book}: the first row does not hold the {order} of {self.file}:{first.line}; "
                    "name the book file of the same messages"
                ]
            )


def format_of(path: Path) -> str:
    """`order_entry`, `lobster` or `mbo`, told by the first row.

    Raises:
        ReplayFileError: it is none of them, or cannot be read.
    """
    line, first = first_row(path)
    if "ordtype" in first:
        return "order_entry"
    if "time_ns" in first or lobster.is_native(first):
        return "lobster"
    if mbo.is_mbo(first):
        return "mbo"
    raise ReplayFileError(
        [
            f"{path}:{line}: begins with {','.join(first)[:60]!r}, which is no known form; order entries begin with "
            f"{','.join(order_entry.COLUMNS)}, LOBSTER messages with {','.join(lobster.COLUMNS)} or with a time, and "
            f"market-by-order records have the columns {','.join(mbo.COLUMNS)} and price or price_ticks"
        ]
    )
