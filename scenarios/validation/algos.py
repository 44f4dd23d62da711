"""Parent algorithms: the published trajectory, and what schedules and participation are by definition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.algos.almgren_chriss import AlmgrenChriss
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from scenarios.run import RunResult

LOT = 100
FEED = 200_000
"""One way from a venue to the POV client, ns."""

PAPER = AlmgrenChriss(
    shares=1_000_000, periods=5, tau=1.0, sigma=0.95, epsilon=0.0625, gamma=2.5e-7, eta=2.5e-6, risk_aversion=0.0
)
"""Almgren and Chriss (2000), section 3.4: a million shares in five days."""

TRAJECTORIES = {
    0.0: (0.0, (200_000, 200_000, 200_000, 200_000, 200_000), 662_500, 1_040_673),
    1e-7: (0.1946, (242_118, 213_318, 192_625, 179_251, 172_689), 670_057, 961_623),
    1e-6: (0.6071, (458_044, 252_101, 141_957, 85_756, 62_142), 911_227, 603_431),
    2e-6: (0.8463, (571_401, 245_666, 106_637, 48_652, 27_643), 1_140_715, 449_368),
}
"""Risk aversion: kappa per day, child orders, expected cost and standard deviation in $, to the printed digit."""


def _almgren_chriss(_: Found) -> list[Row]:
    wrong = []
    for risk_aversion, published in TRAJECTORIES.items():
        case = replace(PAPER, risk_aversion=risk_aversion)
        trades = tuple(round(n) for n in case.trades())
        ours = (round(case.kappa, 4), trades, round(case.expected_cost), round(case.standard_deviation))
        wrong += [] if ours == published else [f"{risk_aversion:g}: {ours}"]
    claim = "kappa, child orders, expected cost and deviation of the paper's case, four risk aversions, every digit"
    effect = f"{len(TRAJECTORIES) - len(wrong)} of {len(TRAJECTORIES)} agree{''.join('; ' + text for text in wrong)}"
    return [Row("algo Almgren-Chriss", claim, effect, not wrong)]


def schedule_figures(result: RunResult) -> Figures:
    """Of the VWAP: slices against the curve, price against the market's."""
    algo = result.algos.iloc[0]
    sizes = result.tables["algo_slices"]["qty"]
    wanted = np.array([5, 1, 1, 3]) * int(algo["ordered_shares"]) / 10
    return {
        "slices off the curve": float(np.abs(sizes - wanted).max()) if len(sizes) == len(wanted) else float("inf"),
        "slippage": float(algo["vwap_slippage_bps"]),
    }


def volume_figures(result: RunResult) -> Figures:
    """Of the TWAP: slices against equal ones; of the POV: shares against a tenth of what had been printed."""
    tables = result.tables
    (twap,) = result.algos[result.algos["router"] == "twap"].to_dict("records")
    sizes = tables["algo_slices"]["qty"][tables["algo_slices"]["algo_id"] == int(twap["algo_id"])]
    (pov,) = result.algos[result.algos["router"] == "pov"].to_dict("records")
    off, intervals = _off_the_rate(result, int(pov["algo_id"]))
    return {
        "slices off even": float(np.abs(sizes - 12_345 / 7).max()),
        "slices": float(len(sizes)),
        "ordered": float(sizes.sum()),
        "off the rate": off,
        "intervals": float(intervals),
        "participation": float(pov["participation"]),
    }


def _off_the_rate(result: RunResult, algo_id: int) -> tuple[float, int]:
    """(largest distance in shares from a tenth of the volume printed an interval before, intervals)."""
    from analysis.algos import filled_by, schedule

    by, _ = schedule(result.tables, algo_id)
    trades, second = result.tables["trades"], 1_000_000_000
    off = 0.0
    for at in by.tolist():
        heard = at - second - FEED
        printed = int(trades["qty"][(trades["at"] > second - FEED) & (trades["at"] <= heard)].sum())
        own_then, own = filled_by(result.tables, algo_id, np.array([heard, at])).tolist()
        off = max(off, abs(own - (printed - own_then) / 9))
    return off, len(by)


def _twap(found: Found) -> list[Row]:
    off, ordered = max(found.each("volume", "slices off even")), found.each("volume", "ordered")
    claim = "7 slices of 12,345 shares are equal to a lot of 100 and add up to the order"
    passed = off < LOT and set(ordered) == {12_345.0} and set(found.each("volume", "slices")) == {7.0}
    effect = f"largest distance {off:.1f} shares, {ordered[0]:,.0f} in all, {len(ordered)} seeds"
    return [Row("algo TWAP", claim, effect, passed)]


def _vwap(found: Found) -> list[Row]:
    off, slippage = max(found.each("schedules", "slices off the curve")), found.each("schedules", "slippage")
    claim = "slices follow the curve; with the exact curve and no impact the slippage against the market's VWAP is 0"
    worst = max(abs(bps) for bps in slippage)
    return [
        Row("algo VWAP", claim, f"slices off by {off:.0f} shares, slippage {worst:.1e} bp", off == 0 and worst < 1e-9)
    ]


def _pov(found: Found) -> list[Row]:
    off, intervals = max(found.each("volume", "off the rate")), found.total("volume", "intervals")
    claim = "in every interval own shares are a tenth of all printed one interval before, to a lot of 100"
    shares = found.mean("volume", "participation")
    effect = f"off by at most {off:.1f} shares in {intervals:.0f} intervals; whole orders: {shares.mean:.2%} of volume"
    return [Row("algo POV", claim, effect, off <= LOT and intervals > 0)]


SCHEDULES = Market("schedules", "validation/algo_schedules", measure=schedule_figures, runs=1)
VOLUME = Market("volume", "validation/algo_volume", measure=volume_figures, runs=3)

PROOFS = (
    Proof("algo Almgren-Chriss", (), _almgren_chriss),
    Proof("algo TWAP", (VOLUME,), _twap),
    Proof("algo VWAP", (SCHEDULES,), _vwap),
    Proof("algo POV", (VOLUME,), _pov),
)
