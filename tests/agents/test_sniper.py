"""A sniper by hand. Its host hears news after 200 ns, needs 29 ns to react, and its orders take 1 ns to its venue.

So news of 10,000 is an order at the venue at 10,230. Its feed of its own venue takes 1 ns.
"""

from __future__ import annotations

import pytest

from agents.participant import CASH, POSITION
from tests.agents.builders import (
    BUY,
    CROWD,
    DAY,
    IOC,
    SELL,
    SNIPER,
    Arrived,
    Stage,
    scenario_market,
    sniper,
)

RIVAL = 7
ASK, BID = 100_0100, 99_9900
UP, DOWN = (10_000, 100_0500), (10_000, 99_9500)
SHOT = 10_230
"""When the order is at the venue that news of 10,000 sets off."""


def shots(stage: Stage, venue: str | None = None) -> list[tuple[int, int, int, int]]:
    """(at the venue at, side, price, shares) of the orders it sent."""
    return [(m.at, m.side, m.price, m.qty) for m in stage.arrived(SNIPER, venue) if m.action == "NEW"]


def taken(stage: Stage) -> int:
    return sum(fill.side * fill.qty for fill in stage.fills(SNIPER))


# -- stale quotes ---------------------------------------------------------------------------------------


def stale_ask(*news: tuple[int, int], qty: int = 300, **terms) -> tuple[Stage, int]:
    """An ask at NYSE that good news makes stale, and its id."""
    stage = Stage("NYSE", news=news or [UP])
    ask = stage.rests("NYSE", SELL, qty, ASK)
    sniper(stage, {"NYSE": {}}, **terms)
    return stage, ask


def test_it_takes_an_offer_that_news_has_made_stale():
    stage, _ = stale_ask()
    stage.run(until=SHOT)
    assert shots(stage) == [(SHOT, BUY, ASK, 300)]
    assert taken(stage) == 300


def test_it_takes_a_bid_that_news_has_made_stale():
    stage = Stage("NYSE", news=[DOWN])
    stage.rests("NYSE", BUY, 300, BID)
    sniper(stage, {"NYSE": {}})
    stage.run(until=SHOT)
    assert shots(stage) == [(SHOT, SELL, BID, 300)]


@pytest.mark.parametrize(("cancelled", "got"), [(SHOT - 1, 0), (SHOT + 1, 300)])
def test_a_nanosecond_decides_the_race_against_the_cancel(cancelled, got):
    stage, ask = stale_ask()
    stage.cancels("NYSE", ask, at=cancelled)
    stage.run(until=20_000)
    assert len(shots(stage)) == 1
    assert taken(stage) == got


@pytest.mark.parametrize(("faster", "got"), [(-1, 0), (1, 300)])
def test_a_nanosecond_of_reaction_decides_the_race_between_two_snipers(faster, got):
    stage, _ = stale_ask(reaction=29)
    sniper(stage, {"NYSE": {}}, reaction=29 + faster, number=RIVAL)
    stage.run(until=SHOT + 1)
    assert taken(stage) == got


@pytest.mark.parametrize(("news", "fires"), [(199, 10_229), (201, 10_231)])
def test_its_order_comes_a_nanosecond_later_for_each_of_its_wire(news, fires):
    stage, _ = stale_ask(news=news)
    stage.run(until=20_000)
    assert shots(stage)[0][0] == fires


def test_its_orders_travel_to_the_venue():
    stage, _ = stale_ask(to=40)
    stage.run(until=20_000)
    assert shots(stage)[0][0] == 10_000 + 200 + 29 + 40


@pytest.mark.parametrize(("value", "fired"), [(100_0199, 0), (100_0200, 1)])
def test_a_quote_is_stale_from_the_threshold_on(value, fired):
    stage, _ = stale_ask((10_000, value), threshold=100)
    stage.run(until=20_000)
    assert len(shots(stage)) == fired


