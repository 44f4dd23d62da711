from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from analysis.map import Place, Wire, market_map, spots_of

MAHWAH = Place("mahwah", 41.0785, -74.1550, ("NYSE", "ARCA"))
SECAUCUS = Place("secaucus", 40.7772, -74.0730, ("BATS",))
CARTERET = Place("carteret", 40.5866, -74.2434, ("NASDAQ",))
AURORA = Place("aurora", 41.7986, -88.2450, ("news",))
RADIO = Wire("carteret", "mahwah", "microwave", 55.2, 189_900)


@pytest.fixture
def drawn(monkeypatch):
    """Figures that were drawn, not rendered."""
    figures: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *_, **__: figures.append(self))
    return figures


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_places_are_as_far_apart_on_paper_as_on_earth():
    spots = spots_of([MAHWAH, SECAUCUS, CARTERET])
    a, b = spots["mahwah"], spots["carteret"]
    assert math.hypot(a.x - b.x, a.y - b.y) == pytest.approx(55.2, abs=0.1)
    assert a.y > b.y
    assert spots["secaucus"].x > b.x


def test_what_is_far_is_drawn_at_the_rim_in_its_direction():
    spots = spots_of([MAHWAH, SECAUCUS, CARTERET, AURORA])
    aurora = spots["aurora"]
    assert aurora.far == pytest.approx(1_190, abs=20)
    assert math.hypot(aurora.x, aurora.y) < 100
    assert aurora.x < 0 < aurora.y
    assert not any(spots[name].far for name in ("mahwah", "secaucus", "carteret"))


def test_the_map_names_places_residents_and_times(drawn, tmp_path):
    market_map([MAHWAH, CARTERET, SECAUCUS, AURORA], [RADIO], tmp_path / "map.png", "who stands where")
    (figure,) = drawn
    written = texts(figure)
    assert "mahwah\nNYSE, ARCA" in written
    assert "aurora\nabout 1,200 km\nnews" in written
    assert {"carteret - mahwah", "55.2", "microwave", "189.9 us"} <= set(written)
    assert figure.get_suptitle() == "who stands where"


def test_labels_do_not_lie_on_each_other(drawn, tmp_path):
    neighbours = [Place(f"room {i}", 40.7772 + i / 10_000, -74.0730, ("A", "B")) for i in range(4)]
    market_map([*neighbours, MAHWAH, CARTERET], [], tmp_path / "map.png")
    labels = [text.get_position()[1] for text in drawn[0].axes[0].texts if "room" in text.get_text()]
    span = drawn[0].axes[0].get_ylim()[1] / 1.25
    heights = sorted(labels)
    assert all(above - below >= 0.23 * span for below, above in pairwise(heights))


def test_a_map_without_wires_says_so(drawn, tmp_path):
    market_map([MAHWAH, CARTERET], [], tmp_path / "map.png")
    assert "No latency follows from distance." in texts(drawn[0])


def test_one_place_is_a_map_too(tmp_path: Path):
    assert market_map([MAHWAH], [], tmp_path / "deep" / "map.png").stat().st_size > 5_000


def test_no_place_is_no_map(tmp_path):
    with pytest.raises(ValueError, match="nothing here stands anywhere"):
        market_map([], [], tmp_path / "map.png")
