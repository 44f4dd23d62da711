from __future__ import annotations

from itertools import combinations

from analysis.palette import DARK, LIT, cause_colour, venue_fills

VENUES = [("NYSE", "lit"), ("POOL", "dark"), ("BATS", "lit"), ("NYSE", "lit")]


def test_a_venue_keeps_its_colour_whatever_rows_come_after():
    assert venue_fills(VENUES)["BATS"] == venue_fills([*VENUES, ("IEX", "lit")])["BATS"]


def test_dark_pools_are_hatched_and_lit_venues_are_not():
    assert {name: bool(fill.hatch) for name, fill in venue_fills(VENUES).items()} == {
        "NYSE": False,
        "POOL": True,
        "BATS": False,
    }


def test_text_is_black_on_light_and_white_on_dark():
    fills = venue_fills([(str(number), "lit") for number in range(len(LIT))])
    assert {fill.colour: fill.ink for fill in fills.values()}["#F0E442"] == "#222222"
    assert {fill.colour: fill.ink for fill in fills.values()}["#0072B2"] == "white"


def test_lit_colours_stay_apart_for_red_green_blind_readers():
    assert min(_distance(_deutan(a), _deutan(b)) for a, b in combinations(LIT, 2)) > 25


def test_greys_differ_in_brightness():
    assert min(abs(int(a[1:3], 16) - int(b[1:3], 16)) for a, b in combinations(DARK, 2)) > 25


def test_an_unknown_cause_has_a_colour_too():
    assert cause_colour("my_agent trade").startswith("#")


def _deutan(colour: str) -> list[float]:
    """What a reader without green cones sees. Source: Vienot, Brettel, Mollon 1999, gamma 2.2, scaled to 0-255."""
    red, green, blue = ((int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5))
    seen = (0.29275 * red + 0.70725 * green, 0.29275 * red + 0.70725 * green, -0.02234 * red + 0.02234 * green + blue)
    return [255 * max(0.0, x) ** (1 / 2.2) for x in seen]


def _distance(a: list[float], b: list[float]) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