@pytest.mark.parametrize(("value", "fired"), [(99_9801, 0), (99_9800, 1)])
def test_a_bid_is_stale_from_the_threshold_on(value, fired):
    stage = Stage("NYSE", news=[(10_000, value)])
    stage.rests("NYSE", BUY, 300, BID)
    sniper(stage, {"NYSE": {}}, threshold=100)
    stage.run(until=20_000)
    assert len(shots(stage)) == fired


def test_a_quote_that_comes_up_stale_is_taken_too():
    stage = Stage("NYSE")
    sniper(stage, {"NYSE": {}})
    stage.rests("NYSE", SELL, 300, 99_9900, at=20_000)
    stage.run(until=20_100)
    assert shots(stage) == [(20_000 + 1 + 29 + 1, BUY, 99_9900, 300)]


def test_news_that_makes_nothing_stale_sets_off_no_reaction():
    reactions = []
    stage, _ = stale_ask((10_000, 100_0100), reaction=lambda: reactions.append(29) or 29)
    stage.run(until=20_000)
    assert (reactions, shots(stage)) == ([], [])


def test_an_empty_book_is_not_stale():
    stage = Stage("NYSE", news=[UP, (11_000, 99_0000)])
    sniper(stage, {"NYSE": {}})
    ask = stage.rests("NYSE", SELL, 300, ASK)
    stage.cancels("NYSE", ask, at=5_000)
    stage.run(until=20_000)
    assert shots(stage) == []


def test_it_does_not_shoot_at_a_quote_that_it_knows_is_gone():
    stage, ask = stale_ask()
    stage.cancels("NYSE", ask, at=10_228)  # known at 10,229, when it fires
    stage.run(until=20_000)
    assert shots(stage) == []


def test_it_shoots_at_the_quote_that_it_sees_when_it_fires():
    stage, _ = stale_ask()
    stage.rests("NYSE", SELL, 100, 100_0000, at=10_220)
    stage.run(until=10_235)
    assert shots(stage) == [(SHOT, BUY, 100_0000, 100)]


def test_without_news_of_its_own_it_knows_of_no_stale_quote():
    stage, _ = stale_ask(news=None)
    stage.run(until=20_000)
    assert shots(stage) == []


# -- how much -------------------------------------------------------------------------------------------


def test_a_shot_is_no_larger_than_what_is_displayed_and_than_its_largest_order():
    for displayed, largest, size in [(300, 1_000, 300), (1_500, 1_000, 1_000)]:
        stage, _ = stale_ask(qty=displayed, max_size=largest)
        stage.run(until=SHOT)
        assert shots(stage) == [(SHOT, BUY, ASK, size)]


def test_it_shoots_once_at_a_state_of_the_book():
    stage, _ = stale_ask(UP, (10_001, 100_0600), max_size=100)  # what it took at 10,230 is seen at 10,231
    stage.run(until=20_000)
    assert shots(stage) == [(SHOT, BUY, ASK, 100)]


def test_it_shoots_again_when_the_book_has_changed():
    stage, _ = stale_ask(UP, (10_002, 100_0600), max_size=100)
    stage.run(until=20_000)
    assert shots(stage) == [(SHOT, BUY, ASK, 100), (SHOT + 2, BUY, ASK, 100)]


def test_it_buys_up_to_its_position_limit():
    stage, _ = stale_ask(UP, (11_000, 100_0600), (12_000, 100_0700), qty=1_000, max_size=300, position_limit=400)
    stage.run(until=20_000)
    assert [qty for _, _, _, qty in shots(stage)] == [300, 100]


def test_at_the_limit_it_may_still_sell():
    stage, _ = stale_ask(UP, (12_000, 99_5000), qty=400, position_limit=400)
    stage.rests("NYSE", BUY, 1_000, BID)
    stage.run(until=20_000)
    assert shots(stage)[1:] == [(12_230, SELL, BID, 800)]


