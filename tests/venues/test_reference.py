from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import MAKER, buy, cancel, fills, kinds, sell
from tests.venues.rig import FEES, Client, lit_venue, quote, with_orders
from venues.dark import DarkPool
from venues.lit import LitVenue
from venues.reference import DirectReference, SipReference
from venues.sip import DirectBoard, Sip

LINK, PROCESSING, LAST_MILE = 100, 20, 50
SERVICE = 10


class Market:
    """Two lit venues and a pool that sees them through the SIP or through their direct feeds."""

    def __init__(self, feed: str) -> None:
        self.env, log = Environment(), EventLog()
        self.lit = [lit_venue(self.env, number, name, log=log) for number, name in enumerate(("NYSE", "BATS"))]
        self.makers = [Client(venue, owner=MAKER) for venue in self.lit]
        self.reference: SipReference | DirectReference
        if feed == "sip":
            sip = Sip(self.env, self.lit, [LINK, LINK], lambda: PROCESSING, log)
            self.reference = SipReference(sip.view(self.env, LAST_MILE))
            self.delay = LINK + PROCESSING + LAST_MILE
        else:
            self.reference = DirectReference(DirectBoard(self.lit, self.env, [LINK, LINK]))
            self.delay = LINK
        self.pool = DarkPool(self.env, 2, "SIGMA_DARK", FEES, SERVICE, log, self.reference)

    def shows(self, venue: int, *orders: Any, at: int) -> None:
        """Orders that take effect at this venue at ``at`` (its link and its station counted in)."""
        for order in orders:
            self.makers[venue].says(order._replace(owner=MAKER), at=at - 110)


@pytest.fixture(params=["sip", "direct"])
def market(request: pytest.FixtureRequest) -> Market:
    return Market(request.param)


def test_the_reference_is_the_best_of_all_venues_after_their_way(market: Market):
    market.shows(0, buy(100, limit=99_9900), at=1_000)
    market.shows(1, sell(100, limit=100_0100), at=1_000)
    market.env.run(until=5_000)
    if isinstance(market.reference, SipReference):
        assert market.reference.best(1_000 + market.delay - 1) == (0, 0)
        assert market.reference.best(1_000 + market.delay) == (99_9900, 0), "the SIP tells one venue at a time"
    assert market.reference.best(1_000 + market.delay + PROCESSING) == (99_9900, 100_0100)


def test_an_empty_side_is_zero(market: Market):
    market.shows(0, buy(100, limit=99_9900), at=1_000)
    market.env.run(until=5_000)
    assert market.reference.best(5_000) == (99_9900, 0)


def test_before_anything_is_heard_both_sides_are_empty(market: Market):
    assert market.reference.best(0) == (0, 0)


def test_a_pool_trades_at_the_stale_midpoint_until_the_news_reaches_it(market: Market):
    market.shows(0, buy(100, limit=99_9900, order_id=1), sell(100, limit=100_0100, order_id=2), at=1_000)
    seller, buyer = Client(market.pool, owner=1), Client(market.pool, owner=2)
    seller.says(sell(200, owner=1), at=5_000)
    market.shows(0, buy(100, limit=99_9900 + 100, order_id=3), at=10_000)  # midpoint up by 50 at 10_000
    arrives = 10_000 + market.delay
    buyer.says(buy(100, owner=2), at=arrives - 1 - 110)  # matched 1 ns before the pool knows
    buyer.says(buy(100, owner=2), at=arrives - 1 - 110 + 20)
    assert fills(buyer.reports()) == [(100_0000, 100), (100_0050, 100)]


def test_resting_dark_orders_cross_when_the_news_arrives(market: Market):
    market.shows(0, buy(100, limit=99_9900, order_id=1), sell(100, limit=100_0100, order_id=2), at=1_000)
    seller, buyer = Client(market.pool, owner=1), Client(market.pool, owner=2)
    seller.says(sell(200, limit=100_0050, owner=1), at=5_000)
    buyer.says(buy(200, limit=100_0100, owner=2), at=5_000)
    market.shows(0, buy(100, limit=100_0000, order_id=3), at=10_000)
    reports = buyer.reports()
    assert kinds(reports) == ["NEW", "TRADE"]
    assert (reports[-1].last_px, reports[-1].at) == (100_0050, 10_000 + market.delay)


def test_news_that_was_under_way_when_both_sides_came_to_rest_crosses_them(market: Market):
    market.shows(0, buy(100, limit=99_9900, order_id=1), sell(100, limit=100_0100, order_id=2), at=1_000)
    seller, buyer = Client(market.pool, owner=1), Client(market.pool, owner=2)
    seller.says(sell(200, limit=100_0050, owner=1), at=5_000)
    market.shows(0, buy(100, limit=100_0000, order_id=3), at=10_000)
    buyer.says(buy(200, limit=100_0100, owner=2), at=10_050 - 110)  # rests while the news travels
    reports = buyer.reports()
    assert kinds(reports) == ["NEW", "TRADE"]
    assert reports[-1].at == 10_000 + market.delay


def test_a_pool_in_which_one_side_rests_costs_no_event_when_the_market_moves(market: Market):
    seller, buyer = Client(market.pool, owner=1), Client(market.pool, owner=2)
    seller.answer(sell(200, limit=100_0050, owner=1))
    buyer.says(buy(200, order_id=9, owner=2), cancel(9, owner=2))
    buyer.hears()
    for venue in market.lit:
        venue.feed.append(market.env.now, quote(99_9900, 100_0100, at=market.env.now))
    assert market.env._queue == []


def test_a_direct_reference_forgets_a_side_that_emptied():
    market = Market("direct")
    venue: LitVenue = lit_venue(market.env, 7, "EDGX")
    reference = DirectReference(DirectBoard([venue], market.env, [LINK]))
    maker = with_orders(venue, bids=[(99_9900, 100)], asks=[(100_0100, 100)])
    assert reference.best(market.env.now) == (99_9900, 100_0100)
    Client(venue).answer(buy(100))
    assert reference.best(market.env.now) == (99_9900, 0)
    assert kinds(maker.reports()) == ["TRADE"]
