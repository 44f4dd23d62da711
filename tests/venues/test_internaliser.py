from __future__ import annotations

from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import FOK, GTC, IOC, MAKER, buy, cancel, fills, kinds, refusal, replace, sell
from tests.venues.rig import Client, lit_venue, rows, with_orders
from tests.venues.test_dark import ASK, BID, MID, Watched
from tests.venues.test_venue import BAD_ORDERS_ANYWHERE
from venues.fees import FeeSchedule
from venues.internaliser import ANSWERS, Internaliser, InternaliserTerms, Route, Unwanted
from venues.messages import (
    BookState,
    ExecType,
    Liquidity,
    Message,
    NewOrder,
    OrdStatus,
    Reason,
    ReduceOrder,
    Side,
    Terms,
    TimeInForce,
)

FIRM = 50
"""The firm's number as a participant."""

BETTER = 20
"""Its improvement: $0.0020."""


class Wholesaler:
    """An internaliser with one customer, and a lit venue that it may route to, 1,000 ns away."""

    def __init__(
        self,
        improvement: int = BETTER,
        max_qty: int = 1_000,
        position_limit: int | None = None,
        unwanted: Unwanted = Unwanted.REFUSE,
        fees: FeeSchedule = FeeSchedule(),  # noqa: B008  # frozen
    ) -> None:
        env = Environment()
        self.log, self.reference = EventLog(), Watched()
        self.lit = lit_venue(env, log=self.log)
        self.maker = with_orders(self.lit, bids=[(BID, 700)], asks=[(ASK, 300), (ASK + 100, 400)])
        there = Route(self.lit.connect(FIRM, 1_000, 1_000, ANSWERS), self.lit.fees)
        terms = InternaliserTerms(
            improvement=improvement, max_qty=max_qty, position_limit=position_limit, unwanted=unwanted
        )
        ids = iter(range(5_000, 6_000))
        self.venue = Internaliser(
            *(env, 5, "WHOLESALER", fees, 10, self.log, self.reference, terms, FIRM, ids.__next__, there)
        )
        self.customer = Client(self.venue)

    def answer(self, message: object) -> list[Any]:
        return self.customer.answer(message)

    def inventory(self) -> tuple[int, int]:
        """(shares, cash in millionths of a dollar) as last logged."""
        ((position, cash),) = rows(self.log, "inventory", "position", "cash")[-1:]
        return position, cash


# -- the price ----------------------------------------------------------------------------------------------


def test_a_buy_order_fills_at_the_offer_less_the_improvement():
    reports = Wholesaler().answer(buy(500))
    assert kinds(reports) == ["NEW", "TRADE"]
    assert fills(reports) == [(ASK - BETTER, 500)]
    assert (reports[-1].ord_status, reports[-1].cum_qty, reports[-1].leaves_qty) == (OrdStatus.FILLED, 500, 0)


def test_a_sell_order_fills_at_the_bid_plus_the_improvement():
    assert fills(Wholesaler().answer(sell(500))) == [(BID + BETTER, 500)]


@pytest.mark.parametrize("order", [buy(500), sell(500)], ids=["buy", "sell"])
def test_no_better_than_the_midpoint(order: NewOrder):
    assert fills(Wholesaler(improvement=10_000).answer(order)) == [(MID, 500)]


def test_without_improvement_it_fills_at_the_national_best():
    assert fills(Wholesaler(improvement=0).answer(buy(500))) == [(ASK, 500)]


def test_in_a_locked_market_it_fills_at_the_locked_price():
    firm = Wholesaler()
    firm.reference.now_best = (BID, BID)
    assert fills(firm.answer(buy(500))) == [(BID, 500)]


def test_it_fills_at_a_stale_national_best_as_long_as_it_sees_no_other():
    firm = Wholesaler()
    firm.customer.says(buy(500), at=firm.venue.env.now + 1_000)
    firm.venue.env.call_in(1_109, lambda _: firm.reference.move(BID + 100, ASK + 100))
    assert fills(firm.customer.reports()) == [(ASK + 100 - BETTER, 500)], "seen 1 ns before it matched"


@pytest.mark.parametrize("tif", [TimeInForce.DAY, GTC, IOC, FOK])
def test_it_fills_all_at_once_whatever_the_time_in_force(tif: Any):
    assert fills(Wholesaler().answer(buy(1_000, limit=ASK, tif=tif))) == [(ASK - BETTER, 1_000)]


# -- as principal -------------------------------------------------------------------------------------------


