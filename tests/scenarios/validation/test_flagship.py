"""Each row of the flagship passes on figures that show its claim and FAILS on figures that do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from scenarios import determinism
from scenarios.load import load
from scenarios.validation import flagship
from scenarios.validation.flagship import MARKETS, PROOFS, SCENARIO, VARIANTS
from scenarios.validation.proof import Figures, Found, Market
from scenarios.validation.recompute import measure, measure_all

RUNS = (1, 2, 3, 4)


def judge(proof: str, figures: Mapping[str, Callable[[int], Figures]]) -> dict[str, bool | None]:
    """Verdicts of a proof's rows on hand-made figures: variant -> seed -> figures."""
    its = next(each for each in PROOFS if each.name == proof)
    made = {(market.name, seed): figures[market.name](seed) for market in its.markets for seed in RUNS}
    return {row.name: row.passed for row in its.judge(Found(made))}


def exactly(figures: Figures) -> Callable[[int], Figures]:
    """The same in every seed."""
    return lambda seed: dict(figures)


def around(**figures: float) -> Callable[[int], Figures]:
    """Figures by name, a little different in every seed."""
    return lambda seed: {name: value * (1 + seed / 1000) for name, value in figures.items()}


# -- the list ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_loads(variant: str) -> None:
    scenario = load(SCENARIO, set=VARIANTS[variant])
    assert scenario.name == SCENARIO


def test_the_shipped_variant_changes_nothing() -> None:
    assert load(SCENARIO, set=VARIANTS["shipped"]) == load(SCENARIO)


def test_what_the_rows_count_of_snipers_is_what_the_scenario_says() -> None:
    snipers: Any = load(SCENARIO).agent("snipers")
    assert dict(snipers.presence) == flagship.SNIPERS_AT


# -- 1: displayed shares ----------------------------------------------------------------------------

NOBODY = {"aimed": 1000.0, "missed": 0.0}


@pytest.mark.parametrize(
    ("figures", "passed"),
    [
        (NOBODY, True),
        ({"aimed": 1000.0, "missed": 5.0, "missed: same router": 5.0}, True),
        ({"aimed": 1000.0, "missed": 5.0, "missed: sniper trade": 5.0}, False),
        ({"aimed": 0.0, "missed": 0.0}, False),
    ],
    ids=["all filled", "missed to itself", "missed to a sniper", "aimed at nothing"],
)
def test_alone_a_sweep_fills_all_that_others_left(figures: Figures, passed: bool) -> None:
    assert judge("1a sweep alone", {"sweep alone": exactly(figures)}) == {"1a sweep alone": passed}


@pytest.mark.parametrize(
    ("figures", "passed"),
    [
        ({"missed": 7.0, "attributed": 7.0, "missed: market_maker cancel": 4.0, "missed: background_flow trade": 3.0},
         True),
        ({"missed": 7.0, "attributed": 6.0, "missed: market_maker cancel": 6.0}, False),
        ({"missed": 7.0, "attributed": 7.0, "missed: sniper trade": 7.0}, False),
        ({"missed": 0.0, "attributed": 0.0}, False),
    ],
    ids=["to makers and flow", "a share unexplained", "to a sniper who is not there", "nothing missed"],
)  # fmt: skip
def test_without_snipers_what_is_missed_went_to_others(figures: Figures, passed: bool) -> None:
    rows = judge("1b no snipers", {"sweep without snipers": exactly({"aimed": 100.0, **figures})})
    assert rows == {"1b no snipers": passed}


def test_without_snipers_and_without_an_aim_the_row_fails() -> None:
    figures = exactly({"aimed": 0.0, "missed": 0.0, "attributed": 0.0})
    assert judge("1b no snipers", {"sweep without snipers": figures}) == {"1b no snipers": False}


VENUES = ("BATS", "EDGX", "ARCA", "NYSE", "IEX")


def sweeps(**lost: float) -> Callable[[int], Figures]:
    """Of 1000 displayed shares each venue's first sweeps lost so many, a little different in every seed."""
    aimed = {f"aimed {venue}": 1000.0 for venue in VENUES}

    def figures(seed: int) -> Figures:
        return {**aimed, **{f"lost {venue}": lost.get(venue, 0.0) + seed * (1 + len(lost)) % 5 for venue in VENUES}}

    return figures


CALM = sweeps()


def test_legs_within_reach_fade_and_the_control_does_not() -> None:
    rows = judge("1c fade", {"sweep": sweeps(BATS=500, EDGX=100, ARCA=100), "sweep without snipers": CALM})
    assert rows == {"1c fade BATS": True, "1c fade EDGX": True, "1c fade ARCA": True, "1c fade NYSE": True}


