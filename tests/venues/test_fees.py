from __future__ import annotations

import dataclasses

import pytest

from venues.fees import FeeSchedule
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
