"""A venue's published price levels, held against those that its order-by-order feed gives.

Rules
    A published row agrees when its levels (price, size, number of orders) are those of the feed's book after one of the
    records with the row's sequence number, and not before the record that the row above it agrees with. Rows of one
    sequence number come in the order of its records; a trade, its fill and its cancel may be one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from agents.recordings.mbo import MboRecord, read_mbo_records
from agents.recordings.mbp import PriceLevel, PublishedLevels, read_mbp
from scenarios.reconciling.feed_book import BUY, SELL, FeedBook
from scenarios.reconciling.findings import Finding

Levels = tuple[tuple[PriceLevel, ...], tuple[PriceLevel, ...]]


def check_published_levels(records: Path, published: Path) -> Finding:
    """Rebuild the book from a market-by-order file and compare every row of a market-by-price file.

    Raises:
        ReplayFileError: one of the files cannot be read.
    """
    counted = matched = missing = depth = 0
    feed = _by_sequence(read_mbo_records(records))
    current: tuple[int, list[MboRecord]] | None = None
    book = FeedBook()
    for sequence, group in groupby(read_mbp(published), key=lambda row: row.sequence):
        rows = list(group)
        counted, depth = counted + len(rows), len(rows[0].bids)
        for current in feed:
            if current[0] == sequence:
                matched += _agreeing(book, current[1], rows, depth)
                break
            _follow(book, current[1])
        else:
            missing += len(rows)
    return Finding(
        file=published.name,
        check=f"book built from {records.name}: price, size and orders of {depth} levels",
        unit="published rows",
        counted=counted,
        matched=matched,
        causes={
            "with other levels than the feed's book": counted - matched - missing,
            "with a sequence number that the feed does not have there": missing,
        },
    )


def _by_sequence(records: Iterable[MboRecord]) -> Iterator[tuple[int, list[MboRecord]]]:
    for sequence, group in groupby(records, key=lambda record: record.sequence):
        yield sequence, list(group)


def _follow(book: FeedBook, records: Iterable[MboRecord]) -> None:
    for record in records:
        book.apply(record)


def _agreeing(book: FeedBook, records: list[MboRecord], rows: list[PublishedLevels], depth: int) -> int:
    """How many of the rows are states of the book while it goes through the records, in order."""
    states: list[Levels] = []
    for record in records:
        book.apply(record)
        states.append((book.depth(BUY, depth), book.depth(SELL, depth)))
    place = agreeing = 0
    for row in rows:
        try:
            place = states.index((row.bids, row.asks), place)
        except ValueError:
            continue
        agreeing += 1
    return agreeing
