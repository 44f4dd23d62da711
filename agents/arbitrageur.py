"""A cross-venue arbitrageur: buys where the offer is below another venue's bid, and sells there, both at once.

Rules
    From its room it hears the venues over wires of its own. When one venue's bid is above another's ask by more than
    both taker fees (and by `threshold`, and by more than the share `alpha` of the ask), then, after its reaction and if
    it still sees it so, it sends an immediate-or-cancel order to each of the two, for the shares that both show, and
    goes on with the next best pair.
    One leg may miss: somebody was there first. When both are answered, the rest of a position is unwound after
    `unwind` at the best net prices it sees, and again after each `unwind`, until it is flat. Until then the rest counts
    against `position_limit`, as do orders that are out, one leg at a time.
    It counts how long the market was locked and crossed (best bid of all venues at or above the best ask of all) as it
    saw it; the log has both, ns, as states of the agent.

With wires of no length, no reaction, no fees and `alpha` 0.001 this is the latency arbitrageur of the two-market model
(E. Wah and M. Wellman, "Latency arbitrage, market fragmentation, and efficiency", EC 2013), for orders of one unit.

Does not model
    Volume tiers in its comparison of fees; passive legs; inventory kept in the hope of a better exit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.desk import Desk, Touch
from agents.participant import CROSSED, LOCKED, Place
from venues.messages import MICROS_PER_UNIT, Quote, Side
from venues.protocols import OrderEntry, QuoteView

BUY, SELL = Side.BUY, Side.SELL


@dataclass(frozen=True, slots=True)
class ArbitrageTerms:
    """``threshold``: price units a share after fees; ``alpha``: share of the ask; shares; ``unwind``: ns."""

    threshold: int
    alpha: float
    max_size: int
    position_limit: int
    unwind: int


class CrossVenueArbitrageur(Desk):
    """Trades against crossed markets."""

    kind = "cross_venue_arbitrageur"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        feeds: Mapping[str, QuoteView],
        reaction: Callable[[], int],
        terms: ArbitrageTerms,
    ) -> None:
        super().__init__(place, name, number, sessions, feeds, reaction, terms.unwind)
        self._terms = terms
        self._seen = {LOCKED: 0, CROSSED: 0}
        """How long the market was so, ns."""
        self._state: int | None = None
        self._since = 0

    # -- crossed markets ------------------------------------------------------------------------

    def _heard(self, quote: Quote) -> None:
        self._count()
        if self._pair() is not None:
            self.env.call_in(self._reaction(), self._trade)

    def _pair(self) -> tuple[Touch, Touch] | None:
        """(offer, bid) that are worth trading against; of several the one that gains most a share."""
        offers, bids = self._fresh(BUY), self._fresh(SELL)
        if not offers or not bids or bids[0].net <= offers[0].net:
            return None
        pairs = [(offer, bid) for offer in offers for bid in bids if self._is_worth_it(offer, bid)]
        return max(pairs, key=lambda pair: pair[1].net - pair[0].net, default=None)

    def _is_worth_it(self, offer: Touch, bid: Touch) -> bool:
        gain, terms = bid.net - offer.net, self._terms
        if gain <= 0 or gain < terms.threshold * MICROS_PER_UNIT or offer.venue == bid.venue:
            return False
        return bid.price - offer.price > terms.alpha * offer.price

    def _trade(self, _: object) -> None:
        self.read()
        pair = self._pair()
        while pair is not None:
            offer, bid = pair
            qty = min(offer.qty, bid.qty, self._terms.max_size, self._room())
            if qty <= 0:
                return
            self._fire(offer, BUY, qty)
            self._fire(bid, SELL, qty)
            pair = self._pair()

    def _room(self) -> int:
        """Shares of a leg that may miss its other leg."""
        out = {side: sum(qty for _, its, qty in self._open.values() if its is side) for side in (BUY, SELL)}
        return self._terms.position_limit - abs(self.ledger.position) - max(out.values())

    def _mail(self) -> None:
        self.read()
        if not self._open:
            self._unwind_in(self._unwind_after)

    # -- what it counts -------------------------------------------------------------------------

    def _count(self) -> None:
        """Close the time of the market's last state and find its new one."""
        now = self.env._now
        if self._state is not None:
            self._seen[self._state] += now - self._since
        self._since = now
        quotes = [quote for view in self._feeds.values() if (quote := view.advance(now)) is not None]
        bid = max((quote.bid for quote in quotes if quote.bid_qty), default=None)
        ask = min((quote.ask for quote in quotes if quote.ask_qty), default=None)
        if bid is None or ask is None or bid < ask:
            self._state = None
        else:
            self._state = LOCKED if bid == ask else CROSSED

    def log_state(self, _: object = None) -> None:
        """Write position, cash, and how long the market was locked and crossed into the log."""
        self._count()
        super().log_state()
        for state, nanos in self._seen.items():
            self._log_state(self.env.now, self.number, state, nanos)
