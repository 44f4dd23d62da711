from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.tables import CHILD_TERMS
from analysis.attribution import OWN_SIBLING, AttributionError, ChildTarget, attribute
from tests.analysis.builders import (
    BUY,
    CLIENT,
    DARK,
    DAY,
    FLOW,
    FOK,
    IOC,
    KINDS,
    MAKER,
    NYSE,
    OTHER_CLIENT,
    SELL,
    SNIPER,
    Recording,
)
from venues.messages import ExecType, Liquidity

ASK = 100_0100


def offered(*sizes: int, owner: int = MAKER) -> Recording:
    """Offers at one price, ids 1, 2, ..., and a parent to buy."""
    recording = Recording()
    recording.parent(1, BUY, 1000)
    for order_id, size in enumerate(sizes, start=1):
        recording.new(order_id, owner, SELL, size, ASK)
    return recording


def causes(recording: Recording, child_id: int = 100) -> dict[str, int]:
    found: Counter[str] = Counter()
    for charge in attribute(recording.tables()).charges:
        if charge.order_id == child_id:
            found[charge.cause] += charge.shares
    return dict(found)


def target(recording: Recording, child_id: int = 100) -> ChildTarget:
    return next(t for t in attribute(recording.tables()).targets if t.order_id == child_id)


def test_nothing_is_missed_when_the_book_did_not_move():
    market = offered(300)
    market.decide(100, 200, ASK)
    market.arrive(100, 200, ASK)
    assert target(market)[4:] == (200, 200, 0, 0)
    assert causes(market) == {}


def test_a_sniper_s_trade_is_charged_with_what_it_took():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.new(50, SNIPER, BUY, 200, ASK, IOC)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"sniper trade": 200}
    assert target(market).sniped == 200


def test_a_charge_names_the_event_that_removed_the_shares():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.new(50, SNIPER, BUY, 300, ASK, IOC)
    at = market.now
    market.arrive(100, 300, ASK)
    charge = attribute(market.tables()).charges[0]
    assert (charge.by_owner, charge.by_order, charge.at, charge.seq) == (SNIPER, 50, at, 2)


def test_a_maker_s_cancel_is_charged_with_its_order():
    market = offered(100, 200)
    market.decide(100, 300, ASK)
    market.cancel(1, MAKER)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"market_maker cancel": 100}
    assert target(market).sniped == 0


def test_a_cancel_behind_the_target_costs_nothing():
    market = offered(100, 200)
    market.decide(100, 100, ASK)
    market.cancel(2, MAKER)
    market.arrive(100, 100, ASK)
    assert target(market).missed == 0


def test_an_order_that_moves_away_counts_as_cancelled():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.replace(1, MAKER, 300, ASK + 100)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"market_maker cancel": 300}


def test_a_reduction_takes_the_shares_at_the_back():
    market = offered(300)
    market.decide(100, 200, ASK)
    market.replace(1, MAKER, 150, ASK)
    market.arrive(100, 200, ASK)
    assert causes(market) == {"market_maker cancel": 50}


def test_after_a_reduction_the_front_is_still_there_to_be_sniped():
    market = offered(300)
    market.decide(100, 200, ASK)
    market.replace(1, MAKER, 150, ASK)
    market.new(50, SNIPER, BUY, 100, ASK, IOC)
    market.arrive(100, 200, ASK)
    assert causes(market) == {"market_maker cancel": 50, "sniper trade": 100}


def test_a_sniper_that_takes_an_order_back_in_the_queue_took_nothing_aimed_at():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.replace(1, MAKER, 400, ASK)
    market.new(50, SNIPER, BUY, 400, ASK, IOC)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"market_maker cancel": 300}
    assert target(market).sniped == 0


def test_an_order_that_loses_its_place_and_stays_is_found_again():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.replace(1, MAKER, 400, ASK)
    market.arrive(100, 300, ASK)
    assert target(market)[4:] == (300, 300, 0, 0)


