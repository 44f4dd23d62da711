"""A dark-pool picker: trades with a pool whose midpoint is old news.

Rules
    It hears the lit venues over direct wires and the SIP over another. While the best bid it sees, less the fees of
    both trades, is above the SIP's midpoint by `threshold`, a pool that leans on the SIP sells below what the market
    pays (and the other way round for the best offer).
    Then, after its reaction and if it still sees it so, it pings each pool with a small immediate-or-cancel order, once
    per state of the SIP. The order's limit is the worst price that still pays: a pool whose midpoint is fresh does not
    fill it.
    A ping that is filled has found somebody: after another reaction it asks for as many shares as the lit venues take
    off it at prices that pay, up to `max_size`; a position counts against `position_limit`.
    What it got it sells (or buys back) at the lit venues at once, where that pays what it cost; the rest after `unwind`
    at the best prices there are, and again after each `unwind` until it is flat.
    While its own quotes are crossed it does nothing: then no midpoint is right.

Does not model
    Pools that punish pinging, or that it learns to avoid; a guess at what rests there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.desk import Desk
from agents.participant import Place
from venues.messages import MICROS_PER_UNIT, ExecType, ExecutionReport, Quote, Side
from venues.protocols import OrderEntry, QuoteView, Reference

BUY, SELL = Side.BUY, Side.SELL


@dataclass(frozen=True, slots=True)
class PickerTerms:
    """``ping``, ``max_size``, ``position_limit``: shares; ``threshold``: price units a share; ``unwind``: ns."""

    ping: int
    max_size: int
    position_limit: int
    threshold: int
    unwind: int


class DarkPicker(Desk):
    """Picks off stale midpoints.

    Args:
        sessions: at pools and at lit venues; those without a feed are its pools.
        sip: the SIP's national best as it arrives here.
    """

    kind = "dark_picker"

    def __init__(
        self,
        place: Place,
        name: str,
        number: int,
        sessions: Mapping[str, OrderEntry],
        feeds: Mapping[str, QuoteView],
        sip: Reference,
        reaction: Callable[[], int],
        terms: PickerTerms,
    ) -> None:
        super().__init__(place, name, number, sessions, feeds, reaction, terms.unwind)
        self._pools = [venue for venue in sessions if venue not in feeds]
        self._sip = sip
        self._terms = terms
        self._pinged: dict[str, tuple[Side, int, int]] = {}
        """By pool: the side and the state of the SIP that it was last pinged in."""
        self._pings: dict[int, None] = {}
        """Pings that are out."""
        self._cost = 0
        """Of the latest share from a pool, with the fee: millionths of a dollar."""

    # -- looking --------------------------------------------------------------------------------

    def _heard(self, quote: Quote) -> None:
        if any(self._pays(side, pool) for side in (BUY, SELL) for pool in self._pools):
            self.env.call_in(self._reaction(), self._ping)

    def _worst(self, side: Side, pool: str) -> int | None:
        """The worst midpoint that still pays a trade of this side, price units; None: nobody takes it off again."""
        out = self.touches(SELL if side is BUY else BUY)
        if not out:
            return None
        terms, half_tick, sign = self._terms, self.place.tick // 2, int(side)
        worst = sign * out[0].net - self.place.fees[pool][1] - terms.threshold * MICROS_PER_UNIT
        return sign * (worst // (half_tick * MICROS_PER_UNIT) * half_tick)

    def _pays(self, side: Side, pool: str) -> bool:
        """Is the SIP's midpoint one to trade at?"""
        bid, ask = self._sip.best(self.env._now)
        worst = self._worst(side, pool) if bid and ask and bid < ask and not self._sees_a_cross() else None
        return worst is not None and worst > 0 and 2 * int(side) * worst >= int(side) * (bid + ask)

    def _sees_a_cross(self) -> bool:
        quotes = [quote for view in self._feeds.values() if (quote := view.advance(self.env._now)) is not None]
        bids = [quote.bid for quote in quotes if quote.bid_qty]
        asks = [quote.ask for quote in quotes if quote.ask_qty]
        return bool(bids and asks) and max(bids) >= min(asks)

    # -- asking ---------------------------------------------------------------------------------

    def _ping(self, _: object) -> None:
        self.read()
        state = self._sip.best(self.env._now)
        for pool in self._pools:
            for side in (BUY, SELL):
                if self._pays(side, pool) and self._pinged.get(pool) != (side, *state):
                    self._pinged[pool] = (side, *state)
                    self._ask(pool, side, min(self._terms.ping, self._room()), is_ping=True)

    def _ask(self, pool: str, side: Side, qty: int, is_ping: bool = False) -> None:
        worst = self._worst(side, pool)
        if qty > 0 and worst is not None and worst > 0:
            order = self._send(pool, side, qty, worst)
            if is_ping:
                self._pings[order.order_id] = None

    def _room(self) -> int:
        in_pools = sum(qty for venue, _, qty in self._open.values() if venue not in self._feeds)
        return self._terms.position_limit - abs(self.ledger.position) - in_pools

    def _take_in(self, venue: str, report: ExecutionReport) -> None:
        super()._take_in(venue, report)
        if report.exec_type is ExecType.TRADE and venue not in self._feeds:
            self._cost = report.last_px * MICROS_PER_UNIT + int(report.side) * self.place.fees[venue][1]
        if report.order_id in self._pings:
            if report.exec_type is ExecType.TRADE:
                self.env.call_in(self._reaction(), self._follow, (venue, report.side))
            if not report.leaves_qty:
                self._pings.pop(report.order_id, None)

    def _follow(self, found: tuple[str, Side]) -> None:
        """Somebody is there: ask for what the lit venues would take."""
        pool, side = found
        self.read()
        if self._pays(side, pool):
            self._ask(pool, side, min(self._wanted(side, pool), self._terms.max_size, self._room()))

    def _wanted(self, side: Side, pool: str) -> int:
        """Shares that the lit venues take at prices that pay at the SIP's midpoint, less what is held already."""
        bid, ask = self._sip.best(self.env._now)
        cost = (bid + ask) * MICROS_PER_UNIT // 2 + int(side) * self.place.fees[pool][1]
        least = cost + int(side) * self._terms.threshold * MICROS_PER_UNIT
        out = self.touches(SELL if side is BUY else BUY)
        paying = sum(touch.qty for touch in out if int(side) * (touch.net - least) >= 0)
        return paying - abs(self.ledger.position)

    # -- getting rid of it ----------------------------------------------------------------------

    def _mail(self) -> None:
        self.read()
        if self.ledger.position and not self._unwinding:
            self.env.call_in(self._reaction(), self._sell_on)
            self._unwind_in(self._terms.unwind)

    def _sell_on(self, _: object) -> None:
        """Let the lit venues take what they take at prices that pay."""
        self.read()
        side = Side.SELL if self.ledger.position > 0 else Side.BUY
        self._flatten([touch for touch in self._fresh(side) if int(side) * (self._cost - touch.net) >= 0])
