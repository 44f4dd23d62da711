"""A trading desk in one room: hears several lit venues over wires of its own and takes what it sees there.

Rules
    A desk knows of a quote what has arrived; what is there when its order arrives is another matter.
    It compares prices net of each venue's taker fee (base fees: volume tiers are left out).
    While an order of the desk is out at a side of a venue, and until that venue's quote has changed since, it sends no
    other there: it would fire twice at the same shares.
    What it holds and does not want it sells (or buys back) at the best net prices it sees, over as many venues as that
    takes, once its orders at those venues are answered; and tries again after each `unwind` until it is flat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from agents.interests import best_moved
from agents.participant import Participant, Place
from venues.messages import MICROS_PER_UNIT, ExecType, ExecutionReport, NewOrder, Quote, Side, TimeInForce
from venues.protocols import OrderEntry, QuoteView

DESK_WAKES = frozenset({ExecType.TRADE, ExecType.CANCELED, ExecType.REJECTED})
"""It acts on how its orders ended."""


class Touch(NamedTuple):
    """What a side of a venue offers as the desk sees it; ``net`` is the taker's price with fee, millionths of $."""

    venue: str
    price: int
    qty: int
    seq: int
    net: int


class Desk(Participant):
    """A participant that takes; subclasses say when.

    Args:
        feeds: the lit venues that it hears of, in the scenario's order; it trades on those it has a session at.
        reaction: from what it hears to what it sends, ns.
        unwind: from one try to get flat to the next, ns.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        feeds: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        unwind: int,
    ) -> None:
        super().__init__(place, name, number, sessions)
        self._feeds = feeds
        self._reaction = reaction
        self._unwind_after = unwind
        self._unwinding = False
        self._open: dict[int, tuple[str, Side, int]] = {}
        """Orders whose end is not known: id -> venue, side, shares open."""
        self._fired: dict[tuple[str, Side], int] = {}
        """The quote (its ``seq``) that the desk last fired at."""

    def start(self) -> None:
        """Listen."""
        for view in self._feeds.values():
            view.subscribe(self._heard, best_moved)
        for session in self.sessions.values():
            session.on_mail = self._mail

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        self.read()
        super().log_state()

    def _heard(self, quote: Quote) -> None:
        """A best price has changed somewhere."""
        raise NotImplementedError

    def _mail(self) -> None:
        self.read()

    def read(self) -> None:
        """Take in what the venues said."""
        for venue, session in self.sessions.items():
            for _, report in session.read():
                self._take_in(venue, report)

    def _take_in(self, venue: str, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE:
            self.book(venue, report)
        if report.order_id in self._open:
            self._open[report.order_id] = (venue, report.side, report.leaves_qty)
            if not report.leaves_qty:
                del self._open[report.order_id]

    # -- what it sees ---------------------------------------------------------------------------

    def touches(self, side: Side) -> list[Touch]:
        """What a taker of this side finds at the venues, best net price first; equal prices in the venues' order."""
        now = self.env._now
        found = []
        for venue, view in self._feeds.items():
            quote = view.advance(now)
            if quote is None or venue not in self.sessions:
                continue
            price, qty = (quote.ask, quote.ask_qty) if side is Side.BUY else (quote.bid, quote.bid_qty)
            if qty:
                net = price * MICROS_PER_UNIT + int(side) * self.place.fees[venue][1]
                found.append(Touch(venue, price, qty, quote.seq, net))
        return sorted(found, key=lambda touch: int(side) * touch.net)

    def _fresh(self, side: Side) -> list[Touch]:
        """Those of them that the desk has not fired at yet."""
        busy = {(venue, its) for venue, its, _ in self._open.values()}
        return [
            touch
            for touch in self.touches(side)
            if (touch.venue, side) not in busy and self._fired.get((touch.venue, side)) != touch.seq
        ]

    # -- what it does ---------------------------------------------------------------------------

    def _fire(self, touch: Touch, side: Side, qty: int) -> None:
        """Take so many shares of what it sees."""
        self._fired[touch.venue, side] = touch.seq
        self._send(touch.venue, side, qty, touch.price)

    def _send(self, venue: str, side: Side, qty: int, price: int) -> NewOrder:
        order = NewOrder(self.place.new_id(), self.number, side, qty, price, TimeInForce.IOC)
        self._open[order.order_id] = (venue, side, qty)
        self.sessions[venue].send(order)
        return order

    # -- what it does not want ------------------------------------------------------------------

    def _unwind_in(self, delay: int) -> None:
        """Get flat after so long (ns), unless that is planned already."""
        if self.ledger.position and not self._unwinding:
            self._unwinding = True
            self.env.call_in(delay, self._unwind)

    def _unwind(self, _: object) -> None:
        self.read()
        self._flatten()
        self._unwinding = False
        self._unwind_in(self._unwind_after)

    def _flatten(self, touches: Sequence[Touch] | None = None) -> None:
        """Send what gets the position to zero, at these or at the best there are; not while orders there are out."""
        side = Side.SELL if self.ledger.position > 0 else Side.BUY
        touches = self._fresh(side) if touches is None else touches
        left = abs(self.ledger.position)
        if any(venue in self._feeds for venue, _, _ in self._open.values()):
            return
        for touch in touches:
            if left <= 0:
                return
            qty = min(left, touch.qty)
            self._fire(touch, side, qty)
            left -= qty
