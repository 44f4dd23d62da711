from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.environment import Environment
from sim.history import History
from sim.log import EventLog
from tests.venues.builders import buy, sell
from tests.venues.rig import Client, lit_venue, quote, rows
from venues.messages import Quote
from venues.sip import NO_NBBO, DirectBoard, Nbbo, Sip, SipUpdate, SipView, nbbo_moved, prices_moved


@dataclass
class Source:
    """A venue as far as the SIP needs one: a name, a number, a feed."""

    name: str
    number: int
    feed: History[Quote] = field(default_factory=History)


class Tape:
    """A SIP over some sources; the test publishes quotes by hand."""

    def __init__(self, links: Any = (100, 100), processing: Any = lambda: 20, keep: int = 16_384) -> None:
        self.env, self.log = Environment(), EventLog()
        self.sources = [Source(f"V{i}", 10 + i, History(keep)) for i in range(len(links))]
        self.sip = Sip(self.env, self.sources, links, processing, self.log)  # type: ignore[arg-type]

    def publish(self, at: int, source: int, item: Quote) -> None:
        """At this time, the source's next quote."""
        self.env.call_at(at, lambda _: self.sources[source].feed.append(at, item._replace(at=at)))

    def at(self, now: int) -> None:
        """Let everything happen before this time."""
        if now > self.env.now:
            self.env.run(until=now)


# -- the NBBO ------------------------------------------------------------------------------------------------


def nbbo_of(*quotes_by_source: Quote) -> Nbbo:
    """The NBBO after these quotes, one a source, in this order."""
    tape = Tape(links=[100] * len(quotes_by_source))
    for source, item in enumerate(quotes_by_source):
        tape.publish(source, source, item)
    tape.at(10_000)
    tape.sip.advance(10_000)
    return tape.sip.feed.items[-1].nbbo


def test_the_nbbo_is_the_highest_bid_and_the_lowest_ask():
    nbbo = nbbo_of(quote(99, 104), quote(101, 103), quote(100, 102))
    assert nbbo == Nbbo(101, 100, 11, 102, 100, 12)


def test_at_equal_prices_the_largest_size_is_shown():
    nbbo = nbbo_of(quote(100, 102, 200, 300), quote(100, 102, 300, 200))
    assert nbbo == Nbbo(100, 300, 11, 102, 300, 10)


def test_at_equal_prices_and_sizes_the_scenario_s_first_venue_is_shown():
    assert nbbo_of(quote(100, 102), quote(100, 102), quote(100, 102)) == Nbbo(100, 100, 10, 102, 100, 10)


def test_a_side_that_is_empty_somewhere_does_not_count_there():
    assert nbbo_of(quote(0, 102), quote(99, 0), quote(0, 0)) == Nbbo(99, 100, 11, 102, 100, 10)


def test_a_side_that_is_empty_everywhere_has_no_venue():
    assert nbbo_of(quote(0, 102), quote(0, 103)) == Nbbo(0, 0, -1, 102, 100, 10)
    assert nbbo_of(quote(99, 0), quote(98, 0)) == Nbbo(99, 100, 10, 0, 0, -1)


@pytest.mark.parametrize("ask", [100, 99], ids=["locked", "crossed"])
def test_the_nbbo_may_be_locked_or_crossed(ask: int):
    nbbo = nbbo_of(quote(100, 105), quote(95, ask))
    assert (nbbo.bid, nbbo.ask) == (100, ask)


def test_a_venue_that_leaves_the_best_price_gives_way_to_the_next():
    tape = Tape()
    tape.publish(0, 0, quote(101, 103))
    tape.publish(0, 1, quote(100, 104))
    tape.publish(500, 0, quote(0, 0))
    tape.at(1_000)
    tape.sip.advance(1_000)
    assert tape.sip.feed.items[-1].nbbo == Nbbo(100, 100, 11, 104, 100, 11)


# -- time ----------------------------------------------------------------------------------------------------


