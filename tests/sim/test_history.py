from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.environment import Environment
from sim.history import History, HistoryView
from sim.link import Link

gaps_and_latencies = st.lists(st.tuples(st.integers(0, 20), st.integers(-2, 60)), min_size=1, max_size=25)
looks = st.lists(st.integers(0, 600), max_size=25)


def anything(item: object, before: object) -> bool:
    return True


def publish(history: History[int], gaps: list[int], env: Environment) -> None:
    """Schedule the publication of 0, 1, 2, ... one after each gap."""
    at = 0
    for number, gap in enumerate(gaps):
        at += gap
        env.call_at(at, lambda item: history.append(env.now, item), number)


def looked_up(published: list[tuple[int, int]], times: list[int], latency: Any, **options: Any) -> list[Any]:
    """What a view's reader knows at each time: (item, since when)."""
    env = Environment()
    history: History[int] = History(**options)
    view = history.view(env, latency)
    publish(history, [gap for gap, _ in published], env)
    known = []
    for now in sorted(times):
        if now > env.now:
            env.run(until=now)
        known.append((view.advance(now - 1), view.arrived_at))
    return known


def delivered(published: list[tuple[int, int]], times: list[int], latency: Any) -> list[Any]:
    """The same by the slow way: every item is a message on a link of its own."""
    env = Environment()
    link = Link(env, latency)
    latest: list[Any] = [(None, 0)]
    at = 0
    for number, (gap, _) in enumerate(published):
        at += gap
        env.call_at(at, lambda item: link.send(lambda it: latest.append((it, env.now)), item), number)
    known = []
    for now in sorted(times):
        if now > env.now:
            env.run(until=now)
        known.append(latest[-1])
    return known


@given(gaps_and_latencies, looks)
def test_a_look_shows_what_messages_would_have_told(published: list[tuple[int, int]], times: list[int]):
    def latency() -> Any:
        return iter([latency for _, latency in published]).__next__

    assert looked_up(published, times, latency()) == delivered(published, times, latency())


@given(gaps_and_latencies, looks, st.integers(0, 60))
def test_so_does_a_look_over_a_fixed_latency(published: list[tuple[int, int]], times: list[int], latency: int):
    assert looked_up(published, times, latency) == delivered(published, times, latency)


@given(gaps_and_latencies, looks, st.integers(1, 60))
def test_what_is_known_does_not_depend_on_dropping_the_past(
    published: list[tuple[int, int]], times: list[int], latency: int
):
    assert looked_up(published, times, latency, keep=3) == looked_up(published, times, latency)
    drawn = looked_up(published, times, lambda: latency, keep=3)
    assert drawn == looked_up(published, times, latency)


@given(gaps_and_latencies, looks, st.integers(0, 60))
def test_what_is_known_does_not_depend_on_other_readers(
    published: list[tuple[int, int]], times: list[int], latency: int
):
    env = Environment()
    history: History[int] = History()
    subscriber, idle, view = history.view(env, latency), history.view(env, 5), history.view(env, latency)
    subscriber.subscribe(lambda _: None, anything)
    idle.advance(0)
    publish(history, [gap for gap, _ in published], env)
    env.run()
    for now in sorted(times):
        assert subscriber.advance(now) == view.advance(now)


@given(gaps_and_latencies)
def test_a_subscriber_hears_each_item_when_its_message_would_arrive(published: list[tuple[int, int]]):
    env = Environment()
    history: History[int] = History(keep=3)
    view = history.view(env, iter([latency for _, latency in published]).__next__)
    heard: list[tuple[int, int]] = []
    view.subscribe(lambda item: heard.append((item, env.now)), anything)
    publish(history, [gap for gap, _ in published], env)
    env.run()
    sent = arrives = 0
    expected = []
    for item, (gap, latency) in enumerate(published):
        sent += gap
        arrives = max(arrives, sent + max(1, latency))
        expected.append((item, arrives))
    assert heard == expected


def history_of(*items: tuple[int, str]) -> tuple[Environment, HistoryView[str]]:
    env = Environment()
    history: History[str] = History()
    view = history.view(env, lambda: 100)
    for at, item in items:
        history.append(at, item)
    return env, view


