"""The book and a slow, obvious one answer the same messages with the same reports and hold the same orders."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.venues.audit import Audit
from tests.venues.obvious_book import ObviousBook
from tests.venues.order_flow import TICK, Flow, recorded
from venues.book import Book
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    Message,
    NewOrder,
    ReplaceOrder,
    Side,
    TimeInForce,
)


class Pair:
    """Both books and the audit, fed with the same messages."""

    def __init__(self) -> None:
        self.book, self.obvious, self.audit = Book(TICK), ObviousBook(TICK), Audit()
        self.now = 0
        self._top = self.book.top()

    def send(self, message: Message) -> list[ExecutionReport]:
        self.now += 1
        faults = self.obvious.faults(message)
        expected = self.obvious.handle(message, self.now)
        reports = self.book.handle(message, self.now)
        if faults and reports[0].reason in faults:
            expected = [expected[0]._replace(reason=reports[0].reason)]  # several faults: any of them may be named
        assert reports == expected
        self.audit.take(message, reports)
        return reports

    def set_state(self, state: BookState) -> None:
        self.now += 1
        reports = [report for report in self.book.set_state(state, self.now) if report.exec_type is not ExecType.STATE]
        assert reports == self.obvious.set_state(state, self.now)
        self.audit.take(None, reports)

    def check(self) -> None:
        ours = [(o.order_id, o.owner, o.side, o.price, o.leaves_qty, o.cum_qty) for o in self.book.orders()]
        theirs = [(o.order_id, o.owner, o.side, o.price, o.leaves, o.cum) for o in self.obvious.orders()]
        assert ours == theirs
        for side in Side:
            assert self.book.depth(side, 1_000) == self.obvious.depth(side)
        assert self.book.best_moved() or self.book.top() == self._top
        self._top = self.book.top()
        self.audit.check(self.book)


@pytest.mark.parametrize(("seed", "width", "orders"), [(1, 8, 30), (2, 2, 12), (3, 40, 60), (4, 8, 3)])
def test_twenty_thousand_messages_are_answered_alike(seed: int, width: int, orders: int):
    """Four markets of 5,000: ordinary, two crowded prices, many levels, almost empty."""
    flow, pair = Flow(seed, width, orders), Pair()
    for number in range(5_000):
        flow.hear(pair.send(flow.next()))
        if number % 1_000 == 999:
            pair.set_state(BookState.CLOSED)
            flow.live = {order.order_id: (order.owner, order.side, order.price) for order in pair.book.orders()}
            flow.hear(pair.send(flow.next()))
            pair.set_state(BookState.CONTINUOUS)
        pair.check()
    assert pair.audit.traded[Side.BUY] > 1_000, "they met"


order_ids = st.integers(1, 12)
owners = st.sampled_from([1, 1, 1, 2])
sizes = st.integers(0, 12)
prices = st.integers(995, 1_005).map(lambda ticks: ticks * TICK) | st.sampled_from([0, 99_950])


class TwoBooks(RuleBasedStateMachine):
    """Hypothesis looks for a short dialogue in which the books differ."""

    @initialize()
    def open(self) -> None:
        self.pair = Pair()

    @rule(
        order_id=order_ids,
        owner=owners,
        side=st.sampled_from(Side),
        qty=sizes,
        price=prices | st.none(),
        tif=st.sampled_from([TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]),
    )
    def order(self, order_id: int, owner: int, side: Side, qty: int, price: int | None, tif: TimeInForce) -> None:
        self.pair.send(NewOrder(order_id, owner, side, qty, price, tif))

    @rule(order_id=order_ids, owner=owners)
    def cancel(self, order_id: int, owner: int) -> None:
        self.pair.send(CancelOrder(order_id, owner))

    @rule(order_id=order_ids, owner=owners, qty=sizes, price=prices)
    def replace(self, order_id: int, owner: int, qty: int, price: int) -> None:
        self.pair.send(ReplaceOrder(order_id, owner, qty, price))

    @precondition(lambda self: self.pair.now % 7 == 6)
    @rule(state=st.sampled_from([BookState.CONTINUOUS, BookState.CLOSED]))
    def state(self, state: BookState) -> None:
        self.pair.set_state(state)

    @invariant()
    def same(self) -> None:
        self.pair.check()


TwoBooks.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
test_hypothesis_finds_no_dialogue_in_which_they_differ = TwoBooks.TestCase


# -- laws of the whole book ----------------------------------------------------------------------------


def answers(messages: list[Message]) -> tuple[list[ExecutionReport], str]:
    book = Book(TICK)
    reports = [report for now, message in enumerate(messages) for report in book.handle(message, now)]
    return reports, book.state_hash()


def test_112_the_same_messages_again_give_the_same_reports_and_state():
    messages = list(recorded(seed=5, messages=2_000))
    assert answers(messages) == answers(messages)


def mirrored(thing: Any) -> Any:
    """The other side, at 2,000 ticks minus the price."""
    changed = {"price": 2_000 * TICK - thing.price} if getattr(thing, "price", None) is not None else {}
    if hasattr(thing, "side"):
        changed["side"] = Side(-thing.side)
    if getattr(thing, "last_px", 0):
        changed["last_px"] = 2_000 * TICK - thing.last_px
    return thing._replace(**changed)


def test_113_swapped_sides_and_mirrored_prices_give_mirrored_reports():
    messages = [m for m in recorded(seed=6, messages=2_000) if getattr(m, "price", None) is None or m.price > 0]
    reports, _ = answers(messages)
    through_the_mirror, _ = answers([mirrored(message) for message in messages])
    accepted = [r for r in reports if r.ord_status.name != "REJECTED"]
    assert [mirrored(r) for r in accepted] == [r for r in through_the_mirror if r.ord_status.name != "REJECTED"]


def raised(thing: Any, by: int) -> Any:
    changed = {"price": thing.price + by} if getattr(thing, "price", None) is not None else {}
    if getattr(thing, "last_px", 0):
        changed["last_px"] = thing.last_px + by
    return thing._replace(**changed)


@given(st.integers(-900, 10**6))
@settings(max_examples=10)
def test_114_prices_that_are_all_higher_change_nothing_else(ticks: int):
    messages = [m for m in recorded(seed=7, messages=500) if getattr(m, "price", None) is None or m.price > 0]
    reports, _ = answers(messages)
    higher, _ = answers([raised(message, ticks * TICK) for message in messages])
    assert [raised(r, ticks * TICK) for r in reports] == higher


def fills_of_takers(reports: list[ExecutionReport]) -> list[tuple[int, int, int]]:
    """(taker, price, shares) by taker and price in order of time; how many makers it took is not told."""
    told: dict[tuple[int, int, int], int] = {}
    for report in reports:
        if report.liquidity is Liquidity.TAKER:
            key = (report.at, report.order_id, report.last_px)
            told[key] = told.get(key, 0) + report.last_qty
    return [(order_id, price, qty) for (_, order_id, price), qty in told.items()]


resting = st.tuples(st.integers(1_001, 1_004), st.integers(2, 20))
takers = st.tuples(st.sampled_from(["LIMIT", "MARKET", "FOK"]), st.integers(1_000, 1_005), st.integers(1, 60))


@given(st.lists(resting, min_size=1, max_size=8), st.lists(takers, max_size=5), st.data())
def test_115_two_adjacent_orders_fill_like_one(
    orders: list[tuple[int, int]], marks: list[tuple[str, int, int]], data: st.DataObject
):
    whole: list[Message] = []
    halves: list[Message] = []
    split = data.draw(st.integers(0, len(orders) - 1))
    for number, (ticks, qty) in enumerate(orders):
        order = NewOrder(number, 1, Side.SELL, qty, ticks * TICK)
        whole.append(order)
        first = data.draw(st.integers(1, qty - 1)) if number == split else qty
        halves.append(order._replace(qty=first))
        if first < qty:
            halves.append(order._replace(order_id=100, qty=qty - first))
    for number, (kind, ticks, qty) in enumerate(marks, start=200):
        tif = TimeInForce.FOK if kind == "FOK" else TimeInForce.IOC
        taker = NewOrder(number, 2, Side.BUY, qty, None if kind == "MARKET" else ticks * TICK, tif)
        whole.append(taker)
        halves.append(taker)
    assert fills_of_takers(answers(whole)[0]) == fills_of_takers(answers(halves)[0])
