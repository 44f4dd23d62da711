"""A picker by hand: 20 ns from NYSE's feed, 29 ns of reaction, 10 ns to the pool and to NYSE and back.

The pool crosses at $100.00, the midpoint of a SIP that has not moved. NYSE's quote of 10,000 it hears at 10,020, its
ping is in the pool at 10,059. Taking costs $0.0030 a share, in the pool too.
"""

from __future__ import annotations

from typing import Any

import pytest

from agents.dark_picker import DarkPicker, PickerTerms
from agents.desk import DESK_WAKES
from tests.agents.builders import BUY, SELL, VALUE, Midpoint, Stage, always, scenario_market

PICKER = 8
PING = 10_059
WORTH = VALUE + 200
"""A bid two cents above the pool's midpoint: 1.4 cents after both fees."""


def picker(stage: Stage, sip: tuple[int, int] = (VALUE - 100, VALUE + 100), **terms: Any) -> DarkPicker:
    """Started; pings 100 shares, takes up to 1,000, wants a tenth of a cent."""
    usual = {"ping": 100, "max_size": 1_000, "position_limit": 5_000, "threshold": 10, "unwind": 1_000}
    sessions = stage.sessions(PICKER, ["NYSE", "POOL"], 10, 10, DESK_WAKES)
    feeds = {"NYSE": stage.lit("NYSE").feed.view(stage.env, 20)}
    made = DarkPicker(
        stage.place, "picker", PICKER, sessions, feeds, Midpoint(*sip), always(29), PickerTerms(**{**usual, **terms})
    )
    made.start()
    return made


def stale(bid: int = WORTH, bid_qty: int = 500, rests: int = 800) -> Stage:
    """Somebody sells in the pool at any midpoint; from 10,000 on NYSE bids more than that."""
    stage = Stage("NYSE", pools=["POOL"])
    if rests:
        stage.rests("POOL", SELL, rests, None, at=5_000)
    stage.rests("NYSE", BUY, bid_qty, bid, at=10_000)
    return stage


def sent(stage: Stage) -> list[tuple[int, str, int, int, int]]:
    """(there at, venue, side, price, shares)."""
    return [(m.at, m.venue, m.side, m.price, m.qty) for m in stage.arrived(PICKER)]


def test_it_pings_a_pool_whose_midpoint_is_below_what_the_market_pays():
    stage = stale(rests=0)
    picker(stage)
    stage.run(until=20_000)
    assert sent(stage) == [(PING, "POOL", BUY, WORTH - 100, 100)]


def test_the_pings_limit_is_the_worst_midpoint_that_pays_both_fees():
    stage = stale(rests=0)
    picker(stage, threshold=40)  # 2.00 - 0.30 - 0.30 - 0.40 cents: to half a tick, downwards
    stage.run(until=20_000)
    assert sent(stage)[0][3] == VALUE + 100


def test_a_ping_that_is_filled_is_followed_by_what_the_market_takes():
    stage = stale()
    picker(stage)
    stage.run(until=PING + 10 + 29 + 10)
    assert (PING + 10 + 29 + 10, "POOL", BUY, WORTH - 100, 400) in sent(stage)


def test_it_sells_what_it_got_at_once():
    stage = stale()
    made = picker(stage)
    stage.run(until=30_000)
    made.log_state()
    assert made.ledger.position == 0
    assert sum(fill.qty for fill in stage.fills(PICKER) if fill.venue == "POOL") == 500
    assert made.ledger.cash == 500 * (20_000 - 2 * 3_000)


def test_a_pool_with_a_fresh_midpoint_does_not_fill_it():
    stage = Stage("NYSE", pools=["POOL"], value=WORTH + 100)  # the pool knows; the SIP does not
    stage.rests("POOL", SELL, 800, None, at=5_000)
    stage.rests("NYSE", BUY, 500, WORTH, at=10_000)
    made = picker(stage)
    stage.run(until=30_000)
    assert len(sent(stage)) == 1
    assert (made.ledger.position, made.ledger.cash) == (0, 0)


@pytest.mark.parametrize(("bid", "pings"), [(VALUE, 0), (VALUE + 100, 1)])
def test_what_does_not_pay_the_fees_is_left_alone(bid, pings):
    stage = stale(bid=bid, rests=0)
    picker(stage, threshold=30)
    stage.run(until=20_000)
    assert len(sent(stage)) == pings


def test_a_pool_is_pinged_once_per_state_of_the_sip():
    stage = stale(rests=0)
    stage.rests("NYSE", BUY, 100, WORTH + 100, at=12_000)
    picker(stage)
    stage.run(until=20_000)
    assert len(sent(stage)) == 1


def test_the_other_side_is_the_mirror_image():
    stage = Stage("NYSE", pools=["POOL"])
    stage.rests("POOL", BUY, 800, None, at=5_000)
    stage.rests("NYSE", SELL, 500, VALUE - 200, at=10_000)
    made = picker(stage)
    stage.run(until=30_000)
    made.log_state()
    assert sent(stage)[0] == (PING, "POOL", SELL, VALUE - 100, 100)
    assert (made.ledger.position, made.ledger.cash) == (0, 500 * (20_000 - 2 * 3_000))


def test_a_market_that_has_gone_leaves_it_with_what_it_bought_until_somebody_bids_again():
    stage = stale()
    made = picker(stage)
    stage.takes("NYSE", SELL, 500, WORTH, at=PING + 1)
    stage.rests("NYSE", BUY, 5_000, VALUE - 100, at=15_000)
    stage.run(until=30_000)
    made.log_state()
    assert made.ledger.position == 0
    assert made.ledger.cash < 0


def test_while_its_own_quotes_are_crossed_no_midpoint_is_right():
    stage = Stage("NYSE", "BATS", pools=["POOL"])
    stage.rests("BATS", SELL, 300, WORTH - 100, at=9_000)
    stage.rests("NYSE", BUY, 500, WORTH, at=10_000)
    sessions = stage.sessions(PICKER, ["NYSE", "BATS", "POOL"], 10, 10, DESK_WAKES)
    feeds = {name: stage.lit(name).feed.view(stage.env, 20) for name in ("NYSE", "BATS")}
    terms = PickerTerms(ping=100, max_size=1_000, position_limit=5_000, threshold=10, unwind=1_000)
    sip = Midpoint(VALUE - 100, VALUE + 100)
    DarkPicker(stage.place, "picker", PICKER, sessions, feeds, sip, always(29), terms).start()
    stage.run(until=20_000)
    assert sent(stage) == []


def test_what_does_not_pay_at_once_is_sold_after_a_while():
    stage = stale()
    picker(stage, unwind=4_000)
    stage.takes("NYSE", SELL, 500, WORTH, at=PING + 1)
    stage.rests("NYSE", BUY, 5_000, VALUE - 100, at=PING + 5)
    stage.run(until=30_000)
    sold = [(at, price) for at, venue, side, price, _ in sent(stage) if venue == "NYSE" and side == SELL]
    assert sold == [(PING + 10 + 4_000 + 10, VALUE - 100)]


def test_the_position_limit_holds_also_for_what_is_on_its_way():
    stage = stale(bid_qty=5_000, rests=5_000)
    picker(stage, position_limit=300, unwind=1_000_000)
    stage.run(until=PING + 60)
    assert sum(qty for _, venue, _, _, qty in sent(stage) if venue == "POOL") <= 300


def test_a_scenario_makes_one_with_the_sip_and_direct_feeds():
    market = scenario_market({"kind": "dark_picker", "round_trip": "100us", "sip_latency": "50us"})
    market.advance(1_000_000)
    assert list(market.agents) == ["dark_picker"]