def published(tape: Tape) -> list[tuple[int, int]]:
    """(when, which source) of each update so far."""
    tape.sip.advance(tape.env.now)
    return [(update.at, update.venue) for update in tape.sip.feed.items]


def test_an_update_is_published_after_its_link_and_the_processing():
    tape = Tape(links=[100, 250], processing=lambda: 20)
    tape.publish(7, 0, quote(100, 102))
    tape.publish(7, 1, quote(100, 102))
    tape.at(1_000)
    assert published(tape) == [(127, 0), (277, 1)]


def test_a_burst_waits_its_turn():
    tape = Tape(links=[100], processing=lambda: 20)
    for size in (100, 200, 300):
        tape.publish(0, 0, quote(100, 102, size))
    tape.at(1_000)
    assert published(tape) == [(120, 0), (140, 0), (160, 0)]


def test_updates_that_arrive_together_are_taken_in_the_scenario_s_order():
    tape = Tape(links=[100, 100, 100])
    for source in (2, 0, 1):
        tape.publish(0, source, quote(100, 102))
    tape.at(1_000)
    assert [source for _, source in published(tape)] == [0, 1, 2]


def test_before_anything_is_heard_both_sides_are_empty():
    tape = Tape()
    view = tape.sip.view(tape.env, 50)
    assert view.nbbo == view.advance(0) == Nbbo(bid=0, bid_qty=0, bid_venue=-1, ask=0, ask_qty=0, ask_venue=-1)
    assert view.latest(0) == []


def test_what_is_still_on_its_way_is_not_known():
    tape = Tape(links=[100], processing=lambda: 20)
    view = tape.sip.view(tape.env, 50)
    tape.publish(0, 0, quote(100, 102))
    tape.at(1_000)
    assert view.advance(169) == NO_NBBO
    assert view.advance(170) == Nbbo(100, 100, 10, 102, 100, 10)


def test_each_reader_has_a_link_of_its_own():
    tape = Tape(links=[100])
    near, far = tape.sip.view(tape.env, 10), tape.sip.view(tape.env, 500)
    tape.publish(0, 0, quote(100, 102))
    tape.at(1_000)
    assert [view.advance(200).bid for view in (near, far)] == [100, 0]


def test_a_reader_sees_each_venue_s_quote_with_its_arrival():
    tape = Tape(links=[100, 200])
    view = tape.sip.view(tape.env, 50)
    tape.publish(0, 1, quote(99, 103))
    tape.publish(5, 0, quote(100, 102))
    tape.at(1_000)
    assert view.latest(200) == [("V0", quote(100, 102, at=5), 175)]
    assert view.latest(1_000) == [("V0", quote(100, 102, at=5), 175), ("V1", quote(99, 103), 270)]


def test_nbbo_changes_are_logged_when_they_are_published_and_only_then():
    tape = Tape(links=[100, 100])
    tape.publish(0, 0, quote(100, 102))
    tape.publish(300, 1, quote(99, 103))  # no better
    tape.publish(600, 1, quote(101, 103))
    tape.at(2_000)
    tape.sip.advance(2_000)
    assert rows(tape.log, "nbbo") == [(120, 100, 100, 10, 102, 100, 10), (720, 101, 100, 11, 102, 100, 10)]


# -- who reacts ------------------------------------------------------------------------------------------------


def listen(view: SipView, env: Environment) -> list[tuple[int, int, int]]:
    """(when, bid, ask) of each call from now on."""
    heard: list[tuple[int, int, int]] = []
    view.subscribe(lambda update: heard.append((env.now, update.nbbo.bid, update.nbbo.ask)))
    return heard


def test_a_subscriber_is_called_when_a_move_of_the_nbbo_arrives():
    tape = Tape(links=[100, 100])
    heard = listen(tape.sip.view(tape.env, 50), tape.env)
    tape.publish(0, 0, quote(100, 102))
    tape.publish(300, 1, quote(99, 103))  # no better
    tape.publish(600, 0, quote(100, 102, 500))  # only the size
    tape.publish(900, 1, quote(101, 103))
    tape.env.run()
    assert heard == [(170, 100, 102), (1_070, 101, 102)]


