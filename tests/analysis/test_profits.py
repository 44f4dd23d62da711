from __future__ import annotations

import math

from analysis.profits import profit_table, profits
from scenarios.run import run
from tests.analysis.builders import BATS, BUY, FLOW, IOC, MAKER, NYSE, SELL, SNIPER, Recording

ASK, LATER = 100_0100, 100_0400


def one_trade() -> Recording:
    """A sniper takes 300 of a maker's offer at 100.01; then the mid is 100.04."""
    recording = Recording()
    recording.new(1, MAKER, SELL, 300, ASK)
    recording.new(2, SNIPER, BUY, 300, ASK, IOC)
    recording.new(3, FLOW, BUY, 100, LATER - 100)
    recording.new(4, FLOW, SELL, 100, LATER + 100)
    return recording


def by_name(recording: Recording) -> dict[str, tuple[int, int, int]]:
    """(position, fees, profit) in shares and millionths of a dollar."""
    found = profits(recording.tables())
    rows = zip(found.names, found.position, found.fees, found.profit, strict=True)
    return {name: (int(held), int(fees), int(profit)) for name, held, fees, profit in rows}


def test_a_position_is_worth_the_last_mid():
    assert by_name(one_trade())["snipers.1"] == (300, 300 * 3_000, 300 * (30_000 - 3_000))


def test_what_one_wins_another_loses():
    found = by_name(one_trade())
    assert found["makers.1"] == (-300, -300 * 2_000, 300 * (-30_000 + 2_000))
    assert sum(profit for _, _, profit in found.values()) == 0


def test_a_venue_earns_the_fees_that_it_charges():
    assert by_name(one_trade())["NYSE"] == (0, -300 * 1_000, 300 * 1_000)
    assert by_name(one_trade())["BATS"] == (0, 0, 0)


def test_who_did_nothing_has_nothing():
    assert by_name(one_trade())["client"] == (0, 0, 0)


def test_the_table_names_the_scenarios_agents_and_dollars():
    table = profit_table(one_trade().tables()).set_index("who")
    assert list(table.index) == ["market_maker", "sniper", "NYSE"]  # groups, here named for their kind
    assert table["profit"].tolist() == [-8.4, 8.1, 0.3]


def test_a_position_that_nobody_quotes_has_no_value():
    recording = Recording()
    recording.new(1, MAKER, SELL, 300, ASK)
    recording.new(2, SNIPER, BUY, 300, ASK, IOC)
    found = profits(recording.tables())
    assert not found.is_known
    assert math.isnan(found.of_group("sniper"))


def test_nobody_of_that_name_has_no_profit():
    assert math.isnan(profits(one_trade().tables()).of_group("whale"))


def test_the_mid_is_that_of_all_venues_together():
    recording = one_trade()
    recording.new(5, FLOW, BUY, 100, LATER, venue=BATS)  # 100.04 bid there, 100.05 asked at NYSE
    assert profits(recording.tables()).mid == 100_045_000
    assert NYSE != BATS


def test_a_whole_market_adds_up_to_zero():
    result = run("us_equities", set={"duration": "3s", "agents.client.orders.count": "5"})
    assert int(profits(result.tables).profit.sum()) == 0


ROUTED = {
    "name": "routed",
    "duration": "2s",
    "warm_up": "10ms",
    "instruments": [{"symbol": "XYZ", "price": 100}],
    "venues": [
        {"name": "NYSE", "kind": "lit", "fees": {"maker": -0.002, "taker": 0.003, "routed": 0.004}, "protection": {}},
        {"name": "BATS", "kind": "lit", "fees": {"maker": -0.001, "taker": 0.002}, "protection": {}},
    ],
    "fundamental": {"kind": "constant"},
    "agents": [
        {
            "kind": "background_flow",
            "limit_rate": "100/s",
            "market_rate": "30/s",
            "depth": 0.05,
            "lifetime": "500ms",
            "news": "1ms",
        }
    ],
}


def test_shares_that_a_venue_routed_out_pass_through_its_hands():
    result = run(ROUTED)
    found = profits(result.tables)
    routing = [row for row, kind in enumerate(found.kinds) if kind == "routing"]
    assert found.traded[routing].sum() > 0
    assert found.position[routing].tolist() == [0, 0]
    assert int(found.profit.sum()) == 0
