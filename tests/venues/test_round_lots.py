"""What the SIP is told when the best level of a venue is an odd lot."""

from __future__ import annotations

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import MAKER, Resting, book_of, buy, cancel, sell
from tests.venues.rig import Client, lit_venue, with_orders
from venues.lit import LitVenue
from venues.messages import Quote
from venues.round_lots import OddLotQuote, OddLots, RoundLots, in_round_lots
from venues.sip import Sip

ODD_ASKS: Resting = [(100_0300, 30), (100_0400, 60), (100_0500, 40), (100_0600, 100)]


@pytest.mark.parametrize(
    ("odd_lots", "ask"),
    [(OddLots.SKIPPED, (100_0600, 100)), (OddLots.AGGREGATED, (100_0500, 130))],
)
def test_which_level_stands_for_an_odd_lot_has_a_name(odd_lots: OddLots, ask: tuple[int, int]):
    book = book_of(bids=[(99_9900, 100)], asks=ODD_ASKS)
    assert RoundLots(book, 100, odd_lots).top(book.top()) == (99_9900, 100, *ask)


@pytest.mark.parametrize("odd_lots", [OddLots.SKIPPED, OddLots.AGGREGATED])
def test_a_side_of_odd_lots_alone_is_empty(odd_lots: OddLots):
    book = book_of(bids=[(99_9900, 99)])
    assert RoundLots(book, 100, odd_lots).top(book.top()) == (0, 0, 0, 0)


def test_a_round_lot_is_one_level_s():
    book = book_of(asks=[(100_0300, 39), (100_0400, 40)])
    assert RoundLots(book, 40, OddLots.SKIPPED).top(book.top())[2:] == (100_0400, 40)


class OneTape:
    """A venue and a SIP that hears it at once."""

    def __init__(self, odd_lots: OddLots = OddLots.SKIPPED) -> None:
        self.env = Environment()
        self.venue: LitVenue = lit_venue(self.env)
        self.venue.tell_round_lots(100, odd_lots)
        self.sip = Sip(self.env, [self.venue], [1], lambda: 1, EventLog())
        self.maker = with_orders(self.venue, asks=[(100_0600, 200)])

    def asks(self) -> list[tuple[int, int]]:
        """(price, shares) of the SIP's best ask after each update."""
        self.sip.advance(self.env.now)
        return [(update.nbbo.ask, update.nbbo.ask_qty) for update in self.sip.feed.items]


def test_an_odd_lot_does_not_set_the_sip_s_best():
    tape = OneTape()
    tape.maker.answer(sell(30, limit=100_0300, owner=MAKER))
    assert tape.asks() == [(100_0600, 200), (100_0600, 200)]
    assert tape.venue.feed.items[-1][4:6] == (100_0300, 30)


def test_shown_odd_lots_do():
    tape = OneTape(OddLots.SHOWN)
    tape.maker.answer(sell(30, limit=100_0300, owner=MAKER))
    assert tape.asks()[-1] == (100_0300, 30)


def test_a_change_behind_an_odd_lot_reaches_the_sip():
    tape = OneTape()
    tape.maker.answer(sell(30, limit=100_0300, owner=MAKER))
    tape.maker.answer(sell(100, limit=100_0500, owner=MAKER, order_id=50))
    assert tape.asks()[-1] == (100_0500, 100)
    tape.maker.answer(cancel(50, owner=MAKER))
    assert tape.asks()[-1] == (100_0600, 200)


def test_a_change_that_moves_neither_is_not_published():
    tape = OneTape()
    tape.maker.answer(sell(30, limit=100_0300, owner=MAKER))
    before = len(tape.venue.feed.items)
    tape.maker.answer(sell(100, limit=100_0700, owner=MAKER))
    assert len(tape.venue.feed.items) == before


def test_an_odd_lot_that_grows_round_sets_the_best():
    tape = OneTape()
    tape.maker.answer(sell(30, limit=100_0300, owner=MAKER))
    tape.maker.answer(sell(70, limit=100_0300, owner=MAKER))
    assert tape.asks()[-1] == (100_0300, 100)
    assert type(tape.venue.feed.items[-1]) is Quote


def test_a_partial_fill_that_leaves_an_odd_lot_moves_the_sip_s_best():
    tape = OneTape()
    tape.maker.answer(sell(100, limit=100_0300, owner=MAKER))
    Client(tape.venue).answer(buy(50, limit=100_0300))
    assert tape.asks()[-1] == (100_0600, 200)


def test_whoever_must_react_is_woken_by_what_moves_behind_an_odd_lot():
    tape = OneTape()
    tape.maker.answer(sell(30, limit=100_0300, owner=MAKER))
    woken: list[int] = []
    tape.sip.nbbo_view(tape.env, 1).subscribe(lambda update: woken.append(update.nbbo.ask))
    tape.maker.answer(sell(100, limit=100_0500, owner=MAKER))
    assert woken == [100_0500]


def test_a_quote_in_round_lots_is_the_venue_s_own_where_nothing_is_odd():
    plain = Quote(5, 7, 99_9900, 100, 100_0100, 300)
    assert in_round_lots(plain) is plain
    odd = OddLotQuote.of(plain._replace(ask_qty=30), (99_9900, 100, 100_0200, 500))
    assert in_round_lots(odd) == Quote(5, 7, 99_9900, 100, 100_0200, 500)
