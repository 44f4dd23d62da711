"""What traders earned against the fundamental value: each trade valued at what the stock was worth at that moment.

A buyer's edge is (value - price) x shares, a seller's the opposite; so all edges of a trade sum to 0. An agent's cash
and its position at the value of now are together the sum of its edges, less its fees, plus what its position gained
when the value moved: that last part has mean zero for whoever cannot foresee the value and is left out here.
The value is the log's (`news`): nobody in the market sees it without delay.
"""

from __future__ import annotations

import numpy as np

from analysis.codes import MICROS_PER_DOLLAR, MICROS_PER_UNIT
from analysis.joins import positions, totals
from analysis.tables import Ints, RunTables

NANOS_PER_SECOND = 1_000_000_000


def taker_edges(tables: RunTables) -> Ints:
    """Of each trade what the taker earned, price units x shares; the maker earned the opposite.

    In an auction the buyer is the taker. A trade before the first value counts 0.
    """
    trades, news = tables["trades"], tables["news"]
    if not len(news):
        return np.zeros(len(trades), dtype=np.int64)
    row = np.searchsorted(news["at"], trades["at"], side="right") - 1
    edge = trades["side"] * (news["value"][np.maximum(row, 0)] - trades["price"]) * trades["qty"]
    return np.where(row >= 0, edge, 0)


def edges(tables: RunTables) -> dict[str, float]:
    """Dollars by agent, in the order of their numbers."""
    taken, trades = taker_edges(tables), tables["trades"]
    numbers = np.array(sorted(tables.directory.agents), dtype=np.int64)
    earned = totals(taken, positions(numbers, trades["taker"]), len(numbers))
    paid = totals(taken, positions(numbers, trades["maker"]), len(numbers))
    units = dict(zip(numbers.tolist(), (earned - paid).tolist(), strict=True))
    return {tables.directory.agent(n): sum_ * MICROS_PER_UNIT / MICROS_PER_DOLLAR for n, sum_ in units.items()}


def edges_per_second(tables: RunTables) -> dict[str, float]:
    """Dollars a second of the run by group: one agent, or all that a scenario's `count` makes of it together."""
    groups: dict[str, float] = {}
    seconds = (tables.market.get("duration") or tables.end) / NANOS_PER_SECOND
    its = edges(tables)
    for agent in tables.market.get("agents", []):
        groups[agent["group"]] = groups.get(agent["group"], 0.0) + its[agent["name"]] / seconds
    return groups
