from __future__ import annotations

import pytest

from tests.venues.builders import buy
from venues.messages import (
    EMPTY_QUOTE,
    LARGEST_PRICE,
    LARGEST_QTY,
    MICROS_PER_UNIT,
    REASON_TEXT,
    UNITS_PER_DOLLAR,
    Liquidity,
    NewOrder,
    OrdStatus,
    Price,
    Reason,
    Shares,
    Side,
    TimeInForce,
)


def test_a_side_is_its_sign():
    assert (int(Side.BUY), int(Side.SELL)) == (1, -1)
    assert Side(-Side.BUY) is Side.SELL


def test_times_in_force_are_numbered_as_in_fix_tag_59():
    assert {tif.name: int(tif) for tif in TimeInForce} == {
        "DAY": 0,
        "GTC": 1,
        "OPG": 2,
        "IOC": 3,
        "FOK": 4,
        "GTD": 6,
        "CLOSE": 7,
    }


def test_order_states_are_numbered_as_in_fix_tag_39():
    numbers = {status.name: int(status) for status in OrdStatus}
    assert numbers == {"NEW": 0, "PARTIALLY_FILLED": 1, "FILLED": 2, "CANCELED": 4, "REJECTED": 8}


def test_liquidity_is_numbered_as_in_fix_tag_851():
    numbers = {liquidity.name: int(liquidity) for liquidity in Liquidity}
    assert numbers == {"NONE": 0, "MAKER": 1, "TAKER": 2, "ROUTED": 3, "AUCTION": 4}


def test_every_reason_has_a_text_for_a_person():
    assert set(REASON_TEXT) == set(Reason)
    assert [reason for reason in Reason if not REASON_TEXT[reason]] == [Reason.NONE]


def test_the_texts_of_bad_quantities_and_prices_state_the_bounds():
    assert REASON_TEXT[Reason.BAD_QTY] == f"the quantity must be a whole number of shares from 1 to {LARGEST_QTY:,}"
    assert (
        REASON_TEXT[Reason.BAD_PRICE]
        == f"the limit price must be a whole number of price units from 1 to {LARGEST_PRICE:,}"
    )


def test_a_message_is_a_fact_and_cannot_be_changed():
    with pytest.raises(AttributeError):
        buy(500).qty = 600  # type: ignore[misc]


def test_an_order_without_a_price_is_a_market_order_for_the_day():
    order = NewOrder(1, 7, Side.BUY, 500, None)
    assert (order.price, order.time_in_force) == (None, TimeInForce.DAY)


def test_a_price_unit_is_a_hundredth_of_a_cent_and_a_hundred_fee_units():
    assert (UNITS_PER_DOLLAR, MICROS_PER_UNIT) == (10_000, 100)
    assert UNITS_PER_DOLLAR * MICROS_PER_UNIT == 1_000_000


def test_units_are_plain_integers_at_run_time():
    assert (Price(100_0000), Shares(500)) == (100_0000, 500)


def test_the_empty_quote_has_no_sizes_and_no_trade():
    assert (EMPTY_QUOTE.bid_qty, EMPTY_QUOTE.ask_qty, EMPTY_QUOTE.trade) == (0, 0, None)
