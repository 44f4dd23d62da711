"""Routing styles: in which order venues are asked, how sweeps are marked, what late and odd children do."""

from __future__ import annotations

import pytest

from agents.strategies import REGISTRY
from agents.strategies.loading import load_strategy
from agents.strategies.parameters import StrategyProblems
from agents.strategies.price_time import PriceTime
from agents.strategies.smart import Smart
from agents.strategies.styles import even_split
from agents.strategy_trial import ScriptedExperience, ScriptedMarket, at_most, buy, drive, sell
from venues.messages import Terms, TimeInForce

US, MS = 1_000, 1_000_000
LADDER = {
    "NYSE": (99_9800, 300, 100_0200, 300),
    "NASDAQ": (99_9900, 200, 100_0000, 200),
    "IEX": (99_9700, 100, 100_0100, 100),
}
LEVEL = dict.fromkeys(("NYSE", "NASDAQ", "IEX"), (99_9900, 300, 100_0000, 300))


def tried(lit=LADDER, parent=None, dark=None, seen=None, **parameters):
    experience = seen or ScriptedExperience()
    market = lit if isinstance(lit, ScriptedMarket) else ScriptedMarket(lit, dark, experience=experience)
    return drive(PriceTime(**{"reach": None, **parameters}), parent or buy(600), market)


def first(trial):
    return trial.decisions[0][1].send


def wrong(kind="price_time", **parameters) -> list[str]:
    with pytest.raises(StrategyProblems) as told:
        load_strategy(kind, parameters)
    return str(told.value).splitlines()


# -- order ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["sequential", "parallel"])
def test_order_says_what_children_say(order):
    assert tried(order=order) == tried(children=order)


def test_broadcast_deals_the_leaves_evenly_to_the_venues_in_reach():
    assert [(c.venue, c.qty) for c in first(tried(LEVEL, order="broadcast"))] == [
        ("NYSE", 200),
        ("NASDAQ", 200),
        ("IEX", 200),
    ]
    assert [c.qty for c in first(tried(LADDER, order="broadcast"))] == [200, 100, 300]


def test_synchronised_legs_arrive_with_the_slowest_by_the_venues_own_stamps():
    seen = ScriptedExperience({"NYSE": 300 * US, "NASDAQ": 300 * US}, one_ways={"NYSE": 100 * US, "NASDAQ": 250 * US})
    sent = {c.venue: c.not_before for c in first(tried(LEVEL, seen=seen, order="synchronised"))}
    assert sent == {"NYSE": 150 * US, "NASDAQ": None}


def test_without_stamps_half_the_round_trip_counts():
    seen = ScriptedExperience({"NYSE": 300 * US, "NASDAQ": 500 * US})
    sent = {c.venue: c.not_before for c in first(tried(LEVEL, seen=seen, order="synchronised"))}
    assert sent == {"NYSE": 100 * US, "NASDAQ": None}


def test_stated_latencies_stand_over_measured_ones():
    seen = ScriptedExperience({"NYSE": 300 * US}, one_ways={"NYSE": 100 * US})
    stated = {"NYSE": 50 * US, "NASDAQ": 80 * US}
    sent = {c.venue: c.not_before for c in first(tried(LEVEL, seen=seen, order="synchronised", latencies=stated))}
    assert sent == {"NYSE": 30 * US, "NASDAQ": None}


def test_a_leg_may_be_too_slow_to_be_waited_for():
    legs = {"NYSE": 50 * US, "NASDAQ": 80 * US, "IEX": 500 * US}
    style = {"order": "synchronised", "latencies": legs, "longest_delay": 100 * US}
    sent = {c.venue: c.not_before for c in first(tried(LEVEL, buy(900), **style))}
    assert sent == {"NYSE": 100 * US, "NASDAQ": 70 * US, "IEX": None}


def test_a_venue_of_unknown_latency_is_sent_to_at_once():
    sent = first(tried(LEVEL, buy(900), order="synchronised", latencies={"NYSE": 50 * US, "NASDAQ": 80 * US}))
    assert {c.venue: c.not_before for c in sent} == {"NYSE": 30 * US, "NASDAQ": None, "IEX": None}


