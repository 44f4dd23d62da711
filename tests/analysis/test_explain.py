from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from agents.tables import CHILD_TERMS, DECISION_TERMS
from analysis.explain import UnknownOrder, explain, timeline
from tests.analysis.builders import BUY, CLIENT, DARK, FOK, IOC, MAKER, NYSE, SELL, SNIPER, Recording


def beaten() -> Recording:
    """A child for 300 that finds 100: a sniper took 150, the maker cancelled the other 50."""
    market = Recording()
    market.new(9, MAKER, BUY, 100, 99_9900)
    for order_id, size in enumerate((100, 50, 50, 100), start=1):
        market.new(order_id, MAKER, SELL, size, 100_0100)
    market.parent(1, BUY, 300, at=market.now, ends=market.now + 2_000_000)
    market.decide(100, 300, 100_0100, score=3000)
    market.new(50, SNIPER, BUY, 150, 100_0100, IOC)
    market.cancel(3, MAKER)
    market.arrive(100, 300, 100_0100)
    market.parent_end(1, at=market.now + 1000, leaves=200)
    return market


def test_the_whole_story_of_a_parent():
    assert timeline(beaten().tables(), 1).splitlines() == [
        "parent 1: client BUY 300 XYZ, no limit; arrives 0.000000050 s, horizon 2.000 ms",
        "arrival NBBO (the venues' own books): 99.99 x 100.01, mid 100.00",
        "EXPIRED: 100 of 300 at 100.0100 (+1.00 bp), fees $0.30, all-in $1.30 = +0.00433 $/share, "
        "after 1.0 us, 1 child order",
        "",
        "         +0.0 us  decision 1 on this view:",
        "                  venue               bid   size        ask   size        age    score $   sent",
        "                  NYSE              99.99    100     100.01    300       5 ns   0.003000    300",
        "         +0.0 us  child 100 to NYSE: 300 IOC limit 100.01, arrives 30 ns later",
        "         +0.0 us  child 100 misses 200 of the 300 displayed shares it aimed at:",
        "                       150 sniper trade: snipers.1, order 50, 20 ns earlier",
        "                        50 market_maker cancel: makers.1, order 3, 10 ns earlier",
        "         +0.0 us  child 100 fills 100 at 100.01 at NYSE (+1.00 bp), fee $0.30, 200 left",
        "         +0.0 us  child 100 is cancelled at NYSE: rest of an IOC",
        "         +1.0 us  end: EXPIRED, 200 shares left",
    ]


def test_a_child_s_id_tells_its_parent_s_story():
    tables = beaten().tables()
    assert timeline(tables, 100) == timeline(tables, 1)


def test_an_unknown_id_names_the_range_and_the_nearest():
    with pytest.raises(
        UnknownOrder, match=r"^no parent or child order 90; parents are 1, children 100; nearest: 1, 100$"
    ):
        timeline(beaten().tables(), 90)


def test_a_run_without_parents_says_so():
    with pytest.raises(UnknownOrder, match="no order 5: this run has no parent orders"):
        timeline(Recording().tables(), 5)


def test_a_parent_that_sent_nothing_ends_with_all_its_shares():
    market = Recording()
    market.parent(1, BUY, 300, at=10, ends=100, limit=99_5000)
    market.parent_end(1, at=100, leaves=300)
    story = timeline(market.tables(), 1)
    assert "limit 99.50" in story
    assert "none x none, no mid yet" in story
    assert "EXPIRED: nothing filled after 90 ns, 0 child orders" in story
    assert story.endswith("end: EXPIRED, 300 shares left")


def test_a_child_that_never_arrived_says_so():
    market = Recording()
    market.new(1, MAKER, SELL, 100, 100_0100)
    market.parent(1, BUY, 100, at=market.now, ends=100)
    market.decide(100, 100, 100_0100)
    story = timeline(market.tables(), 1)
    assert "child 100 to NYSE: 100 IOC limit 100.01, never arrived" in story
    assert "       100 never arrived" in story
    assert "still open at the end of the run: nothing filled" in story


def test_rejects_and_dark_fills_are_told():
    market = Recording()
    market.new(1, MAKER, SELL, 100, 100_0050, venue=DARK)
    market.parent(1, BUY, 200, at=market.now, ends=1000)
    market.decide(100, 100, 100_0100, venue=DARK)
    market.arrive(100, 100, 100_0100, venue=DARK)
    market.decide(101, 100, 100_0150, tif=FOK)
    market.books[NYSE].tick = 100
    market.arrive(101, 100, 100_0150, tif=FOK, owner=CLIENT)
    story = timeline(market.tables(), 1)
    assert "child 100 fills 100 at 100.005 at DARK" in story
    assert "child 101 is rejected by NYSE: off tick" in story


def test_the_terms_of_a_decision_are_told_where_they_were_logged():
    market = beaten()
    market.row(DECISION_TERMS, decision=1, parent_id=1, venue=NYSE, score=3000, fee=3000, fill_probability=750_000)
    lines = timeline(market.tables(), 1).splitlines()
    terms = lines.index("                  terms, $/share:")
    assert lines[terms + 1].split()[:4] == ["venue", "style", "price", "fee"]
    nothing = ["0.000000"] * 5
    assert lines[terms + 2].split() == ["NYSE", "take", "0.000000", "0.003000", *nothing, "0.003000", "0.7500", "300"]


def test_a_child_s_terms_are_told():
    market = beaten()
    market.row(CHILD_TERMS, order_id=100, min_qty=200, post_only=1, peg=1, iso=1)
    told = timeline(market.tables(), 1)
    assert "300 IOC limit 100.01, intermarket sweep, post-only, primary peg, hidden, at least 200, arrives" in told


def test_a_run_in_memory_and_its_folder_are_explained_alike(tmp_path):
    market = beaten()
    market.log.write(tmp_path)
    (tmp_path / "market.json").write_text(json.dumps(market.market))
    told = timeline(market.tables(), 1)
    assert explain(SimpleNamespace(tables=market.tables()), 1) == told
    assert explain(tmp_path, 1) == told
