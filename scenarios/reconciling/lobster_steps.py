"""LOBSTER files against themselves: the book before a message, with the message applied, is the book after it.

A file of k levels says nothing of what rests deeper. So levels 1 to k-1 must come out of every step exactly; level k
may be one that was outside the file before and entered when a better level went away.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from agents.recordings.lobster import PublishedBook, depth_of, read_books, read_lobster
from agents.recordings.rows import Row, RowKind
from scenarios.reconciling.findings import Finding
from venues.messages import Side

Level = tuple[int, int]
"""Price units, shares."""

Sides = tuple[list[Level], list[Level]]
"""Bids and asks, best first."""

ENTERED = "a level that entered from outside the file"


def check_steps(messages: Path, books: Path) -> list[Finding]:
    """Every step of a message file and the book file of the same rows: the inner levels, and the last one.

    Raises:
        ReplayFileError: one of the files cannot be read.
    """
    depth = depth_of(books)
    steps = inner = exact = entered = 0
    for before, row, after in _steps(messages, books):
        steps += 1
        sides = list(zip(applied(before, row), (after.bids, after.asks), strict=True))
        inner += all(made[: depth - 1] == list(told[: depth - 1]) for made, told in sides)
        last = [(made[depth - 1 : depth], list(told[depth - 1 : depth])) for made, told in sides]
        agree = [made == told for made, told in last]
        exact += all(agree)
        entered += not all(agree) and all(same or not made for same, (made, _) in zip(agree, last, strict=True))
    check, file = "book before + message = book after", messages.name
    found = [] if depth < 2 else [_finding(file, f"{check}, levels 1 to {depth - 1}", steps, inner, 0)]
    return [*found, _finding(file, f"{check}, level {depth}", steps, exact, entered)]


def _finding(file: str, check: str, steps: int, matched: int, entered: int) -> Finding:
    return Finding(
        file=file,
        check=check,
        unit="steps",
        counted=steps,
        matched=matched,
        explained={ENTERED: entered},
        causes={"another book after the message": steps - matched - entered},
    )


def _steps(messages: Path, books: Path) -> Iterator[tuple[PublishedBook, Row, PublishedBook]]:
    """As many as both files have: the first book belongs to the first message."""
    rows = read_lobster(messages)
    next(rows, None)
    for (before, after), row in zip(pairwise(read_books(books)), rows, strict=False):
        yield before, row, after


def applied(book: PublishedBook, row: Row) -> Sides:
    """The book after a message.

    >>> from agents.recordings.rows import Row, RowKind
    >>> before = PublishedBook(1, bids=((100, 5), (99, 5)), asks=((101, 5),))
    >>> applied(before, Row(2, 0, RowKind.EXECUTE, 7, Side.BUY, 5, 100))
    ([(99, 5)], [(101, 5)])
    """
    bids, asks = list(book.bids), list(book.asks)
    if row.kind in (RowKind.NEW, RowKind.REDUCE, RowKind.EXECUTE) and row.side is not None:
        qty = row.qty if row.kind is RowKind.NEW else -row.qty
        _change(bids if row.side is Side.BUY else asks, row.side, row.price, qty)
    return bids, asks


def _change(levels: list[Level], side: Side, price: int, qty: int) -> None:
    for place, (other, left) in enumerate(levels):
        if other == price:
            levels[place : place + 1] = [(price, left + qty)] if left + qty > 0 else []
            return
        if (other - price) * side < 0:
            break
    else:
        place = len(levels)
    if qty > 0:
        levels.insert(place, (price, qty))
