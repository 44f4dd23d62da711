"""What agents without parent orders have traded: shares and average price, from the reports of their fills."""

from __future__ import annotations

import numpy as np

from analysis.codes import TRADE, UNITS_PER_DOLLAR
from analysis.tables import RunTables

ROUTER = "router"


def shares_and_prices(tables: RunTables) -> dict[str, tuple[float, float]]:
    """By name of an agent of the scenario, its copies together: shares traded, average price in $ (NaN without a fill).

    Routers are left out: `analysis.metrics` has their figures.
    """
    reports, who = tables["reports"], tables.directory
    traded = reports["exec_type"] == TRADE
    owner, qty = reports["owner"][traded], reports["last_qty"][traded]
    paid = reports["last_px"][traded] * qty
    sums: dict[str, tuple[int, int]] = {}
    for number, kind in who.agent_kinds.items():
        if kind != ROUTER:
            mine = owner == number
            shares, units = sums.get(who.group(number), (0, 0))
            sums[who.group(number)] = shares + int(qty[mine].sum()), units + int(paid[mine].sum())
    return {name: (float(shares), _average(units, shares)) for name, (shares, units) in sums.items()}


def _average(units: int, shares: int) -> float:
    return units / shares / UNITS_PER_DOLLAR if shares else float(np.nan)
