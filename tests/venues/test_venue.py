from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import FOK, IOC, MAKER, TAKER, buy, cancel, kinds, refusal, replace, sell
from tests.venues.rig import FEES, Client, lit_venue, rows, with_orders
from tests.venues.test_session import NO_MESSAGES
from venues.book import Book
from venues.fees import FeeSchedule
from venues.messages import CancelOrder, ExecType, NewOrder, Reason, ReplaceOrder, Side
from venues.venue import LAST_EVENTS, BrokenInvariant, Venue, slowed

# -- no message is lost, none breaks the venue ---------------------------------------------------------

GOOD = NewOrder(9, TAKER, Side.BUY, 500, 100_0000)
ODD: list[Any] = [None, "5", 5.0, 1.5, float("nan"), True, -1, 0, 10**30, -(10**30), [], {}, object(), b"5"]
ODD += [np.int64(5), np.float64(5), np.array([5, 6]), np.bool_(True), ExecType.TRADE]

fields = st.sampled_from(ODD)
broken_orders = st.builds(NewOrder, fields, st.just(TAKER), fields, fields, fields, fields)
broken_orders |= st.builds(lambda odd: GOOD._replace(**odd), st.dictionaries(st.sampled_from(GOOD._fields), fields))
broken_cancels = st.builds(CancelOrder, fields, st.just(TAKER) | fields)
broken_replaces = st.builds(ReplaceOrder, st.just(9) | fields, st.just(TAKER) | fields, fields, fields)
anything = st.sampled_from(NO_MESSAGES) | broken_orders | broken_cancels | broken_replaces


@given(st.lists(anything, min_size=1, max_size=10), st.booleans())
def test_every_message_gets_a_report_whatever_it_is(messages: list[Any], logged: bool):
    venue = lit_venue(log=EventLog(enabled=logged))
    client = Client(venue)
    client.says(GOOD, *messages, at=0)
    reports = client.reports()
    assert venue.seq == 1 + len(messages)
    assert len({report.at for report in reports}) == 1 + len(messages)  # one service time each


@given(st.lists(anything, min_size=1, max_size=10))
def test_what_a_venue_does_never_depends_on_its_log(messages: list[Any]):
    answers = []
    for enabled in (True, False):
        client = Client(lit_venue(log=EventLog(enabled=enabled)))
        client.says(GOOD, *messages, at=0)
        answers.append(client.hears())
    assert answers[0] == answers[1]


@given(anything)
def test_what_the_log_cannot_hold_is_refused(message: Any):
    log = EventLog()
    client = Client(lit_venue(log=log))
    reports = client.answer(message)
    ((action,),) = rows(log, "orders", "action")
    if action == 3:
        assert refusal(reports)


BAD_ORDERS_ANYWHERE: list[tuple[Any, Reason]] = [
    (GOOD._replace(qty=0), Reason.BAD_QTY),
    (GOOD._replace(qty=-500), Reason.BAD_QTY),
    (GOOD._replace(qty=1.5), Reason.BAD_QTY),
    (GOOD._replace(qty="500"), Reason.BAD_QTY),
    (GOOD._replace(qty=None), Reason.BAD_QTY),
    (GOOD._replace(qty=10**30), Reason.BAD_QTY),
    (GOOD._replace(price=0), Reason.BAD_PRICE),
    (GOOD._replace(price=-1), Reason.BAD_PRICE),
    (GOOD._replace(price=100.0), Reason.BAD_PRICE),
    (GOOD._replace(price="100.00"), Reason.BAD_PRICE),
    (GOOD._replace(price=10**30), Reason.BAD_PRICE),
    (GOOD._replace(price=100_0001), Reason.OFF_TICK),
    (GOOD._replace(side=0), Reason.BAD_SIDE),
    (GOOD._replace(side="BUY"), Reason.BAD_SIDE),
    (GOOD._replace(side=10**30), Reason.BAD_SIDE),
    (GOOD._replace(time_in_force=5), Reason.BAD_TIME_IN_FORCE),
    (GOOD._replace(time_in_force=None), Reason.BAD_TIME_IN_FORCE),
    (GOOD._replace(order_id=None), Reason.BAD_MESSAGE),
    (GOOD._replace(order_id=1.0), Reason.BAD_MESSAGE),
    (GOOD._replace(order_id=10**30), Reason.BAD_MESSAGE),
    (GOOD._replace(order_id=1), Reason.DUPLICATE_ID),
]
"""On a lit book and in a dark pool alike."""

