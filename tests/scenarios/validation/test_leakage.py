"""Information leakage: each row passes on figures that show its claim and FAILS on figures that do not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scenarios.run import run
from scenarios.validation.leakage import MARKETS, PROOFS, SCENARIO
from scenarios.validation.proof import Figures, Found
from scenarios.validation.recompute import measure

RUNS = (1, 2, 3)


def test_the_scenario_keeps_its_own_expectations() -> None:
    assert all(verdict.holds for verdict in run(SCENARIO).expectations)


@pytest.mark.parametrize(("probed", "calm"), [("probes", "no probes"), ("probes heard", "no probes heard")])
def test_a_dark_order_that_misses_changes_no_lit_quote(probed: str, calm: str) -> None:
    with_probes, without = (measure(MARKETS[name], seed=5) for name in (probed, calm))
    assert with_probes["probes"] == 100
    assert with_probes["dark shares"] == 0
    assert with_probes["lit quotes"] == without["lit quotes"]


def test_bait_that_reads_changes_lit_quotes_and_bait_that_does_not_tells_nobody() -> None:
    read, unread = (measure(MARKETS[name], seed=5) for name in ("read", "unread"))
    assert read["gone"] > 0.5 * read["displayed"]
    assert unread["gone"] < 0.05 * unread["displayed"]


# -- the rows ---------------------------------------------------------------------------------------


def judge(proof: str, figures: Mapping[str, Figures]) -> dict[str, bool | None]:
    """Verdicts on hand-made figures, a little different in every seed: market -> figures."""
    its = next(each for each in PROOFS if each.name == proof)
    made = {
        (f"leakage {name}", seed): {key: value * (1 + seed / 1_000) for key, value in each.items()}
        for name, each in figures.items()
        for seed in RUNS
    }
    return {row.name: row.passed for row in its.judge(Found(made))}


@pytest.mark.parametrize(
    ("probed", "calm", "passed"),
    [
        ({"probes": 50.0, "lit quotes": 7.0}, {"lit quotes": 7.0}, True),
        ({"probes": 50.0, "lit quotes": 7.0}, {"lit quotes": 8.0}, False),
        ({"probes": 50.0, "lit quotes": 7.0, "dark shares": 100.0}, {"lit quotes": 7.0}, False),
        ({"lit quotes": 7.0}, {"lit quotes": 7.0}, False),
    ],
    ids=["the same", "another quote", "somebody was there", "no probe"],
)
def test_a_quote_that_differs_fails_the_row(probed: Figures, calm: Figures, passed: bool) -> None:
    assert judge("leakage nobody", {"probes": probed, "no probes": calm}) == {"leakage nobody": passed}
    heard = {"probes heard": probed, "no probes heard": calm}
    assert judge("leakage indications", heard) == {"leakage indications": passed}


def test_a_quote_that_does_not_fade_fails_its_row() -> None:
    calm, gone = {"displayed": 100.0, "gone": 1.0}, {"displayed": 100.0, "gone": 60.0}
    faded: Figures = {"displayed": 100.0, "gone": 60.0}
    assert judge("leakage fade", {"unread": calm, "read": gone}) == {"leakage fade": True}
    assert judge("leakage fade", {"unread": faded, "read": faded}) == {"leakage fade": False}


def costs(**bps: float) -> dict[str, bool | None]:
    """Verdicts when the markets cost so much."""
    return judge("leakage cost", {name: {"all_in_bps": each} for name, each in bps.items()})


def test_costs_follow_who_learns() -> None:
    assert set(costs(unread=0.9, read=1.4, empty=1.0, lit=1.0).values()) == {True}


def test_costs_that_do_not_follow_fail() -> None:
    wrong = costs(unread=1.2, read=0.9, empty=1.4, lit=1.0)
    assert wrong == dict.fromkeys(("leakage cost", "leakage price", "leakage gain", "leakage time"), False)
