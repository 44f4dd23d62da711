from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.difference import Difference, first_difference
from analysis.tables import RunFolderError
from tests.analysis.builders import BUY, FLOW, IOC, MAKER, SELL, SNIPER, Recording


def market_day(sniper_size: int = 100, **extra: object) -> Recording:
    market = Recording(**extra)
    for order_id in range(1, 9):
        market.new(order_id, MAKER, SELL, 100, 100_0000 + 100 * order_id)
    market.new(50, SNIPER, BUY, sniper_size, 100_0100, IOC)
    market.cancel(3, MAKER)
    return market


def saved(market: Recording, folder: Path, scenario: str = "name: by_hand\nseed: 7\n") -> Path:
    market.log.write(folder)
    (folder / "market.json").write_text(json.dumps(market.market))
    (folder / "scenario.yaml").write_text(scenario)
    return folder


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "a", tmp_path / "b"


def difference(a: Recording, b: Recording, folders: tuple[Path, Path], **options: int) -> Difference:
    found = first_difference(saved(a, folders[0]), saved(b, folders[1]), **options)
    assert found is not None
    return found


def test_the_same_run_twice_does_not_differ(folders):
    a, b = (saved(market_day(), folder) for folder in folders)
    assert first_difference(a, b) is None


def test_the_first_row_that_differs_is_named_with_its_columns(folders):
    found = difference(market_day(), market_day(sniper_size=60), folders)
    assert (found.table, found.row, found.at, found.columns) == ("orders", 8, 90, ("qty",))
    assert "order_id=50 owner=snipers.1 action=NEW side=BUY time_in_force=IOC price=100.01 qty=100" in found.a
    assert found.b.endswith("qty=60")


def test_what_came_before_is_common_and_what_follows_is_each_run_s_own(folders):
    found = difference(market_day(), market_day(sniper_size=60), folders, context=3)
    assert len(found.before) == len(found.after_a) == len(found.after_b) == 3
    assert found.before[-1].startswith("0.000000080 s  reports[7]")
    assert "leaves_qty=100" in found.after_a[0]
    assert "leaves_qty=60" in found.after_b[0]


def test_the_cause_comes_before_its_consequences_at_one_moment(folders):
    quiet, loud = market_day(), market_day()
    for number, market in enumerate((quiet, loud)):
        market.new(60, FLOW, BUY, 100 + number, 99_0000)
    found = difference(quiet, loud, folders)
    assert (found.table, found.columns) == ("orders", ("qty",))


def test_a_run_that_stops_earlier_lacks_the_row(folders):
    longer = market_day()
    longer.cancel(4, MAKER)
    found = difference(market_day(), longer, folders)
    assert (found.table, found.a) == ("orders", None)
    assert "order_id=4" in found.b
    assert "no such row: its table ends here" in str(found)


def test_a_seed_and_versions_that_differ_are_noted(folders):
    found = difference(market_day(), market_day(60, seed=8, versions={"sorsim": "0.2.0"}), folders)
    assert found.notes == ("seed differs: A 7, B 8", "version of sorsim differs: A 0.1.0, B 0.2.0")
    assert str(found).startswith("seed differs: A 7, B 8\n")


def test_changed_lines_of_the_scenario_are_shown_without_the_seed(folders):
    a = saved(market_day(), folders[0], "seed: 7\nreaction: 29us\n")
    b = saved(market_day(60), folders[1], "seed: 8\nreaction: 10us\n")
    found = first_difference(a, b)
    assert found is not None
    assert found.notes == ("the scenarios differ (- A, + B):", "  -reaction: 29us", "  +reaction: 10us")


def test_a_table_that_one_run_lacks_is_noted(folders):
    a, b = (saved(market_day(), folder) for folder in folders)
    (b / "trades.parquet").unlink()
    found = first_difference(a, b)
    assert found is not None
    assert (found.table, found.notes) == ("trades", ("only A has a table trades",))


def test_a_folder_that_is_no_run_is_refused(folders):
    a = saved(market_day(), folders[0])
    folders[1].mkdir()
    with pytest.raises(RunFolderError, match=r"no market\.json"):
        first_difference(a, folders[1])
