from __future__ import annotations

import json

import pandas as pd

from analysis.results import json_rows, results_table
from tests.analysis.builders import BUY, Recording


def traded() -> Recording:
    market = Recording(duration=100)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 100, at=5)
    market.fill(1, 100_0100, 60, 20, 11)
    return market


def test_results_are_strict_json():
    rows = results_table(traded().tables())
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_a_row_names_router_and_strategy_and_holds_its_venues():
    row = results_table(traded().tables(), {"client": "smart"})[0]
    assert (row["router"], row["strategy"], row["filled_shares"]) == ("client", "smart", 60)
    assert [(v["venue"], v["filled_shares"]) for v in row["venues"]] == [("NYSE", 60)]


def test_what_was_not_measured_is_none():
    assert results_table(traded().tables())[0]["markout_1s"] is None


def test_infinities_are_none_too_and_columns_can_be_chosen():
    table = pd.DataFrame({"a": [float("inf")], "b": [1]})
    assert json_rows(table) == [{"a": None, "b": 1}]
    assert json_rows(table, ["b"]) == [{"b": 1}]
