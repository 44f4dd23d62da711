"""The examples of docs/crumbling_quote.md run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "crumbling_quote.md"
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_s_scenario_and_program_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path("crumbling.py")
    assert names["quality"].firings > 10
    assert 0 < names["quality"].on_share < 0.05
    assert names["shares"] > 1_000
