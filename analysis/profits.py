"""Who made money: cash, position at the last mid and fees of every participant, from the log's reports.

Rules
    Every fill counts, from the first moment on, at its price, with the fee of the log. A position that is left is worth
    the mid over the lit venues' own books at the end of the run; without any mid, positions have no value and the
    figures none.
    A venue earns the fees that it charges. What an order was filled for at another venue, where its venue had sent it
    on (`ROUTED`), passes through the hands of that venue's routing participant.
    So all profits together, the venues' among them, are zero, to the millionth of a dollar.

Does not model
    Risk, capital, costs of lines, data and machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.best_quotes import NO_MID, best_quotes
from analysis.codes import MICROS_PER_DOLLAR, MICROS_PER_UNIT, ROUTED, TRADE
from analysis.joins import totals
from analysis.tables import Ints, RunTables

if TYPE_CHECKING:
    import pandas as pd

ROUTING: Final = "routing"
"""Kind of the participant that a venue routes orders out as; `VENUE/routing` is its name."""


@dataclass(frozen=True)
class Profits:
    """By participant and then by venue: name, kind, whole numbers; money in millionths of a dollar.

    ``traded``: shares; ``position``: shares at the end; ``fees``: paid, a venue's are received and so negative.
    ``profit`` is cash, fees taken off, and the position at the last mid.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    kinds: tuple[str, ...]
    traded: Ints
    position: Ints
    fees: Ints
    profit: Ints
    mid: int
    """The last mid, millionths of a dollar; NO_MID: there was none."""

    @property
    def is_known(self) -> bool:
        """Can what is held be valued?"""
        return self.mid != NO_MID or not self.position.any()

    def of_group(self, group: str) -> float:
        """Profit of all participants of a group (an agent of the scenario and its copies), dollars.

        NaN: there is none of that name, or positions have no value.
        """
        rows = [row for row, name in enumerate(self.groups) if name == group]
        if not rows or not self.is_known:
            return float("nan")
        return int(self.profit[rows].sum()) / MICROS_PER_DOLLAR


def profits(tables: RunTables) -> Profits:
    """Cash, positions and profits of a run (computed once a run)."""
    return tables.once("profits", _profits)


def profit_table(tables: RunTables) -> pd.DataFrame:
    """One row per group that traded and per venue that charged: shares, and dollars."""
    import pandas as pd

    found = profits(tables)
    rows: dict[str, list[int]] = {}
    for row, group in enumerate(found.groups):
        if found.traded[row] or found.fees[row]:
            rows.setdefault(group, []).append(row)
    known = found.is_known
    return pd.DataFrame(
        [
            {
                "who": group,
                "kind": found.kinds[its[0]],
                "traded": int(found.traded[its].sum()),
                "position": int(found.position[its].sum()),
                "fees": int(found.fees[its].sum()) / MICROS_PER_DOLLAR,
                "profit": int(found.profit[its].sum()) / MICROS_PER_DOLLAR if known else float("nan"),
            }
            for group, its in rows.items()
        ],
        columns=["who", "kind", "traded", "position", "fees", "profit"],
    )


def _profits(tables: RunTables) -> Profits:
    reports, who = tables["reports"], tables.directory
    fills = reports["exec_type"] == TRADE
    numbers = sorted({*who.agents, *np.unique(reports["owner"][fills]).tolist()})
    row_of = {number: row for row, number in enumerate(numbers)}
    owner = np.array([row_of[number] for number in reports["owner"][fills].tolist()], dtype=np.int64)
    qty, px, fee = (reports[name][fills] for name in ("last_qty", "last_px", "fee"))
    venue, signed = reports["venue"][fills], reports["side"][fills] * reports["last_qty"][fills]
    value = signed * px * MICROS_PER_UNIT
    passed_on = _handlers(tables, venue, reports["liquidity"][fills] == ROUTED, row_of)
    count = len(numbers)
    position = totals(signed, owner, count) - totals(signed, passed_on, count)
    cash = totals(value, passed_on, count) - totals(value + fee, owner, count)
    venues = sorted(who.venues)
    charged = np.array([int(fee[venue == number].sum()) for number in venues], dtype=np.int64)
    none = np.zeros(len(venues), dtype=np.int64)
    mid = _last_mid(tables)
    worth = position * mid if mid != NO_MID else np.zeros(count, dtype=np.int64)
    return Profits(
        (*(who.agent(number) for number in numbers), *(who.venue(number) for number in venues)),
        (*(who.group(number) for number in numbers), *(who.venue(number) for number in venues)),
        (*(who.kind(number) for number in numbers), *("venue" for _ in venues)),
        np.concatenate([totals(qty, owner, count), none]),
        np.concatenate([position, none]),
        np.concatenate([totals(fee, owner, count), -charged]),
        np.concatenate([cash + worth, charged]),
        mid,
    )


def _handlers(tables: RunTables, venues: Ints, is_routed: Ints, row_of: dict[int, int]) -> Ints:
    """Row of the participant through whose hands each fill went that was made elsewhere; -1: none did."""
    who = tables.directory
    numbers = {name: number for number, name in who.agents.items()}
    rows = np.full(len(venues), -1, dtype=np.int64)
    for place in np.flatnonzero(is_routed).tolist():
        venue = who.venue(int(venues[place]))
        number = numbers.get(f"{venue}/{ROUTING}", numbers.get(venue))
        if number is not None:
            rows[place] = row_of[number]
    return rows


def _last_mid(tables: RunTables) -> int:
    """The mid at the end, millionths of a dollar."""
    mids = best_quotes(tables).mid
    known = mids[mids != NO_MID]
    return int(known[-1]) if len(known) else NO_MID
