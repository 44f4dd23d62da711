"""The rows about allocators: what is recomputed, quickly; the allocators' own tests say more."""

from __future__ import annotations

import pytest

from scenarios.validation.placements import PROOFS, TABLE_1
from scenarios.validation.proof import Found


def test_every_row_of_table_1_passes() -> None:
    rows = PROOFS[0].judge(Found({}))
    assert len(rows) == len(TABLE_1)
    assert all(row.passed for row in rows)


def test_a_wrong_reference_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = TABLE_1[0]._replace(cost=TABLE_1[0].cost + 0.01)
    monkeypatch.setattr("scenarios.validation.placements.TABLE_1", (wrong,))
    assert [row.passed for row in PROOFS[0].judge(Found({}))] == [False]


@pytest.mark.slow
def test_learning_rows_pass() -> None:
    assert all(row.passed for proof in PROOFS[1:] for row in proof.judge(Found({})))
