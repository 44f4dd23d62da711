"""What a venue does with orders that would trade through, lock or cross another venue's protected quote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sim.environment import Environment
from sim.log import EventLog
from tests.venues.builders import FOK, GTC, IOC, MAKER, TAKER, Resting, buy, cancel, fills, kinds, replace, sell
from tests.venues.rig import Client, lit_venue, rows, with_orders
from venues.messages import BookState, ExecutionReport, Liquidity, NewOrder, Peg, Reason, Side, Terms
from venues.order_protection import OrderProtection
from venues.policies import PegReference, Policies
from venues.protected_quotes import ProtectedQuotes
from venues.protection_rules import LockAction, ThroughAction
from venues.sip import DirectBoard

ROUTING = 90
"""The venue's own participant at the other one."""
CANCEL, REPRICE, ROUTE_OUT = ThroughAction.CANCEL, ThroughAction.REPRICE, ThroughAction.ROUTE_OUT
ISO = Terms(iso=True)


class TwoVenues:
    """HERE is protected and sees THERE's direct feed after ``latency``; TAKER trades here, MAKER rests in both."""

    def __init__(
        self,
        here: dict[str, Resting] | None = None,
        there: dict[str, Resting] | None = None,
        action: ThroughAction = CANCEL,
        locks: LockAction = LockAction.REPRICE,
        latency: int = 1,
        policies: Policies | None = None,
    ) -> None:
        self.env, self.log = Environment(), EventLog()
        more: dict[str, Any] = {} if policies is None else {"policies": policies}
        self.here = lit_venue(self.env, 0, "HERE", log=self.log, **more)
        self.there = lit_venue(self.env, 1, "THERE", log=self.log)
        board = DirectBoard([self.there], self.env, [latency])
        out = {"THERE": self.there.connect(ROUTING, 100, 100)} if action is ROUTE_OUT else {}
        ids = iter(range(1_000_000, 2_000_000))
        quotes = ProtectedQuotes(board, ["THERE"], lot=100)
        self.protection = OrderProtection(self.here, quotes, action, locks, out, ids.__next__)
        self.maker_here = with_orders(self.here, **(here or {}))
        self.maker_there = with_orders(self.there, **(there or {}))
        self.client = Client(self.here)

    def answer(self, message: object) -> list[ExecutionReport]:
        return self.client.answer(message)

    def resting(self) -> list[tuple[str, int, int]]:
        """(side, price, shares) of TAKER's live orders here."""
        return [(o.side.name, o.price, o.leaves_qty) for o in self.here.book.orders() if o.owner == TAKER]


def reasons(reports: Sequence[ExecutionReport]) -> list[str]:
    return [report.reason.name for report in reports]


BETTER_THERE = {"here": {"asks": [(100_0500, 300)]}, "there": {"asks": [(100_0300, 200)]}}
"""The best ask is there, 200 at $100.03; here 300 at $100.05."""

# -- what would trade through --------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [CANCEL, REPRICE])
@pytest.mark.parametrize("limit", [100_0500, None], ids=["limit", "market"])
def test_an_immediate_order_does_not_trade_through(action: ThroughAction, limit: int | None):
    reports = TwoVenues(**BETTER_THERE, action=action).answer(buy(100, limit=limit, tif=IOC))
    assert kinds(reports) == ["NEW", "CANCELED"]
    assert reports[-1].reason is Reason.TRADE_THROUGH


def test_a_sell_order_respects_a_higher_bid_elsewhere():
    market = TwoVenues(here={"bids": [(99_9500, 300)]}, there={"bids": [(99_9700, 200)]})
    assert reasons(market.answer(sell(100, limit=99_9500, tif=IOC))) == ["NONE", "TRADE_THROUGH"]


def test_it_trades_at_the_protected_price_and_better_before_it_stops():
    here = {"asks": [(100_0200, 100), (100_0300, 100), (100_0500, 100)]}
    reports = TwoVenues(here=here, there={"asks": [(100_0300, 200)]}).answer(buy(300, limit=100_0500, tif=IOC))
    assert fills(reports) == [(100_0200, 100), (100_0300, 100)]
    assert (reports[-1].reason, reports[-1].cum_qty, reports[-1].order_qty) == (Reason.TRADE_THROUGH, 200, 300)


def test_reports_name_the_limit_that_was_sent():
    reports = TwoVenues(**BETTER_THERE).answer(buy(100, limit=100_0500, tif=IOC))
    assert {report.price for report in reports} == {100_0500}


