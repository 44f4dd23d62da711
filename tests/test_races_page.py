"""Every command of docs/races.md is accepted, and what it says of them holds."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from scenarios.load import load
from scenarios.run import run

PAGE = Path(__file__).parent.parent / "docs" / "races.md"
COMMANDS = re.findall(r"^sorsim run (.+?)(?:\s+#.*)?$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_is_accepted(command: str) -> None:
    scenario, *flags = shlex.split(command)
    assert flags[::2] == ["--set"] * (len(flags) // 2)
    load(scenario, set=flags[1::2])


@pytest.mark.parametrize(("strategy", "fill_rate"), [("spray", 1 / 3), ("in_turn", 1 / 3), ("timed", 1)])
def test_the_sweep_fills_what_the_page_says(strategy: str, fill_rate: float) -> None:
    result = run(load("validation/nj_fade", set=[f"agents.client.strategy={strategy}"]))
    assert result.summary.iloc[0]["fill_rate"] == pytest.approx(fill_rate)
