"""Pieces of an order: in proportion, in lots, exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.algos.lots import apportion, whole

ORDERS = st.tuples(
    st.integers(1, 10**9),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any),
    st.sampled_from([1, 100]),
)


@given(ORDERS)
def test_pieces_add_up_and_each_is_less_than_a_lot_from_its_exact_share(order):
    qty, weights, lot = order
    pieces = apportion(qty, weights, lot)
    assert sum(pieces) == qty
    total = sum(weights)
    assert all(abs(p * total - qty * w) < lot * total for p, w in zip(pieces, weights, strict=True))


@given(ORDERS)
def test_at_most_one_piece_is_no_round_lot(order):
    qty, weights, lot = order
    assert sum(piece % lot != 0 for piece in apportion(qty, weights, lot)) == (qty % lot != 0)


def test_the_largest_remainder_gets_the_lot_that_is_left_and_the_earlier_of_two():
    assert apportion(1_000, [1, 2, 4], 100) == [100, 300, 600]
    assert apportion(300, [1, 1], 100) == [200, 100]


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_weights_that_are_no_proportion_are_an_error(weights):
    with pytest.raises(ValueError, match="none may be below 0, and one must be above"):
        apportion(100, weights)


def test_float_weights_keep_their_proportion():
    assert apportion(1_000_000, whole([0.1, 0.2, 0.7])) == [100_000, 200_000, 700_000]
