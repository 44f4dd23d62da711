"""Published levels: prices, sizes, numbers of orders."""

from __future__ import annotations

import pytest

from agents.recordings.mbp import is_mbp, read_mbp
from agents.recordings.rows import ReplayFileError

ONE_LEVEL = "sequence,bid_px_00,bid_sz_00,bid_ct_00,ask_px_00,ask_sz_00,ask_ct_00"


@pytest.fixture
def file(tmp_path):
    def write(text: str):
        path = tmp_path / "mbp.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_row_has_both_sides_best_first(file):
    header = ONE_LEVEL + ",bid_px_01,ask_px_01,bid_sz_01,ask_sz_01,bid_ct_01,ask_ct_01"
    [row] = read_mbp(file(header + "\n9,5.51,100,1,5.6,20,2,5.5,,7,0,3,0\n"))
    assert row == (2, 9, ((55_100, 100, 1), (55_000, 7, 3)), ((56_000, 20, 2), (0, 0, 0)))


def test_an_empty_side_has_no_price(file):
    [row] = read_mbp(file(ONE_LEVEL + "\n9,,0,0,5.6,20,2\n"))
    assert row.bids == ((0, 0, 0),)


def test_another_header_is_told(file):
    path = file("sequence,bid_px_00\n")
    with pytest.raises(ReplayFileError, match="no column bid_sz_00, bid_ct_00, ask_px_00"):
        list(read_mbp(path))
    assert not is_mbp(["sequence", "bid_px_00"])


def test_every_mistake_is_told(file):
    path = file(ONE_LEVEL + "\n9,5.x,1,1,5.6,20,2\n10,5\n")
    with pytest.raises(ReplayFileError) as caught:
        list(read_mbp(path))
    assert caught.value.problems == (
        f"{path}:2: price '5.x' is not a decimal number of zero or more",
        f"{path}:3: 2 fields; the header has 7",
    )
