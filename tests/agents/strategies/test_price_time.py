"""Best price, then the quote that arrived first."""

from __future__ import annotations

from agents.strategies.price_time import PriceTime
from agents.strategy_trial import ScriptedMarket, Trial, buy, drive

QUOTE = (99_9900, 300, 100_0000, 100)
MS = 1_000_000


def venues(trial: Trial) -> list[str]:
    return [venue for venue, _, _ in trial.sent]


def test_among_equal_prices_the_quote_that_arrived_first_goes_first():
    market = ScriptedMarket({"NYSE": QUOTE, "NASDAQ": QUOTE, "IEX": QUOTE})
    market.at(1 * MS, lambda m: m.show("NYSE")).at(2 * MS, lambda m: m.show("NASDAQ"))
    assert venues(drive(PriceTime(), buy(300, at=0), market)) == ["NYSE", "NASDAQ", "IEX"]

    market = ScriptedMarket({"NYSE": QUOTE, "NASDAQ": QUOTE, "IEX": QUOTE})
    market.show("NYSE")
    market.now = 5
    market.show("NASDAQ")
    market.now = 9
    market.show("NYSE")
    assert venues(drive(PriceTime(), buy(300, at=10), market)) == ["IEX", "NASDAQ", "NYSE"]


def test_a_better_price_beats_an_earlier_quote():
    market = ScriptedMarket({"NYSE": QUOTE, "IEX": QUOTE})
    market.now = 5
    market.show("IEX", ask=99_9950)
    assert venues(drive(PriceTime(), buy(200, at=10), market)) == ["IEX", "NYSE"]


def test_quotes_of_the_same_time_go_in_the_scenario_s_order():
    market = ScriptedMarket({"NASDAQ": QUOTE, "ARCA": QUOTE, "NYSE": QUOTE})
    assert venues(drive(PriceTime(), buy(300), market)) == ["NASDAQ", "ARCA", "NYSE"]


def test_a_taken_quote_that_a_slow_feed_still_shows_is_not_taken_twice():
    def filled_behind_the_quote(market, order, side):
        return (order.price or 0), order.qty

    market = ScriptedMarket({"NYSE": QUOTE}, fills=filled_behind_the_quote)
    market._take = lambda venue, qty, side: None  # type: ignore[method-assign]  # the feed never catches up
    trial = drive(PriceTime(set_aside=5 * MS), buy(300, horizon=4 * MS), market)
    assert trial.sent == [("NYSE", 100, 100_0000)]
