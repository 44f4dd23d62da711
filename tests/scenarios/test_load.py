from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.load import Problem, ScenarioError, built_ins, load
from scenarios.source import parse, read
from tests.scenarios.builders import ROUTER, file_with, messages, problems, small, with_agents

HERE = Path(__file__).parent
SMALL = """\
name: small
instruments: [{symbol: XYZ, price: 100.00}]
venues:
  - {name: NYSE, kind: lit}
"""

# -- every problem at once --------------------------------------------------------------------------


def test_typical_mistakes_are_all_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(ScenarioError) as error:
        load("typical_mistakes.yaml")
    assert str(error.value) + "\n" == (HERE / "typical_mistakes.txt").read_text(encoding="utf-8")


def test_a_problem_carries_its_place() -> None:
    with pytest.raises(ScenarioError) as error:
        load(HERE / "typical_mistakes.yaml")
    assert error.value.problems[0] == Problem(
        str(HERE / "typical_mistakes.yaml"), 2, 11, "duration", "60 has no unit; write 60us, 60ms or 60s"
    )


def test_problems_of_file_and_settings_come_together(tmp_path: Path) -> None:
    path = file_with(tmp_path, SMALL + "duration: 5\n")
    assert problems(path, ["venues.NYSE.speed_bump=1"]) == [
        f"{path}:5:11: duration: 5 has no unit; write 5us, 5ms or 5s",
        "--set venues.NYSE.speed_bump: 1 has no unit; write 1us, 1ms or 1s",
    ]


def test_a_mistake_behind_an_alias_is_told_once(tmp_path: Path) -> None:
    aliased = "agents: [{kind: idle, name: a, enabled: &x 1}, {kind: idle, name: b, enabled: *x}]\n"
    path = file_with(tmp_path, SMALL + aliased)
    assert problems(path) == [f"{path}:5:41: agents.a.enabled: 1 is neither true nor false; write one of them"]


# -- where scenarios come from ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(built_ins()))
def test_every_built_in_scenario_loads(name: str) -> None:
    assert load(name).name == name.removeprefix("validation/")


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    path = file_with(tmp_path, SMALL)
    assert load(path) == load(str(path))
    assert load(path).folder == tmp_path


def test_a_mapping_is_a_scenario_too() -> None:
    assert load(small()).name == "small"


def test_a_name_that_is_no_scenario_suggests_the_nearest() -> None:
    (problem,) = problems("us_equites")
    assert problem.startswith(
        "us_equites: no such file, and no built-in scenario of that name; did you mean 'us_equities'?"
    )


def test_a_folder_is_not_a_scenario(tmp_path: Path) -> None:
    assert problems(tmp_path) == [f"{tmp_path}: is a folder; name a scenario file in it"]


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have_is_no_file(name: str) -> None:
    (problem,) = problems(name)
    assert "no such file" in problem


# -- files that are no scenario ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ": is empty; a scenario begins with `name:`, see `sorsim list` for ones to start from"),
        ("# nothing\n", ": is empty; a scenario begins with `name:`, see `sorsim list` for ones to start from"),
        ("- a\n- b\n", ":1:1: is a list; a scenario is a mapping that begins with `name:`"),
        ("hello\n", ":1:1: is a single value; a scenario is a mapping that begins with `name:`"),
        ("name: x\nvenues:\n\t- a\n", ":3:1: a tab indents this line; YAML takes spaces only"),
        ("name: [a\n", ":2:1: is not YAML: expected ',' or ']', but got '<stream end>' while parsing a flow sequence"),
        (
            "name: x\n---\nname: y\n",
            ":2:1: is not YAML: but found another document expected a single document in the stream",
        ),
        ("name: x: y\n", ":1:8: is not YAML: mapping values are not allowed here"),
        ("name: *nobody\n", ":1:7: is not YAML: found undefined alias 'nobody'"),
        ("name: &a [*a]\n", ":1:7: name[0]: contains itself"),
        ("<<: 5\nname: x\n", ":1:5: `<<` takes a mapping, or a list of mappings"),
    ],
)
def test_a_file_that_is_no_scenario_says_why(tmp_path: Path, text: str, problem: str) -> None:
    path = file_with(tmp_path, text)
    assert problems(path) == [f"{path}{problem}"]


def test_a_tag_runs_nothing(tmp_path: Path) -> None:
    assert load(file_with(tmp_path, SMALL.replace("name: small", "name: !!python/name:os.system x"))).name == "x"


def test_a_binary_file_is_no_scenario(tmp_path: Path) -> None:
    path = tmp_path / "market.yaml"
    path.write_bytes(b"\x7fELF\x02\x01\xff\xfe")
    assert problems(path) == [f"{path}: is not text: byte 6 is not UTF-8; a scenario is a YAML file"]