def test_a_leg_that_does_not_fade_fails_its_row() -> None:
    rows = judge("1c fade", {"sweep": sweeps(BATS=500, EDGX=100), "sweep without snipers": CALM})
    assert [name for name, passed in rows.items() if not passed] == ["1c fade ARCA"]


def test_a_control_that_fades_fails_its_row() -> None:
    rows = judge("1c fade", {"sweep": sweeps(BATS=500, EDGX=100, ARCA=100, NYSE=30), "sweep without snipers": CALM})
    assert [name for name, passed in rows.items() if not passed] == ["1c fade NYSE"]


def test_a_venue_that_was_never_swept_fails_its_row() -> None:
    nothing = exactly({**{f"aimed {venue}": 0.0 for venue in VENUES}, **{f"lost {venue}": 0.0 for venue in VENUES}})
    assert not any(judge("1c fade", {"sweep": nothing, "sweep without snipers": nothing}).values())


def test_quicker_snipers_win_the_ties_too() -> None:
    tie, won = sweeps(EDGX=200, ARCA=200), sweeps(EDGX=400, ARCA=400)
    rows = judge("1d 10us", {"sweep": tie, "sweep, 10us": won, "sweep without snipers": CALM})
    assert rows == {"1d 10us EDGX": True, "1d 10us ARCA": True, "1d 10us NYSE": True}


def test_quicker_snipers_who_win_no_more_or_reach_the_control_fail() -> None:
    tie, same = sweeps(EDGX=200, ARCA=200), sweeps(EDGX=200, ARCA=200, NYSE=100)
    rows = judge("1d 10us", {"sweep": tie, "sweep, 10us": same, "sweep without snipers": CALM})
    assert not any(rows.values())


def permuted(**lost: float) -> dict[str, bool | None]:
    """Rows when the shipped links make their venues toxic and the exchanged links make these so."""
    return judge(
        "1e permuted",
        {
            "sweep": sweeps(BATS=300, EDGX=200, ARCA=100),
            "sweep without snipers": CALM,
            "sweep, permuted": sweeps(**lost),
            "sweep without snipers, permuted": CALM,
        },
    )


def test_toxicity_moves_with_the_links() -> None:
    assert permuted(ARCA=300, IEX=200) == {"1e sweep": True, "1e sweep, permuted": True}


def test_toxicity_that_stays_where_it_was_fails() -> None:
    assert permuted(BATS=300, EDGX=200, ARCA=100) == {"1e sweep": True, "1e sweep, permuted": False}


# -- 2: the SIP -------------------------------------------------------------------------------------


def test_the_sip_costs_fills_and_slippage() -> None:
    rows = judge(
        "2 SIP",
        {
            "shipped": around(fill_ratio=0.9, fill_rate=0.95, slippage_bps=0.5),
            "sip": around(fill_ratio=0.8, fill_rate=0.94, slippage_bps=0.7),
        },
    )
    assert rows == {"2 SIP fill rate": True, "2 SIP slippage": True}


def test_a_sip_as_good_as_direct_feeds_fails() -> None:
    same = around(fill_ratio=0.9, fill_rate=0.95, slippage_bps=0.5)
    assert not any(judge("2 SIP", {"shipped": same, "sip": same}).values())


def test_a_difference_smaller_than_its_interval_fails() -> None:
    noisy: Callable[[int], Figures] = lambda seed: {  # noqa: E731
        "fill_ratio": 0.9 - 0.1 * (-1) ** seed, "fill_rate": 0.9, "slippage_bps": 0.5 + (-1) ** seed
    }  # fmt: skip
    rows = judge("2 SIP", {"shipped": around(fill_ratio=0.91, fill_rate=0.9, slippage_bps=0.4), "sip": noisy})
    assert not any(rows.values())


# -- 3: the dark ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("saved", "passed"), [(50.0, True), (30.0, False), (70.0, False)])
def test_dark_fills_save_half_the_spread(saved: float, passed: bool) -> None:
    dark = exactly({"dark_saved": saved, "dark_spread": 100.0, "dark_shares": 10.0})
    assert judge("3 dark saving", {"dark_first": dark}) == {"3 dark saving": passed}


def test_without_dark_fills_there_is_no_saving_to_show() -> None:
    nothing = exactly({"dark_saved": 0.0, "dark_spread": 0.0, "dark_shares": 0.0})
    assert judge("3 dark saving", {"dark_first": nothing}) == {"3 dark saving": False}


