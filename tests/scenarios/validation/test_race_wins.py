"""Races over links that jitter: closed forms, and rows that fail when a market does not follow them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scenarios.load import ScenarioError, load
from scenarios.run import run
from scenarios.validation import race_wins
from scenarios.validation.proof import Found
from scenarios.validation.race_wins import (
    BUMPS,
    PEGS,
    PROOFS,
    RACES,
    first_by_lead_normal,
    first_by_lead_uniform,
    first_by_rate,
    first_of_equals,
)
from scenarios.validation.recompute import measure


@pytest.mark.parametrize(
    ("probability", "published"),
    [
        (first_of_equals(1), 0.5),
        (first_of_equals(3), 0.25),
        (first_by_lead_uniform(0.2, 1), 0.680),
        (first_by_lead_uniform(0.5, 1), 0.875),
        (first_by_lead_uniform(1, 1), 1.0),
        (first_by_lead_normal(1, 1), 0.7602),
        (first_by_rate(10, 1, 30), 0.75),
    ],
)
def test_closed_forms_give_the_published_values(probability: float, published: float) -> None:
    assert probability == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("race", [*BUMPS, *PEGS], ids=lambda race: race.market.name)
def test_at_a_speed_bump_what_is_safe_follows_from_the_sums_of_the_ways(race: race_wins.Bump) -> None:
    figures = measure(race.market, seed=3)
    assert figures["races"] > 100
    assert figures["won"] == (figures["races"] if race.safe else 0)


def test_a_lead_as_wide_as_the_jitter_is_never_lost() -> None:
    (certain,) = (race for race in RACES if race.market.name == "race uniform 100")
    figures = race_wins.measure(run(load(certain.market.scenario, set=(*certain.market.settings, "duration=10s"))))
    assert figures["won"] == figures["races"] > 100


def test_a_picker_must_trade_where_it_picks() -> None:
    with pytest.raises(
        ScenarioError, match=r"^race_peg: agents\.picker: picker: picks = 'ARCA': it trades at NYSE, IEX"
    ):
        run(load("validation/race_peg", set=["agents.picker.picks=ARCA"]))


# -- the rows ---------------------------------------------------------------------------------------


def judge(proof: str, share: Callable[[str], float], races: int = 10_000) -> set[bool | None]:
    """Verdicts when the maker wins this share of so many races, by market."""
    its = next(each for each in PROOFS if each.name == proof)
    figures = {(market.name, 1): {"races": float(races), "won": races * share(market.name)} for market in its.markets}
    return {row.passed for row in its.judge(Found(figures))}


EXPECTED = {race.market.name: race.expected for race in RACES}
SAFE = {race.market.name: float(race.safe) for race in (*BUMPS, *PEGS)}


def test_shares_as_expected_pass_and_shares_five_errors_off_fail() -> None:
    assert judge("race wins", EXPECTED.__getitem__) == {True}
    assert judge("race wins", lambda name: EXPECTED[name] - 0.025) == {False}


def test_too_few_races_show_nothing() -> None:
    assert judge("race wins", EXPECTED.__getitem__, races=999) == {False}


@pytest.mark.parametrize("proof", ["race bump", "race peg"])
def test_a_single_race_against_the_rule_fails(proof: str) -> None:
    assert judge(proof, SAFE.__getitem__) == {True}
    assert judge(proof, lambda name: abs(SAFE[name] - 1e-4)) == {False}
