"""Price levels as a feed of some depth tells them, and what is left of it for slow readers."""

from __future__ import annotations

import pytest

from sim.environment import Environment
from tests.venues.builders import buy, cancel, sell
from tests.venues.feed_rig import FeedRig, RichFlow
from tests.venues.order_flow import TICK
from venues.book import Book
from venues.feed_messages import LevelPacket, LevelTrade, LevelUpdate
from venues.feed_readers import LevelReader
from venues.level_feed import ConflatedFeed, LevelFeed
from venues.messages import Side, Terms

BUY, SELL = Side.BUY, Side.SELL
PX = 100_0500
CENT = 100


class Levels:
    """A book and one level feed."""

    def __init__(self, depth: int | None) -> None:
        self.rig = FeedRig(Book(TICK))
        self.feed = LevelFeed(self.rig.feed, depth)

    def after(self, *messages: object) -> list[LevelPacket]:
        """What the feed says of these messages."""
        before = len(self.feed.history.items)
        for message in messages:
            self.rig.send(message)
        return self.feed.history.items[before:]


def asks(*ticks: int) -> list[object]:
    """Sell orders with ids 1, 2, ... so many cents above PX."""
    return [sell(100, limit=PX + tick * CENT, order_id=number) for number, tick in enumerate(ticks, start=1)]


def test_an_update_says_what_a_level_now_holds():
    first, second = Levels(None).after(sell(300, limit=PX), sell(200, limit=PX))
    assert first.levels == (LevelUpdate(SELL, PX, 300, 1),)
    assert second.levels == (LevelUpdate(SELL, PX, 500, 2),)


def test_a_level_that_is_gone_holds_nothing():
    *_, last = Levels(None).after(sell(300, limit=PX, order_id=1), cancel(1))
    assert last.levels == (LevelUpdate(SELL, PX, 0, 0),)


def test_a_sweep_is_one_packet_with_its_trades():
    levels = Levels(None)
    levels.after(*asks(0, 1, 2))
    (packet,) = levels.after(buy(250, limit=PX + CENT))
    assert packet.trades == (LevelTrade(PX, 100), LevelTrade(PX + CENT, 100))
    assert packet.levels == (
        LevelUpdate(SELL, PX, 0, 0),
        LevelUpdate(SELL, PX + CENT, 0, 0),
        LevelUpdate(BUY, PX + CENT, 50, 1),
    )


def test_53_depth_shows_what_is_displayed_and_trades_tell_all_of_it():
    levels = Levels(None)
    iceberg = sell(30, limit=PX)._replace(terms=Terms(display_qty=10))
    levels.after(iceberg, sell(10, limit=PX))
    (packet,) = levels.after(buy(25, limit=PX))
    assert packet.levels == (LevelUpdate(SELL, PX, 5, 1),)
    assert sum(trade.qty for trade in packet.trades) == 25


def test_a_level_that_comes_into_view_is_told_and_one_that_is_pushed_out_too():
    levels = Levels(depth=2)
    assert levels.after(*asks(1, 2, 3))[-1].levels == (LevelUpdate(SELL, PX + 2 * CENT, 100, 1),)
    (pushed,) = levels.after(sell(100, limit=PX, order_id=9))
    assert pushed.levels == (LevelUpdate(SELL, PX + 2 * CENT, 0, 0), LevelUpdate(SELL, PX, 100, 1))
    (back,) = levels.after(cancel(9))
    assert back.levels == (LevelUpdate(SELL, PX, 0, 0), LevelUpdate(SELL, PX + 2 * CENT, 100, 1))


def test_what_happens_below_the_levels_shown_is_not_told():
    levels = Levels(depth=1)
    levels.after(*asks(0))
    assert levels.after(sell(100, limit=PX + CENT)) == []


def test_a_trade_against_hidden_shares_is_told_without_a_level():
    levels = Levels(depth=1)
    levels.after(sell(100, limit=PX)._replace(terms=Terms(display_qty=0)))
    (packet,) = levels.after(buy(40, limit=PX))
    assert (packet.levels, packet.trades) == ((), (LevelTrade(PX, 40),))


def test_packets_are_numbered_without_a_gap_whatever_the_depth():
    rig = FeedRig(Book(TICK))
    for _ in RichFlow(3).steps(rig, 300):
        pass
    for feed, _ in rig.levels.values():
        assert [packet.first for packet in feed.history.items] == list(range(1, feed.seq + 1))


def test_a_feed_that_begins_on_a_full_book_has_told_its_levels_to_nobody():
    levels = Levels(None)
    levels.after(*asks(0, 1))
    late = LevelFeed(levels.rig.feed, depth=1)
    reader = LevelReader()
    levels.after(cancel(1))
    reader.take(late.history.items[0])
    assert reader.missing == (1, 1)
    reader.recover(late.snapshot(0))
    assert reader.depth(SELL) == [(PX + CENT, 100, 1)]


