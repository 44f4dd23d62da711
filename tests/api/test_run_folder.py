from __future__ import annotations

from pathlib import Path

import pytest

from api.mistakes import Mistake
from api.run_folder import empty_folder, free_folder, writable_folder


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_first_run_gets_the_plain_name_and_the_next_ones_a_number():
    found = []
    for _ in range(3):
        found.append(str(free_folder("us_equities-7")))
        Path(found[-1]).mkdir(parents=True)
    assert found == ["runs/us_equities-7", "runs/us_equities-7-2", "runs/us_equities-7-3"]


@pytest.mark.parametrize("name", ["../../outside", "/outside", "..", "a/b", "with spaces"])
def test_whatever_a_scenario_is_called_its_runs_stay_below_runs(name):
    folder = free_folder(name)
    assert folder.resolve().parent == Path("runs").resolve()


def test_an_earlier_run_may_be_replaced():
    Path("mine").mkdir()
    Path("mine/market.json").touch()
    assert writable_folder(Path("mine"), "x") == Path("mine")


def test_nothing_else_is_written_over():
    Path("home").mkdir()
    Path("home/letters.txt").touch()
    with pytest.raises(Mistake, match="--out home: the folder holds something else; name an empty or a new one"):
        writable_folder(Path("home"), "x")
    with pytest.raises(Mistake, match="is a file; name a folder"):
        writable_folder(Path("home/letters.txt"), "x")


def test_a_live_market_wants_a_folder_of_its_own():
    Path("mine").mkdir()
    assert empty_folder(Path("mine"), "x") == Path("mine")
    Path("mine/market.json").touch()
    with pytest.raises(Mistake, match="a live market writes into a folder of its own"):
        empty_folder(Path("mine"), "x")
