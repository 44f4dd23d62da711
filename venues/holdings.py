"""What a book holds, what can be seen of it, and how an order comes to stand there, shrinks and leaves.

Nothing here decides anything: `crossing`, `cascade`, `sessions` and `book` do, one on top of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from heapq import heappush
from typing import Final

from venues.bands import Bands
from venues.ladder import _ANY_PRICE, Ladder, RestingOrder, SpecialOrder, Standing
from venues.messages import (
    BookState,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    Side,
    TimeInForce,
)
from venues.policies import (
    PLAIN,
    IcebergRefresh,
    IdReuse,
    MarketRemainder,
    OddLots,
    Policies,
    SelfTrade,
)

BUY, SELL = Side.BUY, Side.SELL
DAY, GTC, OPG, IOC = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.OPG, TimeInForce.IOC
FOK, GTD, CLOSE = TimeInForce.FOK, TimeInForce.GTD, TimeInForce.CLOSE
MAKER, TAKER, NO_LIQUIDITY = Liquidity.MAKER, Liquidity.TAKER, Liquidity.NONE
CONTINUOUS = BookState.CONTINUOUS

Reports = list[ExecutionReport]
_make: Callable[..., ExecutionReport] = tuple.__new__  # half the cost of the named constructor

_STATUS: Final = {
    ExecType.CANCELED: OrdStatus.CANCELED,
    ExecType.EXPIRED: OrdStatus.CANCELED,
}
NOT_PLAIN: Final = object()
"""Unlike any order's terms: see `Holdings._plain`."""