def test_a_look_costs_no_event():
    env, view = history_of((0, "old"), (50, "new"))
    assert view.advance(150) == "new"
    assert env._queue == []


def test_a_subscriber_is_woken_only_for_what_interests_it():
    env = Environment()
    history: History[int] = History()
    view = history.view(env, 100)
    heard: list[int] = []
    view.subscribe(heard.append, lambda item, before: before is not None and item > before)
    for item in (3, 2, 5, 5):
        history.append(0, item)
    assert len(env._queue) == 1
    env.run()
    assert heard == [5]
    assert view.advance(env.now) == 5


def subscribed(latency: Any) -> tuple[Environment, History[str], HistoryView[str], list[tuple[int, str]]]:
    """A view that subscribes at 120 ns to a history of items at 0 and 50 ns; then a last item is made at 130 ns."""
    env = Environment()
    history: History[str] = History()
    view = history.view(env, latency)
    heard: list[tuple[int, str]] = []
    for at, item in ((0, "arrived"), (50, "under way"), (130, "to come")):
        env.call_at(at, lambda item: history.append(env.now, item), item)
    env.call_at(120, lambda _: view.subscribe(lambda item: heard.append((env.now, item)), anything))
    return env, history, view, heard


@pytest.mark.parametrize("latency", [100, lambda: 100], ids=["fixed", "drawn"])
def test_a_subscriber_hears_what_is_under_way_and_what_comes_but_not_what_has_arrived(latency: Any):
    env, _, _, heard = subscribed(latency)
    env.run()
    assert heard == [(150, "under way"), (230, "to come")]


@pytest.mark.parametrize("latency", [100, lambda: 100], ids=["fixed", "drawn"])
def test_a_subscriber_may_look_too(latency: Any):
    env, _, view, heard = subscribed(latency)
    env.run(until=151)
    assert (view.advance(150), view.arrived_at) == ("under way", 150)
    env.run()
    assert (view.advance(229), view.advance(230)) == ("under way", "to come")
    assert heard == [(150, "under way"), (230, "to come")]


def test_who_unsubscribes_hears_no_more_than_what_is_under_way():
    env, history, view, heard = subscribed(100)
    env.call_at(140, lambda _: view.unsubscribe())
    env.call_at(141, lambda item: history.append(env.now, item), "too late")
    env.run()
    assert heard == [(150, "under way"), (230, "to come")]
    assert view.advance(241) == "too late"


def test_a_view_has_one_subscriber_at_a_time():
    env, _, view, heard = subscribed(100)
    env.run()
    with pytest.raises(ValueError, match="this view has a subscriber; make a view for each"):
        view.subscribe(print, anything)
    view.unsubscribe()
    view.subscribe(lambda item: heard.append((env.now, item)), anything)


def test_subscribers_with_one_interest_share_its_evaluation_and_all_hear():
    env = Environment()
    history: History[int] = History()
    asked: list[int] = []
    heard: list[tuple[str, int]] = []

    def interest(item: int, before: int | None) -> bool:
        asked.append(item)
        return True

    views = [history.view(env, 100) for _ in range(2)]
    for name, view in zip("ab", views, strict=True):
        view.subscribe(lambda item, name=name: heard.append((name, item)), interest)
    history.append(0, 7)
    views[0].unsubscribe()
    history.append(0, 8)
    env.run()
    assert asked == [7, 8]
    assert heard == [("a", 7), ("b", 7), ("b", 8)]


