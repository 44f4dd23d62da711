"""The same scenario and seed make the same log, whatever must not matter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from numpy.testing import assert_array_equal

from scenarios import determinism
from scenarios.build import build
from scenarios.determinism import digests, with_idle_agent
from scenarios.load import load
from scenarios.run import RunResult, run
from sim.log import EventLog
from tests.scenarios.markets import lively

CHECKOUT = Path(__file__).resolve().parents[2]


def file_of(folder: Path, **keys: object) -> str:
    """The lively market as a file: JSON is YAML."""
    path = folder / "lively.yaml"
    path.write_text(json.dumps(lively(**keys)), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def first() -> RunResult:
    return run(lively())


def test_every_way_of_running_gives_one_digest(tmp_path: Path, first: RunResult) -> None:
    found = digests(file_of(tmp_path))
    assert list(found) == [
        "first in this process",
        "second in this process",
        "with an idle agent",
        "process with PYTHONHASHSEED=0",
        "process with PYTHONHASHSEED=1",
        "process with PYTHONHASHSEED=4711",
    ]
    assert set(found.values()) == {first.digest}


def test_settings_reach_every_way_of_running(tmp_path: Path, first: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(determinism, "HASH_SEEDS", ("0",))
    found = set(digests(file_of(tmp_path), ["duration=700ms"]).values())
    assert len(found) == 1
    assert found != {first.digest}


def test_run_twenty_of_a_process_is_as_run_one(first: RunResult) -> None:
    assert {run(lively(duration="400ms", seed=seed)).digest for seed in range(18)}.isdisjoint({first.digest})
    assert run(lively()).digest == first.digest


def test_another_seed_is_another_market(first: RunResult) -> None:
    assert run(lively(), seed=4).digest != first.digest


def test_a_market_run_in_pieces_is_the_market_run_at_once(first: RunResult) -> None:
    log = EventLog()
    market = build(load(lively()), log)
    market.start()
    for until in (1, 2, 333_333_333, 333_333_334, market.scenario.duration):
        market.advance(until)
    market.finish()
    assert log.digest() == first.digest


def test_two_markets_advanced_in_turn_do_not_touch_each_other(first: RunResult) -> None:
    logs = EventLog(), EventLog()
    markets = [build(load(lively()), log) for log in logs]
    for market in markets:
        market.start()
    for piece in range(1, 11):
        for market in markets:
            market.advance(market.scenario.duration * piece // 10)
    for market in markets:
        market.finish()
    assert [log.digest() for log in logs] == [first.digest, first.digest]


def test_an_idle_agent_is_added_and_nothing_else() -> None:
    scenario = load(lively())
    more = with_idle_agent(scenario)
    assert more.agents[:-1] == scenario.agents
    assert (more.agents[-1].kind, more.agents[-1].name) == ("idle", "bystander")


def test_background_draws_do_not_depend_on_who_else_is_there(first: RunResult) -> None:
    """Common random numbers: without makers, snipers and client the flow sends its first orders at the same times."""
    alone = run(lively(agents=[agent for agent in lively()["agents"] if agent["kind"] == "background_flow"]))
    assert_array_equal(alone.tables["news"]["value"], first.tables["news"]["value"])
    assert first_orders(alone, "background") == first_orders(first, "background")


def first_orders(result: RunResult, agent: str) -> list[tuple[int, ...]]:
    """(time, venue, side, price, shares) of an agent's first hundred new orders; venues by number."""
    number = next(row["id"] for row in result.market["agents"] if row["name"] == agent)
    orders = result.orders
    own = orders[(orders["owner"] == number) & (orders["action"] == 0)].head(100)
    return list(own[["at", "venue", "side", "price", "qty"]].itertuples(index=False, name=None))


OTHER_PYTHONS = [version for version in ("3.11", "3.12", "3.13") if version != f"3.{sys.version_info.minor}"]


@pytest.mark.slow
@pytest.mark.parametrize("version", OTHER_PYTHONS)
def test_other_versions_of_python_give_the_same_digest(version: str, tmp_path: Path, first: RunResult) -> None:
    """Needs an environment of that version beside ours, `.venv-3.12` with the locked packages; skips without."""
    python = CHECKOUT / f".venv-{version}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment for Python {version}: make one with `make setup VENV=.venv-{version} PYTHON=...`")
    program = "import sys; from scenarios.run import run; print(run(sys.argv[1]).digest)"
    done = subprocess.run(
        [str(python), "-c", program, file_of(tmp_path)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == first.digest
