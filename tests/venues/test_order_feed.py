"""What the order-by-order feed says, message by message."""

from __future__ import annotations

from typing import Any

import pytest

from tests.venues.builders import GTC, IOC, buy, cancel, replace, sell
from tests.venues.feed_rig import FeedRig
from venues.book import Book
from venues.feed_messages import (
    CrossTrade,
    HiddenTrade,
    OrderAdded,
    OrderDeleted,
    OrderExecuted,
    OrderExecutedAt,
    OrderReduced,
    OrderReplaced,
    TradingState,
)
from venues.messages import BookState, NewOrder, Peg, ReduceOrder, Side, Terms, TimeInForce
from venues.order_feed import OrderFeed
from venues.policies import Band, BandReference, IcebergRefresh, Policies, SelfTrade, SmallerSize

BUY, SELL = Side.BUY, Side.SELL
PX = 100_0500


def rig_with(*orders: NewOrder, **policies: Any) -> FeedRig:
    """Order ids 1, 2, ... in the order given."""
    answers = Policies(**policies)
    rig = FeedRig(Book(100, answers), answers)
    for order_id, order in enumerate(orders, start=1):
        rig.send(order._replace(order_id=order_id))
    return rig


def iceberg(order: NewOrder, peak: int) -> NewOrder:
    return order._replace(terms=Terms(display_qty=peak))


def hidden(order: NewOrder) -> NewOrder:
    return order._replace(terms=Terms(display_qty=0))


# -- plain orders ----------------------------------------------------------------------------------------


def test_an_order_that_rests_is_added_under_a_reference_of_the_feed_s_own():
    assert rig_with().send(buy(300, limit=PX, order_id=77)) == (OrderAdded(1, BUY, 300, PX),)


def test_an_execution_names_the_resting_order_and_not_the_taker():
    rig = rig_with(sell(300, limit=PX))
    assert rig.send(buy(200, limit=PX)) == (OrderExecuted(1, 200, match=1),)


def test_trades_are_told_in_match_order_and_a_remainder_that_rests_is_added_after_them():
    rig = rig_with(sell(300, limit=PX), sell(200, limit=PX + 100))
    assert rig.send(buy(600, limit=PX + 100)) == (
        OrderExecuted(1, 300, match=1),
        OrderExecuted(2, 200, match=2),
        OrderAdded(3, BUY, 100, PX + 100),
    )


def test_a_cancel_deletes():
    assert rig_with(sell(300, limit=PX)).send(cancel(1)) == (OrderDeleted(1),)


def test_fewer_shares_reduce_and_keep_the_place():
    rig = rig_with(sell(300, limit=PX), sell(300, limit=PX))
    assert rig.send(replace(1, 100, PX)) == (OrderReduced(1, 200),)
    assert rig.send(ReduceOrder(1, 8, 40)) == (OrderReduced(1, 40),)
    assert [order.reference for order in rig.reader.book.orders()] == [1, 2]


@pytest.mark.parametrize(("qty", "price"), [(400, PX), (300, PX + 100), (100, PX - 100)])
def test_a_replace_that_loses_its_place_has_a_new_reference(qty: int, price: int):
    rig = rig_with(sell(300, limit=PX))
    assert rig.send(replace(1, qty, price)) == (OrderReplaced(1, 2, qty, price),)


def test_a_replace_that_trades_leaves_first_and_comes_back_with_what_is_left():
    rig = rig_with(buy(300, limit=PX - 500), sell(100, limit=PX))
    assert rig.send(replace(1, 300, PX)) == (
        OrderDeleted(1),
        OrderExecuted(2, 100, match=1),
        OrderAdded(3, BUY, 200, PX),
    )


def test_where_a_smaller_size_loses_its_place_the_order_goes_behind_the_others():
    rig = rig_with(sell(300, limit=PX), sell(200, limit=PX), smaller_size=SmallerSize.LOSES)
    assert rig.send(replace(1, 100, PX)) == (OrderDeleted(1), OrderAdded(3, SELL, 100, PX))


@pytest.mark.parametrize(
    "message",
    [buy(100, limit=PX - 100, tif=IOC), buy(0, limit=PX), cancel(99), replace(1, 300, PX), None, buy(9, limit=PX + 1)],
    ids=["IOC without a fill", "refused", "unknown order", "replaced by itself", "no message", "off tick"],
)
def test_what_changes_nothing_displayed_uses_no_sequence_number(message: object):
    rig = rig_with(sell(300, limit=PX))
    assert rig.send(message) == ()
    assert rig.feed.seq == 1


def test_a_packet_carries_time_the_venue_s_number_and_numbers_without_a_gap():
    rig = rig_with(sell(300, limit=PX), sell(200, limit=PX))
    rig.send(cancel(99))
    rig.send(buy(400, limit=PX))
    packets = rig.feed.history.items
    assert [(packet.at, packet.venue_seq, packet.first, packet.last) for packet in packets] == [
        (1, 1, 1, 1),
        (2, 2, 2, 2),
        (4, 4, 3, 4),
    ]


