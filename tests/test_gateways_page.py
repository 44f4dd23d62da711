"""The examples of docs/gateways.md run, and say what the page says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "gateways.md"
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_s_scenario_and_program_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path("congestion.py")
    delays = names["gateway_delays"](names["result"].tables)
    slowest = delays.set_index(["venue", "agent"])["max_us"]
    assert slowest["NYSE", "burst_flow"] > 1_000
    assert slowest["BATS", "background_flow"] < 20
    assert (tmp_path / "congestion.png").exists()
