"""`sorsim export`: a run's venue as LOBSTER files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.api.conftest import TINY


def ask(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "tiny.yaml").write_text(TINY)
    assert ask("run", folder / "tiny.yaml", "--out", folder / "run")[0] == 0
    return folder / "run"


def test_two_files_of_as_many_rows_are_written(ran, tmp_path):
    code, printed, said = ask("export", ran, "--venue", "NYSE", "--levels", 5, "--out", tmp_path)
    assert (code, said) == (0, "")
    rows, messages, books = printed.splitlines()
    assert messages == f"{tmp_path}/XYZ_1970-01-01_34200000_{ended(messages)}_message_5.csv"
    lines = Path(messages).read_text().splitlines()
    assert rows == f"{len(lines):,} rows each:"
    assert len(Path(books).read_text().splitlines()) == len(lines) > 50


def ended(path: str) -> str:
    return path.split("_")[-3]


def test_date_and_opening_are_the_user_s(ran, tmp_path):
    options = ("--date", "2012-06-21", "--opens", "08:00:00")
    _, printed, _ = ask("export", ran, "--venue", "NYSE", "--out", tmp_path, "--json", *options)
    messages = Path(json.loads(printed)["messages"])
    assert messages.name.startswith("XYZ_2012-06-21_28800000_")
    assert messages.read_text().startswith("28800.")


def test_what_it_writes_reconciles(ran, tmp_path):
    assert ask("export", ran, "--venue", "BATS", "--levels", 60, "--out", tmp_path)[0] == 0
    code, printed, _ = ask("reconcile", tmp_path, "--at-least", "100%")
    assert (code, "0 of 4 checks below 100%" in printed) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--venue", "LSE"), "venue 'LSE': the run has none; its venues are NYSE, BATS, DARK"),
        (("--venue", "NYSE", "--format", "itch"), "--format itch: is unknown; write lobster"),
        (("--venue", "NYSE", "--date", "today"), "--date today: is no date; write one such as 2012-06-21"),
        (("--venue", "NYSE", "--opens", "25:00"), "--opens 25:00: is no time of day; write one such as 09:30"),
        (("--venue", "NYSE", "--levels", "0"), "Invalid value for '--levels'"),
    ],
)
def test_a_wrong_option_is_told(ran, tmp_path, arguments, told):
    code, printed, said = ask("export", ran, "--out", tmp_path, *arguments)
    assert (code, printed) == (2, "")
    assert told in said


def test_a_folder_that_no_run_wrote_is_told(tmp_path):
    code, _, said = ask("export", tmp_path, "--venue", "NYSE", "--out", tmp_path / "out")
    assert code == 2
    assert str(tmp_path) in said
