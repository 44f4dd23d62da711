"""The 34 columns: what is written is what is read."""

from __future__ import annotations

import gzip
import re

import pytest

from analysis.race_log import messages_of_run
from analysis.race_messages import COLUMNS, NotRaceMessages, read_race_messages, write_race_messages
from tests.analysis.builders import BUY, FLOW, IOC, MAKER, NYSE, SELL, SNIPER
from tests.analysis.race_flow import Flow
from tests.analysis.race_rig import Exchange

DATE = "2000-01-01"


def lines(exchange: Exchange, folder) -> list[str]:
    path = write_race_messages(exchange.messages(), folder, DATE, "XYZ.NYSE")
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def test_the_file_is_where_the_authors_programs_look_for_it(tmp_path):
    path = write_race_messages([], tmp_path, DATE, "XYZ.NYSE")
    assert path == tmp_path / DATE / "Raw_Msg_Data_2000-01-01_XYZ.NYSE.csv.gz"
    assert gzip.decompress(path.read_bytes()).decode() == ",".join(COLUMNS) + "\n"
    assert len(COLUMNS) == 34


def test_an_order_a_trade_and_a_cancel_that_came_too_late_cell_by_cell(tmp_path):
    exchange = Exchange()
    exchange.new(100, 1, MAKER, SELL, 100, 100_0050)
    exchange.new(200, 2, SNIPER, BUY, 150, 100_0050, IOC)
    exchange.cancel(207, 1, MAKER)
    about = "XYZ.NYSE,2000-01-01,1"
    maker, sniper = "makers.1,makers.1", "snipers.1,snipers.1"
    assert lines(exchange, tmp_path)[1:] == [
        f"{about},{maker},R1,,,O1,2000-01-01 00:00:00.000095000,New_Order,Ask,False,True,Limit,GoodTill,100.0,100.0,,"
        "100.0050,,,,,,,,,,,,,,",
        f"{about},{maker},R1,,,O1,2000-01-01 00:00:00.000100000,Execution_Report,Ask,False,True,,,,100.0,100.0,"
        ",,,,,,Order_Accepted,,,,,,,,",
        f"{about},{sniper},R2,,,O2,2000-01-01 00:00:00.000195000,New_Order,Bid,False,True,Limit,IOC,150.0,150.0,,"
        "100.0050,,,,,,,,,,,,,,",
        f"{about},{sniper},R2,,,O2,2000-01-01 00:00:00.000200000,Execution_Report,Bid,False,True,,,,50.0,50.0,"
        ",,,,,,Order_Executed,T1,Aggressive,Partial_Fill,100.0050,100.0,False,False,",
        f"{about},{maker},R1,,,O1,2000-01-01 00:00:00.000200000,Execution_Report,Ask,False,True,,,,0.0,0.0,"
        ",,,,,,Order_Executed,T1,Passive,Full_Fill,100.0050,100.0,False,False,",
        f"{about},{sniper},R2,,,O2,2000-01-01 00:00:00.000200000,Execution_Report,Bid,False,True,,,,,,"
        ",,,,,,Order_Expired,,,,,,,,",
        f"{about},{maker},R3,R1,,O1,2000-01-01 00:00:00.000202000,Cancel_Request,Ask,False,True,,,,,,,,,,,,,,,,,,,,",
        f"{about},{maker},R3,,,O1,2000-01-01 00:00:00.000207000,Cancel_Reject,Ask,False,True,,,,,,,,,,,,,,,,,,,,TLTC",
    ]


@pytest.mark.parametrize(
    "flow", [Flow(seed=1, replace=2, market=1), Flow(seed=2, special=1, fok=1), Flow(seed=3, tick=50)]
)
def test_what_is_written_is_read_again(flow, tmp_path):
    messages = messages_of_run(flow.tables(), NYSE, 5_000)
    assert len(messages) > 1_000
    assert read_race_messages(write_race_messages(messages, tmp_path, DATE, "XYZ")) == messages


def test_the_same_messages_make_the_same_bytes(tmp_path):
    exchange = Exchange()
    exchange.new(100, 1, FLOW, SELL, 100, 100_0100)
    first, second = (
        write_race_messages(exchange.messages(), tmp_path / name, DATE, "X").read_bytes() for name in ("a", "b")
    )
    assert first == second


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("Symbol,", ""), "has no column Symbol; the 34 are Symbol, Date, SessionID"),
        (("100.0100", "100.01001"), ":2: 100.01001: is finer than the price unit, $0.0001"),
        (("100.0,", "100.5,"), ":2: 100.5: is no whole number of shares"),
        (("False,True", "True,True"), ":2: a quote (QuoteRelated): two-sided quotes are not read"),
        (("00:00:00", "noon"), ":2: Invalid isoformat string"),
    ],
)
def test_what_is_not_in_the_columns_is_told_with_its_line(change, told, tmp_path):
    exchange = Exchange()
    exchange.new(100, 1, FLOW, SELL, 100, 100_0100)
    path = tmp_path / "messages.csv"
    path.write_text("\n".join(lines(exchange, tmp_path)).replace(*change))
    with pytest.raises(NotRaceMessages, match=re.escape(told)):
        read_race_messages(path)