REJECTS: list[tuple[Any, Reason]] = [
    *BAD_ORDERS_ANYWHERE,
    (GOOD._replace(owner=MAKER), Reason.BAD_MESSAGE),
    (GOOD._replace(owner=None), Reason.BAD_MESSAGE),
    (cancel(99), Reason.UNKNOWN_ORDER),
    (cancel(1), Reason.UNKNOWN_ORDER),  # MAKER's
    (cancel(1, owner=MAKER), Reason.BAD_MESSAGE),
    (CancelOrder(None, TAKER), Reason.UNKNOWN_ORDER),  # type: ignore[arg-type]
    (CancelOrder(1.5, TAKER), Reason.UNKNOWN_ORDER),  # type: ignore[arg-type]
    (replace(99, 5, 100_0000), Reason.UNKNOWN_ORDER),
    (replace(1, 5, 100_0000), Reason.UNKNOWN_ORDER),  # MAKER's
    (None, Reason.BAD_MESSAGE),
    ("buy 500 XYZ", Reason.BAD_MESSAGE),
    (object(), Reason.BAD_MESSAGE),
]


@pytest.mark.parametrize(("message", "reason"), REJECTS, ids=lambda value: getattr(value, "name", None))
def test_a_bad_message_is_refused_with_its_reason_and_changes_nothing(message: Any, reason: Reason):
    venue = lit_venue()
    with_orders(venue, asks=[(100_0500, 300)])
    client = Client(venue)
    before = venue.book.state_hash()
    (report,) = client.answer(message)
    assert report.exec_type in (ExecType.REJECTED, ExecType.CANCEL_REJECTED)
    assert (report.reason, report.owner) == (reason, TAKER)
    assert venue.book.state_hash() == before


def test_numpy_integers_travel_through_a_venue_as_integers():
    venue = lit_venue()
    with_orders(venue, asks=[(100_0000, 300)])
    i = np.int64
    order = NewOrder(i(9), i(TAKER), Side.BUY, i(300), i(100_0000))  # type: ignore[arg-type]
    *_, report = Client(venue).answer(order)
    assert (report.last_px, report.last_qty, report.cum_qty) == (100_0000, 300, 300)
    assert {type(field) for field in report[2:4] + report[6:10]} == {int}


def test_the_owner_of_a_filled_order_gets_its_own_reports_and_no_others():
    venue = lit_venue()
    maker = with_orders(venue, asks=[(100_0000, 300)])
    taker = Client(venue)
    taken = taker.answer(buy(300, limit=100_0000))
    made = maker.reports()
    assert kinds(taken) == ["NEW", "TRADE"]
    assert kinds(made) == ["TRADE"]
    assert {report.owner for report in taken} == {TAKER}
    assert {report.owner for report in made} == {MAKER}


# -- time ------------------------------------------------------------------------------------------------


def test_a_message_takes_its_link_the_speed_bump_the_station_and_the_way_back():
    venue = lit_venue(service=10, speed_bump=350_000)
    client = Client(venue, to=100, back=50)
    client.says(buy(500, limit=100_0000), at=7)
    ((arrived, report),) = client.hears()
    assert report.at == 7 + 100 + 350_000 + 10
    assert arrived == report.at + 50


def test_a_burst_waits_for_the_matching_station():
    client = Client(lit_venue(service=10), to=100)
    client.says(*(buy(100, limit=100_0000) for _ in range(3)), at=0)
    assert [report.at for report in client.reports()] == [110, 120, 130]


def test_service_times_may_be_drawn():
    times = iter([10, 40])
    client = Client(lit_venue(service=lambda: next(times)), to=100)
    client.says(buy(100, limit=100_0000), buy(100, limit=100_0000), at=0)
    assert [report.at for report in client.reports()] == [110, 150]


