"""Snapshots of the national best, at most one an interval."""

from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from sim.history import History
from tests.venues.rig import quote
from tests.venues.test_sip import Source
from venues.messages import Print, Quote, Side
from venues.retail import RetailFeed, RetailView, national_best
from venues.sip import DirectBoard

INTERVAL = 100


class Screen:
    """Two venues whose quotes take 10 ns to the feed's maker, and a screen 7 ns from there."""

    def __init__(self, interval: int = INTERVAL) -> None:
        self.env = Environment()
        self.sources: Any = [Source(f"V{i}", 10 + i, History()) for i in range(2)]
        self.feed = RetailFeed(lambda keep_up: DirectBoard(self.sources, self.env, [10, 10], keep_up), interval)
        self.view = RetailView(self.feed, self.env, 7)

    def publish(self, at: int, source: int, item: Quote) -> None:
        self.env.run(until=max(at, 1))
        self.sources[source].feed.append(at, item._replace(at=at))

    def snapshots(self, until: int = 10_000) -> list[tuple[int, tuple[str, ...]]]:
        """(when, venues that it names) of each snapshot."""
        self.env.run(until=until)
        self.feed.advance(until)
        return [(snapshot.at, tuple(venue for venue, _ in snapshot.best)) for snapshot in self.feed.history.items]


def test_the_last_best_of_an_interval_is_told_at_its_end() -> None:
    screen = Screen()
    screen.publish(5, 0, quote(100, 104))
    screen.publish(20, 0, quote(101, 103))
    screen.publish(60, 0, quote(102, 103))
    screen.env.run(until=200)
    assert screen.view.latest(106) == []
    assert [(venue, seen.bid, at) for venue, seen, at in screen.view.latest(107)] == [("V0", 102, 107)]


def test_what_arrives_at_the_end_of_an_interval_belongs_to_the_next() -> None:
    screen = Screen()
    screen.publish(5, 0, quote(100, 104))
    screen.publish(90, 0, quote(101, 103))  # there at 100
    assert [at for at, _ in screen.snapshots()] == [100, 200]


def test_a_best_that_is_as_it_was_told_is_not_told_again() -> None:
    screen = Screen()
    screen.publish(5, 0, quote(100, 104))
    screen.publish(120, 0, quote(101, 104))
    screen.publish(130, 0, quote(100, 104))
    screen.publish(220, 1, quote(99, 105))  # no better
    screen.publish(320, 1, quote(100, 104, 500, 500))  # larger
    assert screen.snapshots() == [(100, ("V0",)), (400, ("V1",))]


def test_a_snapshot_names_the_two_best_venues_without_their_other_sides() -> None:
    low, high = quote(100, 103), quote(99, 102)
    assert [(venue, *seen[2:6]) for venue, seen in national_best([("V0", low, 5), ("V1", high, 6)])] == [
        ("V0", 100, 100, 0, 0),
        ("V1", 0, 0, 102, 100),
    ]


def test_equal_prices_go_to_the_larger_size_and_then_to_the_first_venue() -> None:
    small, large = quote(100, 102, 100, 200), quote(100, 102, 300, 200)
    best = national_best([("V0", small, 5), ("V1", large, 6)])
    assert [(venue, *seen[2:6]) for venue, seen in best] == [("V0", 0, 0, 102, 200), ("V1", 100, 300, 0, 0)]


def test_empty_sides_are_not_best() -> None:
    assert national_best([("V0", quote(0, 0), 5)]) == ()
    assert [venue for venue, _ in national_best([("V0", quote(0, 102), 5), ("V1", quote(0, 0), 5)])] == ["V0"]


def printed(qty: int) -> Quote:
    return quote(100, 102)._replace(trade=Print(Side.BUY, 102, qty, False))


def test_single_trades_are_not_told() -> None:
    ((_, told),) = national_best([("V0", printed(100), 5)])
    assert told.trade is None


def test_the_volume_is_told_also_when_the_best_is_as_it_was() -> None:
    screen = Screen()
    for at, source, qty in ((5, 0, 300), (120, 0, 200), (130, 1, 400)):
        screen.publish(at, source, printed(qty))
    screen.env.run(until=1_000)
    screen.feed.advance(1_000)
    assert [(snapshot.at, snapshot.volume) for snapshot in screen.feed.history.items] == [(100, 300), (200, 900)]


def test_a_reader_may_count_what_trades_from_now_on() -> None:
    screen = Screen()
    with pytest.raises(RuntimeError, match=r"call it first$"):
        screen.view.printed_qty(0)
    screen.publish(5, 0, printed(300))
    screen.env.run(until=107)
    screen.view.count_prints()
    screen.publish(120, 0, printed(200))
    screen.env.run(until=300)
    assert [screen.view.printed_qty(now) for now in (206, 207)] == [0, 200]


def test_each_screen_has_a_link_of_its_own() -> None:
    screen = Screen()
    slow = screen.feed.view(screen.env, 500)
    screen.publish(5, 0, quote(100, 104))
    screen.env.run(until=700)
    assert (len(screen.view.latest(150)), slow.latest(599), len(slow.latest(600))) == (1, [], 1)


def test_nobody_who_looks_costs_an_event() -> None:
    screen = Screen()
    screen.sources[0].feed.append(0, quote(100, 104))
    screen.view.latest(0)
    assert screen.env._queue == []


def test_an_interval_lasts_some_time() -> None:
    with pytest.raises(ValueError, match="interval = 0: snapshots need an interval of at least 1 ns"):
        Screen(interval=0)
