"""Market-by-price files in the style of Databento (MBP-10): a venue's best levels after each change of one of them.

One row a change, with a header: ``sequence`` and, for levels 00, 01, ..., ``bid_px_00, bid_sz_00, bid_ct_00, ask_px_00,
ask_sz_00, ask_ct_00``: decimal price (none: an empty field), size, number of orders. Further columns are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from agents.recordings.rows import PRICE_DIGITS, BadField, Faults, fixed_point, require, table_of, whole

PriceLevel = tuple[int, int, int]
"""Price (price units), size, number of orders; (0, 0, 0): none."""

COLUMNS: Final = ("sequence", "bid_px_00", "bid_sz_00", "bid_ct_00", "ask_px_00", "ask_sz_00", "ask_ct_00")


class PublishedLevels(NamedTuple):
    """The best levels of both sides, best first, after the change with this sequence number of the venue's."""

    line: int
    sequence: int
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]


def is_mbp(header: list[str]) -> bool:
    """Whether a file with this header holds levels.

    >>> is_mbp("sequence,bid_px_00,bid_sz_00,bid_ct_00,ask_px_00,ask_sz_00,ask_ct_00".split(","))
    True
    """
    return {*COLUMNS} <= {*header}


def read_mbp(path: Path) -> Iterator[PublishedLevels]:
    """The rows of a file, one at a time.

    Raises:
        ReplayFileError: with every mistake of the file.
    """
    table = table_of(path)
    line, header = next(table, (1, []))
    require(path, line, header, COLUMNS, "market-by-price rows")
    depth = sum(name.startswith("bid_px_") for name in header)
    sequence_at = header.index("sequence")
    bids, asks = (
        [[header.index(f"{side}_{what}_{level:02}") for what in ("px", "sz", "ct")] for level in range(depth)]
        for side in ("bid", "ask")
    )
    faults = Faults(path)
    for line, fields in table:
        try:
            sequence = whole(fields[sequence_at], "sequence")
            row = PublishedLevels(line, sequence, _levels(fields, bids), _levels(fields, asks))
        except BadField as fault:
            faults.add(line, fault)
        except IndexError:
            faults.add(line, f"{len(fields)} fields; the header has {len(header)}")
        else:
            if not faults:
                yield row
    faults.raise_if_any()


def _levels(fields: list[str], places: list[list[int]]) -> tuple[PriceLevel, ...]:
    return tuple(_level(*(fields[place] for place in level)) for level in places)


def _level(price: str, size: str, count: str) -> PriceLevel:
    if not price:
        return (0, 0, 0)
    return (fixed_point(price, PRICE_DIGITS, "price"), whole(size, "size", least=0), whole(count, "count", least=0))
