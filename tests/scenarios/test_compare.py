from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from agents.strategies import REGISTRY
from scenarios import compare as comparing
from scenarios.compare import METRICS, Case, Comparison, compare, run_case
from scenarios.load import ScenarioError, load
from scenarios.run import RunResult, run
from tests.scenarios.markets import lively

TWO = ("single_venue", "price_time")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(lively(), TWO, seeds=3, jobs=1)


def figures(comparison: Comparison) -> list[dict[str, Any]]:
    """The rows without what a clock said."""
    return [{key: value for key, value in row.items() if key != "loop_seconds"} for row in comparison.rows]


# -- pairs ------------------------------------------------------------------------------------------


def with_strategy(strategy: str) -> RunResult:
    return run(load(lively(), set=[f"agents.client.strategy={strategy}"]))


def before(result: RunResult, at: int) -> list[tuple[int, ...]]:
    orders = result.orders
    return list(orders[orders["at"] < at].itertuples(index=False, name=None))


def test_until_the_first_parent_both_strategies_live_in_the_same_market() -> None:
    one, other = with_strategy(TWO[0]), with_strategy(TWO[1])
    first = int(one.tables["parents"]["at"][0])
    assert len(before(one, first)) > 100
    assert before(one, first) == before(other, first)
    assert one.digest != other.digest


def test_both_strategies_get_the_same_parents_and_the_same_news() -> None:
    one, other = with_strategy(TWO[0]), with_strategy(TWO[1])
    columns = ["at", "parent_id", "side", "qty"]
    assert one.tables.parents[columns].equals(other.tables.parents[columns])
    assert one.tables.news.equals(other.tables.news)


def test_a_strategy_against_itself_differs_by_nothing() -> None:
    settings = {"strategies": {"same": "price_time", "again": "price_time"}}
    twins = compare(lively(**settings), ("same", "again"), seeds=2, jobs=1)
    assert {row["digest"] for row in twins.rows if row["seed"] == 1} == {twins.rows[0]["digest"]}
    known = twins.differences.dropna(subset=["mean"])
    assert len(known) > 5
    assert not known["mean"].any()


def test_a_row_is_the_figures_of_that_run(comparison: Comparison) -> None:
    row = comparison.rows[0]
    alone = run(load(lively(), set=["agents.client.strategy=single_venue"], seed=1))
    assert (row["digest"], row["strategy"], row["seed"]) == (alone.digest, "single_venue", 1)
    assert row["venue_messages"] == sum(alone.venue_messages.values())
    assert {**alone.results[0], "strategy": ""}.items() <= {**row, "strategy": ""}.items()


# -- tables -----------------------------------------------------------------------------------------


def test_the_table_has_a_row_per_strategy_and_seed(comparison: Comparison) -> None:
    table = comparison.table
    assert list(zip(table["strategy"], table["seed"], strict=True)) == [(s, n) for s in TWO for n in (1, 2, 3)]
    assert set(METRICS) <= set(table.columns)


def test_venues_have_a_row_per_strategy_seed_and_venue(comparison: Comparison) -> None:
    filled = comparison.venues.groupby(["strategy", "seed"], sort=False)["filled_shares"].sum()
    assert list(filled) == [row["filled_shares"] for row in comparison.rows]


def test_differences_are_means_of_the_differences_by_seed(comparison: Comparison) -> None:
    costs = comparison.table.pivot_table(index="seed", columns="strategy", values="all_in_bps")
    expected = (costs["price_time"] - costs["single_venue"]).mean()
    row = comparison.differences.query("metric == 'all_in_bps'").iloc[0]
    assert (row["strategy"], row["n"]) == ("price_time", 3)
    assert math.isclose(row["mean"], expected, rel_tol=1e-12)
    assert row["low"] < row["mean"] < row["high"]


def test_with_one_seed_there_is_no_interval_and_it_says_so(comparison: Comparison) -> None:
    one = Comparison("lively", "client", TWO[0], [row for row in comparison.rows if row["seed"] == 1])
    row = one.differences.query("metric == 'fill_rate'").iloc[0]
    assert math.isnan(row["low"])
    assert row["note"] == "one seed: no interval"


def test_json_is_plain(comparison: Comparison) -> None:
    told = json.loads(json.dumps(comparison.as_json(), allow_nan=False))
    assert list(told) == ["scenario", "agent", "baseline", "sweep", "seeds", "results", "means", "differences"]
    assert (told["scenario"], told["agent"], told["baseline"], told["sweep"]) == ("lively", "client", TWO[0], None)
    assert told["seeds"] == [1, 2, 3]


