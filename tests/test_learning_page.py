"""docs/learning.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from agents.strategies.learned import Learned
from agents.strategies.parameters import parameters_of
from scenarios.training import SEEDS, STRATEGIES

PAGE = (Path(__file__).parent.parent / "docs" / "learning.md").read_text(encoding="utf-8")


def test_the_page_names_the_parameters_and_their_defaults() -> None:
    own = {p.name: p.default for p in parameters_of(Learned) if p.name in ("file", "blend", "drift")}
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(own)
    assert f"`drift` ({own['drift']})" in PAGE


def test_the_page_names_who_explores_and_the_seeds() -> None:
    assert ", ".join(f"`{name}`" for name in STRATEGIES) in PAGE
    assert f"--seeds {SEEDS[0]}-{SEEDS[-1]}" in PAGE
    assert f"trains on seeds {SEEDS[0]} to {SEEDS[-1]}" in PAGE