def test_the_firm_is_the_maker_of_the_trade_and_keeps_the_position():
    firm = Wholesaler()
    firm.answer(buy(500, order_id=9))
    assert rows(firm.log, "trades", "venue", "price", "qty", "side", "maker_order", "taker_order", "maker")[-1] == (
        *(5, ASK - BETTER, 500, Side.BUY, 5_000, 9, FIRM),
    )
    assert firm.inventory() == (-500, 500 * (ASK - BETTER) * 100)
    firm.answer(sell(500))
    assert firm.inventory() == (0, 500 * (ASK - BID - 2 * BETTER) * 100), "what is left of the spread"


def test_payment_for_order_flow_is_the_firm_s_cost():
    firm = Wholesaler(fees=FeeSchedule(maker=0, taker=-1_000))
    firm.answer(buy(500))
    assert firm.inventory() == (-500, 500 * (ASK - BETTER) * 100 - 500_000)
    assert rows(firm.log, "reports", "owner", "fee")[-1][1] == -500_000


# -- what it does not want ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "fits"), [(buy(1, limit=ASK), True), (buy(1, limit=ASK - 100), False)])
def test_a_buy_limit_must_reach_the_national_offer(order: NewOrder, fits: bool):
    reports = Wholesaler().answer(order)
    assert bool(fills(reports)) is fits
    assert fits or refusal(reports) is Reason.NOT_MARKETABLE


@pytest.mark.parametrize(("order", "fits"), [(sell(1, limit=BID), True), (sell(1, limit=BID + 100), False)])
def test_a_sell_limit_must_reach_the_national_bid(order: NewOrder, fits: bool):
    reports = Wholesaler().answer(order)
    assert bool(fills(reports)) is fits
    assert fits or refusal(reports) is Reason.NOT_MARKETABLE


@pytest.mark.parametrize("best", [(0, ASK), (BID, 0), (ASK, BID)], ids=["no bid", "no offer", "crossed"])
def test_without_a_national_best_it_fills_nothing(best: tuple[int, int]):
    firm = Wholesaler()
    firm.reference.now_best = best
    assert refusal(firm.answer(buy(500))) is Reason.NO_NATIONAL_BEST


def test_it_refuses_what_is_too_large():
    firm = Wholesaler(max_qty=500)
    assert refusal(firm.answer(buy(501))) is Reason.TOO_LARGE
    assert fills(firm.answer(buy(500))) == [(ASK - BETTER, 500)]


def test_its_position_stays_within_its_limit_but_may_always_come_nearer_zero():
    firm = Wholesaler(position_limit=600)
    firm.answer(buy(600))
    assert refusal(firm.answer(buy(1))) is Reason.POSITION_LIMIT
    assert fills(firm.answer(sell(1_000))) == [(BID + BETTER, 1_000)], "from 600 short to 400 long"
    assert refusal(firm.answer(sell(201))) is Reason.POSITION_LIMIT


# -- routing out ----------------------------------------------------------------------------------------------


def router(**terms: Any) -> Wholesaler:
    """One that sends on what it does not want: here, more than 100 shares."""
    return Wholesaler(**{"max_qty": 100, "unwanted": Unwanted.ROUTE_OUT, **terms})


def test_what_it_does_not_want_is_filled_elsewhere():
    reports = router().answer(buy(300, limit=ASK))
    assert kinds(reports) == ["NEW", "TRADE"]
    fill = reports[-1]
    assert (fill.last_px, fill.last_qty, fill.leaves_qty, fill.liquidity) == (ASK, 300, 0, Liquidity.ROUTED)


def test_fills_come_back_over_the_firm_s_way_and_the_customer_s():
    firm = router()
    firm.customer.says(buy(300), at=10_000_000)
    at = {report.exec_type: arrived for arrived, report in firm.customer.hears()}
    assert at[ExecType.NEW] == 10_000_000 + 100 + 10 + 50
    assert at[ExecType.TRADE] == 10_000_000 + 100 + 10 + 1_000 + 10 + 1_000 + 50


def test_what_is_left_elsewhere_comes_back_cancelled():
    reports = router().answer(buy(500, limit=ASK))
    assert kinds(reports) == ["NEW", "TRADE", "CANCELED"]
    assert (reports[-1].reason, reports[-1].cum_qty, reports[-1].leaves_qty) == (Reason.IOC_REMAINDER, 300, 0)


def test_every_fill_elsewhere_is_told():
    reports = router().answer(buy(700))
    assert [(r.last_px, r.last_qty, r.cum_qty) for r in reports[1:]] == [(ASK, 300, 300), (ASK + 100, 400, 700)]


def test_a_fok_is_routed_as_fok():
    reports = router().answer(buy(500, limit=ASK, tif=FOK))
    assert [report.reason for report in reports] == [Reason.NONE, Reason.FOK_NOT_FILLABLE]


