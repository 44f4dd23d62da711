"""Every check: at its limit an order passes, beyond it the text says what, how much and how much is allowed."""

from __future__ import annotations

import pytest

from tests.agents.risk.builders import ASK, BID, Market, gate, order, said
from venues.messages import BookState, Side, TimeInForce

ACCEPTED = ("accept", "NONE", "")
S, MS = 1_000_000_000, 1_000_000


@pytest.mark.parametrize(
    ("limits", "passes", "refused", "code", "text"),
    [
        (
            {"max_order_shares": 5_000},
            order(5_000),
            order(5_001),
            "ORDER_SIZE",
            "5001 shares are more than the 5000 that an order may have",
        ),
        (
            {"max_order_notional": 5_000_500_000},
            order(5_000),
            order(5_001),
            "ORDER_NOTIONAL",
            "5001 shares at $100.01 are $500,150.01, more than the $500,050.00 that an order may be worth",
        ),
        (
            {"max_order_notional": 5_000_500_000},
            order(5_000, None),
            order(5_001, None),
            "ORDER_NOTIONAL",
            "5001 shares at $100.01 are $500,150.01, more than the $500,050.00 that an order may be worth",
        ),
        (
            {"fat_finger_ticks": 20},
            order(price=ASK + 2_000),
            order(price=ASK + 2_100),
            "FAT_FINGER",
            "the limit of $100.22 is $0.21 beyond the best offer of $100.01; no more than 20 ticks is allowed",
        ),
        (
            {"fat_finger_percent": 30_000},
            order(price=BID - 29_900, side=Side.SELL),
            order(price=BID - 30_000, side=Side.SELL),
            "FAT_FINGER",
            "the limit of $96.99 is $3.00 beyond the best bid of $99.99; no more than 3% is allowed",
        ),
        (
            {"collar_percent": 50_000},
            order(price=95_0000),
            order(price=94_9900),
            "PRICE_COLLAR",
            "the limit of $94.99 is $5.01 from the mid of $100.00; no more than 5% is allowed",
        ),
        (
            {"volume_part": 500_000, "volume_window": 10 * S},
            order(5_000),
            order(5_001),
            "RECENT_VOLUME",
            "5001 shares are more than 50% of the 10000 that were traded in the last 10 s",
        ),
        (
            {"max_position": 700},
            order(700, side=Side.SELL),
            order(701, side=Side.SELL),
            "POSITION",
            "with open orders filled the position in XYZ could be 701 shares, more than the 700 allowed",
        ),
        (
            {"max_symbol_notional": 700_000_000},
            order(700),
            order(701),
            "SYMBOL_NOTIONAL",
            "with open orders filled the position in XYZ could be worth $70,100.00, more than the $70,000.00 allowed",
        ),
        (
            {"max_gross_notional": 700_000_000},
            order(700),
            order(701),
            "GROSS",
            "with open orders filled all positions could be worth $70,100.00, more than the $70,000.00 allowed",
        ),
        (
            {"credit": 700_070_000},
            order(700),
            order(701),
            "CREDIT",
            "the order would bring the money used to $70,107.01, more than the credit of $70,007.00",
        ),
        ({"restricted": ("ABC",)}, order(), order(symbol="ABC"), "RESTRICTED", "ABC is on the restricted list"),
    ],
)
def test_at_the_limit_an_order_passes_and_beyond_it_is_refused(limits, passes, refused, code, text):
    assert said(gate(**limits).check(passes, 0)) == ACCEPTED
    assert said(gate(**limits).check(refused, 0)) == ("reject", code, text)


def test_without_limits_everything_passes():
    assert said(gate().check(order(10**9, 1), 0)) == ACCEPTED


def test_a_market_order_has_no_limit_to_be_wrong():
    checks = gate(fat_finger_ticks=0, collar_percent=1)
    assert said(checks.check(order(price=None), 0)) == ACCEPTED


def test_a_passive_limit_is_no_slip_of_the_finger():
    assert said(gate(fat_finger_ticks=0).check(order(price=50_0000), 0)) == ACCEPTED


def test_without_quotes_there_is_nothing_to_hold_a_price_against():
    market = Market()
    market.quote = (0, 0)
    assert said(gate(market, fat_finger_ticks=0, collar_percent=1).check(order(price=900_0000), 0)) == ACCEPTED


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("max_order_notional", "ORDER_NOTIONAL"),
        ("max_symbol_notional", "SYMBOL_NOTIONAL"),
        ("max_gross_notional", "GROSS"),
        ("credit", "CREDIT"),
    ],
)
def test_what_nobody_can_value_passes_no_limit_in_money(limit: str, code: str) -> None:
    market = Market()
    market.quote = (0, 0)
    text = "nobody quotes and the order has no limit: what it is worth is not known; give it a limit"
    assert said(gate(market, **{limit: 1_000_0000}).check(order(1, None, worth=0), 0)) == ("reject", code, text)
    assert said(gate(market, max_order_shares=100).check(order(1, None, worth=0), 0))[0] == "accept"


