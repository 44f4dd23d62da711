"""Child orders with terms, and venues with phases, in a live session: words in, facts out, the same when repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.session import Session, repeat_session
from api.wire import Refused, SubmitChild, in_words, read_instruction
from scenarios.load import load
from scenarios.model import Scenario
from venues.messages import Peg, Terms

MS = 1_000_000
MARKET = """
name: special
duration: 2s
warm_up: 0s
instruments: [{symbol: XYZ, price: 100.00}]
venues:
  - name: NYSE
    kind: lit
    phases: [{at: 0s, state: opening_auction}, {at: 100ms, state: continuous}, {at: 900ms, state: closing_auction}]
    policies: {reference_px: 100.00}
  - {name: BATS, kind: lit, policies: {ticks: [{price: 0, tick: 0.0001}]}}
"""


@pytest.fixture
def special(tmp_path: Path) -> Scenario:
    """A market of nobody but the API: an opening auction at NYSE until 100 ms."""
    path = tmp_path / "special.yaml"
    path.write_text(MARKET)
    return load(path)


def child(**changes: Any) -> SubmitChild:
    return SubmitChild(**{"venue": "NYSE", "side": "BUY", "qty": 500, "price": "99.90", **changes})


def opened(scenario: Scenario, folder: Path | None = None) -> Session:
    """A session in continuous trading."""
    session = Session(scenario, folder)
    session.advance(200 * MS)
    return session


def after(session: Session, **order: Any) -> dict[str, Any]:
    """The status of an order 10 ms after it was sent."""
    number = session.submit_child(child(**order))["id"]
    session.advance(session.now + 10 * MS)
    return session.order(number)


# -- words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ({}, None),
        ({"display_qty": 100}, Terms(display_qty=100)),
        ({"display_qty": 0, "min_qty": 200}, Terms(display_qty=0, min_qty=200)),
        ({"post_only": True}, Terms(post_only=True)),
        ({"peg": "MIDPOINT", "peg_offset": "-0.01"}, Terms(peg=Peg.MIDPOINT, peg_offset=-100)),
        ({"stop_px": "100.50", "price": None}, Terms(stop_px=100_5000)),
        ({"trail": "0.50", "trail_step": "0.05"}, Terms(trail=5000, trail_step=500)),
        ({"time_in_force": "GTD", "expire_at": "1500ms"}, Terms(expire_at=1500 * MS)),
        ({"budget": "10000.00", "price": None}, Terms(budget=100_000_000)),
    ],
)
def test_what_an_order_says_is_what_the_venue_gets(said: dict[str, Any], terms: Terms | None):
    order = child(**said)
    assert order.terms == terms
    assert read_instruction.validate_python(order.model_dump()) == order


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"time_in_force": "GTD"}, "body: expire_at and time_in_force GTD go together; write both, or neither"),
        ({"expire_at": 5}, "body: expire_at and time_in_force GTD go together; write both, or neither"),
        ({"min_qty": 600, "display_qty": 0}, "body: min_qty is more than qty; write at most qty"),
        (
            {"min_qty": 100},
            "body: min_qty is for IOC, FOK and hidden orders; write time_in_force IOC, or display_qty 0",
        ),
        (
            {"post_only": True, "time_in_force": "IOC"},
            "body: post_only never takes, and an IOC, FOK, market or pegged order must; take one of the two out",
        ),
        ({"stop_px": "1", "trail": "1"}, "body: stop_px and trail are two kinds of stop; write one of them"),
        ({"trail_step": "1"}, "body: trail_step is the step of a trail; write `trail` too"),
        ({"peg_offset": "1"}, "body: peg_offset is the offset of a peg; write `peg` too"),
        ({"peg": "MARKET", "stop_px": "1"}, "body: a peg has neither stop nor budget; take them out"),
        (
            {"peg": "MARKET", "display_qty": 100},
            "body: a peg rests hidden: it cannot be IOC or FOK, nor show shares; take one of the two out",
        ),
        ({"budget": "5"}, "body: a budget is for a BUY without a price; take one of the two out"),
        ({"budget": 5}, 'budget: 5 is not a budget; write dollars above 0 as text, such as "10000.00"'),
        ({"peg": "MARKET", "peg_offset": 1}, 'peg_offset: 1 is not an offset; write dollars as text, such as "-0.01"'),
        (
            {"peg": "MIDPINT"},
            "peg: 'MIDPINT' is not possible here; did you mean 'MIDPOINT'? "
            "(write one of: PRIMARY, MIDPOINT, MARKET, DISCRETIONARY)",
        ),
    ],
)
def test_what_contradicts_itself_is_told(said: dict[str, Any], message: str):
    with pytest.raises(ValidationError) as error:
        child(**said)
    assert in_words(error.value) == message


# -- orders --------------------------------------------------------------------------------------------


def test_an_iceberg_shows_its_peak_in_the_book(special: Scenario):
    session = opened(special)
    status = after(session, display_qty=100)
    assert (status["status"], status["terms"], status["leaves_qty"]) == ("NEW", {"display_qty": 100}, 500)
    assert session.book("NYSE", 5)["bids"] == [{"price": "99.90", "qty": 100, "orders": 1}]


def test_a_peg_s_status_has_its_present_price(special: Scenario):
    session = opened(special)
    after(session, qty=100)
    assert after(session, peg="PRIMARY", price=None)["price"] == "99.90"


def test_an_order_good_till_a_time_expires(special: Scenario):
    session = opened(special)
    number = session.submit_child(child(time_in_force="GTD", expire_at="300ms"))["id"]
    session.advance(310 * MS)
    told = session.order(number)
    assert (told["status"], told["reason"], told["leaves_qty"]) == ("CANCELED", "good till a time that has passed", 0)


def test_a_stop_waits_and_goes(special: Scenario):
    session = opened(special)
    after(session, side="SELL", price="100.00", qty=200)
    stop = after(session, price=None, stop_px="100.00", qty=100)
    assert (stop["status"], stop["cum_qty"]) == ("NEW", 0)
    after(session, price="100.00", qty=100)
    assert session.order(stop["id"])["cum_qty"] == 100


def test_what_a_venue_refuses_is_told_in_words(special: Scenario):
    session = opened(special)
    after(session, side="SELL", price="100.00")
    assert after(session, price="100.00", post_only=True)["reason"] == "post-only, and it would have taken"


def test_prices_are_on_the_tick_of_the_venue(special: Scenario):
    session = opened(special)
    assert after(session, venue="BATS", price="99.9001")["status"] == "NEW"
    for wrong in ({"price": "99.9001"}, {"stop_px": "99.9001"}):
        with pytest.raises(Refused) as error:
            session.submit_child(child(**wrong))
        assert error.value.code == "off_tick"


# -- phases --------------------------------------------------------------------------------------------


def test_a_book_in_a_call_has_its_phase_and_what_an_auction_now_would_do(special: Scenario):
    session = Session(special)
    assert session.book("NYSE", 5)["indicative"] is None
    after(session, price="100.10")
    after(session, price="99.90", side="SELL", qty=300)
    book = session.book("NYSE", 5)
    assert (book["state"], book["indicative"]) == ("OPENING_AUCTION", {"price": "100.10", "qty": 300, "surplus": 200})
    session.advance(200 * MS)
    book = session.book("NYSE", 5)
    assert (book["state"], book["indicative"], book["asks"]) == ("CONTINUOUS", None, [])


def test_a_venue_in_a_call_is_not_part_of_the_best_quotes(special: Scenario):
    session = Session(special)
    after(session, price="100.10")
    assert session.nbbo()["direct"]["bid"] is None
    session.advance(200 * MS)
    assert session.nbbo()["direct"]["bid"] == {"price": "100.10", "qty": 500, "venue": "NYSE"}


def test_orders_for_the_auctions_are_filled_in_them(special: Scenario):
    session = Session(special)
    opening = session.submit_child(child(time_in_force="OPG", price="100.10"))["id"]
    session.submit_child(child(side="SELL", price="99.90"))
    session.advance(200 * MS)
    (fill,) = session.order(opening)["fills"]
    assert (fill["qty"], fill["price"], fill["liquidity"]) == (500, "100.00", "AUCTION")


def test_a_session_with_special_orders_repeats_to_the_same_digest(special: Scenario, tmp_path: Path):
    session = opened(special, tmp_path / "run")
    for order in (
        {"display_qty": 100, "side": "SELL", "price": "100.00"},
        {"display_qty": 0, "min_qty": 100},
        {"peg": "PRIMARY", "peg_offset": "-0.01", "price": None},
        {"stop_px": "100.00", "price": None, "qty": 100},
        {"trail": "0.10", "side": "SELL", "price": None, "qty": 100},
        {"time_in_force": "GTD", "expire_at": "300ms"},
        {"budget": "20000.00", "price": None, "time_in_force": "IOC"},
        {"time_in_force": "CLOSE", "price": None},
        {"post_only": True},
    ):
        after(session, **order)
    session.advance(1_000 * MS)
    assert session.stop() == repeat_session(special, tmp_path / "run")
