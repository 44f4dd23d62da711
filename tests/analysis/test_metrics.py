from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.ledger import HORIZONS, UNMEASURED, fill_ledger, parent_ledger
from analysis.metrics import missed_table, parent_table, summary, venue_table
from analysis.shortfall import shortfall
from tests.analysis.builders import BATS, BUY, DARK, IOC, MAKER, NYSE, OTHER_CLIENT, SELL, SNIPER, Recording

SECOND = 1_000_000_000


def perold() -> Recording:
    """The worked vector: buy 1000 decided at 99.98, at the market at 100.00, 100 left at 100.20."""
    market = Recording(duration=100)
    market.quote(0, 99_9700, 99_9900)
    market.parent(1, BUY, 1000, at=5, ends=90)
    market.quote(10, 99_9900, 100_0100)
    market.fill(1, 100_0200, 300, at=20, order_id=11)
    market.fill(1, 100_0300, 500, at=30, order_id=12, venue=BATS)
    market.fill(1, 100_0500, 100, at=40, order_id=13)
    market.quote(50, 100_1900, 100_2100)
    market.parent_end(1, at=90, leaves=100)
    market.quote(95, 99_0000, 99_1000)
    return market


def row(market: Recording) -> dict[str, float]:
    return summary(market.tables()).iloc[0].to_dict()


def test_perold_s_vector_holds_to_the_cent():
    found = row(perold())
    parts = ("delay", "execution", "opportunity", "fees")
    assert [found[f"shortfall_{part}"] for part in parts] == [18.00, 26.00, 22.00, 2.70]
    assert found["shortfall"] == 68.70
    assert round(found["all_in_bps"], 4) == 6.8714


def test_the_ledger_s_shortfall_is_that_of_one_order_worked_by_itself():
    parent = parent_ledger(perold().tables()).iloc[0]
    fills = [(100_0200, 300), (100_0300, 500), (100_0500, 100)]
    mids = (99_980_000, 100_000_000, 100_200_000)
    alone = shortfall(1, 1000, fills, 2_700_000, *mids)
    assert parent["shortfall"] == alone.total
    assert (parent["arrival_mid"], parent["market_mid"], parent["end_mid"]) == mids


def test_costs_per_share_and_in_basis_points():
    found = row(perold())
    assert found["fill_rate"] == 0.9
    assert found["average_price"] == pytest.approx(90026.0 / 900, rel=1e-9)
    assert found["slippage_bps"] == pytest.approx(44.0 / (99.98 * 900) * 1e4, rel=1e-9)
    assert found["all_in_cost"] == pytest.approx(0.0687, rel=1e-9)
    assert found["cost_per_filled_share"] == pytest.approx((44.0 + 2.7) / 900, rel=1e-9)
    assert (found["fees"], found["fees_per_share"]) == (2.7, 0.003)


def test_a_router_counts_its_venues_children_and_orders():
    found = row(perold())
    assert [found[name] for name in ("orders", "ordered_shares", "filled_shares", "children", "venues_used")] == [
        *(1, 1000, 900, 3, 2)
    ]


def test_a_sell_pays_when_it_sells_below_the_mid():
    market = Recording(duration=100)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, SELL, 100, at=5, ends=90)
    market.fill(1, 99_9900, 100, at=20, order_id=11, side=SELL, fee=0)
    found = row(market)
    assert found["slippage_bps"] == pytest.approx(1.0, rel=1e-9)
    assert found["sell_price_from_mid"] == pytest.approx(-0.01, rel=1e-9)
    assert math.isnan(found["buy_price_from_mid"])


def test_effective_is_realised_plus_impact_on_every_fill():
    rng = np.random.default_rng(1)
    market = Recording(duration=10 * SECOND)
    market.parent(1, BUY, 10_000)
    for number in range(300):
        bid = 100_0000 + int(rng.integers(-9, 9)) * 50
        market.quote(number * 10_000_000, bid, bid + 100)
        side = BUY if rng.integers(2) else SELL
        market.fill(1, bid + 60, int(rng.integers(1, 500)), number * 10_000_000 + 5, 1000 + number, side)
    fills = fill_ledger(market.tables())
    for horizon in HORIZONS:
        assert len(fills) == 300
        assert (fills["effective"] == fills[f"realised_{horizon}"] + fills[f"impact_{horizon}"]).all()
        assert fills[f"impact_{horizon}"].nunique() > 10


def test_bounce_only_the_effective_half_spread_is_half_the_spread_and_there_is_no_impact():
    market = Recording(duration=10 * SECOND)
    market.quote(0, 99_9800, 100_0200)
    market.parent(1, BUY, 10_000)
    sides = [BUY, SELL, SELL, BUY, SELL]
    for number, side in enumerate(sides):
        market.fill(1, 100_0000 + side * 200, 100, 1000 + number * 10, 50 + number, side)
    tables = market.tables()
    assert (fill_ledger(tables)[[f"impact_{h}" for h in HORIZONS]] == 0).all(axis=None)
    assert summary(tables)["effective_spread"].iloc[0] == pytest.approx(0.04, rel=1e-12)
    assert summary(tables)["markout_1s"].iloc[0] == pytest.approx(-0.02, rel=1e-12)


