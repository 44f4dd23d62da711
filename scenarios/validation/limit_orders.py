"""Rows "signs BCJ": the quality of a limit order falls with its venue's rebate (Battalio, Corwin and Jennings 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scenarios.validation.proof import Figures, Found, Market, Proof, Row, text_of

if TYPE_CHECKING:
    from analysis.tables import RunTables
    from scenarios.run import RunResult

SCENARIO: Final = "validation/limit_order_quality"
RUNS: Final = 10
VENUES: Final = ("REBATE", "INVERTED")
EXCHANGED: Final = (
    "venues.REBATE.fees={maker: 0.0030, taker: -0.0020}",
    "venues.INVERTED.fees={maker: -0.0025, taker: 0.0030}",
)
"""The fees change places, the names stay: what they say of the venue is then the wrong way round."""


def measure(result: RunResult) -> Figures:
    """Fill rates, markouts of 100 ms ($/share) and how often each twin was filled first."""
    from analysis.metrics import venue_table

    table = venue_table(result.tables)
    figures: Figures = {}
    for row in table[table["router"] == "client"].to_dict("records"):
        figures[f"fill rate {row['venue']}"] = row["filled_shares"] / row["sent_shares"]
        figures[f"realised {row['venue']}"] = row["markout_100ms"]
    firsts = filled_first(result.tables, "client")
    return {**figures, **{f"first {venue}": firsts.get(venue, 0) / max(1, sum(firsts.values())) for venue in VENUES}}


def filled_first(tables: RunTables, router: str) -> dict[str, int]:
    """By venue: parents of which that venue's child had a fill before every other, or the only one.

    Of children that were filled in the same nanosecond, as by a sniper with a host at each venue, none is first.
    """
    from analysis.child_orders import child_orders, fills

    children, done = child_orders(tables), fills(tables)
    number = next(n for n, name in tables.directory.agents.items() if name == router)
    own = (children.owner == number)[done.child]
    first: dict[int, dict[int, int]] = {}
    parents = children.parent_id[done.child[own]]
    for parent, venue, at in zip(parents.tolist(), done.venue[own].tolist(), done.at[own].tolist(), strict=True):
        times = first.setdefault(parent, {})
        times[venue] = min(times.get(venue, at), at)
    found: dict[str, int] = {}
    for times in first.values():
        venue = min(times, key=lambda each: times[each])
        if list(times.values()).count(times[venue]) == 1:
            name = tables.directory.venue(venue)
            found[name] = found.get(name, 0) + 1
    return found


def _market(name: str, settings: tuple[str, ...] = ()) -> Market:
    return Market(name, SCENARIO, settings, measure, RUNS)


CLAIMS: Final = (
    ("first", "first", 100, "points", "is filled first less often"),
    ("fill rate", "fill rate", 100, "points", "is filled less often"),
    ("realised", "realised spread", 100, "cents", "has the worse realised spread (100 ms)"),
)
"""(figure, row, scale, unit, what the twin at the high-rebate venue does)."""


def _signs(name: str, settings: tuple[str, ...], high: str, low: str) -> Proof:
    market = _market(name, settings)

    def judge(found: Found) -> list[Row]:
        rows = []
        for figure, row, scale, unit, does in CLAIMS:
            less = found.mean(name, lambda its, figure=figure: its[f"{figure} {high}"] - its[f"{figure} {low}"])  # type: ignore[misc]
            both = [found.mean(name, f"{figure} {venue}").mean * scale for venue in (high, low)]
            claim = f"takers who look at fees: of twin orders that at {high} (take fee $0.0030) {does}"
            effect = f"{text_of(less, scale, unit)}: {both[0]:.2f} against {both[1]:.2f}"
            rows.append(Row(f"{name} {row}", claim, effect, less.high < 0))
        return rows

    return Proof(name, (market,), judge)


PROOFS: tuple[Proof, ...] = (
    _signs("signs BCJ", (), "REBATE", "INVERTED"),
    _signs("signs BCJ, fees exchanged", EXCHANGED, "INVERTED", "REBATE"),
)