def test_a_file_that_may_not_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = file_with(tmp_path, SMALL)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert problems(path) == [f"{path}: cannot be read: Permission denied"]


def test_nesting_without_end_is_no_scenario(tmp_path: Path) -> None:
    path = file_with(tmp_path, "name: " + "[" * 5000)
    assert problems(path) == [f"{path}: is nested too deeply to be a scenario"]


def test_aliases_cannot_grow_without_bound(tmp_path: Path) -> None:
    levels = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 9))
    (problem,) = problems(file_with(tmp_path, "k0: &k0 [1]\n" + levels))
    assert problem.endswith("has more than 100000 values")


@given(st.text(max_size=80) | st.text(alphabet="name: venus[]{}&*!|>-?'\"\n\t,#%@`0123456789", max_size=60))
def test_any_text_at_all_is_a_scenario_or_a_scenario_error(text: str) -> None:
    try:
        parse(text, "any", Path())
    except ScenarioError as error:
        assert str(error).startswith("any:")  # noqa: PT017 - most texts are no YAML, a few are


# -- YAML as it is read -----------------------------------------------------------------------------


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    path = file_with(tmp_path, SMALL + "seed: 1\nseed: 2\n")
    assert problems(path) == [f"{path}:6:1: seed: stands here twice, first in line 5; keep one of them"]


def test_aliases_and_merges_are_read(tmp_path: Path) -> None:
    text = SMALL + (
        "agents:\n"
        "  - &one {kind: market_maker, name: one, half_spread: 0.01, size: 100, news: 1ms}\n"
        "  - {<<: *one, name: two, size: 200}\n"
        "fundamental: {kind: constant}\n"
    )
    scenario = load(file_with(tmp_path, text))
    assert [(each.name, each.size) for each in scenario.agents] == [("one", 100), ("two", 200)]


@pytest.mark.parametrize(("text", "seed"), [("0x1F", 31), ("0o17", 15), ("1e2", 100), ("007", 7)])
def test_numbers_are_those_of_yaml_1_2(tmp_path: Path, text: str, seed: int) -> None:
    assert load(file_with(tmp_path, SMALL + f"seed: {text}\n")).seed == seed


def test_a_merged_item_stands_where_it_is_written(tmp_path: Path) -> None:
    path = file_with(
        tmp_path, SMALL + "agents:\n  - &one {kind: idle, name: one}\n  - {<<: *one, kind: router, name: two}\n"
    )
    assert [problem.split(": ")[0] for problem in problems(path)] == [f"{path}:7:5"] * 2


@pytest.mark.parametrize("text", ["!!int many", "!!float many", "!!str 5"])
def test_a_value_that_is_not_what_its_tag_says_is_text(tmp_path: Path, text: str) -> None:
    (problem,) = problems(file_with(tmp_path, SMALL + f"seed: {text}\n"))
    assert problem.endswith("is not a whole number; write one without quotes, such as 100")


def test_words_that_old_yaml_took_for_switches_are_words(tmp_path: Path) -> None:
    assert load(file_with(tmp_path, SMALL.replace("NYSE", "NO"))).venue("NO").kind == "lit"


def test_a_number_of_ten_thousand_digits_is_a_problem_and_no_more(tmp_path: Path) -> None:
    (problem,) = problems(file_with(tmp_path, SMALL + f"seed: {'9' * 10_000}\n"))
    assert "is out of range; write a number of fewer than 30 digits" in problem


