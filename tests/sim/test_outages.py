from __future__ import annotations

from itertools import count

import pytest

from sim.environment import Environment
from sim.history import History
from sim.link import Link, Mailbox
from sim.outages import Interrupted
from sim.station import Station

RAIN = [(1_000, 2_000)]


def wire(fallback: int | None = 300) -> Interrupted:
    """100 ns, and 300 ns by the fallback while it rains from 1000 to 2000 ns."""
    return Interrupted(lambda: 100, RAIN, None if fallback is None else lambda: fallback)


@pytest.mark.parametrize(("sent", "latency"), [(0, 100), (999, 100), (1_000, 300), (1_999, 300), (2_000, 100)])
def test_what_decides_is_when_a_message_is_sent(sent: int, latency: int) -> None:
    assert wire().sent_at(sent) == latency


@pytest.mark.parametrize(("sent", "latency"), [(999, 100), (1_000, 1_100), (1_999, 101), (2_000, 100)])
def test_without_a_fallback_messages_wait_for_the_end(sent: int, latency: int) -> None:
    assert wire(fallback=None).sent_at(sent) == latency


def test_each_wire_has_draws_of_its_own() -> None:
    """Rain does not change what the clear wire draws next."""
    clear, fallback = count(100), count(300)
    source = Interrupted(lambda: next(clear), RAIN, lambda: next(fallback))
    assert [source.sent_at(at) for at in (0, 1_000, 1_001, 2_000)] == [100, 300, 301, 101]


def test_outages_that_touch_or_overlap_are_one() -> None:
    source = Interrupted(lambda: 100, [(1_000, 2_000), (1_500, 1_600), (2_000, 3_000)])
    assert source.sent_at(1_000) == 2_100
    assert source.sent_at(1_700) == 1_400


@pytest.mark.parametrize("outages", [[(2, 1)], [(5, 6), (1, 2)], [(1, 1)]])
def test_outages_have_a_length_and_an_order(outages: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="write \\(from, to\\) in ns, from before to, in ascending order"):
        Interrupted(lambda: 100, outages)


def test_more_and_less_keep_the_weather() -> None:
    assert [wire().plus(50).sent_at(at) for at in (0, 1_500)] == [150, 350]
    assert [wire().plus(50).plus(-20).sent_at(at) for at in (0, 1_500)] == [130, 330]


def test_a_link_carries_by_the_fallback_and_stays_in_order() -> None:
    env, heard = Environment(), []
    link = Link(env, wire())
    for at in (500, 1_900, 2_000, 2_500):
        env.call_at(at, lambda sent: link.send(lambda m: heard.append((m, env.now)), sent), at)
    env.run()
    assert heard == [(500, 600), (1_900, 2_200), (2_000, 2_200), (2_500, 2_600)]


def test_a_mailbox_does_so_too() -> None:
    env = Environment()
    box = Mailbox(env, wire(fallback=None))
    env.call_at(1_500, box.put, "sent in the rain")
    env.run(until=5_000)
    assert box.read() == [(2_100, "sent in the rain")]


@pytest.mark.parametrize("looks", [(10_000,), (1_050, 1_200, 1_300, 2_050, 10_000), range(1, 4_000, 7)])
def test_a_view_knows_when_an_item_was_made_however_late_it_looks(looks: tuple[int, ...]) -> None:
    env, history = Environment(), History[int]()
    view = history.view(env, wire())
    for made in (900, 1_000, 1_950, 2_000, 2_400):
        history.append(made, made)
    arrivals = {900: 1_000, 1_000: 1_300, 1_950: 2_250, 2_000: 2_250, 2_400: 2_500}
    for now in looks:
        seen = view.advance(now)
        assert seen == max((made for made, at in arrivals.items() if at <= now), default=None)
    assert view.advance(10_000) == 2_400
    assert view.arrived_at == 2_500


def test_a_subscriber_is_woken_when_the_item_arrives() -> None:
    env, history, heard = Environment(), History[str](), []
    view = history.view(env, wire())
    view.subscribe(lambda item: heard.append((env.now, item)), lambda _item, _before: True)
    for at in (500, 1_500):
        env.call_at(at, lambda made: history.append(made, f"made at {made}"), at)
    env.run()
    assert heard == [(600, "made at 500"), (1_800, "made at 1500")]


def test_a_station_cannot_be_interrupted_and_says_so() -> None:
    station = Station(Environment(), wire(), lambda _message: None)
    with pytest.raises(TypeError, match="must know when a message is sent: give it to a link or a view"):
        station.accept("message")
