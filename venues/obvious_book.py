"""The rules of docs/matching.md, slow and obvious: two sorted lists of orders, looked through from the top.

Same calls and same reports as `venues.book.Book`; the tests compare the two after every message. Numbers in
brackets are sections of that page, which also says what is not modelled.

How it stays obvious
    Every side is one list in order of priority. To change what decides an order's priority: take it out, change it, put
    it back. A taker looks for the first order of the other side that it can trade with, trades, and looks again.
    What *would* happen (fill-or-kill, minima, budgets) is tried on a copy of the book.

Cost
    O(log n) for a plain order that meets nobody; everything else as it comes, up to a copy of the book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from enum import IntEnum, StrEnum
from functools import partial
from hashlib import sha256
from itertools import takewhile
from typing import Any, Final, NamedTuple

from sortedcontainers import SortedKeyList

from venues.messages import (
    LARGEST_PRICE,
    LARGEST_QTY,
    NOBODY,
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    OrdStatus,
    Peg,
    Reason,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.policies import (
    PLAIN,
    Band,
    BandReference,
    DiscretionaryRest,
    FokCounts,
    HaltOrders,
    IcebergRefresh,
    IdReuse,
    MarketRemainder,
    MinQtyMode,
    OddLots,
    OffTick,
    PegReference,
    PegTime,
    PegWithoutReference,
    Policies,
    PostOnly,
    PostOnlyMeetsHidden,
    ReplaceQty,
    SelfTrade,
    SmallerSize,
    StopThrough,
    TickTable,
    TriggerSource,
)
from venues.refusals import is_id, is_price, is_qty, is_whole, refuse

BUY, SELL = Side.BUY, Side.SELL
DAY, GTC, GTD = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD
IOC, FOK, OPG, CLOSE = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.OPG, TimeInForce.CLOSE
CONTINUOUS, CLOSED, HALTED = BookState.CONTINUOUS, BookState.CLOSED, BookState.HALTED

AVERAGE_OVER: Final = 300_000_000_000
"""ns of trades whose mean may move the bands: five minutes."""


class Refused(Exception):
    """A check failed; nothing has changed yet."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason


@dataclass(slots=True, eq=False)
class Order:
    """A live order. ``price`` of a peg is its present price, ``cap`` its limit; ``stop_px`` 0 unless it waits."""

    order_id: int
    owner: int
    side: Side
    price: int | None
    order_qty: int
    time_in_force: TimeInForce
    terms: Terms
    cum_qty: int = 0
    shown_qty: int = 0
    place: int = 0
    """Its place in time: the smaller, the earlier."""
    cap: int | None = None
    stop_px: int = 0
    budget: int = 0
    """What is left to spend, price units x shares."""
    resting: bool = False
    """In the list of its side."""
    is_stop: bool = False
    """A stop or trail that waits for its price."""
    is_early: bool = False
    """For the closing auction, which has not begun."""
    discretionary_px: int | None = None
    """Of a discretionary peg that has a price: how far it goes."""

    @property
    def limit(self) -> int | None:
        """The worst price that it takes."""
        return self.price if self.discretionary_px is None else self.discretionary_px

    @property
    def leaves_qty(self) -> int:
        """Shares open."""
        return self.order_qty - self.cum_qty

    @property
    def is_peg(self) -> bool:
        """Follows a price."""
        return self.terms.peg is not Peg.NONE

    @property
    def is_hidden(self) -> bool:
        """Never shown."""
        return self.is_peg or self.terms.display_qty == 0

    @property
    def is_market(self) -> bool:
        """Has no limit and no price to follow."""
        return self.price is None and not self.is_peg

    @property
    def peak(self) -> int:
        """Shares that it shows when it is put into the book."""
        return 0 if self.is_hidden else min(self.terms.display_qty or self.leaves_qty, self.leaves_qty)

    @property
    def minimum(self) -> int:
        """Shares that one trade with it must have."""
        return min(self.terms.min_qty, self.leaves_qty)

    @property
    def moves_by_itself(self) -> bool:
        """Time, a price or the session may change it without a message of its owner."""
        return self.is_peg or self.is_stop or self.is_early or self.time_in_force in (GTD, IOC)


def priority(order: Order) -> tuple[int, int, int, int]:
    """The smallest trades first [3]: market orders, price, displayed, reserves of icebergs, hidden; then place."""
    if order.price is None:
        return (2 if order.is_peg else 0, 0, 0, order.place)
    seen = 0 if order.shown_qty else 2 if order.is_hidden else 1
    return (1, -int(order.side) * order.price, seen, order.place)


def within(side: Side, limit: int | None, price: int) -> bool:
    """Is the price as good as the limit, or better? None is any price."""
    return limit is None or (price <= limit if side is BUY else price >= limit)


def tightest(side: Side, limits: list[int]) -> int | None:
    """The limit that allows least; None without any."""
    return (min if side is BUY else max)(limits, default=None)


