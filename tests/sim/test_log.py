from __future__ import annotations

import os
import subprocess
import sys
from enum import IntEnum
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import sim.log
from sim.log import Column, EventLog, LogError, Schema, read_tables
from sim.streams import Streams

ARRIVALS = Schema("arrivals", "Who came when.", (Column("at", "i8", "ns"), Column("who", "i2", "id")))
SERVICES = Schema("services", "Who was served.", (Column("at", "i8", "ns"), Column("station", "i1", "id")))

ROWS = [(at, at % 300 - 150) for at in range(0, 1_000_000_000, 20_000_000)]

WIDE = Schema(
    "wide",
    "Eleven columns of the kind a market writes.",
    (
        Column("at", "i8", "ns"),
        Column("place", "i1", "id"),
        Column("seq", "i4", "count"),
        Column("number", "i8", "id"),
        Column("owner", "i2", "id"),
        Column("kind", "i1", "code"),
        Column("sign", "i1", "code"),
        Column("left", "i8", "count"),
        Column("level", "i8", "level"),
        Column("amount", "i8", "count"),
        Column("cost", "i8", "micros"),
    ),
)


def log_with(rows: list[tuple[int, int]], folder: Path | None = None) -> EventLog:
    log = EventLog(folder)
    append = log.table(ARRIVALS).append
    for row in rows:
        append(*row)
    return log


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sim.log, "BLOCK_ROWS", 4)
    monkeypatch.setattr(sim.log, "CHUNK_BLOCKS", 3)


# -- tables and rows -----------------------------------------------------------------------------


def test_rows_come_back_as_they_were_appended():
    assert log_with(ROWS).arrays()["arrivals"].tolist() == ROWS


@pytest.mark.usefixtures("small_chunks")
def test_rows_come_back_from_blocks_and_from_what_is_pending():
    assert log_with(ROWS).arrays()["arrivals"].tolist() == ROWS


def test_the_same_schema_gives_the_same_table():
    log = EventLog()
    assert log.table(ARRIVALS) is log.table(Schema(ARRIVALS.name, ARRIVALS.description, ARRIVALS.columns))


def test_another_schema_under_the_same_name_is_refused():
    log = EventLog()
    log.table(ARRIVALS)
    with pytest.raises(LogError, match="table arrivals is already declared with another schema"):
        log.table(Schema("arrivals", "Who came when.", SERVICES.columns))


@pytest.mark.usefixtures("small_chunks")
def test_rows_are_counted_over_all_tables():
    log = log_with(ROWS)
    log.table(SERVICES).append(1, 2)
    assert (log.events, len(log.table(ARRIVALS)), len(log.table(SERVICES))) == (len(ROWS) + 1, len(ROWS), 1)


def test_numpy_integers_and_enums_are_integers():
    class Who(IntEnum):
        ANNA = 7

    log = log_with([(np.int64(5), Who.ANNA), (True, np.int8(-1))])
    assert log.arrays()["arrivals"].tolist() == [(5, 7), (1, -1)]


REFUSED = {
    "a float": ((1.0, 7), "table arrivals, column at: 1.0 (float) is not a whole number: convert it with int(...)"),
    "a text": ((1, "7"), "table arrivals, column who: '7' (str) is not a whole number: convert it with int(...)"),
    "nothing": (
        (1, None),
        "table arrivals, column who: None (NoneType) is not a whole number: convert it with int(...)",
    ),
    "too large": (
        (1, 32_768),
        "table arrivals, column who: 32768 (int) does not fit type i2, which holds -32768 to 32767",
    ),
    "too small": (
        (-(2**63) - 1, 1),
        "table arrivals, column at: -9223372036854775809 (int) does not fit type i8, "
        "which holds -9223372036854775808 to 9223372036854775807",
    ),
    "too few": ((1,), "table arrivals takes 2 values (at, who), got 1: (1,)"),
    "too many": ((1, 2, 3), "table arrivals takes 2 values (at, who), got 3: (1, 2, 3)"),
}


