"""The loop of the market process, driven here without a process: requests wait in its pipe, the wall clock is ours."""

from __future__ import annotations

from multiprocessing import Pipe

import pytest

from api.market_process import MarketProcess, News
from api.session import Session

MS = 1_000_000


class Driven:
    """A market loop with both its pipes in our hands."""

    def __init__(self, session: Session, speed="paused", tick: int = MS) -> None:
        there, self.requests = Pipe(duplex=False)
        self.news, out = Pipe(duplex=False)
        self.wall = 0
        self.tick = tick
        self.ends = (there, out)
        self.number = 0
        self.process = MarketProcess(session, there, out, speed, self.clock)

    def clock(self) -> int:
        self.wall += self.tick
        return self.wall

    def ask(self, name, **arguments) -> int:
        self.number += 1
        self.requests.send((self.number, name, arguments))
        return self.number

    def run(self) -> dict[int, tuple[int, object]]:
        """Until stopped; the replies by number."""
        self.process.run()
        replies = {}
        while self.news.poll(0):
            heard = self.news.recv()
            assert isinstance(heard, News)
            replies |= {reply.number: (reply.status, reply.body) for reply in heard.replies}
        return replies

    def close(self) -> None:
        for end in (self.requests, self.news, *self.ends):
            end.close()


@pytest.fixture
def driven(session):
    """Paused, at time 0."""
    market = Driven(session)
    yield market
    market.close()


def test_a_step_goes_exactly_as_far_as_asked(driven):
    steps = [driven.ask("step", duration=duration) for duration in (1, 12_345_678, 10 * MS)]
    driven.ask("step", duration=1)
    # The stop waits for its turn: it comes after the steps were accepted, and breaks off what is left of them.
    driven.process._answer_all()
    while driven.process._steps:
        driven.process._go_on()
    driven.ask("stop")
    replies = driven.run()
    assert [replies[step][1]["now"] for step in steps] == [1, 12_345_679, 22_345_679]


def test_a_paused_market_stands_still(driven):
    now = [driven.ask("state") for _ in range(5)]
    driven.ask("stop")
    replies = driven.run()
    assert {replies[number][1]["now"] for number in now} == {0}
    assert replies[now[0]][1]["state"] == "paused"


def test_a_market_at_speed_ten_follows_the_wall_clock(session):
    driven = Driven(session, speed=10.0, tick=100_000)
    for _ in range(30):
        driven.process._go_on()
    assert session.now == pytest.approx(10 * driven.wall, rel=0.05)
    driven.close()


def test_a_paused_market_goes_on_from_where_it_was(driven):
    driven.wall = 10**12
    driven.ask("resume")
    driven.process._answer_all()
    driven.process._go_on()
    assert driven.process.state()["now"] < 10 * MS
    assert driven.process.state()["state"] == "running"


def test_an_instruction_is_stamped_with_the_time_that_is_reached(driven):
    driven.ask("step", duration=5 * MS)
    driven.process._answer_all()
    driven.process._go_on()
    driven.process._go_on()
    order = driven.ask("instruct", do="child", venue="NYSE", side="BUY", qty=100, price="99.90")
    driven.ask("stop")
    status, body = driven.run()[order]
    assert (status, body["at"]) == (201, 5 * MS)


def test_what_is_malformed_is_answered_and_the_market_goes_on(driven):
    bad = driven.ask("instruct", do="child", venue="NYSE", side="BUY", qty=-100, price="99.90")
    good = driven.ask("state")
    driven.ask("stop")
    replies = driven.run()
    assert replies[bad][0] == 422
    assert replies[bad][1]["error"]["message"] == "child.qty: -100 is not a number of shares; write one of 1 or more"
    assert replies[good][0] == 200


def test_a_pause_breaks_off_a_step(driven):
    step = driven.ask("step", duration=10**12)
    driven.ask("pause")
    driven.ask("stop")
    status, body = driven.run()[step]
    assert (status, body["error"]["code"]) == (409, "step_broken_off")


def test_a_new_speed_is_taken(driven):
    answer = driven.ask("speed", speed="max")
    driven.ask("stop")
    assert driven.run()[answer][1]["speed"] == "max"


def test_when_nobody_is_left_to_ask_the_market_ends(driven):
    driven.requests.close()
    driven.process.run()
    assert driven.process.state()["state"] == "stopping"


def test_order_updates_are_published_and_trades_only_to_listeners(session):
    driven = Driven(session)
    driven.ask("instruct", do="child", venue="NYSE", side="BUY", qty=100, price="99.90")
    driven.process._answer_all()
    driven.process._publish()
    heard = driven.news.recv()
    assert [update["event"] for update in heard.events["orders"]] == ["SENT"]
    driven.ask("listen", listening=True)
    driven.ask("step", duration=500 * MS)
    driven.process._answer_all()
    topics = set()
    while driven.process._steps:
        driven.process._go_on()
        driven.process._publish()
        topics |= set(driven.news.recv().events) if driven.news.poll(0) else set()
    assert {"trades", "nbbo", "orders"} <= topics
    driven.close()
