"""The hunt for views that show the future: the trap works, and nothing is caught in it."""

from __future__ import annotations

import pytest

from scenarios.build import build
from scenarios.load import load
from scenarios.run import run, run_market
from scenarios.validation.look_ahead import PROOFS, Watch, fill_rate_ahead, hunt, watched
from scenarios.validation.proof import Found
from sim.log import EventLog

TRAP = load("validation/look_ahead")


def test_every_order_of_the_trap_is_sent_after_a_quote_that_is_gone() -> None:
    result = run(TRAP)
    assert result.summary.iloc[0]["fill_rate"] == 0
    sent = result.tables.children
    assert len(sent) == 20
    assert set(sent["venue"]) == {0}


@pytest.mark.parametrize(("ahead", "fill_rate"), [(0, 0.0), (1, 1.0), (2, 1.0)])
def test_one_nanosecond_ahead_changes_every_order(ahead: int, fill_rate: float) -> None:
    assert fill_rate_ahead(TRAP, 1, ahead) == fill_rate


def test_the_row_fails_when_a_view_shows_the_future() -> None:
    (proof,) = [proof for proof in PROOFS if proof.name == "look-ahead hunt"]
    figures = hunt(run(TRAP))
    assert [row.passed for row in proof.judge(Found({("look-ahead hunt", 1): figures}))] == [True]
    for broken in ({"client.fill_rate": 1.0}, {"ahead": 0.0}):
        assert [row.passed for row in proof.judge(Found({("look-ahead hunt", 1): {**figures, **broken}}))] == [False]


@pytest.mark.parametrize("feed", ["direct", "sip"])
def test_no_quote_that_a_view_shows_had_not_arrived(feed: str) -> None:
    market = load("us_equities", set=["duration=2500ms", "agents.client.orders.count=5", f"agents.client.feed={feed}"])
    seen = watched(market, 3, Watch(looks=20_000))
    assert seen.quotes > 100_000
    assert seen.late == 0


def test_the_watch_sees_a_view_that_shows_the_future() -> None:
    class Early:
        def __init__(self, board):  # type: ignore[no-untyped-def]
            self.board = board

        def latest(self, now):  # type: ignore[no-untyped-def]
            return self.board.latest(now + 100_000)

        def recent(self, venue, now):  # type: ignore[no-untyped-def]
            return self.board.recent(venue, now)

    market = build(load("us_equities", set=["duration=2100ms", "agents.client.orders.count=1"]), EventLog(), 3)
    client = market.agents["client"]
    client.board = Early(client.board)  # type: ignore[attr-defined]
    seen = Watch(looks=4_000)
    market.env.call_at(2_000_000_000, lambda _: client.submit(1, 1, None, 100_000_000, seen))  # type: ignore[attr-defined]
    run_market(market)
    assert seen.late > 0
