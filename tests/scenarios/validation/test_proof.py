"""Rows, figures by market and seed, and proofs that are a scenario's own expectations."""

from __future__ import annotations

import pytest

from scenarios.run import run
from scenarios.validation.proof import (
    EXPECTED,
    FAILED,
    SEEDS,
    Found,
    Row,
    expectations_proof,
    expected_figures,
    text_of,
)
from tests.scenarios.builders import small

FOUND = Found({("a", 2): {"x": 2.0}, ("a", 1): {"x": 1.0, "y": 5.0}, ("b", 1): {"x": 4.0}, ("b", 2): {"x": 6.0}})


def test_the_seeds_are_one_to_thirty() -> None:
    assert tuple(range(1, 31)) == SEEDS


def test_a_row_says_pass_fail_or_skipped() -> None:
    rows = [Row("a", "claim", "effect", passed) for passed in (True, False, None)]
    assert [row.verdict for row in rows] == ["pass", "FAIL", "skipped"]
    assert rows[0].as_json() == {"name": "a", "claim": "claim", "effect": "effect", "verdict": "pass"}


def test_figures_stand_in_the_order_of_the_seeds() -> None:
    assert FOUND.seeds("a") == [1, 2]
    assert FOUND.each("a", "x") == [1.0, 2.0]
    assert FOUND.each("b", lambda its: its["x"] * 2) == [8.0, 12.0]


def test_a_figure_that_a_seed_does_not_have_is_nothing() -> None:
    assert FOUND.names("a") == ["x", "y"]
    assert FOUND.each("a", "y") == [5.0, 0.0]
    assert FOUND.total("a", "y") == 5.0


def test_differences_are_paired_by_seed() -> None:
    change = FOUND.difference("b", "a", "x")
    assert change.mean == 3.5
    assert FOUND.mean("b", "x").mean == 5.0


def test_markets_with_other_seeds_are_not_paired() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Found({("a", 1): {"x": 1.0}, ("a", 2): {"x": 1.0}, ("b", 1): {"x": 1.0}}).difference("a", "b", "x")


def test_an_effect_is_written_with_its_interval() -> None:
    assert text_of(FOUND.mean("a", "x"), 100, "points") == "+150.000 [-485.310, +785.310] points"


def verdict_of(*failed: float) -> Row:
    """The row of a scenario with two expectations, so many of which fail on each seed."""
    proof = expectations_proof("its own", "a claim", "validation/its_own", runs=len(failed))
    figures = {("its own", seed): {FAILED: n, EXPECTED: 2.0, "a.x": 0.5 + seed} for seed, n in enumerate(failed)}
    (row,) = proof.judge(Found(figures))
    return row


def test_expectations_that_hold_on_every_seed_pass() -> None:
    assert verdict_of(0, 0) == Row("its own", "a claim", "4 of 4 hold: a.x = 0.5 to 1.5", True)


def test_one_expectation_that_fails_on_one_seed_fails() -> None:
    assert verdict_of(0, 1) == Row("its own", "a claim", "3 of 4 hold: a.x = 0.5 to 1.5", False)


def test_no_expectation_proves_nothing() -> None:
    (row,) = expectations_proof("none", "a claim", "validation/none").judge(Found({("none", 1): {}}))
    assert row.passed is False


def test_what_a_run_was_expected_to_be_is_taken_from_it() -> None:
    expect = {"market.trades": {"equals": 0}, "market.shares_traded": {"at_least": 1}, "market.volume": {"equals": 0}}
    figures = expected_figures(run(small(expect=expect)))
    assert (figures[FAILED], figures[EXPECTED]) == (2.0, 3.0)
    assert (figures["market.trades"], figures["market.shares_traded"]) == (0.0, 0.0)
    assert figures["market.volume"] != figures["market.volume"], "there is no such result"