def test_without_a_subscriber_the_sip_costs_no_event():
    tape = Tape(links=[100, 100])
    tape.sip.view(tape.env, 50)
    tape.sources[0].feed.append(0, quote(100, 102))
    assert tape.env._queue == []


def test_a_subscriber_hears_of_what_was_under_way_when_it_began():
    tape = Tape(links=[100])
    view = tape.sip.view(tape.env, 50)
    tape.publish(0, 0, quote(100, 102))
    tape.publish(130, 0, quote(101, 103))
    tape.at(140)  # the first is with the reader's link, the second with the SIP's
    heard = listen(view, tape.env)
    tape.env.run()
    assert heard == [(170, 100, 102), (300, 101, 103)]


def test_who_unsubscribes_is_called_no_more():
    tape = Tape(links=[100])
    view = tape.sip.view(tape.env, 50)
    heard = listen(view, tape.env)
    tape.publish(0, 0, quote(100, 102))
    tape.at(500)
    view.unsubscribe()
    tape.publish(600, 0, quote(101, 103))
    tape.env.run()
    assert heard == [(170, 100, 102)]
    assert view.advance(2_000).bid == 101


def test_when_the_last_subscriber_has_gone_the_sip_costs_no_event_again():
    tape = Tape(links=[100])
    view = tape.sip.view(tape.env, 50)
    for _ in range(2):
        listen(view, tape.env)
        view.unsubscribe()
    tape.sources[0].feed.append(0, quote(100, 102))
    assert tape.env._queue == []


def test_another_subscriber_is_not_disturbed_by_one_that_leaves():
    tape = Tape(links=[100])
    leaving, staying = tape.sip.view(tape.env, 50), tape.sip.view(tape.env, 60)
    listen(leaving, tape.env)
    heard = listen(staying, tape.env)
    leaving.unsubscribe()
    tape.publish(0, 0, quote(100, 102))
    tape.env.run()
    assert heard == [(180, 100, 102)]


def test_who_comes_back_is_called_again():
    tape = Tape(links=[100])
    view = tape.sip.view(tape.env, 50)
    listen(view, tape.env)
    view.unsubscribe()
    heard = listen(view, tape.env)
    tape.publish(0, 0, quote(100, 102))
    tape.env.run()
    assert heard == [(170, 100, 102)]


# -- against brute force -----------------------------------------------------------------------------------------

PRICES = st.integers(0, 4)
quotes_drawn = st.builds(quote, PRICES, PRICES, st.integers(1, 2), st.integers(1, 2))
publications = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2), quotes_drawn), min_size=1, max_size=25)
looks = st.lists(st.integers(1, 900), max_size=15)


class Delays(NamedTuple):
    """Draws for everything that takes time; they come round again when they are used up."""

    links: list[list[int]]
    processing: list[int]
    reader: list[int]


def endless(draws: list[int]) -> Any:
    number = -1

    def draw() -> int:
        nonlocal number
        number += 1
        return draws[number % len(draws)]

    return draw


some = st.lists(st.integers(0, 60), min_size=1, max_size=4)
delays_drawn = st.builds(Delays, st.lists(some, min_size=3, max_size=3), some, some)


def arrivals(sent: list[int], draw: Any) -> list[int]:
    """When messages sent at these times arrive over a FIFO link."""
    arrived: list[int] = []
    for at in sent:
        arrived.append(max(at + max(1, draw()), arrived[-1] if arrived else 0))
    return arrived


def brute_nbbo(latest: dict[int, Quote]) -> Nbbo:
    bids = sorted((-q.bid, -q.bid_qty, source) for source, q in latest.items() if q.bid_qty)
    asks = sorted((q.ask, -q.ask_qty, source) for source, q in latest.items() if q.ask_qty)
    bid = (-bids[0][0], -bids[0][1], 10 + bids[0][2]) if bids else (0, 0, -1)
    ask = (asks[0][0], -asks[0][1], 10 + asks[0][2]) if asks else (0, 0, -1)
    return Nbbo(*bid, *ask)


