"""Rows of recorded days; the days themselves are run where there are any."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios import recorded_days
from scenarios.validation.proof import Found, Row
from scenarios.validation.recorded import PROOFS


def rows() -> list[Row]:
    return PROOFS[0].judge(Found({}))


def test_without_market_data_the_rows_are_skipped_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_days, "data_folder", lambda: None)
    assert [(row.passed, row.effect) for row in rows()] == [(None, "market data folder not found; set SORSIM_DATA")] * 2


@pytest.mark.parametrize(
    ("day", "hour", "passed"),
    [
        ((996, 54_378, 0), (998, 1000), [True, True]),
        ((996, 54_378, 1), (997, 1000), [False, False]),
        ((995, 54_378, 0), (1000, 1000), [False, True]),
    ],
)
def test_recorded_days_are_held_to_what_was_published(
    day: tuple[int, int, int], hour: tuple[int, int], passed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded_days, "data_folder", lambda: Path("data"))
    monkeypatch.setattr(recorded_days, "order_entry_day", lambda _: day)
    monkeypatch.setattr(recorded_days, "lobster_hour", lambda _: hour)
    assert [row.passed for row in rows()] == passed
