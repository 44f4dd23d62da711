"""The static allocator against the reference cases, and the facts that its users should know."""

from __future__ import annotations

import re
from fractions import Fraction
from math import inf
from typing import Any

import pytest

from agents.allocators.static import (
    INERT,
    INFEASIBLE,
    REWARDS_IDLENESS,
    DisplayedVenue,
    allocate,
    allocate_greedy,
    compute_cost,
)

SEED = (
    DisplayedVenue(100.10, 500, 0.003, 0.001),
    DisplayedVenue(100.11, 300, 0.002, 0.0015),
    DisplayedVenue(100.12, 800, 0.0025, 0.001),
)
SEED_ORDER = (1000, SEED, 0.01, 0.005, 0.002)
TIED = (DisplayedVenue(96.75, 400, 0.003, 0.0015), DisplayedVenue(96.75, 1200, 0.003, 0.002))
TIED_ORDER = (1000, TIED, 0.05, 0.005, 0.01)
UNEVEN = (
    DisplayedVenue(279.5, 1317, 0.0028, 0.002),
    DisplayedVenue(279.5, 790, 0.0028, 0.001),
    DisplayedVenue(279.5, 997, 0.0025, 0.0),
)
UNEVEN_ORDER = (1500, UNEVEN, 0.01, 0.001, 0.0001)
INVERTED = (
    DisplayedVenue(77.88, 893, 0.0009, 0.0015),
    DisplayedVenue(77.86, 295, -0.0002, 0.001),
    DisplayedVenue(77.87, 1102, 0.002, 0.002),
)
INVERTED_ORDER = (500, INVERTED, 0.05, 0.05, 0.002)
SHORT = (
    DisplayedVenue(209.31, 800, 0.002, 0.0032),
    DisplayedVenue(209.29, 200, 0.003, 0.0),
    DisplayedVenue(209.3, 100, 0.003, 0.002),
)
SHORT_ORDER = (1500, SHORT, 0.001, 0.05, 0.01)


@pytest.mark.parametrize(
    ("order", "variant", "split", "cost", "candidates", "ties"),
    [
        (SEED_ORDER, "capped_equality", (500, 300, 200), "100109.6", 21, 1),
        (SEED_ORDER, "uncapped_equality", (0, 1000, 0), "30037.45", 66, 1),
        (SEED_ORDER, "free", (0, 0, 0), "7", 1331, 1),
        (SEED_ORDER, "relative_to_best_ask", (500, 0, 0), "5", 216, 1),
        (TIED_ORDER, "capped_equality", (0, 1000), "96753", 5, 5),
        (TIED_ORDER, "relative_to_best_ask", (0, 1000), "3", 55, 5),
        (UNEVEN_ORDER, "capped_equality", (0, 600, 900), "419253.93", 76, 7),
        (UNEVEN_ORDER, "uncapped_equality", (0, 1500, 0), "220807.283", 136, 1),
        (UNEVEN_ORDER, "relative_to_best_ask", (0, 0, 0), "1.65", 1120, 1),
        (INVERTED_ORDER, "capped_equality", (0, 200, 300), "38933.56", 15, 1),
        (INVERTED_ORDER, "uncapped_equality", (0, 500, 0), "22979.096", 21, 1),
        (INVERTED_ORDER, "relative_to_best_ask", (0, 200, 300), "3.56", 108, 1),
        (SHORT_ORDER, "uncapped_equality", (0, 0, 1500), "21011.5", 136, 1),
        (SHORT_ORDER, "relative_to_best_ask", (800, 200, 100), "43.5", 54, 1),
    ],
)
def test_the_reference_cases_come_out_exactly(
    order: tuple[Any, ...], variant: Any, split: tuple[int, ...], cost: str, candidates: int, ties: int
) -> None:
    found = allocate(*order, variant=variant)
    assert (found.split, found.cost, found.candidates, found.n_ties) == (split, Fraction(cost), candidates, ties)


def test_ties_are_listed_in_lexicographic_order_and_the_first_one_wins() -> None:
    found = allocate(*TIED_ORDER)
    assert found.all_ties == ((0, 1000), (100, 900), (200, 800), (300, 700), (400, 600))


@pytest.mark.parametrize("power", [-6, -1, 1, 6])
def test_under_cap_and_equality_the_penalties_are_inert(power: int) -> None:
    order, venues, *penalties = UNEVEN_ORDER
    plain = allocate(*UNEVEN_ORDER)
    scaled = allocate(order, venues, *(Fraction(str(penalty)) * Fraction(10) ** power for penalty in penalties))
    assert (scaled.split, scaled.cost) == (plain.split, plain.cost)
    assert plain.notes == (INERT,)


def test_relative_to_a_reference_the_penalties_decide() -> None:
    bought = [allocate(1000, SEED, 0.01, under, 0, variant="relative_to_best_ask").executed for under in (0, 0.01, 0.1)]
    assert bought == [0, 500, 1000]


