"""Position and cash by hand: $100.00 a share, fees of 30 mils paid and 20 mils received."""

from __future__ import annotations

from agents.ledger import Ledger
from tests.agents.builders import BUY, MAKER_FEE, SELL, TAKER_FEE
from venues.messages import ExecType, ExecutionReport, Liquidity, OrdStatus, Reason, Side

DOLLAR = 1_000_000
"""Cash is in millionths."""


def fill(side: Side, qty: int, px: int, liquidity: Liquidity = Liquidity.TAKER) -> ExecutionReport:
    return ExecutionReport(
        ExecType.TRADE, OrdStatus.FILLED, 1, 7, side, px, px, qty, qty, 0, liquidity, Reason.NONE, 0
    )  # fmt: skip


def after(*fills: ExecutionReport) -> tuple[int, int]:
    ledger = Ledger()
    for one in fills:
        ledger.book(one, MAKER_FEE, TAKER_FEE)
    return ledger.position, ledger.cash


def test_an_empty_ledger_holds_nothing():
    assert after() == (0, 0)


def test_a_purchase_costs_its_price_and_the_taker_fee():
    assert after(fill(BUY, 200, 100_0000)) == (200, -20_000 * DOLLAR - 600_000)


def test_a_sale_brings_its_price_less_the_taker_fee():
    assert after(fill(SELL, 200, 100_0000)) == (-200, 20_000 * DOLLAR - 600_000)


def test_a_maker_is_paid_its_rebate():
    assert after(fill(BUY, 200, 100_0000, Liquidity.MAKER)) == (200, -20_000 * DOLLAR + 400_000)


def test_a_half_penny_is_kept_to_the_cent_s_hundredth():
    assert after(fill(BUY, 1, 100_0050))[1] == -100_005_000 - 3_000


def test_a_round_trip_leaves_the_spread_and_both_rebates():
    bought, sold = fill(BUY, 100, 99_9900, Liquidity.MAKER), fill(SELL, 100, 100_0100, Liquidity.MAKER)
    assert after(bought, sold) == (0, 2 * DOLLAR + 2 * 200_000)


def test_without_fees_cash_is_the_price_alone():
    ledger = Ledger()
    ledger.book(fill(BUY, 10, 5_0000))
    assert ledger.cash == -50 * DOLLAR


def test_a_fill_in_an_auction_costs_no_fee():
    assert after(fill(BUY, 200, 100_0000, Liquidity.AUCTION)) == (200, -20_000 * DOLLAR)
