"""Bait by hand: 20 ns from the lit feeds, 29 ns of reaction, 10 ns to every venue and back.

The pool crosses at $100.00; NYSE and BATS offer 300 shares at $100.01, BATS bids for 5,000 at $99.99. A buyer of 1,000
who comes to the pool at 10,000 is known at 10,010, and the offers are taken at 10,049. Taking costs $0.0030 a share.
"""

from __future__ import annotations

from typing import Any

import pytest

from agents.dark_bait import BAIT_WAKES, BaitTerms, DarkBait
from tests.agents.builders import BUY, SELL, VALUE, Stage, always, scenario_market

BAIT = 8
KNOWN, TAKEN = 10_010, 10_049
UNWIND = 5_000
ASK = VALUE + 100


def stage() -> Stage:
    made = Stage("NYSE", "BATS", pools=["POOL"])
    for venue, side, qty, price in (
        ("NYSE", SELL, 300, ASK),
        ("BATS", SELL, 300, ASK),
        ("BATS", BUY, 5_000, VALUE - 100),
    ):
        made.rests(venue, side, qty, price)
    return made


def bait(at: Stage, reaction: int = 29, **terms: Any) -> DarkBait:
    """Started; 100 shares wait to be bought."""
    usual = {"side": SELL, "bait": 100, "max_size": 500, "position_limit": 5_000, "markup": 100, "unwind": UNWIND}
    feeds = {venue: at.lit(venue).feed.view(at.env, 20) for venue in ("NYSE", "BATS")}
    sessions = at.sessions(BAIT, ["NYSE", "BATS", "POOL"], 10, 10, BAIT_WAKES)
    made = DarkBait(at.place, "bait", BAIT, sessions, feeds, always(reaction), BaitTerms(**{**usual, **terms}))
    made.start()
    return made


def after_the_bait(at: Stage) -> list[tuple[int, str, str, int, int, int]]:
    """(there at, venue, action, side, price, shares) of what followed the first order."""
    return [message[:6] for message in at.arrived(BAIT)[1:]]


def test_a_buyer_in_the_pool_is_raced_to_every_lit_venue_that_shows_the_best_price():
    market = stage()
    market.rests("NYSE", SELL, 900, ASK + 100)
    bait(market)
    market.takes("POOL", BUY, 1_000, at=10_000)
    market.run(until=TAKEN)
    assert after_the_bait(market) == [(TAKEN, v, "NEW", BUY, ASK, 300) for v in ("NYSE", "BATS")]


def test_what_it_took_it_offers_dearer_in_the_buyers_way():
    market = stage()
    bait(market)
    market.takes("POOL", BUY, 1_000, at=10_000)
    market.run(until=TAKEN + 20)
    assert market.resting(BAIT, "NYSE") == [(SELL, ASK + 100, 300)]
    assert market.resting(BAIT, "BATS") == [(SELL, ASK + 100, 300)]


def test_a_buyer_that_does_not_come_costs_it_the_spread_and_then_it_waits_again():
    market = stage()
    made = bait(market)
    market.takes("POOL", BUY, 1_000, at=10_000)
    market.run(until=KNOWN + 3 * UNWIND + 10)
    assert made.ledger.position == 0
    assert made.ledger.cash == market.account(BAIT)[1] < 0
    assert [order[1:] for order in after_the_bait(market)][-1] == ("POOL", "NEW", SELL, 0, 100)


def test_a_buyer_that_comes_pays_the_markup():
    market = stage()
    made = bait(market)
    market.takes("POOL", BUY, 1_000, at=10_000)
    for venue in ("NYSE", "BATS"):
        market.takes(venue, BUY, 300, at=TAKEN + 100)
    market.rests("NYSE", SELL, 100, ASK, at=TAKEN + 200)
    market.run(until=KNOWN + 3 * UNWIND)
    assert made.ledger.position == 0
    assert [fill[1:] for fill in market.fills(BAIT)][3:5] == [(v, SELL, ASK + 100, 300) for v in ("NYSE", "BATS")]


def test_without_reading_it_keeps_the_bait_up_and_takes_nothing_before_it_unwinds():
    market = stage()
    made = bait(market, reads=False)
    market.takes("POOL", BUY, 1_000, at=10_000)
    market.run(until=KNOWN + UNWIND - 1)
    assert after_the_bait(market) == []
    market.run(until=KNOWN + 3 * UNWIND)
    assert made.ledger.position == 0
    assert after_the_bait(market)[-1][1:] == ("POOL", "NEW", SELL, 0, 100)


def test_an_order_that_meets_nobody_in_the_pool_tells_it_nothing():
    market = stage()
    bait(market, bait=0, asks=True)
    market.takes("POOL", BUY, 1_000, at=10_000)
    market.run(until=50_000)
    assert market.arrived(BAIT) == []


def test_bait_for_sellers_is_the_mirror_image():
    market = stage()
    bait(market, side=BUY)
    market.takes("POOL", SELL, 1_000, at=10_000)
    market.run(until=TAKEN + 20)
    assert after_the_bait(market)[0] == (TAKEN, "BATS", "NEW", SELL, VALUE - 100, 500)
    assert market.resting(BAIT, "BATS") == [(BUY, VALUE - 200, 500)]


def test_the_position_limit_holds():
    market = stage()
    bait(market, position_limit=400)
    market.takes("POOL", BUY, 1_000, at=10_000)
    market.run(until=TAKEN)
    assert sum(order[5] for order in after_the_bait(market)) == 300


def test_the_position_limit_counts_what_is_on_its_way():
    market = stage()
    bait(market, reaction=5, bait=200, position_limit=400)
    for at in (10_000, 10_010):  # the second is known, and answered, before the first answer has come back
        market.takes("POOL", BUY, 100, at=at)
    market.run(until=10_040)
    assert [order[1::4] for order in after_the_bait(market)] == [("NYSE", 300)]


@pytest.mark.parametrize("indications", ["side", "size"])
def test_interest_that_rests_in_a_pool_that_indicates_is_as_good_as_a_fill(indications: str):
    pool = {"name": "POOL", "kind": "dark", "policies": {"indications": indications}}
    quiet = {"kind": "resting_orders", "levels": 3, "size": 300}
    rests = {"kind": "dark_liquidity", "rate": "200/s", "size": [1000, 1000], "lifetime": "1s"}
    reader = {"kind": "dark_bait", "bait": 0, "asks": True, "reaction": "29us"}
    venues = [{"name": "NYSE", "kind": "lit"}, pool]
    market = scenario_market(quiet, rests, reader, venues=venues)
    market.advance(100_000_000)
    assert market.messages()["dark_bait"] > 1
    deaf = scenario_market(quiet, rests, {**reader, "reads": False}, venues=venues)
    deaf.advance(100_000_000)
    assert deaf.messages()["dark_bait"] == 1  # it has asked
