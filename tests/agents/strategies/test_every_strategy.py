"""What holds for all built-in strategies, in markets that nobody thought of."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.conformance.checks import check_strategy
from agents.orders import ChildOrder, ParentOrder
from agents.strategies import REGISTRY
from agents.strategies.rounds import InRounds
from agents.strategy_trial import ScriptedMarket, Trial, displayed, drive
from venues.messages import Side, TimeInForce

MS = 1_000_000
ROUND_TRIP = 500_000
VENUES = ("NYSE", "NASDAQ", "BATS", "IEX")
POOLS = ("SIGMA_DARK", "CROSSFINDER")
IN_SHORT = ("never_over_fills", "honours_the_limit", "handles_partial_fills", "is_deterministic")

ticks = st.integers(-4, 4)
sizes = st.sampled_from([0, 1, 100, 300, 700])
quotes = st.builds(
    lambda tick, spread, bid_qty, ask_qty: (100_0000 + 100 * tick, bid_qty, 100_0000 + 100 * (tick + spread), ask_qty),
    ticks,
    st.integers(0, 3),
    sizes,
    sizes,
)
changes = st.tuples(st.integers(0, 19 * MS), st.sampled_from(VENUES), quotes)
parents = st.builds(
    lambda side, qty, tick: ParentOrder(1, side, qty, None if tick is None else 100_0000 + 100 * tick, 0, 20 * MS),
    st.sampled_from(Side),
    st.integers(1, 4_000),
    st.none() | ticks,
)
parameters = st.fixed_dictionaries(
    {
        "time_in_force": st.sampled_from(["IOC", "FOK"]),
        "attempts_per_venue": st.integers(1, 3),
        "max_rounds": st.integers(1, 30),
        "reach": st.none() | st.integers(0, 3),
    }
)


@st.composite
def markets(draw: Callable[..., object]) -> ScriptedMarket:
    """A market with quotes that come and go, and fills cut short at random."""
    portions = cycle(draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)))

    def in_part(market: ScriptedMarket, order: ChildOrder, side: Side) -> tuple[int, int]:
        price, there = displayed(market, order, side)
        return price, there * next(portions) // 4

    market = ScriptedMarket(
        {venue: draw(quotes) for venue in VENUES},
        {pool: draw(sizes) for pool in POOLS},
        round_trip=ROUND_TRIP,
        fills=in_part,
    )
    for at, venue, (bid, bid_qty, ask, ask_qty) in draw(st.lists(changes, max_size=20)):
        market.at(
            at,
            lambda m, v=venue, q=(bid, bid_qty, ask, ask_qty): m.show(
                v, bid=q[0], bid_qty=q[1], ask=q[2], ask_qty=q[3]
            ),
        )
    return market


def most_in_work(trial: Trial) -> int:
    """The largest sum of shares filled and shares in flight at any decision."""
    return max((_in_work(trial, child.sent_at) for child in trial.children), default=0)


def _in_work(trial: Trial, at: int) -> int:
    begun = [child for child in trial.children if child.sent_at <= at]
    heard = [child.arrives_at + ROUND_TRIP // 2 for child in begun]
    return sum(
        child.filled if heard_at <= at else child.order.qty for child, heard_at in zip(begun, heard, strict=True)
    )


@pytest.mark.parametrize("children", ["sequential", "parallel"])
@pytest.mark.parametrize("kind", ["price_time", "fee_aware", "latency_aware", "dark_first", "smart"])
def test_it_passes_the_conformance_suite_either_way_and_timed(kind, children):
    check_strategy(REGISTRY[kind](children=children, arrive_together=True), only=IN_SHORT)


@pytest.mark.parametrize("kind", REGISTRY)
def test_it_passes_the_conformance_suite_with_fill_or_kill_children(kind):
    check_strategy(REGISTRY[kind](time_in_force="FOK"), only=IN_SHORT)


@pytest.mark.parametrize("kind", REGISTRY)
@settings(max_examples=30)
@given(market=markets(), parent=parents, chosen=parameters)
def test_in_any_market(kind, market, parent, chosen):
    strategy: InRounds = REGISTRY[kind](**chosen)
    trial = drive(strategy, parent, market)

    assert trial.status in ("FILLED", "EXPIRED", "CANCELED"), "it ends"
    assert trial.filled <= parent.qty, "it never trades more than the parent"
    assert most_in_work(trial) <= parent.qty, "it never has more at work than the parent"
    assert len(trial.decisions) <= chosen["max_rounds"], "its rounds are bounded"
    for child in trial.children:
        assert child.order.qty >= 1
        assert within(child.order.price, parent), "no child may pay more than the parent"
        assert child.order.time_in_force is TimeInForce[chosen["time_in_force"]] or child.order.venue in POOLS


def within(price: int | None, parent: ParentOrder) -> bool:
    return parent.limit is None or (price is not None and price * parent.side <= parent.limit * parent.side)


@pytest.mark.parametrize("kind", [kind for kind in REGISTRY if kind != "single_venue"])
@settings(max_examples=30)
@given(market=markets(), parent=parents)
def test_no_lit_child_is_larger_than_what_its_venue_displays(kind, market, parent):
    shown: list[tuple[int, int]] = []
    fill = market.fills

    class Watching(REGISTRY[kind]):  # type: ignore[misc]
        def decide(self, parent, view, memory):
            actions = super().decide(parent, view, memory)
            lit = [child for child in actions.send if child.venue in VENUES]
            shown.extend((child.qty, view.quote(child.venue).opposite(parent.side)[1]) for child in lit)
            return actions

    drive(Watching(), parent, market)
    assert fill is market.fills
    assert all(qty <= size for qty, size in shown)


@pytest.mark.parametrize("kind", REGISTRY)
def test_one_object_can_work_many_parents(kind):
    """A router holds one strategy for all its parents, so nothing may be kept between them."""
    strategy = REGISTRY[kind]()
    first, second = (
        drive(
            strategy,
            ParentOrder(n, Side.BUY, 500, None, 0, 20 * MS),
            ScriptedMarket({"NYSE": (1, 1, 100, 500)}, tick=1),
        )
        for n in (1, 2)
    )
    assert first.sent == second.sent


@pytest.mark.parametrize("name", REGISTRY)
def test_every_decision_explains_what_each_child_of_it_costs(name):
    lit = {"NYSE": (99_9900, 300, 100_0100, 2_000), "BATS": (99_9900, 700, 100_0100, 2_000)}
    trial = drive(REGISTRY[name](), ParentOrder(1, Side.BUY, 1_000, None, 0, 50 * MS), ScriptedMarket(lit, pools()))
    sending = [actions for _, actions in trial.decisions if actions.send]
    assert sending
    for actions in sending:
        assert {child.venue for child in actions.send} <= {cost.venue for cost in actions.costs}
        assert " - " not in actions.explain().replace("       -", "")


def pools() -> dict[str, int]:
    return {"SIGMA_DARK": 100, "CROSSFINDER": 0}


def test_a_fallback_explains_what_it_costs():
    lit = {"NYSE": (99_9900, 300, 100_0100, 300)}
    strategy = REGISTRY["price_time"](fallback=("SIGMA_DARK",))
    trial = drive(
        strategy, ParentOrder(1, Side.BUY, 500, 100_0100, 0, 5 * MS), ScriptedMarket(lit, {"SIGMA_DARK": 500})
    )
    asked = trial.decisions[1][1]
    assert [child.venue for child in asked.send] == ["SIGMA_DARK"]
    assert [cost.style.name for cost in asked.costs if cost.venue == "SIGMA_DARK"] == ["PROBE"]
    assert "SIGMA_DARK" not in asked.scores
