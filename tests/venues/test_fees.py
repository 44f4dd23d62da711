from __future__ import annotations

import dataclasses

import pytest

from sim.log import EventLog
from tests.venues.builders import MAKER, TAKER, buy
from tests.venues.rig import Client, lit_venue, rows, with_orders
from venues.fees import FeeMeter, FeeSchedule, FeeTier
from venues.messages import Liquidity


def test_a_maker_taker_venue_pays_its_makers():
    fees = FeeSchedule(maker=-2_000, taker=3_000)  # -$0.0020, $0.0030 a share
    assert (fees.fee(Liquidity.MAKER, 500), fees.fee(Liquidity.TAKER, 500)) == (-1_000_000, 1_500_000)


def test_an_inverted_venue_pays_its_takers():
    fees = FeeSchedule(maker=1_000, taker=-600)
    assert (fees.fee(Liquidity.MAKER, 500), fees.fee(Liquidity.TAKER, 500)) == (500_000, -300_000)


def test_what_did_not_trade_costs_nothing():
    assert FeeSchedule(-2_000, 3_000).fee(Liquidity.NONE, 500) == 0


def test_a_venue_is_free_unless_stated():
    assert FeeSchedule().fee(Liquidity.TAKER, 10**9) == 0


def test_a_fee_is_exact_for_any_size():
    fee = FeeSchedule(taker=2_999).fee(Liquidity.TAKER, 333_333_333)
    assert (fee, type(fee)) == (999_666_665_667, int)


def test_fees_do_not_change_during_a_run():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FeeSchedule().maker = 1  # type: ignore[misc]


# -- volume tiers and routing ----------------------------------------------------------------------------

TIERED = FeeSchedule(maker=-2_000, taker=3_000, tiers=(FeeTier(1_000, -2_500, 2_900), FeeTier(5_000, -3_000, 2_500)))


@pytest.mark.parametrize(("traded", "taker"), [(0, 3_000), (999, 3_000), (1_000, 2_900), (5_000, 2_500)])
def test_the_tier_is_that_of_the_shares_traded_before(traded: int, taker: int):
    assert TIERED.fee(Liquidity.TAKER, 100, traded) == 100 * taker


def test_a_fill_counts_for_the_next_one_and_each_owner_for_itself():
    meter = FeeMeter(TIERED)
    assert [meter.charge(1, Liquidity.TAKER, 1_000), meter.charge(1, Liquidity.MAKER, 100)] == [3_000_000, -250_000]
    assert meter.charge(2, Liquidity.TAKER, 100) == 300_000


def test_what_was_filled_elsewhere_counts_for_no_tier():
    meter = FeeMeter(TIERED)
    meter.charge(1, Liquidity.ROUTED, 10_000)
    assert meter.charge(1, Liquidity.TAKER, 100) == 300_000


def test_a_routed_fill_costs_what_taking_does_unless_stated():
    assert FeeSchedule(taker=3_000).fee(Liquidity.ROUTED, 100) == 300_000
    assert FeeSchedule(taker=3_000, routed=3_500).fee(Liquidity.ROUTED, 100) == 350_000


def test_tiers_rise():
    with pytest.raises(ValueError, match="each must begin at more shares"):
        FeeSchedule(tiers=(FeeTier(1_000, 0, 0), FeeTier(1_000, 0, 0)))


def test_the_log_charges_by_tier():
    log = EventLog()
    venue = lit_venue(fees=TIERED, log=log)
    with_orders(venue, asks=[(100_0500, 5_000)])
    client = Client(venue)
    for _ in range(3):
        client.answer(buy(600, limit=100_0500))
    charged = rows(log, "reports", "owner", "liquidity", "fee")
    assert [fee for owner, _, fee in charged if owner == TAKER and fee] == [1_800_000, 1_800_000, 1_740_000]
    assert [fee for owner, _, fee in charged if owner == MAKER and fee] == [-1_200_000, -1_200_000, -1_500_000]
