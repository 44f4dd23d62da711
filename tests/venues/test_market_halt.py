"""Halts of all venues together; times in ns, a halt of 1,000 is followed by a call of 500."""

from __future__ import annotations

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import MAKER, buy, sell
from tests.venues.rig import FEES, Client, lit_venue, with_orders
from venues.dark import DarkPool
from venues.lit import LitVenue
from venues.market_halt import CircuitBreaker, MarketHalt
from venues.messages import BookState, Liquidity, Reason

CONTINUOUS, CLOSED, HALTED = BookState.CONTINUOUS, BookState.CLOSED, BookState.HALTED
PAUSE, CLOSING = BookState.VOLATILITY_AUCTION, BookState.CLOSING_AUCTION
PX = 100_0000
CALL = 500


class Nowhere:
    """No national best."""

    def best(self, now: int) -> tuple[int, int]:
        return 0, 0

    def subscribe(self, handler: object) -> None:
        """Nothing moves."""

    def unsubscribe(self) -> None:
        """Nothing moves."""


class Exchange:
    """Two lit venues and a pool that are halted together."""

    def __init__(self) -> None:
        self.env = Environment()
        self.lit = [lit_venue(self.env, number, name) for number, name in enumerate(("NYSE", "BATS"))]
        self.pool = DarkPool(self.env, 2, "POOL", FEES, 10, EventLog(), Nowhere())
        self.halt = MarketHalt(self.env, [*self.lit, self.pool], CALL)

    def states(self, at: int) -> list[BookState]:
        """The phases of NYSE, BATS and the pool when all that was due before ``at`` has happened."""
        self.env.run(until=at)
        return [venue.state for venue in (*self.lit, self.pool)]


def all_in(state: BookState) -> list[BookState]:
    return [state] * 3


# -- halts -----------------------------------------------------------------------------------------------


def test_a_planned_halt_stops_every_venue_and_an_auction_opens_them_again():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    assert exchange.states(1_000) == all_in(CONTINUOUS)
    assert exchange.states(1_001) == all_in(HALTED)
    assert exchange.states(2_001) == all_in(PAUSE)
    assert exchange.states(2_501) == all_in(CONTINUOUS)
    assert exchange.halt.halts == [(1_000, 2_500)]


def test_the_call_after_a_halt_takes_orders_and_its_auction_trades_them():
    exchange = Exchange()
    nyse = exchange.lit[0]
    maker = Client(nyse, owner=MAKER)
    exchange.halt.plan(at=1_000, length=1_000)
    maker.says(sell(300, limit=PX, owner=MAKER), at=2_100)
    client = Client(nyse)
    client.says(buy(300, limit=PX), at=1_100)
    client.says(buy(300, limit=PX), at=2_100)
    refused, _, fill = client.reports()
    assert (refused.reason, fill.liquidity, fill.at) == (Reason.VENUE_HALTED, Liquidity.AUCTION, 2_500)


def test_a_second_halt_makes_the_first_longer():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.halt.plan(at=1_500, length=1_000)
    assert exchange.states(2_400) == all_in(HALTED)
    assert exchange.states(2_900) == all_in(PAUSE)
    assert exchange.states(3_001) == all_in(CONTINUOUS)
    assert exchange.halt.halts == [(1_000, 2_500), (1_500, 3_000)]


def test_a_second_halt_makes_the_first_no_shorter():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.halt.plan(at=1_100, length=100)
    assert exchange.states(1_900) == all_in(HALTED)
    assert exchange.states(2_501) == all_in(CONTINUOUS)
    assert exchange.halt.halts == [(1_000, 2_500), (1_100, 2_500)]


def test_a_halt_within_the_call_halts_again():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.halt.plan(at=2_200, length=1_000)
    assert exchange.states(2_600) == all_in(HALTED)
    assert exchange.states(3_701) == all_in(CONTINUOUS)


def test_a_venue_that_is_closed_stays_closed():
    exchange = Exchange()
    exchange.lit[1].close()
    exchange.halt.plan(at=1_000, length=1_000)
    assert exchange.states(1_500) == [HALTED, CLOSED, HALTED]
    assert exchange.states(3_000) == [CONTINUOUS, CLOSED, CONTINUOUS]


def test_a_venue_that_closes_in_a_halt_is_not_opened_again():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.env.call_at(1_500, exchange.lit[0].set_state, CLOSED)
    assert exchange.states(3_000) == [CLOSED, CONTINUOUS, CONTINUOUS]


# -- phases of a venue's session and halts -----------------------------------------------------------------


