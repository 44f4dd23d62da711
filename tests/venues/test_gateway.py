"""Gateways: who waits how long, to the nanosecond; who is refused, and how its owner hears of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.log import EventLog
from tests.venues.builders import TAKER, buy
from tests.venues.rig import Client, lit_venue, rows
from venues.gateway import TokenBucket
from venues.gateway_terms import Cancels, GatewayTerms, LimitPer, OnLimit, RateLimit
from venues.lit import LitVenue
from venues.messages import CancelOrder, ExecType, Reason, ReplaceOrder

SERVICE, ENGINE, WAY = 10, 5, 100
NEW, CANCEL_REJECTED, REJECTED = ExecType.NEW, ExecType.CANCEL_REJECTED, ExecType.REJECTED
SLOW = RateLimit(messages=1, period=1_000)
"""One message every 1,000 ns, and no more than one at once."""


def venue_with(service: int = SERVICE, log: EventLog | None = None, **terms: Any) -> LitVenue:
    """A venue whose ports take 10 ns a message and whose engine takes 5."""
    log = log or EventLog()
    venue = lit_venue(service=ENGINE, log=log)
    made = GatewayTerms(**terms)
    venue.install_gateways(made, [service] * made.ports, log)
    return venue


def heard(client: Client) -> list[tuple[int, ExecType]]:
    """When the engine (or the gateway) said it, and what."""
    return [(report.at, report.exec_type) for report in client.reports()]


def orders(count: int, owner: int = TAKER) -> list[Any]:
    return [buy(100, limit=100_0000, owner=owner) for _ in range(count)]


# -- a port -----------------------------------------------------------------------------------------


def test_a_port_serves_one_message_after_the_other_and_then_the_engine_does() -> None:
    client = Client(venue_with(), to=WAY)
    client.says(*orders(3), at=0)
    assert heard(client) == [(115, NEW), (125, NEW), (135, NEW)]


def test_a_slow_engine_behind_a_fast_port_queues_for_itself() -> None:
    client = Client(venue_with(service=2), to=WAY)
    client.says(*orders(3), at=0)
    assert heard(client) == [(107, NEW), (112, NEW), (117, NEW)]


def test_a_burst_at_one_port_leaves_the_sessions_of_the_other_alone() -> None:
    venue = venue_with(ports=2)
    noisy, quiet, noisy_too = (Client(venue, owner=owner, to=WAY) for owner in (1, 2, 3))
    noisy.says(*orders(3, owner=1), at=0)
    quiet.says(*orders(1, owner=2), at=2)
    noisy_too.says(*orders(1, owner=3), at=3)
    assert heard(noisy) == [(115, NEW), (125, NEW), (135, NEW)]
    assert heard(quiet) == [(120, NEW)]  # its port is done at 112, the engine at 115 with what came before
    assert heard(noisy_too) == [(145, NEW)]  # in turn: the third session shares the first port


def test_one_too_many_in_a_port_s_queue_is_refused_at_once() -> None:
    client = Client(venue_with(queue_limit=2), to=WAY, back=50)
    client.says(*orders(4), at=0)
    at_owner = client.hears()
    assert [(at, r.exec_type, r.reason) for at, r in at_owner] == [
        (150, REJECTED, Reason.QUEUE_FULL),
        *((at + 50, NEW, Reason.NONE) for at in (115, 125, 135)),
    ]


# -- the rate limit ---------------------------------------------------------------------------------


def test_over_the_limit_messages_wait_for_their_tokens_in_order() -> None:
    client = Client(venue_with(rate_limit=RateLimit(1, 1_000, burst=2)), to=WAY)
    client.says(*orders(4), at=0)
    assert heard(client) == [(115, NEW), (125, NEW), (1_115, NEW), (2_115, NEW)]


def test_a_pause_fills_the_bucket_and_no_further_than_its_burst() -> None:
    client = Client(venue_with(rate_limit=RateLimit(1, 1_000, burst=2)), to=WAY)
    client.says(*orders(2), at=0)
    client.says(*orders(3), at=50_000)
    assert [at for at, _ in heard(client)] == [115, 125, 50_115, 50_125, 51_115]


def test_rejected_over_the_limit_an_order_costs_no_token() -> None:
    client = Client(venue_with(rate_limit=SLOW, on_limit=OnLimit.REJECT), to=WAY)
    client.says(*orders(3), at=0)
    client.says(*orders(1), at=1_000)
    assert heard(client) == [(100, REJECTED), (100, REJECTED), (115, NEW), (1_115, NEW)]


def test_every_kind_of_message_is_refused_in_its_own_way() -> None:
    client = Client(venue_with(rate_limit=SLOW, on_limit=OnLimit.REJECT), to=WAY)
    first, second = orders(2)
    client.says(first, at=0)
    client.says(second, ReplaceOrder(first.order_id, TAKER, 50, 100_0000), CancelOrder(first.order_id, TAKER), at=1)
    refused = [report for report in client.reports() if report.exec_type is not NEW]
    assert [(r.exec_type, r.order_id) for r in refused] == [
        (REJECTED, second.order_id),
        (CANCEL_REJECTED, first.order_id),
        (CANCEL_REJECTED, first.order_id),
    ]
    assert {report.reason for report in refused} == {Reason.RATE_LIMIT}


def test_each_session_has_a_limit_of_its_own_or_shares_that_of_its_port() -> None:
    def completed(per: LimitPer) -> list[int]:
        venue = venue_with(rate_limit=SLOW, per=per)
        clients = [Client(venue, owner=owner, to=WAY) for owner in (1, 2)]
        for client in clients:
            client.says(*orders(1, owner=client.session.owner), at=0)
        return sorted(at for client in clients for at, _ in heard(client))

    assert completed(LimitPer.SESSION) == [115, 125]
    assert completed(LimitPer.PORT) == [115, 1_115]


def test_a_cancel_waits_behind_the_orders_of_its_session() -> None:
    client = Client(venue_with(rate_limit=SLOW), to=WAY)
    first, second = orders(2)
    client.says(first, second, CancelOrder(first.order_id, first.owner), at=0)
    assert heard(client) == [(115, NEW), (1_115, NEW), (2_115, ExecType.CANCELED)]


def test_an_exempt_cancel_goes_by_them() -> None:
    client = Client(venue_with(rate_limit=SLOW, cancels=Cancels.EXEMPT), to=WAY)
    first, second = orders(2)
    client.says(first, second, CancelOrder(first.order_id, first.owner), at=0)
    client.says(CancelOrder(second.order_id, second.owner), at=1)
    assert heard(client) == [(115, NEW), (125, ExecType.CANCELED), (135, CANCEL_REJECTED), (1_115, NEW)]


def test_a_bounded_queue_for_tokens_refuses_one_too_many() -> None:
    client = Client(venue_with(rate_limit=SLOW, queue_limit=1), to=WAY)
    client.says(*orders(4), at=0)
    assert heard(client) == [(100, REJECTED), (100, REJECTED), (115, NEW), (1_115, NEW)]


@given(
    limit=st.builds(RateLimit, st.integers(1, 7), st.integers(1, 50), st.integers(1, 5)),
    gaps=st.lists(st.integers(0, 40), min_size=1, max_size=40),
)
def test_the_bucket_is_exact(limit: RateLimit, gaps: list[int]) -> None:
    """Against a bucket of fractions, which grants a message as soon as a whole token is there."""
    bucket, tokens, seen, now = TokenBucket(limit), Fraction(limit.burst), 0, 0
    rate = Fraction(limit.messages, limit.period)
    for gap in gaps:
        now += gap
        ready = bucket.ready_at(now)
        tokens, seen = min(Fraction(limit.burst), tokens + (ready - seen) * rate), ready
        assert tokens >= 1, "no sooner than a token is there"
        assert ready == now or tokens - rate < 1, "and no later"
        bucket.take(ready)
        tokens, now = tokens - 1, ready


@pytest.mark.parametrize("numbers", [(0, 10, 1), (1, 0, 1), (1, 10, 0)])
def test_a_limit_of_nothing_is_none(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="a rate limit is of whole numbers above zero"):
        RateLimit(*numbers)


# -- the log ----------------------------------------------------------------------------------------


def test_the_log_says_when_each_message_came_and_left_and_what_was_before_it() -> None:
    log = EventLog()
    client = Client(venue_with(log=log, rate_limit=RateLimit(1, 1_000, burst=2), queue_limit=1), to=WAY)
    client.says(*orders(4), at=0)
    client.hears()
    columns = ("at", "arrived", "left", "held", "ahead", "outcome")
    assert rows(log, "gateway_messages", *columns) == [
        (100, 100, 110, 0, 0, 0),
        (100, 100, 120, 0, 1, 0),
        (100, 100, 100, 1, 0, 2),
        (1_100, 100, 1_110, 0, 0, 0),
    ]


def test_a_refused_message_is_in_the_log_like_any_other() -> None:
    log = EventLog()
    venue = venue_with(log=log, rate_limit=SLOW, on_limit=OnLimit.REJECT)
    client = Client(venue, to=WAY)
    client.says(*orders(2), at=0)
    client.hears()
    assert rows(log, "orders", "at", "seq") == [(100, 1), (115, 2)]
    assert rows(log, "reports", "at", "seq", "reason") == [(100, 1, Reason.RATE_LIMIT), (115, 2, 0)]
    assert venue.handled[client.session.owner] == 2


def test_a_venue_without_gateways_has_no_such_table() -> None:
    log = EventLog()
    lit_venue(log=log)
    assert "gateway_messages" not in log.arrays()


def test_gateways_come_before_sessions() -> None:
    venue = lit_venue()
    Client(venue)
    with pytest.raises(ValueError, match="install gateways before anybody connects"):
        venue.install_gateways(GatewayTerms(), [1], EventLog())


def test_every_port_has_a_service_time() -> None:
    with pytest.raises(ValueError, match="2 ports and 1 service times"):
        lit_venue().install_gateways(GatewayTerms(ports=2), [1], EventLog())


def test_a_gateway_before_a_bump_for_takers_keeps_both() -> None:
    log = EventLog()
    venue = lit_venue(service=ENGINE, log=log, taker_bump=350)
    venue.install_gateways(GatewayTerms(), [SERVICE], log)
    client = Client(venue, to=WAY)
    client.says(*orders(1), at=0)
    assert heard(client) == [(115, NEW)]
