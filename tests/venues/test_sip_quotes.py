"""Each venue's quotes as they come by way of the SIP."""

from __future__ import annotations

import pytest

from tests.venues.rig import quote
from tests.venues.test_sip import Tape
from venues.messages import Print, Quote, Side
from venues.sip import prices_moved
from venues.sip_quotes import SipQuotes


def printed(bid: int, ask: int, qty: int) -> Quote:
    return quote(bid, ask)._replace(trade=Print(Side.BUY, ask, qty, True))


def traded(item: Quote, _: Quote | None) -> bool:
    return item.trade is not None


def test_a_venue_s_quote_is_known_after_the_way_to_the_sip_through_it_and_from_it() -> None:
    tape = Tape(links=[100, 250], processing=lambda: 20)
    quotes = SipQuotes(tape.sip, tape.env, 30)
    first, second = quotes.of("V0"), quotes.of("V1")
    tape.publish(0, 0, quote(100, 102))
    tape.publish(0, 1, quote(99, 103))
    tape.at(1_000)
    assert (first.advance(149), first.advance(150), first.arrived_at) == (None, quote(100, 102), 150)
    assert (second.advance(299), second.advance(300), second.arrived_at) == (None, quote(99, 103), 300)


def test_who_waits_for_prints_is_woken_by_them_and_by_nothing_else() -> None:
    tape = Tape(links=[100, 100], processing=lambda: 20)
    woken: list[tuple[int, int]] = []
    view = SipQuotes(tape.sip, tape.env, 30).of("V0")
    view.subscribe(lambda item: woken.append((tape.env.now, item.at)), traded)
    tape.publish(0, 0, quote(100, 102))
    tape.publish(500, 0, printed(100, 103, 200))
    tape.publish(900, 1, printed(100, 103, 200))  # another venue
    tape.publish(1_300, 0, printed(100, 103, 300))  # moves no price
    tape.env.run()
    assert woken == [(650, 500), (1_450, 1_300)]


def test_views_of_several_venues_are_woken_each_for_its_own() -> None:
    tape = Tape(links=[100, 100], processing=lambda: 20)
    quotes = SipQuotes(tape.sip, tape.env, 30)
    woken: list[tuple[str, int]] = []
    for name in ("V0", "V1"):
        quotes.of(name).subscribe(lambda item, name=name: woken.append((name, item.bid)), prices_moved)
    tape.publish(0, 0, quote(100, 102))
    tape.publish(300, 1, quote(99, 103))
    tape.publish(600, 1, quote(99, 103, 700))  # only the size
    tape.publish(900, 1, quote(98, 103))
    tape.env.run()
    assert woken == [("V0", 100), ("V1", 99), ("V1", 98)]


def test_who_waits_for_the_nbbo_is_not_disturbed_by_who_waits_for_prints() -> None:
    tape = Tape(links=[100, 100])
    moves: list[int] = []
    tape.sip.view(tape.env, 50).subscribe(lambda update: moves.append(update.nbbo.bid))
    SipQuotes(tape.sip, tape.env, 30).of("V0").subscribe(lambda _: None, traded)
    tape.publish(0, 0, quote(100, 102))
    tape.publish(300, 0, printed(100, 102, 100))
    tape.publish(600, 0, quote(101, 103))
    tape.env.run()
    assert moves == [100, 101]


def test_the_sip_hears_of_no_other_venue() -> None:
    tape = Tape()
    with pytest.raises(KeyError):
        SipQuotes(tape.sip, tape.env, 30).of("V7")
