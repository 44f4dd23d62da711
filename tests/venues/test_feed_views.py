"""Readers at the end of a link: nothing is sent while nobody looks, and what they know is as old as their link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.environment import Environment
from tests.venues.builders import buy, sell
from tests.venues.feed_rig import FeedRig, RichFlow
from tests.venues.order_flow import TICK
from venues.book import Book
from venues.feed_views import LevelView, OrderBookView
from venues.level_feed import ConflatedFeed, LevelFeed
from venues.messages import Side

SELL = Side.SELL
PX = 100_0500
LINK, RECOVERY = 70, 200


class Market:
    """A book on a clock; messages arrive at it at stated times."""

    def __init__(self) -> None:
        self.env = Environment()
        self.rig = FeedRig(Book(TICK))

    def at(self, now: int, message: object) -> None:
        self.env.call_at(now, self._send, message)

    def until(self, now: int) -> int:
        self.env.run(until=now)
        return now

    def _send(self, message: object) -> None:
        self.rig.now = self.env.now - 1
        self.rig.send(message)

    def view(self, **more: Any) -> OrderBookView:
        return OrderBookView(self.rig.feed, self.env, LINK, RECOVERY, **more)


def losing(*numbers: int) -> Callable[[], bool]:
    """Loses the packets of these numbers, counted from 1."""
    asked = iter(range(1, 1_000_000))
    return lambda: next(asked) in numbers


def everything(packet: object, before: object) -> bool:
    return True


def test_a_view_knows_a_change_after_its_link():
    market = Market()
    view = market.view()
    market.at(100, sell(300, limit=PX))
    assert view.advance(market.until(169)).top() == (0, 0, 0, 0)
    assert view.advance(market.until(170)).top() == (0, 0, PX, 300)


def test_a_view_reads_every_packet_however_seldom_somebody_looks():
    market = Market()
    view = market.view()
    for number in range(1, 200):
        market.at(number, sell(number, limit=PX + number % 9 * TICK))
    book = view.advance(market.until(1_000))
    assert list(book.orders()) == list(market.rig.reader.book.orders())
    assert view.snapshots == 0


def test_a_late_joiner_knows_the_book_as_of_its_joining_after_the_recovery_latency():
    market = Market()
    market.at(100, sell(300, limit=PX))
    view = market.view() if market.until(101) else None
    assert view is not None
    market.at(102, sell(200, limit=PX))
    assert view.advance(market.until(300)).top() == (0, 0, 0, 0)
    assert view.missing == (1, 1)
    assert view.advance(market.until(301)).top() == (0, 0, PX, 500)
    assert (view.missing, view.snapshots) == (None, 1)


def test_a_view_that_lost_a_packet_asks_and_is_exact_again_when_the_answer_comes():
    market = Market()
    view = market.view(lost=losing(2))
    for now in (100, 110, 120):
        market.at(now, sell(now, limit=PX))
    assert view.advance(market.until(190)).depth(SELL) == [(PX, 100, 1)]
    assert view.missing == (2, 2)
    assert view.advance(market.until(190 + 2 * RECOVERY - 1)).depth(SELL) == [(PX, 100, 1)]
    assert view.advance(market.until(190 + 2 * RECOVERY)).depth(SELL) == [(PX, 330, 3)]
    assert (view.missing, view.snapshots) == (None, 1)


def test_what_came_while_the_snapshot_was_under_way_is_read_after_it():
    market = Market()
    view = market.view(lost=losing(2))
    for now in (100, 110, 120, 500, 510):
        market.at(now, sell(now, limit=PX))
    view.advance(market.until(190))
    view.advance(market.until(600))
    assert list(view.advance(600).orders()) == list(market.rig.reader.book.orders())
    assert view.snapshots == 1


def test_a_packet_lost_while_recovering_is_asked_for_again():
    market = Market()
    view = market.view(lost=losing(2, 5))
    for now in (100, 110, 120, 500, 510, 520):
        market.at(now, sell(now, limit=PX))
    for now in range(190, 2_000, 10):
        view.advance(market.until(now))
    assert list(view.advance(2_000).orders()) == list(market.rig.reader.book.orders())
    assert view.snapshots == 2


def test_a_subscriber_is_called_when_what_interests_it_has_been_read():
    market, heard = Market(), []
    view = market.view()
    view.subscribe(lambda book: heard.append((market.env.now, book.traded_qty)), trades)
    market.at(100, sell(300, limit=PX))
    market.at(200, buy(120, limit=PX))
    market.until(1_000)
    assert heard == [(200 + LINK, 120)]


def trades(packet: Any, before: object) -> bool:
    return any(hasattr(message, "match") for message in packet.messages)


def test_a_subscriber_that_lost_a_packet_is_called_when_it_has_recovered():
    market, heard = Market(), []
    view = market.view(lost=losing(2))
    view.subscribe(lambda book: heard.append((market.env.now, book.depth(SELL)[0][1])), everything)
    for now in (100, 110, 120):
        market.at(now, sell(now, limit=PX))
    market.until(1_000)
    assert heard == [(170, 100), (190 + 2 * RECOVERY, 330)]


def test_a_subscriber_that_joins_late_is_called_with_the_snapshot():
    market, heard = Market(), []
    market.at(100, sell(300, limit=PX))
    market.until(150)
    market.view().subscribe(lambda book: heard.append((market.env.now, book.top()[3])), everything)
    market.until(1_000)
    assert heard == [(150 + RECOVERY, 300)]


@pytest.mark.parametrize("depth", [None, 2, 1])
def test_a_view_of_levels_knows_them_after_its_link(depth: int | None):
    market = Market()
    view = LevelView(LevelFeed(market.rig.feed, depth), market.env, LINK, RECOVERY)
    for tick in range(3):
        market.at(100 + tick, sell(100, limit=PX + tick * TICK))
    levels = view.advance(market.until(100 + LINK))
    assert levels.depth(SELL) == [(PX, 100, 1)]
    assert len(view.advance(market.until(400)).depth(SELL)) == (depth or 3)


def test_a_view_of_a_conflated_feed_knows_an_interval_after_its_end_and_its_link():
    market = Market()
    slow = ConflatedFeed(market.env, LevelFeed(market.rig.feed), interval=50)
    view = LevelView(slow, market.env, LINK, RECOVERY)
    market.at(101, sell(300, limit=PX))
    market.at(149, sell(200, limit=PX))
    market.at(150, sell(100, limit=PX))
    assert view.advance(market.until(150 + LINK - 1)).top() == (0, 0, 0, 0)
    assert view.advance(market.until(150 + LINK)).top() == (0, 0, PX, 500)
    assert view.advance(market.until(200 + LINK)).top() == (0, 0, PX, 600)


def test_who_joins_a_conflated_feed_within_an_interval_knows_all_of_it_by_its_snapshot():
    market = Market()
    slow = ConflatedFeed(market.env, LevelFeed(market.rig.feed), interval=50)
    market.at(101, sell(300, limit=PX))
    market.at(111, sell(200, limit=PX))
    market.until(112)
    view = LevelView(slow, market.env, LINK, RECOVERY)
    market.at(113, sell(100, limit=PX))
    assert view.advance(market.until(112 + RECOVERY)).depth(SELL) == [(PX, 600, 3)]


def test_a_subscriber_of_a_conflated_feed_is_called_once_an_interval():
    market, heard = Market(), []
    slow = ConflatedFeed(market.env, LevelFeed(market.rig.feed), interval=50)
    view = LevelView(slow, market.env, LINK, RECOVERY)
    view.subscribe(lambda levels: heard.append((market.env.now, levels.top()[3])), everything)
    for now in (101, 120, 149, 150, 320):
        market.at(now, sell(100, limit=PX))
    market.until(1_000)
    assert heard == [(150 + LINK, 300), (200 + LINK, 400), (350 + LINK, 500)]


def test_a_view_without_a_subscriber_costs_no_event():
    market = Market()
    views = [market.view(), LevelView(LevelFeed(market.rig.feed), market.env, LINK, RECOVERY)]
    market.at(100, sell(300, limit=PX))
    market.until(101)
    for view in views:
        view.keep_up(101)
    assert market.env.peek() == float("inf")


def test_a_feed_forgets_what_all_its_views_have_passed():
    market = Market()
    market.rig.feed.history.keep = 64
    view = market.view()
    for number in range(1, 600):
        market.at(number, sell(1, limit=PX))
    book = view.advance(market.until(1_000))
    assert book.depth(SELL) == [(PX, 599, 599)]
    assert market.rig.feed.history.dropped > 300


def test_views_of_a_conflated_feed_keep_up_while_it_forgets():
    market = Market()
    levels = LevelFeed(market.rig.feed)
    slow = ConflatedFeed(market.env, levels, interval=3)
    levels.history.keep = slow.history.keep = 8
    view = LevelView(slow, market.env, LINK, RECOVERY)
    for number in range(1, 600):
        market.at(number, sell(1, limit=PX))
    assert view.advance(market.until(1_000)).depth(SELL) == [(PX, 599, 599)]
    assert slow.history.dropped > 50


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_lossy_day_and_a_quiet_minute_a_view_holds_the_displayed_book(seed: int):
    market = Market()
    view = market.view(lost=losing(*range(7, 200, 11)))
    for _ in RichFlow(seed, states=False).steps(market.rig, 400):
        view.advance(market.until(market.rig.now))
    quiet = market.rig.now
    for now in range(quiet + 50, quiet + 5_000, 50):
        view.advance(market.until(now))
    assert view.snapshots > 1
    assert list(view.advance(market.env.now).orders()) == list(market.rig.reader.book.orders())
