"""An anticipator by hand. It hears NYSE's prints beside BATS after 100 ns, reacts within 29, is 1 ns from BATS.

A sweep of NYSE at 10,000 is its order at BATS at 10,130; it is told of the fill 1 ns later and offers at 10,132.
"""

from __future__ import annotations

from typing import Any

import pytest

from agents.anticipator import ANTICIPATOR_WAKES, AnticipatorHost, AnticipatorTerms, SweepAnticipator
from agents.host import HostLimits
from tests.agents.builders import BUY, CROWD, DAY, IOC, SELL, Stage, always, scenario_market

ANTICIPATOR = 6
ASK, NEXT = 100_0100, 100_0200
SHOT, OFFER = 10_130, 10_132
HOLD = 5_000


def anticipator(stage: Stage, **terms: Any) -> SweepAnticipator:
    """A host at BATS that hears NYSE, started; it answers prints of 300, marks up a cent, holds 5,000 ns."""
    usual = {"sweep_size": 300, "max_size": 1_000, "position_limit": 5_000, "markup": 100, "hold": HOLD}
    chosen = {**usual, **terms}
    made = SweepAnticipator(
        stage.place, "fast", ANTICIPATOR, stage.sessions(ANTICIPATOR, ["BATS"], 1, 1, ANTICIPATOR_WAKES)
    )
    limits = HostLimits(chosen["sweep_size"], chosen["max_size"], chosen["position_limit"])
    made.hosts.append(
        AnticipatorHost(
            made,
            made.sessions["BATS"],
            stage.lit("BATS").feed.view(stage.env, 1),
            {"NYSE": stage.lit("NYSE").feed.view(stage.env, 100)},
            always(29),
            AnticipatorTerms(limits, chosen["markup"], chosen["hold"]),
        )
    )
    made.start()
    return made


def swept(qty: int = 300, **terms: Any) -> tuple[Stage, SweepAnticipator]:
    """NYSE's offer is taken at 10,000 while BATS offers 300 at the same price."""
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, qty, ASK)
    stage.rests("BATS", SELL, 300, ASK)
    stage.rests("BATS", BUY, 1_000, 99_9900)
    made = anticipator(stage, **terms)
    stage.takes("NYSE", BUY, qty, ASK, at=10_000)
    return stage, made


def sent(stage: Stage) -> list[tuple[int, str, int, int, int]]:
    """(at BATS at, action, side, price, shares)."""
    return [(m.at, m.action, m.side, m.price, m.qty) for m in stage.arrived(ANTICIPATOR)]


def test_it_takes_what_the_sweep_is_after_and_offers_it_a_tick_dearer():
    stage, _ = swept()
    stage.run(until=11_000)
    assert sent(stage) == [(SHOT, "NEW", BUY, ASK, 300), (OFFER, "NEW", SELL, NEXT, 300)]


@pytest.mark.parametrize(("arrives", "price"), [(SHOT - 1, ASK), (SHOT + 1, 0), (OFFER + 1, NEXT)])
def test_a_sweeper_that_it_outran_pays_the_markup(arrives, price):
    stage, _ = swept()
    stage.takes("BATS", BUY, 300, NEXT, at=arrives)
    stage.run(until=OFFER + 10)
    assert [fill.price for fill in stage.fills(CROWD) if fill.venue == "BATS" and fill.side == BUY] == [price] * bool(
        price
    )


def test_what_the_sweeper_pays_it_keeps():
    stage, made = swept()
    stage.takes("BATS", BUY, 300, NEXT, at=11_000)
    stage.run(until=30_000)
    assert stage.account(ANTICIPATOR) == (0, 300 * (10_000 - 3_000 + 2_000))
    assert (made.ledger.position, made.ledger.cash) == stage.account(ANTICIPATOR)


