"""Recorded orders, sent to a venue again: other agents meet them, and trade with them.

Rules
    The first row is sent at `start`, every other as much later as it was recorded later; rows of one time in order.
    A new order is a DAY limit order under an id of ours. A reduction by n shares names the old total less n (FIX), so
    shares that our own trades filled stay filled; a reduction to nothing, and a cancel, ask for the end of the order.
    An execution becomes an IOC of its size and price from the other side. Hidden executions, auction trades and halts
    change nothing and are counted.
    With a book to begin with, each of its levels is one order, sent in place of the first row, which that book holds.
    A reduction or execution of an order that the file never announced is meant for the order of that book at its price,
    while the recording has something left of it; otherwise it is not sent and counts as not fitting.

    A row *fits* when it does to our book what it did in the recording: the new order is taken, the execution fills, the
    reduction or cancel takes out as many shares as it says. It does not when our market has gone another way: someone
    traded with the order, or the venue refuses. Such rows are counted by what was amiss (:meth:`Replay.summary`);
    rows = fit + unfit + hidden + crosses + halts + in_opening + unanswered.

    The recorded market now and then executed an order that was not the first at its price. Ours executes the first, so
    one order has fewer shares than the recording says and another has more. Shares at one price are alike: what a
    reduction does not find in its own order it takes from one that the recording has executed and our book has not.

Cost
    One event a distinct time and one message a row. Memory: the live orders of the recording; in an order-entry file,
    which does not say what traded, also those that our book has filled, until the file cancels them.

Does not model
    What the recorded participants would have done in a market that went another way. Above all: an order that the
    recording executed and our book did not (someone stood before it) stays until the end of the session.
    Halts do not stop the venue, auctions are not held.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from agents.participant import FIT, UNFIT, Participant, Place
from agents.recordings.lobster import BookLevel
from agents.recordings.reading import Recording
from agents.recordings.rows import Row, RowKind
from venues.messages import (
    CancelOrder,
    ExecType,
    ExecutionReport,
    NewOrder,
    OrdStatus,
    Reason,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from venues.protocols import OrderEntry

REPLAY_WAKES: Final = frozenset((ExecType.CANCELED, ExecType.CANCEL_REJECTED))
"""Reports that a replay may have to react to at once; connect its session with these."""

GONE, LESS_LEFT, OTHER_SIZE = "gone", "less_left", "other_size"
NOT_EXECUTED, NEVER_ANNOUNCED, REFUSED, ID_IN_USE = "not_executed", "never_announced", "refused", "id_in_use"
AMISS: Final = {
    GONE: "a reduction or cancel of an order that is no longer in the book",
    LESS_LEFT: "a reduction that found fewer shares than it takes out",
    OTHER_SIZE: "a cancel that took out another number of shares than recorded",
    NOT_EXECUTED: "an execution that found too few shares at its price",
    NEVER_ANNOUNCED: "a row of an order that the file never announced, not sent",
    REFUSED: "an order that the venue refused",
    ID_IN_USE: "a new order with the id of one that the file has not ended, not sent",
}
"""Why a row does not fit, by the key of :meth:`Replay.summary`."""

Level = tuple[Side, int]
"""Side and price (price units)."""


class RecordedOrder:
    """An order of the recording and the one in our book that stands for it."""

    __slots__ = ("cum_qty", "executed", "leaves_recorded", "level", "order_id", "total")

    def __init__(self, order_id: int, level: Level, qty: int) -> None:
        self.order_id = order_id
        """Ours."""
        self.level = level
        self.total = qty
        """Total quantity that the venue was last asked for."""
        self.leaves_recorded = qty
        """What the recording has left of it, as far as it was read."""
        self.cum_qty = 0
        """Shares that traded in our book, as far as was reported."""
        self.executed = 0
        """Shares that traded in the recording, as far as our execution of them was answered."""

    @property
    def surplus(self) -> int:
        """Shares that the recording has executed and our book has not."""
        return self.executed - self.cum_qty


class Asked(NamedTuple):
    """A message on its way: the venue answers in the order of asking.

    Attributes:
        kind: of the row; None: an order of the book to begin with.
        order_id: ours, as sent.
        order: what the row is about.
        qty: shares that the row still has to move.
        total: of the order before the message.
    """

    kind: RowKind | None
    order_id: int
    order: RecordedOrder
    qty: int
    total: int


class Replay(Participant):
    """Sends recorded rows to one venue.

    Args:
        sessions: exactly one; its `on_mail` becomes this agent's. Connect it with :data:`REPLAY_WAKES`.
        rows: in order of time; read one at a time, as time goes.
        opening: levels to begin with, best first, in place of the first row; `agents.recordings.reading` reads both.
        start: when the first row is sent, ns.
    """

    kind = "replay"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        rows: Iterable[Row],
        opening: Sequence[BookLevel] = (),
        start: int = 0,
    ) -> None:
        super().__init__(place, name, number, sessions)
        (session,) = sessions.values()
        session.on_mail = self._read
        self._session = session
        self._rows: Iterator[Row] = iter(rows)
        self._opening = opening
        self._start = start
        self._shift = 0
        self._recorded: dict[int, RecordedOrder] = {}  # by the recording's id
        self._resting: dict[int, RecordedOrder] = {}  # by ours
        self._levels: dict[Level, RecordedOrder] = {}  # of the book to begin with
        self._surplus: dict[Level, dict[int, RecordedOrder]] = {}
        self._asked: deque[Asked] = deque()
        self._executing: dict[int, Asked] = {}
        self._count = dict.fromkeys(("rows", "fit", "hidden", "crosses", "halts", "in_opening", *AMISS), 0)

    @classmethod
    def of(
        cls,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        recording: Recording,
        start: int = 0,
    ) -> Replay:
        """The replay of a recorded file.

        Raises:
            ReplayFileError: the book to begin with cannot be used; for the rows ask `recording.problems()` first.
        """
        return cls(place, name, number, sessions, recording.rows(), recording.opening(), start)

    # -- what has become of it ------------------------------------------------------------------

    @property
    def fit(self) -> int:
        """Rows that did what they did in the recording."""
        return self._count["fit"]

    @property
    def unfit(self) -> int:
        """Rows that did not."""
        return sum(self._count[amiss] for amiss in AMISS)

    def summary(self) -> dict[str, int]:
        """Rows by what became of them, as far as is known now; see the rules above and :data:`AMISS`."""
        self._read()
        unanswered = sum(asked.kind is not None for asked in self._asked) + len(self._executing)
        return {**self._count, "unfit": self.unfit, "unanswered": unanswered}

    def log_state(self, _: object = None) -> None:
        """Write position, cash and the numbers of rows that did and did not fit into the log."""
        self._read()
        super().log_state()
        now = self.env.now
        self._log_state(now, self.number, FIT, self.fit)
        self._log_state(now, self.number, UNFIT, self.unfit)

    # -- sending --------------------------------------------------------------------------------

    def start(self) -> None:
        """Plan the first row."""
        first = next(self._rows, None)
        if first is not None:
            self._shift = self._start - first.at
            self.env.call_at(self._start, self._open if self._opening else self._send_due, first)

    def _open(self, first: Row) -> None:
        """Send the book to begin with; the order that the first row added to it stands alone, behind the others."""
        self._count["rows"] += 1
        self._count["in_opening"] += 1
        for side, price, qty in self._opening:
            level = (side, price)
            own = first.qty if first.kind is RowKind.NEW and (first.side, first.price) == level else 0
            if qty > own:
                self._levels[level] = self._place(level, qty - own, None)
            if own:
                self._recorded[first.order_id] = self._place(level, own, None)
        self._go_on(next(self._rows, None))

    def _send_due(self, row: Row) -> None:
        """Send this row and all others of its time."""
        self._read()
        at, count, rows = row.at, self._count, self._rows
        following: Row | None = row
        while following is not None and following.at == at:
            count["rows"] += 1
            _SENDERS[following.kind](self, following)
            following = next(rows, None)
        self._go_on(following)

    def _go_on(self, row: Row | None) -> None:
        if row is not None:
            self.env.call_at(row.at + self._shift, self._send_due, row)

    def _new(self, row: Row) -> None:
        if row.order_id in self._recorded:
            self._count[ID_IN_USE] += 1
            return
        assert row.side is not None
        self._recorded[row.order_id] = self._place((row.side, row.price), row.qty, RowKind.NEW)

    def _place(self, level: Level, qty: int, kind: RowKind | None) -> RecordedOrder:
        order = RecordedOrder(self.place.new_id(), level, qty)
        self._resting[order.order_id] = order
        self._asked.append(Asked(kind, order.order_id, order, qty, qty))
        side, price = level
        self._session.send(NewOrder(order.order_id, self.number, side, qty, price, TimeInForce.DAY))
        return order

    def _reduce(self, row: Row) -> None:
        order = self._meant(row)
        if order is not None:
            self._take_out(order, row.qty, row.qty)

    def _cancel(self, row: Row) -> None:
        order = self._recorded.pop(row.order_id, None)
        if order is None:
            self._count[NEVER_ANNOUNCED] += 1
            return
        self._asked.append(Asked(RowKind.CANCEL, order.order_id, order, row.qty, order.total))
        self._session.send(CancelOrder(order.order_id, self.number))

    def _execute(self, row: Row) -> None:
        order = self._meant(row)
        if order is None:
            return
        order_id = self.place.new_id()
        self._asked.append(Asked(RowKind.EXECUTE, order_id, order, row.qty, row.qty))
        side = Side.SELL if row.side is Side.BUY else Side.BUY
        self._session.send(NewOrder(order_id, self.number, side, row.qty, row.price, TimeInForce.IOC))

    def _meant(self, row: Row) -> RecordedOrder | None:
        """The order that the row takes shares from; None, and counted, when there is none."""
        order = self._recorded.get(row.order_id)
        if order is None and row.side is not None:
            order = self._levels.get((row.side, row.price))
        if order is None or not order.leaves_recorded:
            self._count[NEVER_ANNOUNCED] += 1
            return None
        order.leaves_recorded = max(0, order.leaves_recorded - row.qty)
        if not order.leaves_recorded:
            self._recorded.pop(row.order_id, None)
        return order

    def _take_out(self, order: RecordedOrder, qty: int, wanted: int) -> None:
        """Ask for ``qty`` shares of the order to leave the book, of ``wanted`` that the row has to move."""
        self._asked.append(Asked(RowKind.REDUCE, order.order_id, order, wanted, order.total))
        order.total -= qty
        if order.total > 0:
            self._session.send(ReplaceOrder(order.order_id, self.number, order.total, order.level[1]))
        else:
            self._session.send(CancelOrder(order.order_id, self.number))

    def _count_only(self, row: Row) -> None:
        self._count[_COUNTED[row.kind]] += 1

    # -- answers --------------------------------------------------------------------------------

    def _read(self) -> None:
        for _, report in self._session.read():
            _ANSWERS[report.exec_type](self, report)

    def _answered(self, report: ExecutionReport) -> Asked:
        asked = self._asked.popleft()
        assert asked.order_id == report.order_id, f"the venue answered {report} to {asked}"
        return asked

    def _accepted(self, report: ExecutionReport) -> None:
        asked = self._answered(report)
        if asked.kind is RowKind.EXECUTE:
            self._executing[asked.order_id] = asked
        elif asked.kind is RowKind.NEW:
            self._count["fit"] += 1

    def _refused(self, report: ExecutionReport) -> None:
        asked = self._answered(report)
        self._count[REFUSED] += asked.kind is not None
        self._resting.pop(asked.order_id, None)

    def _traded(self, report: ExecutionReport) -> None:
        self.book(self._session.venue, report)
        order = self._resting.get(report.order_id)
        if order is not None:
            order.cum_qty = report.cum_qty
            self._sort_surplus(order)
        if report.ord_status is OrdStatus.FILLED:
            self._ended(report.order_id)
            if order is None:
                self._executed(self._executing.pop(report.order_id))
                self._count["fit"] += 1

    def _executed(self, asked: Asked) -> None:
        """The recording's execution has had its answer: who has fewer and who has more shares is known now."""
        asked.order.executed += asked.qty
        self._sort_surplus(asked.order)

    def _sort_surplus(self, order: RecordedOrder) -> None:
        """Keep the order among those with a surplus, or not."""
        if order.surplus > 0 and order.order_id in self._resting:
            self._surplus.setdefault(order.level, {})[order.order_id] = order
        else:
            self._drop_surplus(order)

    def _drop_surplus(self, order: RecordedOrder) -> None:
        at_level = self._surplus.get(order.level)
        if at_level is not None and at_level.pop(order.order_id, None) is not None and not at_level:
            del self._surplus[order.level]

    def _canceled(self, report: ExecutionReport) -> None:
        self._ended(report.order_id)
        execution = self._executing.pop(report.order_id, None)
        if execution is not None:
            self._executed(execution)
            self._count[NOT_EXECUTED] += 1
        elif report.reason is Reason.REQUESTED:
            asked = self._answered(report)
            self._moved(asked, asked.total - report.cum_qty, LESS_LEFT)

    def _ended(self, order_id: int) -> None:
        order = self._resting.pop(order_id, None)
        if order is not None:
            self._drop_surplus(order)

    def _replaced(self, report: ExecutionReport) -> None:
        asked = self._answered(report)
        self._moved(asked, asked.total - report.cum_qty - report.leaves_qty, LESS_LEFT)

    def _cancel_rejected(self, report: ExecutionReport) -> None:
        self._moved(self._answered(report), 0, GONE)

    def _moved(self, asked: Asked, qty: int, amiss: str) -> None:
        """So many shares left the book at the row's request; what is missing is taken from orders with a surplus."""
        missing = asked.qty - qty
        if not missing:
            self._count["fit"] += 1
        elif asked.kind is RowKind.CANCEL:
            self._count[OTHER_SIZE if qty else GONE] += 1
        else:
            self._take_from_another(asked.order.level, missing, amiss)

    def _take_from_another(self, level: Level, missing: int, amiss: str) -> None:
        order = next(iter(self._surplus.get(level, {}).values()), None)
        if order is None:
            self._count[amiss] += 1
            return
        qty = min(missing, order.surplus)
        order.executed -= qty
        self._sort_surplus(order)
        self._take_out(order, qty, missing)


_SENDERS: Final[dict[RowKind, Callable[[Replay, Row], None]]] = {
    RowKind.NEW: Replay._new,
    RowKind.REDUCE: Replay._reduce,
    RowKind.CANCEL: Replay._cancel,
    RowKind.EXECUTE: Replay._execute,
    RowKind.HIDDEN: Replay._count_only,
    RowKind.CROSS: Replay._count_only,
    RowKind.HALT: Replay._count_only,
}
_COUNTED: Final = {RowKind.HIDDEN: "hidden", RowKind.CROSS: "crosses", RowKind.HALT: "halts"}
_ANSWERS: Final[dict[ExecType, Callable[[Replay, ExecutionReport], None]]] = {
    ExecType.NEW: Replay._accepted,
    ExecType.TRADE: Replay._traded,
    ExecType.CANCELED: Replay._canceled,
    ExecType.REPLACED: Replay._replaced,
    ExecType.REJECTED: Replay._refused,
    ExecType.CANCEL_REJECTED: Replay._cancel_rejected,
}
