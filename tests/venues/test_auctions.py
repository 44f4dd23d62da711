"""The uncross price by hand; `test_auction_enumeration` compares it with trying every price."""

from __future__ import annotations

from venues.auctions import Interest, uncross


def price_of(bids: list[Interest], asks: list[Interest], reference: int = 0, tick: int = 1) -> tuple[int, int, int]:
    return uncross(bids, asks, reference, lambda price: tick)


CASE_95_BIDS: list[Interest] = [(640, 500), (639, 500), (639, 500), (634, 1000), (633, 500)]
CASE_95_ASKS: list[Interest] = [(610, 1000), (640, 500), (641, 520), (642, 550), (643, 519)]


def test_95_largest_volume_then_smallest_surplus_then_pressure():
    assert price_of(CASE_95_BIDS, CASE_95_ASKS) == (639, 1000, 500)


def test_95_mirrored_sellers_press_the_price_down():
    bids: list[Interest] = [(1_000 - limit, qty) for limit, qty in CASE_95_ASKS if limit is not None]
    asks: list[Interest] = [(1_000 - limit, qty) for limit, qty in CASE_95_BIDS if limit is not None]
    assert price_of(bids, asks) == (361, 1000, -500)


def test_98_nothing_trades_when_nothing_crosses():
    assert price_of([(99, 5)], [(100, 5)]) == (0, 0, 0)
    assert price_of([], []) == (0, 0, 0)


def test_98_market_orders_alone_need_a_reference():
    assert price_of([(None, 5)], [(None, 3)]) == (0, 0, 0)
    assert price_of([(None, 5)], [(None, 3)], reference=101) == (101, 3, 2)


def test_without_pressure_the_price_is_nearest_to_the_reference():
    bids: list[Interest] = [(110, 5)]
    asks: list[Interest] = [(100, 5)]
    assert [price_of(bids, asks, reference)[0] for reference in (90, 104, 120)] == [100, 104, 110]
    assert price_of(bids, asks, reference=105, tick=10)[0] == 100, "on equal distance the lower"


def test_without_a_reference_it_is_in_the_middle_rounded_down():
    assert price_of([(110, 5)], [(100, 5)]) == (105, 5, 0)
    assert price_of([(130, 5)], [(100, 5)], tick=10) == (110, 5, 0)


def test_a_reference_outside_the_limits_is_a_candidate():
    assert price_of([(None, 10), (100, 5)], [(None, 10)], reference=110) == (110, 10, 0)
