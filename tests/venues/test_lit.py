from __future__ import annotations

import pytest

from sim.log import EventLog
from tests.venues.builders import IOC, MAKER, TAKER, buy, cancel, kinds, replace, sell
from tests.venues.order_flow import OWNERS, TICK, recorded
from tests.venues.rig import Client, lit_venue, prints, quotes, rows, with_orders
from venues.lit import LitVenue
from venues.messages import Liquidity, NewOrder, Print, Quote, Reason, Side, TimeInForce

ASKS = [(100_0500, 300), (100_0600, 200), (100_0700, 100)]
BIDS = [(99_9500, 300), (99_9400, 200)]


def updates_after(message: object, **resting: list[tuple[int, int]]) -> list[Quote]:
    """What the direct feed tells because of one message of TAKER's."""
    venue = lit_venue()
    with_orders(venue, **resting)
    before = len(venue.feed.items)
    Client(venue).answer(message)
    return venue.feed.items[before:]


# -- quotes ----------------------------------------------------------------------------------------------


def test_an_order_at_a_new_best_price_is_published():
    (quote,) = updates_after(sell(100, limit=100_0400), asks=ASKS)
    assert (quote.ask, quote.ask_qty, quote.trade) == (100_0400, 100, None)


def test_more_size_at_the_best_price_is_published():
    (quote,) = updates_after(sell(100, limit=100_0500), asks=ASKS)
    assert (quote.ask, quote.ask_qty) == (100_0500, 400)


@pytest.mark.parametrize(
    "message",
    [
        sell(100, limit=100_0600),
        buy(100, limit=100_0400, tif=IOC),
        buy(5_000, limit=100_0700, tif=TimeInForce.FOK),
        cancel(99),
        buy(0, limit=100_0400),
        None,
    ],
    ids=["behind the best", "IOC without a fill", "killed FOK", "unknown order", "refused", "no message"],
)
def test_what_changes_neither_the_best_nor_trades_is_not(message: object):
    assert updates_after(message, asks=ASKS) == []


def test_a_cancel_of_the_best_shows_the_next():
    venue = lit_venue()
    maker = with_orders(venue, asks=ASKS)
    maker.answer(cancel(1, owner=MAKER))
    assert quotes(venue)[-1] == (0, 0, 100_0600, 200)


def test_a_replace_of_the_best_is_published_once():
    venue = lit_venue()
    maker = with_orders(venue, asks=[(100_0500, 300)])
    maker.answer(replace(1, 300, 100_0400, owner=MAKER))
    assert quotes(venue) == [(0, 0, 100_0500, 300), (0, 0, 100_0400, 300)]


def test_an_empty_side_has_size_zero():
    venue = lit_venue()
    maker = with_orders(venue, bids=BIDS[:1], asks=ASKS[:1])
    maker.says(cancel(1, owner=MAKER), cancel(2, owner=MAKER))
    maker.hears()
    assert [quote[1::2] for quote in quotes(venue)] == [(0, 300), (300, 300), (300, 0), (0, 0)]


def test_an_update_carries_the_venue_s_time_and_sequence_number():
    venue = lit_venue(service=10)
    client = Client(venue, to=100)
    client.says(None, buy(300, limit=99_9500), at=0)
    client.hears()
    (quote,) = venue.feed.items
    assert (quote.at, quote.seq, venue.feed.times) == (120, 2, [120])


def test_a_reader_of_the_direct_feed_knows_a_quote_after_its_own_link():
    venue = lit_venue(service=10)
    view = venue.feed.view(venue.env, 77)
    client = Client(venue, to=100)
    client.says(buy(300, limit=99_9500), at=0)
    client.hears()
    assert view.advance(110 + 76) is None
    assert view.advance(110 + 77) == venue.feed.items[0]


# -- prints ----------------------------------------------------------------------------------------------


def test_a_print_tells_side_total_and_worst_price():
    (quote,) = updates_after(buy(400, limit=100_0600), asks=ASKS)
    assert quote.trade == Print(Side.BUY, 100_0600, 400, emptied=True)
    (quote,) = updates_after(sell(400, limit=99_9400), bids=BIDS)
    assert quote.trade == Print(Side.SELL, 99_9400, 400, emptied=True)


@pytest.mark.parametrize(("qty", "emptied"), [(100, False), (299, False), (300, True), (301, True), (600, True)])
def test_a_print_tells_whether_the_best_level_is_gone(qty: int, emptied: bool):
    (quote,) = updates_after(buy(qty, limit=100_0700), asks=ASKS)
    assert quote.trade is not None
    assert quote.trade.emptied is emptied


