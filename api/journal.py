"""The journal of a live session: every instruction that changes the market, with the simulated time at which it did.

One JSON object a line, on disk before the instruction is carried out::

    {"journal": 1, "scenario": "us_equities", "sorsim": "0.1.0"}
    {"at": 2500000000, "do": "parent", "side": "BUY", "qty": 1000, "limit": "100.05", ...}
    {"at": 2731000000, "do": "stop"}

The same scenario and journal make the same event log. Looking at the market is not in it, nor is how fast it went.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from pydantic import ValidationError

from api.mistakes import Mistake
from api.wire import Instruction, in_words, read_instruction

NAME: Final = "journal.jsonl"
VERSION: Final = 1


class JournalError(Mistake):
    """A journal that cannot be repeated; the text says which line and why."""


class Entry(NamedTuple):
    """An instruction and its simulated time, ns."""

    at: int
    instruction: Instruction


class Journal:
    """Writes the journal of a session into its run folder."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self._file: TextIO = (folder / NAME).open("x", encoding="utf-8")
        self._line({"journal": VERSION, **about})

    def write(self, at: int, instruction: Instruction) -> None:
        """Put an instruction on disk."""
        self._line({"at": at, **instruction.model_dump()})

    def close(self) -> None:
        """Nothing more comes."""
        self._file.close()

    def _line(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, default=_exact) + "\n")
        self._file.flush()


def _exact(value: object) -> str:
    """An exact decimal as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{value!r} cannot stand in a journal")


def read_journal(folder: Path) -> Iterator[Entry]:
    """The entries of a run folder's journal, in order.

    Raises:
        JournalError: a line is no entry, or time goes backwards.
    """
    path = folder / NAME
    before = 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if number == 1:
                _check_header(path, line)
                continue
            entry = _entry(path, number, line)
            if entry.at < before:
                raise JournalError(f"{path}:{number}: time goes backwards, from {before} ns to {entry.at} ns")
            before = entry.at
            yield entry


def _check_header(path: Path, line: str) -> None:
    try:
        version = json.loads(line)["journal"]
    except (ValueError, KeyError, TypeError):
        raise JournalError(f'{path}:1: a journal begins with {{"journal": {VERSION}, ...}}') from None
    if version != VERSION:
        raise JournalError(f"{path}:1: journal version {version!r}; this sorsim reads version {VERSION}")


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        fields = json.loads(line)
        at = fields.pop("at")
        if type(at) is not int or at < 0:
            raise JournalError(f"{path}:{number}: at = {at!r} is not a time: write whole nanoseconds")
        return Entry(at, read_instruction.validate_python(fields))
    except ValidationError as error:
        raise JournalError(f"{path}:{number}: {in_words(error)}") from None
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        if isinstance(error, JournalError):
            raise
        raise JournalError(f"{path}:{number}: not an entry (cut off?): {line[:80]!r}") from None