def test_a_saved_comparison_has_its_tables_plots_and_report(comparison: Comparison, tmp_path: Path) -> None:
    folder = comparison.save(tmp_path / "out")
    names = {path.name for path in folder.iterdir()}
    assert {"comparison.json", "comparison.csv", "report.html"} <= names
    assert sum(name.endswith(".png") for name in names) >= 1 + len(TWO)


# -- which strategies, which router, which seeds ----------------------------------------------------


def names_of(**arguments: Any) -> list[str]:
    """Strategies of a comparison of a market that is over at once."""
    return list(dict.fromkeys(tiny(**arguments).table["strategy"]))


def tiny(scenario: dict[str, Any] | None = None, **arguments: Any) -> Comparison:
    short = {"duration": "210ms", "agents.client.orders.count": 1, "agents.client.orders.horizon": "5ms"}
    given = lively() if scenario is None else scenario
    return compare(given, **{"seeds": 1, "jobs": 1, "set": short, **arguments})


OF_ALL = [kind for kind in REGISTRY if kind != "learned"]
"""Without a model it would be smart once more."""


def test_all_means_every_built_in_and_every_variant() -> None:
    settings = {"strategies": {"patient": {"kind": "dark_first"}}}
    assert names_of(scenario=lively(**settings), strategies="all") == [*OF_ALL, "patient"]


def test_all_may_stand_beside_others() -> None:
    settings = {"strategies": {"patient": {"kind": "dark_first"}}}
    assert names_of(scenario=lively(**settings), strategies="patient,all") == ["patient", *OF_ALL]


def test_names_may_be_separated_by_commas_and_count_once() -> None:
    assert names_of(strategies="smart, price_time,smart") == ["smart", "price_time"]


def test_a_baseline_that_is_not_named_is_run_too_and_first() -> None:
    assert names_of(strategies="smart", baseline="price_time") == ["price_time", "smart"]


def test_seeds_are_so_many_or_these() -> None:
    assert list(tiny(strategies="smart", seeds=2).table["seed"]) == [1, 2]
    assert list(tiny(strategies="smart", seeds=[9, 4, 9]).table["seed"]) == [9, 4]


def test_a_strategy_of_ones_own_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def nothing(parent, view):\n    yield from ()\n", encoding="utf-8")
    (tmp_path / "market.yaml").write_text(json.dumps(lively()), encoding="utf-8")
    own = "mine.py:nothing"
    table = compare(tmp_path / "market.yaml", [own], seeds=1, jobs=1).table
    assert (table["strategy"][0], table["filled_shares"][0]) == (own, 0)


BUILT_IN = ", ".join(REGISTRY)
NO_SWEEP = "is no sweep; write path=value,value, such as feeds.sip.processing=20us,1ms"
NO_SEED = "names no seed; write how many, such as 3, or which: [1, 2, 3]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strategies": "smrt"},
         f"--strategies: no strategy is named 'smrt'; did you mean 'smart'? (strategies: {BUILT_IN}), or one of your "
         'own as "my_router.py:MyStrategy"'),
        ({"baseline": "prise_time"},
         f"--baseline: no strategy is named 'prise_time'; did you mean 'price_time'? (strategies: {BUILT_IN}), or one "
         'of your own as "my_router.py:MyStrategy"'),
        ({"strategies": " , "}, f"--strategies: names no strategy; write all, or some of {BUILT_IN}"),
        ({"agent": "cleint"}, "--agent: no router is named 'cleint'; did you mean 'client'? (routers: client)"),
        ({"seeds": 0}, f"--seeds: 0 {NO_SEED}"),
        ({"seeds": []}, f"--seeds: [] {NO_SEED}"),
        ({"sweep": "feeds.sip.processing"}, f"--sweep: 'feeds.sip.processing' {NO_SWEEP}"),
        ({"sweep": "duration="}, f"--sweep: 'duration=' {NO_SWEEP}"),
    ],
    ids=str,
)  # fmt: skip
def test_mistakes_are_told_word_for_word(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        tiny(**{"strategies": "smart", **arguments})
    assert str(error.value) == message


def test_a_market_without_a_router_has_nothing_to_compare() -> None:
    with pytest.raises(ScenarioError, match=r"^--agent: lively has no router whose strategies could be compared$"):
        compare(lively(agents=[]), "smart")


def test_with_several_routers_one_must_be_named() -> None:
    client = lively()["agents"][-1]
    two = lively(agents=[client, {**client, "name": "other"}, {**client, "name": "third", "enabled": False}])
    with pytest.raises(ScenarioError, match=r"has several routers; write --agent with one of client, other$"):
        compare(two, "smart")
    assert compare(two, "smart", agent="other", seeds=1, jobs=1).agent == "other"


def test_a_mistake_in_the_last_case_shows_before_the_first_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "run_case", lambda case: pytest.fail(f"ran {case}"))
    with pytest.raises(ScenarioError, match=r"reaction"):
        compare(lively(), TWO, sweep="agents.snipers.reaction=29us,soon", jobs=1)


