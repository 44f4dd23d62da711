"""The feed that a retail investor's screen shows: snapshots of the national best, at most one an interval.

Rules
    The maker of the feed hears the SIP, or the venues' direct feeds, over links of its own. Intervals are [k, k+1)
    times their length; at an interval's end a snapshot tells the national best as it was known there then, unless it
    is the one that was told last. What arrives at the very end belongs to the next interval.
    National best: highest bid and lowest ask of what was heard; equal prices: the largest size, then the scenario's
    order of venues. From the SIP it is in round lots, from direct feeds it is not.
    A snapshot holds the quotes of the best bid's and the best ask's venue alone, each without a side that is not best.
    The volume is of all prints that were heard since the beginning; single trades are not told.

Cost
    No event: snapshots are made when somebody looks, with the times at which they were due (see `sim.history`).

Does not model
    Feeds whose intervals begin with the first change after a pause.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from sim.environment import Environment
from sim.history import History
from sim.link import LatencySource
from venues.messages import Quote

Heard = list[tuple[str, Quote, int]]
"""(venue, quote, arrival in ns) of each venue."""


class Source(Protocol):
    """What the snapshots are made from: a `SipView`, or a `DirectBoard`."""

    def latest(self, now: int) -> Heard:
        """What has arrived by ``now``."""

    def next_arrival(self, now: int) -> int | None:
        """When the next thing that was not read arrives, of all that was on its way at ``now``."""

    def count_prints(self) -> None:
        """From now on count what trades."""

    def printed_qty(self, now: int) -> int:
        """Shares of the prints that have arrived by ``now``."""


class Snapshot(NamedTuple):
    """The best at an interval's end: (venue, quote) of the best bid's and the best ask's venues; and the volume."""

    at: int
    best: tuple[tuple[str, Quote], ...]
    volume: int


def national_best(heard: Heard) -> tuple[tuple[str, Quote], ...]:
    """The quotes of the best bid's and the best ask's venues, without sides that are not best.

    >>> a, b = Quote(0, 1, 99_0000, 100, 102_0000, 100), Quote(0, 4, 98_0000, 100, 101_0000, 300)
    >>> [(venue, *quote[1:6]) for venue, quote in national_best([("A", a, 7), ("B", b, 9)])]
    [('A', 1, 990000, 100, 0, 0), ('B', 4, 0, 0, 1010000, 300)]
    """
    bids = [(-quote.bid, -quote.bid_qty, place) for place, (_, quote, _) in enumerate(heard) if quote.bid_qty]
    asks = [(quote.ask, -quote.ask_qty, place) for place, (_, quote, _) in enumerate(heard) if quote.ask_qty]
    bid_at, ask_at = (min(side)[2] if side else None for side in (bids, asks))
    best = []
    for place, (venue, quote, _) in enumerate(heard):
        bid = (quote.bid, quote.bid_qty) if place == bid_at else (0, 0)
        ask = (quote.ask, quote.ask_qty) if place == ask_at else (0, 0)
        if bid[1] or ask[1]:
            best.append((venue, Quote(quote.at, quote.seq, *bid, *ask)))
    return tuple(best)


class RetailFeed:
    """Makes the snapshots; ``listen`` makes the source, given what keeps it up.

    Raises:
        ValueError: an interval (ns) below 1.
    """

    def __init__(self, listen: Callable[[Callable[[int], object]], Source], interval: int) -> None:
        if interval < 1:
            raise ValueError(f"interval = {interval}: snapshots need an interval of at least 1 ns")
        self.interval = interval
        self.history: History[Snapshot] = History()
        self._source = listen(self.advance)
        self._source.count_prints()
        self._told: tuple[object, ...] = ([], 0)
        self._working = False

    def advance(self, now: int) -> None:
        """Make the snapshot of every interval that has ended by ``now`` (ns)."""
        if self._working:  # what we read asks its readers to keep up
            return
        self._working = True
        due = self._next_due(now)
        while due is not None and due <= now:
            best, volume = national_best(self._source.latest(due - 1)), self._source.printed_qty(due - 1)
            told = [(venue, *quote[2:6]) for venue, quote in best], volume
            if told != self._told:
                self._told = told
                self.history.append(due, Snapshot(due, best, volume))
            due = self._next_due(now)
        self._working = False

    def view(self, env: Environment, latency: LatencySource | int) -> RetailView:
        """A subscriber, over a link of its own."""
        return RetailView(self, env, latency)

    def _next_due(self, now: int) -> int | None:
        """When the interval ends in which the next thing arrives."""
        arrival = self._source.next_arrival(now)
        return None if arrival is None else (arrival // self.interval + 1) * self.interval


class RetailView:
    """What one subscriber's screen shows: `venues.protocols.QuoteBoard`."""

    def __init__(self, feed: RetailFeed, env: Environment, latency: LatencySource | int) -> None:
        self._env = env
        self._feed = feed
        self._counted_from: int | None = None
        self._snapshots = feed.history.view(env, latency, keep_up=self.advance)

    def advance(self, now: int) -> Snapshot | None:
        """The latest snapshot that has arrived by ``now`` (ns)."""
        self._feed.advance(now)
        return self._snapshots.advance(now)

    def latest(self, now: int) -> Heard:
        """(venue, quote, arrival in ns) of the venues that the snapshot names."""
        snapshot = self.advance(now)
        if snapshot is None:
            return []
        return [(venue, quote, self._snapshots.arrived_at) for venue, quote in snapshot.best]

    def recent(self, venue: str, now: int) -> list[Quote]:
        """Nothing: snapshots tell neither prints nor what came between."""
        return []

    def count_prints(self) -> None:
        """From now on tell what trades, as far as the screen shows it."""
        if self._counted_from is None:
            self._counted_from = self._volume(self._env.now)

    def printed_qty(self, now: int) -> int:
        """Shares by which the volume has grown by ``now``.

        Raises:
            RuntimeError: nobody has asked to count them.
        """
        if self._counted_from is None:
            raise RuntimeError("prints are counted from count_prints() on; call it first")
        return self._volume(now) - self._counted_from

    def _volume(self, now: int) -> int:
        snapshot = self.advance(now)
        return 0 if snapshot is None else snapshot.volume
