"""When the SIP's best is not the direct feeds': episodes, shares, trades in them, and what takers gain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.dislocation_plots import dislocation_figure
from analysis.dislocations import Observer, dislocations, observers
from tests.analysis.builders import BATS, BUY, DARK, NYSE, SELL, Recording
from venues.tables import NBBO, TRADES

END = 10_000


class Seen(Recording):
    """Quotes, NBBOs and trades by hand, in a run of 10 us."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(**{"duration": END, "warm_up": 0, **extra})

    def nbbo(self, at: int, bid: int, ask: int) -> None:
        qty = {"bid_qty": 100 * (bid > 0), "ask_qty": 100 * (ask > 0)}
        self.row(NBBO, at=at, bid=bid, ask=ask, bid_venue=NYSE, ask_venue=NYSE, **qty)

    def trade(self, at: int, side: int, qty: int = 100, venue: int = NYSE) -> None:
        self.row(TRADES, at=at, venue=venue, price=1, qty=qty, side=side)


def episodes(seen: Seen, observer: Observer | None = None) -> list[tuple[int, int, int, int]]:
    """(side, start, end, size) of each dislocation."""
    found = dislocations(seen.tables(), observer)
    rows = zip(found.side.tolist(), found.start.tolist(), found.end.tolist(), found.size.tolist(), strict=True)
    return list(rows)


def moved() -> Seen:
    """The ask goes from 1200 to 1000 at 2,000 ns and the SIP says so 700 ns later."""
    seen = Seen()
    seen.quote(100, 800, 1_200)
    seen.nbbo(300, 800, 1_200)
    seen.quote(2_000, 800, 1_000)
    seen.nbbo(2_700, 800, 1_000)
    return seen


def test_a_change_that_the_sip_tells_later_is_a_dislocation() -> None:
    assert episodes(moved()) == [(-1, 2_000, 2_700, 200)]


def test_paths_of_the_observer_shift_what_it_sees() -> None:
    assert episodes(moved(), Observer("o", {"NYSE": 100}, 500)) == [(-1, 2_100, 3_200, 200)]
    assert episodes(moved(), Observer("o", {"NYSE": 700}, 0)) == []


def test_a_fast_sip_is_ahead_of_a_slow_direct_feed() -> None:
    assert episodes(moved(), Observer("o", {"NYSE": 900}, 0)) == [(-1, 2_700, 2_900, 200)]


def test_sides_are_apart_on_their_own() -> None:
    seen = moved()
    seen.quote(2_500, 900, 1_000)
    seen.nbbo(3_100, 900, 1_000)
    assert episodes(seen) == [(1, 2_500, 3_100, 100), (-1, 2_000, 2_700, 200)]
    found = dislocations(seen.tables())
    assert found.dislocated == 1_100
    assert found.share_of_time == 0.11
    assert found.share_of("bid") == 600 / (END - 300)


def test_a_dislocation_goes_on_while_prices_differ_whatever_they_are() -> None:
    seen = moved()
    seen.quote(2_300, 800, 700)
    seen.nbbo(3_000, 800, 700)
    assert episodes(seen) == [(-1, 2_000, 3_000, 500)]


def test_the_best_is_over_all_lit_venues() -> None:
    seen = moved()
    seen.quote(500, 0, 1_000, venue=BATS, bid_qty=0)
    seen.nbbo(800, 800, 1_000)
    seen.quote(900, 990, 995, venue=DARK)  # shows nothing to anybody
    assert [episode for episode in episodes(seen) if episode[1] >= 1_000] == []


def test_a_side_that_is_empty_is_no_price_and_no_dislocation() -> None:
    seen = moved()
    seen.quote(5_000, 800, 0, ask_qty=0)
    seen.nbbo(5_600, 800, 0)
    assert episodes(seen) == [(-1, 2_000, 2_700, 200)]


def test_changes_of_one_nanosecond_count_together() -> None:
    seen = moved()
    seen.quote(4_000, 800, 600)
    seen.quote(4_000, 800, 1_000)
    seen.nbbo(4_500, 800, 600)
    seen.nbbo(4_500, 800, 1_000)
    assert episodes(seen) == [(-1, 2_000, 2_700, 200)]


def test_what_the_warm_up_or_the_end_cuts_off_counts_for_time_and_not_for_durations() -> None:
    seen = Seen(warm_up=2_300)
    seen.quote(100, 800, 1_200)
    seen.nbbo(300, 800, 1_200)
    seen.quote(2_000, 800, 1_000)
    seen.nbbo(2_700, 800, 1_000)
    seen.quote(9_500, 800, 900)
    found = dislocations(seen.tables())
    assert [*zip(found.start.tolist(), found.end.tolist(), strict=True)] == [(2_300, 2_700), (9_500, END)]
    assert found.duration.tolist() == []
    assert found.share_of_time == 900 / 7_700


def test_odd_lots_that_the_sip_does_not_show_are_told_apart() -> None:
    seen = moved()
    seen.quote(5_000, 800, 900, ask_qty=50)
    found = dislocations(seen.tables())
    assert found.odd_lot.tolist() == [False, True]


def test_a_run_without_a_sip_has_none() -> None:
    seen = Seen()
    seen.quote(100, 800, 1_200)
    with pytest.raises(ValueError, match="the run has no SIP: its scenario has no `feeds"):
        dislocations(seen.tables())


# -- trades -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "inside"), [(1_999, 0), (2_000, 0), (2_001, 1), (2_699, 1), (2_700, 0)])
def test_a_trade_is_inside_when_it_comes_after_the_start_and_before_the_end(at: int, inside: int) -> None:
    seen = moved()
    seen.trade(at, BUY)
    assert dislocations(seen.tables()).trades.inside.tolist() == [bool(inside)]