class ObviousBook:
    """One instrument's book at one venue. ``tick`` in price units ($0.0001); ``policies`` may name a tick table.

    >>> book = ObviousBook(tick=100)
    >>> _ = book.submit(NewOrder(1, 7, Side.SELL, 500, 100_0100), now=0)
    >>> [report.exec_type.name for report in book.submit(NewOrder(2, 8, Side.BUY, 800, None), now=5)]
    ['NEW', 'TRADE', 'TRADE', 'CANCELED']
    """

    is_special = True
    """It has no short cut for plain orders, and says so to whoever asks."""

    def __init__(self, tick: int = 100, policies: Policies = PLAIN) -> None:
        if tick <= 0:
            raise ValueError(f"tick = {tick}: a tick is a whole number of price units above zero, $0.01 is 100")
        self.tick = tick
        self.policies = policies
        self.state = CONTINUOUS
        self.last_px = 0
        """The last trade's price; 0 before the first."""
        self.band = (0, 0)
        """Lower and upper price; (0, 0): none."""
        self._live: dict[int, Order] = {}
        self._sides = {BUY: SortedKeyList(key=priority), SELL: SortedKeyList(key=priority)}
        self._movers: dict[int, Order] = {}
        """Of the live orders those that move by themselves: the only ones that need to be looked at all the time."""
        self._used: set[int] = set()
        self._places = 0
        self._clock = 0
        self._national = (0, 0)
        self._crumbling = (False, False)
        """The signal: bid, ask."""
        self._band_reference = 0
        self._recent: list[tuple[int, int]] = []
        """(at, price) of the trades of the last five minutes."""
        self._limit_since: int | None = None
        self._pause_until: int | None = None
        self._at = 0
        self._reports: list[ExecutionReport] = []
        self._trades: list[int] = []
        """Prices of what this command has traded so far."""
        self._top_told = (0, 0, 0, 0)
        self._set_band(policies.reference_px)

    # -- commands -------------------------------------------------------------------------------

    def handle(self, message: object, now: int) -> list[ExecutionReport]:
        """Answer any message; what is none is rejected with BAD_MESSAGE."""
        answer = _ANSWERS.get(type(message))
        return answer(self, message, now) if answer else self._command(ExecType.REJECTED, _no_message, message, now)

    def submit(self, order: NewOrder, now: int) -> list[ExecutionReport]:
        """Take a new order."""
        return self._command(ExecType.REJECTED, self._take_new, order, now)

    def cancel(self, message: CancelOrder, now: int) -> list[ExecutionReport]:
        """Cancel what is open of a live order."""
        return self._command(ExecType.CANCEL_REJECTED, self._take_cancel, message, now)

    def replace(self, message: ReplaceOrder, now: int) -> list[ExecutionReport]:
        """Change quantity, price, terms of a live order."""
        return self._command(ExecType.CANCEL_REJECTED, self._take_replace, message, now)

    def reduce(self, message: ReduceOrder, now: int) -> list[ExecutionReport]:
        """Take shares out of a live order."""
        return self._command(ExecType.CANCEL_REJECTED, self._take_reduce, message, now)

    def set_reference(self, bid: int, ask: int, now: int) -> list[ExecutionReport]:
        """The national best as the venue now sees it, price units; 0 for an empty side."""

        def take(_: object) -> None:
            self._national = (int(bid), int(ask))

        return self._command(ExecType.REJECTED, take, None, now)

    def set_crumbling(self, bid: bool, ask: bool, now: int) -> list[ExecutionReport]:
        """Is the national bid, the national ask about to get worse [6]?"""

        def take(_: object) -> None:
            self._crumbling = (bool(bid), bool(ask))

        return self._command(ExecType.REJECTED, take, None, now)

    def set_state(self, state: BookState, now: int) -> list[ExecutionReport]:
        """Begin another phase of the session."""
        self._begin(now)
        if state != self.state:
            self._switch(BookState(state))
            self._settle()
        return self._reports

    def advance(self, now: int) -> list[ExecutionReport]:
        """Do what was due before ``now`` [9]."""
        self._begin(now)
        return self._reports

    def _command(self, refusal: ExecType, take: Callable[[Any], None], message: Any, now: int) -> list[ExecutionReport]:
        """The five steps of a command [1]."""
        self._begin(now)
        try:
            take(message)
        except Refused as refused:
            self._reports.append(refuse(refusal, message, refused.reason, self._at))
        else:
            self._settle()
        return self._reports

    def _begin(self, now: int) -> None:
        self._reports = []
        while (due := self._next_due()) and due[0] < now:
            self._at, _, _, act = due
            self._clock = self._at + 1
            self._trades = []
            act()
            self._settle()
        self._at, self._trades = int(now), []
        self._clock = max(self._clock, self._at)

    def _settle(self) -> None:
        """The cascade, then the bands, until both stay as they are; then the limit state."""
        if self.state is not CONTINUOUS:
            return
        self._cascade()
        while self._move_band():
            self._bring_to_band()
            self._cascade()
        self._look_for_limit_state()

    # -- what it holds --------------------------------------------------------------------------

    def orders(self) -> Iterator[Order]:
        """All live orders [13]: bids, asks, waiting stops, orders that wait for the closing auction."""
        yield from list(self._sides[BUY])
        yield from list(self._sides[SELL])
        yield from self._waiting_stops()
        yield from self._waiting_for_close()

    def find(self, order_id: int) -> Order | None:
        """The live order with this id, if any."""
        return self._live.get(order_id)

    def __len__(self) -> int:
        return len(self._live)

    def has_hidden(self, side: Side) -> bool:
        """Does a hidden or pegged order that has a price rest on that side?"""
        return any(order.is_hidden and order.price is not None for order in self._sides[side])

    def depth(self, side: Side, levels: int = 10) -> list[tuple[int, int, int]]:
        """(price, shares, orders) of the best displayed levels of a side, best first."""
        found: list[tuple[int, int, int]] = []
        for order in self._sides[side]:
            if not order.shown_qty or order.price is None:
                continue
            if found and found[-1][0] == order.price:
                _, shares, count = found.pop()
                found.append((order.price, shares + order.shown_qty, count + 1))
            elif len(found) == levels:
                break
            else:
                found.append((order.price, order.shown_qty, 1))
        return found

    def top(self) -> tuple[int, int, int, int]:
        """(bid, bid_qty, ask, ask_qty), displayed; a side without orders is 0, 0."""
        (bid, bid_qty, _), (ask, ask_qty, _) = [(self.depth(side, 1) or [(0, 0, 0)])[0] for side in (BUY, SELL)]
        return bid, bid_qty, ask, ask_qty

    def best_moved(self) -> bool:
        """Has :meth:`top` changed since this was last asked?"""
        before, self._top_told = self._top_told, self.top()
        return before != self._top_told

    def next_at(self) -> int | None:
        """The earliest ``now`` at which :meth:`advance` would do something, ns; None: nothing is due."""
        due = self._next_due()
        return due[0] + 1 if due else None

    def state_hash(self) -> str:
        """SHA-256 over the state and every live order [13]."""
        rows = [
            (o.order_id, o.owner, int(o.side), o.price, o.leaves_qty, o.cum_qty, o.shown_qty, o.stop_px)
            for o in self.orders()
        ]
        return sha256(repr([int(self.state), self.last_px, *self.band, rows]).encode()).hexdigest()

    def snapshot(self) -> dict[str, Any]:
        """All of it as plain numbers, strings, lists and dictionaries."""
        policies = {name: _plain(getattr(self.policies, name)) for name in _POLICY_NAMES}
        return {
            "policies": policies,
            "orders": [[_plain(getattr(order, name)) for name in _ORDER_FIELDS] for order in self._live.values()],
            "used": sorted(self._used),
            **{name: _plain(getattr(self, name)) for name in _KEPT},
        }

    @classmethod
    def restore(cls, snapshot: dict[str, Any]) -> ObviousBook:
        """A book that goes on exactly as the one that the snapshot was taken of."""
        book = cls(snapshot["tick"], _policies(snapshot["policies"]))
        for name in _KEPT:
            setattr(book, name, snapshot[name])
        book.state = BookState(book.state)
        for name in ("band", "_national", "_crumbling", "_top_told"):
            setattr(book, name, tuple(snapshot[name]))
        book._recent = [(at, price) for at, price in book._recent]
        book._used = set(snapshot["used"])
        for row in snapshot["orders"]:
            order = Order(*row)
            order.side, order.time_in_force = Side(order.side), TimeInForce(order.time_in_force)
            order.terms = Terms(*order.terms)
            order.terms = order.terms._replace(peg=Peg(order.terms.peg))
            book._restore(order)
        return book

    def _restore(self, order: Order) -> None:
        self._live[order.order_id] = order
        if order.moves_by_itself:
            self._movers[order.order_id] = order
        if order.resting:
            self._sides[order.side].add(order)

    def _waiting_stops(self) -> list[Order]:
        return sorted((o for o in self._movers.values() if o.is_stop), key=lambda o: o.place)

    def _waiting_for_close(self) -> list[Order]:
        return sorted((o for o in self._movers.values() if o.is_early), key=lambda o: o.place)

    def _best(self, side: Side) -> int | None:
        """The best displayed price of a side."""
        for order in self._sides[side]:
            if order.shown_qty and order.price is not None:
                return int(order.price)
        return None

    # -- the lists of the two sides -------------------------------------------------------------

    def _new_place(self, order: Order) -> None:
        self._places += 1
        order.place = self._places

    def _enter(self, order: Order) -> None:
        """Into the list of its side, with what it shows now."""
        order.resting = True
        self._sides[order.side].add(order)

    def _rest(self, order: Order) -> None:
        order.shown_qty = order.peak
        self._enter(order)

    def _leave(self, order: Order) -> None:
        if order.resting:
            self._sides[order.side].remove(order)
            order.resting = False

    def _remember(self, order: Order) -> None:
        self._live[order.order_id] = order
        if self.policies.id_reuse is IdReuse.NEVER:
            self._used.add(order.order_id)
        if order.moves_by_itself:
            self._movers[order.order_id] = order

    def _forget(self, order: Order) -> None:
        self._leave(order)
        del self._live[order.order_id]
        self._movers.pop(order.order_id, None)

    # -- reports --------------------------------------------------------------------------------

    def _tell(self, kind: ExecType, order: Order, reason: Reason = Reason.NONE) -> None:
        status = OrdStatus.PARTIALLY_FILLED if order.cum_qty else OrdStatus.NEW
        self._report(kind, status, order, order.leaves_qty, reason=reason)

    def _tell_trade(self, order: Order, price: int, qty: int, liquidity: Liquidity) -> None:
        status = OrdStatus.PARTIALLY_FILLED if order.leaves_qty else OrdStatus.FILLED
        self._report(ExecType.TRADE, status, order, order.leaves_qty, price, qty, liquidity)
        if order.discretionary_px is not None and not within(order.side, order.price, price):
            self._reports[-1] = self._reports[-1]._replace(price=price)  # it went there

    def _end(self, order: Order, reason: Reason, kind: ExecType = ExecType.CANCELED) -> None:
        """What is open of the order is taken out."""
        self._forget(order)
        self._report(kind, OrdStatus.CANCELED, order, 0, reason=reason)

    def _report(
        self,
        kind: ExecType,
        status: OrdStatus,
        order: Order,
        leaves: int,
        px: int = 0,
        qty: int = 0,
        liquidity: Liquidity = Liquidity.NONE,
        reason: Reason = Reason.NONE,
    ) -> None:
        self._reports.append(
            ExecutionReport(
                exec_type=kind,
                ord_status=status,
                order_id=order.order_id,
                owner=order.owner,
                side=order.side,
                price=order.price,
                last_px=px,
                last_qty=qty,
                cum_qty=order.cum_qty,
                leaves_qty=leaves,
                liquidity=liquidity,
                reason=reason,
                at=self._at,
                order_qty=order.order_qty,
            )
        )

    def _tell_state(self, price: int, volume: int, surplus: int) -> None:
        reason = Reason[f"STATE_{self.state.name}"]
        nothing = Order(0, NOBODY, BUY, None, 0, DAY, Terms())
        self._report(ExecType.STATE, OrdStatus.NEW, nothing, surplus, price, volume, reason=reason)

    # -- messages [2, 12] -----------------------------------------------------------------------

    def _take_new(self, message: NewOrder) -> None:
        order = _order_of(message, self._at)
        self._check_open()
        reason = self._to_tick(order)
        self._check_lot(order.order_qty)
        if order.order_id in self._live or order.order_id in self._used:
            raise Refused(Reason.DUPLICATE_ID)
        self._check_state(order)
        order.is_stop = bool(order.terms.stop_px or order.terms.trail)
        order.is_early = order.time_in_force is CLOSE and self.state is not BookState.CLOSING_AUCTION
        reason = self._to_band(order) or reason
        self._check_against_the_market(order)
        reason = self._off_the_quote(order) or reason
        self._new_place(order)
        self._remember(order)
        self._tell(ExecType.NEW, order, reason)
        self._go(order)

    def _check_open(self) -> None:
        if self.state is CLOSED:
            raise Refused(Reason.VENUE_CLOSED)
        if self.state is HALTED and self.policies.halt_orders is HaltOrders.REJECT:
            raise Refused(Reason.VENUE_HALTED)

    def _check_lot(self, qty: int) -> None:
        if self.policies.odd_lots is OddLots.REJECT and qty % self.policies.lot:
            raise Refused(Reason.ODD_LOT)

    def _check_state(self, order: Order) -> None:
        terms, tif = order.terms, order.time_in_force
        in_call = self.state is not CONTINUOUS
        trades_later = order.is_peg or terms.min_qty or terms.budget or tif is FOK
        if (
            (tif is OPG and self.state not in (BookState.PRE_OPEN, BookState.OPENING_AUCTION))
            or (in_call and (trades_later or tif is IOC))
            or (self.policies.batch_interval and (trades_later or terms.stop_px or terms.trail))
        ):
            raise Refused(Reason.NOT_IN_THIS_STATE)

    def _check_against_the_market(self, order: Order) -> None:
        policies = self.policies
        if order.terms.budget and self._trial(order) == (0, Reason.BUDGET_SPENT):
            raise Refused(Reason.BUDGET_TOO_SMALL)
        if order.is_peg:
            order.price = self._peg_price(order)
            order.discretionary_px = self._discretionary_price(order, signal=False)
            if order.price is None and policies.peg_without_reference is PegWithoutReference.CANCEL:
                raise Refused(Reason.NO_REFERENCE)
        if order.is_stop:
            order.stop_px = order.terms.stop_px or (self._trailing_stop(order) if self.state is CONTINUOUS else 0)
            if policies.stop_through is StopThrough.REJECT and self._is_through(order):
                raise Refused(Reason.STOP_THROUGH)

    def _take_cancel(self, message: CancelOrder) -> None:
        self._end(self._named(message), Reason.REQUESTED)

    def _take_reduce(self, message: ReduceOrder) -> None:
        order = self._named(message)
        if not is_whole(message.qty) or message.qty < 1:
            raise Refused(Reason.BAD_QTY)
        if message.qty >= order.leaves_qty:
            self._end(order, Reason.REQUESTED)
            return
        order.order_qty -= int(message.qty)
        order.shown_qty = min(order.shown_qty, order.leaves_qty)
        self._tell(ExecType.REPLACED, order)

    def _named(self, message: CancelOrder | ReplaceOrder | ReduceOrder) -> Order:
        if is_id(message.order_id) and is_id(message.owner):
            order = self._live.get(int(message.order_id))
            if order is not None and order.owner == message.owner:
                return order
        raise Refused(Reason.UNKNOWN_ORDER)

    def _take_replace(self, message: ReplaceOrder) -> None:
        order = self._named(message)
        self._check_open()
        wanted = self._wanted(order, message)
        reason = self._to_tick(wanted)
        self._check_lot(int(message.qty))
        if wanted.leaves_qty <= 0:
            self._end(order, Reason.REQUESTED)
            return
        reason = self._to_band(wanted) or reason
        keeps = self._keeps_its_place(order, wanted)
        if not keeps:
            reason = self._off_the_quote(wanted) or reason
            if order.is_peg and self.state is CONTINUOUS:
                wanted.price = self._peg_price(wanted)
                wanted.discretionary_px = self._discretionary_price(wanted, signal=False)
        was_resting = order.resting
        self._forget(order)
        self._remember(wanted)
        if keeps:
            wanted.shown_qty = min(order.shown_qty, wanted.leaves_qty)
            if was_resting:
                self._enter(wanted)
            self._tell(ExecType.REPLACED, wanted, reason)
            return
        self._new_place(wanted)
        wanted.shown_qty = 0
        self._tell(ExecType.REPLACED, wanted, reason)
        self._go(wanted)

    def _wanted(self, order: Order, message: ReplaceOrder) -> Order:
        """The order as the message wants it; BAD_QTY, BAD_PRICE, BAD_TERMS."""
        if not is_qty(message.qty):
            raise Refused(Reason.BAD_QTY)
        needs_price = not order.is_peg and not (order.is_stop and order.price is None)
        if not is_price(message.price) and (needs_price or message.price is not None):
            raise Refused(Reason.BAD_PRICE)
        price = None if message.price is None else int(message.price)
        total = int(message.qty) + (order.cum_qty if self.policies.replace_qty is ReplaceQty.OPEN else 0)
        terms = order.terms
        if message.terms is not None:
            terms = _terms_of(message.terms, order.side, total, price, order.time_in_force, self._at)
            _check_changes(order, terms)
        elif not _terms_fit(terms, order.side, total, price, order.time_in_force, self._at):
            raise Refused(Reason.BAD_TERMS)
        wanted = replace(order, order_qty=total, terms=terms, resting=False)
        if order.is_peg:
            wanted.cap = price
        else:
            wanted.price = price
        if order.is_stop and (terms.stop_px, terms.trail, terms.trail_step) != _stop_terms(order):
            wanted.stop_px = terms.stop_px or (self._trailing_stop(wanted) if self.state is CONTINUOUS else 0)
        return wanted

    def _keeps_its_place(self, order: Order, wanted: Order) -> bool:
        if (wanted.cap if order.is_peg else wanted.price) != (order.cap if order.is_peg else order.price):
            return False
        if order.is_stop and _stop_terms(wanted) != _stop_terms(order):
            return False
        if order.terms.display_qty and not order.is_stop:
            return True
        return wanted.order_qty <= order.order_qty and self.policies.smaller_size is SmallerSize.KEEPS

    # -- prices ---------------------------------------------------------------------------------

    def _passive(self, side: Side, price: int) -> int:
        """The price on a tick: a buy down, a sell up."""
        tick = self.policies.ticks.at(price) if self.policies.ticks else self.tick
        return price - price % tick if side is BUY else price + -price % tick

    def _to_tick(self, order: Order) -> Reason:
        """Limit and stop must be on a tick, or are put there: OFF_TICK, ROUNDED."""
        limit, stop = order.cap if order.is_peg else order.price, order.terms.stop_px
        rounded = (limit and self._passive(order.side, limit), stop and self._passive(order.side, stop))
        if rounded == (limit, stop):
            return Reason.NONE
        if self.policies.off_tick is OffTick.REJECT or not all(
            is_price(now) for now, before in zip(rounded, (limit, stop), strict=True) if before
        ):
            raise Refused(Reason.OFF_TICK)
        order.terms = order.terms._replace(stop_px=rounded[1])
        if order.is_stop and stop:
            order.stop_px = rounded[1]
        if order.is_peg:
            order.cap = rounded[0]
        else:
            order.price = rounded[0]
        return Reason.ROUNDED

    def _to_band(self, order: Order) -> Reason:
        """Bring a limit that may rest into the band [11]; PRICE_BAND when that changed it."""
        lower, upper = self.band
        waits = order.is_stop or order.is_early
        if not upper or self.state is not CONTINUOUS or waits or order.is_peg or order.time_in_force in (IOC, FOK):
            return Reason.NONE
        edge = upper if order.side is BUY else lower
        if order.price is None or within(order.side, edge, order.price):
            return Reason.NONE
        order.price = edge
        return Reason.PRICE_BAND

    def _off_the_quote(self, order: Order) -> Reason:
        """A post-only order must not take [7]: SLID when its price was changed, POST_ONLY when it may not come."""
        if not order.terms.post_only or not self._matching or order.is_stop or order.is_early:
            return Reason.NONE
        assert order.price is not None
        other, reason, placed = Side(-order.side), Reason.NONE, replace(order)
        if any(maker.is_market for maker in self._sides[other][:1]):
            raise Refused(Reason.POST_ONLY)
        best = self._best(other)
        if best is not None and within(order.side, order.price, best):
            placed.price, reason = self._passive(order.side, best - order.side), Reason.SLID
            if self.policies.post_only is PostOnly.REJECT or not is_price(placed.price):
                raise Refused(Reason.POST_ONLY)
        avoids_hidden = self.policies.post_only_meets_hidden is PostOnlyMeetsHidden.REJECT
        if avoids_hidden and self._meet(placed, self._reach(placed)) and not self._falls_short(placed):
            raise Refused(Reason.POST_ONLY)
        order.price = placed.price
        return reason

    def _peg_price(self, peg: Order) -> int | None:
        """What the peg's reference says now [6]; None without a reference."""
        bid, ask = self._peg_reference()
        own, other = (bid, ask) if peg.side is BUY else (ask, bid)
        offset = peg.side * peg.terms.peg_offset
        if peg.terms.peg is Peg.MIDPOINT:
            middle = self._middle(peg.side)
            if middle is None:
                return None
            price = middle + offset
        elif peg.terms.peg is Peg.DISCRETIONARY:
            if not own:
                return None
            price = own
            if other and within(peg.side, own, other):  # locked or crossed
                price = self._passive(peg.side, other - peg.side)
            elif self.policies.discretionary_rest is DiscretionaryRest.OUTSIDE:
                price = self._passive(peg.side, own - peg.side)
        else:
            reference = own if peg.terms.peg is Peg.PRIMARY else other
            if not reference:
                return None
            price = reference + offset
        limits = [limit for limit in (peg.cap, self._edge(peg.side)) if limit is not None]
        price = tightest(peg.side, [price, *limits]) or 0
        if peg.terms.peg is not Peg.MIDPOINT:
            price = self._passive(peg.side, max(price, 0))
        return max(price, 1)

    def _peg_reference(self) -> tuple[int, int]:
        """The bid and ask that pegs follow; 0: none."""
        if self.policies.peg_reference is PegReference.NATIONAL:
            return self._national
        return self._best(BUY) or 0, self._best(SELL) or 0

    def _middle(self, side: Side) -> int | None:
        """The midpoint for a side, where there is one."""
        bid, ask = self._peg_reference()
        return (bid + ask + (side is SELL)) // 2 if 0 < bid <= ask else None

    def _discretionary_price(self, peg: Order, signal: bool = True) -> int | None:
        """How far a discretionary peg goes [6]; without ``signal``: as if the quote were stable."""
        if peg.terms.peg is not Peg.DISCRETIONARY or peg.price is None:
            return None
        middle = self._middle(peg.side)
        if middle is None or (signal and self._crumbling[0 if peg.side is BUY else 1]):
            return peg.price
        limits = [limit for limit in (middle, peg.cap, self._edge(peg.side)) if limit is not None]
        furthest = tightest(peg.side, limits)
        assert furthest is not None
        return peg.price if within(peg.side, peg.price, furthest) else furthest

    def _edge(self, side: Side) -> int | None:
        """The band's end that a side's limits must not pass, if there is a band."""
        lower, upper = self.band
        return None if not upper else upper if side is BUY else lower

    # -- trading [3, 4] -------------------------------------------------------------------------

    @property
    def _matching(self) -> bool:
        """Do orders trade when they come?"""
        return self.state is CONTINUOUS and not self.policies.batch_interval

    def _go(self, taker: Order) -> None:
        """Trade, then rest, wait or end."""
        if taker.is_stop or taker.is_early:
            return
        if not self._matching or (taker.is_peg and taker.price is None):
            self._rest(taker)
            return
        if taker.terms.post_only and self.policies.post_only_meets_hidden is PostOnlyMeetsHidden.LOCK:
            self._rest_unless_own(taker)
            return
        if taker.time_in_force is FOK and (killed := self._why_killed(taker)):
            self._end(taker, killed)
            return
        if self._falls_short(taker):
            if taker.time_in_force is IOC:
                self._end(taker, Reason.MIN_QTY_NOT_MET)
            else:
                self._rest_unless_own(taker)
            return
        reach, before = self._reach(taker), len(self._trades)
        ended = self._trade(taker, reach)
        if taker.order_id in self._live:
            self._remainder(taker, ended or self._why_stopped(taker, reach), self._trades[before:])

    def _remainder(self, order: Order, stopped: Reason, trades: list[int]) -> None:
        """What becomes of the shares that nobody took [4]."""
        at_once = order.time_in_force in (IOC, FOK)
        if stopped and (order.is_market or at_once):
            self._end(order, stopped)
        elif order.is_market:
            self._market_remainder(order, trades[-1] if trades else None)
            if order.order_id in self._live:
                self._rest_unless_own(order)
        elif at_once:
            self._end(order, Reason.IOC_REMAINDER)
        else:
            self._rest_unless_own(order)

    def _market_remainder(self, order: Order, last: int | None) -> None:
        """A market order ends, or gets the price it last traded at, or stays without one."""
        rule = self.policies.market_remainder
        cancelled = rule is MarketRemainder.CANCEL or order.time_in_force in (IOC, FOK) or order.terms.budget
        if cancelled or (rule is MarketRemainder.LAST_PRICE and last is None):
            self._end(order, Reason.MARKET_REMAINDER)
        elif rule is MarketRemainder.LAST_PRICE and last is not None:
            order.price = max(self._passive(order.side, last), 1)

    def _rest_unless_own(self, order: Order) -> None:
        """Under `skip` no order rests that would lock or cross one of its owner [8]."""
        if self.policies.self_trade is SelfTrade.SKIP:
            for other in self._sides[Side(-order.side)]:
                reached = other.is_market or (other.price and within(order.side, order.price, other.price))
                if other.owner == order.owner and reached:
                    self._end(order, Reason.SELF_TRADE)
                    return
        self._rest(order)

    def _trade(self, taker: Order, reach: Reach) -> Reason:
        """Trade with one after the other; BUDGET_SPENT when the budget has limited the last trade or buys no more."""
        spent = Reason.NONE
        while taker.order_id in self._live and (met := self._meet(taker, reach)):
            maker, price, qty = met
            if not qty:
                spent = Reason.BUDGET_SPENT
                break
            if maker.owner == taker.owner and self.policies.self_trade is not SelfTrade.NONE:
                self._prevent(maker, taker, qty)
            else:
                spent = Reason.BUDGET_SPENT if qty < _offered(maker, taker) else Reason.NONE
                self._match(maker, taker, price, qty)
        if self.policies.iceberg_refresh is IcebergRefresh.AFTER_SWEEP:
            swept = [o for o in self._sides[Side(-taker.side)] if not o.shown_qty and not o.is_hidden]
            for order in sorted(swept, key=lambda o: o.place):
                self._refresh(order)
        return spent

    def _falls_short(self, taker: Order) -> bool:
        """Would less trade than its minimum, all trades together [4]?"""
        aggregate = bool(taker.terms.min_qty) and self.policies.min_qty is MinQtyMode.AGGREGATE
        return aggregate and self._trial(taker)[0] < taker.minimum

    def _meet(self, taker: Order, reach: Reach) -> tuple[Order, int, int] | None:
        """The first order in the queue with which the taker can trade now, the price, how many shares.

        No shares: what is left of the budget buys none.
        """
        skips = self.policies.self_trade is SelfTrade.SKIP
        picky = self.policies.min_qty is MinQtyMode.PER_INTERACTION
        for maker, price in self._queue(taker, reach):
            if skips and maker.owner == taker.owner:
                continue
            least = max(maker.minimum, taker.minimum if picky else 0)
            offered = _offered(maker, taker)
            bought = self._affordable(offered, taker, price)
            if offered >= least and not 0 < bought < least:
                return maker, price, bought
        return None

    def _queue(self, taker: Order, reach: Reach) -> Iterator[tuple[Order, int]]:
        """Who can trade with the taker as far as prices go, at which price; who goes beyond his own comes last [6]."""
        makers = self._sides[Side(-taker.side)]
        for maker in makers:
            price = self._price_between(maker, taker, reach)
            if price is not None:
                yield maker, price
            elif maker.price is not None:
                break  # and all that follow are worse
        limit = taker.limit
        if limit is None or not within(taker.side, reach.limit, limit):
            return
        for maker in sorted(makers, key=lambda order: order.place):
            if maker.discretionary_px is None or within(taker.side, limit, maker.price):
                continue
            if within(maker.side, maker.discretionary_px, limit):
                yield maker, limit

    def _price_between(self, maker: Order, taker: Order, reach: Reach) -> int | None:
        """The price of a trade between the two; None if there is none that both, and the bands, accept."""
        price = maker.price
        if price is None:
            if maker.is_peg:
                return None
            own = self._best(maker.side)
            if taker.limit is None:
                price = own or self._best(taker.side) or self.last_px or self.policies.reference_px
            else:
                price = own if own is not None and within(taker.side, taker.limit, own) else taker.limit
        if not price or not within(taker.side, reach.limit, price):
            return None
        return price if not reach.upper or reach.lower <= price <= reach.upper else None

    def _affordable(self, qty: int, taker: Order, price: int) -> int:
        """Of so many shares those that what is left of a budget buys, in whole lots."""
        if not taker.terms.budget:
            return qty
        lot = self.policies.lot if self.policies.odd_lots is OddLots.REJECT else 1
        return min(qty, taker.budget // price // lot * lot)

    def _match(self, maker: Order, taker: Order, price: int, qty: int) -> None:
        maker.cum_qty += qty
        taker.cum_qty += qty
        taker.budget -= price * qty
        self._note_trade(price)
        self._tell_trade(maker, price, qty, Liquidity.MAKER)
        self._tell_trade(taker, price, qty, Liquidity.TAKER)
        self._after_trade(maker, qty)
        if not taker.leaves_qty:
            self._forget(taker)

    def _note_trade(self, price: int) -> None:
        self.last_px = price
        self._trades.append(price)
        if self.policies.band is not None:
            self._recent.append((self._at, price))

    def _after_trade(self, maker: Order, qty: int) -> None:
        """What the queue looks like after ``qty`` shares of the order went [5]."""
        if not maker.leaves_qty:
            self._forget(maker)
        elif maker.shown_qty > qty:
            maker.shown_qty -= qty
        elif maker.shown_qty and self.policies.iceberg_refresh is IcebergRefresh.AT_ONCE:
            self._refresh(maker)
        elif maker.shown_qty:
            self._leave(maker)
            maker.shown_qty = 0
            self._enter(maker)

    def _refresh(self, iceberg: Order) -> None:
        """The next peak, at the back."""
        self._leave(iceberg)
        self._new_place(iceberg)
        self._rest(iceberg)
        self._tell(ExecType.RESTATED, iceberg, Reason.ICEBERG_REFRESH)

    def _prevent(self, maker: Order, taker: Order, qty: int) -> None:
        """Two orders of one owner meet [8]."""
        rule = self.policies.self_trade
        if rule is SelfTrade.DECREMENT:
            for order in (maker, taker):
                if order.leaves_qty == qty:
                    self._end(order, Reason.SELF_TRADE)
                else:
                    order.order_qty -= qty
                    self._tell(ExecType.RESTATED, order, Reason.SELF_TRADE)
            if maker.order_id in self._live:
                self._after_trade(maker, qty)
            return
        if rule in (SelfTrade.CANCEL_OLDEST, SelfTrade.CANCEL_BOTH):
            self._end(maker, Reason.SELF_TRADE)
        if rule in (SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH):
            self._end(taker, Reason.SELF_TRADE)

    # -- what would happen ----------------------------------------------------------------------

    def _reach(self, taker: Order, banded: bool = True) -> Reach:
        """How far the taker may go: its limit, the collar of a market order, the band."""
        lower, upper = self.band if banded else (0, 0)
        collar = self._collar(taker)
        edge = self._edge(taker.side) if banded else None
        limits = [limit for limit in (taker.limit, collar, edge) if limit is not None]
        return Reach(tightest(taker.side, limits), lower, upper, collar)

    def _collar(self, taker: Order) -> int | None:
        touch = self._best(Side(-taker.side))
        if not self.policies.collar or not taker.is_market or touch is None:
            return None
        if taker.side is BUY:
            return self._passive(BUY, touch * (10_000 + self.policies.collar) // 10_000)
        return self._passive(SELL, -(-touch * max(10_000 - self.policies.collar, 0) // 10_000))

    def _why_stopped(self, taker: Order, reach: Reach) -> Reason:
        """PRICE_COLLAR or PRICE_BAND when somebody stands beyond it with whom the taker could have traded."""
        beyond = self._meet(taker, Reach(taker.limit, 0, 0, None))
        if beyond is None:
            return Reason.NONE
        outside = reach.collar is not None and not within(taker.side, reach.collar, beyond[1])
        return Reason.PRICE_COLLAR if outside else Reason.PRICE_BAND

    def _trial(self, taker: Order, banded: bool = True, displayed: bool = False) -> tuple[int, Reason]:
        """How many shares would trade, and whether a budget stops it: tried on a copy of this book."""
        book = ObviousBook.restore(self.snapshot())
        if displayed:
            for order in list(book._sides[Side(-taker.side)]):
                order.order_qty = order.cum_qty + order.shown_qty
                if not order.shown_qty:
                    book._leave(order)
        mine = replace(taker, resting=False)
        book._live[mine.order_id] = mine
        reason = book._trade(mine, book._reach(mine, banded))
        return mine.cum_qty - taker.cum_qty, reason

    def _why_killed(self, taker: Order) -> Reason:
        """NONE if a fill-or-kill order would trade whole."""
        if self._fills_whole(taker, banded=True):
            return Reason.NONE
        return Reason.PRICE_BAND if self._fills_whole(taker, banded=False) else Reason.FOK_NOT_FILLABLE

    def _fills_whole(self, taker: Order, banded: bool) -> bool:
        ways = [False, True] if self.policies.fok_counts is FokCounts.DISPLAYED else [False]
        return all(self._trial(taker, banded, displayed)[0] == taker.leaves_qty for displayed in ways)

    # -- the cascade: trails, stops, pegs -------------------------------------------------------

    def _cascade(self) -> None:
        triggered: list[Order] = []
        changed = True
        while changed or triggered:
            self._follow_trails()
            triggered += self._trigger_stops()
            changed = self._follow_pegs()
            if triggered:
                self._go_triggered(triggered.pop(0))
                changed = True

    def _trailing_stop(self, order: Order) -> int:
        """``trail`` from the touch; 0 without one."""
        touch = self._best(Side(-order.side))
        return 0 if touch is None else max(1, touch + order.side * order.terms.trail)

    def _follow_trails(self) -> None:
        for order in self._waiting_stops():
            stop = self._trailing_stop(order) if order.terms.trail else 0
            gain = order.side * (order.stop_px - stop)
            if stop and (not order.stop_px or gain >= max(order.terms.trail_step, 1)):
                order.stop_px = stop
                self._tell(ExecType.RESTATED, order, Reason.TRAIL)

    def _trigger_stops(self) -> list[Order]:
        triggered = [order for order in self._waiting_stops() if self._is_through(order)]
        for order in triggered:
            order.is_stop, order.stop_px = False, 0
            if not order.moves_by_itself:
                del self._movers[order.order_id]
            self._tell(ExecType.TRIGGERED, order, self._to_band(order))
        return triggered

    def _is_through(self, order: Order) -> bool:
        """Has the price that this venue looks at reached the stop?"""
        bid, ask = self._best(BUY) or 0, self._best(SELL) or 0
        twice = {
            TriggerSource.LAST: 2 * self.last_px,
            TriggerSource.QUOTE: 2 * (ask if order.side is BUY else bid),
            TriggerSource.MID: bid + ask if bid and ask else 0,
        }[self.policies.trigger]
        return bool(order.stop_px and twice) and order.side * (twice - 2 * order.stop_px) >= 0

    def _go_triggered(self, order: Order) -> None:
        self._new_place(order)
        try:
            slid = self._off_the_quote(order)
        except Refused as refused:
            self._end(order, refused.reason)
            return
        if slid:
            self._tell(ExecType.RESTATED, order, slid)
        self._go(order)

    def _follow_pegs(self) -> bool:
        """Pegs follow their reference [6]; True if any did."""
        pegs = [order for order in self._movers.values() if order.is_peg]
        active = sorted((p for p in pegs if p.price is not None), key=lambda p: (-p.side, priority(p)))
        inactive = sorted((p for p in pegs if p.price is None), key=lambda p: p.place)
        moved: list[tuple[Order, int | None]] = []
        for peg in active + inactive:
            price = self._peg_price(peg)
            furthest = self._discretionary_price(replace(peg, price=price))
            if (price, furthest) != (peg.price, peg.discretionary_px):
                moved.append((peg, price))
                peg.discretionary_px = furthest
        for peg, price in moved:
            if price != peg.price:
                self._reprice(peg, price)
        for peg, price in moved:
            if price is not None and peg.order_id in self._live:
                self._leave(peg)
                self._go(peg)
        return bool(moved)

    def _reprice(self, peg: Order, price: int | None) -> None:
        if price is None and self.policies.peg_without_reference is PegWithoutReference.CANCEL:
            self._end(peg, Reason.NO_REFERENCE)
            return
        self._leave(peg)
        peg.price = price
        if self.policies.peg_time is PegTime.NEW:
            self._new_place(peg)
        self._rest(peg)
        self._tell(ExecType.RESTATED, peg, Reason.PEG)

    # -- time and sessions [9, 10] --------------------------------------------------------------

    def _next_due(self) -> tuple[int, int, int, Callable[[], None]] | None:
        """(when, rank on equal times, place, what)."""
        due: list[tuple[int, int, int, Callable[[], None]]] = []
        for order in self._movers.values():
            if order.time_in_force is GTD:
                due.append((order.terms.expire_at, 0, order.place, partial(self._expire, order)))
        if self._batch_would_act():
            interval = self.policies.batch_interval
            due.append((-(-self._clock // interval) * interval, 1, 0, self._batch))
        if self._limit_since is not None and self.policies.band is not None:
            due.append((self._limit_since + self.policies.band.limit_state, 2, 0, self._pause))
        if self._pause_until is not None:
            due.append((self._pause_until, 2, 0, partial(self._switch, CONTINUOUS)))
        return min(due, key=lambda what: what[:3], default=None)

    def _expire(self, order: Order) -> None:
        self._end(order, Reason.EXPIRED, ExecType.EXPIRED)

    def _pause(self) -> None:
        """The limit state has lasted too long [11]."""
        assert self.policies.band is not None
        self._switch(BookState.VOLATILITY_AUCTION)
        self._pause_until = self._at + self.policies.band.pause

    def _batch_would_act(self) -> bool:
        if not self.policies.batch_interval or self.state is not CONTINUOUS:
            return False
        return bool(self._waiting_for_batch() or self._market_orders_to_end() or self.indicative()[1])

    def _waiting_for_batch(self) -> list[Order]:
        waiting = {o.order_id for o in self._movers.values() if o.time_in_force is IOC}
        return [order for order in self.orders() if order.order_id in waiting]

    def _market_orders_to_end(self) -> list[Order]:
        if self.policies.market_remainder is MarketRemainder.REST:
            return []
        return [order for side in (BUY, SELL) for order in self._market_orders(side)]

    def _market_orders(self, side: Side) -> list[Order]:
        """They stand in front."""
        return list(takewhile(lambda order: order.is_market, self._sides[side]))

    def _batch(self) -> None:
        price, volume, surplus = self._uncross()
        if volume:
            self._tell_state(price, volume, surplus)
        self._end_market_orders(price if volume else None)
        for order in self._waiting_for_batch():
            self._end(order, Reason.IOC_REMAINDER)
        self._bring_to_band()

    def _switch(self, state: BookState) -> None:
        before, price, volume, surplus = self.state, 0, 0, 0
        self._limit_since = self._pause_until = None
        if state is CONTINUOUS or (state is CLOSED and before is BookState.CLOSING_AUCTION):
            price, volume, surplus = self._uncross()
            self._end_all(lambda o: o.time_in_force is OPG or (o.time_in_force is CLOSE and not o.is_early))
            self._end_market_orders(price if volume else None, but=IOC)
        self.state = state
        if state is CLOSED:
            self._end_all(lambda o: o.time_in_force not in (GTC, GTD), Reason.SESSION_END)
        if state is BookState.CLOSING_AUCTION:
            self._join_the_close()
        self._tell_state(price, volume, surplus)
        self._bring_to_band()

    def _end_all(self, ends: Callable[[Order], bool], reason: Reason = Reason.AUCTION_REMAINDER) -> None:
        for order in [order for order in self.orders() if ends(order)]:
            self._end(order, reason)

    def _end_market_orders(self, price: int | None, but: TimeInForce | None = None) -> None:
        """After an uncross at that price (None: nothing traded)."""
        for order in self._market_orders(BUY) + self._market_orders(SELL):
            if order.time_in_force is but:
                continue
            self._leave(order)
            self._market_remainder(order, price)
            if order.order_id in self._live:
                self._rest(order)

    def _join_the_close(self) -> None:
        for order in self._waiting_for_close():
            order.is_early = False
            del self._movers[order.order_id]
            self._new_place(order)
            self._rest(order)

    # -- auctions [10] --------------------------------------------------------------------------

    def indicative(self) -> tuple[int, int, int]:
        """(price, volume, surplus) of an uncross now; (0, 0, 0) when nothing would trade."""
        bids, asks = ([o for o in self._sides[side] if not o.is_peg and not o.terms.min_qty] for side in (BUY, SELL))
        reference = self.last_px or self.policies.reference_px

        def volume_and_surplus(price: int) -> tuple[int, int]:
            demand = sum(o.leaves_qty for o in bids if within(BUY, o.price, price))
            supply = sum(o.leaves_qty for o in asks if within(SELL, o.price, price))
            return min(demand, supply), demand - supply

        outcomes = [(*volume_and_surplus(price), price) for price in self._candidates(bids + asks, reference)]
        most = max((volume for volume, _, _ in outcomes), default=0)
        if not most:
            return 0, 0, 0
        outcomes = [outcome for outcome in outcomes if outcome[0] == most]
        least = min(abs(surplus) for _, surplus, _ in outcomes)
        surplus_at = {price: surplus for _, surplus, price in outcomes if abs(surplus) == least}
        price = self._choice(surplus_at, reference)
        return price, *volume_and_surplus(price)

    def _choice(self, surplus_at: dict[int, int], reference: int) -> int:
        """Of prices with the same volume and size of surplus: by pressure, else near the reference, else the middle."""
        lowest, highest = min(surplus_at), max(surplus_at)
        if all(surplus > 0 for surplus in surplus_at.values()):
            return highest
        if all(surplus < 0 for surplus in surplus_at.values()):
            return lowest
        if reference:
            return min(surplus_at, key=lambda price: (abs(price - reference), price))
        return self._passive(BUY, (lowest + highest) // 2)

    def _candidates(self, orders: list[Order], reference: int) -> list[int]:
        """Ticks at and beside every limit and the reference: between two of them nothing changes."""
        limits = [order.price for order in orders if order.price is not None]
        if not limits:
            return [reference] if reference else []
        corners = limits + ([reference] if reference else [])
        beside = {self._passive(side, price + step) for price in corners for step in (-1, 0, 1) for side in (BUY, SELL)}
        return sorted(price for price in beside if min(corners) <= price <= max(corners))

    def _uncross(self) -> tuple[int, int, int]:
        """Trade all that can trade at one price."""
        price, volume, surplus = self.indicative()
        if not volume:
            return 0, 0, 0
        bids, asks = (
            [o for o in self._sides[side] if not o.is_peg and not o.terms.min_qty and within(side, o.price, price)]
            for side in (BUY, SELL)
        )
        left = volume
        while left:
            buyer, seller = bids[0], asks[0]
            qty = min(buyer.leaves_qty, seller.leaves_qty, left)
            left -= qty
            for order, queue in ((buyer, bids), (seller, asks)):
                order.cum_qty += qty
                self._tell_trade(order, price, qty, Liquidity.AUCTION)
                if not order.leaves_qty:
                    queue.pop(0)
            for order in (buyer, seller):
                self._leave(order)
                if order.leaves_qty:
                    self._rest(order)
                else:
                    self._forget(order)
        self.last_px = price
        if self.policies.band is not None:
            self._recent = [(self._at, price)]
            self._set_band(price)
        return price, volume, surplus

    # -- bands [11] -----------------------------------------------------------------------------

    def _set_band(self, reference: int) -> None:
        self._band_reference = reference
        if self.policies.band is None or not reference:
            return
        width = self.policies.band.width
        lower, upper = (self._nearest(reference * (10_000 + sign * width)) for sign in (-1, 1))
        self.band = (max(lower, 0), max(upper, self._passive(SELL, 1)))

    def _nearest(self, ten_thousandths: int) -> int:
        """The tick nearest to a price given in 1/10,000 of a price unit, half up."""
        if ten_thousandths <= 0:
            return 0
        ticks = self.policies.ticks
        tick = 10_000 * (ticks.at(ten_thousandths // 10_000) if ticks else self.tick)
        return (2 * ten_thousandths + tick) // (2 * tick) * tick // 10_000

    def _move_band(self) -> bool:
        """Move the reference if the rule says so; True if it moved."""
        if self.policies.band is None:
            return False
        reference = self._reference_now(self.policies.band.reference)
        if reference == self._band_reference:
            return False
        self._set_band(reference)
        return True

    def _reference_now(self, rule: BandReference) -> int:
        before = self._band_reference
        self._recent = [(at, price) for at, price in self._recent if at >= self._at - AVERAGE_OVER]
        if rule is BandReference.LAST:
            return self._trades[-1] if self._trades else before
        if not before:
            return self._trades[0] if self._trades else 0
        if rule is BandReference.FIXED or not self._recent:
            return before
        mean = sum(price for _, price in self._recent) // len(self._recent)
        return mean if abs(mean - before) * 100 >= before else before

    def _bring_to_band(self) -> None:
        """Resting orders through the band go to it."""
        for order in [*self._sides[BUY], *self._sides[SELL]]:
            moved = replace(order)
            if self._to_band(moved):
                self._leave(order)
                order.price = moved.price
                self._new_place(order)
                self._enter(order)
                self._tell(ExecType.RESTATED, order, Reason.PRICE_BAND)

    def _look_for_limit_state(self) -> None:
        lower, upper = self.band
        bid, ask = self._best(BUY), self._best(SELL)
        at_the_band = bool(upper) and ((bid is not None and bid >= upper) or (ask is not None and ask <= lower))
        if not at_the_band:
            self._limit_since = None
        elif self._limit_since is None:
            self._limit_since = self._at


def _offered(maker: Order, taker: Order) -> int:
    """Shares of one trade: of an iceberg the shown part, of its reserve and of a hidden order all."""
    return min(maker.shown_qty or maker.leaves_qty, taker.leaves_qty)


class Reach(NamedTuple):
    """How far a taker may go: None and 0 are no bound."""

    limit: int | None
    lower: int
    upper: int
    collar: int | None


# -- what a message says ----------------------------------------------------------------------------------


def _order_of(message: NewOrder, now: int) -> Order:
    """The order in Python integers; the first group of checks [2]."""
    order_id, owner, side, qty, price, tif, terms = message
    if not is_id(order_id) or not is_id(owner):
        raise Refused(Reason.BAD_MESSAGE)
    if not is_qty(qty):
        raise Refused(Reason.BAD_QTY)
    if price is not None and not is_price(price):
        raise Refused(Reason.BAD_PRICE)
    if not is_whole(side) or int(side) not in (1, -1):
        raise Refused(Reason.BAD_SIDE)
    if not is_whole(tif) or int(tif) not in [*TimeInForce]:
        raise Refused(Reason.BAD_TIME_IN_FORCE)
    side, tif, qty = Side(int(side)), TimeInForce(int(tif)), int(qty)
    price = None if price is None else int(price)
    terms = _terms_of(Terms() if terms is None else terms, side, qty, price, tif, now)
    order = Order(int(order_id), int(owner), side, price, qty, tif, terms, budget=terms.budget)
    if order.is_peg:
        order.price, order.cap = None, price
    return order


def _terms_of(terms: object, side: Side, qty: int, price: int | None, tif: TimeInForce, now: int) -> Terms:
    """The terms in Python integers, without what is ignored; BAD_TERMS."""
    if not isinstance(terms, Terms) or not isinstance(terms.post_only, bool) or not isinstance(terms.iso, bool):
        raise Refused(Reason.BAD_TERMS)
    shown = terms.display_qty
    numbers: list[Any] = [*terms._replace(display_qty=shown or 0, post_only=False, iso=False)]
    numbers[_POST_ONLY] = numbers[_ISO] = 0
    if not all(is_id(number) for number in numbers) or isinstance(shown, bool | float):
        raise Refused(Reason.BAD_TERMS)
    numbers = [int(number) for number in numbers]
    numbers[_POST_ONLY], numbers[_ISO] = terms.post_only, terms.iso
    terms = Terms(*numbers)
    if terms.peg not in [*Peg] or not _in_range(terms):
        raise Refused(Reason.BAD_TERMS)
    is_market = price is None and not terms.peg
    ignored = shown is None or is_market or (terms.display_qty and tif in (IOC, FOK))
    terms = terms._replace(peg=Peg(terms.peg), display_qty=None if ignored else terms.display_qty)
    if not _terms_fit(terms, side, qty, price, tif, now):
        raise Refused(Reason.BAD_TERMS)
    return terms


def _in_range(terms: Terms) -> bool:
    sizes = (terms.display_qty or 0, terms.min_qty)
    prices = (terms.stop_px, terms.trail, terms.trail_step, abs(terms.peg_offset))
    return (
        all(0 <= size <= LARGEST_QTY for size in sizes)
        and all(0 <= price <= LARGEST_PRICE for price in prices)
        and min(terms.expire_at, terms.budget) >= 0
    )


def _terms_fit(terms: Terms, side: Side, qty: int, price: int | None, tif: TimeInForce, now: int) -> bool:
    """Do the terms agree with each other and with the order [2]?"""
    is_peg, at_once, is_stop = terms.peg is not Peg.NONE, tif in (IOC, FOK), bool(terms.stop_px or terms.trail)
    is_market = price is None and not is_peg
    is_hidden = is_peg or terms.display_qty == 0
    is_plain_buy = terms == Terms(budget=terms.budget) and is_market and side is BUY and tif in (DAY, GTC, IOC)
    wrong = (
        terms.min_qty > qty,
        terms.min_qty and not (at_once or is_hidden),
        terms.post_only and (at_once or is_market or is_peg),
        is_peg and (is_stop or terms.budget or at_once or terms.display_qty),
        terms.peg is Peg.DISCRETIONARY and terms.peg_offset,
        terms.trail and terms.stop_px,
        terms.trail_step and not terms.trail,
        terms.expire_at and tif is not GTD,
        tif is GTD and (not terms.expire_at or terms.expire_at < now),
        terms.budget and not is_plain_buy,
        tif in (OPG, CLOSE) and (is_stop or is_peg or terms.min_qty),
    )
    return not any(wrong)


def _check_changes(order: Order, terms: Terms) -> None:
    """What a replace may not change [12]."""
    was = order.terms
    changed = (
        was.peg != terms.peg,
        was.budget != terms.budget,
        was.display_qty != terms.display_qty and 0 in (was.display_qty, terms.display_qty),
        not order.is_stop and _stop_terms(order) != (terms.stop_px, terms.trail, terms.trail_step),
        order.is_stop and bool(was.trail) != bool(terms.trail),
        order.is_stop and bool(was.stop_px) != bool(terms.stop_px),
    )
    if any(changed):
        raise Refused(Reason.BAD_TERMS)


def _stop_terms(order: Order) -> tuple[int, int, int]:
    return order.terms.stop_px, order.terms.trail, order.terms.trail_step


def _no_message(_: object) -> None:
    raise Refused(Reason.BAD_MESSAGE)


_ANSWERS: Final[dict[type, Callable[[ObviousBook, Any, int], list[ExecutionReport]]]] = {
    NewOrder: ObviousBook.submit,
    CancelOrder: ObviousBook.cancel,
    ReplaceOrder: ObviousBook.replace,
    ReduceOrder: ObviousBook.reduce,
}

# -- snapshots --------------------------------------------------------------------------------------------

_POST_ONLY: Final = Terms._fields.index("post_only")
_ISO: Final = Terms._fields.index("iso")
_POLICY_NAMES: Final = [field.name for field in fields(Policies)]
_ORDER_FIELDS: Final = [field.name for field in fields(Order)]
_KEPT: Final = (
    "tick",
    "state",
    "last_px",
    "band",
    "_places",
    "_clock",
    "_national",
    "_crumbling",
    "_band_reference",
    "_recent",
    "_limit_since",
    "_pause_until",
    "_top_told",
)


def _plain(value: Any) -> Any:
    """The same in numbers, strings and lists."""
    if isinstance(value, TickTable):
        return _plain(value.rows)
    if isinstance(value, Band):
        return [_plain(getattr(value, field.name)) for field in fields(Band)]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return str(value)
    return int(value) if isinstance(value, IntEnum) else value


def _policies(plain: dict[str, Any]) -> Policies:
    """The policies that were made plain; a name's kind is that of its default."""
    named = {name: type(default)(plain[name]) for name in plain if (default := getattr(PLAIN, name)) is not None}
    if plain["ticks"] is not None:
        named["ticks"] = TickTable(tuple((start, tick) for start, tick in plain["ticks"]))
    if plain["band"] is not None:
        width, reference, limit_state, pause = plain["band"]
        named["band"] = Band(width, BandReference(reference), limit_state, pause)
    return Policies(**named)
