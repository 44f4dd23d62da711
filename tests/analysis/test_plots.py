from __future__ import annotations

import math

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.metrics import summary, venue_table
from analysis.plots import (
    file_name,
    four_panel,
    missed_shares,
    sweep_lines,
    venue_distribution,
    venue_distributions,
)
from tests.analysis.builders import BATS, BUY, IOC, MAKER, NYSE, SELL, SNIPER, Recording

COSTS = {"patient": (1.0, 1.2, 1.1), "hasty": (2.0, 2.2, 2.1)}


@pytest.fixture
def drawn(monkeypatch):
    """Figures that were drawn, not rendered."""
    figures: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: figures.append(self))
    return figures


def summaries(**swept: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "strategy": strategy,
                "seed": seed,
                "all_in_bps": cost,
                "slippage_bps": cost - 0.3,
                "buy_price_from_mid": cost / 100,
                "sell_price_from_mid": -cost / 100,
                **swept,
            }
            for strategy, costs in COSTS.items()
            for seed, cost in enumerate(costs)
        ]
    )


def venues() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "strategy": strategy,
                "seed": seed,
                "venue": venue,
                "kind": "dark" if venue == "POOL" else "lit",
                "filled_shares": shares + 10 * seed * (venue == "NYSE"),
                "average_fee": 0.003,
                "target_shares": 0 if venue == "POOL" else 200,
                "missed_shares": missed,
                "missed_sniper_trade": missed - 10 if missed else 0,
                "missed_market_maker_cancel": 10 if missed else 0,
            }
            for strategy in COSTS
            for seed in range(3)
            for venue, shares, missed in (("NYSE", 50, 0), ("BATS", 30, 40), ("POOL", 20, 0))
        ]
    )


def texts(figure: Figure) -> str:
    found = [figure.get_suptitle(), *(t.get_text() for axes in figure.axes for t in axes.texts)]
    return "\n".join([*found, *(axes.get_xlabel() for axes in figure.axes), figure.get_supxlabel()])


def test_the_four_panels_are_price_cost_slippage_and_venues(drawn):
    four_panel(summaries(), venues(), "unused.png")
    assert [axes.get_title(loc="left") for axes in drawn[0].axes] == [
        "Average price against the mid on arrival",
        "All-in cost per ordered share",
        "Slippage of filled shares",
        "Where it filled",
    ]
    assert [label.get_text() for label in drawn[0].axes[0].get_yticklabels()] == ["patient", "hasty"]


def test_the_title_says_the_finding_and_the_note_what_the_whiskers_are(drawn):
    four_panel(summaries(), venues(), "unused.png")
    said = texts(drawn[0])
    assert "patient has the lowest mean all-in cost, 1.10 bp; hasty the highest, 2.10 bp" in said
    assert "means over 3 seeds, whiskers: 95 % t intervals" in said


def test_points_stand_at_the_means_and_whiskers_span_the_intervals(drawn):
    four_panel(summaries(), venues(), "unused.png")
    lines = [line.get_xdata() for line in drawn[0].axes[1].lines]
    assert any(len(x) == 1 and x[0] == pytest.approx(1.1) for x in lines)
    half = 4.302652729911275 * 0.1 / math.sqrt(3)  # t(0.975, 2), standard deviation 0.1
    assert any(len(x) == 2 and list(x) == pytest.approx([1.1 - half, 1.1 + half]) for x in lines)


def test_one_seed_has_no_whiskers_and_says_so(drawn):
    one = summaries().query("seed == 0")
    four_panel(one, venues().query("seed == 0"), "unused.png")
    assert "one seed: no intervals" in texts(drawn[0])
    assert all(len(set(line.get_xdata())) == 1 for line in drawn[0].axes[1].lines)


def test_stacked_parts_sum_to_all_fills(drawn):
    four_panel(summaries(), venues(), "unused.png")
    assert sum(bar.get_width() for bar in drawn[0].axes[3].patches) == pytest.approx(200)


def test_a_venue_has_one_colour_in_every_figure(drawn):
    four_panel(summaries(), venues(), "unused.png")
    venue_distribution(venues(), "unused.png", "hasty")
    stacked, alone = (figure.axes[3 if figure is drawn[0] else 0].patches for figure in drawn)
    assert [bar.get_facecolor() for bar in stacked[:3]] == [bar.get_facecolor() for bar in alone]


def test_the_distribution_says_where_most_was_filled(drawn):
    venue_distribution(venues(), "unused.png", "hasty")
    said = texts(drawn[0])
    assert "hasty: 54 % of its shares filled at NYSE, 18 % in dark pools" in said
    assert "80 %" in said  # BATS: 160 of the 200 aimed at


def test_one_distribution_a_strategy_is_written(tmp_path, drawn):
    assert [path.name for path in venue_distributions(venues(), tmp_path)] == ["venues_patient.png", "venues_hasty.png"]


def test_missed_shares_are_stacked_by_cause(drawn):
    missed_shares(venues(), "unused.png", "patient")
    widths = [bar.get_width() for bar in drawn[0].axes[0].patches]
    assert widths == pytest.approx([0, 0, 15, 5])
    assert "patient missed 10.0 % of what it aimed at; 75 % of that: sniper trade" in texts(drawn[0])


def test_a_strategy_that_missed_nothing_says_so(drawn):
    missed_shares(venues().query("venue == 'NYSE'"), "unused.png", "patient")
    assert "patient missed none of the 600 displayed shares it aimed at" in texts(drawn[0])


def test_a_strategy_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match="no strategy 'fast' in the table; there are: patient, hasty"):
        venue_distribution(venues(), "unused.png", "fast")
    with pytest.raises(ValueError, match="no strategy named; there are: patient, hasty"):
        venue_distribution(venues(), "unused.png")


def test_a_sweep_draws_one_line_a_strategy_over_the_values_in_their_order(drawn):
    table = pd.concat(
        [summaries(swept="1ms"), summaries(swept="10us").assign(all_in_bps=lambda t: t["all_in_bps"] * 2)]
    )
    sweep_lines(table, "unused.png", "feeds.sip.processing")
    axes = drawn[0].axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1ms", "10us"]
    assert [t.get_text() for t in axes.texts] == ["patient", "hasty"]
    assert "all_in_bps changes most for hasty: +2.10 bp" in texts(drawn[0])


def test_a_real_run_s_tables_are_drawn_as_png(tmp_path):
    market = Recording()
    market.parent(1, BUY, 1000)
    for venue in (NYSE, BATS):
        market.new(1, MAKER, SELL, 300, 100_0100, venue=venue)
        market.decide(100 + venue, 300, 100_0100, venue=venue)
    market.new(50, SNIPER, BUY, 200, 100_0100, IOC, venue=BATS)
    for venue in (NYSE, BATS):
        market.arrive(100 + venue, 300, 100_0100, venue=venue)
    tables = market.tables()
    found = [
        four_panel(summary(tables), venue_table(tables), tmp_path / "new" / "four.png"),
        venue_distribution(venue_table(tables), tmp_path / "venues.png"),
        missed_shares(venue_table(tables), tmp_path / "missed.png"),
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in found)


def test_file_names_hold_no_odd_letters():
    assert file_name("venues", "client: my_router.py:Mine") == "venues_client-my_router.py-Mine.png"
    assert file_name("comparison", "") == "comparison.png"
