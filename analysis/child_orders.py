"""A run's child orders joined with what became of them: arrival at the venue, fills, fees.

One row per child, in the order of the table `children`. Everything is integer; -1 stands for "never".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.codes import ACTION_NEW, REJECTED, TRADE
from analysis.joins import NEVER, pick, positions, totals
from analysis.tables import Ints, RunTables


@dataclass(frozen=True)
class ChildOrders:
    """Children as sent (``at`` .. ``leaves_at``) and as the venues answered.

    ``owner`` is the router's number. ``arrival_row`` is the child's row in `orders`, ``arrival_at`` and ``arrival_seq``
    the venue's time and sequence number then. ``seen_seq`` is the venue's sequence number of the quote that the
    decision was made on, ``refused`` the reason code of a reject.
    """

    order_id: Ints
    parent_id: Ints
    owner: Ints
    venue: Ints
    side: Ints
    price: Ints
    qty: Ints
    time_in_force: Ints
    decision: Ints
    at: Ints
    leaves_at: Ints
    seen_seq: Ints
    arrival_row: Ints
    arrival_at: Ints
    arrival_seq: Ints
    filled: Ints
    refused: Ints

    def __len__(self) -> int:
        return len(self.order_id)


@dataclass(frozen=True)
class Fills:
    """Trades of child orders, one row per execution report; ``child`` is the row in :class:`ChildOrders`."""

    child: Ints
    at: Ints
    venue: Ints
    seq: Ints
    side: Ints
    px: Ints
    qty: Ints
    fee: Ints

    def __len__(self) -> int:
        return len(self.child)


def child_orders(tables: RunTables) -> ChildOrders:
    """Join the children of a run with their arrivals, fills and rejects (computed once a run)."""
    return tables.once("child_orders", _join)


def fills(tables: RunTables) -> Fills:
    """All fills of a run's child orders, in the order of `reports` (computed once a run)."""
    return tables.once("fills", _fills)


def _join(tables: RunTables) -> ChildOrders:
    children, orders, reports = tables["children"], tables["orders"], tables["reports"]
    sent = {name: children[name] for name in ("order_id", "parent_id", "venue", "side", "price", "qty")}
    arrival = _arrivals(tables)
    traded, which = _reports_of(tables, TRADE)
    rejected, rejected_child = _reports_of(tables, REJECTED)
    refused = np.zeros(len(children), dtype=np.int64)
    refused[rejected_child] = reports["reason"][rejected]
    return ChildOrders(
        **sent,
        owner=_owners(tables),
        time_in_force=children["time_in_force"],
        decision=children["decision"],
        at=children["at"],
        leaves_at=children["leaves_at"],
        seen_seq=_seen(tables),
        arrival_row=arrival,
        arrival_at=pick(orders["at"], arrival),
        arrival_seq=pick(orders["seq"], arrival),
        filled=totals(reports["last_qty"][traded], which, len(children)),
        refused=refused,
    )


def _fills(tables: RunTables) -> Fills:
    rows, child = _reports_of(tables, TRADE)
    reports = tables["reports"]
    names = {
        "at": "at",
        "venue": "venue",
        "seq": "seq",
        "side": "side",
        "px": "last_px",
        "qty": "last_qty",
        "fee": "fee",
    }
    return Fills(child=child, **{name: reports[column][rows] for name, column in names.items()})


def _owners(tables: RunTables) -> Ints:
    """The router of each child: that of its parent, NEVER for a child without a parent."""
    parents, children = tables["parents"], tables["children"]
    return pick(parents["owner"], positions(parents["parent_id"], children["parent_id"]))


def _arrivals(tables: RunTables) -> Ints:
    """Row in `orders` of each child's arrival at its venue."""
    orders = tables["orders"]
    rows, child = _rows_of(tables, "orders", orders["action"] == ACTION_NEW)
    arrival = np.full(len(tables["children"]), NEVER, dtype=np.int64)
    arrival[child[::-1]] = rows[::-1]  # an id that came twice: the first counts
    return arrival


def _reports_of(tables: RunTables, exec_type: int) -> tuple[Ints, Ints]:
    return _rows_of(tables, "reports", tables["reports"]["exec_type"] == exec_type)


def _rows_of(tables: RunTables, table: str, wanted: Ints) -> tuple[Ints, Ints]:
    """Rows of `orders` or `reports` that speak of a child, and that child's row."""
    source, children = tables[table], tables["children"]
    rows = np.flatnonzero(wanted)
    child = positions(children["order_id"], source["order_id"][rows])
    found = child >= 0
    rows, child = rows[found], child[found]
    owners = _owners(tables)[child]
    same = children["venue"][child] == source["venue"][rows]
    same &= (owners == NEVER) | (owners == source["owner"][rows])
    return rows[same].astype(np.int64), child[same]


def _seen(tables: RunTables) -> Ints:
    """Sequence number of the venue's quote behind each child's decision; NEVER where no decision row names it."""
    decisions, children = tables["decisions"], tables["children"]
    keys = ("decision", "parent_id", "venue")
    made = zip(*(decisions[key].tolist() for key in keys), strict=True)
    rows = {key: row for row, key in enumerate(made)}
    wanted = zip(*(children[key].tolist() for key in keys), strict=True)
    found = np.array([rows.get(key, NEVER) for key in wanted], dtype=np.int64)
    return pick(decisions["seq"], found)
