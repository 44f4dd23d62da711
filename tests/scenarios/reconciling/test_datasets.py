"""Files are known by their content and paired by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenarios.reconciling.datasets import UnknownDataset, dataset_at

MESSAGES = "34200.000000001,1,7,18,5853300,1\n"
WITH_HEADER = "time_ns,type,order_id,size,price,direction\n"
ONE_LEVEL, TWO_LEVELS = "5859400,200,5853300,18\n", "5859400,200,5853300,18,5859500,1,5853200,1\n"
ENTRIES = "ordtype,uid,is_buy,qty,price,timestamp\n"
RECORDS = "ts_event,action,side,price,size,order_id,flags,sequence\n"
LEVELS = "sequence,bid_px_00,bid_sz_00,bid_ct_00,ask_px_00,ask_sz_00,ask_ct_00\n"


@pytest.fixture
def folder(tmp_path):
    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return tmp_path

    return write


def test_each_form_is_known_by_its_first_row(folder):
    found = dataset_at(folder(a=MESSAGES, b=ONE_LEVEL, c=ENTRIES, d=RECORDS, e=LEVELS, f=WITH_HEADER, g=TWO_LEVELS))
    told = (found.messages, found.books, found.order_entries, found.records, found.levels)
    names = ["".join(path.stem for path in paths) for paths in told]
    assert names == ["af", "bg", "c", "d", "e"]


def test_a_stream_is_an_archive_with_its_arrays(tmp_path):
    columns = {name: np.zeros(1, dtype=int) for name in ("kind", "side", "ioc", "qty", "price", "order_id")}
    np.savez(tmp_path / "normal.npz", **columns)
    np.savez(tmp_path / "other.npz", prices=np.zeros(1))
    assert [path.name for path in dataset_at(tmp_path).streams] == ["normal.npz"]


def test_messages_and_book_of_lobster_s_names_belong_together(folder):
    name = "AAPL_2012-06-21_34200000_57600000_{}_1"
    path = folder(**{name.format("message"): MESSAGES, name.format("orderbook"): ONE_LEVEL, "other": ONE_LEVEL})
    [(messages, book)] = dataset_at(path).lobster_pairs()
    assert (messages.stem, book.stem) == (name.format("message"), name.format("orderbook"))


def test_otherwise_the_number_of_levels_pairs_them(folder):
    found = dataset_at(folder(messages_l2=MESSAGES, book_l2=TWO_LEVELS, book_l1_all_day=ONE_LEVEL))
    assert [(messages.stem, book.stem) for messages, book in found.lobster_pairs()] == [("messages_l2", "book_l2")]
    assert found.published_quotes() == found.folder / "book_l1_all_day.csv"


def test_only_the_deepest_messages_are_replayed(folder):
    found = dataset_at(folder(messages_l2=MESSAGES, book_l2_x=TWO_LEVELS, messages_l1_x=MESSAGES, book_l1_x=ONE_LEVEL))
    assert len(found.lobster_pairs()) == 2
    assert [messages.stem for messages, _ in found.deepest_pairs()] == ["messages_l2"]


def test_one_file_brings_what_belongs_to_it(folder):
    path = folder(records=RECORDS, levels=LEVELS, entries=ENTRIES)
    found = dataset_at(path / "records.csv")
    assert (found.records, found.levels, found.order_entries) == ([path / "records.csv"], [path / "levels.csv"], [])


@pytest.mark.parametrize("files", [{}, {"prices": "date,open,close\n"}, {"book": ONE_LEVEL}, {"levels": LEVELS}])
def test_what_was_looked_for_is_told(folder, files):
    path = folder(**files)
    with pytest.raises(UnknownDataset) as caught:
        dataset_at(path)
    told = str(caught.value)
    assert told.startswith(f"{path}: nothing here that can be checked; looked for files, gzipped or not, of\n")
    for form in (
        "LOBSTER messages (time_ns,",
        "order entries (ordtype,",
        "market-by-order records (",
        "benchmark streams",
    ):
        assert form in told


def test_a_path_to_nothing_is_told(tmp_path):
    with pytest.raises(UnknownDataset, match="there is no such file or folder"):
        dataset_at(tmp_path / "none")
