"""The rows "lead-lag" pass on peaks at the delay and FAIL elsewhere; the recorded ones run where the data is."""

from __future__ import annotations

import pytest

from scenarios import recorded_days
from scenarios.run import run
from scenarios.validation.lead_lag import PROOFS, _bitcoin
from scenarios.validation.proof import Figures, Found


def verdicts(name: str, *figures: Figures) -> list[bool | None]:
    proof = next(each for each in PROOFS if each.name == name)
    made = {(market.name, seed): its for market in proof.markets for seed, its in enumerate(figures, 1)}
    return [row.passed for row in proof.judge(Found(made))]


def peaks(on_grid: float, free: float) -> Figures:
    return {"peak": on_grid, "peak error": 0.0, "free peak": free, "free peak error": 1.0}


def test_peaks_at_the_delay_pass() -> None:
    assert verdicts("lead-lag 40 ms", peaks(40, 40), peaks(40, 41)) == [True, True]


def test_a_peak_elsewhere_in_one_seed_fails() -> None:
    assert verdicts("lead-lag 40 ms", peaks(40, 40), peaks(30, 38)) == [False, False]


@pytest.mark.parametrize(
    ("short", "long", "passed"), [(0.02, 0.97, True), (-0.2, 0.97, False), (0.02, 0.8, False), (0.5, 0.97, False)]
)
def test_the_correlation_breaks_down(short: float, long: float, passed: bool) -> None:
    assert verdicts("lead-lag breakdown", {"over 20": short, "over 2000": long}) == [passed]


def test_the_scenario_s_second_price_follows_by_the_difference_of_the_wires() -> None:
    result = run("validation/lead_lag", set={"duration": "20s", "agents.makers_b.news": "31ms"})
    verdict = result.expectations[0]
    assert (verdict.metric, verdict.value, verdict.holds) == ("market.follows_ms", 30.0, False)


def test_without_market_data_the_recorded_rows_are_skipped_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_days, "data_folder", lambda: None)
    rows = _bitcoin(Found({}))
    assert [(row.passed, row.effect) for row in rows] == [(None, "market data folder not found; set SORSIM_DATA")] * 2


@pytest.mark.skipif(recorded_days.data_folder() is None, reason="market data folder not found; set SORSIM_DATA")
def test_the_coin_margined_contract_follows_spot_and_the_usd_margined_one() -> None:
    assert [row.passed for row in _bitcoin(Found({}))] == [True, True]
