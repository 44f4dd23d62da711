from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import pytest

from venues.messages import (
    LARGEST_ID,
    LARGEST_PRICE,
    LARGEST_QTY,
    CancelOrder,
    ExecType,
    Liquidity,
    NewOrder,
    OrdStatus,
    Reason,
    Side,
    TimeInForce,
)
from venues.refusals import fault_of_fields, is_id, is_price, is_qty, is_whole, mended, refuse


class Own(IntEnum):
    FIVE = 5


@pytest.mark.parametrize("value", [0, -5, 10**30, np.int8(5), np.uint64(5), np.array(5), Own.FIVE])
def test_integers_of_any_make_are_whole_numbers(value: Any):
    assert is_whole(value)


@pytest.mark.parametrize(
    "value", [None, True, False, 5.0, "5", b"5", [5], np.float64(5), np.bool_(True), np.array([5])]
)
def test_truth_values_floats_texts_and_collections_are_not(value: Any):
    assert not is_whole(value)


@pytest.mark.parametrize(
    ("is_fine", "smallest", "largest"),
    [(is_id, -LARGEST_ID, LARGEST_ID), (is_qty, 1, LARGEST_QTY), (is_price, 1, LARGEST_PRICE)],
)
def test_ids_quantities_and_prices_have_bounds(is_fine: Any, smallest: int, largest: int):
    assert [is_fine(value) for value in (smallest - 1, smallest, largest, largest + 1)] == [False, True, True, False]
    assert is_fine(np.int64(5))
    assert not is_fine(5.0)


GOOD = NewOrder(9, 8, Side.BUY, 500, 100_0000, TimeInForce.IOC)


def test_a_good_order_has_no_fault():
    assert fault_of_fields(GOOD) is Reason.NONE
    assert fault_of_fields(GOOD._replace(price=None)) is Reason.NONE


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("order_id", 1.0, Reason.BAD_MESSAGE),
        ("owner", None, Reason.BAD_MESSAGE),
        ("qty", 0, Reason.BAD_QTY),
        ("price", 0, Reason.BAD_PRICE),
        ("side", 2, Reason.BAD_SIDE),
        ("side", True, Reason.BAD_SIDE),
        ("time_in_force", 5, Reason.BAD_TIME_IN_FORCE),
        ("time_in_force", False, Reason.BAD_TIME_IN_FORCE),
    ],
)
def test_each_field_has_its_own_reason(field: str, value: Any, reason: Reason):
    assert fault_of_fields(GOOD._replace(**{field: value})) is reason


def test_a_mended_order_has_python_numbers_and_our_enumerations():
    i = np.int64
    odd = NewOrder(i(9), i(8), i(1), i(500), i(100_0000), i(3))  # type: ignore[arg-type]
    assert mended(odd) == GOOD
    assert [type(field) for field in mended(odd)] == [int, int, Side, int, int, TimeInForce, type(None)]
    assert mended(odd._replace(price=None)).price is None


def test_a_refusal_names_the_order_and_its_owner_and_nothing_traded():
    report = refuse(ExecType.REJECTED, GOOD._replace(side=Side.SELL), Reason.OFF_TICK, now=7)
    assert (report.exec_type, report.ord_status, report.reason) == (
        ExecType.REJECTED,
        OrdStatus.REJECTED,
        Reason.OFF_TICK,
    )
    assert (report.order_id, report.owner, report.side, report.at) == (9, 8, Side.SELL, 7)
    assert (report.price, report.liquidity, *report[6:10]) == (None, Liquidity.NONE, 0, 0, 0, 0)


@pytest.mark.parametrize("thing", [None, "buy", object(), CancelOrder("x", 1.5)])  # type: ignore[arg-type]
def test_what_names_neither_is_told_as_order_0_of_owner_minus_1(thing: Any):
    report = refuse(ExecType.REJECTED, thing, Reason.BAD_MESSAGE, now=7)
    assert (report.order_id, report.owner, report.side) == (0, -1, Side.BUY)


def test_a_side_given_as_a_number_is_told_as_a_side_and_an_unknown_one_as_buy():
    sides = [refuse(ExecType.REJECTED, GOOD._replace(side=s), Reason.BAD_QTY, 7).side for s in (-1, 1, 0, "SELL")]  # type: ignore[arg-type]
    assert sides == [Side.SELL, Side.BUY, Side.BUY, Side.BUY]
