from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from sim.log import Column, EventLog, LogError, Schema, read_codes, read_tables, read_units
from sim.parquet import write_table

KINDS = {0: "", 1: "it's new", -1: '"quoted"'}
VISITS = Schema(
    "visits",
    "Who's here; 'quoted'.",
    (
        Column("at", "i8", "ns"),
        Column("seq", "i4", "count"),
        Column("who", "i2", "it's an id"),
        Column("kind", "i1", "code", KINDS),
    ),
)
EMPTY = Schema("empty", "Nothing happened.", (Column("at", "i8", "ns"),))
ROWS = [(2**62 + 1, -5, 300, 1), (-(2**63), 2**31 - 1, -(2**15), -1)]


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a run [1]*'s"
    log = EventLog()
    log.table(EMPTY)
    for row in ROWS:
        log.table(VISITS).append(*row)
    log.write(folder)
    return folder


def test_every_integer_survives_the_round_trip(run_folder: Path):
    visits = read_tables(run_folder)["visits"]
    assert list(visits.itertuples(index=False, name=None)) == ROWS
    assert [str(dtype) for dtype in visits.dtypes] == ["int64", "int32", "int16", "int8"]


def test_a_table_without_rows_keeps_its_columns(run_folder: Path):
    empty = read_tables(run_folder)["empty"]
    assert (len(empty), list(empty.columns), str(empty.dtypes["at"])) == (0, ["at"], "int64")


def test_units_and_codes_travel_with_the_table(run_folder: Path):
    assert read_units(run_folder) == {
        "empty": {"at": "ns"},
        "visits": {"at": "ns", "seq": "count", "who": "it's an id", "kind": "code"},
    }
    assert read_codes(run_folder) == {"empty": {}, "visits": {"kind": KINDS}}


def test_any_parquet_reader_finds_the_description_in_the_file(run_folder: Path):
    (file,) = run_folder.parent.rglob("visits.parquet")
    copy = run_folder.parent / "plain.parquet"
    copy.write_bytes(file.read_bytes())
    with duckdb.connect() as connection:
        pairs = dict(connection.sql(f"SELECT key, value FROM parquet_kv_metadata('{copy}')").fetchall())
    assert pairs[b"description"] == b"Who's here; 'quoted'."
    assert pairs[b"unit.at"] == b"ns"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(LogError, match="nowhere is not a folder: give the folder that a run wrote"):
        read_tables(tmp_path / "nowhere")


def test_a_folder_without_tables_is_told(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("not a table")
    (tmp_path / "Some Thing.parquet").write_text("not ours")
    with pytest.raises(LogError, match="holds no tables"):
        read_units(tmp_path)


@pytest.mark.parametrize("read", [read_tables, read_units, read_codes])
@pytest.mark.parametrize("size", [0, 100])
def test_a_damaged_file_is_told_with_its_folder(run_folder: Path, read: object, size: int):
    damaged = run_folder / "visits.parquet"
    damaged.write_bytes(damaged.read_bytes()[:size])
    with pytest.raises(LogError, match="cannot read the tables of") as error:
        read(run_folder)  # type: ignore[operator]
    assert "visits.parquet" in str(error.value)


def streamed(folder: Path, chunks: int) -> Path:
    log = EventLog(folder)
    for at in range(chunks):
        log.table(EMPTY).append(at)
        log.close()
    return folder


def test_chunks_are_read_in_the_order_of_their_numbers(tmp_path: Path):
    assert read_tables(streamed(tmp_path, 12))["empty"]["at"].tolist() == list(range(12))


def test_a_missing_chunk_is_told(tmp_path: Path):
    (streamed(tmp_path, 3) / "empty.0001.parquet").unlink()
    with pytest.raises(LogError, match=r"table empty is not whole: found empty\.0000\.parquet, empty\.0002\.parquet"):
        read_tables(tmp_path)


def test_a_table_that_is_there_twice_is_told(tmp_path: Path):
    file = streamed(tmp_path, 1) / "empty.0000.parquet"
    (tmp_path / "empty.parquet").write_bytes(file.read_bytes())
    with pytest.raises(LogError, match="table empty is not whole"):
        read_tables(tmp_path)


def test_a_file_that_cannot_be_written_is_told_and_nothing_half_done_counts(tmp_path: Path):
    with pytest.raises(LogError, match=r"cannot write .*empty\.parquet"):
        write_table(tmp_path / "missing" / "empty.parquet", EMPTY, {"at": np.array([1])})
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_file_of_a_killed_run_is_not_read(run_folder: Path):
    (run_folder / "visits.0001.parquet.unfinished").write_bytes(b"PAR1")
    assert len(read_tables(run_folder)["visits"]) == 2


def test_chunks_after_the_ten_thousandth_come_after_it(tmp_path: Path):
    for number in ("9999", "10000"):
        (tmp_path / f"empty.{number}.parquet").touch()
    with pytest.raises(LogError, match=r"found empty\.9999\.parquet, empty\.10000\.parquet"):
        read_tables(tmp_path)
