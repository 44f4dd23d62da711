"""Which proofs are recomputed, on which markets and seeds."""

from __future__ import annotations

import pytest

from scenarios.load import built_ins, load
from scenarios.validation import recompute
from scenarios.validation.proof import Figures, Found, Market, Proof, Row
from scenarios.validation.recompute import measure, measure_all, validate
from scenarios.validation.registry import PROOFS

MARKETS = list(dict.fromkeys(market for proof in PROOFS for market in proof.markets))


def test_proofs_have_names_of_their_own() -> None:
    names = [proof.name for proof in PROOFS]
    assert len(set(names)) == len(names)


def test_a_market_is_the_same_in_every_proof() -> None:
    names = [market.name for market in MARKETS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("market", MARKETS, ids=lambda market: market.name)
def test_every_market_loads(market: Market) -> None:
    load(market.scenario, set=market.settings)


@pytest.mark.parametrize("name", [name for name in built_ins() if name.startswith("validation/")])
def test_every_scenario_of_a_proof_expects_something_and_is_looked_at(name: str) -> None:
    assert load(name).expect
    assert name in {market.scenario for market in MARKETS}


def test_a_row_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"^no row begins with 99; rows: 1a sweep alone, 1b no snipers, .*"):
        validate(only=["99"])


def test_only_the_wanted_rows_run_only_their_markets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def one(proofs: list[Proof], *_: object) -> dict[tuple[str, int], Figures]:
        asked.extend(market.name for proof in proofs for market in proof.markets)
        return {("sweep alone", 1): {"aimed": 10.0, "missed": 0.0}}

    monkeypatch.setattr(recompute, "measure_all", one)
    (row,) = validate(only=["1a"])
    assert (asked, row.name, row.passed) == (["sweep alone"], "1a sweep alone", True)


def test_a_market_runs_once_for_all_proofs_and_on_as_many_seeds_as_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []

    def counted(market: Market, seed: int) -> tuple[tuple[str, int], Figures]:
        told.append((market.name, seed))
        return (market.name, seed), {}

    monkeypatch.setattr(recompute, "_measured", counted)
    both, few = Market("both", "us_equities"), Market("few", "us_equities", runs=1)
    nothing = lambda _: list[Row]()  # noqa: E731
    measure_all([Proof("p", (both,), nothing), Proof("q", (both, few), nothing)], (4, 5), jobs=1)
    assert told == [("both", 4), ("both", 5), ("few", 4)]


def test_a_market_is_run_with_its_settings_and_measured() -> None:
    brief = ("duration=2500ms", "warm_up=2s", "agents=[]", "expect={market.trades: {equals: 0}}")
    figures = measure(Market("brief", "us_equities", brief), 1)
    assert figures["market.trades"] == 0
    assert Found({("brief", 1): figures}).total("brief", "expectations that fail") == 0


def test_a_markets_seeds_may_be_shifted() -> None:
    brief = ("duration=2500ms", "warm_up=2s", "expect={market.trades: {at_least: 0}}", "agents.client.orders.count=2")
    plain, shifted = Market("a", "us_equities", brief), Market("b", "us_equities", brief, shift=2)
    assert measure(shifted, 1) == measure(plain, 3) != measure(plain, 1)