def test_even_split_is_where_it_was():
    assert even_split(7, [9, 9]) == [4, 3]


# -- sweeps -----------------------------------------------------------------------------------------------


def test_a_sweep_may_be_written_in_small_letters():
    assert tried(sweep="fok") == tried(time_in_force="FOK")
    assert tried(sweep="ioc") == tried()


def test_an_intermarket_sweep_is_marked_at_lit_venues_only():
    strategy = load_strategy("smart", {"sweep": "iso", "reach": None})
    trial = drive(strategy, buy(700), ScriptedMarket(LADDER, {"POOL": 100}))
    marks = {child.order.venue: child.order.terms for child in trial.children}
    assert marks == {"POOL": None, "NASDAQ": Terms(iso=True), "IEX": Terms(iso=True), "NYSE": Terms(iso=True)}
    assert {child.order.time_in_force for child in trial.children} == {TimeInForce.IOC}


def test_an_intermarket_sweep_takes_every_better_price_first_and_in_full():
    fees = {"NASDAQ": 30_000}  # so dear that the strategy would leave its better price alone
    market = ScriptedMarket(LADDER, taker_fees=fees)
    plain = drive(load_strategy("fee_aware", {"reach": 1}), buy(300), market)
    assert [c.venue for c in first(plain)] == ["IEX", "NYSE"]
    swept = drive(
        load_strategy("fee_aware", {"reach": 1, "sweep": "iso"}), buy(300), ScriptedMarket(LADDER, taker_fees=fees)
    )
    assert [(c.venue, c.qty) for c in first(swept)] == [("NASDAQ", 200), ("IEX", 100)]


def test_a_seller_s_sweep_goes_down_the_bids():
    swept = tried(parent=sell(600), sweep="iso")
    assert [c.venue for c in first(swept)] == ["NASDAQ", "NYSE", "IEX"]


# -- children that are late -------------------------------------------------------------------------------


def test_a_late_child_keeps_its_shares_and_the_rest_goes_to_the_next_venue():
    market = ScriptedMarket(LADDER, silent=["NASDAQ"])
    trial = tried(market, order="sequential", child_timeout=2 * MS)
    assert [(c.order.venue, c.order.qty, c.sent_at) for c in trial.children] == [
        ("NASDAQ", 200, 0),
        ("IEX", 100, 2 * MS + 1),
        ("NYSE", 300, 2 * MS + 1 + 500 * US),
    ]
    assert trial.filled == 400


def test_without_a_time_limit_a_silent_venue_holds_everything_up():
    trial = tried(ScriptedMarket(LADDER, silent=["NASDAQ"]), order="sequential")
    assert [c.order.venue for c in trial.children] == ["NASDAQ"]
    assert trial.status == "OPEN"


def test_a_venue_that_answers_late_is_asked_again_after_it_has_answered():
    market = ScriptedMarket(LADDER, late={"NASDAQ": 5 * MS}, fills=at_most(50))
    trial = tried(market, buy(150), order="sequential", child_timeout=MS, reach=0)
    sent = [c.sent_at for c in trial.children if c.order.venue == "NASDAQ"]
    assert sent[0] == 0
    assert sent[1] > 5 * MS


def test_a_child_that_has_not_left_when_its_time_is_over_never_does():
    seen = {"latencies": {"NYSE": 9 * MS, "NASDAQ": 1 * MS}, "order": "synchronised"}
    trial = tried(LEVEL, buy(600), child_timeout=2 * MS, **seen)
    arrival = {c.order.venue: c.arrives_at for c in trial.children[:2]}
    assert arrival["NASDAQ"] - arrival["NYSE"] == 8 * MS  # its time begins when the last child leaves


def test_a_late_child_s_shares_are_never_sent_twice():
    market = ScriptedMarket(LEVEL, late={"NYSE": 20 * MS})
    trial = tried(market, buy(500), child_timeout=MS)
    assert (trial.filled, trial.status) == (500, "FILLED")
    assert sum(child.order.qty for child in trial.children) == 500


