"""A high-frequency taker: picks off quotes that its own information says are stale.

A sniper has a host beside every venue it trades on (`agents.host`): it hears the news over the host's own wire, the
venue's feed, and the feeds of the other venues over wires of stated length. It fires, after a reaction time, in two
cases:

    stale quote   the venue's quote lies at least `threshold` through the host's fair value. Looked for on news and on
                  every change of the venue's best prices.
    sweep         a print at another venue that took that venue's best level out, as `agents.host` has it.

It bids a stale quote's price, or, with `pays_fair`, its fair value less the threshold: the same fill in continuous
trading, and in a batch what decides between snipers.

What it has taken, a host offers again after `hold`, in the queue at the touch (one tick off the other side where its
own is empty); what is left after another `hold` is withdrawn, and after a third crosses the spread. Every outcome is a
race of messages; no probability is drawn.

Does not model
    A view on when a race is not worth its fee; hedging in another instrument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.host import HOST_WAKES, Firm, Host, HostLimits
from agents.interests import best_moved
from agents.participant import Participant
from sim.history import HistoryView
from venues.messages import CancelOrder, Quote, Side, TimeInForce
from venues.protocols import OrderEntry, QuoteView

SNIPER_WAKES = HOST_WAKES


@dataclass(frozen=True, slots=True)
class SniperTerms:
    """When a host fires: price units, shares, ns. A shot on its way counts as filled against ``position_limit``."""

    threshold: int
    sweep_size: int
    max_size: int
    position_limit: int
    hold: int
    pays_fair: bool = False


class SniperHost(Host):
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
        limits = HostLimits(terms.sweep_size, terms.max_size, terms.position_limit)
        super().__init__(sniper, session, local, others, reaction, limits)
        self._news = news
        self._terms = terms
        self._unwinding = False

    def start(self) -> None:
        """Listen."""
        if self._news is not None:
            self._news.subscribe(lambda _: self._look(self._local.advance(self._env.now)), lambda _value, _before: True)
        self._local.subscribe(self._look, best_moved)
        super().start()

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
            self._take(quote, side, self._fair_bid(side) if self._terms.pays_fair else None)

    def _fair_bid(self, side: Side) -> int:
        """The worst price, on the tick, that leaves it the threshold."""
        assert self._news is not None
        fair, tick = self._news.advance(self._env._now), self._firm.place.tick
        assert fair is not None
        return int(side) * ((int(side) * fair - self._terms.threshold) // tick * tick)

    # -- getting rid of it ----------------------------------------------------------------------

    def read(self) -> None:
        """Take in fills; plan to unwind."""
        super().read()
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
        tick = self._firm.place.tick
        price = far if far else near
        if near and side * (price - near) >= 0:
            price = near - int(side) * tick
        if price > 0:
            self._exit = self._send(side, abs(self._position), price, TimeInForce.DAY)
        self._env.call_in(self._terms.hold, self._withdraw)

    def _withdraw(self, _: object) -> None:
        """Take the exit down; what is left is sold into the touch once the cancel must have arrived."""
        if self._exit is not None:
            self._session.send(CancelOrder(self._exit.order_id, self._firm.number))
            self._exit = None
        self._env.call_in(self._terms.hold, self._dump)

    def _dump(self, _: object) -> None:
        self.read()
        self._sell_at_touch()
        if self._position:
            self._env.call_in(self._terms.hold, self._offer)
        else:
            self._unwinding = False


class Sniper(Firm):
    """One firm's hosts."""

    kind = "sniper"