# -- sweeps -----------------------------------------------------------------------------------------


def test_a_sweep_runs_everything_at_each_value_in_the_order_given() -> None:
    swept = tiny(strategies="smart,price_time", sweep="agents.snipers.reaction=1ms,10us", seeds=2)
    assert swept.sweep == "agents.snipers.reaction"
    assert list(dict.fromkeys(swept.table["swept"])) == ["1ms", "10us"]
    assert len(swept.rows) == 2 * 2 * 2
    assert list(dict.fromkeys(swept.differences["swept"])) == ["1ms", "10us"]


def test_a_swept_value_reaches_the_market() -> None:
    swept = tiny(strategies="smart", sweep="agents.client.orders.count=1,3")
    assert list(swept.table["orders"]) == [1, 3]


def test_values_in_brackets_keep_their_commas() -> None:
    swept = tiny(
        strategies="smart", sweep="agents.snipers.reaction={kind: normal, mean: 9us, sd: 1us},{base: 1us, jitter: 2us}"
    )
    assert list(swept.table["swept"]) == ["{kind: normal, mean: 9us, sd: 1us}", "{base: 1us, jitter: 2us}"]


# -- many processes, and going on where one stopped -------------------------------------------------


def test_two_processes_find_what_one_finds(comparison: Comparison) -> None:
    assert figures(compare(lively(), TWO, seeds=3, jobs=2)) == figures(comparison)


def test_progress_counts_cases() -> None:
    told: list[tuple[int, int]] = []
    tiny(strategies="smart", seeds=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]


class Counted:
    """`run_case`, counting."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def __call__(self, case: Case) -> dict[str, Any]:
        self.cases.append(case)
        return run_case(case)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counting = Counted()
    monkeypatch.setattr(comparing, "run_case", counting)
    monkeypatch.setattr(Comparison, "save", lambda self, folder: Path(folder))
    return counting


def test_what_is_stored_is_not_run_again(tmp_path: Path, counted: Counted) -> None:
    first = tiny(strategies="smart,price_time", out=tmp_path)
    again = tiny(strategies="smart,price_time", out=tmp_path)
    assert len(counted.cases) == 2
    assert again.rows == first.rows


def test_only_what_is_missing_is_run(tmp_path: Path, counted: Counted) -> None:
    tiny(strategies="smart", seeds=[1, 2], out=tmp_path)
    counted.cases.clear()
    more = tiny(strategies="smart,price_time", seeds=[1, 2, 3], out=tmp_path)
    assert [(case.strategy, case.seed) for case in counted.cases] == [
        ("smart", 3),
        ("price_time", 1),
        ("price_time", 2),
        ("price_time", 3),
    ]
    assert list(more.table["seed"]) == [1, 2, 3, 1, 2, 3]


def test_another_setting_is_another_case(tmp_path: Path, counted: Counted) -> None:
    tiny(strategies="smart", out=tmp_path)
    tiny(strategies="smart", sweep="duration=220ms", out=tmp_path)
    assert len(counted.cases) == 2


def test_an_edited_strategy_is_run_again(tmp_path: Path, counted: Counted) -> None:
    scenario, own = tmp_path / "market.yaml", tmp_path / "mine.py"
    scenario.write_text(json.dumps(lively()), encoding="utf-8")
    for edition in ("def mine(parent, view):\n    yield from ()\n", "def mine(parent, view):\n    yield from []\n"):
        own.write_text(edition, encoding="utf-8")
        for _ in range(2):
            compare(scenario, "mine.py:mine", seeds=1, jobs=1, out=tmp_path / "out")
    assert len(counted.cases) == 2


def test_a_result_that_was_cut_off_while_it_was_written_is_run_again(tmp_path: Path, counted: Counted) -> None:
    tiny(strategies="smart", out=tmp_path)
    (stored,) = (tmp_path / "cases").iterdir()
    stored.rename(stored.with_suffix(".part"))
    tiny(strategies="smart", out=tmp_path)
    assert len(counted.cases) == 2
