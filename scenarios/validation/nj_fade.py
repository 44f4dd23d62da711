"""Rows "nj ...": quote fade on the New Jersey map, and the rule behind it on other maps.

Deterministic legs exactly; with normal jitter each survival rate within 4 standard errors of Phi(margin / (s sqrt 2)).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from scenarios.geography import AIR, FIBRE, MEDIA, SITES, metres, one_way
from scenarios.validation.proof import Figures, Found, Market, Proof, Row

if TYPE_CHECKING:
    from analysis.leg_survival import Legs
    from scenarios.run import RunResult

ON_THE_MAP, WITH_JITTER = "validation/nj_fade", "validation/nj_fade_jitter"
FIRST, FAR = "BATS", ("NASDAQ", "NYSE")
"""Where the sweep prints first, and the legs that a reader of that print races."""

TRIALS: Final = 5
"""Seeds of 2,000 trials each for a survival rate."""

LEGS: Final = {"BATS": 1005, "NASDAQ": 1163, "NYSE": 1218}
"""The client's legs with jitter, mean in us: 1 ms more than on the map."""

RADIO: Final = {"NASDAQ": 86, "NYSE": 114}
REACTION: Final = 29
SDS: Final = (20, 100)
STYLES: Final = {"spray": "sent at once", "together": "timed to arrive together"}


def measure(result: RunResult) -> Figures:
    """Legs sent and survived by venue, and the share of all ordered shares that was filled."""
    from analysis.leg_survival import leg_survival

    figures: Figures = {"fill_rate": float(result.summary.iloc[0]["fill_rate"])}
    for venue, legs in leg_survival(result.tables).items():
        figures[f"sent {venue}"], figures[f"survived {venue}"] = float(legs.sent), float(legs.survived)
    return figures


def legs_at(found: Found, market: str, venue: str) -> Legs:
    """What all seeds of a market sent there, and what survived."""
    from analysis.leg_survival import Legs

    return Legs(int(found.total(market, f"sent {venue}")), int(found.total(market, f"survived {venue}")))


# -- distances --------------------------------------------------------------------------------------

PUBLISHED: Final = {
    ("mahwah", "secaucus"): (34.2, 114, 218),
    ("secaucus", "carteret"): (25.6, 86, 163),
    ("mahwah", "carteret"): (55.2, 184, 351),
}
"""km, us by air, us by fibre: as commonly used, see `scenarios.geography`."""


def _distances(_: Found) -> list[Row]:
    passed, told = True, []
    for (a, b), (km, *published) in PUBLISHED.items():
        distance = metres(SITES[a], SITES[b])
        micros = [one_way(distance, MEDIA[medium]) / 1_000 for medium in (AIR, FIBRE)]
        told.append(f"{a}-{b} {distance / 1_000:.1f} km, {micros[0]:.1f}/{micros[1]:.1f} us")
        passed &= round(distance / 1_000, 1) == km
        passed &= all(abs(time - its) < 1 for time, its in zip(micros, published, strict=True))
    claim = (
        "coordinates give 34.2, 25.6, 55.2 km, and one way by air/fibre 114/218, 86/163, 184/351 us to a microsecond "
        "(55.2 km of fibre at 6.37 us are 351.6)"
    )
    return [Row("nj distances", claim, "; ".join(told), passed)]


# -- without jitter ---------------------------------------------------------------------------------

MAPPED = {
    "nj at once": Market("nj at once", ON_THE_MAP, (), measure, runs=1),
    "nj in turn": Market("nj in turn", ON_THE_MAP, ("agents.client.strategy=in_turn",), measure, runs=1),
    "nj together": Market("nj together", ON_THE_MAP, ("agents.client.strategy=together",), measure, runs=1),
    "nj timed": Market("nj timed", ON_THE_MAP, ("agents.client.strategy=timed",), measure, runs=1),
}


