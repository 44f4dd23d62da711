"""Every command, right and wrong, with what it prints and its exit code."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import COMMANDS, app
from tests.api.conftest import TINY, command, environment, hears_ctrl_c

Result = tuple[int, str, str]
Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the small scenario, one run of it with seed 3 and one with seed 4."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "tiny.yaml").write_text(TINY)
    for seed in ("3", "4"):
        arguments = ["run", str(folder / "tiny.yaml"), "--seed", seed, "--out", str(folder / f"run{seed}")]
        assert CliRunner().invoke(app, arguments).exit_code == 0
    return folder


@pytest.fixture
def ask(home, monkeypatch) -> Ask:
    """Run a command in that folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(home)

    def invoke(*arguments: object) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    return invoke


def parents_of(run):
    from analysis.tables import RunTables

    return [int(number) for number in RunTables.read(run)["parents"]["parent_id"]]


# -- run --------------------------------------------------------------------------------------------


def test_run_prints_a_table_and_writes_a_run_folder(ask, home):
    code, printed, said = ask("run", "tiny.yaml", "--out", "again")
    assert (code, said) == (0, "")
    for word in ("tiny, seed 3", "client", "smart", "slippage vs arrival bps", "all-in bps", "HFT share", "digest "):
        assert word in printed
    assert "ok   client.fill_rate" in printed
    files = {"scenario.yaml", "market.json", "summary.json", "report.html", "trades.parquet"}
    assert files <= {path.name for path in (home / "again").iterdir()}


def test_run_chooses_a_folder_that_is_not_there_yet(ask, home):
    assert "run folder: runs/tiny-9\n" in ask("run", "tiny.yaml", "--seed", 9)[1]
    assert "run folder: runs/tiny-9-2\n" in ask("run", "tiny.yaml", "--seed", 9)[1]


def test_run_json_prints_one_object_and_nothing_else(ask):
    code, printed, said = ask("run", "tiny.yaml", "--out", "json", "--json")
    result = json.loads(printed)
    assert (code, said) == (0, "")
    for name in ("digest", "seed", "loop_seconds", "events_logged", "trades", "shares_traded"):
        assert name in result
    messages = result["venue_messages"]
    assert messages.pop("total") == sum(messages.values())
    assert result["results"][0]["strategy"] == "smart"


def test_an_expectation_that_does_not_hold_is_exit_code_one(ask):
    code, printed, _ = ask("run", "tiny.yaml", "--out", "failed", "--set", "expect={client.fill_rate: {at_least: 2}}")
    assert code == 1
    assert "FAIL client.fill_rate" in printed


def test_set_and_seed_change_the_run(ask):
    settings = ("--set", "agents.client.strategy=broadcast", "--set", "duration=1500ms")
    code, printed, _ = ask("run", "tiny.yaml", "--seed", 12, *settings, "--out", "changed", "--json")
    result = json.loads(printed)
    assert (code, result["seed"], result["results"][0]["strategy"]) == (0, 12, "broadcast")


def test_a_wrong_scenario_is_told_on_stderr_with_exit_code_two(ask):
    code, printed, said = ask("run", "tiny.yaml", "--set", "venues.NYSE.fees.taker=30", "--set", "duratio=3s")
    assert (code, printed) == (2, "")
    assert "30 is 30 dollars a share" in said
    assert "did you mean 'duration'?" in said


def test_with_json_mistakes_are_an_object_too(ask):
    code, printed, _ = ask("run", "tiny.yaml", "--set", "venues.NYSE.fees.taker=30", "--json")
    error = json.loads(printed)["error"]
    assert (code, error["code"], error["problems"][0]["path"]) == (2, "ScenarioError", "venues.NYSE.fees.taker")


def test_a_strategy_that_breaks_a_rule_is_a_mistake_in_the_input(ask, home):
    (home / "greedy.py").write_text(
        "from agents.orders import ChildOrder\n"
        "def too_much(parent, view):\n"
        "    yield [ChildOrder('NYSE', 2 * parent.qty, None)]\n"
    )
    code, _, said = ask("run", "tiny.yaml", "--set", 'agents.client.strategy={kind: "greedy.py:too_much"}')
    assert code == 2
    assert "children of " in said


