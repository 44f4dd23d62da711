"""What a routing decision was made on, term by term, from the log: dollars per share, best score first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from analysis.codes import MICROS_PER_DOLLAR
from analysis.tables import RunTables

TERMS: Final = ("price", "fee", "impact", "fill", "opportunity", "adverse", "latency")
STYLES: Final = {0: "take", 1: "probe", 2: "post"}


def terms_table(tables: RunTables, parent_id: int, decision: int, sent: Mapping[int, int]) -> Iterator[str]:
    """The lines of one decision's table; none where its terms were not logged.

    Args:
        sent: venue's number -> shares that the decision sent there.
    """
    logged = tables["decision_terms"]
    rows = np.flatnonzero((logged["decision"] == decision) & (logged["parent_id"] == parent_id)).tolist()
    if not rows:
        return
    headings = "".join(f"{name:>12}" for name in (*TERMS, "score"))
    yield f"{'venue':<12} {'style':<5}{headings}{'P(fill)':>9}{'sent':>7}"
    for row in sorted(rows, key=lambda row: int(logged["score"][row])):
        venue = int(logged["venue"][row])
        numbers = "".join(f"{int(logged[name][row]) / MICROS_PER_DOLLAR:>12.6f}" for name in (*TERMS, "score"))
        style, chance = STYLES[int(logged["style"][row])], int(logged["fill_probability"][row]) / 1_000_000
        shares = sent.get(venue) or "-"
        yield f"{tables.directory.venue(venue):<12} {style:<5}{numbers}{chance:>9.4f}{shares:>7}"
