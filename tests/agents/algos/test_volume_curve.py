"""Volume over time: exact in whole numbers, from weights, a parabola or a file."""

from __future__ import annotations

import gzip

import pytest

from agents.algos.scheduled import even_spans
from agents.algos.volume_curve import MINUTE, CurveError, VolumeCurve, read_profile, u_shape
from scenarios.recorded_days import data_folder


def test_a_span_gets_its_part_of_each_bucket():
    curve = VolumeCurve((10, 30, 60))
    volumes = curve.over(0, 300, [(0, 150), (150, 300)])
    assert [volume / sum(volumes) for volume in volumes] == [0.25, 0.75]


def test_spans_that_cover_everything_add_up_to_all_of_it():
    curve = u_shape(3)
    whole = curve.over(5, 1_000_003, [(5, 1_000_003)])[0]
    assert sum(curve.over(5, 1_000_003, even_spans(5, 1_000_003, 7))) == whole


def test_a_minute_profile_is_laid_over_the_clock_and_has_nothing_beyond():
    curve = VolumeCurve((600, 1200), MINUTE)
    second = MINUTE // 60
    volumes = curve.over(0, 0, [(30 * second, 60 * second), (60 * second, 90 * second), (200 * second, 300 * second)])
    assert [volume / MINUTE for volume in volumes] == [300, 600, 0]


def test_the_u_is_symmetric_and_as_deep_as_asked():
    weights = u_shape(4, 1001).weights
    assert weights == weights[::-1]
    assert weights[0] / weights[500] == pytest.approx(4, rel=0.01)


def test_a_profile_is_read_plain_or_packed(tmp_path):
    text = "minute,volume\n0,500\n1,0\n2,70\n"
    (tmp_path / "p.csv").write_text(text)
    (tmp_path / "p.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert read_profile(tmp_path / "p.csv") == read_profile(tmp_path / "p.csv.gz") == VolumeCurve((500, 0, 70), MINUTE)


NO_COLUMN = "p.csv:1: no column `volume`; write a header `minute,volume` and a row for each minute"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "minute,shares\n0,5\n",
            "p.csv:1: no column `volume`; write a header `minute,volume` and a row for each minute",
        ),
        ("", NO_COLUMN),
        ("volume\n5\n-3\n", "p.csv:3: volume = '-3' is not a whole number of shares, 0 or more"),
        ("minute,volume\n0,5\n2,5\n", "p.csv:3: minute = '2'; minutes count up by 1, without gaps"),
        ("volume\n0\n0\n", "weights [0, 0] are no volume: none may be below 0, and one must be above"),
    ],
)
def test_a_file_that_is_no_profile_is_told_with_its_line(tmp_path, text, message):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(CurveError) as error:
        read_profile(tmp_path / "p.csv")
    assert str(error.value).removeprefix(f"{tmp_path}/") == message


def test_a_recorded_day_of_minutes_is_u_shaped(tmp_path):
    """The minute volumes of a day of 2013, when they are there: a curve as any other, heavier at both ends."""
    data = data_folder()
    recorded = None if data is None else data / "derived" / "minute_volume_profile.csv.gz"
    if recorded is None or not recorded.is_file():
        pytest.skip("market data folder not found; set SORSIM_DATA")
    lines = gzip.decompress(recorded.read_bytes()).decode().splitlines()
    first_day = lines[1].split(",")[:2]
    rows = [line.split(",") for line in lines[1:] if line.split(",")[:2] == first_day]
    at, volume = lines[0].split(",").index("minute"), lines[0].split(",").index("volume")
    (tmp_path / "p.csv").write_text("minute,volume\n" + "".join(f"{row[at]},{row[volume]}\n" for row in rows))
    weights = read_profile(tmp_path / "p.csv").weights
    assert len(weights) == 390
    assert min(sum(weights[:60]), sum(weights[-60:])) > sum(weights[165:225])
