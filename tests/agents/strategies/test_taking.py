"""How displayed quotes are ranked, limited and sliced, whatever the score."""

from __future__ import annotations

from agents.cost_model import CostWeights
from agents.strategies.price_time import PriceTime
from agents.strategy import VenueDepth, VenueQuote
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, Trial, at_most, buy, drive, sell
from venues.messages import TimeInForce

MS = 1_000_000
LADDER = {
    "NYSE": (99_9800, 300, 100_0200, 300),
    "NASDAQ": (99_9900, 200, 100_0000, 200),
    "IEX": (99_9700, 100, 100_0100, 100),
}


class EmptyView:
    """Nothing is displayed anywhere; after the first pause the work must not have looked in a circle."""

    now, leaves, open_qty, lit, dark = 0, 100, 100, (), ()
    looks = 0

    def quotes(self) -> list[VenueQuote]:
        self.looks += 1
        assert self.looks < 10, "looks without waiting"
        return []


def first_decision(trial: Trial) -> list[tuple[str, int, int | None]]:
    return [(child.venue, child.qty, child.price) for child in trial.decisions[0][1].send]


def test_a_buyer_walks_up_the_offers():
    trial = drive(PriceTime(reach=None), buy(600), ScriptedMarket(LADDER))
    assert trial.sent == [("NASDAQ", 200, 100_0000), ("IEX", 100, 100_0100), ("NYSE", 300, 100_0200)]


def test_a_seller_walks_down_the_bids():
    trial = drive(PriceTime(reach=None), sell(600), ScriptedMarket(LADDER))
    assert trial.sent == [("NASDAQ", 200, 99_9900), ("NYSE", 300, 99_9800), ("IEX", 100, 99_9700)]


def test_the_last_child_of_a_sweep_takes_only_what_is_left():
    trial = drive(PriceTime(), buy(250), ScriptedMarket(LADDER))
    assert trial.sent == [("NASDAQ", 200, 100_0000), ("IEX", 50, 100_0100)]


def test_a_parallel_sweep_is_one_decision():
    trial = drive(PriceTime(children="parallel", reach=None), buy(600), ScriptedMarket(LADDER))
    assert [child.sent_at for child in trial.children] == [0, 0, 0]


def test_in_sequence_each_child_waits_for_the_one_before():
    trial = drive(PriceTime(children="sequential", reach=None), buy(600), ScriptedMarket(LADDER, round_trip=500_000))
    assert [child.sent_at for child in trial.children] == [0, 500_000, 1_000_000]


def test_in_sequence_a_miss_sends_the_next_child_to_the_next_venue_at_once():
    def iex_only(market, order, side):
        return (order.price or 0, order.qty) if order.venue == "IEX" else (0, 0)

    market = ScriptedMarket(LADDER, fills=iex_only)
    trial = drive(PriceTime(children="sequential"), buy(100), market)
    assert [(child.order.venue, child.sent_at) for child in trial.children] == [("NASDAQ", 0), ("IEX", 500_000)]


def test_reach_zero_takes_the_best_price_only():
    assert first_decision(drive(PriceTime(reach=0), buy(600), ScriptedMarket(LADDER))) == [("NASDAQ", 200, 100_0000)]


def test_reach_one_takes_one_tick_behind_the_best_too():
    trial = drive(PriceTime(reach=1), buy(600), ScriptedMarket(LADDER))
    assert first_decision(trial) == [("NASDAQ", 200, 100_0000), ("IEX", 100, 100_0100)]


def test_reach_counts_from_the_best_quote_that_can_still_be_taken():
    trial = drive(PriceTime(reach=0), buy(600), ScriptedMarket(LADDER))
    assert trial.sent == [("NASDAQ", 200, 100_0000), ("IEX", 100, 100_0100), ("NYSE", 300, 100_0200)]


def test_nothing_beyond_the_parent_s_limit_is_taken():
    trial = drive(PriceTime(reach=None), buy(600, limit=100_0100), ScriptedMarket(LADDER))
    assert trial.sent == [("NASDAQ", 200, 100_0000), ("IEX", 100, 100_0100)]
    assert trial.status == "EXPIRED"


def test_a_venue_with_an_empty_side_is_passed_over_and_not_scored():
    market = ScriptedMarket({"NYSE": (99_9900, 300, 0, 0), "IEX": (99_9900, 300, 100_0000, 100)})
    trial = drive(PriceTime(), buy(100), market)
    assert trial.sent == [("IEX", 100, 100_0000)]
    assert trial.decisions[0][1].scores == {"IEX": 0}


def test_in_sequence_a_look_that_found_nothing_is_followed_by_a_pause():
    waits = PriceTime(children="sequential", pause=2 * MS)(buy(100), EmptyView())
    assert next(waits).wake == ("at", 2 * MS)


def test_fill_or_kill_children_ask_for_what_is_displayed():
    trial = drive(PriceTime(time_in_force="FOK"), buy(250), ScriptedMarket(LADDER))
    assert [(child.order.qty, child.order.time_in_force) for child in trial.children] == [
        (200, TimeInForce.FOK),
        (50, TimeInForce.FOK),
    ]


