"""A venue's messages in the 34 columns of Aquilina, Budish and O'Neill, written and read.

    Symbol,Date,SessionID,UserID,...,MessageTimestamp,MessageType,Side,...,CancelRejectReason

`analysis.race_log` makes the messages from a run, `analysis.race_attempts` goes on with them. An exchange's own record
in these columns serves as well.

Rules
    Inbound rows are what a participant sent, outbound rows what the venue said to it. An answer carries the
    `ClientOrderID` of its request, a passive fill that of the order's last accepted request; an order keeps its
    `UniqueOrderID` for life. Rows are in order of time, rows of one time in the order of the matching engine.
    `DisplayQty` of an outbound row is what the order displays after it.
    Prices in a file are dollars, exact; here they are price units ($0.0001). Times are ns since the date began.

Does not model
    Quotes (`QuoteRelated`): nobody here sends two-sided ones, and a file with some is refused.

Cost
    About 10 us a row written or read.

Source: M. Aquilina, E. Budish and P. O'Neill, "Quantifying the high-frequency trading 'arms race'", Quarterly Journal
of Economics 137 (2022), with its Code and Data Appendix (version 1.1), section 3 for the columns.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from analysis.codes import BUY, SELL, UNITS_PER_DOLLAR

COLUMNS: Final = (
    *("Symbol", "Date", "SessionID", "UserID", "FirmID", "ClientOrderID", "OrigClientOrderID", "MEOrderID"),
    *("UniqueOrderID", "MessageTimestamp", "MessageType", "Side", "QuoteRelated", "RegularHour", "OrderType", "TIF"),
    *("OrderQty", "DisplayQty", "LeavesQty", "LimitPrice", "StopPrice", "BidSize", "AskSize", "BidPrice", "AskPrice"),
    *("ExecType", "TradeMatchID", "TradeInitiator", "OrderStatus", "ExecutedPrice", "ExecutedQty"),
    *("AuctionTrade", "OpenAuctionTrade", "CancelRejectReason"),
)
INBOUND: Final = frozenset({"New_Order", "Cancel_Request", "Cancel_Replace_Request"})

SIDES: Final = {BUY: "Bid", SELL: "Ask", 0: ""}
_NS_A_SECOND: Final = 1_000_000_000


class RaceMessage(NamedTuple):
    """A row: times ns since the beginning of the date, prices in price units, sizes in shares; -1 or "": not told."""

    at: int
    user: str
    firm: str
    order: str
    request: str
    type: str
    side: int
    order_type: str = ""
    force: str = ""
    qty: int = -1
    display_qty: int = -1
    leaves_qty: int = -1
    price: int = -1
    stop_px: int = -1
    exec_type: str = ""
    trade: str = ""
    initiator: str = ""
    status: str = ""
    px: int = -1
    executed_qty: int = -1
    reject: str = ""
    original: str = ""
    regular: bool = True
    opening: bool = False

    @property
    def inbound(self) -> bool:
        """True for what a participant sent."""
        return self.type in INBOUND


class NotRaceMessages(ValueError):
    """A file is not in the 34 columns."""


# -- files ------------------------------------------------------------------------------------------


def write_race_messages(messages: Iterable[RaceMessage], folder: Path, date: str, symbol: str) -> Path:
    """Write the file that the authors' programs look for: ``<folder>/<date>/Raw_Msg_Data_<date>_<symbol>.csv.gz``.

    Args:
        folder: made if it is not there; a file of the same name is replaced. date: YYYY-MM-DD.
    """
    path = folder / date / f"Raw_Msg_Data_{date}_{symbol}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as packed,
        gzip.GzipFile("", "wb", mtime=0, fileobj=packed) as raw,
        io.TextIOWrapper(raw, encoding="ascii", newline="") as lines,
    ):
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(message, date, symbol) for message in messages)
    return path


def _cells(message: RaceMessage, date: str, symbol: str) -> tuple[str, ...]:
    m = message
    in_auction = m.initiator == "Other"
    return (
        *(symbol, date, "1", m.user, m.firm, m.request, m.original, "", m.order),
        *(f"{date} {_clock(m.at)}", m.type, SIDES[m.side], "False", str(m.regular), m.order_type, m.force),
        *(_size(m.qty), _size(m.display_qty), _size(m.leaves_qty), _dollars(m.price), _dollars(m.stop_px)),
        *("", "", "", "", m.exec_type, m.trade, m.initiator, m.status, _dollars(m.px), _size(m.executed_qty)),
        *((str(in_auction), str(in_auction and m.opening)) if m.exec_type == "Order_Executed" else ("", "")),
        m.reject,
    )


def _clock(at: int) -> str:
    seconds, nanoseconds = divmod(at, _NS_A_SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{nanoseconds:09}"


def _size(shares: int) -> str:
    return "" if shares < 0 else f"{shares}.0"


def _dollars(price: int) -> str:
    if price < 0:
        return ""
    whole, rest = divmod(price, UNITS_PER_DOLLAR)
    return f"{whole}.{rest:04}"


def read_race_messages(path: Path) -> list[RaceMessage]:
    """The messages of a file in the 34 columns, gzipped or not, in any order of columns.

    Raises:
        NotRaceMessages: a column is missing, or a cell is no time, price or size.
    """
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as lines:
        rows = csv.DictReader(lines, skipinitialspace=True)
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise NotRaceMessages(f"{path}: has no column {', '.join(missing)}; the 34 are {', '.join(COLUMNS)}")
        messages = []
        for number, row in enumerate(rows, start=2):
            try:
                messages.append(_message(row))
            except (ValueError, KeyError) as error:
                raise NotRaceMessages(f"{path}:{number}: {error}") from error
    return messages


def _message(row: dict[str, str]) -> RaceMessage:
    if row["QuoteRelated"] == "True":
        raise ValueError("a quote (QuoteRelated): two-sided quotes are not read")
    return RaceMessage(
        at=_nanoseconds(row["MessageTimestamp"]),
        user=row["UserID"],
        firm=row["FirmID"],
        order=row["UniqueOrderID"],
        request=row["ClientOrderID"],
        type=row["MessageType"],
        side={"Bid": BUY, "Ask": SELL, "": 0}[row["Side"]],
        order_type=row["OrderType"],
        force=row["TIF"],
        qty=_shares(row["OrderQty"]),
        display_qty=_shares(row["DisplayQty"]),
        leaves_qty=_shares(row["LeavesQty"]),
        price=_units(row["LimitPrice"]),
        stop_px=_units(row["StopPrice"]),
        exec_type=row["ExecType"],
        trade=row["TradeMatchID"],
        initiator=row["TradeInitiator"],
        status=row["OrderStatus"],
        px=_units(row["ExecutedPrice"]),
        executed_qty=_shares(row["ExecutedQty"]),
        reject=row["CancelRejectReason"],
        original=row["OrigClientOrderID"],
        regular=row["RegularHour"] == "True",
        opening=row["OpenAuctionTrade"] == "True",
    )


def _nanoseconds(stamp: str) -> int:
    """Nanoseconds since the beginning of the date.

    >>> _nanoseconds("2000-01-01 08:00:05.233330")
    28805233330000
    """
    whole, _, fraction = stamp.partition(".")
    clock = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return seconds * _NS_A_SECOND + int(f"{fraction:0<9}"[:9])


def _shares(cell: str) -> int:
    whole, _, fraction = cell.partition(".")
    if fraction.strip("0"):
        raise ValueError(f"{cell}: is no whole number of shares")
    return int(whole) if whole else -1


def _units(cell: str) -> int:
    """Price units of a price in dollars.

    >>> _units("10.01"), _units("9.9950"), _units("")
    (100100, 99950, -1)
    """
    if not cell:
        return -1
    whole, _, fraction = cell.partition(".")
    if fraction[4:].strip("0"):
        raise ValueError(f"{cell}: is finer than the price unit, $0.0001")
    return int(whole) * UNITS_PER_DOLLAR + int(f"{fraction:0<4}"[:4])
