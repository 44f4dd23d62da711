"""Quote fade: the rule on any map, ties included, and rows that fail when it does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.leg_survival import leg_survival
from scenarios.run import run
from scenarios.validation import nj_fade
from scenarios.validation.nj_fade import PROOFS, geometries, margin, margins_of
from scenarios.validation.proof import Figures, Found


def race(legs: Mapping[str, int], ways: Mapping[str, int], reaction: int, service: int) -> dict[str, Any]:
    """A sweep of all venues, the first of which a reader listens to; everything in ns."""
    first, *others = legs
    maker = {"kind": "market_maker", "half_spread": 0.01, "size": 300, "news": "1us", "fade_size": 0}
    reader = {
        "kind": "sniper",
        "links": {first: {venue: f"{ways[venue]}ns" for venue in others}},
        "reaction": f"{reaction}ns",
        "local": "2ns",
        "sweep_size": 1,
    }
    client = {
        "kind": "router",
        "feed_latency": "1ns",
        "round_trip": {venue: f"{2 * leg}ns" for venue, leg in legs.items()},
        "strategy": {"kind": "price_time", "max_rounds": 1},
        "orders": [{"at": "10ms", "side": "sell", "qty": 300 * len(legs), "horizon": "5ms"}],
    }
    return {
        "name": "race",
        "duration": "20ms",
        "warm_up": "1ms",
        "instruments": [{"symbol": "XYZ", "price": 100}],
        "fundamental": {"kind": "constant"},
        "venues": [{"name": venue, "kind": "lit", "service": f"{service}ns"} for venue in legs],
        "agents": [maker, reader, client],
    }


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_leg_survives_exactly_if_it_is_there_before_or_with_the_reader(data: st.DataObject) -> None:
    few = st.integers(2, 40)  # small numbers: ties are common
    names = ["A", "B", "C", "D"][: data.draw(st.integers(2, 4))]
    legs = {name: data.draw(few) for name in names}
    ways = {name: data.draw(few) for name in names[1:]}
    reaction, service = data.draw(st.integers(0, 20)), data.draw(st.integers(0, 10))
    found = leg_survival(run(race(legs, ways, reaction, service)).tables)
    seen = legs["A"] + service + reaction
    assert found["A"].survived == 1
    assert {name: found[name].survived for name in ways} == {
        name: int(legs[name] <= seen + way) for name, way in ways.items()
    }


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(2, 400), min_size=2, max_size=4), st.integers(2, 40), st.integers(0, 20))
def test_legs_that_arrive_together_all_survive(lengths: list[int], way: int, reaction: int) -> None:
    legs = dict(zip("ABCD", lengths, strict=False))
    market = race(legs, dict.fromkeys(legs, way), reaction, service=0)
    stated = {venue: f"{leg}ns" for venue, leg in legs.items()}
    market["agents"][2]["strategy"] |= {"order": "synchronised", "latencies": stated}
    assert {name: found.survived for name, found in leg_survival(run(market).tables).items()} == dict.fromkeys(legs, 1)


@pytest.mark.parametrize(("reaction", "survived"), [(28, 0), (29, 1)])
def test_at_a_tie_the_leg_that_was_longer_on_its_wire_is_served_first(reaction: int, survived: int) -> None:
    market = race({"A": 5_000, "B": 5_000 + 29 + 86_000}, {"B": 86_000}, reaction, service=0)
    assert leg_survival(run(market).tables)["B"].survived == survived


def test_the_maps_elsewhere_keep_some_legs_and_lose_some() -> None:
    margins = [margin for its in geometries() for margin in margins_of(its).values()]
    assert len(geometries()) == len({repr(its) for its in geometries()}) == 16
    assert min(margins) < 0 < max(margins)


def test_margins_are_those_of_the_published_table() -> None:
    margins = {style: [margin(style, venue) for venue in nj_fade.FAR] for style in nj_fade.STYLES}
    assert margins == {"spray": [-43, -70], "together": [115, 143]}


# -- the rows ---------------------------------------------------------------------------------------


def judge(proof: str, figures: Mapping[str, Figures]) -> dict[str, bool | None]:
    """Verdicts of a proof's rows on hand-made figures, the same on one seed."""
    its = next(each for each in PROOFS if each.name == proof)
    return {row.name: row.passed for row in its.judge(Found({(name, 1): each for name, each in figures.items()}))}


def legs(**survived: int) -> Figures:
    """Of 10,000 legs at each venue so many survived."""
    sent = {f"sent {venue}": 10_000.0 for venue in survived}
    return {**sent, **{f"survived {venue}": float(count) for venue, count in survived.items()}}


def test_the_distances_are_as_published() -> None:
    assert judge("nj distances", {}) == {"nj distances": True}


def test_a_leg_too_many_or_too_few_fails_its_row() -> None:
    lost, kept = legs(BATS=10_000, NASDAQ=0, NYSE=0), legs(BATS=10_000, NASDAQ=9_999, NYSE=9_999)
    all_kept = legs(BATS=10_000, NASDAQ=10_000, NYSE=10_000)
    right = {"nj at once": lost, "nj in turn": lost, "nj together": kept, "nj timed": all_kept}
    assert all(judge("nj routing", right).values())
    wrong = {
        "nj at once": legs(BATS=10_000, NASDAQ=1, NYSE=0),
        "nj in turn": kept,
        "nj together": lost,
        "nj timed": kept,
    }
    assert not any(judge("nj routing", wrong).values())


def test_survival_more_than_four_standard_errors_off_fails_its_row() -> None:
    expected = {"nj jitter 100us spray": (3805, 3103), "nj jitter 100us together": (7919, 8440)}
    expected |= {"nj jitter 20us spray": (642, 67), "nj jitter 20us together": (10_000, 10_000)}
    right = {name: legs(BATS=10_000, NASDAQ=a, NYSE=b) for name, (a, b) in expected.items()}
    assert all(judge("nj jitter", right).values())
    off = {name: legs(BATS=10_000, NASDAQ=a - 250, NYSE=b + 250) for name, (a, b) in expected.items()}
    assert not any(judge("nj jitter", off).values())


def test_one_leg_against_the_rule_fails_the_row_of_other_maps() -> None:
    def figures(wrong: int) -> dict[str, Figures]:
        made = {}
        for number, (its, market) in enumerate(nj_fade.ELSEWHERE):
            survive = {venue: (margin >= 0) != (number < wrong) for venue, margin in margins_of(its).items()}
            made[market.name] = legs(**{venue: 10_000 * kept for venue, kept in survive.items()})
        return made

    assert judge("nj elsewhere", figures(0)) == {"nj elsewhere": True}
    assert judge("nj elsewhere", figures(1)) == {"nj elsewhere": False}


def test_the_picture_is_drawn_of_what_was_measured(tmp_path: Any) -> None:
    assert nj_fade.draw(tmp_path / "fade.png", sds=(0,)).stat().st_size > 10_000


@pytest.mark.parametrize("scenario", [nj_fade.ON_THE_MAP, nj_fade.WITH_JITTER])
def test_the_scenarios_keep_their_own_expectations(scenario: str) -> None:
    assert [verdict.holds for verdict in run(scenario).expectations] == [True] * 3