def test_a_shot_on_its_way_counts_against_the_limit():
    stage, _ = stale_ask(UP, (10_010, 100_0600), to=50, max_size=300, position_limit=400, qty=900)
    stage.takes("NYSE", BUY, 100, at=10_200)  # a new state of the book between the two
    stage.run(until=20_000)
    stage.takes("NYSE", BUY, 100, at=20_100)
    assert [qty for _, _, _, qty in shots(stage)] == [300]

    stage, _ = stale_ask(UP, (10_010, 100_0600), to=50, max_size=300, position_limit=400, qty=900)
    stage.takes("NYSE", BUY, 100, at=10_233)
    stage.run(until=20_000)
    assert [qty for _, _, _, qty in shots(stage)] == [300, 100]


def test_a_shot_that_missed_counts_no_more():
    stage, ask = stale_ask(UP, (12_000, 100_0600), position_limit=300)
    stage.cancels("NYSE", ask, at=SHOT - 1)
    stage.rests("NYSE", SELL, 300, ASK, at=11_000)
    stage.run(until=20_000)
    assert [qty for _, _, _, qty in shots(stage)] == [300, 300]
    assert taken(stage) == 300


# -- sweeps ---------------------------------------------------------------------------------------------

SWEPT = 5_000
RACED = SWEPT + 20 + 29 + 1
"""When its order is at BATS, of a print at NYSE that takes 20 ns to its host there."""


def raced(*, swept: int = 300, at_bats: int = ASK, side=BUY, shown: int = 300, **terms) -> tuple[Stage, int]:
    """Offers at NYSE and BATS; somebody sweeps NYSE at 5,000. The id of the one at BATS."""
    stage = Stage("NYSE", "BATS", "ARCA")
    stage.rests("NYSE", SELL if side is BUY else BUY, shown, ASK)
    other = stage.rests("BATS", SELL if side is BUY else BUY, 300, at_bats)
    sniper(stage, {"BATS": {"NYSE": 20}, "ARCA": {}}, **{"news": None, **terms})
    stage.takes("NYSE", side, swept, at=SWEPT)
    return stage, other


def test_a_sweep_elsewhere_sets_off_a_race_for_this_venue_s_quote():
    stage, _ = raced()
    stage.run(until=20_000)
    assert shots(stage) == [(RACED, BUY, ASK, 300)]


def test_a_sale_that_sweeps_sets_off_a_race_for_the_bid():
    stage, _ = raced(side=SELL)
    stage.run(until=20_000)
    assert shots(stage) == [(RACED, SELL, ASK, 300)]


@pytest.mark.parametrize(("arrives", "got"), [(RACED - 1, 0), (RACED + 1, 300)])
def test_a_nanosecond_decides_the_race_against_the_sweep_s_own_leg(arrives, got):
    stage, _ = raced()
    stage.takes("BATS", BUY, 300, ASK, at=arrives)
    stage.run(until=20_000)
    assert taken(stage) == got
    assert sum(fill.qty for fill in stage.fills(CROWD) if fill.side == BUY) == 600 - got


def test_a_longer_wire_comes_later():
    stage = Stage("NYSE", "BATS", "ARCA")
    for venue in ("NYSE", "BATS", "ARCA"):
        stage.rests(venue, SELL, 300, ASK)
    sniper(stage, {"BATS": {"NYSE": 20}, "ARCA": {"NYSE": 60}}, news=None)
    stage.takes("NYSE", BUY, 300, at=SWEPT)
    stage.run(until=SWEPT + 200)
    assert {m.venue: m.at for m in stage.arrived(SNIPER)} == {"BATS": RACED, "ARCA": RACED + 40}


@pytest.mark.parametrize(
    "what",
    [
        {"swept": 200},  # the level still stands
        {"swept": 300, "sweep_size": 301},
        {"at_bats": ASK + 100},  # not within the printed price
    ],
)
def test_what_does_not_reach_this_venue_s_quote_is_not_raced(what):
    stage, _ = raced(**what)
    stage.run(until=20_000)
    assert shots(stage) == []


