"""Several venues' price levels as one reader hears of them."""

from __future__ import annotations

from sim.environment import Environment
from tests.venues.builders import buy, cancel, sell
from tests.venues.feed_rig import FeedRig
from tests.venues.order_flow import TICK
from venues.book import Book
from venues.depth import DepthBoard
from venues.feed_views import LevelView
from venues.level_feed import LevelFeed

PX = 100_0000


def listened(depth: int, latency: int = 50) -> tuple[FeedRig, DepthBoard]:
    """A book whose time counts its messages, and a board that hears of it."""
    env, rig = Environment(), FeedRig(Book(TICK))
    return rig, DepthBoard({"NYSE": LevelView(LevelFeed(rig.feed, depth), env, latency, recovery=1)})


def test_levels_come_best_first_and_no_deeper_than_the_feed() -> None:
    rig, board = listened(depth=2)
    for number, ticks in enumerate((2, 0, 1), start=1):
        rig.send(sell(100 * number, limit=PX + ticks * TICK, order_id=number))
        rig.send(buy(100 * number, limit=PX - (1 + ticks) * TICK, order_id=10 + number))
    bids, asks = board.depth("NYSE", 1_000)
    assert asks == ((PX, 200), (PX + TICK, 300))
    assert bids == ((PX - TICK, 200), (PX - 2 * TICK, 300))


def test_a_level_is_known_when_its_packet_has_arrived() -> None:
    rig, board = listened(depth=3)
    rig.send(sell(100, limit=PX, order_id=1))
    rig.send(cancel(1))
    assert [board.depth("NYSE", now)[1] for now in (50, 51, 52)] == [(), ((PX, 100),), ()]


def test_a_look_that_finds_nothing_new_costs_nothing_new() -> None:
    rig, board = listened(depth=3)
    rig.send(sell(100, limit=PX, order_id=1))
    assert board.depth("NYSE", 51) is board.depth("NYSE", 60)


def test_a_venue_without_a_feed_shows_nothing() -> None:
    _, board = listened(depth=3)
    assert board.depth("POOL", 1_000) == ((), ())