def test_a_phase_that_comes_in_a_halt_waits_for_its_end():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.env.call_at(1_500, lambda _: exchange.halt.begin(exchange.lit[0], CLOSING))
    assert exchange.states(1_900) == all_in(HALTED)
    assert exchange.states(2_100) == [CLOSING, PAUSE, PAUSE]
    assert exchange.states(2_600) == [CLOSING, CONTINUOUS, CONTINUOUS]


def test_of_several_phases_in_a_halt_the_last_one_counts():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    for at, state in ((1_200, CLOSING), (1_500, CONTINUOUS)):
        exchange.env.call_at(at, lambda _, state=state: exchange.halt.begin(exchange.lit[0], state))
    assert exchange.states(2_100) == all_in(PAUSE)


def test_a_phase_that_comes_in_the_call_after_a_halt_is_not_undone_by_its_end():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.env.call_at(2_200, lambda _: exchange.halt.begin(exchange.lit[0], CLOSING))
    assert exchange.states(2_600) == [CLOSING, CONTINUOUS, CONTINUOUS]


def test_the_close_does_not_wait():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.env.call_at(1_500, lambda _: exchange.halt.begin(exchange.lit[0], CLOSED))
    assert exchange.states(1_600) == [CLOSED, HALTED, HALTED]
    assert exchange.states(3_000) == [CLOSED, CONTINUOUS, CONTINUOUS]


def test_without_a_halt_a_phase_begins_at_once():
    exchange = Exchange()
    exchange.halt.begin(exchange.lit[0], CLOSING)
    assert exchange.states(1) == [CLOSING, CONTINUOUS, CONTINUOUS]


def test_a_halt_without_an_end_is_lifted_by_nothing():
    exchange = Exchange()
    exchange.halt.plan(at=1_000, length=1_000)
    exchange.env.call_at(1_500, lambda _: exchange.halt.halt(None))
    exchange.halt.plan(at=5_000, length=1_000)
    exchange.env.call_at(6_000, lambda _: exchange.halt.begin(exchange.lit[0], CONTINUOUS))
    assert exchange.states(20_000) == all_in(HALTED)
    assert exchange.halt.halts == [(1_000, 2_500), (1_500, -1), (5_000, -1)]


# -- the circuit breaker -----------------------------------------------------------------------------------


def fallen(*prices: int, apart: int = 10_000, levels: tuple[int, ...] = (93_0000, 87_0000, 80_0000)) -> Exchange:
    """Prints at NYSE at these prices, one every ``apart`` ns (the first at 120), and a circuit breaker."""
    exchange = Exchange()
    CircuitBreaker(exchange.env, exchange.lit, levels, 1_000, exchange.halt)
    maker, client = Client(exchange.lit[0], owner=MAKER), Client(exchange.lit[0])
    for index, price in enumerate(prices):
        maker.says(buy(100, limit=price, owner=MAKER), at=index * apart)
        client.says(sell(100, limit=price), at=index * apart)
    exchange.env.run()
    return exchange


def begins(exchange: Exchange) -> list[int]:
    return [begin for begin, _ in exchange.halt.halts]


@pytest.mark.parametrize(("price", "halts"), [(93_0100, []), (93_0000, [121]), (92_0000, [121])])
def test_a_print_at_or_below_a_level_halts_the_market(price: int, halts: list[int]):
    assert begins(fallen(price)) == halts


def test_a_level_counts_once_a_day():
    assert begins(fallen(93_0000, 92_0000, 88_0000)) == [121]


def test_the_next_level_halts_again():
    exchange = fallen(93_0000, 87_0000)
    assert begins(exchange) == [121, 10_121]
    assert [end for _, end in exchange.halt.halts] == [1_621, 11_621]


def test_a_fall_through_two_levels_is_one_halt():
    assert begins(fallen(86_0000, 86_0000)) == [121]


def test_the_last_level_ends_the_day():
    exchange = fallen(93_0000, 79_0000, 100_0000)
    assert exchange.halt.halts == [(121, 1_621), (10_121, -1)]
    assert exchange.states(exchange.env.now + 1_000_000) == all_in(HALTED)


def test_a_print_of_an_auction_counts():
    exchange = Exchange()
    nyse: LitVenue = exchange.lit[0]
    CircuitBreaker(exchange.env, exchange.lit, (93_0000, 80_0000), 1_000, exchange.halt)
    nyse.set_state(BookState.OPENING_AUCTION)
    with_orders(nyse, bids=[(92_0000, 100)], asks=[(92_0000, 100)])
    now = exchange.env.now
    nyse.set_state(CONTINUOUS)
    exchange.env.run()
    assert exchange.halt.halts == [(now + 1, now + 1_501)]
