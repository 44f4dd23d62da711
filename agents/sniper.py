"""A high-frequency taker: picks off quotes that its own information says are stale.

A sniper has a host beside every venue it trades on. A host knows what has arrived *there*: the news over the host's own
wire, the venue's feed, and the feeds of the other venues over wires of stated length; it shares nothing with its
siblings. It fires immediate-or-cancel orders, after a reaction time, in two cases:

    stale quote   the venue's quote lies at least `threshold` through the host's fair value. Looked for on news and on
                  every change of the venue's best prices.
    sweep         a print of at least `sweep_size` at another venue took that venue's best level out: the same side of
                  this venue is taken up to the printed price, as the rest of a large order may be on its way.

It looks before it reacts, and again when it fires: once per state of the book, and never into its own exit.

What it has taken, a host offers again after `hold`, in the queue at the touch (one tick off the other side where its
own is empty); what is left after another `hold` is withdrawn, and after a third crosses the spread. Every outcome is a
race of messages; no probability is drawn.

Does not model
    A view on when a race is not worth its fee; hedging in another instrument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.interests import best_moved, sweeps_of
from agents.participant import Participant, Place
from sim.history import HistoryView
from venues.messages import CancelOrder, ExecType, NewOrder, Print, Quote, Side, TimeInForce
from venues.protocols import OrderEntry, QuoteView

SNIPER_WAKES = frozenset({ExecType.TRADE})


@dataclass(frozen=True, slots=True)
class SniperTerms:
    """When a host fires: price units, shares, ns. A shot on its way counts as filled against ``position_limit``."""

    threshold: int
    sweep_size: int
    max_size: int
    position_limit: int
    hold: int


class SniperHost:
    """The sniper's machine beside one venue."""

    def __init__(
        self,
        sniper: Participant,
        session: OrderEntry,
        news: HistoryView[int] | None,
        local: QuoteView,
        others: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        terms: SniperTerms,
    ) -> None:
        self._sniper = sniper
        self._env = sniper.env
        self._session = session
        self._news = news
        self._local = local
        self._others = others
        self._reaction = reaction
        self._terms = terms
        self._fees = sniper.place.fees[session.venue]
        self._position = 0
        self._in_flight: dict[int, int] = {}
        """Shots whose end is not known yet: order id -> shares open, signed by side."""
        self._fired_at_seq = -1
        self._exit: NewOrder | None = None
        """The offer that is up, as far as the host knows."""
        self._unwinding = False

    def start(self) -> None:
        """Listen."""
        if self._news is not None:
            self._news.subscribe(lambda _: self._look(self._local.advance(self._env.now)), lambda _value, _before: True)
        self._local.subscribe(self._look, best_moved)
        for view in self._others.values():
            view.subscribe(self._saw_sweep, sweeps_of(self._terms.sweep_size))
        self._session.on_mail = self.read

    # -- stale quotes ---------------------------------------------------------------------------

    def _look(self, quote: Quote | None) -> None:
        if quote is not None and self._stale_side(quote) is not None:
            self._env.call_in(self._reaction(), self._fire_at_stale)

    def _stale_side(self, quote: Quote) -> Side | None:
        """The side to take, when the quote is through the fair value by the threshold."""
        if self._news is None:
            return None
        fair = self._news.advance(self._env._now)
        if fair is None:
            return None
        threshold = self._terms.threshold
        if quote.ask_qty and fair - quote.ask >= threshold:
            return Side.BUY
        return Side.SELL if quote.bid_qty and quote.bid - fair >= threshold else None

    def _fire_at_stale(self, _: object) -> None:
        quote = self._local.advance(self._env._now)
        if quote is None:
            return
        side = self._stale_side(quote)
        if side is not None:
            self._take(quote, side)

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

    def _take(self, quote: Quote, side: Side) -> None:
        """Fire at the quote, once per state of the book."""
        if quote.seq == self._fired_at_seq:
            return
        if self._in_flight:
            self.read()
        price, size = (quote.ask, quote.ask_qty) if side is Side.BUY else (quote.bid, quote.bid_qty)
        if self._meets_own_exit(side, price):
            return
        under_way = sum(max(0, shares * side) for shares in self._in_flight.values())
        qty = min(size, self._terms.max_size, self._terms.position_limit - self._position * side - under_way)
        if qty > 0:
            self._fired_at_seq = quote.seq
            self._in_flight[self._send(side, qty, price, TimeInForce.IOC).order_id] = side * qty

    def _meets_own_exit(self, side: Side, price: int) -> bool:
        own = self._exit
        return own is not None and own.price is not None and own.side is not side and side * (price - own.price) >= 0

    # -- getting rid of it ----------------------------------------------------------------------

    def read(self) -> None:
        """Take in fills; plan to unwind."""
        for _, report in self._session.read():
            if report.exec_type is ExecType.TRADE:
                self._sniper.ledger.book(report, *self._fees)
                self._position += int(report.side) * report.last_qty
            if report.order_id in self._in_flight:
                self._in_flight[report.order_id] = int(report.side) * report.leaves_qty
                if not report.leaves_qty:
                    del self._in_flight[report.order_id]
            if self._exit is not None and report.order_id == self._exit.order_id and not report.leaves_qty:
                self._exit = None
        if self._position and not self._unwinding:
            self._unwinding = True
            self._env.call_in(self._terms.hold, self._offer)

    def _offer(self, _: object) -> None:
        """Rest an exit at the touch of its own side, or one tick off the other where that is empty."""
        self.read()
        quote = self._local.advance(self._env._now)
        if not self._position or quote is None:
            self._unwinding = False
            return
        side = Side.SELL if self._position > 0 else Side.BUY
        near, far = (quote.bid, quote.ask) if side is Side.SELL else (quote.ask, quote.bid)
        tick = self._sniper.place.tick
        price = far if far else near
        if near and side * (price - near) >= 0:
            price = near - int(side) * tick
        if price > 0:
            self._exit = self._send(side, abs(self._position), price, TimeInForce.DAY)
        self._env.call_in(self._terms.hold, self._withdraw)

    def _withdraw(self, _: object) -> None:
        """Take the exit down; what is left is sold into the touch once the cancel must have arrived."""
        if self._exit is not None:
            self._session.send(CancelOrder(self._exit.order_id, self._sniper.number))
            self._exit = None
        self._env.call_in(self._terms.hold, self._dump)

    def _dump(self, _: object) -> None:
        self.read()
        quote = self._local.advance(self._env._now)
        if self._position and quote is not None:
            side = Side.SELL if self._position > 0 else Side.BUY
            price, size = (quote.bid, quote.bid_qty) if side is Side.SELL else (quote.ask, quote.ask_qty)
            if size:
                self._send(side, min(size, abs(self._position)), price, TimeInForce.IOC)
        if self._position:
            self._env.call_in(self._terms.hold, self._offer)
        else:
            self._unwinding = False

    def _send(self, side: Side, qty: int, price: int, tif: TimeInForce) -> NewOrder:
        order = NewOrder(self._sniper.place.new_id(), self._sniper.number, side, qty, price, tif)
        self._session.send(order)
        return order


class Sniper(Participant):
    """One firm's hosts: they share a name, a ledger and nothing else."""

    kind = "sniper"

    def __init__(self, place: Place, name: str, number: int, sessions: Mapping[str, OrderEntry]) -> None:
        super().__init__(place, name, number, sessions)
        self.hosts: list[SniperHost] = []

    def start(self) -> None:
        """Listen at every host."""
        for host in self.hosts:
            host.start()

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        for host in self.hosts:
            host.read()
        super().log_state()
