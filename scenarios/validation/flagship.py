"""Rows 1 to 5: what makes the flagship's market a market of races.

They run the shipped scenario with nothing changed but the keys that `VARIANTS` names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from scenarios.model import LitVenue
from scenarios.quantities import parse_duration, parse_price
from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from scenarios.run import RunResult

SCENARIO = "us_equities"
LEADER = "NASDAQ"
"""Where the first print of a sweep is: the client's shortest way."""

FADING = ("BATS", "EDGX", "ARCA")
CONTROL = "NYSE"
SNIPERS_AT = {"BATS": 4, "NASDAQ": 3, "EDGX": 2, "ARCA": 2, "NYSE": 2, "IEX": 1}

SWEEP = ("agents.client.strategy={kind: price_time, reach: 0}",)
NO_SNIPERS = ("agents.snipers.enabled=false",)
ALONE = (*NO_SNIPERS, "agents.makers.enabled=false", "agents.background.enabled=false")
QUICK = ("agents.snipers.reaction.mean=10us",)
PERMUTED = ("agents.snipers.links.NASDAQ={BATS: 60us, EDGX: 60us, ARCA: 20us, NYSE: 20us, IEX: 20us}",)
STALE_POOLS = tuple(f"venues.{pool}.reference.latency=50ms" for pool in ("SIGMA_DARK", "CROSSFINDER"))
MAKER_NEWS = ("1us", "300us", "1ms", "5ms")
EQUAL_RACE = (
    "agents.background.enabled=false",
    "agents.client.enabled=false",
    "agents.makers.count=1",
    "agents.makers.levels=1",
    "agents.makers.size=300",
    "agents.makers.round_trip=2us",
    "agents.makers.news={kind: normal, mean: 200us, sd: 20us}",
    "agents.makers.reaction={kind: normal, mean: 29us, sd: 2us}",
    "agents.snipers.news={kind: normal, mean: 200us, sd: 20us}",
)
RACE_WINDOW = parse_duration("2ms")
MARKOUT = parse_duration("100ms")
UNHEARD = parse_duration("120us")
"""Shorter than every sniper's way from the news to an order on every draw, longer than a 1 us maker's."""

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "shipped": (),
    "sip": ("agents.client.feed=sip",),
    "dark_first": ("agents.client.strategy=dark_first",),
    "stale pools": ("agents.client.strategy=dark_first", *STALE_POOLS),
    "sweep alone": (*SWEEP, *ALONE),
    "sweep without snipers": (*SWEEP, *NO_SNIPERS),
    "sweep": SWEEP,
    "sweep, 10us": (*SWEEP, *QUICK),
    "sweep without snipers, permuted": (*SWEEP, *PERMUTED, *NO_SNIPERS),
    "sweep, permuted": (*SWEEP, *PERMUTED),
    **{f"news {delay}": (f"agents.makers.news={delay}",) for delay in MAKER_NEWS},
    "equal race": EQUAL_RACE,
}
"""The markets that the statistical rows look at, by name."""


# -- measuring --------------------------------------------------------------------------------------


def measure(result: RunResult) -> Figures:
    """Every figure that some row needs."""
    from analysis.attribution import attribute
    from analysis.races import dark_resting_markout, dark_savings, first_sweeps, maker_losses

    tables = result.tables
    figures: Figures = {"loop_seconds": result.loop_seconds}
    lit = [venue for venue in result.scenario.venues if isinstance(venue, LitVenue)]
    lost = maker_losses(tables, {venue.name: UNHEARD + venue.speed_bump.delay for venue in lit})
    figures["maker_loss"] = lost.dollars
    figures["maker_loss_trades"] = lost.trades
    summary = result.summary.iloc[0]
    for name in ("fill_rate", "slippage_bps", "all_in_bps", "fill_ratio", "hft_share", "dark_share"):
        figures[name] = float(summary[name])
    figures["dark_resting_markout"] = dark_resting_markout(tables, MARKOUT)
    saved = dark_savings(tables)
    figures["dark_shares"], figures["dark_saved"], figures["dark_spread"] = saved.shares, saved.saved, saved.spread
    found = attribute(tables)
    figures["aimed"] = sum(target.target for target in found.targets)
    figures["missed"] = sum(target.missed for target in found.targets)
    figures["attributed"] = sum(charge.shares for charge in found.charges)
    for charge in found.charges:
        figures[f"missed: {charge.cause}"] = figures.get(f"missed: {charge.cause}", 0) + charge.shares
    for name, sweep in first_sweeps(tables, LEADER).items():
        figures[f"aimed {name}"] = sweep.aimed
        figures[f"lost {name}"] = sweep.missed
        figures[f"sniped {name}"] = sweep.missed_to_snipers
    return figures


def measure_races(result: RunResult) -> Figures:
    """Races between a maker and its snipers, by venue: how many, and how many the maker won."""
    from analysis.races import quote_races

    figures: Figures = {}
    for venue, races in quote_races(result.tables, parse_price("0.01"), RACE_WINDOW).items():
        figures[f"races {venue}"], figures[f"won {venue}"] = races.runs, races.won
    return figures


