"""Which quotes wake an agent."""

from __future__ import annotations

import pytest

from agents.interests import best_moved, sweeps_of
from tests.agents.builders import BUY
from venues.messages import EMPTY_QUOTE, Print, Quote

QUOTE = Quote(at=0, seq=1, bid=99_9900, bid_qty=300, ask=100_0100, ask_qty=300)


def printed(qty: int, emptied: bool = True) -> Quote:
    return QUOTE._replace(trade=Print(BUY, 100_0100, qty, emptied))


def test_the_first_quote_is_a_move():
    assert best_moved(QUOTE, None)


@pytest.mark.parametrize("change", [{"bid": 99_9800}, {"ask": 100_0200}])
def test_another_best_price_is_a_move(change):
    assert best_moved(QUOTE._replace(**change), QUOTE)


def test_a_side_that_empties_is_a_move():
    assert best_moved(QUOTE._replace(ask=0, ask_qty=0), QUOTE)
    assert best_moved(QUOTE, EMPTY_QUOTE)


def test_another_size_or_time_is_none():
    assert not best_moved(QUOTE._replace(bid_qty=1, ask_qty=1, at=9, seq=9), QUOTE)


def test_a_sweep_is_a_print_of_the_size_that_took_the_level_out():
    assert sweeps_of(300)(printed(300), QUOTE)
    assert not sweeps_of(300)(printed(299), QUOTE)
    assert not sweeps_of(300)(printed(300, emptied=False), QUOTE)
    assert not sweeps_of(300)(QUOTE, QUOTE)


def test_agents_with_the_same_size_share_one_interest():
    assert sweeps_of(300) is sweeps_of(300)
    assert sweeps_of(300) is not sweeps_of(301)