def test_small_orders_need_no_recent_volume():
    market = Market()
    market.volume = 0
    checks = gate(market, volume_part=500_000, volume_free=300)
    assert said(checks.check(order(300), 0)) == ACCEPTED
    assert said(checks.check(order(301), 0))[1] == "RECENT_VOLUME"


# -- duplicates -----------------------------------------------------------------------------------------


def test_the_same_order_twice_within_the_window_is_one_too_many():
    checks = gate(duplicate_window=10 * MS)
    checks.check(order(order_id=7_000_001), 0)
    text = "the same side, size and price went to NYSE 9999999 ns ago as order 7000001; the window is 10000000 ns"
    assert said(checks.check(order(order_id=7_000_002), 10 * MS - 1)) == ("reject", "DUPLICATE", text)
    assert said(checks.check(order(), 20 * MS)) == ACCEPTED


@pytest.mark.parametrize("other", [order(101), order(price=ASK + 100), order(side=Side.SELL), order(venue="BATS")])
def test_what_differs_is_no_duplicate(other):
    checks = gate(duplicate_window=S)
    checks.check(order(), 0)
    assert said(checks.check(other, 1)) == ACCEPTED


def test_a_replace_is_no_duplicate():
    checks = gate(duplicate_window=S)
    checks.check(order(), 0)
    assert said(checks.check(order(adds=0), 1)) == ACCEPTED


# -- message rate ---------------------------------------------------------------------------------------


def test_messages_beyond_the_burst_wait_for_a_token():
    checks = gate(message_rate=10, message_period=S, message_burst=2)
    assert [said(checks.check(order(), 0))[0] for _ in range(3)] == ["accept", "accept", "hold"]
    verdict = checks.check(order(), 40 * MS)
    assert said(verdict) == ("hold", "MESSAGE_RATE", "more than 10 messages in 1 s; the next may go in 60000000 ns")
    assert verdict.until == 100 * MS
    assert said(checks.check(order(), 100 * MS)) == ACCEPTED


def test_a_bucket_never_holds_more_than_the_burst():
    checks = gate(message_rate=10, message_period=S, message_burst=2)
    assert [said(checks.check(order(), 100 * S))[0] for _ in range(3)] == ["accept", "accept", "hold"]


def test_no_token_is_ever_lost_to_rounding():
    """Three a second: the third of a nanosecond that each token lacks is kept."""
    checks = gate(message_rate=3, message_period=S, message_burst=1)
    now, passed = 0, 0
    while now < 100 * S:
        verdict = checks.check(order(), now)
        passed += verdict.action == 0
        now = verdict.until or now
    assert passed == 300


def test_a_cancel_takes_a_token_but_never_waits():
    checks = gate(message_rate=10, message_period=S, message_burst=1)
    checks.cancelled(0)
    assert said(checks.check(order(), 0))[0] == "hold"
    checks.cancelled(0)


# -- market state ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "key", "text"),
    [
        (BookState.HALTED, "halted", "NYSE is halted"),
        (BookState.CLOSED, "closed", "NYSE is closed"),
        (BookState.CLOSING_AUCTION, "auction", "NYSE is in an auction"),
        (BookState.PRE_OPEN, "auction", "NYSE is in an auction"),
        (None, "no_quote", "NYSE shows no quote"),
    ],
)
@pytest.mark.parametrize("action", ["hold", "reject", "accept"])
def test_each_state_of_a_venue_has_its_answer(state, key, text, action):
    market = Market()
    if state is None:
        market.silent.add("NYSE")
    else:
        market.states["NYSE"] = state
    verdict = gate(market, **{key: action}, recheck=5).check(order(), 100)
    assert said(verdict) == (ACCEPTED if action == "accept" else (action, "MARKET_STATE", text))
    assert verdict.until == (105 if action == "hold" else 0)


@pytest.mark.parametrize("tif", [TimeInForce.CLOSE, TimeInForce.OPG])
def test_orders_for_an_auction_pass_when_there_is_one(tif):
    market = Market()
    market.states["NYSE"] = BookState.CLOSING_AUCTION
    assert said(gate(market, auction="reject").check(order(tif=tif), 0)) == ACCEPTED