def _on_the_map(found: Found) -> list[Row]:
    claims = {
        "nj at once": "parallel, sent at once: Secaucus fills, Carteret (163 > 120 us) and Mahwah (218 > 148 us) fade",
        "nj in turn": "sequential, one leg after the other: the same, the reader is ahead of the second leg",
        "nj together": "synchronised by measured ways: everything fills, from the second parent on",
        "nj timed": "synchronised by stated ways: all there at 218 us, everything fills",
    }
    rows = []
    for name, claim in claims.items():
        legs = {venue: legs_at(found, name, venue) for venue in (FIRST, *FAR)}
        told = ", ".join(f"{venue} {its.survived} of {its.sent}" for venue, its in legs.items())
        lost = {venue: its.sent - its.survived for venue, its in legs.items()}
        rows.append(Row(name, claim, told, legs[FIRST].sent > 0 and lost == _to_lose(name, legs)))
    return rows


def _to_lose(name: str, legs: Mapping[str, Legs]) -> dict[str, int]:
    """By venue, the legs that the arithmetic loses; who measures the ways loses the first parent's."""
    lost = {"nj timed": dict.fromkeys(FAR, 0), "nj together": dict.fromkeys(FAR, 1)}
    return {FIRST: 0, **lost.get(name, {venue: legs[venue].sent for venue in FAR})}


# -- with jitter ------------------------------------------------------------------------------------


def jittered(sd: float) -> str:
    """The client's round trips with this standard deviation on each leg, us, as a setting."""
    trips = ", ".join(
        f"{venue}: {{kind: normal, mean: {2 * leg}us, sd: {round(2_000 * sd)}ns}}" for venue, leg in LEGS.items()
    )
    return f"agents.client.round_trip={{{trips}}}"


def margin(style: str, venue: str) -> int:
    """What the reader is slower by than the leg, us."""
    leg = LEGS[venue] - LEGS[FIRST] if style == "spray" else 0
    return REACTION + RADIO[venue] - leg


def with_jitter(style: str, sd: float, runs: int = TRIALS) -> Market:
    """A market of so many jittered trials."""
    settings = (f"agents.client.strategy={style}", jittered(sd))
    return Market(f"nj jitter {sd:g}us {style}", WITH_JITTER, settings, measure, runs)


JITTERED = {(style, sd): with_jitter(style, sd) for sd in SDS for style in STYLES}


def _with_jitter(found: Found) -> list[Row]:
    from analysis.leg_survival import errors_off, survival_probability

    rows = []
    for (style, sd), market in JITTERED.items():
        for venue in FAR:
            legs, expected = legs_at(found, market.name, venue), survival_probability(margin(style, venue), sd)
            claim = (
                f"{STYLES[style]}, legs +- {sd} us, margin {margin(style, venue):+d} us: "
                f"survives with P = {expected:.4f} (4 s.e.)"
            )
            off = errors_off(legs, expected)
            effect = f"{legs.survived:,} of {legs.sent:,} = {legs.share:.4f}, {off:.1f} s.e. off"
            rows.append(Row(f"{market.name} {venue}", claim, effect, legs.sent >= 1_000 and off <= 4))
    return rows


# -- other maps -------------------------------------------------------------------------------------


class Geometry(NamedTuple):
    """Somebody else's map: km north and east of Secaucus for the client and the three venues, reaction, the radio."""

    client: tuple[float, float]
    places: tuple[tuple[float, float], ...]
    reaction: int
    medium: str