def test_a_better_offer_than_the_printed_one_is_raced_at_its_own_price():
    stage, _ = raced(at_bats=ASK - 100)
    stage.run(until=20_000)
    assert shots(stage) == [(RACED, BUY, ASK - 100, 300)]


def test_a_sale_races_for_bids_at_the_printed_price_or_better():
    for at_bats, price in [(ASK + 100, [ASK + 100]), (ASK - 100, [])]:
        stage, _ = raced(side=SELL, at_bats=at_bats)
        stage.run(until=20_000)
        assert [price for _, _, price, _ in shots(stage)] == price


def test_it_looks_before_it_reacts_to_a_sweep():
    reactions = []
    stage, offer = raced(reaction=lambda: reactions.append(29) or 29)
    stage.cancels("BATS", offer, at=SWEPT + 10)
    stage.rests("BATS", SELL, 300, ASK, at=SWEPT + 30)  # there when it would have fired
    stage.run(until=20_000)
    assert (reactions, shots(stage)) == ([], [])


def test_it_looks_again_when_it_fires():
    stage, offer = raced()
    stage.cancels("BATS", offer, at=SWEPT + 30)
    stage.run(until=20_000)
    assert shots(stage) == []


def test_a_venue_that_no_wire_leads_to_is_not_raced():
    stage, _ = raced()
    stage.rests("ARCA", SELL, 300, ASK, at=1_000)
    stage.run(until=20_000)
    assert shots(stage, "ARCA") == []


def test_it_has_nothing_to_race_for_at_a_venue_it_has_heard_nothing_of():
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, 300, ASK)
    sniper(stage, {"BATS": {"NYSE": 20}}, news=None)
    stage.takes("NYSE", BUY, 300, at=SWEPT)
    stage.run(until=20_000)
    assert shots(stage) == []


# -- getting rid of it ----------------------------------------------------------------------------------

HOLD = 1_000
TOLD = SHOT + 1


def holding(*, bid: int | None = BID, next_ask: int | None = None, news=UP) -> Stage:
    """It has bought 300 shares at SHOT; what stands at the venue then."""
    stage = Stage("NYSE", news=[news])
    stage.rests("NYSE", SELL, 300, ASK)
    if bid is not None:
        stage.rests("NYSE", BUY, 500, bid)
    if next_ask is not None:
        stage.rests("NYSE", SELL, 500, next_ask)
    sniper(stage, {"NYSE": {}}, hold=HOLD)
    return stage


def after_the_shot(stage: Stage, until: int) -> list[Arrived]:
    stage.run(until=until)
    return [m for m in stage.arrived(SNIPER) if m.at > SHOT]


def test_what_it_took_it_offers_after_the_hold_in_the_queue_at_the_touch():
    (offer,) = after_the_shot(holding(next_ask=100_0500), until=TOLD + HOLD + 1)
    assert offer[:6] == (TOLD + HOLD + 1, "NYSE", "NEW", SELL, 100_0500, 300)


def test_where_its_own_side_is_empty_it_offers_a_tick_off_the_other():
    (offer,) = after_the_shot(holding(), until=TOLD + HOLD + 1)
    assert (offer.price, offer.qty) == (BID + 100, 300)


def test_its_offer_rests():
    stage = holding()
    stage.run(until=TOLD + HOLD + 1)
    assert stage.resting(SNIPER, "NYSE") == [(SELL, BID + 100, 300)]


def test_an_offer_that_is_taken_ends_the_matter():
    stage = holding()
    stage.takes("NYSE", BUY, 300, at=TOLD + HOLD + 100)
    assert [m.action for m in after_the_shot(stage, until=50_000)] == ["NEW"]
    assert taken(stage) == 0


