"""Bait in a dark pool: a small order that waits there to be told, by its own fill, that a large one has come.

Rules
    In each of its pools it keeps an offer (or a bid) of `bait` shares at any midpoint. A fill is its own, so it is told
    of it by right: somebody wants shares. It may also ask the pools for indications; then interest of that side that
    rests there tells it the same.
    With `reads` it acts on that: after its reaction it takes, at each lit venue that shows the best price it sees, what
    is displayed there, before the rest of the large order comes, and offers it back `markup` dearer, in that order's
    way.
    After each `unwind` it withdraws its offers and, once they have ended, sells (or buys back) what it holds at the
    best net prices it sees; when it is flat it puts the bait up again.
    Without `reads` it keeps the bait up, gets rid of what that traded, and is the market to compare with.

Does not model
    Bait of both sides in a pool, which would trade with itself; a guess at how large the other order is.

Source: what is called pinging in the SEC's Concept Release on Equity Market Structure (2010), section IV.B.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.desk import DESK_WAKES, Desk
from agents.participant import Place
from venues.messages import AskIndications, CancelOrder, ExecType, ExecutionReport, NewOrder, Quote, Side, TimeInForce
from venues.protocols import OrderEntry, QuoteView

BUY, SELL = Side.BUY, Side.SELL

BAIT_WAKES = DESK_WAKES | {ExecType.INDICATION}


@dataclass(frozen=True, slots=True)
class BaitTerms:
    """``bait``, ``max_size``, ``position_limit``: shares; ``markup``: price units; ``unwind``: ns.

    ``side``: the bait's own; ``reads``: whether it acts on what it learns; ``asks``: whether it asks for indications.
    """

    side: Side
    bait: int
    max_size: int
    position_limit: int
    markup: int
    unwind: int
    reads: bool = True
    asks: bool = False


class DarkBait(Desk):
    """Learns in dark pools who is coming to the lit venues.

    Args:
        sessions: at pools and at lit venues; those without a feed are its pools.
    """

    kind = "dark_bait"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        feeds: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        terms: BaitTerms,
    ) -> None:
        super().__init__(place, name, number, sessions, feeds, reaction, terms.unwind)
        self._pools = [venue for venue in sessions if venue not in feeds]
        self._terms = terms
        self._takes: dict[int, int] = {}
        """Orders that take what the large one is after -> the price they were sent at."""
        self._offers: dict[int, str] = {}
        """What is offered back: order -> venue."""

    def start(self) -> None:
        """Put the bait out, and ask."""
        super().start()
        if self._terms.asks:
            for pool in self._pools:
                self.sessions[pool].send(AskIndications(0, self.number))
        self._put_bait()

    def _heard(self, quote: Quote) -> None:
        """It looks at quotes when it has learnt something."""

    def _put_bait(self) -> None:
        for pool in self._without_bait():
            self._rest(pool, self._terms.side, self._terms.bait, None)

    def _rest(self, venue: str, side: Side, qty: int, price: int | None) -> int:
        order = NewOrder(self.place.new_id(), self.number, side, qty, price, TimeInForce.DAY)
        self._open[order.order_id] = (venue, side, qty)
        self.sessions[venue].send(order)
        return order.order_id

    # -- what it learns ---------------------------------------------------------------------------

    def _take_in(self, venue: str, report: ExecutionReport) -> None:
        super()._take_in(venue, report)
        traded = report.exec_type is ExecType.TRADE
        if venue not in self._feeds:
            if traded:
                self._learns(BUY if report.side is SELL else SELL)
            elif report.exec_type is ExecType.INDICATION and report.order_qty:
                self._learns(report.side)
        elif traded and report.order_id in self._takes:
            back = SELL if report.side is BUY else BUY
            price = self._takes[report.order_id] + int(report.side) * self._terms.markup
            self._offers[self._rest(venue, back, report.last_qty, price)] = venue
        if not report.leaves_qty:
            self._takes.pop(report.order_id, None)
            self._offers.pop(report.order_id, None)

    def _mail(self) -> None:
        self.read()
        self._tidy_later()

    def _learns(self, side: Side) -> None:
        """Somebody wants to trade on this side."""
        if self._terms.reads:
            self.env.call_in(self._reaction(), self._race, side)

    def _race(self, side: Side) -> None:
        """Take the best price there is, wherever it is displayed."""
        self.read()
        under_way = sum(self._open[order_id][2] for order_id in self._takes)
        left = self._terms.position_limit - abs(self.ledger.position) - under_way
        fresh = self._fresh(side)
        best = min((int(side) * touch.price for touch in fresh), default=0)
        for touch in fresh:
            qty = min(touch.qty, self._terms.max_size, left)
            if int(side) * touch.price == best and qty > 0:
                self._fired[touch.venue, side] = touch.seq
                self._takes[self._send(touch.venue, side, qty, touch.price).order_id] = touch.price
                left -= qty

    # -- getting rid of it ------------------------------------------------------------------------

    def _tidy_later(self) -> None:
        """Tidy up after `unwind`, if there is something to tidy and that is not planned already."""
        if not self._unwinding and (self.ledger.position or self._offers or self._without_bait()):
            self._unwinding = True
            self.env.call_in(self._terms.unwind, self._unwind)

    def _without_bait(self) -> list[str]:
        if not self._terms.bait:
            return []
        baited = [venue for venue, _, _ in self._open.values()]
        return [pool for pool in self._pools if pool not in baited]

    def _unwind(self, _: object) -> None:
        """Withdraw what is offered, get flat; then put the bait up again."""
        self.read()
        for order_id, venue in self._offers.items():
            self.sessions[venue].send(CancelOrder(order_id, self.number))
        self._offers.clear()
        if not any(venue in self._feeds for venue, _, _ in self._open.values()):
            if self.ledger.position:
                self._flatten()
            else:
                self._put_bait()
        self._unwinding = False
        self._tidy_later()
