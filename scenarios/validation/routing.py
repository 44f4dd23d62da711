"""Rows "SOR ...": what a routing style is worth in the flagship scenario, on the same draws, paired by seed.

Legs that are sent at once arrive one after the other, and who prints first warns the rest; legs that are delayed arrive
together, on quotes that are older. Both are sums of the same races, so which of them wins is a result.

With one sweep a parent, the parents' fill rate is what the sweeps got. With retries, what a sweep missed is bought
later, as far as the limit allows; the fill rate of the shares that children aimed at stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from analysis.statistics import Interval
    from scenarios.run import RunResult

TOLD: Final = ("fill_rate", "fill_ratio", "all_in_bps", "hft_share")
STYLES: Final = ("parallel", "synchronised")
TRIES: Final = {"one sweep": "max_rounds: 1, ", "retries": ""}


def measure(result: RunResult) -> Figures:
    """The client's fill rates, all-in cost and what snipers took of what it aimed at."""
    client = result.summary.iloc[0]
    return {name: float(client[name]) for name in TOLD}


def market(style: str, tries: str) -> Market:
    """`us_equities` with a textbook router that sends in this style."""
    settings = (f"agents.client.strategy={{kind: price_time, {TRIES[tries]}order: {style}}}",)
    return Market(f"SOR {style}, {tries}", "us_equities", settings, measure)


MARKETS: Final = {(style, tries): market(style, tries) for tries in TRIES for style in STYLES}


def _judge(found: Found) -> list[Row]:
    once = {name: _less(found, "one sweep", name) for name in TOLD}
    again = {name: _less(found, "retries", name) for name in TOLD}
    claim = "us_equities, one sweep a parent: synchronised fills more of what is ordered than parallel"
    effect = (
        f"fill rate {text_of(once['fill_rate'], 100, 'points')}; shares taken by snipers "
        f"{text_of(once['hft_share'], 100, 'points')}; all-in {text_of(once['all_in_bps'], 1, 'bps')}"
    )
    aimed = "the same with retries for 50 ms: synchronised fills more of the displayed shares that it aims at"
    beside = (
        f"of shares aimed at {text_of(again['fill_ratio'], 100, 'points')}; of parents, after all retries, "
        f"{text_of(again['fill_rate'], 100, 'points')}; all-in {text_of(again['all_in_bps'], 1, 'bps')}"
    )
    return [
        Row("SOR synchronised", claim, effect, once["fill_rate"].low > 0),
        Row("SOR synchronised, retries", aimed, beside, again["fill_ratio"].low > 0),
    ]


def _less(found: Found, tries: str, name: str) -> Interval:
    """Synchronised less parallel."""
    parallel, synchronised = (MARKETS[style, tries].name for style in STYLES)
    return found.difference(synchronised, parallel, name)


PROOFS = (Proof("SOR synchronised", tuple(MARKETS.values()), _judge),)
