"""The phases of a venue's day, its auctions, and what happens because time has passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Final

from venues.auctions import Interest, uncross
from venues.cascade import Cascade
from venues.holdings import BUY, CLOSE, CONTINUOUS, GTC, GTD, IOC, OPG, Reports
from venues.ladder import Ladder, RestingOrder, SpecialOrder, Standing
from venues.messages import (
    NOBODY,
    BookState,
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    Reason,
    Side,
)
from venues.policies import HaltOrders, MarketRemainder

STATE_REASON: Final = {
    BookState.CONTINUOUS: Reason.STATE_CONTINUOUS,
    BookState.CLOSED: Reason.STATE_CLOSED,
    BookState.PRE_OPEN: Reason.STATE_PRE_OPEN,
    BookState.OPENING_AUCTION: Reason.STATE_OPENING_AUCTION,
    BookState.HALTED: Reason.STATE_HALTED,
    BookState.VOLATILITY_AUCTION: Reason.STATE_VOLATILITY_AUCTION,
    BookState.CLOSING_AUCTION: Reason.STATE_CLOSING_AUCTION,
}
NO_TRADE: Final = (0, 0, 0)
Due = tuple[int, int, Callable[[int, Reports], None]]
"""(time, rank among equal times, what to do)."""


class Sessions(Cascade):
    """A book that opens, halts, calls auctions and closes."""

    __slots__ = ()

    # -- phases -----------------------------------------------------------------------------------

    def set_state(self, state: BookState, now: int) -> list[ExecutionReport]:
        """Go into another phase; entering CONTINUOUS, and CLOSED after a closing auction, uncrosses first.

        The last report but those of the cascade has ``exec_type`` STATE. The same state again does nothing.
        """
        reports = self.advance(now)
        if BookState(state) is not self.state:
            self._enter(BookState(state), now, reports)
        return reports

    def _enter(self, state: BookState, now: int, reports: Reports) -> None:
        before, self.state = self.state, state
        self._limit_since = self._paused_until = None
        auction = NO_TRADE
        if state is CONTINUOUS or (state is BookState.CLOSED and before is BookState.CLOSING_AUCTION):
            auction = self._uncross(reports, now)
            self._end_all(self._for_this_auction_alone, Reason.AUCTION_REMAINDER, reports, now)
            self._end_market_orders(auction[0], reports, now, also_ioc=False)
        if state is BookState.CLOSED:
            self._end_all(_ends_with_the_session, Reason.SESSION_END, reports, now)
        elif state is BookState.CLOSING_AUCTION:
            self._join_closing_auction()
        reports.append(self._state_report(auction, now))
        self._pegged_to = None
        if state is CONTINUOUS:
            self._bands.follow(now)
            self._bring_into_band(reports, now)
        self._finish(reports, now)

    def _for_this_auction_alone(self, order: RestingOrder) -> bool:
        tif = order.time_in_force
        return tif is OPG or (tif is CLOSE and order.standing is not Standing.CLOSE)

    def _end_all(self, ends: Callable[[RestingOrder], bool], reason: Reason, reports: Reports, now: int) -> None:
        for order in [order for order in self.orders() if ends(order)]:
            reports.append(self._end(order, reason, now))

    def _end_market_orders(self, price: int, reports: Reports, now: int, also_ioc: bool) -> None:
        """What becomes of the market orders that an auction at this price (0: no trade) has left."""
        policy = self.policies.market_remainder
        for order in [*self._bids.market, *self._asks.market]:
            if order.time_in_force is IOC:
                if also_ioc:
                    reports.append(self._end(order, Reason.MARKET_REMAINDER, now))
            elif policy is MarketRemainder.LAST_PRICE and price:
                self._give_limit(order, price)
            elif policy is not MarketRemainder.REST:
                reports.append(self._end(order, Reason.MARKET_REMAINDER, now))

    def _give_limit(self, order: SpecialOrder, price: int) -> None:
        """A market order becomes a limit order; it keeps its place in time."""
        ladder = self._side(order.side)
        self._stand_down(order)
        order.price = max(1, self._passive(order.side, price))
        order.standing, order.shown_qty = Standing.DISPLAYED, order.leaves_qty
        ladder.link_by_place(order, order.price * ladder.sign, order.shown_qty)

    def _join_closing_auction(self) -> None:
        for order in list(self._closing.values()):
            self._stand_down(order)
            order.place = self._next_place()
            self._stand(order)

    def _state_report(self, auction: tuple[int, int, int], now: int) -> ExecutionReport:
        price, volume, surplus = auction
        return ExecutionReport(
            exec_type=ExecType.STATE,
            ord_status=OrdStatus.NEW,
            order_id=0,
            owner=NOBODY,
            side=BUY,
            price=None,
            last_px=price,
            last_qty=volume,
            cum_qty=0,
            leaves_qty=surplus,
            liquidity=Liquidity.NONE,
            reason=STATE_REASON[self.state],
            at=now,
            order_qty=0,
        )

    @property
    def _in_call(self) -> bool:
        """Are orders taken, but not matched, until the state changes?"""
        if self.state is BookState.HALTED:
            return self.policies.halt_orders is HaltOrders.QUEUE
        return self.state is not CONTINUOUS and self.state is not BookState.CLOSED

    # -- auctions ---------------------------------------------------------------------------------

    def indicative(self) -> tuple[int, int, int]:
        """(price, volume, surplus) of an uncross now; (0, 0, 0) when nothing would trade. Changes nothing."""
        buys, sells = (map(_interest, self._participants(ladder)) for ladder in (self._bids, self._asks))
        reference = self.last_px or self.policies.reference_px
        return uncross(buys, sells, reference, self.tick_at)

    def _participants(self, ladder: Ladder) -> Iterator[RestingOrder]:
        """Who takes part in an auction, in order of priority: all but pegs and orders with a minimum."""
        yield from ladder.market
        for order in ladder.priced(ladder.hidden):
            if order.terms is None or not (order.terms.peg or order.terms.min_qty):
                yield order

    def _uncross(self, reports: Reports, now: int) -> tuple[int, int, int]:
        """Trade all that can at one price."""
        price, volume, surplus = self.indicative()
        if not volume:
            return NO_TRADE
        buyers = self._share_out(self._bids, Side.BUY, volume)
        sellers = self._share_out(self._asks, Side.SELL, volume)
        buyer, seller = next(buyers), next(sellers)
        bought = sold = 0
        while volume:
            qty = min(buyer.leaves_qty, seller.leaves_qty, volume)
            for order in (buyer, seller):
                reports.append(self._traded(order, price, qty, Liquidity.AUCTION, now))
                self._used_in_auction(order, qty)
            volume -= qty
            bought, sold = bought + qty, sold + qty
            if volume and not buyer.leaves_qty:
                buyer = next(buyers)
            if volume and not seller.leaves_qty:
                seller = next(sellers)
        self.last_px = price
        self._bands.uncross(price, now)
        return price, bought, surplus

    def _share_out(self, ladder: Ladder, side: Side, volume: int) -> Iterator[RestingOrder]:
        """The first of a side that together have this volume."""
        found = []
        for order in self._participants(ladder):
            if volume <= 0:
                break
            found.append(order)
            volume -= order.leaves_qty
        return iter(found)

    def _used_in_auction(self, order: RestingOrder, qty: int) -> None:
        leaves = order.leaves_qty - qty
        if not leaves:
            self._leave(order)
            order.leaves_qty = 0
            return
        if order.standing is Standing.HIDDEN:
            self._shrink(order, leaves, 0)
        else:
            self._shrink(order, leaves, order.peak(leaves) if isinstance(order, SpecialOrder) else leaves)

    # -- time -------------------------------------------------------------------------------------

    def advance(self, now: int) -> list[ExecutionReport]:
        """Do what was due before ``now``, each thing as of the time when it was due."""
        reports: Reports = []
        while (due := self._next_due(now)) is not None and due[0] < now:
            at, _, happen = due
            happen(at, reports)
        return reports

    def next_at(self) -> int | None:
        """The earliest ``now`` at which `advance` would do something; None when nothing is due."""
        due = self._next_due(None)
        return None if due is None else due[0] + 1

    def _next_due(self, before: int | None) -> Due | None:
        """What is due next; a batch later than ``before`` need not be looked at."""
        found: list[Due] = []
        if self._until and (expiring := self._next_to_expire()) is not None:
            found.append((expiring, 0, self._expire))
        if self.state is CONTINUOUS and self.policies.batch_interval:
            at = self._next_multiple()
            if (before is None or at < before) and self._batch_would_act():
                found.append((at, 1, self._batch))
        if self._limit_since is not None and self.policies.band is not None:
            found.append((self._limit_since + self.policies.band.limit_state, 2, self._pause))
        if self._paused_until is not None:
            found.append((self._paused_until, 2, self._resume))
        return min(found, key=lambda due: due[:2], default=None)

    def _next_to_expire(self) -> int | None:
        """When the next GTD order expires."""
        until = self._until
        while until:
            at, order_id = until[0]
            order = self._live.get(order_id)
            if order is not None and order.time_in_force is GTD and order.terms and order.terms.expire_at == at:
                return at
            heappop(until)
        return None

    def _expire(self, at: int, reports: Reports) -> None:
        """End the first, by place in time, of the GTD orders of this instant."""
        same = []
        while self._next_to_expire() == at:
            order = self._live[heappop(self._until)[1]]
            if order not in same:
                same.append(order)
        first = min(same, key=lambda order: order.place)
        for order in same:
            heappush(self._until, (at, order.order_id))
        reports.append(self._end(first, Reason.EXPIRED, at, ExecType.EXPIRED))
        self._finish(reports, at)

    def _next_multiple(self) -> int:
        interval = self.policies.batch_interval
        return -(-self._touched // interval) * interval

    def _batch_would_act(self) -> bool:
        market = self._bids.market or self._asks.market
        if market and self.policies.market_remainder is not MarketRemainder.REST:
            return True
        return any(order.time_in_force is IOC for order in self.orders()) or self.indicative()[1] > 0

    def _batch(self, at: int, reports: Reports) -> None:
        """The auction of a frequent-batch-auction venue."""
        auction = self._uncross(reports, at)
        if auction[1]:
            reports.append(self._state_report(auction, at))
        self._end_market_orders(auction[0], reports, at, also_ioc=True)
        self._end_all(lambda order: order.time_in_force is IOC, Reason.IOC_REMAINDER, reports, at)
        self._finish(reports, at)
        self._touched = at + 1

    def _pause(self, at: int, reports: Reports) -> None:
        """The limit state has lasted too long."""
        assert self.policies.band is not None
        self._enter(BookState.VOLATILITY_AUCTION, at, reports)
        self._paused_until = at + self.policies.band.pause

    def _resume(self, at: int, reports: Reports) -> None:
        self._enter(CONTINUOUS, at, reports)

    def set_reference(self, bid: int, ask: int, now: int) -> list[ExecutionReport]:
        """The national best as the venue sees it now, for pegs that follow it; 0: that side is empty."""
        reports = self.advance(now)
        self._national = int(bid), int(ask)
        return self._finish(reports, now)

    def set_crumbling(self, bid: bool, ask: bool, now: int) -> list[ExecutionReport]:
        """Whether the national bid, the national ask is about to get worse: its discretionary pegs stay put then."""
        reports = self.advance(now)
        self._crumbling = bool(bid), bool(ask)
        return self._finish(reports, now)


def _interest(order: RestingOrder) -> Interest:
    return order.price, order.leaves_qty


def _ends_with_the_session(order: RestingOrder) -> bool:
    return order.time_in_force is not GTC and order.time_in_force is not GTD
