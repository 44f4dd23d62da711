"""A run's log as an exchange's message record."""

from __future__ import annotations

import pytest

from analysis.race_log import messages_of_run
from analysis.race_messages import RaceMessage
from analysis.tables import RunTables
from tests.analysis.builders import BATS, BUY, CLIENT, FLOW, FOK, IOC, MAKER, NYSE, SELL, SNIPER
from tests.analysis.race_flow import Flow
from tests.analysis.race_rig import US, Exchange
from venues.messages import ExecType, Reason
from venues.tables import REPORTS


def told(messages: list[RaceMessage]) -> list[tuple[str, str, str]]:
    """Order, request, and what the row says."""
    return [(m.order, m.request, m.initiator or m.exec_type or m.reject or m.type) for m in messages]


@pytest.fixture
def exchange() -> Exchange:
    """An offer of 100."""
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, 100_0100)
    return exchange


def test_the_gateway_took_a_message_its_latency_before_the_answer(exchange):
    asked, answered = exchange.messages()
    assert (asked.at, answered.at) == (95 * US, 100 * US)
    assert (asked.type, answered.exec_type) == ("New_Order", "Order_Accepted")


def test_opening_time_is_added(exchange):
    assert [m.at for m in messages_of_run(exchange.tables(), NYSE, 0, opens=1_000)] == [101_000, 101_000]


def test_messages_under_way_stand_before_the_answers_that_they_did_not_know(exchange):
    exchange.latency = 50 * US
    exchange.new(200, 2, SNIPER, BUY, 100, 100_0100, IOC)
    exchange.cancel(220, 1, MAKER)
    assert told(exchange.messages())[2:] == [
        ("O2", "R2", "New_Order"),
        ("O1", "R3", "Cancel_Request"),
        ("O2", "R2", "Aggressive"),
        ("O1", "R1", "Passive"),
        ("O1", "R3", "TLTC"),
    ]


def test_an_order_that_trades_at_once_is_not_accepted_first(exchange):
    exchange.new(200, 2, FLOW, BUY, 40, 100_0100)
    assert told(exchange.messages())[2:] == [
        ("O2", "R2", "New_Order"),
        ("O2", "R2", "Aggressive"),
        ("O1", "R1", "Passive"),
    ]


@pytest.mark.parametrize(("force", "name"), [(IOC, "IOC"), (FOK, "FOK")])
def test_what_finds_nothing_expires(exchange, force, name):
    exchange.new(200, 2, FLOW, BUY, 40, 100_0000, force)
    asked, answered = exchange.messages()[2:]
    assert (asked.force, answered.exec_type) == (name, "Order_Expired")


def test_a_market_order_has_no_price(exchange):
    exchange.new(200, 2, FLOW, BUY, 140, 0)
    asked, *rest = exchange.messages()[2:]
    assert (asked.order_type, asked.price) == ("Market", -1)
    assert [m.initiator or m.exec_type for m in rest] == ["Aggressive", "Passive", "Order_Expired"]


def test_a_cancel_that_came_too_late_is_of_an_order_that_was_accepted(exchange):
    exchange.cancel(200, 1, MAKER)
    exchange.cancel(210, 1, MAKER)
    exchange.cancel(220, 1, CLIENT)
    exchange.cancel(230, 9, CLIENT)
    answers = [m for m in exchange.messages()[2:] if not m.inbound]
    assert [m.exec_type or m.reject for m in answers] == ["Order_Cancelled", "TLTC", "Other", "Other"]


def test_a_passive_fill_carries_the_last_granted_request(exchange):
    exchange.replace(200, 1, MAKER, 80, 100_0200)
    exchange.new(300, 2, FLOW, BUY, 10, 100_0200, IOC)
    replaced, granted, _, _, passive = exchange.messages()[2:]
    assert (replaced.type, replaced.original, replaced.price) == ("Cancel_Replace_Request", "R1", 100_0200)
    assert (granted.exec_type, passive.request, passive.leaves_qty) == ("Order_Replaced", "R2", 70)


def test_a_replace_that_leaves_nothing_open_is_a_cancel(exchange):
    exchange.new(200, 2, FLOW, BUY, 40, 100_0100, IOC)
    exchange.replace(300, 1, MAKER, 40, 100_0200)
    assert told(exchange.messages())[-2:] == [("O1", "R3", "Cancel_Request"), ("O1", "R3", "Order_Cancelled")]


def test_an_id_used_again_is_another_order(exchange):
    exchange.cancel(200, 1, MAKER)
    exchange.new(300, 1, FLOW, SELL, 100, 100_0100)
    assert {m.order for m in exchange.messages()[4:]} == {"O1.3"}


def test_the_end_of_the_session_has_no_request(exchange):
    exchange.recording.close()
    ended = exchange.messages()[-1]
    assert (ended.order, ended.request, ended.inbound) == ("O1", "R1", False)


def test_other_venues_are_left_out(exchange):
    exchange.recording.new(2, FLOW, BUY, 100, 99_0000, venue=BATS)
    assert {m.order for m in exchange.messages()} == {"O1"}


def test_an_auction_is_outside_regular_hours(exchange):
    for at, seq, reason in ((150 * US, 2, Reason.STATE_HALTED), (250 * US, 4, Reason.STATE_CONTINUOUS)):
        exchange.recording.row(REPORTS, at=at, venue=NYSE, seq=seq, owner=-1, exec_type=ExecType.STATE, reason=reason)
        exchange.recording.seq[NYSE] = seq
        exchange.new(at / US + 50, 10 + seq, FLOW, SELL, 100, 100_0200)
    regular = {m.order: m.regular for m in exchange.messages()}
    assert regular == {"O1": True, "O12": False, "O14": True}


def test_every_row_of_a_flow_is_in_order_and_every_request_is_answered():
    messages = messages_of_run(Flow(seed=5, replace=2, reduce=2, market=1, fok=1, special=1).tables(), 0, 20 * US)
    assert [m.at for m in messages] == sorted(m.at for m in messages)
    asked = [(m.user, m.order, m.request) for m in messages if m.inbound]
    answered = {(m.user, m.order, m.request) for m in messages if not m.inbound}
    assert len(asked) == len(set(asked)) > 400
    assert set(asked) <= answered


def test_shares_displayed_add_up_to_the_recorded_quotes(tmp_path):
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, 100_0100)
    exchange.new(110, 2, FLOW, SELL, 50, 100_0100)
    exchange.new(120, 3, SNIPER, BUY, 120, 100_0100, IOC)
    left = {m.order: m.display_qty for m in exchange.messages() if m.display_qty >= 0 and not m.inbound}
    assert left == {"O1": 0, "O2": 30, "O3": 0}
    assert exchange.tables()["quotes"]["ask_qty"].tolist() == [100, 150, 30]


def test_a_latency_is_not_negative():
    with pytest.raises(ValueError, match="gateway_latency = -1 ns: write 0 or more"):
        messages_of_run(RunTables({}, {}), 0, -1)
