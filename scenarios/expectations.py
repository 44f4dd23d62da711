"""What a scenario expects of its results, held against them.

``agent.figure`` is of a router's summary, ``agent@VENUE.figure`` of what it did at one venue, ``market.figure`` of all;
``agent.algo_figure`` of a router's orders that algorithms worked, the mean of them;
``agent.profit`` any agent has, and a venue; ``agent.edge_per_second`` any agent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.model import Expectation

if TYPE_CHECKING:
    from analysis.tables import RunTables


@dataclass(frozen=True)
class Verdict:
    """One expectation: what was expected, what came out. ``value`` None: there is no such result."""

    metric: str
    expected: str
    value: float | None
    holds: bool

    def __str__(self) -> str:
        seen = "no such result" if self.value is None else f"{self.value:g}"
        return f"{'ok  ' if self.holds else 'FAIL'} {self.metric} = {seen}, expected {self.expected}"

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"metric": self.metric, "expected": self.expected, "value": self.value, "holds": self.holds}


def verdicts(expected: Mapping[str, Expectation], tables: RunTables) -> list[Verdict]:
    """Every expectation with its verdict, in the order of the scenario."""
    figures = metrics(tables, expected)
    return [
        Verdict(name, str(expectation), figures.get(name), name in figures and expectation.holds(figures[name]))
        for name, expectation in expected.items()
    ]


def metrics(tables: RunTables, wanted: Iterable[str]) -> dict[str, float]:
    """The figures by name; families of figures that nobody asks for are not computed."""
    missing = set(wanted)
    found: dict[str, float] = {}
    for family in FAMILIES:
        if not missing:
            break
        found |= family(tables)
        missing -= found.keys()
    return found


# -- families of figures ----------------------------------------------------------------------------


def of_market(tables: RunTables) -> dict[str, float]:
    """``market.trades`` and ``market.shares_traded``."""
    trades = tables["trades"]
    return {"market.trades": float(len(trades)), "market.shares_traded": float(trades["qty"].sum())}


def of_agents(tables: RunTables) -> dict[str, float]:
    """``snipers.profit``: dollars, of every agent with all its copies, and of every venue."""
    from analysis.profits import profits

    found = profits(tables)
    return {f"{group}.profit": found.of_group(group) for group in dict.fromkeys(found.groups)}


def of_fills(tables: RunTables) -> dict[str, float]:
    """``seller.shares`` and ``seller.average_price`` of everybody but routers, whose summary says more."""
    from analysis.fills import shares_and_prices

    found: dict[str, float] = {}
    for name, (shares, price) in shares_and_prices(tables).items():
        found |= {f"{name}.shares": shares, f"{name}.average_price": price}
    return found


def of_quotes(tables: RunTables) -> dict[str, float]:
    """``market.crossed_share`` and ``market.locked_share``: of the time after the warm-up."""
    from analysis.crossed import crossed_time

    found = crossed_time(tables)
    return {"market.crossed_share": found.crossed_share, "market.locked_share": found.locked_share}


def of_signals(tables: RunTables) -> dict[str, float]:
    """``market.signal_predicted``: shares of the crumbling-quote signal, where one venue alone has one."""
    from analysis.quote_signals import signal_quality, venues_with_signals

    venues = venues_with_signals(tables)
    if len(venues) != 1:
        return {}
    found = signal_quality(tables, venues[0])
    return {
        "market.signal_on_share": found.on_share,
        "market.signal_predicted": found.predicted / found.moves if found.moves else math.nan,
        "market.signal_followed": found.followed / found.firings if found.firings else math.nan,
    }


def of_two_prices(tables: RunTables) -> dict[str, float]:
    """``market.follows_ms``: by how many ms the second lit venue's mid follows the first's, on a grid of 10 ms."""
    from analysis.lead_lag import follows_by

    lit = [name for number, name in tables.directory.venues.items() if tables.directory.is_lit(number)]
    return {"market.follows_ms": follows_by(tables, *lit)} if len(lit) == 2 else {}


def of_depth(tables: RunTables) -> dict[str, float]:
    """``market.depth_at_best``: displayed shares a side at the consolidated best, over the time after the warm-up."""
    from analysis.depth import depth_at_best

    return {"market.depth_at_best": sum(depth_at_best(tables).values())}


def of_races(tables: RunTables) -> dict[str, float]:
    """``market.race_share``: of the shares traded at lit venues, those in latency races, within 50 us of the first.

    A fixed horizon: the latencies of the gateways are not in the log, and a constant one shifts everybody alike.
    """
    from analysis.race_detector import US, Definition
    from analysis.race_figures import races_of_run

    found = races_of_run(tables, 0, Definition(len_fixed_hor=50 * US))
    volume = sum(venue.volume for venue in found)
    return {"market.race_share": sum(venue.traded for venue in found) / volume if volume else math.nan}


def of_routers(tables: RunTables) -> dict[str, float]:
    """``client.fill_rate``: every figure of the summary, by router."""
    from analysis.metrics import summary

    return {
        f"{name}.{column}": float(value)
        for name, row in summary(tables).iterrows()
        for column, value in row.items()
        if _is_number(value)
    }


def of_routers_at_venues(tables: RunTables) -> dict[str, float]:
    """``client@NASDAQ.fill_ratio``: every figure of the table by venue, by router and venue."""
    from analysis.metrics import venue_table

    return {
        f"{row['router']}@{row['venue']}.{column}": float(value)
        for _, row in venue_table(tables).iterrows()
        for column, value in row.items()
        if _is_number(value)
    }


def of_traders(tables: RunTables) -> dict[str, float]:
    """``makers.edge_per_second``: dollars earned against the fundamental value, of all agents of a name together."""
    from analysis.edges import edges_per_second

    return {f"{name}.edge_per_second": earned for name, earned in edges_per_second(tables).items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or hasattr(value, "__float__")


def of_observers(tables: RunTables) -> dict[str, float]:
    """``client.dislocations``: how often, how long and in which trades the SIP is not the direct best for a router."""
    from analysis.dislocations import dislocations, observers

    found: dict[str, float] = {}
    for name, observer in observers(tables).items() if len(tables["nbbo"]) else ():
        seen = dislocations(tables, observer)
        found[f"{name}.dislocations"] = float(len(seen.start))
        found[f"{name}.dislocated_time"] = seen.share_of_time
        found[f"{name}.dislocated_trades"] = seen.trades.share
        if len(seen.duration):
            found[f"{name}.shortest_dislocation_us"] = int(seen.duration.min()) / 1_000
            found[f"{name}.longest_dislocation_us"] = int(seen.duration.max()) / 1_000
    return found


def of_algorithms(tables: RunTables) -> dict[str, float]:
    """``agent.algo_figure``: means over the orders of a router that algorithms worked."""
    from analysis.algos import algo_table

    if not len(tables["algo_orders"]):
        return {}
    means = algo_table(tables).groupby("router").mean(numeric_only=True)
    rows = means.to_dict("index").items()
    return {f"{router}.algo_{name}": float(value) for router, row in rows for name, value in row.items()}


FAMILIES: tuple[Callable[[RunTables], dict[str, float]], ...] = (
    of_market,
    of_fills,
    of_agents,
    of_traders,
    of_quotes,
    of_signals,
    of_two_prices,
    of_depth,
    of_observers,
    of_routers,
    of_algorithms,
    of_routers_at_venues,
    of_races,
)
"""In the order in which they are looked at: cheap ones first."""
