"""Rows "lead-lag": the price of the exchange that hears news later follows by that, and how far real ones follow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from scenarios.quantities import parse_duration
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from scenarios.run import RunResult

SCENARIO: Final = "validation/lead_lag"
RUNS: Final = 5
HEARD_BY_A: Final = 1
"""ms."""

MS: Final = parse_duration("1ms")
DELAYS: Final = (0, 30, 40, 120)
"""By how much later B hears, ms: the two of the Binance data, none, and one beyond them."""

BREAKDOWN: Final = 40
SHORT, LONG = 20, 2000
"""Intervals well below and well above that delay, ms."""


def measure(result: RunResult) -> Figures:
    """Lags at the peaks, ms, with and without a grid, and correlations over the same interval by its length."""
    from analysis.lead_lag import GRID, by_interval, hayashi_yoshida, mids_of, on_grid

    mids = [mids_of(result.tables, venue) for venue in ("A", "B")]
    start = result.scenario.warm_up
    sampled = on_grid(mids[0], mids[1], GRID, [step * GRID for step in range(-20, 21)], start)
    free = hayashi_yoshida(mids[0], mids[1], [lag * MS for lag in range(-200, 201)], start)
    figures = {
        "peak": sampled.peak / MS,
        "peak error": sampled.peak_error / MS,
        "at peak": sampled.largest,
        "free peak": free.peak / MS,
        "free peak error": free.peak_error / MS,
    }
    for step, (correlation, _) in by_interval(mids[0], mids[1], [SHORT * MS, LONG * MS], start).items():
        figures[f"over {step // MS}"] = correlation
    return figures


def _market(delay: int) -> Market:
    return Market(f"lead-lag {delay} ms", SCENARIO, (f"agents.makers_b.news={HEARD_BY_A + delay}ms",), measure, RUNS)


def _peaks(delay: int) -> Proof:
    market = _market(delay)

    def judge(found: Found) -> list[Row]:
        rows = []
        for kind, name, grid in (("", "10 ms grid", 0), ("free ", "Hayashi-Yoshida, lags of 1 ms", 1)):
            peaks = found.each(market.name, f"{kind}peak")
            error = max(found.each(market.name, f"{kind}peak error"))
            claim = f"B hears the news {delay} ms after A: cross-correlation of mids peaks at {delay} ms ({name})"
            told = ", ".join(f"{peak:g}" for peak in peaks)
            effect = f"{told} ms on {len(peaks)} seeds, s.e. at most {error:.1f} ms"
            passed = bool(peaks) and all(abs(peak - delay) <= grid for peak in peaks)
            rows.append(Row(f"{market.name} {'grid' if not kind else 'without a grid'}", claim, effect, passed))
        return rows

    return Proof(market.name, (market,), judge)


def _breakdown() -> Proof:
    market = _market(BREAKDOWN)

    def judge(found: Found) -> list[Row]:
        short, long = (found.each(market.name, f"over {step}") for step in (SHORT, LONG))
        claim = f"changes at once: correlation near 0 (under .1) over {SHORT} ms, near 1 (above .95) over {LONG} ms"
        effect = (
            f"{_range(short)} and {_range(long)} on {len(short)} seeds; a random walk: 0 and {1 - BREAKDOWN / LONG}"
        )
        return [Row("lead-lag breakdown", claim, effect, max(map(abs, short)) < 0.1 and min(long) > 0.95)]

    return Proof("lead-lag breakdown", (market,), judge)


def _range(each: list[float]) -> str:
    return f"{min(each):.3f} to {max(each):.3f}"


PUBLISHED: Final = (("spot", "coinm", 30), ("usdm", "coinm", 40))
"""(leader, follower, ms) of the Binance data, on a grid from when all three books are known."""


def _bitcoin(_: Found) -> list[Row]:
    from analysis.lead_lag import GRID, on_grid
    from scenarios.recorded_days import bitcoin_mids, data_folder

    data = data_folder()
    mids = {} if data is None else bitcoin_mids(data)
    start = max((int(its.at[0]) for its in mids.values()), default=0)
    rows = []
    for leader, follower, lag in PUBLISHED:
        name = f"lead-lag Binance {leader}"
        claim = f"Binance BTC, 8 August 2024: {follower} follows {leader} by {lag} ms (10 ms grid)"
        if not mids:
            rows.append(Row(name, claim, "market data folder not found; set SORSIM_DATA", None))
            continue
        found = on_grid(mids[leader], mids[follower], GRID, [step * GRID for step in range(-20, 21)], start)
        peak, error = found.peak / MS, found.peak_error / MS
        effect = f"{peak:g} ms, s.e. {error:.0f} ms; correlation there {found.largest:.3f}"
        rows.append(Row(name, claim, effect, peak == lag and math.isfinite(error)))
    return rows


PROOFS: tuple[Proof, ...] = (
    *(_peaks(delay) for delay in DELAYS),
    _breakdown(),
    Proof("lead-lag Binance", (), _bitcoin),
)
