"""The rows "BCS" pass on figures that follow the model and FAIL on figures that do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scenarios.load import load
from scenarios.run import run
from scenarios.validation.proof import Figures, Found, Proof
from scenarios.validation.sniping import BASE, PROOFS, Cell, estimate, jackknifed, measure

SEEDS = range(1, 21)
X, RENT = 0.5671, 0.2836


def proof(name: str) -> Proof:
    return next(each for each in PROOFS if each.name == name)


def verdicts(name: str, *figures: Callable[[int], Figures]) -> dict[str, bool | None]:
    """Of a proof's rows, with the figures of each of its markets by seed."""
    its = proof(name)
    made = {(m.name, seed): of(seed) for m, of in zip(its.markets, figures, strict=True) for seed in SEEDS}
    return {row.name.removeprefix(name).strip(): row.passed for row in its.judge(Found(made))}


def earning(provider: float, sniper: float) -> Callable[[int], Figures]:
    """About so much, some seeds more and some less."""
    return lambda seed: {"provider": provider + 0.01 * (-1) ** seed, "sniper": sniper + 0.01 * (-1) ** (seed // 2)}


# -- rows -------------------------------------------------------------------------------------------


def test_equal_rents_pass() -> None:
    rows = verdicts("BCS rent 1:1 N=2", earning(RENT, RENT))
    assert rows == {"provider": True, "sniper": True, "parity": True}


@pytest.mark.parametrize(
    ("provider", "sniper", "failed"),
    [
        (RENT + 0.02, RENT, ["provider", "parity"]),
        (RENT, RENT - 0.02, ["sniper", "parity"]),
        (2 * RENT, 2 * RENT, ["provider", "sniper"]),
    ],
)
def test_other_rents_fail(provider: float, sniper: float, failed: list[str]) -> None:
    rows = verdicts("BCS rent 1:1 N=2", earning(provider, sniper))
    assert [name for name, passed in rows.items() if not passed] == failed


def test_a_break_even_where_theory_has_it_passes() -> None:
    assert verdicts("BCS break-even exponential 1:1 N=2", earning(0.2, 0.29), earning(0.36, 0.27)) == {"": True}


@pytest.mark.parametrize(
    ("below", "above"),
    [
        (earning(0.30, 0.29), earning(0.36, 0.27)),
        (earning(0.2, 0.29), earning(0.26, 0.27)),
        (earning(0.1, 0.29), earning(0.28, 0.25)),
        (earning(0.2, 0.2), earning(0.2, 0.2)),
    ],
    ids=["gains below", "loses above", "crosses elsewhere", "never crosses"],
)
def test_another_break_even_fails(below: Callable[[int], Figures], above: Callable[[int], Figures]) -> None:
    assert verdicts("BCS break-even exponential 1:1 N=2", below, above) == {"": False}


@pytest.mark.parametrize(("sniper", "passed"), [(0.0, True), (0.0004, True), (0.002, False), (0.1, False)])
def test_in_batches_snipers_earn_nothing(sniper: float, passed: bool) -> None:
    figures = lambda seed: {"provider": 1.0, "sniper": sniper + 0.0005 * (-1) ** seed}  # noqa: E731
    assert verdicts("BCS batch", figures) == {"": passed}


def test_one_run_proves_nothing() -> None:
    assert not estimate([0.5]).agrees(0.5)
    assert not estimate([0.5, 0.5]).agrees(0.5)


def test_a_mean_s_jackknife_error_is_its_standard_error() -> None:
    each = [1.0, 2.0, 4.0, 8.0]
    found = jackknifed(lambda kept: sum(each[i] for i in kept) / len(kept), 4)
    assert found.error == pytest.approx(estimate(each).error)


# -- markets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("market", [m for p in PROOFS for m in p.markets], ids=lambda m: m.name)
def test_every_market_loads(market) -> None:  # type: ignore[no-untyped-def]
    assert load(market.scenario, set=market.settings)


def test_markets_are_told_apart() -> None:
    names = [market.name for each in PROOFS for market in each.markets]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("firms", "won"), [(2, 1 / 2), (5, 4 / 5)])
def test_snipers_win_all_races_but_the_providers_part(firms: int, won: float) -> None:
    market = Cell("fixed", 1, 5, firms).market(1, ("duration=200s",))
    result = run(load(market.scenario, set=market.settings), seed=3)
    trades, names = result.tables["trades"], result.tables.directory.agents
    snipers = [number for number, name in names.items() if name.startswith("snipers")]
    races = len(result.tables["news"]) - 1
    sniped = sum(int((trades["taker"] == number).sum()) for number in snipers)
    assert sniped / races == pytest.approx(won, abs=4 * (won * (1 - won) / races) ** 0.5)


def test_a_sniper_s_figure_is_of_one_firm() -> None:
    market = BASE[1].market(1, ("duration=50s",))
    result = run(load(market.scenario, set=market.settings), seed=3)
    figures = measure(result)
    assert figures["provider"] + 4 * figures["sniper"] > 0
    all_firms = {v.metric: v.value for v in result.expectations}["snipers.edge_per_second"]
    assert figures["sniper"] == pytest.approx(all_firms / 4)


def test_batches_leave_the_snipers_nothing() -> None:
    result = run("validation/bcs_batch", set={"duration": "200s"})
    assert [verdict.holds for verdict in result.expectations] == [True]