def test_interest_compares_with_the_item_before_also_when_the_past_is_dropped():
    env = Environment()
    history: History[int] = History(keep=2)
    view = history.view(env, 1)
    pairs: list[tuple[int, int | None]] = []
    view.subscribe(lambda _: None, lambda item, before: not pairs.append((item, before)))
    for item in range(6):
        env.call_at(10 * item, lambda item: history.append(env.now, item), item)
    env.run()
    assert pairs == [(0, None), (1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]
    assert history.dropped > 0


def test_a_new_reader_starts_with_what_comes_next():
    env = Environment()
    history: History[str] = History()
    history.append(0, "before")
    view = history.view(env, 100)
    history.append(10, "after")
    assert (view.advance(109), view.advance(110)) == (None, "after")


def test_items_can_be_taken_one_by_one_with_their_arrivals():
    _, view = history_of((0, "a"), (50, "b"))
    assert view.next_arrival() == 100
    assert (view.take(), view.arrived_at) == ("a", 100)
    assert (view.take(), view.arrived_at) == ("b", 150)
    assert view.next_arrival() is None
    with pytest.raises(IndexError):
        view.take()


def test_memory_stays_bounded_while_nobody_looks():
    env = Environment()
    history: History[int] = History(keep=100)
    view = history.view(env, 5)
    history.view(env, lambda: 5)
    for at in range(10_000):
        env.call_at(at, lambda item: history.append(env.now, item), at)
    env.run()
    assert len(history.items) <= 101
    assert history.dropped + len(history.items) == 10_000
    assert view.advance(env.now + 5) == 9_999


def test_a_history_without_readers_keeps_little():
    history: History[int] = History(keep=100)
    for at in range(10_000):
        history.append(at, at)
    assert len(history.items) <= 101


def test_a_slow_link_keeps_all_that_is_on_its_way():
    env = Environment()
    history: History[int] = History(keep=10)
    view = history.view(env, 1_000)
    for at in range(500):
        env.call_at(at, lambda item: history.append(env.now, item), at)
    env.run()
    assert [view.advance(now) for now in (999, 1_000, 1_250, 1_499)] == [None, 0, 250, 499]


def test_a_reader_may_keep_up_in_its_own_way():
    env = Environment()
    history: History[int] = History(keep=10)
    asked: list[int] = []
    history.view(env, 5, keep_up=asked.append)
    for at in range(11):
        history.append(at, at)
    assert asked == [0]


def test_subscribers_with_other_interests_are_woken_each_for_its_own():
    env = Environment()
    history: History[int] = History()
    heard: list[tuple[str, int]] = []
    odd, even = history.view(env, 100), history.view(env, 100)
    odd.subscribe(lambda item: heard.append(("odd", item)), lambda item, before: item % 2 == 1)
    even.subscribe(lambda item: heard.append(("even", item)), lambda item, before: item % 2 == 0)
    for item in (1, 2, 3):
        history.append(0, item)
    env.run()
    even.unsubscribe()
    for item in (4, 5):
        history.append(env.now, item)
    env.run()
    assert heard == [("odd", 1), ("even", 2), ("odd", 3), ("odd", 5)]


# -- looking back -----------------------------------------------------------------------------------


def looked_back(published: list[tuple[int, int]], times: list[int], window: int, keep: int) -> list[list[int]]:
    """What a reader with these latencies finds when it looks back at each time."""
    env = Environment()
    history: History[int] = History(keep=keep)
    view = history.view(env, iter([latency for _, latency in published]).__next__)
    recent = view.look_back(window)
    publish(history, [gap for gap, _ in published], env)
    found = []
    for now in sorted(times):
        if now > env.now:
            env.run(until=now)
        view.advance(env.now - 1)
        found.append(recent(env.now - 1))
    return found


def arrived_of_late(published: list[tuple[int, int]], times: list[int], window: int) -> list[list[int]]:
    """The same by definition, item by item."""
    made = arrival = 0
    items = []
    for number, (gap, latency) in enumerate(published):
        made += gap
        arrival = max(arrival, made + max(1, latency))
        items.append((number, made, arrival))
    found, clock = [], 0
    for now in sorted(times):
        clock = max(clock, now)
        found.append([number for number, made, came in items if came <= clock - 1 and made >= clock - 1 - window])
    return found


@given(gaps_and_latencies, looks, st.integers(0, 200), st.sampled_from([2, 1_000]))
def test_looking_back_finds_what_was_made_of_late_and_has_arrived(
    published: list[tuple[int, int]], times: list[int], window: int, keep: int
):
    assert looked_back(published, times, window, keep) == arrived_of_late(published, times, window)


def test_who_looks_back_finds_nothing_from_before_it_listened():
    env = Environment()
    history: History[str] = History()
    history.append(0, "before")
    view = history.view(env, 10)
    recent = view.look_back(1_000)
    history.append(5, "after")
    view.advance(100)
    assert recent(100) == ["after"]