@pytest.mark.parametrize("latency", [100, lambda: 100], ids=["fixed", "drawn"])
def test_a_speed_bump_slows_fixed_and_drawn_latencies(latency: Any):
    slower = slowed(latency, 350)
    assert (slower() if callable(slower) else slower) == 450
    assert slowed(latency, 0) is latency


def test_who_reaches_the_venue_first_is_served_first():
    venue = lit_venue()
    with_orders(venue, asks=[(100_0000, 300)])
    near, far = Client(venue, owner=1, to=100), Client(venue, owner=2, to=200)
    start = venue.env.now
    far.says(buy(300, limit=100_0000, tif=IOC, owner=2), at=start)
    near.says(buy(300, limit=100_0000, tif=IOC, owner=1), at=start + 50)
    assert kinds(near.reports()) == ["NEW", "TRADE"]
    assert kinds(far.reports()) == ["NEW", "CANCELED"]


# -- numbers ---------------------------------------------------------------------------------------------


def test_every_message_gets_the_next_sequence_number_also_one_that_is_refused():
    log = EventLog()
    venue = lit_venue(log=log)
    client = Client(venue)
    client.says(buy(100, limit=100_0000, order_id=1), None, cancel(99), replace(1, 50, 100_0000), cancel(1), at=0)
    client.hears()
    assert rows(log, "orders", "seq") == [(1,), (2,), (3,), (4,), (5,)]
    assert rows(log, "reports", "seq") == [(1,), (2,), (3,), (4,), (5,)]
    assert venue.seq == 5


def test_all_reports_and_trades_of_a_message_carry_its_number():
    log = EventLog()
    venue = lit_venue(log=log)
    with_orders(venue, asks=[(100_0000, 100), (100_0100, 100)])
    Client(venue).answer(buy(300, limit=100_0100, tif=FOK))
    Client(venue, owner=3).answer(buy(300, limit=100_0100, tif=IOC, owner=3))
    assert rows(log, "reports", "seq") == [(1,), (2,), (3,), (3,), *[(4,)] * 6]
    assert rows(log, "trades", "seq") == [(4,), (4,)]


def test_messages_are_counted_by_owner():
    venue = lit_venue()
    with_orders(venue, asks=[(100_0000, 100), (100_0100, 100)])
    Client(venue).answer(None)
    assert venue.handled == {MAKER: 2, TAKER: 1}


def test_a_venue_tells_what_it_was_given():
    venue = lit_venue(number=3, name="IEX", fees=FEES, speed_bump=350_000)
    assert (venue.number, venue.name, venue.fees, venue.speed_bump, venue.kind) == (3, "IEX", FEES, 350_000, "lit")


def test_an_owner_has_one_session():
    venue = lit_venue(name="BATS")
    venue.connect(7, 100, 100)
    with pytest.raises(ValueError, match="agent 7 is connected to BATS already"):
        venue.connect(7, 100, 100)


# -- fees ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fees", [FEES, FeeSchedule(1_000, -600), FeeSchedule()], ids=["maker-taker", "inverted", "free"]
)
def test_fees_are_exact_for_both_parties(fees: FeeSchedule):
    log = EventLog()
    venue = lit_venue(log=log, fees=fees)
    with_orders(venue, asks=[(100_0000, 300), (100_0100, 700)])
    Client(venue).answer(buy(777, limit=100_0100))
    trades = [
        row[1:] for row in rows(log, "reports", "exec_type", "owner", "last_qty", "fee") if row[0] == ExecType.TRADE
    ]
    assert trades == [
        (MAKER, 300, 300 * fees.maker),
        (TAKER, 300, 300 * fees.taker),
        (MAKER, 477, 477 * fees.maker),
        (TAKER, 477, 477 * fees.taker),
    ]


def test_only_trades_cost_a_fee():
    log = EventLog()
    client = Client(lit_venue(log=log))
    client.says(buy(100, limit=100_0000, order_id=1), cancel(1), buy(100, limit=100_0000, tif=IOC), None, at=0)
    client.hears()
    assert {fee for (fee,) in rows(log, "reports", "fee")} == {0}


# -- the log ---------------------------------------------------------------------------------------------


