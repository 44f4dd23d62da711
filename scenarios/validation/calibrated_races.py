"""Rows "races ...": the races of `validation/race_calibrated` by the published definition, and the published figures.

The parameters, and what each of them sets, are told in the scenario. They were chosen on seeds from 101 up; the rows
judge the mean over seeds 1 to 10 by bands that were fixed beforehand.

The prize is reckoned 100 ms after a race instead of the paper's 10 s: the value here is a martingale, so the mean is
the same and its error a tenth.

Source: M. Aquilina, E. Budish and P. O'Neill, "Quantifying the high-frequency trading 'arms race'", Quarterly Journal
of Economics 137 (2022).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.quantities import parse_duration
from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from analysis.statistics import Interval
    from analysis.tables import RunTables
    from scenarios.run import RunResult

SCENARIO = "validation/race_calibrated"
WITH, WITHOUT = "races", "races without snipers"
SEEDS_USED = 10
GATEWAY = parse_duration("5us")
"""The venue's service time, from the gateway to the answer."""

MARKOUT = parse_duration("100ms")
SHARE, PRIZE, MODE, DROP = (0.15, 0.30), (0.3, 0.8), parse_duration("5us"), (0.10, 0.25)
"""The bands: share of volume, ticks, lower edge of the fullest bin of 5 us, share of the effective spread."""

BIN = "races of "
"""Begins the names of the histogram's figures."""


def measure(result: RunResult) -> Figures:
    """Races by the detector, and what investors paid."""
    from analysis.race_figures import races_of_run

    (found,) = races_of_run(result.tables, GATEWAY, markout=MARKOUT)
    figures: Figures = {
        "count": float(len(found.races)),
        "share": found.share_of_volume or 0.0,
        "prize": found.prize_ticks or 0.0,
        "cancels too late": float(sum(_late_cancels(race) for race in found.races)),
        "spread": investors_spread(result.tables),
    }
    return {**figures, **{f"{BIN}{edge}": float(count) for edge, count in found.durations.items()}}


def _late_cancels(race: object) -> int:
    from analysis.race_attempts import FAIL
    from analysis.race_detector import Race

    assert isinstance(race, Race)
    outcomes = zip(race.attempts, race.outcomes, strict=True)
    return sum(attempt.is_cancel and outcome == FAIL for attempt, outcome in outcomes)


def investors_spread(tables: RunTables) -> float:
    """Effective spread of the background flow's market orders after the warm-up, $: twice side x (price - mid before).

    NaN: there was none.
    """
    from analysis.best_quotes import best_quotes
    from analysis.codes import MICROS_PER_DOLLAR, MICROS_PER_UNIT

    trades, kinds = tables["trades"], tables.directory.agent_kinds
    investors = [number for number, kind in kinds.items() if kind == "background_flow"]
    chosen = np.isin(trades["taker"], investors) & (trades["at"] >= int(tables.market.get("warm_up") or 0))
    mid = best_quotes(tables).mid_at(trades["at"][chosen], "before")
    qty = trades["qty"][chosen]
    paid = 2 * trades["side"][chosen] * (trades["price"][chosen] * MICROS_PER_UNIT - mid) * qty
    return float(paid.sum() / qty.sum() / MICROS_PER_DOLLAR) if len(qty) else float("nan")


def _in_band(interval: Interval, band: tuple[float, float]) -> bool:
    return band[0] <= interval.mean <= band[1]


def volume(found: Found) -> list[Row]:
    """How much of the volume."""
    share = found.mean(WITH, "share")
    claim = "15 to 30 % of the volume is traded in races"
    return [Row("races volume", claim, text_of(share, 100, "%"), _in_band(share, SHARE))]


def prize(found: Found) -> list[Row]:
    """For how much."""
    ticks = found.mean(WITH, "prize")
    claim = "the mean prize of a race is 0.3 to 0.8 ticks a share"
    return [Row("races prize", claim, text_of(ticks, unit="ticks"), _in_band(ticks, PRIZE))]


def duration(found: Found) -> list[Row]:
    """How long."""
    bins = {name: found.total(WITH, name) for name in found.names(WITH) if name.startswith(BIN)}
    fullest = max(bins, key=lambda name: (bins[name], name))
    races = found.total(WITH, "count")
    edge = int(fullest.removeprefix(BIN)) // 1_000
    told = f"{bins[fullest]:.0f} of {races:.0f} races last {edge} to {edge + 5} us"
    claim = "the modal race lasts 5 to 10 us from the first success to the first failure (5 us a message at the venue)"
    return [Row("races duration", claim, told, fullest == f"{BIN}{MODE}")]


def late_cancels(found: Found) -> list[Row]:
    """Makers run too."""
    late, races = found.total(WITH, "cancels too late"), found.total(WITH, "count")
    claim = "makers' cancels that come too late are seen by the detector"
    return [Row("races cancels", claim, f"{late:.0f} in {races:.0f} races", late > 0)]


def spread(found: Found) -> list[Row]:
    """What it costs those who trade."""
    pairs = zip(found.each(WITH, "spread"), found.each(WITHOUT, "spread"), strict=True)
    from analysis.statistics import mean_interval

    drop = mean_interval([1 - without / with_them for with_them, without in pairs])
    claim = "without snipers, makers who learn quote so that investors pay 10 to 25 % less (effective spread)"
    cents = f"{100 * found.mean(WITH, 'spread').mean:.2f} and {100 * found.mean(WITHOUT, 'spread').mean:.2f} cents"
    return [Row("races spread", claim, f"{text_of(drop, 100, '%')}: {cents}", _in_band(drop, DROP))]


_MARKET = Market(WITH, SCENARIO, (), measure, SEEDS_USED)
_QUIET = Market(WITHOUT, SCENARIO, ("agents.snipers.enabled=false",), measure, SEEDS_USED)

PROOFS = (
    Proof("races volume", (_MARKET,), volume),
    Proof("races prize", (_MARKET,), prize),
    Proof("races duration", (_MARKET,), duration),
    Proof("races cancels", (_MARKET,), late_cancels),
    Proof("races spread", (_MARKET, _QUIET), spread),
)