def test_a_day_order_that_would_trade_through_and_has_not_traded_is_rejected_under_cancel():
    reports = TwoVenues(**BETTER_THERE).answer(buy(100, limit=100_0500))
    assert (kinds(reports), reasons(reports)) == (["REJECTED"], ["TRADE_THROUGH"])


def test_a_day_order_that_has_traded_is_cancelled_under_cancel():
    here = {"asks": [(100_0200, 100), (100_0500, 100)]}
    reports = TwoVenues(here=here, there={"asks": [(100_0300, 200)]}).answer(buy(200, limit=100_0500))
    assert fills(reports) == [(100_0200, 100)]
    assert (kinds(reports)[-1], reports[-1].reason) == ("CANCELED", Reason.TRADE_THROUGH)


def test_a_day_order_is_repriced_one_tick_off_the_protected_quote():
    market = TwoVenues(**BETTER_THERE, action=REPRICE)
    reports = market.answer(buy(100, limit=100_0500))
    assert [(r.exec_type.name, r.price, r.reason) for r in reports] == [("NEW", 100_0200, Reason.REPRICED)]
    assert market.resting() == [("BUY", 100_0200, 100)]


def test_a_repriced_order_trades_at_protected_prices_first():
    market = TwoVenues(here={"asks": [(100_0300, 100), (100_0500, 100)]}, there=BETTER_THERE["there"], action=REPRICE)
    reports = market.answer(buy(300, limit=100_0500))
    assert fills(reports) == [(100_0300, 100)]
    last = reports[-1]
    assert (last.exec_type.name, last.reason, last.cum_qty, last.leaves_qty) == ("RESTATED", Reason.REPRICED, 100, 200)
    assert market.resting() == [("BUY", 100_0200, 200)]


def test_fill_or_kill_fills_at_protected_prices_or_not_at_all():
    here = {"asks": [(100_0300, 100), (100_0500, 100)]}
    for action in ThroughAction:
        market = TwoVenues(here=here, there={"asks": [(100_0300, 200)]}, action=action)
        assert kinds(market.answer(buy(200, limit=100_0500, tif=FOK))) == ["NEW", "CANCELED"]
        assert fills(market.answer(buy(100, limit=100_0500, tif=FOK))) == [(100_0300, 100)]


def test_an_order_that_stays_within_the_protected_price_is_left_alone():
    market = TwoVenues(here={"asks": [(100_0300, 300)]}, there={"asks": [(100_0300, 200)]})
    assert fills(market.answer(buy(300, limit=100_0500, tif=IOC))) == [(100_0300, 300)]
    assert kinds(market.answer(buy(100, limit=100_0200))) == ["NEW"]


# -- what is exempt --------------------------------------------------------------------------------------------


def test_an_intermarket_sweep_order_trades_through():
    market = TwoVenues(**BETTER_THERE)
    assert fills(market.answer(buy(100, limit=100_0500, tif=IOC)._replace(terms=ISO))) == [(100_0500, 100)]
    assert rows(market.log, "sweeps", "venue", "owner") == [(0, TAKER)]


def test_an_intermarket_sweep_order_may_rest_where_it_locks():
    market = TwoVenues(there={"asks": [(100_0300, 200)]})
    market.answer(buy(100, limit=100_0300)._replace(terms=ISO))
    assert market.resting() == [("BUY", 100_0300, 100)]


def test_markets_without_order_protection_have_no_table_of_sweeps():
    venue = lit_venue(log=(log := EventLog()))
    Client(venue).answer(buy(100, limit=100_0500, tif=IOC)._replace(terms=ISO))
    assert "sweeps" not in log.arrays()


def test_a_sweep_s_other_terms_hold():
    market = TwoVenues(**BETTER_THERE)
    reports = market.answer(buy(400, limit=100_0500, tif=IOC)._replace(terms=Terms(iso=True, min_qty=400)))
    assert (kinds(reports), reports[-1].reason) == (["NEW", "CANCELED"], Reason.MIN_QTY_NOT_MET)


def test_in_a_crossed_market_nothing_is_protected():
    crossed = {"bids": [(100_0400, 200)], "asks": [(100_0500, 300)]}
    market = TwoVenues(here=crossed)
    market.maker_there.answer(sell(200, limit=100_0300, owner=MAKER))
    assert fills(market.answer(buy(100, limit=100_0500, tif=IOC))) == [(100_0500, 100)]


