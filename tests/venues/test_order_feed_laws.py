"""After every message whoever reads the feeds holds exactly what the book displays: orders, places, sizes, levels."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.venues.feed_rig import FeedRig, RichFlow
from tests.venues.order_flow import TICK, Flow
from venues.book import Book
from venues.feed_messages import HiddenTrade, OrderAdded, OrderExecuted, OrderReplaced
from venues.messages import BookState, CancelOrder, NewOrder, ReduceOrder, ReplaceOrder, Side, Terms, TimeInForce
from venues.obvious_book import ObviousBook
from venues.policies import (
    PLAIN,
    Band,
    BandReference,
    HaltOrders,
    IcebergRefresh,
    MarketRemainder,
    Policies,
    PostOnly,
    PostOnlyMeetsHidden,
    SelfTrade,
    SmallerSize,
)

VENUES = {
    "defaults": PLAIN,
    "after the sweep, decrement": Policies(
        iceberg_refresh=IcebergRefresh.AFTER_SWEEP, self_trade=SelfTrade.DECREMENT, post_only=PostOnly.SLIDE
    ),
    "smaller loses, market rests": Policies(
        smaller_size=SmallerSize.LOSES,
        market_remainder=MarketRemainder.REST,
        self_trade=SelfTrade.CANCEL_OLDEST,
        post_only_meets_hidden=PostOnlyMeetsHidden.LOCK,
    ),
    "bands": Policies(
        market_remainder=MarketRemainder.LAST_PRICE,
        band=Band(width=30, reference=BandReference.LAST, limit_state=20, pause=30),
        reference_px=1_000 * TICK,
    ),
    "batches": Policies(batch_interval=7, halt_orders=HaltOrders.QUEUE),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("width", [2, 8])
def test_of_plain_orders_everybody_holds_the_displayed_book(seed: int, width: int):
    flow, rig = Flow(seed, width), FeedRig(Book(TICK))
    for _ in range(1_000):
        rig.send(flow.next())
        flow.hear(rig.reports)
        rig.check()
    assert rig.traded_qty > 500, "they met"


@pytest.mark.parametrize("make_book", [Book, ObviousBook])
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("venue", VENUES)
def test_of_every_kind_of_order_in_every_state_everybody_holds_the_displayed_book(
    venue: str, seed: int, make_book: type[Book] | type[ObviousBook]
):
    policies = VENUES[venue]
    rig = FeedRig(make_book(TICK, policies), policies)
    for _ in RichFlow(seed).steps(rig, 600):
        rig.check()
    assert rig.traded_qty > 100, "they met"


def test_no_reference_is_used_twice():
    rig = rich_day(seed=4)
    references = [m.reference for m in told(rig, OrderAdded)] + [m.new_reference for m in told(rig, OrderReplaced)]
    assert len(references) == len(set(references)) > 100


def test_each_trade_has_one_number_and_no_number_is_left_out():
    rig = rich_day(seed=5)
    matches = [m.match for m in told(rig, OrderExecuted, HiddenTrade)]
    assert matches == sorted(matches)
    assert len(matches) == len(set(matches)) > 50
    assert matches[-1] == len(matches)


def test_a_feed_that_begins_in_the_middle_of_the_day_goes_on_exactly():
    early = rich_day(seed=6)
    late = FeedRig(early.book)
    late.now = early.now
    for _ in RichFlow(7, first_id=10_000).steps(late, 300):
        late.check()


def test_hidden_orders_that_never_trade_change_nothing_of_what_is_told():
    with_hidden, without = FeedRig(Book(TICK)), FeedRig(Book(TICK))
    for number in range(1, 60):
        plain = NewOrder(number, 1, Side.SELL, 5, (1_000 + number % 7) * TICK)
        hidden = NewOrder(1_000 + number, 1, Side.SELL, 5, (1_100 + number % 5) * TICK, terms=Terms(display_qty=0))
        with_hidden.send(hidden)
        assert with_hidden.send(plain) == without.send(plain)
        taker = NewOrder(2_000 + number, 2, Side.BUY, 4, 1_007 * TICK)
        assert with_hidden.send(taker) == without.send(taker)


def rich_day(seed: int) -> FeedRig:
    """A book in continuous trading that has seen 600 messages of every kind."""
    rig = FeedRig(Book(TICK))
    for _ in RichFlow(seed, states=False).steps(rig, 600):
        pass
    return rig


def told(rig: FeedRig, *kinds: type[Any]) -> list[Any]:
    """All messages of these kinds, in order."""
    return [m for packet in rig.feed.history.items for m in packet.messages if isinstance(m, kinds)]


order_ids = st.integers(1, 10)
sizes = st.integers(1, 12)
prices = st.integers(997, 1_003).map(lambda ticks: ticks * TICK)
terms = st.sampled_from(
    [None, None, Terms(display_qty=0), Terms(display_qty=2), Terms(display_qty=3), Terms(stop_px=1_001 * TICK)]
)
times = st.sampled_from([TimeInForce.DAY, TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.CLOSE])


class Listeners(RuleBasedStateMachine):
    """Hypothesis looks for a short dialogue after which a reader holds something else."""

    @initialize(venue=st.sampled_from(sorted(VENUES)))
    def open(self, venue: str) -> None:
        self.rig = FeedRig(Book(TICK, VENUES[venue]), VENUES[venue])

    @rule(order_id=order_ids, side=st.sampled_from(Side), qty=sizes, price=prices | st.none(), tif=times, terms=terms)
    def order(
        self, order_id: int, side: Side, qty: int, price: int | None, tif: TimeInForce, terms: Terms | None
    ) -> None:
        self.rig.send(NewOrder(order_id, order_id % 2, side, qty, price, tif, terms))

    @rule(order_id=order_ids)
    def cancel(self, order_id: int) -> None:
        self.rig.send(CancelOrder(order_id, order_id % 2))

    @rule(order_id=order_ids, qty=sizes, price=prices)
    def replace(self, order_id: int, qty: int, price: int) -> None:
        self.rig.send(ReplaceOrder(order_id, order_id % 2, qty, price))

    @rule(order_id=order_ids, qty=sizes)
    def reduce(self, order_id: int, qty: int) -> None:
        self.rig.send(ReduceOrder(order_id, order_id % 2, qty))

    @rule(state=st.sampled_from([BookState.CONTINUOUS, *BookState]))
    def state(self, state: BookState) -> None:
        self.rig.state(state)

    @invariant()
    def everybody_holds_the_displayed_book(self) -> None:
        self.rig.check()


Listeners.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
test_hypothesis_finds_no_dialogue_that_leads_a_reader_astray = Listeners.TestCase
