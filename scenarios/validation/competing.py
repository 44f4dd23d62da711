"""Rows "signs FM": two venues that compete for limit orders (Foucault and Menkveld 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from analysis.tables import RunTables
    from scenarios.run import RunResult

SCENARIO: Final = "validation/competing_venues"
RUNS: Final = 8
INVESTORS: Final = 1920
LOYAL: Final = (0.1, 0.3, 0.5, 0.7)
"""Shares of the investors who look at the incumbent only."""

ONE_VENUE: Final = "signs FM one venue"
MIDDLE: Final = 0.5
"""The share of the scenario as it ships; the single venue has the same investors."""


def measure(result: RunResult) -> Figures:
    """Depth at the best price by venue, shares; and the rate of trade-throughs at the entrant."""
    from analysis.depth import depth_at_best

    depth = depth_at_best(result.tables)
    rate = ignored_share(result.tables, "ENTRANT")
    return {"incumbent": depth["INCUMBENT"], "entrant": depth["ENTRANT"], "through": rate}


def ignored_share(tables: RunTables, venue: str) -> float:
    """Of the shares for which this venue's quote was the better one or that traded there, those that went elsewhere.

    Through its quote: `analysis.trade_throughs`. Snipers' trades count on neither side. NaN: none of both.
    """
    import numpy as np

    from analysis.trade_throughs import trade_throughs

    trades, who = tables["trades"], tables.directory
    snipers = [number for number, kind in who.agent_kinds.items() if kind == "sniper"]
    counted = ~np.isin(trades["taker"], snipers)
    here = trades["venue"] == next(number for number, name in who.venues.items() if name == venue)
    through = np.zeros(len(trades), dtype=bool)
    through[trade_throughs(tables)] = True
    ignored = int(trades["qty"][through & counted & ~here].sum())
    taken = int(trades["qty"][here & counted].sum())
    return ignored / (ignored + taken) if ignored + taken else float("nan")


def _market(loyal: float) -> Market:
    counts = (
        f"agents.loyal.orders.count={round(INVESTORS * loyal)}",
        f"agents.smart.orders.count={round(INVESTORS * (1 - loyal))}",
    )
    return Market(f"signs FM loyal {loyal:g}", SCENARIO, counts, measure, RUNS)


SINGLE: Final = Market(ONE_VENUE, SCENARIO, ("agents.entrants.enabled=false",), measure, RUNS)
SWEEP: Final = tuple(_market(loyal) for loyal in LOYAL)


def _both(its: Figures) -> float:
    return its["incumbent"] + its["entrant"]


def _consolidated(found: Found) -> list[Row]:
    middle = _market(MIDDLE).name
    alone = found.each(ONE_VENUE, "incumbent")
    more = [both - one for both, one in zip(found.each(middle, _both), alone, strict=True)]
    from analysis.statistics import mean_interval

    interval = mean_interval(more)
    claim = "makers supply what pays: the consolidated book is deeper with an entrant than with one venue"
    effect = f"{text_of(interval, 1, 'shares a side')}; one venue {sum(alone) / len(alone):,.0f}"
    return [Row("signs FM consolidated depth", claim, effect, interval.low > 0)]


def _falls(found: Found) -> list[Row]:
    claim = "the entrant's depth falls with the share of takers who look at the incumbent only, at every step"
    return [_steps(found, "entrant", "signs FM entrant depth", claim, -1, 1, "shares a side")]


def _through(found: Found) -> list[Row]:
    claim = "where more shares go past the entrant's better price, less is supplied there: trade-through rate rises"
    return [_steps(found, "through", "signs FM trade-throughs", claim, 1, 100, "%")]


def _steps(found: Found, figure: str, name: str, claim: str, sign: int, scale: float, unit: str) -> Row:
    """A figure that moves one way from each share of loyal takers to the next, paired by seed."""
    steps = [found.difference(after.name, before.name, figure) for before, after in pairwise(SWEEP)]
    means: Sequence[float] = [scale * found.mean(market.name, figure).mean for market in SWEEP]
    at = " > " if sign < 0 else " < "
    weakest = min(steps, key=lambda step: sign * step.mean)
    told = at.join(f"{mean:,.0f}" for mean in means)
    effect = (
        f"{told} {unit} at shares of {', '.join(f'{loyal:g}' for loyal in LOYAL)}; least step {text_of(weakest, scale)}"
    )
    passed = all(step.low > 0 if sign > 0 else step.high < 0 for step in steps)
    return Row(name, claim, effect, passed)


PROOFS: tuple[Proof, ...] = (
    Proof("signs FM consolidated depth", (SINGLE, _market(MIDDLE)), _consolidated),
    Proof("signs FM entrant depth", SWEEP, _falls),
    Proof("signs FM trade-throughs", SWEEP, _through),
)