def test_run_writes_over_nothing_but_a_run(ask, home):
    (home / "letters").mkdir()
    (home / "letters" / "letter.txt").touch()
    code, _, said = ask("run", "tiny.yaml", "--out", "letters")
    assert code == 2
    assert said == "--out letters: the folder holds something else; name an empty or a new one\n"


# -- compare ----------------------------------------------------------------------------------------


def test_compare_prints_means_and_paired_differences(ask, home):
    code, printed, said = ask(
        "compare", "tiny.yaml", "--strategies", "smart,patient", "--baseline", "patient", "--seeds", 2, "--jobs", 1,
        "--out", "compared",
    )  # fmt: skip
    assert (code, said) == (0, "")
    assert "tiny, client, seeds 1, 2: means" in printed
    assert "less patient, paired by seed" in printed
    assert (home / "compared" / "comparison.json").exists()


def test_compare_json_is_one_object(ask):
    arguments = ("--strategies", "smart", "--seeds", "5,", "--jobs", 1, "--out", "compared_json", "--json")
    result = json.loads(ask("compare", "tiny.yaml", *arguments)[1])
    assert (result["baseline"], result["seeds"]) == ("smart", [5])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--strategies", "smrt"), "did you mean 'smart'?"),
        (("--seeds", "none"), "--seeds none: 'none' is no seed; write how many, as 3, or which, as 1,5 or 4-9"),
        (("--seeds", "0,-1"), "--seeds 0,-1: '-1' is no seed"),
        (("--agent", "clint"), "did you mean 'client'?"),
        (("--sweep", "nothing"), "is no sweep; write path=value,value"),
    ],
)
def test_what_cannot_be_compared_is_told(ask, arguments, told):
    code, printed, said = ask("compare", "tiny.yaml", *arguments)
    assert (code, printed) == (2, "")
    assert told in said


# -- check, list, schema ----------------------------------------------------------------------------


def test_check_prints_who_sees_what(ask):
    code, printed, _ = ask("check", "tiny.yaml")
    assert code == 0
    assert "no problems" in printed
    assert "how late" in printed


def test_check_of_a_bad_file_names_every_problem(ask, home):
    (home / "bad.yaml").write_text(TINY.replace("tick: 0.01", "tik: 0.01").replace("kind: dark", "kind: drak"))
    code, printed, said = ask("check", "bad.yaml")
    assert (code, printed) == (2, "")
    assert [line.partition(":")[0] for line in said.splitlines()] == ["bad.yaml"] * 2
    assert len(json.loads(ask("check", "bad.yaml", "--json")[1])["error"]["problems"]) == 2


@pytest.mark.parametrize("source", ["nowhere.yaml", "us_equitis", "."])
def test_a_scenario_that_is_not_there_is_told(ask, source):
    code, _, said = ask("check", source)
    assert code == 2
    assert said.startswith(f"{source}: ")


def test_list_names_the_built_in_scenarios(ask):
    assert "us_equities" in ask("list")[1]
    names = [scenario["name"] for scenario in json.loads(ask("list", "--json")[1])["scenarios"]]
    assert "us_equities" in names


def test_schema_is_json(ask):
    assert json.loads(ask("schema")[1])["title"] == "sorsim scenario"


# -- replay, diff, explain --------------------------------------------------------------------------


def test_a_run_is_replayed_to_the_same_digest(ask):
    code, printed, _ = ask("replay", "run3")
    assert code == 0
    assert printed.endswith("the same run, event for event\n")


def test_a_run_of_other_versions_says_so(ask, home):
    folder = home / "old"
    shutil.copytree(home / "run3", folder)
    market = json.loads((folder / "market.json").read_text())
    market["versions"]["numpy"] = "1.0"
    (folder / "market.json").write_text(json.dumps(market))
    result = json.loads(ask("replay", "old", "--json")[1])
    assert result["same"]
    assert result["changed_versions"]["numpy"]["then"] == "1.0"


def test_a_run_that_does_not_come_again_is_exit_code_one(ask, home):
    folder = home / "edited"
    shutil.copytree(home / "run3", folder)
    text = (folder / "scenario.yaml").read_text()
    (folder / "scenario.yaml").write_text(text.replace("seed: 3", "seed: 5"))
    code, printed, _ = ask("replay", "edited")
    assert code == 1
    assert "NOT the same run (same versions: a bug, or an edited folder)" in printed


