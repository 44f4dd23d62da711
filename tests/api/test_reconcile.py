"""`sorsim reconcile`: the table, the exit codes, and what is told of files that are none of the known forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app

GOOD = (
    "ordtype,uid,is_buy,qty,price,timestamp\n"
    "new,1,True,5,10.05,2019-05-23 09:00:00\n"
    "new,2,False,3,10.05,2019-05-23 09:00:01\n"
    "cancel,1,,2,,2019-05-23 09:00:02\n"
)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def two_of_three(orders: Path) -> Path:
    """One of the three rows does not fit."""
    orders.write_text(GOOD.replace("cancel,1,,2", "cancel,1,,4"))
    return orders


def ask(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["reconcile", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_table_says_what_was_counted_matched_and_why_not(two_of_three):
    code, printed, said = ask(two_of_three)
    assert (code, said) == (0, "")
    line = next(line for line in printed.splitlines() if line.startswith("orders.csv"))
    for word in ("every order is taken", "rows", "66.66%", "1 a cancel that took out another number of shares"):
        assert word in line
    assert "1 trades, 3 shares; 0 orders left at the end" in line


@pytest.mark.parametrize(("least", "code", "below"), [("66.6%", 0, 0), ("0.667", 1, 1), ("100%", 1, 1)])
def test_below_the_stated_share_it_fails(two_of_three, least, code, below):
    found, printed, _ = ask(two_of_three, "--at-least", least)
    assert found == code
    assert printed.endswith(f"{below} of 1 checks below {least}\n")


def test_all_that_agrees_is_at_least_everything(orders):
    assert ask(orders, "--at-least", "100%")[0] == 0


def test_json_is_one_object_with_exact_counts(two_of_three):
    code, printed, said = ask(two_of_three.parent, "--json", "--at-least", "99%")
    assert (code, said) == (1, "")
    told = json.loads(printed)
    assert told["below"] == 1
    [finding] = told["findings"]
    assert (finding["counted"], finding["matched"], finding["file"]) == (3, 2, "orders.csv")
    assert finding["causes"] == {"a cancel that took out another number of shares than recorded": 1}


def test_what_was_looked_for_is_told(tmp_path):
    (tmp_path / "prices.csv").write_text("date,open,close\n")
    code, printed, said = ask(tmp_path)
    assert (code, printed) == (2, "")
    assert f"{tmp_path}: nothing here that can be checked; looked for files, gzipped or not, of" in said
    assert "order entries (ordtype,uid,is_buy,qty,price,timestamp)" in said


def test_mistakes_in_a_file_are_told_by_line(orders):
    orders.write_text(GOOD.replace("new,2", "news,2"))
    code, _, said = ask(orders)
    assert code == 2
    assert f"{orders}:3: ordtype 'news' is unknown; write new, modif, cancel" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--at-least", "much"), "--at-least much: is no share; write one such as 99.8% or 0.998"),
        (("--at-least", "101%"), "--at-least 101%: is no share"),
        (("--book", "quick"), "--book quick: is no book; write fast or obvious"),
    ],
)
def test_a_wrong_option_is_told(orders, arguments, told):
    code, printed, said = ask(orders, *arguments)
    assert (code, printed) == (2, "")
    assert told in said


def test_recorded_data_is_known_to_agree_in_so_much(shared_data):
    code, printed, _ = ask(shared_data / "cme_es_mbo_20231225", "--at-least", "99%")
    assert code == 1
    assert "98.91%" in printed
    assert printed.endswith("1 of 3 checks below 99%\n")
