from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.environment import Environment
from tests.venues.builders import MAKER, TAKER, buy, cancel, kinds, replace, sell
from tests.venues.rig import Client, lit_venue, with_orders
from venues.messages import BadMessage, CancelOrder, ExecType, NewOrder, ReplaceOrder, Side
from venues.session import Session


def received(message: Any, owner: int = TAKER) -> Any:
    """What arrives at the gateway."""
    env = Environment()
    arrived: list[Any] = []
    Session(env, "NASDAQ", owner, arrived.append, 100, 50).send(message)
    env.run()
    (one,) = arrived
    return one


@pytest.mark.parametrize("message", [buy(500), cancel(1), replace(1, 5, 100_0000)], ids=lambda m: type(m).__name__)
def test_a_message_of_one_s_own_arrives_as_it_is(message: Any):
    assert received(message) is message


@pytest.mark.parametrize("message", [buy(500), cancel(1), replace(1, 5, 100_0000)], ids=lambda m: type(m).__name__)
def test_who_speaks_for_another_is_not_passed_on(message: Any):
    arrived = received(message, owner=MAKER)
    assert type(arrived) is BadMessage
    assert (arrived.order_id, arrived.owner) == (message.order_id, MAKER)


class LookalikeOrder(NewOrder):
    """A subclass might mean anything."""


NO_MESSAGES = [
    None,
    7,
    1.5,
    "buy 500 XYZ",
    b"",
    [],
    {},
    (1, TAKER, 1, 500, None, 0),
    object(),
    NewOrder,
    LookalikeOrder(1, TAKER, Side.BUY, 500, None),
    BadMessage(1, TAKER, "sent by hand"),
]


@pytest.mark.parametrize("thing", NO_MESSAGES, ids=lambda thing: type(thing).__name__)
def test_what_is_no_message_is_turned_into_one_the_venue_can_answer(thing: Any):
    arrived = received(thing)
    assert type(arrived) is BadMessage
    assert arrived.owner == TAKER
    assert type(arrived.order_id) is int


def test_a_bad_message_quotes_what_was_sent_but_not_all_of_it():
    assert received("buy 500 XYZ").text == "'buy 500 XYZ'"
    assert len(received("x" * 10_000).text) == 200


@pytest.mark.parametrize("owner", [None, "8", float(TAKER), np.array([TAKER, TAKER]), [TAKER], True])
def test_an_owner_that_is_no_integer_is_nobody(owner: Any):
    assert type(received(buy(500)._replace(owner=owner))) is BadMessage
    assert type(received(CancelOrder(1, owner))) is BadMessage
    assert type(received(ReplaceOrder(1, owner, 5, 100_0000))) is BadMessage


def test_true_is_not_participant_one():
    assert type(received(buy(500, owner=True), owner=1)) is BadMessage


def test_a_numpy_owner_is_the_participant():
    arrived = received(buy(500)._replace(owner=np.int64(TAKER)))  # type: ignore[arg-type]
    assert (type(arrived), type(arrived.owner)) == (NewOrder, int)


def test_an_id_that_is_no_id_is_told_as_zero():
    for order_id in ("x", 1.5, None, 10**30):
        assert received(NewOrder(order_id, MAKER, Side.BUY, 5, None)).order_id == 0  # type: ignore[arg-type]


def test_messages_and_reports_travel_over_the_session_s_own_links():
    client = Client(lit_venue(service=10), to=100, back=50)
    client.says(buy(500, limit=100_0000), at=5)
    assert [at for at, _ in client.hears()] == [5 + 100 + 10 + 50]


def test_messages_never_overtake_each_other():
    latencies = iter([300, 100])
    client = Client(lit_venue(service=0), to=lambda: next(latencies))
    client.says(buy(500, limit=100_0000, order_id=1), at=0)
    client.says(buy(500, limit=100_0000, order_id=2), at=10)
    assert [(report.order_id, report.at) for report in client.reports()] == [(1, 300), (2, 300)]


def test_reports_never_overtake_each_other():
    latencies = iter([300, 100])
    client = Client(lit_venue(service=10), to=100, back=lambda: next(latencies))
    client.says(buy(500, limit=100_0000), buy(500, limit=100_0000), at=0)
    assert [at for at, _ in client.hears()] == [410, 410]


def test_only_reports_that_need_a_reaction_wake_their_owner():
    venue = lit_venue()
    maker = Client(venue, owner=MAKER, wakes=frozenset({ExecType.TRADE}))
    taker = Client(venue)
    maker.says(sell(300, limit=100_0000, owner=MAKER), at=0)
    taker.says(buy(200, limit=100_0000), at=1_000)
    taker.hears()
    assert maker.woken == [1_000 + 100 + 10 + 50]
    assert kinds(maker.reports()) == ["NEW", "TRADE"]


def test_reports_of_one_moment_wake_once():
    venue = lit_venue()
    with_orders(venue, asks=[(100_0000, 100), (100_0100, 100)])
    taker = Client(venue)
    assert len(taker.answer(buy(300, limit=100_0100))) == 3
    assert len(taker.woken) == 1


def test_a_report_is_read_once():
    client = Client(lit_venue())
    assert kinds(client.answer(buy(500, limit=100_0000))) == ["NEW"]
    assert client.reports() == []


def test_a_session_knows_its_venue_and_its_owner():
    session = Client(lit_venue(name="BATS"), owner=3).session
    assert (session.venue, session.owner) == ("BATS", 3)
