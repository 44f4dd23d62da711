"""The order-by-order feed (L3) of a book, made from the reports of each message and a look at the orders they name.

Rules
    One packet for each message that changed what is displayed or traded; nothing else uses a sequence number, so hidden
    orders, pegs, waiting stops and refused messages leave no trace. Message numbers have no gap.
    A trade against displayed shares names the order's reference. A trade against anything else names none: hidden
    orders and pegs, the reserve of an iceberg, and an order that came to rest during the same message (it is added with
    what is left of it when the message is done).
    An order that gets a new place leaves (deleted, or executed to the last share) and is added under a new reference;
    when nothing else happened it is one `OrderReplaced`. An order that keeps its place is reduced.
    In a packet: trades, orders that leave and the next peaks of icebergs, as they happened; then what shrank; then what
    came to rest, in the order of their places. A peak that a sweep takes too is added, then executed; where icebergs
    refresh after the sweep there is none to see. An auction: its executions, not printable, then one `CrossTrade`.
    The queue after each packet is the book's own. Where the reports leave open who stands before whom (a new state, two
    additions at one price, a replace at a venue where a smaller size loses its place) the book is gone through: what no
    longer stands where it stood is deleted and added again.

Cost
    The book pays nothing. For who listens: O(1) a report; O(orders) where the book is gone through.

Does not model
    The reference in the owner's acknowledgement; imbalance messages during a call; trade breaks; attribution. Orders
    without a price are not shown.

Source: Nasdaq TotalView-ITCH 5.0 for what the messages mean; reserve orders get a new reference when refreshed there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from sim.history import History
from venues.displayed_book import BUY, Changes, DisplayedBook, LevelKey
from venues.feed_messages import (
    CrossTrade,
    HiddenTrade,
    OrderAdded,
    OrderDeleted,
    OrderExecuted,
    OrderExecutedAt,
    OrderMessage,
    OrderPacket,
    OrderReduced,
    OrderReplaced,
    OrderSnapshot,
    TradingState,
)
from venues.messages import BookState, ExecType, ExecutionReport, Liquidity, Reason, Side
from venues.policies import PLAIN, IcebergRefresh, Policies, SmallerSize

STATE_OF: Final[dict[Reason, BookState]] = {Reason[f"STATE_{state.name}"]: state for state in BookState}
"""The state that a STATE report's reason names."""

_NEW_PLACE: Final = frozenset({Reason.ICEBERG_REFRESH, Reason.PRICE_BAND})
"""Why a displayed order is restated and loses its place."""


class BookOrder(Protocol):
    """What the feed asks of a live order: `venues.book` says what each is."""

    @property
    def order_id(self) -> int:
        """Its id at the venue; the public never hears it."""

    @property
    def side(self) -> Side:
        """BUY or SELL."""

    @property
    def price(self) -> int | None:
        """Where it stands, price units; None: at no price."""

    @property
    def shown_qty(self) -> int:
        """Shares that the public sees."""


class FeedableBook(Protocol):
    """What the feed asks of a book."""

    state: BookState

    def find(self, order_id: int) -> BookOrder | None:
        """The live order with this id, if any."""

    def orders(self) -> Iterable[BookOrder]:
        """All live orders: bids, then asks, each side in order of priority; then those that wait elsewhere."""


class Standing(NamedTuple):
    """The public's part of a live order."""

    order_id: int
    side: Side
    price: int
    qty: int


Listener = Callable[[OrderPacket, Changes], object]
"""Called with each packet and what it came to."""