class Holdings:
    """The orders of one instrument at one venue, and the prices that decide about them."""

    __slots__ = (
        "_asks",
        "_bands",
        "_bids",
        "_closing",
        "_crumbling",
        "_limit_since",
        "_live",
        "_national",
        "_paused_until",
        "_pegged_to",
        "_places",
        "_plain",
        "_special",
        "_spent",
        "_stops",
        "_touched",
        "_until",
        "_used",
        "_venue_is_plain",
        "is_special",
        "last_px",
        "policies",
        "state",
        "tick",
    )

    def __init__(self, tick: int = 100, policies: Policies = PLAIN) -> None:
        if tick <= 0:
            raise ValueError(f"tick = {tick}: a tick is a whole number of price units above zero, $0.01 is 100")
        self.tick = tick
        self.policies = policies
        self.state = CONTINUOUS
        self.last_px = 0
        """Price of the last trade; 0: none yet."""
        self._bids = Ladder(BUY)
        self._asks = Ladder(SELL)
        self._live: dict[int, RestingOrder] = {}
        self._stops: dict[int, SpecialOrder] = {}
        """Stops that wait, in order of entry."""
        self._closing: dict[int, SpecialOrder] = {}
        """CLOSE orders that wait for the closing auction, in order of entry."""
        self._spent: list[SpecialOrder] = []
        """Icebergs of which this command took all that was shown (after_sweep)."""
        self._until: list[tuple[int, int]] = []
        """Heap of (time, order id) of GTD orders; some of them are gone."""
        self._pegged_to: tuple[int, ...] | None = None
        """What all pegs follow as they stand now; None: some may not."""
        self._special = 0
        """How many special orders are live."""
        self._places = 0
        self._used: set[int] = set()
        self._national = (0, 0)
        self._crumbling = (False, False)
        """Is the national bid, the national ask about to get worse? Then discretionary pegs of that side stay put."""
        self._bands = Bands(policies.band, policies.reference_px, self.tick_at)
        self._limit_since: int | None = None
        self._paused_until: int | None = None
        self._touched = 0
        """When the last command changed something: the next batch is at the first multiple from there."""
        self._venue_is_plain = _is_plain(policies)
        self.is_special = False
        """Are orders, policies or a phase about that a plain limit order book does not know?"""
        self._plain: object = None
        """None while nothing special is about: equal to a plain order's terms, so that one test asks for both."""
        self._see_whether_plain()

    def _see_whether_plain(self) -> None:
        plain = self._venue_is_plain and not self._special and self.state is CONTINUOUS
        self._plain = None if plain else NOT_PLAIN
        self.is_special = not plain

    @property
    def _matches(self) -> bool:
        """Do orders match as they come?"""
        return self.state is CONTINUOUS and not self.policies.batch_interval

    # -- what can be seen -----------------------------------------------------------------------

    def top(self) -> tuple[int, int, int, int]:
        """(bid, bid_qty, ask, ask_qty) as displayed; a side without orders is 0, 0."""
        bids, asks = self._bids.best, self._asks.best
        bid, bid_qty = (bids.price, bids.volume) if bids is not None else (0, 0)
        if asks is None:
            return bid, bid_qty, 0, 0
        return bid, bid_qty, asks.price, asks.volume

    def best_moved(self) -> bool:
        """Can :meth:`top` have changed since this was last asked? Cheaper than to compare."""
        bids, asks = self._bids, self._asks
        if bids.moved or asks.moved:
            bids.moved = asks.moved = False
            return True
        return False

    def has_hidden(self, side: Side) -> bool:
        """Does a hidden or pegged order that has a price rest on that side?"""
        return bool((self._bids if side is BUY else self._asks).hidden)

    def depth(self, side: Side, levels: int = 10) -> list[tuple[int, int, int]]:
        """(price, displayed shares, orders) of the best levels of a side, best first."""
        ladder = self._bids if side is BUY else self._asks
        found = [ladder.levels[key] for key in ladder.keys[: -levels - 1 : -1]]
        return [(level.price, level.volume, level.count) for level in found]

    def orders(self) -> Iterator[RestingOrder]:
        """All live orders: bids in order of priority, asks likewise, stops that wait, orders for the close."""
        yield from self._bids.orders()
        yield from self._asks.orders()
        yield from self._stops.values()
        yield from self._closing.values()

    def find(self, order_id: int) -> RestingOrder | None:
        """The live order with this id, if any."""
        return self._live.get(order_id)

    def __len__(self) -> int:
        return len(self._live)

    def state_hash(self) -> str:
        """SHA-256 over the state, the last price, the bands and every live order in the order of `orders`."""
        rows = [
            (o.order_id, o.owner, int(o.side), o.price, o.leaves_qty, o.cum_qty, o.shown_qty, o.stop_px)
            for o in self.orders()
        ]
        content = [int(self.state), self.last_px, self._bands.lower, self._bands.upper, rows]
        return sha256(repr(content).encode()).hexdigest()

    # -- ticks ----------------------------------------------------------------------------------

    def tick_at(self, price: int) -> int:
        """The tick that applies at a price."""
        table = self.policies.ticks
        return self.tick if table is None else table.at(price)

    def _passive(self, side: Side, price: int) -> int:
        """The price rounded to the tick, away from the market."""
        rest = price % self.tick_at(price)
        if not rest:
            return price
        return price - rest if side is BUY else price - rest + self.tick_at(price)

    # -- coming, shrinking, leaving -------------------------------------------------------------

    def _side(self, side: Side) -> Ladder:
        return self._bids if side is BUY else self._asks

    def _facing(self, side: Side) -> Ladder:
        return self._asks if side is BUY else self._bids

    def _next_place(self) -> int:
        self._places += 1
        return self._places

    def _rest(self, order: SpecialOrder) -> None:
        """Put what is left of an order where it belongs, with a new place in time."""
        if self._stands_plainly(order):
            assert order.price is not None
            ladder, key = self._side(order.side), order.price * int(order.side)
            order_id, owner, tif = order.order_id, order.owner, order.time_in_force
            self._live[order_id] = ladder.add(order_id, owner, order.leaves_qty, order.cum_qty, tif, key)
            return
        order.place = self._next_place()
        self._register(order)
        self._stand(order)

    def _stands_plainly(self, order: SpecialOrder) -> bool:
        """Is it an order that needs to know no more than its place in the queue?"""
        plain_time = order.time_in_force is DAY or order.time_in_force is GTC
        knows_its_place = self.policies.market_remainder is MarketRemainder.LAST_PRICE
        return order.terms is None and order.price is not None and plain_time and not knows_its_place

    def _register(self, order: SpecialOrder) -> None:
        if order.order_id not in self._live:
            self._special += 1
        self._live[order.order_id] = order
        if order.time_in_force is GTD and order.terms is not None:
            heappush(self._until, (order.terms.expire_at, order.order_id))

    def _stand(self, order: SpecialOrder) -> None:
        """Put a live order where its price and its place say."""
        ladder, price = self._side(order.side), order.price
        order.shown_qty = 0
        if order.hidden:
            if price is None:
                order.standing = Standing.INACTIVE
                ladder.inactive.append(order)
                ladder.inactive.sort(key=_by_place)
            else:
                order.standing = Standing.HIDDEN
                ladder.hide(order, price)
        elif price is None:
            order.standing = Standing.MARKET
            order.shown_qty = order.leaves_qty
            ladder.market.append(order)
        else:
            order.standing = Standing.DISPLAYED
            order.shown_qty = order.peak(order.leaves_qty)
            ladder.link(order, price * ladder.sign, order.shown_qty)

    def _wait(self, order: SpecialOrder, standing: Standing) -> None:
        """Keep it apart until it is its time."""
        order.standing = standing
        order.place = self._next_place()
        self._register(order)
        (self._stops if standing is Standing.STOP else self._closing)[order.order_id] = order

    def _stand_down(self, order: RestingOrder) -> None:
        """Take it from where it stands; it stays live."""
        ladder, standing = self._side(order.side), order.standing
        if standing is Standing.DISPLAYED:
            ladder.unlink(order, order.shown_qty)
        if not isinstance(order, SpecialOrder):
            return
        if standing is Standing.HIDDEN:
            assert order.price is not None
            ladder.unhide(order, order.price)
        elif standing is Standing.INACTIVE:
            ladder.inactive.remove(order)
        elif standing is Standing.MARKET:
            ladder.market.remove(order)
        elif standing is Standing.STOP:
            del self._stops[order.order_id]
        elif standing is Standing.CLOSE:
            del self._closing[order.order_id]
        order.standing = Standing.NOWHERE

    def _leave(self, order: RestingOrder) -> None:
        """Take it out of the book."""
        self._stand_down(order)
        del self._live[order.order_id]
        if isinstance(order, SpecialOrder):
            self._special -= 1

    def _shrink(self, order: RestingOrder, leaves: int, shown: int) -> None:
        """Let it have so much open and so much shown, where it stands."""
        if order.standing is Standing.DISPLAYED:
            level, ladder = order.level, self._side(order.side)
            level.volume += shown - order.shown_qty
            if level is ladder.best:
                ladder.moved = True
        order.leaves_qty = leaves
        if isinstance(order, SpecialOrder):
            order.shown_qty = shown

    def _used_up(self, order: RestingOrder, qty: int, reports: Reports, now: int) -> None:
        """Take ``qty`` that traded (or was decremented) off a live order; an iceberg may show its next peak."""
        leaves, shown = order.leaves_qty - qty, max(0, order.shown_qty - qty)
        if not leaves:
            self._leave(order)
            order.leaves_qty = 0
            return
        self._shrink(order, leaves, shown)
        if shown or order.standing is not Standing.DISPLAYED or not isinstance(order, SpecialOrder):
            return
        if self.policies.iceberg_refresh is IcebergRefresh.AT_ONCE:
            self._show_next_peak(order, reports, now)
        elif order not in self._spent:
            self._spent.append(order)

    def _show_next_peak(self, order: SpecialOrder, reports: Reports, now: int) -> None:
        self._stand_down(order)
        order.place = self._next_place()
        self._stand(order)
        reports.append(self._report(ExecType.RESTATED, order, now, Reason.ICEBERG_REFRESH))

    def _show_spent(self, reports: Reports, now: int) -> None:
        """After the sweep: icebergs of which all that was shown is gone show the next part."""
        for order in sorted(self._spent, key=_by_place):
            if order.order_id in self._live and not order.shown_qty:
                self._show_next_peak(order, reports, now)
        self._spent.clear()

    # -- reports ----------------------------------------------------------------------------------

    def _report(
        self, exec_type: ExecType, order: RestingOrder, now: int, reason: Reason = Reason.NONE
    ) -> ExecutionReport:
        """What happened to an order, other than a trade."""
        cum, leaves = order.cum_qty, order.leaves_qty
        status = _STATUS.get(exec_type, OrdStatus.PARTIALLY_FILLED if cum else OrdStatus.NEW)
        still_open = 0 if status is OrdStatus.CANCELED else leaves
        order_id, owner, side, price = order.order_id, order.owner, order.side, order.price
        content = (
            *(exec_type, status, order_id, owner, side, price, 0, 0, cum, still_open),
            *(NO_LIQUIDITY, reason, now, cum + leaves),
        )
        return _make(ExecutionReport, content)

    def _traded(self, order: RestingOrder, price: int, qty: int, liquidity: Liquidity, now: int) -> ExecutionReport:
        """A trade, as its party is told; the order has its quantities from before it, and gets those from after."""
        order.cum_qty += qty
        left, cum = order.leaves_qty - qty, order.cum_qty
        status = OrdStatus.PARTIALLY_FILLED if left else OrdStatus.FILLED
        order_id, owner, side, limit = order.order_id, order.owner, order.side, order.price
        if isinstance(order, SpecialOrder) and order.discretionary_px is not None:
            limit = further(side, order.price, price)
        content = (
            *(ExecType.TRADE, status, order_id, owner, side, limit, price, qty, cum, left),
            *(liquidity, Reason.NONE, now, cum + left),
        )
        return _make(ExecutionReport, content)

    def _end(
        self, order: RestingOrder, reason: Reason, now: int, exec_type: ExecType = ExecType.CANCELED
    ) -> ExecutionReport:
        """Take a live order out and say why."""
        report = self._report(exec_type, order, now, reason)
        self._leave(order)
        return report


def _by_place(order: RestingOrder) -> int:
    return order.place


def _is_plain(policies: Policies) -> bool:
    """Do these policies leave a plain order alone while no special one is about?"""
    return (
        policies.self_trade is SelfTrade.NONE
        and policies.market_remainder is MarketRemainder.CANCEL
        and policies.odd_lots is OddLots.ACCEPT
        and policies.id_reuse is IdReuse.WHEN_DONE
        and policies.ticks is None
        and policies.band is None
        and not policies.collar
        and not policies.batch_interval
    )


def working(order: NewOrder) -> SpecialOrder:
    """An order on its way through the book."""
    order_id, owner, side, qty, price, tif, terms = order
    made = SpecialOrder(order_id, owner, side, qty, 0, price, tif, terms)
    made.stop_px = 0 if terms is None else terms.stop_px
    return made


def further(side: Side, price: int | None, other: int) -> int:
    """The one of two limits that reaches further."""
    return other if price is None or (other - price) * int(side) > 0 else price


def limit_key(side: Side, price: int | None) -> int:
    """The worst key of the other side that this limit accepts."""
    return _ANY_PRICE if price is None else -price * int(side)
