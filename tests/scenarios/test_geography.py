from __future__ import annotations

import pytest

from scenarios.geography import LIGHT_PER_KM, MEDIA, SITES, Site, light, metres, one_way


@pytest.mark.parametrize(
    ("a", "b", "kilometres"),
    [("mahwah", "secaucus", 34.2), ("secaucus", "carteret", 25.6), ("mahwah", "carteret", 55.2)],
)
def test_the_three_data_centres_are_as_far_apart_as_is_commonly_used(a: str, b: str, kilometres: float) -> None:
    assert round(metres(SITES[a], SITES[b]) / 1_000, 1) == kilometres


@pytest.mark.parametrize(("kilometres", "air", "fibre"), [(34.2, 114, 217.9), (25.6, 86, 163.1), (55.2, 184, 351.6)])
def test_air_and_fibre_take_the_commonly_used_times(kilometres: float, air: int, fibre: float) -> None:
    distance = round(kilometres * 1_000)
    assert round(one_way(distance, MEDIA["air"]) / 1_000) == air
    assert round(one_way(distance, MEDIA["fibre"]) / 1_000, 1) == fibre


def test_microwave_from_chicago_takes_about_four_milliseconds() -> None:
    for site in ("mahwah", "secaucus", "carteret"):
        assert 4_000_000 <= one_way(metres(SITES["aurora"], SITES[site]), MEDIA["microwave"]) <= 4_250_000


def test_a_quarter_of_the_equator_is_a_quarter_of_the_circumference() -> None:
    assert metres(Site(0, 0), Site(0, 90)) == 10_007_557  # pi / 2 x 6371.0088 km


def test_a_place_is_no_distance_from_itself_and_the_antipode_is_half_way_round() -> None:
    assert metres(SITES["mahwah"], SITES["mahwah"]) == 0
    assert metres(Site(90, 0), Site(-90, 0)) == 20_015_114


def test_distances_are_the_same_both_ways_across_the_date_line() -> None:
    fiji, samoa = Site(-18.14, 178.44), Site(-13.83, -171.76)
    assert metres(fiji, samoa) == metres(samoa, fiji) < 1_200_000


def test_no_built_in_medium_is_faster_than_light() -> None:
    for medium in MEDIA.values():
        assert medium.per_km > LIGHT_PER_KM
        assert one_way(55_200, medium) >= light(55_200)


def test_a_cross_connect_is_its_overhead() -> None:
    assert one_way(0, MEDIA["cross_connect"]) == 1_000
