from __future__ import annotations

import numpy as np

from analysis.best_quotes import NO_ASK, NO_BID, NO_MID, best_quotes
from tests.analysis.builders import BATS, DARK, NYSE, Recording


def at(*times: int) -> np.ndarray:
    return np.array(times, dtype=np.int64)


def test_the_best_is_taken_over_the_venues_own_books():
    market = Recording()
    market.quote(10, 99_9900, 100_0100, NYSE)
    market.quote(20, 99_9800, 100_0000, BATS)
    best = best_quotes(market.tables())
    assert (best.bid_at(at(20))[0], best.ask_at(at(20))[0]) == (99_9900, 100_0000)


def test_what_happens_at_the_moment_counts_until_it_and_not_before_it():
    market = Recording()
    market.quote(10, 99_9900, 100_0100)
    market.quote(20, 99_9900, 100_0300)
    best = best_quotes(market.tables())
    assert best.mid_at(at(19, 20)).tolist() == [100_000_000, 100_010_000]
    assert best.mid_at(at(20, 21), "before").tolist() == [100_000_000, 100_010_000]


def test_of_two_quotes_at_one_moment_the_later_row_stands():
    market = Recording()
    market.quote(10, 99_9900, 100_0100)
    market.quote(10, 99_9900, 100_0200)
    assert best_quotes(market.tables()).ask_at(at(10)).tolist() == [100_0200]


def test_a_half_penny_mid_is_exact():
    market = Recording()
    market.quote(10, 99_9900, 99_9999)
    assert best_quotes(market.tables()).mid_at(at(10)).tolist() == [99_994_950]


def test_the_last_mid_stands_while_a_side_is_empty():
    market = Recording()
    market.quote(10, 99_9900, 100_0100)
    market.quote(20, 99_9900, 0, ask_qty=0)
    best = best_quotes(market.tables())
    assert best.mid_at(at(25)).tolist() == [100_000_000]
    assert best.ask_at(at(25)).tolist() == [NO_ASK]


def test_before_the_first_quote_there_is_nothing():
    market = Recording()
    market.quote(10, 99_9900, 100_0100)
    best = best_quotes(market.tables())
    assert (best.mid_at(at(9))[0], best.bid_at(at(9))[0]) == (NO_MID, NO_BID)


def test_a_dark_pool_s_rows_are_no_quotes():
    market = Recording()
    market.quote(10, 99_9900, 100_0100)
    market.quote(20, 99_9999, 100_0000, DARK)
    assert best_quotes(market.tables()).bid_at(at(30)).tolist() == [99_9900]


def test_a_run_without_quotes_has_no_mid():
    assert best_quotes(Recording().tables()).mid_at(at(5)).tolist() == [NO_MID]