# -- the rows ---------------------------------------------------------------------------------------


def _causes(found: Found, market: str) -> dict[str, float]:
    """Missed shares by cause, all seeds together, largest first."""
    names = [name for name in found.names(market) if name.startswith("missed: ")]
    sums = {name.removeprefix("missed: "): found.total(market, name) for name in names}
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _alone(found: Found) -> list[Row]:
    aimed, missed = found.total("sweep alone", "aimed"), found.total("sweep alone", "missed")
    own = _causes(found, "sweep alone").get("same router", 0.0)
    effect = f"{aimed - missed:,.0f} of {aimed:,.0f} displayed shares filled; {missed - own:,.0f} missed to others"
    if own:
        effect += f", {own:,.0f} to the client's own other orders"
    claim = "client and resting orders alone: a parallel IOC sweep of displayed size fills all of it"
    return [Row("1a sweep alone", claim, effect, aimed > 0 and missed == own)]


def _attributed(found: Found) -> list[Row]:
    name = "sweep without snipers"
    aimed, missed, told = (found.total(name, key) for key in ("aimed", "missed", "attributed"))
    causes = _causes(found, name)
    others = {cause: shares for cause, shares in causes.items() if cause.split()[0] not in _NOT_SNIPERS}
    share = missed / aimed if aimed else math.nan
    effect = f"{missed:,.0f} of {aimed:,.0f} missed ({share:.2%}): {_causes_text(causes)}"
    claim = "with background flow and makers: what is missed is attributed to them, exactly"
    passed = 0 < missed == told and not others
    return [Row("1b no snipers", claim, effect, passed)]


_NOT_SNIPERS = ("background_flow", "market_maker", "same", "own", "resting_orders", "dark_liquidity")


def _causes_text(causes: Mapping[str, float]) -> str:
    return ", ".join(f"{cause} {shares:,.0f}" for cause, shares in causes.items())


def _ratio(venue: str) -> Callable[[Figures], float]:
    """Fill ratio of the first sweeps at a venue; not a number where nothing was aimed at."""
    return lambda its: 1 - its[f"lost {venue}"] / its[f"aimed {venue}"] if its[f"aimed {venue}"] else math.nan


def _fades(found: Found) -> list[Row]:
    rows = []
    for venue in (*FADING, CONTROL):
        change = found.difference("sweep", "sweep without snipers", _ratio(venue))
        control = venue == CONTROL
        claim = f"snipers and a sweep that prints first at {LEADER}: the leg to {venue} " + (
            "does not fade (negative control: under 2 points)" if control else "fades"
        )
        passed = abs(change.mean) < 0.02 and change.low > -0.02 if control else change.high < 0
        rows.append(Row(f"1c fade {venue}", claim, f"fill ratio {text_of(change, 100, 'points')}", passed))
    return rows


def _quick(found: Found) -> list[Row]:
    rows = []
    for venue in ("EDGX", "ARCA"):
        change = found.difference("sweep, 10us", "sweep", _ratio(venue))
        claim = f"a 10 us reaction: the leg to {venue}, a tie at 29 us, fades further"
        rows.append(Row(f"1d 10us {venue}", claim, f"fill ratio {text_of(change, 100, 'points')}", change.high < 0))
    control = found.difference("sweep, 10us", "sweep without snipers", _ratio(CONTROL))
    claim = f"a 10 us reaction: the leg to {CONTROL} still does not fade (under 2 points)"
    passed = abs(control.mean) < 0.02 and control.low > -0.02
    return [*rows, Row(f"1d 10us {CONTROL}", claim, f"fill ratio {text_of(control, 100, 'points')}", passed)]


def _permuted(found: Found) -> list[Row]:
    """The order of toxicity follows the arithmetic's order before and after the links were exchanged."""
    rows = []
    for name, less, reached in (
        ("sweep", "sweep without snipers", ("BATS", "EDGX", "ARCA")),
        ("sweep, permuted", "sweep without snipers, permuted", ("ARCA", "IEX")),
    ):
        falls = {v: -found.difference(name, less, _ratio(v)).mean for v in ("BATS", "EDGX", "ARCA", "NYSE", "IEX")}
        order = sorted(falls, key=lambda venue: -falls[venue])
        effect = " > ".join(f"{venue} {falls[venue] * 100:.1f}" for venue in order) + " points of fill ratio lost"
        claim = f"{'links of 20 us' if name == 'sweep' else 'permuted links of 20 us'} to {', '.join(reached)}: " + (
            "the venues within reach are the toxic ones"
        )
        rows.append(Row(f"1e {name}", claim, effect, set(order[: len(reached)]) == set(reached)))
    return rows


def _sip(found: Found) -> list[Row]:
    fill = found.difference("sip", "shipped", "fill_ratio")
    rate = found.difference("sip", "shipped", "fill_rate")
    slippage = found.difference("sip", "shipped", "slippage_bps")
    return [
        Row(
            "2 SIP fill rate",
            "the SOR on the SIP against direct feeds: lower fill rate of displayed shares",
            f"{text_of(fill, 100, 'points')}; of parents {text_of(rate, 100, 'points')}",
            fill.high < 0,
        ),
        Row(
            "2 SIP slippage",
            "the SOR on the SIP against direct feeds: worse slippage against arrival NBBO",
            text_of(slippage, 1, "bps"),
            slippage.low > 0,
        ),
    ]


