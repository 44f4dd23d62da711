"""The rows "signs FM" pass on depths and rates that move as the paper says, and FAIL on others."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from agents.tables import NEWS
from scenarios.load import ScenarioError, load
from scenarios.run import run
from scenarios.validation.competing import ONE_VENUE, PROOFS, SWEEP, ignored_share
from scenarios.validation.proof import Figures, Found, Row
from tests.analysis.builders import BATS, CLIENT, MAKER, NYSE, SNIPER, Recording
from venues.tables import TRADES


def rows(**figures: Sequence[float]) -> dict[str, Row]:
    """Rows when each market of the sweep has these figures, a little different in every seed."""
    made: dict[tuple[str, int], Figures] = {}
    for number, market in enumerate(SWEEP):
        for seed in range(1, 5):
            made[market.name, seed] = {name: each[number] * (1 + seed / 1000) for name, each in figures.items()}
    for seed in range(1, 5):
        made[ONE_VENUE, seed] = {"incumbent": 1300.0 + seed, "entrant": 0.0}
    return {row.name: row for proof in PROOFS for row in proof.judge(Found(made))}


def verdicts(**figures: Sequence[float]) -> list[bool | None]:
    return [row.passed for row in rows(**figures).values()]


FALLING, RISING = (1200.0, 1100.0, 900.0, 500.0), (0.05, 0.1, 0.2, 0.3)
INCUMBENT = (300.0, 600.0, 900.0, 1200.0)


def test_what_the_paper_says_passes() -> None:
    assert verdicts(incumbent=INCUMBENT, entrant=FALLING, through=RISING) == [True, True, True]


def test_the_other_way_round_fails() -> None:
    assert verdicts(incumbent=(100.0,) * 4, entrant=FALLING[::-1], through=RISING[::-1]) == [False, False, False]


def test_one_step_the_wrong_way_fails() -> None:
    kinked = (1200.0, 900.0, 1000.0, 500.0)
    assert verdicts(incumbent=INCUMBENT, entrant=kinked, through=(0.05, 0.2, 0.1, 0.3)) == [True, False, False]


def test_a_row_tells_the_weakest_step() -> None:
    row = rows(incumbent=INCUMBENT, entrant=FALLING, through=RISING)["signs FM entrant depth"]
    assert "least step -100.250" in row.effect


def test_the_share_that_went_past_a_better_quote() -> None:
    """300 bought at NYSE at 100.05 while BATS offered at 100.01, 100 bought at BATS; the sniper's 900 count nowhere."""
    recording = Recording()
    recording.row(NEWS, at=0, value=100_0000)
    recording.quote(0, 99_9900, 100_0100, venue=BATS)
    trades = ((300, NYSE, CLIENT, 100_0500), (100, BATS, CLIENT, 100_0100), (900, BATS, SNIPER, 100_0100))
    for qty, venue, taker, price in trades:
        recording.row(TRADES, at=10, venue=venue, taker=taker, maker=MAKER, side=1, price=price, qty=qty)
    assert ignored_share(recording.tables(), "BATS") == pytest.approx(0.75)
    assert math.isnan(ignored_share(Recording().tables(), "BATS"))


def test_the_entrants_queue_is_longer_than_one_place_and_the_market_as_deep_as_expected() -> None:
    orders = {f"agents.{name}.orders.count": "80" for name in ("smart", "loyal")}
    result = run("validation/competing_venues", set={"duration": "20s", "warm_up": "10s", **orders})
    verdict = result.expectations[0]
    assert verdict.metric == "market.depth_at_best"
    assert verdict.value is not None
    assert verdict.value > 900


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("half_spread=0", "is nothing; write dollars above zero"),
        ("first=60", "first: 60, most: 50, place_qty: 100; write numbers of at least 1, first at most most"),
        ("place_qty=0", "place_qty: 0; write numbers of at least 1"),
        ("news=null", "without news it knows no price; write for example news: 2ms"),
    ],
)
def test_a_crowd_that_cannot_be_is_refused(setting: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        run(load("validation/competing_venues", set=[f"agents.entrants.{setting}"]))
