"""What the races of a run amount to."""

from __future__ import annotations

import json

import pytest

from analysis.race_figures import VenueRaces, races_of_run
from analysis.race_plots import race_figure
from tests.analysis.builders import BUY, CLIENT, FLOW, IOC, MAKER, SELL, SNIPER
from tests.analysis.race_rig import US, Exchange

MS = 1_000_000
OFFER = 100_0100


@pytest.fixture
def exchange() -> Exchange:
    """Two races for offers of 300, won by the sniper and by the maker, in 60 ms; the mid rises by 3 ticks between."""
    exchange = Exchange(duration=60 * MS)
    exchange.new(10, 1, FLOW, BUY, 300, 99_9900)
    exchange.new(11, 2, FLOW, SELL, 300, 100_0500)
    exchange.new(12, 3, MAKER, SELL, 300, OFFER)
    exchange.new(10_000, 4, SNIPER, BUY, 200, OFFER, IOC)
    exchange.new(10_006, 5, CLIENT, BUY, 200, OFFER, IOC)
    exchange.cancel(10_007, 3, MAKER)
    exchange.new(20_000, 6, FLOW, BUY, 100, 100_0300)
    exchange.new(30_000, 7, MAKER, SELL, 300, 100_0400)
    exchange.cancel(40_000, 7, MAKER)
    exchange.new(40_021, 8, SNIPER, BUY, 200, 100_0400, IOC)
    exchange.new(50_000, 9, FLOW, BUY, 100, 100_0500, IOC)
    return exchange


def nyse(exchange: Exchange, markout: int = 15 * MS, **definition) -> VenueRaces:
    from analysis.race_detector import Definition

    (found,) = races_of_run(exchange.tables(), exchange.latency, Definition(**definition), markout, ["NYSE"])
    return found


def test_races_a_minute_and_their_share_of_the_volume(exchange):
    found = nyse(exchange)
    assert len(found.races) == 2
    assert found.per_minute == 2_000
    assert (found.traded, found.volume, found.share_of_volume) == (300, 400, 0.75)


def test_the_prize_is_the_later_mid_against_the_price_in_ticks(exchange):
    mid_after_20_ms, mid_after_40_ms = (100_0300 + 100_0500) / 2, (100_0300 + 100_0500) / 2
    expected = ((mid_after_20_ms - OFFER) / 100, (mid_after_40_ms - 100_0400) / 100)
    assert nyse(exchange).prizes == expected == (3.0, 0.0)
    assert nyse(exchange).prize_ticks == 1.5


def test_a_prize_beyond_the_end_is_not_known(exchange):
    assert nyse(exchange, markout=25 * MS).prizes == (2.5, None)
    assert nyse(exchange, markout=60 * MS).prize_ticks is None


def test_durations_are_counted_in_bins_of_5_us(exchange):
    found = nyse(exchange)
    assert [race.duration for race in found.races] == [7 * US, 21 * US]
    assert found.durations == {5 * US: 1, 20 * US: 1}
    assert found.modal_duration == 5 * US


def test_winners_and_losers_are_counted(exchange):
    found = nyse(exchange)
    assert found.wins == {"makers.1": 1, "snipers.1": 1}
    assert found.losses == {"makers.1": 1, "snipers.1": 1}
    assert (found.top_share(), found.top_share(1)) == (1.0, 0.5)
    assert found.participants == 2.5


def test_the_definition_is_the_caller_s(exchange):
    assert len(nyse(exchange, min_num_participants=3).races) == 1


def test_the_warm_up_is_left_out(exchange):
    exchange.recording.market["warm_up"] = 15 * MS
    found = nyse(exchange)
    assert (len(found.races), found.volume, found.length) == (1, 100, 45 * MS)


def test_a_venue_without_messages_has_no_figures(exchange):
    bats = races_of_run(exchange.tables(), {"NYSE": 0, "BATS": 0})[1]
    assert (bats.venue, len(bats.races), bats.per_minute) == ("BATS", 0, 0)
    figures = (bats.share_of_volume, bats.prize_ticks, bats.participants, bats.modal_duration, bats.top_share())
    assert figures == (None,) * 5


def test_dark_pools_have_no_races(exchange):
    assert [each.venue for each in races_of_run(exchange.tables(), 0)] == ["NYSE", "BATS"]
    with pytest.raises(ValueError, match="venue 'DARK': is no lit venue of this run; these are NYSE, BATS"):
        races_of_run(exchange.tables(), 0, venues=["DARK"])


def test_all_of_it_is_json(exchange):
    told = json.loads(json.dumps(nyse(exchange).as_json(), allow_nan=False))
    assert (told["races"], told["durations"], told["each"][0]["winner"]) == (2, {"5000": 1, "20000": 1}, "snipers.1")
    assert told["each"][0]["prize_ticks"] == 3.0


@pytest.mark.parametrize("races", [True, False])
def test_the_figure_is_drawn_with_and_without_races(exchange, tmp_path, races):
    found = races_of_run(exchange.tables() if races else Exchange().tables(), exchange.latency)
    path = race_figure(found, tmp_path / "new" / "races.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 5_000