@pytest.mark.parametrize(("row", "message"), REFUSED.values(), ids=REFUSED)
def test_a_row_that_does_not_fit_is_refused_in_words(row: tuple[int, ...], message: str):
    log = EventLog()
    with pytest.raises(LogError) as refusal:
        log.table(ARRIVALS).append(*row)
    assert str(refusal.value) == message
    assert log.events == 0


# -- digest --------------------------------------------------------------------------------------


def test_the_digest_is_over_names_types_and_packed_rows():
    rows = sha256(b"".join(ARRIVALS.packer().pack(*row) for row in ROWS)).hexdigest()
    assert log_with(ROWS).digest() == sha256(f"arrivals(at:i8,who:i2)={rows}\n".encode()).hexdigest()


def test_the_digest_changes_with_any_value_and_with_the_order_of_rows():
    digests = {log_with(rows).digest() for rows in (ROWS, ROWS[1:], ROWS[::-1], [*ROWS[:-1], (ROWS[-1][0], 1)])}
    assert len(digests) == 4


def test_a_declared_table_counts_even_without_rows():
    log = log_with(ROWS)
    before = log.digest()
    log.table(SERVICES)
    assert log.digest() != before


def test_the_digest_does_not_depend_on_the_order_in_which_tables_were_declared():
    one, other = EventLog(), EventLog()
    for log, schemas in ((one, (ARRIVALS, SERVICES)), (other, (SERVICES, ARRIVALS))):
        for schema in schemas:
            log.table(schema).append(1, 2)
    assert one.digest() == other.digest()


def test_asking_for_the_digest_does_not_disturb_what_follows():
    log = log_with(ROWS[:7])
    assert log.digest() == log_with(ROWS[:7]).digest()
    for row in ROWS[7:]:
        log.table(ARRIVALS).append(*row)
    assert log.digest() == log_with(ROWS).digest()