def test_a_markout_looks_at_the_mid_one_horizon_after_the_fill():
    market = Recording(duration=2 * SECOND)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 100)
    market.fill(1, 100_0100, 100, 1000, 11)
    market.quote(1000 + 10_000_000, 100_0400, 100_0600)
    market.quote(1001 + 10_000_000, 100_9000, 100_9200)
    assert row(market)["markout_10ms"] == pytest.approx(0.04, rel=1e-9)


def test_a_markout_beyond_the_run_s_end_is_not_made_up():
    market = Recording(duration=50_000_000)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 100)
    market.fill(1, 100_0100, 100, 1000, 11)
    tables = market.tables()
    assert fill_ledger(tables)["realised_100ms"].tolist() == [UNMEASURED]
    assert math.isnan(summary(tables)["markout_100ms"].iloc[0])
    assert summary(tables)["markout_10ms"].iloc[0] == pytest.approx(-0.01)


def test_a_fill_s_mid_is_the_one_before_its_child_arrived():
    market = Recording(duration=100)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 100)
    market.quote(20, 99_9900, 100_0500)  # the fill itself moved the offer
    market.fill(1, 100_0100, 100, 20, 11)
    assert row(market)["effective_spread"] == pytest.approx(0.02)


def test_what_the_first_child_itself_moved_is_execution_and_not_delay():
    market = Recording(duration=100)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 100, at=5)
    market.quote(20, 99_9900, 100_0500)  # by the fill
    market.fill(1, 100_0100, 100, 20, 11, fee=0)
    found = row(market)
    assert (found["shortfall_delay"], found["shortfall_execution"]) == (0.0, 1.0)


def test_dark_share_is_the_part_filled_in_pools():
    market = Recording(duration=100)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 400)
    market.fill(1, 100_0000, 100, 10, 11, venue=DARK, fee=0)
    market.fill(1, 100_0100, 300, 20, 12)
    assert row(market)["dark_share"] == 0.25


def test_a_parent_before_any_quote_counts_in_shares_and_in_no_cost():
    market = Recording(duration=100)
    market.parent(1, BUY, 400, at=5)
    market.quote(10, 99_9900, 100_0100)
    market.fill(1, 100_0100, 400, 20, 11)
    found = row(market)
    assert (found["unpriced_orders"], found["fill_rate"]) == (1, 1.0)
    assert math.isnan(found["all_in_bps"])
    assert found["shortfall"] == 0


def test_an_order_that_never_traded_has_no_average_price_and_costs_its_opportunity():
    market = Recording(duration=100)
    market.quote(0, 99_9900, 100_0100)
    market.parent(1, BUY, 100, at=5)
    market.quote(50, 100_0900, 100_1100)
    market.parent_end(1, at=60, leaves=100)
    found = row(market)
    assert math.isnan(found["average_price"])
    assert found["all_in_cost"] == pytest.approx(0.10, rel=1e-9)


def test_each_router_has_its_own_row():
    market = perold()
    market.parent(2, BUY, 100, at=15, owner=OTHER_CLIENT)
    table = summary(market.tables())
    assert table.index.tolist() == ["client", "other"]
    assert table["filled_shares"].tolist() == [900, 0]


def test_parents_sum_to_their_router():
    market = perold()
    market.parent(2, SELL, 100, at=15)
    market.fill(2, 99_9900, 60, at=60, order_id=21, side=SELL)
    market.parent_end(2, at=80)
    tables = market.tables()
    by_parent, whole = parent_table(tables), summary(tables).iloc[0]
    for name in ("ordered_shares", "filled_shares", "fees", "shortfall", "children", "target_shares"):
        assert by_parent[name].sum() == pytest.approx(whole[name], rel=1e-12)
    assert by_parent["status"].tolist() == ["EXPIRED", "EXPIRED"]


def sniped() -> Recording:
    market = Recording()
    market.parent(1, BUY, 1000)
    for venue in (NYSE, BATS):
        market.new(1, MAKER, SELL, 300, 100_0100, venue=venue)
        market.decide(100 + venue, 300, 100_0100, venue=venue)
    market.new(50, SNIPER, BUY, 200, 100_0100, IOC, venue=BATS)
    market.cancel(1, MAKER, venue=BATS)
    for venue in (NYSE, BATS):
        market.arrive(100 + venue, 300, 100_0100, venue=venue)
    return market


def test_the_venue_table_says_what_was_missed_where_and_why():
    table = venue_table(sniped().tables()).set_index("venue")
    assert table["filled_shares"].to_dict() == {"NYSE": 300, "BATS": 0}
    assert table["fill_ratio"].to_dict() == {"NYSE": 1.0, "BATS": 0.0}
    assert table["missed_sniper_trade"].to_dict() == {"NYSE": 0, "BATS": 200}
    assert table["missed_market_maker_cancel"].to_dict() == {"NYSE": 0, "BATS": 100}
    assert table["share_of_fills"].sum() == 1


def test_hft_share_is_sniped_over_aimed_at():
    assert row(sniped())["hft_share"] == pytest.approx(200 / 600)


def test_the_missed_table_sums_to_what_was_missed():
    tables = sniped().tables()
    assert missed_table(tables)["shares"].sum() == summary(tables)["missed_shares"].sum() == 300


def test_a_run_without_parents_gives_empty_tables():
    tables = Recording().tables()
    assert [len(table(tables)) for table in (summary, parent_table, venue_table, missed_table)] == [0, 0, 0, 0]