@pytest.mark.parametrize(
    ("fresh", "stale", "passed"),
    [(0.001, -0.004, True), (-0.004, -0.004, False), (0.004, 0.002, False)],
    ids=["picked off", "no worse than fresh", "worse but not adverse"],
)
def test_a_stale_reference_is_picked_off(fresh: float, stale: float, passed: bool) -> None:
    figures = {"dark_first": around(dark_resting_markout=fresh), "stale pools": around(dark_resting_markout=stale)}
    assert judge("3 stale reference", figures) == {"3 stale reference": passed}


# -- 4: makers against snipers ----------------------------------------------------------------------


def losses(*dollars: float) -> dict[str, bool | None]:
    """Rows when makers lose so much at each news delay."""
    return judge(
        "4 loss",
        {f"news {d}": around(maker_loss=lost) for d, lost in zip(flagship.MAKER_NEWS, dollars, strict=True)},
    )


def test_makers_losses_grow_with_their_delay_from_nothing() -> None:
    assert losses(0, 50, 200, 400) == {
        "4 no loss": True,
        "4 loss 300us": True,
        "4 loss 1ms": True,
        "4 loss 5ms": True,
    }


def test_a_quick_maker_who_loses_a_cent_fails() -> None:
    assert not losses(0.01, 50, 200, 400)["4 no loss"]


def test_losses_that_stop_growing_fail() -> None:
    assert losses(0, 50, 50, 400)["4 loss 1ms"] is False
    assert losses(0, 50, 200, 100)["4 loss 5ms"] is False


def races(share_of: Callable[[int], float], runs: int = 1000) -> dict[str, bool | None]:
    """Rows when makers win a share of so many races a venue and seed, by the number of snipers there."""
    figures: Figures = {}
    for venue, snipers in flagship.SNIPERS_AT.items():
        figures |= {f"races {venue}": float(runs), f"won {venue}": runs * share_of(snipers)}
    return judge("4 race", {"equal race": exactly(figures)})


def test_a_maker_wins_one_race_in_k_plus_one() -> None:
    assert races(lambda snipers: 1 / (snipers + 1)) == {f"4 race {snipers}": True for snipers in (1, 2, 3, 4)}


def test_a_maker_who_wins_more_than_its_part_fails() -> None:
    assert not any(races(lambda snipers: 1.2 / (snipers + 1)).values())


def test_too_few_races_prove_nothing() -> None:
    assert not any(races(lambda snipers: 1 / (snipers + 1), runs=5).values())
    assert not any(races(lambda snipers: 0, runs=0).values())


# -- 5: determinism ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("digests", "passed"), [(["aa", "aa"], True), (["aa", "ab"], False)])
def test_one_digest_for_all_ways(digests: list[str], passed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(determinism, "digests", lambda *_: dict(enumerate(digests)))
    assert judge("5 determinism", {}) == {"5 determinism": passed}


# -- measuring --------------------------------------------------------------------------------------


def brief(name: str) -> Market:
    """A market of four seconds and twenty orders."""
    short = ("duration=4s", "agents.client.orders.count=20")
    return replace(MARKETS[name], settings=(*short, *MARKETS[name].settings))


def test_a_market_is_measured_for_every_row() -> None:
    figures = measure(brief("sweep"), 1)
    assert figures["missed"] == figures["attributed"]
    assert figures["missed"] == sum(shares for name, shares in figures.items() if name.startswith("missed: "))
    assert {f"aimed {venue}" for venue in VENUES} <= set(figures)
    assert 0 < figures["aimed BATS"] <= figures["aimed"]


def test_a_market_of_races_is_measured_for_its_row() -> None:
    figures = measure(brief("equal race"), 1)
    assert sum(figures[f"races {venue}"] for venue in flagship.SNIPERS_AT) > 5
    assert all(0 <= figures[f"won {venue}"] <= figures[f"races {venue}"] for venue in flagship.SNIPERS_AT)


@pytest.mark.slow
def test_every_row_can_be_computed() -> None:
    """With markets this short rows may fail; that each is there, and none raises, is what counts."""
    proofs = [replace(proof, markets=tuple(brief(m.name) for m in proof.markets)) for proof in PROOFS if proof.markets]
    found = Found(measure_all(proofs, seeds=(1, 2), jobs=1))
    rows = [row for proof in proofs for row in proof.judge(found)]
    assert len({row.name for row in rows}) == len(rows) == 23
