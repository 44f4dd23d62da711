"""The figures of the recorded days, through the same function as the command; skipped without the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.reconcile import reconcile
from scenarios.reconciling.findings import Finding
from scenarios.reconciling.lobster_steps import ENTERED
from scenarios.reconciling.predicted_matches import ICEBERG

ORDER_ENTRIES = (
    "ordtype,uid,is_buy,qty,price,timestamp\n"
    "new,1,True,5,10.05,2019-05-23 09:00:00\n"
    "new,2,False,3,10.05,2019-05-23 09:00:01\n"
    "cancel,1,,2,,2019-05-23 09:00:02\n"
)


def by_unit(findings: list[Finding], unit: str) -> list[tuple[int, int]]:
    return [(finding.counted, finding.matched) for finding in findings if finding.unit == unit]


def test_a_file_of_one_s_own_is_replayed(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDER_ENTRIES)
    [found] = reconcile(tmp_path)
    assert (found.counted, found.matched, found.note) == (3, 3, "1 trades, 3 shares; 0 orders left at the end")


def test_a_cancel_that_does_not_take_out_what_it_says_is_a_difference_with_its_cause(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDER_ENTRIES.replace("cancel,1,,2", "cancel,1,,4"))
    [found] = reconcile(tmp_path / "orders.csv")
    assert (found.counted, found.matched) == (3, 2)
    assert found.differences.startswith("1 a cancel that took out another number of shares than recorded; ")


def test_an_unknown_book_is_told(tmp_path):
    with pytest.raises(ValueError, match="book 'quick' is unknown; write fast or obvious"):
        reconcile(tmp_path, "quick")


def test_progress_is_told_after_each_check(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDER_ENTRIES)
    (tmp_path / "more.csv").write_text(ORDER_ENTRIES)
    told: list[tuple[int, int]] = []
    reconcile(tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


# -- recorded days ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nasdaq(shared_data: Path) -> list[Finding]:
    return reconcile(shared_data / "nasdaq_arl_mbo_20250717")


def test_the_published_levels_of_a_stock_s_day_come_out_row_by_row(nasdaq):
    assert by_unit(nasdaq, "published rows") == [(3_928, 3_928)]


def test_every_record_of_that_day_finds_its_order_and_every_match_is_predicted(nasdaq):
    assert by_unit(nasdaq, "records of orders") == [(5_828, 5_828)]
    assert by_unit(nasdaq, "match events") == [(9, 9)]


@pytest.mark.parametrize("book", ["fast", pytest.param("obvious", marks=pytest.mark.slow)])
def test_the_matches_of_a_future_s_evening_are_predicted_by_id_and_size(shared_data, book):
    found = reconcile(shared_data / "cme_es_mbo_20231225", book)
    assert by_unit(found, "states") == [(33_486, 33_486)]
    *_, match = found
    assert (match.counted, match.matched) == (2_124, 2_101)
    assert match.share >= 0.985
    assert match.causes == {ICEBERG: 23}
    assert match.note == "7,160 of 7,334 shares or contracts"


@pytest.fixture(scope="module")
def apple(shared_data: Path) -> list[Finding]:
    return reconcile(shared_data / "lobster_aapl_20120621")


def test_every_step_of_apple_s_files_comes_out_but_for_levels_from_outside(apple):
    steps = [finding for finding in apple if finding.unit == "steps"]
    told = {f.check.rpartition(", ")[2]: (f.counted, f.matched, sum(f.explained.values())) for f in steps}
    assert told == {
        "levels 1 to 9": (998, 998, 0),
        "level 10": (998, 680, 318),
        "levels 1 to 49": (671, 671, 0),
        "level 50": (671, 563, 108),
    }


def test_apple_s_hour_gives_the_published_best_quotes(apple):
    [(counted, matched)] = by_unit(apple, "best-quote states")
    assert (matched, counted) == (23_422, 23_440)
    assert matched >= 0.998 * counted


def test_microsoft_s_seconds_agree_in_everything(shared_data):
    found = reconcile(shared_data / "lobster_msft_20120621")
    assert all(finding.share == 1 for finding in found)
    assert by_unit(found, "steps") == [(1_949, 1_949), (1_949, 1_891)]
    assert [finding.explained[ENTERED] for finding in found if finding.unit == "steps"] == [0, 58]


def test_a_session_of_order_entries_makes_its_trades(shared_data):
    [found] = reconcile(shared_data / "bme_ana_orders_20190523")
    assert (found.counted, found.matched) == (27_056, 27_056)
    assert found.note == "996 trades, 54,378 shares; 0 orders left at the end"


def test_levels_alone_are_nothing_to_check(shared_data):
    with pytest.raises(ValueError, match="nothing here that can be checked"):
        reconcile(shared_data / "nasdaq_aapl_mbp10_20241021")