def test_an_odd_lot_protects_nothing():
    market = TwoVenues(here={"asks": [(100_0500, 300)]}, there={"asks": [(100_0300, 99)]})
    assert fills(market.answer(buy(100, limit=100_0500, tif=IOC))) == [(100_0500, 100)]


def test_an_auction_is_exempt():
    market = TwoVenues(**BETTER_THERE)
    market.here.set_state(BookState.OPENING_AUCTION)
    market.answer(buy(100, limit=100_0500))
    market.here.set_state(BookState.CONTINUOUS)
    assert [(r.last_px, r.liquidity) for r in market.client.reports() if r.last_qty] == [(100_0500, Liquidity.AUCTION)]


def test_a_venue_protects_what_it_sees_and_that_is_old():
    market = TwoVenues(**BETTER_THERE, latency=10_000_000)
    assert fills(market.answer(buy(100, limit=100_0500, tif=IOC))) == [(100_0500, 100)]


# -- what would lock or cross ------------------------------------------------------------------------------------

ONLY_THERE = {"there": {"asks": [(100_0300, 200)]}}


@pytest.mark.parametrize("limit", [100_0300, 100_0400], ids=["lock", "cross"])
def test_a_displayed_order_that_would_lock_or_cross_is_repriced(limit: int):
    market = TwoVenues(**ONLY_THERE)
    (report,) = market.answer(buy(100, limit=limit))
    assert (report.price, report.reason) == (100_0200, Reason.REPRICED)
    assert market.resting() == [("BUY", 100_0200, 100)]


def test_a_sell_order_is_repriced_upwards():
    market = TwoVenues(there={"bids": [(99_9700, 200)]})
    market.answer(sell(100, limit=99_9500, tif=GTC))
    assert market.resting() == [("SELL", 99_9800, 100)]


def test_it_is_rejected_where_the_venue_says_so():
    market = TwoVenues(**ONLY_THERE, locks=LockAction.REJECT)
    reports = market.answer(buy(100, limit=100_0300))
    assert (kinds(reports), reasons(reports)) == (["REJECTED"], ["LOCKS_MARKET"])
    assert market.resting() == []


def test_the_rest_of_an_order_that_traded_is_cancelled_where_others_are_rejected():
    market = TwoVenues(here={"asks": [(100_0300, 100)]}, **ONLY_THERE, locks=LockAction.REJECT)
    reports = market.answer(buy(300, limit=100_0300))
    assert fills(reports) == [(100_0300, 100)]
    assert (kinds(reports)[-1], reports[-1].reason) == ("CANCELED", Reason.LOCKS_MARKET)


def test_a_replace_is_repriced_too():
    market = TwoVenues(**ONLY_THERE)
    market.answer(buy(100, limit=100_0000, order_id=5))
    reports = market.answer(replace(5, 100, 100_0400))
    assert [(r.exec_type.name, r.price) for r in reports] == [("REPLACED", 100_0300), ("RESTATED", 100_0200)]
    assert market.resting() == [("BUY", 100_0200, 100)]


def test_a_replace_does_not_trade_through():
    market = TwoVenues(**BETTER_THERE)
    market.answer(buy(100, limit=100_0000, order_id=5))
    assert fills(market.answer(replace(5, 100, 100_0500))) == []


def test_nothing_can_be_repriced_below_the_first_tick():
    market = TwoVenues(there={"asks": [(100, 200)]})
    assert reasons(market.answer(buy(100, limit=100))) == ["LOCKS_MARKET"]


# -- what a protected venue cannot take ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [Terms(stop_px=100_0600), Terms(trail=500), Terms(peg=Peg.PRIMARY)],
    ids=["stop", "trailing stop", "peg to the venue's own best"],
)
def test_orders_that_the_book_would_trade_by_itself_are_refused(terms: Terms):
    order = NewOrder(1, TAKER, Side.BUY, 100, 100_0700, terms=terms)
    assert reasons(TwoVenues().answer(order)) == ["NOT_SUPPORTED"]


def test_pegs_that_follow_the_national_best_are_taken():
    market = TwoVenues(policies=Policies(peg_reference=PegReference.NATIONAL))
    assert kinds(market.answer(NewOrder(1, TAKER, Side.BUY, 100, 100_0700, terms=Terms(peg=Peg.PRIMARY))))[0] == "NEW"


