"""The exact allocator is brute force without the work: same split, same cost, ties included."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest

from agents.allocators.exact import LadderVenue, allocate_exact, allocate_greedy_l2
from agents.allocators.static import INERT, DisplayedVenue, allocate
from tests.agents.allocators.test_static import SEED_ORDER, SHORT_ORDER, TIED_ORDER, UNEVEN_ORDER

L2_EXAMPLE = (
    LadderVenue("BATS", [(100.10, 200), (100.11, 300)], 0.003, 0.001),
    LadderVenue("ARCA", [(100.11, 400), (100.12, 500)], 0.002, 0.0015),
)


def swept(venue: LadderVenue, shares: int) -> int:
    """Cash for so many shares, best level first; shares beyond the levels do not exist."""
    cash = 0
    for price, size in sorted(venue.levels):
        taken = min(shares, size)
        shares -= taken
        cash += taken * (price + venue.fee)  # type: ignore[operator]
    return cash


def brute_force(
    order: int, venues: list[LadderVenue], over: int, under: int, theta: int, lot: int, reference: int | None
) -> tuple[int, tuple[int, ...]] | None:
    """The first cheapest of all splits in lots, (cost, split); None: nothing adds up to the order."""
    most = [min(order, sum(size for _, size in v.levels), order if v.cap is None else v.cap) for v in venues]
    best = None
    for split in product(*(range(0, cap // lot * lot + 1, lot) for cap in most)):
        executed = sum(split)
        if reference is None and executed != order:
            continue
        cost = sum(swept(venue, shares) for venue, shares in zip(venues, split, strict=True))
        cost += (theta + under) * max(order - executed, 0) + (theta + over) * max(executed - order, 0)
        cost -= (reference or 0) * executed
        if best is None or cost < best[0]:
            best = cost, split
    return best


def some_venue(draw: Random, name: str) -> LadderVenue:
    levels = [(draw.randint(10, 14), draw.randint(0, 4)) for _ in range(draw.randint(1, 3))]
    return LadderVenue(name, levels, draw.randint(-1, 2), 0, draw.choice([None, None, draw.randint(0, 6)]))


def test_it_finds_what_brute_force_finds_first_in_thousands_of_small_books() -> None:
    draw = Random(20240101)
    compared = 0
    while compared < 3_000:
        venues = [some_venue(draw, f"V{place}") for place in range(draw.randint(1, 3))]
        order, lot = draw.randint(1, 9), draw.choice([1, 1, 2, 3])
        over, under, theta = draw.randint(-1, 4), draw.randint(0, 5), draw.randint(0, 2)
        if over + under + 2 * theta < 0:
            continue
        reference = draw.choice([None, 10, 11, 12])
        found = allocate_exact(order, venues, over, under, theta, lot=lot, reference=reference)
        expected = brute_force(order, venues, over, under, theta, lot, reference)
        assert found.feasible == (expected is not None)
        if expected is not None:
            assert (found.cost, found.split) == expected
            compared += 1


@pytest.mark.parametrize("order", [SEED_ORDER, TIED_ORDER, UNEVEN_ORDER])
def test_it_gives_the_split_and_cost_of_the_circulated_allocator(order: tuple[Any, ...]) -> None:
    by_enumeration = allocate(*order)
    found = allocate_exact(*order, lot=100)
    assert (found.split, found.cost) == (by_enumeration.split, by_enumeration.cost)
    by_enumeration = allocate(*order, variant="relative_to_best_ask")
    found = allocate_exact(*order, lot=100, reference=by_enumeration.reference)
    assert (found.split, found.cost) == (by_enumeration.split, by_enumeration.cost)


def test_at_a_step_of_one_share_too() -> None:
    venues = [DisplayedVenue(v.ask, v.ask_size // 20, v.fee, v.rebate) for v in UNEVEN_ORDER[1]]
    by_enumeration = allocate(75, venues, 0.01, 0.05, 0.001, step=1)
    assert by_enumeration.n_ties > 1
    assert allocate_exact(75, venues, 0.01, 0.05, 0.001).split == by_enumeration.split


def test_what_is_not_displayed_is_a_residual() -> None:
    found = allocate_exact(*SHORT_ORDER)
    assert (found.split, found.residual, found.feasible) == ((800, 200, 100), 400, False)
    assert found.cost == found.cash + 400 * Fraction("0.06")


def test_a_cap_on_a_venue_is_kept() -> None:
    capped = [LadderVenue("A", [(10, 500)], cap=120), LadderVenue("B", [(11, 500)])]
    assert allocate_exact(300, capped).split == (120, 180)
    assert allocate_exact(300, capped, lot=50).split == (100, 200)


def test_a_lot_may_lie_across_levels() -> None:
    thin = [LadderVenue("A", [(10, 30), (12, 100)]), LadderVenue("B", [(11, 100)])]
    assert allocate_exact(100, thin, lot=100).split == (0, 100)  # 30 x 10 + 70 x 12 = 1140 > 1100


def test_the_penalties_decide_how_much_is_bought_relative_to_a_reference() -> None:
    ladder = [LadderVenue("A", [(10, 100), (11, 100), (12, 100)])]
    bought = [allocate_exact(300, ladder, 0, under, reference=10).executed for under in (0, 0.5, 1.5, 2.5)]
    assert bought == [0, 100, 200, 300]


def test_inert_penalties_are_told() -> None:
    assert allocate_exact(100, L2_EXAMPLE, 0.01).notes == (INERT,)
    assert allocate_exact(100, L2_EXAMPLE).notes == ()


def test_the_circulated_l2_example_in_its_sequence() -> None:
    found = allocate_greedy_l2(1000, L2_EXAMPLE)
    assert [(taken.venue, taken.price, taken.shares) for taken in found.sequence] == [
        ("BATS", 100.1, 200),
        ("ARCA", 100.11, 400),
        ("BATS", 100.11, 300),
        ("ARCA", 100.12, 100),
    ]
    assert found.allocation == {"BATS": 500, "ARCA": 500}
    assert (found.cash, found.underfill, found.overfill) == (Fraction("100111.5"), 0, 0)


def test_exact_and_greedy_pay_the_same_for_a_full_fill() -> None:
    exact, greedy = allocate_exact(1000, L2_EXAMPLE), allocate_greedy_l2(1000, L2_EXAMPLE)
    assert (exact.cash, exact.allocation) == (greedy.cash, greedy.allocation)


def test_penalties_that_reward_both_mistakes_are_refused() -> None:
    with pytest.raises(ValueError, match="no penalty rewards both mistakes"):
        allocate_exact(100, L2_EXAMPLE, -1, 0.5, reference=100)


def test_two_venues_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two venues are called 'A'"):
        allocate_exact(100, [LadderVenue("A", [(10, 5)]), LadderVenue("A", [(10, 5)])])


def test_a_venue_without_offers_is_named() -> None:
    with pytest.raises(ValueError, match=r"venues\[1\] has neither levels"):
        allocate_exact(100, [{"ask": 10, "ask_size": 5}, {"id": "B"}])


def test_what_is_no_venue_is_named() -> None:
    with pytest.raises(ValueError, match=r"venues\[0\] = 7: give a LadderVenue"):
        allocate_exact(100, [7])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"venues\[0\] has 'Fees'; write 'fee'"):
        allocate_exact(100, [{"levels": [(10, 100)], "Fees": 0.003}])