@pytest.mark.parametrize("name", ["nowhere", "runs"])
def test_what_is_no_run_folder_is_told(ask, name):
    for arguments in (("replay", name), ("explain", name, "7"), ("diff", name, "run3")):
        code, printed, said = ask(*arguments)
        assert (code, printed) == (2, "")
        assert name in said
        assert "Traceback" not in said


def test_two_equal_runs_have_no_difference(ask):
    assert ask("diff", "run3", "run3") == (0, "no difference: every row of every table is the same\n", "")


def test_the_first_difference_of_two_runs_is_shown(ask):
    code, printed, _ = ask("diff", "run3", "run4")
    assert code == 1
    assert "first difference at " in printed
    assert "table" in json.loads(ask("diff", "run3", "run4", "--json")[1])["difference"]


def test_an_order_is_explained(ask, home):
    number = parents_of(home / "run3")[0]
    code, printed, _ = ask("explain", "run3", number)
    assert code == 0
    assert str(number) in printed
    assert ask("explain", "run3", f"P{number}")[1] == printed


@pytest.mark.parametrize(
    ("order", "told"), [("123456", "no parent or child order 123456"), ("seven", "ORDER seven: is no id")]
)
def test_an_order_that_is_not_there_is_told(ask, order, told):
    code, _, said = ask("explain", "run3", order)
    assert code == 2
    assert told in said


# -- serve, validate --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--speed", "fast"), "--speed fast: write a number above 0, max, or paused"),
        (("--speed", "0"), "--speed 0: write a number above 0, max, or paused"),
        (("--for", "60"), "--for "),
        (("--port", "70000"), "less than or equal to 65535"),
        (("--set", "agents.background_flow.name=api"), "choose another name"),
        (("--out", "run3"), "--out run3: a live market writes into a folder of its own"),
    ],
)
def test_what_cannot_be_served_is_told_before_anything_starts(ask, arguments, told):
    code, printed, said = ask("serve", "tiny.yaml", *arguments)
    assert (code, printed) == (2, "")
    assert told in said


def test_validate_of_an_unknown_row_names_the_rows(ask):
    code, _, said = ask("validate", "--only", "no such row")
    assert code == 2
    assert "rows: " in said


# -- the command line itself ------------------------------------------------------------------------


def test_help_names_every_command_and_the_exit_codes(ask):
    code, printed, _ = ask("--help")
    assert code == 0
    for word in COMMANDS:
        assert f"  {word} " in printed
    assert "Exit codes: 0 done; 1 an expectation" in printed


@pytest.mark.parametrize("arguments", [("rum",), ("run",), ("run", "tiny.yaml", "--sede", "3"), ("run", "--seed", "x")])
def test_a_wrong_command_line_is_exit_code_two(ask, arguments):
    code, printed, said = ask(*arguments)
    assert (code, printed) == (2, "")
    assert "Usage: " in said


def test_the_version_is_printed(ask):
    from sorsim import __version__

    assert ask("--version")[1] == f"sorsim {__version__}\n"


def test_help_and_check_import_nothing_heavy():
    program = (
        "import sys; from typer.testing import CliRunner; from api.cli import app\n"
        "CliRunner().invoke(app, ['--help']); light = set(sys.modules)\n"
        "CliRunner().invoke(app, ['check', 'us_equities'])\n"
        "heavy = set('numpy pandas simpy duckdb matplotlib fastapi rich joblib'.split())\n"
        "print(sorted(heavy & light), sorted(heavy & set(sys.modules)), 'pydantic' in light)"
    )
    done = subprocess.run(
        [*command()[:1], "-c", program], env=environment(), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[] [] False\n"


def test_ctrl_c_is_a_line_and_exit_code_130(home):
    arguments = command("run", "tiny.yaml", "--set", "duration=1h", "--out", "endless")
    running = subprocess.Popen(
        arguments,
        cwd=home,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_ctrl_c,
    )
    time.sleep(3)
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate(timeout=60)
    assert (running.returncode, printed, said) == (130, "", "interrupted\n")


def test_a_reader_that_has_seen_enough_is_no_error(sorsim, tmp_path):
    Path(tmp_path / "tiny.yaml").write_text(TINY)
    line = f"{' '.join(command('check', 'tiny.yaml'))} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
