"""Nobody knows what has not arrived: views that are worked out when somebody looks, against feeds that tick.

Two attempts on every reader: an oracle that hands over each message when it is due (`feed_oracle`) must know the same
at every look; and what is published at or after a look must make no difference to it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.environment import Environment
from sim.history import History
from sim.log import EventLog
from tests.venues.feed_oracle import Oracle, Paths, Published, arrivals, endless
from tests.venues.feed_rig import FeedRig, RichFlow, aggregated, displayed
from tests.venues.order_flow import TICK
from tests.venues.rig import quote
from tests.venues.test_sip import Source
from venues.book import Book
from venues.depth import DepthBoard
from venues.feed_views import LevelView
from venues.level_feed import LevelFeed
from venues.messages import Print, Quote, Side
from venues.retail import RetailFeed, RetailView
from venues.round_lots import OddLotQuote
from venues.sip import DirectBoard, Sip, prices_moved
from venues.sip_quotes import SipQuotes

SOURCES = 3

prices = st.integers(0, 4)
sizes = st.integers(1, 2)
trades = st.none() | st.builds(Print, st.sampled_from(Side), prices, sizes, st.booleans())
quotes = st.builds(quote, prices, prices, sizes, sizes)
plain = st.builds(lambda item, trade: item._replace(trade=trade), quotes, trades)
odd = st.builds(
    lambda shown, told: OddLotQuote.of(shown, (told.bid, told.bid_qty, told.ask, told.ask_qty)), plain, plain
)
scripts = st.lists(st.tuples(st.integers(0, 40), st.integers(0, SOURCES - 1), plain | odd), min_size=1, max_size=25)
some = st.lists(st.integers(0, 60), min_size=1, max_size=4)
by_source = st.lists(some, min_size=SOURCES, max_size=SOURCES)
two = st.lists(some, min_size=2, max_size=2)
paths_drawn = st.builds(
    Paths,
    to_sip=st.lists(by_source, min_size=2, max_size=2),
    processing=two,
    sip_reader=two,
    direct=by_source,
    to_retail=by_source,
    sip_to_retail=some,
    retail_reader=some,
    interval=st.integers(1, 90),
)
looks = st.lists(st.integers(0, 900), min_size=1, max_size=12)
some_readers = st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=4)


def published(script: list[tuple[int, int, Quote]]) -> Published:
    """The script with times and sequence numbers: gaps added up."""
    now, found = 0, []
    for number, (gap, source, item) in enumerate(script):
        now += gap
        stamped: Any = Quote(now, number, *item[2:])
        found.append(
            (now, source, OddLotQuote.of(stamped, item.round_lots) if isinstance(item, OddLotQuote) else stamped)
        )
    return found


class Market:
    """The feeds as the project has them, with a reader of each kind."""

    def __init__(self, script: Published, paths: Paths, keep: int = 16_384) -> None:
        self.env = Environment()
        self.sources: Any = [Source(f"V{i}", 10 + i, History(keep)) for i in range(SOURCES)]
        for at, source, item in script:
            self.env.call_at(at, lambda told: self.sources[told[0]].feed.append(self.env.now, told[1]), (source, item))
        sips = [
            Sip(self.env, self.sources, [endless(draws) for draws in links], endless(service), EventLog())
            for links, service in zip(paths.to_sip, paths.processing, strict=True)
        ]
        for sip in sips:
            sip.feed.keep = keep
        near, far = (endless(draws) for draws in paths.sip_reader)
        self.sip, self.nbbo = sips[0].view(self.env, near), sips[1].nbbo_view(self.env, far)
        by_sip = SipQuotes(sips[1], self.env, endless(paths.sip_reader[1]))
        self.by_sip = [by_sip.of(source.name) for source in self.sources]
        self.direct = DirectBoard(self.sources, self.env, [endless(draws) for draws in paths.direct])
        of_sip = RetailFeed(
            lambda keep_up: sips[0].view(self.env, endless(paths.sip_to_retail), keep_up), paths.interval
        )
        of_venues = RetailFeed(
            lambda keep_up: DirectBoard(self.sources, self.env, [endless(d) for d in paths.to_retail], keep_up),
            paths.interval,
        )
        for feed in (of_sip, of_venues):
            feed.history.keep = keep
        self.retail = [feed.view(self.env, endless(paths.retail_reader)) for feed in (of_sip, of_venues)]
        self.readers: dict[str, Any] = {
            "SIP": lambda now: (self.sip.advance(now), places(self.sip.latest(now))),
            "NBBO alone": self.nbbo.advance,
            "quotes by way of the SIP": lambda now: {
                place: seen for place, view in enumerate(self.by_sip) if (seen := view.advance(now)) is not None
            },
            "direct": lambda now: places(self.direct.latest(now)),
            "retail of the SIP": lambda now: sides(self.retail[0], now),
            "retail of the venues": lambda now: sides(self.retail[1], now),
        }

    def look(self, now: int, who: Any = range(6)) -> dict[str, Any]:
        """What some readers know at a time."""
        if now > self.env.now:
            self.env.run(until=now)
        return {name: read(now) for place, (name, read) in enumerate(self.readers.items()) if place in who}

    def listen(self) -> list[tuple[int, int, Quote]]:
        """Wake somebody by way of the second SIP; (when, source, quote) of each call."""
        woken: list[tuple[int, int, Quote]] = []
        for place, view in enumerate(self.by_sip):
            view.subscribe(lambda item, place=place: woken.append((self.env.now, place, item)), prices_moved)
        return woken


def places(heard: list[tuple[str, Quote, int]]) -> dict[int, tuple[int, Quote]]:
    return {int(name[1:]): (at, item) for name, item, at in heard}


def sides(view: RetailView, now: int) -> tuple[dict[int, tuple[int, ...]], int]:
    best = {int(name[1:]): tuple(item[1:6]) for name, item, _ in view.latest(now)}
    return best, 0 if (seen := view.advance(now)) is None else seen.volume


@settings(max_examples=60)
@given(scripts, paths_drawn, looks, some_readers)
def test_at_every_look_a_reader_knows_what_was_handed_to_it(script: Any, paths: Paths, times: Any, who: Any) -> None:
    told = published(script)
    market, oracle = Market(told, paths), Oracle(told, paths)
    for number, now in enumerate(sorted(times)):
        known = oracle.known(now)
        seen = market.look(now, who[number % len(who)])
        assert seen == {name: known[name] for name in seen}


@settings(max_examples=30)
@given(scripts, paths_drawn, looks)
def test_dropping_the_past_and_waking_somebody_changes_nothing(script: Any, paths: Paths, times: Any) -> None:
    told = published(script)
    market, oracle = Market(told, paths, keep=2), Oracle(told, paths)
    woken = market.listen()
    for now in sorted(times):
        assert market.look(now) == oracle.known(now)
    market.look(3_000)
    oracle.known(2_999)
    assert woken == oracle.woken


@settings(max_examples=60)
@given(scripts, paths_drawn, st.integers(0, 900))
def test_what_is_published_from_now_on_makes_no_difference_to_a_look_now(script: Any, paths: Paths, now: int) -> None:
    told = published(script)
    past = [(at, source, item) for at, source, item in told if at < now]
    other = past + [(at, source, quote(99, 1, 7, 7, at=at)) for at, source, _ in told if at >= now]
    seen, blind, misled = (Market(which, paths).look(now) for which in (told, past, other))
    assert seen == blind == misled


# -- depth -----------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    st.integers(0, 10_000),
    st.integers(1, 4),
    some,
    st.lists(st.integers(0, 160), min_size=1, max_size=10),
    st.booleans(),
)
def test_levels_are_those_of_the_packets_that_have_arrived(
    seed: int, depth: int, link: list[int], times: list[int], distracted: bool
) -> None:
    env, rig = Environment(), FeedRig(Book(TICK))
    feed = LevelFeed(rig.feed, depth)
    board = DepthBoard({"NYSE": LevelView(feed, env, endless(link), recovery=1)})
    other = DepthBoard({"NYSE": LevelView(feed, env, endless([3]), recovery=1)})
    told: list[tuple[int, tuple[Any, Any]]] = [(-1, ((), ()))]
    flow = RichFlow(seed, states=False).steps(rig, 120)

    def next_message(_: object) -> None:
        traded = rig.traded_qty
        next(flow)
        shown = tuple(tuple(level[:2] for level in aggregated(displayed(rig.book, s))[:depth]) for s in Side)
        levels = tuple(aggregated(displayed(rig.book, s))[:depth] for s in Side)
        if levels != last[0] or rig.traded_qty != traded:
            told.append((env.now, (shown[list(Side).index(Side.BUY)], shown[list(Side).index(Side.SELL)])))
        last[0] = levels

    last: list[Any] = [([], [])]
    for number in range(120):
        env.call_at(number + 1, next_message)
    found = []
    for now in sorted(times):
        if now > env.now:
            env.run(until=now)
        if distracted:
            other.depth("NYSE", now)
        found.append(board.depth("NYSE", now))
    env.run(until=200)
    arrived = [-1, *arrivals([at for at, _ in told[1:]], endless(link))]
    for now, seen in zip(sorted(times), found, strict=True):
        assert seen == [levels for at, (_, levels) in zip(arrived, told, strict=True) if at <= now][-1]
