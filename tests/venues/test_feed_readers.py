"""Readers notice what they missed, ask for a snapshot and are exact again."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.builders import buy, cancel, sell
from tests.venues.feed_rig import FeedRig, RichFlow, aggregated, displayed
from tests.venues.order_flow import TICK
from venues.book import Book
from venues.displayed_book import DisplayedBook, FeedError
from venues.feed_messages import (
    LevelPacket,
    LevelUpdate,
    OrderAdded,
    OrderDeleted,
    OrderExecuted,
    OrderPacket,
    OrderReduced,
    OrderSnapshot,
)
from venues.feed_readers import InSequence, LevelReader, OrderBookReader
from venues.level_feed import LevelFeed
from venues.messages import BookState, Side

SELL = Side.SELL
PX = 100_0500


def added(*references: int) -> OrderPacket:
    """A packet that adds these orders; an order's reference is its sequence number too."""
    return OrderPacket(0, 0, references[0], tuple(OrderAdded(r, SELL, 10 * r, PX) for r in references))


def queue(book: DisplayedBook) -> list[int]:
    """The references in order of priority."""
    return [order.reference for order in book.orders()]


# -- sequence --------------------------------------------------------------------------------------------


def test_a_reader_from_the_beginning_needs_no_snapshot():
    reader = OrderBookReader()
    reader.take(added(1))
    reader.take(added(2, 3))
    assert (queue(reader.book), reader.seq, reader.missing) == ([1, 2, 3], 3, None)


def test_a_gap_is_named_and_the_book_stays_as_it_was_before_it():
    reader = OrderBookReader()
    for packet in (added(1), added(4), added(7)):
        reader.take(packet)
    assert (queue(reader.book), reader.missing) == ([1], (2, 3))


def test_what_comes_late_closes_the_gap():
    reader = OrderBookReader()
    for packet in (added(1), added(4), added(2, 3)):
        reader.take(packet)
    assert (queue(reader.book), reader.missing) == ([1, 2, 3, 4], None)


def test_what_comes_twice_is_read_once():
    reader = OrderBookReader()
    for packet in (added(1), added(1), added(3), added(3), added(2)):
        reader.take(packet)
    assert queue(reader.book) == [1, 2, 3]


def test_a_heartbeat_shows_the_loss_of_the_last_packet():
    rig = FeedRig(Book(TICK))
    reader = OrderBookReader()
    reader.take(rig.feed.heartbeat(0))
    assert reader.missing is None
    rig.send(sell(300, limit=PX))
    reader.take(rig.feed.heartbeat(2))
    assert reader.missing == (1, 1)
    reader.take(rig.feed.history.items[0])
    assert (reader.missing, len(reader.book)) == (None, 1)


@given(st.permutations(range(8)))
def test_packets_in_any_order_make_the_same_book(order: list[int]):
    packets = [added(1), added(2, 3), added(4), added(5), added(6, 7, 8), added(9), added(10), added(11)]
    reader = OrderBookReader()
    for index in order:
        reader.take(packets[index])
    assert (queue(reader.book), reader.missing) == (list(range(1, 12)), None)


def test_a_packet_that_was_read_in_part_is_read_on():
    line: InSequence[LevelPacket] = InSequence()
    wide = LevelPacket(0, 0, 1, 3, (), ())
    assert line.skip_to(2) == []
    assert (line.take(wide), line.expected) == ([wide], 4)


# -- snapshots -------------------------------------------------------------------------------------------


def test_after_a_snapshot_older_packets_are_dropped_and_newer_ones_applied():
    rig = FeedRig(Book(TICK))
    rig.send(sell(300, limit=PX, order_id=1))
    rig.send(sell(200, limit=PX, order_id=2))
    snapshot = rig.feed.snapshot(rig.now)
    rig.send(cancel(1))
    late = OrderBookReader()
    late.take(rig.feed.history.items[1])
    late.take(rig.feed.history.items[2])
    assert late.missing == (1, 1)
    late.recover(snapshot)
    assert (queue(late.book), late.seq, late.missing) == ([2], 3, None)


def test_a_snapshot_older_than_what_was_read_is_ignored():
    rig = FeedRig(Book(TICK))
    old = rig.feed.snapshot(0)
    rig.send(sell(300, limit=PX))
    rig.reader.recover(old)
    rig.check()


def test_a_snapshot_from_within_the_gap_leaves_the_rest_of_the_gap():
    rig = FeedRig(Book(TICK))
    rig.send(sell(300, limit=PX))
    snapshot = rig.feed.snapshot(rig.now)
    for _ in range(2):
        rig.send(sell(100, limit=PX))
    reader = OrderBookReader()
    reader.take(rig.feed.history.items[2])
    reader.recover(snapshot)
    assert (queue(reader.book), reader.missing) == ([1], (2, 2))


def test_a_snapshot_carries_the_phase_of_the_session():
    rig = FeedRig(Book(TICK))
    rig.state(BookState.HALTED)
    late = OrderBookReader()
    late.recover(rig.feed.snapshot(rig.now))
    assert late.book.state is BookState.HALTED


def test_of_a_packet_that_a_snapshot_contains_in_part_the_rest_is_read():
    reader = OrderBookReader()
    reader.recover(OrderSnapshot(0, 2, BookState.CONTINUOUS, added(1, 2).messages))
    reader.take(added(2, 3))
    assert (queue(reader.book), reader.seq) == ([1, 2, 3], 3)