def test_bad_orders_are_refused_for_what_is_wrong_with_them():
    market = TwoVenues(**BETTER_THERE)
    for order, reason in ((buy(0, limit=100_0500), "BAD_QTY"), (buy(100, limit=100_0533, tif=IOC), "OFF_TICK")):
        assert reason in reasons(market.answer(order))


# -- routing out -----------------------------------------------------------------------------------------------------


def routed(**more: Any) -> TwoVenues:
    return TwoVenues(**{**BETTER_THERE, **more}, action=ROUTE_OUT, locks=LockAction.ROUTE_OUT)


def test_an_order_is_filled_where_the_better_price_is():
    market = routed()
    reports = market.answer(buy(200, limit=100_0500, tif=IOC))
    assert [(r.exec_type.name, r.last_px, r.last_qty, r.liquidity.name) for r in reports] == [
        ("NEW", 0, 0, "NONE"),
        ("TRADE", 100_0300, 200, "ROUTED"),
    ]
    assert (reports[-1].cum_qty, reports[-1].leaves_qty, reports[-1].ord_status.name) == (200, 0, "FILLED")


def test_what_the_better_venue_does_not_fill_comes_back_and_trades_here():
    market = routed()
    reports = market.answer(buy(400, limit=100_0500, tif=IOC))
    trades = [(r.last_px, r.last_qty, r.cum_qty, r.leaves_qty, r.order_qty) for r in reports if r.last_qty]
    assert trades == [(100_0300, 200, 200, 200, 400), (100_0500, 200, 400, 0, 400)]
    assert (kinds(reports)[2], reports[2].reason) == ("RESTATED", Reason.RETURNED)


def test_a_day_order_rests_with_what_is_left_and_its_count_goes_on():
    market = routed()
    market.answer(buy(600, limit=100_0500, order_id=5))
    assert market.resting() == [("BUY", 100_0500, 100)]
    market.maker_here.answer(sell(40, limit=100_0500, owner=MAKER))
    (report,) = market.client.reports()
    assert (report.cum_qty, report.leaves_qty, report.order_qty) == (540, 60, 600)


def test_a_stale_quote_is_tried_once():
    market = routed(latency=5_000)
    market.env.run(until=market.env.now + 10_000)  # the quote is known here
    market.maker_there.answer(cancel(1, owner=MAKER))
    before = len(rows(market.log, "orders", "venue"))
    market.client.says(buy(100, limit=100_0500, tif=IOC))
    reports = market.client.reports()
    assert [(r.last_px, r.last_qty) for r in reports if r.last_qty] == [(100_0500, 100)]
    assert len(rows(market.log, "orders", "venue")) <= before + 2


def test_a_quote_that_an_order_was_not_sent_to_still_protects():
    """Two venues show the best price and the first one's size is enough; it is gone, so the second one is tried."""
    market = routed(here={"asks": [(100_0500, 300)]}, there={"asks": [(100_0300, 200)]})
    third = lit_venue(market.env, 2, "THIRD", log=market.log)
    board = DirectBoard([market.there, third], market.env, [1, 1])
    ways = {venue.name: venue.connect(ROUTING + 1, 100, 100) for venue in (market.there, third)}
    quotes = ProtectedQuotes(board, ways, lot=100)
    OrderProtection(
        market.here, quotes, ROUTE_OUT, LockAction.ROUTE_OUT, ways, iter(range(2_000_000, 3_000_000)).__next__
    )
    for venue, maker in ((third, Client(third, owner=MAKER)), (market.there, market.maker_there)):
        maker.answer(sell(200, limit=100_0200, owner=MAKER, order_id=50 + venue.number))
    market.client.says(buy(200, limit=100_0500, tif=IOC))
    market.maker_there.says(cancel(51, owner=MAKER))
    trades = [(r.last_px, r.last_qty) for r in market.client.reports() if r.last_qty]
    assert trades == [(100_0200, 200)]
    assert rows(market.log, "trades", "venue") == [(2,)]


def test_the_order_sent_on_is_an_immediate_intermarket_sweep_of_what_is_displayed():
    market = routed()
    market.answer(buy(400, limit=100_0500, tif=IOC))
    sent = [row for row in rows(market.log, "orders", "venue", "owner", "time_in_force", "price", "qty") if row[0] == 1]
    assert sent[-1] == (1, ROUTING, int(IOC), 100_0300, 200)
    assert rows(market.log, "sweeps", "venue", "owner") == [(1, ROUTING)]
    assert market.protection.routed_qty == 200


