from __future__ import annotations

import pytest

from analysis.trade_through_causes import CAUSES, trade_through_causes
from scenarios.run import run
from tests.analysis.builders import BATS, BUY, NYSE, Recording
from venues.tables import REPORTS, SWEEPS, TRADES

ASK, BETTER = 100_0200, 100_0100
VIEW = 1_000
AT = 10_000


def bought(at_nyse: int = ASK, order: int = 7) -> Recording:
    """Somebody buys 100 at NYSE at 10,000; BATS offers from the start at the same price."""
    recording = Recording(duration=20_000)
    recording.quote(0, 100_0000, ASK, BATS)
    recording.row(TRADES, at=AT, venue=NYSE, price=at_nyse, qty=100, side=BUY, taker_order=order)
    return recording


def cause(recording: Recording) -> str | None:
    """The cause of the one trade; None: it went through nothing."""
    found = trade_through_causes(recording.tables(), {"NYSE": VIEW})
    named = [name for name, rows in found.items() if len(rows)]
    assert len(named) <= 1
    return named[0] if named else None


def test_a_trade_at_the_best_price_needs_no_cause():
    assert cause(bought()) is None


def test_a_better_offer_that_was_there_for_the_venue_to_see_is_unexplained():
    recording = bought()
    recording.quote(5_000, 100_0000, BETTER, BATS)
    assert cause(recording) == "unexplained"


@pytest.mark.parametrize(("made", "found"), [(AT - VIEW, "unexplained"), (AT - VIEW + 1, "unseen"), (AT, None)])
def test_a_better_offer_younger_than_the_venues_view_is_unseen(made, found):
    recording = bought()
    recording.quote(made, 100_0000, BETTER, BATS)
    assert cause(recording) == found


def test_a_better_offer_of_less_than_a_round_lot_is_not_protected():
    recording = bought()
    recording.quote(5_000, 100_0000, BETTER, BATS, ask_qty=99)
    assert cause(recording) == "odd lot"


def test_a_sweep_may_trade_through():
    recording = bought()
    recording.log.table(SWEEPS)
    recording.quote(5_000, 100_0000, BETTER, BATS)
    recording.row(SWEEPS, at=AT, venue=NYSE, order_id=7)
    assert cause(recording) == "sweep"


def test_no_trade_goes_through_crossed_quotes():
    recording = bought()
    recording.quote(5_000, 100_0300, BETTER, BATS)
    assert cause(recording) == "crossed"


def test_an_order_that_has_been_at_the_better_quote_has_tried():
    recording = bought()
    recording.quote(5_000, 100_0000, BETTER, BATS)
    recording.row(REPORTS, at=AT, venue=NYSE, order_id=7, reason=40)
    assert cause(recording) == "tried"


def test_trades_of_venues_that_protect_nothing_are_left_out():
    recording = bought()
    recording.quote(5_000, 100_0000, BETTER, BATS)
    found = trade_through_causes(recording.tables(), {"BATS": VIEW})
    assert not any(len(rows) for rows in found.values())


def test_nobody_sees_a_quote_in_its_instant():
    with pytest.raises(ValueError, match="NYSE: a view of 0 ns"):
        trade_through_causes(bought().tables(), {"NYSE": 0})


def test_every_trade_through_of_the_shipped_scenario_is_explained_by_what_could_be_seen():
    tables = run("reg_nms", seed=1).tables
    exchanges = ("NYSE", "NASDAQ", "BATS")
    late = trade_through_causes(tables, dict.fromkeys(exchanges, 200_000))
    assert list(late) == list(CAUSES)
    assert len(late["unexplained"]) == 0
    assert len(late["unseen"]) > 0
    now = trade_through_causes(tables, dict.fromkeys(exchanges, 1))  # had they seen at once, they could have helped it
    assert len(now["unexplained"]) == len(late["unseen"]) > 0
