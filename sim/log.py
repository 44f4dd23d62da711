"""The event log: append-only tables of whole numbers, a digest that identifies a run, Parquet on disk.

    arrivals = Schema("arrivals", "Who came when.", (Column("at", "i8", "ns"), Column("who", "i2", "id")))
    log = EventLog()
    append = log.table(arrivals).append
    append(350_000, 7)
    log.digest()
    log.write(folder)

Rules
    Rows hold integers only (NumPy's and enums too); anything else stops the run with a `LogError` that names table,
    column and value. Rows are never changed. The digest is SHA-256 over names, types and packed rows of all declared
    tables in name order: neither over Parquet bytes, units and descriptions, nor over how rows were cut into chunks.

Cost
    About 0.3 us a row of 13 columns with its share of hashing (CPython 3.11), and the row's packed bytes in memory;
    streamed to a folder, at most one chunk a table. On disk 5 to 8 bytes a row of a market's tables.

Does not model
    Rows in order of time across tables: each table keeps the order in which its rows were appended.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from sim.parquet import read_codes, read_tables, read_units, remove_tables, write_table
from sim.schema import Column, LogError, Schema

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Column", "EventLog", "LogError", "Schema", "Table", "read_codes", "read_tables", "read_units"]

BLOCK_ROWS: Final = 8_192
"""Rows that wait as single packed rows; then they are joined and hashed."""

CHUNK_BLOCKS: Final = 32
"""Blocks of one chunk, 262,144 rows: one Parquet file when streamed."""

_LIST_SLOT = 8
_BYTES_HEADER = 33  # sys.getsizeof(b"")

Append = Callable[..., None]


class RowWriter(Protocol):
    """Who keeps rows back, to pack many at a time."""

    def write(self) -> None:
        """Hand them over to the tables now."""


W = TypeVar("W", bound=RowWriter)


class Table:
    """One table of a log; made by :meth:`EventLog.table`.

    ``append(*row)`` adds one row, values in the schema's order; keep it in a local name on a hot path.

    Raises (``append``):
        LogError: a value is not an integer, does not fit its column, or there are too many or too few.
    """

    __slots__ = ("_blocks", "_digest", "_gather", "_pack", "_pending", "_rows", "_sink", "append", "schema")

    def __init__(
        self,
        schema: Schema,
        sink: Callable[[Table], None] | None,
        gather: Callable[[], None],
        *,
        enabled: bool,
    ) -> None:
        self.schema: Final = schema
        self._sink = sink
        self._gather = gather
        self._pack = schema.packer()
        self._pending: list[bytes] = []
        self._blocks: list[bytes] = []
        self._digest = sha256()
        self._rows = 0
        self.append: Final[Append] = self._appender() if enabled else _ignore

    @property
    def pack(self) -> Callable[..., bytes]:
        """Packs one row's values, in the schema's order, for :meth:`extend`; ``struct.error`` if they do not fit."""
        return self._pack.pack

    def extend(self, rows: list[bytes]) -> None:
        """Add rows that :attr:`pack` made."""
        self._pending += rows
        if len(self._pending) >= BLOCK_ROWS:
            self.seal()

    def __len__(self) -> int:
        self._gather()
        return self._rows + len(self._pending)

    @property
    def nbytes(self) -> int:
        """Bytes of memory held by rows."""
        self._gather()
        waiting = len(self._pending) * (self._pack.size + _BYTES_HEADER + _LIST_SLOT)
        return waiting + sum(map(len, self._blocks))

    def digest(self) -> bytes:
        """SHA-256 of all rows so far."""
        self._gather()
        digest = self._digest.copy()
        digest.update(b"".join(self._pending))
        return digest.digest()

    def records(self) -> np.ndarray[Any, Any]:
        """The rows held in memory, as one packed structured array (a copy)."""
        import numpy as np

        self._gather()
        return np.frombuffer(b"".join((*self._blocks, *self._pending)), dtype=self.schema.numpy_dtype())

    def columns(self) -> dict[str, np.ndarray[Any, Any]]:
        """The rows held in memory, as one contiguous array a column (copies)."""
        import numpy as np

        self._gather()
        dtype = self.schema.numpy_dtype()
        blocks = [np.frombuffer(block, dtype) for block in (*self._blocks, b"".join(self._pending))]
        return {column.name: np.concatenate([block[column.name] for block in blocks]) for column in self.schema.columns}

    def forget(self) -> None:
        """Let go of the sealed rows: they are on disk, or nobody wants them."""
        self._blocks.clear()

    def seal(self) -> None:
        """Join and hash what is pending; hand over a chunk that is full."""
        if not self._pending:
            return
        block = b"".join(self._pending)
        self._rows += len(self._pending)
        self._pending.clear()
        self._digest.update(block)
        self._blocks.append(block)
        if self._sink is not None and len(self._blocks) >= CHUNK_BLOCKS:
            self._sink(self)

    def _appender(self) -> Append:
        # A closure: 0.02 us a row cheaper than a method that looks up the same names on self.
        pending = self._pending
        push, pack, block_rows, packing_error = pending.append, self._pack.pack, BLOCK_ROWS, struct.error

        def append(*row: int) -> None:
            try:
                push(pack(*row))
            except packing_error:
                raise _refusal(self.schema, row) from None
            if len(pending) >= block_rows:
                self.seal()

        return append


class EventLog:
    """The log of one run.

    Args:
        folder: where to stream chunks to as the run goes, ``<table>.0000.parquet`` and so on; then memory holds at
            most one chunk a table, and :meth:`close` writes the rest. None: all rows stay in memory.
        keep: False counts and hashes rows and then forgets them (a replay that only wants the digest).
        enabled: False makes ``append`` do nothing (the market's speed without its log).

    Raises:
        LogError: the folder already holds tables.

    >>> arrivals = Schema("arrivals", "Who came when.", (Column("at", "i8", "ns"), Column("who", "i2", "id")))
    >>> log = EventLog()
    >>> append = log.table(arrivals).append
    >>> append(350_000, 7)
    >>> log.events
    1
    >>> append(0.5, 7)
    Traceback (most recent call last):
    ...
    sim.schema.LogError: table arrivals, column at: 0.5 (float) is not a whole number: convert it with int(...)
    """

    def __init__(self, folder: Path | None = None, *, keep: bool = True, enabled: bool = True) -> None:
        self.enabled: Final = enabled
        self._folder = folder
        self._keep = keep
        self._tables: dict[str, Table] = {}
        self._chunks: dict[str, int] = {}
        self._writers: dict[Callable[[EventLog], RowWriter], RowWriter] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.glob("*.parquet")):
                raise LogError(f"{folder} already holds tables: stream into an empty folder")

    def table(self, schema: Schema) -> Table:
        """The table of this schema; the same one when asked again.

        Raises:
            LogError: another schema has this name.
        """
        known = self._tables.get(schema.name)
        if known is None:
            known = self._tables[schema.name] = Table(schema, self._sink(), self._gather, enabled=self.enabled)
        elif known.schema != schema:
            raise LogError(f"table {schema.name} is already declared with another schema: choose another name")
        return known

    def writer(self, make: Callable[[EventLog], W]) -> W:
        """The one ``make(log)`` of this log: it keeps rows back, and ``write`` is called before anything is read."""
        known = self._writers.get(make)
        if known is None:
            known = self._writers[make] = make(self)
        return cast(W, known)

    def _gather(self) -> None:
        for writer in self._writers.values():
            writer.write()

    @property
    def events(self) -> int:
        """Rows appended, over all tables."""
        return sum(map(len, self._tables.values()))

    @property
    def nbytes(self) -> int:
        """Bytes of memory held by rows, over all tables."""
        return sum(table.nbytes for table in self._tables.values())

    def digest(self) -> str:
        """Hex SHA-256 that identifies all rows so far; appending may go on.

        Raises:
            LogError: the log is off.
        """
        if not self.enabled:
            raise LogError("the event log is off (enabled=False): it has no digest")
        whole = sha256()
        for name in sorted(self._tables):
            table = self._tables[name]
            columns = ",".join(f"{column.name}:{column.dtype}" for column in table.schema.columns)
            whole.update(f"{name}({columns})={table.digest().hex()}\n".encode())
        return whole.hexdigest()

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """All rows by table, as packed structured arrays (copies).

        Raises:
            LogError: the rows are not all in memory.
        """
        self._need_all_rows()
        return {name: self._tables[name].records() for name in sorted(self._tables)}

    def write(self, folder: Path) -> None:
        """Write ``<table>.parquet`` for every table, in place of what an earlier run left under these names.

        Raises:
            LogError: the rows are not all in memory, or a file cannot be written.
        """
        self._need_all_rows()
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(self._tables):
            table = self._tables[name]
            remove_tables(folder, name)
            write_table(folder / f"{name}.parquet", table.schema, table.columns())

    def close(self) -> None:
        """Write what a streamed log still holds; of a log in memory nothing. Rows appended later need another close.

        Raises:
            LogError: a file cannot be written.
        """
        if self._folder is None:
            return
        self._gather()
        for name in sorted(self._tables):
            table = self._tables[name]
            table.seal()
            if table.nbytes or name not in self._chunks:
                self._write_chunk(table)

    def _sink(self) -> Callable[[Table], None] | None:
        if self._folder is not None:
            return self._write_chunk
        return None if self._keep else Table.forget

    def _write_chunk(self, table: Table) -> None:
        assert self._folder is not None
        name = table.schema.name
        number = self._chunks.get(name, 0)
        write_table(self._folder / f"{name}.{number:04d}.parquet", table.schema, table.columns())
        self._chunks[name] = number + 1
        table.forget()

    def _need_all_rows(self) -> None:
        if self._folder is not None:
            raise LogError(f"this log streams to {self._folder}: close() it and read the tables from there")
        if not self._keep or not self.enabled:
            raise LogError("this log keeps no rows: make it with keep=True and enabled=True")


def _ignore(*row: int) -> None:
    """Stand in for ``append`` while the log is off."""


def _refusal(schema: Schema, row: Sequence[object]) -> LogError:
    """Say which value of a row could not be packed, and why."""
    columns = schema.columns
    if len(row) != len(columns):
        names = ", ".join(column.name for column in columns)
        return LogError(f"table {schema.name} takes {len(columns)} values ({names}), got {len(row)}: {row!r}")
    return next(error for column, value in zip(columns, row, strict=True) if (error := _misfit(schema, column, value)))


def _misfit(schema: Schema, column: Column, value: object) -> LogError | None:
    where = f"table {schema.name}, column {column.name}: {value!r} ({type(value).__name__})"
    if not hasattr(value, "__index__"):
        return LogError(f"{where} is not a whole number: convert it with int(...)")
    limit = 1 << (8 * int(column.dtype[1]) - 1)
    if not -limit <= value.__index__() < limit:
        return LogError(f"{where} does not fit type {column.dtype}, which holds {-limit} to {limit - 1}")
    return None
