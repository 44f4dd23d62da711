"""Order-entry files: what participants sent to a market, before any matching.

One row a message, with a header; the columns in any order, further ones are ignored:

    ordtype,uid,is_buy,qty,price,timestamp
    new,55,False,3,95.8,2019-05-23 09:00:30.216
    modif,55,,1,,2019-05-23 09:00:30.337
    cancel,55,,2,,2019-05-23 09:00:30.462

``new`` names side, size and price; ``modif`` takes ``qty`` shares out of the order (it does not set its size);
``cancel`` takes out the rest. Rows of the same time count in the order of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from agents.recordings.rows import (
    NANO_DIGITS,
    PRICE_DIGITS,
    BadField,
    ReplayFileError,
    Row,
    RowKind,
    fixed_point,
    in_order,
    on_tick,
    table_of,
    whole,
)
from venues.messages import Side

COLUMNS: Final = ("ordtype", "uid", "is_buy", "qty", "price", "timestamp")
_KINDS: Final = {"new": RowKind.NEW, "modif": RowKind.REDUCE, "cancel": RowKind.CANCEL}
_SIDES: Final = {"true": Side.BUY, "1": Side.BUY, "false": Side.SELL, "0": Side.SELL}
_NS_A_DAY: Final = 86_400 * 10**NANO_DIGITS
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()


def read_order_entry(path: Path, tick: int = 1) -> Iterator[Row]:
    """The rows of an order-entry file; ``at`` counts from 1970 on the file's own clock.

    Args:
        path: CSV, gzipped or not.
        tick: the venue's, price units.

    Raises:
        ReplayFileError: with every mistake of the file.
    """
    table = table_of(path)
    line, header = next(table, (1, []))
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ReplayFileError(
            [f"{path}:{line}: no column {', '.join(missing)}; the header of an order-entry file is {','.join(COLUMNS)}"]
        )
    yield from in_order(path, table, _parser(header, tick))


def _parser(header: list[str], tick: int) -> Callable[[int, list[str]], Row]:
    kind_at, uid_at, buy_at, qty_at, price_at, time_at = map(header.index, COLUMNS)
    width = len(header)

    def parse(line: int, fields: list[str]) -> Row:
        if len(fields) != width:
            raise BadField(f"{len(fields)} fields; the header has {width}")
        kind = _KINDS.get(fields[kind_at])
        if kind is None:
            raise BadField(f"ordtype {fields[kind_at]!r} is unknown; write {', '.join(_KINDS)}")
        side, price = None, 0
        if kind is RowKind.NEW:
            side = _SIDES.get(fields[buy_at].lower())
            if side is None:
                raise BadField(f"is_buy {fields[buy_at]!r} is neither True nor False")
            price = on_tick(fixed_point(fields[price_at], PRICE_DIGITS, "price"), tick)
        qty = whole(fields[qty_at], "qty", least=1)
        return Row(line, instant(fields[time_at]), kind, whole(fields[uid_at], "uid"), side, qty, price)

    return parse


def instant(text: str) -> int:
    """Nanoseconds since 1970 of a date and a time of day, without regard to time zones.

    >>> instant("1970-01-02 00:00:00.216")
    86400216000000
    """
    day, _, clock = text.replace("T", " ").partition(" ")
    try:
        hours, minutes, seconds = clock.split(":")
        nanoseconds = (int(hours) * 60 + int(minutes)) * 60 * 10**NANO_DIGITS
        nanoseconds += fixed_point(seconds, NANO_DIGITS, "seconds")
        return _midnight(day) + nanoseconds
    except ValueError:
        raise BadField(f"timestamp {text!r} is not a time; write one such as 2019-05-23 09:00:30.216") from None


@lru_cache(maxsize=8)
def _midnight(day: str) -> int:
    return (date.fromisoformat(day).toordinal() - _FIRST_DAY) * _NS_A_DAY
