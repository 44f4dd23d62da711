"""The router at real venues: orders take 100 ns there and reports 100 back; it hears each feed after 50."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.orders import ChildOrder
from agents.router import NO_SCORE
from agents.strategies.loading import load_strategy
from agents.strategy import Actions, VenueQuote
from agents.tables import COST_TERMS, PARENT_STATUS
from sim.log import EventLog
from tests.agents.builders import (
    BUY,
    CLIENT,
    DAY,
    FOK,
    GTC,
    IOC,
    SELL,
    Stage,
    parent,
    router,
    rows_of,
    scenario_market,
    yields,
)
from venues.messages import ExecType, Peg, Quote, Reason, Terms
from venues.sip import DirectBoard, Sip

BID, ASK = 99_9900, 100_0100


def quoted(*lit: str, pools=(), qty: int = 300) -> Stage:
    """Venues with a bid of $99.99 and an offer of $100.01."""
    stage = Stage(*lit or ("NYSE", "BATS"), pools=pools)
    for venue in stage.lit_names():
        stage.rests(venue, BUY, qty, BID)
        stage.rests(venue, SELL, qty, ASK)
    return stage


def child(qty: int = 300, price: int | None = ASK, tif=IOC, venue: str = "NYSE", **more) -> ChildOrder:
    return ChildOrder(venue, qty, price, tif, **more)


def ends(stage: Stage) -> list[tuple[int, str, int, int]]:
    """(when, how, shares filled, shares left) of each parent."""
    rows = stage.rows("parent_ends")
    return [(r["at"], PARENT_STATUS[r["status"]], r["cum_qty"], r["leaves_qty"]) for r in rows]


def actions(stage: Stage) -> list[tuple[int, str, str]]:
    return [(m.at, m.venue, m.action) for m in stage.arrived(CLIENT)]


# -- children -------------------------------------------------------------------------------------------


def test_a_child_is_at_its_venue_after_the_order_link():
    stage = quoted()
    router(stage, yields([child(venue="NYSE"), child(venue="BATS")]), parent(at=1_000, qty=600))
    stage.run(until=5_000)
    assert actions(stage) == [(1_100, "NYSE", "NEW"), (1_100, "BATS", "NEW")]
    assert ends(stage) == [(1_200, "FILLED", 600, 0)]


def test_a_child_waits_for_its_time():
    stage = quoted()
    router(stage, yields([child(not_before=1_500)]), parent(at=1_000))
    stage.run(until=5_000)
    assert actions(stage) == [(1_600, "NYSE", "NEW")]


def test_a_time_that_has_passed_is_now():
    stage = quoted()
    router(stage, yields([child(not_before=500)]), parent(at=1_000))
    stage.run(until=5_000)
    assert actions(stage) == [(1_100, "NYSE", "NEW")]


def test_children_of_two_venues_can_be_timed_to_arrive_together():
    stage = quoted()
    to = iter([300, 100])  # the link to NYSE is longer
    made = router(stage, yields([child(), child(venue="BATS", not_before=1_200)]), parent(qty=600), to=lambda: next(to))
    stage.run(until=5_000)
    assert [at for at, _, _ in actions(stage)] == [1_300, 1_300]
    assert made.experience.round_trip("NYSE") == 400


def test_a_resting_child_can_be_replaced_and_cancelled():
    stage = quoted()
    ids = []

    def strategy(order, view):
        _, reports = yield Actions([child(200, BID - 100, DAY)], wake=("at", 2_000))
        ids.append(reports[0].child_id)
        yield Actions(replace=[(ids[0], 300, BID)], wake=("at", 3_000))
        yield Actions(cancel=ids)

    router(stage, strategy, parent())
    stage.run(until=2_999)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID, 300)]
    stage.run(until=9_000)
    assert [action for _, _, action in actions(stage)] == ["NEW", "REPLACE", "CANCEL"]
    assert ends(stage) == [(3_200, "CANCELED", 0, 300)]


@pytest.mark.parametrize(("tif", "cancels"), [(DAY, 1), (GTC, 1), (IOC, 0), (FOK, 0)])
def test_only_children_that_can_rest_are_cancelled(tif, cancels):
    stage = quoted()
    router(stage, yields([child(tif=tif, price=BID)]), parent(at=1_000, horizon=50))
    stage.run(until=5_000)
    assert [action for _, _, action in actions(stage)].count("CANCEL") == cancels
    assert ends(stage)[0][1:] == ("EXPIRED", 0, 300)


def test_a_fill_that_meets_a_replace_on_its_way_counts_towards_the_new_total():
    stage = quoted()
    seen = []

    def strategy(order, view):
        _, reports = yield Actions([child(200, BID + 100, DAY)], wake=("at", 2_000))
        yield Actions(replace=[(reports[0].child_id, 300, BID + 100)], wake=("at", 2_150))
        seen.append((view.open_qty, view.leaves))
        yield Actions(wake=("at", 3_000))
        seen.append((view.open_qty, view.leaves))

    stage.takes("NYSE", SELL, 120, BID + 100, at=2_040)
    router(stage, strategy, parent(qty=400))
    stage.run(until=3_050)
    assert seen == [(280, 100), (280, 100)]
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID + 100, 180)]


def test_a_child_that_fills_whole_while_its_replace_is_on_its_way_is_done():
    stage = quoted()
    seen = []

    def strategy(order, view):
        _, reports = yield Actions([child(200, BID + 100, DAY)], wake=("at", 2_000))
        yield Actions(replace=[(reports[0].child_id, 300, BID + 200)], wake=("at", 3_000))
        seen.append((view.now, view.open_qty, view.leaves))

    stage.takes("NYSE", SELL, 200, BID + 100, at=2_040)
    router(stage, strategy, parent(qty=400))
    stage.run(until=9_000)
    assert seen == [(2_140, 200, 200)]
    assert stage.resting(CLIENT, "NYSE") == []
    assert ends(stage) == [(2_140, "CANCELED", 200, 200)]


def test_a_replace_below_what_filled_meanwhile_ends_the_child():
    stage = quoted()

    def strategy(order, view):
        _, reports = yield Actions([child(300, BID + 100, DAY)], wake=("at", 2_000))
        yield Actions(replace=[(reports[0].child_id, 100, BID + 100)])
        assert view.leaves == view.open_qty == 250

    stage.takes("NYSE", SELL, 150, BID + 100, at=2_040)
    router(stage, strategy, parent(qty=400))
    stage.run(until=9_000)
    assert ends(stage) == [(2_200, "CANCELED", 150, 250)]


def test_a_child_s_terms_reach_its_venue_and_the_log():
    stage = quoted()
    sweep, post = Terms(iso=True), Terms(post_only=True, display_qty=0)
    sent = [child(100, terms=sweep), child(200, BID, DAY, "BATS", terms=post)]
    router(stage, yields([*sent]), parent())
    stage.run(until=2_000)
    assert [(r["display_qty"], r["post_only"], r["iso"]) for r in stage.rows("child_terms")] == [(-1, 0, 1), (0, 1, 0)]
    assert [(order.terms, order.leaves_qty) for order in stage.lit("BATS").book.orders() if order.owner == CLIENT] == [
        (post, 200)
    ]


def test_a_post_only_child_that_would_take_is_refused_and_its_shares_are_left_again():
    stage = quoted()
    left = []

    def strategy(order, view):
        _, reports = yield [child(300, ASK, DAY, terms=Terms(post_only=True))]
        left.append((reports[0].report.reason, view.leaves))

    router(stage, strategy, parent())
    stage.run(until=5_000)
    assert left == [(Reason.POST_ONLY, 300)]


def test_a_child_that_rests_at_a_peg_follows_the_market():
    stage = quoted()
    router(stage, yields([child(300, ASK, DAY, terms=Terms(peg=Peg.PRIMARY))]), parent())
    stage.rests("NYSE", BUY, 100, BID + 100, at=3_000)
    stage.run(until=4_000)
    assert stage.resting(CLIENT, "NYSE") == [(BUY, BID + 100, 300)]


def test_a_run_of_plain_children_has_no_table_of_terms():
    stage = quoted()
    router(stage, yields([child()]), parent())
    stage.run(until=2_000)
    assert "child_terms" not in stage.log.arrays()


def test_a_child_that_posts_aims_at_nothing_that_is_displayed():
    stage = quoted()
    made = router(stage, yields([child(300, ASK, DAY, terms=Terms(post_only=True))]), parent())
    stage.run(until=5_000)
    assert made.experience.fill_ratio("NYSE") is None


def test_a_child_sent_at_the_very_start_is_cancelled_like_any_other():
    stage = Stage("NYSE")
    router(stage, yields([child(price=BID, tif=DAY)]), parent(at=0, horizon=500))
    stage.run(until=5_000)
    assert [action for _, _, action in actions(stage)] == ["NEW", "CANCEL"]
    assert stage.resting(CLIENT, "NYSE") == []


def test_a_child_that_has_not_left_never_does_when_its_parent_ends():
    stage = quoted()
    made = router(stage, yields([child(not_before=3_000)]), parent(at=1_000, horizon=500))
    stage.run(until=9_000)
    assert actions(stage) == []
    assert ends(stage) == [(1_500, "EXPIRED", 0, 300)]
    assert not made.busy


def test_a_fill_that_a_cancel_meets_on_its_way_counts():
    stage = quoted()
    made = router(stage, yields([child(price=BID, tif=DAY)]), parent(at=1_000, horizon=1_000))
    stage.takes("NYSE", SELL, 500, at=2_050)  # the bid in front has 300 of it; the cancel is there at 2,100
    stage.run(until=9_000)
    assert ends(stage) == [(2_200, "EXPIRED", 200, 100)]
    assert (made.ledger.position, made.ledger.cash) == stage.account(CLIENT)


def test_a_cancel_that_meets_a_filled_child_changes_nothing():
    stage = quoted()
    made = router(stage, yields([child(price=BID, tif=DAY)]), parent(at=1_000, horizon=1_000))
    stage.takes("NYSE", SELL, 600, at=2_050)
    stage.run(until=9_000)
    assert ends(stage) == [(2_150, "FILLED", 300, 0)]
    assert [action for _, _, action in actions(stage)] == ["NEW", "CANCEL"]
    assert made.ledger.position == 300


def test_a_venue_s_refusal_ends_a_child_and_the_strategy_hears_of_it():
    stage = quoted()
    heard = []

    def strategy(order, view):
        _, reports = yield [child(price=ASK + 50)]
        heard.extend(r.report.exec_type for r in reports)

    router(stage, strategy, parent())
    stage.run(until=5_000)
    assert heard == [ExecType.REJECTED]
    assert ends(stage)[0][1:] == ("CANCELED", 0, 300)


# -- reports --------------------------------------------------------------------------------------------


def test_each_parent_hears_of_its_own_children():
    stage = quoted()
    heard = {}

    def strategy(order, view):
        _, reports = yield [child(100, venue="NYSE")]
        heard[order.parent_id] = [(r.child_id, r.report.order_id, r.received_at) for r in reports]

    router(stage, strategy, parent(at=1_000), parent(at=1_000))
    stage.run(until=5_000)
    sent = {row["parent_id"]: row["order_id"] for row in stage.rows("children")}
    assert heard == {number: [(order_id, order_id, 1_200)] * 2 for number, order_id in sent.items()}


def test_a_strategy_may_send_while_the_router_is_reading_its_mail():
    stage = quoted()
    woken = []

    def strategy(order, view):
        for _ in range(3):
            now, reports = yield Actions([child(100)], wake="any")
            woken.append((order.parent_id, now, len(reports)))

    router(stage, strategy, parent(at=1_000), parent(at=1_000))
    stage.run(until=9_000)
    assert [(who, at) for who, at, _ in woken[:4]] == [(1, 1_200), (1, 1_200), (2, 1_200), (2, 1_200)]
    assert len(stage.arrived(CLIENT)) == 6
    assert sum(fill.qty for fill in stage.fills(CLIENT)) == 300


def test_a_strategy_may_start_over_in_the_moment_in_which_another_parent_ends():
    stage = quoted()

    def strategy(order, view):
        yield [child(order.qty)]
        yield [child(view.leaves, venue="BATS")]

    router(stage, strategy, parent(at=1_000, qty=100), parent(at=1_000, qty=400))
    stage.run(until=9_000)
    assert ends(stage) == [(1_200, "FILLED", 100, 0), (1_400, "FILLED", 400, 0)]


# -- parents --------------------------------------------------------------------------------------------


def test_a_parent_expires_with_its_leaves():
    stage = quoted()
    router(stage, yields([child(200)], Actions(wake=("at", 10**9))), parent(at=1_000, horizon=5_000))
    stage.run(until=9_000)
    assert ends(stage) == [(6_000, "EXPIRED", 200, 100)]


def test_a_parent_can_be_cancelled_once():
    stage = quoted()
    made = router(stage, yields([child(price=BID, tif=DAY)]), parent(at=1_000))
    stage.run(until=2_000)
    assert made.cancel_parent(1)
    stage.run(until=5_000)
    assert not made.cancel_parent(1)
    assert ends(stage) == [(2_201, "CANCELED", 0, 300)]


def test_the_horizon_of_a_parent_that_has_ended_does_nothing():
    stage = quoted()
    router(stage, yields([child()]), parent(at=1_000, horizon=3_000))
    stage.run(until=9_000)
    assert len(ends(stage)) == 1


def test_the_end_of_the_day_stops_every_parent():
    stage = quoted()
    made = router(stage, yields([child(price=BID, tif=DAY)]), parent(), parent())
    stage.run(until=1_999)
    made.finish()
    assert made.busy
    stage.run(until=2_200)
    assert ends(stage) == [(2_200, "EXPIRED", 0, 300)] * 2
    assert not made.busy


def test_a_parent_after_the_day_s_end_is_rejected():
    stage = quoted()
    made = router(stage, yields([child()]), parent(at=1_000))
    made.finish()
    stage.run(until=5_000)
    assert ends(stage) == [(1_000, "REJECTED", 0, 300)]
    assert actions(stage) == []


def test_more_parents_than_allowed_at_a_time_are_rejected():
    stage = quoted()
    three = [parent(at=1_000), parent(at=1_001), parent(at=1_500)]
    router(stage, yields([child()]), *three, max_live_parents=1)
    stage.run(until=5_000)
    assert [(at, how) for at, how, _, _ in ends(stage)] == [(1_001, "REJECTED"), (1_200, "FILLED"), (1_700, "CANCELED")]


def test_a_parent_can_come_from_outside_with_a_strategy_of_its_own():
    stage = quoted()
    made = router(stage, yields([child(venue="BATS")]), first_parent_id=41)
    stage.run(until=999)
    taken = made.submit(SELL, 100, 99_0000, horizon=5_000, strategy=yields([child(100, BID)]))
    assert taken == (41, SELL, 100, 99_0000, 1_000, 6_000)
    stage.run(until=5_000)
    assert [(fill.venue, fill.side) for fill in stage.fills(CLIENT)] == [("NYSE", SELL)]


@pytest.mark.parametrize(("qty", "limit", "horizon"), [(0, None, 1), (1, 0, 1), (1, None, 0)])
def test_a_parent_that_makes_no_sense_is_refused(qty, limit, horizon):
    stage = quoted()
    made = router(stage, yields())
    said = f"a parent of {qty} shares, limit {limit}, horizon {horizon} ns: all must be above zero"
    with pytest.raises(ValueError, match=f"^{said}$"):
        made.submit(BUY, qty, limit, horizon)


def test_a_router_that_is_never_asked_for_anything_is_not_busy():
    made = router(quoted(), yields())
    assert not made.busy


# -- what is written down -------------------------------------------------------------------------------


def test_a_decision_is_logged_with_the_quotes_that_it_was_made_on():
    stage = quoted("NYSE", "BATS", pools=["POOL"])
    stage.rests("NYSE", SELL, 200, ASK - 100, at=940)  # heard at 990
    stage.rests("NYSE", SELL, 100, ASK - 100, at=951)  # heard at 1,001
    router(stage, yields(Actions([child()], scores={"NYSE": -5, "BATS": 7})), parent(at=1_000))
    stage.run(until=5_000)
    nyse, bats = stage.rows("decisions")
    assert nyse == {
        "at": 1_000, "decision": 1, "parent_id": 1, "venue": 0, "seq": 3, "quote_at": 940,
        "bid": BID, "bid_qty": 300, "ask": ASK - 100, "ask_qty": 200, "score": -5, "sent_qty": 300,
    }  # fmt: skip
    assert (bats["seq"], bats["score"], bats["sent_qty"]) == (2, 7, 0)


def test_a_child_is_logged_with_its_decision():
    stage = quoted("NYSE", "BATS", pools=["POOL"])
    router(stage, yields([child(100, None, FOK, "BATS"), child(100, not_before=1_500)]), parent(at=1_000, side=SELL))
    stage.run(until=5_000)
    rows = stage.rows("children")
    keys = ("at", "decision", "parent_id", "venue", "side", "time_in_force", "price", "qty", "leaves_at")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (1_000, 1, 1, 1, SELL, FOK, 0, 100, 1_000),
        (1_000, 1, 1, 0, SELL, IOC, ASK, 100, 1_500),
    ]
    assert {row["order_id"] for row in rows} == {m.order_id for m in stage.arrived(CLIENT)}


def explained(**options) -> Stage:
    stage = quoted()
    strategy = load_strategy("smart", {"cost": options.pop("cost", None)})
    router(stage, strategy, parent(), **options)
    stage.run(until=5_000)
    return stage


def test_the_terms_of_a_decision_are_logged_when_the_router_explains_itself():
    rows = explained(explain=True).rows("decision_terms")
    assert [(r["venue"], r["style"], r["score"], r["price"], r["fee"]) for r in rows[:2]] == [
        (0, 0, 3_000, 0, 3_000),
        (1, 0, 3_000, 0, 3_000),
    ]
    assert {r["decision"] for r in rows} == {1}


def test_the_terms_of_a_decision_add_up_to_its_score():
    for row in explained(explain=True).rows("decision_terms"):
        assert abs(sum(row[name] for name in COST_TERMS) - row["score"]) <= 4


def test_weights_of_one_s_own_are_logged_unasked():
    assert explained(cost={"impact": 1.0}).rows("decision_terms")
    assert "decision_terms" not in explained().log.arrays()


def test_a_pool_is_in_a_decision_that_scored_it_or_sent_to_it():
    stage = quoted("NYSE", pools=["SIGMA", "CROSS", "OTHER"])
    router(stage, yields(Actions([child(100, venue="SIGMA")], scores={"CROSS": -3})), parent())
    stage.run(until=5_000)
    rows = [(row["venue"], row["seq"], row["score"], row["sent_qty"]) for row in stage.rows("decisions")]
    assert rows == [(0, 2, NO_SCORE, 0), (1, 0, NO_SCORE, 100), (2, 0, -3, 0)]


def test_two_children_for_one_venue_are_one_row_of_the_decision():
    stage = quoted("NYSE")
    router(stage, yields([child(100), child(200)]), parent())
    stage.run(until=5_000)
    assert [row["sent_qty"] for row in stage.rows("decisions")] == [300]


def test_waiting_is_no_decision_and_scoring_is_one():
    stage = quoted("NYSE")
    router(stage, yields(Actions(wake=("at", 2_000)), Actions(scores={"NYSE": 1})), parent())
    stage.run(until=5_000)
    assert [(row["at"], row["decision"]) for row in stage.rows("decisions")] == [(2_000, 1)]


def test_rounds_are_decisions_that_send():
    stage = quoted("NYSE")
    router(stage, yields([child(100)], Actions(wake=("at", 2_000)), [child(100)]), parent())
    stage.run(until=5_000)
    assert [row["rounds"] for row in stage.rows("parent_ends")] == [2]


# -- what it sees ---------------------------------------------------------------------------------------


def test_a_venue_it_is_not_connected_to_is_not_in_its_view():
    stage = quoted("NYSE", "BATS")
    seen = []

    def strategy(order, view):
        seen.append((list(view.lit), [quote.venue for quote in view.quotes()]))
        yield []

    sip = Sip(stage.env, [stage.lit("NYSE"), stage.lit("BATS")], [10, 10], lambda: 5, EventLog())
    router(stage, strategy, parent(), board=sip.view(stage.env, 10), venues=["NYSE"])
    stage.run(until=5_000)
    assert seen == [(["NYSE"], ["NYSE"])]


def test_before_the_first_quote_a_venue_shows_nothing():
    seen = []

    def strategy(order, view):
        seen.append((view.quote("NYSE"), view.quotes(), view.nbbo()))
        yield []

    stage = quoted("NYSE")
    router(stage, strategy, parent(at=50))
    stage.run(until=5_000)
    assert seen == [(VenueQuote("NYSE", 0, 0, 0, 0, 0, 0, 0), [], None)]


def test_what_a_strategy_does_to_its_list_of_quotes_changes_nobody_s_view():
    stage = quoted("NYSE", "BATS")

    def strategy(order, view):
        view.quotes().clear()
        yield [child(100)]

    router(stage, strategy, parent(), parent())
    stage.run(until=5_000)
    assert [(row["decision"], row["venue"], row["seq"]) for row in stage.rows("decisions")] == [
        (1, 0, 2), (1, 1, 2), (2, 0, 2), (2, 1, 2),
    ]  # fmt: skip


def watching(times: list[int], into: dict[int, list[VenueQuote]]):
    """A strategy that writes down what it sees at these times."""

    def strategy(order, view):
        for at in times:
            yield Actions(wake=("at", at))
            into[view.now] = view.quotes()

    return strategy


def busy_stage(seed: int) -> Stage:
    """Two venues with an order every few nanoseconds."""
    draw = random.Random(seed)
    stage = Stage("NYSE", "BATS")
    for at in sorted(draw.randrange(2, 20_000) for _ in range(600)):
        side = draw.choice([BUY, SELL])
        stage.rests(draw.choice(["NYSE", "BATS"]), side, 100, 100_0000 + 100 * draw.randrange(-4, 5), at=at)
    return stage


def latest(quotes: list[Quote], arrivals: list[int], now: int) -> tuple[Quote, int] | None:
    arrived = bisect_right(arrivals, now)
    return (quotes[arrived - 1], arrivals[arrived - 1]) if arrived else None


def expected(heard: dict[str, tuple[list[Quote], list[int]]], now: int) -> list[VenueQuote]:
    """What must be seen: of each venue the last quote that has arrived."""
    found = [(venue, latest(quotes, arrivals, now)) for venue, (quotes, arrivals) in heard.items()]
    return [
        VenueQuote(venue, q.bid, q.bid_qty, q.ask, q.ask_qty, q.at, arrived, q.seq)
        for venue, last in found
        if last is not None
        for q, arrived in [last]
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_view_shows_exactly_what_has_arrived_on_direct_feeds(seed):
    stage, draw = busy_stage(seed), random.Random(seed + 100)
    latencies: dict[str, list[int]] = {"NYSE": [], "BATS": []}

    def wire(venue: str) -> Callable[[], int]:
        def next_latency() -> int:
            latencies[venue].append(draw.randrange(1, 900))
            return latencies[venue][-1]

        return next_latency

    board = DirectBoard([stage.lit("NYSE"), stage.lit("BATS")], stage.env, [wire("NYSE"), wire("BATS")])
    seen: dict[int, list[VenueQuote]] = {}
    times = sorted(draw.sample(range(1_001, 20_000), 300))
    router(stage, watching(times, seen), parent(), board=board)
    stage.run(until=25_000)
    heard = {}
    for venue, drawn in latencies.items():
        quotes, arrivals = stage.lit(venue).feed.items, [0]
        for quote, latency in zip(quotes, drawn, strict=False):
            arrivals.append(max(arrivals[-1], quote.at + latency))
        heard[venue] = quotes, arrivals[1:]
    assert seen == {at: expected(heard, at) for at in times}


@pytest.mark.parametrize("seed", range(2))
def test_a_view_shows_exactly_what_has_arrived_from_the_sip(seed):
    stage, draw = busy_stage(seed), random.Random(seed + 100)
    to_sip, processing, to_router = {"NYSE": 40, "BATS": 150}, 30, 60
    sip = Sip(stage.env, [stage.lit(v) for v in to_sip], list(to_sip.values()), lambda: processing, EventLog())
    seen: dict[int, list[VenueQuote]] = {}
    times = sorted(draw.sample(range(1_001, 20_000), 300))
    router(stage, watching(times, seen), parent(), board=sip.view(stage.env, to_router))
    stage.run(until=25_000)
    inputs = [
        (quote.at + wire, order, venue, quote)
        for order, (venue, wire) in enumerate(to_sip.items())
        for quote in stage.lit(venue).feed.items
    ]
    heard: dict[str, tuple[list[Quote], list[int]]] = {venue: ([], []) for venue in to_sip}
    done = 0
    for arrived, _, venue, quote in sorted(inputs, key=lambda row: row[:2]):
        done = max(done, arrived) + processing
        heard[venue][0].append(quote)
        heard[venue][1].append(done + to_router)
    assert seen == {at: expected(heard, at) for at in times}


# -- whatever a strategy does ---------------------------------------------------------------------------


def wanders(draw: random.Random):
    """A strategy that sends, replaces, cancels and waits at random, within the rules."""

    def strategy(order, view):
        while True:
            left = view.leaves
            send = []
            for _ in range(draw.randrange(3)):
                if left:
                    qty = draw.randint(1, left)
                    left -= qty
                    later = view.now + draw.randrange(400) if draw.random() < 0.3 else None
                    price = 100_0000 + 100 * draw.randrange(-3, 4)
                    send.append(child(qty, price, draw.choice([DAY, GTC, IOC, FOK]), any_venue(draw), not_before=later))
            replace = []
            for number, live in view.children.items():
                if draw.random() < 0.4 and not replace:
                    qty = draw.randint(1, live.promised_qty + left)
                    replace.append((number, qty, 100_0000 + 100 * draw.randrange(-3, 4)))
            cancel = [number for number in view.children if draw.random() < 0.15]
            cancel = [number for number in cancel if not any(number == other for other, _, _ in replace)]
            wake = draw.choice(["any", "all_done", ("at", view.now + draw.randrange(1, 300))])
            waits = wake if view.children or send else ("at", view.now + 50)
            yield Actions(send, cancel, replace, waits)
            assert 0 <= view.leaves <= view.open_qty <= order.qty

    return strategy


def any_venue(draw: random.Random) -> str:
    return draw.choice(["NYSE", "BATS", "POOL"])


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_no_strategy_fills_more_than_its_parent_and_every_share_is_accounted_for(seed):
    draw = random.Random(seed)
    stage = Stage("NYSE", "BATS", pools=["POOL"])
    for at in sorted(draw.randrange(1, 8_000) for _ in range(150)):
        side, price = draw.choice([BUY, SELL]), 100_0000 + 100 * draw.randrange(-3, 4)
        stage.rests(any_venue(draw), side, draw.randrange(1, 300), price, at=at)
    parents = [
        parent(draw.randrange(6_000), draw.choice([BUY, SELL]), draw.randint(1, 900), horizon=draw.randrange(1, 4_000))
        for _ in range(3)
    ]
    made = router(stage, wanders(draw), *parents)
    stage.run(until=20_000)
    check_accounts(stage)
    assert len(ends(stage)) == 3
    assert not made.busy
    assert (made.ledger.position, made.ledger.cash) == stage.account(CLIENT)
    assert [stage.resting(CLIENT, venue) for venue in ("NYSE", "BATS")] == [[], []]


def check_accounts(stage: Stage) -> None:
    """Filled and left is what was ordered, and filled is what the venues say."""
    parent_of = {row["order_id"]: row["parent_id"] for row in stage.rows("children")}
    filled = dict.fromkeys(parent_of.values(), 0)
    for row in stage.rows("reports"):
        if row["owner"] == CLIENT:
            filled[parent_of[row["order_id"]]] += row["last_qty"]
    ordered = {row["parent_id"]: row["qty"] for row in stage.rows("parents")}
    for end in stage.rows("parent_ends"):
        assert end["cum_qty"] + end["leaves_qty"] == ordered[end["parent_id"]]
        assert 0 <= end["cum_qty"] == filled.get(end["parent_id"], 0)
        assert end["leaves_qty"] >= 0


def test_the_accounts_of_a_whole_scenario_add_up():
    flow = {"kind": "background_flow", "limit_rate": "800/s", "market_rate": "100/s", "news": "1ms"}
    client = {"kind": "router", "name": "client", "round_trip": "300us", "strategy": "broadcast"}
    orders = {"orders": {"count": 40, "size": [300, 3000], "horizon": "20ms"}}
    made = scenario_market(flow, {**client, **orders}, duration="2s", warm_up="200ms")
    made.advance(2_000_000_000)
    made.finish()
    ordered = {row["parent_id"]: row["qty"] for row in rows_of(made.log, "parents")}
    ended = {row["parent_id"]: row["cum_qty"] + row["leaves_qty"] for row in rows_of(made.log, "parent_ends")}
    number = made.numbers["client"]
    told = sum(row["last_qty"] for row in rows_of(made.log, "reports") if row["owner"] == number)
    assert (len(ordered), ended) == (40, ordered)
    assert told == sum(row["cum_qty"] for row in rows_of(made.log, "parent_ends"))