def geometries(count: int = 16, seed: int = 2026) -> list[Geometry]:
    """So many maps, drawn once and for all; the first venue is the one nearest to the client."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        client, *places = ((draw.uniform(-60, 60), draw.uniform(-60, 60)) for _ in range(4))
        places.sort(key=lambda place: (place[0] - client[0]) ** 2 + (place[1] - client[1]) ** 2)
        reaction = draw.randrange(1_000, 60_000)
        found.append(Geometry(client, tuple(places), reaction, draw.choice(("air", "microwave", "fibre"))))
    return found


def _degrees(place: tuple[float, float]) -> tuple[float, float]:
    north, east = place
    return round(SITES["secaucus"].latitude + north / 111.2, 4), round(SITES["secaucus"].longitude + east / 84.2, 4)


def _settings(its: Geometry) -> tuple[str, ...]:
    named = dict(zip(("here", "first", "second", "third"), (its.client, *its.places), strict=True))
    sites = ", ".join(f"{name}: {{latitude: {a}, longitude: {b}}}" for name, (a, b) in _placed(named).items())
    return (
        f"sites={{{sites}}}",
        *(f"venues.{venue}.site={site}" for venue, site in zip((FIRST, *FAR), list(named)[1:], strict=True)),
        "agents.client.site=here",
        "agents.client.round_trip=wire",
        f"agents.reader.medium={its.medium}",
        f"agents.reader.reaction={its.reaction}ns",
        "agents.client.orders.count=10",
    )


def _placed(named: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {name: _degrees(place) for name, place in named.items()}


def margins_of(its: Geometry) -> dict[str, int]:
    """By far venue, what the rule says the reader is slower by, ns."""
    from scenarios.geography import Site

    client, first, *far = (Site(*_degrees(place)) for place in (its.client, *its.places))
    seen = one_way(metres(client, first), MEDIA[FIBRE]) + its.reaction
    return {
        venue: seen + one_way(metres(first, site), MEDIA[its.medium]) - one_way(metres(client, site), MEDIA[FIBRE])
        for venue, site in zip(FAR, far, strict=True)
    }


ELSEWHERE = [
    (its, Market(f"nj elsewhere {number}", ON_THE_MAP, _settings(its), measure, runs=1))
    for number, its in enumerate(geometries(), 1)
]


def _elsewhere(found: Found) -> list[Row]:
    right, kept, lost = 0, 0, 0
    for its, market in ELSEWHERE:
        for venue, its_margin in margins_of(its).items():
            legs = legs_at(found, market.name, venue)
            right += legs.sent > 0 and legs.survived == (legs.sent if its_margin >= 0 else 0)
            kept, lost = kept + (its_margin >= 0), lost + (its_margin < 0)
    claim = f"{len(ELSEWHERE)} other maps, reactions and media: a leg survives exactly if d_k <= d_1 + reaction + m_1k"
    effect = f"{right} of {kept + lost} legs as the rule says, which keeps {kept} and loses {lost}"
    return [Row("nj elsewhere", claim, effect, right == kept + lost and kept > 0 < lost)]


# -- the picture ------------------------------------------------------------------------------------


def draw(path: Path | str, sds: Sequence[float] = (0, 10, 20, 40, 60, 80, 100, 120, 150), seed: int = 1) -> Path:
    """Draw survival against jitter for legs in turn, at once and together, 2,000 trials a point."""
    from analysis.fade_plot import Curve, Measured, fade_figure
    from analysis.leg_survival import Legs
    from scenarios.validation.recompute import measure as run_market

    def curve(style: str, venue: str) -> Curve:
        points = []
        for sd in sds:
            figures = figures_of[style, sd]
            trials = int(figures[f"sent {FIRST}"])  # in turn, a quote that is gone by then is not even sent to
            points.append(Measured(sd, Legs(trials, int(figures[f"survived {venue}"]))))
        return Curve(points, None if style == "in_turn" else margin(style, venue))

    ways = {"spray": "at once (parallel)", "together": "timed (synchronised)", "in_turn": "in turn (sequential)"}
    figures_of = {(style, sd): run_market(with_jitter(style, sd), seed) for style in ways for sd in sds}
    panels = {
        f"{venue} ({place})": {name: curve(style, venue) for style, name in ways.items()}
        for venue, place in (("NASDAQ", "Carteret"), ("NYSE", "Mahwah"))
    }
    return fade_figure(panels, path, "Which legs of a sweep survive a reader of its first print")


PROOFS: tuple[Proof, ...] = (
    Proof("nj distances", (), _distances),
    Proof("nj routing", tuple(MAPPED.values()), _on_the_map),
    Proof("nj jitter", tuple(JITTERED.values()), _with_jitter),
    Proof("nj elsewhere", tuple(market for _, market in ELSEWHERE), _elsewhere),
)
