"""What traders earn against the fundamental value, trade by trade."""

from __future__ import annotations

from agents.tables import NEWS
from analysis.codes import MICROS_PER_DOLLAR
from analysis.edges import edges, edges_per_second, taker_edges
from scenarios.run import run
from tests.analysis.builders import BUY, CLIENT, MAKER, SELL, SNIPER, Recording
from venues.tables import TRADES

VALUE, CENT = 100_0000, 100


def trade(recording: Recording, at: int, taker: int, side: int, price: int, qty: int, maker: int = MAKER) -> None:
    recording.row(TRADES, at=at, taker=taker, maker=maker, side=side, price=price, qty=qty)


def moving(*moves: tuple[int, int], **market: int) -> Recording:
    recording = Recording(**market)
    for at, value in ((0, VALUE), *moves):
        recording.row(NEWS, at=at, value=value)
    return recording


def test_who_pays_the_half_spread_loses_it_to_the_maker() -> None:
    recording = moving()
    trade(recording, 10, CLIENT, BUY, VALUE + CENT, 200)
    trade(recording, 20, CLIENT, SELL, VALUE - CENT, 100)
    its = edges(recording.tables())
    assert (its["client"], its["makers.1"], its["snipers.1"]) == (-3.0, 3.0, 0.0)


def test_who_takes_a_stale_quote_gains_the_value_less_its_price() -> None:
    recording = moving((50, VALUE + 5 * CENT))
    trade(recording, 50, SNIPER, BUY, VALUE + CENT, 100)
    assert edges(recording.tables())["snipers.1"] == 4.0


def test_a_trade_counts_at_the_value_of_its_moment() -> None:
    recording = moving((50, VALUE + 5 * CENT), (60, VALUE))
    for at in (49, 50, 59, 60):
        trade(recording, at, SNIPER, BUY, VALUE, 1)
    assert taker_edges(recording.tables()).tolist() == [0, 500, 500, 0]


def test_before_the_first_value_nothing_is_known() -> None:
    recording = Recording()
    trade(recording, 5, SNIPER, BUY, VALUE, 1)
    assert taker_edges(recording.tables()).tolist() == [0]
    recording.row(NEWS, at=9, value=VALUE + CENT)
    assert taker_edges(recording.tables()).tolist() == [0]


def test_copies_of_one_agent_are_told_together_per_second_of_the_run() -> None:
    recording = moving(duration=4_000_000_000)
    trade(recording, 10, CLIENT, BUY, VALUE + CENT, 200)
    assert edges_per_second(recording.tables())["market_maker"] == 0.5


def test_cash_and_position_are_the_edges_and_what_the_position_gained() -> None:
    """To the millionth of a dollar: final wealth = edges + position before each move x the move."""
    result = run("validation/bcs_continuous", set={"duration": "50s"})
    tables = result.tables
    news, trades, states = tables["news"], tables["trades"], tables["states"]
    provider = next(n for n, name in tables.directory.agents.items() if name == "provider")
    trade_rows = [
        (at, -side * qty) for at, side, qty, maker in
        zip(*(trades[c].tolist() for c in ("at", "side", "qty", "maker")), strict=True) if maker == provider
    ]  # fmt: skip
    gained = 0
    for before, at, value in zip(news["value"].tolist(), news["at"].tolist()[1:], news["value"].tolist()[1:]):  # noqa: B905
        gained += sum(signed for when, signed in trade_rows if when < at) * (value - before)
    own = states["owner"] == provider
    position, cash = (int(states["value"][own & (states["key"] == key)][-1]) for key in (0, 1))
    wealth = cash + position * int(news["value"][-1]) * 100
    assert len(trade_rows) > 50
    assert wealth == round(edges(tables)["provider"] * MICROS_PER_DOLLAR) + gained * 100