def test_a_print_that_was_no_sweep_costs_it_the_spread():
    stage, made = swept()
    stage.run(until=30_000)
    cancel, crossing = sent(stage)[2:]
    assert cancel[:2] == (OFFER + HOLD, "CANCEL")
    assert crossing == (OFFER + 2 * HOLD, "NEW", SELL, 99_9900, 300)
    assert made.ledger.position == 0
    assert made.ledger.cash < 0


def test_it_goes_on_crossing_until_nothing_is_held():
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, 300, ASK)
    stage.rests("BATS", SELL, 300, ASK)
    made = anticipator(stage)
    stage.takes("NYSE", BUY, 300, ASK, at=10_000)
    stage.rests("BATS", BUY, 1_000, 99_9900, at=40_000)
    stage.run(until=60_000)
    assert made.ledger.position == 0


def test_it_answers_the_next_sweep_once_it_is_rid_of_the_first():
    stage, _ = swept()
    stage.takes("BATS", BUY, 300, NEXT, at=11_000)
    stage.rests("NYSE", SELL, 300, ASK, at=12_000)
    stage.rests("BATS", SELL, 300, ASK, at=12_000)
    stage.takes("NYSE", BUY, 300, ASK, at=20_000)
    stage.run(until=21_000)
    assert sent(stage)[2:] == [(20_130, "NEW", BUY, ASK, 300), (20_132, "NEW", SELL, NEXT, 300)]


@pytest.mark.parametrize(("here_at", "answers"), [(10_099 - HOLD, 1), (10_100 - HOLD, 0), (10_127, 0)])
def test_a_sweep_that_has_been_at_its_own_venue_is_not_answered(here_at, answers):
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, 300, ASK)
    stage.rests("BATS", SELL, 300, 100_0000)
    stage.rests("BATS", SELL, 300, ASK)
    anticipator(stage)
    stage.takes("NYSE", BUY, 300, ASK, at=10_000)
    stage.takes("BATS", BUY, 300, 100_0000, at=here_at)  # heard of 1 ns later
    stage.run(until=11_000)
    assert len([order for order in sent(stage) if order[2] == BUY]) == answers


def test_small_prints_and_prints_that_leave_the_level_standing_are_no_sweeps():
    for rests, takes in ((200, 200), (600, 300)):
        stage = Stage("NYSE", "BATS")
        stage.rests("NYSE", SELL, rests, ASK)
        stage.rests("BATS", SELL, 300, ASK)
        anticipator(stage)
        stage.takes("NYSE", BUY, takes, ASK, at=10_000)
        stage.run(until=20_000)
        assert sent(stage) == []


def test_it_takes_no_worse_price_than_the_printed_one():
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", SELL, 300, ASK)
    stage.rests("BATS", SELL, 300, NEXT)
    anticipator(stage)
    stage.takes("NYSE", BUY, 300, ASK, at=10_000)
    stage.run(until=20_000)
    assert sent(stage) == []


def test_the_other_side_is_the_mirror_image():
    stage = Stage("NYSE", "BATS")
    stage.rests("NYSE", BUY, 300, ASK)
    stage.rests("BATS", BUY, 300, ASK)
    anticipator(stage)
    stage.takes("NYSE", SELL, 300, ASK, at=10_000)
    stage.run(until=11_000)
    assert sent(stage) == [(SHOT, "NEW", SELL, ASK, 300), (OFFER, "NEW", BUY, ASK - 100, 300)]


def test_its_orders_are_ioc_and_its_offers_rest():
    stage, _ = swept()
    stage.run(until=11_000)
    assert [row["time_in_force"] for row in stage.rows("orders") if row["owner"] == ANTICIPATOR] == [IOC, DAY]


def test_a_scenario_makes_firms_beside_venues():
    links = {"NYSE": {"BATS": "60us"}, "BATS": {"NYSE": "60us"}}
    market = scenario_market({"kind": "sweep_anticipator", "count": 2, "presence": {"BATS": 1}, "links": links})
    firms = [agent for agent in market.agents.values() if isinstance(agent, SweepAnticipator)]
    assert [list(firm.sessions) for firm in firms] == [["NYSE", "BATS"], ["NYSE"]]