# -- fallback ---------------------------------------------------------------------------------------------


def test_fallback_venues_are_asked_in_turn_when_nothing_else_is_left():
    lit = {"NYSE": (99_9900, 300, 100_0000, 300), "NASDAQ": (0, 0, 0, 0), "IEX": (0, 0, 0, 0)}
    trial = tried(ScriptedMarket(lit), buy(500, limit=100_0500), fallback=("IEX", "NASDAQ"))
    assert [(c.order.venue, c.order.qty, c.order.price) for c in trial.children[:3]] == [
        ("NYSE", 300, 100_0000),
        ("IEX", 200, 100_0500),
        ("NASDAQ", 200, 100_0500),
    ]


def test_without_a_price_to_go_by_there_is_no_fallback():
    trial = tried(dict.fromkeys(LADDER, (0, 0, 0, 0)), fallback=("IEX",))
    assert trial.children == []


def test_a_venue_that_refuses_is_set_aside_and_another_asked():
    trial = tried(ScriptedMarket(LEVEL, refusing=["NYSE"]), buy(300), order="sequential")
    assert [c.order.venue for c in trial.children] == ["NYSE", "NASDAQ"]


# -- odd lots ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sent", "status"),
    [
        ("allow", [250, 130], "FILLED"),
        ("last_only", [200, 100, 50, 30], "FILLED"),
        ("round_down", [200, 100], "CANCELED"),
    ],
)
def test_odd_lots(rule, sent, status):
    lit = {"NYSE": (99_9900, 300, 100_0000, 250), "NASDAQ": (99_9900, 300, 100_0000, 190)}
    trial = tried(lit, buy(380), odd_lots=rule)
    assert ([child.order.qty for child in trial.children], trial.status) == (sent, status)


# -- styles are of every strategy -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in REGISTRY if kind not in ("single_venue", "broadcast")])
@pytest.mark.parametrize("order", ["sequential", "parallel", "synchronised", "broadcast"])
@pytest.mark.parametrize("liquidity", ["take", "post", "both"])
def test_styles_combine_with_every_strategy(kind, order, liquidity):
    strategy = load_strategy(
        kind, {"order": order, "liquidity": liquidity, "child_timeout": MS, "odd_lots": "last_only"}
    )
    trial = drive(strategy, buy(700), ScriptedMarket(LEVEL, {"POOL": 100}))
    assert trial.filled == (0 if liquidity == "post" else 700)


def test_what_contradicts_itself_is_told():
    assert wrong(order="synchronised", children="sequential") == [
        "order: synchronised and children: sequential contradict; leave one out"
    ]
    assert wrong(sweep="iso", time_in_force="FOK") == [
        "sweep: iso and time_in_force: FOK contradict; leave one of them out"
    ]
    assert wrong(sweep="iso", order="broadcast", through=1) == [
        "sweep: iso goes to all better prices at once; write order: parallel",
        "through: a sweep pays no more than the prices it saw; write 0",
    ]
    assert wrong(posting={"wait": 5}) == ["posting: nothing is posted with liquidity: take; write post or both"]
    assert wrong(liquidity="post", posting={"at": "peg", "display_qty": 0}) == [
        "posting.display_qty: a peg is always hidden; leave it out"
    ]
    assert wrong(liquidity="rest") == ["liquidity = 'rest': must be one of take, post, both"]
    assert wrong("broadcast", sweep="iso") == ["sweep = 'iso': must be one of ioc, fok or null"]


def test_venues_of_a_style_must_be_connected():
    strategy = Smart(fallback=("ARCA",), latencies={"NYSX": 1})
    with pytest.raises(StrategyProblems) as told:
        drive(strategy, buy(100), ScriptedMarket(LADDER))
    assert [problem.parameter for problem in told.value.problems] == ["fallback", "latencies"]
    assert "latencies: the router is connected to no venue 'NYSX'; did you mean 'NYSE'?" in str(told.value)