def test_a_sibling_that_was_there_first_is_named():
    market = offered(300)
    market.decide(99, 200, ASK)
    market.decide(100, 300, ASK)
    market.arrive(99, 200, ASK)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"own sibling": 200}


def test_a_child_of_another_parent_of_the_router_is_named():
    market = offered(300)
    market.parent(2, BUY, 500)
    market.decide(99, 200, ASK, parent_id=2)
    market.decide(100, 300, ASK)
    market.arrive(99, 200, ASK)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"same router": 200}


def test_another_router_is_a_taker_like_any_other():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.new(50, OTHER_CLIENT, BUY, 300, ASK, IOC)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"router trade": 300}


def test_shares_that_arrived_later_are_set_against_the_latest_removal():
    market = offered(100, 100)
    market.decide(100, 200, ASK)
    market.new(50, SNIPER, BUY, 100, ASK, IOC)
    market.cancel(2, MAKER)
    market.new(3, FLOW, SELL, 100, ASK)
    market.arrive(100, 200, ASK)
    assert causes(market) == {"sniper trade": 100}


def test_sniped_shares_that_were_replaced_still_count_as_sniped():
    market = offered(100)
    market.decide(100, 100, ASK)
    market.new(50, SNIPER, BUY, 100, ASK, IOC)
    market.new(3, FLOW, SELL, 100, ASK)
    market.arrive(100, 100, ASK)
    assert target(market)[4:] == (100, 100, 0, 100)


def test_the_better_price_is_aimed_at_before_the_older_order():
    market = offered(100)
    market.new(2, FLOW, SELL, 100, ASK - 100)
    market.decide(100, 100, ASK)
    market.cancel(2, FLOW)
    market.new(50, SNIPER, BUY, 100, ASK, IOC)
    market.arrive(100, 100, ASK)
    assert causes(market) == {"background_flow cancel": 100}


def test_orders_beyond_the_limit_are_not_aimed_at():
    market = offered(100)
    market.new(2, FLOW, SELL, 500, ASK + 100)
    market.decide(100, 400, ASK)
    market.arrive(100, 400, ASK)
    assert target(market).target == 100


def test_a_market_order_aims_at_every_price():
    market = offered(100)
    market.new(2, FLOW, SELL, 500, ASK + 100)
    market.decide(100, 400, 0)
    market.arrive(100, 400, 0)
    assert target(market)[4:] == (400, 400, 0, 0)


def test_a_stale_decision_aims_at_the_book_that_it_saw():
    market = offered(300)
    market.new(50, FLOW, BUY, 300, ASK, IOC)
    market.decide(100, 300, ASK, seq=1)
    market.arrive(100, 300, ASK)
    assert causes(market) == {"background_flow trade": 300}


def test_an_order_partly_filled_on_entry_shows_its_remainder():
    market = offered(100)
    market.new(2, FLOW, BUY, 250, ASK)
    market.decide(100, 400, ASK, side=SELL)
    market.arrive(100, 400, ASK, side=SELL)
    assert target(market)[4:] == (150, 150, 0, 0)


def test_a_sell_child_aims_at_bids():
    market = Recording()
    market.parent(1, SELL, 500)
    market.new(1, MAKER, BUY, 300, ASK)
    market.decide(100, 300, ASK, side=SELL)
    market.cancel(1, MAKER)
    market.arrive(100, 300, ASK, side=SELL)
    assert causes(market) == {"market_maker cancel": 300}


def test_a_fill_or_kill_is_charged_with_the_shares_that_it_left():
    market = offered(100, 200)
    market.decide(100, 300, ASK, tif=FOK)
    market.new(50, SNIPER, BUY, 100, ASK, IOC)
    market.arrive(100, 300, ASK, tif=FOK)
    assert causes(market) == {"sniper trade": 100, "fill-or-kill": 200}


def test_a_rejected_child_missed_what_was_there():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.books[0].tick = 200
    market.arrive(100, 300, ASK)
    assert causes(market) == {"rejected": 300}


