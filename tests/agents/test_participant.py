"""What every agent has."""

from __future__ import annotations

from agents.participant import CASH, POSITION, Idle, Participant
from tests.agents.builders import MS, S, Stage, scenario_market


def test_a_participant_writes_where_it_stands():
    stage = Stage("NYSE")
    someone = Participant(stage.place, "someone", 7, {})
    someone.ledger.position, someone.ledger.cash = -300, 12_345
    stage.env.run(until=50)
    someone.log_state()
    assert [tuple(row.values()) for row in stage.rows("states")] == [(50, 7, POSITION, -300), (50, 7, CASH, 12_345)]


def test_an_idle_one_writes_nothing():
    stage = Stage("NYSE")
    idle = Idle(stage.place, "nobody", 7, {})
    idle.start()
    idle.log_state()
    assert stage.rows("states") == []
    assert stage.log.events == 1  # the value's first


def test_a_market_with_an_idle_agent_is_the_market_without_it():
    flow = {"kind": "background_flow", "limit_rate": "2000/s", "market_rate": "500/s", "news": "1ms"}
    digests = set()
    for agents in ([flow], [flow, {"kind": "idle"}]):
        market = scenario_market(*agents, duration="2s", warm_up="0s")
        market.advance(1 * S + 50 * MS)
        digests.add(market.log.digest())
    assert len(digests) == 1
