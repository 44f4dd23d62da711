"""The proofs: what `sorsim validate` recomputes. A row states a claim, an effect with its 95 % interval, and a verdict.

Statistical rows run the shipped scenario on seeds fixed beforehand (1 to 30) with nothing changed but the keys that the
row names; effects are paired by seed. A row that needs what is not there (market data of one's own) says so and is
skipped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scenarios.load import load
from scenarios.model import LitVenue
from scenarios.quantities import parse_duration, parse_price

if TYPE_CHECKING:
    from analysis.statistics import Interval

SCENARIO = "us_equities"
SEEDS = tuple(range(1, 31))
LEADER = "NASDAQ"
"""Where the first print of a sweep is: the client's shortest way."""

FADING = ("BATS", "EDGX", "ARCA")
CONTROL = "NYSE"
SNIPERS_AT = {"BATS": 4, "NASDAQ": 3, "EDGX": 2, "ARCA": 2, "NYSE": 2, "IEX": 1}

Figures = dict[str, float]
Progress = Callable[[int, int], object]

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


@dataclass(frozen=True)
class Row:
    """One claim and what became of it. ``passed`` None: skipped."""

    name: str
    claim: str
    effect: str
    passed: bool | None

    @property
    def verdict(self) -> str:
        """pass, FAIL or skipped."""
        return "skipped" if self.passed is None else "pass" if self.passed else "FAIL"

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"name": self.name, "claim": self.claim, "effect": self.effect, "verdict": self.verdict}