def test_a_child_on_its_way_at_the_end_never_arrived():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.new(50, SNIPER, BUY, 100, ASK, IOC)
    assert causes(market) == {"never arrived": 300}


def test_the_end_of_the_session_is_a_cause():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.close()
    market.arrive(100, 300, ASK)
    assert causes(market) == {"session end": 300}


def test_a_resting_child_s_later_fills_count():
    market = offered(300)
    market.decide(100, 300, ASK, tif=DAY)
    market.cancel(1, MAKER)
    market.arrive(100, 300, ASK, tif=DAY)
    market.new(2, FLOW, SELL, 200, ASK)
    assert causes(market) == {"market_maker cancel": 100}


def test_an_id_used_again_is_another_order():
    market = offered(100)
    market.cancel(1, MAKER)
    market.new(1, FLOW, SELL, 200, ASK)
    market.decide(100, 200, ASK)
    market.cancel(1, FLOW)
    market.arrive(100, 200, ASK)
    assert causes(market) == {"background_flow cancel": 200}


def test_a_refused_cancel_removes_nothing():
    market = offered(100)
    market.decide(100, 100, ASK)
    market.cancel(1, SNIPER)
    market.arrive(100, 100, ASK)
    assert target(market)[4:] == (100, 100, 0, 0)


def test_dark_pools_display_nothing_to_aim_at():
    market = offered(100)
    market.decide(100, 100, ASK, venue=DARK)
    market.arrive(100, 100, ASK, venue=DARK)
    assert attribute(market.tables()).targets == []


def test_a_child_without_a_decision_aims_at_nothing():
    market = offered(100)
    market.decide(100, 100, ASK, parent_id=7)
    market.arrive(100, 100, ASK)
    assert target(market)[2:5] == (-1, 0, 100)


def test_a_log_that_contradicts_itself_stops_with_the_child_s_id():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.books[0] = type(market.books[0])(tick=1)  # the shares are gone and no row says so
    market.arrive(100, 300, ASK)
    with pytest.raises(AttributionError, match=r"child 100 at NYSE: 300 of the displayed shares .* \(seq 2\)"):
        attribute(market.tables())


# -- against a slow obvious model ------------------------------------------------------------------------------------


class TaggedShares:
    """A slow obvious book: every displayed share has a name, and beside it stands who removed it, and when."""

    def __init__(self, market: Recording) -> None:
        self.market = market
        self.gone: dict[int, tuple[int, str]] = {}
        self._queues: dict[int, list[int]] = {}
        self._prices: dict[int, int] = {}
        self._named = 0

    def follow(self, taker: int) -> None:
        """Read the reports on the last message, which ``taker`` sent."""
        for report in self.market.last_reports:
            queue = self._queues.setdefault(report.order_id, [])
            cancel = f"{KINDS[report.owner]} cancel"
            trade = OWN_SIBLING if taker == CLIENT else f"{KINDS[taker]} trade"
            if report.liquidity is Liquidity.MAKER:
                self._remove(queue, queue[: report.last_qty], trade)
            elif report.exec_type is ExecType.CANCELED:
                self._remove(queue, queue[:], cancel)
            elif report.exec_type is ExecType.REPLACED:
                kept = self._prices[report.order_id] == report.price and report.leaves_qty <= len(queue)
                self._remove(queue, queue[report.leaves_qty :] if kept else queue[:], cancel)
        for order in self.market.books[NYSE].orders():
            self._prices[order.order_id] = order.price
            queue = self._queues.setdefault(order.order_id, [])
            fresh = range(self._named, self._named + order.leaves_qty - len(queue))
            self._named += len(fresh)
            queue += fresh

    def _remove(self, queue: list[int], shares: list[int], cause: str) -> None:
        for share in shares:
            queue.remove(share)
            self.gone[share] = (len(self.gone), cause)

    def first(self, qty: int, side: int, limit: int) -> list[int]:
        """The shares that an order would meet, in priority order."""
        meets = [o for o in self.market.books[NYSE].orders() if o.side == -side and o.price * side <= limit * side]
        return [share for order in meets for share in self._queues[order.order_id]][:qty]

    def removed(self, shares: list[int]) -> list[str]:
        """Causes of those that are gone, oldest first."""
        return [cause for _, cause in sorted(self.gone[share] for share in shares if share in self.gone)]


