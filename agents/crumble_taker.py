"""Takes from pegs at one venue while the quote that they follow is about to go.

Rules
    It hears the quotes of the other venues over links of its own. When a venue leaves the best bid (offer) and no more
    than `remaining` venues still stand there, it sends, after its reaction time, an immediate order to its target:
    to sell (buy) at the midpoint that it saw, on the tick away from the market. Once for each price level.
    So it knows nothing but what has happened already; it profits from who has not heard of it yet.
    At the position limit it sends no more that way.

Does not model
    Getting rid of what it took: a position is worth the mid at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.participant import Participant, Place
from venues.messages import ExecType, NewOrder, Side, TimeInForce
from venues.protocols import OrderEntry


class CrumbleTaker(Participant):
    """Made as an agent of one's own is: `kind: "agents.crumble_taker:CrumbleTaker"`.

    Args:
        board: where it hears the venues.
        target: the venue whose pegs it is after; it does not look at that venue's quotes.
        remaining: venues left at the best price when it acts.
        size: shares of an order.
        reaction_us: from what it hears to what it sends, microseconds.
        position_limit: shares, either way.

    Raises:
        ValueError: the target is none of its venues.
    """

    kind = "crumble_taker"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        news: object,
        board: Any,
        draws: object,
        target: str = "IEX",
        remaining: int = 2,
        size: int = 300,
        reaction_us: float = 29.0,
        position_limit: int = 100_000,
    ) -> None:
        super().__init__(place, name, number, sessions)
        if target not in sessions:
            raise ValueError(f"{name}: target = {target!r} is none of its venues: {', '.join(sessions)}")
        self._board = board
        self._target = target
        self._remaining = remaining
        self._size = size
        self._reaction = round(reaction_us * 1_000)
        self._limit = position_limit
        self._before: dict[Side, tuple[int, int]] = {Side.BUY: (0, 0), Side.SELL: (0, 0)}
        """Best price of a side and venues at it, as last heard."""
        self._acted_at: dict[Side, int] = {}
        """The price level that it has acted on."""

    def start(self) -> None:
        """Listen."""
        self._board.subscribe(self._heard)

    def _heard(self, _: object) -> None:
        quotes = [quote for name, quote, _ in self._board.latest(self.env.now) if name != self._target]
        bids = [quote.bid for quote in quotes if quote.bid_qty]
        asks = [quote.ask for quote in quotes if quote.ask_qty]
        if not bids or not asks:
            return
        bid, ask = max(bids), min(asks)
        for side, best, count in ((Side.BUY, bid, bids.count(bid)), (Side.SELL, ask, asks.count(ask))):
            price, before = self._before[side]
            self._before[side] = (best, count)
            if price != best:
                self._acted_at.pop(side, None)
            elif count < before and count <= self._remaining and self._acted_at.get(side) != best and bid < ask:
                self._acted_at[side] = best
                self.env.call_in(self._reaction, self._take, (Side(-side), bid + ask))

    def _take(self, order: tuple[Side, int]) -> None:
        side, sum_of_quotes = order
        self._read()
        if abs(self.ledger.position + int(side) * self._size) > self._limit:
            return
        double = 2 * self.place.tick
        price = self.place.tick * (sum_of_quotes // double if side is Side.BUY else -(-sum_of_quotes // double))
        message = NewOrder(self.place.new_id(), self.number, side, self._size, price, TimeInForce.IOC)
        self.sessions[self._target].send(message)

    def _read(self) -> None:
        for venue, session in self.sessions.items():
            for _, report in session.read():
                if report.exec_type is ExecType.TRADE:
                    self.book(venue, report)

    def log_state(self, _: object = None) -> None:
        """Write position and cash into the log."""
        self._read()
        super().log_state()
