"""The example of docs/rules.md runs, and does what the page says; the page's table is the regimes' own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.fee_sheets import FEE_SHEETS
from scenarios.regimes import REGIMES
from scenarios.run import run

PAGE = (Path(__file__).parent.parent / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```yaml (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ORDER = "agents.buyer.orders"
AT = "at: 10ms, venue: NYSE, side: buy, qty: 300, limit: 100.05, time_in_force: ioc"


@pytest.mark.parametrize(
    ("setting", "traded"),
    [
        (None, [("NASDAQ", 100_0000, 100), ("NYSE", 100_0100, 200)]),
        (f"{ORDER}=[{{{AT}, iso: true}}]", [("NYSE", 100_0100, 300)]),
        ("venues.NYSE.protection.action=cancel", []),
    ],
)
def test_what_the_page_says_of_its_example(
    setting: str | None, traded: list[tuple[str, int, int]], tmp_path: Path
) -> None:
    ((name, text),) = BLOCK.findall(PAGE)
    (tmp_path / name).write_text(text, encoding="utf-8")
    tables = run(tmp_path / name, set=[] if setting is None else [setting]).tables
    trades = tables["trades"]
    found = zip(trades["venue"], trades["price"], trades["qty"], strict=True)
    assert [(tables.directory.venues[int(venue)], int(price), int(qty)) for venue, price, qty in found] == traded


def test_the_table_of_regimes_is_theirs() -> None:
    caps = [f"{REGIMES[name].fee_cap / 1_000_000:.4f}" for name in ("pre2025", "adopted2024")]
    assert f"| access fee at most, $1 and more | {' | '.join(caps)} |" in PAGE
    assert "| round lot | 100 | to $250: 100, to $1,000: 40, to $10,000: 10, above: 1 |" in PAGE
    assert [REGIMES["adopted2024"].lot(dollars * 10_000) for dollars in (250, 1_000, 10_000, 10_001)] == [
        100,
        40,
        10,
        1,
    ]


def test_the_page_names_every_sheet() -> None:
    assert all(f"`{name}`" in PAGE for name in FEE_SHEETS)