# -- what is not displayed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        hidden(sell(300, limit=PX)),
        sell(300, limit=PX)._replace(terms=Terms(display_qty=0, peg=Peg.PRIMARY)),
        sell(300, limit=PX)._replace(terms=Terms(stop_px=PX - 2_000)),
        sell(300, limit=PX, tif=TimeInForce.CLOSE),
    ],
    ids=["hidden", "peg", "stop", "at the close"],
)
def test_an_order_that_nobody_sees_comes_changes_and_goes_without_a_trace(order: NewOrder):
    rig = rig_with(sell(100, limit=PX + 500))
    assert rig.send(order._replace(order_id=9)) == ()
    assert rig.send(ReduceOrder(9, 8, 100)) == ()
    assert rig.send(cancel(9)) == ()


def test_a_trade_against_a_hidden_order_names_no_reference():
    rig = rig_with(hidden(sell(300, limit=PX)))
    assert rig.send(buy(100, limit=PX)) == (HiddenTrade(PX, 100, match=1),)


def test_displayed_then_hidden_at_one_price_are_one_execution_and_one_hidden_trade():
    rig = rig_with(hidden(sell(10, limit=PX)), sell(10, limit=PX))
    assert rig.send(buy(15, limit=PX)) == (OrderExecuted(1, 10, match=1), HiddenTrade(PX, 5, match=2))


# -- icebergs --------------------------------------------------------------------------------------------


def test_an_iceberg_shows_its_peak_alone():
    assert rig_with().send(iceberg(sell(30, limit=PX), peak=10)) == (OrderAdded(1, SELL, 10, PX),)


def test_47_the_next_peak_has_a_new_reference_and_stands_behind():
    rig = rig_with(iceberg(sell(30, limit=PX), peak=10), sell(10, limit=PX))
    assert rig.send(buy(15, limit=PX)) == (
        OrderExecuted(1, 10, match=1),
        OrderAdded(3, SELL, 10, PX),
        OrderExecuted(2, 5, match=2),
    )
    assert [order.reference for order in rig.reader.book.orders()] == [2, 3]


def test_47_a_peak_that_the_same_sweep_takes_is_added_and_executed():
    rig = rig_with(iceberg(sell(30, limit=PX), peak=10), sell(10, limit=PX))
    assert rig.send(buy(25, limit=PX)) == (
        OrderExecuted(1, 10, match=1),
        OrderAdded(3, SELL, 10, PX),
        OrderExecuted(2, 10, match=2),
        OrderExecuted(3, 5, match=3),
    )
    rig.check()


def test_48_where_icebergs_refresh_after_the_sweep_their_reserve_trades_unseen():
    policy = IcebergRefresh.AFTER_SWEEP
    rig = rig_with(iceberg(sell(30, limit=PX), peak=10), sell(10, limit=PX), iceberg_refresh=policy)
    assert rig.send(buy(25, limit=PX)) == (
        OrderExecuted(1, 10, match=1),
        OrderExecuted(2, 10, match=2),
        HiddenTrade(PX, 5, match=3),
        OrderAdded(3, SELL, 10, PX),
    )
    rig.check()


def test_an_iceberg_taken_whole_in_one_sweep_shows_each_peak_and_is_gone():
    rig = rig_with(iceberg(sell(25, limit=PX), peak=10))
    assert rig.send(buy(25, limit=PX)) == (
        OrderExecuted(1, 10, match=1),
        OrderAdded(2, SELL, 10, PX),
        OrderExecuted(2, 10, match=2),
        OrderAdded(3, SELL, 5, PX),
        OrderExecuted(3, 5, match=3),
    )


def test_a_change_of_an_iceberg_s_reserve_is_not_told():
    rig = rig_with(iceberg(sell(30, limit=PX), peak=10), sell(10, limit=PX))
    assert rig.send(replace(1, 60, PX)) == ()


def test_a_peak_that_appears_and_is_cancelled_within_one_message_is_never_shown():
    """The iceberg's owner has a stop that the trade sets off and that meets the iceberg."""
    rig = rig_with(
        iceberg(sell(30, limit=PX, owner=1), peak=10),
        buy(5, limit=PX, owner=1)._replace(terms=Terms(stop_px=PX)),
        self_trade=SelfTrade.CANCEL_OLDEST,
    )
    assert rig.send(buy(10, limit=PX)) == (OrderExecuted(1, 10, match=1), OrderAdded(2, BUY, 5, PX))