def validate(
    seeds: Iterable[int] = SEEDS,
    only: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """Recompute every row, or those whose name begins with one of ``only``.

    Args:
        seeds: of the statistical rows; with fewer than 30 the intervals are wider and rows may fail for that alone.
        jobs: processes; as many as there are cores, unless given.
        progress: (markets run, markets in all).

    Raises:
        ValueError: no row has such a name.
    """
    wanted = [proof for proof in PROOFS if not only or any(proof.name.startswith(name) for name in only)]
    if not wanted:
        raise ValueError(f"no row begins with {', '.join(only)}; rows: {', '.join(proof.name for proof in PROOFS)}")
    names = list(dict.fromkeys(name for proof in wanted for name in proof.variants))
    found = _measure_all(names, tuple(seeds), jobs, progress)
    return [row for proof in wanted for row in proof.judge(found)]


# -- measuring --------------------------------------------------------------------------------------


def measure(variant: str, seed: int) -> Figures:
    """Run one market and take every figure that some row needs."""
    from analysis.attribution import attribute
    from analysis.races import dark_resting_markout, dark_savings, first_sweeps, maker_losses, quote_races
    from scenarios.run import run

    scenario = load(SCENARIO, set=VARIANTS[variant])
    result = run(scenario, seed=seed)
    tables = result.tables
    figures: Figures = {"loop_seconds": result.loop_seconds}
    lit = [venue for venue in scenario.venues if isinstance(venue, LitVenue)]
    lost = maker_losses(tables, {venue.name: UNHEARD + venue.speed_bump.delay for venue in lit})
    figures["maker_loss"] = lost.dollars
    figures["maker_loss_trades"] = lost.trades
    if variant == "equal race":
        for venue, races in quote_races(tables, parse_price("0.01"), RACE_WINDOW).items():
            figures[f"races {venue}"], figures[f"won {venue}"] = races.runs, races.won
        return figures
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


class Found:
    """Figures by variant and seed."""

    def __init__(self, figures: Mapping[tuple[str, int], Figures], seeds: Sequence[int]) -> None:
        self._figures = figures
        self.seeds = seeds

    def each(self, variant: str, of: Callable[[Figures], float] | str) -> list[float]:
        """A figure of every seed."""
        take = (lambda figures: figures.get(of, 0.0)) if isinstance(of, str) else of
        return [take(self._figures[variant, seed]) for seed in self.seeds]

    def total(self, variant: str, name: str) -> float:
        """A figure summed over seeds."""
        return math.fsum(self.each(variant, name))

    def mean(self, variant: str, of: Callable[[Figures], float] | str) -> Interval:
        """Mean over seeds with its interval."""
        from analysis.statistics import mean_interval

        return mean_interval(self.each(variant, of))

    def difference(self, variant: str, less: str, of: Callable[[Figures], float] | str) -> Interval:
        """Mean of the paired differences with its interval."""
        from analysis.statistics import mean_interval

        return mean_interval([a - b for a, b in zip(self.each(variant, of), self.each(less, of), strict=True)])

    def causes(self, variant: str) -> dict[str, float]:
        """Missed shares by cause, all seeds together, largest first."""
        names = {n for seed in self.seeds for n in self._figures[variant, seed] if n.startswith("missed: ")}
        sums = {name.removeprefix("missed: "): self.total(variant, name) for name in names}
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _measure_all(names: Sequence[str], seeds: tuple[int, ...], jobs: int | None, progress: Progress | None) -> Found:
    from joblib import Parallel, cpu_count, delayed

    tasks = [(name, seed) for name in names for seed in seeds]
    figures: dict[tuple[str, int], Figures] = {}
    parallel = Parallel(n_jobs=min(jobs or cpu_count(), max(1, len(tasks))), return_as="generator_unordered")
    for task, its in parallel(delayed(_measured)(*task) for task in tasks):
        figures[task] = its
        if progress is not None:
            progress(len(figures), len(tasks))
    return Found(figures, seeds)


def _measured(variant: str, seed: int) -> tuple[tuple[str, int], Figures]:
    return (variant, seed), measure(variant, seed)


# -- the rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """A row and the markets that it looks at."""

    name: str
    variants: tuple[str, ...]
    judge: Callable[[Found], list[Row]]


def _alone(found: Found) -> list[Row]:
    aimed, missed = found.total("sweep alone", "aimed"), found.total("sweep alone", "missed")
    own = found.causes("sweep alone").get("same router", 0.0)
    effect = f"{aimed - missed:,.0f} of {aimed:,.0f} displayed shares filled; {missed - own:,.0f} missed to others"
    if own:
        effect += f", {own:,.0f} to the client's own other orders"
    claim = "client and resting orders alone: a parallel IOC sweep of displayed size fills all of it"
    return [Row("1a sweep alone", claim, effect, aimed > 0 and missed == own)]


def _attributed(found: Found) -> list[Row]:
    name = "sweep without snipers"
    aimed, missed, told = (found.total(name, key) for key in ("aimed", "missed", "attributed"))
    causes = found.causes(name)
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
        rows.append(Row(f"1c fade {venue}", claim, f"fill ratio {_text(change, 100, 'points')}", passed))
    return rows


def _quick(found: Found) -> list[Row]:
    rows = []
    for venue in ("EDGX", "ARCA"):
        change = found.difference("sweep, 10us", "sweep", _ratio(venue))
        claim = f"a 10 us reaction: the leg to {venue}, a tie at 29 us, fades further"
        rows.append(Row(f"1d 10us {venue}", claim, f"fill ratio {_text(change, 100, 'points')}", change.high < 0))
    control = found.difference("sweep, 10us", "sweep without snipers", _ratio(CONTROL))
    claim = f"a 10 us reaction: the leg to {CONTROL} still does not fade (under 2 points)"
    passed = abs(control.mean) < 0.02 and control.low > -0.02
    return [*rows, Row(f"1d 10us {CONTROL}", claim, f"fill ratio {_text(control, 100, 'points')}", passed)]


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
            f"{_text(fill, 100, 'points')}; of parents {_text(rate, 100, 'points')}",
            fill.high < 0,
        ),
        Row(
            "2 SIP slippage",
            "the SOR on the SIP against direct feeds: worse slippage against arrival NBBO",
            _text(slippage, 1, "bps"),
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
    shares = found.total("dark_first", "dark_shares") / len(found.seeds)
    claim = "dark_first saves about half the spread on the shares that it fills dark (0.45 to 0.55 of it)"
    effect = f"{_text(part, 1, 'of the spread')}; {shares:,.0f} shares a run"
    return [Row("3 dark saving", claim, effect, part.low >= 0.45 and part.high <= 0.55)]


def _stale(found: Found) -> list[Row]:
    stale = found.mean("stale pools", "dark_resting_markout")
    change = found.difference("stale pools", "dark_first", "dark_resting_markout")
    claim = "a reference 50 ms old: the pools' resting orders are picked off, adverse markouts (100 ms, $/share)"
    effect = f"{_text(stale, 100, 'cents')}, {_text(change, 100, 'cents')} against a fresh one"
    return [Row("3 stale reference", claim, effect, stale.high < 0 and change.high < 0)]


def _losses(found: Found) -> list[Row]:
    rows = []
    none = found.each("news 1us", "maker_loss")
    claim = "a maker whose path is shorter than every sniper's on every draw loses nothing to them"
    rows.append(Row("4 no loss", claim, f"${math.fsum(none):,.2f} in {len(none)} runs", not any(none)))
    for before, after in pairwise(MAKER_NEWS):
        change = found.difference(f"news {after}", f"news {before}", "maker_loss")
        claim = f"makers' losses to snipers grow with their news delay, {before} to {after}"
        rows.append(Row(f"4 loss {after}", claim, f"$ a run {_text(change, 1, '$')}", change.low > 0))
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


def _text(interval: Interval, scale: float, unit: str) -> str:
    mean, low, high = (scale * x for x in (interval.mean, interval.low, interval.high))
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}] {unit}"