def test_a_reject_elsewhere_comes_back_as_a_cancel_with_its_reason():
    firm = router()
    firm.lit.set_state(BookState.HALTED)
    reports = firm.answer(buy(300))
    assert [(r.exec_type, r.reason) for r in reports[1:]] == [(ExecType.CANCELED, Reason.VENUE_HALTED)]


def test_routed_fills_leave_no_position_and_cost_the_fees_of_the_other_venue():
    firm = router(fees=FeeSchedule(maker=0, taker=0, routed=2_500))
    firm.answer(buy(300))
    assert firm.inventory() == (0, 300 * (2_500 - 3_000))
    assert firm.venue.routed_qty == 300
    assert rows(firm.log, "trades", "venue") == [(0,)], "one trade, at the other venue"


def test_what_is_not_marketable_is_refused_even_so():
    assert refusal(router().answer(buy(300, limit=BID))) is Reason.NOT_MARKETABLE


def test_without_a_national_best_orders_are_routed_too():
    firm = router()
    firm.reference.now_best = (0, 0)
    assert [report.liquidity for report in firm.answer(buy(50))] == [Liquidity.NONE, Liquidity.ROUTED]


@pytest.mark.parametrize("message", [cancel(9), replace(9, 200, ASK), ReduceOrder(9, 8, 100)])
def test_an_order_that_is_away_cannot_be_changed(message: Message):
    firm = router()
    firm.customer.says(buy(300, order_id=9), message, at=10_000_000)
    assert Reason.ROUTED_OUT in [report.reason for report in firm.customer.reports()]


def test_the_id_of_an_order_that_is_away_is_used():
    firm = router()
    firm.customer.says(buy(300, order_id=9), buy(50, order_id=9), at=10_000_000)
    assert Reason.DUPLICATE_ID in [report.reason for report in firm.customer.reports()]


def test_at_the_close_what_is_away_ends_and_later_fills_stay_with_the_firm():
    firm = router()
    now = firm.venue.env.now
    firm.customer.says(buy(300), at=now)
    firm.venue.env.call_in(500, lambda _: firm.venue.close())
    reports = firm.customer.reports()
    assert [report.reason for report in reports] == [Reason.NONE, Reason.SESSION_END]
    assert firm.inventory() == (300, -300 * (ASK * 100 + 3_000))


def test_routing_out_needs_a_route():
    terms = InternaliserTerms(improvement=0, max_qty=1, unwanted=Unwanted.ROUTE_OUT)
    with pytest.raises(ValueError, match=r"^W routes unwanted orders out and has no route; give one, or refuse them$"):
        Internaliser(Environment(), 0, "W", FeeSchedule(), 10, EventLog(), Watched(), terms, FIRM, lambda: 1)


# -- refusals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "reason"),
    [case for case in BAD_ORDERS_ANYWHERE if case[1] is not Reason.DUPLICATE_ID],  # nothing rests whose id is used
    ids=lambda value: getattr(value, "name", None),
)
def test_a_bad_order_is_refused_with_its_reason(order: Any, reason: Reason):
    firm = Wholesaler()
    assert refusal(firm.venue._match(order, 0)) is reason


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (buy(100)._replace(terms=Terms(min_qty=100)), Reason.NOT_SUPPORTED),
        (buy(100, tif=TimeInForce.OPG), Reason.NOT_SUPPORTED),
        (buy(100, limit=ASK + 50), Reason.OFF_TICK),
    ],
)
def test_what_it_does_not_know_is_refused(order: NewOrder, reason: Reason):
    assert refusal(Wholesaler().answer(order)) is reason


@pytest.mark.parametrize("message", [cancel(9), replace(9, 200, ASK), ReduceOrder(9, MAKER, 100)])
def test_nothing_rests_so_there_is_nothing_to_change(message: Message):
    firm = Wholesaler()
    assert refusal(firm.venue._match(message, 0)) is Reason.UNKNOWN_ORDER


def test_what_is_no_message_is_refused_as_such():
    assert refusal(Wholesaler().answer("buy me some")) is Reason.BAD_MESSAGE


@pytest.mark.parametrize(
    ("state", "reason"), [(BookState.HALTED, Reason.VENUE_HALTED), (BookState.CLOSED, Reason.VENUE_CLOSED)]
)
def test_halts_and_closes_hold_here_too(state: BookState, reason: Reason):
    firm = Wholesaler()
    firm.venue.set_state(state)
    assert refusal(firm.answer(buy(100))) is reason
    firm.venue.set_state(BookState.CONTINUOUS)
    assert fills(firm.answer(buy(100))) == [(ASK - BETTER, 100)]