@pytest.mark.parametrize("block_rows", [1, 4, 50, 51])
def test_the_digest_does_not_depend_on_how_rows_are_cut(
    block_rows: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    expected = log_with(ROWS).digest()
    monkeypatch.setattr(sim.log, "BLOCK_ROWS", block_rows)
    monkeypatch.setattr(sim.log, "CHUNK_BLOCKS", 3)
    streamed = log_with(ROWS, tmp_path)
    assert streamed.digest() == log_with(ROWS).digest() == expected
    streamed.close()
    assert streamed.digest() == expected


HASHING = """
from sim.log import Column, EventLog, Schema
log = EventLog()
for name in {"b", "a", "c"}:
    log.table(Schema(name, "", (Column("at", "i8", "ns"),))).append(ord(name))
print(log.digest())
"""


def test_the_digest_does_not_depend_on_the_hash_seed():
    def digest(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(sim.log.__file__).parents[1])}
        done = subprocess.run(
            [sys.executable, "-c", HASHING], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    first = digest("0")
    assert len(first.strip()) == 64
    assert first == digest("1") == digest("2")


# -- logs that keep less -------------------------------------------------------------------------


@pytest.mark.usefixtures("small_chunks")
def test_a_log_that_keeps_nothing_still_has_a_digest():
    log = EventLog(keep=False)
    for row in ROWS:
        log.table(ARRIVALS).append(*row)
    assert (log.digest(), log.events) == (log_with(ROWS).digest(), len(ROWS))
    assert log.nbytes < log_with(ROWS).nbytes / 2
    with pytest.raises(LogError, match="keeps no rows"):
        log.arrays()


def test_a_log_that_is_off_takes_no_notice():
    log = EventLog(enabled=False)
    log.table(ARRIVALS).append(1.5, "anything", None)
    assert (log.events, log.nbytes) == (0, 0)
    with pytest.raises(LogError, match="the event log is off"):
        log.digest()
    with pytest.raises(LogError, match="keeps no rows"):
        log.arrays()


# -- disk ----------------------------------------------------------------------------------------


def test_a_written_log_has_one_file_a_table(tmp_path: Path):
    log = log_with(ROWS)
    log.table(SERVICES)
    log.write(tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["arrivals.parquet", "services.parquet"]


def test_writing_again_replaces_what_was_there(tmp_path: Path):
    log_with(ROWS).write(tmp_path)
    log_with(ROWS[:3]).write(tmp_path)
    assert len(read_tables(tmp_path)["arrivals"]) == 3


@pytest.mark.usefixtures("small_chunks")
def test_writing_replaces_what_an_earlier_run_streamed(tmp_path: Path):
    log_with(ROWS, tmp_path).close()
    log_with(ROWS[:3]).write(tmp_path)
    assert len(read_tables(tmp_path)["arrivals"]) == 3


@pytest.mark.usefixtures("small_chunks")
def test_a_streamed_log_writes_each_full_chunk_and_lets_go_of_it(tmp_path: Path):
    log = log_with(ROWS[:12], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["arrivals.0000.parquet"]
    assert log.nbytes == 0
    log.table(ARRIVALS).append(*ROWS[12])
    log.table(SERVICES)
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "arrivals.0000.parquet",
        "arrivals.0001.parquet",
        "services.0000.parquet",
    ]


@pytest.mark.usefixtures("small_chunks")
def test_a_streamed_log_reads_like_a_written_one(tmp_path: Path):
    log_with(ROWS, tmp_path / "streamed").close()
    log_with(ROWS).write(tmp_path / "written")
    streamed, written = (read_tables(tmp_path / name)["arrivals"] for name in ("streamed", "written"))
    assert streamed.equals(written)
    assert list(streamed.itertuples(index=False, name=None)) == ROWS


@pytest.mark.usefixtures("small_chunks")
def test_closing_again_writes_only_what_came_since(tmp_path: Path):
    log = log_with(ROWS[:5], tmp_path)
    log.close()
    log.close()
    assert len(list(tmp_path.iterdir())) == 1
    for row in ROWS[5:]:
        log.table(ARRIVALS).append(*row)
    log.close()
    assert list(read_tables(tmp_path)["arrivals"].itertuples(index=False, name=None)) == ROWS


def test_closing_a_log_in_memory_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    log_with(ROWS).close()
    assert list(tmp_path.iterdir()) == []


def test_a_streamed_log_says_where_its_rows_are(tmp_path: Path):
    log = EventLog(tmp_path)
    for refused in (log.arrays, lambda: log.write(tmp_path)):
        with pytest.raises(LogError, match=r"streams to .*: close\(\) it and read the tables from there"):
            refused()


def test_a_log_does_not_stream_into_a_folder_with_tables(tmp_path: Path):
    log_with(ROWS).write(tmp_path)
    with pytest.raises(LogError, match="already holds tables: stream into an empty folder"):
        EventLog(tmp_path)


# -- size ----------------------------------------------------------------------------------------


def fill(log: EventLog, rows: int) -> None:
    """Rows like those of a market: rising times and counters, references to recent numbers, few levels."""
    draws = Streams(1).draws("rows")
    gap, lag = draws.exponential_mean(30_000), draws.exponential_mean(3_000)
    place, level, lots = draws.uniform_int(0, 7), draws.uniform_int(-50, 50), draws.uniform_int(0, 5)
    append = log.table(WIDE).append
    at, seqs = 0, [0] * 8
    for number in range(rows):
        at, here, lot = at + gap(), place(), lots()
        seqs[here] += 1
        recent, price = max(0, number - lag()), 1_000_000 + 100 * level()
        append(at, here, seqs[here], recent, 3 * here, lot % 3, 1, 0, price, 100 * lot, -20 * lot)


def test_a_row_takes_at_most_64_bytes_of_memory_and_8_of_disk(tmp_path: Path):
    log = EventLog()
    fill(log, rows=60_000)
    assert WIDE.packer().size <= log.nbytes / 60_000 < 64
    log.write(tmp_path)
    assert (tmp_path / "wide.parquet").stat().st_size / 60_000 < 8
