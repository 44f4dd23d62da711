from __future__ import annotations

import json

import numpy as np
import pytest

from agents.tables import ALGO_KINDS, RISK_ACTIONS, RISK_CODES
from analysis import codes
from analysis.metrics import summary
from analysis.tables import COLUMNS, RunFolderError, RunTables
from tests.analysis.builders import BUY, SCHEMAS, Recording, market
from venues import messages
from venues.tables import ACTIONS


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_the_columns_analysis_expects_are_those_that_are_recorded(schema):
    assert COLUMNS[schema.name] == tuple(column.name for column in schema.columns)


def test_the_codes_are_those_of_the_venues():
    assert {int(x): x.name for x in messages.ExecType} == codes.EXEC_TYPES
    assert {int(x): x.name for x in messages.TimeInForce} == {k: v for k, v in codes.TIMES_IN_FORCE.items() if k >= 0}
    assert {int(x) for x in messages.Reason} == set(codes.REASONS)
    assert (int(messages.Liquidity.MAKER), int(messages.Liquidity.TAKER)) == (codes.MAKER, codes.TAKER)
    assert ACTIONS == codes.ACTIONS
    assert ALGO_KINDS == codes.ALGO_KINDS
    assert (RISK_ACTIONS, RISK_CODES) == (codes.RISK_ACTIONS, codes.RISK_CODES)


def test_columns_come_as_int64_and_frames_as_recorded():
    recording = Recording()
    recording.quote(10, 99_9900, 100_0100)
    tables = recording.tables()
    assert tables["quotes"]["venue"].dtype == np.int64
    assert tables.quotes["venue"].dtype == np.int8


def test_a_table_that_was_not_written_is_empty():
    tables = RunTables.from_arrays({}, market())
    assert len(tables.reports) == len(tables["reports"]) == 0
    assert tables["reports"]["fee"].tolist() == []


def test_an_unknown_table_is_named_with_the_known_ones():
    with pytest.raises(AttributeError, match="'ordres'; tables: parents, "):
        _ = RunTables.from_arrays({}, market()).ordres


def test_a_run_folder_reads_as_the_run_in_memory(tmp_path):
    recording = Recording(duration=100)
    recording.quote(0, 99_9900, 100_0100)
    recording.parent(1, BUY, 100, at=5)
    recording.fill(1, 100_0100, 60, 20, 11)
    recording.log.write(tmp_path)
    (tmp_path / "market.json").write_text(json.dumps(recording.market))
    read = RunTables.read(tmp_path)
    assert summary(read).equals(summary(recording.tables()))
    assert read.market == recording.market


def test_a_folder_without_market_json_is_no_run_folder(tmp_path):
    Recording().log.write(tmp_path)
    with pytest.raises(RunFolderError, match=r"no market\.json; a run folder is what `sorsim run --out DIR` writes"):
        RunTables.read(tmp_path)


def test_a_broken_market_json_says_where(tmp_path):
    Recording().log.write(tmp_path)
    (tmp_path / "market.json").write_text("{")
    with pytest.raises(RunFolderError, match=r"market\.json: cannot be read: .*line 1 column 2"):
        RunTables.read(tmp_path)


def test_a_result_is_computed_once():
    tables, calls = RunTables.from_arrays({}, market()), []
    for _ in range(2):
        assert tables.once("answer", lambda _: calls.append(1) or 42) == 42
    assert calls == [1]