AGENTS = st.sampled_from([MAKER, SNIPER, FLOW])
SIDES = st.sampled_from([BUY, SELL])
SIZES = st.integers(min_value=1, max_value=9)
PRICES = st.integers(min_value=ASK, max_value=ASK + 3)
ANY_TIME = st.sampled_from([DAY, IOC, FOK])
ONE_OF_THE_OLD = st.integers(min_value=0, max_value=9)
MESSAGES = st.one_of(
    st.tuples(st.just("new"), AGENTS, SIDES, SIZES, PRICES, ANY_TIME),
    st.tuples(st.just("cancel"), ONE_OF_THE_OLD),
    st.tuples(st.just("replace"), ONE_OF_THE_OLD, SIZES, PRICES),
    st.tuples(st.just("decide"), SIDES, SIZES, PRICES, ANY_TIME),
    st.tuples(st.just("arrive")),
)


def play(messages: list[tuple], market: Recording) -> tuple[dict[int, int], dict[int, list[str]]]:
    """Targets and removals of each child that arrived, as the slow model has them."""
    shares, waiting, aimed, removed = TaggedShares(market), [], {}, {}
    for number, (what, *terms) in enumerate(messages, start=1):
        live = list(market.books[NYSE].orders())
        if what == "decide":
            side, qty, price, tif = terms
            market.decide(number, qty, price, side=side, tif=tif)
            waiting.append((number, qty, price, side, tif, shares.first(qty, side, price)))
        elif what == "arrive" and waiting:
            child, qty, price, side, tif, seen = waiting.pop(0)
            aimed[child], removed[child] = len(seen), shares.removed(seen)
            market.arrive(child, qty, price, side, tif)
            shares.follow(CLIENT)
        elif what == "new":
            market.new(number, *terms)
            shares.follow(terms[0])
        elif what in ("cancel", "replace") and terms[0] < len(live):
            order = live[terms[0]]
            getattr(market, what)(order.order_id, order.owner, *terms[1:])
            shares.follow(order.owner)
    return aimed, removed


@settings(max_examples=200)
@given(st.lists(MESSAGES, min_size=20, max_size=80))
def test_every_missed_share_is_charged_once_as_a_slow_obvious_model_says(messages):
    market = Recording()
    market.parent(1, BUY, 1000)
    aimed, removed = play(messages, market)
    attribution = attribute(market.tables())
    for aim in attribution.targets:
        charged = [c.cause for c in attribution.charges if c.order_id == aim.order_id for _ in range(c.shares)]
        assert len(charged) == aim.missed == max(0, aim.target - aim.filled)
        if aim.order_id in aimed:
            by_events = [cause for cause in charged if cause != "fill-or-kill"]
            assert aim.target == aimed[aim.order_id]
            assert by_events == removed[aim.order_id][: aim.missed]
            assert aim.sniped == removed[aim.order_id].count("sniper trade")


@pytest.mark.parametrize("terms", [{"peg": 1}, {"post_only": 1}])
def test_a_child_that_is_to_rest_aims_at_nothing_that_is_displayed(terms):
    market = offered(300)
    market.decide(100, 300, ASK)
    market.row(CHILD_TERMS, order_id=100, display_qty=-1, **terms)
    market.new(50, SNIPER, BUY, 200, ASK, IOC)
    market.arrive(100, 100, ASK)
    assert target(market).target == 0
    assert causes(market) == {}


def test_a_sweep_aims_like_any_child():
    market = offered(300)
    market.decide(100, 300, ASK)
    market.row(CHILD_TERMS, order_id=100, display_qty=-1, iso=1)
    market.arrive(100, 300, ASK)
    assert target(market).target == 300
