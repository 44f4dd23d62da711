"""A market maker by hand: 300 shares a cent from its estimate; its news takes 20 ns, its reaction 10, its orders 50.

So what it hears of at t is at the venue at t + 60, and its first quotes stand at 60.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from agents.maker import Learning, MarketMaker
from agents.participant import ESTIMATE, HALF_SPREAD
from tests.agents.builders import BUY, CROWD, MAKER, SELL, VALUE, Stage, maker, scenario_market
from venues.messages import BookState

BID, ASK = 99_9900, 100_0100
QUOTES = [(BUY, BID, 300), (SELL, ASK, 300)]


def quotes(stage: Stage, venue: str = "NYSE") -> list[tuple[int, int, int]]:
    return stage.resting(MAKER, venue)


def sides(stage: Stage, venue: str) -> list[int]:
    return [side for side, _, _ in quotes(stage, venue)]


def actions(stage: Stage, venue: str = "NYSE", after: int = 100) -> list[tuple[int, str]]:
    return [(m.at, m.action) for m in stage.arrived(MAKER, venue) if m.at > after]


# -- quoting --------------------------------------------------------------------------------------------


def test_it_quotes_both_sides_of_every_venue_around_its_estimate():
    stage = Stage("NYSE", "BATS")
    maker(stage)
    stage.run(until=59)
    assert quotes(stage) == []
    stage.run(until=60)
    assert quotes(stage, "NYSE") == quotes(stage, "BATS") == QUOTES


def test_levels_are_one_tick_apart():
    stage = Stage("NYSE")
    maker(stage, levels=3)
    stage.run(until=60)
    assert [price for _, price, _ in quotes(stage)] == [99_9900, 99_9800, 99_9700, 100_0100, 100_0200, 100_0300]


@pytest.mark.parametrize(
    ("value", "half_spread", "bid", "ask"),
    [
        (100_0000, 150, 99_9800, 100_0200),
        (100_0050, 100, 99_9900, 100_0200),
        (100_0050, 50, 100_0000, 100_0100),
        (100_0001, 50, 99_9900, 100_0100),
    ],
)
def test_quotes_are_rounded_away_from_the_estimate(value, half_spread, bid, ask):
    stage = Stage("NYSE", value=value)
    maker(stage, half_spread=half_spread)
    stage.run(until=60)
    assert [price for _, price, _ in quotes(stage)] == [bid, ask]


def test_no_bid_is_quoted_at_a_price_of_nothing():
    stage = Stage("NYSE", value=100)
    maker(stage)
    stage.run(until=60)
    assert quotes(stage) == [(SELL, 200, 300)]


def test_it_quotes_nothing_through_the_offer_that_it_sees():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 100, 99_9500, at=1)
    maker(stage, feed=5)
    stage.run(until=60)
    assert quotes(stage) == [(BUY, 99_9400, 300), (SELL, ASK, 300)]


def test_it_quotes_nothing_through_the_bid_that_it_sees():
    stage = Stage("NYSE")
    stage.rests("NYSE", BUY, 100, 100_0500, at=1)
    maker(stage, feed=5)
    stage.run(until=60)
    assert quotes(stage) == [(BUY, BID, 300), (SELL, 100_0600, 300)]


def test_it_trades_with_an_offer_that_it_could_not_see_yet():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 100, 99_9500, at=1)
    maker(stage, feed=10)  # seen at 11, quoted at 10
    stage.run(until=60)
    assert [(fill.price, fill.qty) for fill in stage.fills(MAKER)] == [(99_9500, 100)]
    assert quotes(stage) == [(BUY, BID, 200), (SELL, ASK, 300)]


# -- news -----------------------------------------------------------------------------------------------


def test_news_moves_its_quotes_after_wire_reaction_and_order_link():
    stage = Stage("NYSE", "BATS", news=[(1_000, 100_0100)])
    maker(stage)
    stage.run(until=1_079)
    assert quotes(stage) == QUOTES
    stage.run(until=1_080)
    moved = [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]
    assert quotes(stage, "NYSE") == quotes(stage, "BATS") == moved
    assert actions(stage) == [(1_080, "REPLACE"), (1_080, "REPLACE")]


def test_news_that_moves_no_quote_sends_nothing():
    stage = Stage("NYSE", news=[(1_000, 100_0020)])
    maker(stage, half_spread=150)
    stage.run(until=5_000)
    assert actions(stage) == []


def test_only_the_quote_at_another_price_is_replaced():
    stage = Stage("NYSE", news=[(1_000, 100_0020)])  # the ask was at 100_0100, and must be at 100_0120 or more
    maker(stage)
    stage.run(until=5_000)
    assert quotes(stage) == [(BUY, BID, 300), (SELL, 100_0200, 300)]
    assert actions(stage) == [(1_080, "REPLACE")]


def test_what_it_acts_on_is_what_it_has_heard_by_then():
    stage = Stage("NYSE", news=[(1_000, 100_0100), (1_005, 100_0000)])
    maker(stage)
    stage.run(until=5_000)
    assert actions(stage) == []


def test_each_reaction_is_a_draw():
    stage = Stage("NYSE", news=[(1_000, 100_0100), (2_000, 100_0000)])
    maker(stage, reaction=iter([10, 25, 5]).__next__)
    stage.run(until=5_000)
    assert sorted({at for at, _ in actions(stage)}) == [1_095, 2_075]


def test_it_writes_down_each_estimate():
    stage = Stage("NYSE", news=[(1_000, 100_0100), (2_000, 100_0100)])
    maker(stage)
    stage.run(until=5_000)
    estimates = [(row["at"], row["value"]) for row in stage.rows("states") if row["key"] == ESTIMATE]
    assert estimates == [(10, VALUE), (1_030, 100_0100)]


# -- fills ----------------------------------------------------------------------------------------------


def test_a_quote_that_was_filled_is_put_up_again():
    stage = Stage("NYSE")
    maker(stage, back=50, requote=1_000)
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.run(until=3_099)  # told at 2,050, sent at 3,050
    assert quotes(stage) == QUOTES[1:]
    stage.run(until=3_100)
    assert quotes(stage) == QUOTES


def test_what_is_left_of_a_quote_stays_in_its_place():
    stage = Stage("NYSE")
    maker(stage)
    stage.takes("NYSE", SELL, 100, at=2_000)
    stage.run(until=10_000)
    assert quotes(stage) == [(BUY, BID, 200), (SELL, ASK, 300)]
    assert actions(stage) == []


def test_news_puts_a_filled_quote_up_at_once_and_only_once():
    stage = Stage("NYSE", news=[(2_100, VALUE)])
    maker(stage, requote=1_000)
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.run(until=10_000)
    assert actions(stage) == [(2_180, "NEW")]
    assert quotes(stage) == QUOTES


def test_a_position_skews_the_next_quotes():
    stage = Stage("NYSE", news=[(4_000, VALUE)])
    maker(stage, skew=0.5)  # half a price unit a share: 300 shares are 150
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.run(until=3_999)
    assert quotes(stage) == [(BUY, 99_9700, 300), (SELL, ASK, 300)]
    stage.run(until=4_080)
    assert quotes(stage) == [(BUY, 99_9700, 300), (SELL, 100_0000, 300)]


def test_a_replace_restores_the_size_of_a_quote():
    stage = Stage("NYSE", news=[(3_000, 100_0100)])
    maker(stage)
    stage.takes("NYSE", SELL, 100, at=2_000)
    stage.run(until=3_080)
    assert stage.arrived(MAKER)[-2].qty == 400  # a total: 100 are done
    assert quotes(stage) == [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]


def test_a_fill_that_a_replace_meets_on_its_way_does_not_enlarge_the_quote():
    stage = Stage("NYSE", news=[(3_000, 100_0100)])
    made = maker(stage)
    stage.takes("NYSE", SELL, 100, at=3_060)  # the replace is under way from 3,030 to 3,080
    stage.run(until=3_080)
    assert quotes(stage) == [(BUY, 100_0000, 200), (SELL, 100_0200, 300)]
    stage.run(until=3_200)
    assert (made.ledger.position, made.ledger.cash) == stage.account(MAKER)


def test_a_replace_that_meets_a_filled_quote_is_refused_and_the_quote_comes_back_later():
    stage = Stage("NYSE", news=[(3_000, 100_0100)])
    made = maker(stage, requote=1_000)
    stage.takes("NYSE", SELL, 300, at=3_060)  # told at 3,110
    stage.run(until=4_159)
    assert quotes(stage) == [(SELL, 100_0200, 300)]
    stage.run(until=4_160)
    assert quotes(stage) == [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]
    assert made.ledger.position == 300


def test_a_quote_that_a_closed_venue_refused_is_tried_again():
    stage = Stage("NYSE", news=[(2_000, 100_0100)])
    book = stage.lit("NYSE").book
    book.set_state(BookState.CLOSED, 0)
    maker(stage, requote=1_000)
    stage.run(until=1_000)
    assert quotes(stage) == []
    book.set_state(BookState.CONTINUOUS, 1_000)
    stage.run(until=3_100)  # the refusals are read with the news
    assert quotes(stage) == [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]


# -- venues that refuse ---------------------------------------------------------------------------------


def halted(*times: tuple[int, BookState], news: list[tuple[int, int]]) -> Stage:
    """A stage whose NYSE goes into these phases, with a maker."""
    stage = Stage("NYSE", news=news)
    for at, state in times:
        stage.env.call_at(at, stage.lit("NYSE").set_state, state)
    maker(stage, requote=100)
    return stage


def test_what_a_halted_venue_refuses_is_tried_again_with_the_next_news_and_not_before():
    stage = halted((1, BookState.HALTED), news=[(2_000, VALUE), (3_000, VALUE)])
    stage.run(until=10_000)
    assert [at for at, action in actions(stage, after=0) if action == "NEW"] == [60, 60, 2_080, 2_080, 3_080, 3_080]


def test_a_quote_whose_replace_was_refused_is_moved_with_the_next_news():
    news = [(1_000, 100_0100), (4_000, 100_0100)]
    stage = halted((500, BookState.HALTED), (2_000, BookState.CONTINUOUS), news=news)
    stage.run(until=4_079)
    assert quotes(stage) == QUOTES
    stage.run(until=4_080)
    assert quotes(stage) == [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]


def test_quotes_in_a_call_rest_and_are_not_sent_again():
    stage = halted((1, BookState.OPENING_AUCTION), (5_000, BookState.CONTINUOUS), news=[(2_000, VALUE)])
    stage.run(until=10_000)
    assert quotes(stage) == QUOTES
    assert len(actions(stage, after=0)) == 2


def test_a_post_only_maker_never_takes_and_tries_again_with_the_next_news():
    stage = Stage("NYSE", news=[(2_000, VALUE)])
    stage.rests("NYSE", SELL, 100, 99_9500, at=1)
    made = maker(stage, feed=10, post_only=True)  # seen at 11, quoted at 10
    stage.run(until=100)
    assert quotes(stage) == [(SELL, ASK, 300)]
    stage.run(until=2_080)
    assert quotes(stage) == [(BUY, 99_9400, 300), (SELL, ASK, 300)]
    assert (stage.fills(MAKER), made.ledger.position) == ([], 0)


# -- the position limit ---------------------------------------------------------------------------------


def test_at_the_limit_the_side_that_would_add_is_taken_down_everywhere():
    stage = Stage("NYSE", "BATS")
    maker(stage, position_limit=300, requote=100)
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.run(until=2_109)  # told at 2,050, cancelled at 2,060
    assert sides(stage, "BATS") == [BUY, SELL]
    stage.run(until=20_000)
    assert sides(stage, "NYSE") == sides(stage, "BATS") == [SELL]


def test_below_the_limit_both_sides_are_quoted():
    stage = Stage("NYSE", "BATS")
    maker(stage, position_limit=301, requote=100)
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.run(until=20_000)
    assert sides(stage, "NYSE") == sides(stage, "BATS") == [BUY, SELL]


def test_news_does_not_put_up_the_side_that_would_add():
    stage = Stage("NYSE", "BATS", news=[(3_000, 100_0100)])
    maker(stage, position_limit=300)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=20_000)
    assert quotes(stage, "NYSE") == quotes(stage, "BATS") == [(BUY, 100_0000, 300)]


def test_the_side_comes_back_when_the_position_is_below_the_limit():
    stage = Stage("NYSE", "BATS")
    maker(stage, position_limit=300)
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.takes("BATS", BUY, 100, at=5_000)
    stage.run(until=5_109)
    assert sides(stage, "BATS") == [SELL]
    stage.run(until=5_110)
    assert sides(stage, "NYSE") == sides(stage, "BATS") == [BUY, SELL]


def test_what_fills_on_the_way_can_pass_the_limit_by_what_was_up():
    stage = Stage("NYSE", "BATS")
    made = maker(stage, position_limit=300)
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.takes("BATS", SELL, 300, at=2_109)
    stage.run(until=20_000)
    assert made.ledger.position == 600
    assert sides(stage, "NYSE") == sides(stage, "BATS") == [SELL]


def test_a_late_fill_of_a_cancelled_quote_does_not_enlarge_the_one_after_it():
    stage = Stage("NYSE", "BATS", news=[(3_000, 100_0100)])
    made = maker(stage, back=500, position_limit=300)
    stage.takes("BATS", SELL, 300, at=1_000)  # told at 1,500: NYSE's bid is cancelled at 1,560
    stage.takes("BATS", BUY, 300, at=1_300)  # told at 1,800: it is put up again at 1,860
    stage.takes("NYSE", SELL, 100, at=1_555)  # told at 2,055, of the bid that is gone by now
    stage.run(until=1_860)
    assert sides(stage, "NYSE") == [BUY, SELL]
    stage.run(until=3_080)
    assert quotes(stage, "NYSE") == [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]
    assert (made.ledger.position, made.ledger.cash) == stage.account(MAKER)


# -- fading ---------------------------------------------------------------------------------------------


def fading(*venues: str, **terms) -> tuple[Stage, MarketMaker]:
    """A maker that fades on sweeps of 300 shares and comes back 5,000 ns later."""
    stage = Stage(*venues or ("NYSE", "BATS"))
    return stage, maker(stage, **{"fade_size": 300, "refresh": 5_000, **terms})


def test_a_sweep_takes_its_side_down_at_the_other_venues():
    stage, _ = fading("NYSE", "BATS", "ARCA")
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=2_089)  # seen at 2,030, cancelled at 2,040
    assert sides(stage, "BATS") == sides(stage, "ARCA") == [BUY, SELL]
    stage.run(until=2_090)
    assert sides(stage, "BATS") == sides(stage, "ARCA") == [BUY]


def test_a_sale_takes_the_bids_down():
    stage, _ = fading()
    stage.takes("NYSE", SELL, 300, at=2_000)
    stage.run(until=2_090)
    assert sides(stage, "BATS") == [SELL]


def test_the_swept_venue_s_own_quotes_stay():
    stage, _ = fading(levels=2)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=2_090)
    assert sides(stage, "NYSE") == [BUY, BUY, SELL]
    assert sides(stage, "BATS") == [BUY, BUY]


@pytest.mark.parametrize("terms", [{"fade_size": 301}, {"fade_size": 0}])
def test_a_smaller_sweep_moves_nobody(terms):
    stage, _ = fading(**terms)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=2_900)
    assert sides(stage, "BATS") == [BUY, SELL]


def test_a_trade_that_leaves_the_level_standing_is_no_sweep():
    stage, _ = fading(size=400)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=2_900)
    assert sides(stage, "BATS") == [BUY, SELL]


def test_a_faded_quote_comes_back_after_the_refresh():
    stage, _ = fading()
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=7_089)  # cancelled at 2,040, back at 7,040
    assert sides(stage, "BATS") == [BUY]
    stage.run(until=7_090)
    assert quotes(stage, "BATS") == QUOTES


def test_news_does_not_bring_a_faded_quote_back_earlier():
    stage = Stage("NYSE", "BATS", news=[(3_000, 100_0100)])
    maker(stage, fade_size=300, refresh=5_000)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.run(until=7_089)
    assert quotes(stage, "BATS") == [(BUY, 100_0000, 300)]
    stage.run(until=7_090)
    assert quotes(stage, "BATS") == [(BUY, 100_0000, 300), (SELL, 100_0200, 300)]


def test_a_second_sweep_does_not_keep_it_away_longer():
    stage, _ = fading()
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.rests("NYSE", SELL, 300, ASK, at=3_000)
    stage.takes("NYSE", BUY, 300, at=4_000)
    stage.run(until=7_090)
    assert sides(stage, "BATS") == [BUY, SELL]


def test_a_fill_that_a_fade_meets_on_its_way_is_booked_and_nothing_is_put_up_before_the_refresh():
    stage, made = fading(requote=100)
    stage.takes("NYSE", BUY, 300, at=2_000)
    stage.takes("BATS", BUY, 300, at=2_089)
    stage.run(until=7_089)
    assert sides(stage, "BATS") == [BUY]
    stage.run(until=7_090)
    assert sides(stage, "BATS") == [BUY, SELL]
    assert (made.ledger.position, made.ledger.cash) == stage.account(MAKER)
    assert made.ledger.position == -600


# -- whatever happens -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_no_quote_is_ever_larger_than_its_size_and_the_ledger_is_right(seed):
    draw = random.Random(seed)
    news = sorted((draw.randrange(200, 20_000), VALUE + draw.randrange(-300, 301)) for _ in range(60))
    stage = Stage("NYSE", "BATS", news=news)
    made = maker(stage, levels=2, skew=0.3, position_limit=900, requote=150, fade_size=300, refresh=400, back=170)
    for _ in range(400):
        qty, at = draw.choice([100, 200, 300, 700]), draw.randrange(200, 20_000)
        stage.takes(draw.choice(["NYSE", "BATS"]), draw.choice([BUY, SELL]), qty, at=at)
    for at in range(200, 20_000, 20):
        stage.run(until=at)
        for venue in ("NYSE", "BATS"):
            resting = quotes(stage, venue)
            assert max((leaves for _, _, leaves in resting), default=0) <= 300
            assert max(sides(stage, venue).count(side) for side in (BUY, SELL)) <= 2
    stage.run(until=30_000)
    assert (made.ledger.position, made.ledger.cash) == stage.account(MAKER)
    assert len(stage.fills(MAKER)) > 100
    assert sum(fill.side * fill.qty for fill in stage.fills(CROWD)) == -made.ledger.position


def test_makers_of_a_scenario_quote_every_venue():
    agent = {"kind": "market_maker", "count": 2, "half_spread": 0.01, "size": 300, "news": "1ms", "round_trip": "100us"}
    market = scenario_market(agent)
    market.advance(1_000_000)
    assert [venue.book.top() for venue in market.lit] == [(BID, 600, ASK, 600)] * 2


# -- quoting in its own way -----------------------------------------------------------------------------


def test_without_keep_off_it_quotes_through_the_offer_that_it_sees():
    stage = Stage("NYSE")
    stage.rests("NYSE", SELL, 100, 99_9500, at=1)
    maker(stage, feed=5, keep_off=False)
    stage.run(until=60)
    assert stage.fills(MAKER)[0].price == 99_9500


@pytest.mark.parametrize("moved", [3 * 100, -3 * 100], ids=["up", "down"])
def test_without_keep_off_both_quotes_follow_a_jump_through_its_own_quotes(moved):
    stage = Stage("NYSE", news=[(10_000, VALUE + moved)])
    maker(stage, feed=5, keep_off=False)
    stage.run(until=10_080)
    assert quotes(stage) == [(BUY, BID + moved, 300), (SELL, ASK + moved, 300)]
    assert stage.fills(MAKER) == []


def test_with_keep_off_its_own_old_quote_holds_it_back():
    stage = Stage("NYSE", news=[(10_000, VALUE + 300)])
    maker(stage, feed=5)
    stage.run(until=10_080)
    assert quotes(stage) == [(BUY, ASK - 100, 300), (SELL, ASK + 300, 300)]


# -- a half-spread that is learned ------------------------------------------------------------------


def learner(stage: Stage, **learning: Any) -> MarketMaker:
    """A maker a cent off, 300 shares, that judges a fill after 5,000 ns and moves by a tenth of what it missed."""
    usual = {"rate": 0.1, "horizon": 5_000, "target": 0, "at_least": 0, "at_most": 1_000}
    return maker(stage, learning=Learning(**{**usual, **learning}))


def learned(made: MarketMaker, stage: Stage) -> int:
    """Its half-spread as the log has it, price units."""
    made.log_state()
    return [row["value"] for row in stage.rows("states") if row["key"] == HALF_SPREAD][-1]


def sold_before(value: int, qty: int = 300, **learning: Any) -> int:
    """The half-spread after its offer was taken at 10,000 and news of the value came at 11,000."""
    stage = Stage("NYSE", news=[(11_000, value)])
    made = learner(stage, **learning)
    stage.takes("NYSE", BUY, qty, None, at=10_000)
    stage.run(until=40_000)
    return learned(made, stage)


def test_a_maker_that_was_picked_off_quotes_wider():
    # sold at 100.01, worth 100.04: three cents lost, 0.2 cents of rebate: a tenth of 2.8 cents wider
    assert sold_before(VALUE + 400) == 100 + 28


def test_a_maker_whose_fill_was_good_quotes_closer():
    assert sold_before(VALUE) == 100 - 12  # a cent, and the rebate


def test_a_target_above_zero_asks_for_that_much_more():
    assert sold_before(VALUE, target=120) == 100


def test_a_part_of_a_quote_counts_for_its_part():
    assert sold_before(VALUE + 400, qty=150) == 100 + 14


@pytest.mark.parametrize(("bounds", "stays"), [({"at_most": 110}, 110), ({"at_least": 128}, 128)])
def test_the_half_spread_stays_within_its_bounds(bounds, stays):
    assert sold_before(VALUE + 400, **bounds) == stays


def test_its_next_quotes_are_at_the_learned_distance():
    stage = Stage("NYSE", news=[(11_000, VALUE + 1_000), (50_000, VALUE + 1_050)])
    learner(stage, rate=0.2)
    stage.takes("NYSE", BUY, 300, None, at=10_000)
    stage.run(until=60_000)
    assert [(side, price) for side, price, _ in stage.resting(MAKER, "NYSE")] == [
        (BUY, VALUE + 700),  # 2.76 cents away, rounded outwards
        (SELL, VALUE + 1_400),
    ]
