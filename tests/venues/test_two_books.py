"""The fast book and the obvious one answer the same commands with the same reports and hold the same state.

`Pair` sends every command to both, compares all fields of all reports and the state hash, audits the stream, and now
and then goes on with books restored from their snapshots. The laws of the whole book (112 to 115) hold for each.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.venues.audit import REFUSALS, Audit
from tests.venues.order_flow import (
    MIDDLE,
    SECOND,
    TICK,
    Advance,
    Command,
    EveryKind,
    SetCrumbling,
    SetReference,
    SetState,
    random_policies,
    recorded,
    told,
)
from venues.book import Book
from venues.messages import (
    BookState,
    CancelOrder,
    ExecType,
    ExecutionReport,
    Liquidity,
    NewOrder,
    Peg,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)
from venues.obvious_book import ObviousBook
from venues.policies import PLAIN, Policies, PostOnlyMeetsHidden

BOOKS: list[Callable[..., Any]] = [ObviousBook, Book]


class Pair:
    """Both books and the audit, fed with the same commands."""

    def __init__(self, policies: Policies = PLAIN) -> None:
        self.book: Any = Book(TICK, policies)
        self.obvious = ObviousBook(TICK, policies)
        self.audit = Audit(policies)
        self.log: list[tuple[Command, int]] = []
        self._top = (0, 0, 0, 0)

    def send(self, command: Command, now: int) -> list[ExecutionReport]:
        self.log.append((command, now))
        hash_before, due = self.obvious.state_hash(), self.obvious.next_at()
        expected = told(self.obvious, command, now)
        reports = told(self.book, command, now)
        assert reports == expected
        self._compare()
        self.audit.take(command, reports)
        self.audit.check(self.book)
        nothing_due = due is None or due > now
        if nothing_due and reports and reports[0].exec_type in REFUSALS:
            assert len(reports) == 1, "one refusal"
            assert self.obvious.state_hash() == hash_before, "105: a refused command changes nothing"
        if isinstance(command, Advance):
            assert bool(reports) != nothing_due, "next_at tells when advance does something"
        return reports

    def _compare(self) -> None:
        assert self.book.state_hash() == self.obvious.state_hash()
        assert self.book.next_at() == self.obvious.next_at()
        assert self.book.indicative() == self.obvious.indicative()
        for side in Side:
            assert self.book.has_hidden(side) == self.obvious.has_hidden(side)
        assert self.book.best_moved() or self.book.top() == self._top
        self._top = self.book.top()
        assert self._top == self.obvious.top()

    def go_on_from_snapshots(self) -> None:
        """112: what the snapshots, written down and read again, hold is all that there is."""
        self.book = Book.restore(json.loads(json.dumps(self.book.snapshot())))
        self.obvious = ObviousBook.restore(json.loads(json.dumps(self.obvious.snapshot())))
        self._compare()


def compare(seed: int, commands: int, **fixed: Any) -> Pair:
    """A venue of random policies and its random day."""
    draw = random.Random(seed)
    policies = random_policies(draw, **fixed)
    flow, pair = EveryKind(seed, policies, draw.choice((2, 5, 9)), draw.choice((5, 14, 30))), Pair(policies)
    for _ in range(commands):
        pair.send(*flow.next(list(pair.obvious.orders())))
        if draw.random() < 0.01:
            pair.go_on_from_snapshots()
    return pair


@pytest.mark.parametrize("seed", range(30))
def test_two_hundred_random_commands_at_a_random_venue_are_answered_alike(seed: int):
    compare(seed, 200)


@pytest.mark.parametrize("seed", range(4))
def test_five_hundred_random_commands_at_a_default_venue_are_answered_alike(seed: int):
    compare(seed, 500, **{name: getattr(PLAIN, name) for name in Policies.__dataclass_fields__})


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 1_400, 20))
def test_long_days_at_many_venues_are_answered_alike(first: int):
    """400 venues of 300 commands each."""
    for seed in range(first, first + 20):
        compare(seed, 300)


# -- Hypothesis looks for a short dialogue in which they differ -------------------------------------------

order_ids = st.integers(1, 9)
owners = st.sampled_from([1, 1, 2])
sides = st.sampled_from(Side)
sizes = st.integers(0, 9)
ticks = st.integers(MIDDLE - 4, MIDDLE + 4)
prices = ticks.map(lambda ticks: ticks * TICK)
limits = prices | st.none() | st.sampled_from([0, MIDDLE * TICK + 30])
some_ticks = st.sampled_from([0, 0, 1, 2]).map(lambda ticks: ticks * TICK)
terms = st.none() | st.one_of(
    st.builds(Terms, display_qty=st.integers(0, 4), min_qty=st.sampled_from([0, 0, 1, 3])),
    st.builds(Terms, min_qty=st.integers(1, 5)),
    st.builds(Terms, post_only=st.just(True), display_qty=st.sampled_from([None, 0, 2])),
    st.builds(
        Terms,
        peg=st.sampled_from(Peg),
        peg_offset=st.sampled_from([0, 0, TICK, -TICK]),
        display_qty=st.sampled_from([None, 0]),
        min_qty=st.sampled_from([0, 0, 2]),
    ),
    st.builds(Terms, stop_px=prices, display_qty=st.sampled_from([None, 2])),
    st.builds(Terms, trail=some_ticks, trail_step=some_ticks),
    st.builds(Terms, budget=st.integers(1, 5 * MIDDLE * TICK)),
    st.builds(Terms, expire_at=st.integers(0, 60).map(lambda seconds: seconds * SECOND)),
)


class TwoBooks(RuleBasedStateMachine):
    """A dialogue with a venue of any policies; every message is a second after the last, or at once."""

    @initialize(seed=st.integers(0, 10**6))
    def open(self, seed: int) -> None:
        self.pair, self.now = Pair(random_policies(random.Random(seed))), 0

    @rule(
        order_id=order_ids,
        owner=owners,
        side=sides,
        qty=sizes,
        price=limits,
        tif=st.sampled_from([TimeInForce.DAY, TimeInForce.GTC, *TimeInForce]),
        terms=terms,
    )
    def order(self, order_id: int, owner: int, side: Side, qty: int, price: int, tif: TimeInForce, terms: Any) -> None:
        self.send(NewOrder(order_id, owner, side, qty, price, tif, terms))

    @rule(order_id=order_ids, owner=owners)
    def cancel(self, order_id: int, owner: int) -> None:
        self.send(CancelOrder(order_id, owner))

    @rule(order_id=order_ids, owner=owners, qty=sizes)
    def reduce(self, order_id: int, owner: int, qty: int) -> None:
        self.send(ReduceOrder(order_id, owner, qty))

    @rule(order_id=order_ids, owner=owners, qty=sizes, price=limits, terms=terms)
    def replace(self, order_id: int, owner: int, qty: int, price: int, terms: Any) -> None:
        self.send(ReplaceOrder(order_id, owner, qty, price, terms))

    @rule(state=st.sampled_from([BookState.CONTINUOUS, *BookState]))
    def state(self, state: BookState) -> None:
        self.send(SetState(state))

    @rule(bid=prices, width=some_ticks)
    def reference(self, bid: int, width: int) -> None:
        self.send(SetReference(bid, bid + width))

    @rule(bid=st.booleans(), ask=st.booleans())
    def crumbling(self, bid: bool, ask: bool) -> None:
        self.send(SetCrumbling(bid, ask))

    @rule(seconds=st.integers(0, 40))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND
        self.send(Advance())

    @rule()
    def go_on_from_snapshots(self) -> None:
        self.pair.go_on_from_snapshots()

    def send(self, command: Command) -> None:
        self.pair.send(command, self.now)
        self.now += SECOND * (self.now // SECOND % 2)


TwoBooks.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
test_hypothesis_finds_no_dialogue_in_which_they_differ = TwoBooks.TestCase


class ManyDialogues(TwoBooks):
    """The same, longer."""


ManyDialogues.TestCase.settings = settings(max_examples=300, stateful_step_count=50)
test_nor_in_many_long_dialogues = pytest.mark.slow(ManyDialogues.TestCase)


# -- laws of the whole book -------------------------------------------------------------------------------

Dialogue = list[tuple[Command, int]]


def dialogue(seed: int, commands: int, policies: Policies) -> Dialogue:
    """What a random flow says to a venue, made against the obvious book."""
    book, flow, said = ObviousBook(TICK, policies), EveryKind(seed, policies, odd=False), []
    for _ in range(commands):
        command, now = flow.next(list(book.orders()))
        told(book, command, now)
        said.append((command, now))
    return said


def answers(make_book: Callable[..., Any], policies: Policies, said: Dialogue) -> list[ExecutionReport]:
    book = make_book(TICK, policies)
    return [report for command, now in said for report in told(book, command, now)]


PRICES = ("price", "last_px", "bid", "ask")


def moved(thing: Any, to: Callable[[int], int]) -> Any:
    """The same command or report at other prices."""
    if not hasattr(thing, "_replace"):
        return thing
    changed = {name: to(price) for name in PRICES if isinstance(price := getattr(thing, name, None), int) and price > 0}
    if getattr(thing, "terms", None) is not None and thing.terms.stop_px:
        changed["terms"] = thing.terms._replace(stop_px=to(thing.terms.stop_px))
    return thing._replace(**changed)


def mirrored(thing: Any) -> Any:
    """The other side, at 2,000 ticks minus the price."""
    if isinstance(thing, SetReference):
        bid, ask = (2 * MIDDLE * TICK - price if price else 0 for price in thing)
        return SetReference(ask, bid)
    if isinstance(thing, SetCrumbling):
        return SetCrumbling(thing.ask, thing.bid)
    thing = moved(thing, lambda price: 2 * MIDDLE * TICK - price)
    return thing._replace(side=Side(-thing.side)) if hasattr(thing, "side") else thing


def looks_alike_from_both_sides(command: Command) -> bool:
    """Not so: budgets (only buyers have them), auctions (a tie goes to the lower price), pegs on both sides."""
    if isinstance(command, NewOrder):
        terms = command.terms or Terms()
        return not terms.budget and not (terms.peg and command.side is Side.SELL)
    return not isinstance(command, SetState)


def accepted(reports: list[ExecutionReport]) -> list[ExecutionReport]:
    return [report for report in reports if report.exec_type not in REFUSALS]


@pytest.mark.parametrize("make_book", BOOKS)
@pytest.mark.parametrize("seed", range(8))
def test_113_swapped_sides_and_mirrored_prices_give_mirrored_reports(make_book: Callable[..., Any], seed: int):
    neutral = {"collar": 0, "band": None, "ticks": None, "batch_interval": 0, "reference_px": MIDDLE * TICK}
    policies = random_policies(random.Random(seed), **neutral)
    said = [(command, now) for command, now in dialogue(seed, 300, policies) if looks_alike_from_both_sides(command)]
    through_the_mirror = [(mirrored(command), now) for command, now in said]
    reports = accepted(answers(make_book, policies, said))
    assert [mirrored(r) for r in reports] == accepted(answers(make_book, policies, through_the_mirror))
    assert any(r.exec_type is ExecType.TRADE for r in reports)


@pytest.mark.parametrize("make_book", BOOKS)
@pytest.mark.parametrize("seed", range(8))
def test_114_prices_that_are_all_higher_change_nothing_else(make_book: Callable[..., Any], seed: int):
    neutral = {"collar": 0, "band": None, "ticks": None, "reference_px": 0}
    policies = random_policies(random.Random(seed), **neutral)
    said = [
        (command, now)
        for command, now in dialogue(seed, 300, policies)
        if not isinstance(command, NewOrder) or not command.terms or not command.terms.budget
    ]

    def to(price: int) -> int:
        return price + 500 * TICK if price < 10**9 else price

    higher = answers(make_book, policies, [(moved(command, to), now) for command, now in said])
    assert [moved(r, to) for r in answers(make_book, policies, said)] == higher


@pytest.mark.parametrize("make_book", BOOKS)
def test_112_the_same_messages_again_give_the_same_reports(make_book: Callable[..., Any]):
    said = [(message, now) for now, message in enumerate(recorded(seed=5, messages=1_000))]
    assert answers(make_book, PLAIN, said) == answers(make_book, PLAIN, said)


def fills_of_takers(reports: list[ExecutionReport]) -> list[tuple[int, int, int]]:
    """(taker, price, shares) by taker and price in order of time; how many makers it took is not told."""
    shares: dict[tuple[int, int, int], int] = {}
    for report in reports:
        if report.liquidity is Liquidity.TAKER:
            key = (report.at, report.order_id, report.last_px)
            shares[key] = shares.get(key, 0) + report.last_qty
    return [(order_id, price, qty) for (_, order_id, price), qty in shares.items()]


resting = st.tuples(st.integers(1_001, 1_004), st.integers(2, 20), st.booleans())
takers = st.tuples(st.sampled_from(["LIMIT", "MARKET", "FOK"]), st.integers(1_000, 1_005), st.integers(1, 60))


@pytest.mark.parametrize("make_book", BOOKS)
@given(orders=st.lists(resting, min_size=1, max_size=8), marks=st.lists(takers, max_size=5), choice=st.data())
@settings(max_examples=60)
def test_115_two_adjacent_orders_fill_like_one(make_book: Callable[..., Any], orders: Any, marks: Any, choice: Any):
    whole: list[Any] = []
    halves: list[Any] = []
    split = choice.draw(st.integers(0, len(orders) - 1))
    for number, (ticks, qty, hidden) in enumerate(orders):
        order = NewOrder(number, 1, Side.SELL, qty, ticks * TICK, terms=Terms(display_qty=0) if hidden else None)
        whole.append(order)
        first = choice.draw(st.integers(1, qty - 1)) if number == split else qty
        halves.append(order._replace(qty=first))
        if first < qty:
            halves.append(order._replace(order_id=100, qty=qty - first))
    for number, (kind, ticks, qty) in enumerate(marks, start=200):
        tif = TimeInForce.FOK if kind == "FOK" else TimeInForce.IOC
        taker = NewOrder(number, 2, Side.BUY, qty, None if kind == "MARKET" else ticks * TICK, tif)
        whole.append(taker)
        halves.append(taker)
    at_ten = [answers(make_book, PLAIN, [(message, 10) for message in messages]) for messages in (whole, halves)]
    assert fills_of_takers(at_ten[0]) == fills_of_takers(at_ten[1])


@pytest.mark.parametrize("make", BOOKS)
def test_post_only_meets_nobody_when_its_own_minimum_is_not_met(make: Callable[..., Any]) -> None:
    book = make(TICK, Policies(post_only_meets_hidden=PostOnlyMeetsHidden.REJECT))
    hidden = Terms(display_qty=0)
    book.submit(NewOrder(1, 7, Side.SELL, 5, MIDDLE, TimeInForce.DAY, hidden), 0)
    shy = NewOrder(2, 8, Side.BUY, 20, MIDDLE, TimeInForce.DAY, Terms(display_qty=0, post_only=True, min_qty=10))
    assert [report.exec_type for report in book.submit(shy, 1)] == [ExecType.NEW]
    assert [order.order_id for order in book.orders()] == [2, 1]
