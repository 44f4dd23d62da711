from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.shortfall import shortfall

PEROLD = {"decision": 99_980_000, "arrival": 100_000_000, "end": 100_200_000}
FILLS = [(100_0200, 300), (100_0300, 500), (100_0500, 100)]


def test_perold_s_parts_of_the_worked_vector():
    cost = shortfall(1, 1000, FILLS, 2_700_000, **PEROLD)
    assert (cost.delay, cost.execution, cost.opportunity, cost.fees) == (18_000_000, 26_000_000, 22_000_000, 2_700_000)


def test_the_worked_vector_costs_68_dollars_70_which_is_6_8714_basis_points():
    cost = shortfall(1, 1000, FILLS, 2_700_000, **PEROLD)
    assert cost.dollars == 68.70
    assert round(cost.bps, 4) == 6.8714


def test_a_sell_gains_where_a_buy_pays():
    buy, sell = (shortfall(side, 1000, FILLS, 0, **PEROLD) for side in (1, -1))
    assert sell.total == -buy.total


def test_an_order_that_never_traded_costs_its_opportunity():
    cost = shortfall(1, 1000, [], 0, **PEROLD)
    assert (cost.delay, cost.execution, cost.total) == (0, 0, 220_000_000)


@given(
    st.sampled_from([1, -1]),
    st.lists(st.tuples(st.integers(1, 200_0000), st.integers(1, 10_000)), max_size=6),
    st.integers(0, 10_000),
    st.integers(-(10**9), 10**9),
    st.tuples(*[st.integers(1, 200_000_000)] * 3),
)
def test_the_parts_sum_to_paper_against_reality_exactly(side, fills, unfilled, fees, mids):
    decision, arrival, end = mids
    filled = sum(qty for _, qty in fills)
    cost = shortfall(side, filled + unfilled, fills, fees, decision, arrival, end)
    paper = side * (end - decision) * (filled + unfilled)
    reality = sum(side * (end - px * 100) * qty for px, qty in fills) - fees
    assert cost.total == paper - reality
