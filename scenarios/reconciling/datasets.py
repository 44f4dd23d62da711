"""Which files a user has: recognised by their content, and paired with what they are to be held against."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agents.recordings.lobster import COLUMNS as LOBSTER_COLUMNS
from agents.recordings.lobster import depth_of, is_native
from agents.recordings.mbo import is_mbo
from agents.recordings.mbp import is_mbp
from agents.recordings.order_entry import COLUMNS as ORDER_ENTRY_COLUMNS
from agents.recordings.rows import ReplayFileError, first_row
from scenarios.reconciling.benchmark_streams import COLUMNS as STREAM_COLUMNS
from scenarios.reconciling.benchmark_streams import is_stream

LOOKED_FOR: Final = (
    f"LOBSTER messages ({','.join(LOBSTER_COLUMNS)}, or as published) with their book (four columns a level)",
    f"order entries ({','.join(ORDER_ENTRY_COLUMNS)})",
    "market-by-order records (ts_event,action,side,price or price_ticks,size,order_id,flags), alone or with "
    "published levels (sequence,bid_px_00,bid_sz_00,bid_ct_00,ask_px_00,...)",
    f"benchmark streams (.npz with {', '.join(STREAM_COLUMNS)})",
)
"""The forms, in words."""

_LOBSTER_FIELDS: Final = (6, 7)
"""Of a message; some files have a seventh: the market participant."""


class UnknownDataset(ReplayFileError):
    """No file has one of the forms."""


@dataclass
class Dataset:
    """The files of one folder by what they are, each list in order of names."""

    folder: Path
    messages: list[Path] = field(default_factory=list)
    books: list[Path] = field(default_factory=list)
    order_entries: list[Path] = field(default_factory=list)
    records: list[Path] = field(default_factory=list)
    levels: list[Path] = field(default_factory=list)
    streams: list[Path] = field(default_factory=list)

    def has_something_to_check(self) -> bool:
        """Whether there is more than books and levels without what led to them."""
        return bool(self.order_entries or self.records or self.streams or self.lobster_pairs())

    def lobster_pairs(self) -> list[tuple[Path, Path]]:
        """Each message file that has a book with its book."""
        pairs = ((messages, self._book_of(messages)) for messages in self.messages)
        return [(messages, book) for messages, book in pairs if book is not None]

    def deepest_pairs(self) -> list[tuple[Path, Path]]:
        """The pairs with the most levels: a shallower one tells less of the same orders."""
        pairs = self.lobster_pairs()
        most = max((depth_of(book) for _, book in pairs), default=0)
        return [(messages, book) for messages, book in pairs if depth_of(book) == most]

    def published_quotes(self) -> Path | None:
        """A book file that belongs to no messages: the best quotes of another hour, or of all day."""
        paired = {book for _, book in self.lobster_pairs()}
        return next((book for book in self.books if book not in paired), None)

    def _book_of(self, messages: Path) -> Path | None:
        named = messages.with_name(messages.name.replace("message", "orderbook"))
        if named != messages and named in self.books:
            return named
        levels = _levels_in(messages.name)
        fitting = [book for book in self.books if levels in (None, depth_of(book))]
        return fitting[0] if len(fitting) == 1 else None


def _levels_in(name: str) -> int | None:
    """The number of levels that a file's name states.

    >>> _levels_in("messages_l50_0930_1030.csv.gz"), _levels_in("AAPL_2012-06-21_34200000_57600000_message_10.csv")
    (50, 10)
    """
    found = re.search(r"_l(\d+)[_.]", name) or re.search(r"_(\d+)\.csv", name)
    return int(found[1]) if found else None


def dataset_at(path: Path) -> Dataset:
    """The files of a folder, or one file with those of its folder that belong to it.

    Raises:
        UnknownDataset: nothing of the known forms is there; the text says what was looked for.
    """
    if not path.exists():
        raise UnknownDataset([f"{path}: there is no such file or folder"])
    folder = path if path.is_dir() else path.parent
    found = Dataset(folder)
    for file in sorted(folder.iterdir()):
        if file.is_file():
            for kind in _kind_of(file):
                getattr(found, kind).append(file)
    chosen = found if path.is_dir() else _only(found, path)
    if not chosen.has_something_to_check():
        looked = "\n".join(f"  {form}" for form in LOOKED_FOR)
        raise UnknownDataset(
            [f"{path}: nothing here that can be checked; looked for files, gzipped or not, of\n{looked}"]
        )
    return chosen


def _kind_of(file: Path) -> Iterator[str]:
    if is_stream(file):
        yield "streams"
        return
    if not re.search(r"\.(csv|txt)(\.gz)?$", file.name):
        return
    try:
        _, first = first_row(file)
        for kind, test in _TESTS.items():
            if test(file, first):
                yield kind
                return
    except ReplayFileError:
        return  # not text, or empty: none of ours


_TESTS: Final[dict[str, Callable[[Path, list[str]], bool]]] = {
    "order_entries": lambda _, first: {*ORDER_ENTRY_COLUMNS} <= {*first},
    "levels": lambda _, first: is_mbp(first),
    "records": lambda _, first: is_mbo(first),
    "messages": lambda _, first: {*LOBSTER_COLUMNS} <= {*first} or (len(first) in _LOBSTER_FIELDS and is_native(first)),
    "books": lambda file, _: depth_of(file) > 0,
}


def _only(found: Dataset, path: Path) -> Dataset:
    """What belongs to one file: its messages, its book, its levels."""
    pairs = [pair for pair in found.lobster_pairs() if path in pair]
    return Dataset(
        found.folder,
        messages=[messages for messages, _ in pairs],
        books=[book for _, book in pairs],
        order_entries=[file for file in found.order_entries if file == path],
        records=[file for file in found.records if file == path or path in found.levels],
        levels=[file for file in found.levels if file == path or path in found.records],
        streams=[file for file in found.streams if file == path],
    )