def test_orders_are_logged_as_the_matching_engine_took_them():
    log = EventLog()
    client = Client(lit_venue(log=log, number=3), to=100)
    client.says(buy(500, limit=100_0000, order_id=1), at=0)
    client.says(replace(1, 400, 100_0100), at=1_000)
    client.says(cancel(1), at=2_000)
    client.says(sell(200, tif=IOC, order_id=2), at=3_000)
    client.says("nonsense", at=4_000)
    client.hears()
    assert rows(log, "orders") == [
        (110, 3, 1, 1, TAKER, 0, 1, 0, 100_0000, 500),
        (1_110, 3, 2, 1, TAKER, 2, 0, -1, 100_0100, 400),
        (2_110, 3, 3, 1, TAKER, 1, 0, -1, 0, 0),
        (3_110, 3, 4, 2, TAKER, 0, -1, 3, 0, 200),
        (4_110, 3, 5, 0, TAKER, 3, 0, -1, 0, 0),
    ]


def test_a_trade_is_logged_with_both_parties_and_the_taker_s_side():
    log = EventLog()
    venue = lit_venue(log=log, number=3)
    with_orders(venue, bids=[(100_0000, 300)])
    client = Client(venue)
    client.says(sell(200, limit=99_9900, order_id=9), at=5_000_000)
    client.hears()
    assert rows(log, "trades") == [(5_000_110, 3, 2, 100_0000, 200, -1, 1, 9, MAKER, TAKER)]


def test_reports_are_logged_in_the_order_in_which_they_were_made():
    log = EventLog()
    venue = lit_venue(log=log)
    with_orders(venue, asks=[(100_0000, 300)])
    Client(venue).answer(buy(400, limit=100_0000, tif=IOC, order_id=9))
    logged = rows(log, "reports", "order_id", "exec_type", "reason", "last_px", "last_qty", "leaves_qty")
    assert logged == [
        (1, ExecType.NEW, Reason.NONE, 0, 0, 300),
        (9, ExecType.NEW, Reason.NONE, 0, 0, 400),
        (1, ExecType.TRADE, Reason.NONE, 100_0000, 300, 0),
        (9, ExecType.TRADE, Reason.NONE, 100_0000, 300, 100),
        (9, ExecType.CANCELED, Reason.IOC_REMAINDER, 0, 0, 0),
    ]


def test_shares_traded_are_counted_once():
    venue = lit_venue()
    with_orders(venue, asks=[(100_0000, 300), (100_0100, 300)])
    Client(venue).answer(buy(400))
    assert venue.traded_qty == 400


# -- broken invariants -------------------------------------------------------------------------------------


class CrossedBook(Book):
    """A book that has lost its mind."""

    def top(self) -> tuple[int, int, int, int]:
        return (100_0600, 100, 100_0500, 300) if self.find(99) else super().top()


def test_a_crossed_book_stops_the_run_and_says_where():
    venue = lit_venue(name="NASDAQ", service=10, book=CrossedBook())
    with_orders(venue, asks=[(100_0500, 300)])
    client = Client(venue)
    client.says(buy(100, limit=100_0100, order_id=98), at=2_000_000)
    client.says(buy(100, limit=100_0200, order_id=99), at=2_000_500)
    with pytest.raises(BrokenInvariant) as broken:
        client.hears()
    text = str(broken.value)
    assert text.startswith("the displayed book is locked or crossed: bid 1000600, ask 1000500\n")
    assert "venue NASDAQ, time 2000610 ns, message NewOrder(order_id=99, owner=8" in text
    assert "last messages there:\n  NewOrder(order_id=1, owner=7" in text
    assert text.count("NewOrder(order_id=98") == 1


def test_a_broken_invariant_shows_the_last_messages_only():
    venue = lit_venue()
    client = Client(venue)
    client.says(*(buy(100, limit=100_0000, order_id=i) for i in range(100)), at=0)
    client.hears()
    text = str(venue.broken("two and two are five", None))
    assert text.count("NewOrder(") == LAST_EVENTS
    assert "order_id=99" in text


def test_a_venue_of_one_s_own_must_say_how_it_matches():
    venue = Venue(Environment(), 0, "MINE", FEES, 0, EventLog())
    client = Client(venue)
    client.says(buy(100), at=0)
    with pytest.raises(NotImplementedError):
        client.hears()
