"""The rows IEX hold, and it is the signal that makes the difference between them."""

from __future__ import annotations

from scenarios.load import load
from scenarios.run import run
from scenarios.validation.recompute import validate

OFF = ("venues.IEX.crumbling_quote.threshold=1000",)


def test_the_vectors_hold_with_the_signal_off_and_on() -> None:
    rows = validate(seeds=[1], only=["IEX vectors"], jobs=1)
    assert [(row.name, row.verdict) for row in rows] == [
        ("IEX vectors, signal off", "pass"),
        ("IEX vectors, signal on", "pass"),
    ]
    assert all("14 of 14 hold" in row.effect for row in rows)


def test_without_the_signal_the_same_orders_trade_as_in_a_stable_market() -> None:
    stable = load("validation/iex_vectors").expect
    verdicts = run(load("validation/iex_vectors_crumbling", set=OFF)).expectations
    without = {verdict.metric: verdict for verdict in verdicts}
    assert not without["sell_inside.shares"].holds
    assert without["dpeg_buy.shares"].value == stable["dpeg_buy.shares"].equals


def test_the_older_rule_rests_at_the_quote() -> None:
    older = ("venues.IEX.policies.discretionary_rest=at_quote",)
    prices = {v.metric: v.value for v in run(load("validation/iex_vectors", set=older)).expectations}
    assert prices["sell_iso.average_price"] == 10.10
    assert prices["sell_inside.average_price"] == 10.11
