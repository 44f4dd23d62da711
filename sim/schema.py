"""What a table of the event log looks like: named columns of whole numbers, each with its unit.

A row is packed little endian without padding, so its bytes are the same on every machine; the digest of a run is
taken over these bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

PACK_CODE: Final = {"i1": "b", "i2": "h", "i4": "i", "i8": "q"}
"""The ``struct`` letter of each column type: signed integers of 1, 2, 4 and 8 bytes."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class LogError(Exception):
    """The event log refuses a row, a schema or a folder; the text says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, its unit, and the text of each value where the values are codes.

    ``dtype`` is ``i1``, ``i2``, ``i4`` or ``i8``; ``unit`` is free text (``ns``, ``shares``, ``code``).

    Raises:
        LogError: the name is not a lower-case identifier, or the type is none of the four.

    >>> Column("side", "i1", "code", {1: "BUY", -1: "SELL"}).codes[1]
    'BUY'
    """

    name: str
    dtype: str
    unit: str
    codes: Mapping[int, str] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise LogError(f"column name {self.name!r}: write a lower-case identifier such as last_px")
        if self.dtype not in PACK_CODE:
            raise LogError(f"column {self.name}: type {self.dtype!r} is not one of {', '.join(PACK_CODE)}")


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: its name, a sentence about its rows, its columns in order.

    Raises:
        LogError: the name is not a lower-case identifier, there is no column, or two have one name.
    """

    name: str
    description: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise LogError(f"table name {self.name!r}: write a lower-case identifier such as trades")
        names = [column.name for column in self.columns]
        if not names:
            raise LogError(f"table {self.name} has no column")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise LogError(f"table {self.name} names twice: {', '.join(twice)}")

    def packer(self) -> Struct:
        """The packed form of one row."""
        return Struct("<" + "".join(PACK_CODE[column.dtype] for column in self.columns))

    def numpy_dtype(self) -> np.dtype[Any]:
        """The same form as a NumPy record type."""
        import numpy as np

        return np.dtype([(column.name, "<" + column.dtype) for column in self.columns])
