"""What a run cost its routers: by parent, by router, by venue. Dollars, dollars a share and basis points.

Definitions
    slippage_bps      side x (average price - arrival mid) / arrival mid, on filled shares
    all_in_cost       per ordered share: fills against the arrival mid, fees, and the unfilled part valued at the mid
                      when the parent ended; all_in_bps over the ordered value at the arrival mid. It equals the
                      implementation shortfall with the parent's arrival as the decision.
    cost_per_filled_share   fills against the arrival mid and fees, without the unfilled part
    fill_rate         filled shares over ordered shares
    effective_spread  2 x side x (price - mid just before the child reached the venue), share-weighted (SEC Rule 605)
    markout_h         side x (mid h after the fill - price), share-weighted; positive is good for the router
    hft_share         displayed shares aimed at that a sniper's trade removed before the child arrived, over all
                      displayed shares aimed at
    fill_ratio        displayed shares aimed at and not missed, over those aimed at (`analysis.attribution`)

Arrival mid: over the venues' own books when the parent arrived, from the log. Sums are exact integers; each figure is
one division. Parents that arrived before any two-sided quote count in orders and shares and in no cost. A figure with
nothing to divide by is NaN.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.attribution import ChildTarget, attribute
from analysis.child_orders import child_orders
from analysis.codes import MICROS_PER_DOLLAR, PARENT_STATUS, SIDES, UNITS_PER_DOLLAR
from analysis.joins import counts, distinct, over, positions, totals
from analysis.ledger import HORIZONS, UNMEASURED, fill_ledger, parent_ledger
from analysis.tables import Ints, RunTables

Figures = dict[str, Any]
"""Column name -> one number per group."""

MICROS: Final = MICROS_PER_DOLLAR


def summary(tables: RunTables) -> pd.DataFrame:
    """One row per router that had parent orders, in the order of their numbers; the index is the router's name."""
    parents, who = parent_ledger(tables), tables.directory
    owners = np.unique(_ints(parents, "owner"))
    fills, targets = fill_ledger(tables), _targets(tables)
    routers = pd.Index([who.agent(o) for o in owners], name="router")
    costs = _of_parents(parents, positions(owners, _ints(parents, "owner")), len(owners))
    traded = _of_fills(fills, positions(owners, _ints(fills, "owner")), len(owners))
    aimed = _of_targets(targets, positions(owners, _ints(targets, "owner")), len(owners))
    return pd.DataFrame({**costs, **traded, **aimed}, index=routers)


def parent_table(tables: RunTables) -> pd.DataFrame:
    """One row per parent order: prices and money in dollars, times in ns."""
    parents, fills, targets = parent_ledger(tables), fill_ledger(tables), _targets(tables)
    ids = _ints(parents, "parent_id")
    limit = _ints(parents, "limit")
    about = {
        "parent_id": ids,
        "router": [tables.directory.agent(owner) for owner in parents["owner"]],
        "at": _ints(parents, "at"),
        "ended_at": _ints(parents, "ended_at"),
        "side": [SIDES[side] for side in parents["side"]],
        "limit": np.where(limit > 0, limit / UNITS_PER_DOLLAR, np.nan),
        "status": [PARENT_STATUS.get(status, "OPEN") for status in parents["status"]],
    }
    costs = _of_parents(parents, np.arange(len(ids)), len(ids))
    traded = _of_fills(fills, positions(ids, _ints(fills, "parent_id")), len(ids))
    aimed = _of_targets(targets, positions(ids, _ints(targets, "parent_id")), len(ids))
    return pd.DataFrame({**about, **costs, **traded, **aimed}).drop(columns=["orders", "venues_per_order"])


def venue_table(tables: RunTables) -> pd.DataFrame:
    """One row per router and venue that it sent a child to; ``missed_<cause>`` columns hold displayed shares missed."""
    children, fills, targets, who = child_orders(tables), fill_ledger(tables), _targets(tables), tables.directory
    key, group = np.unique(_pairs(children.owner, children.venue), return_inverse=True)
    owner, venue = key // _VENUES, key % _VENUES
    of_fill = positions(key, _pairs(_ints(fills, "owner"), _ints(fills, "venue")))
    filled = totals(_ints(fills, "qty"), of_fill, len(key))
    everywhere = totals(filled, positions(np.unique(owner), owner), len(np.unique(owner)))
    table = {
        "router": [who.agent(o) for o in owner],
        "venue": [who.venue(v) for v in venue],
        "kind": [who.venue_kinds.get(v, "lit") for v in venue],
        "children": counts(group, len(key)),
        "sent_shares": totals(children.qty, group, len(key)),
        "filled_shares": filled,
        "share_of_fills": over(filled, everywhere[positions(np.unique(owner), owner)]),
        "average_fee": over(totals(_ints(fills, "fee"), of_fill, len(key)), filled) / MICROS,
        **_of_fills(fills, of_fill, len(key)),
        **_of_targets(targets, positions(key, _pairs(_ints(targets, "owner"), _ints(targets, "venue"))), len(key)),
        **_missed_by_cause(tables, key),
    }
    return pd.DataFrame(table).drop(columns="venues_used")