def test_it_never_shoots_at_its_own_offer_however_low():
    stage = holding()
    stage.run(until=TOLD + 2 * HOLD)
    assert stage.resting(SNIPER, "NYSE") == [(SELL, BID + 100, 300)]  # half a dollar below what it thinks fair
    assert len(shots(stage)) == 2


def test_it_shoots_at_a_better_offer_than_its_own():
    stage = holding(bid=BID - 100, next_ask=100_0600)
    stage.rests("NYSE", SELL, 100, BID, at=TOLD + 2 * HOLD - 100)
    stage.run(until=TOLD + 2 * HOLD)
    assert stage.resting(SNIPER, "NYSE") == [(SELL, 100_0600, 300)]
    assert shots(stage)[-1][1:] == (BUY, BID, 100)


def test_what_is_left_is_withdrawn_after_another_hold_and_crosses_the_spread_after_a_third():
    stage = holding()
    stage.takes("NYSE", BUY, 100, at=TOLD + HOLD + 100)
    _, withdrawn, crossed = after_the_shot(stage, until=50_000)
    assert (withdrawn.at, withdrawn.action) == (TOLD + 2 * HOLD + 1, "CANCEL")
    assert (crossed.at, crossed.side, crossed.price, crossed.qty) == (TOLD + 3 * HOLD + 1, SELL, BID, 200)
    assert taken(stage) == 0


def test_it_begins_again_while_it_holds_something():
    stage = holding(bid=None)
    sent = after_the_shot(stage, until=TOLD + 9 * HOLD)
    assert sent == []  # nobody to sell to, and no price to offer at
    stage.rests("NYSE", BUY, 500, BID, at=TOLD + 9 * HOLD + 500)
    assert [m.action for m in after_the_shot(stage, until=TOLD + 20 * HOLD)] == ["NEW", "CANCEL", "NEW"]
    assert taken(stage) == 0


def test_it_buys_back_what_it_sold():
    stage = Stage("NYSE", news=[DOWN])
    stage.rests("NYSE", BUY, 300, BID)
    stage.rests("NYSE", SELL, 500, ASK)
    sniper(stage, {"NYSE": {}}, hold=HOLD)
    exits = after_the_shot(stage, until=50_000)
    steps = [("NEW", BUY, ASK - 100), ("CANCEL", 0, 0), ("NEW", BUY, ASK)]
    assert [(m.action, m.side, m.price) for m in exits] == steps
    assert taken(stage) == 0


# -- hosts ----------------------------------------------------------------------------------------------


def two_hosts(**terms) -> Stage:
    stage = Stage("NYSE", "BATS", news=[UP])
    for venue in ("NYSE", "BATS"):
        stage.rests(venue, SELL, 300, ASK)
    sniper(stage, {"NYSE": {}, "BATS": {}}, **terms)
    return stage


def test_each_host_fires_by_itself_and_has_a_limit_of_its_own():
    stage = two_hosts(position_limit=300)
    stage.run(until=20_000)
    assert [(m.venue, m.qty) for m in stage.arrived(SNIPER)] == [("NYSE", 300), ("BATS", 300)]


def test_hosts_share_nothing_but_the_ledger():
    stage = Stage("NYSE", "BATS", news=[UP])
    for venue in ("NYSE", "BATS"):
        stage.rests(venue, SELL, 300, ASK)
    made = sniper(stage, {"NYSE": {}, "BATS": {}})
    stage.cancels("BATS", 2, at=SHOT - 1)
    stage.run(until=20_000)
    made.log_state()
    state = {row["key"]: row["value"] for row in stage.rows("states")}
    assert (state[POSITION], state[CASH]) == stage.account(SNIPER)
    assert state[POSITION] == 300
    assert [host._position for host in made.hosts] == [300, 0]


