"""Rows "race ...": who is first when two or more messages race over links that jitter, against the closed forms.

A maker and K snipers hear the same news; the maker has won when its quote was gone before a sniper's order came. Each
rate within 4 standard errors; what is certain (speed bumps, a lead as wide as the jitter) exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from scenarios.quantities import parse_duration, parse_price
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from scenarios.run import RunResult

NEWS, BUMP, PEG = "validation/race_news", "validation/race_bump", "validation/race_peg"
RUNS: Final = 4
"""Seeds of 100 s each, about 4,000 races a seed."""

STALE: Final = parse_price("0.01")
WINDOW: Final = parse_duration("1ms")
REFERENCE: Final = "venues.IEX.reference.latency"


def measure(result: RunResult) -> Figures:
    """Races for stale quotes at all venues, and those that the maker won."""
    from analysis.races import quote_races

    races = quote_races(result.tables, STALE, WINDOW).values()
    return {"races": float(sum(its.runs for its in races)), "won": float(sum(its.won for its in races))}


# -- closed forms -----------------------------------------------------------------------------------


def first_of_equals(others: int) -> float:
    """P(one is first of itself and so many others whose delays are alike).

    >>> first_of_equals(4)
    0.2
    """
    return 1 / (others + 1)


def first_by_rate(mean: float, others: int, their_mean: float) -> float:
    """P(an exponential delay is the smallest, so many others having another mean): its share of the rates.

    >>> first_by_rate(20, 2, 40)
    0.5
    """
    return (1 / mean) / (1 / mean + others / their_mean)


def first_by_lead_uniform(lead: float, width: float) -> float:
    """P(first) with a lead, both delays uniform over a width; from a lead of that width on it is certain.

    >>> [round(first_by_lead_uniform(lead, 100), 3) for lead in (0, 20, 50, 100, 150)]
    [0.5, 0.68, 0.875, 1.0, 1.0]
    """
    return 1 - max(0.0, 1 - lead / width) ** 2 / 2


def first_by_lead_normal(lead: float, sd: float) -> float:
    """P(first) with a lead, both delays normal with this standard deviation.

    >>> round(first_by_lead_normal(20, 20), 4)
    0.7602
    """
    return math.erfc(-lead / (2 * sd)) / 2


# -- races ------------------------------------------------------------------------------------------


class Race(NamedTuple):
    """A race, the probability that the maker wins it, and what that is."""

    market: Market
    expected: float
    claim: str


def _race(name: str, expected: float, claim: str, maker: str, snipers: str, count: int = 1) -> Race:
    settings = (f"agents.maker.news={maker}", f"agents.snipers.news={snipers}", f"agents.snipers.count={count}")
    return Race(Market(name, NEWS, settings, measure, RUNS), expected, claim)


def _uniform(low: int) -> str:
    return f"{{kind: uniform, low: {low}us, high: {low + 100}us}}"


def _exponential(mean: int) -> str:
    return f"{{kind: exponential, mean: {mean}us, offset: 100us}}"


def _normal(mean: int) -> str:
    return f"{{kind: normal, mean: {mean}us, sd: 20us}}"


RACES: Final = (
    *(
        _race(
            f"race iid {others}",
            first_of_equals(others),
            f"{others + 1} uniform delays alike: the maker wins 1/{others + 1}",
            _uniform(100),
            _uniform(100),
            others,
        )
        for others in (1, 2, 4)
    ),
    *(
        _race(
            f"race exponential {others}",
            first_by_rate(20, others, 40),
            f"exponential delays, mean 20 us against {others} of 40 us: the maker wins its share of the rates",
            _exponential(20),
            _exponential(40),
            others,
        )
        for others in (1, 2)
    ),
    *(
        _race(
            f"race uniform {lead}",
            first_by_lead_uniform(lead, 100),
            f"uniform over w = 100 us, sooner by d = {lead} us: 1 - (1 - d/w)^2 / 2",
            _uniform(100),
            _uniform(100 + lead),
        )
        for lead in (20, 50, 100)
    ),
    *(
        _race(
            f"race normal {lead}",
            first_by_lead_normal(lead, 20),
            f"normal, s = 20 us, sooner by d = {lead} us: Phi(d / (s sqrt 2))",
            _normal(200),
            _normal(200 + lead),
        )
        for lead in (-10, 20)
    ),
)


def _wins(found: Found) -> list[Row]:
    rows = []
    for market, expected, claim in RACES:
        races, won = found.total(market.name, "races"), found.total(market.name, "won")
        share = won / races if races else math.nan
        error = math.sqrt(expected * (1 - expected) / races) if races else math.nan
        effect = f"{won:,.0f} of {races:,.0f} = {share:.4f} +- {error:.4f}"
        passed = races >= 1_000 and abs(share - expected) <= 4 * error
        rows.append(Row(market.name, f"{claim} = {expected:.4f} (4 s.e.)", effect, passed))
    return rows


# -- speed bumps ------------------------------------------------------------------------------------


def measure_pegs(result: RunResult) -> Figures:
    """Orders of the picker's that reached the peg's venue, and those that still found it where it was."""
    tables = result.tables
    by_picker = [number for number, name in tables.directory.agents.items() if name == "picker"]
    sent = sum(int((tables["orders"]["owner"] == number).sum()) for number in by_picker)
    return {"races": float(sent), "won": float(sent - result.trades)}


class Bump(NamedTuple):
    """A race at a venue with a speed bump, and whether what rests there is safe."""

    market: Market
    safe: bool
    claim: str


def _bump(name: str, safe: bool, claim: str, *settings: str) -> Bump:
    scenario, figures = (PEG, measure_pegs) if name.startswith("race peg") else (BUMP, measure)
    return Bump(Market(name, scenario, settings, figures, runs=1), safe, claim)


BUMPS: Final = (
    _bump("race bump safe", True, "repricing after 306 us, the sniper's order after 40 + 350 us in the bump"),
    _bump("race bump 1ns", True, "repricing 1 ns before the sniper's order", "agents.maker.news=383999ns"),
    _bump("race bump tie", False, "both in the same ns, the order longer on its last way", "agents.maker.news=384us"),
    _bump("race bump mirrored", False, "repricing after 406 us, the order after 390 us", "agents.maker.news=400us"),
    _bump("race bump none", False, "repricing after 306 us, no bump", "venues.EX.speed_bump.delay=0s"),
)
"""Makers that the bump does not delay."""

PEGS: Final = (
    _bump("race peg safe", True, "a reference of 250 us, the picker's order after 150 + 350 us in the bump"),
    _bump("race peg tie", True, "a reference as slow as the picker's order", f"{REFERENCE}=500us"),
    _bump("race peg 1ns", False, "a reference 1 ns slower than the picker's order", f"{REFERENCE}=500001ns"),
    _bump("race peg mirrored", False, "a reference of 600 us, the picker's order after 500 us", f"{REFERENCE}=600us"),
    _bump("race peg none", False, "a reference of 250 us, no bump", "venues.IEX.speed_bump=0s"),
)


def _bumps(found: Found, races_at_bumps: Sequence[Bump]) -> list[Row]:
    rows = []
    for market, safe, claim in races_at_bumps:
        races, won = found.total(market.name, "races"), found.total(market.name, "won")
        claim = f"{claim}: what rests is {'never' if safe else 'always'} picked off"
        effect = f"{races - won:,.0f} of {races:,.0f} picked off"
        rows.append(Row(market.name, claim, effect, races >= 100 and won == (races if safe else 0)))
    return rows


PROOFS: tuple[Proof, ...] = (
    Proof("race wins", tuple(race.market for race in RACES), _wins),
    Proof("race bump", tuple(race.market for race in BUMPS), lambda found: _bumps(found, BUMPS)),
    Proof("race peg", tuple(race.market for race in PEGS), lambda found: _bumps(found, PEGS)),
)
