"""Rows "5 dislocation": when the SIP's best is not the direct feeds', how long, and how much trades meanwhile.

Tivnan et al. (2020) found about 22 % of the trades in the Dow 30 during dislocations; 10 to 35 % is the band that a
default market of ours is calibrated to. The figure follows from three parameters and is no proof of anything: how late
the SIP is, how often the best price changes, and whether trades come with the changes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from scenarios.geography import CROSS_CONNECT, FIBRE, MEDIA, SITES, metres, one_way
from scenarios.quantities import format_duration, parse_duration
from scenarios.validation.proof import Figures, Found, Market, Proof, Row, expectations_proof, text_of

if TYPE_CHECKING:
    from scenarios.run import RunResult

ISOLATED: Final = "validation/sip_isolated"
DELAYED: Final = "validation/sip_delay"
PROCESSING: Final = parse_duration("20us")
EQUAL_RUNS: Final = 5
RUNS: Final = 20
"""Few trades fall between two delays: 5 runs do not tell 100us from 300us by the trades."""

EQUAL: Final = parse_duration("100us")
"""From a venue to the SIP, where the two paths are equal."""

LATER: Final = tuple(parse_duration(text) for text in ("0s", "100us", "300us", "1ms", "3ms", "10ms"))
FLAGSHIPS: Final = ("us_equities", "us_equities_nj")
FLAGSHIP_RUNS: Final = 3
BAND: Final = (0.10, 0.35)


def measure(result: RunResult) -> Figures:
    """How long dislocations last and what trades in them, as the client sees both feeds."""
    from analysis.dislocations import dislocations, observers

    observer = observers(result.tables)["client"]
    found = dislocations(result.tables, observer)
    trades = found.trades
    figures = {
        "time": found.share_of_time,
        "trades": trades.share,
        "per second": found.per_second,
        "matching": trades.matching,
        "gain": trades.gain_per_share,
        "later": observer.sip + _to_sip(result) - sum(observer.direct.values()) / len(observer.direct),
        "median": float(sorted(found.duration.tolist())[len(found.duration) // 2]) if len(found.duration) else 0.0,
    }
    for duration in found.duration.tolist():
        figures[f"lasting {duration}"] = figures.get(f"lasting {duration}", 0.0) + 1
    return figures


def _to_sip(result: RunResult) -> float:
    """From the venues to the SIP and through it, mean over venues, ns; its queue is left out."""
    from scenarios.geography_checks import typical
    from scenarios.latency_matrix import latency_matrix

    sip = result.scenario.sip
    assert sip is not None
    heard = [lag.nanos for lag in latency_matrix(result.scenario).heard if lag.who == "SIP"]
    return sum(heard) / len(heard) + typical(sip.processing)


# -- exactly ----------------------------------------------------------------------------------------


def _durations(name: str, claim: str, settings: tuple[str, ...], expected: dict[int, int]) -> Proof:
    """Every dislocation of the scenario with isolated changes lasts what the paths differ by, to the nanosecond."""
    market = Market(f"isolated {name}", ISOLATED, settings, measure, runs=1)

    def judge(found: Found) -> list[Row]:
        figures = found.names(market.name)
        lasting = {int(text.split()[1]): text for text in figures if text.startswith("lasting ")}
        seen = {duration: int(found.total(market.name, text)) for duration, text in sorted(lasting.items())}
        effect = ", ".join(f"{count} of {format_duration(duration)}" for duration, count in seen.items())
        return [Row(f"5 dislocation {name}", claim, effect or "none", seen == expected)]

    return Proof(f"5 dislocation {name}", (market,), judge)


def _fibre(a: str, b: str) -> int:
    """From site to site, ns; inside a site by cross-connect."""
    if a == b:
        return one_way(0, MEDIA[CROSS_CONNECT])
    return one_way(metres(SITES[a], SITES[b]), MEDIA[FIBRE])


def _isolated() -> tuple[Proof, ...]:
    own = ("feeds.sip.latency={NYSE: 500us, NASDAQ: 300us}", "agents.client.feed_latency={NYSE: 150us, NASDAQ: 40us}")
    on_the_map = (
        "venues.NYSE.site=mahwah", "venues.NASDAQ.site=carteret", "feeds.sip={site: mahwah, processing: 20us}",
        "agents.client={kind: router, name: client, site: secaucus, strategy: smart}",
    )  # fmt: skip
    at_the_sip = _fibre("mahwah", "mahwah") + PROCESSING
    far = _fibre("carteret", "mahwah") + PROCESSING + _fibre("mahwah", "secaucus") - _fibre("carteret", "secaucus")
    return (
        _durations("isolated", "each single change lasts what the SIP is later by: 980us", (), {980_000: 16}),
        _durations(
            "by venue",
            "with paths of its own each venue's changes last 980us (NYSE) and 890us (NASDAQ)",
            own,
            {980_000: 8, 890_000: 8},
        ),
        _durations(
            "on the map",
            f"between sites it follows from distances: {format_duration(at_the_sip)} at the exchange beside the SIP "
            f"in Mahwah, {format_duration(far)} at the one in Carteret, seen from Secaucus",
            on_the_map,
            {at_the_sip: 8, far: 8},
        ),
    )


# -- rising -----------------------------------------------------------------------------------------


def _delayed(later: int) -> Market:
    latency = f"feeds.sip.latency={format_duration(EQUAL + later)}"
    return Market(f"SIP later by {format_duration(later)}", DELAYED, (latency,), measure, RUNS)


def _rising() -> Proof:
    markets = tuple(_delayed(later) for later in LATER)

    def judge(found: Found) -> list[Row]:
        rows = []
        for figure, what in (("time", "of the time"), ("trades", "of the trades")):
            shares = [found.mean(market.name, figure).mean for market in markets]
            steps = [found.difference(b.name, a.name, figure) for a, b in pairwise(markets)]
            delays = ", ".join(format_duration(later) for later in LATER)
            effect = ", ".join(f"{share:.1%}" for share in shares)
            least = min(steps, key=lambda step: step.low)
            claim = f"the share {what} rises with every step of the SIP's delay: {delays}"
            told = f"{effect}; least step {text_of(least, 100, 'points')}"
            rows.append(Row(f"5 dislocation rising {figure}", claim, told, all(step.low > 0 for step in steps)))
        return rows

    return Proof("5 dislocation rising", markets, judge)


# -- calibration ------------------------------------------------------------------------------------


def _calibration(scenario: str) -> Proof:
    market = Market(f"dislocations in {scenario}", scenario, (), measure, FLAGSHIP_RUNS)

    def judge(found: Found) -> list[Row]:
        share, gain = found.mean(market.name, "trades"), found.mean(market.name, "gain")
        later, median, rate = (found.mean(market.name, name).mean for name in ("later", "median", "per second"))
        claim = (
            f"calibration: {BAND[0]:.0%} to {BAND[1]:.0%} of the trades during dislocations (Tivnan et al.: about "
            f"22 %); set by a SIP that is {later / 1_000:,.0f}us later and {rate:.0f} dislocations a second"
        )
        effect = f"{text_of(share, 100, '%')}; median duration {median / 1_000:,.0f}us"
        inside = BAND[0] <= share.mean <= BAND[1]
        rows = [Row(f"5 dislocation {scenario}", claim, effect, inside)]
        matching = found.mean(market.name, "matching").mean
        claim = "takers gain at the SIP's prices (Bartlett and McCrary: $0.0002 a share, 97 % of the trades alike)"
        effect = f"$ {text_of(gain, 1e4, 'e-4 a share')}; {matching:.1%} alike"
        rows.append(Row(f"5 dislocation {scenario} takers", claim, effect, gain.low > 0))
        return rows

    return Proof(f"5 dislocation {scenario}", (market,), judge)


PROOFS: Final = (
    *_isolated(),
    expectations_proof(
        "5 dislocation equal", "SIP and direct paths of equal length: no dislocation at all", DELAYED, runs=EQUAL_RUNS
    ),
    _rising(),
    *(_calibration(scenario) for scenario in FLAGSHIPS),
)
