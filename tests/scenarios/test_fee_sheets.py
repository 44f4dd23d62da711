"""Fees by tier and from dated sheets."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.fee_sheets import FEE_SHEETS, FeeSheet
from scenarios.load import load
from scenarios.regimes import REGIMES
from tests.scenarios.builders import messages, small
from venues.fees import FeeSchedule, FeeTier


def market(fees: Any, name: str = "NYSE") -> dict[str, Any]:
    return small(venues=[{"name": name, "kind": "lit", "fees": fees}])


def schedule(fees: Any, name: str = "NYSE") -> FeeSchedule:
    return load(market(fees, name)).venues[0].fees.schedule()


@pytest.mark.parametrize("sheet", FEE_SHEETS.values(), ids=lambda sheet: sheet.name)
def test_a_sheet_says_when_it_held_and_where_it_is_from(sheet: FeeSheet) -> None:
    assert sheet.as_of
    assert sheet.basis
    assert sheet.lines


@pytest.mark.parametrize("sheet", FEE_SHEETS.values(), ids=lambda sheet: sheet.name)
def test_every_line_keeps_to_the_cap_of_its_time(sheet: FeeSheet) -> None:
    assert all(taker <= REGIMES["pre2025"].cap(100_0000) for _, taker in sheet.lines.values())


def test_a_venue_s_fees_come_from_the_line_of_its_name() -> None:
    assert schedule({"sheet": "seed"}) == FeeSchedule(maker=-2_000, taker=3_000)


def test_or_from_a_line_that_it_names() -> None:
    assert schedule({"sheet": "exchanges2013", "line": "BYX"}, name="MINE") == FeeSchedule(maker=300, taker=-200)


def test_a_resolved_scenario_says_the_numbers() -> None:
    fees = load(market({"sheet": "seed"})).model_dump()["venues"][0]["fees"]
    assert {key: str(value) for key, value in fees.items()} == {"maker": "-0.0020", "taker": "0.0030"}


def test_tiers_and_a_routing_fee_may_stand_beside_a_sheet() -> None:
    tier = {"shares": 1000, "maker": "-0.0025", "taker": "0.0029"}
    fees = schedule({"sheet": "seed", "routed": "0.0035", "tiers": [tier]})
    assert fees == FeeSchedule(-2_000, 3_000, 3_500, (FeeTier(1_000, -2_500, 2_900),))


@pytest.mark.parametrize(
    ("fees", "told"),
    [
        ({"sheet": "sed"}, "'sed' is no fee sheet; did you mean 'seed'?"),
        ({"sheet": "seed", "line": "ISE"}, "the sheet seed has no line 'ISE'; write a `line` that it has"),
        ({"line": "NYSE"}, "a `line` is of a sheet; write for example `sheet: seed` beside 'NYSE'"),
        ({"sheet": "seed", "taker": 0}, "`taker` stands beside a sheet that says it too; write one of them"),
    ],
    ids=["sheet", "line", "no sheet", "both"],
)
def test_what_is_no_line_of_a_sheet_is_a_mistake(fees: dict[str, Any], told: str) -> None:
    (message,) = messages(market(fees))
    assert message.startswith(f"venues.NYSE.fees: {told}")


def test_tiers_rise() -> None:
    tiers = [{"shares": shares, "maker": 0, "taker": 0} for shares in (2000, 1000)]
    assert messages(market({"tiers": tiers})) == [
        "venues.NYSE.fees.tiers: the tier from 1000 shares comes after that from 2000; sort them"
    ]
