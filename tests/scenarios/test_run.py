from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb
import pytest
from numpy.testing import assert_array_equal

from agents.strategy import StrategyError
from analysis.difference import first_difference
from analysis.tables import COLUMNS, RunTables
from scenarios.load import ScenarioError, load
from scenarios.run import SLICES, RunResult, run, write_run_folder
from tests.scenarios.markets import lively
from venues.messages import TimeInForce

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run(lively())


@pytest.fixture(scope="module")
def folder(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return result.save(tmp_path_factory.mktemp("runs") / "lively")


# -- what a run leaves behind -----------------------------------------------------------------------


def test_json_has_the_keys_that_are_promised(result: RunResult) -> None:
    assert list(result.as_json()) == [
        "scenario",
        "digest",
        "seed",
        "venue_messages",
        "loop_seconds",
        "events_logged",
        "trades",
        "shares_traded",
        "results",
        "profits",
        "expectations",
    ]


def test_json_is_plain_and_has_no_nan(result: RunResult) -> None:
    text = json.dumps(result.as_json(), allow_nan=False)
    assert json.loads(text)["digest"] == result.digest


def test_venue_messages_are_what_the_venues_took_in_all_and_by_kind_of_agent(result: RunResult) -> None:
    messages = result.as_json()["venue_messages"]
    assert messages.pop("total") == sum(messages.values()) == len(result.orders)
    assert set(messages) == {
        "background_flow",
        "dark_liquidity",
        "market_maker",
        "resting_orders",
        "router",
        "sniper",
    }
    assert messages["router"] == len(result.tables["children"])


def test_trades_and_shares_are_those_of_the_table(result: RunResult) -> None:
    trades = result.tables["trades"]
    assert (result.trades, result.shares_traded) == (len(trades), trades["qty"].sum())
    assert len(result.fills) == 2 * result.trades, "each trade is told to two parties"


def test_events_logged_are_the_rows_of_all_tables(result: RunResult) -> None:
    arrays = result.log.arrays()
    assert result.events_logged == sum(len(rows) for rows in arrays.values())
    assert result.log_bytes >= sum(rows.nbytes for rows in arrays.values())


def test_results_have_a_row_per_router_with_its_strategy_and_venues(result: RunResult) -> None:
    (row,) = result.results
    assert (row["router"], row["strategy"], row["orders"]) == ("client", "smart", 10)
    assert sum(venue["filled_shares"] for venue in row["venues"]) == row["filled_shares"]


def test_the_summary_is_indexed_by_router(result: RunResult) -> None:
    assert list(result.summary.index) == ["client"]
    assert result.summary.loc["client", "fill_rate"] == result.results[0]["fill_rate"]


def test_nothing_of_a_parent_is_lost(result: RunResult) -> None:
    asked = dict(result.tables.parents[["parent_id", "qty"]].itertuples(index=False, name=None))
    ends = result.tables.parent_ends
    assert {row.parent_id: row.cum_qty + row.leaves_qty for row in ends.itertuples()} == asked


def test_no_parent_comes_in_the_warm_up_or_after_the_end(result: RunResult) -> None:
    arrivals = result.tables["parents"]["at"]
    assert arrivals.min() >= SECOND // 5
    assert arrivals.max() < 12 * SECOND // 10


def test_the_seed_is_the_scenarios_unless_another_is_given(result: RunResult) -> None:
    assert result.seed == 3
    other = run(load(lively(duration="300ms", agents=[])), seed=11)
    assert (other.seed, other.market["seed"], other.as_json()["seed"]) == (11, 11, 11)


def test_settings_may_change_a_loaded_scenario() -> None:
    short = run(load(lively(agents=[])), set=["duration=300ms"])
    assert short.market["duration"] == 3 * SECOND // 10


def test_a_wrong_setting_is_told_before_time_moves() -> None:
    with pytest.raises(ScenarioError, match=r"duratoin"):
        run(lively(), set={"duratoin": "300ms"})


def test_progress_is_told_in_simulated_time_and_ends_at_the_end() -> None:
    told: list[tuple[int, int]] = []
    run(lively(duration="300ms", agents=[]), progress=lambda done, total: told.append((done, total)))
    total = 3 * SECOND // 10
    assert told == [(total * piece // SLICES, total) for piece in range(1, SLICES + 1)]


def test_expectations_are_held_against_the_results() -> None:
    expect = {"client.fill_rate": {"at_least": 0.5}, "market.trades": {"at_most": 0}}
    result = run(lively(expect=expect))
    assert [verdict.holds for verdict in result.expectations] == [True, False]
    assert [row["holds"] for row in result.as_json()["expectations"]] == [True, False]


# -- ends -------------------------------------------------------------------------------------------


def test_a_parent_that_the_end_cuts_short_ends_expired_with_its_leaves() -> None:
    """Nobody sells: the order waits until its market closes, ten seconds before its horizon."""
    order = {"at": "250ms", "side": "buy", "qty": 700, "horizon": "10s"}
    client = {**lively()["agents"][-1], "strategy": "price_time", "orders": [order]}
    result = run(lively(duration="300ms", agents=[client]))
    (end,) = result.tables.parent_ends.itertuples()
    assert (end.status, end.cum_qty, end.leaves_qty) == (1, 0, 700)
    assert end.at >= 3 * SECOND // 10


def test_at_the_end_every_day_order_has_left_the_books(result: RunResult) -> None:
    """What stays is good till cancelled: the opening ladder."""
    last = result.tables.reports.groupby("order_id")["leaves_qty"].last()
    orders = result.orders[result.orders["action"] == 0].set_index("order_id")
    resting = orders.loc[last[last > 0].index, "time_in_force"]
    assert set(resting) == {TimeInForce.GTC}


def test_cash_and_shares_are_kept(result: RunResult) -> None:
    """What everybody holds at the end adds up to no shares, and to the fees that the venues keep, negative."""
    states = result.tables.states
    last = states.groupby(["owner", "key"])["value"].last().unstack("key")
    assert last[0].sum() == 0
    assert last[1].sum() == -result.fills["fee"].sum()


# -- the run folder ---------------------------------------------------------------------------------


def test_a_run_folder_has_everything(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"scenario.yaml", "market.json", "summary.json", "report.html"} <= names
    assert {f"{table}.parquet" for table in COLUMNS} <= names
    assert any(name.endswith(".png") for name in names)


def test_a_run_folder_read_back_is_the_run(result: RunResult, folder: Path) -> None:
    read = RunTables.read(folder)
    assert read.market == result.tables.market
    for table, columns in COLUMNS.items():
        for column in columns:
            assert_array_equal(read[table][column], result.tables[table][column], err_msg=f"{table}.{column}")


def test_its_scenario_carries_the_seed_that_was_used(tmp_path: Path) -> None:
    result = run(lively(duration="300ms"), seed=12, out=tmp_path)
    assert load(tmp_path / "scenario.yaml").seed == 12
    assert run(tmp_path / "scenario.yaml").digest == result.digest


def test_its_summary_is_what_json_prints(result: RunResult, folder: Path) -> None:
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == result.as_json()


def test_the_same_run_again_is_the_same_folder(result: RunResult, folder: Path, tmp_path: Path) -> None:
    again = run(folder / "scenario.yaml")
    write_run_folder(tmp_path, again.scenario, again.seed, again.market, again.log)
    assert again.digest == result.digest
    assert first_difference(folder, tmp_path) is None
    assert (tmp_path / "scenario.yaml").read_bytes() == (folder / "scenario.yaml").read_bytes()


def test_a_run_on_another_seed_differs_and_the_first_difference_is_found(folder: Path, tmp_path: Path) -> None:
    other = run(lively(), seed=4)
    write_run_folder(tmp_path, other.scenario, other.seed, other.market, other.log)
    difference = first_difference(folder, tmp_path)
    assert difference is not None
    assert "seed" in str(difference)


def test_other_tools_read_its_parquet(result: RunResult, folder: Path) -> None:
    query = "SELECT count(*), sum(qty) FROM read_parquet(?)"
    with duckdb.connect() as connection:
        (found,) = connection.execute(query, [str(folder / "trades.parquet")]).fetchall()
    assert found == (result.trades, result.shares_traded)


# -- what must stop a run ---------------------------------------------------------------------------


CARELESS = """
from sorsim import Actions, ChildOrder, TimeInForce

class Careless:
    def __call__(self, parent, view):
        yield Actions([ChildOrder("NASDQ", parent.qty, parent.limit, TimeInForce.IOC)])
"""


def test_a_strategy_that_breaks_a_rule_stops_the_run_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "careless.py").write_text(CARELESS, encoding="utf-8")
    *others, client = lively()["agents"]
    agents = [*others, {**client, "strategy": "careless.py:Careless"}]
    path = tmp_path / "scenario.yaml"
    path.write_text(json.dumps(lively(agents=agents)), encoding="utf-8")
    with pytest.raises(StrategyError, match=r"^strategy Careless, parent \d+, .* 'NASDQ'; venues: NYSE, BATS, POOL$"):
        run(path)


def test_figures_of_a_run_without_routers_are_empty() -> None:
    result = run(lively(duration="300ms", agents=[]))
    assert result.results == []
    assert result.summary.empty
    assert math.isclose(result.as_json()["venue_messages"]["total"], 0)
