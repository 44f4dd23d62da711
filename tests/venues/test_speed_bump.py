"""Orders that would take wait; what adds or withdraws liquidity goes by."""

from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from venues.messages import CancelOrder, NewOrder, Peg, ReduceOrder, ReplaceOrder, Side, Terms, TimeInForce
from venues.speed_bump import TakerBump

BUY, SELL = Side.BUY, Side.SELL
BID, ASK = 99_9900, 100_0100
TOP = (BID, 200, ASK, 300)
DELAY = 350


def order(side: Side, price: int | None, **terms: Any) -> NewOrder:
    return NewOrder(1, 7, side, 100, price, TimeInForce.DAY, Terms(**terms) if terms else None)


def bump(env: Environment | None = None, top: tuple[int, int, int, int] = TOP, accept: Any = None) -> TakerBump:
    """A gateway in front of a book with that best; order 5 is a live buy."""
    sides = {5: BUY}
    return TakerBump(env or Environment(), DELAY, lambda: top, sides.get, accept or (lambda _message: None))


@pytest.mark.parametrize(
    ("message", "takes"),
    [
        (order(BUY, ASK), True),
        (order(BUY, ASK - 100), False),
        (order(SELL, BID), True),
        (order(SELL, BID + 100), False),
        (order(BUY, None), True),
        (order(SELL, None), True),
        (order(BUY, ASK, post_only=True), False),
        (order(BUY, None, peg=Peg.PRIMARY), False),
        (order(BUY, ASK, stop_px=ASK), False),
        (order(BUY, ASK, display_qty=0), True),
        (CancelOrder(5, 7), False),
        (ReduceOrder(5, 7, 10), False),
        (ReplaceOrder(5, 7, 100, ASK), True),
        (ReplaceOrder(5, 7, 100, ASK - 100), False),
        (ReplaceOrder(6, 7, 100, ASK), False),
    ],
)
def test_what_would_take(message: Any, takes: bool) -> None:
    assert bump().would_take(message) is takes


def test_nothing_takes_from_an_empty_side() -> None:
    assert not bump(top=(BID, 200, 0, 0)).would_take(order(BUY, None))
    assert not bump(top=(0, 0, ASK, 300)).would_take(order(SELL, 1))


def test_takers_are_delayed_in_order_and_the_others_go_by() -> None:
    env = Environment()
    heard: list[tuple[int, Any]] = []
    gateway = bump(env, accept=lambda message: heard.append((env.now, message)))
    first, second, cancel = order(BUY, ASK), order(SELL, None), CancelOrder(5, 7)
    for at, message in ((100, first), (150, second), (200, cancel)):
        env.call_at(at, gateway.receive, message)
    env.run()
    assert heard == [(200, cancel), (450, first), (500, second)]