def test_a_remainder_that_becomes_the_other_side_s_best_is_in_the_same_update():
    (quote,) = updates_after(buy(400, limit=100_0500), asks=ASKS)
    assert quote[2:6] == (100_0500, 100, 100_0600, 200)
    assert quote.trade == Print(Side.BUY, 100_0500, 300, emptied=True)


def test_a_replace_that_crosses_prints():
    venue = lit_venue()
    with_orders(venue, asks=ASKS[:1])
    client = Client(venue)
    client.says(buy(200, limit=99_0000, order_id=9), replace(9, 200, 100_0500))
    client.hears()
    assert prints(venue) == [Print(Side.BUY, 100_0500, 200, emptied=False)]


def test_a_market_order_prints_like_any_other():
    (quote,) = updates_after(buy(600), asks=ASKS)
    assert quote.trade == Print(Side.BUY, 100_0700, 600, emptied=True)
    assert quote.ask_qty == 0


def test_quotes_without_a_trade_carry_no_print():
    venue = lit_venue()
    with_orders(venue, bids=BIDS, asks=ASKS)
    Client(venue).answer(buy(100, limit=100_0500))
    assert [quote.trade is None for quote in venue.feed.items] == [True, True, False]


# -- everything at once ------------------------------------------------------------------------------------


def best_level(venue: LitVenue, side: Side) -> tuple[int, int]:
    return next(((price, volume) for price, volume, _ in venue.book.depth(side, 1)), (0, 0))


def test_feed_log_and_book_agree_after_every_message():
    """2,000 messages of random flow: each quote is the book's best, each print what the takers were told."""
    log = EventLog()
    venue = lit_venue(log=log)
    clients = {owner: Client(venue, owner=owner) for owner in OWNERS}
    for message in recorded(seed=8, messages=2_000):
        opposite = {side: best_level(venue, Side(-side)) for side in Side}
        heard, before = len(venue.feed.items), venue.book.top()
        speaker = clients.get(message.owner, clients[1])
        reports = speaker.answer(message)
        published = venue.feed.items[heard:]
        taken = [r for r in reports if r.liquidity is Liquidity.TAKER]
        assert len(published) == (venue.book.top() != before or bool(taken))
        for quote in published:
            assert quote[2:6] == venue.book.top()
            assert quote.seq == venue.seq
            if taken:
                side, total = taken[0].side, sum(r.last_qty for r in taken)
                emptied = total >= opposite[side][1]
                assert quote.trade == Print(side, taken[-1].last_px, total, emptied)
            else:
                assert quote.trade is None
    assert rows(log, "quotes", "bid", "bid_qty", "ask", "ask_qty") == quotes(venue)
    assert rows(log, "quotes", "seq") == [(quote.seq,) for quote in venue.feed.items]
    assert sum(tape.qty for tape in prints(venue)) == sum(qty for (qty,) in rows(log, "trades", "qty")) > 1_000


def test_sequence_numbers_only_rise_on_the_feed():
    venue = lit_venue()
    client = Client(venue, owner=1)
    client.says(*(message._replace(owner=1) for message in recorded(seed=9, messages=500)))
    client.hears()
    numbers = [quote.seq for quote in venue.feed.items]
    assert numbers == sorted(set(numbers))


# -- the close ---------------------------------------------------------------------------------------------


def test_the_close_cancels_day_orders_tells_their_owners_and_publishes():
    venue = lit_venue()
    maker = with_orders(venue, asks=ASKS[:2])
    maker.answer(sell(100, limit=100_0800, tif=TimeInForce.GTC, owner=MAKER, order_id=7))
    venue.close()
    reports = maker.reports()
    assert kinds(reports) == ["CANCELED", "CANCELED"]
    assert {report.reason for report in reports} == {Reason.SESSION_END}
    assert quotes(venue)[-1] == (0, 0, 100_0800, 100)
    assert venue.feed.items[-1].seq == venue.seq == 4


def test_a_closed_venue_still_answers():
    venue = lit_venue()
    client = Client(venue)
    venue.close()
    assert [report.reason for report in client.answer(buy(100, limit=100_0000))] == [Reason.VENUE_CLOSED]


def test_a_venue_has_the_tick_it_was_given():
    client = Client(lit_venue(tick=TICK * 5))
    assert kinds(client.answer(NewOrder(1, TAKER, Side.BUY, 100, 100_0500))) == ["NEW"]
    assert [report.reason for report in client.answer(buy(100, limit=100_0100))] == [Reason.OFF_TICK]
