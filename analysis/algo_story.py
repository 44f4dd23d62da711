"""The timeline of an algorithm's order: its plan, its slices, what each of them did, how it ended."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.algos import algo_ledger, algo_table, filled_by, schedule
from analysis.codes import ALGO_KINDS, PARENT_STATUS, SIDES
from analysis.ledger import parent_ledger
from analysis.tables import RunTables
from analysis.wording import dollars, duration, plural, price, seconds


def algo_timeline(tables: RunTables, algo_id: int) -> str:
    """What became of an algorithm's order, as text; each of its slices is a parent order with a timeline of its own."""
    (row,) = np.flatnonzero(tables["algo_orders"]["algo_id"] == algo_id).tolist()
    order = {name: int(values[row]) for name, values in algo_ledger(tables).items()}
    return "\n".join([*_heading(tables, order), "", *_slices(tables, order), "", *_plan(tables, order)]).rstrip()


def slice_line(tables: RunTables, parent_id: int) -> list[str]:
    """Whose slice a parent is; nothing when it is none."""
    slices = tables["algo_slices"]
    mine = np.flatnonzero(slices["parent_id"] == parent_id).tolist()
    return [f"slice {int(slices['number'][row])} of algorithm order {int(slices['algo_id'][row])}" for row in mine]


def _heading(tables: RunTables, order: dict[str, int]) -> Iterator[str]:
    symbol = tables.market.get("instrument", {}).get("symbol", "")
    limit = f"limit {price(order['limit'])}" if order["limit"] else "no limit"
    wants = f"{tables.directory.agent(order['owner'])} {SIDES[order['side']]} {order['qty']} {symbol}".rstrip()
    kind = ALGO_KINDS.get(order["kind"], "own")
    span = f"arrives {seconds(order['at'])}, horizon {duration(order['ends'] - order['at'])}"
    yield f"algorithm order {order['algo_id']} ({kind}): {wants}, {limit}; {span}"
    yield _outcome(tables, order)


def _outcome(tables: RunTables, order: dict[str, int]) -> str:
    status = PARENT_STATUS.get(order["status"], "still open at the end of the run")
    took = f"after {duration(order['ended_at'] - order['at'])}, {plural(order['slices'], 'slice')}"
    if not order["filled"]:
        return f"{status}: nothing filled {took}"
    table = algo_table(tables)
    figures = table[table["algo_id"] == order["algo_id"]].iloc[0]
    text = f"{status}: {order['filled']} of {order['qty']} at {figures['average_price']:.4f}"
    if order["priced"]:
        text += f" ({figures['slippage_bps']:+.2f} bp against the mid on arrival), fees {dollars(order['fees'])}"
        text += f", all-in {dollars(order['shortfall'])} = {order['shortfall'] / order['qty'] / 1e6:+.5f} $/share"
    tracking = figures["tracking_error"]
    off = "" if np.isnan(tracking) else f", tracking error {tracking:.2%}"
    return f"{text}, {took}; {figures['participation']:.2%} of the market's volume{off}"


def _slices(tables: RunTables, order: dict[str, int]) -> Iterator[str]:
    slices = tables["algo_slices"]
    mine = np.flatnonzero(slices["algo_id"] == order["algo_id"]).tolist()
    if not mine:
        yield "no slice was sent"
        return
    ledger = parent_ledger(tables)
    parents = {int(row["parent_id"]): row for row in ledger.to_dict("records")}
    yield f"{'slice':>5} {'parent':>10} {'starts':>14} {'ends':>14} {'shares':>8} {'filled':>8} {'average':>10}  how"
    for row in mine:
        parent = parents[int(slices["parent_id"][row])]
        filled = int(parent["filled"])
        average = f"{parent['paid'] / filled / 1e6:.4f}" if filled else "-"
        start, end = (_since(int(at) - order["at"]) for at in (slices["at"][row], parent["ended_at"]))
        how = PARENT_STATUS.get(int(parent["status"]), "OPEN")
        yield (
            f"{int(slices['number'][row]):>5} {int(slices['parent_id'][row]):>10} {start:>14} {end:>14} "
            f"{int(slices['qty'][row]):>8} {filled:>8} {average:>10}  {how}"
        )


def _plan(tables: RunTables, order: dict[str, int]) -> Iterator[str]:
    by, planned = schedule(tables, order["algo_id"])
    if not len(by):
        return
    yield f"{'by':>14} {'planned':>10} {'filled':>10}"
    for at, wanted, filled in zip(by.tolist(), planned, filled_by(tables, order["algo_id"], by), strict=True):
        yield f"{_since(at - order['at']):>14} {wanted:>10} {filled:>10}"


def _since(ns: int) -> str:
    return f"+{ns / 1e6:,.3f} ms"