def test_a_heartbeat_says_which_number_comes_next():
    levels, reader = Levels(None), LevelReader()
    reader.take(levels.feed.heartbeat(0))
    assert reader.missing is None
    levels.after(*asks(0, 1))
    reader.take(levels.feed.heartbeat(9))
    assert reader.missing == (1, 2)


def test_a_feed_shows_at_least_one_level():
    with pytest.raises(ValueError, match="depth = 0: a feed shows at least one level, None shows all"):
        Levels(depth=0)


# -- conflation ------------------------------------------------------------------------------------------


class Slow:
    """A conflated feed of a book whose clock is an environment's."""

    def __init__(self, interval: int, depth: int | None = None) -> None:
        self.env = Environment()
        self.rig = FeedRig(Book(TICK))
        self.levels = LevelFeed(self.rig.feed, depth)
        self.feed = ConflatedFeed(self.env, self.levels, interval)

    def at(self, now: int, message: object) -> None:
        """Send a message at this time."""
        self.env.run(until=now)
        self.rig.now = now - 1
        self.rig.send(message)

    def packets(self, now: int) -> list[LevelPacket]:
        """What was published by then."""
        self.env.run(until=now)
        self.feed.advance(now)
        return self.feed.history.items


def test_an_interval_is_one_packet_at_its_end_with_the_last_state_of_each_level():
    slow = Slow(interval=10)
    slow.at(12, sell(300, limit=PX))
    slow.at(13, sell(200, limit=PX))
    slow.at(17, buy(100, limit=PX))
    (packet,) = slow.packets(20)
    assert (packet.at, packet.first, packet.last) == (20, 1, 3)
    assert packet.levels == (LevelUpdate(SELL, PX, 400, 2),)
    assert packet.trades == (LevelTrade(PX, 100),)


def test_what_is_made_at_the_end_of_an_interval_belongs_to_the_next():
    slow = Slow(interval=10)
    slow.at(19, sell(300, limit=PX))
    slow.at(20, sell(200, limit=PX))
    assert [(packet.at, packet.first, packet.last) for packet in slow.packets(30)] == [(20, 1, 1), (30, 2, 2)]


def test_nothing_is_published_before_the_end_or_for_an_empty_interval():
    slow = Slow(interval=10)
    slow.at(12, sell(300, limit=PX))
    assert slow.packets(19) == []
    assert [packet.at for packet in slow.packets(60)] == [20]


def test_who_looks_and_when_changes_nothing():
    seldom, often = Slow(interval=25), Slow(interval=25)
    for slow in (seldom, often):
        for now in range(1, 300, 3):
            slow.at(now, sell(now % 7 + 1, limit=PX + now % 5 * CENT))
            if slow is often:
                slow.feed.advance(now)
    assert seldom.packets(400) == often.packets(400)


@pytest.mark.parametrize("depth", [None, 2, 1])
@pytest.mark.parametrize("interval", [1, 7, 100])
def test_a_reader_of_a_conflated_feed_is_exact_at_every_boundary(interval: int, depth: int | None):
    slow, reader = Slow(interval, depth), LevelReader()
    exact = LevelReader()
    read = checked = 0
    for _ in RichFlow(interval).steps(slow.rig, 500):
        now = slow.rig.now  # the message was made at this time: it belongs to the interval that ends after it
        slow.env.run(until=now)
        slow.feed.advance(now)
        for packet in slow.feed.history.items[read:]:
            reader.take(packet)
            while exact.seq < packet.last:
                exact.take(slow.levels.history.items[exact.seq])
            assert [reader.depth(side) for side in Side] == [exact.depth(side) for side in Side]
            assert reader.traded_qty == exact.traded_qty
            assert len({update[:2] for update in packet.levels}) == len(packet.levels)
            checked += 1
        read = len(slow.feed.history.items)
    assert checked >= 4


def test_a_conflated_feed_reads_all_of_a_level_feed_that_forgets():
    slow, reader = Slow(interval=10), LevelReader()
    slow.levels.history.keep = 16
    for now in range(1, 200):
        slow.at(now, sell(1, limit=PX + now % 5 * CENT))
    for packet in slow.packets(210):
        reader.take(packet)
    assert slow.levels.history.dropped > 100
    assert (reader.seq, reader.depth(SELL)) == (199, slow.rig.reader.book.depth(SELL))


def test_a_reader_who_missed_a_conflated_packet_recovers_from_a_snapshot_within_the_next():
    slow, reader = Slow(interval=10), LevelReader()
    slow.at(11, sell(300, limit=PX, order_id=1))
    slow.at(21, sell(100, limit=PX + CENT))
    snapshot = slow.levels.snapshot(21)
    slow.at(22, cancel(1))
    first, second = slow.packets(30)
    reader.take(second)
    assert (first.last, second.first, second.last, reader.missing) == (1, 2, 3, (1, 1))
    reader.recover(snapshot)
    assert (reader.missing, reader.depth(SELL)) == (None, [(PX + CENT, 100, 1)])


def test_an_interval_is_at_least_a_nanosecond():
    with pytest.raises(ValueError, match="interval = 0: a conflated feed needs an interval of at least 1 ns"):
        Slow(interval=0)