# -- single pieces ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"name": 5}, "name: 5 is not text; write a word, in quotes if it looks like a number"),
        ({"venues": []}, "venues: no venue at all; write at least one, such as {name: NYSE, kind: lit}"),
        ({"venues": "NYSE"}, "venues: 'NYSE' is not a list; write [..., ...] or one line with a dash for each item"),
        ({"venues": ["NYSE"]}, "venues[0]: 'NYSE' is not a mapping; write {key: value, ...}"),
        ({"venues": [{"name": "NYSE"}]}, "venues.NYSE.kind: missing; say which `kind` this is"),
        (
            {"venues": [{"name": "N.Y.", "kind": "lit"}]},
            "venues.N.Y..name: 'N.Y.' cannot be a name; write letters, digits, - and _ only, with a letter in it",
        ),
        (
            {"venues": [{"name": "all", "kind": "lit"}]},
            "venues.all.name: 'all' has a meaning of its own and cannot be a name; write another",
        ),
        (
            {"instruments": []},
            "instruments: 0 instruments; a market trades exactly one, write [{symbol: XYZ, price: 100.00}]",
        ),
        ({"duration": "0s"}, "duration: '0s' is no time at all; write a duration above zero, such as 350us or 60s"),
        ({"seed": 1.5}, "seed: 1.5 is not a whole number; write one, such as 2"),
        (
            {"strategies": {"all": "smart"}},
            "strategies.all: 'all' has a meaning of its own and cannot be a name; write another",
        ),
        ({"strategies": {"own": 5}}, "strategies.own: 5 is not a strategy; write its name, or {kind: smart, ...}"),
        (
            {"strategies": {"own": {"pause": "1s"}}},
            "strategies.own: a strategy needs a kind; write for example {kind: single_venue}",
        ),
        (
            {"strategies": {"own": "own"}},
            "strategies.own: 'own' names itself; write {kind: single_venue} or another kind",
        ),
        (
            {"strategies": {"own": {"kind": "own"}}},
            "strategies.own: 'own' is a variant and no kind; write it bare, without {kind: ...}",
        ),
        (
            {"feeds": {"sip": {"latency": {"NYSE": "1us"}}}},
            "feeds.sip.latency: says nothing of BATS; write `BATS: 400us`, or `default: 400us` for all that "
            "are not named",
        ),
    ],
)
def test_a_wrong_piece_says_what_to_write(keys: dict[str, object], message: str) -> None:
    assert messages(small(**keys)) == [message]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"round_trip": None}, "round_trip: nothing is not a latency; write for example 350us"),
        ({"round_trip": {"kind": "normal", "mean": "1ms"}}, "round_trip.sd: missing; write for example `sd: 100us`"),
        (
            {"round_trip": {"kind": "cauchy"}},
            "round_trip.kind: 'cauchy' is not a kind; kinds: constant, normal, lognormal, gamma, uniform, exponential, "
            "empirical, sum, wire",
        ),
        ({"round_trip": {"kind": "empirical", "values": []}}, "round_trip.values: is empty; write at least one"),
        (
            {"sip_latency": {"default": "1us"}},
            "sip_latency.kind: one latency is wanted here, not one for each venue; write for example 350us",
        ),
        ({"venues": []}, "venues: an empty list is nowhere; name venues, or write `all`"),
        ({"venues": ["NYSE", "NYSE"]}, "venues: NYSE stands here more than once; write each venue once"),
        ({"enabled": "yes"}, "enabled: 'yes' is neither true nor false; write one of them"),
        (
            {"orders": {"count": 1, "size": [1, 2, 3]}},
            "orders.size: [1, 2, 3] is not a range of sizes; write [smallest, largest], such as [100, 500]",
        ),
        (
            {"orders": [{"at": "1s", "side": "long", "qty": 1}]},
            "orders[0].side: 'long' is not possible here; write one of: buy, sell",
        ),
        ({"strategy": {"kind": "smart", "max_rounds": 0}}, "strategy.max_rounds: 0 is too small; write 1 or more"),
        (
            {"strategy": {"kind": "smart", "pools": ["POL"]}},
            "strategy.pools[0]: no venue is named 'POL'; did you mean 'POOL'? (venues: NYSE, BATS, POOL)",
        ),
        (
            {"strategy": {"kind": "smart", "pools": ["NYSE"]}},
            "strategy.pools: NYSE is no dark pool of this router; connected: POOL",
        ),
        (
            {"strategy": {"kind": "single_venue", "venue": "POOL"}},
            "strategy.venue: POOL is no lit venue of this router; connected: NYSE, BATS",
        ),
    ],
)
def test_a_wrong_router_says_what_to_write(keys: dict[str, object], message: str) -> None:
    assert messages(with_agents({**ROUTER, **keys})) == [f"agents.client.{message}"]


# -- whatever is written ----------------------------------------------------------------------------

JUNK = [None, True, 0, -1, 5, 10**30, 0.5, float("inf"), "", "x", "all", "none", "350us", "1e999999999s", "a:b", "NYSE",
        [], ["x"], [[]], {}, {"kind": "x"}, {"kind": [1]}, {"base": 1}, {"default": None}, {"": 1}]  # fmt: skip


FLAGSHIP = read("us_equities").tree


def paths_in(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value in a tree."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(below for key, item in items for below in paths_in(item, (*path, key)))]


@settings(max_examples=40)
@given(st.randoms(use_true_random=False), st.sampled_from(JUNK))
def test_any_change_to_the_flagship_makes_a_scenario_or_a_scenario_error(random: Random, junk: object) -> None:
    tree = deepcopy(FLAGSHIP)
    *above, last = random.choice(paths_in(tree)[1:])
    node = tree
    for step in above:
        node = node[step]
    node[last] = junk
    try:
        changed = load(tree)
    except ScenarioError as error:
        assert error.problems  # noqa: PT017 - most changes are mistakes, a few are not
    else:
        assert load(changed) == changed


# -- speed ------------------------------------------------------------------------------------------


def test_reading_a_scenario_imports_nothing_heavy() -> None:
    program = "import sys; import scenarios.load; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "simpy", "duckdb", "sklearn", "matplotlib", "fastapi"} & set(loaded)
