"""A lit venue through its day: calls, auctions, what is due without a message, pegs that follow from afar.

The venue's station takes 10 ns; a client is 100 ns away and hears 50 ns later; MAKER's ids are 1, 2, ...
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from sim.log import EventLog
from tests.venues.builders import GTC, IOC, MAKER, TAKER, buy, cancel, kinds, sell
from tests.venues.order_flow import EveryKind, SetReference, SetState, random_policies
from tests.venues.rig import Client, lit_venue, prints, quotes, rows, with_orders
from venues.feed_messages import CrossTrade, TradingState
from venues.lit import LitVenue
from venues.messages import (
    NOBODY,
    BookState,
    ExecType,
    ExecutionReport,
    Liquidity,
    Message,
    NewOrder,
    Peg,
    Print,
    Reason,
    Side,
    Terms,
    TimeInForce,
)
from venues.policies import Band, BandReference, PegReference, Policies

BUY, SELL = Side.BUY, Side.SELL
CONTINUOUS, CLOSED, HALTED = BookState.CONTINUOUS, BookState.CLOSED, BookState.HALTED
OPENING, CLOSING, PAUSE = BookState.OPENING_AUCTION, BookState.CLOSING_AUCTION, BookState.VOLATILITY_AUCTION
OPG, CLOSE, GTD = TimeInForce.OPG, TimeInForce.CLOSE, TimeInForce.GTD
EMPTY = (0, 0, 0, 0)
PX = 100_0000


def in_call(state: BookState = OPENING, log: EventLog | None = None, **policies: Any) -> LitVenue:
    """A venue in a phase of its session from the start."""
    venue = lit_venue(log=log, policies=Policies(reference_px=PX, **policies))
    venue.set_state(state)
    return venue


def phase(venue: LitVenue, state: BookState, at: int) -> None:
    """Plan a phase."""
    venue.env.call_at(at, venue.set_state, state)


def states(log: EventLog) -> list[tuple[int, Reason, int, int, int]]:
    """(at, phase, price, size, surplus) of each STATE row."""
    wanted = ("at", "exec_type", "reason", "last_px", "last_qty", "leaves_qty")
    return [
        (at, Reason(reason), px, qty, surplus)
        for at, kind, reason, px, qty, surplus in rows(log, "reports", *wanted)
        if kind == ExecType.STATE
    ]


def auctioned(reports: list[ExecutionReport]) -> list[tuple[int, int]]:
    """(price, size) of each fill in an auction."""
    return [(r.last_px, r.last_qty) for r in reports if r.liquidity is Liquidity.AUCTION]


# -- auctions --------------------------------------------------------------------------------------------


def opening(log: EventLog | None = None) -> tuple[LitVenue, Client, Client]:
    """300 to sell at $100.00 and 500 to buy at $100.10 meet in the opening auction at 1,000 ns."""
    venue = in_call(log=log)
    seller, buyer = Client(venue, owner=MAKER), Client(venue)
    seller.says(sell(300, limit=PX, owner=MAKER, order_id=1), at=0)
    buyer.says(buy(500, limit=PX + 1000, order_id=2), at=0)
    phase(venue, CONTINUOUS, at=1_000)
    return venue, seller, buyer


def test_the_owners_hear_of_their_fills_in_an_auction():
    _, seller, buyer = opening()
    heard = buyer.hears()
    assert [(at, kinds([r])[0], r.last_qty) for at, r in heard] == [(170, "NEW", 0), (1_050, "TRADE", 300)]
    assert auctioned(seller.reports()) == auctioned([r for _, r in heard]) == [(PX + 1000, 300)]


def test_an_auction_is_one_print_of_the_side_buy():
    venue, _, buyer = opening()
    buyer.hears()
    assert prints(venue) == [Print(BUY, PX + 1000, 300, emptied=False)]
    assert venue.feed.items[-1].at == 1_000
    assert venue.traded_qty == 300


def test_the_quote_is_empty_in_a_call_and_there_after_it():
    venue, _, buyer = opening()
    buyer.hears()
    assert quotes(venue) == [(PX + 1000, 200, 0, 0)]


def test_trades_of_an_auction_cost_no_fee():
    log = EventLog()
    _, _, buyer = opening(log)
    buyer.hears()
    fills = [
        (liquidity, fee) for kind, liquidity, fee in rows(log, "reports", "exec_type", "liquidity", "fee") if kind == 1
    ]
    assert fills == [(Liquidity.AUCTION, 0)] * 2


def test_an_auction_is_one_row_of_trades_a_match_with_the_buyer_first():
    log = EventLog()
    _, _, buyer = opening(log)
    buyer.hears()
    columns = ("at", "price", "qty", "maker_order", "taker_order", "maker", "taker")
    assert rows(log, "trades", *columns) == [(1_000, PX + 1000, 300, 2, 1, TAKER, MAKER)]


def test_phases_are_rows_of_nobody_s_order_with_the_auction_s_result():
    log = EventLog()
    _, _, buyer = opening(log)
    buyer.hears()
    assert states(log) == [
        (0, Reason.STATE_OPENING_AUCTION, 0, 0, 0),
        (1_000, Reason.STATE_CONTINUOUS, PX + 1000, 300, 200),
    ]
    about = rows(log, "reports", "exec_type", "order_id", "owner")
    assert {row[1:] for row in about if row[0] == ExecType.STATE} == {(0, NOBODY)}


def test_the_same_phase_again_is_nothing():
    log = EventLog()
    venue = in_call(log=log)
    venue.set_state(OPENING)
    assert (venue.seq, len(states(log))) == (1, 1)


def test_an_order_for_the_opening_ends_with_it():
    venue = in_call()
    client = Client(venue)
    client.says(buy(100, limit=PX, tif=OPG), at=0)
    phase(venue, CONTINUOUS, at=1_000)
    (_, end) = client.reports()
    assert (end.exec_type, end.reason) == (ExecType.CANCELED, Reason.AUCTION_REMAINDER)


def test_the_closing_auction_trades_what_waited_for_it():
    venue = lit_venue()
    with_orders(venue, bids=[(PX, 300)])
    client = Client(venue)
    client.answer(sell(200, limit=PX - 1000, tif=CLOSE))
    assert quotes(venue)[-1] == (PX, 300, 0, 0)
    venue.set_state(CLOSING)
    assert quotes(venue)[-1] == EMPTY
    venue.close()
    assert auctioned(client.reports()) == [(PX, 200)]
    assert prints(venue)[-1].qty == 200


def test_a_close_without_a_closing_auction_trades_nothing():
    venue = lit_venue()
    with_orders(venue, bids=[(PX, 300)])
    client = Client(venue)
    client.answer(sell(200, limit=PX - 1000, tif=CLOSE))
    venue.close()
    (end,) = client.reports()
    assert (end.exec_type, end.reason, prints(venue)) == (ExecType.CANCELED, Reason.SESSION_END, [])


def test_a_closed_venue_shows_what_stays():
    venue = lit_venue()
    client = Client(venue)
    client.answer(buy(100, limit=PX, tif=GTC))
    client.answer(sell(100, limit=PX + 100))
    venue.close()
    assert quotes(venue)[-1] == (PX, 100, 0, 0)


def test_a_closed_venue_with_a_crossed_book_shows_nothing():
    venue = in_call()
    client = Client(venue)
    client.answer(buy(100, limit=PX + 100, tif=GTC))
    client.answer(sell(100, limit=PX, tif=GTC))
    venue.close()
    assert quotes(venue) == []


# -- halts -----------------------------------------------------------------------------------------------


def test_a_halt_empties_the_quote_and_refuses_orders_but_no_cancel():
    venue = lit_venue()
    maker = with_orders(venue, bids=[(PX, 300), (PX - 100, 200)])
    venue.set_state(HALTED)
    assert quotes(venue)[-1] == EMPTY
    assert [r.reason for r in Client(venue).answer(sell(100))] == [Reason.VENUE_HALTED]
    assert kinds(maker.answer(cancel(1, owner=MAKER))) == ["CANCELED"]
    assert quotes(venue)[-1] == EMPTY


def test_after_a_halt_an_auction_opens_what_was_there_before():
    venue = lit_venue()
    with_orders(venue, bids=[(PX, 300)])
    client = Client(venue)
    phase(venue, HALTED, at=venue.env.now + 100)
    phase(venue, PAUSE, at=venue.env.now + 1_000)
    client.says(sell(400, limit=PX - 1000), at=venue.env.now + 1_000)
    phase(venue, CONTINUOUS, at=venue.env.now + 2_000)
    assert auctioned(client.reports()) == [(PX - 1000, 300)]
    assert quotes(venue)[-2:] == [EMPTY, (0, 0, PX - 1000, 100)]


def test_a_venue_that_closes_in_a_halt_tells_its_owners():
    venue = lit_venue()
    maker = with_orders(venue, bids=[(PX, 300)])
    venue.set_state(HALTED)
    venue.close()
    assert [(r.exec_type, r.reason) for r in maker.reports()] == [(ExecType.CANCELED, Reason.SESSION_END)]


# -- what is due without a message -------------------------------------------------------------------------


def until(order: NewOrder, expire_at: int, **more: Any) -> NewOrder:
    """Good till that time."""
    return order._replace(time_in_force=GTD, terms=Terms(expire_at=expire_at, **more))


def test_an_order_expires_when_its_time_has_passed_though_nobody_says_anything():
    venue = lit_venue()
    client = Client(venue)
    client.says(until(buy(100, limit=PX), expire_at=5_000), at=0)
    (_, (heard, end)) = client.hears()
    assert (heard, end.exec_type, end.at) == (5_051, ExecType.EXPIRED, 5_000)
    assert (venue.feed.items[-1].at, quotes(venue)[-1]) == (5_001, EMPTY)


def test_the_instant_itself_belongs_to_the_order():
    venue = lit_venue()
    client, other = Client(venue), Client(venue, owner=9)
    client.says(until(buy(100, limit=PX), expire_at=5_110), at=0)
    other.says(sell(100, limit=PX, owner=9), at=5_000)  # matched at 5,110
    assert kinds(client.reports()) == ["NEW", "TRADE"]


def test_orders_expire_one_after_the_other_in_any_order_of_arrival():
    venue = lit_venue()
    client = Client(venue)
    client.says(*(until(buy(100, limit=PX), expire_at=at) for at in (9_000, 3_000, 6_000)), at=0)
    assert [r.at for r in client.reports() if r.exec_type is ExecType.EXPIRED] == [3_000, 6_000, 9_000]


def test_an_earlier_end_that_is_cancelled_does_not_hide_a_later_one():
    venue = lit_venue()
    client = Client(venue)
    orders = [until(buy(100, limit=PX), expire_at=at) for at in (3_000, 6_000)]
    client.says(*orders, cancel(orders[0].order_id), at=0)
    assert [r.at for r in client.reports() if r.exec_type is ExecType.EXPIRED] == [6_000]


def test_a_batch_venue_trades_at_its_multiples_without_a_message():
    venue = lit_venue(policies=Policies(batch_interval=1_000))
    client, other = Client(venue), Client(venue, owner=9)
    client.says(buy(300, limit=PX), at=0)
    other.says(sell(100, limit=PX, owner=9), at=10)
    other.says(sell(100, limit=PX, owner=9), at=1_500)
    assert [(r.at, r.last_qty) for r in client.reports() if r.last_qty] == [(1_000, 100), (2_000, 100)]
    assert [(print_.qty, print_.side) for print_ in prints(venue)] == [(100, BUY), (100, BUY)]


def test_a_batch_venue_quotes_what_it_had_while_its_book_is_crossed():
    venue = lit_venue(policies=Policies(batch_interval=1_000_000))
    client = Client(venue)
    client.says(buy(300, limit=PX), at=0)
    client.says(sell(100, limit=PX + 100), at=10)
    client.says(sell(100, limit=PX), at=20)
    venue.env.run(until=500_000)
    assert quotes(venue) == [(PX, 300, 0, 0), (PX, 300, PX + 100, 100)]
    venue.env.run(until=1_000_002)
    assert quotes(venue)[2:] == [(PX, 200, PX + 100, 100)]


def test_an_ioc_of_a_batch_venue_ends_with_its_batch():
    venue = lit_venue(policies=Policies(batch_interval=1_000))
    client = Client(venue)
    client.says(buy(300, limit=PX, tif=IOC), at=0)
    (_, end) = client.reports()
    assert (end.at, end.reason) == (1_000, Reason.IOC_REMAINDER)


BAND = Band(width=100, reference=BandReference.FIXED, limit_state=1_000, pause=2_000)
"""$99.00 to $101.00."""


def at_the_upper_band(log: EventLog | None = None) -> tuple[LitVenue, Client]:
    """A bid beyond the band stands at it from 110 ns on."""
    venue = lit_venue(log=log, policies=Policies(reference_px=PX, band=BAND))
    client = Client(venue)
    client.says(buy(300, limit=PX + 2_0000), at=0)
    return venue, client


def test_a_limit_state_that_lasts_ends_in_a_pause_and_an_auction():
    log = EventLog()
    venue, _ = at_the_upper_band(log)
    Client(venue, owner=9).says(sell(300, limit=PX, owner=9), at=2_000)
    venue.env.run(until=10_000)
    assert states(log) == [
        (1_110, Reason.STATE_VOLATILITY_AUCTION, 0, 0, 0),
        (3_110, Reason.STATE_CONTINUOUS, PX, 300, 0),
    ]
    assert quotes(venue) == [(PX + 1_0000, 300, 0, 0), EMPTY, EMPTY]


def test_a_limit_state_that_ends_in_time_is_no_pause():
    log = EventLog()
    venue, _ = at_the_upper_band(log)
    Client(venue, owner=9).says(sell(300, limit=PX, owner=9), at=500)
    venue.env.run(until=10_000)
    assert (states(log), prints(venue)) == ([], [Print(SELL, PX + 1_0000, 300, emptied=True)])


def test_a_halt_ends_a_pause():
    log = EventLog()
    venue, _ = at_the_upper_band(log)
    phase(venue, HALTED, at=2_000)
    venue.env.run(until=10_000)
    assert [reason for _, reason, *_ in states(log)] == [Reason.STATE_VOLATILITY_AUCTION, Reason.STATE_HALTED]


# -- pegs that follow from afar ----------------------------------------------------------------------------


class Elsewhere:
    """The national best, set by hand; known here at once."""

    def __init__(self, bid: int, ask: int) -> None:
        self.bid, self.ask = bid, ask
        self._handlers: list[Callable[[object], object]] = []

    def best(self, now: int) -> tuple[int, int]:
        return self.bid, self.ask

    def subscribe(self, handler: Callable[[object], object]) -> None:
        self._handlers.append(handler)

    def moves(self, to: tuple[int, int]) -> None:
        self.bid, self.ask = to
        for handler in self._handlers:
            handler(None)


def following(national: Elsewhere) -> tuple[LitVenue, Client]:
    """A venue whose pegs follow, and a bid pegged to the midpoint."""
    venue = lit_venue(policies=Policies(peg_reference=PegReference.NATIONAL))
    venue.follow(national)
    client = Client(venue)
    client.says(buy(100)._replace(terms=Terms(peg=Peg.MIDPOINT)), at=0)
    return venue, client


def test_a_peg_knows_the_national_best_from_the_start():
    _, client = following(Elsewhere(PX, PX + 200))
    assert [r.price for r in client.reports()] == [PX + 100]


def test_a_peg_follows_when_the_national_best_moves_without_a_message_here():
    national = Elsewhere(PX, PX + 200)
    venue, client = following(national)
    venue.env.call_at(3_000, national.moves, (PX, PX + 400))
    (_, (heard, moved)) = client.hears()
    assert (heard, moved.reason, moved.price) == (3_050, Reason.PEG, PX + 200)
    assert quotes(venue) == []


def test_a_peg_that_moves_into_an_order_trades_and_prints():
    national = Elsewhere(PX, PX + 200)
    venue, client = following(national)
    other = Client(venue, owner=9)
    other.says(sell(100, limit=PX + 200, owner=9), at=0)
    venue.env.call_at(3_000, national.moves, (PX + 200, PX + 400))
    assert kinds(client.reports()) == ["NEW", "RESTATED", "TRADE"]
    assert [(venue.feed.items[-1].at, print_.px) for print_ in prints(venue)] == [(3_000, PX + 200)]


# -- the order feed ----------------------------------------------------------------------------------------


def test_the_order_feed_is_made_once_and_tells_of_phases_and_auctions():
    venue, _, buyer = opening()
    feed = venue.order_feed()
    buyer.hears()
    assert venue.order_feed() is feed
    told = [message for packet in feed.history.items for message in packet.messages]
    assert TradingState(CONTINUOUS) in told
    assert [message for message in told if isinstance(message, CrossTrade)]


def test_the_order_feed_tells_what_happens_without_a_message():
    venue = lit_venue()
    feed = venue.order_feed()
    Client(venue).says(until(buy(100, limit=PX), expire_at=5_000), at=0)
    venue.env.run()
    assert [packet.at for packet in feed.history.items] == [110, 5_001]


# -- any flow ----------------------------------------------------------------------------------------------


def lived_through(venue: LitVenue, flow: EveryKind, national: Elsewhere, commands: int) -> None:
    """Let a flow of every kind happen to a venue over sessions; look at the venue after each of its commands."""
    sessions = {owner: Client(venue, owner, to=0, back=0).session for owner in range(1, 6)}
    for _ in range(commands):
        command, at = flow.next(list(venue.book.orders()))
        if at > venue.env.now:
            venue.env.run(until=at)
        if isinstance(command, SetState):
            venue.set_state(command.state)
        elif isinstance(command, SetReference):
            national.moves(tuple(command))
        elif isinstance(command, Message):
            sessions[command.owner].send(command)
        venue.env.run(until=at + 1)
        flow.now = at + 1
        looks_right(venue)


def looks_right(venue: LitVenue) -> None:
    """What a reader of the feed sees is the displayed book, or nothing in a call; never locked or crossed."""
    shown = quotes(venue)[-1] if venue.feed.items else EMPTY
    bid, bid_qty, ask, ask_qty = shown
    assert not (bid_qty and ask_qty) or bid < ask
    if venue.state is CONTINUOUS and not venue.book.policies.batch_interval:
        assert shown == venue.book.top()
    elif venue.state is not CONTINUOUS and venue.state is not CLOSED:
        assert shown == EMPTY


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_feed_shows_the_book_and_never_a_locked_or_crossed_one(seed: int):
    policies = random_policies(random.Random(seed))
    log = EventLog()
    venue, national = lit_venue(service=0, log=log, policies=policies), Elsewhere(0, 0)
    venue.follow(national)
    flow = EveryKind(seed, policies, odd=False)
    lived_through(venue, flow, national, commands=400)
    bought = sum(
        qty for kind, side, qty in rows(log, "reports", "exec_type", "side", "last_qty") if (kind, side) == (1, 1)
    )
    assert venue.traded_qty == bought == sum(qty for (qty,) in rows(log, "trades", "qty"))
    assert bought == sum(print_.qty for print_ in prints(venue)) > 0
