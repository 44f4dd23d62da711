from __future__ import annotations

import math

import pytest

from agents.tables import NEWS
from analysis.races import (
    DarkSavings,
    Losses,
    Races,
    SweepFills,
    dark_resting_markout,
    dark_savings,
    first_sweeps,
    maker_losses,
    quote_races,
)
from tests.analysis.builders import BATS, BUY, DARK, FLOW, IOC, MAKER, NYSE, OTHER_CLIENT, SELL, SNIPER, Recording
from venues.tables import TRADES

ASK, BID = 100_0100, 99_9900
CENT = 100
WINDOW = 1_000


def news(recording: Recording, at: int, value: int) -> None:
    recording.row(NEWS, at=at, value=value)


def hit(recording: Recording, order_id: int, owner: int, side: int, qty: int, price: int) -> None:
    """An IOC takes what rests at a price."""
    recording.new(order_id, owner, side, qty, price, IOC)


# -- what makers lose to snipers --------------------------------------------------------------------


def offer_of(owner: int, value: int) -> Recording:
    """300 offered at 100.01, the value as given: order 1."""
    recording = Recording()
    news(recording, 0, value)
    recording.new(1, owner, SELL, 300, ASK)
    return recording


def test_a_maker_loses_the_value_less_its_price_on_each_share_that_a_sniper_took() -> None:
    recording = offer_of(MAKER, value=ASK + 2 * CENT)
    hit(recording, 2, SNIPER, BUY, 200, ASK)
    assert maker_losses(recording.tables()) == Losses(dollars=4.0, shares=200, trades=1)


def test_a_bid_above_the_value_loses_as_well() -> None:
    recording = Recording()
    news(recording, 0, BID - CENT)
    recording.new(1, MAKER, BUY, 300, BID)
    hit(recording, 2, SNIPER, SELL, 300, BID)
    assert maker_losses(recording.tables()) == Losses(dollars=3.0, shares=300, trades=1)


def test_the_value_is_the_one_at_the_trade_not_the_one_after_it() -> None:
    recording = offer_of(MAKER, value=ASK + 2 * CENT)
    hit(recording, 2, SNIPER, BUY, 100, ASK)
    news(recording, recording.now + 1, ASK + 50 * CENT)
    assert maker_losses(recording.tables()).dollars == 2.0


def test_news_at_the_very_time_of_the_trade_counts() -> None:
    recording = offer_of(MAKER, value=ASK)
    hit(recording, 2, SNIPER, BUY, 100, ASK)
    news(recording, recording.now, ASK + CENT)
    assert maker_losses(recording.tables()).dollars == 1.0


def test_a_sniper_who_paid_the_value_or_more_took_nothing_from_the_maker() -> None:
    recording = offer_of(MAKER, value=ASK)
    hit(recording, 2, SNIPER, BUY, 100, ASK)
    assert maker_losses(recording.tables()) == Losses(0.0, 0, 0)


@pytest.mark.parametrize(("owner", "taker"), [(FLOW, SNIPER), (MAKER, FLOW), (SNIPER, MAKER)])
def test_only_a_sniper_who_takes_from_a_maker_counts(owner: int, taker: int) -> None:
    recording = offer_of(owner, value=ASK + 2 * CENT)
    hit(recording, 2, taker, BUY, 200, ASK)
    assert maker_losses(recording.tables()) == Losses(0.0, 0, 0)


@pytest.mark.parametrize(
    ("unheard", "dollars"), [({}, 2.0), ({"NYSE": 40}, 2.0), ({"NYSE": 41}, 0.0), ({"BATS": 41}, 2.0)]
)
def test_news_too_young_to_be_heard_at_that_venue_is_no_loss(unheard: dict[str, int], dollars: float) -> None:
    """The value was 100.01 and is 100.03 for 40 ns when a sniper, for a reason of its own, takes 100 at 100.01."""
    recording = offer_of(MAKER, value=ASK)
    recording.now = 1_000
    hit(recording, 2, SNIPER, BUY, 100, ASK)
    news(recording, recording.now - 40, ASK + 2 * CENT)
    assert maker_losses(recording.tables(), unheard).dollars == dollars


