"""What analysis rebuilds of the displayed book from the log, held against the book itself."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from analysis.resting import stays_by_side
from analysis.tables import RunTables
from sim.log import EventLog
from tests.venues.builders import buy, cancel, sell
from tests.venues.order_flow import EveryKind, SetReference, SetState, random_policies
from tests.venues.rig import Client, lit_venue
from venues.lit import LitVenue
from venues.messages import BookState, Message, NewOrder, Peg, ReduceOrder, Side, Terms, TimeInForce
from venues.policies import Band, BandReference, IcebergRefresh, MarketRemainder, Policies, SelfTrade, SmallerSize

PX = 100_0000
Depth = list[tuple[int, int]]


class Watched:
    """A venue, its log, and the displayed shares by price after each of its messages."""

    def __init__(self, **policies: Any) -> None:
        self.log = EventLog()
        self.venue: LitVenue = lit_venue(service=0, log=self.log, policies=Policies(**policies))
        self.clients = {owner: Client(self.venue, owner, to=0, back=0) for owner in range(1, 6)}
        self.seen: list[tuple[int, dict[Side, Depth]]] = []

    def says(self, *messages: Any) -> None:
        """Messages one after the other; a book state begins that phase."""
        for message in messages:
            if isinstance(message, BookState):
                self.venue.set_state(message)
            else:
                self.clients[message.owner].says(message)
            self.venue.env.run(until=self.venue.env.now + 2)
            self.look()

    def look(self) -> None:
        """In a call nothing is shown to anybody."""
        if self.venue.state is not BookState.CONTINUOUS:
            return
        depth = {side: [level[:2] for level in self.venue.book.depth(side, 1_000)] for side in Side}
        self.seen.append((self.venue.seq, depth))

    def rebuilt(self) -> list[tuple[int, dict[Side, Depth]]]:
        """The same from the log."""
        tables = RunTables.from_arrays(self.log.arrays(), {})
        stays = stays_by_side(tables["orders"], tables["reports"], 0, tables["order_terms"])
        return [(seq, {side: displayed(stays[side], seq, side) for side in Side}) for seq, _ in self.seen]


def displayed(stays: Any, seq: int, side: Side) -> Depth:
    """(price, shares) of the stays after a message, best first."""
    shares: Counter[int] = Counter()
    for stay in stays.queue_after(seq, -side, 0).tolist():
        shares[int(stays.price[stay])] += stays.leaves_after(stay, seq)
    return sorted(((price, qty) for price, qty in shares.items() if qty), reverse=side is Side.BUY)


def first(order: NewOrder, **terms: Any) -> NewOrder:
    """An order of owner 1 with id 1."""
    return order._replace(order_id=1, owner=1, terms=Terms(**terms) if terms else None)


def other(order: NewOrder, **terms: Any) -> NewOrder:
    """An order of owner 2."""
    return order._replace(owner=2, terms=Terms(**terms) if terms else None)


SHOWN = {
    "an iceberg shows its peak": ([first(sell(500, limit=PX), display_qty=100)], 100),
    "an iceberg shows its next peak": ([first(sell(500, limit=PX), display_qty=100), other(buy(150, limit=PX))], 50),
    "an iceberg's last peak may be smaller": (
        [first(sell(250, limit=PX), display_qty=100), other(buy(200, limit=PX))],
        50,
    ),
    "a reduced iceberg shows no more than is left": (
        [first(sell(500, limit=PX), display_qty=100), ReduceOrder(1, 1, 450)],
        50,
    ),
    "a hidden order shows nothing": ([first(sell(500, limit=PX), display_qty=0)], 0),
    "a peg shows nothing": (
        [other(buy(100, limit=PX)), first(sell(500), peg=Peg.MARKET, peg_offset=-1000), cancel(1, owner=1)],
        0,
    ),
    "a stop that waits shows nothing": ([first(sell(500, limit=PX), stop_px=PX - 1000)], 0),
    "an order for the close shows nothing": (
        [first(sell(500, limit=PX))._replace(time_in_force=TimeInForce.CLOSE)],
        0,
    ),
    "a cancelled iceberg is gone": ([first(sell(500, limit=PX), display_qty=100), cancel(1, owner=1)], 0),
}


@pytest.mark.parametrize(("messages", "shares"), SHOWN.values(), ids=list(SHOWN))
def test_only_displayed_shares_stand_in_the_queue(messages: list[Any], shares: int):
    venue = Watched()
    venue.says(*messages)
    assert venue.rebuilt() == venue.seen
    assert sum(qty for _, qty in venue.rebuilt()[-1][1][Side.SELL]) == shares


def test_a_stop_that_was_triggered_shows_what_rests():
    venue = Watched()
    venue.says(first(sell(500, limit=PX), stop_px=PX), other(buy(100, limit=PX)), other(sell(100, limit=PX)))
    assert venue.seen[-1][1][Side.SELL] == [(PX, 500)]
    assert venue.rebuilt() == venue.seen


def test_a_decrement_takes_shares_of_what_rests():
    venue = Watched(self_trade=SelfTrade.DECREMENT)
    venue.says(first(sell(500, limit=PX)), buy(200, limit=PX, owner=1))
    assert venue.seen[-1][1][Side.SELL] == [(PX, 300)]
    assert venue.rebuilt() == venue.seen


def test_a_decrement_goes_on_into_the_next_peak():
    venue = Watched(self_trade=SelfTrade.DECREMENT)
    venue.says(first(sell(1000, limit=PX), display_qty=300), buy(400, limit=PX, owner=1))
    assert venue.seen[-1][1][Side.SELL] == [(PX, 200)]
    assert venue.rebuilt() == venue.seen


def test_bands_move_what_rests():
    band = Band(100, BandReference.LAST)
    venue = Watched(reference_px=PX, band=band)
    venue.says(
        first(sell(100, limit=PX - 5000)),
        other(sell(300, limit=PX - 4000)),
        buy(100, limit=PX + 5000, owner=3),
        buy(100, limit=PX - 9000, owner=3),
        buy(300, limit=PX + 9000, owner=4),
        other(sell(100, limit=PX - 9000)),
    )
    assert venue.rebuilt() == venue.seen


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_the_displayed_book_is_rebuilt_from_the_log(seed: int):
    fixed = {"smaller_size": SmallerSize.KEEPS, "market_remainder": MarketRemainder.CANCEL}
    policies = random_policies(random.Random(seed), **fixed)
    venue = Watched(**{name: getattr(policies, name) for name in Policies.__dataclass_fields__})
    flow = EveryKind(seed, policies, odd=False)
    for _ in range(300):
        command, at = flow.next(list(venue.venue.book.orders()))
        if at > venue.venue.env.now:
            venue.venue.env.run(until=at)
        if isinstance(command, (Message, SetState)):
            venue.says(command.state if isinstance(command, SetState) else command)
        elif not isinstance(command, SetReference):
            venue.look()
        flow.now = max(flow.now, venue.venue.env.now)
    for (seq, rebuilt), (_, seen) in zip(venue.rebuilt(), venue.seen, strict=True):
        assert (seq, rebuilt) == (seq, seen)


def test_after_a_sweep_icebergs_are_rebuilt_too():
    venue = Watched(iceberg_refresh=IcebergRefresh.AFTER_SWEEP)
    venue.says(
        first(sell(500, limit=PX), display_qty=100),
        other(sell(100, limit=PX)),
        buy(350, limit=PX, owner=3),
        buy(30, limit=PX, owner=3),
    )
    assert venue.rebuilt() == venue.seen
