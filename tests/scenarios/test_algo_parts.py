"""Algorithms in a scenario: what may be written, what is said about mistakes, what they do in a running market."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.algos import algo_table, filled_by, schedule
from analysis.explain import explain
from scenarios.algo_parts import VwapAlgo
from scenarios.load import load
from scenarios.run import RunResult, run
from scenarios.source import parse
from tests.scenarios.builders import ROUTER, problems, with_agents

FLOW = {"kind": "background_flow", "limit_rate": "200/s", "market_rate": "40/s", "lifetime": "300ms", "news": "10ms"}


def market(algo: Any, qty: int = 4_000, **order: Any) -> dict[str, Any]:
    """A minute-long market with one order of ten seconds."""
    listed = {"at": "2s", "side": "buy", "qty": qty, "horizon": "10s", "algo": algo, **order}
    router = {**ROUTER, "strategy": {"kind": "smart", "through": 1}, "orders": [listed]}
    return with_agents(FLOW, router, fundamental={"kind": "constant"}, duration="13s")


def client_algo(algo: Any) -> Any:
    return load(market(algo)).agent("client").orders[0].algo


def found(algo: Any) -> list[str]:
    return problems(market(algo))


# -- what may be written ----------------------------------------------------------------------------


def test_a_bare_name_is_an_algorithm_with_its_defaults():
    assert client_algo("twap") == client_algo({"kind": "twap", "slices": 10, "catch_up": "next", "at_end": "cancel"})


def test_orders_drawn_at_random_may_have_one_too():
    router = {**ROUTER, "orders": {"count": 2, "size": 500, "horizon": "1s", "algo": {"kind": "twap", "slices": 2}}}
    result = run(with_agents(FLOW, router, fundamental={"kind": "constant"}, duration="5s"))
    assert result.algos["slices"].tolist() == [2, 2]


@pytest.mark.parametrize(
    "algo",
    [
        {"kind": "vwap", "curve": [5, 3, 2], "max_participation": 0.2},
        {"kind": "vwap", "curve": "flat", "catch_up": "spread"},
        {"kind": "pov", "rate": 0.1, "interval": "500ms"},
        {"kind": "implementation_shortfall", "risk_aversion": 1e-6, "volatility": 0.01, "temporary_impact": 1e-6},
        {"kind": "pegged", "peg": "mid", "offset": "-0.01", "venue": "NYSE", "at_end": "cross"},
        {"kind": "iceberg", "show": 100, "at_end": "leave"},
        {"kind": "close", "auction_part": 0.5},
        "arrival_price",
    ],
)
def test_what_is_written_back_reads_the_same(algo):
    scenario = load(market(algo))
    assert load(parse(scenario.to_yaml(), "again", Path()).tree) == scenario


def test_a_curve_may_be_a_file_beside_the_scenario(tmp_path: Path):
    (tmp_path / "profile.csv").write_text("minute,volume\n0,30\n1,10\n")
    part = VwapAlgo(kind="vwap", curve={"file": "profile.csv"})  # type: ignore[arg-type]
    assert part.volume_curve(tmp_path).weights == (30, 10)


# -- mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algo", "message"),
    [
        (
            {"kind": "twapp"},
            "kind: 'twapp' is not a kind; did you mean 'twap'? (kinds: twap, vwap, pov, implementation_shortfall, "
            "arrival_price, iceberg, pegged, close)",
        ),
        ({"kind": "pov"}, "rate: missing; write for example `rate: 0.1`"),
        ({"kind": "pov", "rate": 1}, "rate: 1 is not a rate; write a number above 0 and below 1, such as 0.1 for 10 %"),
        ({"kind": "twap", "slices": 0}, "slices: 0 is not a number of slices; write 1 to 10000"),
        ({"kind": "twap", "slices": 10_001}, "slices: 10001 is not a number of slices; write 1 to 10000"),
        (
            {"kind": "twap", "at_end": "hold"},
            "at_end: 'hold' is not possible here; write one of: cross, leave, cancel",
        ),
        ({"kind": "vwap", "curve": [0, 0]}, "curve: no weight is above zero; write what share of the volume each part"),
        (
            {"kind": "vwap", "curve": {"file": "none.csv"}},
            "curve.file: none.csv: cannot be read: [Errno 2] No such",
        ),
        (
            {"kind": "iceberg", "show": 100, "venue": "POOL"},
            "venue: POOL is no lit venue of this router; connected:",
        ),
        ({"kind": "close", "venue": "NYSE"}, "venue: NYSE has no closing auction; add one to its `phases`"),
        (
            {
                "kind": "implementation_shortfall",
                "risk_aversion": 1,
                "volatility": 1,
                "temporary_impact": 1e-9,
                "permanent_impact": 1e-6,
            },
            "temporary_impact: eta = 1e-09 is not above gamma tau / 2 = 5e-07: the faster the better, and no "
            "trajectory is best; take a larger eta or a shorter tau",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(algo, message):
    (said,) = found(algo)
    assert said.partition("orders[0].algo.")[2].startswith(message)


# -- in a running market ----------------------------------------------------------------------------


HALF_A_SECOND, FEED = 500_000_000, 150_000


@pytest.fixture(scope="module")
def pov() -> RunResult:
    return run(market({"kind": "pov", "rate": 0.2, "interval": "500ms"}, qty=100_000))


def test_pov_plans_the_rate_of_what_was_printed_to_it_by_then(pov: RunResult):
    """Own shares are a fifth of all that lit venues traded up to one feed latency before, to the share."""
    (algo_id,) = pov.algos["algo_id"].tolist()
    by, planned = schedule(pov.tables, algo_id)
    heard_until = by - HALF_A_SECOND - FEED
    trades = pov.tables["trades"]
    assert len(by) == 19
    for until, due in zip(heard_until.tolist(), planned.tolist(), strict=True):
        printed = trades["qty"][(trades["at"] > 2_000_000_000 - FEED) & (trades["at"] <= until)].sum()
        own = filled_by(pov.tables, algo_id, np.array([until]))[0]
        assert due == (printed - own) // 4


def test_pov_executes_what_is_planned_to_a_lot(pov: RunResult):
    (algo_id,) = pov.algos["algo_id"].tolist()
    by, planned = schedule(pov.tables, algo_id)
    late = filled_by(pov.tables, algo_id, by) - planned
    assert abs(late).max() <= 100


def test_participation_of_the_whole_order_is_near_the_rate(pov: RunResult):
    (participation,) = pov.algos["participation"].tolist()
    assert participation == pytest.approx(0.2, abs=0.02)


def test_the_run_tells_of_its_algorithms_and_explain_of_their_slices(pov: RunResult):
    told = pov.as_json()["algos"][0]
    assert (told["kind"], told["slices"]) == ("pov", int(algo_table(pov.tables)["slices"].iloc[0]))
    text = explain(pov, told["algo_id"])
    assert text.startswith(f"algorithm order {told['algo_id']} (pov): client BUY 100000 XYZ, no limit; arrives 2.0")
    first = int(pov.tables["algo_slices"]["parent_id"][0])
    assert f"slice 1 of algorithm order {told['algo_id']}" in explain(pov, first)


def test_the_market_without_algorithms_has_no_tables_of_them():
    plain = run(market(None) | {"duration": "5s"})
    assert "algos" not in plain.as_json()
    assert not any(name.startswith("algo") for name in plain.log.arrays())