def test_a_trade_is_seen_when_its_print_arrives() -> None:
    seen = moved()
    seen.trade(1_900, BUY)
    assert dislocations(seen.tables(), Observer("o", {"NYSE": 150}, 0)).trades.share == 0
    assert dislocations(seen.tables(), Observer("o", {"NYSE": 100}, 500)).trades.share == 0
    seen.trade(2_050, BUY)
    assert dislocations(seen.tables(), Observer("o", {"NYSE": 100}, 500)).trades.share == 0.5


def test_dark_trades_do_not_count() -> None:
    seen = moved()
    seen.trade(2_300, BUY, venue=DARK)
    assert len(dislocations(seen.tables()).trades.qty) == 0


def test_takers_gain_where_the_sip_shows_a_better_price_and_lose_where_it_shows_a_worse() -> None:
    seen = moved()
    seen.trade(1_000, BUY, 300)  # alike
    seen.trade(2_300, BUY, 200)  # direct 1000, SIP 1200: dearer by 200 units
    seen.trade(2_400, SELL, 500)  # bids alike
    seen.quote(4_000, 800, 1_100)
    seen.nbbo(4_600, 800, 1_100)
    seen.trade(4_300, BUY, 1_000)  # direct 1100, SIP 1000: cheaper by 100 units
    trades = dislocations(seen.tables()).trades
    assert trades.gain.tolist() == [0, -200, 0, 100]
    assert (trades.gained, trades.lost) == (10.0, 4.0)
    assert trades.gain_per_share == pytest.approx((10.0 - 4.0) / 2_000)
    assert trades.matching == 0.5
    assert trades.share == 0.75  # the seller too: the ask was apart


# -- against a clock that ticks ---------------------------------------------------------------------------

prices = st.integers(0, 3).map(lambda ticks: 100 * ticks)
told = st.lists(st.tuples(st.integers(0, 12), prices, prices), max_size=8)


@settings(max_examples=60)
@given(told, told, told, st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), st.integers(0, 10))
def test_every_figure_is_what_a_look_at_each_nanosecond_finds(
    nyse: Any, bats: Any, sip: Any, paths: Any, warm_up: int
) -> None:
    seen = Seen(duration=60, warm_up=warm_up)
    views: list[list[tuple[int, int, int]]] = []
    for venue, script, path in ((NYSE, nyse, paths[0]), (BATS, bats, paths[1]), (None, sip, paths[2])):
        now, view = 0, []
        for gap, bid, ask in script:
            now += gap
            if venue is None:
                seen.nbbo(now, bid, ask)
            else:
                seen.quote(now, bid, ask, venue=venue, bid_qty=100 * (bid > 0), ask_qty=100 * (ask > 0))
            view.append((now + path, bid, ask))
        views.append(view)
    if not sip:
        return

    def known(view: list[tuple[int, int, int]], side: int, now: int) -> int:
        last = [told for told in view if told[0] <= now]
        return last[-1][side] if last else 0

    found = dislocations(seen.tables(), Observer("o", {"NYSE": paths[0], "BATS": paths[1]}, paths[2]))
    apart_at_all = set()
    for side, sign, best in ((1, 1, max), (2, -1, min)):
        apart = set()
        for now in range(warm_up, 60):
            direct = [price for view in views[:2] if (price := known(view, side, now))]
            consolidated = known(views[2], side, now)
            if direct and consolidated and best(direct) != consolidated:
                apart.add(now)
        rows = found.side == sign
        its = {now for a, b in zip(found.start[rows], found.end[rows], strict=True) for now in range(a, b)}
        assert its == apart
        assert len(found.start[rows]) == sum(now - 1 not in apart for now in apart)
        apart_at_all |= apart
    assert found.dislocated == len(apart_at_all)


# -- who looks, and how it is shown -----------------------------------------------------------------------


def test_observers_are_those_of_the_run_s_market() -> None:
    stated = {"client": {"direct": {"NYSE": 100}, "sip": 500}}
    assert observers(Seen(observers=stated).tables()) == {"client": Observer("client", {"NYSE": 100}, 500)}
    assert observers(Seen().tables()) == {}


def test_durations_are_counted_by_their_lower_edge() -> None:
    seen = Seen(duration=10_000_000)
    at = 0
    for number, duration in enumerate((9_999, 10_000, 980_000, 1_000_000)):
        at += 2_000_000
        seen.quote(at - 1_500_000, 800, 1_200 + number)
        seen.nbbo(at - 1_500_000 + (duration if number else 0), 800, 1_200 + number)
    found = dislocations(seen.tables())
    assert found.duration.tolist() == [10_000, 980_000, 1_000_000]
    assert {edge: count for edge, count in found.histogram().items() if count} == {10_000: 1, 500_000: 1, 1_000_000: 1}


def test_figures_are_plain_values_and_none_where_nothing_was_measured() -> None:
    figures = dislocations(moved().tables()).as_json()
    assert (figures["dislocations"], figures["share_of_time_ask"]) == (1, 700 / (END - 300))
    assert (figures["mean_size_ticks"], figures["median_duration_ns"]) == (2.0, 700.0)
    assert (figures["trades"], figures["share_of_trades"], figures["gain_per_share"]) == (0, None, None)


def test_a_figure_is_drawn_also_of_nothing(tmp_path: Path) -> None:
    for number, seen in enumerate((moved(), Seen())):
        seen.nbbo(9_000, 800, 1_000)
        path = dislocation_figure(dislocations(seen.tables()), tmp_path / f"{number}.png")
        assert path.read_bytes().startswith(b"\x89PNG")
