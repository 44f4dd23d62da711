"""Bursts of orders at one venue, made to be hard on a race detector: a real book answers, the log keeps it.

A burst is a few messages within some hundred microseconds, some of one instant: orders that take (IOC, FOK, limit and
market, at the best or through several levels), cancels and replaces, of live orders and of some that are gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.tables import RunTables
from sim.log import EventLog
from venues.book import Book
from venues.journal import Journal, Line
from venues.messages import CancelOrder, ExecType, NewOrder, ReduceOrder, ReplaceOrder, Side, Terms, TimeInForce

DAY, IOC, FOK = TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK
BUY, SELL = Side.BUY, Side.SELL
VENUE = 0
US = 1_000
MIDDLE = 100_0000
OFFSETS = (0, 0, 0, 1, 3, 5, 10, 20, 29, 30, 34, 50, 80, 200, 500, 501)
"""Microseconds between two messages of a burst."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What is sent: weights of the kinds of messages, and sizes.

    ``sizes`` are shares; ``reach`` is how many ticks an order may go through the best; ``tick`` is in price units.
    """

    seed: int
    bursts: int = 60
    participants: int = 5
    sizes: tuple[int, ...] = (100, 200, 300)
    reach: int = 2
    tick: int = 100
    ioc: int = 4
    fok: int = 0
    limit: int = 2
    market: int = 0
    cancel: int = 4
    replace: int = 0
    reduce: int = 0
    special: int = 0
    fixed_price: bool = False
    """Replaces and rests stay at the best level: everybody wants the same price."""

    def tables(self) -> RunTables:
        """The log of this flow."""
        return _Sender(self).run()


class _Sender:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.log = EventLog()
        self.journal = Journal.of(self.log)
        self.book = Book(tick=flow.tick)
        self.random = np.random.default_rng(flow.seed)
        self.now, self.seq, self.last_id = 1_000_000, 0, 0
        self.sent: list[tuple[int, int, Side]] = []
        """Orders that may rest: id, owner, side."""
        self.limits: dict[int, int] = {}

    def run(self) -> RunTables:
        for _ in range(self.flow.bursts):
            self.now += int(self.random.integers(1_000, 4_000)) * US
            for side in (BUY, SELL):
                for level in range(1, 4):
                    self._rest(side, level)
            self.now += 2_000 * US
            for _ in range(int(self.random.integers(2, 10))):
                self._send()
                self.now += self._pick(OFFSETS) * US
        self.journal.write()
        agents = [{"id": n, "name": f"firm.{n}", "kind": "firm", "group": "firms"} for n in range(1, 9)]
        venues = [{"id": VENUE, "name": "NYSE", "kind": "lit", "maker_fee": 0, "taker_fee": 0}]
        instrument = {"symbol": "XYZ", "tick": self.flow.tick, "lot": 1, "price": MIDDLE}
        market = {"name": "flow", "venues": venues, "agents": agents, "instrument": instrument, "ended": self.now}
        return RunTables.from_arrays(self.log.arrays(), market)

    def _pick(self, choices: tuple[int, ...]) -> int:
        return choices[int(self.random.integers(len(choices)))]

    def _owner(self) -> int:
        return 1 + int(self.random.integers(self.flow.participants))

    def _qty(self) -> int:
        return self._pick(self.flow.sizes)

    def _new(self, side: Side, price: int | None, tif: TimeInForce, terms: Terms | None = None) -> None:
        self.last_id += 1
        owner = self._owner()
        if tif is DAY and price is not None:
            self.sent.append((self.last_id, owner, side))
            self.limits[self.last_id] = price
        self._handle(NewOrder(self.last_id, owner, side, self._qty(), price, tif, terms))

    def _handle(self, message: NewOrder | CancelOrder | ReplaceOrder | ReduceOrder) -> None:
        self.seq += 1
        reports = self.book.handle(message, self.now)
        assert any(report.exec_type is not ExecType.STATE for report in reports)
        self.journal.entries.append((self.now, self.seq, message, reports, Line(VENUE, (0, 0, 0, 0))))

    def _rest(self, side: Side, level: int) -> None:
        """An order that does not take, unless the middle has moved there."""
        terms = None
        if self.flow.special:
            shown = self._pick((-1, 0, 50))
            terms = Terms(display_qty=None if shown < 0 else shown, post_only=bool(self.random.integers(2)))
        self._new(side, MIDDLE - side * level * self.flow.tick, DAY, terms)

    def _send(self) -> None:
        flow = self.flow
        kinds = ("ioc", "fok", "limit", "market", "cancel", "replace", "reduce")
        weights = np.array([getattr(flow, kind) for kind in kinds])
        kind = kinds[int(np.searchsorted(np.cumsum(weights), self.random.integers(weights.sum()), side="right"))]
        if kind in ("cancel", "replace", "reduce"):
            self._change(kind)
            return
        side = BUY if self.random.integers(2) else SELL
        if kind == "market":
            self._new(side, None, DAY)
            return
        self._new(side, self._through(side), {"ioc": IOC, "fok": FOK, "limit": DAY}[kind])

    def _through(self, side: Side) -> int:
        bid, _, ask, _ = self.book.top()
        best = (ask if side is BUY else bid) or MIDDLE
        return best + side * int(self.random.integers(self.flow.reach + 1)) * self.flow.tick

    def _change(self, kind: str) -> None:
        recent = self.sent[-12:]
        order, owner, side = recent[int(self.random.integers(len(recent)))]
        if kind == "cancel":
            self._handle(CancelOrder(order, owner))
        elif kind == "reduce":
            self._handle(ReduceOrder(order, owner, self._qty()))
        else:
            step = 0 if self.flow.fixed_price else int(self.random.integers(-2, 3))
            price = self.limits[order] + side * step * self.flow.tick
            self.limits[order] = price
            self._handle(ReplaceOrder(order, owner, self._qty(), price))
