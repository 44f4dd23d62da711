"""A firm's machine beside one venue: what fast takers have in common.

A host knows what has arrived *there* and shares nothing with its siblings. It fires immediate-or-cancel orders at the
touch of its venue, once per state of the book, never into its own offer, and not beyond its position limit: a shot on
its way counts as filled.

It can answer sweeps: a print of at least `sweep_size` at another venue that took that venue's best level out is taken
for the first part of a larger order. After the reaction the same side of this venue is taken up to the printed price.
It looks before it reacts, and again when it fires.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.interests import sweeps_of
from agents.participant import Participant, Place
from venues.messages import ExecType, ExecutionReport, NewOrder, Print, Quote, Side, TimeInForce
from venues.protocols import OrderEntry, QuoteView

HOST_WAKES = frozenset({ExecType.TRADE})
"""A host must react to fills; what else comes back is read when it next acts."""


@dataclass(frozen=True, slots=True)
class HostLimits:
    """Shares: the smallest print answered, the largest order, the largest position."""

    sweep_size: int
    max_size: int
    position_limit: int


class Host:
    """One firm at one venue; subclasses say what makes it fire and how it gets rid of what it took.

    Args:
        others: the feeds of other venues as they are heard here; their sweeps are answered.
        reaction: from what the host hears to what it sends, ns.
    """

    def __init__(
        self,
        firm: Participant,
        session: OrderEntry,
        local: QuoteView,
        others: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        limits: HostLimits,
    ) -> None:
        self._firm = firm
        self._env = firm.env
        self._session = session
        self._local = local
        self._others = others
        self._reaction = reaction
        self._limits = limits
        self._position = 0
        self._in_flight: dict[int, int] = {}
        """Shots whose end is not known yet: order id -> shares open, signed by side."""
        self._fired_at_seq = -1
        self._exit: NewOrder | None = None
        """The offer that is up, as far as the host knows."""

    def start(self) -> None:
        """Listen."""
        for view in self._others.values():
            view.subscribe(self._saw_sweep, sweeps_of(self._limits.sweep_size))
        self._session.on_mail = self.read

    def read(self) -> None:
        """Take in what the venue said."""
        for _, report in self._session.read():
            self._take_in(report)

    def _take_in(self, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE:
            self._firm.book(self._session.venue, report)
            self._position += int(report.side) * report.last_qty
        if report.order_id in self._in_flight:
            self._in_flight[report.order_id] = int(report.side) * report.leaves_qty
            if not report.leaves_qty:
                del self._in_flight[report.order_id]
        if self._exit is not None and report.order_id == self._exit.order_id and not report.leaves_qty:
            self._exit = None

    # -- sweeps ---------------------------------------------------------------------------------

    def _saw_sweep(self, quote: Quote) -> None:
        swept = quote.trade
        if swept is not None and self._within(swept) is not None:
            self._env.call_in(self._reaction(), self._race, swept)

    def _race(self, swept: Print) -> None:
        quote = self._within(swept)
        if quote is not None:
            self._take(quote, swept.side)

    def _within(self, swept: Print) -> Quote | None:
        """This venue's quote, when it stands at the swept price or better."""
        quote = self._local.advance(self._env._now)
        if quote is None:
            return None
        if swept.side is Side.BUY:
            return quote if quote.ask_qty and quote.ask <= swept.px else None
        return quote if quote.bid_qty and quote.bid >= swept.px else None

    # -- orders ---------------------------------------------------------------------------------

    def _take(self, quote: Quote, side: Side, limit: int | None = None) -> None:
        """Fire at the quote, once per state of the book; ``limit``: price units, None: the quote's price."""
        if quote.seq == self._fired_at_seq:
            return
        if self._in_flight:
            self.read()
        price, size = (quote.ask, quote.ask_qty) if side is Side.BUY else (quote.bid, quote.bid_qty)
        if self._meets_own_exit(side, price):
            return
        under_way = sum(max(0, shares * side) for shares in self._in_flight.values())
        qty = min(size, self._limits.max_size, self._limits.position_limit - self._position * side - under_way)
        if qty > 0:
            self._fired_at_seq = quote.seq
            order = self._send(side, qty, price if limit is None else limit, TimeInForce.IOC)
            self._in_flight[order.order_id] = side * qty

    def _meets_own_exit(self, side: Side, price: int) -> bool:
        own = self._exit
        return own is not None and own.price is not None and own.side is not side and side * (price - own.price) >= 0

    def _sell_at_touch(self) -> NewOrder | None:
        """Cross the spread with what is held, sell at the bid or buy back at the offer; the order, if there is one."""
        quote = self._local.advance(self._env._now)
        if not self._position or quote is None:
            return None
        side = Side.SELL if self._position > 0 else Side.BUY
        price, size = (quote.bid, quote.bid_qty) if side is Side.SELL else (quote.ask, quote.ask_qty)
        if not size:
            return None
        return self._send(side, min(size, abs(self._position)), price, TimeInForce.IOC)

    def _send(self, side: Side, qty: int, price: int, tif: TimeInForce) -> NewOrder:
        order = NewOrder(self._firm.place.new_id(), self._firm.number, side, qty, price, tif)
        self._session.send(order)
        return order


class Firm(Participant):
    """One firm's hosts: they share a name, a ledger and nothing else."""

    def __init__(self, place: Place, name: str, number: int, sessions: Mapping[str, OrderEntry]) -> None:
        super().__init__(place, name, number, sessions)
        self.hosts: list[Host] = []

    def start(self) -> None:
        """Listen at every host."""
        for host in self.hosts:
            host.start()

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for host in self.hosts:
            host.read()
        super().log_state()
