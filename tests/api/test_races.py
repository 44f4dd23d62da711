"""`sorsim races` and `sorsim export --format races`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.race_messages import read_race_messages
from api.cli import app
from tests.api.conftest import TINY

MARKET = Path(__file__).parents[1] / "analysis" / "races" / "race_market.yaml"


def ask(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("races") / "run"
    assert ask("run", MARKET, "--set", "duration=1s", "--out", folder)[0] == 0
    return folder


def figures(ran: Path, *options: object) -> list[dict]:
    code, printed, said = ask("races", ran, "--json", *options)
    assert (code, said) == (0, "")
    return json.loads(printed)["venues"]


def test_a_table_tells_the_races_of_every_lit_venue(ran):
    code, printed, said = ask("races", ran)
    assert (code, said) == (0, "")
    for word in ("NASDAQ", "BATS", "races", "a minute", "of volume", "prize, ticks", "modal duration"):
        assert word in printed


def test_json_has_the_definition_and_each_race(ran):
    told = json.loads(ask("races", ran, "--json")[1])
    assert told["definition"]["min_reaction_time"] == 29_000
    assert [venue["venue"] for venue in told["venues"]] == ["NASDAQ", "BATS"]
    for venue in told["venues"]:
        assert venue["races"] == len(venue["each"]) > 5
        assert {race["horizon"] for race in venue["each"]} == {34_000}  # 5 us of service


def test_options_change_the_definition(ran):
    races = [
        sum(venue["races"] for venue in figures(ran, *options))
        for options in (
            (),
            ("--participants", 3),
            ("--strict-fails",),
            ("--horizon", "500us"),
            ("--takes", 3),
            ("--cancels", 1),
        )
    ]
    baseline, several, strict, long, taken, cancelled = races
    assert max(several, strict, taken, cancelled) < baseline <= long
    assert [venue["venue"] for venue in figures(ran, "--venue", "BATS")] == ["BATS"]
    assert figures(ran, "--gateway-latency", "1us")[0]["each"][0]["horizon"] == 30_000


def test_a_plot_is_drawn(ran, tmp_path):
    assert ask("races", ran, "--plot", tmp_path / "races.png")[0] == 0
    assert (tmp_path / "races.png").read_bytes().startswith(b"\x89PNG")


def test_messages_are_exported_for_race_detection(ran, tmp_path):
    options = ("--format", "races", "--venue", "BATS", "--out", tmp_path, "--date", "2000-01-03", "--opens", "08:00")
    told = json.loads(ask("export", ran, *options, "--json")[1])
    assert told["messages"] == f"{tmp_path}/2000-01-03/Raw_Msg_Data_2000-01-03_XYZ.BATS.csv.gz"
    messages = read_race_messages(Path(told["messages"]))
    assert len(messages) == told["rows"] > 500
    assert messages[0].at >= 8 * 3_600 * 10**9 - 5_000


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("races", "RUN", "--venue", "LSE"), "--venue LSE: is no lit venue of this run; these are NASDAQ, BATS"),
        (("races", "RUN", "--horizon", "soon"), "--horizon soon: "),
        (("races", "RUN", "--participants", "1"), "Invalid value"),
        (("races", "NOWHERE"), "holds no tables"),
        (("export", "RUN", "--format", "races", "--venue", "LSE", "--out", "x"), "--venue LSE: "),
    ],
)
def test_mistakes_are_told(ran, tmp_path, arguments, told):
    places = {"RUN": ran, "NOWHERE": tmp_path, "x": tmp_path / "x"}
    code, printed, said = ask(*(places.get(argument, argument) for argument in arguments))
    assert (code, printed) == (2, "")
    assert told in said


def test_a_service_time_that_varies_has_to_be_stated(tmp_path):
    changes = ("--set", "duration=300ms", "--set", "venues.BATS.service={kind: normal, mean: 5us, sd: 1us}")
    assert ask("run", MARKET, *changes, "--out", tmp_path / "run")[0] == 0
    code, _, said = ask("races", tmp_path / "run")
    assert code == 2
    assert "BATS serves in normal 5us +- 1us, not a constant; write --gateway-latency 5us" in said
    assert ask("races", tmp_path / "run", "--gateway-latency", "5us")[0] == 0


def test_a_dark_pool_has_no_races_to_export(tmp_path):
    (tmp_path / "tiny.yaml").write_text(TINY)
    assert ask("run", tmp_path / "tiny.yaml", "--out", tmp_path / "run")[0] == 0
    code, _, said = ask("export", tmp_path / "run", "--format", "races", "--venue", "DARK", "--out", tmp_path / "out")
    assert (code, said) == (2, "--venue DARK: is a dark pool; there is no best quote to race for\n")
    assert not (tmp_path / "out").exists()
