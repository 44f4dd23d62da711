"""The message streams of a public matching benchmark: SHA-256 of every report, against the published one.

One `numpy` archive a stream, one array a column, in order of messages: `kind` (0 new limit, 1 cancel, 2 modify),
`side` (0 buy, 1 sell), `ioc`, `qty`, `price`, `order_id`. A modify names the new open quantity, always loses its place,
and may trade. One line a report, by message and within it by kind, joined by a line feed; `seq` is the message's index:

    0,seq,side,order_id,price,qty       acknowledged            3,seq,side,order_id,price,qty   modified
    1,seq,price,qty,maker_id,taker_id   trade                   4,seq,order_id                  cancel refused
    2,seq,side,order_id,price           cancelled (also IOC)    5,seq,order_id                  modify refused

Source: github.com/flash1-dev/matching-engine-benchmark; arXiv 2606.01183.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from agents.recordings.rows import ReplayFileError
from scenarios.reconciling.books import FAST, AnyBook, new_book
from scenarios.reconciling.findings import Finding
from venues.messages import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from venues.policies import Policies, ReplaceQty, SmallerSize

COLUMNS: Final = ("kind", "side", "ioc", "qty", "price", "order_id")
POLICIES: Final = Policies(replace_qty=ReplaceQty.OPEN, smaller_size=SmallerSize.LOSES)
PUBLISHED: Final = {
    "normal": "e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e",
    "flash-crash": "cff8d3f94b709fc64a8b2058a6ca4fb6920364904796e46906895e362d2bb16b",
}
"""SHA-256 of the reports by stream, seed 23."""

OWNER: Final = 1
CHUNK: Final = 65_536
"""Messages that are Python integers at a time."""

NEW, CANCEL, MODIFY = range(3)
_SIDES: Final = (Side.BUY, Side.SELL)
_TRADE, _CANCELED, _REJECTED = ExecType.TRADE, ExecType.CANCELED, ExecType.REJECTED
_MAKER = Liquidity.MAKER


class Outcome(NamedTuple):
    """What a book made of a stream."""

    digest: str
    messages: int
    lines: int
    trades: int


def check_stream(file: Path, book: str = FAST) -> Finding:
    """Run a whole stream and compare the digest of its reports with the published one of the stream of this name.

    Raises:
        ReplayFileError: it is no such archive.
    """
    found = run_stream(new_book(book, 1, POLICIES), read_stream(file))
    published = PUBLISHED.get(file.name.partition(".")[0])
    matches = found.digest == published
    return Finding(
        file=file.name,
        check=f"SHA-256 of all reports ({book} book)",
        unit="digests",
        counted=int(published is not None),
        matched=int(matches),
        causes={"that is not the published one": int(published is not None and not matches)},
        note=f"{found.messages:,} messages, {found.lines:,} reports, {found.trades:,} trades, {found.digest}"
        + ("" if published else f"; no digest is published for a stream of this name: {', '.join(PUBLISHED)}"),
    )


def is_stream(path: Path) -> bool:
    """Whether an archive has the columns of a stream."""
    if path.suffix != ".npz" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return {f"{column}.npy" for column in COLUMNS} <= set(archive.namelist())


Message = tuple[int, int, int, int, int, int]
"""Kind, side, ioc, qty, price, order id."""


def read_stream(path: Path) -> Iterator[Message]:
    """The messages, in order. Raises ReplayFileError when it is no such archive."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            columns = [archive[column] for column in COLUMNS]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        message = f"{path}: no stream: {error}; write an .npz archive with the arrays {', '.join(COLUMNS)}"
        raise ReplayFileError([message]) from None
    for start in range(0, len(columns[0]), CHUNK):
        yield from zip(*(column[start : start + CHUNK].tolist() for column in columns), strict=True)


def run_stream(book: AnyBook, messages: Iterable[Message], see: Callable[[str], object] | None = None) -> Outcome:
    """Put messages to a book, one at a time, and digest its reports; ``see`` is called with each line of them."""
    digest = sha256()
    count = lines = trades = 0
    separator = ""
    source = enumerate(messages)
    while chunk := list(islice(source, CHUNK)):
        told = [line for seq, message in chunk for line in lines_of(seq, message, _answer(book, seq, message))]
        if told:
            digest.update((separator + "\n".join(told)).encode())
            separator = "\n"
        count, lines = count + len(chunk), lines + len(told)
        trades += sum(line.startswith("1,") for line in told)
        if see is not None:
            for line in told:
                see(line)
    return Outcome(digest.hexdigest(), count, lines, trades)


def _answer(book: AnyBook, seq: int, message: Message) -> list[ExecutionReport]:
    kind, side, ioc, qty, price, order_id = message
    if kind == NEW:
        time_in_force = TimeInForce.IOC if ioc else TimeInForce.DAY
        return book.submit(NewOrder(order_id, OWNER, _SIDES[side], qty, price, time_in_force), seq)
    if kind == CANCEL:
        return book.cancel(CancelOrder(order_id, OWNER), seq)
    return book.replace(ReplaceOrder(order_id, OWNER, qty, price), seq)


def lines_of(seq: int, message: Message, reports: list[ExecutionReport]) -> list[str]:
    """The lines of one message's reports, sorted by kind.

    Raises:
        ReplayFileError: the book refused a new order, which no line can tell.
    """
    kind, side, _, qty, price, order_id = message
    first = reports[0]
    if first.exec_type is ExecType.CANCEL_REJECTED:
        return [f"{4 if kind == CANCEL else 5},{seq},{order_id}"]
    if first.exec_type is _REJECTED:
        raise ReplayFileError([f"message {seq} of the stream: the book refused {message}: {first.reason.name}"])
    if kind == CANCEL:
        return [f"2,{seq},{_side(first)},{order_id},{first.price}"]
    told = [f"{0 if kind == NEW else 3},{seq},{side},{order_id},{price},{qty}"]
    if len(reports) > 1:
        told += _further(seq, order_id, reports)
        told.sort(key=_kind_of)
    return told


def _further(seq: int, taker: int, reports: list[ExecutionReport]) -> Iterator[str]:
    for report in reports:
        if report.exec_type is _TRADE:
            if report.liquidity is _MAKER:
                yield f"1,{seq},{report.last_px},{report.last_qty},{report.order_id},{taker}"
        elif report.exec_type is _CANCELED:
            yield f"2,{seq},{_side(report)},{report.order_id},{report.price}"


def _side(report: ExecutionReport) -> int:
    return 0 if report.side is Side.BUY else 1


def _kind_of(line: str) -> str:
    return line[0]
