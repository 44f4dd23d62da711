"""Price plus taker fee."""

from __future__ import annotations

from agents.strategies.fee_aware import FeeAware
from agents.strategy_trial import ScriptedMarket, buy, drive, sell

QUOTE = (99_9900, 100, 100_0000, 100)
FEES = {"NYSE": 3_000, "IEX": 900, "BYX": -200}


def test_among_equal_prices_the_lowest_taker_fee_goes_first():
    market = ScriptedMarket({"NYSE": QUOTE, "IEX": QUOTE, "BYX": QUOTE}, taker_fees=FEES)
    assert [venue for venue, _, _ in drive(FeeAware(), buy(300), market).sent] == ["BYX", "IEX", "NYSE"]


def test_the_fee_counts_the_same_way_for_a_seller():
    market = ScriptedMarket({"NYSE": QUOTE, "IEX": QUOTE, "BYX": QUOTE}, taker_fees=FEES)
    assert [venue for venue, _, _ in drive(FeeAware(), sell(300), market).sent] == ["BYX", "IEX", "NYSE"]


def test_a_fee_larger_than_a_price_step_turns_the_order():
    quotes = {"DEAR": (99_9900, 100, 100_0000, 100), "CHEAP": (99_9900, 100, 100_0020, 100)}
    market = ScriptedMarket(quotes, taker_fees={"DEAR": 3_000, "CHEAP": 900}, tick=20)
    trial = drive(FeeAware(), buy(100), market)
    assert trial.sent == [("CHEAP", 100, 100_0020)]
    assert trial.decisions[0][1].scores == {"CHEAP": 2_900, "DEAR": 3_000}


def test_equal_costs_go_to_the_earlier_quote():
    market = ScriptedMarket({"NYSE": QUOTE, "IEX": QUOTE}, taker_fees={"NYSE": 3_000, "IEX": 3_000})
    market.now = 5
    market.show("NYSE")
    assert drive(FeeAware(), buy(100, at=10), market).sent == [("IEX", 100, 100_0000)]