def _dark_saving(its: Figures) -> float:
    """Of the spread; not a number without dark fills."""
    return its["dark_saved"] / its["dark_spread"] if its["dark_spread"] else math.nan


def _dark(found: Found) -> list[Row]:
    part = found.mean(
        "dark_first", lambda its: its["dark_saved"] / its["dark_spread"] if its["dark_spread"] else math.nan
    )
    shares = found.total("dark_first", "dark_shares") / len(found.seeds("dark_first"))
    claim = "dark_first saves about half the spread on the shares that it fills dark (0.45 to 0.55 of it)"
    effect = f"{text_of(part, 1, 'of the spread')}; {shares:,.0f} shares a run"
    return [Row("3 dark saving", claim, effect, part.low >= 0.45 and part.high <= 0.55)]


def _stale(found: Found) -> list[Row]:
    stale = found.mean("stale pools", "dark_resting_markout")
    change = found.difference("stale pools", "dark_first", "dark_resting_markout")
    claim = "a reference 50 ms old: the pools' resting orders are picked off, adverse markouts (100 ms, $/share)"
    effect = f"{text_of(stale, 100, 'cents')}, {text_of(change, 100, 'cents')} against a fresh one"
    return [Row("3 stale reference", claim, effect, stale.high < 0 and change.high < 0)]


def _losses(found: Found) -> list[Row]:
    rows = []
    none = found.each("news 1us", "maker_loss")
    claim = "a maker whose path is shorter than every sniper's on every draw loses nothing to them"
    rows.append(Row("4 no loss", claim, f"${math.fsum(none):,.2f} in {len(none)} runs", not any(none)))
    for before, after in pairwise(MAKER_NEWS):
        change = found.difference(f"news {after}", f"news {before}", "maker_loss")
        claim = f"makers' losses to snipers grow with their news delay, {before} to {after}"
        rows.append(Row(f"4 loss {after}", claim, f"$ a run {text_of(change, 1, '$')}", change.low > 0))
    return rows


def _race(found: Found) -> list[Row]:
    rows = []
    by_count: dict[int, list[str]] = {}
    for venue, snipers in SNIPERS_AT.items():
        by_count.setdefault(snipers, []).append(venue)
    for snipers, venues in sorted(by_count.items()):
        runs = sum(found.total("equal race", f"races {venue}") for venue in venues)
        won = sum(found.total("equal race", f"won {venue}") for venue in venues)
        expected = 1 / (snipers + 1)
        share = won / runs if runs else math.nan
        error = math.sqrt(expected * (1 - expected) / runs) if runs else math.nan
        part = f"1/{snipers + 1} = {expected:.4f}"
        claim = f"{snipers} equal snipers, iid jitter: the maker wins {part} of the races (4 s.e.)"
        effect = f"{won:,.0f} of {runs:,.0f} = {share:.4f} +- {error:.4f} ({', '.join(venues)})"
        rows.append(Row(f"4 race {snipers}", claim, effect, runs >= 100 and abs(share - expected) <= 4 * error))
    return rows


def _same(_: Found) -> list[Row]:
    from scenarios.determinism import digests

    found = digests(SCENARIO, ("duration=4s", "agents.client.orders.count=20"))
    claim = "same scenario and seed, same digest: twice in a process, with other hash seeds, with an idle agent"
    effect = f"{len(found)} runs, {len(set(found.values()))} digest: {next(iter(found.values()))[:16]}"
    return [Row("5 determinism", claim, effect, len(set(found.values())) == 1)]


def _proof(name: str, markets: Sequence[str], judge: Callable[[Found], list[Row]]) -> Proof:
    return Proof(name, tuple(MARKETS[market] for market in markets), judge)


MARKETS = {
    name: Market(name, SCENARIO, changes, measure_races if name == "equal race" else measure)
    for name, changes in VARIANTS.items()
}

PROOFS: tuple[Proof, ...] = (
    _proof("1a sweep alone", ("sweep alone",), _alone),
    _proof("1b no snipers", ("sweep without snipers",), _attributed),
    _proof("1c fade", ("sweep", "sweep without snipers"), _fades),
    _proof("1d 10us", ("sweep", "sweep, 10us", "sweep without snipers"), _quick),
    _proof(
        "1e permuted",
        ("sweep", "sweep without snipers", "sweep, permuted", "sweep without snipers, permuted"),
        _permuted,
    ),
    _proof("2 SIP", ("shipped", "sip"), _sip),
    _proof("3 dark saving", ("dark_first",), _dark),
    _proof("3 stale reference", ("dark_first", "stale pools"), _stale),
    _proof("4 loss", tuple(f"news {delay}" for delay in MAKER_NEWS), _losses),
    _proof("4 race", ("equal race",), _race),
    _proof("5 determinism", (), _same),
)