def test_no_shot_is_fired_on_what_a_sibling_has_heard():
    stage = Stage("NYSE", "BATS", news=[UP])
    for venue in ("NYSE", "BATS"):
        stage.rests(venue, SELL, 300, ASK)
    sniper(stage, {"NYSE": {}}, news=100)
    sniper(stage, {"BATS": {}}, news=5_000, number=RIVAL)
    stage.run(until=14_000)
    assert [m.venue for m in stage.arrived(SNIPER) + stage.arrived(RIVAL)] == ["NYSE"]


# -- from a scenario ------------------------------------------------------------------------------------


def market(**keys):
    """A maker whose news is 1 ms late and a firm of two snipers whose news is not."""
    maker = {"kind": "market_maker", "half_spread": 0.01, "size": 300, "news": "1ms"}
    firm = {"kind": "sniper", "count": 2, "news": "100us", "reaction": "10us", **keys}
    value = {"kind": "jump", "rate": "20/s", "size": 0.01, "min_size": 0.05}
    made = scenario_market(maker, firm, fundamental=value, duration="3s")
    made.advance(1_000_000_000)
    return made


def handled(made) -> dict[tuple[str, str], bool]:
    """Has this firm sent anything to that venue?"""
    firms = {name: number for name, number in made.numbers.items() if name.startswith("sniper")}
    return {
        (firm, venue.name): venue.handled.get(number, 0) > 0 for venue in made.lit for firm, number in firms.items()
    }


def test_snipers_of_a_scenario_pick_off_a_maker_that_hears_late():
    assert set(handled(market()).values()) == {True}


def test_a_firm_that_does_not_stand_at_a_venue_sends_nothing_there():
    sent = handled(market(presence={"NYSE": 1, "BATS": 0}))
    assert sent == {
        ("sniper.1", "NYSE"): True,
        ("sniper.2", "NYSE"): False,
        ("sniper.1", "BATS"): False,
        ("sniper.2", "BATS"): False,
    }


@pytest.mark.parametrize(("swept", "raced"), [("NYSE", ["BATS"]), ("BATS", [])])
def test_a_venue_without_a_link_is_not_raced(swept, raced):
    client = {"kind": "router", "name": "client", "round_trip": "300us"}
    client["strategy"] = {"kind": "single_venue", "venue": swept}
    client["orders"] = [{"at": "10ms", "side": "buy", "qty": 500, "horizon": "5ms"}]
    ladder = {"kind": "resting_orders", "levels": 3, "size": 500}
    firm = {"kind": "sniper", "links": {"NYSE": {"BATS": "20us"}}, "sweep_size": 100}
    made = scenario_market(ladder, client, firm, duration="3s")
    made.advance(11_000_000)
    assert [venue.name for venue in made.lit if venue.handled[made.numbers["sniper"]]] == raced


def test_exits_rest_and_shots_do_not():
    stage = holding()
    stage.run(until=50_000)
    kinds = [row["time_in_force"] for row in stage.rows("orders") if row["owner"] == SNIPER and row["action"] == 0]
    assert kinds == [IOC, DAY, IOC]


# -- what it bids ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "bid"), [(100_0500, 100_0400), (100_0450, 100_0300)])
def test_paying_the_fair_value_it_bids_the_last_tick_that_leaves_it_the_threshold(value, bid):
    stage, _ = stale_ask((10_000, value), pays_fair=True)
    stage.run(until=SHOT)
    assert shots(stage) == [(SHOT, BUY, bid, 300)]
    assert [fill.price for fill in stage.fills(SNIPER)] == [ASK]


@pytest.mark.parametrize(("value", "offer"), [(99_9500, 99_9600), (99_9550, 99_9700)])
def test_paying_the_fair_value_it_offers_the_last_tick_that_leaves_it_the_threshold(value, offer):
    stage = Stage("NYSE", news=[(10_000, value)])
    stage.rests("NYSE", BUY, 300, BID)
    sniper(stage, {"NYSE": {}}, pays_fair=True)
    stage.run(until=SHOT)
    assert shots(stage) == [(SHOT, SELL, offer, 300)]