def test_a_display_smaller_than_the_order_gives_the_best_effort_and_a_residual() -> None:
    found = allocate(*SHORT_ORDER)
    assert (found.split, found.residual, found.feasible) == ((800, 200, 100), 400, False)
    assert found.as_circulated() == ([], inf)
    assert found.notes == (INFEASIBLE,)


def test_an_order_off_the_grid_is_filled_up_to_the_last_whole_step() -> None:
    found = allocate(1050, SEED, 0.01, 0.005, 0.002)
    assert (sum(found.split), found.residual, found.feasible) == (1000, 50, False)


def test_without_a_sum_constraint_the_cheapest_split_trades_nothing() -> None:
    found = allocate(*SEED_ORDER, variant="free")
    assert (found.executed, found.cost, found.notes) == (0, 7, (REWARDS_IDLENESS,))


def test_without_a_cap_most_of_the_order_stays_unfilled() -> None:
    found = allocate(*SEED_ORDER, variant="uncapped_equality")
    assert (found.executed, found.underfill) == (300, 700)


def test_a_published_sample_output_cannot_be_a_full_fill() -> None:
    full = compute_cost([5000], [DisplayedVenue(222.83, 5000)], 5000, 0, 0, 0)
    assert full == 1_114_150
    assert full > 757_891


@pytest.mark.parametrize(
    ("order", "split", "cash", "unfilled"),
    [
        (SEED_ORDER, (500, 300, 200), "100109.6", 0),
        (UNEVEN_ORDER, (503, 0, 997), "419253.9009", 0),
        (INVERTED_ORDER, (0, 295, 205), "38932.401", 0),
        (SHORT_ORDER, (800, 200, 100), "230238.5", 400),
    ],
)
def test_the_share_by_share_bound(order: tuple[Any, ...], split: tuple[int, ...], cash: str, unfilled: int) -> None:
    found = allocate_greedy(order[0], order[1])
    assert (found.split, found.cash, found.residual) == (split, Fraction(cash), unfilled)


def test_shares_beyond_the_display_earn_the_rebate_and_count_as_underfill() -> None:
    cost = compute_cost([600], [DisplayedVenue(10, 500, 0, "0.002")], 600, 0, "0.05", "0.01")
    assert cost == 5000 - Fraction("0.2") + 6


def test_text_decimals_and_floats_mean_the_same_number() -> None:
    venues = [{"ask": "100.10", "ask_size": 500, "fee": "0.003"}, {"ask": Fraction(10011, 100), "ask_size": 500}]
    floats = [{"ask": 100.1, "ask_size": 500, "fee": 0.003}, {"ask": 100.11, "ask_size": 500}]
    assert allocate(900, venues, 0, 0, 0) == allocate(900, floats, 0, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"order_size": 0}, "order_size = 0: must be a whole number of shares, 1 or more"),
        ({"order_size": 10.5}, "order_size = 10.5: must be a whole number of shares, 1 or more"),
        ({"step": 0}, "step = 0: must be a whole number of shares, 1 or more"),
        ({"venues": []}, "no venues: give at least one"),
        ({"venues": [{"ask": 10}]}, "venues[0] has no 'ask_size'"),
        ({"venues": [{"ask": 10, "ask_size": -1}]}, "venues[0].ask_size = -1: must be a whole number of shares"),
        ({"venues": [{"ask": "ten", "ask_size": 1}]}, "'ten' is no number"),
        ({"venues": [{"ask": -10, "ask_size": 1}]}, "venues[0].ask = -10: must be 0 $/share or more"),
        ({"venues": [{"ask": 10, "ask_size": 1, "fees": 0.003}]}, "venues[0] has 'fees'; write 'fee'"),
        ({"venues": [10]}, "venues[0] = 10: give a DisplayedVenue, or a mapping with ask and ask_size"),
        ({"lambda_over": float("nan")}, "nan is no number"),
        ({"variant": "fast"}, "variant = 'fast': must be one of capped_equality"),
    ],
)
def test_a_wrong_input_is_named(wrong: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {
        "order_size": 100, "venues": SEED, "lambda_over": 0, "lambda_under": 0, "theta_queue": 0,
    }  # fmt: skip
    with pytest.raises(ValueError, match=re.escape(message)):
        allocate(**{**given, **wrong})


def test_a_split_needs_an_entry_per_venue() -> None:
    with pytest.raises(ValueError, match="a split of 1 entries for 3 venues"):
        compute_cost([100], SEED, 100, 0, 0, 0)


def test_what_else_a_mapping_says_of_its_venue_is_the_callers_own() -> None:
    named = [{"name": "NYSE", "ask": 10, "ask_size": 100}]
    assert allocate(100, named, 0, 0, 0).split == (100,)


def test_the_lowest_ask_is_measured_against_even_where_nothing_is_displayed_at_it() -> None:
    """100 shares cost 1 $ each beyond the 9 of the empty venue; unfilled, half a dollar each."""
    venues = [{"ask": 9, "ask_size": 0}, {"ask": 10, "ask_size": 100}]
    found = allocate(100, venues, 0, 0.5, 0, variant="relative_to_best_ask")
    assert (found.reference, found.split, found.cost) == (9, (0, 0), 50)
