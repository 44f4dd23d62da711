"""What `analysis` and every recorded run rely on: the tables of venues, their columns, units and codes."""

from __future__ import annotations

import pytest

from sim.log import EventLog, Schema
from venues import tables
from venues.messages import LARGEST_ID, LARGEST_PRICE, LARGEST_QTY, ExecType, Liquidity, Reason, Side, TimeInForce

TABLES = [tables.ORDERS, tables.REPORTS, tables.TRADES, tables.QUOTES, tables.NBBO]
UNITS = {"ns", "venue", "count", "id", "agent", "code", "price", "shares", "micros"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_has_a_unit(table: Schema):
    assert {column.unit for column in table.columns} <= UNITS


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_column_has_codes_exactly_when_its_unit_says_so(table: Schema):
    assert all((column.codes is not None) == (column.unit == "code") for column in table.columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_begin_with_their_time(table: Schema):
    first = table.columns[0]
    assert (first.name, first.dtype, first.unit) == ("at", "i8", "ns")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_largest_values_a_venue_takes_fit(table: Schema):
    largest = {
        "price": LARGEST_PRICE,
        "shares": LARGEST_QTY,
        "id": LARGEST_ID,
        "ns": 10**18,
        "micros": 10**6 * LARGEST_QTY,
    }
    EventLog().table(table).append(*(largest.get(column.unit, 1) for column in table.columns))


def codes(table: Schema, column: str) -> dict[int, str]:
    (found,) = (c.codes for c in table.columns if c.name == column)
    return dict(found or {})


def test_every_code_has_its_name():
    assert codes(tables.REPORTS, "exec_type") == {int(kind): kind.name for kind in ExecType}
    assert codes(tables.REPORTS, "reason") == {int(reason): reason.name for reason in Reason}
    assert codes(tables.REPORTS, "liquidity") == {int(liquidity): liquidity.name for liquidity in Liquidity}
    assert codes(tables.TRADES, "side") == {int(side): side.name for side in Side}
    assert codes(tables.ORDERS, "time_in_force") == {-1: "", **{int(tif): tif.name for tif in TimeInForce}}
    assert codes(tables.ORDERS, "action") == {0: "NEW", 1: "CANCEL", 2: "REPLACE", 3: "BAD", 4: "REDUCE"}


def test_a_cancel_has_no_side_in_the_log():
    assert codes(tables.ORDERS, "side")[0] == ""


def test_all_tables_fit_one_log():
    log = EventLog()
    for table in TABLES:
        log.table(table)
    assert sorted(log.arrays()) == ["nbbo", "orders", "quotes", "reports", "trades"]