class OrderFeed:
    """The feed of one book from now on; ``history`` is what it published.

    >>> from venues.book import Book
    >>> from venues.messages import NewOrder
    >>> book = Book()
    >>> feed = OrderFeed(book)
    >>> feed.publish(book.submit(NewOrder(17, 4, Side.SELL, 500, 100_0100), now=0), venue_seq=1, now=0)
    >>> feed.publish(book.submit(NewOrder(18, 5, Side.BUY, 200, 100_0100), now=9), venue_seq=2, now=9)
    >>> for packet in feed.history.items:
    ...     print(packet.at, packet.first, packet.messages)
    0 1 (OrderAdded(reference=1, side=<Side.SELL: -1>, qty=500, price=1000100),)
    9 2 (OrderExecuted(reference=1, qty=200, match=1),)
    """

    def __init__(self, book: FeedableBook, policies: Policies = PLAIN) -> None:
        self.history: History[OrderPacket] = History()
        self.displayed = DisplayedBook()
        """What a reader who missed nothing holds."""
        self._book = book
        self._refreshes_at_once = policies.iceberg_refresh is IcebergRefresh.AT_ONCE
        self._smaller_keeps = policies.smaller_size is SmallerSize.KEEPS
        self._listeners: list[Listener] = []
        self._packet: list[OrderMessage] = []
        self._reference_of: dict[int, int] = {}
        self._references = 0
        self._matches = 0
        self._reports: Sequence[ExecutionReport] = ()
        self._index = 0
        self._peaks: dict[int, int] | None = None
        self._refreshed: dict[LevelKey, None] = {}
        self._kept: dict[int, None] = {}
        self._placed: dict[int, None] = {}
        self._unclear = False
        if book.state is not BookState.CONTINUOUS:
            self._tell(TradingState(book.state))
        self._align()
        self.seq = len(self._packet)
        """Sequence number of the last message told; what the book held already was told to nobody."""
        self._packet.clear()

    def publish(self, reports: Sequence[ExecutionReport], venue_seq: int, now: int) -> None:
        """Tell what one message to the venue changed: call it once a message, with all its reports, in order.

        ``venue_seq`` is the venue's number of the message, ``now`` its time in ns. The book must be as the message left
        it.
        """
        self._reports = reports
        for self._index, report in enumerate(reports):
            handler = _HANDLERS.get(report.exec_type)
            if handler is not None:
                handler(self, report)
        if self._kept or self._placed or self._unclear:
            self._settle()
        if self._packet:
            self._send(venue_seq, now)

    def reference_of(self, order_id: int) -> int | None:
        """The present reference of a displayed order; for its owner, who may be told, and for checks."""
        return self._reference_of.get(order_id)

    def snapshot(self, now: int) -> OrderSnapshot:
        """The displayed book after the last message published. Cost: every displayed order."""
        return OrderSnapshot(now, self.seq, self.displayed.state, tuple(self.displayed.orders()))

    def advance(self, now: int) -> None:
        """Nothing waits: every packet is published when it is made."""

    def react(self) -> None:
        """Nothing to do: every packet is published when it is made."""

    def heartbeat(self, now: int) -> OrderPacket:
        """A packet that says only which number comes next, so that the loss of the last one is noticed."""
        return OrderPacket(now, 0, self.seq + 1, ())

    def listen(self, listener: Listener) -> None:
        """From now on call ``listener(packet, changes)`` at once with each packet: a feed made from this one."""
        self.displayed.watch()
        self._listeners.append(listener)

    def _send(self, venue_seq: int, now: int) -> None:
        packet = OrderPacket(now, venue_seq, self.seq + 1, tuple(self._packet))
        self._packet.clear()
        self.seq = packet.last
        self.history.append(now, packet)
        if self._listeners:
            changes = self.displayed.take_changes()
            for listener in self._listeners:
                listener(packet, changes)

    def _tell(self, message: OrderMessage) -> None:
        self.displayed.apply(message)
        self._packet.append(message)

    # -- one handler a kind of report ------------------------------------------------------------

    def _arrived(self, report: ExecutionReport) -> None:
        """NEW, TRIGGERED: if it rests in the end, it rests behind what has its place already."""
        self._placed[report.order_id] = None

    def _ended(self, report: ExecutionReport) -> None:
        self._take_off(report.order_id)

    def _traded(self, report: ExecutionReport) -> None:
        if report.liquidity is Liquidity.MAKER:
            self._matches += 1
            self._made(report)
        elif report.liquidity is Liquidity.AUCTION:
            self._matches += report.side is BUY  # the buyer's report comes first
            self._crossed(report)

    def _made(self, report: ExecutionReport) -> None:
        price, qty, match = report.last_px, report.last_qty, self._matches
        order = self._displayed(report.order_id)
        shown = 0
        if order is not None:
            shown = min(order.qty, qty)
            self._tell(OrderExecuted(order.reference, shown, match))
            self._forget_if_done(report.order_id, order.qty - shown)
        if qty > shown:
            self._tell(HiddenTrade(price, qty - shown, match))

    def _crossed(self, report: ExecutionReport) -> None:
        order = self._displayed(report.order_id)
        if order is not None:
            shown = min(order.qty, report.last_qty)
            self._tell(OrderExecutedAt(order.reference, shown, self._matches, report.last_px))
            self._forget_if_done(report.order_id, order.qty - shown)

    def _replaced(self, report: ExecutionReport) -> None:
        """A new price or more shares: a new place. The same price and no more: it depends on the venue."""
        order_id = report.order_id
        order, now = self._displayed(order_id), self._standing(order_id)
        if order is None or report.price != order.price or (now is not None and now.qty > order.qty):
            self._move(order_id)
        elif self._smaller_keeps or self.displayed.is_last(order.reference):
            self._kept[order_id] = None
        else:
            self._unclear = True

    def _restated(self, report: ExecutionReport) -> None:
        if report.reason is Reason.ICEBERG_REFRESH and self._refreshes_at_once:
            self._refresh(report)
        elif report.reason in _NEW_PLACE:
            self._move(report.order_id)
        else:
            self._kept[report.order_id] = None

    def _changed_state(self, report: ExecutionReport) -> None:
        """Orders may have joined, changed and gone without a report of their own."""
        before, state = self.displayed.state, STATE_OF[report.reason]
        if report.last_qty:
            self._tell(CrossTrade(report.last_px, report.last_qty, before))
        if state is not before:
            self._tell(TradingState(state))
        self._unclear = True

    def _refresh(self, report: ExecutionReport) -> None:
        """Add the next peak where it appeared; the size is known when what became of it is."""
        if self._peaks is None:
            self._peaks = self._find_peaks()
        peak = self._peaks.get(self._index, 0)
        if not peak or report.price is None:
            self._move(report.order_id)
            return
        self._add(Standing(report.order_id, report.side, report.price, peak))
        self._refreshed[report.side, report.price] = None
        self._kept[report.order_id] = None

    def _find_peaks(self) -> dict[int, int]:
        """By index of the report that shows it: what of a peak traded until the next one, or is still shown.

        Of an iceberg that was cancelled in the end nobody can tell more than what traded of its last peak.
        """
        peaks: dict[int, int] = {}
        ends: dict[int, tuple[int, int]] = {}  # of each order's present peak: (leaves, shown) when it ends
        for index in range(len(self._reports) - 1, -1, -1):
            report = self._reports[index]
            order_id, leaves = report.order_id, report.leaves_qty
            if report.exec_type in (ExecType.CANCELED, ExecType.EXPIRED):
                continue
            if order_id not in ends:
                standing = self._standing(order_id)
                ends[order_id] = (leaves, 0 if standing is None else standing.qty)
            if report.reason is Reason.ICEBERG_REFRESH:
                peaks[index] = leaves - ends[order_id][0] + ends[order_id][1]
                ends[order_id] = (leaves, 0)
        return peaks

    # -- what the reports do not say -------------------------------------------------------------

    def _settle(self) -> None:
        """Bring what is displayed to what the book holds, of the orders that the message named."""
        for order_id in self._kept:
            if order_id not in self._placed:
                self._shrink(order_id)
        resting = [standing for order_id in self._placed if (standing := self._standing(order_id)) is not None]
        levels = {(order.side, order.price) for order in resting}
        if len(levels) < len(resting) or (self._refreshed and not levels.isdisjoint(self._refreshed)):
            self._unclear = True
        if self._unclear:
            self._align()
        else:
            for order in resting:
                self._add(order)
        self._kept.clear()
        self._placed.clear()
        self._refreshed.clear()
        self._peaks = None
        self._unclear = False

    def _shrink(self, order_id: int) -> None:
        order, now = self._displayed(order_id), self._standing(order_id)
        if order is None or now is None or now.qty > order.qty:
            self._take_off(order_id)
            self._unclear |= now is not None
        elif now.qty < order.qty:
            self._tell(OrderReduced(order.reference, order.qty - now.qty))

    def _align(self) -> None:
        """Go through the book: what stands where it stood stays, the rest leaves and is added in its order."""
        queues: dict[LevelKey, list[Standing]] = {}
        for live in self._book.orders():
            standing = _standing(live)
            if standing is not None:
                queues.setdefault((standing.side, standing.price), []).append(standing)
        matched = dict.fromkeys(queues, 0)
        order_ids = {reference: order_id for order_id, reference in self._reference_of.items()}
        for reference, side, qty, price in list(self.displayed.orders()):
            queue, place = queues.get((side, price), []), matched.get((side, price), 0)
            order_id = order_ids[reference]
            if place == len(queue) or queue[place].order_id != order_id or queue[place].qty > qty:
                self._take_off(order_id)
                continue
            matched[side, price] += 1
            if queue[place].qty < qty:
                self._tell(OrderReduced(reference, qty - queue[place].qty))
        for key, queue in queues.items():
            for order in queue[matched[key] :]:
                self._add(order)

    def _standing(self, order_id: int) -> Standing | None:
        live = self._book.find(order_id)
        return None if live is None else _standing(live)

    def _displayed(self, order_id: int) -> OrderAdded | None:
        reference = self._reference_of.get(order_id)
        return None if reference is None else self.displayed.order(reference)

    def _move(self, order_id: int) -> None:
        """The order has a new place; when it did nothing else, it is told in one message."""
        if len(self._reports) > 1:
            self._take_off(order_id)
        self._placed.pop(order_id, None)
        self._placed[order_id] = None

    def _add(self, order: Standing) -> None:
        self._references += 1
        old = self._reference_of.get(order.order_id)
        self._reference_of[order.order_id] = self._references
        if old is None:
            self._tell(OrderAdded(self._references, order.side, order.qty, order.price))
        else:
            self._tell(OrderReplaced(old, self._references, order.qty, order.price))

    def _take_off(self, order_id: int) -> None:
        reference = self._reference_of.pop(order_id, None)
        if reference is not None:
            self._tell(OrderDeleted(reference))

    def _forget_if_done(self, order_id: int, left: int) -> None:
        if not left:
            del self._reference_of[order_id]


def _standing(live: BookOrder) -> Standing | None:
    """What the public sees of a live order, if anything; an order without a price stands in no level."""
    price, qty = live.price, live.shown_qty
    return None if price is None or not qty else Standing(live.order_id, live.side, price, qty)


_HANDLERS: Final[dict[ExecType, Callable[[OrderFeed, ExecutionReport], None]]] = {
    ExecType.NEW: OrderFeed._arrived,
    ExecType.TRIGGERED: OrderFeed._arrived,
    ExecType.TRADE: OrderFeed._traded,
    ExecType.CANCELED: OrderFeed._ended,
    ExecType.EXPIRED: OrderFeed._ended,
    ExecType.REPLACED: OrderFeed._replaced,
    ExecType.RESTATED: OrderFeed._restated,
    ExecType.STATE: OrderFeed._changed_state,
}
