"""The pool and the obvious pool are told the same and must say the same, whatever the policies."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

import pytest

from tests.venues.obvious_pool import ObviousPool, Said
from venues.dark import MidpointBook
from venues.messages import (
    CancelOrder,
    ConditionalOrder,
    ExecutionReport,
    NewOrder,
    PoolMessage,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.policies import MinQtyMode
from venues.pool_policies import Conditionals, PoolPolicies, Priority, Unanswered

MID = 100_0000
DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


class Both:
    """Two pools under one stream of messages, and the ids that are open."""

    def __init__(self, policies: PoolPolicies, seed: int) -> None:
        self.draw = random.Random(seed)
        self.fast, self.slow = MidpointBook(policies=policies), ObviousPool(policies)
        self.takes_conditionals = policies.conditionals is not Conditionals.NONE
        self.now = self.last_id = 0
        self.heard: Counter[str] = Counter()

    def step(self) -> None:
        self.now += self.draw.choice((0, 1, 5, 40))
        chance = self.draw.random()
        if chance < 0.15:
            mid = self.draw.choice((None, *(MID + 50 * step for step in (-2, -1, 0, 1, 2))))
            bid, ask = (mid - 50, mid + 50) if mid else (0, MID)
            self.compare("reference", self.fast.set_reference(bid, ask, self.now), self.slow.refer(mid, self.now))
        elif chance < 0.2:
            self.compare("time", self.fast.advance(self.now), self.slow.advance(self.now))
        else:
            message = self.message()
            self.compare(message, self.fast.handle(message, self.now), self.slow.send(message, self.now))

    def compare(self, cause: object, fast: list[ExecutionReport], slow: list[Said]) -> None:
        short = [(report.exec_type.name, report.order_id, report.last_qty) for report in fast]
        assert short == slow, f"at {self.now}: {cause}"
        self.heard.update(kind for kind, _, _ in short)
        assert len(self.fast) == len(self.slow.orders)
        for order in self.slow.orders:
            found = self.fast.find(order.id)
            assert found is not None
            assert (found.leaves_qty, found.cum_qty) == (order.open, order.done)

    def message(self) -> PoolMessage:
        draw = self.draw
        invited = [order for order in self.slow.orders if order.deadline is not None]
        if invited and draw.random() < 0.4:
            order = draw.choice(invited)
            late = order.deadline is not None and order.deadline < self.now
            self.last_id += late
            return self.firm(self.last_id if late else order.id, order.owner, order.side)
        there = [order.id for order in self.slow.orders]
        if len(there) > 3 and (len(there) > 15 or draw.random() < 0.35):
            order = draw.choice(self.slow.orders)
            qty, limit = draw.randint(1, 9), self.limit() or MID
            last: tuple[PoolMessage, ...] = (
                CancelOrder(order.id, order.owner),
                ReplaceOrder(order.id, order.owner, qty, limit),
                ReplaceOrder(order.id, order.owner, qty, order.limit or MID),
                ReduceOrder(order.id, order.owner, draw.randint(1, 5)),
            )
            return draw.choice(last)
        self.last_id += 1
        side = draw.choice((Side.BUY, Side.SELL))
        if self.takes_conditionals and draw.random() < 0.4:
            qty = draw.randint(1, 9)
            least = draw.choice((0, 0, draw.randint(1, qty)))
            return ConditionalOrder(self.last_id, draw.randint(1, 3), side, qty, self.limit(), least)
        return self.firm(self.last_id, draw.randint(1, 3), side)

    def firm(self, order_id: int, owner: int, side: Side) -> NewOrder:
        qty = self.draw.randint(1, 9)
        least = self.draw.choice((0, 0, self.draw.randint(1, qty)))
        tif = self.draw.choice((DAY, DAY, GTC, IOC, FOK))
        return NewOrder(order_id, owner, side, qty, self.limit(), tif, Terms(min_qty=least) if least else None)

    def limit(self) -> int | None:
        return self.draw.choice((None, *(MID + 50 * step for step in range(-3, 4))))


WAYS = list(product(Priority, MinQtyMode, (1, 3), (Conditionals.NONE, Conditionals.ALLOWED), Unanswered))


@pytest.mark.parametrize(
    ("priority", "min_qty", "min_execution", "conditionals", "unanswered"),
    WAYS,
    ids=["-".join(str(part) for part in way) for way in WAYS],
)
def test_two_pools_say_the_same(
    priority: Priority,
    min_qty: MinQtyMode,
    min_execution: int,
    conditionals: Conditionals,
    unanswered: Unanswered,
):
    policies = PoolPolicies(
        priority=priority,
        min_qty=min_qty,
        min_execution=min_execution,
        conditionals=conditionals,
        unanswered=unanswered,
        firm_up=30,
    )
    both = Both(policies, seed=7)
    for _ in range(1_000):
        both.step()
    kinds = {"NEW", "TRADE", "CANCELED", "REPLACED"}
    if conditionals is not Conditionals.NONE:
        kinds |= {"INVITED", "RESTATED"} if unanswered is Unanswered.REQUEUE else {"INVITED"}
    assert kinds == {kind for kind, times in both.heard.items() if times >= 10}, "all that can be is often"