@pytest.mark.parametrize("policy", IcebergRefresh)
@pytest.mark.parametrize("stops", ["sell first", "buy first"])
def test_a_stop_that_rests_where_an_iceberg_refreshes_stands_where_the_book_has_it(stops: str, policy: IcebergRefresh):
    """One trade sets off both stops; the buyer takes the iceberg's next peak before or after the seller rests."""
    selling = sell(5, limit=PX, order_id=2)._replace(terms=Terms(stop_px=PX))
    buying = buy(10, limit=PX, order_id=3)._replace(terms=Terms(stop_px=PX))
    rig = rig_with(iceberg(sell(40, limit=PX), peak=10), iceberg_refresh=policy)
    for stop in (selling, buying) if stops == "sell first" else (buying, selling):
        rig.send(stop)
    rig.send(buy(10, limit=PX))
    rig.check()
    queue = [order.reference for order in rig.reader.book.orders()]
    assert queue == [rig.feed.reference_of(order_id) for order_id in ((2, 1) if stops == "sell first" else (1, 2))]


def test_an_order_brought_to_the_band_stands_there_under_a_new_reference():
    """X passes over an own bid, sells lower and so moves the band below that bid."""
    band = Band(width=50, reference=BandReference.LAST)
    bids = buy(200, limit=100_4000, owner=1), buy(100, limit=99_5000, owner=2)
    rig = rig_with(*bids, band=band, reference_px=100_0000, self_trade=SelfTrade.SKIP)
    told = rig.send(sell(100, limit=99_5000, owner=1))
    assert told == (OrderExecuted(2, 100, match=1), OrderDeleted(1), OrderAdded(3, BUY, 200, 100_0000))
    rig.check()


def test_a_decrement_against_an_own_order_reduces_without_a_trade():
    rig = rig_with(sell(30, limit=PX), self_trade=SelfTrade.DECREMENT)
    assert rig.send(buy(10, limit=PX)) == (OrderReduced(1, 10),)


# -- sessions --------------------------------------------------------------------------------------------


def test_a_state_is_told_once():
    rig = rig_with()
    assert rig.state(BookState.HALTED) == (TradingState(BookState.HALTED),)
    assert rig.state(BookState.HALTED) == ()


def test_an_auction_is_its_executions_and_one_cross_trade():
    rig = rig_with()
    rig.state(BookState.OPENING_AUCTION)
    rig.send(buy(300, limit=PX + 100))
    rig.send(sell(200, limit=PX - 100))
    price = rig.book.indicative()[0]
    assert rig.state(BookState.CONTINUOUS) == (
        OrderExecutedAt(1, 200, 1, price),
        OrderExecutedAt(2, 200, 1, price),
        CrossTrade(price, 200, BookState.OPENING_AUCTION),
        TradingState(BookState.CONTINUOUS),
    )


def test_an_auction_trades_a_reserve_with_the_cross_alone():
    rig = rig_with()
    rig.state(BookState.OPENING_AUCTION)
    rig.send(iceberg(sell(30, limit=PX), peak=10))
    rig.send(buy(25, limit=PX))
    told = rig.state(BookState.CONTINUOUS)
    assert CrossTrade(PX, 25, BookState.OPENING_AUCTION) in told
    assert rig.reader.book.traded_qty == 25
    rig.check()


def test_orders_for_the_close_appear_when_its_call_begins():
    rig = rig_with(sell(300, limit=PX, tif=TimeInForce.CLOSE), sell(200, limit=PX))
    told = rig.state(BookState.CLOSING_AUCTION)
    assert told[0] == TradingState(BookState.CLOSING_AUCTION)
    rig.check()
    assert len(rig.reader.book) == 2


def test_the_end_of_the_day_deletes_day_orders():
    rig = rig_with(sell(300, limit=PX), sell(200, limit=PX, tif=GTC))
    assert rig.state(BookState.CLOSED) == (OrderDeleted(1), TradingState(BookState.CLOSED))


# -- joining ---------------------------------------------------------------------------------------------


def test_a_feed_that_begins_on_a_full_book_knows_what_is_displayed():
    rig = rig_with(sell(300, limit=PX), hidden(sell(100, limit=PX)), buy(200, limit=PX - 100))
    late = OrderFeed(rig.book)
    assert late.snapshot(now=9).orders == (OrderAdded(1, BUY, 200, PX - 100), OrderAdded(2, SELL, 300, PX))
    assert (late.seq, late.history.items) == (2, [])


def test_a_feed_that_begins_during_a_halt_has_told_the_halt_to_nobody():
    rig = rig_with()
    rig.state(BookState.HALTED)
    late = OrderFeed(rig.book)
    assert (late.seq, late.snapshot(now=9).state) == (1, BookState.HALTED)


def test_a_heartbeat_says_which_number_comes_next():
    rig = rig_with(sell(300, limit=PX))
    assert rig.feed.heartbeat(now=9)[2:] == (2, ())


def test_the_owner_of_an_order_can_be_told_its_reference():
    rig = rig_with(sell(300, limit=PX), hidden(sell(100, limit=PX)))
    assert rig.feed.reference_of(1) == 1
    assert rig.feed.reference_of(2) is None
