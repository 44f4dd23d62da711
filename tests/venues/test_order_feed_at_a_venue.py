"""A venue's own order feed: made on demand, complete, with the venue's times and numbers."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from agents.participant import Place
from agents.recordings.reading import Recording
from agents.replay import REPLAY_WAKES, Replay
from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import MAKER, cancel, sell
from tests.venues.feed_rig import displayed
from tests.venues.rig import Client, lit_venue, with_orders
from venues.displayed_book import DisplayedBook
from venues.feed_views import LevelView, OrderBookView
from venues.fees import FeeSchedule
from venues.level_feed import LevelFeed
from venues.lit import LitVenue
from venues.messages import BookState, Side

CENT = 100
ASKS = [(100_0500, 300), (100_0600, 200)]


def shown(book: DisplayedBook, side: Side) -> list[tuple[int, int]]:
    """(price, shares) of each order, in order of priority."""
    return [(order.price, order.qty) for order in book.orders(side)]


def test_a_venue_has_one_order_feed_and_makes_it_when_asked():
    venue = lit_venue()
    assert venue.order_feed() is venue.order_feed()


def test_a_packet_has_the_venue_s_time_and_number_of_the_message():
    venue = lit_venue(service=10)
    feed = venue.order_feed()
    client = Client(venue, to=100)
    client.says(None, sell(300, limit=100_0500), at=0)
    client.hears()
    (packet,) = feed.history.items
    assert (packet.at, packet.venue_seq, feed.history.times) == (120, 2, [120])


def test_a_reader_of_the_venue_s_feed_knows_its_book_after_its_own_link():
    venue = lit_venue(service=10)
    view = OrderBookView(venue.order_feed(), venue.env, latency=77, recovery=200)
    client = Client(venue, to=100)
    client.says(sell(300, limit=100_0500), at=0)
    client.hears()
    assert view.advance(110 + 76).top() == (0, 0, 0, 0)
    assert view.advance(110 + 77).top() == (0, 0, 100_0500, 300)


def test_who_subscribes_in_the_middle_of_the_day_knows_what_rests():
    venue = lit_venue()
    with_orders(venue, asks=ASKS)
    view = OrderBookView(venue.order_feed(), venue.env, latency=77, recovery=200)
    assert shown(view.advance(venue.env.now + 200), Side.SELL) == ASKS


def test_what_the_venue_does_by_itself_is_told_too():
    venue = lit_venue()
    with_orders(venue, asks=ASKS)
    feed = venue.order_feed()
    venue.close()
    assert feed.displayed.state is BookState.CLOSED
    assert len(feed.displayed) == 0


def test_the_best_level_is_the_venue_s_quote():
    venue = lit_venue()
    view = LevelView(LevelFeed(venue.order_feed(), depth=1), venue.env, latency=1, recovery=1)
    maker = with_orders(venue, asks=ASKS)
    maker.answer(cancel(1, owner=MAKER))
    quote = venue.feed.items[-1]
    assert view.advance(venue.env.now).top() == (quote.bid, quote.bid_qty, quote.ask, quote.ask_qty)


def test_thirteen_seconds_of_a_recorded_day_are_rebuilt_order_by_order(shared_data: Path):
    folder = shared_data / "lobster_msft_20120621"
    book = folder / "book_l50_first1950.csv.gz"
    recording = Recording(folder / "messages_l50_first2000.csv.gz", book=book, tick=CENT)
    env, log = Environment(), EventLog()
    venue = LitVenue(env, 0, "LIT", FeeSchedule(0, 0), 500, log, tick=CENT)
    view = OrderBookView(venue.order_feed(), env, latency=1_000, recovery=1_000)
    place = Place(env, log, count(1).__next__, recording.tick, 1, {"LIT": (0, 0)})
    Replay.of(place, "recording", 1, {"LIT": venue.connect(1, 1, 1, REPLAY_WAKES)}, recording).start()
    env.run()
    env.run(until=env.now + 10_000)
    rebuilt = view.advance(env.now)
    for side in Side:
        assert shown(rebuilt, side) == [(price, qty) for _, price, qty in displayed(venue.book, side)]
    assert rebuilt.traded_qty == venue.traded_qty > 0
    assert len(rebuilt) > 100
