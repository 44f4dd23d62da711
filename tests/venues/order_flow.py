"""Random order flow for a book: mostly sensible, sometimes refused, dense enough that orders meet all the time.

`Flow` and `recorded` know plain orders. `EveryKind` knows everything in docs/matching.md, for any policies: its prices,
sizes and owners are few and time is short, so that minima, self-trades, refreshes, triggers and auctions happen often.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Message,
    NewOrder,
    Peg,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.policies import PLAIN, Band, BandReference, OddLots, OffTick, Policies, TickTable

TICK = 100
MIDDLE = 1_000
"""Ticks around which prices are drawn."""
OWNERS = (1, 2, 3)
SECOND = 1_000_000_000
DAY, GTC, GTD = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
TIMES_IN_FORCE = (DAY, DAY, GTC, IOC, FOK)


class Flow:
    """``flow.next()`` gives a message, ``flow.hear(reports)`` tells it what became of it."""

    def __init__(self, seed: int, width: int = 8, orders: int = 30) -> None:
        self.draw = random.Random(seed)
        self.width = width
        """Prices are within so many ticks of the middle."""
        self.orders = orders
        """About so many orders rest."""
        self.live: dict[int, tuple[int, Side, int]] = {}
        self._ids = 0

    def next(self) -> Message:
        kind = self.draw.random()
        crowded = len(self.live) / self.orders
        if not self.live or kind < 0.55 / max(1.0, crowded):
            return self._order()
        if kind < 0.6:
            return self._odd()
        return self._replace() if kind < 0.8 else self._cancel()

    def hear(self, reports: list[ExecutionReport]) -> None:
        for report in reports:
            if report.exec_type in (ExecType.REJECTED, ExecType.CANCEL_REJECTED, ExecType.STATE):
                continue
            if report.leaves_qty and report.price is not None:
                self.live[report.order_id] = (report.owner, report.side, report.price)
            else:
                self.live.pop(report.order_id, None)

    def _order(self) -> NewOrder:
        self._ids += 1
        side = self.draw.choice((Side.BUY, Side.SELL))
        price = None if self.draw.random() < 0.08 else self._price(side)
        return NewOrder(self._ids, self.draw.choice(OWNERS), side, self._qty(), price, self.draw.choice(TIMES_IN_FORCE))

    def _cancel(self) -> CancelOrder:
        order_id = self.draw.choice(list(self.live))
        return CancelOrder(order_id, self.live[order_id][0])

    def _replace(self) -> ReplaceOrder:
        order_id = self.draw.choice(list(self.live))
        owner, side, price = self.live[order_id]
        if self.draw.random() < 0.5:
            price = self._price(side)
        return ReplaceOrder(order_id, owner, self._qty(), price)

    def _odd(self) -> Message:
        """Something that is, or may be, refused."""
        order_id = self.draw.choice(list(self.live))
        owner, side, price = self.live[order_id]
        odd: list[Message] = [
            NewOrder(order_id, owner, side, 5, price),
            NewOrder(self._ids + 1, owner, side, self.draw.randint(-3, 0), price),
            NewOrder(self._ids + 1, owner, side, 5, price + self.draw.randint(1, TICK - 1)),
            NewOrder(self._ids + 1, owner, side, 5, -price),
            CancelOrder(order_id, owner + 1),
            CancelOrder(self.draw.randint(1, self._ids), owner),
            ReplaceOrder(order_id, owner, self.draw.randint(-1, 2), price),
            ReplaceOrder(order_id, owner, 5, price + 1),
            ReplaceOrder(self.draw.randint(1, self._ids), owner, 5, price),
        ]
        return self.draw.choice(odd)

    def _qty(self) -> int:
        return self.draw.choice((1, 2, 3, 5, 8, 13, 40))

    def _price(self, side: Side) -> int:
        """Around the middle, buys lower than sells, often crossing."""
        return TICK * (MIDDLE - int(side) * self.draw.randint(-self.width // 2, self.width))


def recorded(seed: int, messages: int, **options: int) -> Iterator[Message]:
    """The same flow as a plain list of messages, made against the obvious book."""
    from venues.obvious_book import ObviousBook

    flow, book = Flow(seed, **options), ObviousBook(TICK)
    for now in range(messages):
        message = flow.next()
        flow.hear(book.handle(message, now))
        yield message


# -- every kind of order, every policy --------------------------------------------------------------------


class SetState(NamedTuple):
    state: BookState


class SetReference(NamedTuple):
    bid: int
    ask: int


class SetCrumbling(NamedTuple):
    bid: bool
    ask: bool


class Advance(NamedTuple):
    """Time passes, nobody speaks."""


Command = Any
"""A message (or what is none), `SetState`, `SetReference`, `SetCrumbling` or `Advance`."""


def told(book: Any, command: Command, now: int) -> list[ExecutionReport]:
    """What the book answers."""
    if isinstance(command, SetState):
        return list(book.set_state(command.state, now))
    if isinstance(command, SetReference):
        return list(book.set_reference(command.bid, command.ask, now))
    if isinstance(command, SetCrumbling):
        return list(book.set_crumbling(command.bid, command.ask, now))
    if isinstance(command, Advance):
        return list(book.advance(now))
    return list(book.handle(command, now))


TICK_TABLE = TickTable(((0, TICK // 2), (MIDDLE * TICK, TICK)))


def random_policies(draw: random.Random, **fixed: Any) -> Policies:
    """Each answer one of its values; the dearer ones (bands, batches, lots, tick tables) in a part of the venues."""
    named: dict[str, Any] = {}
    for name in Policies.__dataclass_fields__:
        default = getattr(PLAIN, name)
        if hasattr(type(default), "__members__"):
            named[name] = draw.choice(list(type(default)))
    named["odd_lots"] = OddLots.REJECT if draw.random() < 0.1 else OddLots.ACCEPT
    named["off_tick"] = draw.choice((OffTick.REJECT, OffTick.ROUND))
    named["lot"] = 2
    named["reference_px"] = draw.choice((0, MIDDLE * TICK))
    named["collar"] = draw.choice((0, 0, 30))
    named["ticks"] = TICK_TABLE if draw.random() < 0.2 else None
    named["batch_interval"] = 10 * SECOND if draw.random() < 0.15 else 0
    if draw.random() < 0.35:
        named["band"] = Band(draw.choice((20, 40)), draw.choice(list(BandReference)), 30 * SECOND, 20 * SECOND)
    return Policies(**{**named, **fixed})


class EveryKind:
    """``flow.next(live)`` gives a command and its time; ``live`` are the orders in the book now."""

    def __init__(self, seed: int, policies: Policies, width: int = 5, orders: int = 14, odd: bool = True) -> None:
        self.draw = random.Random(seed)
        self.policies = policies
        self.width = width
        self.orders = orders
        self.odd = odd
        """Nonsense too."""
        self.now = 1
        self._ids = 0
        self._state = BookState.CONTINUOUS

    def next(self, live: list[Any]) -> tuple[Command, int]:
        self.now += self._pause()
        kind, crowded = self.draw.random(), len(live) / self.orders
        if kind < (0.015 if self._state is BookState.CONTINUOUS else 0.1):
            return self._next_state(), self.now
        if 0.1 < kind < 0.13:
            return self._reference(), self.now
        if 0.13 < kind < 0.145:
            return Advance(), self.now
        if 0.145 < kind < 0.16:
            return SetCrumbling(*self.draw.choice(((True, False), (False, True), (False, False)))), self.now
        if self.odd and 0.16 < kind < 0.18:
            return self._nonsense(live), self.now
        if not live or kind < 0.72 / max(1.0, crowded):
            return self._order(), self.now
        return self._change(self.draw.choice(live)), self.now

    def _pause(self) -> int:
        if self.draw.random() < 0.005:
            return self.draw.choice((100, 350)) * SECOND
        return self.draw.choice((0, 0, 1, SECOND, SECOND, 2 * SECOND, 5 * SECOND))

    def _next_state(self) -> SetState:
        self._state = BookState.CONTINUOUS if self.draw.random() < 0.5 else self.draw.choice(list(BookState))
        return SetState(self._state)

    def _reference(self) -> SetReference:
        bid = TICK * (MIDDLE + self.draw.randint(-self.width, self.width))
        ask = bid + self.draw.choice((-50, 0, 50, 100, 150, 200, 300))
        return SetReference(*self.draw.choice(((bid, ask), (bid, ask), (bid, ask), (0, ask), (bid, 0), (0, 0))))

    def _order(self) -> NewOrder:
        self._ids += 1
        side = self.draw.choice((Side.BUY, Side.SELL))
        qty, price = self._qty(), self._price(side)
        tif = self.draw.choice((DAY, DAY, DAY, GTC, GTC, GTD, IOC, IOC, FOK))
        if self.draw.random() < 0.05:
            tif = self.draw.choice((TimeInForce.OPG, TimeInForce.CLOSE))
        order = NewOrder(self._ids, self.draw.choice(OWNERS), side, qty, price, tif)
        if tif is GTD:
            order = order._replace(terms=Terms(expire_at=self.now + self.draw.randint(0, 40) * SECOND))
        if self.draw.random() < 0.6:
            kinds = (
                self._market,
                self._iceberg,
                self._iceberg,
                self._hidden,
                self._hidden,
                self._picky,
                self._post_only,
                self._pegged,
                self._pegged,
                self._stop,
                self._stop,
                self._trail,
                self._budget,
                self._anything,
            )
            order = self.draw.choice(kinds if self.odd else kinds[:-1])(order)
        return order

    def _with(self, order: NewOrder, **terms: Any) -> NewOrder:
        return order._replace(terms=(order.terms or Terms())._replace(**terms))

    def _market(self, order: NewOrder) -> NewOrder:
        return order._replace(price=None)

    def _iceberg(self, order: NewOrder) -> NewOrder:
        return self._with(order, display_qty=self.draw.randint(1, 5))._replace(qty=self.draw.randint(2, 20))

    def _hidden(self, order: NewOrder) -> NewOrder:
        return self._with(order, display_qty=0, min_qty=self.draw.choice((0, 0, self.draw.randint(1, order.qty))))

    def _picky(self, order: NewOrder) -> NewOrder:
        return self._with(order._replace(time_in_force=IOC, terms=None), min_qty=self.draw.randint(1, order.qty))

    def _post_only(self, order: NewOrder) -> NewOrder:
        tif = DAY if order.time_in_force in (IOC, FOK) else order.time_in_force
        return self._with(order._replace(time_in_force=tif), post_only=True, display_qty=self.draw.choice((None, 0)))

    def _pegged(self, order: NewOrder) -> NewOrder:
        tif = DAY if order.time_in_force in (IOC, FOK) else order.time_in_force
        capped = order.price if self.draw.random() < 0.5 else None
        offset = self.draw.choice((0, 0, 0, TICK, -TICK, TICK // 2))
        peg = self.draw.choice((Peg.PRIMARY, Peg.MIDPOINT, Peg.DISCRETIONARY, Peg.DISCRETIONARY, Peg.MARKET))
        if peg is Peg.DISCRETIONARY and self.draw.random() < 0.9:
            offset = 0
        minimum = self.draw.choice((0, 0, min(3, order.qty)))
        return self._with(order._replace(time_in_force=tif, price=capped), peg=peg, peg_offset=offset, min_qty=minimum)

    def _stop(self, order: NewOrder) -> NewOrder:
        order = order._replace(price=self.draw.choice((None, order.price)))
        far = order.side * self.draw.randint(-1, 3) * TICK
        return self._with(order, stop_px=MIDDLE * TICK + far, post_only=bool(order.price) and self.draw.random() < 0.15)

    def _trail(self, order: NewOrder) -> NewOrder:
        order = order._replace(price=self.draw.choice((None, order.price)))
        return self._with(order, trail=self.draw.randint(1, 3) * TICK, trail_step=self.draw.choice((0, 0, 2 * TICK)))

    def _budget(self, order: NewOrder) -> NewOrder:
        order = order._replace(side=Side.BUY, price=None, time_in_force=self.draw.choice((DAY, GTC, IOC)), terms=None)
        return self._with(order, budget=self.draw.randint(1, 8 * MIDDLE * TICK))

    def _anything(self, order: NewOrder) -> NewOrder:
        """Terms that may contradict each other."""
        draw, some = self.draw, Terms()
        for name in draw.sample(Terms._fields, draw.randint(1, 3)):
            values = {"post_only": (True, 1), "peg": (*Peg, 7), "display_qty": (None, 0, 3, -1, 2.0)}
            choices = values.get(name, (-1, 1, 5, TICK, MIDDLE * TICK, 10**13, True, "x", np.int64(3)))
            some = some._replace(**{name: draw.choice(choices)})
        return order._replace(terms=some, price=draw.choice((None, order.price)))

    def _change(self, order: Any) -> Message:
        kind, owner = self.draw.random(), order.owner if self.draw.random() < 0.97 else order.owner + 1
        if kind < 0.35:
            return CancelOrder(order.order_id, owner)
        if kind < 0.5:
            return ReduceOrder(order.order_id, owner, self._qty() - 1)
        price = order.price if self.draw.random() < 0.5 else self._price(order.side)
        if order.terms is not None and order.terms.peg:
            price = self.draw.choice((None, self._price(order.side)))
        elif price is None and self.draw.random() < 0.5:
            price = self._price(order.side)
        qty = self.draw.choice((order.cum_qty + order.leaves_qty, order.leaves_qty, order.cum_qty + self._qty()))
        return ReplaceOrder(order.order_id, owner, qty, price, self._other_terms(order))  # type: ignore[arg-type]

    def _other_terms(self, order: Any) -> Terms | None:
        if self.draw.random() < 0.7:
            return None
        terms = order.terms or Terms()
        name = self.draw.choice(("display_qty", "min_qty", "stop_px", "trail", "post_only", "peg_offset", "expire_at"))
        values = {"post_only": not terms.post_only, "display_qty": self.draw.choice((0, 2, 4, None))}
        if name in ("stop_px", "trail") and getattr(terms, name):
            values[name] = getattr(terms, name) + self.draw.choice((-TICK, 0, TICK))
        if name == "expire_at":
            values[name] = self.now + 10 * SECOND
        return terms._replace(**{name: values.get(name, self.draw.choice((0, 1, 2, TICK)))})

    def _nonsense(self, live: list[Any]) -> Command:
        """No message, or one whose fields are of a wrong or an unusual kind."""
        self._ids += 1
        draw, price = self.draw, TICK * MIDDLE
        known = draw.choice(live).order_id if live else 1
        order = NewOrder(self._ids, 1, Side.BUY, 5, price)
        return draw.choice(
            (
                None,
                "B x 5@100",
                (1, 2, 3),
                order._replace(order_id=known),
                order._replace(order_id=draw.randint(1, self._ids)),
                order._replace(order_id=np.int64(self._ids), owner=np.int32(2), qty=np.int64(3), price=np.int64(price)),
                order._replace(side=-1, time_in_force=1),
                order._replace(order_id=1 << 63),
                order._replace(owner=None),
                order._replace(qty=draw.choice((0, -1, 2.0, True, 10**9 + 1, "5", np.float64(3)))),
                order._replace(price=draw.choice((0, -TICK, 2.0, True, 10**12 + TICK, "5", price + 1, price - 1))),
                order._replace(side=draw.choice((0, 2, None, 1.0))),
                order._replace(time_in_force=draw.choice((5, -1, None, "DAY"))),
                order._replace(terms=draw.choice(((), "x", 5, Terms(min_qty=2)))),
                CancelOrder(np.int64(known), np.int64(1)),
                CancelOrder(draw.choice((1.0, "x", None, True)), 1),  # type: ignore[arg-type]
                ReduceOrder(known, 1, draw.choice((0, -1, 1.0, True, np.int64(1)))),  # type: ignore[arg-type]
                ReplaceOrder(known, 1, draw.choice((0, 2.0, None)), price),  # type: ignore[arg-type]
                ReplaceOrder(known, 1, 5, draw.choice((0, None, 2.0, price + 1))),  # type: ignore[arg-type]
            )
        )

    def _qty(self) -> int:
        qty = self.draw.choice((1, 2, 3, 4, 5, 8, 12))
        return 2 * qty if self.policies.odd_lots is OddLots.REJECT and self.draw.random() < 0.9 else qty

    def _price(self, side: Side) -> int:
        ticks = MIDDLE - int(side) * self.draw.randint(-self.width // 2, self.width)
        return TICK * ticks + (self.draw.randint(1, TICK - 1) if self.odd and self.draw.random() < 0.02 else 0)
