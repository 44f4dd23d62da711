"""What a regime allows, and what `check` says of a scenario that does not keep to it."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.regimes import REGIMES
from tests.scenarios.builders import messages, small


def market(regime: str | None, fees: dict[str, Any] | None = None, **instrument: Any) -> dict[str, Any]:
    """Two venues, one with these fees, and the instrument with these keys."""
    lit: list[dict[str, Any]] = [{"name": "NYSE", "kind": "lit"}, {"name": "BATS", "kind": "lit"}]
    if fees is not None:
        lit[0]["fees"] = fees
    keys = {"symbol": "XYZ", "price": 100, **instrument}
    return small(venues=lit, instruments=[keys], **({} if regime is None else {"regime": regime}))


# -- access fees --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regime", "price", "cap"),
    [
        ("pre2025", 1_0000, 3_000),
        ("pre2025", 5_000, 1_500),
        ("adopted2024", 1_0000, 1_000),
        ("adopted2024", 5_000, 500),
    ],
)
def test_the_cap_of_access_fees_is_30_or_10_mils_and_a_share_of_the_price_below_a_dollar(
    regime: str, price: int, cap: int
) -> None:
    assert REGIMES[regime].cap(price) == cap


@pytest.mark.parametrize(
    ("regime", "fee", "cap"), [("pre2025", "0.0031", "0.0030"), ("adopted2024", "0.0030", "0.0010")]
)
def test_a_taker_fee_above_the_cap_is_a_mistake(regime: str, fee: str, cap: str) -> None:
    (told,) = messages(market(regime, {"taker": fee}))
    assert told == (
        f"venues.NYSE.fees.taker: {fee} is above the access-fee cap of {regime} at 100.00, {cap} a share; "
        "write that or less"
    )


def test_so_is_one_of_a_tier() -> None:
    tiers = [{"shares": 1000, "maker": 0, "taker": "0.0020"}]
    (told,) = messages(market("adopted2024", {"taker": "0.0010", "tiers": tiers}))
    assert told.startswith("venues.NYSE.fees.tiers[0].taker: 0.0020 is above the access-fee cap")


def test_a_fee_of_the_sheet_is_held_against_the_cap_too() -> None:
    (told,) = messages(market("adopted2024", {"sheet": "seed"}))
    assert told.startswith("venues.NYSE.fees")
    assert "0.0030 is above" in told


def test_fees_at_the_cap_and_what_makers_of_an_inverted_venue_pay_are_allowed() -> None:
    assert messages(market("pre2025", {"taker": "0.0030"})) == []
    assert messages(market("adopted2024", {"maker": "0.0020", "taker": "-0.0010"})) == []


def test_without_a_regime_anything_goes() -> None:
    assert messages(market(None, {"taker": "0.0500"}, tick=0.0002, lot=7)) == []


# -- ticks ---------------------------------------------------------------------------------------------------


def test_half_penny_ticks_are_for_stocks_with_narrow_spreads_under_the_rules_of_2024() -> None:
    assert messages(market("adopted2024", tick=0.005, average_spread=0.015)) == []
    assert messages(market("adopted2024", tick=0.01, average_spread=0.012)) == []
    assert messages(market("pre2025", tick=0.01)) == []


@pytest.mark.parametrize("spread", [{}, {"average_spread": 0.016}], ids=["unknown", "wide"])
def test_other_stocks_have_penny_ticks(spread: dict[str, float]) -> None:
    assert messages(market("adopted2024", tick=0.005, **spread)) == [
        "instruments.XYZ.tick: 0.005 is no multiple of the smallest tick of adopted2024, 0.01; "
        "write that, or an `average_spread` of 0.015 or less beside it"
    ]


def test_before_all_stocks_of_a_dollar_and_more_have() -> None:
    assert messages(market("pre2025", tick=0.005, average_spread=0.01)) == [
        "instruments.XYZ.tick: 0.005 is no multiple of the smallest tick of pre2025, 0.01; write that"
    ]
    assert messages(market("pre2025", tick=0.0002, price=0.5)) == []


def test_a_venue_s_own_steps_are_held_to_the_tick_too() -> None:
    found = stepped("adopted2024", {"price": 0, "tick": 0.0001}, {"price": 10, "tick": 0.01})
    assert found == [
        "venues.NYSE.policies.ticks[0].tick: 0.0001 is no multiple of the smallest tick of adopted2024 from 1.00 on, "
        "0.01; write that, or add a step from there"
    ]
    found = stepped("pre2025", {"price": 0, "tick": 0.0001}, {"price": 1, "tick": 0.01}, {"price": 10, "tick": 0.005})
    assert found == [
        "venues.NYSE.policies.ticks[2].tick: 0.005 is no multiple of the smallest tick of pre2025 from 10.00 on, "
        "0.01; write that, or add a step from there"
    ]


def test_finer_steps_below_a_dollar_are_allowed() -> None:
    assert stepped("pre2025", {"price": 0, "tick": 0.0001}, {"price": 1, "tick": 0.01}) == []
    assert stepped("adopted2024", {"price": 0, "tick": 0.0001}, {"price": 1, "tick": 0.01}) == []


def stepped(regime: str, *ticks: dict[str, float]) -> list[str]:
    """What `check` says of a venue with these ticks by price."""
    written = market(regime)
    written["venues"][0]["policies"] = {"ticks": list(ticks)}
    return messages(written)


# -- round lots ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dollars", "lot"), [(250, 100), (250.01, 40), (1000, 40), (1000.01, 10), (10000, 10), (10000.01, 1)]
)
def test_round_lots_follow_the_price_under_the_rules_of_2024(dollars: float, lot: int) -> None:
    assert messages(market("adopted2024", price=dollars, lot=lot)) == []
    assert messages(market("pre2025", price=dollars, lot=100)) == []


def test_another_round_lot_is_a_mistake() -> None:
    assert messages(market("adopted2024", price=300)) == [
        "instruments.XYZ.lot: 100 is not the round lot of adopted2024 at 300.00; write 40"
    ]


def test_a_regime_has_a_name() -> None:
    (told,) = messages(market("adopted2025"))
    assert told == (
        "regime: 'adopted2025' is not possible here; did you mean 'adopted2024'? (write one of: pre2025, adopted2024)"
    )