def timed(script: list[tuple[int, int, Quote]]) -> list[tuple[int, int, Quote]]:
    """(when, source, quote): the gaps added up."""
    now, found = 0, []
    for gap, source, item in script:
        now += gap
        found.append((now, source, item._replace(at=now)))
    return found


def brute_updates(script: list[tuple[int, int, Quote]], delays: Delays) -> list[SipUpdate]:
    """Every update of the SIP, worked out at once: links, a merge, a queue with one server, the best of all."""
    heard = []
    for source in range(3):
        mine = [item for _, its, item in script if its == source]
        arrived = arrivals([item.at for item in mine], endless(delays.links[source]))
        heard += [(at, source, number, item) for number, (at, item) in enumerate(zip(arrived, mine, strict=True))]
    updates: list[SipUpdate] = []
    latest: dict[int, Quote] = {}
    free, service = 0, endless(delays.processing)
    for at, source, _, item in sorted(heard):
        free = max(at, free) + service()
        before, latest[source] = latest.get(source), item
        updates.append(SipUpdate(free, source, item, brute_nbbo(latest), before))
    return updates


def tape_of(script: list[tuple[int, int, Quote]], delays: Delays, keep: int = 16_384) -> Tape:
    tape = Tape([endless(draws) for draws in delays.links], endless(delays.processing), keep)
    for at, source, item in script:
        tape.publish(at, source, item)
    return tape


def known_by_brute_force(script: Any, delays: Delays, times: list[int]) -> list[Nbbo]:
    updates = brute_updates(script, delays)
    arrived = arrivals([update.at for update in updates], endless(delays.reader))
    found = []
    for now in sorted(times):
        known = [update.nbbo for at, update in zip(arrived, updates, strict=True) if at <= now]
        found.append(known[-1] if known else NO_NBBO)
    return found


def looked_up(tape: Tape, view: SipView, times: list[int]) -> list[Nbbo]:
    found = []
    for now in sorted(times):
        tape.at(now)
        found.append(view.advance(now))
    return found


@given(publications, delays_drawn, looks)
def test_what_a_look_shows_is_what_brute_force_finds(script: Any, delays: Delays, times: list[int]):
    script = timed(script)
    tape = tape_of(script, delays)
    view = tape.sip.view(tape.env, endless(delays.reader))
    assert looked_up(tape, view, times) == known_by_brute_force(script, delays, times)


@given(publications, delays_drawn, looks)
def test_a_sip_with_a_subscriber_publishes_the_same(script: Any, delays: Delays, times: list[int]):
    script = timed(script)
    tape = tape_of(script, delays)
    view = tape.sip.view(tape.env, endless(delays.reader))
    heard = listen(view, tape.env)
    looked_up(tape, view, times)
    tape.env.run()
    tape.sip.advance(tape.env.now + 1_000)
    updates = brute_updates(script, delays)
    assert tape.sip.feed.items == updates
    arrived = arrivals([update.at for update in updates], endless(delays.reader))
    moved = [
        (at, update.nbbo.bid, update.nbbo.ask)
        for at, update, before in zip(arrived, updates, [None, *updates], strict=False)
        if nbbo_moved(update, before)
    ]
    assert heard == moved


@given(publications, delays_drawn, looks, st.integers(0, 300), st.integers(0, 300))
def test_subscribing_for_a_while_changes_nothing_for_anybody(
    script: Any, delays: Delays, times: list[int], begin: int, length: int
):
    script = timed(script)
    tape = tape_of(script, delays)
    view, listener = (tape.sip.view(tape.env, endless(delays.reader)) for _ in range(2))
    tape.env.call_at(begin, lambda _: listener.subscribe(lambda _: None))
    tape.env.call_at(begin + length, lambda _: listener.unsubscribe())
    assert looked_up(tape, view, times) == known_by_brute_force(script, delays, times)


