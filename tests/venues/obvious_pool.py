"""A slow, obvious dark pool, written from the rules alone: one list of orders, every question asked of all of it.

It says less than a report: (what, order id, shares, reason). Kinds: NEW, TRADE (maker's then taker's), CANCELED, ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from venues.messages import CancelOrder, ConditionalOrder, NewOrder, ReduceOrder, ReplaceOrder, Side, TimeInForce
from venues.policies import MinQtyMode
from venues.pool_policies import PoolPolicies, Priority, Unanswered

Said = tuple[str, int, int]
"""(kind of report, order id, shares traded)."""


@dataclass(eq=False)
class Order:
    """One order; ``conditional`` or firm."""

    id: int
    owner: int
    side: Side
    limit: int | None
    open: int
    time: int
    tif: TimeInForce
    least: int = 0
    done: int = 0
    conditional: bool = False
    deadline: int | None = None
    lapsed: int = -1
    partner: Order | None = field(default=None, repr=False)


class ObviousPool:
    """Knows no prices besides the midpoint; all orders that it is sent are well formed."""

    def __init__(self, policies: PoolPolicies) -> None:
        self.policies = policies
        self.orders: list[Order] = []
        self.midpoint: int | None = None
        self.count = 0
        self.said: list[Said] = []

    # -- what is done to it

    def refer(self, midpoint: int | None, now: int) -> list[Said]:
        if midpoint == self.midpoint:
            return []
        self.lapse(now)
        self.midpoint = midpoint
        self.come_to_rest(now)
        return self.speak()

    def send(self, message: Any, now: int) -> list[Said]:
        self.lapse(now)
        mine = next((order for order in self.orders if order.id == message.order_id), None)
        match message:
            case ConditionalOrder():
                self.come(message, conditional=True)
            case NewOrder() if mine is not None:
                self.answer(mine, message)
            case NewOrder():
                self.come(message)
            case _ if mine is None:
                self.say("CANCEL_REJECTED", message.order_id)
            case CancelOrder():
                self.end(mine)
            case ReduceOrder():
                self.shrink(mine, mine.open - message.qty)
            case ReplaceOrder():
                self.replace(mine, message)
        self.come_to_rest(now)
        return self.speak()

    def advance(self, now: int) -> list[Said]:
        self.lapse(now)
        return self.speak()

    # -- messages

    def come(self, message: Any, conditional: bool = False) -> None:
        least = message.min_qty if conditional else message.terms.min_qty if message.terms else 0
        tif = TimeInForce.DAY if conditional else message.time_in_force
        order = Order(
            *(message.order_id, message.owner, message.side, message.price, message.qty, self.next(), tif, least)
        )
        order.conditional = conditional
        self.say("NEW", order.id)
        if conditional:
            self.orders.append(order)
        else:
            self.meet(order)

    def answer(self, order: Order, message: NewOrder) -> None:
        assert order.deadline is not None, "only the invited are answered"
        self.orders.remove(order)
        order.conditional, order.deadline, order.lapsed = False, None, -1
        if order.partner is not None and order.partner.deadline is None:
            self.part(order)  # no invitation of theirs is out any more
        order.open, order.limit, order.tif = message.qty, message.price, message.time_in_force
        order.least = message.terms.min_qty if message.terms else 0
        self.say("NEW", order.id)
        self.meet(order)

    def replace(self, order: Order, message: ReplaceOrder) -> None:
        if message.qty <= order.done:
            self.end(order)
            return
        left = message.qty - order.done
        if message.price == order.limit and left <= order.open:
            self.shrink(order, left)
            return
        self.say("REPLACED", order.id)
        order.limit, order.open, order.time = message.price, left, self.next()
        if not order.conditional:
            self.orders.remove(order)
            self.meet(order)

    def shrink(self, order: Order, left: int) -> None:
        if left <= 0:
            self.end(order)
        else:
            order.open = left
            self.say("REPLACED", order.id)

    def meet(self, order: Order) -> None:
        """A firm order comes (it is in no list): it trades with the first it may trade with, again and again."""
        together = self.policies.min_qty is MinQtyMode.AGGREGATE
        least = 0 if together else order.least
        there = {id(other): other.open for other in self.orders}
        left, trades = order.open, []
        while left:
            for other in self.ranked(self.firm(-order.side)):
                shares = min(left, there[id(other)])
                own_least = min(max(least, self.policies.min_execution), left)
                its_least = min(max(other.least, self.policies.min_execution), there[id(other)])
                if shares and self.agree(order) and self.agree(other) and shares >= own_least and shares >= its_least:
                    break
            else:
                break
            trades.append((other, shares))
            there[id(other)] -= shares
            left -= shares
        if together and order.open - left < min(order.least, order.open):
            trades = []
        if order.tif is TimeInForce.FOK and sum(shares for _, shares in trades) < order.open:
            self.say("CANCELED", order.id)
            self.part(order)
            return
        for other, shares in trades:
            self.trade(order, other, shares)
        waits = order.partner is not None and order.partner.deadline is not None
        if order.open and order.tif in (TimeInForce.IOC, TimeInForce.FOK) and not waits:
            self.say("CANCELED", order.id)
            self.part(order)
        elif order.open:
            self.orders.append(order)
        else:
            self.part(order)

    # -- what follows from itself

    def come_to_rest(self, now: int) -> None:
        while self.a_pair_trades():
            pass
        for order in self.firm(Side.BUY) + self.firm(Side.SELL):
            waits = order.partner is not None and order.partner.deadline is not None
            if order.tif is TimeInForce.IOC and not waits:
                self.end(order)
        while self.a_pair_negotiates(now):
            pass

    def a_pair_trades(self) -> bool:
        """One pass of the sells, in priority; each meets the buys."""
        before = len(self.said)
        for sell in self.ranked(self.firm(Side.SELL)):
            again = True
            while again and sell.open:
                again = False
                for buy in self.ranked(self.firm(Side.BUY)):
                    shares = self.tradable(sell, buy)
                    if shares:
                        self.trade(sell, buy, shares)
                        again = True
                        break
        return len(self.said) > before

    def a_pair_negotiates(self, now: int) -> bool:
        for conditional in (False, True):
            for order in self.ranked([o for o in self.orders if o.conditional]):
                for other in self.ranked([o for o in self.orders if o.conditional is conditional]):
                    if self.may_negotiate(order, other):
                        order.partner, other.partner = other, order
                        for invited in (order, other):
                            if invited.conditional:
                                invited.deadline = now + self.policies.firm_up
                                self.say("INVITED", invited.id)
                        return True
        return False

    def may_negotiate(self, order: Order, other: Order) -> bool:
        return (
            order.side != other.side
            and order.owner != other.owner
            and order.deadline is None
            and other.deadline is None
            and other.partner is None
            and other.tif is not TimeInForce.IOC
            and other.time > order.lapsed
            and order.time > other.lapsed
            and self.tradable(order, other) > 0
        )

    def lapse(self, now: int) -> None:
        late = [order for order in self.orders if order.deadline is not None and order.deadline < now]
        for order in sorted(late, key=lambda order: (order.deadline, order.time)):
            order.deadline = None
            self.part(order)
            if self.policies.unanswered is Unanswered.CANCEL:
                self.orders.remove(order)
                self.say("CANCELED", order.id)
            else:
                order.time = order.lapsed = self.next()
                self.say("RESTATED", order.id)
        if late:
            self.come_to_rest(now)

    # -- small words

    def tradable(self, a: Order, b: Order) -> int:
        shares = min(a.open, b.open)
        enough = all(shares >= min(max(o.least, self.policies.min_execution), o.open) for o in (a, b))
        return shares if enough and self.agree(a) and self.agree(b) else 0

    def agree(self, order: Order) -> bool:
        if self.midpoint is None:
            return False
        return order.limit is None or (order.limit - self.midpoint) * order.side >= 0

    def firm(self, side: int) -> list[Order]:
        return [order for order in self.orders if order.side == side and not order.conditional]

    def ranked(self, orders: list[Order]) -> list[Order]:
        orders = sorted(orders, key=lambda order: order.time)
        if self.policies.priority is Priority.SIZE:
            orders.sort(key=lambda order: order.open, reverse=True)
        return orders

    def trade(self, a: Order, b: Order, shares: int) -> None:
        for order in sorted((a, b), key=lambda order: order.time):
            order.open -= shares
            order.done += shares
            self.say("TRADE", order.id, shares)
        for order in (a, b):
            if not order.open:
                if order in self.orders:
                    self.orders.remove(order)
                self.part(order)

    def end(self, order: Order) -> None:
        self.orders.remove(order)
        order.deadline = None
        self.part(order)
        self.say("CANCELED", order.id)

    def part(self, order: Order) -> None:
        if order.partner is not None:
            order.partner.partner = None
        order.partner = None

    def next(self) -> int:
        self.count += 1
        return self.count

    def say(self, kind: str, order_id: int, shares: int = 0) -> None:
        self.said.append((kind, order_id, shares))

    def speak(self) -> list[Said]:
        said, self.said = self.said, []
        return said