def test_a_partial_fill_is_routed_again():
    market = ScriptedMarket(LADDER, fills=at_most(50))
    market.at(400_000, lambda m: m.show("NASDAQ", ask_qty=200))
    trial = drive(PriceTime(), buy(100), market)
    assert [(child.order.qty, child.filled) for child in trial.children] == [(100, 50), (50, 50)]


def test_a_decision_logs_the_distance_to_the_best_price_of_every_venue():
    trial = drive(PriceTime(), buy(100), ScriptedMarket(LADDER))
    assert trial.decisions[0][1].scores == {"NASDAQ": 0, "IEX": 10_000, "NYSE": 20_000}


def test_venues_beyond_the_limit_are_scored_too():
    trial = drive(PriceTime(), buy(100, limit=100_0000), ScriptedMarket(LADDER))
    assert list(trial.decisions[0][1].scores) == ["NASDAQ", "IEX", "NYSE"]


def test_children_can_be_timed_to_arrive_together():
    measured = ScriptedExperience(round_trips={"NASDAQ": 200_000, "IEX": 700_000})
    trial = drive(PriceTime(arrive_together=True), buy(300), ScriptedMarket(LADDER, experience=measured))
    assert [(child.order.venue, child.order.not_before) for child in trial.children] == [
        ("NASDAQ", 250_000),
        ("IEX", None),
    ]


def test_a_venue_not_measured_yet_is_not_waited_for_and_does_not_wait():
    measured = ScriptedExperience(round_trips={"NASDAQ": 200_000, "NYSE": 300_000})
    market = ScriptedMarket(LADDER, experience=measured)
    trial = drive(PriceTime(arrive_together=True, reach=None), buy(600), market)
    assert [child.order.not_before for child in trial.children] == [50_000, None, None]


def test_one_child_alone_is_sent_at_once():
    measured = ScriptedExperience(round_trips={"NASDAQ": 200_000, "NYSE": 900_000})
    trial = drive(PriceTime(arrive_together=True), buy(100), ScriptedMarket(LADDER, experience=measured))
    assert trial.children[0].order.not_before is None


def test_a_child_may_pay_so_many_ticks_through_what_is_displayed():
    trial = drive(PriceTime(through=3), buy(200), ScriptedMarket(LADDER))
    assert first_decision(trial) == [("NASDAQ", 200, 100_0300)]


def test_through_ends_at_the_parents_limit():
    trial = drive(PriceTime(through=3), buy(200, limit=100_0100), ScriptedMarket(LADDER))
    assert first_decision(trial) == [("NASDAQ", 200, 100_0100)]


class Deep(ScriptedMarket):
    """Two more levels behind each offer, of 100 shares each."""

    def depth(self, venue: str) -> VenueDepth:
        quote = self.quotes[venue]
        asks = tuple((quote.ask + 100 * n, 100 if n else quote.ask_qty) for n in range(3))
        return VenueDepth(((quote.bid, quote.bid_qty),), asks)


def test_several_levels_of_a_venue_are_taken_by_one_child_at_the_limit_of_the_worst():
    trial = drive(PriceTime(levels=3, reach=None), buy(400), Deep(LADDER))
    assert first_decision(trial) == [("NASDAQ", 300, 100_0100), ("IEX", 100, 100_0100)]


def test_so_many_levels_and_no_more():
    trial = drive(PriceTime(levels=2, reach=None), buy(900), Deep(LADDER))
    assert first_decision(trial) == [("NASDAQ", 300, 100_0100), ("IEX", 200, 100_0200), ("NYSE", 400, 100_0300)]


def test_levels_beyond_the_limit_or_the_reach_are_left():
    limited = drive(PriceTime(levels=3, reach=None), buy(900, limit=100_0100), Deep(LADDER))
    assert first_decision(limited) == [("NASDAQ", 300, 100_0100), ("IEX", 100, 100_0100)]
    near = drive(PriceTime(levels=3, reach=0), buy(900), Deep(LADDER))
    assert first_decision(near) == [("NASDAQ", 200, 100_0000)]


def test_in_sequence_one_venue_s_levels_are_taken_at_a_time():
    trial = drive(PriceTime(levels=3, reach=None, order="sequential"), buy(600), Deep(LADDER))
    assert first_decision(trial) == [("NASDAQ", 400, 100_0200)]


def test_without_depth_levels_change_nothing():
    deep = drive(PriceTime(levels=5, reach=None), buy(600), ScriptedMarket(LADDER))
    assert deep.sent == drive(PriceTime(reach=None), buy(600), ScriptedMarket(LADDER)).sent


def test_the_score_of_a_venue_is_that_of_its_best_level():
    trial = drive(PriceTime(levels=3, reach=None), buy(600), Deep(LADDER))
    assert trial.decisions[0][1].scores == {"NASDAQ": 0, "IEX": 10_000, "NYSE": 20_000}


def test_impact_walks_the_levels_that_are_known():
    trial = drive(PriceTime(levels=1, cost=CostWeights(impact=1.0)), buy(400), Deep(LADDER))
    impact = {cost.venue: cost.impact for cost in trial.decisions[0][1].costs}
    assert impact == {"NASDAQ": 7_500.0, "NYSE": 2_500.0, "IEX": 15_000.0}