@pytest.mark.parametrize(("unheard", "dollars"), [(40, 2.0), (41, 0.0), (141, 0.0)])
def test_a_quote_that_was_not_through_every_value_of_that_time_is_no_loss(unheard: int, dollars: float) -> None:
    """100.03, for 100 ns 100.00, and again 100.03 for 40 ns when a sniper takes 100 at 100.01."""
    recording = offer_of(MAKER, value=ASK + 2 * CENT)
    recording.now = 1_000
    hit(recording, 2, SNIPER, BUY, 100, ASK)
    news(recording, recording.now - 140, ASK - CENT)
    news(recording, recording.now - 40, ASK + 2 * CENT)
    assert maker_losses(recording.tables(), {"NYSE": unheard}).dollars == dollars


def test_a_quote_that_is_stale_as_it_comes_is_a_loss() -> None:
    """The value was 100.03 all along; a maker who had not heard of it asked 100.01 just before the sniper came."""
    recording = Recording()
    news(recording, 0, ASK + 2 * CENT)
    recording.now = 1_000
    recording.new(1, MAKER, SELL, 300, ASK)
    hit(recording, 2, SNIPER, BUY, 100, ASK)
    assert maker_losses(recording.tables(), {"NYSE": 500}).dollars == 2.0


def test_without_news_nobody_knows_what_was_lost() -> None:
    recording = Recording()
    recording.new(1, MAKER, SELL, 300, ASK)
    hit(recording, 2, SNIPER, BUY, 300, ASK)
    assert maker_losses(recording.tables()) == Losses(0.0, 0, 0)


# -- first sweeps -----------------------------------------------------------------------------------


def two_venues(size: int = 300) -> Recording:
    """300 offered at 100.01 at NYSE (order 1) and BATS (order 2), and a parent to buy."""
    recording = Recording()
    recording.parent(1, BUY, 1000)
    recording.new(1, MAKER, SELL, size, ASK, venue=NYSE)
    recording.new(2, MAKER, SELL, size, ASK, venue=BATS)
    return recording


def decide_both(recording: Recording, first_child: int, qty: int = 300) -> None:
    """One decision that sends a child to NYSE and one to BATS."""
    recording.decide(first_child, qty, ASK, venue=NYSE)
    recording._decision -= 1
    recording.decide(first_child + 1, qty, ASK, venue=BATS)


def test_a_first_sweep_counts_what_it_aimed_at_missed_and_lost_to_snipers() -> None:
    recording = two_venues()
    decide_both(recording, 10)
    recording.arrive(10, 300, ASK, venue=NYSE)
    recording.new(20, SNIPER, BUY, 200, ASK, IOC, venue=BATS)
    recording.cancel(2, MAKER, venue=BATS)
    recording.arrive(11, 300, ASK, venue=BATS)
    assert first_sweeps(recording.tables(), "NYSE") == {
        "NYSE": SweepFills(300, 0, 0),
        "BATS": SweepFills(300, 300, 200),
    }


def test_a_later_sweep_of_the_same_parent_does_not_count() -> None:
    recording = two_venues(size=600)
    decide_both(recording, 10)
    recording.arrive(10, 300, ASK, venue=NYSE)
    recording.arrive(11, 300, ASK, venue=BATS)
    decide_both(recording, 12)
    recording.arrive(12, 300, ASK, venue=NYSE)
    recording.arrive(13, 300, ASK, venue=BATS)
    assert {name: sweep.aimed for name, sweep in first_sweeps(recording.tables(), "NYSE").items()} == {
        "NYSE": 300,
        "BATS": 300,
    }


def test_a_sweep_that_left_the_leader_out_does_not_count() -> None:
    recording = two_venues()
    recording.decide(11, 300, ASK, venue=BATS)
    recording.arrive(11, 300, ASK, venue=BATS)
    assert first_sweeps(recording.tables(), "NYSE") == {"NYSE": SweepFills(0, 0, 0), "BATS": SweepFills(0, 0, 0)}


