"""Does price-time priority predict who traded? A recorded market's match events, put to a book of ours.

Rules
    Our book holds what the feed displays, order by order, in the same places. At each event with fills of resting
    orders it gets one market order of the filled size, from the other side. The event is predicted when the makers and
    their sizes are those of the recording.
    Orders of the filled side that the event cancels without a fill were taken out by self-trade prevention: they leave
    before.
    After an event that was not predicted the book is set up anew from the feed.
    Nothing is counted while the displayed book is locked or crossed (a call), nor in the second after it; nor what was
    before it when nothing had traded yet (a pre-open).

Does not model
    Reserves of icebergs, which no feed shows: an order filled beyond what it displayed cannot be predicted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from agents.recordings.mbo import Action, MboRecord, events, read_mbo_records, resting_fills
from scenarios.reconciling.books import FAST, AnyBook, new_book
from scenarios.reconciling.feed_book import Change, FeedBook
from scenarios.reconciling.findings import Finding
from venues.messages import CancelOrder, ExecType, Liquidity, NewOrder, ReplaceOrder, Side, TimeInForce

SETTLING: Final = 1_000_000_000
"""After a call, ns: its uncross and the orders that wait for it are no continuous trading."""

RESTING, AGGRESSOR = 0, 1
"""Owners in our book."""

ICEBERG = "filled an order beyond what it displayed (iceberg)"
OTHER_ORDER = "filled another order than the first"

Fills = dict[int, int]
"""Size by order."""


def check_matches(records: Path, book: str = FAST) -> list[Finding]:
    """Whether the displayed book stays uncrossed, every record finds its order, and every match event is predicted.

    Raises:
        ReplayFileError: the file cannot be read.
    """
    follower = _Follower(book)
    for event in events(read_mbo_records(records)):
        follower.take(event)
    return follower.findings(records.name)


class _Follower:
    """The feed's book and ours, side by side."""

    def __init__(self, book: str) -> None:
        self._name = book
        self._feed = FeedBook()
        self._ours: AnyBook | None = None
        self._aggressors = 0
        self._counts_from = 0
        self._crossed_before = False
        self._states = self._crossed = self._changes = self._unknown = 0
        self._predicted = self._qty = self._predicted_qty = 0
        self._missed: Counter[str] = Counter()

    def take(self, event: list[MboRecord]) -> None:
        """Predict the event, then follow it."""
        at = event[0].at
        fills = resting_fills(event)
        counts = at >= self._counts_from and not self._feed.is_crossed
        recorded, predicted = _sum(fills), {}
        if fills and self._ours is not None:
            self._take_out_self_trades(self._ours, event, fills[0].side, recorded, at)
            predicted = self._predict(self._ours, fills, at)
            if counts:
                self._judge(recorded, predicted)
        changes = self._follow(event, fills)
        if self._feed.is_crossed:
            self._ours = None
        elif self._ours is None:
            self._ours = self._set_up(at)
            self._counts_from = at + SETTLING if self._crossed_before else at
        elif predicted != recorded or not self._do_likewise(self._ours, changes, at):
            self._ours = self._set_up(at)
        self._count_state(counts)

    def _count_state(self, counts: bool) -> None:
        crossed = self._feed.is_crossed
        if crossed and not self._qty:
            self._states = self._crossed = 0
        elif counts:
            self._states += 1
            self._crossed += crossed
        self._crossed_before = crossed

    def _set_up(self, now: int) -> AnyBook:
        book = new_book(self._name)
        for order_id, (side, price, qty) in self._feed.orders():
            book.submit(NewOrder(order_id, RESTING, side, qty, price), now)
        return book

    # -- an event -------------------------------------------------------------------------------

    def _take_out_self_trades(
        self, ours: AnyBook, event: Iterable[MboRecord], side: Side | None, filled: Fills, now: int
    ) -> None:
        for record in event:
            if record.action is Action.CANCEL and record.side is side and record.order_id not in filled:
                ours.cancel(CancelOrder(record.order_id, RESTING), now)

    def _predict(self, ours: AnyBook, fills: list[MboRecord], now: int) -> Fills:
        self._aggressors += 1
        side = Side.SELL if fills[0].side is Side.BUY else Side.BUY
        qty = sum(fill.qty for fill in fills)
        order = NewOrder(-self._aggressors, AGGRESSOR, side, qty, None, TimeInForce.IOC)
        made: Fills = {}
        for report in ours.submit(order, now):
            if report.exec_type is ExecType.TRADE and report.liquidity is Liquidity.MAKER:
                made[report.order_id] = made.get(report.order_id, 0) + report.last_qty
        return made

    def _judge(self, recorded: Fills, predicted: Fills) -> None:
        self._qty += sum(recorded.values())
        self._predicted_qty += sum(min(qty, predicted.get(order_id, 0)) for order_id, qty in recorded.items())
        if predicted == recorded:
            self._predicted += 1
            return
        shown = {order_id: order.qty for order_id in recorded if (order := self._feed.find(order_id)) is not None}
        beyond = any(qty > shown.get(order_id, qty) for order_id, qty in recorded.items())
        self._missed[ICEBERG if beyond else OTHER_ORDER] += 1

    def _follow(self, event: list[MboRecord], fills: list[MboRecord]) -> list[tuple[int, Change]]:
        for fill in fills:
            self._feed.fill(fill)
        changes = [(record.order_id, self._feed.apply(record)) for record in event]
        told: list[tuple[int, Change]] = [
            (order_id, change) for order_id, change in changes if change is not Change.NOTHING
        ]
        self._changes += len(told)
        self._unknown += sum(change is Change.UNKNOWN for _, change in told)
        return told

    def _do_likewise(self, ours: AnyBook, changes: list[tuple[int, Change]], now: int) -> bool:
        """Bring our book to the feed's: first what leaves, then what comes. False: that made a trade."""
        for order_id, change in changes:
            order, live = self._feed.find(order_id), ours.find(order_id)
            if live is None or change is Change.UNKNOWN:
                continue
            if order is None or change is Change.ARRIVED:
                ours.cancel(CancelOrder(order_id, RESTING), now)
            elif live.leaves_qty > order.qty:
                ours.replace(ReplaceOrder(order_id, RESTING, live.cum_qty + order.qty, order.price), now)
        for order_id, change in changes:
            order = self._feed.find(order_id)
            if change is Change.ARRIVED and order is not None and ours.find(order_id) is None:
                reports = ours.submit(NewOrder(order_id, RESTING, order.side, order.qty, order.price), now)
                if len(reports) > 1:
                    return False
        return True

    # -- what was found -------------------------------------------------------------------------

    def findings(self, file: str) -> list[Finding]:
        """The three checks; of match events only when there were some."""
        found = [
            Finding(
                file=file,
                check="every cancel and modify finds its order",
                unit="records of orders",
                counted=self._changes,
                matched=self._changes - self._unknown,
                causes={"of an order that was never announced": self._unknown},
            ),
            Finding(
                file=file,
                check="displayed book at the end of an event, in continuous trading",
                unit="states",
                counted=self._states,
                matched=self._states - self._crossed,
                causes={"locked or crossed": self._crossed},
            ),
        ]
        counted = self._predicted + self._missed.total()
        if counted:
            found.append(
                Finding(
                    file=file,
                    check=f"makers and their sizes, predicted by price-time priority ({self._name} book)",
                    unit="match events",
                    counted=counted,
                    matched=self._predicted,
                    causes=dict(self._missed),
                    note=f"{self._predicted_qty:,} of {self._qty:,} shares or contracts",
                )
            )
        return found


def _sum(fills: Iterable[MboRecord]) -> Fills:
    made: Fills = {}
    for fill in fills:
        made[fill.order_id] = made.get(fill.order_id, 0) + fill.qty
    return made
