"""Zero-intelligence flow: its laws over many orders, and each rule by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from agents.background import BackgroundFlow, FlowDraws, OrderKinds, RestingOrders
from agents.participant import CASH, POSITION
from sim.streams import NANOS_PER_SECOND
from tests.agents.builders import (
    BUY,
    FLOW,
    MS,
    NEVER,
    SELL,
    TICK,
    VALUE,
    Latency,
    S,
    Stage,
    always,
    rows_of,
    scenario_market,
)
from venues.messages import BookState, NewOrder, Terms

LIMIT_RATE, MARKET_RATE = 150.0, 40.0
LIFETIME, DEPTH = 50 * MS, 400
SECONDS = 20


# -- by hand --------------------------------------------------------------------------------------------

ONE_LIMIT_ORDER = FlowDraws(
    limit_gap=iter([1_000, 10**15]).__next__,
    lifetime=always(5_000),
    distance=always(150),
    limit_lots=always(2),
    limit_side=always(1),
    market_gap=None,
    market_lots=always(3),
    market_side=always(-1),
)


def one_limit_order(**draws) -> FlowDraws:
    """A flow that sends one limit order after 1,000 ns: a buy of two lots, 150 price units away, for 5,000 ns."""
    return replace(ONE_LIMIT_ORDER, **{"limit_gap": iter([1_000, 10**15]).__next__, **draws})


def one_market_order(**draws) -> FlowDraws:
    """A flow that sends one market order after 1,000 ns: a sale of three lots."""
    return replace(ONE_LIMIT_ORDER, **{"limit_gap": None, "market_gap": iter([1_000, 10**15]).__next__, **draws})


def flow(stage: Stage, draws: FlowDraws, news: Latency = 1, to: Latency = 10, back: Latency = 10) -> BackgroundFlow:
    """That flow at NYSE, started."""
    sessions = stage.sessions(FLOW, ["NYSE"], to, back, NEVER)
    heard = {"NYSE": stage.fundamental.view(news)}
    made = BackgroundFlow(stage.place, "flow", FLOW, sessions, heard, {"NYSE": draws})
    made.start()
    return made


def limit_of(fair: int, distance: int, side: int) -> int:
    stage = Stage("NYSE", value=fair)
    flow(stage, one_limit_order(distance=always(distance), limit_side=always(side)))
    stage.run(until=2_000)
    (order,) = stage.arrived(FLOW)
    return order.price


@pytest.mark.parametrize(
    ("fair", "distance", "bid", "ask"),
    [
        (100_0000, 0, 100_0000, 100_0000),
        (100_0000, 1, 99_9900, 100_0100),
        (100_0000, 200, 99_9800, 100_0200),
        (100_0000, 201, 99_9700, 100_0300),
        (100_0050, 0, 100_0000, 100_0100),
        (100_0050, 49, 100_0000, 100_0100),
        (100_0050, 51, 99_9900, 100_0200),
    ],
)
def test_a_price_lies_the_distance_behind_the_fair_value_and_is_rounded_away_from_it(fair, distance, bid, ask):
    assert limit_of(fair, distance, 1) == bid
    assert limit_of(fair, distance, -1) == ask


def test_a_price_is_never_below_one_tick():
    assert limit_of(300, 10_000, 1) == TICK


def sent_as(drawn: float, side: int = 1, **shares: float) -> tuple[int | None, Terms | None]:
    """(limit, terms) of a limit order of two lots, 150 price units from $100.00, when this number is drawn."""
    stage = Stage("NYSE")
    sent: list[NewOrder] = []
    stage.lit("NYSE")._match = lambda order, now: sent.append(order) or []
    kinds = OrderKinds(always(drawn), **shares)
    flow(stage, one_limit_order(limit_side=always(side), kinds=kinds))
    stage.run(until=2_000)
    (order,) = sent
    return order.price, order.terms


SHARES = {"hidden": 0.1, "iceberg": 0.2, "peak": 100, "stop": 0.05}


@pytest.mark.parametrize(
    ("drawn", "terms"),
    [
        (0.0, Terms(display_qty=0)),
        (0.09, Terms(display_qty=0)),
        (0.1, Terms(display_qty=100)),
        (0.29, Terms(display_qty=100)),
        (0.36, None),
        (0.99, None),
    ],
)
def test_a_part_of_the_limit_orders_is_hidden_or_an_iceberg_at_the_price_of_a_plain_one(drawn, terms):
    assert sent_as(drawn, **SHARES) == (99_9800, terms)


@pytest.mark.parametrize(("side", "stop"), [(1, 100_0200), (-1, 99_9800)])
def test_a_stop_lies_beyond_the_fair_value_and_has_no_limit(side, stop):
    assert sent_as(0.32, side, **SHARES) == (None, Terms(stop_px=stop))


def test_kinds_of_orders_have_draws_of_their_own():
    def prices(**keys):
        rates = {"kind": "background_flow", "limit_rate": "200/s", "market_rate": "1/s", "news": "1ms"}
        market = scenario_market({**rates, **keys})
        market.advance(S)
        rows = rows_of(market.log, "orders")
        return [(r["at"], r["qty"], r["price"]) for r in rows if r["action"] == 0]

    assert prices() == prices(hidden_share=0.4, iceberg_share=0.6, peak=100)


def test_a_size_is_in_lots():
    stage = Stage("NYSE")
    flow(stage, one_limit_order(limit_lots=always(7)))
    stage.run(until=2_000)
    assert stage.arrived(FLOW)[0].qty == 700


def test_an_order_that_nobody_took_is_cancelled_when_its_life_ends():
    stage = Stage("NYSE")
    flow(stage, one_limit_order(lifetime=always(5_000)), to=10)
    stage.run(until=10_000)
    assert [(m.at, m.action) for m in stage.arrived(FLOW)] == [(1_010, "NEW"), (6_010, "CANCEL")]
    assert stage.resting(FLOW, "NYSE") == []


def test_what_is_known_to_be_filled_is_not_cancelled():
    stage = Stage("NYSE")
    flow(stage, one_limit_order(), back=10)
    stage.takes("NYSE", SELL, 200, at=5_990)  # told at 6,000, when the life ends
    stage.run(until=10_000)
    assert [m.action for m in stage.arrived(FLOW)] == ["NEW"]


def test_a_fill_that_is_not_known_yet_is_cancelled_in_vain():
    stage = Stage("NYSE")
    flow(stage, one_limit_order(), back=10)
    stage.takes("NYSE", SELL, 200, at=5_991)
    stage.run(until=10_000)
    assert [m.action for m in stage.arrived(FLOW)] == ["NEW", "CANCEL"]


def test_the_rest_of_a_partly_filled_order_is_cancelled():
    stage = Stage("NYSE")
    flow(stage, one_limit_order())
    stage.takes("NYSE", SELL, 100, at=3_000)
    stage.run(until=10_000)
    assert [m.action for m in stage.arrived(FLOW)] == ["NEW", "CANCEL"]
    assert stage.resting(FLOW, "NYSE") == []


def test_what_a_venue_refused_is_not_cancelled():
    stage = Stage("NYSE")
    flow(stage, one_limit_order())
    stage.lit("NYSE").book.set_state(BookState.CLOSED, 0)
    stage.run(until=10_000)
    assert [m.action for m in stage.arrived(FLOW)] == ["NEW"]


def test_a_market_order_takes_what_is_there_and_goes():
    stage = Stage("NYSE")
    stage.rests("NYSE", BUY, 100, 99_9900)
    flow(stage, one_market_order())
    stage.run(until=10_000)
    assert [(m.action, m.side, m.price, m.qty) for m in stage.arrived(FLOW)] == [("NEW", SELL, 0, 300)]
    assert [(fill.price, fill.qty) for fill in stage.fills(FLOW)] == [(99_9900, 100)]
    assert stage.resting(FLOW, "NYSE") == []


def test_no_rate_is_no_order():
    stage = Stage("NYSE")
    flow(stage, replace(ONE_LIMIT_ORDER, limit_gap=None))
    stage.run(until=10_000)
    assert stage.arrived(FLOW) == []


@pytest.mark.parametrize(("wire", "price"), [(499, 100_9800), (500, 100_9800), (501, 99_9800)])
def test_an_order_is_priced_on_the_news_that_has_arrived(wire, price):
    stage = Stage("NYSE", news=[(500, 101_0000)])
    flow(stage, one_limit_order(), news=wire)
    stage.run(until=2_000)
    assert stage.arrived(FLOW)[0].price == price


def test_late_news_makes_a_stale_order():
    stage = Stage("NYSE", news=[(500, 99_0000)])
    flow(stage, one_limit_order(limit_side=always(1)), news=3_000)
    stage.run(until=2_000)
    (bid,) = stage.resting(FLOW, "NYSE")
    assert bid[1] > 99_0000


def test_a_resting_order_stays_when_the_news_comes():
    stage = Stage("NYSE", news=[(2_000, 99_0000)])
    flow(stage, one_limit_order())
    stage.run(until=5_999)
    assert stage.resting(FLOW, "NYSE") == [(BUY, 99_9800, 200)]


def test_the_flow_knows_what_it_holds():
    stage = Stage("NYSE")
    made = flow(stage, one_limit_order())
    stage.takes("NYSE", SELL, 100, at=2_000)
    stage.run(until=3_000)
    made.log_state()
    state = {row["key"]: row["value"] for row in stage.rows("states")}
    assert (state[POSITION], state[CASH]) == stage.account(FLOW) == (100, -9_998 * 1_000_000 + 200_000)


# -- laws -----------------------------------------------------------------------------------------------


def flow_of(**keys) -> dict:
    rates = {"limit_rate": f"{LIMIT_RATE}/s", "market_rate": f"{MARKET_RATE}/s"}
    more = {"lifetime": "50ms", "depth": DEPTH / 10_000, "size": [100, 500], "news": "1ms", "round_trip": "2us"}
    return {"kind": "background_flow", **rates, **more, **keys}


def orders_of(*agents: dict, venue: int = 0, seconds: int = SECONDS, **keys) -> list[dict[str, int]]:
    """What reached one venue in so many seconds."""
    market = scenario_market(*agents, duration=f"{seconds + 1}s", warm_up="0s", **keys)
    market.advance(seconds * S)
    return [row for row in rows_of(market.log, "orders") if row["venue"] == venue]


@pytest.fixture(scope="module")
def without_takers() -> list[dict[str, int]]:
    """Limit orders that meet nobody: the value stands still, so none ever crosses."""
    return orders_of(flow_of(market_rate="0/s"))


@pytest.fixture(scope="module")
def orders() -> list[dict[str, int]]:
    return orders_of(flow_of())


def within_4_errors(numbers: list[int], expected: float, deviation: float) -> bool:
    return abs(math.fsum(numbers) / len(numbers) - expected) < 4 * deviation / math.sqrt(len(numbers))


def new(orders: list[dict[str, int]], market: bool = False) -> list[dict[str, int]]:
    return [row for row in orders if row["action"] == 0 and (row["price"] == 0) is market]


def gaps(orders: list[dict[str, int]]) -> list[int]:
    times = [0] + [row["at"] for row in orders]
    return [later - earlier for earlier, later in pairwise(times)]


@pytest.mark.parametrize(("market", "rate"), [(False, LIMIT_RATE), (True, MARKET_RATE)])
def test_orders_arrive_as_a_poisson_process(orders, market, rate):
    expected = rate * SECONDS
    arrivals = new(orders, market)
    assert abs(len(arrivals) - expected) < 4 * math.sqrt(expected)
    mean = NANOS_PER_SECOND / rate
    assert within_4_errors(gaps(arrivals), mean, deviation=mean)
    assert within_4_errors([(g - mean) ** 2 for g in gaps(arrivals)], mean**2, deviation=math.sqrt(8) * mean**2)


@pytest.mark.parametrize("market", [False, True])
def test_sides_are_fair(orders, market):
    assert within_4_errors([row["side"] for row in new(orders, market)], 0.0, deviation=1.0)


@pytest.mark.parametrize("market", [False, True])
def test_sizes_are_uniform_in_lots(orders, market):
    lots = [row["qty"] // 100 for row in new(orders, market)]
    assert {row["qty"] % 100 for row in new(orders, market)} == {0}
    assert set(lots) == {1, 2, 3, 4, 5}
    assert within_4_errors(lots, 3.0, deviation=math.sqrt(2))


def test_lives_are_exponential(without_takers):
    ends = {row["order_id"]: row["at"] for row in without_takers if row["action"] == 1}
    long_ago = (SECONDS - 2) * S  # 40 mean lives before the end: all of these are over
    lives = [ends[row["order_id"]] - row["at"] for row in new(without_takers) if row["at"] < long_ago]
    assert within_4_errors(lives, LIFETIME, deviation=LIFETIME)
    variance = float(LIFETIME) ** 2
    assert within_4_errors([(life - LIFETIME) ** 2 for life in lives], variance, deviation=math.sqrt(8) * variance)


def test_distances_are_exponential_and_rounded_up_to_the_tick(without_takers):
    distances = [row["side"] * (VALUE - row["price"]) for row in new(without_takers)]
    assert min(distances) >= TICK
    share = 1 - math.exp(-TICK / DEPTH)  # within the first tick: P(distance <= one tick)
    nearest = [int(distance == TICK) for distance in distances]
    assert within_4_errors(nearest, share, deviation=math.sqrt(share * (1 - share)))
    assert within_4_errors(distances, TICK / share, deviation=DEPTH)  # the mean of a geometric number of ticks


def test_a_venue_s_draws_are_its_own():
    both = orders_of(flow_of(market_rate="0/s"), seconds=2)
    alone = orders_of(flow_of(market_rate="0/s", venues=["NYSE"]), seconds=2)
    drawn = ("at", "side", "price", "qty", "action")
    assert [[row[key] for key in drawn] for row in both] == [[row[key] for key in drawn] for row in alone]


def test_two_venues_draw_differently():
    assert gaps(orders_of(flow_of(), seconds=2)) != gaps(orders_of(flow_of(), venue=1, seconds=2))


def test_market_orders_do_not_shift_the_limit_orders(orders, without_takers):
    sent = [
        [(row["at"], row["side"], row["qty"], row["price"]) for row in new(rows)] for rows in (orders, without_takers)
    ]
    assert sent[0] == sent[1]


def test_a_depth_of_nothing_quotes_at_the_fair_value():
    sent = new(orders_of(flow_of(depth=0), seconds=1))
    assert {row["price"] for row in sent} == {VALUE}


# -- the ladder that a day opens with -------------------------------------------------------------------


def ladder(stage: Stage, **terms) -> RestingOrders:
    sessions = stage.sessions(FLOW, stage.venues, 1, 1, NEVER)
    usual = {"price": VALUE, "half_spread": 200, "levels": 3, "qty": 500}
    made = RestingOrders(stage.place, "opening", FLOW, sessions, **{**usual, **terms})
    made.start()
    return made


def prices(stage: Stage, venue: str = "NYSE") -> list[tuple[int, int, int]]:
    stage.run(until=10)
    return stage.resting(FLOW, venue)


def test_the_ladder_stands_on_both_sides_from_the_half_spread_on():
    stage = Stage("NYSE", "BATS")
    ladder(stage)
    bids = [(BUY, 99_9800, 500), (BUY, 99_9700, 500), (BUY, 99_9600, 500)]
    asks = [(SELL, 100_0200, 500), (SELL, 100_0300, 500), (SELL, 100_0400, 500)]
    assert prices(stage) == bids + asks
    assert stage.resting(FLOW, "BATS") == bids + asks


def test_the_ladder_is_rounded_outwards():
    stage = Stage("NYSE")
    ladder(stage, half_spread=150, levels=1)
    assert [price for _, price, _ in prices(stage)] == [99_9800, 100_0200]


def test_the_ladder_ends_above_zero():
    stage = Stage("NYSE")
    ladder(stage, price=300, half_spread=100, levels=4)
    assert [price for side, price, _ in prices(stage) if side == BUY] == [200, 100]


def test_the_ladder_outlives_the_session():
    stage = Stage("NYSE")
    ladder(stage)
    stage.run(until=10)
    stage.lit("NYSE").close()
    assert len(stage.resting(FLOW, "NYSE")) == 6


def test_the_ladder_is_never_touched_again_and_knows_what_it_holds():
    stage = Stage("NYSE")
    made = ladder(stage)
    stage.takes("NYSE", BUY, 700, at=1_000)
    stage.run(until=2_000)
    made.log_state()
    assert (made.ledger.position, made.ledger.cash) == stage.account(FLOW)
    assert made.ledger.position == -700
    assert len(stage.arrived(FLOW)) == 6