def missed_table(tables: RunTables) -> pd.DataFrame:
    """Displayed shares missed, by router, venue and cause; within a venue the largest first."""
    attribution = attribute(tables)
    owners = {target.order_id: target.owner for target in attribution.targets}
    shares: dict[tuple[int, int, str], int] = {}
    for charge in attribution.charges:
        key = (owners[charge.order_id], charge.venue, charge.cause)
        shares[key] = shares.get(key, 0) + charge.shares
    ranked = sorted(shares.items(), key=lambda item: (item[0][:2], -item[1], item[0][2]))
    rows = [(tables.directory.agent(o), tables.directory.venue(v), cause, qty) for (o, v, cause), qty in ranked]
    return pd.DataFrame(rows, columns=["router", "venue", "cause", "shares"])


# -- figures by group ------------------------------------------------------------------------------------------------

_VENUES: Final = 1 << 16


def _of_parents(ledger: pd.DataFrame, group: Ints, groups: int) -> Figures:
    column = {name: _ints(ledger, name) for name in ledger.columns}
    priced = column["priced"]

    def total(values: Ints) -> Ints:
        return totals(values, group, groups)

    distance = column["paid"] - column["arrival_mid"] * column["filled"]
    ordered, filled, priced_ordered = total(column["qty"]), total(column["filled"]), total(priced * column["qty"])
    paper = total(priced * column["arrival_mid"] * column["qty"])
    signed = total(priced * column["side"] * distance)
    shortfall = total(column["shortfall"])
    priced_fees = total(priced * column["fees"])
    by_side = {"buy": priced * (column["side"] > 0), "sell": priced * (column["side"] < 0)}
    return {
        "orders": counts(group, groups),
        "unpriced_orders": total(1 - priced),
        "ordered_shares": ordered,
        "filled_shares": filled,
        "fill_rate": over(filled, ordered),
        "arrival_mid": over(paper, priced_ordered) / MICROS,
        "average_price": over(total(column["paid"]), filled) / MICROS,
        **{
            f"{name}_price_from_mid": over(total(of * distance), total(of * column["filled"])) / MICROS
            for name, of in by_side.items()
        },
        "slippage_bps": over(signed, total(priced * column["arrival_mid"] * column["filled"])) * 10_000,
        "fees": total(column["fees"]) / MICROS,
        "fees_per_share": over(total(column["fees"]), filled) / MICROS,
        "all_in_cost": over(shortfall, priced_ordered) / MICROS,
        "all_in_bps": over(shortfall, paper) * 10_000,
        "cost_per_filled_share": over(signed + priced_fees, total(priced * column["filled"])) / MICROS,
        "children": total(column["children"]),
        "venues_per_order": over(total(column["venues_used"]), total((column["filled"] > 0).astype(np.int64))),
        "dark_share": over(total(column["dark_filled"]), filled),
        "shortfall": shortfall / MICROS,
        **{f"shortfall_{part}": total(column[part]) / MICROS for part in ("delay", "execution", "opportunity")},
        "shortfall_fees": priced_fees / MICROS,
    }


def _of_fills(fills: pd.DataFrame, group: Ints, groups: int) -> Figures:
    return {
        "venues_used": distinct(_ints(fills, "venue"), group, groups),
        "effective_spread": 2 * _per_share(fills, "effective", group, groups),
        **{f"markout_{h}": -_per_share(fills, f"realised_{h}", group, groups) for h in HORIZONS},
    }


def _per_share(fills: pd.DataFrame, name: str, group: Ints, groups: int) -> Any:
    """Dollars a share over the fills for which the column was measured."""
    values = _ints(fills, name)
    known = np.where(values != UNMEASURED, group, -1)
    return over(totals(values, known, groups), totals(_ints(fills, "qty"), known, groups)) / MICROS


def _of_targets(targets: pd.DataFrame, group: Ints, groups: int) -> Figures:
    target, missed, sniped = (totals(_ints(targets, name), group, groups) for name in ("target", "missed", "sniped"))
    return {
        "target_shares": target,
        "missed_shares": missed,
        "fill_ratio": over(target - missed, target),
        "hft_share": over(sniped, target),
    }


def _missed_by_cause(tables: RunTables, key: Ints) -> dict[str, Ints]:
    attribution = attribute(tables)
    owners = {target.order_id: target.owner for target in attribution.targets}
    row = {pair: i for i, pair in enumerate(key.tolist())}
    columns = {c: np.zeros(len(key), dtype=np.int64) for c in sorted({charge.cause for charge in attribution.charges})}
    for charge in attribution.charges:
        columns[charge.cause][row[owners[charge.order_id] * _VENUES + charge.venue]] += charge.shares
    return {"missed_" + cause.replace(" ", "_"): shares for cause, shares in columns.items()}


def _targets(tables: RunTables) -> pd.DataFrame:
    return tables.once("target_table", lambda t: pd.DataFrame(attribute(t).targets, columns=list(ChildTarget._fields)))


def _pairs(owner: Ints, venue: Ints) -> Ints:
    """One number for an agent and a venue."""
    return owner * _VENUES + venue


def _ints(frame: pd.DataFrame, name: str) -> Ints:
    return frame[name].to_numpy(dtype=np.int64)