# -- losses ----------------------------------------------------------------------------------------------


class Lossy:
    """A reader of a feed over a line that loses packets; it asks for a snapshot some packets after it notices."""

    def __init__(self, feed: Any, reader: Any, seed: int) -> None:
        self.feed, self.reader = feed, reader
        self.draw = random.Random(seed)
        self.read = self.recoveries = self.lost = 0

    def listen(self) -> None:
        """Take what was published since."""
        for packet in self.feed.history.items[self.read :]:
            if self.draw.random() < 0.05:
                self.lost += 1
            else:
                self.reader.take(packet)
        self.read = len(self.feed.history.items)
        if self.reader.missing and self.draw.random() < 0.3:
            self.recover()

    def recover(self) -> None:
        self.recoveries += 1
        self.reader.recover(self.feed.snapshot(0))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_losses_a_reader_is_either_exact_or_knows_that_it_is_not(seed: int):
    rig = FeedRig(Book(TICK))
    feeds = {depth: feed for depth, (feed, _) in rig.levels.items()}
    orders = Lossy(rig.feed, OrderBookReader(), seed)
    levels = {depth: Lossy(feed, LevelReader(), seed) for depth, feed in feeds.items()}
    exact = 0
    for _ in RichFlow(seed).steps(rig, 800):
        for line in (orders, *levels.values()):
            line.listen()
        if orders.reader.seq == rig.feed.seq:
            exact += 1
            assert list(orders.reader.book.orders()) == list(rig.reader.book.orders())
        for depth, line in levels.items():
            if line.reader.seq == line.feed.seq:
                assert depth_of(line.reader) == depth_of(rig.levels[depth][1])
    assert exact > 400
    assert min(orders.lost, orders.recoveries, *(line.recoveries for line in levels.values())) > 3


def depth_of(reader: LevelReader) -> list[list[tuple[int, int, int]]]:
    return [reader.depth(side) for side in Side]


@pytest.mark.parametrize("join", [1, 50, 299])
def test_who_joins_late_and_recovers_later_is_exact(join: int):
    rig, late, all_levels = FeedRig(Book(TICK)), OrderBookReader(), LevelReader()
    level_feed = LevelFeed(rig.feed)
    for step, _ in enumerate(RichFlow(9).steps(rig, 400)):
        if step == join:
            snapshots = rig.feed.snapshot(rig.now), level_feed.snapshot(rig.now)
            joined = len(rig.feed.history.items), len(level_feed.history.items)
    for packet in rig.feed.history.items[joined[0] :]:
        late.take(packet)
    for level_packet in level_feed.history.items[joined[1] :]:
        all_levels.take(level_packet)
    late.recover(snapshots[0])
    all_levels.recover(snapshots[1])
    assert (late.missing, all_levels.missing) == (None, None)
    assert list(late.book.orders()) == list(rig.reader.book.orders())
    assert all_levels.depth(SELL) == aggregated(displayed(rig.book, SELL))


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 199)), st.integers(0, 10_000))
def test_whatever_is_lost_one_snapshot_at_the_end_makes_it_good(lost: set[int], seed: int):
    rig, reader = FeedRig(Book(TICK)), OrderBookReader()
    for _ in RichFlow(seed).steps(rig, 120):
        pass
    for index, packet in enumerate(rig.feed.history.items):
        if index not in lost:
            reader.take(packet)
    reader.recover(rig.feed.snapshot(rig.now))
    assert reader.missing is None
    assert list(reader.book.orders()) == list(rig.reader.book.orders())


# -- the displayed book ----------------------------------------------------------------------------------


def test_a_reader_knows_how_many_shares_are_before_an_order():
    reader = OrderBookReader()
    reader.take(added(1, 2, 3))
    assert [reader.book.ahead_of(reference) for reference in (1, 2, 3)] == [0, 10, 30]


def test_an_execution_tells_the_last_price_and_the_shares_traded():
    rig = FeedRig(Book(TICK))
    rig.send(sell(300, limit=PX))
    rig.send(buy(120, limit=PX + 100))
    book, levels = rig.reader.book, rig.levels[None][1]
    assert (book.last_px, book.traded_qty) == (levels.last_px, levels.traded_qty) == (PX, 120)


@pytest.mark.parametrize(
    "message",
    [OrderDeleted(9), OrderExecuted(9, 1, 1), OrderExecuted(1, 11, 1), OrderReduced(1, 0), OrderAdded(1, SELL, 5, PX)],
)
def test_a_message_that_contradicts_the_book_is_an_error(message: Any):
    reader = OrderBookReader()
    reader.take(added(1))
    with pytest.raises(FeedError, match=r"reference|OrderAdded"):
        reader.take(OrderPacket(0, 0, 2, (message,)))


def test_the_error_says_what_to_do():
    with pytest.raises(FeedError, match=r"^reference 9: no such order is displayed; recover from a snapshot$"):
        DisplayedBook().apply(OrderDeleted(9))


def test_a_level_told_twice_does_no_harm():
    reader = LevelReader()
    for seq in (1, 2):
        reader.take(LevelPacket(0, 0, seq, seq, (LevelUpdate(SELL, PX, 300, 2), LevelUpdate(SELL, PX + 100, 0, 0)), ()))
    assert reader.depth(SELL) == [(PX, 300, 2)]
