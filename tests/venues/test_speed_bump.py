"""Orders that would take wait; what adds or withdraws liquidity goes by."""

from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from tests.venues.builders import IOC, MAKER, TAKER, buy
from tests.venues.rig import Client, lit_venue, with_orders
from venues.messages import CancelOrder, ExecType, NewOrder, Peg, ReduceOrder, ReplaceOrder, Side, Terms, TimeInForce
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


# -- at a venue -------------------------------------------------------------------------------------


def test_a_maker_gets_away_from_a_taker_who_was_there_first() -> None:
    """The cancel leaves 200 ns after the order that would have taken; the bump is 350 ns."""
    venue = lit_venue(taker_bump=DELAY)
    maker = with_orders(venue, asks=[(ASK, 300)])
    taker = Client(venue)
    now = venue.env.now
    taker.says(buy(300, limit=ASK, tif=IOC), at=now + 100)
    maker.says(CancelOrder(1, MAKER), at=now + 300)
    assert [report.exec_type for report in taker.reports()] == [ExecType.NEW, ExecType.CANCELED]


def test_a_cancel_does_not_find_an_order_that_still_waits_in_the_bump() -> None:
    venue = lit_venue(taker_bump=DELAY)
    with_orders(venue, asks=[(ASK, 300)])
    taker = Client(venue)
    order = buy(300, limit=ASK)
    taker.says(order, CancelOrder(order.order_id, TAKER))
    assert [report.exec_type for report in taker.reports()] == [
        ExecType.CANCEL_REJECTED,
        ExecType.NEW,
        ExecType.TRADE,
    ]


def test_a_replace_into_the_other_side_waits() -> None:
    venue = lit_venue(taker_bump=DELAY)
    with_orders(venue, asks=[(ASK, 300)])
    taker = Client(venue, to=100, back=50)
    order = buy(300, limit=BID)
    taker.says(order)
    taker.hears()
    sent = venue.env.now
    taker.says(ReplaceOrder(order.order_id, TAKER, 300, ASK))
    assert {at - sent for at, _ in taker.hears()} == {100 + DELAY + 10 + 50}