def test_decisions_of_two_routers_with_the_same_number_are_told_apart() -> None:
    recording = two_venues()
    recording.parent(2, BUY, 1000, owner=OTHER_CLIENT)
    recording.decide(10, 300, ASK, parent_id=1, venue=NYSE)
    recording._decision = 0
    recording.decide(11, 300, ASK, parent_id=2, venue=BATS)
    recording.arrive(10, 300, ASK, venue=NYSE)
    recording.arrive(11, 300, ASK, venue=BATS, owner=OTHER_CLIENT)
    assert {name: sweep.aimed for name, sweep in first_sweeps(recording.tables(), "NYSE").items()} == {
        "NYSE": 300,
        "BATS": 0,
    }


def test_a_leader_that_is_no_venue_is_told() -> None:
    with pytest.raises(ValueError, match=r"no venue 'NASDQ'; venues: NYSE, BATS, DARK"):
        first_sweeps(two_venues().tables(), "NASDQ")


# -- dark fills -------------------------------------------------------------------------------------


def dark_fill(px: int, side: int = BUY, bid: int = BID, ask: int = ASK) -> DarkSavings:
    """100 shares filled dark at a price, while NYSE shows bid x ask."""
    recording = Recording()
    if bid or ask:
        recording.quote(0, bid, ask, bid_qty=100 if bid else 0, ask_qty=100 if ask else 0)
    recording.parent(1, side, 100, at=1)
    recording.fill(1, px, 100, at=10, order_id=5, side=side, venue=DARK)
    return dark_savings(recording.tables())


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_fill_at_the_midpoint_saves_half_the_spread(side: int) -> None:
    saved = dark_fill(px=100_0000, side=side)
    assert saved == DarkSavings(shares=100, saved=100 * CENT, spread=200 * CENT)
    assert saved.of_spread == 0.5


def test_a_buyer_at_a_stale_midpoint_below_saves_more() -> None:
    assert dark_fill(px=99_9950).of_spread == 0.75


def test_a_fill_at_the_touch_saves_nothing() -> None:
    assert dark_fill(px=ASK).of_spread == 0.0


def test_lit_fills_are_no_dark_savings() -> None:
    recording = Recording()
    recording.quote(0, BID, ASK)
    recording.parent(1, BUY, 100, at=1)
    recording.fill(1, 100_0000, 100, at=10, order_id=5, venue=NYSE)
    assert math.isnan(dark_savings(recording.tables()).of_spread)


@pytest.mark.parametrize(("bid", "ask"), [(0, ASK), (BID, 0), (0, 0), (ASK, ASK), (ASK, BID)])
def test_without_a_spread_there_is_nothing_to_save(bid: int, ask: int) -> None:
    assert dark_fill(px=100_0000, bid=bid, ask=ask) == DarkSavings(0, 0, 0)


# -- resting orders in the dark ---------------------------------------------------------------------


def dark_trade(px: int, taker_side: int, later_mid: int, venue: int = DARK, ends: int = 1_000) -> float:
    """Markout after 500 ns of the resting side of a trade of 100 at time 10; from 400 on NYSE's mid is as given."""
    recording = Recording(duration=ends)
    recording.quote(0, BID, ASK)
    recording.row(TRADES, at=10, venue=venue, price=px, qty=100, side=taker_side, maker=FLOW, taker=SNIPER)
    recording.quote(400, later_mid - CENT, later_mid + CENT)
    return dark_resting_markout(recording.tables(), 500)


def test_a_resting_seller_whose_stock_rises_was_picked_off() -> None:
    assert dark_trade(100_0000, taker_side=BUY, later_mid=100_0300) == -0.03


def test_a_resting_buyer_whose_stock_rises_did_well() -> None:
    assert dark_trade(100_0000, taker_side=SELL, later_mid=100_0300) == 0.03


def test_lit_trades_and_trades_too_near_the_end_are_not_marked() -> None:
    assert math.isnan(dark_trade(100_0000, BUY, 100_0300, venue=NYSE))
    assert math.isnan(dark_trade(100_0000, BUY, 100_0300, ends=509))
    assert not math.isnan(dark_trade(100_0000, BUY, 100_0300, ends=510))


# -- races over stale quotes ------------------------------------------------------------------------


def races(recording: Recording, edge: int = CENT) -> Races:
    return quote_races(recording.tables(), edge, WINDOW)["NYSE"]


