from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from api.cli import app


def ask(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    result = CliRunner().invoke(app, ["latencies", *words])
    return result.exit_code, result.stdout, result.stderr


def test_the_table_says_who_hears_whom() -> None:
    code, out, _ = ask("us_equities_nj")
    assert code == 0
    assert "Hears of, after us" in out
    assert "Reaches, after us (speed bumps included)" in out
    assert any(line.startswith("client") for line in out.splitlines())


def test_json_holds_nanoseconds() -> None:
    code, out, _ = ask("us_equities", "--json")
    told = json.loads(out)
    assert code == 0
    assert {"who": "makers", "whom": "NYSE", "what": "orders", "nanos": 50_000} in told["reached"]


def test_the_map_is_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "nj.png"
    assert ask("us_equities_nj", "--map", str(file))[0] == 0
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_market_that_stands_nowhere_has_no_map(tmp_path: Path) -> None:
    code, _, err = ask("us_equities", "--map", str(tmp_path / "x.png"))
    assert code == 2
    assert "nothing in us_equities stands anywhere; give venues and agents a `site`" in err


def test_a_setting_moves_the_client() -> None:
    code, out, _ = ask("us_equities_nj", "--set", "agents.client.site=mahwah", "--json")
    assert code == 0
    assert {"who": "client", "whom": "NYSE", "what": "orders", "nanos": 1_000} in json.loads(out)["reached"]
