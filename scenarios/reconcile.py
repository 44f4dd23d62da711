"""Recorded data of one's own, held against what is published with it and against our books: `sorsim reconcile`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from scenarios.reconciling.books import BOOKS, FAST
from scenarios.reconciling.datasets import Dataset, dataset_at
from scenarios.reconciling.findings import Finding

Progress = Callable[[int, int], object]
"""(checks done, checks in all)."""

Check = Callable[[], list[Finding]]


def reconcile(path: Path | str, book: str = FAST, progress: Progress | None = None) -> list[Finding]:
    """Every check that the files allow, in a fixed order.

    Args:
        path: a folder, or one of its files.
        book: `fast` or `obvious`: which book answers benchmark streams and predicts match events. Files that are
            replayed go through a venue, which has the fast one.
        progress: called after each check.

    Raises:
        UnknownDataset: there is nothing of a known form; the text says what was looked for.
        ReplayFileError: a file has mistakes, all of them told.
        ValueError: there is no such book.
    """
    if book not in BOOKS:
        raise ValueError(f"book {book!r} is unknown; write {' or '.join(BOOKS)}")
    checks = list(_checks(dataset_at(Path(path)), book))
    found: list[Finding] = []
    for done, check in enumerate(checks, 1):
        found += check()
        if progress is not None:
            progress(done, len(checks))
    return found


def _checks(dataset: Dataset, book: str) -> Iterator[Check]:
    yield from _lobster(dataset)
    yield from _others(dataset, book)


def _lobster(dataset: Dataset) -> Iterator[Check]:
    from scenarios.reconciling.lobster_steps import check_steps
    from scenarios.reconciling.replays import check_best_quotes

    for messages, own in dataset.lobster_pairs():
        yield lambda messages=messages, own=own: check_steps(messages, own)  # type: ignore[misc]
    published = dataset.published_quotes()
    for messages, own in dataset.deepest_pairs():
        yield lambda m=messages, o=own: check_best_quotes(m, o, published or o)  # type: ignore[misc]


def _others(dataset: Dataset, book: str) -> Iterator[Check]:
    from scenarios.reconciling.benchmark_streams import check_stream
    from scenarios.reconciling.predicted_matches import check_matches
    from scenarios.reconciling.published_levels import check_published_levels
    from scenarios.reconciling.replays import check_order_entries

    for entries in dataset.order_entries:
        yield lambda entries=entries: [check_order_entries(entries)]  # type: ignore[misc]
    for records in dataset.records:
        for levels in dataset.levels:
            yield lambda r=records, v=levels: [check_published_levels(r, v)]  # type: ignore[misc]
        yield lambda records=records: check_matches(records, book)  # type: ignore[misc]
    for stream in dataset.streams:
        yield lambda stream=stream: [check_stream(stream, book)]  # type: ignore[misc]