def jump(value: int, owner: int = MAKER, side: int = SELL, price: int = ASK) -> Recording:
    """300 of one owner on a side at NYSE (order 1); 2000 ns later the value jumps from 100.00."""
    recording = Recording()
    news(recording, 0, 100_0000)
    recording.new(1, owner, side, 300, price)
    recording.now = 2_000
    news(recording, recording.now, value)
    return recording


def test_a_maker_who_cancels_before_a_sniper_comes_has_won() -> None:
    recording = jump(ASK + CENT)
    recording.cancel(1, MAKER)
    hit(recording, 2, SNIPER, BUY, 300, ASK)
    assert races(recording) == Races(runs=1, won=1)


def test_a_maker_whose_quote_a_sniper_took_has_lost() -> None:
    recording = jump(ASK + CENT)
    hit(recording, 2, SNIPER, BUY, 300, ASK)
    recording.cancel(1, MAKER)
    assert races(recording) == Races(runs=1, won=0)


def test_a_bid_is_raced_for_when_the_value_falls() -> None:
    recording = jump(BID - CENT, side=BUY, price=BID)
    hit(recording, 2, SNIPER, SELL, 100, BID)
    assert races(recording) == Races(runs=1, won=0)


def test_what_others_take_is_no_lost_race() -> None:
    recording = jump(ASK + CENT)
    hit(recording, 2, FLOW, BUY, 300, ASK)
    assert races(recording) == Races(runs=1, won=1)


def test_a_quote_less_than_the_edge_through_the_value_is_not_raced_for() -> None:
    assert races(jump(ASK + CENT - 1)) == Races(0, 0)
    assert races(jump(ASK + CENT)).runs == 1


def test_a_sniper_who_comes_after_the_window_has_not_won_the_race() -> None:
    recording = jump(ASK + CENT)
    recording.now += WINDOW
    hit(recording, 2, SNIPER, BUY, 300, ASK)
    assert races(recording) == Races(runs=1, won=1)


def test_a_quote_of_somebody_else_is_no_makers_race() -> None:
    assert races(jump(ASK + CENT, owner=FLOW)) == Races(0, 0)


def test_a_quote_that_two_stand_at_is_left_out() -> None:
    recording = Recording()
    news(recording, 0, 100_0000)
    recording.new(1, MAKER, SELL, 300, ASK)
    recording.new(2, FLOW, SELL, 100, ASK)
    news(recording, 2_000, ASK + CENT)
    assert races(recording) == Races(0, 0)


def test_an_order_is_raced_for_at_the_price_to_which_it_was_moved() -> None:
    recording = Recording()
    news(recording, 0, 100_0000)
    recording.new(1, MAKER, SELL, 300, ASK + 5 * CENT)
    recording.replace(1, MAKER, 200, ASK)
    recording.now = 2_000
    news(recording, 2_000, ASK + CENT)
    hit(recording, 2, SNIPER, BUY, 200, ASK)
    assert races(recording) == Races(runs=1, won=0)


def test_what_is_left_of_a_quote_is_raced_for_too() -> None:
    recording = Recording()
    news(recording, 0, 100_0000)
    recording.new(1, MAKER, SELL, 300, ASK)
    hit(recording, 2, FLOW, BUY, 100, ASK)
    news(recording, 2_000, ASK + CENT)
    assert races(recording) == Races(runs=1, won=1)


def test_two_news_within_a_window_are_no_race() -> None:
    recording = jump(ASK + CENT)
    news(recording, recording.now + WINDOW, ASK + 2 * CENT)
    assert races(recording) == Races(0, 0)


def test_a_venue_with_no_quote_and_a_run_without_news_have_no_races() -> None:
    recording = jump(ASK + CENT)
    assert quote_races(recording.tables(), CENT, WINDOW)["BATS"] == Races(0, 0)
    silent = Recording()
    silent.new(1, MAKER, SELL, 300, ASK)
    assert races(silent) == Races(0, 0)
    assert set(quote_races(silent.tables(), CENT, WINDOW)) == {"NYSE", "BATS"}, "dark pools show no quotes to race for"
