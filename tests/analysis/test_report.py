from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.metrics import summary, venue_table
from analysis.report import write_comparison_report, write_run_report
from analysis.results import results_table
from tests.analysis.builders import BATS, BUY, IOC, MAKER, NYSE, SELL, SNIPER, Recording


@pytest.fixture(autouse=True)
def quick_figures(monkeypatch):
    """Write a few bytes in place of each rendered figure."""

    def save(_figure, path, **_):
        path.write_bytes(b"\x89PNG picture")

    monkeypatch.setattr(Figure, "savefig", save)


class Page(HTMLParser):
    """Text by table row, tags and picture sources of a page; fails on unbalanced tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.pictures: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])
        if tag not in ("img", "meta"):
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self._open and self._open[-1] in ("td", "th"):
            self.rows[-1].append(data)


def sniped(size: int = 100) -> Recording:
    """Children at two venues; at one of them a sniper took ``size`` of 300 shares first."""
    market = Recording(duration=10_000)
    market.new(9, MAKER, BUY, 100, 99_9900)
    for venue in (NYSE, BATS):
        market.new(1, MAKER, SELL, 300, 100_0100, venue=venue)
    market.parent(1, BUY, 600, at=market.now, ends=5000)
    for venue in (NYSE, BATS):
        market.decide(100 + venue, 300, 100_0100, venue=venue)
    market.new(50, SNIPER, BUY, size, 100_0100, IOC, venue=BATS)
    for venue in (NYSE, BATS):
        market.arrive(100 + venue, 300, 100_0100, venue=venue)
    return market


def run_page(folder, market: Recording | None = None) -> Page:
    tables = (market or sniped()).tables()
    results = results_table(tables, {"client": "smart"})
    return Page(write_run_report(tables, folder, results).read_text(encoding="utf-8"))


def test_a_run_s_report_holds_all_in_one_file(tmp_path):
    page = run_page(tmp_path)
    assert len(page.pictures) == 2
    assert all(source.startswith("data:image/png;base64,") for source in page.pictures)
    assert page.tags.isdisjoint({"script", "link", "iframe"})


def test_a_run_s_report_shows_routers_venues_causes_and_parents(tmp_path):
    rows = run_page(tmp_path).rows
    assert ["client: smart", "1", "600", "83.3 %"] in [row[:4] for row in rows]
    assert ["client: smart", "BATS", "1", "300", "200"] in [row[:5] for row in rows]
    assert ["sniper trade", "100", "100"] in rows
    assert ["1", "client", "BUY", "OPEN", "600", "83.3 %"] in [row[:6] for row in rows]


def test_names_from_a_scenario_are_escaped(tmp_path):
    market = sniped()
    market.market["agents"][0]["name"] = "<script>alert(1)</script>"
    page = run_page(tmp_path, market)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text


def test_a_run_without_parents_has_a_report_too(tmp_path):
    page = run_page(tmp_path, Recording())
    assert "None was missed." in page.text
    assert page.pictures == []


@dataclass
class Comparison:
    """What `scenarios.compare` gives, made by hand."""

    table: pd.DataFrame
    venues: pd.DataFrame
    scenario: str = "by_hand"
    baseline: str = "slow"
    sweep: str | None = None


def comparison(swept: tuple[str, ...] = ("",), seeds: tuple[int, ...] = (1, 2)) -> Comparison:
    tables, venues = [], []
    for value in swept:
        for strategy, shift in (("slow", 0), ("fast", 1)):
            for seed in seeds:
                run = sniped(50 * (seed + shift)).tables()
                names = {"strategy": strategy, "swept": value, "seed": seed}
                tables.append(summary(run).reset_index().assign(**names))
                venues.append(venue_table(run).assign(**names))
    sweep = "feeds.sip.processing" if swept != ("",) else None
    return Comparison(pd.concat(tables, ignore_index=True), pd.concat(venues, ignore_index=True), sweep=sweep)


def test_a_comparison_shows_means_and_paired_differences(tmp_path):
    page = Page(write_comparison_report(comparison(), tmp_path).read_text(encoding="utf-8"))
    fill_rates = [row[1] for row in page.rows if row[0] == "fast"]
    assert fill_rates[0].startswith("79.2 % [")
    assert fill_rates[1] == "-8.3 pp [-8.3 pp, -8.3 pp]"
    assert [row[0] for row in page.rows].count("slow") == 1


def test_one_seed_gives_differences_without_intervals(tmp_path):
    page = Page(write_comparison_report(comparison(seeds=(1,)), tmp_path).read_text(encoding="utf-8"))
    assert ["fast", "-8.3 pp (one seed: no interval)"] in [row[:2] for row in page.rows]


def test_a_sweep_has_one_part_a_value(tmp_path):
    found = comparison(swept=("20us", "1ms"))
    page = Page(write_comparison_report(found, tmp_path).read_text(encoding="utf-8"))
    assert "feeds.sip.processing = 20us" in page.text
    assert {path.name for path in tmp_path.glob("*.png")} == {"sweep.png", "comparison_20us.png", "comparison_1ms.png"}