def test_a_fill_elsewhere_is_one_trade_in_the_log_and_costs_the_routed_fee():
    market = routed()
    market.answer(buy(200, limit=100_0500, tif=IOC))
    assert rows(market.log, "trades", "venue", "price", "qty") == [(1, 100_0300, 200)]
    told = rows(market.log, "reports", "venue", "owner", "liquidity", "last_qty", "fee")
    assert (0, TAKER, int(Liquidity.ROUTED), 200, 200 * 3_000) in told


def test_an_order_that_would_lock_is_routed_where_the_venue_says_so():
    market = TwoVenues(**ONLY_THERE, locks=LockAction.ROUTE_OUT, action=ROUTE_OUT)
    reports = market.answer(buy(300, limit=100_0300))
    assert [(r.last_px, r.last_qty) for r in reports if r.last_qty] == [(100_0300, 200)]
    assert market.resting() == [("BUY", 100_0300, 100)]


def test_post_only_orders_are_repriced_not_routed():
    market = routed(here={})
    market.answer(buy(100, limit=100_0300)._replace(terms=Terms(post_only=True)))
    assert market.resting() == [("BUY", 100_0200, 100)]


def test_a_cancel_waits_for_an_order_that_is_away_and_ends_what_comes_back():
    market = routed()
    market.client.says(buy(400, limit=100_0500, order_id=5), cancel(5))
    reports = market.client.reports()
    assert [(r.exec_type.name, r.reason.name) for r in reports] == [
        ("NEW", "NONE"),
        ("TRADE", "NONE"),
        ("CANCELED", "REQUESTED"),
    ]
    assert (reports[-1].cum_qty, reports[-1].leaves_qty) == (200, 0)


def test_a_cancel_of_an_order_that_was_filled_meanwhile_comes_too_late():
    market = routed()
    market.client.says(buy(200, limit=100_0500, order_id=5), cancel(5))
    reports = market.client.reports()
    assert (kinds(reports), reports[-1].reason) == (["NEW", "TRADE", "CANCEL_REJECTED"], Reason.UNKNOWN_ORDER)


def test_a_replace_of_an_order_that_is_away_counts_what_was_filled():
    market = routed()
    market.client.says(buy(600, limit=100_0400, order_id=5), replace(5, 300, 100_0400))
    market.client.hears()
    assert market.resting() == [("BUY", 100_0400, 100)]


def test_the_id_of_an_order_that_is_away_is_taken():
    market = routed()
    market.client.says(buy(400, limit=100_0500, order_id=5), buy(100, limit=99_0000, order_id=5))
    assert Reason.DUPLICATE_ID in [report.reason for report in market.client.reports()]


def test_at_the_close_what_is_away_ends():
    market = routed()
    market.client.says(buy(200, limit=100_0500, order_id=5))
    market.env.run(until=market.env.now + 130)
    market.here.close()
    reports = market.client.reports()
    assert (kinds(reports), reports[-1].reason) == (["NEW", "CANCELED"], Reason.SESSION_END)


# -- hidden orders and those that come to meet a limit ---------------------------------------------------------


def test_before_it_is_repriced_an_order_meets_the_hidden_ones_at_the_protected_price():
    market = TwoVenues(there={"bids": [(99_9700, 200)]}, action=REPRICE)
    hidden = buy(100, limit=99_9700, owner=MAKER)._replace(terms=Terms(display_qty=0))
    market.maker_here.says(hidden)
    market.maker_here.hears()
    reports = market.answer(sell(300, limit=99_9700))
    assert fills(reports) == [(99_9700, 100)]
    assert market.resting() == [("SELL", 99_9800, 200)]


def test_a_discretionary_peg_meets_a_limit_at_the_protected_price_and_no_other():
    policies = Policies(peg_reference=PegReference.NATIONAL)
    market = TwoVenues(there={"bids": [(99_9700, 200)], "asks": [(100_0100, 200)]}, policies=policies, action=REPRICE)
    market.here.say(market.here.book.set_reference(99_9700, 100_0100, market.env.now))
    market.maker_here.says(buy(100, owner=MAKER)._replace(terms=Terms(peg=Peg.DISCRETIONARY)))
    market.maker_here.hears()
    assert fills(market.answer(sell(100, limit=99_9600))) == [(99_9700, 100)]
