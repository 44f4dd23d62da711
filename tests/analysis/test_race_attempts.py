"""Which messages are attempts to take or to cancel, and what came of them."""

from __future__ import annotations

import pytest

from analysis.race_attempts import FAIL, SUCCESS, UNKNOWN, Attempt, attempts_in, signed
from analysis.race_messages import RaceMessage
from tests.analysis.builders import BUY, CLIENT, DAY, FLOW, FOK, IOC, MAKER, SELL, SNIPER
from tests.analysis.race_rig import US, Exchange

OFFER, BID = 100_0100, 99_9900


@pytest.fixture
def exchange() -> Exchange:
    """An offer and a bid of 100 each."""
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, OFFER)
    exchange.new(110, 2, MAKER, BUY, 100, BID)
    return exchange


def last(exchange: Exchange) -> Attempt:
    return exchange.attempts()[-1]


@pytest.mark.parametrize(
    ("price", "force", "outcome"),
    [(OFFER, IOC, SUCCESS), (OFFER, DAY, SUCCESS), (OFFER, FOK, SUCCESS), (0, DAY, SUCCESS)]
    + [(OFFER - 100, IOC, FAIL), (OFFER - 100, DAY, FAIL), (OFFER - 100, FOK, FAIL)],
)
def test_a_new_order_is_an_attempt_to_take(exchange, price, force, outcome):
    exchange.new(200, 3, SNIPER, BUY, 50, price, force)
    attempt = last(exchange)
    assert (attempt.side, attempt.is_cancel, attempt.level) == (SELL, False, price or OFFER)
    assert attempt.outcome_at(OFFER) == outcome
    assert (attempt.best, attempt.latency, attempt.mid) == (OFFER, 5 * US, OFFER + BID)


def test_prices_of_bids_are_negative(exchange):
    exchange.new(200, 3, SNIPER, SELL, 50, BID - 100, IOC)
    attempt = last(exchange)
    assert (attempt.side, attempt.level, attempt.best) == (BUY, -(BID - 100), -BID)
    assert (attempt.outcome_at(-BID), attempt.taken_at(-BID)) == (SUCCESS, 50)
    assert (signed(SELL, 5), signed(BUY, 5)) == (5, -5)


def test_a_cancel_succeeds_or_comes_too_late(exchange):
    exchange.cancel(200, 1, MAKER)
    exchange.cancel(210, 1, MAKER)
    granted, late = exchange.attempts()[-2:]
    assert (granted.is_cancel, granted.level, granted.qty, granted.outcome) == (True, OFFER, 100, SUCCESS)
    assert (late.level, late.outcome, late.best) == (OFFER, FAIL, None)


def test_a_cancel_of_what_was_never_there_is_no_attempt(exchange):
    exchange.cancel(200, 9, MAKER)
    assert len(exchange.attempts()) == 2


def test_a_replace_away_from_the_market_is_a_cancel_at_the_old_price(exchange):
    exchange.replace(200, 1, MAKER, 100, OFFER + 200)
    attempt = last(exchange)
    assert (attempt.is_cancel, attempt.side, attempt.level, attempt.outcome) == (True, SELL, OFFER, SUCCESS)


def test_a_replace_away_that_comes_too_late_fails(exchange):
    exchange.new(200, 3, SNIPER, BUY, 100, OFFER, IOC)
    exchange.replace(205, 1, MAKER, 100, OFFER + 200)
    assert (last(exchange).is_cancel, last(exchange).outcome) == (True, FAIL)


def test_a_replace_towards_the_market_is_an_attempt_to_take(exchange):
    exchange.replace(200, 2, MAKER, 100, BID + 100)
    attempt = last(exchange)
    assert (attempt.is_cancel, attempt.side, attempt.level, attempt.outcome) == (False, SELL, BID + 100, FAIL)


def test_a_replace_that_trades_takes(exchange):
    exchange.new(150, 3, CLIENT, BUY, 60, BID)
    exchange.replace(200, 3, CLIENT, 60, OFFER)
    assert (last(exchange).fills, last(exchange).is_replace) == (((OFFER, 60),), True)


def test_a_replace_of_size_alone_and_one_towards_the_market_that_comes_too_late_are_none(exchange):
    exchange.replace(200, 2, MAKER, 80, BID)
    exchange.cancel(210, 2, MAKER)
    exchange.replace(220, 2, MAKER, 80, BID + 100)
    assert [attempt.is_cancel for attempt in exchange.attempts()[2:]] == [True]


def test_a_market_order_that_finds_nothing_is_none(exchange):
    exchange.cancel(200, 1, MAKER)
    exchange.new(210, 3, SNIPER, BUY, 50, 0)
    assert len(exchange.attempts()) == 3


def test_an_attempt_sees_the_book_that_had_been_told(exchange):
    exchange.latency = 60 * US
    exchange.new(300, 3, CLIENT, SELL, 100, OFFER - 100)
    exchange.new(350, 4, SNIPER, BUY, 50, OFFER, IOC)
    assert last(exchange).best == OFFER
    assert last(exchange).fills == ((OFFER - 100, 50),)


def test_volume_counts_each_trade_once(exchange):
    exchange.new(200, 3, SNIPER, BUY, 50, OFFER, IOC)
    exchange.new(210, 4, SNIPER, SELL, 500, BID, IOC)
    assert exchange.ready().volume == [(200 * US, 50), (210 * US, 100)]


def test_the_mid_is_kept_by_time(exchange):
    exchange.cancel(200, 1, MAKER)
    exchange.new(300, 3, FLOW, SELL, 100, OFFER + 100)
    ready = exchange.ready()
    assert list(zip(ready.mid_at, ready.mids, strict=True))[1:] == [
        (110 * US, OFFER + BID),
        (200 * US, 0),
        (300 * US, OFFER + 100 + BID),
    ]


def test_what_nobody_answered_is_unknown_and_has_the_last_latency():
    asked = RaceMessage(0, "a", "a", "O1", "R1", "New_Order", SELL, "Limit", "GoodTill", 100, 100, price=OFFER)
    answered = RaceMessage(
        7_000,
        "a",
        "a",
        "O1",
        "R1",
        "Execution_Report",
        SELL,
        leaves_qty=100,
        display_qty=100,
        exec_type="Order_Accepted",
    )
    lost = RaceMessage(9_000, "b", "b", "O2", "R2", "New_Order", BUY, "Limit", "IOC", 100, 100, price=OFFER)
    cancel = RaceMessage(9_500, "a", "a", "O1", "R3", "Cancel_Request", SELL)
    taken, cancelled = attempts_in([asked, answered, lost, cancel]).attempts[1:]
    assert (taken.outcome, taken.latency, taken.best) == (UNKNOWN, 7_000, OFFER)
    assert (cancelled.outcome, cancelled.level) == (UNKNOWN, OFFER)


@pytest.mark.parametrize("kind", ["Pegged", "Stop", "Stop_Limit", "Passive_Only"])
def test_other_orders_take_no_part(kind):
    asked = RaceMessage(0, "a", "a", "O1", "R1", "New_Order", SELL, kind, "GoodTill", 100, 100, price=OFFER)
    assert attempts_in([asked]).attempts == []


def test_outside_regular_hours_there_is_none():
    asked = RaceMessage(
        0, "a", "a", "O1", "R1", "New_Order", SELL, "Limit", "IOC", 100, 100, price=OFFER, regular=False
    )
    assert attempts_in([asked]).attempts == []
