"""The closed form of two exponential venues, and where it must not be used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.allocators.closed_form_pair import exponential_pair
from agents.allocators.placement import PlacementProblem
from agents.allocators.placement_optimum import expected_cost, optimum
from tests.agents.allocators.placements import BOUNDARY, INTERIOR, INTERIOR_EQUAL, table_1


@pytest.mark.parametrize(
    ("problem", "root", "market", "limits"),
    [(INTERIOR, 2500.6, 1099.4, (1684.41, 1203.84)), (INTERIOR_EQUAL, 2156.596, 443.4, (1094.46, 1094.46))],
)
def test_inside_the_bounds_it_is_the_optimum(
    problem: PlacementProblem, root: float, market: float, limits: tuple[float, float]
) -> None:
    pair = exponential_pair(problem)
    assert pair is not None
    assert pair.applies
    assert pair.root == pytest.approx(root, abs=0.0005)
    assert pair.placement.market == pytest.approx(market, abs=0.05)
    assert pair.placement.limits == pytest.approx(limits, abs=0.005)
    solved = optimum(problem).placement
    assert (pair.placement.market, *pair.placement.limits) == pytest.approx((solved.market, *solved.limits), abs=1e-3)


def test_the_smaller_root_is_far_from_the_optimum() -> None:
    pair = exponential_pair(INTERIOR_EQUAL)
    assert pair is not None
    assert pair.smaller_root == pytest.approx(1081.12, abs=0.005)
    shift = pair.root - 1081.1215
    market, limits = pair.placement.market + shift, [limit - shift for limit in pair.placement.limits]
    assert expected_cost(INTERIOR_EQUAL, market, limits) == pytest.approx(33.009, abs=0.0005)
    assert optimum(INTERIOR_EQUAL).cost == pytest.approx(17.648, abs=0.0005)


def test_misapplied_it_says_so_and_costs_more() -> None:
    pair = exponential_pair(BOUNDARY)
    assert pair is not None
    assert pair.broken == ("L_1 <= S - M",)
    assert pair.placement.market == pytest.approx(159.62, abs=0.005)
    assert pair.placement.limits == pytest.approx((1950.82, 1805.37), abs=0.005)
    assert expected_cost(BOUNDARY, *pair.placement) == pytest.approx(8.944481, abs=5e-7)
    assert optimum(BOUNDARY).cost < 8.66


def test_without_a_root_there_is_no_inner_optimum() -> None:
    assert exponential_pair(replace(INTERIOR, lambda_under=0.007)) is None


def test_other_laws_are_refused() -> None:
    with pytest.raises(ValueError, match="two venues with exponential outflows"):
        exponential_pair(table_1(1000, 2))
