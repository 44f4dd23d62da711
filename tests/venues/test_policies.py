from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from enum import StrEnum

import pytest

from venues.policies import PLAIN, Band, BandReference, IcebergRefresh, Policies, SelfTrade, TickTable


def test_a_tick_table_gives_the_tick_at_a_price():
    table = TickTable(((0, 1), (1_0000, 100), (5_0000, 500)))
    assert [table.at(price) for price in (0, 9_999, 1_0000, 4_9999, 5_0000, 10**9)] == [1, 1, 100, 100, 500, 500]


@pytest.mark.parametrize("rows", [(), ((100, 1),), ((0, 1), (0, 5)), ((0, 1), (200, 5), (100, 10))])
def test_a_tick_table_starts_at_0_and_rises(rows: tuple[tuple[int, int], ...]):
    with pytest.raises(ValueError, match="in rising order, the first from 0"):
        TickTable(rows)


@pytest.mark.parametrize("rows", [((0, 0),), ((0, -1),), ((0, 2), (101, 1)), ((0, 1), (101, 2))])
def test_where_ticks_change_a_price_is_a_multiple_of_both(rows: tuple[tuple[int, int], ...]):
    with pytest.raises(ValueError, match="a start must be a multiple of both its ticks"):
        TickTable(rows)


def test_equal_tick_tables_are_equal():
    rows = ((0, 1), (1_0000, 100))
    assert TickTable(rows) == TickTable(rows)
    assert hash(TickTable(rows)) == hash(TickTable(rows))
    assert TickTable(rows) != TickTable(((0, 1),))
    assert repr(TickTable(rows)) == "TickTable(((0, 1), (10000, 100)))"


def test_the_defaults_are_those_of_a_us_exchange():
    assert Policies() == PLAIN
    assert (PLAIN.self_trade, PLAIN.iceberg_refresh) == (SelfTrade.NONE, IcebergRefresh.AT_ONCE)
    assert (PLAIN.ticks, PLAIN.band, PLAIN.collar, PLAIN.batch_interval, PLAIN.reference_px) == (None, None, 0, 0, 0)


def test_a_band_is_by_default_that_of_limit_up_limit_down():
    seconds = 1_000_000_000
    assert Band() == Band(500, BandReference.AVERAGE, limit_state=15 * seconds, pause=300 * seconds)


def test_policies_do_not_change():
    with pytest.raises(FrozenInstanceError):
        PLAIN.collar = 5  # type: ignore[misc]


def test_every_choice_is_a_word_as_written_in_a_scenario():
    choices = [type(getattr(PLAIN, field.name)) for field in fields(PLAIN)]
    words = [str(value) for choice in choices if issubclass(choice, StrEnum) for value in choice]
    assert all(word == word.lower() and word.replace("_", "").isalpha() for word in words)
