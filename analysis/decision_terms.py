"""What a routing decision was made on, term by term, from the log: dollars per share, best score first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np

from analysis.codes import FOK, IOC, MICROS_PER_DOLLAR
from analysis.tables import RunTables

TERMS: Final = ("price", "fee", "impact", "fill", "opportunity", "adverse", "latency")
STYLES: Final = {0: "take", 1: "probe", 2: "post"}
POST: Final = 2


def terms_table(tables: RunTables, parent_id: int, decision: int) -> Iterator[str]:
    """The lines of one decision's table, with the shares it sent; none where its terms were not logged."""
    logged = tables["decision_terms"]
    rows = np.flatnonzero((logged["decision"] == decision) & (logged["parent_id"] == parent_id)).tolist()
    if not rows:
        return
    headings = "".join(f"{name:>12}" for name in (*TERMS, "score"))
    yield f"{'venue':<12} {'style':<5}{headings}{'P(fill)':>9}{'sent':>7}"
    sent = _sent(
        tables, parent_id, decision, {(int(logged["venue"][row]), int(logged["style"][row]) == POST) for row in rows}
    )
    for row in sorted(rows, key=lambda row: int(logged["score"][row])):
        venue = int(logged["venue"][row])
        numbers = "".join(f"{int(logged[name][row]) / MICROS_PER_DOLLAR:>12.6f}" for name in (*TERMS, "score"))
        style, chance = STYLES[int(logged["style"][row])], int(logged["fill_probability"][row]) / 1_000_000
        shares = sent.get((venue, style == STYLES[POST])) or "-"
        yield f"{tables.directory.venue(venue):<12} {style:<5}{numbers}{chance:>9.4f}{shares:>7}"


def _sent(
    tables: RunTables, parent_id: int, decision: int, rows: Collection[tuple[int, bool]]
) -> dict[tuple[int, bool], int]:
    """(venue's number, sent to rest) -> shares; in the venue's other row where it has but that one."""
    children, sent = tables["children"], dict[tuple[int, bool], int]()
    for child in np.flatnonzero((children["decision"] == decision) & (children["parent_id"] == parent_id)).tolist():
        venue, rests = int(children["venue"][child]), int(children["time_in_force"][child]) not in (IOC, FOK)
        row = (venue, rests if (venue, rests) in rows else not rests)
        sent[row] = sent.get(row, 0) + int(children["qty"][child])
    return sent
