"""`sorsim dislocations`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app


def ask(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dislocations") / "run"
    assert ask("run", "validation/sip_isolated", "--out", folder)[0] == 0
    return folder


def figures(ran: Path, *options: object) -> dict[str, Any]:
    code, printed, said = ask("dislocations", ran, "--json", *options)
    assert (code, said) == (0, "")
    found: dict[str, Any] = json.loads(printed)
    return found


def test_a_table_tells_how_often_and_how_long(ran: Path) -> None:
    code, printed, said = ask("dislocations", ran)
    assert (code, said) == (0, "")
    for words in ("as client sees them", "either  16", "under 1 ms  16", "0 trades at lit venues"):
        assert " ".join(words.split()) in " ".join(printed.split())


def test_the_first_router_looks_unless_another_is_named(ran: Path) -> None:
    told = figures(ran)
    assert told["observer"] == {"name": "client", "direct": {"NYSE": 150_000, "NASDAQ": 150_000}, "sip": 610_000}
    assert figures(ran, "--observer", "client") == told
    assert (told["dislocations"], told["median_duration_ns"], told["share_of_trades"]) == (16, 980_000, None)


def test_paths_may_be_stated(ran: Path) -> None:
    assert figures(ran, "--direct", "630us", "--sip", "110us")["dislocations"] == 0
    assert figures(ran, "--sip", "1ms")["median_duration_ns"] == 1_520_000


def test_a_figure_is_drawn(ran: Path, tmp_path: Path) -> None:
    assert ask("dislocations", ran, "--plot", tmp_path / "new" / "figure.png")[0] == 0
    assert (tmp_path / "new" / "figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--observer", "clint"], "--observer clint: is no router whose paths this run knows; these are client"),
        (["--sip", "610"], "--sip 610: '610' is not a duration; write a number and a unit, such as 350us"),
        (["--observer", "client", "--sip", "1ms"],
         "--observer has paths of its own; take --direct and --sip out, or --observer"),
    ],
)  # fmt: skip
def test_mistakes_say_what_to_write(ran: Path, options: list[str], problem: str) -> None:
    code, printed, said = ask("dislocations", ran, *options)
    assert (code, printed) == (2, "")
    assert problem in " ".join(said.split())


def test_a_run_without_a_sip_says_so(tmp_path: Path) -> None:
    (tmp_path / "plain.yaml").write_text(
        "{name: plain, duration: 20ms, warm_up: 0s, instruments: [{symbol: XYZ, price: 100}], "
        "venues: [{name: NYSE, kind: lit}]}"
    )
    folder = tmp_path / "run"
    assert ask("run", tmp_path / "plain.yaml", "--out", folder)[0] == 0
    code, _, said = ask("dislocations", folder)
    assert code == 2
    assert "the run has no SIP" in said