def _same(_: Found) -> list[Row]:
    from scenarios.determinism import digests

    found = digests(SCENARIO, ("duration=4s", "agents.client.orders.count=20"))
    claim = "same scenario and seed, same digest: twice in a process, with other hash seeds, with an idle agent"
    effect = f"{len(found)} runs, {len(set(found.values()))} digest: {next(iter(found.values()))[:16]}"
    return [Row("5 determinism", claim, effect, len(set(found.values())) == 1)]


def _recorded(_: Found) -> list[Row]:
    from scenarios.recorded_days import data_folder, lobster_hour, order_entry_day

    claims = (
        ("6 order entries", "a recorded session of order entries (BME) makes exactly 996 trades and 54,378 shares"),
        (
            "6 LOBSTER hour",
            "an hour of LOBSTER messages (AAPL) gives at least 99.8 % of the published best-quote states",
        ),
    )
    data = data_folder()
    if data is None:
        return [Row(name, claim, "market data folder not found; set SORSIM_DATA", None) for name, claim in claims]
    trades, shares, unfit = order_entry_day(data)
    agree, published = lobster_hour(data)
    effects = (
        (
            f"{trades:,} trades, {shares:,} shares, {unfit} rows that did not fit",
            (trades, shares, unfit) == (996, 54_378, 0),
        ),
        (f"{agree:,} of {published:,} states = {agree / published:.4%}", agree >= 0.998 * published),
    )
    return [Row(name, claim, *effect) for (name, claim), effect in zip(claims, effects, strict=True)]


PROOFS: tuple[Proof, ...] = (
    Proof("1a sweep alone", ("sweep alone",), _alone),
    Proof("1b no snipers", ("sweep without snipers",), _attributed),
    Proof("1c fade", ("sweep", "sweep without snipers"), _fades),
    Proof("1d 10us", ("sweep", "sweep, 10us", "sweep without snipers"), _quick),
    Proof(
        "1e permuted",
        ("sweep", "sweep without snipers", "sweep, permuted", "sweep without snipers, permuted"),
        _permuted,
    ),
    Proof("2 SIP", ("shipped", "sip"), _sip),
    Proof("3 dark saving", ("dark_first",), _dark),
    Proof("3 stale reference", ("dark_first", "stale pools"), _stale),
    Proof("4 loss", tuple(f"news {delay}" for delay in MAKER_NEWS), _losses),
    Proof("4 race", ("equal race",), _race),
    Proof("5 determinism", (), _same),
    Proof("6 recorded days", (), _recorded),
)