@given(publications, delays_drawn, looks)
def test_dropping_the_past_changes_nothing(script: Any, delays: Delays, times: list[int]):
    script = timed(script)
    tape = tape_of(script, delays, keep=3)
    tape.sip.feed.keep = 2
    view = tape.sip.view(tape.env, endless(delays.reader))
    assert looked_up(tape, view, times) == known_by_brute_force(script, delays, times)


@settings(max_examples=20)
@given(publications, delays_drawn, looks)
def test_the_log_of_the_nbbo_does_not_depend_on_who_looks_when(script: Any, delays: Delays, times: list[int]):
    script = timed(script)
    logs = []
    for looking in (times, []):
        tape = tape_of(script, delays)
        looked_up(tape, tape.sip.view(tape.env, 5), looking)
        tape.at(100_000)
        tape.sip.advance(100_000)
        logs.append(rows(tape.log, "nbbo"))
    assert logs[0] == logs[1]


def test_memory_stays_bounded_though_nobody_looks():
    tape = Tape(links=[100, 100], processing=lambda: 1, keep=64)
    tape.sip.feed.keep = 64
    view = tape.sip.view(tape.env, 5)
    for at in range(5_000):
        tape.publish(at * 3, at % 2, quote(100 + at % 7, 110))
    tape.env.run()
    assert len(tape.sources[0].feed.items) < 200
    assert len(tape.sip.feed.items) < 400
    assert view.advance(20_000) == brute_nbbo({0: quote(100 + 4_998 % 7, 110), 1: quote(100 + 4_999 % 7, 110)})


# -- direct feeds ------------------------------------------------------------------------------------------------


def test_a_board_shows_each_venue_heard_of_with_its_arrival():
    env = Environment()
    venues = [lit_venue(env, 0, "NYSE"), lit_venue(env, 1, "BATS")]
    board = DirectBoard(venues, env, [100, 200])
    Client(venues[1], owner=1).says(buy(300, limit=99_9500, owner=1), at=0)
    env.run()
    assert board.latest(310 - 1) == []
    ((name, shown, arrived),) = board.latest(310)
    assert (name, shown.bid, arrived) == ("BATS", 99_9500, 110 + 200)


def test_a_board_s_subscriber_hears_of_price_changes_at_every_venue():
    env = Environment()
    venues = [lit_venue(env, 0, "NYSE"), lit_venue(env, 1, "BATS")]
    board = DirectBoard(venues, env, [100, 200])
    heard: list[tuple[int, int]] = []
    board.subscribe(lambda update: heard.append((env.now, update.bid)))
    for number, venue in enumerate(venues):
        client = Client(venue, owner=1)
        client.says(buy(300, limit=99_9500, owner=1), at=1_000 * number)
        client.says(buy(300, limit=99_9500, owner=1), at=1_000 * number + 100)  # only the size
    env.run()
    assert heard == [(210, 99_9500), (1_310, 99_9500)]
    board.unsubscribe()
    Client(venues[0], owner=2).answer(sell(100, limit=100_0000, owner=2))
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (None, quote(100, 102), True),
        (quote(100, 102), quote(100, 102), False),
        (quote(100, 102), quote(100, 102, 500, 700), False),
        (quote(100, 102, 1, 1), quote(100, 102, 2, 2), False),
        (quote(100, 102), quote(101, 102), True),
        (quote(100, 102), quote(100, 101), True),
        (quote(100, 102), quote(0, 102), True),
        (quote(100, 102), quote(100, 0), True),
        (quote(0, 102), quote(100, 102), True),
        (Quote(0, 0, 100, 0, 102, 5), Quote(0, 0, 100, 5, 102, 5), True),
        (Quote(0, 0, 100, 5, 102, 5), Quote(0, 0, 100, 5, 102, 0), True),
    ],
)
def test_prices_move_when_a_best_price_changes_or_a_side_empties_or_fills(
    before: Quote | None, after: Quote, moved: bool
):
    assert prices_moved(after, before) is moved
