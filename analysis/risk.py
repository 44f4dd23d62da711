"""What pre-trade risk held or refused, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.codes import RISK_ACTIONS, RISK_CODES, SIDES, UNITS_PER_DOLLAR
from analysis.tables import RunTables
from analysis.wording import duration, price

if TYPE_CHECKING:
    import pandas as pd


def _money(units: int) -> str:
    return f"${units / UNITS_PER_DOLLAR:,.2f}"


def _shares(number: int) -> str:
    return f"{number} shares"


_UNITS: Final[dict[str, Callable[[int], str]]] = {
    "ORDER_SIZE": _shares,
    "RECENT_VOLUME": _shares,
    "POSITION": _shares,
    "ORDER_NOTIONAL": _money,
    "SYMBOL_NOTIONAL": _money,
    "GROSS": _money,
    "CREDIT": _money,
    "FAT_FINGER": price,
    "PRICE_COLLAR": price,
    "DUPLICATE": duration,
}
"""The unit of a code's `measured` and `allowed`; the others' numbers say nothing to a person."""


def risk_lines(tables: RunTables, parent_id: int) -> Iterator[tuple[int, int, str]]:
    """(at in ns, order id, what risk said) of a parent's children that did not pass at once."""
    rows = tables["risk_decisions"]
    for row in np.flatnonzero((rows["parent_id"] == parent_id) & (rows["action"] > 0)).tolist():
        names = ("at", "order_id", "venue", "action", "code", "measured", "allowed", "until")
        at, order_id, venue, action, code, measured, allowed, until = (int(rows[name][row]) for name in names)
        word, why = ("holds", f", asks again in {duration(until - at)}") if action == 1 else ("refuses", "")
        name = RISK_CODES.get(code, f"code {code}")
        unit = _UNITS.get(name)
        numbers = "" if unit is None else f" ({unit(measured)}, allowed {unit(allowed)})"
        place = tables.directory.venue(venue)
        yield at, order_id, f"pre-trade risk {word} child {order_id} to {place}: {name}{numbers}{why}"


def risk_table(tables: RunTables) -> pd.DataFrame:
    """One row per decision that is in the log: prices in dollars, times in ns; measured and allowed as recorded."""
    import pandas as pd

    rows = tables["risk_decisions"]
    return pd.DataFrame(
        {
            "at": rows["at"],
            "desk": [tables.directory.agent(int(owner)) for owner in rows["owner"]],
            "order_id": rows["order_id"],
            "parent_id": rows["parent_id"],
            "venue": [tables.directory.venue(int(venue)) for venue in rows["venue"]],
            "action": [RISK_ACTIONS[int(action)] for action in rows["action"]],
            "code": [RISK_CODES.get(int(code), str(code)) for code in rows["code"]],
            "side": [SIDES[int(side)] for side in rows["side"]],
            "qty": rows["qty"],
            "price": np.where(rows["price"] > 0, rows["price"] / UNITS_PER_DOLLAR, np.nan),
            "measured": rows["measured"],
            "allowed": rows["allowed"],
            "until": rows["until"],
        }
    )
